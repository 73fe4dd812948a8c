"""Requests that httpx2 could not carry: its errors as this package's, and whether anything was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from ..errors.errors import TransportError, TransportTimeout
from ..secrets.redaction import Secrets


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


def raise_translated(
    error: Exception,
    url: str,
    secrets: Secrets,
    library: Any,  # Any: httpx2, which transports import when they are made
    progress: Progress | None,
) -> NoReturn:
    """Raise an error of httpx2 as one of this package; another as it is.

    Args:
        error: what its client raised.
        url: where the request was to go.
        secrets: what is not shown of it.
        library: httpx2.
        progress: how far it got, where that was noted.
    """
    where = f"POST {secrets.redact_url(url)}"
    reason = secrets.redact_url(str(error)) or type(error).__name__
    sent = None if _may_be_sent(error, library, progress) else False
    if isinstance(error, library.TimeoutException):
        no_answer = "not sent in time" if sent is False else "no answer in time"
        raise TransportTimeout(f"{where}: {no_answer} ({reason})", sent=sent) from error
    if type(error) is RuntimeError or isinstance(
        error,
        # A RuntimeError: the client is closed, or belongs to another event loop. A UnicodeError:
        # the name of a host that no name server could be asked for. An OSError: what httpx2 lets
        # through of TLS, once a connection is made.
        (
            *(library.HTTPError, library.InvalidURL, library.StreamError),
            *(UnicodeError, OSError),
        ),
    ):
        translated = TransportError(f"{where}: {reason}", sent=sent)
        translated.permanent = isinstance(
            error, (library.UnsupportedProtocol, library.InvalidURL, UnicodeError)
        )
        raise translated from error
    raise error


def _may_be_sent(
    error: Exception, library: Any, progress: Progress | None  # Any: as above
) -> bool:
    """Whether anything of the request may have reached the service."""
    if progress is not None and (progress.begun or progress.at_proxy):
        return progress.begun
    return not isinstance(
        error,
        (
            *(library.PoolTimeout, library.ConnectTimeout, library.ConnectError),
            *(library.ProxyError, library.UnsupportedProtocol, library.InvalidURL),
            UnicodeError,
        ),
    )
