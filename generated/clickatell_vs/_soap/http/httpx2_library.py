"""The part of the transports that imports httpx2: its clients, and its errors as this package's."""

from __future__ import annotations

import os
from functools import cache
from ssl import SSLContext
from typing import Any, Final, NoReturn
from urllib.request import getproxies

import httpx2

from ..errors.errors import TransportError, TransportTimeout
from .failures import Progress
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


def new_client(settings: Settings) -> HttpClient:
    """A client without connections yet."""
    client: HttpClient = httpx2.Client(**_arguments(settings))
    return client


def new_async_client(settings: Settings) -> AsyncHttpClient:
    """The same, asynchronous."""
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
