"""Services on ASGI and WSGI, and in memory, without a socket."""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import (
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    MutableMapping,
    Sequence,
)
from dataclasses import replace
from http import HTTPStatus
from math import inf
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import quote, urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

from ..errors.errors import TransportError
from ..http.attaching import AttachmentsAs, Received
from ..http.bodies import TooLarge
from ..http.message import Layer
from ..http.securing import MessageSecurity
from ..http.transport import Request, Response
from ..xml.parsing import Limits
from .application import DEFAULT_MAX_BODY, Application
from .service import BaseService, Hooks, HttpRequest, Security

__all__ = ["AsyncInMemoryTransport", "InMemoryTransport", "asgi", "wsgi"]

# Any: an ASGI server's own dictionaries.
Scope: TypeAlias = MutableMapping[str, Any]
Event: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Event]]
Send: TypeAlias = Callable[[Event], Awaitable[None]]
AsgiApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
WsgiApp: TypeAlias = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]

_HOST: Final = re.compile(r"[A-Za-z0-9._-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
_CHUNK: Final = 2**16


# ------------------------------------------------------------------------------------ ASGI


def asgi(
    service: BaseService,
    *others: BaseService,
    address: str | None = None,
    max_body: int = DEFAULT_MAX_BODY,
    limits: Limits | None = None,
    hooks: Hooks | None = None,
    outgoing: Sequence[Layer] = (),
    incoming: Sequence[Layer] = (),
    security: Security | MessageSecurity | Literal[False] | None = None,
    attachments: AttachmentsAs = "bytes",
    mtom: bool | int | None = None,
) -> AsgiApp:
    """An ASGI application that serves a service.

    Args:
        service: what answers.
        others: services of the WSDL's other port types, at the same address.
        address: the service's URL, for the WSDL that `?wsdl` gives out; otherwise it is where
            the request was sent to, which is wrong behind some proxies.
        max_body: bytes that a request's body may have, packed and unpacked.
        limits: those of its envelope, where they are not the package's.
        hooks: for callers that have habits.
        outgoing: layers that each reply passes, in this order, faults too.
        incoming: layers that each request passes before its operation is sought, in this order.
        security: checks who calls: `UsernameTokens`, the keys or profile of message security, or a
            check of your own.
        attachments: "stream" for binary values of requests as `Attachment`s, which are received
            into temporary files, so that they may be large.
        mtom: whether replies are MTOM messages, as `Client` takes it; `None` where those to MTOM
            messages are.

    Raises:
        TypeError: a layer is none, or asynchronous.
        ValueError: `attachments` or `mtom` cannot be used, or nothing in the package is binary.
    """
    return asgi_application(
        Application(
            (service, *others),
            address=address,
            max_body=max_body,
            limits=limits,
            hooks=hooks,
            outgoing=outgoing,
            incoming=incoming,
            security=security,
            attachments=attachments,
            mtom=mtom,
        )
    )


def asgi_application(application: Application) -> AsgiApp:
    """An application on ASGI."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            request = _from_scope(scope)
            try:
                reply = await _answered(application, request, receive)
            except ConnectionError:
                return
            await _send(reply, request, send)

    return app


async def _answered(
    application: Application, request: HttpRequest, receive: Receive
) -> Response:
    try:
        if (parts := application.receiving(request)) is not None:
            await _received_apart(receive, parts)
            root, others = parts.parts()
            request = replace(request, parts=(root, *others))
            return await application.answer(request)
    except TransportError as error:
        return application.broken(request, error)
    except TooLarge:
        return application.too_large(request)
    if _length(request) > application.max_body:
        return application.too_large(request)
    body = await _received(receive, application.max_body)
    if body is None:
        return application.too_large(request)
    return await application.answer(request.with_body(body))


async def _live(receive: Receive, send: Send) -> None:
    """There is nothing to be started or stopped."""
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return


def _from_scope(scope: Scope) -> HttpRequest:
    """A request without its body."""
    headers = _joined(scope["headers"])
    path, mounted_at = scope["path"], scope.get("root_path", "")
    if not f"{path}/".startswith(f"{mounted_at}/"):  # as older servers have it
        path = mounted_at + path
    server = scope.get("server") or ("localhost", None)
    fallback = server[0] if server[1] is None else f"{server[0]}:{server[1]}"
    return HttpRequest(
        method=scope["method"],
        path=quote(path),
        query=scope.get("query_string", b"").decode("latin-1"),
        headers=headers,
        origin=_origin(scope.get("scheme", "http"), headers, fallback),
    )


async def _received(receive: Receive, at_most: int) -> bytes | None:
    """A request's body; `None` where it is longer.

    Raises:
        ConnectionError: the caller disconnected.
    """
    piece, more = await _piece(receive)
    if not more:  # as it mostly is: there is nothing to be joined
        return None if len(piece) > at_most else piece
    body = bytearray(piece)
    while more and len(body) <= at_most:
        piece, more = await _piece(receive)
        body += piece
    return None if len(body) > at_most else bytes(body)


async def _received_apart(receive: Receive, parts: Received) -> None:
    """Receive a body into its parts, which are written in a thread: they may be files.

    Raises:
        ConnectionError: the caller went away.
        TransportError: as `Received.add`.
        TooLarge: likewise.
    """
    more = True
    while more:
        piece, more = await _piece(receive)
        await asyncio.to_thread(parts.add, piece)


async def _piece(receive: Receive) -> tuple[bytes, bool]:
    """The next piece of a request's body, and whether another one follows.

    Raises:
        ConnectionError: the caller went away.
    """
    event = await receive()
    if event["type"] == "http.disconnect":
        raise ConnectionError("the caller disconnected")
    return bytes(event.get("body", b"")), event.get("more_body", False)


async def _send(reply: Response, request: HttpRequest, send: Send) -> None:
    headers, body = _sent(reply, request)
    await send(
        {
            "type": "http.response.start",
            "status": reply.status,
            "headers": [(n.encode(), v.encode("latin-1")) for n, v in headers],
        }
    )
    if reply.pieces is not None:
        pieces = iter(reply.pieces)
        while piece := await asyncio.to_thread(next, pieces, b""):
            chunk = {"type": "http.response.body", "body": piece, "more_body": True}
            await send(chunk)
    await send({"type": "http.response.body", "body": body})


# ------------------------------------------------------------------------------------ WSGI


def wsgi(
    service: BaseService,
    *others: BaseService,
    address: str | None = None,
    max_body: int = DEFAULT_MAX_BODY,
    limits: Limits | None = None,
    hooks: Hooks | None = None,
    outgoing: Sequence[Layer] = (),
    incoming: Sequence[Layer] = (),
    security: Security | MessageSecurity | Literal[False] | None = None,
    attachments: AttachmentsAs = "bytes",
    mtom: bool | int | None = None,
) -> WsgiApp:
    """A WSGI application that serves a service; the arguments are those of `asgi`.

    Methods that are an `async def` run in one event loop, in a thread of its own.
    """
    application = Application(
        (service, *others),
        address=address,
        max_body=max_body,
        limits=limits,
        hooks=hooks,
        outgoing=outgoing,
        incoming=incoming,
        security=security,
        attachments=attachments,
        mtom=mtom,
    )

    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        request = _from_environ(environ)
        reply = _answered_in(application, request, environ)
        headers, content = _sent(reply, request)
        start(f"{reply.status} {HTTPStatus(reply.status).phrase}", headers)
        return [content] if reply.pieces is None else reply.pieces

    return app


def _answered_in(
    application: Application, request: HttpRequest, environ: WSGIEnvironment
) -> Response:
    """The reply to a request, whose body is read here."""
    if _is_endless(environ):
        return application.without_length(request)
    try:
        if (parts := application.receiving(request)) is not None:
            for piece in _chunks(environ, _length(request)):
                parts.add(piece)
            root, others = parts.parts()
            return application.answer_in(replace(request, parts=(root, *others)), wait)
    except TransportError as error:
        return application.broken(request, error)
    except TooLarge:
        return application.too_large(request)
    body = _read(environ, _length(request), application.max_body)
    if body is None:
        return application.too_large(request)
    return application.answer_in(request.with_body(body), wait)


def _from_environ(environ: WSGIEnvironment) -> HttpRequest:
    """A request without its body."""
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
    }
    path = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}"
    fallback = f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return HttpRequest(
        method=environ["REQUEST_METHOD"],
        path=quote(path.encode("latin-1")) or "/",
        query=environ.get("QUERY_STRING", ""),
        headers=headers,
        origin=_origin(environ["wsgi.url_scheme"], headers, fallback),
    )


def _is_endless(environ: WSGIEnvironment) -> bool:
    """Whether there is a body that comes in pieces, on a server that leaves it at that."""
    has_end = environ.get("CONTENT_LENGTH") or environ.get("wsgi.input_terminated")
    return not has_end and bool(environ.get("HTTP_TRANSFER_ENCODING"))


def _read(environ: WSGIEnvironment, length: int, at_most: int) -> bytes | None:
    """A request's body; `None` where it is longer.

    One of unknown length is read where the server marks its end (`wsgi.input_terminated`).
    """
    if length > at_most:
        return None
    body = bytearray()
    for chunk in _chunks(environ, length):
        body += chunk
        if len(body) > at_most:
            return None
    return bytes(body)


def _chunks(environ: WSGIEnvironment, length: int) -> Iterator[bytes]:
    """A request's body as it comes in; one of untold length to its end, where the server has one."""
    left: float = length
    if not environ.get("CONTENT_LENGTH"):
        left = inf if environ.get("wsgi.input_terminated") else 0
    while left > 0:
        chunk = environ["wsgi.input"].read(int(min(_CHUNK, left)))
        if not chunk:
            return
        left -= len(chunk)
        yield chunk


# --------------------------------------------------------------------------------- in memory


class InMemoryTransport:
    """A transport for `Client` that calls a service without a socket.

    Args:
        service: what answers.
        others: services of the WSDL's other port types.
        hooks: for callers that have habits.
        outgoing: layers of the service, as `asgi` takes them.
        incoming: likewise.
        attachments: likewise.
        mtom: likewise.
    """

    def __init__(
        self,
        service: BaseService,
        *others: BaseService,
        hooks: Hooks | None = None,
        outgoing: Sequence[Layer] = (),
        incoming: Sequence[Layer] = (),
        security: Security | MessageSecurity | Literal[False] | None = None,
        attachments: AttachmentsAs = "bytes",
        mtom: bool | int | None = None,
    ) -> None:
        self._application = Application(
            (service, *others),
            hooks=hooks,
            outgoing=outgoing,
            incoming=incoming,
            security=security,
            attachments=attachments,
            mtom=mtom,
        )

    def send(self, request: Request) -> Response:
        """As `Transport.send`."""
        return _in_memory(self._application.answer_in(_posted(request), wait))


class AsyncInMemoryTransport:
    """`InMemoryTransport` for `AsyncClient`."""

    def __init__(
        self,
        service: BaseService,
        *others: BaseService,
        hooks: Hooks | None = None,
        outgoing: Sequence[Layer] = (),
        incoming: Sequence[Layer] = (),
        security: Security | MessageSecurity | Literal[False] | None = None,
        attachments: AttachmentsAs = "bytes",
        mtom: bool | int | None = None,
    ) -> None:
        self._application = Application(
            (service, *others),
            hooks=hooks,
            outgoing=outgoing,
            incoming=incoming,
            security=security,
            attachments=attachments,
            mtom=mtom,
        )

    async def send(self, request: Request) -> Response:
        """As `Transport.send`."""
        return _in_memory(await self._application.answer(_posted(request)))


def _in_memory(reply: Response) -> Response:
    """A reply whose body is all in memory."""
    if reply.pieces is None:
        return reply
    return replace(reply, body=reply.pieces.joined(), pieces=None)


def _posted(request: Request) -> HttpRequest:
    url = urlsplit(request.url)
    return HttpRequest(
        method=request.method,
        path=url.path or "/",
        query=url.query,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
        origin=f"{url.scheme}://{url.netloc}",
    )


# ------------------------------------------------------------------------------------ shared


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by name; of several of one name a list (RFC 9110, section 5.3)."""
    found: dict[str, str] = {}
    for octets, value in headers:
        name, text = octets.decode("latin-1").lower(), value.decode("latin-1")
        found[name] = f"{found[name]}, {text}" if name in found else text
    return found


def _origin(scheme: str, headers: Mapping[str, str], fallback: str) -> str:
    host = headers.get("host", "")
    return f"{scheme}://{host if _HOST.fullmatch(host) else fallback}"


def _sent(reply: Response, request: HttpRequest) -> tuple[list[tuple[str, str]], bytes]:
    """A reply's headers and its body, which that to a HEAD has not."""
    size: int | None = len(reply.body)
    if reply.pieces is not None:
        size = reply.pieces.size
    length = {} if size is None else {"content-length": str(size)}
    body = b"" if request.method == "HEAD" else reply.body
    return list({**reply.headers, **length}.items()), body


def _length(request: HttpRequest) -> int:
    """The value of Content-Length, 0 where it cannot be used."""
    length = request.headers.get("content-length", "").strip()
    return (
        int(length) if length.isascii() and length.isdigit() and len(length) < 19 else 0
    )


class _Loop:
    """An event loop in a thread of its own, from a process's first coroutine on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: asyncio.AbstractEventLoop | None = None
        self._process = 0

    def run(self, awaitable: Awaitable[object]) -> object:
        with self._lock:
            if self._running is None or self._process != os.getpid():
                self._process = os.getpid()  # a thread does not outlive a fork
                self._running = asyncio.new_event_loop()
                threading.Thread(
                    target=self._running.run_forever, name="soap-service", daemon=True
                ).start()
        return asyncio.run_coroutine_threadsafe(
            _result(awaitable), self._running
        ).result()


async def _result(awaitable: Awaitable[object]) -> object:
    return await awaitable


wait: Final = _Loop().run
