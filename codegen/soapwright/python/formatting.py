"""The format of the emission: ruff's, with options that are fixed here; ruff is called here alone.

What a user or a folder configures for ruff does not count. The emission is text that reads well
line by line; line breaks and blank lines are ruff's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from ruff.__main__ import find_ruff_bin

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError

_OPTIONS = (
    *("--isolated", "--no-cache", "--no-preview", "--no-respect-gitignore"),
    *("--line-length", "88", "--target-version", "py311"),
    *("--config", "format.line-ending = 'lf'"),
)


def format_modules(modules: Mapping[str, bytes], package: str) -> dict[str, bytes]:
    """The modules of a package, by their paths in it, as they are to be written.

    Raises:
        SpecError: ruff cannot be run, or refuses one.
    """
    findings, at = Findings(), Location(package)
    size = sum(map(len, modules.values()))
    try:
        with TemporaryDirectory(prefix="soapwright-", dir=_memory(size)) as name:
            folder = Path(name)
            for path, content in modules.items():
                _write(folder / path, content)
            refused = _run_ruff(folder)
            formatted = {path: (folder / path).read_bytes() for path in modules}
    except OSError as error:
        findings.error(Code.FORMATTER, f"ruff cannot be run: {error}", at)
        raise SpecError(findings) from error
    if refused:
        findings.error(Code.INTERNAL, f"ruff refuses what was emitted: {refused}", at)
        raise SpecError(findings)
    return formatted


def _memory(size: int) -> str | None:
    """Where Linux keeps files in memory, if there is ample room for this many bytes; else None.

    Thousands of modules that come and go take ten times as long on a disk.
    """
    place = "/dev/shm"
    try:
        is_ample = shutil.disk_usage(place).free > 4 * size + 1_000_000
    except OSError:  # no such place
        return None
    return place if is_ample and os.access(place, os.W_OK | os.X_OK) else None


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except FileNotFoundError:
        path.parent.mkdir(parents=True)
        path.write_bytes(content)


def _run_ruff(folder: Path) -> str:
    """Format a folder's files in place, in one process; "" unless ruff refuses one, else its reason."""
    done = subprocess.run(
        [find_ruff_bin(), "format", *_OPTIONS, "."],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not k.startswith("RUFF_")},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    return f"{done.stderr.strip()} (exit {done.returncode})" if done.returncode else ""
