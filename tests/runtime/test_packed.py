"""Replies with content codings, and those that only say so."""

from __future__ import annotations

import gzip
import zlib

import pytest
from raw_server import GOOD, always, http, raw_server
from test_client import BOTH, Call, Client

from soapwright.runtime.errors.errors import TransportError
from soapwright.runtime.xml.parsing import Limits


def coded(coding: str, body: bytes, status: str = "200 OK") -> bytes:
    return http(body, status, "text/xml", f"Content-Encoding: {coding}")


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@BOTH
@pytest.mark.parametrize(
    "reply",
    [
        coded("gzip", gzip.compress(GOOD)),
        coded("x-gzip", gzip.compress(GOOD)),
        coded("X-GZIP", gzip.compress(GOOD)),
        coded("deflate", zlib.compress(GOOD)),
        coded("deflate", raw_deflate(GOOD)),
        coded("identity", GOOD),
        coded("", GOOD),
        coded("none", GOOD),
        coded("UTF-8", GOOD),
        coded("gzip, none", gzip.compress(GOOD)),
        coded("gzip, x-gzip", gzip.compress(gzip.compress(GOOD))),
        coded("deflate, gzip", gzip.compress(zlib.compress(GOOD))),
        coded(
            "gzip",
            b"".join(gzip.compress(GOOD[n : n + 9]) for n in range(0, len(GOOD), 9)),
        ),
        coded("gzip", gzip.compress(GOOD) + b"\0" * 100),
        coded("gzip", gzip.compress(GOOD) + b"\n"),
        coded("gzip", gzip.compress(b"") + gzip.compress(GOOD)),
    ],
)
def test_a_packed_reply(call: Call, reply: bytes):
    with raw_server(always(reply)) as server:
        assert call(server.url) == 7


@BOTH
@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", b"<html>nothing is packed here</html>"),
        ("x-gzip", b"<html>nothing is packed here</html>"),
        ("gzip", gzip.compress(GOOD)[:-9]),
        ("gzip", gzip.compress(GOOD) + gzip.compress(GOOD)[:9]),
        ("deflate", b"<html>nothing is packed here</html>"),
        ("compress", b"<html>nothing is packed here</html>"),
    ],
)
def test_what_is_not_packed_as_it_says_shows_what_came(
    call: Call, coding: str, body: bytes
):
    with raw_server(always(coded(coding, body, "503 Away"))) as server:
        with pytest.raises(TransportError) as caught:
            call(server.url)
    assert caught.value.status == 503
    assert caught.value.headers["content-encoding"] == coding
    assert caught.value.body == body


@BOTH
def test_an_empty_body_is_packed_by_nothing(call: Call):
    with raw_server(always(coded("gzip", b""))) as server:
        with pytest.raises(TransportError, match="an empty body"):
            call(server.url)


def test_an_empty_answer_to_a_one_way_call_may_say_that_it_is_packed():
    for status in ("200 OK", "202 Accepted"):
        with raw_server(always(coded("gzip", b"", status))) as server:
            with Client(server.url) as client:
                client.notify()


@BOTH
@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "gzip, gzip"])
def test_a_bomb_is_cut_off(call: Call, coding: str):
    bomb = gzip.compress(b"<a/>" * 5_000_000)
    if "," in coding:
        bomb = gzip.compress(bomb)
    with raw_server(always(coded(coding, bomb))) as server:
        with pytest.raises(TransportError, match="more than 1,000,000 bytes") as caught:
            call(server.url, limits=Limits(envelope=1_000_000))
    assert caught.value.status == 200


# ---------------------------------------------------------------------------- several parts


@BOTH
@pytest.mark.parametrize(
    "content_type",
    [
        'multipart/related; boundary="MIME"',
        "multipart/related",
        "multipart/related; boundary*=idna''x",
        "multipart/related; boundary*=punycode''%ff",
        "multipart/related; boundary=x; start*=idna''y",
        "multipart/related" + ';"' * 20_000,
    ],
)
def test_a_page_that_says_it_has_several_parts(call: Call, content_type: str):
    page = b"<html>Service Unavailable</html>"
    reply = http(page, "503 Away", content_type, "Retry-After: 30")
    with raw_server(always(reply)) as server:
        with pytest.raises(TransportError) as caught:
            call(server.url)
    error = caught.value
    assert (error.status, error.headers["retry-after"], error.body) == (503, "30", page)
    assert error.exchange is not None
    assert error.exchange.status == 503


@pytest.mark.parametrize("body", [b"", b"\r\n", b"<html/>"])
def test_a_one_way_call_is_acknowledged_whatever_the_type(body: bytes):
    reply = http(body, "202 Accepted", 'multipart/related; boundary="MIME"')
    with raw_server(always(reply)) as server:
        for incoming in ([], [lambda message: message]):
            with Client(server.url, incoming=incoming) as client:
                client.notify()
