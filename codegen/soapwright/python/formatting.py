"""The format of the emission: ruff's, with options that are fixed here; ruff is called here alone.

What a user or a folder configures for ruff does not count. The emission is text that reads well
line by line; where lines break, and what stands around them, is ruff's.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from ruff.__main__ import find_ruff_bin

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError

_OPTIONS = (
    *("--isolated", "--no-cache", "--no-preview", "--no-respect-gitignore", "--quiet"),
    *("--line-length", "88", "--target-version", "py311"),
    *("--config", "format.line-ending = 'lf'"),
)


def format_modules(modules: Mapping[str, str], package: str) -> dict[str, bytes]:
    """The modules of a package, by their paths in it, as they are to be written.

    Raises:
        SpecError: ruff cannot be run, or refuses one.
    """
    try:
        with TemporaryDirectory(prefix="soapwright-") as name:
            folder = Path(name)
            for path, text in modules.items():
                _write(folder / path, text)
            _run_ruff(folder, package)
            return {path: (folder / path).read_bytes() for path in modules}
    except OSError as error:
        raise _failed(
            Code.FORMATTER, f"ruff cannot be run: {error}", package
        ) from error


def _write(path: Path, text: str) -> None:
    try:
        path.write_bytes(text.encode("utf-8"))
    except FileNotFoundError:
        path.parent.mkdir(parents=True)
        path.write_bytes(text.encode("utf-8"))


def _run_ruff(folder: Path, package: str) -> None:
    """Format a folder's files in place, in one process."""
    done = subprocess.run(
        [find_ruff_bin(), "format", *_OPTIONS, "."],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not k.startswith("RUFF_")},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        message = f"ruff refuses what was emitted: {said}"
        raise _failed(Code.INTERNAL, message, package)


def _failed(code: Code, message: str, package: str) -> SpecError:
    findings = Findings()
    findings.error(code, message, Location(package), "nothing was written")
    return SpecError(findings)
