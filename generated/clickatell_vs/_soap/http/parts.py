"""The parts of a `multipart/related` as they come in (RFC 2046, section 5.1; RFC 2387).

The body may come in pieces of any size, and the parts may be large: those beyond a threshold are
kept in temporary files. The time is linear in the body.
"""

from __future__ import annotations

import binascii
import re
from quopri import decode as decode_quoted
from quopri import decodestring
from typing import IO, Final, NamedTuple

from ..errors.errors import TransportError
from ..xml.parsing import LIMITS, Limits
from .bodies import TooLarge
from .content import CHUNK, SpooledContent
from .message import Attachment

CODING: Final = "content-transfer-encoding"
_HEAD_AT_MOST: Final = 2**16
_BEGUN: Final = 2**18
"""Octets of a part in which its headers end, if they do."""
_TYPE_AT_MOST: Final = 2**12
_PADDING_AT_MOST: Final = 128
"""White space after a boundary, before its line ends."""
_BLANK: Final = re.compile(rb"\r?\n\r?\n")
_SPACE: Final = b" \t\r\n"


class Parts(NamedTuple):
    """A message's parts."""

    root: Attachment
    others: tuple[Attachment, ...]


class PartsReader:
    """Splits a body into its parts, as its pieces come in.

    Args:
        content_type: of the whole.
        at_most: bytes of all parts together.
        in_memory: bytes of a part that are kept in memory; `None` for all.
        limits: how many parts there may be.

    Raises:
        TransportError: it names no boundary.
    """

    def __init__(
        self,
        content_type: str,
        at_most: int,
        in_memory: int | None = None,
        limits: Limits = LIMITS,
    ) -> None:
        boundary, self._start = _named(content_type)
        if not boundary:
            raise TransportError("a multipart body without a boundary")
        self._line = b"\n--" + boundary.encode("ascii", "replace")
        self._left = at_most
        self._most = limits.parts
        self._in_memory = in_memory
        self._buffer = bytearray(b"\n")  # the first boundary may have no line before it
        self._part: _Part | None = None
        self._parts: list[_Part] = []
        self._closed = False

    def feed(self, piece: bytes) -> None:
        """Take the next piece of the body.

        Raises:
            TransportError: there are too many parts.
            TooLarge: they are too large together.
        """
        if self._closed:
            return
        self._buffer += piece
        done = 0
        while not self._closed:
            found = self._buffer.find(self._line, done)
            if found < 0:
                break
            end = _boundary_end(self._buffer, found + len(self._line))
            if end is None:  # what follows decides, and is yet to come
                self._give(done, found)
                del self._buffer[:found]
                return
            if end < 0:  # it only begins like one
                self._give(done, found + len(self._line))
                done = found + len(self._line)
                continue
            self._give(done, found)
            self._next(closing=self._is_closing(self._buffer, found))
            done = end
        kept = max(done, len(self._buffer) - len(self._line))
        self._give(done, kept)
        del self._buffer[:kept]

    def take(self, body: bytes) -> None:
        """Take the whole body at once, of which nothing is copied twice.

        Raises:
            TransportError: there are too many parts.
            TooLarge: they are too large together.
        """
        line, start = self._line, 0
        at_once = body.startswith(line[1:])  # without the line before it
        found = -1 if at_once else body.find(line)
        while at_once or found >= 0:
            at_once = False
            end = _boundary_end(body, found + len(line))
            if end is None:
                return
            if end >= 0:
                self._take(memoryview(body)[start : max(found, 0)])
                self._next(closing=self._is_closing(body, found))
                start = end
            if self._closed:
                return
            found = body.find(line, max(start, found + len(line)))

    def _take(self, octets: memoryview) -> None:
        if self._part is None:
            return
        self._left -= len(octets)
        if self._left < 0:
            raise TooLarge
        self._part.take(octets)

    def close(self) -> Parts:
        """The parts, once the whole body came in.

        Raises:
            TransportError: it is cut off, has no part or no root, or two parts of one id.
        """
        if not self._closed:
            said = "a part" if self._part is None else "an end: it was cut off"
            raise TransportError(f"a multipart body without {said}")
        parts = [part.attachment() for part in self._parts]
        if not parts:
            raise TransportError("a multipart body without a part")
        ids = [part.content_id for part in parts if part.content_id]
        if len(set(ids)) < len(ids):
            raise TransportError("a multipart body with two parts of one Content-ID")
        root: Attachment | None = parts[0]
        if self._start is not None:
            named = id_of(self._start)
            root = next((p for p in parts if p.content_id == named), None)
        if root is None:
            raise TransportError("a multipart body without the root part that it names")
        return Parts(root, tuple(part for part in parts if part is not root))

    # ------------------------------------------------------------------------- boundaries

    def _is_closing(self, octets: bytes | bytearray, found: int) -> bool:
        after = found + len(self._line)
        return octets[after : after + 2] == b"--"

    def _next(self, *, closing: bool) -> None:
        """Begin the next part, unless the last one has ended."""
        if self._part is not None:
            self._part.end()
        self._part = None
        self._closed = closing
        if closing:
            return
        if len(self._parts) >= self._most:
            raise TransportError(f"a multipart body of more than {self._most:,} parts")
        self._part = _Part(self._in_memory)
        self._parts.append(self._part)

    def _give(self, start: int, end: int) -> None:
        """Octets of the part at hand; what is before the first one and after the last is none."""
        if self._part is None or end <= start:
            return
        self._left -= end - start
        if self._left < 0:
            raise TooLarge
        self._part.write(self._buffer[start:end])


