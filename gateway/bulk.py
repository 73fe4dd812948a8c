"""Bulk sending: what to send in which calls, without I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from .calls import MAX_FIELDS, MAX_RECIPIENTS, Calls, NoAnswer, Options, Steps
from .journal import Journal
from .outcomes import Outcome, Unknown
from .outgoing import Message

Progress: TypeAlias = Callable[[int, int], object]
"""Called with how many numbers are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A number, with the values that are put into the template for it."""

    to: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """What one call carries: numbers that get the same."""

    place: int
    """The place of the call in the job."""
    positions: tuple[int, ...]
    """The places of its numbers in the job."""
    to: tuple[str, ...]
    fields: tuple[str, ...] = ()


def loads(recipients: Sequence[Recipient]) -> Iterator[Load]:
    """The calls of a job: numbers that get the same go together, 300 at a time."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for position, recipient in enumerate(recipients):
        if len(recipient.fields) > MAX_FIELDS:
            raise ValueError(f"a template takes {MAX_FIELDS} values at most")
        groups.setdefault(recipient.fields, []).append(position)
    place = 0
    for values, positions in groups.items():
        for at in range(0, len(positions), MAX_RECIPIENTS):
            some = tuple(positions[at : at + MAX_RECIPIENTS])
            to = tuple(recipients[position].to for position in some)
            yield Load(place, some, to, values)
            place += 1


class Job:
    """A bulk sending. Each of its loads is to be run once, in any order, by any thread.

    Args:
        calls: what makes the calls.
        message: what is sent; with values, the template.
        recipients: to whom.
        options: how.
        journal: makes the record, of the words that the job is known by.
        progress: is told how far it is.
    """

    def __init__(
        self,
        calls: Calls,
        message: Message,
        recipients: Sequence[Recipient],
        options: Options,
        journal: Callable[[Iterator[str]], Journal],
        progress: Progress | None,
    ) -> None:
        self._calls = calls
        self._message = message
        self._options = options
        self._progress = progress
        self._done = 0
        self.merges = any(recipient.fields for recipient in recipients)
        self.loads = list(loads(recipients))
        self._outcomes: list[Outcome | None] = [None] * len(recipients)
        self.journal = journal(self._words(recipients))

    def _words(self, recipients: Sequence[Recipient]) -> Iterator[str]:
        yield repr(self._message.encode())
        yield repr(self._options)
        for recipient in recipients:
            yield recipient.to
            yield from recipient.fields

    @property
    def outcomes(self) -> list[Outcome]:
        """The fate of each recipient, in the order in which they were given."""
        assert all(self._outcomes), "all loads were run"
        return [outcome for outcome in self._outcomes if outcome is not None]

    def pending(self) -> list[Load]:
        """The loads that are to be run: what an earlier run has done is noted here."""
        left = []
        for load in self.loads:
            done = self.journal.done.get(load.place)
            if done is None:
                left.append(load)
            else:
                self._note(load, done)
        return left

    def start(self, left: Sequence[Load]) -> Steps[str]:
        """Begin the batch that the loads need; its id, "" if they need none.

        Raises:
            GatewayError: the gateway refuses.
            NoAnswer: no answer came.
        """
        if not (self.merges and left):
            return ""
        batch = yield from self._calls.start_batch(self._message, self._options)
        return batch

    def run(self, load: Load, batch_id: str) -> Steps[None]:
        """Make a load's call, and note what came of it."""
        before = load.place in self.journal.begun
        if not before:
            self.journal.begin(load.place)
        if not batch_id:
            outcomes = yield from self._calls.send(
                self._message,
                load.to,
                self._options,
                self.journal.client_id(load.place),
                ask_first=before,
            )
        elif before:  # an item has no id to ask for
            reason = "the call was interrupted"
            outcomes = [Unknown(number, reason) for number in load.to]
        else:
            outcomes = yield from self._calls.send_item(batch_id, load.to, load.fields)
        self.journal.finish(load.place, outcomes)
        self._note(load, outcomes)

    def end(self, batch_id: str) -> Steps[None]:
        """End the batch; one that is not ended ends by itself after a day."""
        if batch_id:
            try:
                yield from self._calls.end_batch(batch_id)
            except NoAnswer:
                return

    def _note(self, load: Load, outcomes: Sequence[Outcome]) -> None:
        for position, outcome in zip(load.positions, outcomes, strict=True):
            self._outcomes[position] = outcome
        self._done += len(outcomes)
        if self._progress is not None:
            self._progress(self._done, len(self._outcomes))


def as_recipients(
    to: Sequence[str | Recipient] | Mapping[str, Sequence[str]],
) -> list[Recipient]:
    """Recipients, however they were given."""
    if isinstance(to, Mapping):
        return [Recipient(number, tuple(values)) for number, values in to.items()]
    return [one if isinstance(one, Recipient) else Recipient(one) for one in to]
