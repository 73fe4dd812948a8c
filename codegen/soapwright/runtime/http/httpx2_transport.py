"""The transports that clients make for themselves, on httpx2. It is imported with the first request: it takes longer to
import than all the rest, and who only encodes and decodes, or brings a transport, does without it.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, ExitStack
from functools import cached_property, partial
from typing import Any, NoReturn

from .aside import aside
from .connections import OwnAsyncClients, OwnClient
from .failures import Progress, closed
from .hiding import Hidden, hide_in_logs
from .incoming import Body, Head, StreamedBody
from .transport import (
    CONNECTIONS,
    DEFAULT_TIMEOUT,
    AsyncHttpClient,
    AsyncStreamedResponse,
    HttpClient,
    HttpReply,
    Request,
    Response,
    Settings,
    StreamedResponse,
)


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
        settings = Settings(timeout, connections)
        if http_client is not None:
            _check_kind(http_client, "Client", "close")
            hide_in_logs()
        self._given = http_client
        self._own = OwnClient(partial(_new_client, settings))
        self._closed = False

    def send(self, request: Request) -> Response:
        """As `Transport.send`."""
        progress = _followed(request, self._traced)
        trace = None if progress is None else progress.note
        body = Body(request)
        try:
            client = self._client()
            with (
                Hidden(request.secrets, request.url, request.body),
                client.stream(**_posted(request, trace, client)) as reply,
            ):
                head = _head(reply)
                for chunk in reply.iter_raw():
                    body.add(chunk, head)
                return body.response(head)
        except Exception as error:
            _raise_translated(error, request, progress)

    def stream(self, request: Request) -> StreamedResponse:
        """As `StreamingTransport.stream`."""
        progress = _followed(request, self._traced)
        trace = None if progress is None else progress.note
        opened = ExitStack()
        try:
            client = self._client()
            posted = _posted(request, trace, client)
            if request.pieces is not None:
                posted["content"] = iter(request.pieces)
            with Hidden(request.secrets, request.url, request.body):
                reply = opened.enter_context(client.stream(**posted))
        except Exception as error:
            _raise_translated(error, request, progress)
        head = _head(reply)

        def chunks() -> Iterator[bytes]:
            try:
                body = StreamedBody(request, head)
                for chunk in reply.iter_raw():
                    yield from body.feed(chunk)
                body.end()
            except Exception as error:
                _raise_translated(error, request, progress)

        return StreamedResponse(head.status, head.headers, chunks(), opened.close)

    def close(self) -> None:
        """Close what was opened here."""
        self._closed = True
        self._own.close()

    @cached_property
    def _traced(self) -> bool:
        return self._given is not None or _has_proxies()

    def _client(self) -> HttpClient:
        if self._given is None:
            return self._own.get()
        if self._closed or getattr(self._given, "is_closed", False):
            raise closed()
        return self._given


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
        settings = Settings(timeout, connections)
        if http_client is not None:
            _check_kind(http_client, "AsyncClient", "aclose")
            hide_in_logs()
        self._given = http_client
        self._own = OwnAsyncClients(partial(_new_async_client, settings))
        self._closed = False

    async def send(self, request: Request) -> Response:
        """As `Transport.send`."""
        progress = _followed(request, self._traced)
        trace = None if progress is None else progress.note_async
        body = Body(request)
        try:
            client = await self._client()
            posted = _posted(request, trace, client)
            with Hidden(request.secrets, request.url, request.body):
                async with client.stream(**posted) as reply:
                    head = _head(reply)
                    async for chunk in reply.aiter_raw():
                        body.add(chunk, head)
                    if body.is_long(head):
                        return await aside(body.response, head)
                    return body.response(head)
        except Exception as error:
            _raise_translated(error, request, progress)

    async def stream(self, request: Request) -> AsyncStreamedResponse:
        """As `StreamingTransport.stream`. Files are read, a piece at a time, in the event loop."""
        progress = _followed(request, self._traced)
        trace = None if progress is None else progress.note_async
        opened = AsyncExitStack()
        try:
            client = await self._client()
            posted = _posted(request, trace, client)
            if request.pieces is not None:
                posted["content"] = _asynchronous(request.pieces)
            with Hidden(request.secrets, request.url, request.body):
                reply = await opened.enter_async_context(client.stream(**posted))
        except Exception as error:
            _raise_translated(error, request, progress)
        head = _head(reply)

        async def chunks() -> AsyncIterator[bytes]:
            try:
                body = StreamedBody(request, head)
                async for chunk in reply.aiter_raw():
                    for piece in body.feed(chunk):
                        yield piece
                body.end()
            except Exception as error:
                _raise_translated(error, request, progress)

        return AsyncStreamedResponse(head.status, head.headers, chunks(), opened.aclose)

    async def aclose(self) -> None:
        """Close what was opened here."""
        self._closed = True
        await self._own.aclose()

    @cached_property
    def _traced(self) -> bool:
        return self._given is not None or _has_proxies()

    async def _client(self) -> AsyncHttpClient:
        if self._given is None:
            return await self._own.get()
        if self._closed or getattr(self._given, "is_closed", False):
            raise closed()
        return self._given


def _new_client(settings: Settings) -> HttpClient:
    # Here and not above: as the module's docstring says.
    from .httpx2_library import new_client

    return new_client(settings)


def _new_async_client(settings: Settings) -> AsyncHttpClient:
    # Here and not above: as the module's docstring says.
    from .httpx2_library import new_async_client

    return new_async_client(settings)


def _has_proxies() -> bool:
    # Here and not above: as the module's docstring says.
    from .httpx2_library import has_proxies

    return has_proxies()


def _raise_translated(
    error: Exception, request: Request, progress: Progress | None
) -> NoReturn:
    # Here and not above: as the module's docstring says.
    from .httpx2_library import raise_translated

    raise_translated(error, request, progress)


# ------------------------------------------------------------------------- requests and replies


async def _asynchronous(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Pieces for a client that awaits each."""
    for piece in pieces:
        yield piece


