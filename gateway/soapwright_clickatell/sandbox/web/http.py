"""The sandbox as a web application: requests to responses, without sockets."""

from __future__ import annotations

import itertools
import logging
import re
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ..engine.gateway import Gateway
from ..records.accounts import DEMO
from ..wire.dialects import DIALECTS
from ..wire.packing import TooLong, packed, unpacked
from ..wire.soap import Answer, SoapService

MAX_BODY: Final = 2**20
"""Bytes in a request: an envelope with 300 recipients and the longest text is far below."""

_TEXT: Final = "text/plain; charset=utf-8"
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
_XML_TYPE: Final = re.compile(r"(text|application)/([\w.-]+\+)?xml", re.IGNORECASE)
_HOST: Final = re.compile(r"[A-Za-z0-9._-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By names in lower case."""
    body: bytes = b""
    client: str = ""
    """The IP address that it came from."""


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response."""

    status: int
    body: bytes
    content_type: str = _TEXT
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call that came, with both envelopes as they were: secrets are masked where it is shown."""

    number: int
    at: float
    path: str
    operation: str
    outcome: str
    request: bytes = field(repr=False)
    reply: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """The bytes of both envelopes."""
        return len(self.request) + len(self.reply)


class CallLog:
    """The last calls, in memory alone: they hold secrets. Threads may share it."""

    def __init__(self, most: int = 500, most_bytes: int = 32 * MAX_BODY) -> None:
        self._calls: deque[CallRecord] = deque()
        self._most, self._most_bytes, self._bytes = most, most_bytes, 0
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, at: float, path: str, request: bytes, answer: Answer) -> None:
        """Remember a call."""
        with self._lock:
            record = CallRecord(
                *(next(self._numbers), at, path, answer.operation, answer.outcome),
                *(request, answer.envelope),
            )
            self._calls.append(record)
            self._bytes += record.size
            while len(self._calls) > self._most or self._bytes > self._most_bytes:
                self._bytes -= self._calls.popleft().size

    def newest(self) -> list[CallRecord]:
        """All that are remembered, the newest first."""
        with self._lock:
            return list(reversed(self._calls))

    def get(self, number: int) -> CallRecord | None:
        """One of them."""
        return next((call for call in self.newest() if call.number == number), None)


class Application:
    """The sandbox.

    Args:
        gateway: what answers.
        address: its base address, for callers that do not say where they called.
        inbox: makes what answers under `/inbox`, of the calls that come.
    """

    def __init__(
        self,
        gateway: Gateway,
        address: str,
        inbox: Callable[[CallLog], Callable[[Request], Response]] | None = None,
    ) -> None:
        self._address = address
        self._gateway = gateway
        self._calls = CallLog()
        self._inbox = None if inbox is None else inbox(self._calls)
        self._services = {d.path: SoapService(gateway, d) for d in DIALECTS}

    def __call__(self, request: Request) -> Response:
        """Answer a request."""
        path = request.path.rstrip("/")
        service = self._services.get(path)
        if service is not None:
            return self._serve(service, request)
        if self._inbox is not None and (path + "/").startswith("/inbox/"):
            return self._inbox(request)
        if path:
            return _say(404, "There is nothing here. The services are listed at /.")
        if request.method in ("GET", "HEAD"):
            return _say(200, self._front_page(request))
        return _not_allowed("GET, HEAD")

    def _serve(self, service: SoapService, request: Request) -> Response:
        if request.method == "POST":
            return self._call(service, request)
        if request.method not in ("GET", "HEAD"):
            return _not_allowed("GET, HEAD, POST")
        if request.query.lower() != "wsdl":
            return _say(
                405,
                "POST a SOAP envelope here, or GET ?wsdl.",
                {"Allow": "POST"},
            )
        address = self._base(request) + service.dialect.path
        return Response(200, service.dialect.wsdl(address), "text/xml; charset=utf-8")

    def _base(self, request: Request) -> str:
        """Where the caller found us."""
        host = request.headers.get("host", "")
        return f"http://{host}" if _HOST.fullmatch(host) else self._address

    def _front_page(self, request: Request) -> str:
        base = self._base(request)
        account = self._gateway.account
        password = f", password {DEMO.password}" if account == DEMO else ""
        services = "\n".join(f"  {base}{path}" for path in self._services)
        return (
            "Clickatell's SMS gateway in a box.\n\n"
            f"Services, each with its WSDL at ?wsdl:\n\n{services}\n\n"
            f"What was sent can be seen at {base}/inbox.\n\n"
            f"Account: user {account.user}, api_id {account.api_id}{password}."
        )

    def _call(self, service: SoapService, request: Request) -> Response:
        """A call; a fault is an HTTP 500 (SOAP 1.1, section 6.2)."""
        kind = request.headers.get("content-type", "")
        if kind and not _XML_TYPE.fullmatch(kind.partition(";")[0].strip()):
            return _say(415, "A SOAP envelope is text/xml.")
        coding = request.headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("identity", "gzip"):
            return _say(415, "Envelopes are read as they are, or in gzip.")
        envelope = request.body
        try:
            if coding == "gzip":
                envelope = unpacked(envelope, MAX_BODY)
        except TooLong:
            return _say(413, f"An envelope has at most {MAX_BODY:,} bytes.")
        except ValueError:
            return _say(400, "The body is no gzip.")
        charset = _CHARSET.search(kind)
        answer = service.answer(
            envelope, charset[1] if charset else None, request.client
        )
        path = service.dialect.path
        self._calls.add(self._gateway.now(), path, envelope, answer)
        _log.info("%s %s: %s", path, answer.operation, answer.outcome)
        status, kind = 500 if answer.is_fault else 200, service.dialect.content_type
        small = packed(answer.envelope, request.headers)
        if small is None:
            return Response(status, answer.envelope, kind)
        headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(status, small, kind, headers)


def _not_allowed(allowed: str) -> Response:
    return _say(405, f"Only {allowed} can be done here.", {"Allow": allowed})


def _say(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, f"{text}\n".encode(), headers=headers or {})
