"""Callbacks: from the sandbox, over HTTP, to our receiver; and the vendor's documented ones."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import re
import socket
import sqlite3
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx2
import pytest
import uvicorn
from lxml import etree
from sandboxes import DEMO, Sandbox, listening

from soapwright.testing import assert_envelope
from soapwright_clickatell.callbacks import (
    Assembler,
    Callback,
    CallbackError,
    IncomingCallback,
    Receiver,
    StatusCallback,
    parse_callback,
)
from soapwright_clickatell.codes import MessageStatus
from soapwright_clickatell.sandbox.records.accounts import Account
from soapwright_clickatell.sandbox.records.callbacks import (
    METHODS,
    Destination,
    IncomingMessage,
    StatusReport,
    wants,
)
from soapwright_clickatell.sandbox.records.messages import Submission
from soapwright_clickatell.sandbox.records.settings import Settings
from soapwright_clickatell.sandbox.state.store import Store
from soapwright_clickatell.sandbox.web import courier
from soapwright_clickatell.sandbox.wire.callbacks import delivery
from soapwright_clickatell.vendor.replies import MessageId

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


def test_parts_that_are_told_twice_spoil_no_other_message() -> None:
    def part(id_: str, number: int, text: str, count: int = 2) -> IncomingCallback:
        udh = bytes((5, 0, 3, 7, count, number))
        at = datetime.fromtimestamp(0, timezone.utc)
        return IncomingCallback(id_, NUMBER, RENTED, text, at, udh)

    assembler = Assembler()
    first, second = part("a", 1, "Good "), part("b", 2, "morning")
    assert assembler.add(first) is None and assembler.add(first) is None
    assert assembler.add(second) == "Good morning"
    assert assembler.add(second) is None  # its answer was lost
    assert assembler.add(part("c", 1, "Good ")) is None  # the same reference again
    assert assembler.add(part("d", 2, "night")) == "Good night"
    assert assembler.add(part("e", 3, "alone")) == "alone"  # there is no third of two
    assert assembler.add(part("f", 0, "alone", 0)) == "alone"


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


@contextmanager
def endpoint(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A callback URL where a function has the connection; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):
                    connection.recv(65536)
                    answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def answering(text: str) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(text.encode())


def outcome_at(url: str, method: str = "http-get") -> tuple[str, bool]:
    """What comes of telling something there, and whether it is to be told again."""
    where = Destination(url, method)  # type: ignore[arg-type]  # one of METHODS
    settings = Settings(account=Account("demo", "demo", 1234, status_callback=where))
    with listening(settings=settings) as sandbox:
        send(sandbox, callbacks=1)
        assert sandbox.courier.deliver() == 1
        with sandbox.gateway.store.transaction():
            (callback,) = sandbox.gateway.store.newest_callbacks(9)
        assert callback.attempts == 1
        return callback.outcome, callback.due is not None


@pytest.mark.parametrize(
    ("answer", "outcome", "again"),
    [
        ("HTTP/1.1 204 OK\r\n\r\n", "HTTP 204", False),
        ("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nbroken off", "HTTP 200", False),
        ("HTTP/1.1 200 OK\r\n\r\n" + "long" * 100_000, "HTTP 200", False),
        ("HTTP/1.1 301 Moved\r\nLocation: /there/\r\nContent-Length: 0\r\n\r\n",
         "HTTP 301: redirects are not followed", True),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "HTTP 404", True),
        ("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "HTTP 500", True),
        ("SSH-2.0-OpenSSH_9.2\r\n", "RemoteProtocolError", True),
        ("", "RemoteProtocolError", True),
    ],
)  # fmt: skip
def test_what_an_endpoint_may_answer(answer: str, outcome: str, again: bool) -> None:
    with endpoint(answering(answer)) as url:
        said, repeated = outcome_at(url)
    assert said.startswith(outcome) and repeated is again


@pytest.mark.parametrize(
    "url",
    [
        "http://[",
        "http://",
        "http://127.0.0.1:99999/",
        "http://a b/",
        "http://127.0.0.1:1/\r\nX-Injected: yes",
        "http://127.0.0.1:1/\x00",
        f"http://{'a' * 300}.example/",
        "gopher://127.0.0.1:1/",
        "file:///etc/passwd",
    ],
)
@pytest.mark.parametrize("method", ["http-get", "soap-post"])
def test_a_url_that_cannot_be_called_holds_up_nobody(url: str, method: str) -> None:
    said, repeated = outcome_at(url, method)
    assert ": " in said and repeated


def test_a_fragment_does_not_swallow_the_parameters() -> None:
    with Customer() as customer:
        assert outcome_at(f"{customer.url}#there") == ("HTTP 200", False)
        assert len(customer.told) == 1


def test_a_slow_endpoint_holds_up_neither_time_nor_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(courier, "_GRACE_SECONDS", 0.3)
    ready, ended = threading.Event(), threading.Event()

    def wait(connection: socket.socket) -> None:
        ready.set()
        ended.wait(20)

    with endpoint(wait) as url:
        where = Destination(url)
        account = Account("demo", "demo", 1234, status_callback=where)
        with listening(settings=Settings(account=account)) as sandbox:
            sandbox.courier.start()
            message = send(sandbox, callbacks=3)
            assert ready.wait(10)
            sandbox.clock.turn(seconds=10)
            until = time.monotonic() + 10
            while sandbox.gateway.store.next_due() is not None:  # the clock's thread
                assert time.monotonic() < until
                time.sleep(0.01)
            begun = time.monotonic()
            sandbox.courier.stop()
            assert time.monotonic() - begun < 9
            with sandbox.gateway.store.transaction():
                told = sandbox.gateway.store.callbacks_about(message)
            # What has no answer will be told again, by who comes next.
            assert [(one.attempts, one.due is None) for one in told] == [(0, False)] * 2
            ended.set()


def test_what_is_told_of_a_message_is_told_in_its_order() -> None:
    with told_by("http-get") as (sandbox, customer):
        ids = [send(sandbox, callbacks=3, deliver_after=1) for _ in range(9)]
        sandbox.clock.turn(minutes=2)
        sandbox.gateway.advance()
        assert sandbox.courier.deliver() == 27
        for message_id in ids:
            told = [int(c.status) for c in customer.told if isinstance(c, StatusCallback) and c.message_id == message_id]  # fmt: skip
            assert told == [11, 3, 4]


def test_what_cannot_be_kept_is_not_told_over_and_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with told_by("http-get") as (sandbox, customer):
        send(sandbox, callbacks=1)
        monkeypatch.setattr(sandbox.gateway.store, "note_attempt", full)
        sandbox.courier.start()
        until = time.monotonic() + 20
        while "the courier stumbled" not in caplog.text:
            assert time.monotonic() < until
            time.sleep(0.01)
        time.sleep(0.8)  # sixteen ticks
        assert 1 <= caplog.text.count("the courier stumbled") <= 3
        assert 1 <= len(customer.told) <= 3


def test_callbacks_outlive_the_process(tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    with store.transaction():
        store.add_callback("status", "demo", "1", json.dumps({}), 5.0)
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
        *(
            f"status=4&timestamp=1&apiMsgId=1&to=1&charge={c}"
            for c in ("NaN", "1e9999")
        ),
        *(
            f"moMsgId=1&from=1&to=1&timestamp=2008-01-01%2000:00:00&charset={c}&text=x"
            for c in ("undefined", "zip", "%00", "utf-16")
        ),
        "data=Ω",
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
        message = {"type": "http.request", "body": chunks.pop(0)}
        return {**message, "more_body": bool(chunks)}

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


def test_a_callback_that_breaks_off_is_none() -> None:
    told: list[Callback] = []
    receiver = Receiver(told.append)
    messages = [
        {"type": "http.request", "body": STATUS.encode(), "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[object] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "query_string": b"", "headers": []}
    asyncio.run(receiver.asgi(scope, receive, send))
    environ = {
        **{"REQUEST_METHOD": "POST", "CONTENT_LENGTH": "100"},
        "wsgi.input": io.BytesIO(STATUS.encode()),
    }
    receiver.wsgi(environ, lambda status, headers: sent.append(status))
    assert sent == ["400 Bad Request"] and told == []


def test_wsgi_says_that_it_cannot_await() -> None:
    async def take(callback: Callback) -> None:
        raise AssertionError("nobody awaits it")

    environ = {"REQUEST_METHOD": "GET", "QUERY_STRING": STATUS}
    with pytest.raises(TypeError, match="serve receiver.asgi"):
        Receiver(take).wsgi(environ, lambda status, headers: None)


@pytest.mark.parametrize("verb", ["get", "post"])
def test_the_asynchronous_application_on_a_real_server(verb: str) -> None:
    """uvicorn, which says when it starts and stops, and puts bodies in pieces."""
    told: list[Callback] = []

    async def take(callback: Callback) -> None:
        told.append(callback)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            Receiver(take, take).asgi, lifespan="on", log_config=None
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            where = Destination(f"http://127.0.0.1:{listener.getsockname()[1]}/", f"soap-{verb}")  # type: ignore[arg-type]  # one of METHODS
            account = Account("demo", "demo", 1234, incoming_callback=where)
            with listening(settings=Settings(account=account)) as sandbox:
                sandbox.gateway.receive(NUMBER, RENTED, "漢字 & <tags>" * 12)
                assert sandbox.courier.deliver() == len(told) > 1
        finally:
            server.should_exit = True
            thread.join()
    assembler = Assembler()
    parts = [assembler.add(part) for part in told if isinstance(part, IncomingCallback)]
    assert parts[-1] == "漢字 & <tags>" * 12


@pytest.mark.parametrize(
    ("body", "length", "status"),
    [
        (STATUS, None, 200),
        ("", "", 400),
        (STATUS, "x", 413),
        (STATUS, "-1", 413),
        (STATUS, "70000", 413),
        (STATUS, "9" * 5000, 413),
    ],
)
def test_what_wsgi_is_told_of_lengths(
    body: str, length: str | None, status: int
) -> None:
    told: list[Callback] = []
    said: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_LENGTH": str(len(body)) if length is None else length,
        "wsgi.input": io.BytesIO(body.encode()),
    }
    Receiver(told.append).wsgi(environ, lambda line, headers: said.append(line))
    assert said[0].startswith(f"{status} ")
    assert len(told) == (status == 200)


def test_header_blocks_are_read_over() -> None:
    whole = sample("20-callback-mt-status.soap.xml")
    block = (
        "<e:Header xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><a/></e:Header>"
    )
    marked = re.sub(r"(<[\w-]+:Body)", block + r"\1", whole, count=1)
    assert marked != whole
    assert parse_callback(urlencode({"data": marked})) == parse_callback(
        urlencode({"data": whole})
    )
