"""Clients against a local HTTP server: what is sent, and what comes of every kind of reply."""

from __future__ import annotations

import asyncio
import gzip
import inspect
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import fake_service as shop
import httpx2
import pytest
from fake_service import (
    RECEIPT,
    TYPES,
    Headers,
    Order,
    OutOfStock,
    OutOfStockDetail,
    Receipt,
    envelope,
    operation,
)

from soapwright.runtime.errors.errors import (
    DecodeError,
    EncodeError,
    SoapFault,
    TransportError,
    TransportTimeout,
)
from soapwright.runtime.http.client import BaseAsyncClient, BaseClient, given, required
from soapwright.runtime.http.message import Outgoing
from soapwright.runtime.http.httpx2_library import new_async_client, new_client
from soapwright.runtime.http.httpx2_transport import HttpTransport
from soapwright.runtime.http.transport import Request, Response, Settings
from soapwright.runtime.values.values import UNSET
from soapwright.runtime.xml.parsing import Limits

XML = "text/xml; charset=utf-8"
ORDER, ORDER12 = operation(headers=True), operation("1.2", headers=True)
NOTIFY = operation(name="notify", one_way=True)
PORTS = {
    **shop.port("Shop", "http://unused.invalid/", ORDER, NOTIFY),
    **shop.port("Shop12", None, ORDER12),
    **shop.port("Stock", "http://unused.invalid/", ORDER),
}


class Client(BaseClient):
    _ports = PORTS
    _port_names = ("Shop", "Shop12")

    def order(self, *, item: str | None = None, password: str | None = None) -> int:
        request = Order(item=item, password=password)
        response: Receipt = self._call("order", request)
        return response.number

    def notify(self) -> None:
        self._call("notify", Order())


class AsyncClient(BaseAsyncClient):
    _ports = PORTS
    _port_names = ("Shop", "Shop12")

    async def order(self, *, item: str | None = None) -> int:
        response: Receipt = await self._call("order", Order(item=item))
        return response.number


@dataclass
class Reply:
    """What the server is to answer next."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": XML})
    wait: float = 0


class Server(ThreadingHTTPServer):
    """Answers each POST with `reply`, and keeps what came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reply = Reply()
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        self.stop = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/shop"


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, dict(self.headers), body))
        reply = self.server.reply
        self.server.stop.wait(reply.wait)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.stop.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def server(running: Server) -> Server:
    running.reply = Reply(envelope(RECEIPT))
    running.seen.clear()
    return running


def sync_call(url: str, **given: object) -> int:
    with Client(url, **given) as client:
        return client.order(item="tea")


def async_call(url: str, **given: object) -> int:
    async def run() -> int:
        async with AsyncClient(url, **given) as client:
            return await client.order(item="tea")

    return asyncio.run(run())


BOTH = pytest.mark.parametrize("call", [sync_call, async_call])
Call = Callable[..., int]


# ---------------------------------------------------------------------------- what is sent


@BOTH
def test_a_call_goes_there_and_back(server: Server, call: Call):
    assert call(server.url) == 7
    ((path, headers, body),) = server.seen
    assert path == "/shop"
    assert headers["Content-Type"] == "text/xml; charset=UTF-8"
    assert headers["SOAPAction"] == '"urn:shop#order"'
    assert body == ORDER.encode_request(Order(item="tea"))


@BOTH
def test_another_port_speaks_as_it_does(server: Server, call: Call):
    server.reply.body = envelope(RECEIPT, "1.2")
    assert call(server.url, port="Shop12") == 7
    ((_, headers, body),) = server.seen
    expected = 'application/soap+xml; charset=UTF-8; action="urn:shop#order"'
    assert headers["Content-Type"] == expected
    assert "SOAPAction" not in headers
    assert body == ORDER12.encode_request(Order(item="tea"))


