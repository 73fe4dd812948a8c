"""The transports on pyreqwest: what tests of bad networks, which they pass too, do not reach."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from certificates import Certificates
from raw_server import GOOD, Connection, always, closed_port, http, raw_server

from soapwright.runtime.errors.errors import TransportError, TransportTimeout
from soapwright.runtime.http.reqwest_transport import (
    AsyncReqwestTransport,
    ReqwestTransport,
)
from soapwright.runtime.http.transport import Request, Response
from soapwright.runtime.xml.parsing import Limits

Send = Callable[[Request], Response]


@contextlib.contextmanager
def sync_sender(**given: object) -> Iterator[Send]:
    transport = ReqwestTransport(**{"timeout": 5, **given})
    yield transport.send
    transport.close()


@contextlib.contextmanager
def async_sender(**given: object) -> Iterator[Send]:
    transport = AsyncReqwestTransport(**{"timeout": 5, **given})
    with asyncio.Runner() as runner:
        yield lambda request: runner.run(transport.send(request))
        runner.run(transport.aclose())


BOTH = pytest.mark.parametrize("sender", [sync_sender, async_sender])
Sender = Callable[..., contextlib.AbstractContextManager[Send]]


@pytest.mark.parametrize("kind", [ReqwestTransport, AsyncReqwestTransport])
def test_what_is_missing_is_named(kind: type, monkeypatch: pytest.MonkeyPatch):
    for name in ("pyreqwest", "pyreqwest.client", "pyreqwest.exceptions"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match="pip install pyreqwest"):
        kind()


def test_it_is_loaded_where_it_is_used_only():
    script = (
        "import sys\n"
        "import soapwright.runtime.http.reqwest_transport\n"
        "assert 'pyreqwest' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.fixture(autouse=True)
def installed(request: pytest.FixtureRequest) -> None:
    if "sender" in request.fixturenames or "arguments" in request.fixturenames:
        pytest.importorskip("pyreqwest")


@pytest.mark.parametrize(
    "arguments",
    [
        *({"timeout": 0}, {"timeout": None}, {"connections": 0}),
        *({"proxy": "no url"}, {"identity": b"x"}),
    ],
)
def test_arguments_that_cannot_be_used(arguments: dict[str, object]):
    with pytest.raises(ValueError):
        ReqwestTransport(**arguments)


@BOTH
def test_what_is_sent(sender: Sender):
    def script(connection: Connection) -> None:
        for _ in range(2):
            connection.request()
            connection.send(
                http(GOOD, "200 OK", "text/xml", "Set-Cookie: a=b", "X: 1", "X: 2")
            )

    with raw_server(script) as server, sender() as send:
        request = Request(f"{server.url}a?b", b"body", {"SOAPAction": '"\u00fc"'})
        assert send(request).headers["x"] == "1, 2"
        assert send(request).body == GOOD
        assert server.connections == 1
    assert server.seen[0].startswith(b"POST /a?b HTTP/1.1\r\n")
    assert '"\u00fc"\r\n'.encode() in server.seen[0]
    assert b"\r\nAccept-Encoding: gzip, deflate\r\n" in server.seen[0]
    assert server.seen[0].endswith(b"\r\n\r\nbody")
    assert b"Cookie: a=b" in server.seen[1]


@BOTH
def test_redirects_are_not_followed(sender: Sender):
    reply = http(b"", "302 Found", "text/html", "Location: /elsewhere")
    with raw_server(always(reply)) as server, sender() as send:
        assert send(Request(server.url, b"", {})).status == 302
        assert len(server.seen) == 1


@BOTH
def test_packed_replies_are_unpacked_within_the_limits(sender: Sender):
    packed = gzip.compress(b"x" * 2**22)
    reply = http(packed, "200 OK", "text/xml", "Content-Encoding: gzip")
    with raw_server(always(reply)) as server, sender() as send:
        assert len(send(Request(server.url, b"", {})).body) == 2**22
        with pytest.raises(TransportError, match="times as long") as caught:
            send(Request(server.url, b"", {}, limits=Limits(ratio=10)))
        assert caught.value.sent is None


@BOTH
def test_a_reply_without_an_end_is_given_up(sender: Sender):
    def endless(connection: Connection) -> None:
        connection.request()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n"
        connection.send(head)
        while True:
            connection.send(b"x" * 2**16)

    with raw_server(endless) as server, sender() as send:
        limits = Limits(envelope=2**20)
        with pytest.raises(TransportError, match="more than 1,048,576 bytes"):
            send(Request(server.url, b"", {}, limits=limits))


@BOTH
def test_no_connection_was_free(sender: Sender):
    with raw_server(lambda c: c.wait(3)) as server:
        with sender(timeout=0.3, connections=1) as send:
            if sender is sync_sender:
                with pytest.raises(TransportTimeout) as caught:
                    send(Request(server.url, b"", {}))
                assert caught.value.sent is None
        server.over.set()


@BOTH
@pytest.mark.parametrize("of_environment", [True, False])
def test_proxies(sender: Sender, of_environment: bool, monkeypatch: pytest.MonkeyPatch):
    url = "http://service.invalid/"
    with raw_server(always(http())) as proxy:
        given = {} if of_environment else {"proxy": proxy.url}
        if of_environment:
            monkeypatch.setenv("http_proxy", proxy.url)
        with sender(**given) as send:
            assert send(Request(url, b"", {})).body == GOOD
    assert proxy.seen[0].startswith(b"POST http://service.invalid/ ")


@BOTH
@pytest.mark.parametrize(
    "reply", [b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", b""]
)
def test_a_proxy_that_opens_no_way(sender: Sender, reply: bytes):
    def script(connection: Connection) -> None:
        connection.request()
        connection.send(reply)

    with raw_server(script) as proxy, sender(proxy=proxy.url) as send:
        with pytest.raises(TransportError) as caught:
            send(Request("https://127.0.0.1:1/", b"", {}))
    assert caught.value.sent is False


@BOTH
@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:{}/", "https://127.0.0.1:{}/", "http://host.invalid/"),
        *("ftp://127.0.0.1/", "http://[", "http://.:1/"),
    ],
)
def test_no_connection_was_made(sender: Sender, url: str):
    with sender() as send, pytest.raises(TransportError) as caught:
        send(Request(url.format(closed_port()), b"", {}))
    assert caught.value.sent is False


@BOTH
def test_errors_name_the_method(sender: Sender):
    url = f"http://127.0.0.1:{closed_port()}/"
    with sender() as send, pytest.raises(TransportError, match="^GET http"):
        send(Request(url, b"", {}, method="GET"))


@BOTH
def test_secrets_of_the_url_do_not_show(sender: Sender):
    url = f"http://me:hunter2@127.0.0.1:{closed_port()}/?token=query-secret"
    with sender() as send, pytest.raises(TransportError) as caught:
        send(Request(url, b"", {}))
    assert "hunter2" not in str(caught.value)
    assert "query-secret" not in str(caught.value)


@BOTH
def test_tls(sender: Sender, tmp_path: Path):
    certificates = Certificates(tmp_path)
    authority = (tmp_path / "authority.pem").read_bytes()
    identity = (tmp_path / "client.pem").read_bytes()
    identity += (tmp_path / "client.key").read_bytes()
    with raw_server(always(http()), certificates.server("right")) as server:
        request = Request(server.url, b"", {})
        with sender(authorities=authority) as send:
            assert send(request).body == GOOD
        with sender() as send:
            with pytest.raises(TransportError, match="(?i)certificate") as caught:
                send(request)
        assert caught.value.sent is False
    asking = certificates.server("right", asks=True)
    with raw_server(always(http()), asking) as server:
        request = Request(server.url, b"", {})
        with sender(authorities=authority, identity=identity) as send:
            assert send(request).body == GOOD
        with sender(authorities=authority) as send:
            with pytest.raises(TransportError) as caught:
                send(request)
        # TLS 1.3: the server refuses after the client has sent
        assert caught.value.sent is None


def test_a_closed_transport():
    pytest.importorskip("pyreqwest")
    transport = ReqwestTransport()
    transport.close()
    with pytest.raises(TransportError, match="closed") as caught:
        transport.send(Request("http://127.0.0.1:1/", b"", {}))
    assert caught.value.sent is False
