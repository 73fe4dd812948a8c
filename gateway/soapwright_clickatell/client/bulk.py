"""Bulk sending: which calls are made, and when each is finished. Its only I/O is the ledger's.

A call is finished when all of its numbers have a final fate. One that was interrupted is asked for
under its client id; what was refused for a reason that passes is sent again, under an id of its own.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from ..messages.options import NO_OPTIONS, Options
from ..messages.outgoing import Message
from ..vendor.codes import ErrorCode
from ..vendor.numbers import as_digits
from ..vendor.replies import GatewayError
from .calls import MAX_FIELDS, MAX_RECIPIENTS, Calls
from .chunks import (
    Chunk,
    Chunker,
    Merge,
    Normalise,
    Recipient,
    Recipients,
    Template,
    check_size,
    one_by_one,
)
from .fates import NoAnswer, not_sent, unknown
from .file_ledger import FileLedger
from .ledger import Entry, Forgetful, JournalError, Ledger
from .outcomes import Outcome, Refused, Unknown
from .steps import Pause, Steps, work

_TOLD: Final = 5 * 24 * 60 * 60
"""Seconds for which the gateway can be asked for a message: about six days by the vendor's documents."""
_POLL: Final = 1.0
"""Seconds between looks at a call that another process is making."""

Progress: TypeAlias = Callable[[int, int], object]
"""Called with how many numbers are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Load:
    """A call of a job, with its record in the ledger."""

    chunk: Chunk
    outcomes: tuple[Outcome, ...] | None = None
    """The fates of its numbers by earlier attempts."""

    @property
    def is_done(self) -> bool:
        """Whether each of its numbers has its final fate."""
        return Entry(outcomes=self.outcomes).is_final


@dataclass(frozen=True, slots=True)
class Sending:
    """The content of a job: a message, and how it is sent.

    Args:
        message: what is sent, or the template.
        options: how.
        journal: what remembers it, if anything does.
        merge: who puts values into the text.
        per_call: how many numbers a call has at most.
        normalise: makes the digits of a number.
    """

    message: Message
    options: Options = NO_OPTIONS
    journal: Path | Ledger | None = None
    merge: Merge = "gateway"
    per_call: int = MAX_RECIPIENTS
    normalise: Normalise = as_digits

    def ledger(self) -> Ledger:
        """The ledger that remembers it."""
        if self.journal is None:
            return Forgetful(uuid.uuid4().hex)
        if isinstance(self.journal, Path):
            return FileLedger(self.journal)
        return self.journal


def identity(calls: Calls, sending: Sending) -> str:
    """A digest of what is sent, how and by whom. Under another account or elsewhere the gateway
    knows nothing of what was sent.

    Raises:
        ValueError: the message cannot be sent.
    """
    account = f"{calls.account.user} {calls.account.api_id} at {calls.endpoint}"
    words = [repr(sending.message.encode()), repr(sending.options), account]
    if sending.merge == "here":
        words.append(sending.merge)
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()


class Runner:
    """Makes the calls of loads, as often as they have to be made, with a ledger that is open.

    Args:
        calls: makes a single call.
        ledger: remembers it.
        options: how messages are sent.
    """

    def __init__(self, calls: Calls, ledger: Ledger, options: Options) -> None:
        self._calls = calls
        self._ledger = ledger
        self._options = options
        self._ended = ""
        """Why the run has ended before everything was sent."""
        self.taken: list[Load] = []
        """Loads that another process is at."""

    def run(self, load: Load, *, waits: bool = False) -> Steps[list[Outcome] | None]:
        """Make a load's call, as often as it has to be made; the fates of its numbers, when they
        are recorded. `None` where another process, thread or task is making it, unless that is
        waited for.

        Raises:
            GatewayError: no session can be opened any more.
            JournalError: the journal cannot be written.
        """
        # A ledger tells processes apart. A queue may hand a slow worker its own task again.
        name = self._ledger.client_id(load.chunk.place, 0)
        while not self._calls.claim(name):
            if not waits:
                self.taken.append(load)
                return None
            yield Pause(_POLL)
        try:
            return (yield from self._run(load, waits))
        finally:
            self._calls.release(name)

    def _run(self, load: Load, waits: bool) -> Steps[list[Outcome] | None]:
        """As `run`, of a load that is claimed."""
        chunk, recovery = load.chunk, self._calls.recovery
        repeats, pauses = recovery.repeats, recovery.pauses()
        while not self._ended:
            entry = yield from work(
                lambda: self._ledger.begin(chunk.place, chunk.digest)
            )
            if entry is None:
                if not waits:
                    self.taken.append(load)
                    return None
                yield Pause(_POLL)
                continue
            outcomes = yield from self._attempt(chunk, entry)
            if not any(map(_is_open, outcomes)):
                return outcomes
            if not repeats or not all(map(_is_repeatable, outcomes)):
                self._end_run(outcomes)
                return outcomes
            repeats -= 1
            load = Load(chunk, tuple(outcomes))
            yield Pause(next(pauses))
        return self.unsent(load)

    def _attempt(self, chunk: Chunk, entry: Entry) -> Steps[list[Outcome]]:
        """Make a call for the numbers that have no final fate; the fates of all."""
        outcomes = list(entry.outcomes or not_sent(chunk.to, "it was not tried yet"))
        at = [place for place, one in enumerate(outcomes) if _is_open(one)]
        if not at:  # another process has made it
            return outcomes
        to = [outcomes[place].to for place in at]
        ago = None if entry.begun is None else time.time() - entry.begun
        client_id = self._ledger.client_id(chunk.place, entry.attempts)
        tried = yield from self._tried(chunk, to, ago, client_id)
        for place, outcome in zip(at, tried, strict=True):
            outcomes[place] = outcome
        # What is retryable and unknown stays begun, and is asked for under the same id.
        if not any(_is_askable(outcome) for outcome in tried):
            yield from work(lambda: self._finish(chunk, outcomes))
        return outcomes

    def _finish(self, chunk: Chunk, outcomes: Sequence[Outcome]) -> None:
        """Record fates. Those of a message can be asked for again, those of items cannot."""
        self._ledger.finish(chunk.place, outcomes, durably=bool(chunk.values))

    def _tried(
        self, chunk: Chunk, to: Sequence[str], ago: float | None, client_id: str
    ) -> Steps[list[Outcome]]:
        if ago is not None and ago > _TOLD:
            return unknown(to, "the call was interrupted days ago")
        is_resumed = ago is not None
        return (
            yield from self._calls.send(
                *(chunk.message, to, self._options, client_id),
                resume=is_resumed,
                confirm=lambda: self._ledger.confirm(chunk.place),
            )
        )

    def _end_run(self, outcomes: Sequence[Outcome]) -> None:
        """Send nothing more in this run, for a reason that holds for whatever is sent."""
        if not self._ended:
            first = next(filter(_is_open, outcomes))
            self._ended = f"the run has ended: {first.reason}"

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is sent in this run."""
        return bool(self._ended)

    def unsent(self, load: Load) -> list[Outcome]:
        """The fates of a load that is not run any more: as earlier attempts left them."""
        if load.outcomes is not None:
            return list(load.outcomes)
        return not_sent(load.chunk.to, self._ended)


