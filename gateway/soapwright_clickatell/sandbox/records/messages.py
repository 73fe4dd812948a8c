"""Messages, as they are handed in and as the gateway keeps them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from ...vendor.characters import is_gsm
from ...vendor.codes import ErrorCode, MessageStatus
from ...vendor.features import Priority, RequiredFeatures
from ...vendor.octets import OCTETS
from ...vendor.push import HEADER, MmsNotification, ServiceIndication
from ...vendor.replies import GatewayError
from .content import Content, binary, of_type, written

MAX_RECIPIENTS: Final = 300
MAX_PARTS: Final = 35
MAX_DELAY: Final = 10_080
"""Minutes: seven days."""
MAX_VALIDITY: Final = 1440
"""Minutes: a day. It is also the default."""
MAX_CALLBACKS: Final = 7

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
_CONTROL: Final = re.compile(r"[\n\r\f]")
_LONGEST: Final = 2 * MAX_PARTS * OCTETS
"""Characters: no message is longer, not even in hex."""
_FIELD: Final = re.compile(r"#(field[0-9]+)#")

TEST_SHARE: Final = Decimal("0.33")
"""The price of a message to one of the vendor's test numbers, as a share of the usual price."""


@dataclass(frozen=True, slots=True)
class Step:
    """From when on a message has a status."""

    at: float
    status: MessageStatus
    route: str = ""
    """The route that it waits for, or goes by; "" where it is on none."""


