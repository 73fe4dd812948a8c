"""The reader of replies, held to h11: whatever comes, and in whatever pieces, both have the same reply, or none."""

from __future__ import annotations

import random

import h11
import pytest
from randomness import seeds

from soapwright.runtime.errors.errors import TransportError
from soapwright.runtime.http.cookies import Cookies
from soapwright.runtime.http.http11 import Http11, ProtocolError, Reply
from soapwright.runtime.http.targets import target_of
from soapwright.runtime.http.transport import Request

URL = "http://service.example/a?b=c"
Read = tuple[int, dict[str, str], bytes, bool]
"""Status, headers, body, and whether the connection can carry another request."""

REPLIES = [
    b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 12\r\n\r\n<reply>1</r>",
    b"HTTP/1.1 500 Internal Server Error\r\ncontent-length:3\r\nConnection: close\r\n\r\nabc",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\nX-A: 1\r\nX-A: 2\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n<until>the end</until>",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<a/>\n\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\nX-Trailer: b\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX-Long: a\r\n  b\r\nContent-Length: 2, 2\r\n\r\nab",
    b"HTTP/1.1 404\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
    b"HTTP/1.1 200 OK\nContent-Length: 4\n\nbare",
]
PIECES = [
    *(b"\r\n", b"\n", b"\r", b" ", b":", b"\0", b"0", b"1", b"f", b"-", b",", b";"),
    *(b"HTTP/1.1 200 OK\r\n", b"Content-Length: 3\r\n", b"\r\n\r\n", b"close", b"\xff"),
    *(b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n", b"10\r\n", b"\x85"),
]


def broken(chance: random.Random) -> bytes:
    """A reply with up to three changes."""
    data = chance.choice(REPLIES)
    for _ in range(chance.choice([0, 0, 1, 1, 2, 3])):
        at, to = sorted(chance.choices(range(len(data) + 1), k=2))
        match chance.randrange(4):
            case 0:
                data = data[:at] + chance.choice(PIECES) + data[at:]
            case 1:
                data = data[:at] + data[min(at + 3, to) :]
            case 2:
                data = data[:at]
            case _:
                data = data[:at] + chance.choice(PIECES) + data[at + 1 :]
    return data


def pieces(data: bytes, chance: random.Random) -> list[bytes]:
    cuts = sorted(chance.choices(range(len(data) + 1), k=chance.randrange(4)))
    found = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    return [*filter(None, found), b""]


def ours(given: list[bytes]) -> Read | None:
    request = Request(URL, b"body", {})
    target = target_of(URL)
    assert target is not None
    connection, reply = Http11(Cookies()), Reply(request)
    connection.written(request, target)
    connection.expect(reply)
    try:
        for piece in given:
            connection.feed(piece)
            if connection.take():
                break
        else:
            return None
        response = reply.body.response(reply.head)
    except (ProtocolError, TransportError):
        return None
    reusable = connection.is_reusable
    return response.status, dict(response.headers), response.body, reusable


def theirs(given: list[bytes]) -> Read | None:
    connection = h11.Connection(h11.CLIENT)
    headers = [("Host", "service.example"), ("Content-Length", "0")]
    connection.send(h11.Request(method="POST", target="/a?b=c", headers=headers))
    connection.send(h11.EndOfMessage())
    head, body = None, b""
    found: dict[str, str] = {}
    try:
        for piece in given:
            connection.receive_data(piece)
            while (event := connection.next_event()) is not h11.NEED_DATA:
                if isinstance(event, h11.Data):
                    body += bytes(event.data)
                elif isinstance(event, h11.Response):
                    head = event
                elif isinstance(event, h11.EndOfMessage):
                    assert head is not None
                    for raw, content in head.headers:
                        name, value = raw.decode(), content.decode("latin-1")
                        found[name] = (
                            f"{found[name]}, {value}" if name in found else value
                        )
                    done = (
                        connection.our_state is h11.DONE
                        and not connection.trailing_data[0]
                    )
                    reusable = (
                        done and connection.their_state is h11.DONE and piece != b""
                    )
                    return head.status_code, found, body, reusable
                elif not isinstance(event, h11.InformationalResponse):
                    return None
    except h11.ProtocolError:
        return None
    return None


_FRAMING = {"content-length", "transfer-encoding"}


def _without_framing(headers: dict[str, str]) -> dict[str, str]:
    """Headers without those that h11 writes in its own form."""
    return {name: value for name, value in headers.items() if name not in _FRAMING}


@pytest.mark.randomness
@pytest.mark.parametrize("seed", seeds(10))
def test_replies_are_read_as_h11_reads_them(seed: int):
    read = 0
    for number in range(300):
        chance = random.Random(seed * 1_000_003 + number)
        data = broken(chance)
        given = pieces(data, chance)
        found, expected = ours(given), theirs(given)
        if found is None:
            # h11 takes HTTP/0.9 and NUL after the length of a chunk
            assert expected is None or b"HTTP/0" in data or b"\0" in data, data
            continue
        assert expected is not None, data
        read += 1
        assert found[::2] == expected[::2], data
        assert _without_framing(found[1]) == _without_framing(expected[1]), data
        assert expected[3] or not found[3], data
    assert read > 50


@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_byte_by_byte(reply: bytes):
    whole = ours([reply, b""])
    single = ours([*(reply[n : n + 1] for n in range(len(reply))), b""])
    assert whole is not None
    assert single is not None
    assert whole[:3] == single[:3]


@pytest.mark.parametrize(
    "endless",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000,
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 110_000,
        REPLIES[6][:47] + b"1;" + b"y" * 2000,
        REPLIES[6][:47] + b"0\r\n" + b"X: y\r\n" * 20_000,
    ],
)
def test_what_has_no_end_is_refused(endless: bytes):
    connection, reply = Http11(Cookies()), Reply(Request(URL, b"", {}))
    connection.expect(reply)
    with pytest.raises(ProtocolError):
        for at in range(0, len(endless), 1000):
            connection.feed(endless[at : at + 1000])
            connection.take()
