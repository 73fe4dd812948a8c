"""Content codings are bounded, and what takes long is read away from an event loop."""

from __future__ import annotations

import asyncio
import gzip
import threading
import zlib
from typing import Any

import pytest
from fake_service import RECEIPT, envelope
from raw_server import GOOD, always, http, raw_server
from test_client import BOTH, AsyncClient, Call

from soapwright.runtime.errors.errors import TransportError
from soapwright.runtime.http.aside import aside
from soapwright.runtime.http.bodies import (
    TooLarge,
    UnknownCoding,
    Unpacking,
    is_long,
    unpacked,
)
from soapwright.runtime.http.replies import Reply
from soapwright.runtime.xml.parsing import LIMITS, Limits

MANY = 2**24


def packed(body: bytes, layers: int) -> bytes:
    for _ in range(layers):
        body = gzip.compress(body)
    return body


def coding(layers: int) -> str:
    return ", ".join(["gzip"] * layers)


def test_five_codings_and_no_more():
    for layers in range(1, 6):
        assert unpacked(packed(b"x", layers), coding(layers), 99, LIMITS) == b"x"
    with pytest.raises(ValueError, match="more than 5 content codings"):
        unpacked(packed(b"x", 6), coding(6), 99, LIMITS)
    assert unpacked(packed(b"x", 1), "identity,, " * 9 + "gzip", 99, LIMITS) == b"x"
    with pytest.raises(ValueError, match="more than 1 content codings"):
        unpacked(packed(b"x", 2), coding(2), 99, Limits(codings=1))


def test_four_hundred_codings_are_refused_before_any_is_taken_off():
    with pytest.raises(ValueError, match="codings"):
        unpacked(b"no gzip at all", coding(400), MANY, LIMITS)


def test_gzip_alone_passes_and_gzip_of_gzip_does_not():
    bomb = packed(bytes(MANY), 1)
    assert len(unpacked(bomb, "gzip", MANY, LIMITS)) == MANY
    with pytest.raises(ValueError, match="more than 1,200 times as long"):
        unpacked(packed(bomb, 1), coding(2), MANY, LIMITS)
    assert len(unpacked(packed(bytes(2**20), 2), coding(2), MANY, LIMITS)) == 2**20
    loose = Limits(ratio=10**6)
    assert len(unpacked(packed(bomb, 1), coding(2), MANY, loose)) == MANY
    with pytest.raises(TooLarge):
        unpacked(bomb, "gzip", MANY - 1, LIMITS)


def test_what_is_long():
    small = packed(b"x" * 1000, 1)
    assert not is_long(b"x" * 1000, "", "text/xml", LIMITS)
    assert not is_long(small, "gzip", "text/xml", LIMITS)
    assert not is_long(small, "br", "text/xml", LIMITS)
    assert not is_long(b"broken", "gzip", "text/xml", LIMITS)
    assert is_long(packed(bytes(2**17), 1), "gzip", "text/xml", LIMITS)
    assert is_long(packed(bytes(2**17), 2), coding(2), "text/xml", LIMITS)
    assert is_long(zlib.compress(bytes(2**17)), "deflate", "text/xml", LIMITS)
    assert is_long(b"x" * 2**17, "", "text/xml", LIMITS)
    assert is_long(b"x", "", "multipart/related; boundary=b", LIMITS)


def test_aside_is_another_thread():
    async def main() -> int:
        return await aside(threading.get_ident)

    assert asyncio.run(main()) != threading.get_ident()


def test_aside_where_the_loop_is_another_library_s():
    step = aside(threading.get_ident)
    with pytest.raises(StopIteration) as done:
        step.send(None)
    assert done.value.value == threading.get_ident()


# ------------------------------------------------------------------------------- clients


@BOTH
def test_a_client_takes_off_five_codings(call: Call):
    for layers in (5, 6, 300):
        body = packed(GOOD, min(layers, 6))
        reply = http(body, "200 OK", "text/xml", f"Content-Encoding: {coding(layers)}")
        with raw_server(always(reply)) as server:
            if layers == 5:
                assert call(server.url) == 7
                continue
            with pytest.raises(TransportError, match="more than 5 content codings"):
                call(server.url)