@pytest.mark.parametrize(
    ("action", "said"),
    [("", '""'), ('a"b', '"a\\"b"'), ("urn:größe", '"urn:größe"')],
)
def test_actions_as_they_are(server: Server, action: str, said: str):
    called = operation(action=action)
    with Client(server.url) as client:
        client.exchange(called, Order())
    sent = server.seen[0][1]["SOAPAction"]
    assert sent.encode("latin-1").decode() == said


def test_soap_12_says_no_empty_action(server: Server):
    server.reply.body = envelope(RECEIPT, "1.2")
    with Client(server.url) as client:
        client.exchange(operation("1.2", action=""), Order())
    expected = "application/soap+xml; charset=UTF-8"
    assert server.seen[0][1]["Content-Type"] == expected


def test_an_action_cannot_smuggle_a_header(server: Server):
    with (
        Client(server.url) as client,
        pytest.raises(TransportError, match="header"),
    ):
        client.exchange(operation(action="a\r\nX-Evil: 1"), Order())
    assert server.seen == []


def test_what_cannot_be_written_is_not_sent(server: Server):
    with Client(server.url) as client, pytest.raises(EncodeError):
        client.order(item="\x00")
    assert server.seen == []


# ---------------------------------------------------------------------- what the reply means


def test_the_whole_exchange(server: Server):
    server.reply.body = envelope(
        RECEIPT, header='<t:Trace xmlns:t="urn:shop">t2</t:Trace>'
    )
    with Client(server.url) as client:
        whole = client.exchange("order", Order(item="tea"), Headers(trace="t1"))
        typed = client.exchange(ORDER, Order())
    assert whole.response == Receipt(number=7)
    assert whole.headers == Headers(trace="t2")
    assert whole.status == 200
    assert whole.request_envelope == server.seen[0][2]
    assert b"t1" in whole.request_envelope
    assert whole.response_envelope == server.reply.body
    assert typed.response.number == 7


def test_an_asynchronous_exchange(server: Server):
    async def run() -> Receipt:
        async with AsyncClient(server.url) as client:
            return (await client.exchange(ORDER, Order())).response

    assert asyncio.run(run()) == Receipt(number=7)


FAULT = envelope(
    "<e:Fault><faultcode>e:Client</faultcode><faultstring>no</faultstring></e:Fault>"
)
DECLARED = ORDER.encode_fault(OutOfStock("no", detail=OutOfStockDetail(item="tea")))


@BOTH
@pytest.mark.parametrize("status", [200, 400, 403, 500, 503])
@pytest.mark.parametrize(("body", "kind"), [(FAULT, SoapFault), (DECLARED, OutOfStock)])
def test_a_fault_is_one_whatever_the_status(server, call, status, body, kind):
    server.reply = Reply(body, status)
    with pytest.raises(SoapFault, match="no") as caught:
        call(server.url)
    assert type(caught.value) is kind
    exchange = caught.value.exchange
    assert exchange is not None
    assert (exchange.status, exchange.response_envelope) == (status, body)
    assert exchange.request_envelope == server.seen[0][2]


PAGE = b"<html><head><title>502</title></head><body>Bad gateway<br></body></html>"


@BOTH
@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (PAGE, 502, "text/html"),
        (PAGE, 200, "text/html"),
        (PAGE, 200, "text/xml"),
        (b"<html><body>Bad gateway</body></html>", 200, "text/xml"),
        (b"<!DOCTYPE html><html><body>Bad gateway</body></html>", 200, "text/html"),
        (b"Bad gateway", 200, "text/plain"),
        (b"<br />\n<b>Warning</b>: Bad gateway <?xml ...", 200, "text/xml"),
        (envelope("<a>Bad gateway</a>"), 500, "text/xml"),
        (envelope(RECEIPT + "<!--Bad gateway-->"), 404, "text/xml"),
        (envelope("<e:Fault>Bad gateway")[:-9], 500, "text/xml"),
        (b"\xff\xfeBad gateway", 200, "application/octet-stream"),
    ],
)
def test_what_is_no_reply_shows_what_came(server, call, body, status, kind):
    server.reply = Reply(body, status, {"Content-Type": kind, "X-Trace": "t"})
    with pytest.raises(TransportError) as caught:
        call(server.url)
    error = caught.value
    assert type(error) is TransportError
    assert error.status == status
    assert error.headers["content-type"] == kind
    assert error.headers["x-trace"] == "t"
    assert error.body == body
    assert f"HTTP {status} ({kind})" in str(error)
    if body.startswith((b"<html>", b"<!DOCTYPE")):
        assert "Bad gateway" in str(error)
    assert error.exchange is not None


