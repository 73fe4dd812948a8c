"""`error.sent`: False where nothing can have reached the service, None where nobody knows."""

from __future__ import annotations

import asyncio
import pickle
import socket
import threading

import httpx2
import pytest
from raw_server import (
    GOOD,
    Connection,
    always,
    closed_port,
    http,
    raw_server,
)
from test_client import BOTH, AsyncClient, Call, Client

from soapwright.runtime.errors.errors import (
    EncodeError,
    SoapFault,
    TransportError,
    TransportTimeout,
)
from soapwright.runtime.http.httpx2_transport import HttpTransport
from soapwright.runtime.http.transport import Request


def failed(call: Call, url: str, **given: object) -> TransportError:
    with pytest.raises(TransportError) as caught:
        call(url, **given)
    return caught.value


@BOTH
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "https://127.0.0.1:{port}/",
        "http://host.invalid/",
        "ftp://127.0.0.1/",
        "http://[",
        "http://.:1/",
        "http://127.0.0.1:99999/",
    ],
)
def test_no_connection_was_made(call: Call, url: str):
    error = failed(call, url.format(port=closed_port()))
    assert error.sent is False
    assert pickle.loads(pickle.dumps(error)).sent is False


def test_errors_name_the_method():
    url = f"http://127.0.0.1:{closed_port()}/"
    with pytest.raises(TransportError, match="^GET http"):
        HttpTransport().send(Request(url, b"", {}, method="GET"))


@BOTH
def test_tls_that_fails(call: Call):
    with raw_server(lambda c: c.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        assert failed(call, server.url.replace("http:", "https:")).sent is False
        assert not server.seen


@BOTH
def test_a_connection_that_is_not_taken_in_time(call: Call):
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        error = failed(call, f"http://127.0.0.1:{port}/", timeout=0.2)
        for one in waiting:
            one.close()
    assert isinstance(error, TransportTimeout)
    assert error.sent is False
    assert "not sent in time" in str(error)


@pytest.mark.parametrize("own", [True, False])
def test_no_connection_was_free(own: bool):
    began = threading.Event()

    def late(connection: Connection) -> None:
        connection.request()
        began.set()
        connection.wait(1)
        connection.send(http())

    def ask(client: Client) -> None:
        assert client.order() == 7

    with raw_server(late) as server:
        limits = httpx2.Limits(max_connections=1)
        timeout = httpx2.Timeout(5, pool=0.1)
        with httpx2.Client(limits=limits, timeout=timeout) as theirs:
            given = {"http_client": theirs} if not own else {"connections": 1}
            with Client(server.url, timeout=2 if own else 5, **given) as client:
                first = threading.Thread(target=ask, args=(client,))
                first.start()
                began.wait(5)
                if own:
                    client._transport._own.get().timeout = timeout
                with pytest.raises(TransportTimeout) as caught:
                    client.order()
                first.join()
    assert caught.value.sent is False
    assert len(server.seen) == 1


@BOTH
@pytest.mark.parametrize(
    "end",
    [
        lambda c: c.wait(),
        lambda c: None,
        lambda c: c.reset(),
        lambda c: c.send(http()[:40]),
        lambda c: c.send(http()[:-40]),
        lambda c: c.send(b"this is no HTTP\r\n\r\n"),
    ],
)
def test_an_answer_that_is_lost(call: Call, end):
    def script(connection: Connection) -> None:
        connection.request()
        end(connection)

    with raw_server(script) as server:
        error = failed(call, server.url, timeout=0.3)
        assert len(server.seen) == 1
    assert error.sent is None
    assert error.status is None


@BOTH
def test_what_came_was_sent(call: Call):
    with raw_server(always(http(b"<html/>", "503 Unavailable", "text/html"))) as server:
        assert failed(call, server.url).sent is None
    with pytest.raises(SoapFault) as caught:
        fault = GOOD.replace(
            b"<s:orderResponse><number>7</number></s:orderResponse>",
            b"<e:Fault><faultcode/></e:Fault>",
        )
        with raw_server(always(http(fault))) as server:
            call(server.url)
    assert caught.value.sent is None


def test_what_cannot_be_written_was_not_sent():
    with Client("http://127.0.0.1:1/") as client, pytest.raises(EncodeError) as caught:
        client.order(item="\0")
    assert caught.value.sent is False


# ------------------------------------------------------------------------------- proxies


def through_proxy(script, url: str) -> list[TransportError]:
    """The errors of a call through a proxy, by both kinds of client."""
    errors = []
    with raw_server(script) as proxy:
        with httpx2.Client(proxy=proxy.url, timeout=0.5) as theirs:
            with pytest.raises(TransportError) as caught:
                Client(url, http_client=theirs).order()
            errors.append(caught.value)

        async def run() -> None:
            async with httpx2.AsyncClient(proxy=proxy.url, timeout=0.5) as theirs:
                await AsyncClient(url, http_client=theirs).order()

        with pytest.raises(TransportError) as caught:
            asyncio.run(run())
        errors.append(caught.value)
    return errors


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 Connection established\r\n\r\nthis is no TLS",
        b"",
        None,
    ],
)
def test_a_proxy_that_opens_no_way(reply: bytes | None):
    def script(connection: Connection) -> None:
        connection.request()
        if reply is None:
            connection.wait()
        connection.send(reply or b"")

    for error in through_proxy(script, "https://127.0.0.1:1/"):
        assert error.sent is False, error