@BOTH
def test_a_client_refuses_what_is_packed_in_another_way(call: Call):
    reply = http(b"packed", "503 Away", "text/xml", "Content-Encoding: gzip, br")
    with raw_server(always(reply)) as server:
        with pytest.raises(
            TransportError, match="in a way that is not known"
        ) as caught:
            call(server.url)
    assert (caught.value.status, caught.value.body) == (503, b"packed")


@BOTH
def test_a_client_asks_for_what_it_can_unpack(call: Call):
    with raw_server(always(http())) as server:
        call(server.url)
    assert b"\r\nAccept-Encoding: gzip, deflate\r\n" in server.seen[0]


def long_reply() -> bytes:
    return envelope(RECEIPT.replace("</number>", "</number>" + "<a/>" * 20_000))


@pytest.mark.parametrize(
    ("body", "headers", "aside_too"),
    [
        (GOOD, (), False),
        (packed(GOOD, 1), ("Content-Encoding: gzip",), False),
        (long_reply(), (), True),
        (packed(long_reply(), 1), ("Content-Encoding: gzip",), True),
    ],
)
def test_an_asynchronous_client_reads_a_long_reply_aside(
    monkeypatch: pytest.MonkeyPatch, body: bytes, headers: Any, aside_too: bool
):
    threads = []
    read = Reply._read

    def noting(self: Reply, *given: Any) -> Any:
        threads.append(threading.get_ident())
        return read(self, *given)

    monkeypatch.setattr(Reply, "_read", noting)
    with raw_server(always(http(body, "200 OK", "text/xml", *headers))) as server:

        async def main() -> int:
            async with AsyncClient(server.url) as client:
                found: int = await client.order()
                return found

        assert asyncio.run(main()) == 7
    assert (threads[0] != threading.get_ident()) is aside_too


# ------------------------------------------------------------------------ piece by piece


def streamed(body: bytes, coding: str, size: int, limits: Limits = LIMITS) -> bytes:
    unpacking = Unpacking(coding, limits)
    pieces = []
    for at in range(0, len(body), size):
        for piece in unpacking.feed(body[at : at + size]):
            assert len(piece) <= 2**16
            pieces.append(piece)
    unpacking.end()
    return b"".join(pieces)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_what_is_unpacked_piece_by_piece_is_the_same(size: int):
    text = bytes(range(256)) * 600
    raw = zlib.compressobj(wbits=-15)
    deflated = raw.compress(text) + raw.flush()
    members = gzip.compress(text[:100]) + gzip.compress(b"") + gzip.compress(text[100:])
    for coding_, body in {
        "gzip": members,
        "x-gzip": members + b"\0" * 50,
        "gzip, identity": members + b"what else is there",
        "deflate": zlib.compress(text),
        "Deflate": deflated,
        "deflate, gzip": gzip.compress(deflated),
        "gzip, gzip, gzip": packed(text, 3),
    }.items():
        assert unpacked(body, coding_, MANY, LIMITS) == text
        assert streamed(body, coding_, size) == text
        with pytest.raises(ValueError, match="it ends too early"):
            streamed(body[: len(body) // 2], coding_, size)
    assert streamed(b"", "gzip", size) == b""
    assert streamed(text[:1000], "", size) == text[:1000]


def test_a_bomb_is_cut_off_piece_by_piece():
    bomb = packed(bytes(MANY), 1)
    assert len(streamed(bomb, "gzip", 100)) == MANY
    for layers in (2, 3, 5):
        with pytest.raises(ValueError, match="more than 1,200 times as long"):
            streamed(packed(bomb, layers - 1), coding(layers), 2**16)
    with pytest.raises(ValueError, match="more than 5 content codings"):
        Unpacking(coding(6), LIMITS)
    with pytest.raises(UnknownCoding):
        Unpacking("br", LIMITS)
    with pytest.raises(ValueError, match="incorrect header"):
        streamed(b"no gzip", "gzip", 3)
    with pytest.raises(ValueError, match="too many members"):
        streamed(gzip.compress(b"") * 101, "gzip", 2**16)
