"""The record of a bulk sending, from which it is resumed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..vendor.codes import ErrorCode
from ..vendor.replies import Refusal
from .outcomes import Accepted, NotSent, Outcome, Refused, Unknown


class JournalError(Exception):
    """A journal that cannot be used, or that another process uses."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The record of a call, which is made in one attempt or several: those after the first send
    what was refused for a reason that has passed."""

    attempts: int = 0
    """How many attempts have ended."""
    begun: float | None = None
    """When an attempt began that has not ended, in Unix time."""
    outcomes: tuple[Outcome, ...] | None = None
    """The fates of all of its numbers, by the last attempt that ended."""

    @property
    def is_final(self) -> bool:
        """Whether each of its numbers has its final fate."""
        outcomes = self.outcomes
        return outcomes is not None and not any(one.is_retryable for one in outcomes)


class Ledger(Protocol):
    """The record of the calls of a job. Its methods may block, and are called from several threads,
    but for `open` and `close`.

    All raise `JournalError` where the record cannot be used.
    """

    @property
    def last(self) -> int:
        """The last call of which an attempt was begun before `open`; -1 if none was."""
        ...

    @property
    def digest(self) -> str:
        """The digest of the recipients up to there."""
        ...

    @property
    def ends(self) -> Sequence[int]:
        """How many recipients the list had, each time that its end was reached before `open`."""
        ...

    def open(self, job: str) -> None:
        """Begin or resume a job, which is identified by a digest of what is sent, how and by
        whom."""
        ...

    def look(self, place: int) -> Entry:
        """The record of a call."""
        ...

    def begin(self, place: int, digest: str) -> Entry | None:
        """Record that an attempt begins, durably, unless all fates are final; the record as it was
        before. `None` where another process is making the call; within a process the caller sees
        to it that a call is made once at a time."""
        ...

    def confirm(self, place: int) -> None:
        """See that no other process can have resumed a call that was begun here: what follows at
        once sends it."""
        ...

    def finish(self, place: int, outcomes: Sequence[Outcome], *, durably: bool) -> None:
        """Record the end of an attempt, and the fates of all numbers of the call. Where it need
        not be durable, losing it leaves an attempt that was begun."""
        ...

    def end(self, count: int) -> None:
        """Record how many recipients the list has."""
        ...

    def client_id(self, place: int, attempt: int) -> str:
        """The id under which an attempt is sent: the same whenever the job is resumed."""
        ...

    def close(self) -> None:
        """Let go of the record."""
        ...


class Forgetful:
    """The ledger of a job that is not remembered."""

    last = -1
    digest = ""
    ends: Sequence[int] = ()

    def __init__(self, new_id: str) -> None:
        self._id = new_id
        self._ended: dict[int, Entry] = {}

    def open(self, job: str) -> None:
        """As `Ledger.open`."""

    def look(self, place: int) -> Entry:
        """As `Ledger.look`."""
        return self._ended.get(place, Entry())

    def begin(self, place: int, digest: str) -> Entry | None:
        """As `Ledger.begin`."""
        return self.look(place)

    def confirm(self, place: int) -> None:
        """As `Ledger.confirm`."""

    def finish(self, place: int, outcomes: Sequence[Outcome], *, durably: bool) -> None:
        """As `Ledger.finish`. Only what may be repeated is kept."""
        attempts = self.look(place).attempts + 1
        if any(outcome.is_retryable for outcome in outcomes):
            self._ended[place] = Entry(attempts, None, tuple(outcomes))
        else:
            self._ended.pop(place, None)

    def end(self, count: int) -> None:
        """As `Ledger.end`."""

    def client_id(self, place: int, attempt: int) -> str:
        """As `Ledger.client_id`."""
        return derived_id(self._id, place, attempt)

    def close(self) -> None:
        """As `Ledger.close`."""


def derived_id(job: str, place: int, attempt: int) -> str:
    """An id of the client's own for an attempt, of 32 alphanumeric characters."""
    name = f"{job}/{place}" if attempt == 0 else f"{job}/{place}/{attempt}"
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def written(outcome: Outcome) -> list[str | int | None]:
    """An outcome as values of JSON."""
    match outcome:
        case Accepted(to, id_):
            return ["accepted", to, id_]
        case Refused(to, refusal):
            return ["refused", to, refusal.text, refusal.code, refusal.to]
        case Unknown(to, reason):
            return ["unknown", to, reason]
        case NotSent(to, reason):
            return ["not sent", to, reason]


def read(outcomes: Sequence[Sequence[Any]]) -> tuple[Outcome, ...]:  # Any: of JSON
    """Outcomes that were written.

    Raises:
        ValueError: they are none.
        TypeError: the same.
    """
    return tuple(_outcome(*values) for values in outcomes)


def _outcome(
    kind: str, to: str, text: str, code: int | None = None, named: str | None = None
) -> Outcome:
    match kind:
        case "accepted":
            return Accepted(to, text)
        case "refused":
            known = None if code is None else ErrorCode.known(code) or code
            return Refused(to, Refusal(known, text, named))
        case "unknown":
            return Unknown(to, text)
        case "not sent":
            return NotSent(to, text)
        case _:
            raise ValueError(kind)
