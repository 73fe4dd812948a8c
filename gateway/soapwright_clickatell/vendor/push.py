"""WAP push as it goes over the air: service indications and MMS notifications.

An indication is WAP-167's document in WBXML (WAP-192), a notification the header of OMA's MMS
encapsulation; both travel in a WSP push to port 2948. What handsets read is made here, so that
the number of SMS is the true one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .codes import ErrorCode
from .octets import ports_header
from .replies import GatewayError

HEADER: Final = ports_header(2948, 9200)
_PUSH: Final = bytes((0x01, 0x06))  # transaction 1, a push
_SI_TYPE: Final = bytes((0x03, 0xAE, 0x81, 0xEA))  # application/vnd.wap.sic in UTF-8
_MMS_TYPE: Final = bytes((0xBE,))  # application/vnd.wap.mms-message
_END, _STRING, _OPAQUE = b"\x01", b"\x03", b"\xc3"
_SI_START: Final = bytes((0x02, 0x05, 0x6A, 0x00, 0x45, 0xC6))

# The attribute's start that covers the most of a URL (WAP-167, section 8.3).
_URLS: Final = (
    ("https://www.", 0x0F),
    ("https://", 0x0E),
    ("http://www.", 0x0D),
    ("http://", 0x0C),
    ("", 0x0B),
)
_ACTIONS: Final = {
    "signal-none": 0x05,
    "signal-low": 0x06,
    "signal-medium": 0x07,
    "signal-high": 0x08,
    "delete": 0x09,
}
_CREATED, _EXPIRES, _ID = 0x0A, 0x10, 0x11
_MMS_CLASSES: Final = frozenset({"80", "81", "82", "83"})
_LONGEST_EXPIRY: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceIndication:
    """The announcement of `si_push`; "" is unset."""

    id: str
    url: str
    text: str
    created: str = ""
    expires: str = ""
    """Dates in UTC, `2008-01-01T19:30:41Z`; handsets drop a message whose dates are wrong."""
    action: str = ""

    def check(self) -> None:
        """See that it is whole.

        Raises:
            GatewayError: 101.
        """
        if not (self.id and self.url and self.text):
            raise GatewayError(ErrorCode.INVALID_PARAMETERS)
        if self.action and self.action not in _ACTIONS:
            raise GatewayError(ErrorCode.INVALID_PARAMETERS)

    def encode(self) -> bytes:
        """The push that carries it."""
        start, token = next(
            (start, token) for start, token in _URLS if self.url.startswith(start)
        )
        document = [
            _SI_START,
            bytes((token,)) + _text(self.url[len(start) :]),
            _date(_CREATED, self.created),
            _date(_EXPIRES, self.expires),
            bytes((_ID,)) + _text(self.id),
            bytes((_ACTIONS[self.action or "signal-medium"],)),
            _END + _text(self.text) + _END + _END,
        ]
        return _pushed(_SI_TYPE, document)

    def options(self) -> dict[str, str | int]:
        """Its fields by the vendor's names."""
        return {
            **{"si_id": self.id, "si_url": self.url, "si_text": self.text},
            **{"si_created": self.created, "si_expires": self.expires},
            "si_action": self.action,
        }

    def __str__(self) -> str:
        return f"{self.text} {self.url}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MmsNotification:
    """The announcement of `ind_push`: a message that waits at a URL."""

    subject: str
    message_class: str
    expire: str
    """Seconds."""
    sender: str
    url: str

    def check(self) -> None:
        """See that it is whole.

        Raises:
            GatewayError: 101.
        """
        if not (self.subject and self.sender and self.url):
            raise GatewayError(ErrorCode.INVALID_PARAMETERS)
        seconds = self.expire.isascii() and self.expire.isdecimal()
        if not seconds or len(self.expire) > _LONGEST_EXPIRY:
            raise GatewayError(ErrorCode.INVALID_PARAMETERS)
        if self.message_class not in _MMS_CLASSES:
            raise GatewayError(ErrorCode.INVALID_PARAMETERS)

    def encode(self) -> bytes:
        """The push that carries it: a notification of OMA-MMS-ENC, section 6.2."""
        sender = self.sender.encode() + b"\x00"
        seconds = int(self.expire)
        octets = seconds.to_bytes(max(1, (seconds.bit_length() + 7) // 8), "big")
        return _pushed(
            _MMS_TYPE,
            [
                b"\x8c\x82\x98" + _null_ended(self.url.rpartition("/")[2] or "1"),
                b"\x8d\x90",
                bytes((0x89, min(len(sender) + 1, 30), 0x80)) + sender,
                b"\x96" + _null_ended(self.subject),
                bytes((0x8A, int(self.message_class, 16))),
                b"\x8e\x01\x01",
                bytes((0x88, len(octets) + 2, 0x81, len(octets))) + octets,
                b"\x83" + _null_ended(self.url),
            ],
        )

    def options(self) -> dict[str, str | int]:
        """Its fields by the vendor's names."""
        return {
            **{"mms_subject": self.subject, "mms_class": self.message_class},
            **{"mms_expire": self.expire, "mms_from": self.sender},
            "mms_url": self.url,
        }

    def __str__(self) -> str:
        return f"{self.subject} {self.url}"


def _pushed(content_type: bytes, document: Sequence[bytes]) -> bytes:
    return b"".join((_PUSH, bytes((len(content_type),)), content_type, *document))


def _null_ended(text: str) -> bytes:
    return text.replace("\x00", "").encode("utf-8", "replace") + b"\x00"


def _text(text: str) -> bytes:
    return _STRING + _null_ended(text)


def _date(token: int, written: str) -> bytes:
    """A date in the digits of section 8.2.2, without the zeros at its end; what is none is left
    out."""
    try:
        date = datetime.strptime(written, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return b""
    # The year by hand: `strftime` leaves out the zeros that early ones begin with.
    digits = bytes.fromhex(f"{date.year:04d}{date:%m%d%H%M%S}").rstrip(b"\x00")
    return bytes((token,)) + _OPAQUE + bytes((len(digits),)) + digits
