"""How envelopes travel: a transport is one method, `send`.

The clients' own transports stand on httpx2. Whoever needs another HTTP library, or none, writes
a class with `send`; nothing of httpx2 is imported then.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn, Protocol, TypeVar

from ..errors.errors import TransportError, TransportTimeout
from ..secrets.redaction import ALWAYS, Secrets
from ..xml.parsing import LIMITS, Limits

DEFAULT_TIMEOUT: Final = 30.0

C = TypeVar("C")


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """An HTTP POST."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    secrets: Secrets = field(default=ALWAYS, compare=False)
    """What is not shown of it."""
    limits: Limits = field(default=LIMITS, compare=False)
    """How much the reply may hold."""

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


class Transport(Protocol):
    """What carries a request, and brings the reply."""

    def send(self, request: Request) -> Response:
        """Send a request and wait for its reply.

        Raises:
            TransportError: no reply came; `TransportTimeout` where none came in time.
        """
        ...


class AsyncTransport(Protocol):
    """A transport for `AsyncClient`."""

    async def send(self, request: Request) -> Response:
        """As `Transport.send`."""
        ...


# -------------------------------------------------------------- httpx2, as far as it is used


class HttpReply(Protocol):
    """What is used of `httpx2.Response`."""

    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def iter_bytes(self) -> Iterator[bytes]: ...

    def aiter_bytes(self) -> AsyncIterator[bytes]: ...


class HttpClient(Protocol):
    """What is used of `httpx2.Client`."""

    def stream(
        self,
        method: str,
        url: str,
        *,
        content: bytes,
        headers: Sequence[tuple[bytes, bytes]],
        follow_redirects: bool,
    ) -> AbstractContextManager[HttpReply]: ...

    def close(self) -> None: ...


class AsyncHttpClient(Protocol):
    """What is used of `httpx2.AsyncClient`."""

    def stream(
        self,
        method: str,
        url: str,
        *,
        content: bytes,
        headers: Sequence[tuple[bytes, bytes]],
        follow_redirects: bool,
    ) -> AbstractAsyncContextManager[HttpReply]: ...

    async def aclose(self) -> None: ...


def _httpx2() -> Any:
    """httpx2 itself. `Any`: the protocols above say what is used of it."""
    # Here and not above: that package takes longer to import than all the rest, and who only
    # encodes and decodes, or brings a transport, does without it.
    import httpx2

    return httpx2


def _checked(timeout: float) -> float:
    if not isinstance(timeout, (int, float)) or not 0 < timeout < math.inf:
        raise ValueError(
            f"timeout={timeout!r}: a number of seconds is wanted; nothing waits for ever"
        )
    return timeout


def _usable(http_client: C, wanted: str, closing: str) -> C:
    """An HTTP client of the user's, unless it is of the other kind, or another library's."""
    if not hasattr(http_client, "stream") or not hasattr(http_client, closing):
        given = type(http_client).__name__
        raise TypeError(f"http_client: {given} given, httpx2.{wanted} wanted")
    return http_client


class HttpTransport:
    """A transport on httpx2.

    Redirects are not followed: a POST would become a GET on its way.

    Args:
        timeout: seconds without any progress, in connecting, in sending or in waiting for more
            of the reply.
        http_client: an `httpx2.Client` of one's own, for proxies, certificates, authentication;
            its own timeouts hold, and it is not closed here.

    Raises:
        ValueError: `timeout` is not a positive, finite number.
        TypeError: `http_client` is no `httpx2.Client`, and cannot be used as one.
    """

    def __init__(
        self,
        timeout: float = DEFAULT_TIMEOUT,
        http_client: HttpClient | None = None,
    ) -> None:
        self._library = _httpx2()
        self._own = http_client is None
        self._client: HttpClient = (
            self._library.Client(timeout=_checked(timeout))
            if http_client is None
            else _usable(http_client, "Client", "close")
        )

    def send(self, request: Request) -> Response:
        """As `Transport.send`."""
        body = _Body(request.limits.envelope)
        try:
            with self._client.stream(**_posted(request)) as reply:
                for chunk in reply.iter_bytes():
                    body.add(chunk, reply)
                return body.response(reply)
        except Exception as error:
            _translate(error, request, self._library)

    def close(self) -> None:
        """Close what was opened here."""
        if self._own:
            self._client.close()


class AsyncHttpTransport:
    """`HttpTransport` for `AsyncClient`, on an `httpx2.AsyncClient`."""

    def __init__(
        self,
        timeout: float = DEFAULT_TIMEOUT,
        http_client: AsyncHttpClient | None = None,
    ) -> None:
        self._library = _httpx2()
        self._own = http_client is None
        self._client: AsyncHttpClient = (
            self._library.AsyncClient(timeout=_checked(timeout))
            if http_client is None
            else _usable(http_client, "AsyncClient", "aclose")
        )

    async def send(self, request: Request) -> Response:
        """As `Transport.send`."""
        body = _Body(request.limits.envelope)
        try:
            async with self._client.stream(**_posted(request)) as reply:
                async for chunk in reply.aiter_bytes():
                    body.add(chunk, reply)
                return body.response(reply)
        except Exception as error:
            _translate(error, request, self._library)

    async def aclose(self) -> None:
        """Close what was opened here."""
        if self._own:
            await self._client.aclose()


def _posted(request: Request) -> dict[str, Any]:  # Any: keyword arguments of many types
    # As bytes: a SOAPAction may hold what is not ASCII.
    headers = [
        (name.encode("ascii"), value.encode())
        for name, value in request.headers.items()
    ]
    return {
        "method": "POST",
        "url": request.url,
        "content": request.body,
        "headers": headers,
        "follow_redirects": False,
    }


class _Body:
    """A reply's body as it comes in, within the limits."""

    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._chunks: list[bytes] = []
        self._size = 0

    def add(self, chunk: bytes, reply: HttpReply) -> None:
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size > self._at_most:
            raise TransportError(
                f"the reply has more than {self._at_most:,} bytes",
                status=reply.status_code,
                headers=_headers(reply),
                body=self._chunks[0],
            )

    def response(self, reply: HttpReply) -> Response:
        return Response(reply.status_code, _headers(reply), b"".join(self._chunks))


def _headers(reply: HttpReply) -> dict[str, str]:
    return {name.lower(): value for name, value in reply.headers.items()}


def _translate(
    error: Exception, request: Request, library: Any  # Any: as of _httpx2
) -> NoReturn:
    """Raise an error of httpx2 as one of this package; another as it is."""
    secrets = request.secrets
    where = f"POST {secrets.redact_url(request.url)}"
    said = secrets.redact_url(str(error)) or type(error).__name__
    if isinstance(error, library.TimeoutException):
        raise TransportTimeout(f"{where}: no answer in time ({said})") from error
    if isinstance(
        error,
        # A UnicodeError: the name of a host that no name server could be asked for.
        (library.HTTPError, library.InvalidURL, library.StreamError, UnicodeError),
    ):
        raise TransportError(f"{where}: {said}") from error
    raise error
