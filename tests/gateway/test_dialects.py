"""The client on each of the vendor's four services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import get_args

import pytest
from sandboxes import PATHS, Sandbox, listening

from soapwright_clickatell.client import (
    AsyncClickatell,
    Clickatell,
    NoAnswer,
    Options,
    Recovery,
)
from soapwright_clickatell.client.dialects import DIALECTS, Service
from soapwright_clickatell.features import Callbacks
from soapwright_clickatell.outcomes import Accepted
from soapwright_clickatell.outgoing import Text
from soapwright_clickatell.services import (
    clickatell,
    clickatell_document_literal,
    clickatell_vs,
)

ACCOUNT = "demo", "demo", 1234
NUMBER = "27831234567"
NUMBERS = [f"2783{n:07d}" for n in range(700)]
SERVICES = get_args(Service)
QUICK = Recovery(settle=0.01, patience=1, shortest=0.01, longest=0.05)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with listening(credits=10_000) as made:
        yield made


def test_the_dialects_are_those_of_the_services() -> None:
    assert tuple(DIALECTS) == SERVICES
    assert tuple(one.path for one in DIALECTS.values()) == PATHS


@pytest.mark.parametrize("service", SERVICES)
def test_everything_on_each_service(sandbox: Sandbox, service: Service) -> None:
    with Clickatell(*ACCOUNT, endpoint=sandbox.url, service=service) as sms:
        sent = sms.send(
            "Hello",
            NUMBER,
            Options(callbacks=Callbacks.FINAL, max_credits=Decimal(2)),
            client_id="mine",
        )
        with sandbox.gateway.store.transaction():
            message = sandbox.gateway.store.message("demo", sent.id)
            call, *_ = sandbox.gateway.store.newest_messages("demo", 1)
        assert message is not None and message.callbacks == 2 and call.id == sent.id
        assert message.client_id == "mine" and message.max_credits == 2
        (status,) = sms.status(client_id="mine")
        assert status.id == sent.id
        assert sms.charge(sent.id).charge == 1
        assert sms.coverage(NUMBER).routed
        assert sms.stop(sent.id)[0].id == sent.id
        sms.redeem("1111222233334444")
        batch = sms.start_batch(Text("Hi #field1#"))
        assert sms.send_item(batch, NUMBER, ["Joe"]).to == NUMBER
        sms.end_batch(batch)
        fates = sms.send_many("Hi", NUMBERS)
        assert {type(fate) for fate in fates} == {Accepted}
        merged = sms.send_many("Hi #field1#", {NUMBER: ["Ann"]})
        assert isinstance(merged[0], Accepted)


@pytest.mark.parametrize("service", SERVICES)
def test_the_asynchronous_client_too(sandbox: Sandbox, service: Service) -> None:
    async def story() -> None:
        async with AsyncClickatell(
            *ACCOUNT, endpoint=sandbox.url, service=service
        ) as sms:
            sent = await sms.send("Hi", NUMBER, Options(callbacks=Callbacks.FINAL))
            with sandbox.gateway.store.transaction():
                message = sandbox.gateway.store.message("demo", sent.id)
            assert message is not None and message.callbacks == 2
            fates = await sms.send_many("Hi #field1#", {n: [n] for n in NUMBERS[:3]})
            assert {type(fate) for fate in fates} == {Accepted}

    asyncio.run(story())


@pytest.mark.parametrize("path", PATHS)
def test_the_path_shows_the_service(sandbox: Sandbox, path: str) -> None:
    with Clickatell(*ACCOUNT, endpoint=sandbox.url + path) as sms:
        assert sms.send("Hi", NUMBER, client_id="x").to == NUMBER
        found = sms._run(sms._calls.dialect())
    assert found.path == path


class _Elsewhere(ThreadingHTTPServer):
    """A proxy that has a service at another path."""

    daemon_threads = True
    wsdl: bytes = b""


class _Handler(BaseHTTPRequestHandler):
    server: _Elsewhere

    def do_GET(self) -> None:
        self.send_response(200 if self.server.wsdl else 404)
        self.send_header("Content-Length", str(len(self.server.wsdl)))
        self.end_headers()
        self.wfile.write(self.server.wsdl)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def elsewhere(wsdl: bytes) -> Generator[str]:
    server = _Elsewhere(("127.0.0.1", 0), _Handler)
    server.wsdl = wsdl
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sms"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/soap/webservice.php", "webservice"),
        ("/soap/webservice_vs.php", "webservice_vs"),
        ("/soap/rpc_encoded/webservice", "webservice_vs"),
        ("/soap/document_literal/webservice", "document_literal"),
    ],
)
def test_the_wsdl_shows_the_service(
    sandbox: Sandbox, path: str, service: Service
) -> None:
    _, _, wsdl = sandbox.post(f"{path}?wsdl", b"", method="GET")
    with elsewhere(wsdl) as endpoint:
        with Clickatell(*ACCOUNT, endpoint=endpoint) as sms:
            assert "/sms" in repr(sms)
            found = sms._run(sms._calls.dialect())
        assert found.service == service


@pytest.mark.parametrize(
    ("wsdl", "error", "said"),
    [
        (b"", NoAnswer, "404.*service= says"),
        (b"<html>", NoAnswer, "service= says"),
        (b"<html/>", ValueError, "describes none of the services webservice,"),
        (
            b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
            ValueError,
            "describes none",
        ),
    ],
)
def test_no_service_is_guessed(wsdl: bytes, error: type[Exception], said: str) -> None:
    async def send(endpoint: str) -> None:
        async with AsyncClickatell(*ACCOUNT, endpoint=endpoint) as sms:
            await sms.send_many("Hi", [NUMBER])

    with elsewhere(wsdl) as endpoint:
        with Clickatell(*ACCOUNT, endpoint=endpoint) as sms:
            with pytest.raises(error, match=said):
                sms.send("Hi", NUMBER)
        with pytest.raises(error, match=said):
            asyncio.run(send(endpoint))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Clickatell(*ACCOUNT, service="soap"), "there is webservice,"),  # type: ignore[arg-type]  # that it is wrong
        (
            lambda: Clickatell(
                *ACCOUNT,
                endpoint="http://h/soap/webservice.php",
                service="document_literal",
            ),
            "is the webservice service, not document_literal",
        ),
        (
            lambda: Clickatell(
                *ACCOUNT, client=clickatell_vs.Client(), service="webservice"
            ),
            "does not speak webservice",
        ),
        (lambda: AsyncClickatell(*ACCOUNT, region="XX"), "no such country"),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_made(
    make: Callable[[], object], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        make()


def test_clients_of_ones_own(sandbox: Sandbox) -> None:
    for package, path in (
        (clickatell, PATHS[0]),
        (clickatell_vs, PATHS[1]),
        (clickatell_vs, PATHS[2]),
        (clickatell_document_literal, PATHS[3]),
    ):
        with package.Client(endpoint=sandbox.url + path) as client:
            sms = Clickatell(*ACCOUNT, client=client)
            sent = sms.send("Hi", NUMBER, Options(callbacks=Callbacks.ERROR))
            with sandbox.gateway.store.transaction():
                message = sandbox.gateway.store.message("demo", sent.id)
            assert message is not None and message.callbacks == 4


def test_what_a_service_cannot_do_is_not_sent(sandbox: Sandbox) -> None:
    how = Options(max_credits=Decimal("0.8"))
    with Clickatell(*ACCOUNT, endpoint=sandbox.url, service="document_literal") as sms:
        for send in (
            lambda: sms.send("Hi", NUMBER, how),
            lambda: sms.send_many("Hi", [NUMBER], how),
            lambda: sms.start_batch("Hi", how),
        ):
            with pytest.raises(ValueError, match="takes whole credits"):
                send()
        merged = sms.send_many("#field10#", {NUMBER: list("abcdefghij")})
        assert isinstance(merged[0], Accepted)
        with pytest.raises(ValueError, match="10 values at most"):
            sms.send_many("#field11#", {NUMBER: list("abcdefghijk")})
    with Clickatell(*ACCOUNT, endpoint=sandbox.url) as sms:
        with pytest.raises(ValueError, match="4 values at most"):
            sms.send_many("#field10#", {NUMBER: list("abcdefghij")})
        assert isinstance(sms.send("Hi", NUMBER, how), Accepted)


def test_numbers_of_a_country(sandbox: Sandbox) -> None:
    pytest.importorskip("phonenumbers")
    with Clickatell(*ACCOUNT, endpoint=sandbox.url, region="ZA") as sms:
        for written in ("083 123 4567", "+27 83 123 4567", "0027831234567", NUMBER):
            assert sms.send("Hi", written).to == NUMBER
        (fate,) = sms.send_many("Hi", ["083-123-4567"])
        assert fate.to == NUMBER and sms.coverage("083 123 4567").routed
