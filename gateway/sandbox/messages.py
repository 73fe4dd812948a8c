"""Messages, as they are handed in and as the gateway keeps them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from ..characters import gsm_parts, ucs2_parts
from ..codes import ErrorCode, MessageStatus
from ..replies import GatewayError

MAX_RECIPIENTS: Final = 300
MAX_PARTS: Final = 35
MAX_DELAY: Final = 10_080
"""Minutes: seven days."""

TEXT_TYPES: Final = frozenset({"", "SMS_TEXT", "SMS_FLASH"})
BINARY_TYPES: Final = frozenset(
    f"SMS_NOKIA_{kind}"
    for kind in "OLOGO GLOGO PICTURE RINGTONE RTTL CLEAN VCARD VCAL".split()
)

_NUMBER: Final = re.compile(r"[1-9][0-9]{6,14}")
_TEST_NUMBER: Final = re.compile(r"279991[0-9]{5}|1999[0-9]{7}")
_NUMERIC_SENDER: Final = re.compile(r"\+?[0-9]{1,16}")
_LONGEST_NAME: Final = 11
_CLIENT_ID: Final = re.compile(r"[A-Za-z0-9]{1,32}")
_HEX: Final = re.compile(r"[0-9A-Fa-f]*")

PART: Final = Decimal(1)
TEST_PART: Final = Decimal("0.33")


class NotThereYet(Exception):
    """Something that the vendor's gateway can do and this one cannot."""


@dataclass(frozen=True, slots=True)
class Step:
    """From when on a message has a status."""

    at: float
    status: MessageStatus


@dataclass(frozen=True, slots=True)
class Message:
    """A message to one recipient, which the gateway has accepted."""

    id: str
    user: str
    """Whose it is."""
    recipient: str
    sender: str
    """Its sender ID, "" for the gateway's own."""
    text: str
    parts: int
    charge: Decimal
    """In credits."""
    client_id: str
    accepted: float
    course: tuple[Step, ...]
    """What becomes of it, in order of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What `sendmsg` asks for; "", 0 and () are unset."""

    to: Sequence[str] = ()
    sender: str = ""
    text: str = ""
    concat: int = 0
    """The most parts that it may take; 1 where unset."""
    deliver_after: int = 0
    """Minutes."""
    max_credits: Decimal = field(default=Decimal())
    client_id: str = ""
    unicode: bool = False
    """Whether the text is UCS-2 in hex."""
    type: str = ""
    udh: str = ""
    data: str = ""

    def check(self) -> None:
        """See that the call makes sense, apart from its recipients and its content.

        Raises:
            GatewayError: 101, 106, 112 or 120.
            NotThereYet: it is of a kind that this gateway does not know.
        """
        if not any(self.to) or len(self.to) > MAX_RECIPIENTS or self.concat < 0:
            raise GatewayError(ErrorCode.INVALID_PARAMETERS)
        if self.client_id and not _CLIENT_ID.fullmatch(self.client_id):
            raise GatewayError(ErrorCode.INVALID_PARAMETERS)
        if self.type not in TEXT_TYPES | BINARY_TYPES:
            raise GatewayError(ErrorCode.INVALID_MESSAGE_TYPE)
        if not 0 <= self.deliver_after <= MAX_DELAY:
            raise GatewayError(ErrorCode.INVALID_DELIVERY_TIME)
        if not is_sender(self.sender):
            raise GatewayError(ErrorCode.INVALID_SOURCE)
        if self.type in BINARY_TYPES:
            raise NotThereYet(f"messages of type {self.type}")
        if self.udh or self.data:
            raise NotThereYet("8-bit messages")

    def content(self) -> tuple[str, int]:
        """The text in readable form, and how many parts it takes.

        Raises:
            GatewayError: 107, 113 or 116.
        """
        if not self.text:
            raise GatewayError(ErrorCode.EMPTY_MESSAGE)
        text = _from_ucs2(self.text) if self.unicode else self.text
        parts = ucs2_parts(text) if self.unicode else gsm_parts(text)
        if parts > min(self.concat or 1, MAX_PARTS):
            raise GatewayError(ErrorCode.TOO_MANY_PARTS)
        return text, parts


def is_number(number: str) -> bool:
    """Whether it is a recipient's number: international digits, without 00 or +."""
    return _NUMBER.fullmatch(number) is not None


def is_sender(sender: str) -> bool:
    """Whether it can be a sender ID: a number, a short name, or "" for the gateway's own."""
    return len(sender) <= _LONGEST_NAME or bool(_NUMERIC_SENDER.fullmatch(sender))


def price(number: str, parts: int) -> Decimal:
    """What a message costs, in credits: one a part, a third for the vendor's test numbers."""
    return parts * (TEST_PART if _TEST_NUMBER.fullmatch(number) else PART)


def _from_ucs2(digits: str) -> str:
    """The text of UCS-2 in hex.

    Raises:
        GatewayError: 116.
    """
    try:
        if not _HEX.fullmatch(digits):
            raise ValueError(digits)
        return bytes.fromhex(digits).decode("utf-16-be")
    except ValueError:
        raise GatewayError(ErrorCode.INVALID_UNICODE) from None
