"""Callbacks as they arrive at our side: statuses of sent messages, and incoming messages.

`parse_callback` reads every form that the vendor documents. `Receiver` is a small web
application for it, in both of Python's dialects: mount `receiver.wsgi` or `receiver.asgi` where
the account's callback URL points.

    receiver = Receiver(on_status=lambda status: print(status.message_id, status.status))

The gateway repeats what was not answered with success, and an answer may be lost: a handler may
be told the same thing twice. Go by `message_id` and `status`.
"""

from __future__ import annotations

import hmac
import inspect
import logging
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl

from clickatell_callbacks import PORTS
from clickatell_callbacks import types as t
from clickatell_callbacks.errors import SoapError
from lxml import etree

from .codes import MessageStatus

MAX_BODY: Final = 2**16
_OPERATIONS: Final = PORTS["ClickatellCallbacksPort"].operations
_LATIN_1: Final = "iso-8859-1"
_INCOMING_ZONE: Final = timezone(timedelta(hours=2))

_log = logging.getLogger(__name__)


class CallbackError(ValueError):
    """What came is no callback."""


@dataclass(frozen=True, slots=True)
class StatusCallback:
    """What has become of a message."""

    message_id: str
    client_id: str
    """The id that its sender gave it, "" if none."""
    to: str
    sender: str
    status: int
    """A `MessageStatus` where it is a known one."""
    charge: Decimal
    """In credits."""
    timestamp: datetime
    api_id: int | None = None
    """The API connection's number; the XML form leaves it out."""


@dataclass(frozen=True, slots=True)
class IncomingCallback:
    """A message that a handset sent, or a part of a long one."""

    message_id: str
    sender: str
    """The handset's number."""
    to: str
    """The rented number that it was sent to."""
    text: str
    timestamp: datetime
    udh: bytes = b""
    api_id: int | None = None

    @property
    def part(self) -> tuple[int, int, int] | None:
        """Of a part of a long message its reference, its number from 1, and how many there
        are."""
        header = self.udh
        if len(header) == 6 and header[1:3] == b"\x00\x03":
            return header[3], header[5], header[4]
        return None


Callback: TypeAlias = StatusCallback | IncomingCallback


class Assembler:
    """Puts the parts of long incoming messages together, in whatever order they come.

    Args:
        most: how many unfinished messages to keep; the oldest are then forgotten.
    """

    def __init__(self, most: int = 1000) -> None:
        self._most = most
        self._parts: dict[tuple[str, str, int], dict[int, IncomingCallback]] = {}

    def add(self, message: IncomingCallback) -> str | None:
        """The whole text, once all of it is there; `None` before."""
        if message.part is None:
            return message.text
        reference, number, count = message.part
        key = message.sender, message.to, reference
        parts = self._parts.setdefault(key, {})
        parts[number] = message
        if len(parts) < count:
            if len(self._parts) > self._most:
                del self._parts[next(iter(self._parts))]
            return None
        del self._parts[key]
        return "".join(parts[at].text for at in sorted(parts))


# ---------------------------------------------------------------------------------- reading


def parse_callback(parameters: str | bytes) -> Callback:
    """A callback from the query of a GET, or the form that was posted.

    Raises:
        CallbackError: it is none.
    """
    if isinstance(parameters, bytes):
        parameters = parameters.decode("ascii", "replace")
    try:
        pairs = parse_qsl(
            parameters, keep_blank_values=True, encoding=_LATIN_1, max_num_fields=100
        )
    except ValueError as error:
        raise CallbackError(str(error)) from None
    given = {name.lower(): value for name, value in pairs}
    if "data" in given:
        return _from_document(given["data"].strip().encode(_LATIN_1))
    return _from_fields(_decoded(given))


def _decoded(given: Mapping[str, str]) -> Mapping[str, str]:
    """Parameters in the character set that they name themselves."""
    charset = given.get("charset") or _LATIN_1
    if charset.lower() == _LATIN_1:
        return given
    text = given.get("text", "").encode(_LATIN_1)
    try:
        return {**given, "text": text.decode(charset)}
    except (LookupError, UnicodeDecodeError) as error:
        raise CallbackError(f"text: {error}") from None


