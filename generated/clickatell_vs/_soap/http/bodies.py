"""The bodies of HTTP messages: unpacked, and read by their Content-Type."""

from __future__ import annotations

import re
import zlib
from typing import Final

from ..xml.parsing import Limits

XOP_TYPE: Final = "application/xop+xml"
LONG: Final = 2**16
"""Bytes of a body from which on it is not read in an event loop: others would wait for that."""
_WINDOW: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_MEMBER: Final = b"\x1f\x8b"
_MEMBERS_AT_MOST: Final = 100
_NO_BOMB: Final = 2**20
"""Bytes that a body may be unpacked to, however short it is."""
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]+)\"?", re.IGNORECASE)


class TooLarge(Exception):
    """A body is beyond its bounds."""


class UnknownCoding(Exception):
    """A body is packed in a way that is not known here."""


def unpacked(body: bytes, coding: str, at_most: int, limits: Limits) -> bytes:
    """A body without its content codings (RFC 9110, section 8.4).

    Args:
        body: as it was sent.
        coding: the Content-Encoding's.
        at_most: bytes, packed and unpacked.
        limits: how many codings there may be, and how much they may save.

    Raises:
        TooLarge: it has more.
        UnknownCoding: it is packed otherwise.
        ValueError: it is broken, or beyond the limits.
    """
    names = [name.strip() for name in coding.lower().split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > limits.codings:
        raise ValueError(f"it has more than {limits.codings} content codings")
    if not all(name in _WINDOW for name in names):
        raise UnknownCoding
    most = max(limits.ratio * len(body), _NO_BOMB)
    for name in reversed(names):
        try:
            body = _inflated(body, name, min(at_most, most))
        except TooLarge:
            if most < at_most:
                said = f"it is more than {limits.ratio:,} times as long unpacked"
                raise ValueError(said) from None
            raise
    if len(body) > at_most:
        raise TooLarge
    return body


def is_long(body: bytes, coding: str, content_type: str, limits: Limits) -> bool:
    """Whether a body is long, or becomes long: unpacked, or with the parts that it includes."""
    if len(body) > LONG or is_multipart(content_type):
        return True
    if not coding:
        return False
    try:
        unpacked(body, coding, LONG, limits)
    except TooLarge:
        return True
    except (UnknownCoding, ValueError):
        return False
    return False


def _inflated(body: bytes, coding: str, at_most: int) -> bytes:
    """A body without one coding. A gzip file is of one or several members (RFC 1952, section
    2.2), and what comes after the last is left out, as gzip does. Many a `deflate` lacks the header
    that it should have (RFC 9110, section 8.4.1.2).
    """
    window = _WINDOW[coding]
    if coding == "deflate" and int.from_bytes(body[:2]) % 31:
        window = -window
    plain = bytearray()
    for _ in range(_MEMBERS_AT_MOST):
        packed = zlib.decompressobj(window)
        try:
            plain += packed.decompress(body, at_most + 1 - len(plain))
        except zlib.error as error:
            raise ValueError(str(error)) from None
        if len(plain) > at_most:
            raise TooLarge
        if not packed.eof:
            raise ValueError("it ends too early")
        body = packed.unused_data.lstrip(b"\0")
        if not body.startswith(_MEMBER) or coding == "deflate":
            return bytes(plain)
    raise ValueError("it has too many members")


def charset_of(content_type: str) -> str | None:
    """The charset that a Content-Type names, if it does."""
    found = _CHARSET.search(content_type)
    return found[1] if found else None


def with_charset(content_type: str, charset: str) -> str:
    """A Content-Type with another charset."""
    return f"{_CHARSET.sub('', content_type)}; charset={charset}"


def media_type(content_type: str) -> str:
    """The media type of a Content-Type, in lower case; "" where there is none."""
    return content_type.partition(";")[0].strip().lower()


def is_multipart(content_type: str) -> bool:
    """Whether a message is one of several parts."""
    return media_type(content_type).startswith("multipart/")
