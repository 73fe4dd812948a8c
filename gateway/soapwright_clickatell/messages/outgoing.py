"""Messages to send: each chooses `msg_type`, `unicode`, `udh`, `data` and `concat` by itself.

Text("Hello")              the GSM alphabet where it has all characters, else Unicode
Flash("Now!")              shown at once
Unicode("Ω")               UCS-2 in any case
Binary(data, udh)          bytes behind a user data header of one's own, EMS among them
VCard(text)                a business card, or `VCard.of(file)` of a vCard of any version
VCalendar(text)            a calendar entry, or `VCalendar.of(file)` of an iCalendar file
Ringtone(rtttl or bytes)   a ringtone in RTTTL, or in Nokia's binary form
OperatorLogo(bytes)        a logo as an OTA bitmap; `OperatorLogo()` removes the handset's
GroupLogo(bytes)           the picture shown for a group of callers
PictureMessage(bytes)      a picture with a text

`OperatorLogo.of`, `GroupLogo.of` and `PictureMessage.of` take image files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

from ..vendor.characters import folded, gsm_parts, travels_as_gsm, ucs2_parts
from ..vendor.octets import PORTS, header_elements, octet_parts, ports_header
from ..vendor.ringtones import encode_rtttl
from .bitmaps import LOGO, PICTURE, bcd_network, ota_bitmap, picture
from .conversion import to_vcalendar, to_vcard

MAX_PARTS: Final = 35


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of `sendmsg` that make up a message; `None` is unset."""

    operation: ClassVar[str] = "sendmsg"
    text: str | None = None
    concat: int | None = None
    unicode: int | None = None
    msg_type: str | None = None
    udh: str | None = None
    data: str | None = None


class Encoded(Protocol):
    """The parts of a call that make up a message, in the fields of a dataclass."""

    operation: ClassVar[str]
    """The operation that sends it, in the names of `clickatell`."""
    __dataclass_fields__: ClassVar[dict[str, Any]]  # Any: as dataclasses have it


class Message(Protocol):
    """Something that can be sent."""

    @property
    def sms(self) -> int:
        """How many SMS it takes."""
        ...

    def encode(self) -> Encoded:
        """The parts of the call.

        Raises:
            ValueError: it is empty, takes more than 35 SMS, or is not what it should be.
        """
        ...


def checked(message: Message, empty: bool) -> int | None:
    """The value of `concat` for a message; `None` where the gateway's default of 1 is enough.

    Raises:
        ValueError: it is empty or takes too many SMS.
    """
    if empty:
        raise ValueError("an empty message cannot be sent")
    if message.sms > MAX_PARTS:
        raise ValueError(f"it takes {message.sms} SMS; {MAX_PARTS} are the most")
    return message.sms if message.sms > 1 else None


def _ucs2(text: str) -> str:
    """UCS-2 in hex; what is beyond its plane is a pair of surrogates.

    Raises:
        ValueError: the text has half of a pair.
    """
    return text.encode("utf-16-be").hex().upper()


@dataclass(frozen=True, slots=True)
class Text:
    """A text, in the GSM alphabet where that has all of its characters, else in Unicode."""

    text: str

    def folded(self) -> Text:
        """The same with quotes, dashes and other typographic characters as the GSM alphabet has
        them, which then often takes fewer SMS."""
        return Text(folded(self.text))

    @property
    def sms(self) -> int:
        """How many SMS it takes."""
        return (gsm_parts if travels_as_gsm(self.text) else ucs2_parts)(self.text)

    def encode(self) -> Parts:
        """As `Message.encode`."""
        concat = checked(self, not self.text)
        if travels_as_gsm(self.text):
            return Parts(text=self.text, concat=concat)
        return Parts(text=_ucs2(self.text), unicode=1, concat=concat)


@dataclass(frozen=True, slots=True)
class Flash:
    """A text that the handset shows at once, and does not keep."""

    text: str

    def folded(self) -> Flash:
        """The same with quotes, dashes and other typographic characters as the GSM alphabet has
        them, which then often takes fewer SMS."""
        return Flash(folded(self.text))

    @property
    def sms(self) -> int:
        """How many SMS it takes."""
        return Text(self.text).sms

    def encode(self) -> Parts:
        """As `Message.encode`."""
        made = Text(self.text).encode()
        return Parts(
            text=made.text,
            concat=made.concat,
            unicode=made.unicode,
            msg_type="SMS_FLASH",
        )


@dataclass(frozen=True, slots=True)
class Unicode:
    """A text in UCS-2, even where the GSM alphabet would do."""

    text: str

    @property
    def sms(self) -> int:
        """How many SMS it takes."""
        return ucs2_parts(self.text)

    def encode(self) -> Parts:
        """As `Message.encode`."""
        concat = checked(self, not self.text)
        return Parts(text=_ucs2(self.text), unicode=1, concat=concat)


