"""The part of the transports that imports httpx2: its clients, and its errors as this package's."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache
from ssl import SSLContext
from typing import Any, Final, NoReturn
from urllib.request import getproxies

import httpx2

from ..errors.errors import TransportError, TransportTimeout
from .failures import Progress
from .hiding import hide_in_logs
from .transport import AsyncHttpClient, HttpClient, Request, Settings

# A RuntimeError, which is its own, not a subclass's: the client is closed, or belongs to another event loop.
_FAILURES: Final = (
    *(httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError),
    UnicodeError,  # the name of a host that no name server could be asked for
    OverflowError,  # the number of a port
    OSError,  # of TLS, once a connection is made
)
_PERMANENT: Final = (
    *(httpx2.UnsupportedProtocol, httpx2.InvalidURL),
    *(UnicodeError, OverflowError),
)
"""The errors that a request raises again however often it is repeated."""
_UNSENT: Final = (
    *(httpx2.PoolTimeout, httpx2.ConnectTimeout, httpx2.ConnectError),
    *(httpx2.ProxyError, *_PERMANENT),
)
"""The errors before anything of a request can have reached the service."""


hide_in_logs()


def new_client(settings: Settings) -> HttpClient:
    """A client without connections yet."""
    client: HttpClient = _Client(**_arguments(settings))
    return client


def new_async_client(settings: Settings) -> AsyncHttpClient:
    """The same, asynchronous."""
    client: AsyncHttpClient = _AsyncClient(**_arguments(settings))
    return client


class _Requests:
    """Builds the requests of a client that was made here: it has neither a base URL nor parameters, its
    headers stay, and all go to one URL or a few. So what is alike in them is made once.

    Args:
        client: whose requests they are.
    """

    def __init__(self, client: httpx2.Client | httpx2.AsyncClient) -> None:
        self._client = client
        self._defaults = [(n.lower(), n, v) for n, v in client.headers.raw]
        self._last = "", httpx2.URL()

    def built(
        self,
        method: str,
        url: httpx2.URL | str,
        headers: Sequence[tuple[bytes, bytes]],
        extensions: Mapping[str, Any],  # Any: as httpx2 has them
        **content: Any,  # Any: of each kind of client its own
    ) -> httpx2.Request:
        """A request, as the client's `build_request` would build it.

        Raises:
            httpx2.InvalidURL: the URL is none.
        """
        client = self._client
        given = {name.lower() for name, _ in headers}
        kept = [(n, v) for lower, n, v in self._defaults if lower not in given]
        if "timeout" not in extensions:
            extensions = {**extensions, "timeout": client.timeout.as_dict()}
        target = url if isinstance(url, httpx2.URL) else self._parsed(url)
        return httpx2.Request(
            method,
            target,
            headers=[*kept, *headers],
            # No cookie is for a URL without a scheme, which is refused when it is to be sent.
            cookies=client.cookies if target.scheme else None,
            extensions=extensions,
            **content,
        )

    def _parsed(self, url: str) -> httpx2.URL:
        known, parsed = self._last
        if known != url:
            parsed = httpx2.URL(url)
            self._last = url, parsed
        return parsed


class _Client(httpx2.Client):
    def __init__(self, **settings: Any) -> None:  # Any: as httpx2 has them
        super().__init__(**settings)
        self._requests = _Requests(self)

    def build_request(
        self,
        method: str,
        url: httpx2.URL | str,
        *,
        content: Any = None,
        headers: Any = (),
        extensions: Any = None,
        **_: Any,
    ) -> httpx2.Request:
        """Build a request of which no more is given than `HttpClient.stream` takes. (`Any`: as httpx2 has
        them.)"""
        return self._requests.built(
            method, url, headers, extensions or {}, content=content
        )


class _AsyncClient(httpx2.AsyncClient):
    def __init__(self, **settings: Any) -> None:  # Any: as httpx2 has them
        super().__init__(**settings)
        self._requests = _Requests(self)

    def build_request(
        self,
        method: str,
        url: httpx2.URL | str,
        *,
        content: Any = None,
        headers: Any = (),
        extensions: Any = None,
        **_: Any,
    ) -> httpx2.Request:
        """As of `_Client`."""
        return self._requests.built(
            method, url, headers, extensions or {}, content=content
        )


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


def has_proxies() -> bool:
    """Whether the environment has proxies, which those clients then use."""
    return bool(getproxies())


def raise_translated(
    error: Exception, request: Request, progress: Progress | None
) -> NoReturn:
    """Raise an error of httpx2 as one of this package; another as it is.

    Args:
        error: what its client raised.
        request: the request that it could not carry.
        progress: how far it got, where that was noted.
    """
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]  # of the task that asyncio's connection began
    secrets = request.secrets
    where = f"{request.method} {secrets.redact_url(request.url)}"
    reason = secrets.redact_url(str(error)) or type(error).__name__
    sent = None if _may_be_sent(error, progress) else False
    if isinstance(error, httpx2.TimeoutException):
        no_answer = "not sent in time" if sent is False else "no answer in time"
        raise TransportTimeout(f"{where}: {no_answer} ({reason})", sent=sent) from error
    if type(error) is RuntimeError or isinstance(error, _FAILURES):
        translated = TransportError(f"{where}: {reason}", sent=sent)
        translated.permanent = isinstance(error, _PERMANENT)
        raise translated from error
    raise error


def _may_be_sent(error: Exception, progress: Progress | None) -> bool:
    """Whether anything of the request may have reached the service."""
    if progress is not None and (progress.begun or progress.at_proxy):
        return progress.begun
    return not isinstance(error, _UNSENT)
