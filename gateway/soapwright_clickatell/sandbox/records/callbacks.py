"""Callbacks to the customer: their content, destination and retries."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal, TypeAlias, get_args

from ...vendor.codes import MessageStatus
from ...vendor.features import Callbacks

Method: TypeAlias = Literal[
    "http-get", "http-post", "xml-get", "xml-post", "soap-get", "soap-post"
]
METHODS: Final[tuple[str, ...]] = get_args(Method)

_INTERMEDIATE: Final = frozenset(
    {
        MessageStatus.QUEUED,
        MessageStatus.DELIVERED_TO_GATEWAY,
        MessageStatus.QUEUED_FOR_LATER,
    }
)
_ERRORS: Final = frozenset(
    {
        MessageStatus.ERROR_WITH_MESSAGE,
        MessageStatus.DELIVERY_ERROR,
        MessageStatus.ROUTING_ERROR,
        MessageStatus.EXPIRED,
        MessageStatus.OUT_OF_CREDIT,
        MessageStatus.MT_LIMIT_EXCEEDED,
    }
)
STATUS_RETRIES: Final = tuple(
    60.0 * minutes for minutes in (2, 4, 8, 16, 32, 64, 128, 3 * 24 * 60)
)
"""Seconds from one attempt to the next, after which a status is given up (SX, AE)."""
INCOMING_RETRIES: Final = tuple(60.0 * minutes for minutes in (2, 4, 8, 16, 25))
"""The same of incoming messages (ST, AE)."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an account wants to be called, and how."""

    url: str
    method: Method = "http-get"
    user: str = ""
    """For basic authentication, where it is not ""."""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class StatusReport:
    """The status of a message."""

    api_id: int
    message_id: str
    client_id: str
    timestamp: int
    """Seconds since 1970."""
    to: str
    sender: str
    status: int
    charge: Decimal
    """In credits."""


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message from a handset, or a part of a long one."""

    api_id: int
    message_id: str
    sender: str
    """The handset's number."""
    to: str
    """The rented number that it was sent to."""
    timestamp: float
    """Seconds since 1970."""
    text: str
    charset: str = "ISO-8859-1"
    udh: str = ""
    """In hex; of the parts of a long message its last byte is the part's number."""


def wants(callbacks: int, status: int) -> bool:
    """Whether a status is among those that `callback` asks for.

    The documents differ on what is what; this is the union that is free of contradictions.
    """
    if status == MessageStatus.UNKNOWN:
        return False
    if status in _INTERMEDIATE:
        return bool(callbacks & Callbacks.INTERMEDIATE)
    if callbacks & Callbacks.FINAL:
        return True
    return status in _ERRORS and bool(callbacks & Callbacks.ERROR)


def is_final(status: int) -> bool:
    """Whether nothing comes after a status."""
    return status not in _INTERMEDIATE
