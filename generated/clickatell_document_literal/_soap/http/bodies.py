"""The bodies of HTTP messages as envelopes: unpacked, and put together from `multipart/related`."""

from __future__ import annotations

import binascii
import re
import zlib
from collections.abc import Mapping
from email.message import Message
from email.parser import BytesHeaderParser
from quopri import decodestring
from typing import Any, Final, TypeAlias
from urllib.parse import unquote

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..errors.errors import TransportError
from ..xml.parsing import limits, parse
from .transport import Response

_WINDOW: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_MEMBERS_AT_MOST: Final = 100
_PARTS_AT_MOST: Final = 1000
_HEAD_AT_MOST: Final = 2**16
_BLANK: Final = re.compile(rb"\r?\n\r?\n")
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]+)\"?", re.IGNORECASE)
_XOP: Final = "http://www.w3.org/2004/08/xop/include"

Part: TypeAlias = tuple[Message, bytes]


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
            body = _inflated(body, name, at_most)
    if len(body) > at_most:
        raise TooLarge
    return body


def _inflated(body: bytes, coding: str, at_most: int) -> bytes:
    """A body without one coding. A gzip file is of one or several members (RFC 1952, section
    2.2), and many a `deflate` lacks the header that it should have (RFC 9110, section 8.4.1.2).
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
        if not body or coding == "deflate":
            return bytes(plain)
    raise ValueError("it has too many members")


def charset_of(headers: Mapping[str, str]) -> str | None:
    """The charset that a Content-Type names, if it does; the names in `headers` are in lower
    case."""
    found = _CHARSET.search(headers.get("content-type", ""))
    return found[1] if found else None


def is_multipart(headers: Mapping[str, str]) -> bool:
    """Whether a message is one of several parts; the names in `headers` are in lower case."""
    return headers.get("content-type", "").lstrip().lower().startswith("multipart/")


def root_part(
    headers: Mapping[str, str], body: bytes, at_most: int
) -> tuple[str, bytes]:
    """The Content-Type and the content of the root of a `multipart/related` (RFC 2387).

    It is the part that `start` names, else the first. Where XOP moved binary values into other
    parts, as MTOM does, they are put back. Parts that the root does not include are not read.

    Raises:
        TransportError: there is no such part, or none that the root includes.
        DecodeError: a root that includes others is no XML.
        TooLarge: it has more than `at_most` bytes with what it includes.
    """
    kind = Message()
    kind["Content-Type"] = headers["content-type"]
    boundary = kind.get_boundary()
    if not boundary:
        raise TransportError("a multipart body without a boundary")
    parts = [_split(part) for part in _parts(body, boundary)]
    if not parts:
        raise TransportError("a multipart body without a part")
    by_id = {_id(part[0].get("Content-ID")): part for part in reversed(parts)}
    start = kind.get_param("start")
    root = by_id.get(_id(start), parts[0]) if isinstance(start, str) else parts[0]
    content_type, content = _content(*root)
    if _XOP.encode() in content:
        return _included(content_type, content, by_id, at_most)
    return content_type, content


def _included(
    content_type: str, content: bytes, parts: Mapping[str, Part], at_most: int
) -> tuple[str, bytes]:
    """A root with the parts that it includes in their places, as base64 (XOP 1.0, section 3.2)."""
    charset = charset_of({"content-type": content_type})
    root: Any = parse(content, charset)  # Any: lxml ships no types
    left = at_most - len(content)
    for include in list(root.iter(f"{{{_XOP}}}Include")):
        scheme, _, name = include.get("href", "").partition(":")
        part = parts.get(unquote(name)) if scheme == "cid" else None
        if part is None:
            raise TransportError("a multipart body without a part that its root names")
        value = binascii.b2a_base64(_content(*part)[1], newline=False)
        left -= len(value)
        if left < 0:
            raise TooLarge
        around = include.getparent()
        if around is not None:
            around.remove(include)
            around.text = value.decode("ascii")
    put_together: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return f"{_CHARSET.sub('', content_type)}; charset=UTF-8", put_together


def with_root(reply: Response) -> Response:
    """A reply with the root of its `multipart/related` as its body; any other as it is.

    Raises:
        TransportError: there is no root, or not all that it includes.
        DecodeError: a root that includes others is no XML.
    """
    if not is_multipart(reply.headers):
        return reply
    try:
        kind, body = root_part(reply.headers, reply.body, limits().envelope)
    except TooLarge:
        said = f"the reply has more than {limits().envelope:,} bytes"
        raise TransportError(said) from None
    return Response(reply.status, {**reply.headers, "content-type": kind}, body)


def _parts(body: bytes, boundary: str) -> list[bytes]:
    """What stands between the boundaries."""
    mark = re.escape(boundary.encode("ascii", "replace"))
    pieces = re.split(
        rb"(?:\A|\r?\n)--" + mark + rb"(?=--|[ \t]*\r?\n)",
        body,
        maxsplit=_PARTS_AT_MOST,
    )
    return [piece for piece in pieces[1:] if not piece.startswith(b"--")]


def _split(part: bytes) -> Part:
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
