"""Callbacks: from the sandbox, over HTTP, to our receiver; and the vendor's documented ones."""

from __future__ import annotations

import asyncio
import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx2
import pytest
from codegen.testing import assert_envelope
from lxml import etree
from sandboxes import DEMO, Sandbox, listening

from gateway.codes import MessageStatus
from gateway.receiver import (
    Assembler,
    Callback,
    CallbackError,
    IncomingCallback,
    Receiver,
    StatusCallback,
    parse_callback,
)
from gateway.replies import MessageId
from gateway.sandbox.accounts import Account
from gateway.sandbox.callbacks import (
    METHODS,
    Destination,
    IncomingMessage,
    StatusReport,
    delivery,
    wants,
)
from gateway.sandbox.messages import Submission
from gateway.sandbox.settings import Settings
from gateway.sandbox.store import Store

SAMPLES = Path(__file__).parents[2] / "spec/clickatell/samples"
NUMBER, RENTED = "27831234567", "27999000224"


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class Customer:
    """Somebody with a callback URL."""

    def __init__(self, **credentials: str) -> None:
        self.told: list[Callback] = []
        self.broken = False
        self.agents: list[str] = []
        self._receiver = Receiver(self._take, self._take, **credentials)
        self._server = make_server("127.0.0.1", 0, self._app, handler_class=_Silent)
        self.url = f"http://127.0.0.1:{self._server.server_port}/callback?from_us=1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def _app(self, environ: dict[str, Any], start: Any) -> Any:
        self.agents.append(environ["HTTP_USER_AGENT"])
        return self._receiver.wsgi(environ, start)

    def _take(self, callback: Callback) -> None:
        if self.broken:
            raise RuntimeError("the customer's database is away")
        self.told.append(callback)

    def __enter__(self) -> Customer:
        self._thread.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def told_by(method: str, **credentials: str) -> Iterator[tuple[Sandbox, Customer]]:
    with Customer(**credentials) as customer:
        where = Destination(customer.url, method, **credentials)  # type: ignore[arg-type]  # one of METHODS
        account = Account(
            *("demo", "demo", 1234), status_callback=where, incoming_callback=where
        )
        with listening(settings=Settings(account=account)) as sandbox:
            yield sandbox, customer


def send(sandbox: Sandbox, **more: Any) -> str:
    submission = Submission(to=[NUMBER], text="Hello", **more)
    (reply,) = sandbox.gateway.sendmsg(DEMO, submission)
    assert isinstance(reply, MessageId)
    return reply.id


# ---------------------------------------------------------------------------- the whole way


@pytest.mark.parametrize("method", METHODS)
def test_statuses_arrive(method: str) -> None:
    with told_by(method) as (sandbox, customer):
        message_id = send(sandbox, callbacks=3, client_id="abc123", sender=RENTED)
        sandbox.clock.turn(seconds=10)
        sandbox.gateway.advance()
        assert sandbox.courier.deliver() == 2
        assert sandbox.courier.deliver() == 0
        first, last = customer.told
        assert isinstance(first, StatusCallback) and isinstance(last, StatusCallback)
        assert (first.status, last.status) == (3, MessageStatus.RECEIVED)
        assert first.message_id == last.message_id == message_id
        assert (first.client_id, first.to, first.sender) == ("abc123", NUMBER, RENTED)
        assert last.charge == Decimal(1)
        assert first.timestamp == datetime.fromtimestamp(10**9, timezone.utc)
        assert first.api_id == (None if method.startswith("xml") else 1234)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("text", ["Hi & <bye>", "Grüße", "Ω 😀"])
def test_incoming_messages_arrive(method: str, text: str) -> None:
    with told_by(method, user="us", password="pässword") as (sandbox, customer):
        (message_id,) = sandbox.gateway.receive(NUMBER, RENTED, text)
        assert sandbox.courier.deliver() == 1
        (message,) = customer.told
        assert isinstance(message, IncomingCallback)
        assert (message.text, message.sender, message.to) == (text, NUMBER, RENTED)
        assert (message.message_id, message.api_id) == (message_id, 1234)
        assert message.timestamp.timestamp() == sandbox.clock.time
        assert customer.agents == ["Clickatell MO Callback"]


def test_long_incoming_messages_are_put_together() -> None:
    with told_by("http-get") as (sandbox, customer):
        sandbox.gateway.receive(NUMBER, RENTED, "a" * 200 + "b" * 200)
        sandbox.courier.deliver()
        assembler = Assembler()
        texts = []
        for part in reversed(customer.told):
            assert isinstance(part, IncomingCallback) and part.udh[:3] == b"\5\0\3"
            texts.append(assembler.add(part))
        assert texts == [None, None, "a" * 200 + "b" * 200]


