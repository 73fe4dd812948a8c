"""The transport that clients make for themselves, on httpx2, which is imported with the first request: it takes
longer to import than all the rest, and who only encodes and decodes, or brings a transport, does without it.
"""

from __future__ import annotations

import math
import threading
from typing import Protocol

from .failures import closed
from .transport import (
    CONNECTIONS,
    DEFAULT_TIMEOUT,
    AsyncHttpClient,
    AsyncStreamedResponse,
    AsyncStreamingTransport,
    AsyncTransport,
    HttpClient,
    Request,
    Response,
    Settings,
    StreamedResponse,
    StreamingTransport,
    Transport,
)


class _Library(Transport, StreamingTransport, Protocol):
    def close(self) -> None: ...


class _AsyncLibrary(AsyncTransport, AsyncStreamingTransport, Protocol):
    async def aclose(self) -> None: ...


class HttpTransport:
    """A transport on httpx2. Threads may share it, and forked processes may use it.

    Redirects are not followed: a POST would become a GET on its way.

    Args:
        timeout: seconds without any progress, in waiting for a free connection, in connecting, in
            sending or in waiting for more of the reply.
        http_client: an `httpx2.Client` of one's own, for proxies, certificates, authentication;
            its own timeouts and connections hold, and it is not closed here.
        connections: how many there may be at once; further requests wait for one to be free.

    Raises:
        ValueError: `timeout` is not a positive, finite number, or `connections` not positive.
        TypeError: `http_client` is no `httpx2.Client`, and cannot be used as one.
    """

    def __init__(
        self,
        timeout: float = DEFAULT_TIMEOUT,
        http_client: HttpClient | None = None,
        *,
        connections: int = CONNECTIONS,
    ) -> None:
        self._settings = settings_of(timeout, connections)
        self._given = http_client
        if http_client is not None:
            _usable(http_client, "Client", "close")
        self._closed = False
        self._making = threading.Lock()
        self._library: _Library | None = None

    def send(self, request: Request) -> Response:
        """As `Transport.send`."""
        return self._by_library().send(request)

    def stream(self, request: Request) -> StreamedResponse:
        """As `StreamingTransport.stream`."""
        return self._by_library().stream(request)

    def close(self) -> None:
        """Close what was opened here."""
        self._closed = True
        if self._library is not None:
            self._library.close()

    def _by_library(self) -> _Library:
        if self._closed:
            raise closed()
        if self._library is None:
            # Here and not above: as the module's docstring says.
            from .httpx2_transport import Httpx2Transport

            # Of threads that come here at once, all get the same one.
            with self._making:
                if self._library is None:
                    self._library = Httpx2Transport(self._settings, self._given)
        return self._library


class AsyncHttpTransport:
    """`HttpTransport` for `AsyncClient`, on an `httpx2.AsyncClient`. Event loops may share it: each
    has its own connections, which are closed when it ends."""

    def __init__(
        self,
        timeout: float = DEFAULT_TIMEOUT,
        http_client: AsyncHttpClient | None = None,
        *,
        connections: int = CONNECTIONS,
    ) -> None:
        self._settings = settings_of(timeout, connections)
        self._given = http_client
        if http_client is not None:
            _usable(http_client, "AsyncClient", "aclose")
        self._closed = False
        self._making = threading.Lock()
        self._library: _AsyncLibrary | None = None

    async def send(self, request: Request) -> Response:
        """As `Transport.send`."""
        return await self._by_library().send(request)

    async def stream(self, request: Request) -> AsyncStreamedResponse:
        """As `StreamingTransport.stream`. Files are read, a piece at a time, in the event loop."""
        return await self._by_library().stream(request)

    async def aclose(self) -> None:
        """Close what was opened here."""
        self._closed = True
        if self._library is not None:
            await self._library.aclose()

    def _by_library(self) -> _AsyncLibrary:
        if self._closed:
            raise closed()
        if self._library is None:
            # Here and not above: as the module's docstring says.
            from .httpx2_transport import AsyncHttpx2Transport

            # Of threads that come here at once, all get the same one.
            with self._making:
                if self._library is None:
                    self._library = AsyncHttpx2Transport(self._settings, self._given)
        return self._library


def settings_of(timeout: float, connections: int) -> Settings:
    """The settings of a transport.

    Raises:
        ValueError: a number cannot be used.
    """
    if not isinstance(timeout, (int, float)) or not 0 < timeout < math.inf:
        raise ValueError(
            f"timeout={timeout!r}: a number of seconds is wanted; nothing waits for ever"
        )
    if not isinstance(connections, int) or connections < 1:
        raise ValueError(f"connections={connections!r}: a positive number is wanted")
    return Settings(timeout, connections)


def _usable(http_client: object, wanted: str, closing: str) -> None:
    """Refuse an HTTP client of the other kind, or another library's.

    Raises:
        TypeError: it is so.
    """
    if not hasattr(http_client, "stream") or not hasattr(http_client, closing):
        given = type(http_client).__name__
        raise TypeError(f"http_client: {given} given, httpx2.{wanted} wanted")
