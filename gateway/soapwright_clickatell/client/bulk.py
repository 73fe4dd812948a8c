"""Bulk sending: what to send in which calls. Its only I/O is the journal's.

Recipients are read as calls are made for them, never all at once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias

from ..messages.options import Options
from ..messages.outgoing import Flash, Message, Text, Unicode
from ..vendor.characters import travels_as_gsm
from ..vendor.codes import ErrorCode
from ..vendor.replies import GatewayError
from .calls import MAX_FIELDS, MAX_RECIPIENTS, Calls, Steps
from .fates import NoAnswer, unknown
from .journal import Journal, JournalError
from .outcomes import Outcome, Refused

_WINDOW: Final = 10 * MAX_RECIPIENTS
"""How many recipients are looked at for those that get the same values."""
_TOLD: Final = 5 * 24 * 60 * 60
"""Seconds for which the gateway can be asked for a message: about six days by the vendor's documents."""
_FIELD: Final = re.compile(r"#field([1-9][0-9]*)#")

Progress: TypeAlias = Callable[[int, int], object]
"""Called with how many numbers are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A number, with the values that are put into the text for it."""

    to: str
    fields: tuple[str, ...] = ()


Recipients: TypeAlias = Iterable[str | Recipient] | Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Load:
    """The content of one call: numbers that get the same message."""

    place: int
    """The place of the call in the job."""
    positions: tuple[int, ...]
    """The places of its numbers in the job."""
    to: tuple[str, ...]
    values: tuple[str, ...]
    digest: str
    """Of all recipients up to the last one here."""
    done: Sequence[Outcome] | None = None
    """Its outcome in an earlier run."""


class Template:
    """A message, and what is put into it for each recipient.

    Raises:
        ValueError: it wants more values than there can be.
    """

    def __init__(self, message: Message) -> None:
        self.message = message
        self._text = message.text if isinstance(message, Text | Flash | Unicode) else ""
        self.fields = max(map(int, _FIELD.findall(self._text)), default=0)
        """How many values its text wants; without any it is the same for all."""
        if self.fields > MAX_FIELDS:
            raise ValueError(f"a template takes {MAX_FIELDS} values at most")
        plain = travels_as_gsm(self._text) and not isinstance(message, Unicode)
        self.is_merged_there = self.fields > 0 and plain
        """Whether the gateway can put values in: it does not into Unicode."""

    def values(self, recipient: Recipient) -> tuple[str, ...]:
        """The values of the fields for a recipient.

        Raises:
            ValueError: there are too few values, or what they make cannot be sent.
        """
        if not recipient.to.isprintable() or not recipient.to:
            raise ValueError(f"{recipient.to!r} is no number")
        values = recipient.fields[: self.fields]
        if len(values) < self.fields:
            wanted = f"the text has #field{self.fields}#"
            raise ValueError(
                f"{recipient.to}: {wanted}, there are {len(values)} values"
            )
        if self.fields and not self.is_for_gateway(values):
            try:
                self.merged(values).encode()
            except ValueError as error:
                raise ValueError(f"{recipient.to}: {error}") from None
        return values

    def is_for_gateway(self, values: Sequence[str]) -> bool:
        """Whether the gateway can put these values in: it loses what its alphabet lacks."""
        return self.is_merged_there and all(map(travels_as_gsm, values))

    def merged(self, values: Sequence[str]) -> Message:
        """The message with values in it."""
        text = _FIELD.sub(lambda field: values[int(field[1]) - 1], self._text)
        match self.message:
            case Flash():
                return Flash(text)
            case Unicode():
                return Unicode(text)
            case _:
                return Text(text)


def loads(template: Template, recipients: Iterable[Recipient]) -> Iterator[Load]:
    """The calls of a job: numbers that get the same go together, 300 at a time.

    Raises:
        ValueError: a recipient cannot be sent to.
    """
    place, digest = 0, ""
    numbered = enumerate(recipients)
    window = _WINDOW if template.fields else MAX_RECIPIENTS
    while some := list(islice(numbered, window)):
        groups: dict[tuple[str, ...], list[tuple[int, str]]] = {}
        for position, recipient in some:
            group = groups.setdefault(template.values(recipient), [])
            group.append((position, recipient.to))
        for values, members in groups.items():
            for at in range(0, len(members), MAX_RECIPIENTS):
                some_members = members[at : at + MAX_RECIPIENTS]
                positions = tuple(position for position, _ in some_members)
                to = tuple(number for _, number in some_members)
                words = json.dumps([digest, to, values]).encode()
                digest = hashlib.sha256(words).hexdigest()
                yield Load(place, positions, to, values, digest)
                place += 1


