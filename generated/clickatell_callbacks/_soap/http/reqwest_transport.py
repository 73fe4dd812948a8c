"""Transports on pyreqwest, for clients that call so often that HTTP itself counts. It is no dependency of the package:
whoever uses them installs it."""

from __future__ import annotations

import math
from datetime import timedelta
from importlib import import_module
from typing import Any, Final, NoReturn

from ..errors.errors import TransportError, TransportTimeout
from .aside import aside
from .connections import OwnClient
from .failures import closed
from .incoming import Body, Head
from .transport import CONNECTIONS, DEFAULT_TIMEOUT, Request, Response, Settings

_IDLE: Final = 5.0
"""Seconds that a connection is kept while nothing is sent on it."""
_CONNECTING: Final = "client error (Connect)"
"""The cause of an error while there was no connection yet."""
_SWITCHED: Final = 101


class _Reqwest:
    """The base of both kinds: all but the waiting.

    Args:
        timeout: seconds without any progress, in waiting for a free connection, in connecting, or in
            waiting for more of the reply.
        connections: how many there may be at once; further requests wait for one to be free.
        proxy: its URL; without it the environment's proxies are used.
        authorities: certificates in PEM form that are trusted besides the system's.
        identity: the client's certificate and its key in PEM form, one after the other.

    Raises:
        ImportError: pyreqwest is not installed.
        ValueError: `timeout` is not a positive, finite number, `connections` not positive, or another
            argument cannot be used.
    """

    _builder = ""
    """The name of what makes clients in pyreqwest."""

    def __init__(
        self,
        timeout: float = DEFAULT_TIMEOUT,
        *,
        connections: int = CONNECTIONS,
        proxy: str | None = None,
        authorities: bytes | None = None,
        identity: bytes | None = None,
    ) -> None:
        self._settings = Settings(timeout, connections)
        self._proxy = proxy
        self._authorities = authorities
        self._identity = identity
        self._errors = _module("exceptions")
        self._own: OwnClient[Any] = OwnClient(self._made)
        self._own.get()

    def _made(
        self,
    ) -> Any:  # Any: pyreqwest need not be installed where types are checked
        step = timedelta(seconds=self._settings.timeout)
        most = self._settings.connections
        made = getattr(_module("client"), self._builder)()
        # Connecting ends first, and says so: both begin together.
        made = made.connect_timeout(step * 0.9).read_timeout(step).pool_timeout(step)
        made = made.max_connections(most).pool_max_idle_per_host(most)
        made = made.pool_idle_timeout(timedelta(seconds=_IDLE))
        # Codings are taken off here, within the limits of the request.
        made = made.gzip(False).deflate(False).brotli(False).zstd(False)
        made = made.follow_redirects(False).default_cookie_store(True).http1_only()
        if self._proxy is not None:
            made = made.proxy(_module("proxy").ProxyBuilder.all(self._proxy))
        if self._authorities is not None:
            made = made.add_root_certificate_pem(self._authorities)
        if self._identity is not None:
            made = made.identity_pem(self._identity)
        return made.build()

    def _built(self, request: Request) -> Any:  # Any: as `_made`
        """A request, whose reply is read in pieces."""
        headers = {**request.headers}
        if "accept-encoding" not in map(str.lower, headers):
            headers["Accept-Encoding"] = "gzip, deflate"
        made = self._own.get().request(request.method, request.url)
        made = made.headers(headers).body_bytes(request.body)
        most = math.inf if request.deadline is None else request.deadline.phase
        most = min(most, request.timeout or math.inf)
        if most < math.inf:
            made = made.timeout(timedelta(seconds=most))
        return made.build_streamed()

    def _raise_translated(self, error: Exception, request: Request) -> NoReturn:
        """Raise an error of pyreqwest as one of this package; another as it is."""
        errors = self._errors
        if isinstance(error, errors.ClientClosedError):
            raise closed() from error
        sent = False if self._is_unsent(error) else None
        where = f"{request.method} {request.secrets.redact_url(request.url)}"
        reason = request.secrets.redact_url(_reason(error))
        if isinstance(error, errors.RequestTimeoutError):
            no_answer = "not sent in time" if sent is False else "no answer in time"
            said = f"{where}: {no_answer} ({reason})"
            raise TransportTimeout(said, sent=sent) from error
        if isinstance(error, (errors.PyreqwestError, ValueError)):
            translated = TransportError(f"{where}: {reason}", sent=sent)
            translated.permanent = isinstance(error, ValueError)
            raise translated from error
        raise error

    def _is_unsent(self, error: Exception) -> bool:
        """Whether nothing of a request can have reached the service."""
        errors = self._errors
        # A ValueError: a URL, or a header, that cannot be written.
        if isinstance(error, (ValueError, errors.PoolTimeoutError)):
            return True
        # pyreqwest raises the same errors where a connection ends, or all is silent, after the request.
        kinds = (errors.ConnectError, errors.ConnectTimeoutError)
        return isinstance(error, kinds) and _CONNECTING in _causes(error)