def _boundary_end(octets: bytes | bytearray, at: int) -> int | None:
    """Where the line of a boundary ends; `None` where that is yet to come, -1 where it is none."""
    rest = bytes(octets[at : at + _PADDING_AT_MOST])
    if rest[:2] == b"--":
        return at + 2
    padding = rest.lstrip(b" \t")
    at += len(rest) - len(padding)
    if padding[:1] == b"\n":
        return at + 1
    if padding[:2] == b"\r\n":
        return at + 2
    unknown = padding in (b"", b"\r") or rest in (b"", b"-")
    return None if unknown and len(rest) < _PADDING_AT_MOST else -1


class _Part:
    """One part as it comes in.

    Args:
        in_memory: bytes that are kept in memory; `None` for all.
    """

    def __init__(self, in_memory: int | None) -> None:
        self._in_memory = in_memory
        self._head: bytearray | None = bytearray(b"\r\n")
        self._bytes = bytearray()
        self._spooled: SpooledContent | None = None
        self._held = b""
        self._tail: memoryview | None = None
        self._headers: dict[str, str] = {}

    def write(self, octets: bytes | bytearray) -> None:
        """Take octets: of the headers first, which may be missing."""
        if self._head is None:
            self._content(octets)
            return
        self._head += octets
        blank = _BLANK.search(self._head)
        if blank is None and len(self._head) <= _HEAD_AT_MOST:
            return
        self._begin(blank)

    def take(self, octets: memoryview) -> None:
        """Take all octets at once; those of a large part are copied when it has ended."""
        self.write(bytes(octets[:_BEGUN]))
        if len(octets) > _BEGUN:
            self._tail = octets[_BEGUN:]

    def _begin(self, blank: re.Match[bytes] | None) -> None:
        """Read the headers, if they have an end; the rest is content."""
        head = self._head or bytearray()
        self._head = None
        if blank is None:
            self._content(head[2:])
            return
        # Here and not above: it takes long to load, and few replies have several parts.
        from email.parser import BytesHeaderParser

        read = BytesHeaderParser().parsebytes(bytes(head[2 : blank.start()]) + b"\n\n")
        self._headers = {name: str(value) for name, value in read.items()}
        self._content(head[blank.end() :])

    def _content(self, octets: bytes | bytearray) -> None:
        """Keep octets, but for a line's end that may belong to the boundary."""
        whole = self._held + octets
        self._held = b"\r" if whole.endswith(b"\r") else b""
        self._keep(whole[: len(whole) - len(self._held)])

    def _keep(self, octets: bytes) -> None:
        if self._spooled is not None:
            self._spooled.write(octets)
            return
        self._bytes += octets
        if self._in_memory is not None and len(self._bytes) > self._in_memory:
            self._spooled = SpooledContent()
            self._spooled.write(self._bytes)
            self._bytes = bytearray()

    def end(self) -> None:
        """The boundary has come; the line's end before it is its own, and may also end the headers."""
        if self._head is not None:
            self._head += b"\n"
            blank = _BLANK.search(self._head)
            del self._head[-1 if blank is None else len(self._head) :]
            self._begin(blank)

    def attachment(self) -> Attachment:
        """The part; without its transfer encoding, where it can be decoded."""
        by_name = {name.lower(): value for name, value in self._headers.items()}
        coding = by_name.get(CODING, "").strip().lower()
        content, decoded = self._decoded(coding)
        return Attachment(
            content,
            by_name.get("content-type", ""),
            id_of(by_name.get("content-id", "")),
            {
                name: value
                for name, value in self._headers.items()
                if not decoded or name.lower() != CODING
            },
        )

    def _decoded(self, coding: str) -> tuple[bytes | SpooledContent, bool]:
        """The content, and whether its transfer encoding could be taken off."""
        spooled = self._spooled
        if spooled is None:
            return _decoded(self._content_in_memory(), coding)
        if coding not in ("base64", "quoted-printable"):
            return spooled, True
        plain = SpooledContent()
        try:
            with spooled.open() as reader:
                _decode_file(reader, plain, coding)
        except binascii.Error:
            return spooled, False
        return plain, True

    def _content_in_memory(self) -> bytes:
        tail = self._tail
        if tail is None:
            return bytes(self._bytes)
        if tail[-1:].tobytes() == b"\r":  # of the line's end before the boundary
            tail = tail[:-1]
        return b"".join((self._bytes, self._held, tail))


