"""Sandboxes for the tests: a clock to turn, and one that listens."""

from __future__ import annotations

import http.client
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from soapwright_clickatell.sandbox.api.endpoints import Endpoints
from soapwright_clickatell.sandbox.api.http import Api
from soapwright_clickatell.sandbox.engine.faults import Faults
from soapwright_clickatell.sandbox.engine.gateway import Gateway
from soapwright_clickatell.sandbox.records.accounts import Credentials
from soapwright_clickatell.sandbox.records.settings import Settings
from soapwright_clickatell.sandbox.state.clock import RunningClock
from soapwright_clickatell.sandbox.state.store import Store
from soapwright_clickatell.sandbox.web.courier import Courier
from soapwright_clickatell.sandbox.web.hosts import Hosts
from soapwright_clickatell.sandbox.web.http import Application
from soapwright_clickatell.sandbox.web.inbox import Inbox
from soapwright_clickatell.sandbox.web.server import Server

DEMO = Credentials(api_id=1234, user="demo", password="demo")
PATHS = (
    "/soap/webservice.php",
    "/soap/webservice_vs.php",
    "/soap/rpc_encoded/webservice",
    "/soap/document_literal/webservice",
)
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"


class Clock:
    """A clock that stands until it is turned."""

    def __init__(self) -> None:
        self.time = 1_000_000_000.0

    def __call__(self) -> float:
        return self.time

    def turn(self, *, seconds: float = 0, minutes: float = 0) -> None:
        self.time += seconds + 60 * minutes


@dataclass
class Sandbox:
    """A gateway that listens."""

    url: str
    gateway: Gateway
    clock: Clock
    courier: Courier
    faults: Faults

    def post(
        self,
        path: str,
        body: bytes,
        content_type: str | None = "text/xml; charset=utf-8",
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
    ) -> tuple[int, Mapping[str, str], bytes]:
        """A request as no generated client would send it: status, headers, body."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=20)
        try:
            sent = dict(headers or {})
            if content_type is not None:
                sent["Content-Type"] = content_type
            connection.request(method, path, body, sent)
            reply = connection.getresponse()
            return reply.status, dict(reply.headers), reply.read()
        finally:
            connection.close()


@contextmanager
def listening(
    credits: int | str = 10,
    seed: int | None = None,
    settings: Settings | None = None,
) -> Iterator[Sandbox]:
    """A sandbox on a free port. Its courier comes when `courier.deliver` is called."""
    store = Store()
    clock = Clock()
    gateway = Gateway(
        store,
        credits=Decimal(credits),
        clock=clock,
        chance=None if seed is None else random.Random(seed),
        settings=settings,
    )
    courier = Courier(gateway)
    server = Server("127.0.0.1", 0)
    faults = Faults(() if settings is None else settings.faults)
    application = Application(gateway, server.url, faults, Hosts(("x", "sms.test")))
    application.mount("inbox", Inbox(gateway, application.calls, faults))
    api = Api(Endpoints(gateway, RunningClock(0, 0), faults, application.calls.clear))
    application.mount("api", api)
    server.start(application)
    try:
        yield Sandbox(server.url, gateway, clock, courier, faults)
    finally:
        faults.close()
        server.stop()
        courier.stop()
        store.close()


def envelope(body: str) -> bytes:
    """An envelope around a call."""
    return (
        f'<e:Envelope xmlns:e="{ENVELOPE}"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<e:Body>{body}</e:Body></e:Envelope>"
    ).encode()
