"""SOAP's binding to HTTP: a message as headers and a body, and back.

SOAP 1.1, section 6; SOAP 1.2 part 2, section 7; its media type, RFC 3902.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ..soap.operation import AnyOperation
from ..xml.parsing import LIMITS, Limits
from .bodies import XOP_TYPE, is_multipart, media_type
from .message import Attachment, Message
from .pieces import Pieces, written

_ACTION: Final = re.compile(r';\s*action\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]*)', re.I)


def request_message(operation: AnyOperation, envelope: bytes, url: str) -> Message:
    """A request, as its operation has it."""
    headers = {}
    kind = _media_type(operation)
    if operation.envelope.wire.version == "1.1":
        headers = {"SOAPAction": _quoted(operation.soap_action)}
    elif operation.soap_action:
        kind += f"; action={_quoted(operation.soap_action)}"
    return Message(envelope, kind, headers, (), operation, url)


def with_action(message: Message, action: str) -> Message:
    """A request whose SOAPAction, or parameter `action`, is another than its operation has."""
    if message.operation is None or action == message.operation.soap_action:
        return message
    if message.operation.envelope.wire.version == "1.1":
        return message.with_header("SOAPAction", _quoted(action))
    kind = _ACTION.sub("", message.content_type)
    return replace(message, content_type=f"{kind}; action={_quoted(action)}")


def _media_type(operation: AnyOperation) -> str:
    wire = operation.envelope.wire
    kind = "text/xml" if wire.version == "1.1" else "application/soap+xml"
    return f"{kind}; charset={wire.charset}"


def _quoted(action: str) -> str:
    escaped = action.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def check_request(message: Message) -> None:
    """Refuse headers that are of the body as it is sent, and not of a message.

    Raises:
        ValueError: a layer set one: a length that is wrong would break the connection.
    """
    for name in ("Content-Length", "Transfer-Encoding"):
        if name in message.headers:
            raise ValueError(f"{name} is no header of a message: the transport sets it")


def packed(message: Message) -> tuple[dict[str, str], bytes | Pieces]:
    """A message that goes out, as HTTP's headers and body: in pieces, where some are not in memory.

    Raises:
        ValueError: a layer set a Content-Type besides the message's own, or an attachment has a
            header that cannot be written.
    """
    content_type = message.content_type
    body: bytes | Pieces = message.envelope
    if message.attachments or media_type(content_type) == XOP_TYPE:
        content_type, pieces = written(message)
        body = pieces.joined() if pieces.in_memory else pieces
    if "content-type" in message.headers:
        raise ValueError("Content-Type is no header of a message: set its content_type")
    return {"Content-Type": content_type, **dict(message.headers.items())}, body


def received(
    body: bytes,
    headers: Mapping[str, str],
    *,
    operation: AnyOperation | None = None,
    url: str,
    status: int | None = None,
    limits: Limits = LIMITS,
) -> Message:
    """A message that came in, as it came: with several parts, the root is its envelope.

    Args:
        body: without content codings.
        headers: by names in lower case.
        operation: the operation, where it is known.
        url: where the request went.
        status: of a reply.
        limits: how many parts it may have.

    Raises:
        TransportError: the body is declared to have several parts, and has none.
    """
    kind = headers.get("content-type", "")
    message = Message(body, kind, headers, (), operation, url, status)
    if not is_multipart(kind):
        return message
    # Here and not above: few messages have several parts.
    from .multipart import with_parts

    return with_parts(message, body, limits)


def readable(message: Message, limits: Limits) -> Message:
    """A message with the values that XOP moved into other parts back in its envelope.

    Raises:
        TransportError: as of `readable_apart`.
        DecodeError: likewise.
        TooLarge: likewise.
    """
    return readable_apart(message, limits, None)[0]


def readable_apart(
    message: Message, limits: Limits, left: int | None
) -> tuple[Message, tuple[Attachment, ...]]:
    """A message with the values that XOP moved into other parts back in its envelope, but for large ones.

    Args:
        message: as it came.
        limits: how large it may become.
        left: bytes from which on a value stays in its part; `None` for never.

    Returns:
        The message, and the parts that still have values.

    Raises:
        TransportError: it includes a part that is not there, or very many.
        DecodeError: it includes something, and is no XML.
        TooLarge: it is beyond the limits with what it includes.
    """
    if not message.attachments and not message.is_multipart:
        return message, ()
    # Here and not above: few messages have several parts.
    from .multipart import with_included

    return with_included(message, limits, left)
