"""How envelopes travel: a transport is one method, `send`.

The clients' own transports use httpx2. Whoever needs another HTTP library, or none, writes
a class with `send`; nothing of httpx2 is imported then.
"""

from __future__ import annotations

import math
import os
from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    ExitStack,
)
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Final, NoReturn, Protocol, TypeVar

from ..errors.errors import TransportError
from ..secrets.redaction import ALWAYS, Secrets
from ..xml.parsing import LIMITS, Limits
from .aside import aside
from .bodies import LONG, TooLarge, UnknownCoding, Unpacking, unpacked
from .connections import OwnAsyncClients, OwnClient
from .deadlines import Deadline
from .failures import Progress, closed, raise_translated
from .hiding import Hidden, hide_in_logs
from .message import Attachment
from .pieces import Pieces

DEFAULT_TIMEOUT: Final = 30.0

_CODING: Final = "content-encoding"

CONNECTIONS: Final = 100
"""How many connections a client's own transport has at once."""

C = TypeVar("C")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """An HTTP request."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    secrets: Secrets = field(default=ALWAYS, compare=False)
    """The secrets that are not shown of it."""
    limits: Limits = field(default=LIMITS, compare=False)
    """How much the reply may hold."""
    deadline: Deadline | None = field(default=None, compare=False)
    """When the call must be done, if it must: its `left` has the seconds until then."""
    pieces: Pieces | None = field(default=None, compare=False)
    """The body in pieces, where it is not all in memory: `body` is empty then. Only `stream` is given
    such requests; its Content-Length is among the headers where it is known."""
    method: str = "POST"
    """Of operations that are bound to HTTP without SOAP another one, too."""
    timeout: float | None = field(default=None, compare=False)
    """Seconds without progress, instead of the transport's own."""

    def __repr__(self) -> str:
        url = self.secrets.redact_url(self.url)
        return f"Request({url!r}, {len(self.body):,} bytes)"


@dataclass(frozen=True, slots=True)
class Response:
    """The reply to it, whatever its status."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """By names in lower case."""
    body: bytes = field(repr=False)
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)
    """The parts beside the body, where those are separate already: the body is the root then, and the
    Content-Type its own."""
    pieces: Pieces | None = field(default=None, repr=False)
    """Of a service's reply: its body in pieces, where it is not all in memory; `body` is empty then."""


def _nothing() -> None:
    """There is nothing to let go of."""


async def _nothing_async() -> None:
    """There is nothing to let go of."""


class Transport(Protocol):
    """The interface of a transport: it carries a request, and brings the reply."""

    def send(self, request: Request) -> Response:
        """Send a request and wait for its reply.

        Raises:
            TransportError: no reply came; `TransportTimeout` where none came in time. Its `sent`
                is False where nothing can have reached the service.
        """
        ...


@dataclass(frozen=True, slots=True)
class StreamedResponse:
    """A reply whose body comes in piece by piece."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """By names in lower case."""
    chunks: Iterator[bytes] = field(repr=False)
    """The body's pieces, without content codings."""
    close: Callable[[], None] = field(default=_nothing, repr=False)
    """Lets go of the connection; it is called once, whether or not all pieces were read."""


@dataclass(frozen=True, slots=True)
class AsyncStreamedResponse:
    """`StreamedResponse` of an asynchronous transport."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """By names in lower case."""
    chunks: AsyncIterator[bytes] = field(repr=False)
    """The body's pieces, without content codings."""
    aclose: Callable[[], Awaitable[None]] = field(default=_nothing_async, repr=False)
    """As `StreamedResponse.close`."""


class StreamingTransport(Protocol):
    """A transport that takes requests, and gives replies, piece by piece: it need not be one."""

    def stream(self, request: Request) -> StreamedResponse:
        """Send a request and wait for the head of its reply.

        Raises:
            TransportError: no reply came, as of `Transport.send`; `chunks` raise it too.
        """
        ...


class AsyncStreamingTransport(Protocol):
    """`StreamingTransport` for `AsyncClient`."""

    async def stream(self, request: Request) -> AsyncStreamedResponse:
        """As `StreamingTransport.stream`."""
        ...


class AsyncTransport(Protocol):
    """A transport for `AsyncClient`."""

    async def send(self, request: Request) -> Response:
        """As `Transport.send`."""
        ...


# -------------------------------------------------------------- httpx2, as far as it is used


class HttpReply(Protocol):
    """The part of `httpx2.Response` that is used."""

    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def iter_raw(self) -> Iterator[bytes]: ...

    def aiter_raw(self) -> AsyncIterator[bytes]: ...


class HttpClient(Protocol):
    """The part of `httpx2.Client` that is used."""

    def stream(
        self,
        method: str,
        url: str,
        *,
        content: bytes | Iterable[bytes],
        headers: Sequence[tuple[bytes, bytes]],
        follow_redirects: bool,
        extensions: Mapping[str, Any],  # Any: as httpx2 has them
    ) -> AbstractContextManager[HttpReply]: ...

    def close(self) -> None: ...


