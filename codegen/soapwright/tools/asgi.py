"""Bodies of requests and replies, for the ASGI applications of the tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from soapwright.tools.http_server import Receive, Send

STATUSES: Final = range(200, 600)
"""The statuses of a whole reply (RFC 9110, section 15)."""


async def body_of(receive: Receive, at_most: int) -> bytes | None:
    """A request's body; None where it is longer.

    Args:
        receive: the application's.
        at_most: its length in bytes.

    Raises:
        ConnectionError: the caller left before all of it came: what came may be another request than
            the one that was meant.
    """
    body, more = bytearray(), True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise ConnectionError("the caller left within a request")
        body += event.get("body", b"")
        more = event.get("more_body", False)
        if len(body) > at_most:
            return None
    return bytes(body)


async def send_reply(
    send: Send, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    """Send a reply, all of it at once."""
    pairs = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
