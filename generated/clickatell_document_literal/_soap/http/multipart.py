"""Messages of several parts, `multipart/related` (RFC 2387): SOAP with Attachments, and MTOM.

The envelope is the root; the other parts are the message's attachments. Where XOP moved binary
values of the envelope into other parts, as MTOM does, they are put back before it is read.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from dataclasses import replace
from email.message import Message as MimeHeaders
from email.parser import BytesHeaderParser
from quopri import decodestring
from typing import Any, Final
from urllib.parse import unquote

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..errors.errors import TransportError
from ..xml.parsing import Limits, parse
from .bodies import TooLarge, charset_of, with_charset
from .message import Attachment, Message

_PARTS_AT_MOST: Final = 1000
_HEAD_AT_MOST: Final = 2**16
_TYPE_AT_MOST: Final = 2**12
_BLANK: Final = re.compile(rb"\r?\n\r?\n")
_XOP: Final = "http://www.w3.org/2004/08/xop/include"
_CODING: Final = "content-transfer-encoding"

# -------------------------------------------------------------------------------- reading


def with_parts(message: Message, body: bytes) -> Message:
    """A message with its root as the envelope, and the other parts as its attachments.

    The root is the part that `start` names, else the first.

    Args:
        message: its Content-Type is that of the whole.
        body: the whole.

    Raises:
        TransportError: it has no part.
    """
    boundary, start = _named(message.content_type)
    if not boundary:
        raise TransportError("a multipart body without a boundary")
    parts = [_read(part) for part in _split(body, boundary)]
    if not parts:
        raise TransportError("a multipart body without a part")
    named = None if start is None else _id(start)
    root = next((part for part in parts if part.content_id == named), parts[0])
    if _CODING in root.headers:
        raise TransportError("a part that is no base64")
    return replace(
        message,
        envelope=root.content,
        content_type=root.content_type,
        attachments=tuple(part for part in parts if part is not root),
    )


def with_included(message: Message, limits: Limits) -> Message:
    """A message with the parts that its envelope includes in their places, as base64 (XOP 1.0,
    section 3.2); as it is where it includes none.

    Raises:
        TransportError: it includes a part that is not there.
        DecodeError: it is no XML.
        TooLarge: it is beyond the limits with what it includes.
    """
    if _XOP.encode() not in message.envelope:
        return message
    charset = charset_of(message.content_type)
    root: Any = parse(message.envelope, charset, limits)  # Any: lxml ships no types
    parts = {p.content_id: p for p in reversed(message.attachments) if p.content_id}
    left = limits.envelope - len(message.envelope)
    for include in list(root.iter(f"{{{_XOP}}}Include")):
        value = binascii.b2a_base64(_included(include, parts), newline=False)
        left -= len(value)
        if left < 0:
            raise TooLarge
        around = include.getparent()
        if around is not None:
            around.remove(include)
            around.text = value.decode("ascii")
    envelope = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    content_type = with_charset(message.content_type, "UTF-8")
    return replace(message, envelope=envelope, content_type=content_type)


def _included(include: Any, parts: Mapping[str, Attachment]) -> bytes:  # Any: lxml
    """The content of the part that an `xop:Include` names."""
    scheme, _, name = include.get("href", "").partition(":")
    part = parts.get(unquote(name)) if scheme == "cid" else None
    if part is None:
        raise TransportError("a multipart body without a part that its root names")
    if _CODING in part.headers:
        raise TransportError("a part that is no base64")
    return part.content


def _named(content_type: str) -> tuple[str | None, str | None]:
    """The boundary that a Content-Type names, and the id of the root part.

    RFC 2231 lets a parameter be in any charset: some of Python's codecs refuse to read text. And
    the time that its quotes take to read is quadratic.
    """
    if len(content_type) > _TYPE_AT_MOST:
        return None, None
    kind = _typed(content_type)
    try:
        boundary, start = kind.get_boundary(), kind.get_param("start")
    except ValueError:
        return None, None
    return boundary, start if isinstance(start, str) else None


def _typed(content_type: str) -> MimeHeaders:
    headers = MimeHeaders()
    headers["Content-Type"] = content_type
    return headers


def _split(body: bytes, boundary: str) -> list[bytes]:
    """The parts between the boundaries."""
    mark = re.escape(boundary.encode("ascii", "replace"))
    pieces = re.split(
        rb"(?:\A|\r?\n)--" + mark + rb"(?=--|[ \t]*\r?\n)",
        body,
        maxsplit=_PARTS_AT_MOST,
    )
    return [piece for piece in pieces[1:] if not piece.startswith(b"--")]


def _read(part: bytes) -> Attachment:
    """A part; it may have no headers at all."""
    part = re.sub(rb"\A[ \t]*\r?\n", b"", part, count=1)
    if part.startswith((b"\n", b"\r\n")):
        return Attachment(part.lstrip(b"\r\n"), "")
    blank = _BLANK.search(part, 0, _HEAD_AT_MOST)
    if blank is None:
        return Attachment(part, "")
    read = BytesHeaderParser().parsebytes(part[: blank.start()] + b"\n\n")
    headers = {name: str(value) for name, value in read.items()}
    by_name = {name.lower(): value for name, value in headers.items()}
    content, decoded = _decoded(part[blank.end() :], by_name.get(_CODING, ""))
    return Attachment(
        content,
        by_name.get("content-type", ""),
        _id(by_name.get("content-id", "")),
        {n: v for n, v in headers.items() if not decoded or n.lower() != _CODING},
    )


def _decoded(content: bytes, coding: str) -> tuple[bytes, bool]:
    """A part's content without its transfer encoding, and whether it could be decoded."""
    coding = coding.strip().lower()
    if coding == "quoted-printable":
        return decodestring(content), True
    if coding == "base64":
        try:
            return binascii.a2b_base64(content), True
        except binascii.Error:
            return content, False
    return content, True


def _id(content_id: str) -> str:
    return content_id.strip().removeprefix("<").removesuffix(">")