def _decoded(content: bytes, coding: str) -> tuple[bytes, bool]:
    """A part's content without its transfer encoding, and whether it could be decoded."""
    if coding == "quoted-printable":
        return decodestring(content), True
    if coding == "base64":
        try:
            plain = content.translate(None, _SPACE)
            return binascii.a2b_base64(plain, strict_mode=True), True
        except binascii.Error:
            return content, False
    return content, True


def _decode_file(file: IO[bytes], plain: SpooledContent, coding: str) -> None:
    """Decode a file into another one.

    Raises:
        binascii.Error: it is no base64.
    """
    if coding == "quoted-printable":
        decode_quoted(file, plain)
        return
    rest = b""
    while chunk := file.read(CHUNK):
        rest += chunk.translate(None, _SPACE)
        whole = len(rest) - len(rest) % 4
        plain.write(binascii.a2b_base64(rest[:whole], strict_mode=True))
        rest = rest[whole:]
    plain.write(binascii.a2b_base64(rest, strict_mode=True))


# --------------------------------------------------------------------------------- headers


def _named(content_type: str) -> tuple[str | None, str | None]:
    """The boundary that a Content-Type names, and the id of the root part.

    RFC 2231 lets a parameter be in any charset: some of Python's codecs refuse to read text. And
    the time that its quotes take to read is quadratic.
    """
    if len(content_type) > _TYPE_AT_MOST:
        return None, None
    # Here and not above: it takes long to load, and few replies have several parts.
    from email.message import Message as MimeHeaders

    kind = MimeHeaders()
    kind["Content-Type"] = content_type
    try:
        boundary, start = kind.get_boundary(), kind.get_param("start")
    except ValueError:
        return None, None
    return boundary, start if isinstance(start, str) else None


def id_of(content_id: str) -> str:
    """A Content-ID without angle brackets."""
    return content_id.strip().removeprefix("<").removesuffix(">")
