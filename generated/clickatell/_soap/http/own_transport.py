"""The transport that clients make for themselves.

It sends plain requests over connections of its own, and leaves all others to httpx2, which is imported with the first
of those only: it takes longer to import than all the rest.
"""

from __future__ import annotations

import math
import os
import sys
from functools import partial
from typing import Final, Protocol

from .connections import OwnAsyncClients, OwnClient, is_asyncio
from .cookies import Cookies
from .targets import Target, target_of
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

_PROXIES: Final = frozenset({"http_proxy", "https_proxy", "all_proxy"})


class _Connections(Protocol):
    def send(self, request: Request, target: Target) -> Response: ...

    def close(self) -> None: ...


class _AsyncConnections(Protocol):
    async def send(self, request: Request, target: Target) -> Response: ...

    async def aclose(self) -> None: ...


class _Library(Transport, StreamingTransport, Protocol):
    def close(self) -> None: ...


class _AsyncLibrary(AsyncTransport, AsyncStreamingTransport, Protocol):
    async def aclose(self) -> None: ...


class HttpTransport:
    """A client's own transport. Threads may share it, and forked processes may use it.

    Plain requests go over connections of its own, as HTTP/1.1. Through proxies, which the environment may
    name, and with a client of the user's, httpx2 carries them. Redirects are not followed: a POST would
    become a GET on its way.

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
        self._direct = OwnClient(partial(_connections, self._settings))
        self._is_direct = False if http_client is not None else None
        self._library: _Library | None = None

    def send(self, request: Request) -> Response:
        """As `Transport.send`."""
        if self._is_direct is None:
            self._is_direct = _is_direct()
        if self._is_direct:
            target = target_of(request.url)
            if target is not None:
                return self._direct.get().send(request, target)
        return self._by_library().send(request)

    def stream(self, request: Request) -> StreamedResponse:
        """As `StreamingTransport.stream`."""
        return self._by_library().stream(request)

    def close(self) -> None:
        """Close what was opened here."""
        self._direct.close()
        if self._library is not None:
            self._library.close()

    def _by_library(self) -> _Library:
        if self._library is None:
            self._direct.check_open()
            # Here and not above: httpx2 takes longer to import than all the rest.
            from .httpx2_transport import Httpx2Transport

            self._library = Httpx2Transport(self._settings, self._given)
        return self._library


class AsyncHttpTransport:
    """`HttpTransport` for `AsyncClient`; of the user's it takes an `httpx2.AsyncClient`. Event loops may
    share it: each has its own connections, which are closed when it ends. httpx2 carries all of loops that are
    not asyncio's."""

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
        self._direct = OwnAsyncClients(partial(_async_connections, self._settings))
        self._is_direct = False if http_client is not None else None
        self._library: _AsyncLibrary | None = None

    async def send(self, request: Request) -> Response:
        """As `Transport.send`."""
        if self._is_direct is None:
            self._is_direct = _is_direct()
        if self._is_direct and is_asyncio():
            target = target_of(request.url)
            if target is not None:
                return await (await self._direct.get()).send(request, target)
        return await self._by_library().send(request)

    async def stream(self, request: Request) -> AsyncStreamedResponse:
        """As `StreamingTransport.stream`. Files are read, a piece at a time, in the event loop."""
        return await self._by_library().stream(request)

    async def aclose(self) -> None:
        """Close what was opened here."""
        await self._direct.aclose()
        if self._library is not None:
            await self._library.aclose()

    def _by_library(self) -> _AsyncLibrary:
        if self._library is None:
            self._direct.check_open()
            # Here and not above: httpx2 takes longer to import than all the rest.
            from .httpx2_transport import AsyncHttpx2Transport

            self._library = AsyncHttpx2Transport(self._settings, self._given)
        return self._library


def _connections(settings: Settings) -> _Connections:
    # Here and not above: who only encodes and decodes, or brings a transport, does without it.
    from .direct import Connections

    return Connections(settings)


def _async_connections(settings: Settings) -> _AsyncConnections:
    # Here and not above: synchronous clients do without asyncio.
    from .direct_async import AsyncConnections

    return AsyncConnections(settings)


def _is_direct() -> bool:
    """Whether requests go to the service itself: neither the environment nor the system names any proxy."""
    if sys.platform not in ("darwin", "win32"):
        names = (name for name, value in os.environ.items() if value)
        return not any(name.lower() in _PROXIES for name in names)
    # Here and not above: it takes long to load.
    from urllib.request import getproxies

    return not getproxies()


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
    return Settings(timeout, connections, Cookies())


def _usable(http_client: object, wanted: str, closing: str) -> None:
    """Refuse an HTTP client of the other kind, or another library's.

    Raises:
        TypeError: it is so.
    """
    if not hasattr(http_client, "stream") or not hasattr(http_client, closing):
        given = type(http_client).__name__
        raise TypeError(f"http_client: {given} given, httpx2.{wanted} wanted")
