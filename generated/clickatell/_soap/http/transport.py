"""How envelopes travel: a transport is one method, `send`.

Clients have a transport of their own. Whoever needs another HTTP library, or none, writes a class with `send`.
"""

from __future__ import annotations

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
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, field
from threading import TIMEOUT_MAX
from typing import Any, Final, Protocol

from ..secrets.redaction import ALWAYS, Secrets
from ..xml.parsing import LIMITS, Limits
from .deadlines import Deadline
from .message import Attachment
from .pieces import Pieces

DEFAULT_TIMEOUT: Final = 30.0

CONNECTIONS: Final = 100
"""How many connections a client's own transport has at once."""


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


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a transport's own connections.

    Raises:
        ValueError: a number cannot be used.
    """

    timeout: float
    """In seconds, of each step."""
    connections: int
    """How many there may be at once."""

    def __post_init__(self) -> None:
        timeout, connections = self.timeout, self.connections
        if not isinstance(timeout, (int, float)) or not 0 < timeout < TIMEOUT_MAX:
            raise ValueError(
                f"timeout={timeout!r}: a number of seconds is wanted; nothing waits for ever"
            )
        if not isinstance(connections, int) or connections < 1:
            raise ValueError(
                f"connections={connections!r}: a positive number is wanted"
            )


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
