"""A record of a bulk sending on disk, from which it is taken up again after a crash.

Lines of JSON: what the sending is, then for each call that it begins and that it is done, and what
came of it. A line is on the disk before the call goes out; a last line that is torn is dropped.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from .codes import ErrorCode
from .outcomes import Accepted, Outcome, Refused, Unknown
from .replies import Refusal


class JournalError(Exception):
    """A journal that cannot be used."""


class Journal:
    """What was begun and what is done.

    Args:
        path: the file, which is made where it does not exist; `None` keeps nothing.
        job: what is sent to whom, in any words: a journal of another job is refused.

    Raises:
        JournalError: the file is no journal, or one of another job.
    """

    def __init__(self, path: Path | None, job: Iterable[str]) -> None:
        digest = hashlib.sha256()
        for word in job:
            digest.update(json.dumps(word).encode())
        self._lock = threading.Lock()
        self.begun: set[int] = set()
        """The calls that went out, by their place in the job."""
        self.done: dict[int, list[Outcome]] = {}
        """What came of those that were answered."""
        self._file: BinaryIO | None = None
        head: dict[str, str] = {"job": digest.hexdigest(), "id": uuid.uuid4().hex}
        if path is not None:
            head = self._open(path, head)
        self._id = head["id"]

    def _open(self, path: Path, head: dict[str, str]) -> dict[str, str]:
        try:
            lines = path.read_bytes().split(b"\n") if path.exists() else []
            whole = lines[:-1]  # what follows the last break is empty, or torn
            if whole:
                found = json.loads(whole[0])
                if found["job"] != head["job"]:
                    raise JournalError(f"{path}: the journal of another sending")
                head = {"job": found["job"], "id": found["id"]}
                for line in whole[1:]:
                    self._read(json.loads(line))
            self._file = path.open("r+b" if lines else "wb")
            self._file.truncate(sum(len(line) + 1 for line in whole))
            self._file.seek(0, os.SEEK_END)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise JournalError(f"{path}: no journal: {error}") from None
        if not whole:
            self._write(head)
        return head

    def _read(self, line: dict[str, Any]) -> None:  # Any: of JSON
        if "begun" in line:
            self.begun.add(int(line["begun"]))
        else:
            made = [_outcome(*values) for values in line["outcomes"]]
            self.done[int(line["done"])] = made

    def client_id(self, call: int) -> str:
        """The id under which a call sends: the same whenever the job is taken up."""
        return hashlib.sha256(f"{self._id}/{call}".encode()).hexdigest()[:32]

    def begin(self, call: int) -> None:
        """Note that a call goes out."""
        self.begun.add(call)
        self._write({"begun": call})

    def finish(self, call: int, outcomes: Sequence[Outcome]) -> None:
        """Note what came of a call."""
        self.done[call] = list(outcomes)
        told = [_values(outcome) for outcome in outcomes]
        self._write({"done": call, "outcomes": told})

    def _write(self, line: dict[str, Any]) -> None:  # Any: as above
        if self._file is None:
            return
        with self._lock:
            self._file.write(json.dumps(line).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def _values(outcome: Outcome) -> list[str | int | None]:
    match outcome:
        case Accepted(to, id_):
            return ["accepted", to, id_]
        case Refused(to, refusal):
            return ["refused", to, refusal.text, refusal.code]
        case Unknown(to, reason):
            return ["unknown", to, reason]


def _outcome(kind: str, to: str, text: str, code: int | None = None) -> Outcome:
    if kind == "accepted":
        return Accepted(to, text)
    if kind == "refused":
        known = None if code is None else ErrorCode.known(code) or code
        return Refused(to, Refusal(known, text))
    return Unknown(to, text)
