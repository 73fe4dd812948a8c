"""Functions that the synchronous and the asynchronous client share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from ..messages.outgoing import Message, Text
from ..vendor.numbers import Region, as_digits
from .chunks import Normalise, Recipient, Recipients
from .fates import NoAnswer

CONCURRENCY: Final = 4
"""How many calls of a bulk sending are under way at once."""
_NEXT: Final = re.compile(r"\s*\n\s*(?=(?:ID|apiMsgId|OK|ERR):)", re.IGNORECASE)
Numbers: TypeAlias = list[str] | tuple[str, ...]
"""Several numbers."""


def no_answer(error: Exception) -> NoAnswer:
    """The error that is raised where a call has no usable reply, with its cause, which is of any
    of the generated packages."""
    failure = NoAnswer(str(error), getattr(error, "sent", None))
    failure.__cause__ = error
    return failure


def replies(reply: str | list[str]) -> list[str]:
    """The gateway's replies to a call: an item each, or a line each as its HTTP service has them."""
    items = [reply] if isinstance(reply, str) else reply
    return [one for item in items for one in _NEXT.split(item)]


def message_of(message: Message | str) -> Message:
    """A message; a `str` is a text."""
    return Text(message) if isinstance(message, str) else message


def normaliser(region: str | None) -> Normalise:
    """The function that makes the digits of a number.

    Raises:
        ValueError: there is no such country, or phonenumbers is not installed.
    """
    return as_digits if region is None else Region(region)


def recipients(to: Recipients) -> Sequence[str | Recipient]:
    """Recipients, all of them at once."""
    if isinstance(to, str):
        return [to]
    if isinstance(to, Mapping):
        return [Recipient(str(number), tuple(values)) for number, values in to.items()]
    return list(to)


def checked(concurrency: int) -> int:
    """How many calls may be under way at once.

    Raises:
        ValueError: none may.
    """
    if concurrency < 1:
        raise ValueError(f"concurrency={concurrency}: one call at a time is the least")
    return concurrency
