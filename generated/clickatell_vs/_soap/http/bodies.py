"""The bodies of HTTP messages: unpacked, and read by their Content-Type."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from ..xml.parsing import Limits

XOP_TYPE: Final = "application/xop+xml"
LONG: Final = 2**16
"""Bytes of a body from which on it is not read in an event loop: others would wait for that."""
_WINDOW: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_PLAIN: Final = ("", "identity", "none", "binary", "8bit", "utf-8", "iso-8859-1")
"""Codings that take nothing off: beside identity, what peers write there by mistake."""
_MEMBER: Final = b"\x1f\x8b"
_MEMBERS_AT_MOST: Final = 100
_PIECE: Final = 2**16
_NO_BOMB: Final = 2**20
"""Bytes that a body may be unpacked to, however short it is."""
_TYPES_KEPT: Final = 64
"""Content-Types that are remembered: peers have few, and send them with each message."""
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]+)\"?", re.IGNORECASE)


class TooLarge(Exception):
    """A body is beyond its bounds."""


class UnknownCoding(Exception):
    """A body is packed in a way that is not known here."""


def _codings(coding: str, limits: Limits) -> list[str]:
    """The codings that a Content-Encoding names, the outermost first.

    Raises:
        UnknownCoding: there is one that is not known here.
        ValueError: there are too many.
    """
    names = [name.strip() for name in coding.lower().split(",")]
    names = [name for name in names if name not in _PLAIN]
    if len(names) > limits.codings:
        raise ValueError(f"it has more than {limits.codings} content codings")
    if not all(name in _WINDOW for name in names):
        raise UnknownCoding
    return names[::-1]


def _bomb(limits: Limits) -> ValueError:
    return ValueError(f"it is more than {limits.ratio:,} times as long unpacked")


def unpacked(body: bytes, coding: str, at_most: int, limits: Limits) -> bytes:
    """A body without its content codings (RFC 9110, section 8.4).

    Args:
        body: as it was sent.
        coding: the Content-Encoding.
        at_most: bytes, packed and unpacked.
        limits: how many codings there may be, and how much they may save.

    Raises:
        TooLarge: it has more.
        UnknownCoding: it is packed otherwise.
        ValueError: it is broken, or beyond the limits.
    """
    most = max(limits.ratio * len(body), _NO_BOMB)
    for name in _codings(coding, limits) if coding else ():
        try:
            body = _inflated(body, name, min(at_most, most))
        except TooLarge:
            if most < at_most:
                raise _bomb(limits) from None
            raise
    if len(body) > at_most:
        raise TooLarge
    return body


class Unpacking:
    """A body that is unpacked as its pieces come in, in pieces of a moderate size.

    Args:
        coding: the Content-Encoding.
        limits: how many codings there may be, and how much they may save.

    Raises:
        UnknownCoding: it is packed otherwise.
        ValueError: it has too many codings.
    """

    def __init__(self, coding: str, limits: Limits) -> None:
        self._limits = limits
        self._layers = [_Layer(name) for name in _codings(coding, limits)]
        self._packed = 0

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Unpack the next piece.

        Raises:
            ValueError: it is broken, or beyond the limits.
        """
        self._packed += len(piece)
        yield from self._through(piece, 0)

    def _through(self, piece: bytes, number: int) -> Iterator[bytes]:
        if number == len(self._layers):
            yield piece
            return
        layer = self._layers[number]
        for plain in layer.feed(piece):
            if layer.size > max(self._limits.ratio * self._packed, _NO_BOMB):
                raise _bomb(self._limits)
            yield from self._through(plain, number + 1)

    def end(self) -> None:
        """Take note that nothing comes any more.

        Raises:
            ValueError: it ends too early.
        """
        if self._packed and not all(layer.is_complete for layer in self._layers):
            raise ValueError("it ends too early")


class _Layer:
    """One content coding, taken off piece by piece."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._packed: Any = None  # Any: zlib does not export the type
        self._kept = b""
        self._members = 0
        self.size = 0
        """Bytes unpacked so far."""
        self.is_complete = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Unpack the next piece; what comes of it may be long, and comes in pieces."""
        data = self._kept + piece
        self._kept = b""
        while True:
            packed = self._packed
            if packed is None:
                data = data.lstrip(b"\0") if self._members else data
                if len(data) < 2:  # what follows decides
                    self._kept = data
                    return
                if not self._is_member(data):
                    return
                packed = self._packed = self._begin(data)
            try:
                plain = packed.decompress(data, _PIECE)
            except zlib.error as error:
                raise ValueError(str(error)) from None
            data = packed.unconsumed_tail
            self.size += len(plain)
            if packed.eof:
                data = packed.unused_data
                self._packed, self.is_complete = None, True
            if plain:
                yield plain
            elif not data:
                return

    def _is_member(self, data: bytes) -> bool:
        """Whether there is another member; what else follows the last is left out."""
        is_gzip = self._coding != "deflate" and data[:2] == _MEMBER
        return not self._members or is_gzip

    def _begin(self, data: bytes) -> Any:  # Any: zlib does not export the type
        """Begin a member.

        Raises:
            ValueError: there are too many.
        """
        self._members += 1
        if self._members > _MEMBERS_AT_MOST:
            raise ValueError("it has too many members")
        window = _WINDOW[self._coding]
        if self._coding == "deflate" and int.from_bytes(data[:2]) % 31:
            window = -window
        self.is_complete = False
        return zlib.decompressobj(window)


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


@lru_cache(maxsize=_TYPES_KEPT)
def charset_of(content_type: str) -> str | None:
    """The charset that a Content-Type names, if it does."""
    found = _CHARSET.search(content_type)
    return found[1] if found else None


def with_charset(content_type: str, charset: str) -> str:
    """A Content-Type with another charset."""
    return f"{_CHARSET.sub('', content_type)}; charset={charset}"


@lru_cache(maxsize=_TYPES_KEPT)
def media_type(content_type: str) -> str:
    """The media type of a Content-Type, in lower case; "" where there is none."""
    return content_type.partition(";")[0].strip().lower()


def is_multipart(content_type: str) -> bool:
    """Whether a message is one of several parts."""
    return media_type(content_type).startswith("multipart/")
