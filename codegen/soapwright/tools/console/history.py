"""The calls that were made from the console, kept on disk: without secrets, the last ones alone."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.project.output import alone_in
from soapwright.tools.calls.cached import cache_folder

_MOST: Final = 200
_MOST_BYTES: Final = 16 * 1024 * 1024
_SIZE: Final = f"{_MOST_BYTES // 1024 // 1024} MiB"

Entry = dict[str, Any]  # Any: JSON


def history_file(package: Path) -> Path:
    """Where the history of a package's console is."""
    digest = hashlib.sha256(str(package.resolve()).encode()).hexdigest()[:24]
    return cache_folder() / "console" / f"{digest}.jsonl"


class History:
    """The calls of one package, the newest last: the file has them, other consoles add theirs.

    Args:
        path: of the file, which only its user can read.
        report: is given why calls are not kept on disk; those of this run are known all the same.

    Raises:
        SpecError: the file has something else in it, which would be lost.
    """

    def __init__(self, path: Path, report: Callable[[str], None]) -> None:
        self._path = path
        self._report = report
        self._lock = threading.Lock()
        self._is_full = False
        self._unwritten: list[Entry] = []
        self._read()

    def _read(self) -> list[Entry]:
        """The newest entries that are there; of a file that is damaged those that can be read.

        Raises:
            SpecError: it cannot be read, or has something else in it.
        """
        try:
            with self._path.open("rb") as file:
                left = self._path.stat().st_size - _MOST_BYTES
                file.seek(max(left, 0))
                content = file.read(_MOST_BYTES)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise self._refusal(f"cannot read: {error.strerror}") from error
        if left > 0:
            # the first may have lost its beginning
            _, _, content = content.partition(b"\n")
            self._report_size()
        found = []
        for line in content.splitlines():
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(entry, dict):
                found.append(entry)
        if content and not found:
            hint = "--history names another file"
            raise self._refusal("is no history of calls", hint)
        return found

    def newest(self) -> list[Entry]:
        """The entries, the newest first.

        Raises:
            SpecError: the file has become another.
        """
        with self._lock:
            return [*self._read(), *self._unwritten][-_MOST:][::-1]

    def add(self, entry: Entry) -> None:
        """Keep a call."""
        with self._lock:
            self._unwritten = [*self._unwritten, entry][-_MOST:]
            try:
                with self._alone():
                    self._write([*self._read(), *self._unwritten][-_MOST:])
            except OSError as error:
                self._report(f"{self._path}: a call is not kept: {error.strerror}")
            except SpecError as error:
                message = error.diagnostics[0].message
                self._report(f"{self._path}: {message}: a call is not kept")
            else:
                self._unwritten = []

    def clear(self) -> None:
        """Forget all.

        Raises:
            SpecError: the file cannot be written, or has become another: what is in it stays.
        """
        with self._lock:
            self._unwritten = []
            try:
                with self._alone():
                    self._read()  # it may have become another
                    self._write([])
            except OSError as error:
                raise self._refusal(f"cannot write: {error.strerror}") from error

    def _alone(self) -> AbstractContextManager[None]:
        """Inside, no other console writes."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return alone_in(self._path.parent)

    def _refusal(self, message: str, hint: str = "") -> SpecError:
        findings = Findings()
        findings.error(Code.OUTPUT, message, Location(str(self._path)), hint)
        return SpecError(findings)

    def _write(self, entries: list[Entry]) -> None:
        beside = self._path.with_name(f".{self._path.name}-{os.getpid()}")
        text = self._text(entries)
        with open(
            os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w"
        ) as out:
            out.write(text)
        os.replace(beside, self._path)

    def _report_size(self) -> None:
        """Report, once, that the oldest calls are no longer on disk."""
        if not self._is_full:
            self._report(
                f"{self._path}: the oldest calls are left out: {_SIZE} are kept"
            )
        self._is_full = True

    def _text(self, entries: list[Entry]) -> str:
        """The newest entries, as many as the file may have."""
        lines: list[str] = []
        left = _MOST_BYTES
        for entry in reversed(entries):
            line = f"{json.dumps(entry)}\n"
            left -= len(line)  # which is of ASCII
            if left < 0:
                self._report_size()
                break
            lines.append(line)
        return "".join(reversed(lines))
