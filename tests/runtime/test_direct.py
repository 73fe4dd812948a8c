"""Connections of a client's own: which requests go over them, cookies, what is kept, and TLS contexts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from raw_server import GOOD, Connection, always, http, raw_server
from test_bad_network import KINDS, async_client, sync_client
from test_client import BOTH, Call

from soapwright.runtime.errors.errors import TransportError, TransportTimeout
from soapwright.runtime.http import direct, direct_async, httpx2_parts, own_transport
from soapwright.runtime.http.own_transport import AsyncHttpTransport, HttpTransport
from soapwright.runtime.http.targets import target_of
from soapwright.runtime.http.transport import Request, Response


def sync_send(request: Request, **given: object) -> Response:
    transport = HttpTransport(**given)
    try:
        return transport.send(request)
    finally:
        transport.close()


def async_send(request: Request, **given: object) -> Response:
    async def run() -> Response:
        transport = AsyncHttpTransport(**given)
        try:
            return await transport.send(request)
        finally:
            await transport.aclose()

    return asyncio.run(run())


Send = Callable[..., Response]
SENDERS = pytest.mark.parametrize("send", [sync_send, async_send])


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("http://example.com", "example.com", "/"),
        ("http://Example.com:80/a/b?c=d", "example.com", "/a/b?c=d"),
        ("https://example.com:443?a", "example.com", "/?a"),
        ("https://example.com:80/", "example.com:80", "/"),
        ("http://[::1]:8000/%20", "[::1]:8000", "/%20"),
        ("http://a_b.example/x.asmx", "a_b.example", "/x.asmx"),
    ],
)
def test_a_plain_url(url: str, authority: str, path: str):
    target = target_of(url)
    assert target is not None
    assert (target.authority, target.path) == (authority, path)


@pytest.mark.parametrize(
    "url",
    [
        *("", "http://", "http:///a", "ftp://a/", "http://a:b@c/", "http://a..b/"),
        *("http://a:99999/", "http://a/../b", "http://a/b/./c", "http://a/ b"),
        *("http://a/#b", "http://\u00fc.example/", "http://a/\u00fc", "http://a/\n"),
        *("http://a/%zz", "http://-a/", "HTTP://a/", "http://a?b\r\nc"),
    ],
)
def test_another_url_is_left_to_httpx2(url: str):
    assert target_of(url) is None


@SENDERS
def test_all_is_written_once(send: Send):
    with raw_server(always(http())) as server:
        given = {
            "Content-Type": "text/plain",
            "Accept": "a/b",
            "SOAPAction": '"\u00fc"',
        }
        send(Request(f"{server.url}a?b", b"body", given))
        send(Request(server.url, b"", {}, method="GET"))
        head, _, body = server.seen[0].partition(b"\r\n\r\n")
        assert head.split(b"\r\n") == [
            b"POST /a?b HTTP/1.1",
            f"Host: 127.0.0.1:{server.port}".encode(),
            b"Accept-Encoding: gzip, deflate",
            b"User-Agent: soapwright",
            b"Content-Length: 4",
            b"Content-Type: text/plain",
            b"Accept: a/b",
            'SOAPAction: "\u00fc"'.encode(),
        ]
        assert body == b"body"
        assert server.seen[1].startswith(b"GET / HTTP/1.1\r\n")
        assert b"Content-Length" not in server.seen[1]


@SENDERS
@pytest.mark.parametrize("name", ["X Y", "X:", "\u00fc", ""])
def test_a_header_that_cannot_be_written(send: Send, name: str):
    with raw_server(always(http())) as server:
        with pytest.raises(TransportError) as caught:
            send(Request(server.url, b"", {name: "x"}))
        with pytest.raises(TransportError):
            send(Request(server.url, b"", {"X": "a\r\nb"}))
        assert caught.value.sent is False
        assert not server.seen


@SENDERS
def test_headers_of_one_name_are_joined(send: Send):
    reply = http(GOOD, "200 OK", "text/xml", "X-A: 1", "x-a: 2", "X-B: \u00fc")
    with raw_server(always(reply)) as server:
        headers = send(Request(server.url, b"", {})).headers
    assert (headers["x-a"], headers["x-b"]) == ("1, 2", "\u00fc")


@KINDS
def test_cookies_are_sent_back(client):
    def script(connection: Connection) -> None:
        for number in range(3):
            connection.request()
            cookie = f"Set-Cookie: id={number}; Path=/"
            connection.send(http(GOOD, "200 OK", "text/xml", cookie, "Set-Cookie: a=b"))

    with raw_server(script) as server, client(server.url) as call:
        for _ in range(3):
            call()
        assert b"Cookie" not in server.seen[0]
        assert b"\r\nCookie: id=0; a=b\r\n" in server.seen[1]
        assert b"\r\nCookie: id=1; a=b\r\n" in server.seen[2]


@KINDS
def test_what_follows_a_reply_is_no_reply_to_the_next_request(client):
    def script(connection: Connection) -> None:
        connection.request()
        connection.send(
            http() + (b"HTTP/1.1 200 OK" if connection.number == 0 else b"")
        )
        always(http())(connection)

    with raw_server(script) as server, client(server.url, timeout=2) as call:
        assert [call() for _ in range(3)] == [7, 7, 7]
        assert server.connections == 2


@pytest.mark.parametrize("client", [sync_client, async_client])
def test_a_connection_is_not_kept_for_long(client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(direct, "IDLE", 0.05)
    monkeypatch.setattr(direct_async, "IDLE", 0.05)
    with raw_server(always(http())) as server, client(server.url) as call:
        call()
        time.sleep(0.1)
        call()
        assert server.connections == 2


@SENDERS
def test_a_service_that_takes_nothing_in(send: Send):
    with raw_server(lambda c: c.wait()) as server:
        with pytest.raises(TransportTimeout) as caught:
            send(Request(server.url, b"x" * 2**26, {}), timeout=0.5)
    assert caught.value.sent is None


@SENDERS
def test_a_service_that_takes_in_slowly(send: Send):
    """There is progress all the time, though sending takes longer than the timeout."""

    size = 2**25

    def script(connection: Connection) -> None:
        received = 0
        while received < size:
            received += len(connection.socket.recv(2**20))
            time.sleep(0.06)
        connection.send(http(b"<done/>", "200 OK", "text/xml", "Connection: close"))

    with raw_server(script) as server:
        reply = send(Request(server.url, b"x" * size, {}), timeout=1.0)
        assert reply.body == b"<done/>"


def test_clients_share_a_tls_context():
    assert httpx2_parts.default_tls() is httpx2_parts.default_tls()


def test_the_environment_may_name_another_authority(
    monkeypatch: pytest.MonkeyPatch, tmp_path
):
    before = httpx2_parts.default_tls()
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert httpx2_parts.default_tls() is not before


@BOTH
@pytest.mark.parametrize("name", ["http_proxy", "HTTPS_PROXY", "all_proxy"])
def test_a_proxy_of_the_environment(
    call: Call, name: str, monkeypatch: pytest.MonkeyPatch
):
    with raw_server(always(http())) as proxy:
        monkeypatch.setenv(name, proxy.url)
        assert not own_transport._is_direct()
        if name != "HTTPS_PROXY":
            call("http://service.invalid/")
            assert proxy.seen[0].startswith(b"POST http://service.invalid/ ")