@BOTH
@pytest.mark.parametrize("status", [200, 202, 204, 401, 500])
def test_nothing_is_no_reply(server, call, status):
    server.reply = Reply(b"", status, {})
    with pytest.raises(TransportError, match=f"HTTP {status} an empty body"):
        call(server.url)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 200), (b"", 202), (b"", 204), (b" \n", 200), (b"accepted", 202)],
)
def test_nothing_is_fine_for_a_one_way_operation(server, body, status):
    server.reply = Reply(body, status)
    with Client(server.url) as client:
        client.notify()
        assert client.exchange(NOTIFY, Order()).response is None


def test_a_one_way_operation_can_still_fail(server: Server):
    with Client(server.url) as client:
        for status in (200, 500):
            server.reply = Reply(FAULT, status)
            with pytest.raises(SoapFault):
                client.notify()
        for body, status in ((b"", 500), (PAGE, 200), (b"", 302)):
            server.reply = Reply(body, status)
            with pytest.raises(TransportError):
                client.notify()
        server.reply = Reply(envelope(""))
        client.notify()


@BOTH
@pytest.mark.parametrize(
    "body",
    [
        envelope(RECEIPT)[:-30],
        envelope("<s:orderResponse><number>x</number></s:orderResponse>"),
        envelope(RECEIPT, "1.2"),
        b"<!DOCTYPE e>" + envelope(RECEIPT),
    ],
)
def test_a_bad_envelope_is_a_decode_error(server, call, body):
    server.reply.body = body
    with pytest.raises(DecodeError) as caught:
        call(server.url)
    assert caught.value.exchange is not None
    assert caught.value.exchange.response_envelope == body


def test_a_redirect_is_not_followed_but_told(server: Server):
    target = "http://me:pw@127.0.0.1:9/else"
    server.reply = Reply(b"", 302, {"Location": target})
    with httpx2.Client(follow_redirects=True) as eager:
        for http_client in (None, eager):
            with (
                Client(server.url, http_client=http_client) as client,
                pytest.raises(TransportError) as caught,
            ):
                client.order()
            assert caught.value.status == 302
            to = "http://***@127.0.0.1:9/else, which is not followed"
            assert f"redirect to {to}" in str(caught.value)


@pytest.mark.parametrize(
    ("declared", "written", "content_type"),
    [
        ("utf-8", "iso-8859-1", "text/xml; charset=ISO-8859-1"),
        ("iso-8859-1", "utf-8", 'text/xml;charset="utf-8"; x=y'),
        ("iso-8859-1", "iso-8859-1", "text/xml"),
    ],
)
def test_the_content_type_knows_the_charset(server, declared, written, content_type):
    body = "<e:Fault><faultcode>e:Client</faultcode><faultstring>Zoë</faultstring></e:Fault>"
    data = f'<?xml version="1.0" encoding="{declared}"?>' + envelope(body).decode()
    server.reply = Reply(data.encode(written), 500, {"Content-Type": content_type})
    with Client(server.url) as client, pytest.raises(SoapFault) as caught:
        client.order()
    assert caught.value.reason == "Zoë"


@BOTH
def test_a_compressed_reply_is_read(server: Server, call: Call):
    server.reply.body = gzip.compress(envelope(RECEIPT))
    server.reply.headers["Content-Encoding"] = "gzip"
    assert call(server.url) == 7


