"""Requests that could not be carried: how far they got, and the error of a closed client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors.errors import TransportError


class Progress:
    """How far a request got, by the events that httpx2's connections report (its extension
    `trace`). Other transports of httpx2 report none.
    """

    __slots__ = ("_stream", "at_proxy", "begun", "known")

    def __init__(self) -> None:
        self.begun: bool = False
        """Whether the request itself may have gone out."""
        self.at_proxy: bool = False
        """Whether a proxy was asked for a way to the service."""
        self.known: bool = False
        """Whether there were any events."""
        self._stream: Any = None  # Any: httpcore2's stream

    def note(
        self, event: str, info: Mapping[str, Any]
    ) -> None:  # Any: httpcore2's own requests and streams
        """Take note of an event."""
        self.known = True
        if event.endswith(".send_request_headers.started"):
            if info["request"].method == b"CONNECT":
                self.at_proxy = True
            else:
                self.begun = True
        elif event == "socks.setup_socks5_connection.started":
            self.at_proxy = True
        elif event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._stream = info["return_value"]

    async def note_async(
        self, event: str, info: Mapping[str, Any]
    ) -> None:  # Any: as `note`
        """`note`, as asynchronous connections call it."""
        self.note(event, info)

    def stop(self) -> None:
        """End the connection under whoever reads from it, if it was made for this request."""
        sock = self._stream and self._stream.get_extra_info("socket")
        if sock is not None:
            # Here and not above: it takes long to load, and httpx2 has loaded it by now.
            import socket

            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it has ended by itself


def closed() -> TransportError:
    """The error of a call on a closed client."""
    error = TransportError("the client is closed", sent=False)
    error.permanent = True
    return error