@dataclass(frozen=True, slots=True)
class Binary:
    """Bytes behind a user data header (3GPP TS 23.040, section 9.2.3.24): EMS, port-addressed
    messages of other makers than Nokia. A header for a port makes `octets.ports_header`.
    """

    data: bytes
    udh: bytes
    """With its length as its first byte."""

    @property
    def sms(self) -> int:
        """How many SMS it takes."""
        return octet_parts(self.udh, self.data)

    def encode(self) -> Parts:
        """As `Message.encode`."""
        header_elements(self.udh)
        concat = checked(self, not self.data)
        return Parts(
            udh=self.udh.hex().upper(), data=self.data.hex().upper(), concat=concat
        )


class _Typed:
    """A message of one of the vendor's types, for which the gateway makes the header."""

    __slots__ = ()

    @property
    def sms(self) -> int:
        """How many SMS it takes."""
        kind, payload = self._content()
        octets = payload if isinstance(payload, bytes) else self._octets(payload)
        return octet_parts(ports_header(PORTS[kind]), octets)

    def encode(self) -> Parts:
        """As `Message.encode`."""
        kind, payload = self._content()
        concat = checked(self, not payload)
        if isinstance(payload, bytes):
            return Parts(msg_type=kind, data=payload.hex().upper(), concat=concat)
        return Parts(msg_type=kind, text=payload, concat=concat)

    def _content(self) -> tuple[str, str | bytes]:
        """The vendor's type, and what goes with it."""
        raise NotImplementedError

    def _octets(self, text: str) -> bytes:
        """The bytes that the gateway sends for a text."""
        try:
            return text.encode("latin-1")
        except UnicodeEncodeError:
            return text.encode("utf-8")


@dataclass(frozen=True, slots=True)
class VCard(_Typed):
    """A business card: a vCard 2.1, as handsets know it."""

    text: str

    @classmethod
    def of(cls, vcard: str) -> VCard:
        """The first card of a vCard of any version, brought to 2.1.

        Raises:
            ValueError: it is none.
        """
        return cls(to_vcard(vcard))

    def _content(self) -> tuple[str, str | bytes]:
        return "SMS_NOKIA_VCARD", self.text


@dataclass(frozen=True, slots=True)
class VCalendar(_Typed):
    """A calendar entry: a vCalendar 1.0, as handsets know it."""

    text: str

    @classmethod
    def of(cls, calendar: str) -> VCalendar:
        """The events and tasks of an iCalendar, or a vCalendar, brought to 1.0.

        Raises:
            ValueError: it is none.
        """
        return cls(to_vcalendar(calendar))

    def _content(self) -> tuple[str, str | bytes]:
        return "SMS_NOKIA_VCAL", self.text


@dataclass(frozen=True, slots=True)
class Ringtone(_Typed):
    """A ringtone: RTTTL as text, or Nokia's binary form as bytes."""

    tune: str | bytes

    def _content(self) -> tuple[str, str | bytes]:
        binary = isinstance(self.tune, bytes)
        return f"SMS_NOKIA_{'RINGTONE' if binary else 'RTTL'}", self.tune

    def _octets(self, text: str) -> bytes:
        return encode_rtttl(text)


@dataclass(frozen=True, slots=True)
class OperatorLogo(_Typed):
    """An operator logo (Nokia Smart Messaging: country, network, OTA bitmap); without one, what
    removes the handset's."""

    logo: bytes = field(default=b"")

    def _content(self) -> tuple[str, str | bytes]:
        if not self.logo:
            return "SMS_NOKIA_CLEAN", b"\x00"
        return "SMS_NOKIA_OLOGO", self.logo

    @classmethod
    def of(cls, image: Path, mcc: str, mnc: str) -> OperatorLogo:
        """A logo of an image file, for the subscribers of a network.

        Args:
            image: a file of any kind that Pillow reads; it is scaled to 72 by 14 dots.
            mcc: the country's mobile country code, of three digits.
            mnc: the network's mobile network code, of two.

        Raises:
            ValueError: one of them is not that, or Pillow is not installed.
        """
        return cls(bcd_network(mcc, mnc) + ota_bitmap(image, *LOGO))


@dataclass(frozen=True, slots=True)
class GroupLogo(_Typed):
    """A logo that a handset shows when one of a group of callers calls: an OTA bitmap."""

    logo: bytes

    @classmethod
    def of(cls, image: Path) -> GroupLogo:
        """A logo of an image file, which is scaled to 72 by 14 dots.

        Raises:
            ValueError: it is none, or Pillow is not installed.
        """
        return cls(ota_bitmap(image, *LOGO))

    def _content(self) -> tuple[str, str | bytes]:
        return "SMS_NOKIA_GLOGO", self.logo


@dataclass(frozen=True, slots=True)
class PictureMessage(_Typed):
    """A picture with a text (Nokia Smart Messaging: version, text, OTA bitmap)."""

    content: bytes

    @classmethod
    def of(cls, image: Path, text: str = "") -> PictureMessage:
        """A picture message of an image file, which is scaled to 72 by 28 dots.

        Raises:
            ValueError: it is none, the text is not in Latin-1, or Pillow is not installed.
        """
        return cls(picture(ota_bitmap(image, *PICTURE), text))

    def _content(self) -> tuple[str, str | bytes]:
        return "SMS_NOKIA_PICTURE", self.content