class Job(Runner):
    """A bulk sending. Its loads may be run in any order, by any thread.

    Args:
        calls: what makes the calls.
        sending: what is sent.
        fields: how many values the gateway can put into a text.

    Raises:
        JournalError: the journal cannot be used.
        ValueError: the message cannot be sent.
    """

    def __init__(
        self, calls: Calls, sending: Sending, fields: int = MAX_FIELDS
    ) -> None:
        super().__init__(calls, sending.ledger(), sending.options)
        self._template = Template(sending.message, sending.merge, fields)
        self._batch = ""
        self._held: list[Load] = []
        """Loads that are not sent before it is sure that the journal is of these recipients."""
        self._last_place = -1
        check_size(sending.per_call)
        self._ledger.open(identity(calls, sending))
        self._chunker = Chunker(
            self._template,
            sending.per_call,
            self._ledger.ends,
            sending.normalise,
        )

    # --------------------------------------------------------------------------- reading

    def loads(self, to: Recipients) -> Iterator[Load]:
        """The loads of a list, with what came of those that an earlier run has begun. None is given
        out to be run before it is sure that the journal is of these recipients.

        Raises:
            JournalError: it is of others.
            ValueError: a recipient cannot be sent to.
        """
        for one in one_by_one(to):
            yield from self.feed(one)
        yield from self.end_of_list()

    def feed(self, one: str | Recipient) -> Iterator[Load]:
        """As `loads`, a recipient at a time."""
        for chunk in self._chunker.feed(one):
            yield from self._compared(chunk)

    def end_of_list(self) -> Iterator[Load]:
        """As `loads`, when all recipients were fed."""
        last = [load for chunk in self._chunker.end() for load in self._compared(chunk)]
        if self._ledger.last > self._last_place:
            raise self._other()
        if last:  # a longer list is divided here, too
            self._ledger.end(self._chunker.count)
        yield from last

    def _compared(self, chunk: Chunk) -> Iterator[Load]:
        """The load of a chunk, when it is known that the journal is of these recipients."""
        self._last_place = chunk.place
        last = self._ledger.last
        if chunk.place > last:
            yield Load(chunk)
            return
        outcomes = self._ledger.look(chunk.place).outcomes
        load = Load(chunk, outcomes)
        if outcomes is not None and tuple(one.to for one in outcomes) != chunk.to:
            raise self._other()
        if load.is_done:
            yield load
        else:
            self._held.append(load)
        if chunk.place == last:
            if chunk.digest != self._ledger.digest:
                raise self._other()
            yield from self._held
            self._held = []

    def _other(self) -> JournalError:
        return JournalError("the journal is of a sending to others")

    # --------------------------------------------------------------------------- sending

    def start(self) -> Steps[None]:
        """Open a session, and a batch where one is needed, before the first load.

        Raises:
            GatewayError: the gateway refuses.
            NoAnswer: no answer came.
        """
        repeats, pauses = self._calls.recovery.repeats, self._calls.recovery.pauses()
        while True:
            try:
                yield from self._calls.open()
                if self._template.is_merged_there:
                    yield from self._start_batch()
                return
            except GatewayError as error:
                if error.code != ErrorCode.INTERNAL_ERROR or not repeats:
                    raise
            repeats -= 1
            yield Pause(next(pauses))

    def _start_batch(self) -> Steps[None]:
        message = self._template.message
        self._batch = yield from self._calls.start_batch(message, self._options)

    def _tried(
        self, chunk: Chunk, to: Sequence[str], ago: float | None, client_id: str
    ) -> Steps[list[Outcome]]:
        if not chunk.values:
            return (yield from super()._tried(chunk, to, ago, client_id))
        if ago is not None:  # an item has no id to ask for
            return unknown(to, "the call was interrupted")
        batch = self._batch
        outcomes = yield from self._calls.send_item(batch, to, chunk.values)
        if all(map(_is_of_no_batch, outcomes)):  # they end by themselves after a day
            if self._batch == batch:
                yield from self._start_batch()
            outcomes = yield from self._calls.send_item(self._batch, to, chunk.values)
        return outcomes

    # ---------------------------------------------------------------------------- ending

    def end(self) -> Steps[None]:
        """End the batch; one that is not ended ends by itself after a day."""
        if self._batch:
            try:
                yield from self._calls.end_batch(self._batch)
            except (NoAnswer, GatewayError):
                return

    def close(self) -> None:
        """Close the journal."""
        self._ledger.close()


def _is_open(outcome: Outcome) -> bool:
    """Whether a fate is not final."""
    return outcome.is_retryable


def _is_askable(outcome: Outcome) -> bool:
    return isinstance(outcome, Unknown) and outcome.is_retryable


def _is_repeatable(outcome: Outcome) -> bool:
    """Whether a fate is final, or may become so in a moment."""
    return not outcome.is_retryable or (
        isinstance(outcome, Refused) and outcome.code == ErrorCode.INTERNAL_ERROR
    )


def _is_of_no_batch(outcome: Outcome) -> bool:
    return isinstance(outcome, Refused) and outcome.code == ErrorCode.INVALID_BATCH_ID
