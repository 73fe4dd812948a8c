"""A service's side of the seam: its replies as messages, and back; what a request's action is."""

from __future__ import annotations

import re
from typing import Final

from ..http.binding import packed
from ..http.message import Message, check_header
from ..http.pieces import Pieces
from ..http.transport import Response
from .service import Call, HttpRequest

_ACTION: Final = re.compile(r';\s*action\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]*)', re.I)


def reply_message(reply: Response, request: HttpRequest, call: Call | None) -> Message:
    """A reply, for the outgoing layers.

    Args:
        reply: a fault's too.
        request: what it answers.
        call: the same; `None` where the request is no call.
    """
    headers = dict(reply.headers)
    kind = headers.pop("content-type", "")
    operation = None if call is None else call.operation
    return Message(reply.body, kind, headers, (), operation, request.url, reply.status)


def response_of(message: Message, reply: Response) -> Response:
    """A reply as the layers made it.

    Raises:
        ValueError: a header cannot be sent.
    """
    headers, body = packed(message)
    for name, value in headers.items():
        check_header(name, value)
        value.encode("latin-1")  # in which servers write them
    named = {name.lower(): value for name, value in headers.items()}
    status = message.status or reply.status
    if isinstance(body, Pieces):
        return Response(status, named, b"", pieces=body)
    return Response(status, named, body)


def action_of(message: Message) -> str:
    """The SOAPAction: quoted or not, or SOAP 1.2's parameter of the Content-Type."""
    http = message.headers
    if "soapaction" in http:
        return _as_utf8(_unquoted(http["soapaction"].strip()))
    for content_type in (message.content_type, http.get("content-type", "")):
        found = _ACTION.search(content_type)
        if found:
            return _as_utf8(_unquoted(found[1]))
    return ""


def _as_utf8(text: str) -> str:
    """A header's text, which servers read as ISO-8859-1, as what most clients wrote."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
        return re.sub(r"\\(.)", r"\1", text) if "\\" in text else text
    return text
