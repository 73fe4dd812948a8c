"""Requests that httpx2 carries."""

from __future__ import annotations

import math
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, ExitStack
from functools import cache, partial
from ssl import SSLContext
from typing import Any, NoReturn, TypeVar
from urllib.request import getproxies

import httpx2

from .aside import aside
from .connections import OwnAsyncClients, OwnClient
from .failures import Progress, closed, raise_translated
from .hiding import Hidden, hide_in_logs
from .incoming import Body, Head, StreamedBody
from .transport import (
    AsyncHttpClient,
    AsyncStreamedResponse,
    HttpClient,
    HttpReply,
    Request,
    Response,
    Settings,
    StreamedResponse,
)

C = TypeVar("C")

hide_in_logs()


class Httpx2Transport:
    """A transport on `httpx2.Client`.

    Args:
        settings: of a client that is made here, with its first request.
        given: one of the user's instead.
    """

    def __init__(self, settings: Settings, given: HttpClient | None) -> None:
        self._given = given
        self._traced = given is not None or bool(getproxies())
        self._own = OwnClient(partial(_client, settings))

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
            _translating(request, progress)(error)

    def stream(self, request: Request) -> StreamedResponse:
        """As `StreamingTransport.stream`."""
        progress = _followed(request, self._traced)
        trace = None if progress is None else progress.note
        opened = ExitStack()
        translate = _translating(request, progress)
        try:
            client = self._client()
            posted = _posted(request, trace, client)
            if request.pieces is not None:
                posted["content"] = iter(request.pieces)
            with Hidden(request.secrets, request.url, request.body):
                reply = opened.enter_context(client.stream(**posted))
        except Exception as error:
            translate(error)
        head = _head(reply)

        def chunks() -> Iterator[bytes]:
            try:
                body = StreamedBody(request, head)
                for chunk in reply.iter_raw():
                    yield from body.feed(chunk)
                body.end()
            except Exception as error:
                translate(error)

        return StreamedResponse(head.status, head.headers, chunks(), opened.close)

    def close(self) -> None:
        """Close what was opened here."""
        self._own.close()

    def _client(self) -> HttpClient:
        return self._own.get() if self._given is None else _open(self._given)


class AsyncHttpx2Transport:
    """`Httpx2Transport` on `httpx2.AsyncClient`, one an event loop."""

    def __init__(self, settings: Settings, given: AsyncHttpClient | None) -> None:
        self._given = given
        self._traced = given is not None or bool(getproxies())
        self._own = OwnAsyncClients(partial(_async_client, settings))

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
            _translating(request, progress)(error)

    async def stream(self, request: Request) -> AsyncStreamedResponse:
        """As `StreamingTransport.stream`. Files are read, a piece at a time, in the event loop."""
        progress = _followed(request, self._traced)
        trace = None if progress is None else progress.note_async
        opened = AsyncExitStack()
        translate = _translating(request, progress)
        try:
            client = await self._client()
            posted = _posted(request, trace, client)
            if request.pieces is not None:
                posted["content"] = _asynchronous(request.pieces)
            with Hidden(request.secrets, request.url, request.body):
                reply = await opened.enter_async_context(client.stream(**posted))
        except Exception as error:
            translate(error)
        head = _head(reply)

        async def chunks() -> AsyncIterator[bytes]:
            try:
                body = StreamedBody(request, head)
                async for chunk in reply.aiter_raw():
                    for piece in body.feed(chunk):
                        yield piece
                body.end()
            except Exception as error:
                translate(error)

        return AsyncStreamedResponse(head.status, head.headers, chunks(), opened.aclose)

    async def aclose(self) -> None:
        """Close what was opened here."""
        await self._own.aclose()

    async def _client(self) -> AsyncHttpClient:
        return await self._own.get() if self._given is None else _open(self._given)


# ------------------------------------------------------------------------------------- httpx2


def _client(settings: Settings) -> HttpClient:
    client: HttpClient = httpx2.Client(**_arguments(settings))
    return client


def _async_client(settings: Settings) -> AsyncHttpClient:
    client: AsyncHttpClient = httpx2.AsyncClient(**_arguments(settings))
    return client


def _arguments(settings: Settings) -> dict[str, Any]:  # Any: as httpx2 has them
    most = settings.connections
    return {
        "timeout": settings.timeout,
        "limits": httpx2.Limits(max_connections=most, max_keepalive_connections=most),
        "verify": _tls(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")),
    }


@cache
def _tls(*_environment: str | None) -> SSLContext:
    """The TLS context of all clients that are made here, by the environment's certificates: making
    one takes most of the time that making a client does."""
    return httpx2.create_ssl_context()


def _open(client: C) -> C:
    """A client of the user's.

    Raises:
        TransportError: it was closed.
    """
    if getattr(client, "is_closed", False):
        raise closed()
    return client


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


def _translating(
    request: Request, progress: Progress | None
) -> Callable[[Exception], NoReturn]:
    """The function that raises an error of a request's transport as one of this package."""
    return partial(
        raise_translated,
        method=request.method,
        url=request.url,
        secrets=request.secrets,
        library=httpx2,
        progress=progress,
    )


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
