"""The bench of bad networks: servers of ours that break every promise of TCP, TLS and HTTP. Whatever they do, a call ends in
its time with an error that the manual names, and the same client works on."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator

import httpx2
import pytest
from certificates import Certificates
from raw_server import (
    GOOD,
    Connection,
    Script,
    always,
    closed_port,
    http,
    raw_server,
)
from test_client import AsyncClient, Client

from soapwright.runtime.errors.errors import (
    DecodeError,
    SoapError,
    TransportError,
    TransportTimeout,
)
from soapwright.runtime.http.reqwest_transport import (
    AsyncReqwestTransport,
    ReqwestTransport,
)

TIMEOUT, DEADLINE = 0.4, 0.8
SLACK = 2.0
"""Seconds that a busy machine may take longer; the servers take twenty."""
PAGE = b"<!DOCTYPE html><html><body>No service today</body></html>"

Calls = Callable[[], int]


@contextlib.contextmanager
def sync_client(url: str, **given: object) -> Iterator[Calls]:
    with Client(url, **given) as client:
        yield client.order


@contextlib.contextmanager
def async_client(url: str, **given: object) -> Iterator[Calls]:
    with asyncio.Runner() as runner:
        client = AsyncClient(url, **given)
        yield lambda: runner.run(client.order())
        runner.run(client.aclose())


@contextlib.contextmanager
def reqwest_client(url: str, timeout: float = 30, **given: object) -> Iterator[Calls]:
    pytest.importorskip("pyreqwest")
    transport = ReqwestTransport(timeout)
    with Client(url, transport=transport, **given) as client:
        yield client.order
    transport.close()


@contextlib.contextmanager
def async_reqwest_client(
    url: str, timeout: float = 30, **given: object
) -> Iterator[Calls]:
    pytest.importorskip("pyreqwest")
    transport = AsyncReqwestTransport(timeout)
    with asyncio.Runner() as runner:
        client = AsyncClient(url, transport=transport, **given)
        yield lambda: runner.run(client.order())
        runner.run(transport.aclose())


OPTIONAL = [
    pytest.param(one, marks=pytest.mark.slow)
    for one in (reqwest_client, async_reqwest_client)
]
KINDS = pytest.mark.parametrize("client", [sync_client, async_client, *OPTIONAL])


def chunked(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked"
    return head + b"\r\n\r\n" + body


def with_length(length: object, body: bytes = GOOD) -> bytes:
    return http(body).replace(
        f"Length: {len(body)}".encode(), f"Length: {length}".encode()
    )


def half_closed(connection: Connection) -> None:
    """Says that no more will come, and stays."""
    connection.socket.shutdown(1)
    connection.wait()


def last(
    body: bytes, status: str = "200 OK", content_type: str = "text/xml; charset=utf-8"
) -> bytes:
    """A reply after which the connection ends, and says so: else the next call may still be sent on it."""
    return http(body, status, content_type, "Connection: close")


# What a server does to the first request; what comes of it, and with which status.
BAD: dict[str, tuple[Script, type[SoapError], int | None]] = {
    # ------------------------------------------------------------------------------- TCP
    "closed at once": (lambda c: None, TransportError, None),
    "reset at once": (lambda c: c.reset(), TransportError, None),
    "reset in the head": (
        lambda c: (c.send(http()[:30]), time.sleep(0.05), c.reset()),
        TransportError,
        None,
    ),
    "reset in the body": (
        lambda c: (c.send(http()[:-30]), time.sleep(0.05), c.reset()),
        TransportError,
        None,
    ),
    "closed in the body": (lambda c: c.send(http()[:-30]), TransportError, None),
    "half closed": (half_closed, TransportError, None),
    "silent": (lambda c: c.wait(), TransportTimeout, None),
    "silent in the head": (
        lambda c: (c.send(http()[:30]), c.wait()),
        TransportTimeout,
        None,
    ),
    "silent in the body": (
        lambda c: (c.send(http()[:-30]), c.wait()),
        TransportTimeout,
        None,
    ),
    "slow in the head": (lambda c: c.trickle(http(), 0.1), TransportTimeout, None),
    "slow in the body": (
        lambda c: (c.send(http()[:-200]), c.trickle(http()[-200:], 0.1)),
        TransportTimeout,
        None,
    ),
    "slow in the chunks": (
        lambda c: (c.send(chunked(b"")), c.trickle(b"1\r\n \r\n" * 50, 0.1)),
        TransportTimeout,
        None,
    ),
    "slow before the head": (
        lambda c: c.trickle(b"HTTP/1.1 100 Continue\r\n\r\n" * 9, 0.05),
        TransportTimeout,
        None,
    ),
    # ------------------------------------------------------------------------------ HTTP
    "no HTTP": (lambda c: c.send(b"220 mail.invalid ESMTP\r\n"), TransportError, None),
    "zeros": (lambda c: c.send(b"\0" * 5000), TransportError, None),
    "an endless head": (
        lambda c: c.send(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 40_000),
        TransportError,
        None,
    ),
    "an endless line": (
        lambda c: c.send(b"HTTP/1.1 " + b"x" * 2**18),
        TransportError,
        None,
    ),
    "a status that is none": (
        lambda c: c.send(http(status="9999 Over")),
        TransportError,
        None,
    ),
    "a header without a colon": (
        lambda c: c.send(b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"),
        TransportError,
        None,
    ),
    "too great a length": (
        lambda c: c.send(with_length(len(GOOD) + 1)),
        TransportError,
        None,
    ),
    "too small a length": (lambda c: c.send(with_length(50)), DecodeError, 200),
    "a negative length": (lambda c: c.send(with_length(-1)), TransportError, None),
    "a length in words": (lambda c: c.send(with_length("ten")), TransportError, None),
    "two lengths": (lambda c: c.send(with_length("10, 20")), TransportError, None),
    "a huge length": (lambda c: c.send(with_length("9" * 19)), TransportError, None),
    "chunks that are none": (
        lambda c: c.send(chunked(b"this is no size\r\n")),
        TransportError,
        None,
    ),
    "a negative chunk": (lambda c: c.send(chunked(b"-1\r\n")), TransportError, None),
    "a huge chunk": (
        lambda c: c.send(chunked(b"f" * 30 + b"\r\n")),
        TransportError,
        None,
    ),
    "a chunk cut off": (lambda c: c.send(chunked(b"ff\r\n<a/>")), TransportError, None),
    "chunks without an end": (
        lambda c: c.send(chunked(b"4\r\n<a/>\r\n")),
        TransportError,
        None,
    ),
    "an unknown transfer coding": (
        lambda c: c.send(chunked(b"").replace(b"chunked", b"mangled")),
        TransportError,
        None,
    ),
    "another protocol": (
        lambda c: c.send(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"),
        TransportError,
        None,
    ),
    # --------------------------------------------------------------------------- replies
    "an empty body": (lambda c: c.send(last(b"")), TransportError, 200),
    "nothing": (
        lambda c: c.send(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"),
        TransportError,
        204,
    ),
    "white space": (lambda c: c.send(last(b"\r\n\r\n ")), TransportError, 200),
    "half an envelope": (lambda c: c.send(last(GOOD[:-30])), DecodeError, 200),
    "a page": (
        lambda c: c.send(last(PAGE, content_type="text/html")),
        TransportError,
        200,
    ),
    "a page as XML": (lambda c: c.send(last(PAGE)), TransportError, 200),
    **{
        f"a page with {status}": (
            lambda c, status=status: c.send(last(PAGE, f"{status} No", "text/html")),
            TransportError,
            status,
        )
        for status in (302, 400, 401, 403, 404, 407, 429, 500, 502, 503, 504, 599)
    },
}


@KINDS
@pytest.mark.parametrize("name", BAD)
def test_a_bad_network(
    client: Callable[..., contextlib.AbstractContextManager[Calls]], name: str
):
    script, wanted, status = BAD[name]

    def serve(connection: Connection) -> None:
        while connection.request():
            if len(connection.server.seen) == 1:
                script(connection)
                return
            connection.send(http())

    # What fails by itself has more time: a busy machine may be as slow as a bad network.
    is_slow = wanted is TransportTimeout
    times = (TIMEOUT, DEADLINE) if is_slow else (10, 15)
    with raw_server(serve) as server:
        with client(server.url, timeout=times[0], deadline=times[1]) as call:
            began = time.monotonic()
            with pytest.raises(wanted) as caught:
                call()
            assert time.monotonic() - began < DEADLINE + SLACK
            error = caught.value
            if isinstance(error, TransportError):
                assert error.status == status
                assert error.sent is (False if status == 407 else None)
                assert status not in (401, 503) or error.body == PAGE
            else:
                assert error.exchange.status == status
            assert [call() for _ in range(3)] == [7, 7, 7]
            server.over.set()


@KINDS
def test_a_connection_that_is_refused(client):
    port = closed_port()
    with client(f"http://127.0.0.1:{port}/", timeout=TIMEOUT) as call:
        with pytest.raises(TransportError) as caught:
            call()
        assert caught.value.sent is False


@KINDS
@pytest.mark.parametrize("wait", [0.0, 0.2])
def test_a_connection_that_is_closed_while_it_is_kept(client, wait: float):
    def once(connection: Connection) -> None:
        connection.request()
        connection.send(http())

    with raw_server(once) as server:
        with client(server.url, timeout=TIMEOUT) as call:
            for _ in range(3):
                assert call() == 7
                time.sleep(wait or 0.05)
        assert server.connections == 3


@KINDS
def test_a_kept_connection_that_ends_with_the_next_request(client):
    def once(connection: Connection) -> None:
        connection.request()
        connection.send(http())
        if connection.number == 0:
            connection.request()
            connection.reset()
        else:
            always(http())(connection)

    with raw_server(once) as server:
        with client(server.url, timeout=TIMEOUT) as call:
            assert call() == 7
            with pytest.raises(TransportError) as caught:
                call()
            assert caught.value.sent is None
            assert [call(), call()] == [7, 7]


@KINDS
def test_a_kept_connection_on_which_nothing_comes_in_time(client):
    """The connection was not made for this call, so that its end has to be found out otherwise."""

    def once(connection: Connection) -> None:
        connection.request()
        connection.send(http())
        connection.request()
        connection.trickle(http()[:100], 0.1)

    with raw_server(once) as server:
        with client(server.url, timeout=TIMEOUT, deadline=DEADLINE) as call:
            for _ in range(2):
                assert call() == 7
                began = time.monotonic()
                with pytest.raises(TransportTimeout):
                    call()
                assert time.monotonic() - began < DEADLINE + SLACK
            server.over.set()


@KINDS
def test_a_body_that_is_sent_before_its_reply_is_asked_for(client):
    """A reply before the request ended, and the connection closed then: the reply counts."""

    def early(connection: Connection) -> None:
        connection.send(http(PAGE, "413 Too Large", "text/html", "Connection: close"))

    with raw_server(early) as server, client(server.url, timeout=TIMEOUT) as call:
        with pytest.raises(TransportError):
            call()


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_long_request_that_is_refused_amid(kind: str):
    """asyncio drops what came in on a connection to which it cannot write."""

    def early(connection: Connection) -> None:
        connection.socket.recv(2**16)
        connection.send(http(PAGE, "413 Too Large", "text/html", "Connection: close"))

    async def call(url: str) -> None:
        async with AsyncClient(url) as client:
            await client.order(item="x" * 2**24)

    with raw_server(early) as server, pytest.raises(TransportError) as refused:
        if kind == "sync":
            with Client(server.url) as client:
                client.order(item="x" * 2**24)
        else:
            asyncio.run(call(server.url))
    assert refused.value.sent is None
    assert refused.value.status == (413 if kind == "sync" else None)


# ----------------------------------------------------------------------------------- TLS


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@contextlib.contextmanager
def secured(kind: str, url: str, context: ssl.SSLContext) -> Iterator[Calls]:
    """A client of one kind that trusts the authority."""
    if kind == "sync":
        with httpx2.Client(verify=context, timeout=2) as theirs:
            yield Client(url, http_client=theirs).order
        return
    with asyncio.Runner() as runner:
        theirs_too = httpx2.AsyncClient(verify=context, timeout=2)
        client = AsyncClient(url, http_client=theirs_too)
        yield lambda: runner.run(client.order())
        runner.run(theirs_too.aclose())


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("bad", ["other-name", "expired", "self-signed"])
def test_a_certificate_that_is_not_good(
    certificates: Certificates, kind: str, bad: str
):
    tls = certificates.server("right")
    shown = [certificates.server(bad)]
    # the first handshake is with the bad one, those after it with the right one
    tls.sni_callback = lambda sock, *_: (
        setattr(sock, "context", shown.pop()) if shown else None
    )
    with raw_server(always(http()), tls) as server:
        with secured(kind, server.url, certificates.client()) as call:
            with pytest.raises(TransportError, match="(?i)certificate") as caught:
                call()
            assert caught.value.sent is False
            assert caught.value.status is None
            assert not server.seen
            assert [call(), call()] == [7, 7]


@KINDS
def test_a_certificate_of_an_authority_that_nobody_knows(
    certificates: Certificates, client
):
    with raw_server(always(http()), certificates.server("right")) as server:
        with client(server.url, timeout=2) as call:
            with pytest.raises(TransportError, match="(?i)certificate") as caught:
                call()
    assert caught.value.sent is False


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_certificate_of_the_client_s(certificates: Certificates, kind: str):
    tls = certificates.server("right", asks=True)
    with raw_server(always(http()), tls) as server:
        with secured(kind, server.url, certificates.client()) as call:
            with pytest.raises(TransportError) as caught:
                call()
            # TLS 1.3: the server refuses after the client has sent
            assert caught.value.sent is None
        with secured(kind, server.url, certificates.client("client")) as call:
            assert call() == 7


@KINDS
def test_a_handshake_that_never_ends(client):
    with raw_server(lambda c: c.wait()) as server:
        url = server.url.replace("http:", "https:")
        with client(url, timeout=TIMEOUT, deadline=DEADLINE) as call:
            with pytest.raises(TransportTimeout) as caught:
                call()
    assert caught.value.sent is False


# ------------------------------------------------------------------------------ deadlines


@KINDS
@pytest.mark.parametrize("deadline", [0, -1, float("nan"), float("inf"), "1"])
def test_a_deadline_is_a_number_of_seconds(client, deadline):
    with pytest.raises(ValueError, match="deadline="):
        with client("http://127.0.0.1:1/", deadline=deadline):
            pass


@KINDS
def test_a_deadline_that_holds_changes_nothing(client):
    with raw_server(always(http())) as server:
        with client(server.url, deadline=10) as call:
            assert [call() for _ in range(3)] == [7, 7, 7]
        assert server.connections == 1


@KINDS
def test_a_deadline_bounds_decoding(client, monkeypatch: pytest.MonkeyPatch):
    from soapwright.runtime.http.replies import Reply

    def slow(self: Reply, message: object = None) -> None:
        time.sleep(3)

    monkeypatch.setattr(Reply, "exchange", slow)
    with raw_server(always(http())) as server:
        with client(server.url, deadline=0.3) as call:
            began = time.monotonic()
            with pytest.raises(TransportTimeout, match="deadline of 0.3 s") as caught:
                call()
            assert time.monotonic() - began < 0.3 + SLACK
    assert caught.value.sent is None


def test_a_deadline_bounds_the_look_up_of_a_host(monkeypatch: pytest.MonkeyPatch):
    import socket

    def slow(*_: object, **__: object) -> None:
        time.sleep(3)
        raise socket.gaierror("nothing")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with Client("http://service.invalid/", deadline=0.2) as client:
        began = time.monotonic()
        with pytest.raises(TransportTimeout) as caught:
            client.order()
        assert time.monotonic() - began < 0.2 + SLACK
    assert caught.value.sent is False


def test_what_a_layer_raises_comes_through_a_deadline():
    def broken(message: object) -> None:
        raise KeyError("mine")

    with Client("http://127.0.0.1:1/", deadline=1, outgoing=[broken]) as client:
        with pytest.raises(KeyError, match="mine"):
            client.order()

    def out_of_time(message: object) -> None:
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        asyncio.run(
            AsyncClient(
                "http://127.0.0.1:1/", deadline=1, outgoing=[out_of_time]
            ).order()
        )


def test_no_thread_is_left_by_a_deadline():
    before = threading.active_count()
    with raw_server(lambda c: (c.request(), c.trickle(http(), 0.1))) as server:
        with Client(server.url, deadline=0.2) as client:
            for _ in range(3):
                with pytest.raises(TransportTimeout):
                    client.order()
            time.sleep(0.3)
            assert threading.active_count() - before <= 1 + 3  # the server's
            server.over.set()