@BOTH
def test_a_reply_beyond_the_limits_is_cut_off(server: Server, call: Call):
    server.reply.body = gzip.compress(b"x" * 50_000_000)
    server.reply.headers["Content-Encoding"] = "gzip"
    with pytest.raises(TransportError, match="more than 1,000,000 bytes") as caught:
        call(server.url, limits=Limits(envelope=1_000_000))
    assert caught.value.status == 200


# ------------------------------------------------------------------------------- the network


@BOTH
def test_a_slow_reply_is_a_timeout(server: Server, call: Call):
    server.reply.wait = 3
    began = time.process_time()
    with pytest.raises(TransportTimeout, match="no answer in time") as caught:
        call(server.url, timeout=0.2)
    assert time.process_time() - began < 10
    assert caught.value.status is None
    assert isinstance(caught.value.__cause__, httpx2.TimeoutException)


@BOTH
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://host.invalid/",
        "ftp://127.0.0.1/",
        "no url at all",
        "http://[",
        f"http://{'a' * 70}.invalid/",
        "",
    ],
)
def test_no_connection_is_a_transport_error(call: Call, url: str):
    if not url:
        url = "http://me:hunter2@127.0.0.1:1/?password=hunter2"
    with pytest.raises(TransportError, match="POST ") as caught:
        call(url)
    assert caught.value.status is None
    assert caught.value.__cause__ is not None
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("timeout", [None, "5", 0, -1, float("inf"), float("nan")])
@BOTH
def test_nothing_waits_for_ever(call: Call, timeout: float):
    with pytest.raises(ValueError, match="timeout="):
        call("http://127.0.0.1:1/", timeout=timeout)


def test_the_default_timeout_is_half_a_minute():
    transport = HttpTransport()
    assert transport._own.get().timeout == httpx2.Timeout(30.0)
    transport.close()


@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
@pytest.mark.parametrize(
    ("url", "headers", "extensions", "cookies"),
    [
        ("http://service.example/soap?a=b c", [], {}, {}),
        ("https://me:hunter2@service.example:81", [(b"SOAPAction", b'"x"')], {}, {}),
        (
            "http://[::1]/ü",
            [(b"user-agent", b"mine"), (b"Accept-Encoding", b"gzip")],
            {"timeout": {"read": 1.0}, "trace": print},
            {"session": "1", "other": "2"},
        ),
        ("http://service.example/", [(b"Content-Length", b"3")], {}, {"a": "b"}),
        ("/no-url", [], {}, {}),
    ],
)
def test_requests_are_as_httpx2_builds_them(
    kind: str, url: str, headers, extensions, cookies
):
    """Our own clients build theirs anew only where they differ from the last one."""
    ours = (new_client if kind == "Client" else new_async_client)(Settings(5.0, 10))
    theirs = getattr(httpx2, kind)(timeout=5.0)
    given = {"content": b"<a/>", "headers": headers, "extensions": extensions}
    for client in ours, theirs:
        client.cookies.update(cookies)
    for _ in range(2):
        built, wanted = (
            one.build_request("POST", url, **given) for one in (ours, theirs)
        )
        assert built.url == wanted.url
        assert built.headers.raw == wanted.headers.raw
        assert built.extensions == wanted.extensions
        assert built.read() == wanted.read()


def test_cookies_of_a_reply_are_in_the_next_request(server: Server):
    server.reply.headers["Set-Cookie"] = "session=1; Path=/"
    with Client(server.url) as client:
        client.order(item="tea")
        client.order(item="tea")
        with pytest.raises(TransportError) as refused:
            client.using(endpoint="/orders").order(item="tea")
    assert refused.value.permanent
    first, second = (headers for _, headers, _ in server.seen)
    assert "Cookie" not in first
    assert second["Cookie"] == "session=1"


# ------------------------------------------------------------------------- making and closing