def test_a_proxy_that_carried_the_request():
    def script(connection: Connection) -> None:
        assert connection.request().startswith(b"POST http://service.invalid/ ")

    for error in through_proxy(script, "http://service.invalid/"):
        assert error.sent is None


def test_a_proxy_of_the_environment_that_opens_no_way(monkeypatch):
    with raw_server(lambda c: c.request() and None) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with Client("https://127.0.0.1:1/", timeout=1) as client:
            with pytest.raises(TransportError) as caught:
                client.order()
    assert caught.value.sent is False


# ---------------------------------------------------------------------------- closed clients


def test_a_closed_client():
    with raw_server(always(http())) as server:
        with Client(server.url) as client:
            assert client.order() == 7
        with pytest.raises(TransportError, match="closed") as caught:
            client.order()
        assert caught.value.sent is False
        with httpx2.Client() as theirs:
            client = Client(server.url, http_client=theirs)
            assert client.order() == 7
        with pytest.raises(TransportError, match="closed") as caught:
            client.order()
        assert caught.value.sent is False
        assert len(server.seen) == 2


def test_a_closed_asynchronous_client():
    async def run() -> None:
        async with AsyncClient(server.url) as client:
            assert await client.order() == 7
        with pytest.raises(TransportError, match="closed") as caught:
            await client.order()
        assert caught.value.sent is False
        async with httpx2.AsyncClient() as theirs:
            client = AsyncClient(server.url, http_client=theirs)
            assert await client.order() == 7
        with pytest.raises(TransportError, match="closed"):
            await client.order()

    with raw_server(always(http())) as server:
        asyncio.run(run())


# ------------------------------------------------------------------------------- event loops


def test_an_asynchronous_client_in_one_loop_after_the_other():
    with raw_server(always(http())) as server:
        client = AsyncClient(server.url)
        for _ in range(3):
            assert asyncio.run(client.order()) == 7
        assert server.connections == 3
        assert not client._transport._own._clients  # each was closed with its loop


def test_an_asynchronous_client_in_several_loops_at_once():
    with raw_server(always(http())) as server:
        client = AsyncClient(server.url)
        found: list[int] = []

        async def run() -> None:
            found.extend(await asyncio.gather(*[client.order() for _ in range(5)]))

        threads = [
            threading.Thread(target=asyncio.run, args=(run(),)) for _ in range(4)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert found == [7] * 20


def test_a_loop_that_is_closed_without_a_word():
    with raw_server(always(http())) as server:
        client = AsyncClient(server.url)
        loop = asyncio.new_event_loop()
        assert loop.run_until_complete(client.order()) == 7
        (theirs,) = client._transport._own._clients.values()
        loop.run_until_complete(theirs.aclose())  # else asyncio warns of its socket
        loop.close()
        assert asyncio.run(client.order()) == 7
        assert not client._transport._own._clients


def test_an_http_client_of_another_loop_is_a_transport_error():
    with raw_server(always(http())) as server:
        theirs = httpx2.AsyncClient()
        client = AsyncClient(server.url, http_client=theirs)
        first = asyncio.new_event_loop()
        assert first.run_until_complete(client.order()) == 7
        with pytest.raises(TransportError):
            asyncio.run(client.order())
        first.run_until_complete(theirs.aclose())
        first.close()