def _followed(request: Request, traced: bool) -> Progress | None:
    """A record of how far a request gets, where that is of interest."""
    if not traced and request.deadline is None:
        return None
    progress = Progress()
    if request.deadline is not None:
        request.deadline.follow(progress)
    return progress


def _posted(
    request: Request, trace: Callable[..., object] | None, client: object
) -> dict[str, Any]:  # Any: keyword arguments of many types
    # As bytes: a SOAPAction may hold what is not ASCII.
    headers = [
        (name.encode("ascii"), value.encode())
        for name, value in request.headers.items()
    ]
    if "accept-encoding" not in map(str.lower, request.headers):
        headers.append((b"Accept-Encoding", b"gzip, deflate"))
    extensions: dict[str, object] = {} if trace is None else {"trace": trace}
    if request.deadline is not None or request.timeout is not None:
        extensions["timeout"] = _timeouts(client, request)
    return {
        "method": request.method,
        "url": request.url,
        "content": request.body,
        "headers": headers,
        "follow_redirects": False,
        "extensions": extensions,
    }


def _timeouts(client: object, request: Request) -> dict[str, float]:
    """The timeouts of a request by its phases: its own or the client's, up to its deadline."""
    of_client = getattr(client, "timeout", None)
    most = math.inf if request.deadline is None else request.deadline.phase
    timeouts = {}
    for phase in ("connect", "read", "write", "pool"):
        seconds = request.timeout or getattr(of_client, phase, None)
        timeouts[phase] = most if seconds is None else min(seconds, most)
    return timeouts


def _head(reply: HttpReply) -> Head:
    headers = {name.lower(): value for name, value in reply.headers.items()}
    return Head(reply.status_code, headers)


def _check_kind(http_client: object, wanted: str, closing: str) -> None:
    """Refuse an HTTP client of the other kind, or another library's.

    Raises:
        TypeError: it is so.
    """
    if not hasattr(http_client, "stream") or not hasattr(http_client, closing):
        given = type(http_client).__name__
        raise TypeError(f"http_client: {given} given, httpx2.{wanted} wanted")
