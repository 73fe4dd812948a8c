"""The sandbox as a web application: requests to responses, without sockets."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from .accounts import DEMO
from .dialects import DIALECTS
from .gateway import Gateway
from .soap import SoapService

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


class Application:
    """The sandbox.

    Args:
        gateway: what answers.
        address: its base address, for callers that do not say where they called.
    """

    def __init__(self, gateway: Gateway, address: str) -> None:
        self._address = address
        self._services = {d.path: SoapService(gateway, d) for d in DIALECTS}

    def __call__(self, request: Request) -> Response:
        """Answer a request."""
        path = request.path.rstrip("/")
        service = self._services.get(path)
        if service is not None:
            return self._serve(service, request)
        if path:
            return _say(404, "There is nothing here. The services are listed at /.")
        if request.method in ("GET", "HEAD"):
            return _say(200, self._front_page(request))
        return _not_allowed("GET, HEAD")

    def _serve(self, service: SoapService, request: Request) -> Response:
        if request.method == "POST":
            return _call(service, request)
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
        services = "\n".join(f"  {base}{path}" for path in self._services)
        return (
            "Clickatell's SMS gateway in a box.\n\n"
            f"Services, each with its WSDL at ?wsdl:\n\n{services}\n\n"
            f"Account: user {DEMO.user}, password {DEMO.password}, api_id {DEMO.api_id}."
        )


def _call(service: SoapService, request: Request) -> Response:
    """A call; a fault is an HTTP 500 (SOAP 1.1, section 6.2)."""
    kind = request.headers.get("content-type", "")
    if kind and not _XML_TYPE.fullmatch(kind.partition(";")[0].strip()):
        return _say(415, "A SOAP envelope is text/xml.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        return _say(415, "Envelopes are not read compressed.")
    charset = _CHARSET.search(kind)
    answer = service.answer(
        request.body, charset[1] if charset else None, request.client
    )
    _log.info("%s %s: %s", service.dialect.path, answer.operation, answer.outcome)
    return Response(
        500 if answer.is_fault else 200,
        answer.envelope,
        service.dialect.content_type,
    )


def _not_allowed(allowed: str) -> Response:
    return _say(405, f"Only {allowed} can be done here.", {"Allow": allowed})


def _say(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, f"{text}\n".encode(), headers=headers or {})
