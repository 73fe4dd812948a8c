"""Fresh environments for tests, made of what this Python has installed: no index is needed."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@dataclass(frozen=True)
class Environment:
    """A virtual environment: its Python, where its commands and its packages are."""

    python: Path
    scripts: Path
    site: Path


def make_environment(folder: Path, requirements: Iterable[str]) -> Environment:
    """An environment that has these distributions, with what they require, and nothing else.

    Their files are linked from where this Python has them; not even pip is there.
    """
    command = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
    subprocess.run(command, check=True, timeout=120)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    asked = subprocess.run(
        [python, "-Ic", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    site = Path(asked.stdout.strip())
    assert list(site.iterdir()) == []
    for distribution in _required(requirements):
        for source in _top_files(distribution):
            (site / source.name).symlink_to(source)
        for source in _programs(distribution):
            (scripts / source.name).symlink_to(source)
    return Environment(python, scripts, site)


def _required(requirements: Iterable[str]) -> list[importlib.metadata.Distribution]:
    """What is required, and what that requires, without extras."""
    found: dict[str, importlib.metadata.Distribution] = {}
    waiting = [Requirement(one) for one in requirements]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        marker = requirement.marker
        if name not in found and (marker is None or marker.evaluate({"extra": ""})):
            found[name] = importlib.metadata.distribution(name)
            waiting += map(Requirement, found[name].requires or ())
    return list(found.values())


def _programs(distribution: importlib.metadata.Distribution) -> Iterator[Path]:
    """The programs that a distribution has beside its packages; no scripts, which name a Python."""
    for path in distribution.files or ():
        source = Path(str(distribution.locate_file(path))).resolve()
        if source.parent == Path(sys.executable).parent.resolve():
            if not source.read_bytes().startswith(b"#!"):
                yield source


def _top_files(distribution: importlib.metadata.Distribution) -> set[Path]:
    """The files and folders that a distribution puts into site-packages itself."""
    paths = distribution.files or ()
    tops = {p.parts[0] for p in paths if p.parts[0] not in ("..", "__pycache__")}
    return {Path(str(distribution.locate_file(top))) for top in tops}
