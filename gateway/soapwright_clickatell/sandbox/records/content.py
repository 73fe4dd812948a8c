"""The content of a message: text in one of two alphabets, or bytes with a header."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ...vendor.characters import gsm_parts, ucs2_parts
from ...vendor.codes import ErrorCode
from ...vendor.features import RequiredFeatures
from ...vendor.octets import PORTS, header_elements, octet_parts, ports_header
from ...vendor.replies import GatewayError
from ...vendor.ringtones import encode_rtttl

_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})*")
_TEXTUAL: Final = frozenset({"SMS_NOKIA_VCARD", "SMS_NOKIA_VCAL", "SMS_NOKIA_RTTL"})
"""Types whose payload is text: the vendor's examples hand it in as such."""


@dataclass(frozen=True)
class Content:
    """The content of a message. Text has no data; bytes may have an equivalent text."""

    kind: str
    """`text`, `flash`, `unicode`, `unicode flash`, `binary`, one of the vendor's types, or the
    name of a push."""
    text: str = ""
    udh: bytes = b""
    data: bytes = b""

    @cached_property
    def parts(self) -> int:
        """How many SMS it takes."""
        if self.is_8_bit:
            return octet_parts(self.udh, self.data)
        return (ucs2_parts if self.is_unicode else gsm_parts)(self.text)

    @property
    def is_unicode(self) -> bool:
        """Whether its text goes out in UCS-2."""
        return self.kind.startswith("unicode")

    @property
    def is_8_bit(self) -> bool:
        """Whether it is bytes."""
        return bool(self.udh or self.data)

    @property
    def features(self) -> RequiredFeatures:
        """The features that a route needs to carry it: the gateway adds these by itself."""
        needed = RequiredFeatures(0)
        if self.is_8_bit:
            needed |= RequiredFeatures.EIGHT_BIT | RequiredFeatures.UDH
        if self.is_unicode:
            needed |= RequiredFeatures.UCS2
        if self.parts > 1:
            needed |= RequiredFeatures.CONCATENATION
        return needed


def written(text: str, in_hex: bool, flash: bool) -> Content:
    """Text, as it is or as UCS-2 in hex.

    Raises:
        GatewayError: 107 or 116.
    """
    if not text:
        raise GatewayError(ErrorCode.EMPTY_MESSAGE)
    words = [word for word, is_so in (("unicode", in_hex), ("flash", flash)) if is_so]
    return Content(" ".join(words) or "text", _from_ucs2(text) if in_hex else text)


def binary(udh: str, data: str) -> Content:
    """Bytes behind a header of the caller's own.

    Raises:
        GatewayError: 101, 102 or 107.
    """
    try:
        header = _from_hex(udh, ErrorCode.INVALID_UDH)
        header_elements(header)
        if not data:
            raise GatewayError(ErrorCode.EMPTY_MESSAGE)
        content = Content("binary", "", header, _from_hex(data))
        content.parts  # a header may leave no room for the parts' own
        return content
    except ValueError:
        raise GatewayError(ErrorCode.INVALID_UDH) from None


def of_type(kind: str, text: str, data: str) -> Content:
    """One of the vendor's types, for which the gateway makes the header.

    The documents use `text` and `data` without distinction: either holds hex, and `text` of a
    card, a calendar entry or a ringtone in RTTTL the thing itself.

    Raises:
        GatewayError: 101 or 107.
    """
    if not (text or data):
        raise GatewayError(ErrorCode.EMPTY_MESSAGE)
    header = ports_header(PORTS[kind])
    if kind in _TEXTUAL and text and not _HEX.fullmatch(text):
        return Content(kind, text, header, _made_of(kind, text))
    octets = _from_hex(data or text)
    shown = octets.decode("latin-1") if kind in _TEXTUAL else ""
    return Content(kind, shown, header, _made_of(kind, shown) if shown else octets)


def _made_of(kind: str, text: str) -> bytes:
    """The bytes that go out for a payload that is text.

    Raises:
        GatewayError: 101, for what is no RTTTL.
    """
    if kind == "SMS_NOKIA_RTTL":
        try:
            return encode_rtttl(text)
        except ValueError:
            raise GatewayError(ErrorCode.INVALID_PARAMETERS) from None
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _from_hex(digits: str, error: ErrorCode = ErrorCode.INVALID_PARAMETERS) -> bytes:
    if not _HEX.fullmatch(digits):
        raise GatewayError(error)
    return bytes.fromhex(digits)


def _from_ucs2(digits: str) -> str:
    try:
        return _from_hex(digits, ErrorCode.INVALID_UNICODE).decode("utf-16-be")
    except UnicodeDecodeError:
        raise GatewayError(ErrorCode.INVALID_UNICODE) from None