class AsyncHttpClient(Protocol):
    """The part of `httpx2.AsyncClient` that is used."""

    def stream(
        self,
        method: str,
        url: str,
        *,
        content: bytes | AsyncIterable[bytes],
        headers: Sequence[tuple[bytes, bytes]],
        follow_redirects: bool,
        extensions: Mapping[str, Any],  # Any: as httpx2 has them
    ) -> AbstractAsyncContextManager[HttpReply]: ...

    async def aclose(self) -> None: ...


@cache
def _httpx2() -> Any:
    """httpx2 itself, with the first request. `Any`: the protocols above declare what is used of it."""
    # Here and not above: that package takes longer to import than all the rest, and who only
    # encodes and decodes, or brings a transport, does without it.
    import httpx2

    hide_in_logs()
    return httpx2


def _usable(http_client: C, wanted: str, closing: str) -> C:
    """An HTTP client of the user's, unless it is of the other kind, or another library's."""
    if not hasattr(http_client, "stream") or not hasattr(http_client, closing):
        given = type(http_client).__name__
        raise TypeError(f"http_client: {given} given, httpx2.{wanted} wanted")
    return http_client


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
        _check(timeout, connections)
        self._given: HttpClient | None = None
        self._own: OwnClient[HttpClient] | None = None
        if http_client is None:
            self._own = OwnClient(partial(_client, timeout, connections))
        else:
            self._given = _usable(http_client, "Client", "close")
        self._traced = None if http_client is None else True

    def send(self, request: Request) -> Response:
        """As `Transport.send`."""
        progress = _followed(request, self._is_traced())
        trace = None if progress is None else progress.note
        body = _Body(request)
        try:
            client = self._own.get() if self._own else _open(self._given)
            with (
                Hidden(request.secrets, request.url, request.body),
                client.stream(**_posted(request, trace, client)) as reply,
            ):
                for chunk in reply.iter_raw():
                    body.add(chunk, reply)
                return body.response(reply)
        except Exception as error:
            _translating(request, progress)(error)

    def stream(self, request: Request) -> StreamedResponse:
        """As `StreamingTransport.stream`."""
        progress = _followed(request, self._is_traced())
        trace = None if progress is None else progress.note
        opened = ExitStack()
        translate = _translating(request, progress)
        try:
            client = self._own.get() if self._own else _open(self._given)
            posted = _posted(request, trace, client)
            if request.pieces is not None:
                posted["content"] = iter(request.pieces)
            with Hidden(request.secrets, request.url, request.body):
                reply = opened.enter_context(client.stream(**posted))
        except Exception as error:
            translate(error)

        def chunks() -> Iterator[bytes]:
            try:
                body = _Unpacked(request, reply)
                for chunk in reply.iter_raw():
                    yield from body.feed(chunk)
                body.end()
            except Exception as error:
                translate(error)

        headers = _headers(reply)
        return StreamedResponse(reply.status_code, headers, chunks(), opened.close)

    def _is_traced(self) -> bool:
        if self._traced is None:
            self._traced = _has_proxies()
        return self._traced

    def close(self) -> None:
        """Close what was opened here."""
        if self._own is not None:
            self._own.close()


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
        _check(timeout, connections)
        self._given: AsyncHttpClient | None = None
        self._own: OwnAsyncClients[AsyncHttpClient] | None = None
        if http_client is None:
            self._own = OwnAsyncClients(partial(_async_client, timeout, connections))
        else:
            self._given = _usable(http_client, "AsyncClient", "aclose")
        self._traced = None if http_client is None else True

    async def send(self, request: Request) -> Response:
        """As `Transport.send`."""
        progress = _followed(request, self._is_traced())
        trace = None if progress is None else progress.note_async
        body = _Body(request)
        try:
            client = await self._own.get() if self._own else _open(self._given)
            with Hidden(request.secrets, request.url, request.body):
                async with client.stream(**_posted(request, trace, client)) as reply:
                    async for chunk in reply.aiter_raw():
                        body.add(chunk, reply)
                    if body.is_long(reply):
                        return await aside(body.response, reply)
                    return body.response(reply)
        except Exception as error:
            _translating(request, progress)(error)

    async def stream(self, request: Request) -> AsyncStreamedResponse:
        """As `StreamingTransport.stream`. Files are read, a piece at a time, in the event loop."""
        progress = _followed(request, self._is_traced())
        trace = None if progress is None else progress.note_async
        opened = AsyncExitStack()
        translate = _translating(request, progress)
        try:
            client = await self._own.get() if self._own else _open(self._given)
            posted = _posted(request, trace, client)
            if request.pieces is not None:
                posted["content"] = _asynchronous(request.pieces)
            with Hidden(request.secrets, request.url, request.body):
                reply = await opened.enter_async_context(client.stream(**posted))
        except Exception as error:
            translate(error)

        async def chunks() -> AsyncIterator[bytes]:
            try:
                body = _Unpacked(request, reply)
                async for chunk in reply.aiter_raw():
                    for piece in body.feed(chunk):
                        yield piece
                body.end()
            except Exception as error:
                translate(error)

        headers = _headers(reply)
        return AsyncStreamedResponse(
            *(reply.status_code, headers, chunks(), opened.aclose)
        )

    def _is_traced(self) -> bool:
        if self._traced is None:
            self._traced = _has_proxies()
        return self._traced

    async def aclose(self) -> None:
        """Close what was opened here."""
        if self._own is not None:
            await self._own.aclose()


