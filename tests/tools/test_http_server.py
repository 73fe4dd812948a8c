"""The server of mocks: requests as they come over a socket, well-formed and not."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection

import pytest

from soapwright.tools import http_server
from soapwright.tools.http_server import (
    MOST_CONNECTIONS,
    AsgiApp,
    Event,
    Server,
)

AT_MOST = 2**20


async def echo(scope: Event, receive: object, send: object) -> None:
    """Says what it got; of a body that is too long it reads no more than that."""
    assert callable(receive) and callable(send)
    body, more = b"", True
    while more and len(body) <= AT_MOST:
        event = await receive()
        body, more = body + event["body"], event["more_body"]
    status = 413 if len(body) > AT_MOST else 200
    said = f"{scope['method']} {scope['path']} {scope['query_string'].decode()} "
    content = said.encode() + body[:100]
    headers = [(b"content-type", b"text/plain"), (b"x-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


@pytest.fixture
def port() -> Iterator[int]:
    app: AsgiApp = echo
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    with Server(listening, app) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield listening.getsockname()[1]
        server.shutdown()
        thread.join()


def raw(port: int, *parts: bytes) -> bytes:
    """All that the server says to some bytes, until it closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        for part in parts:
            connection.sendall(part)
        with suppress(OSError):  # the server may have closed it by now
            connection.shutdown(socket.SHUT_WR)
        said = b""
        while piece := connection.recv(2**16):
            said += piece
    return said


def test_a_connection_is_kept_for_the_next_request(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", "/a%20b?c=d", b"first")
    first = connection.getresponse()
    assert first.read() == b"POST /a b c=d first"
    kept = connection.sock
    connection.request("POST", "/", iter([b"in ", b"pieces"]), encode_chunked=True)
    assert connection.getresponse().read() == b"POST /  in pieces"
    connection.request("GET", "http://elsewhere/x")
    assert connection.getresponse().read() == b"GET /x  "
    assert connection.sock is kept
    connection.close()


def test_requests_may_come_before_they_are_asked_for(port: int) -> None:
    one = b"POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
    two = (
        b"POST /2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"2;name=value\r\ncd\r\n1\r\ne\r\n0\r\nTrailer: x\r\n\r\n"
    )
    said = raw(port, one + two)
    assert said.count(b"HTTP/1.1 200") == 2
    assert b"POST /1  ab" in said and b"POST /2  cde" in said


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (b"Content-Length: 1\r\nTransfer-Encoding: chunked", b"0\r\n\r\n", 400),
        (b"Content-Length: 1\r\nContent-Length: 2", b"ab", 400),
        (b"Content-Length: -1", b"", 400),
        (b"Content-Length: 1e3", b"", 400),
        (b"Transfer-Encoding: gzip", b"", 501),
        (b"Transfer-Encoding: chunked", b"x\r\n", 400),
        (b"Transfer-Encoding: chunked", b"1\r\nabc\r\n0\r\n\r\n", 400),
        (b"Transfer-Encoding: chunked", b"0\r\n" + b"A: b\r\n" * 200, 400),
        (b"X: " + b"x" * 70_000, b"", 431),
        (b"\r\n".join(b"X%d: x" % n for n in range(200)), b"", 431),
    ],
    ids=lambda given: str(given)[:30],
)
def test_what_cannot_be_read_is_refused(
    headers: bytes, body: bytes, status: int, port: int
) -> None:
    """And the connection ends: what follows might be read as a request."""
    follows = b"GET /follows HTTP/1.1\r\n\r\n"
    said = raw(port, b"POST / HTTP/1.1\r\n" + headers + b"\r\n\r\n" + body, follows)
    assert said.startswith(b"HTTP/1.1 %d " % status)
    assert b"follows" not in said and b"Connection: close" in said


def test_a_body_that_is_too_long_is_not_read_to_its_end(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", "/", bytes(3 * AT_MOST))
    reply = connection.getresponse()
    assert reply.status == 413 and reply.will_close
    assert int(reply.headers["x-length"]) <= AT_MOST + 2**16
    connection.close()


def test_a_body_is_asked_for(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head)
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"x")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_a_connection_that_breaks_is_nobodys_concern(
    port: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert raw(port, b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc") == b""
    assert raw(port, b"") == b""
    assert capfd.readouterr() == ("", "")


def test_who_comes_when_all_threads_are_busy_waits(port: int) -> None:
    waiting = [
        socket.create_connection(("127.0.0.1", port), timeout=20)
        for _ in range(MOST_CONNECTIONS)
    ]
    late = HTTPConnection("127.0.0.1", port, timeout=20)
    late.request("GET", "/late")
    assert late.sock is not None
    late.sock.settimeout(0.2)
    with pytest.raises(TimeoutError):
        late.sock.recv(1)
    for connection in waiting:
        connection.close()
    late.sock.settimeout(20)
    assert late.getresponse().read() == b"GET /late  "
    late.close()


# ------------------------------------------------------------------------------- slow callers


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "REQUEST_SECONDS", 0.6)


HEADERS = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begun", "more", "status"),
    [
        (b"", HEADERS, b""),
        (b"POST / HTTP/1.1\r\n", b"X: y\r\n" * 40, b""),
        (HEADERS, b"x" * 200, b"HTTP/1.1 408 "),
        (CHUNKED, b"1\r\nx\r\n" * 40, b"HTTP/1.1 408 "),
        (CHUNKED + b"0\r\n", b"X: y\r\n" * 40, b"HTTP/1.1 408 "),
    ],
    ids=["request line", "headers", "body", "chunks", "trailers"],
)
def test_a_request_has_its_time(
    begun: bytes, more: bytes, status: bytes, port: int, hurry: None
) -> None:
    """Whoever sends a byte now and then is let go of, whatever the byte is part of."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(begun)
        with suppress(OSError):
            for at in range(len(more)):
                connection.sendall(more[at : at + 1])
                time.sleep(0.05)
                if time.monotonic() - began > 1.2:
                    break
        with suppress(ConnectionError):
            said = connection.recv(2**16)
            assert said.startswith(status) if status else said == b""
    assert time.monotonic() - began < 10
    assert raw(port, b"GET /next HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200")


def test_each_request_of_a_connection_has_a_time_of_its_own(
    port: int, hurry: None
) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    for _ in range(5):
        connection.request("POST", "/", b"first")
        assert connection.getresponse().read() == b"POST /  first"
        time.sleep(0.3)
    connection.close()


def test_what_is_thrown_away_has_its_time_too(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "_DISCARDING_SECONDS", 0.4)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n")
        began = time.monotonic()
        with suppress(OSError):
            while time.monotonic() - began < 10:
                connection.sendall(b"x")
                time.sleep(0.05)
        assert time.monotonic() - began < 8
