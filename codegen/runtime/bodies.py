"""The bodies of HTTP messages as envelopes: unpacked, and taken out of `multipart/related`."""

from __future__ import annotations

import binascii
import re
import zlib
from collections.abc import Mapping
from email.message import Message
from email.parser import BytesHeaderParser
from quopri import decodestring
from typing import Final

from .errors import TransportError
from .transport import Response

_WINDOW: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_PARTS_AT_MOST: Final = 1000
_HEAD_AT_MOST: Final = 2**16
_BLANK: Final = re.compile(rb"\r?\n\r?\n")


class TooLarge(Exception):
    """A body is beyond its bounds."""


class UnknownCoding(Exception):
    """A body is packed in a way that is not known here."""


def unpacked(body: bytes, coding: str, at_most: int) -> bytes:
    """A body without its content codings (RFC 9110, section 8.4).

    Args:
        body: as it was sent.
        coding: what Content-Encoding says.
        at_most: bytes, packed and unpacked.

    Raises:
        TooLarge: it has more.
        UnknownCoding: it is packed otherwise.
        ValueError: it is broken.
    """
    for name in reversed(coding.lower().split(",")):
        if (name := name.strip()) not in ("", "identity"):
            if name not in _WINDOW:
                raise UnknownCoding
            body = _inflated(body, _WINDOW[name], at_most)
    if len(body) > at_most:
        raise TooLarge
    return body


def _inflated(body: bytes, window: int, at_most: int) -> bytes:
    packed = zlib.decompressobj(window)
    try:
        plain = packed.decompress(body, at_most + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if len(plain) > at_most:
        raise TooLarge
    if not packed.eof:
        raise ValueError("it ends too early")
    return plain


def is_multipart(headers: Mapping[str, str]) -> bool:
    """Whether a message is one of several parts; the names in `headers` are in lower case."""
    return headers.get("content-type", "").lstrip().lower().startswith("multipart/")


def root_part(headers: Mapping[str, str], body: bytes) -> tuple[str, bytes]:
    """The Content-Type and the content of the root of a `multipart/related` (RFC 2387).

    It is the part that `start` names, else the first. The other parts are not read.

    Raises:
        TransportError: there is no such part.
    """
    kind = Message()
    kind["Content-Type"] = headers["content-type"]
    boundary = kind.get_boundary()
    if not boundary:
        raise TransportError("a multipart body without a boundary")
    start = kind.get_param("start")
    first: tuple[Message, bytes] | None = None
    for part in _parts(body, boundary):
        found = _split(part)
        first = first or found
        if not isinstance(start, str) or _id(found[0].get("Content-ID")) == _id(start):
            return _content(*found)
    if first is None:
        raise TransportError("a multipart body without a part")
    return _content(*first)


def with_root(reply: Response) -> Response:
    """A reply with the root of its `multipart/related` as its body; any other as it is.

    Raises:
        TransportError: there is no root.
    """
    if not is_multipart(reply.headers):
        return reply
    kind, body = root_part(reply.headers, reply.body)
    return Response(reply.status, {**reply.headers, "content-type": kind}, body)


def _parts(body: bytes, boundary: str) -> list[bytes]:
    """What stands between the boundaries."""
    mark = re.escape(boundary.encode("ascii", "replace"))
    pieces = re.split(
        rb"(?:\A|\r?\n)--" + mark + rb"(?=--|[ \t]*\r?\n)", body, _PARTS_AT_MOST
    )
    return [piece for piece in pieces[1:] if not piece.startswith(b"--")]


def _split(part: bytes) -> tuple[Message, bytes]:
    """A part's headers and its content; a part may have no headers at all."""
    part = re.sub(rb"\A[ \t]*\r?\n", b"", part, count=1)
    if part.startswith((b"\n", b"\r\n")):
        return Message(), part.lstrip(b"\r\n")
    blank = _BLANK.search(part, 0, _HEAD_AT_MOST)
    if blank is None:
        return Message(), part
    headers = BytesHeaderParser().parsebytes(part[: blank.start()] + b"\n\n")
    return headers, part[blank.end() :]


def _content(headers: Message, content: bytes) -> tuple[str, bytes]:
    coding = str(headers.get("Content-Transfer-Encoding", "")).strip().lower()
    if coding == "base64":
        try:
            content = binascii.a2b_base64(content)
        except binascii.Error:
            raise TransportError("a part that is no base64") from None
    elif coding == "quoted-printable":
        content = decodestring(content)
    return str(headers.get("Content-Type", "")), content


def _id(content_id: object) -> str:
    return str(content_id or "").strip().removeprefix("<").removesuffix(">")