def test_only_statuses_that_were_asked_for_are_told() -> None:
    with told_by("http-get") as (sandbox, customer):
        for callbacks in range(8):
            send(sandbox, callbacks=callbacks, client_id=f"c{callbacks}")
        sandbox.clock.turn(seconds=10)
        sandbox.gateway.advance()
        sandbox.courier.deliver()
        told = [(c.client_id, int(c.status)) for c in customer.told if isinstance(c, StatusCallback)]  # fmt: skip
        assert sorted(told) == [
            ("c1", 3), ("c2", 4), ("c3", 3), ("c3", 4),
            ("c5", 3), ("c6", 4), ("c7", 3), ("c7", 4),
        ]  # fmt: skip


def test_what_each_bit_asks_for() -> None:
    asked = {
        bits: {int(s) for s in MessageStatus if wants(bits, s)} for bits in range(8)
    }
    assert asked[0] == set()
    assert asked[1] == {2, 3, 11}
    assert asked[2] == asked[6] == {4, 5, 6, 7, 8, 9, 10, 12, 14}
    assert asked[4] == {5, 7, 9, 10, 12, 14}
    assert asked[3] == asked[7] == asked[1] | asked[2]
    assert asked[5] == asked[1] | asked[4]


@pytest.mark.parametrize(
    ("kind", "minutes"),
    [
        ("status", (2, 4, 8, 16, 32, 64, 128, 4320)),
        ("incoming", (2, 4, 8, 16, 25)),
    ],
)
def test_what_is_not_heard_is_repeated_then_given_up(
    kind: str, minutes: tuple[int, ...]
) -> None:
    with told_by("http-post") as (sandbox, customer):
        customer.broken = True
        if kind == "status":
            send(sandbox, callbacks=1)
        else:
            sandbox.gateway.receive(NUMBER, RENTED, "Hi")
        assert sandbox.courier.deliver() == 1
        for pause in minutes:
            sandbox.clock.turn(minutes=pause, seconds=-1)
            assert sandbox.courier.deliver() == 0
            sandbox.clock.turn(seconds=1)
            assert sandbox.courier.deliver() == 1
        sandbox.clock.turn(minutes=10**6)
        assert sandbox.courier.deliver() == 0
        with sandbox.gateway.store.transaction():
            (callback,) = sandbox.gateway.store.newest_callbacks(9)
        assert callback.attempts == 1 + len(minutes) and callback.due is None
        assert callback.outcome == "HTTP 500"


def test_a_customer_who_is_away_is_told_later() -> None:
    customer = Customer()
    where = Destination(customer.url)
    settings = Settings(account=Account("demo", "demo", 1234, status_callback=where))
    customer._server.server_close()  # nobody listens there
    with listening(settings=settings) as sandbox:
        send(sandbox, callbacks=1)
        assert sandbox.courier.deliver() == 1
        with sandbox.gateway.store.transaction():
            (callback,) = sandbox.gateway.store.newest_callbacks(9)
        assert callback.due == sandbox.clock.time + 120
        assert "ConnectError" in callback.outcome