def test_the_address_of_the_port_is_the_default():
    with Client() as client:
        assert client.endpoint == "http://unused.invalid/"
        assert repr(client) == "Client('http://unused.invalid/')"


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"port": "Shop12"}, "no address for 'Shop12'"),
        ({"port": "Stock"}, "'Shop', 'Shop12'"),
        ({"port": "Nowhere"}, "'Shop', 'Shop12'"),
    ],
)
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_client_without_a_place_to_go(kind, given_, said):
    with pytest.raises(ValueError, match=said):
        kind(**given_)


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"endpoint": b"http://127.0.0.1/"}, "endpoint: bytes given, str wanted"),
        ({"http_client": object()}, "http_client: object given, httpx2"),
    ],
)
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_client_made_of_something_else(kind, given_, said):
    with pytest.raises(TypeError, match=said):
        kind(**given_)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_an_editor_shows_what_a_client_takes(kind):
    """A generated client's docstring is the service's: what it takes stands at `__init__`."""
    said = inspect.getdoc(kind.__init__) or ""
    for name in list(inspect.signature(kind).parameters):
        assert f"\n    {name}: " in said


def test_an_http_client_of_the_other_kind_is_told():
    with httpx2.Client() as waiting, pytest.raises(TypeError, match="AsyncClient want"):
        AsyncClient(http_client=waiting)  # type: ignore[arg-type]  # the mistake itself
    with pytest.raises(TypeError, match=r"AsyncClient given, httpx2\.Client wanted"):
        Client(http_client=httpx2.AsyncClient())  # type: ignore[arg-type]  # as above


def test_a_hook_that_forgets_to_return_is_named(server: Server):
    def forgetful(message: Outgoing) -> None:
        message.with_block("<a/>")

    with (
        Client(server.url, outgoing=[forgetful]) as client,  # type: ignore[list-item]  # as above
        pytest.raises(TypeError, match="forgetful.* gave NoneType, Message is wanted"),
    ):
        client.order()
    assert server.seen == []


def test_an_unknown_operation_is_named():
    with Client() as client, pytest.raises(ValueError, match="no operation 'cancel'"):
        client.exchange("cancel", Order())


class Memory:
    """A transport without a network."""

    def __init__(self) -> None:
        self.sent: list[Request] = []

    def send(self, request: Request) -> Response:
        self.sent.append(request)
        return Response(200, {}, envelope(RECEIPT))


class AsyncMemory(Memory):
    async def send(self, request: Request) -> Response:  # type: ignore[override]  # on purpose
        return super().send(request)


def test_a_transport_is_one_method():
    memory = Memory()
    assert sync_call("shop:", transport=memory) == 7
    assert async_call("shop:", transport=AsyncMemory()) == 7
    assert memory.sent[0].url == "shop:"
    with httpx2.Client() as theirs:
        for kind in (Client, AsyncClient):
            with pytest.raises(ValueError, match="exclude each other"):
                kind(transport=memory, http_client=theirs)


def test_only_what_is_ours_is_closed(server: Server):
    theirs = httpx2.Client()
    assert sync_call(server.url, http_client=theirs) == 7
    assert not theirs.is_closed
    theirs.close()
    client = Client(server.url)
    client.close()
    client.close()
    with pytest.raises(TransportError, match="closed"):
        client.order()


def test_an_asynchronous_client_of_ones_own(server: Server):
    async def run() -> bool:
        async with httpx2.AsyncClient() as theirs:
            async with AsyncClient(server.url, http_client=theirs) as client:
                assert await client.order() == 7
            return theirs.is_closed

    assert asyncio.run(run()) is False


