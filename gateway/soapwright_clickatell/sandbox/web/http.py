"""The sandbox as a web application: requests to responses, without sockets."""

from __future__ import annotations

import itertools
import logging
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Final, Literal

from ..engine.faults import Faults
from ..engine.gateway import Gateway
from ..records.accounts import DEMO
from ..records.faults import Fault
from ..wire.dialects import DIALECTS, schema
from ..wire.packing import TooLong, packed, unpacked
from ..wire.soap import Answer, SoapService
from ..wire.tolerance import Call
from .hosts import Hosts, is_of_another_site

MAX_BODY: Final = 2**20
"""Bytes in a request: an envelope with 300 recipients and the longest text is far below."""

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that change nothing."""

_TEXT: Final = "text/plain; charset=utf-8"
_XML: Final = "text/xml; charset=utf-8"
_SCHEMAS: Final = "/soap/schemas/"
_REASONS: Final = {status.value: status.phrase for status in HTTPStatus}
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
    stream: Iterator[bytes] | None = None
    """The body, where it is not known at once; what is empty is not sent, but shows whether the
    server still wants more."""
    ending: Literal["", "lost", "reset"] = ""
    """How the connection ends instead of a response."""


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

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._calls.clear()
            self._bytes = 0

    def get(self, number: int) -> CallRecord | None:
        """One of them."""
        return next((call for call in self.newest() if call.number == number), None)


class Application:
    """The sandbox.

    Args:
        gateway: what answers.
        address: its base address, for callers that do not say where they called.
        faults: what its calls meet.
        hosts: the names under which it may be called.
    """

    def __init__(
        self,
        gateway: Gateway,
        address: str,
        faults: Faults | None = None,
        hosts: Hosts | None = None,
    ) -> None:
        self._address = address
        self._gateway = gateway
        self._faults = faults or Faults()
        self._hosts = hosts or Hosts()
        self.calls = CallLog()
        self._parts: dict[str, Callable[[Request], Response]] = {}
        self._services = {d.path: SoapService(gateway, d) for d in DIALECTS}

    def __call__(self, request: Request) -> Response:
        """Answer a request."""
        if not self._hosts.may_call(request.headers):
            return _say(421, "This is not the host that is meant; see --allow-host.")
        if request.method not in SAFE and is_of_another_site(request.headers):
            return _say(403, "Pages of other sites may not do this.")
        path = request.path.rstrip("/")
        service = self._services.get(path)
        if service is not None:
            return self._serve(service, request)
        part = self._parts.get(path.removeprefix("/").partition("/")[0])
        if part is not None:
            return part(request)
        if path.startswith(_SCHEMAS):
            return _schema(path.removeprefix(_SCHEMAS), request)
        if path:
            return _say(404, "There is nothing here. The services are listed at /.")
        if request.method in ("GET", "HEAD"):
            return _say(200, self._front_page(request))
        return _not_allowed("GET, HEAD")

    def mount(self, name: str, part: Callable[[Request], Response]) -> None:
        """Have all that is under `/name` answered by a part."""
        self._parts[name] = part

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
        base = self._base(request)
        wsdl = service.dialect.wsdl(base + service.dialect.path, base + _SCHEMAS)
        return Response(200, wsdl, _XML)

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
            f"What was sent can be seen at {base}/inbox; programs ask {base}/api,\n"
            f"which {base}/api/openapi.json describes.\n\n"
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
        call = service.read(envelope, charset[1] if charset else None)
        if isinstance(call, Answer):
            answer, fault = call, None
        else:
            answer, fault = self._performed(service, call, request.client)
        path = service.dialect.path
        self.calls.add(self._gateway.now(), path, envelope, answer)
        _log.info("%s %s: %s", path, answer.operation, answer.outcome)
        if fault is not None:
            return _failed(fault)
        status, kind = 500 if answer.is_fault else 200, service.dialect.content_type
        small = packed(answer.envelope, request.headers)
        if small is None:
            return Response(status, answer.envelope, kind)
        headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(status, small, kind, headers)

    def _performed(
        self, service: SoapService, call: Call, client: str
    ) -> tuple[Answer, Fault | None]:
        """A call with the faults that it meets: the answer, and the fault that takes its place."""
        name = call.operation.name
        latency, fault = self._faults.draw(name.lower())
        self._faults.wait(latency)
        if fault is None:
            return service.answer(call, client), None
        if fault.kind == "error":
            return service.refuse(call, fault.code), None
        if not fault.accepted:
            return Answer(b"", False, name, f"{fault}"), fault
        answer = service.answer(call, client)
        return replace(answer, outcome=f"{answer.outcome}; {fault}"), fault


def _failed(fault: Fault) -> Response:
    """The failure of an answer."""
    match fault.kind:
        case "lost" | "reset" as ending:
            return Response(0, b"", ending=ending)
        case _:
            title = f"{fault.status} {_REASONS.get(fault.status, 'Error')}"
            page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
            return Response(fault.status, page.encode(), "text/html")


def _schema(name: str, request: Request) -> Response:
    """One of the schemas that the WSDLs import."""
    found = schema(name)
    if found is None:
        return _say(404, "There is no such schema.")
    if request.method not in ("GET", "HEAD"):
        return _not_allowed("GET, HEAD")
    return Response(200, found, _XML)


def _not_allowed(allowed: str) -> Response:
    return _say(405, f"Only {allowed} can be done here.", {"Allow": allowed})


def _say(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, f"{text}\n".encode(), headers=headers or {})
