"""Passwords of files with keys."""

from __future__ import annotations

import os
import sys
from getpass import getpass
from pathlib import Path

from soapwright.model.diagnostics import Findings


class Password:
    """Gives the password of a file: from a file, the environment, or whoever sits at the terminal."""

    def __init__(self, file: Path | None, findings: Findings) -> None:
        self._file = file
        self._findings = findings

    def __call__(self, name: str) -> str | None:
        if self._file is not None:
            # loaded when it runs
            from soapwright.tools.verify.run import first_line

            return first_line(self._file, self._findings)
        if (given := os.environ.get("SOAPWRIGHT_PASSWORD")) is not None:
            return given
        if not sys.stderr.isatty():
            return None
        try:
            return getpass(f"Password of {name}: ", sys.stderr)
        except (EOFError, OSError):
            return None