def test_threads_share_a_client(server: Server):
    found: list[int] = []
    with Client(server.url) as client:
        threads = [
            threading.Thread(target=lambda: found.append(client.order()))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [7] * 8


def test_httpx2_is_imported_for_requests_only():
    script = """
import sys
from soapwright.runtime.codec.package import Package
from soapwright.runtime.http.client import BaseClient
from soapwright.runtime.soap.operation import Port
assert "httpx2" not in sys.modules
class Client(BaseClient):
    _ports = {"P": Port("P", "S", "http://x/", "1.1", {}, Package("p", None))}
    _port_names = ("P",)
Client(transport=object())
assert "httpx2" not in sys.modules
Client().close()
assert not {"httpx2", "logging"} & set(sys.modules)
from soapwright.runtime.errors.errors import TransportError
from soapwright.runtime.http.httpx2_transport import HttpTransport
from soapwright.runtime.http.transport import Request
try:
    HttpTransport().send(Request("http://127.0.0.1:9/", b"", {}))
except TransportError:
    assert "httpx2" in sys.modules
else:
    raise AssertionError("nobody is there")
"""
    subprocess.run([sys.executable, "-c", script], check=True)


# ------------------------------------------------------------------------------------ logging


def test_envelopes_are_logged_without_their_secrets(server: Server, caplog):
    reply = RECEIPT + "<s:token>hunter3</s:token>"
    server.reply.body = envelope(reply)
    with caplog.at_level(logging.DEBUG, "shop"), Client(server.url) as client:
        client.order(item="tea", password="hunter2")
    ours = [r for r in caplog.records if r.name == "shop"]
    assert len(ours) == 2
    assert "<item>tea</item><password>***</password>" in ours[0].getMessage()
    assert f"POST {server.url}" in ours[0].getMessage()
    assert "HTTP 200" in ours[1].getMessage()
    assert "<s:token>***</s:token>" in ours[1].getMessage()
    assert "hunter" not in caplog.text


def test_nothing_is_logged_otherwise(server: Server, caplog):
    with caplog.at_level(logging.INFO, "shop"), Client(server.url) as client:
        client.order()
    assert not [r for r in caplog.records if r.name == "shop"]


def test_endless_envelopes_are_not_logged(caplog):
    class Endless(Memory):
        def send(self, request: Request) -> Response:
            junk = f"<s:pad>{'x' * 2**20}</s:pad>"
            return Response(200, {}, envelope(RECEIPT + junk))

    with caplog.at_level(logging.DEBUG, "shop"):
        assert sync_call("shop:", transport=Endless()) == 7
    assert "bytes)" in caplog.text
    assert len(caplog.text) < 10_000


def test_errors_show_no_secret(server: Server):
    server.reply = Reply(b"<p>login password=hunter2 failed</p>", 500)
    with Client(server.url) as client, pytest.raises(TransportError) as caught:
        client.order(password="hunter2")
    error = caught.value
    assert error.exchange is not None
    assert "hunter2" not in str(error) + repr(error) + repr(error.exchange)
    assert b"hunter2" in error.exchange.request_envelope


def test_a_fault_that_quotes_a_secret_does_not_show_it(server: Server):
    told = FAULT.replace(b">no<", b">password=hunter2 is wrong<")
    server.reply = Reply(told, 500)
    with Client(server.url) as client, pytest.raises(SoapFault) as caught:
        client.order(password="hunter2")
    fault = caught.value
    assert str(fault) == "Client: password=*** is wrong"
    assert "hunter2" not in repr(fault)
    assert fault.reason == "password=hunter2 is wrong"


def test_a_reply_that_nobody_unpacked_is_called_so(server: Server):
    server.reply = Reply(gzip.compress(envelope(RECEIPT)))
    with Client(server.url) as client, pytest.raises(TransportError, match="by gzip"):
        client.order()


# --------------------------------------------------------------------- what methods come back to


def test_the_only_value_of_a_reply():
    assert given(UNSET) is None
    assert given(None) is None
    assert given(["a"]) == ["a"]
    assert required([], "sendmsg.return") == []
    assert required(0, "x") == 0
    for nothing in (None, UNSET):
        with pytest.raises(DecodeError, match="sendmsg.return: the reply holds no"):
            required(nothing, "sendmsg.return")


def test_the_fake_types_are_what_the_operations_use():
    assert ORDER.request_type is TYPES.Order
