"""The cost of a sending, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from ..messages.outgoing import Flash, Message, Text
from .calls import Calls
from .chunks import Chunk, Chunker, Normalise, Recipients, Template, one_by_one
from .outcomes import Coverage
from .steps import Steps

_DIGITS: Final = 5
"""A price is asked for once for all numbers that begin with the same digits, so many of them."""
_MOST: Final = 200
"""How many prices are asked for at most."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many SMS a sending takes, and the least that it costs."""

    recipients: int
    sms: int
    """Of all recipients together."""
    credits: Decimal | None
    """By the lowest price that the gateway names for each prefix; `None` where it names none."""
    unrouted: int = 0
    """How many recipients have a prefix to which nothing is routed; they cost nothing."""
    folded: Estimate | None = None
    """The same with typographic characters folded to the GSM alphabet, where that takes fewer
    SMS."""


@dataclass(slots=True)
class _Prefix:
    """The recipients whose numbers begin with the same digits."""

    number: str
    """One of them."""
    recipients: int = 0
    sms: int = 0
    folded: int = 0


@dataclass(slots=True)
class Counted:
    """The recipients of a sending, counted by the beginnings of their numbers."""

    prefixes: dict[str, _Prefix] = field(default_factory=dict)

    def add(self, chunk: Chunk) -> None:
        """Count the recipients of a chunk."""
        message = chunk.message
        sms = folded = message.sms
        if isinstance(message, Text | Flash):
            folded = message.folded().sms
        for number in chunk.to:
            prefix = self.prefixes.setdefault(number[:_DIGITS], _Prefix(number))
            prefix.recipients += 1
            prefix.sms += sms
            prefix.folded += min(sms, folded)

    def estimate(self, prices: Mapping[str, Coverage]) -> Estimate:
        """The sum, by the prices of the prefixes."""
        made = self._sum(prices, {name: one.sms for name, one in self.prefixes.items()})
        less = {name: one.folded for name, one in self.prefixes.items()}
        if sum(less.values()) == made.sms:
            return made
        folded = self._sum(prices, less)
        return Estimate(made.recipients, made.sms, made.credits, made.unrouted, folded)

    def _sum(self, prices: Mapping[str, Coverage], sms: Mapping[str, int]) -> Estimate:
        routed = [name for name in self.prefixes if prices[name].routed]
        charges = [(prices[name].charge, sms[name]) for name in routed]
        known = [charge * count for charge, count in charges if charge is not None]
        everybody = sum(one.recipients for one in self.prefixes.values())
        reached = sum(self.prefixes[name].recipients for name in routed)
        return Estimate(
            everybody,
            sum(sms.values()),
            sum(known, Decimal(0)) if len(known) == len(charges) else None,
            everybody - reached,
        )


def counted(message: Message, to: Recipients, normalise: Normalise) -> Counted:
    """The recipients of a sending; values are put in as they would be.

    Raises:
        ValueError: the message cannot be sent, or not to one of the recipients.
    """
    made = Counted()
    template = Template(message, "here")
    template.message.encode()
    chunker = Chunker(template, normalise=normalise)
    for one in one_by_one(to):
        for chunk in chunker.feed(one):
            made.add(chunk)
    for chunk in chunker.end():
        made.add(chunk)
    return made


def estimated(calls: Calls, made: Counted) -> Steps[Estimate]:
    """Ask for the prices of a sending.

    Raises:
        GatewayError: the gateway refuses to name them.
        NoAnswer: no answer came.
        ValueError: the numbers have too many different beginnings.
    """
    if len(made.prefixes) > _MOST:
        raise ValueError(
            f"the numbers begin with {len(made.prefixes):,} different"
            f" {_DIGITS} digits; prices are asked for {_MOST} at most"
        )
    prices: dict[str, Coverage] = {}
    for name, prefix in made.prefixes.items():
        prices[name] = yield from calls.coverage(prefix.number)
    return made.estimate(prices)