@dataclass(slots=True, kw_only=True)
class Message:
    """A message to one recipient, which the gateway has accepted."""

    id: str
    user: str
    """Whose it is."""
    recipient: str
    sender: str
    """Its sender ID, "" for the gateway's own."""
    content: Content
    charge: Decimal = Decimal()
    """In credits."""
    client_id: str = ""
    batch_id: str = ""
    accepted: float
    course: list[Step] = field(default_factory=list)
    """Its statuses so far, in order of time."""
    due: float | None = None
    """When something happens to it by itself; `None` if nothing ever does."""
    released: float = 0.0
    """When it is to be sent on: at once, or after its delay."""
    expires: float = 0.0
    """When it is given up if it still waits."""
    queue: int = Priority.LOW
    route: str = ""
    """The route that it waits for, or went by."""
    escalate: bool = False
    features: int = 0
    """The bits of `req_feat` that it needs."""
    max_credits: Decimal = Decimal()
    callbacks: int = 0
    options: Mapping[str, str | int] = field(default_factory=dict)
    """The options that the call set, by the vendor's names."""

    @property
    def text(self) -> str:
        """Its text; "" where it has none."""
        return self.content.text

    @property
    def parts(self) -> int:
        """How many SMS it is."""
        return self.content.parts

    @property
    def status(self) -> MessageStatus:
        """Its current status."""
        return self.course[-1].status

    @property
    def sender_feature(self) -> RequiredFeatures:
        """The features of a route that keeps its sender ID."""
        if not self.sender:
            return RequiredFeatures(0)
        if _NUMERIC_SENDER.fullmatch(self.sender):
            return RequiredFeatures.NUMERIC_SENDER
        return RequiredFeatures.ALPHANUMERIC_SENDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A call's request to send; "", 0 and () are unset."""

    to: Sequence[str] = ()
    sender: str = ""
    text: str = ""
    concat: int = 0
    """The most parts that it may take; 1 where unset."""
    deliver_after: int = 0
    """Minutes."""
    max_credits: Decimal = field(default=Decimal())
    client_id: str = ""
    unicode: int = 0
    """Whether the text is UCS-2 in hex."""
    type: str = ""
    udh: str = ""
    data: str = ""
    receipt: int = 0
    """`deliv_ack`. The vendor asks for receipts of its own accord."""
    callbacks: int = 0
    features: int = 0
    queue: int = 0
    escalate: int = 0
    two_way: int = 0
    """`mo`: whether replies must find their way."""
    validity: int = 0
    """Minutes."""
    push: ServiceIndication | MmsNotification | None = None

    def check(self, account_limit: Decimal = Decimal()) -> None:
        """See that the call makes sense, apart from its recipients and its content.

        Args:
            account_limit: the most that a message of this account may cost; 0 for no limit.

        Raises:
            GatewayError: 101, 106, 112, 120 or 302.
        """
        if not all(self._options()):
            raise GatewayError(ErrorCode.INVALID_PARAMETERS)
        if self.type not in TEXT_TYPES | BINARY_TYPES:
            raise GatewayError(ErrorCode.INVALID_MESSAGE_TYPE)
        if not 0 <= self.deliver_after <= MAX_DELAY:
            raise GatewayError(ErrorCode.INVALID_DELIVERY_TIME)
        if not is_sender(self.sender) or (self.is_8_bit and self._sender_is_a_name):
            raise GatewayError(ErrorCode.INVALID_SOURCE)
        if 0 < account_limit < self.max_credits:
            raise GatewayError(ErrorCode.MAX_ALLOWED_CREDIT)
        if self.push is not None:
            self.push.check()

    def check_recipients(self) -> None:
        """See that there are some, and no more than a call may have.

        Raises:
            GatewayError: 101.
        """
        if not any(self.to) or len(self.to) > MAX_RECIPIENTS:
            raise GatewayError(ErrorCode.INVALID_PARAMETERS)

    def _options(self) -> Sequence[bool]:
        flags = self.unicode, self.receipt, self.escalate, self.two_way
        return (
            self.concat >= 0,
            all(flag in (0, 1) for flag in flags),
            self.queue in (0, *Priority),
            0 <= self.callbacks <= MAX_CALLBACKS,
            0 <= self.validity <= MAX_VALIDITY,
            self.features >= 0,
            self.max_credits >= 0,
            not self.client_id or _CLIENT_ID.fullmatch(self.client_id) is not None,
            not (self.udh and self.type in BINARY_TYPES),  # only one of them makes it
        )

    def options(self) -> dict[str, str | int]:
        """The options that are set, by the vendor's names."""
        given: dict[str, str | int] = {
            **{"from": self.sender, "concat": self.concat},
            **{"deliv_ack": self.receipt, "callback": self.callbacks},
            **{"deliv_time": self.deliver_after, "req_feat": self.features},
            "max_credits": (
                f"{self.max_credits.normalize():f}" if self.max_credits else ""
            ),
            **{"queue": self.queue, "escalate": self.escalate, "mo": self.two_way},
            **{"cliMsgId": self.client_id, "unicode": self.unicode},
            **{"msg_type": self.type, "udh": self.udh, "validity": self.validity},
            **({} if self.push is None else self.push.options()),
        }
        return {name: value for name, value in given.items() if value}

    @property
    def is_8_bit(self) -> bool:
        """Whether the content is bytes and not text."""
        return self.type in BINARY_TYPES or bool(self.udh)

    @property
    def _sender_is_a_name(self) -> bool:
        return bool(self.sender) and not _NUMERIC_SENDER.fullmatch(self.sender)

    def content(self) -> Content:
        """The content of the messages, with the number of parts.

        Raises:
            GatewayError: 101, 102, 107, 113 or 116.
        """
        if max(len(self.text), len(self.data)) > _LONGEST:  # not worth looking at
            raise GatewayError(ErrorCode.TOO_MANY_PARTS)
        content = self._content()
        if content.parts > min(self.concat or 1, MAX_PARTS):
            raise GatewayError(ErrorCode.TOO_MANY_PARTS)
        return content

    def _content(self) -> Content:
        if self.push is not None:
            name = type(self.push).__name__
            return Content(name, str(self.push), HEADER, self.push.encode())
        if self.udh:
            return binary(self.udh, self.data or self.text)
        if self.type in BINARY_TYPES:
            return of_type(self.type, self.text, self.data)
        return written(self.text, bool(self.unicode), self.type == "SMS_FLASH")

    def merged(self, fields: Mapping[str, str], to: Sequence[str]) -> Submission:
        """The submission of a batch for some recipients, with values put into its template;
        Unicode takes none, and a placeholder without a value becomes empty.

        Raises:
            GatewayError: 113, before it becomes longer than any message.
        """
        if self.unicode:
            return replace(self, to=to)
        pieces = _FIELD.split(self.text)
        pieces[1::2] = [fields.get(name, "") for name in pieces[1::2]]
        if sum(map(len, pieces)) > _LONGEST:
            raise GatewayError(ErrorCode.TOO_MANY_PARTS)
        return replace(self, text="".join(pieces), to=to)


def is_number(number: str) -> bool:
    """Whether it is a recipient's number: international digits, without 00 or +."""
    return _NUMBER.fullmatch(number) is not None


def is_sender(sender: str) -> bool:
    """Whether it can be a sender ID: a number, a short name in the characters that handsets
    show, or "" for the gateway's own."""
    if _NUMERIC_SENDER.fullmatch(sender) or not sender:
        return True
    written = is_gsm(sender) and not _CONTROL.search(sender) and bool(sender.strip())
    return written and len(sender) <= _LONGEST_NAME


def price(number: str, parts: int, charge: Decimal = Decimal(1)) -> Decimal:
    """The price of a message, in credits, on a route of this charge a part: a third for the
    vendor's test numbers."""
    share = TEST_SHARE if _TEST_NUMBER.fullmatch(number) else Decimal(1)
    return parts * charge * share
