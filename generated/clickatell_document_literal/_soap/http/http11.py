"""HTTP/1.1 (RFC 9112) for a client: requests as bytes, and replies from bytes. Sockets are elsewhere."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Final, NoReturn

from ..errors.errors import TransportError, TransportTimeout
from .cookies import Cookies
from .incoming import Body, Head
from .message import check_header
from .targets import Target
from .transport import Request

IDLE: Final = 5.0
"""Seconds that a connection is kept while nothing is sent on it."""
PIECE: Final = 2**16
"""Bytes that are read at once."""
_HEAD: Final = 100 * 1024
"""Bytes that the head of a reply may have, or the trailers of a chunked one."""
_LINE: Final = 1024
"""Bytes that the line before a chunk may have."""
_SWITCHED: Final = 101
_WITHOUT_BODY: Final = frozenset({204, 304})
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_DEFAULTS: Final = (
    ("Accept", "*/*"),
    ("Accept-Encoding", "gzip, deflate"),
    ("User-Agent", "soapwright"),
)
_BLANKS: Final = " \t"
"""Blanks as a header has them: to `str.strip` more characters are."""
# RFC 9112, sections 4, 5 and 7.1; lines may end in a bare LF (section 2.2).
_STATUS: Final = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\0\r\n]*)?")
_FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\0\r\n]*)")
_FOLDED: Final = re.compile(rb"[ \t][^\0\r\n]*")
"""A field that goes on (section 5.2)."""
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\0\r\n]*)?\r\n")
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_LENGTH: Final = re.compile(r"[0-9]{1,18}")


class ProtocolError(Exception):
    """A peer does not speak HTTP/1.1, or ends before it has said all."""


class Http11:
    """The state of a connection: one request and its reply after the other.

    Args:
        cookies: of its transport.
    """

    __slots__ = ("_buffer", "_ended", "_keeps", "_parser", "cookies")

    def __init__(self, cookies: Cookies) -> None:
        self.cookies = cookies
        self._buffer = bytearray()
        self._ended = False
        """Whether nothing more will come."""
        self._keeps = True
        """Whether the connection can carry another request."""
        self._parser: Generator[None, None, None] | None = None

    def written(self, request: Request, target: Target) -> bytes:
        """A request as it is sent.

        Raises:
            ValueError: a header cannot be written.
        """
        body, given = request.body, {name.lower() for name in request.headers}
        further = [("Host", target.authority), *_DEFAULTS]
        if (cookie := self.cookies.header(request.url)) is not None:
            further.append(("Cookie", cookie))
        if body or request.method in _WITH_BODY:
            further.append(("Content-Length", str(len(body))))
        lines = [f"{request.method} {target.path} HTTP/1.1\r\n"]
        lines += [f"{n}: {v}\r\n" for n, v in further if n.lower() not in given]
        for name, value in request.headers.items():
            check_header(name, value)
            lines.append(f"{name}: {value}\r\n")
        self._keeps = "connection" not in given
        # As UTF-8: a SOAPAction may hold what is not ASCII.
        return "".join([*lines, "\r\n"]).encode() + body

    def expect(self, reply: Reply) -> None:
        """Get ready for the reply to a request that was written."""
        self._parser = self._parsed(reply)

    def feed(self, data: bytes) -> None:
        """Take what came in; b"" where nothing more will."""
        self._buffer += data
        self._ended = not data

    def take(self) -> bool:
        """Add to the reply what came in of it.

        Returns:
            Whether it is complete.

        Raises:
            ProtocolError: it is no HTTP.
            TransportError: it is beyond the limits.
        """
        if self._parser is None:
            raise ProtocolError("no reply is expected")
        for _ in self._parser:
            return False  # it needs more
        return True

    @property
    def is_reusable(self) -> bool:
        """Whether another request can be sent, once a reply is complete. What follows a reply is none to the next
        request."""
        return self._keeps and not self._ended and not self._buffer

    # --------------------------------------------------------------------------------- parsing

    def _parsed(self, reply: Reply) -> Generator[None, None, None]:
        """A reply: interim ones, a head, a body (RFC 9112, section 6.3). It yields for more bytes."""
        while True:
            version, status, fields = _head((yield from self._until_blank_line()))
            if status == _SWITCHED:
                raise ProtocolError("the server changed the protocol")
            if status >= 200:
                break
        headers = reply.begin(status, fields, self.cookies)
        tokens = headers.get("connection", "").lower().split(",")
        closes = any(token.strip(_BLANKS) == "close" for token in tokens)
        self._keeps &= version == b"1" and not closes
        coding = headers.get("transfer-encoding")
        length = headers.get("content-length")
        if reply.method == "HEAD" or status in _WITHOUT_BODY:
            return
        if coding is not None:
            if coding.lower() != "chunked":
                raise ProtocolError(f"the transfer coding {coding!r} is not known")
            self._keeps &= length is None
            yield from self._chunks(reply)
        elif length is not None:
            yield from self._data(_length(length), reply)
        else:
            self._keeps = False
            while not self._ended:
                self._hand_over(len(self._buffer), reply)
                yield
            self._hand_over(len(self._buffer), reply)

    def _chunks(self, reply: Reply) -> Generator[None, None, None]:
        """A chunked body (RFC 9112, section 7.1); its trailers are read over."""
        while True:
            found = _CHUNK.match((yield from self._line()))
            if found is None:
                raise ProtocolError("the length of a chunk is none")
            size = int(found[1], 16)
            if size == 0:
                break
            yield from self._data(size, reply)
            while len(self._buffer) < 2:
                yield from self._more()
            if self._buffer[:2] != b"\r\n":
                raise ProtocolError("a chunk is longer than its length")
            del self._buffer[:2]
        read = 0
        while (line := (yield from self._line())) not in (b"\r\n", b"\n"):
            read += len(line)
            field = line.removesuffix(b"\n").removesuffix(b"\r")
            if read > _HEAD or not _FIELD.fullmatch(field):
                raise ProtocolError("the trailers are too long, or none")

    def _data(self, size: int, reply: Reply) -> Generator[None, None, None]:
        """So many bytes of the body."""
        while size > len(self._buffer):
            size -= self._hand_over(len(self._buffer), reply)
            yield from self._more()
        self._hand_over(size, reply)

    def _hand_over(self, size: int, reply: Reply) -> int:
        """Move bytes from the buffer to the reply."""
        if size:
            reply.body.add(self._buffer[:size], reply.head)
            del self._buffer[:size]
        return size

    def _line(self) -> Generator[None, None, bytes]:
        """A line, with its end."""
        while (end := self._buffer.find(b"\n", 0, _LINE)) < 0:
            if len(self._buffer) >= _LINE:
                raise ProtocolError("a line between chunks is too long")
            yield from self._more()
        line = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        return line

    def _until_blank_line(self) -> Generator[None, None, bytes]:
        """A head, without the blank line after it."""
        searched = 0
        while (found := _BLANK_LINE.search(self._buffer, searched)) is None:
            searched = max(0, len(self._buffer) - 2)
            if searched > _HEAD:
                raise ProtocolError("the head of the reply is too long")
            yield from self._more()
        head = bytes(self._buffer[: found.start()])
        del self._buffer[: found.end()]
        return head

    def _more(self) -> Generator[None, None, None]:
        """Wait for more bytes.

        Raises:
            ProtocolError: there are none.
        """
        if self._ended:
            raise ProtocolError("the server closed the connection within its reply")
        yield


class Reply:
    """A reply that comes in.

    Args:
        request: what it answers.
    """

    __slots__ = ("_url", "body", "head", "method")

    def __init__(self, request: Request) -> None:
        self._url = request.url
        self.method = request.method
        self.head = Head(0, {})
        self.body = Body(request)

    def begin(
        self, status: int, fields: list[tuple[bytes, bytes]], cookies: Cookies
    ) -> dict[str, str]:
        """Take its head; its headers by names in lower case, those of one name joined."""
        headers: dict[str, str] = {}
        for raw, content in fields:
            name, value = raw.decode("ascii").lower(), _text(content)
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        self.head = Head(status, headers)
        if "set-cookie" in headers:
            cookies.keep(self._url, fields)
        return headers


def _head(head: bytes) -> tuple[bytes, int, list[tuple[bytes, bytes]]]:
    """The minor version, the status and the header fields of a reply.

    Raises:
        ProtocolError: it is none.
    """
    first, *lines = head.split(b"\n")
    found = _STATUS.fullmatch(first.removesuffix(b"\r"))
    if found is None:
        raise ProtocolError("the reply does not begin as one of HTTP/1.1")
    fields: list[tuple[bytes, bytes]] = []
    for line in lines:
        line = line.removesuffix(b"\r")
        field = _FIELD.fullmatch(line)
        if field is not None:
            fields.append((field[1], field[2].strip(b" \t")))
        elif fields and _FOLDED.fullmatch(line):
            name, value = fields[-1]
            fields[-1] = name, (value + b" " + line.strip(b" \t")).strip()
        else:
            raise ProtocolError("a header of the reply is none")
    return found[1], int(found[2]), fields


def _length(given: str) -> int:
    """A Content-Length; it may be repeated.

    Raises:
        ProtocolError: it is no number, or several.
    """
    lengths = {one.strip(_BLANKS) for one in given.split(",")}
    if len(lengths) != 1 or not _LENGTH.fullmatch(length := lengths.pop()):
        raise ProtocolError(f"the Content-Length {given[:40]!r} is none")
    return int(length)


def _text(value: bytes) -> str:
    """A header's value: UTF-8, or Latin-1 (RFC 9110, section 5.5)."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


FAILURES: Final = (OSError, ProtocolError, ValueError)
"""The errors of connections, and of what goes over them. A ValueError: a header cannot be written, or a host's name."""


def raise_failed(error: Exception, request: Request, *, begun: bool) -> NoReturn:
    """Raise one of `FAILURES` as an error of this package.

    Args:
        error: what a connection raised.
        request: what was to be sent.
        begun: whether any of it may have been.
    """
    secrets = request.secrets
    where = f"POST {secrets.redact_url(request.url)}"
    reason = secrets.redact_url(str(error)) or type(error).__name__
    sent = None if begun else False
    if isinstance(error, TimeoutError):
        no_answer = "no answer in time" if begun else "not sent in time"
        raise TransportTimeout(f"{where}: {no_answer} ({reason})", sent=sent) from error
    translated = TransportError(f"{where}: {reason}", sent=sent)
    translated.permanent = isinstance(error, ValueError)
    raise translated from error
