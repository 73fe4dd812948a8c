"""A list of recipients as calls: numbers that get the same message, up to 300 at a time.

Recipients are read as calls are made for them, never all at once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from ..messages.outgoing import Flash, Message, Text, Unicode
from ..vendor.characters import travels_as_gsm
from ..vendor.numbers import as_digits
from .calls import MAX_FIELDS, MAX_RECIPIENTS

_FIELD: Final = re.compile(r"#field([1-9][0-9]*)#")
_MOST_FIELDS: Final = 10
"""Values for a template that is merged here; the vendor's other interfaces take as many."""

Merge: TypeAlias = Literal["gateway", "here"]
"""Who puts values into a text: the gateway, in a batch, or the client, which then sends a message
of its own to each number, under an id of its own."""
Normalise: TypeAlias = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Recipient:
    """A number, with the values that are put into the text for it."""

    to: str
    fields: tuple[str, ...] = ()


Recipients: TypeAlias = Iterable[str | Recipient] | Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Chunk:
    """The content of one call: numbers that get the same message."""

    place: int
    """Its place among the calls."""
    positions: tuple[int, ...]
    """The places of its numbers in the list."""
    to: tuple[str, ...]
    """The numbers, in international digits."""
    message: Message
    """The message for them; the template where the gateway puts the values in."""
    values: tuple[str, ...]
    """The values that the gateway puts in; empty where there are none."""
    digest: str
    """Of all recipients of the list up to the last one here."""


class Template:
    """A message, and what is put into it for each recipient.

    Args:
        message: what is sent.
        merge: who puts values in.
        fields: how many the gateway can put in.

    Raises:
        ValueError: it wants more values than there can be.
    """

    def __init__(
        self, message: Message, merge: Merge = "gateway", fields: int = MAX_FIELDS
    ) -> None:
        if merge not in ("gateway", "here"):
            raise ValueError(f"merge={merge!r}: there is 'gateway' and 'here'")
        self.message = message
        self._text = message.text if isinstance(message, Text | Flash | Unicode) else ""
        self.fields = max(map(int, _FIELD.findall(self._text)), default=0)
        """How many values its text wants; without any it is the same for all."""
        plain = travels_as_gsm(self._text) and not isinstance(message, Unicode)
        self.is_merged_there = merge == "gateway" and self.fields > 0 and plain
        """Whether the gateway can put values in: it does not into Unicode."""
        most = fields if self.is_merged_there else _MOST_FIELDS
        if self.fields > most:
            raise ValueError(f"a template takes {most} values at most")

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
        """The message with values in it; itself where it takes none."""
        if not self.fields:
            return self.message
        text = _FIELD.sub(lambda field: values[int(field[1]) - 1], self._text)
        match self.message:
            case Flash():
                return Flash(text)
            case Unicode():
                return Unicode(text)
            case _:
                return Text(text)


def check_size(per_call: int) -> None:
    """See that a call can have so many numbers.

    Raises:
        ValueError: it cannot.
    """
    if not 0 < per_call <= MAX_RECIPIENTS:
        raise ValueError(f"per_call={per_call}: a call is for 1 to {MAX_RECIPIENTS}")


class Chunker:
    """Divides a list into chunks, as its recipients are fed one by one.

    A list that was appended to is divided as before up to each place where it once ended.

    Args:
        template: what is sent to them.
        per_call: how many numbers a call has at most.
        ends: how many recipients the list had before it was appended to.
        normalise: makes the digits of a number.

    Raises:
        ValueError: `per_call` is not from 1 to 300.
    """

    def __init__(
        self,
        template: Template,
        per_call: int = MAX_RECIPIENTS,
        ends: Sequence[int] = (),
        normalise: Normalise = as_digits,
    ) -> None:
        check_size(per_call)
        self._template = template
        self._per_call = per_call
        self._ends = frozenset(ends)
        self._normalise = normalise
        # Those that get the same values are looked for among so many.
        self._window = 10 * per_call if template.fields else per_call
        self._some: list[Recipient] = []
        self.count = 0
        """How many recipients were fed."""
        self._place = 0
        self._digest = ""

    def feed(self, one: str | Recipient) -> Iterator[Chunk]:
        """Take a recipient; the chunks that are complete with it.

        Raises:
            ValueError: it cannot be sent to.
        """
        recipient = one if isinstance(one, Recipient) else Recipient(one)
        self._some.append(Recipient(self._normalise(recipient.to), recipient.fields))
        self.count += 1
        if len(self._some) == self._window or self.count in self._ends:
            yield from self._made()

    def end(self) -> Iterator[Chunk]:
        """The chunks of the recipients that are left: the list ends here."""
        if self._some:
            yield from self._made()

    def _made(self) -> Iterator[Chunk]:
        """Chunks of the recipients that were taken: those with the same values go together."""
        first = self.count - len(self._some)
        groups: dict[tuple[str, ...], list[tuple[int, str]]] = {}
        for position, recipient in enumerate(self._some, first):
            group = groups.setdefault(self._template.values(recipient), [])
            group.append((position, recipient.to))
        self._some = []
        for values, members in groups.items():
            for at in range(0, len(members), self._per_call):
                yield self._chunk(values, members[at : at + self._per_call])

    def _chunk(
        self, values: tuple[str, ...], members: Sequence[tuple[int, str]]
    ) -> Chunk:
        to = tuple(number for _, number in members)
        words = json.dumps([self._digest, to, values]).encode()
        self._digest = hashlib.sha256(words).hexdigest()
        is_there = self._template.is_for_gateway(values)
        chunk = Chunk(
            self._place,
            tuple(position for position, _ in members),
            to,
            self._template.message if is_there else self._template.merged(values),
            values if is_there else (),
            self._digest,
        )
        self._place += 1
        return chunk


def one_by_one(to: Recipients) -> Iterator[str | Recipient]:
    """Recipients, however they were given."""
    if isinstance(to, Mapping):
        for number, values in to.items():
            yield Recipient(str(number), tuple(values))
    elif isinstance(to, str):
        yield to
    else:
        yield from to


def chunks(
    message: Message | str, to: Recipients, *, per_call: int = MAX_RECIPIENTS
) -> Iterator[Chunk]:
    """The calls of a bulk sending, for who makes them elsewhere: in the workers of a queue, say.

    Values are put into the text here, so that each chunk is a message to be sent to its numbers
    by `send`, under a client id of its own.

    Args:
        message: what is sent, or the template.
        to: numbers, `Recipient`s, or a mapping of numbers to their values.
        per_call: how many numbers a call has at most.

    Raises:
        ValueError: the message cannot be sent, or not to one of the recipients.
    """
    template = Template(Text(message) if isinstance(message, str) else message, "here")
    template.message.encode()
    chunker = Chunker(template, per_call)
    for one in one_by_one(to):
        yield from chunker.feed(one)
    yield from chunker.end()
