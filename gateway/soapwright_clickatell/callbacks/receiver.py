"""A web application that takes callbacks, and puts long messages together."""

from __future__ import annotations

import hmac
import inspect
import logging
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from .received import (
    CallbackError,
    IncomingCallback,
    StatusCallback,
    parse_callback,
)

MAX_BODY: Final = 2**16
_LENGTH: Final = re.compile(r"[0-9]{1,9}")

_log = logging.getLogger(__name__)


class Assembler:
    """Puts the parts of long incoming messages together, in whatever order they come.

    A part that is received twice counts once, also when its message is whole already: its
    reference may be another message's by then.

    Args:
        most: how many unfinished messages to keep; the oldest are then forgotten.
    """

    def __init__(self, most: int = 1000) -> None:
        self._most = most
        self._parts: dict[tuple[str, str, int, int], dict[int, IncomingCallback]] = {}
        self._seen: dict[str, None] = {}

    def add(self, message: IncomingCallback) -> str | None:
        """The whole text, once all of it is there; `None` before, and for a part that was
        there already."""
        if message.part is None:
            return message.text
        reference, number, count = message.part
        if message.message_id in self._seen:
            return None
        self._seen[message.message_id] = None
        if len(self._seen) > 100 * self._most:
            del self._seen[next(iter(self._seen))]
        key = message.sender, message.to, reference, count
        parts = self._parts.setdefault(key, {})
        parts[number] = message
        if len(parts) < count:
            if len(self._parts) > self._most:
                del self._parts[next(iter(self._parts))]
            return None
        del self._parts[key]
        return "".join(parts[at].text for at in sorted(parts))


# ---------------------------------------------------------------------------------- serving

_Environ: TypeAlias = Mapping[str, Any]  # Any: as PEP 3333 has it
_Scope: TypeAlias = Mapping[str, Any]  # Any: as ASGI has it
_Receive: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]  # Any: as ASGI has it
_Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]  # Any: as ASGI has it
_PHRASES: Final = {
    **{200: "OK", 400: "Bad Request", 401: "Unauthorized"},
    **{405: "Method Not Allowed", 413: "Content Too Large"},
    500: "Internal Server Error",
}


class Receiver:
    """A web application that takes callbacks and hands them on.

    An exception of a handler is logged, and the answer makes the gateway repeat the callback.

    Args:
        on_status: called with the status of a message.
        on_incoming: called with a message from a handset. In `asgi` either may be a coroutine
            function.
        user: the name of basic authentication that the gateway must come with; "" for none.
        password: its password.
    """

    def __init__(
        self,
        on_status: Callable[[StatusCallback], object] | None = None,
        on_incoming: Callable[[IncomingCallback], object] | None = None,
        *,
        user: str = "",
        password: str = "",
    ) -> None:
        self._on_status = on_status
        self._on_incoming = on_incoming
        self._expected = f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"
        self._open = not user

    def wsgi(
        self, environ: _Environ, start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        """The application as PEP 3333 has it.

        Raises:
            TypeError: a handler is a coroutine function, which only `asgi` can await.
        """
        method = str(environ.get("REQUEST_METHOD", "GET"))
        status = self._refusal(method, str(environ.get("HTTP_AUTHORIZATION", "")))
        parameters: str | bytes = str(environ.get("QUERY_STRING", ""))
        if status is None:
            length = str(environ.get("CONTENT_LENGTH") or 0)
            if method == "POST":
                if not _LENGTH.fullmatch(length) or int(length) > MAX_BODY:
                    status = 413
                else:
                    parameters = bytes(environ["wsgi.input"].read(int(length)))
                    status = None if len(parameters) == int(length) else 400
        if status is None:
            status, result = self._take(parameters)
            if inspect.iscoroutine(result):
                result.close()
                raise TypeError("WSGI cannot await a handler: serve receiver.asgi")
        headers, body = _reply(status)
        start_response(f"{status} {_PHRASES[status]}", headers)
        return [body]

    @property
    def asgi(self) -> Callable[[_Scope, _Receive, _Send], Awaitable[None]]:
        """The application as ASGI 3 has it.

        It is a plain function: uvicorn takes a method for one of ASGI 2.
        """

        async def application(scope: _Scope, receive: _Receive, send: _Send) -> None:
            if scope["type"] == "lifespan":
                await _live(receive, send)
            elif scope["type"] == "http":
                await self._http(scope, receive, send)

        return application

    async def _http(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        given = {name.lower(): value for name, value in scope["headers"]}
        authorization = given.get(b"authorization", b"").decode("latin-1")
        status = self._refusal(scope["method"], authorization)
        parameters: bytes | None = scope["query_string"]
        if status is None and scope["method"] == "POST":
            try:
                parameters = await _body(receive)
            except ConnectionError:
                return  # the gateway will repeat it
            status = 413 if parameters is None else None
        if status is None and parameters is not None:
            status, result = self._take(parameters)
            if inspect.isawaitable(result):
                try:
                    await result
                except Exception:
                    _log.exception("a handler of callbacks failed")
                    status = 500
        assert status is not None
        headers, body = _reply(status)
        raw = [(name.lower().encode(), value.encode()) for name, value in headers]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    def _refusal(self, method: str, authorization: str) -> int | None:
        if method not in ("GET", "POST"):
            return 405
        expected = self._expected.encode()
        if self._open or hmac.compare_digest(authorization.encode(), expected):
            return None
        return 401

    def _take(self, parameters: str | bytes) -> tuple[int, object]:
        """The HTTP status, and what the handler returned."""
        try:
            callback = parse_callback(parameters)
        except CallbackError as error:
            _log.warning("no callback: %s", error)
            return 400, None
        try:
            if isinstance(callback, StatusCallback):
                return 200, self._on_status and self._on_status(callback)
            return 200, self._on_incoming and self._on_incoming(callback)
        except Exception:
            _log.exception("a handler of callbacks failed")
            return 500, None


async def _live(receive: _Receive, send: _Send) -> None:
    """There is nothing to be started or stopped."""
    kind = ""
    while kind != "lifespan.shutdown":
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})


async def _body(receive: _Receive) -> bytes | None:
    """Read the body of a request; `None` where it is too large.

    Raises:
        ConnectionError: the gateway went away in the midst of it.
    """
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return body


def _reply(status: int) -> tuple[list[tuple[str, str]], bytes]:
    body = f"{_PHRASES[status]}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
    ]
    if status == 401:
        headers.append(("WWW-Authenticate", 'Basic realm="callbacks"'))
    return headers, body
