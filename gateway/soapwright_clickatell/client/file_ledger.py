"""A ledger in a file, from which a bulk sending is resumed after a crash.

Lines of JSON: what the sending is, then one for each attempt at a call that begins, one for its end,
and one where the list of recipients ended. That it begins is on the disk before the call goes out; a
last line that is torn is dropped. While a process uses a file, no other can.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
import time
import uuid
from array import array
from collections.abc import Sequence
from io import FileIO
from pathlib import Path
from typing import Any, Final

from .ledger import Entry, JournalError, derived_id, read, written
from .outcomes import Outcome

_HEAD: Final = b'{"job": "'
_BROKEN: Final = (
    *(ValueError, KeyError, TypeError, AttributeError),
    *(OverflowError, RecursionError),  # of infinite numbers, of what nests too deeply
)
"""The errors of a line that is none of a journal."""
_MOST_AHEAD: Final = 10_000
"""How far the place of a call may be beyond the number of lines: calls begin nearly in order."""


class FileLedger:
    """A ledger in a file, for one process at a time. Calls that begin at once share an fsync.

    Args:
        path: the file, which is made where it does not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: FileIO | None = None
        self._lock = threading.Lock()
        self._synchronised = threading.Condition()
        self._is_syncing = False
        self._forget()

    def _forget(self) -> None:
        """Begin with nothing."""
        self.last = -1
        self.digest = ""
        self.ends: list[int] = []
        self._begun: dict[int, float] = {}
        self._done = array("q")
        """The offset in the file of each call's outcomes, or 0."""
        self._attempts: dict[int, int] = {}
        """How many attempts have ended, of calls with more than one."""
        self._end = 0
        self._broken = ""
        """Why nothing can be written any more."""
        self._id = uuid.uuid4().hex
        self._synced = 0
        """Up to which offset the file is known to be on the disk."""

    # ---------------------------------------------------------------------------- reading

    def open(self, job: str) -> None:
        """As `Ledger.open`.

        Raises:
            JournalError: the file is no journal, one of another job, in use, or cannot be
                written.
        """
        path = self._path
        if self._file is not None and not self._file.closed:
            raise JournalError(f"{path}: another sending is using it")
        self._forget()
        is_new, is_ready = not path.exists(), False
        try:
            self._file = FileIO(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
            if not stat.S_ISREG(os.fstat(self._file.fileno()).st_mode):
                raise JournalError(f"{path}: no regular file")
            _lock(self._file)
            self._end = self._synced = self._read_all(job)
            self._file.truncate(self._end)
            self._file.seek(self._end)
            if not self._end:
                self._write({"job": job, "id": self._id})
            if is_new:
                _sync_folder(path.parent)
            is_ready = True
        except BlockingIOError:
            raise JournalError(f"{path}: another process is using it") from None
        except OSError as error:
            raise JournalError(f"{path}: {error.strerror}") from None
        finally:
            if not is_ready:
                self.close()

    def _read_all(self, job: str) -> int:
        """Read what is there; where its last whole line ends."""
        path, end = self._path, 0
        with open(path, "rb") as file:
            for number, line in enumerate(file):
                if not line.endswith(b"\n"):
                    if not number and line[: len(_HEAD)] != _HEAD[: len(line)]:
                        raise JournalError(f"{path}: no journal")
                    break  # the line that was being written at the crash
                try:
                    self._read(number, end, json.loads(line), job)
                except _BROKEN:
                    where = f"{path}:{number + 1}"
                    raise JournalError(f"{where}: no line of a journal") from None
                end += len(line)
        return end

    def _read(self, number: int, at: int, line: dict[str, Any], job: str) -> None:
        """Read a line; `Any`: of JSON."""
        if not number:
            if line["job"] != job:
                raise JournalError(f"{self._path}: the journal of another sending")
            self._id = str(line["id"])
        elif "begun" in line:
            place = int(line["begun"])
            if not 0 <= place < number + _MOST_AHEAD:
                raise ValueError(place)
            self._begun[place] = float(line["at"])
            if place > self.last:
                self.last, self.digest = place, str(line["to"])
        elif "end" in line:
            self.ends.append(int(line["end"]))
        else:
            place = int(line["done"])
            del self._begun[place]
            read(line["outcomes"])
            self._note(place, at)

    def _note(self, place: int, at: int) -> None:
        """Note where the outcomes of an attempt that has ended are."""
        self._done.extend([0] * (place + 1 - len(self._done)))
        if self._done[place]:
            self._attempts[place] = self._attempts.get(place, 1) + 1
        self._done[place] = at

    def look(self, place: int) -> Entry:
        """As `Ledger.look`."""
        with self._lock:
            at = self._done[place] if place < len(self._done) else 0
            begun = self._begun.get(place)
            attempts = self._attempts.get(place, 1)
        if not at:
            return Entry(0, begun)
        with open(self._path, "rb") as file:
            file.seek(at)
            outcomes = read(json.loads(file.readline())["outcomes"])
        return Entry(attempts, begun, outcomes)

    def client_id(self, place: int, attempt: int) -> str:
        """As `Ledger.client_id`."""
        return derived_id(self._id, place, attempt)

    # ---------------------------------------------------------------------------- writing

    def begin(self, place: int, digest: str) -> Entry | None:
        """As `Ledger.begin`."""
        entry = self.look(place)
        if entry.begun is None:
            at = int(time.time())
            self._write({"begun": place, "at": at, "to": digest})
            with self._lock:
                self._begun[place] = at
        return entry

    def confirm(self, place: int) -> None:
        """As `Ledger.confirm`: no other process can, while the file is open."""

    def finish(self, place: int, outcomes: Sequence[Outcome], *, durably: bool) -> None:
        """As `Ledger.finish`. What is not durable is so with the next call that begins."""
        values = [written(outcome) for outcome in outcomes]
        at = self._write({"done": place, "outcomes": values}, durably=durably)
        with self._lock:
            self._begun.pop(place, None)
            self._note(place, at)

    def end(self, count: int) -> None:
        """As `Ledger.end`. It is durable with the next call that begins."""
        if count not in self.ends:
            self._write({"end": count}, durably=False)

    def _write(self, line: dict[str, Any], *, durably: bool = True) -> int:
        """Append a line, of JSON, hence `Any`; its offset in the file."""
        with self._lock:
            file = self._usable()
            # Whatever ends this: a torn line may then be the last, and nothing may follow it.
            self._broken = "a line was not written"
            left = json.dumps(line).encode() + b"\n"
            at, self._end = self._end, self._end + len(left)
            try:
                while left:
                    left = left[file.write(left) :]
            except OSError as error:
                self._broken = str(error.strerror)
                raise JournalError(f"{self._path}: {self._broken}") from None
            self._broken = ""
        if durably:
            self._sync(at)
        return at

    def _usable(self) -> FileIO:
        if self._file is None or self._file.closed:
            raise JournalError(f"{self._path}: is closed")
        if self._broken:
            raise JournalError(f"{self._path}: {self._broken}")
        return self._file

    def _sync(self, at: int) -> None:
        """See that the line at an offset is on the disk. One of those who wait here calls fsync,
        for all whose lines were written by then."""
        with self._synchronised:
            while self._synced <= at and self._is_syncing:
                self._synchronised.wait()
            if self._synced > at:
                return
            self._is_syncing = True
        end = 0
        try:
            end = self._fsync()
        finally:
            with self._synchronised:
                self._synced = max(self._synced, end)
                self._is_syncing = False
                self._synchronised.notify_all()

    def _fsync(self) -> int:
        """Have all lines on the disk; where the last of them ends."""
        with self._lock:
            file, end = self._usable(), self._end
        try:
            os.fsync(file.fileno())
        except OSError as error:
            with self._lock:
                self._broken = str(error.strerror)
            raise JournalError(f"{self._path}: {error.strerror}") from None
        return end

    def close(self) -> None:
        """Close the file; all lines are on the disk then."""
        if self._file is None or self._file.closed:
            return
        try:
            if self._synced < self._end and not self._broken:
                self._sync(self._end - 1)
        finally:
            with self._lock:
                self._file.close()


def _lock(file: FileIO) -> None:
    """Keep others from a file until it is closed.

    Raises:
        BlockingIOError: another keeps it.
    """
    if sys.platform == "win32":
        # There only.
        import msvcrt

        file.seek(1 << 40)  # what is locked cannot be read: it is a byte beyond the end
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(*error.args) from None
    else:
        # Everywhere else.
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _sync_folder(folder: Path) -> None:
    """Have a new file's name on the disk too; not every system lets folders be opened."""
    if sys.platform != "win32":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