def test_callbacks_outlive_the_process(tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    with store.transaction():
        store.add_callback("status", "1", json.dumps({}), 5.0)
    again = Store(tmp_path / "state")  # the first one is not closed: as after a kill
    with again.transaction():
        assert len(again.due_callbacks(5.0, 9)) == 1
    again.close()
    store.close()


# --------------------------------------------------------------------------- as documented


def sample(name: str) -> str:
    return (SAMPLES / name).read_bytes().decode("iso-8859-1")


def test_the_documented_callbacks_are_read() -> None:
    get = urlsplit(sample("22-callback-mt-status.http-get.txt").strip()).query
    status = parse_callback(get)
    assert isinstance(status, StatusCallback)
    assert (status.message_id, status.client_id, status.status, status.charge) == (
        *("996f364775e24b8432f45d77da8eca47", "abc123", 3, Decimal("0.3")),
    )
    for name, found in (
        ("20-callback-mt-status.soap.xml", MessageStatus.DELIVERED_TO_GATEWAY),
        ("21-callback-mt-status.xml", MessageStatus.RECEIVED),
    ):
        status = parse_callback("data=" + quote(sample(name), encoding="iso-8859-1"))
        assert isinstance(status, StatusCallback) and status.status is found
        assert status.charge == Decimal("0.3") and status.sender == RENTED
    get = urlsplit(sample("25-callback-mo.http-get.txt").strip()).query
    for parameters in (get, "Data=" + quote(sample("24-callback-mo.clickmo.xml"))):
        message = parse_callback(parameters.replace("xxx", "12"))
        assert isinstance(message, IncomingCallback)
        assert message.timestamp.utcoffset() is not None


def test_callbacks_are_written_as_documented() -> None:
    report = StatusReport(
        api_id=1234,
        message_id="2e838df2ee3ea418272ae05aaf84ce5d",
        client_id="abc123",
        timestamp=1213690834,
        to="27999123456",
        sender="27999000224",
        status=3,
        charge=Decimal("0.3"),
    )
    made = delivery(report, Destination("http://x/", "soap-post"))
    assert made.body is not None
    parameters = dict(httpx2.QueryParams(made.body.decode()))
    written = parameters["data"].encode("iso-8859-1")
    documented = (SAMPLES / "20-callback-mt-status.soap.xml").read_bytes()
    assert_envelope(written, documented)
    assert b">003<" in written and b">0.300000<" in written
    made = delivery(report, Destination("https://www.yoururl.com/script.asp"))
    documented_url = sample("22-callback-mt-status.http-get.txt").strip()
    assert names(made.url) == names(documented_url)
    xml = delivery(report, Destination("http://x/", "xml-get")).url
    root = etree.fromstring(dict(httpx2.QueryParams(urlsplit(xml).query))["data"])
    documented_xml = etree.fromstring(sample("21-callback-mt-status.xml").encode())
    assert [e.tag for e in root.iter()] == [e.tag for e in documented_xml.iter()]


def test_incoming_messages_are_written_as_documented() -> None:
    message = IncomingMessage(
        **{"api_id": 12345, "message_id": "b2aee337abd962489b123fda9c3480fa"},
        **{"sender": "279991235642", "to": RENTED, "timestamp": 1218008630.0},
        text="Hereisthe messagetext",
    )
    url = delivery(message, Destination("https://www.yourdomain.com/sms/sms.asp")).url
    documented = sample("25-callback-mo.http-get.txt").strip()
    assert url.replace("+", "%20").replace("%3A", ":") == documented


def names(url: str) -> list[str]:
    return [name for name, _ in httpx2.QueryParams(urlsplit(url).query).multi_items()]


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        "a=1",
        "data=x",
        "data=<a/>",
        "data=<!DOCTYPE callback [<!ENTITY a 'b'>]><callback/>",
        "data=<callback><status>004</status></callback>",
        "data=<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'/>",
        "status=many&timestamp=1&apiMsgId=1&to=1",
        "status=4&timestamp=x&apiMsgId=1&to=1",
        "status=4&timestamp=999999999999999999&apiMsgId=1&to=1",
        "status=4&timestamp=1&apiMsgId=1&to=1&charge=x",
        "moMsgId=1&from=1&to=1&timestamp=now",
        "moMsgId=1&from=1&to=1&timestamp=2008-01-01%2000:00:00&udh=xy",
        "moMsgId=1&from=1&to=1&timestamp=2008-01-01%2000:00:00&charset=none&text=x",
        "&".join(["a=1"] * 101),
    ],
)
def test_what_is_no_callback(parameters: str) -> None:
    with pytest.raises(CallbackError):
        parse_callback(parameters)


# --------------------------------------------------------------------------------- serving

STATUS = "status=004&timestamp=1&apiMsgId=1&to=1"


def asked(receiver: Receiver, method: str, body: str = "", **more: str) -> int:
    """The status of a request to the asynchronous application."""
    query = body if method == "GET" else ""
    headers = [(name.encode(), value.encode()) for name, value in more.items()]
    scope = {
        **{"type": "http", "method": method, "query_string": query.encode()},
        "headers": headers,
    }
    chunks = [body.encode()[:10], body.encode()[10:]] if method == "POST" else [b""]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"body": chunks.pop(0), "more_body": bool(chunks)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(receiver.asgi(scope, receive, send))
    assert [m["type"] for m in sent] == ["http.response.start", "http.response.body"]
    return int(sent[0]["status"])


def test_the_asynchronous_application() -> None:
    told: list[Callback] = []

    async def take(callback: Callback) -> None:
        await asyncio.sleep(0)
        told.append(callback)

    async def fail(callback: Callback) -> None:
        raise RuntimeError

    receiver = Receiver(take, told.append)
    assert asked(receiver, "GET", STATUS) == asked(receiver, "POST", STATUS) == 200
    assert len(told) == 2
    assert asked(receiver, "DELETE") == 405
    assert asked(receiver, "GET", "a=1") == 400
    assert asked(receiver, "POST", "a" * 70_000) == 413
    assert asked(Receiver(fail), "GET", STATUS) == 500
    assert asked(Receiver(), "GET", STATUS) == 200
    locked = Receiver(take, user="us", password="secret")
    right = f"Basic {b64encode(b'us:secret').decode()}"
    assert asked(locked, "GET", STATUS) == 401
    assert asked(locked, "GET", STATUS, authorization="Basic x") == 401
    assert asked(locked, "GET", STATUS, authorization=right) == 200