async def _asynchronous(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Pieces for a client that awaits each."""
    for piece in pieces:
        yield piece


def _check(timeout: float, connections: int) -> None:
    """Refuse settings that cannot be used.

    Raises:
        ValueError: a number cannot be used.
    """
    if not isinstance(timeout, (int, float)) or not 0 < timeout < math.inf:
        raise ValueError(
            f"timeout={timeout!r}: a number of seconds is wanted; nothing waits for ever"
        )
    if not isinstance(connections, int) or connections < 1:
        raise ValueError(f"connections={connections!r}: a positive number is wanted")


def _client(timeout: float, connections: int) -> HttpClient:
    client: HttpClient = _httpx2().Client(**_settings(timeout, connections))
    return client


def _async_client(timeout: float, connections: int) -> AsyncHttpClient:
    client: AsyncHttpClient = _httpx2().AsyncClient(**_settings(timeout, connections))
    return client


def _settings(
    timeout: float, connections: int
) -> dict[str, Any]:  # Any: keyword arguments of many types
    """The settings of a client that is made here."""
    return {
        "timeout": timeout,
        "limits": _httpx2().Limits(
            max_connections=connections, max_keepalive_connections=connections
        ),
        "verify": _tls(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")),
    }


@cache
def _tls(*_environment: str | None) -> Any:  # Any: ssl's; loaded with the first request
    """The TLS context of all clients that are made here, by the environment's certificates: making
    one takes most of the time that making a client does."""
    return _httpx2().create_ssl_context()


def _has_proxies() -> bool:
    """Whether the environment names any proxy."""
    # Here and not above: httpx2 imports it, and who makes no client does without it.
    from urllib.request import getproxies

    return bool(getproxies())


def _open(client: C | None) -> C:
    """A client of the user's.

    Raises:
        TransportError: it was closed.
    """
    if client is None or getattr(client, "is_closed", False):
        raise closed()
    return client


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
        url=request.url,
        secrets=request.secrets,
        library=_httpx2(),
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


class _Body:
    """A reply's body as it comes in, within the limits."""

    def __init__(self, request: Request) -> None:
        self._limits = request.limits
        self._deadline = request.deadline
        self._chunks: list[bytes] = []
        self._size = 0

    def add(self, chunk: bytes, reply: HttpReply) -> None:
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size > self._limits.envelope:
            raise self._refused(reply, f"has more than {self._limits.envelope:,} bytes")
        if self._deadline is not None and not self._deadline.left:
            raise self._deadline.error()

    def is_long(self, reply: HttpReply) -> bool:
        """Whether it may take long to unpack."""
        return _CODING in reply.headers and self._size * self._limits.ratio > LONG

    def response(self, reply: HttpReply) -> Response:
        body = b"".join(self._chunks)
        self._chunks = self._chunks[:1]
        coding = reply.headers.get(_CODING, "")
        if coding and body:
            try:
                body = unpacked(body, coding, self._limits.envelope, self._limits)
            except TooLarge:
                why = f"has more than {self._limits.envelope:,} bytes"
                raise self._refused(reply, why) from None
            except (UnknownCoding, ValueError) as error:
                raise self._refused(reply, _unpackable(error)) from None
        return Response(reply.status_code, _headers(reply), body)

    def _refused(self, reply: HttpReply, why: str) -> TransportError:
        return _refused(reply, why, self._chunks[0] if self._chunks else b"")


class _Unpacked:
    """A reply's body as it is unpacked, while it comes in."""

    def __init__(self, request: Request, reply: HttpReply) -> None:
        self._reply = reply
        self._begun = b""
        coding = reply.headers.get(_CODING, "")
        try:
            self._unpacking = Unpacking(coding, request.limits)
        except (UnknownCoding, ValueError) as error:
            raise _refused(reply, _unpackable(error), b"") from None

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        self._begun = self._begun or chunk
        try:
            yield from self._unpacking.feed(chunk)
        except ValueError as error:
            raise _refused(self._reply, _unpackable(error), self._begun) from None

    def end(self) -> None:
        try:
            self._unpacking.end()
        except ValueError as error:
            raise _refused(self._reply, _unpackable(error), self._begun) from None


def _unpackable(error: Exception) -> str:
    """The reason why a body cannot be unpacked."""
    if isinstance(error, UnknownCoding):
        return "is packed in a way that is not known here"
    return f"is not packed as its Content-Encoding declares ({error})"


def _refused(reply: HttpReply, why: str, body: bytes) -> TransportError:
    return TransportError(
        f"the reply {why}",
        status=reply.status_code,
        headers=_headers(reply),
        body=body,
    )


def _headers(reply: HttpReply) -> dict[str, str]:
    return {name.lower(): value for name, value in reply.headers.items()}
