"""Messages of several parts, `multipart/related` (RFC 2387): SOAP with Attachments, and MTOM.

The envelope is the root; the other parts are the message's attachments. Where XOP moved binary
values of the envelope into other parts, as MTOM does, they are put back before it is read.
"""

from __future__ import annotations

import binascii
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..errors.errors import TransportError
from ..xml.parsing import Limits, parse
from .bodies import TooLarge, charset_of, with_charset
from .message import Attachment, Message
from .parts import CODING, PartsReader

_XOP: Final = "http://www.w3.org/2004/08/xop/include"
INCLUDE: Final = f"{{{_XOP}}}Include"
"""The element in whose place a part is."""


def with_parts(message: Message, body: bytes, limits: Limits) -> Message:
    """A message with its root as the envelope, and the other parts as its attachments.

    The root is the part that `start` names; where nothing is named, the first.

    Args:
        message: its Content-Type is that of the whole.
        body: the whole.
        limits: how many parts it may have.

    Raises:
        TransportError: it has no part, no root or no end, too many parts or two of one id.
    """
    reader = PartsReader(message.content_type, len(body), limits=limits)
    reader.take(body)
    root, others = reader.close()
    if CODING in root.headers:
        raise TransportError("a part that is no base64")
    return replace(
        message,
        envelope=root.content,
        content_type=root.content_type,
        attachments=others,
    )


def with_included(
    message: Message, limits: Limits, left: int | None = None
) -> tuple[Message, tuple[Attachment, ...]]:
    """A message with the parts that its envelope includes in their places, as base64 (XOP 1.0,
    section 3.2); as it is where it includes none.

    Args:
        message: with its parts.
        limits: how large it may become.
        left: bytes from which on a part is left where it is: the codec's readers of binary values
            take it from there. `None` for never.

    Returns:
        The message, and the parts that were left where they are.

    Raises:
        TransportError: it includes a part that is not there, or very many.
        DecodeError: it is no XML.
        TooLarge: it is beyond the limits with what it includes.
    """
    if _XOP.encode() not in message.envelope:
        return message, ()
    charset = charset_of(message.content_type)
    root: Any = parse(message.envelope, charset, limits)  # Any: lxml ships no types
    parts = {p.content_id: p for p in reversed(message.attachments) if p.content_id}
    size = len(message.envelope)
    apart: dict[str, Attachment] = {}
    includes = list(root.iter(INCLUDE))
    if len(includes) > limits.parts:
        raise TransportError(
            f"an envelope that includes more than {limits.parts:,} parts"
        )
    for include in includes:
        part = _included(include, parts)
        if left is not None and (part.size or 0) >= left:
            apart[part.content_id] = part
            continue
        value = binascii.b2a_base64(part.content, newline=False)
        size += len(value)
        if size > limits.envelope:
            raise TooLarge
        around = include.getparent()
        if around is not None:
            around.remove(include)
            around.text = value.decode("ascii")
    if len(apart) == len(includes):
        return message, tuple(apart.values())
    envelope = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    content_type = with_charset(message.content_type, "UTF-8")
    whole = replace(message, envelope=envelope, content_type=content_type)
    return whole, tuple(apart.values())


def include(root: Any, parts: Sequence[Attachment]) -> None:  # Any: lxml's elements
    """Put the contents of parts in the places where a tree of ours includes them.

    Raises:
        TransportError: one is not there.
    """
    if parts:
        named = {part.content_id: part for part in parts}
        for place in list(root.iter(INCLUDE)):
            value = binascii.b2a_base64(_included(place, named).content, newline=False)
            around = place.getparent()
            around.remove(place)
            around.text = value.decode("ascii")


def beside(message: Message) -> tuple[Attachment, ...]:
    """The attachments of a message that its envelope does not include.

    Raises:
        DecodeError: it is no XML.
    """
    if not message.attachments or _XOP.encode() not in message.envelope:
        return message.attachments
    root: Any = parse(message.envelope, charset_of(message.content_type))
    places = root.iter(INCLUDE)  # Any: lxml's elements
    uris = [str(e.get("href", "")).partition(":")[2] for e in places]
    names = {*uris, *map(unquote, uris)}
    return tuple(one for one in message.attachments if one.content_id not in names)


def _included(
    include: Any, parts: Mapping[str, Attachment]
) -> Attachment:  # Any: lxml's elements
    """The part that an `xop:Include` names."""
    scheme, _, name = include.get("href", "").partition(":")
    part = None
    if scheme == "cid":  # WCF writes ids that are encoded themselves
        part = parts.get(unquote(name)) or parts.get(name)
    if part is None:
        raise TransportError("a multipart body without a part that its root names")
    if CODING in part.headers:
        raise TransportError("a part that is no base64")
    return part
