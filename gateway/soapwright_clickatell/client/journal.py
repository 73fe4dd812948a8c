"""A record of a bulk sending on disk, from which it is taken up again after a crash.

Lines of JSON: what the sending is, then for each call that it begins, and what came of it. A line is
on the disk before the call goes out; a last line that is torn is dropped. While a process uses a
journal, no other can.
"""

from __future__ import annotations

import hashlib
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

from ..vendor.codes import ErrorCode
from ..vendor.replies import Refusal
from .outcomes import Accepted, Outcome, Refused, Unknown

_HEAD: Final = b'{"job": "'
_MOST_AHEAD: Final = 10_000
"""How far the place of a call may be beyond the number of lines: calls begin nearly in order."""


class JournalError(Exception):
    """A journal that cannot be used, or that another process uses."""


class Journal:
    """The calls of a job that were begun, and the outcomes of those that are done.

    Args:
        path: the file, which is made where it does not exist; `None` keeps nothing.
        job: what is sent, in any words: a journal of another job is refused.

    Raises:
        JournalError: the file is no journal, or one of another job, or cannot be written.
    """

    def __init__(self, path: Path | None, job: Sequence[str]) -> None:
        self.last = -1
        """The last place in the job of which a call was begun in an earlier run."""
        self.digest = ""
        """The digest of the recipients up to there."""
        self._path = path
        self._lock = threading.Lock()
        self._begun: dict[int, float] = {}
        self._done = array("q")
        """The offset in the file of each call's outcome, or 0."""
        self._file: FileIO | None = None
        self._broken = ""
        """Why nothing can be written any more."""
        self._id = uuid.uuid4().hex
        if path is not None:
            self._open(path, hashlib.sha256(json.dumps(list(job)).encode()).hexdigest())

    # ---------------------------------------------------------------------------- reading

    def _open(self, path: Path, job: str) -> None:
        is_new, is_ready = not path.exists(), False
        try:
            self._file = FileIO(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
            if not stat.S_ISREG(os.fstat(self._file.fileno()).st_mode):
                raise JournalError(f"{path}: no regular file")
            _lock(self._file)
            end = self._read_all(path, job)
            self._file.truncate(end)
            self._file.seek(end)
            if not end:
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

    def _read_all(self, path: Path, job: str) -> int:
        """Read what is there; where its last whole line ends."""
        end = 0
        with open(path, "rb") as file:
            for number, line in enumerate(file):
                if not line.endswith(b"\n"):
                    if not number and line[: len(_HEAD)] != _HEAD[: len(line)]:
                        raise JournalError(f"{path}: no journal")
                    break  # the line that was being written at the crash
                try:
                    self._read(path, number, end, json.loads(line), job)
                except (ValueError, KeyError, TypeError, AttributeError):
                    where = f"{path}:{number + 1}"
                    raise JournalError(f"{where}: no line of a journal") from None
                end += len(line)
        return end

    def _read(
        self, path: Path, number: int, at: int, line: dict[str, Any], job: str
    ) -> None:  # Any: of JSON
        if not number:
            if line["job"] != job:
                raise JournalError(f"{path}: the journal of another sending")
            self._id = str(line["id"])
        elif "begun" in line:
            place = int(line["begun"])
            if not 0 <= place < number + _MOST_AHEAD:
                raise ValueError(place)
            self._begun[place] = float(line["at"])
            if place > self.last:
                self.last, self.digest = place, str(line["to"])
        else:
            place = int(line["done"])
            del self._begun[place]
            _read_outcomes(line)
            self._done.extend([0] * (place + 1 - len(self._done)))
            self._done[place] = at

    def outcomes(self, place: int) -> list[Outcome] | None:
        """The outcome of a call in an earlier run; `None` if that is not known."""
        at = self._done[place] if place < len(self._done) else 0
        if not at or self._path is None:
            return None
        with open(self._path, "rb") as file:
            file.seek(at)
            return _read_outcomes(json.loads(file.readline()))

    def interrupted(self, place: int) -> float | None:
        """How many seconds ago a call was begun of which no more is known; `None` if it was
        not, or not in an earlier run."""
        begun = self._begun.get(place)
        return None if begun is None else time.time() - begun

    def client_id(self, place: int) -> str:
        """The id under which a call sends: the same whenever the job is taken up."""
        return hashlib.sha256(f"{self._id}/{place}".encode()).hexdigest()[:32]

    # ---------------------------------------------------------------------------- writing

    def begin(self, place: int, digest: str) -> None:
        """Record that a call goes out, to recipients that are identified by a digest."""
        self._write({"begun": place, "at": int(time.time()), "to": digest})

    def finish(self, place: int, outcomes: Sequence[Outcome]) -> None:
        """Note what came of a call."""
        values = [_values(outcome) for outcome in outcomes]
        self._write({"done": place, "outcomes": values})

    def _write(self, line: dict[str, Any]) -> None:  # Any: as above
        if self._file is None:
            return
        with self._lock:
            if self._file.closed:
                raise JournalError(f"{self._path}: is closed")
            if self._broken:
                raise JournalError(f"{self._path}: {self._broken}")
            # Whatever ends this: a torn line may then be the last, and nothing may follow it.
            self._broken = "a line was not written"
            left = json.dumps(line).encode() + b"\n"
            try:
                while left:
                    left = left[self._file.write(left) :]
                os.fsync(self._file.fileno())
            except OSError as error:
                self._broken = str(error.strerror)
                raise JournalError(f"{self._path}: {self._broken}") from None
            self._broken = ""

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file is not None:
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


def _values(outcome: Outcome) -> list[str | int | None]:
    match outcome:
        case Accepted(to, id_):
            return ["accepted", to, id_]
        case Refused(to, refusal):
            return ["refused", to, refusal.text, refusal.code, refusal.to]
        case Unknown(to, reason):
            return ["unknown", to, reason]


def _read_outcomes(line: dict[str, Any]) -> list[Outcome]:  # Any: of JSON
    return [_outcome(*values) for values in line["outcomes"]]


def _outcome(
    kind: str, to: str, text: str, code: int | None = None, named: str | None = None
) -> Outcome:
    if kind == "accepted":
        return Accepted(to, text)
    if kind == "refused":
        known = None if code is None else ErrorCode.known(code) or code
        return Refused(to, Refusal(known, text, named))
    if kind == "unknown":
        return Unknown(to, text)
    raise ValueError(kind)