class ReqwestTransport(_Reqwest):
    """A transport on `pyreqwest.client.SyncClient`. Threads may share it."""

    _builder = "SyncClientBuilder"

    def send(self, request: Request) -> Response:
        """As `Transport.send`."""
        body = Body(request)
        try:
            with self._built(request) as reply:
                head, reader = _head(reply), reply.body_reader
                while (chunk := reader.read_chunk()) is not None:
                    body.add(memoryview(chunk), head)
            return body.response(head)
        except Exception as error:
            self._raise_translated(error, request)

    def close(self) -> None:
        """Close its connections."""
        self._own.close()


class AsyncReqwestTransport(_Reqwest):
    """`ReqwestTransport` for `AsyncClient`, on `pyreqwest.client.Client`. Event loops may share it."""

    _builder = "ClientBuilder"

    async def send(self, request: Request) -> Response:
        """As `Transport.send`."""
        body = Body(request)
        try:
            async with self._built(request) as reply:
                head, reader = _head(reply), reply.body_reader
                while (chunk := await reader.read_chunk()) is not None:
                    body.add(memoryview(chunk), head)
            if body.is_long(head):
                return await aside(body.response, head)
            return body.response(head)
        except Exception as error:
            self._raise_translated(error, request)

    async def aclose(self) -> None:
        """Close its connections."""
        client = self._own.forget()
        if client is not None:
            await client.close()


def _module(name: str) -> Any:  # Any: as of `_made`
    """A module of pyreqwest.

    Raises:
        ImportError: it is not installed.
    """
    try:
        return import_module(f"pyreqwest.{name}")
    except ModuleNotFoundError as error:
        said = "this transport needs pyreqwest: pip install pyreqwest"
        raise ImportError(said, name="pyreqwest") from error


def _head(reply: Any) -> Head:  # Any: as of `_made`
    """A reply without its body. pyreqwest gives no header that is not ASCII: U+FFFD is in its place.

    Raises:
        TransportError: it is framed in a way that is not known here.
    """
    headers: dict[str, str] = {}
    for name in {*reply.headers.keys()}:
        try:
            headers[name] = ", ".join(reply.headers.getall(name))
        except ValueError:
            headers[name] = "\ufffd"
    coding = headers.get("transfer-encoding", "chunked")
    if reply.status == _SWITCHED or coding.lower() != "chunked":
        raise TransportError("the reply is not HTTP/1.1 as it is known here")
    return Head(reply.status, headers)


def _causes(error: Exception) -> list[str]:
    """The texts of an error's causes, the outermost first."""
    details = getattr(error, "details", None) or {}
    return [cause["message"] for cause in details.get("causes") or ()]


def _reason(error: Exception) -> str:
    """An error with its causes: its own text says only which step failed."""
    texts = [str(error.args[0] if error.args else ""), *_causes(error)]
    return ": ".join(text for text in texts if text) or type(error).__name__