def _from_document(data: bytes) -> Callback:
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise CallbackError(f"data: {error}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise CallbackError("data: a DTD is refused")
    name = etree.QName(root).localname
    if name == "Envelope":
        return _from_envelope(root, data)
    if name not in ("callback", "clickmo"):
        raise CallbackError(f"data: <{name[:40]}> is no callback")
    elements = [child for child in root if isinstance(child.tag, str)]
    return _from_fields({child.tag.lower(): child.text or "" for child in elements})


def _from_envelope(root: etree._Element, data: bytes) -> Callback:
    calls = [child for body in root for child in body if isinstance(child.tag, str)]
    name = etree.QName(calls[0]).localname if calls else ""
    operation = _OPERATIONS.get(name)
    if operation is None:
        raise CallbackError(f"data: there is no callback {name[:40]!r}")
    try:
        request = operation.decode_request(data)
    except SoapError as error:
        raise CallbackError(f"data: {error}") from None
    assert isinstance(request, (t.MtCallbackRequest, t.MoCallbackRequest))
    values = {n: getattr(request, n) for n in request.__dataclass_fields__}
    return _from_fields(
        {n.rstrip("_"): str(v) if v is not None and v else "" for n, v in values.items()}
    )  # fmt: skip


def _from_fields(given: Mapping[str, str]) -> Callback:
    """A callback by the names of its fields, in lower case."""
    if "momsgid" in given:
        return IncomingCallback(
            message_id=given["momsgid"],
            sender=_wanted(given, "from"),
            to=_wanted(given, "to"),
            text=given.get("text", ""),
            timestamp=_local_time(_wanted(given, "timestamp")),
            udh=_octets(given.get("udh", "")),
            api_id=_number(given, "api_id"),
        )
    status = _number(given, "status")
    if status is None:
        raise CallbackError("there is neither a status nor an incoming message")
    try:
        charge = Decimal(given.get("charge") or 0)
        seconds = int(_wanted(given, "timestamp"))
        timestamp = datetime.fromtimestamp(seconds, timezone.utc)
    except (InvalidOperation, ValueError, OverflowError, OSError) as error:
        raise CallbackError(f"charge or timestamp: {error}") from None
    return StatusCallback(
        message_id=_wanted(given, "apimsgid"),
        client_id=given.get("climsgid", ""),
        to=_wanted(given, "to"),
        sender=given.get("from", ""),
        status=MessageStatus.known(status) or status,
        charge=charge,
        timestamp=timestamp,
        api_id=_number(given, "api_id"),
    )


def _wanted(given: Mapping[str, str], name: str) -> str:
    value = given.get(name, "")
    if not value:
        raise CallbackError(f"{name} is missing")
    return value


def _number(given: Mapping[str, str], name: str) -> int | None:
    digits = given.get(name, "").strip()
    if not digits:
        return None
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 10):
        raise CallbackError(f"{name}: {digits[:40]!r} is no number")
    return int(digits)


def _octets(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise CallbackError(f"udh: {digits[:40]!r} is no hex") from None


def _local_time(written: str) -> datetime:
    """The vendor's local time, GMT+2."""
    try:
        read = datetime.strptime(written, "%Y-%m-%d %H:%M:%S")
    except ValueError:
        raise CallbackError(f"timestamp: {written[:40]!r} is no time") from None
    return read.replace(tzinfo=_INCOMING_ZONE)


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

    What a handler raises is logged, and answered such that the gateway tells it again.

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
        """The application as PEP 3333 has it."""
        method = str(environ.get("REQUEST_METHOD", "GET"))
        status = self._refusal(method, str(environ.get("HTTP_AUTHORIZATION", "")))
        if status is None:
            parameters: str | bytes = str(environ.get("QUERY_STRING", ""))
            length = str(environ.get("CONTENT_LENGTH") or 0)
            if method == "POST":
                if not length.isdecimal() or int(length) > MAX_BODY:
                    status = 413
                else:
                    parameters = bytes(environ["wsgi.input"].read(int(length)))
        if status is None:
            status, result = self._take(parameters)
            assert not inspect.isawaitable(result), "WSGI cannot await a handler"
        headers, body = _reply(status)
        start_response(f"{status} {_PHRASES[status]}", headers)
        return [body]

    async def asgi(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """The application as ASGI 3 has it."""
        assert scope["type"] == "http", "callbacks come by HTTP"
        given = {name.lower(): value for name, value in scope["headers"]}
        authorization = given.get(b"authorization", b"").decode("latin-1")
        status = self._refusal(scope["method"], authorization)
        parameters: bytes | None = scope["query_string"]
        if status is None and scope["method"] == "POST":
            parameters = await _body(receive)
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


async def _body(receive: _Receive) -> bytes | None:
    """What was posted; `None` where it is too much."""
    body = b""
    while True:
        message = await receive()
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