def one_by_one(to: Recipients) -> Iterator[Recipient]:
    """Recipients, however they were given."""
    if isinstance(to, Mapping):
        for number, values in to.items():
            yield Recipient(str(number), tuple(values))
    else:
        several: Iterable[str | Recipient] = [to] if isinstance(to, str) else to
        for one in several:
            yield one if isinstance(one, Recipient) else Recipient(one)


class Job:
    """A bulk sending. Its loads may be run in any order, by any thread.

    Args:
        calls: what makes the calls.
        endpoint: where they go.
        message: what is sent, or the template.
        options: how.
        journal: the file that remembers it, if one does.

    Raises:
        JournalError: the journal cannot be used.
        ValueError: the message cannot be sent.
    """

    def __init__(
        self,
        calls: Calls,
        endpoint: str,
        message: Message,
        options: Options,
        journal: Path | None,
    ) -> None:
        self._calls = calls
        self._template = Template(message)
        self._options = options
        self._batch = ""
        # Under another account or elsewhere the gateway knows nothing of what was sent.
        account = f"{calls.account.user} {calls.account.api_id} at {endpoint}"
        words = repr(message.encode()), repr(options), account
        self._journal = Journal(journal, words)
        self._path = journal

    def loads(self, to: Recipients) -> Iterator[Load]:
        """The loads, with what came of those that an earlier run has done. None is given out
        to be run before it is sure that the journal is of these recipients.

        Raises:
            JournalError: it is of others.
            ValueError: a recipient cannot be sent to.
        """
        last, held, load = self._journal.last, list[Load](), None
        for load in loads(self._template, one_by_one(to)):
            if load.place > last:
                yield load
                continue
            done = self._journal.outcomes(load.place)
            if done is None:
                held.append(load)
            elif tuple(outcome.to for outcome in done) != load.to:
                raise self._other()
            else:
                yield replace(load, done=done)
            if load.place == last:
                if load.digest != self._journal.digest:
                    raise self._other()
                yield from held
        if last > (-1 if load is None else load.place):
            raise self._other()

    def _other(self) -> JournalError:
        return JournalError(f"{self._path}: the journal of a sending to others")

    def start(self) -> Steps[None]:
        """Open a session, and a batch where one is needed, before the first load.

        Raises:
            GatewayError: the gateway refuses.
            NoAnswer: no answer came.
        """
        yield from self._calls.open()
        if self._template.is_merged_there:
            yield from self._start_batch()

    def _start_batch(self) -> Steps[None]:
        message = self._template.message
        self._batch = yield from self._calls.start_batch(message, self._options)

    def run(self, load: Load) -> Steps[list[Outcome]]:
        """Make a load's call; what came of it, when that is noted.

        Raises:
            GatewayError: no session can be opened any more.
            JournalError: the journal cannot be written.
        """
        ago = self._journal.interrupted(load.place)
        if ago is None:
            self._journal.begin(load.place, load.digest)
        if self._template.is_for_gateway(load.values):
            outcomes = yield from self._item(load, ago)
        else:
            outcomes = yield from self._message(load, ago)
        self._journal.finish(load.place, outcomes)
        return outcomes

    def _message(self, load: Load, ago: float | None) -> Steps[list[Outcome]]:
        if ago is not None and ago > _TOLD:
            return unknown(load.to, "the call was interrupted days ago")
        template = self._template
        message = template.merged(load.values) if load.values else template.message
        return (
            yield from self._calls.send(
                message,
                load.to,
                self._options,
                self._journal.client_id(load.place),
                ask_first=ago is not None,
            )
        )

    def _item(self, load: Load, ago: float | None) -> Steps[list[Outcome]]:
        if ago is not None:  # an item has no id to ask for
            return unknown(load.to, "the call was interrupted")
        batch = self._batch
        outcomes = yield from self._calls.send_item(batch, load.to, load.values)
        if all(map(_is_of_no_batch, outcomes)):  # they end by themselves after a day
            if self._batch == batch:
                yield from self._start_batch()
            outcomes = yield from self._calls.send_item(
                self._batch, load.to, load.values
            )
        return outcomes

    def end(self) -> Steps[None]:
        """End the batch; one that is not ended ends by itself after a day."""
        if self._batch:
            try:
                yield from self._calls.end_batch(self._batch)
            except (NoAnswer, GatewayError):
                return

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()


def _is_of_no_batch(outcome: Outcome) -> bool:
    return isinstance(outcome, Refused) and outcome.code == ErrorCode.INVALID_BATCH_ID
