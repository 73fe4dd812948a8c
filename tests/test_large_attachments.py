"""Replies of MTOM of any size: never more than three times that in memory, and bombs of parts refused."""

from __future__ import annotations

import base64
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_attachments import archive, document, service  # noqa: F401  # a fixture

from soapwright.runtime.errors.errors import TransportError
from soapwright.runtime.http.parts import PartsReader

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XOP = "http://www.w3.org/2004/08/xop/include"
KIND = (
    'multipart/related; type="application/xop+xml"; start="<root@here>"; boundary="B"'
)
INCLUDE = f'<x:Include xmlns:x="{XOP}" href="cid:part@there"/>'
LARGE = 70 * 2**20


def mtom(
    body: str, *parts: bytes, coding: str = "binary", name: str = "part@there"
) -> bytes:
    envelope = (
        f'<S:Envelope xmlns:S="{SOAP}"><S:Body>{body}</S:Body></S:Envelope>'.encode()
    )
    whole = b"--B\r\nContent-Type: application/xop+xml; charset=utf-8\r\nContent-ID: <root@here>\r\n\r\n"
    head = f"\r\n--B\r\nContent-Transfer-Encoding: {coding}\r\nContent-ID: <{name}>\r\n\r\n"
    pieces = [whole, envelope]
    for part in parts:
        pieces += [head.encode(), part]
    return b"".join([*pieces, b"\r\n--B--\r\n"])


def stored(content: str, title: str = "mill") -> str:
    return f'<a:storeResponse xmlns:a="urn:archive"><a:document><a:title>{title}</a:title><a:content>{content}</a:content></a:document></a:storeResponse>'


class Canned:
    """A transport that has one reply."""

    def __init__(self, archive: Any, body: bytes) -> None:  # noqa: F811  # the package
        self.reply = archive.Response(200, {"content-type": KIND}, body)

    def send(self, request: Any) -> Any:
        return self.reply


def store(archive: Any, body: bytes, **given: Any) -> Any:  # noqa: F811  # the package
    with archive.Client(transport=Canned(archive, body), **given) as client:
        return client.store(document=document(archive, b""))


def test_a_reply_of_seventy_megabytes_and_its_memory(
    archive: Any,
) -> None:  # noqa: F811
    """It is longer as base64 than any text may be. The body itself is there before."""
    body = mtom(stored(INCLUDE), b"\x00\xff\r\n" * (LARGE // 4))
    client = archive.Client(transport=Canned(archive, body))
    tracemalloc.start()
    found = client.store(document=document(archive, b""))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.content) == LARGE
    assert found.content[-4:] == b"\x00\xff\r\n"
    assert 1 + peak / len(body) < 2.3


@pytest.mark.parametrize("size", [10, 100_000, 1_000_000])
def test_values_that_are_not_binary_are_included_too(
    archive: Any, size: int
) -> None:  # noqa: F811
    text = base64.b64encode(b"x" * size).decode()
    title = mtom(stored("", INCLUDE), b"x" * size)
    assert store(archive, title).title == text
    both = store(archive, mtom(stored(INCLUDE, INCLUDE), b"x" * size))
    assert both.content == b"x" * size
    assert both.title in (text, "")
    assert both.title == text


def test_leniently_each_problem_is_noted_once(archive: Any) -> None:  # noqa: F811
    body = mtom(stored("?", INCLUDE), b"x" * 100_000)
    client = archive.Client(transport=Canned(archive, body), lenient=True)
    exchange = client.exchange(
        "store", archive.types.Store(document=document(archive, b""))
    )
    assert [problem.path for problem in exchange.problems] == [
        "storeResponse.document.content"
    ]
    assert len(exchange.response.document.title) > 100_000


def test_a_fault_with_a_part(archive: Any) -> None:  # noqa: F811
    fault = f"<S:Fault><faultcode>S:Server</faultcode><faultstring>no</faultstring><detail><a>{INCLUDE}</a></detail></S:Fault>"
    with pytest.raises(archive.errors.SoapFault, match="no"):
        store(archive, mtom(fault, b"x" * 100_000))


def test_a_request_that_is_longer_than_a_text(archive: Any) -> None:  # noqa: F811
    seen: list[Any] = []
    app = archive.server.InMemoryTransport(service(archive, seen))
    app._application.max_body = 2 * LARGE
    request = stored(INCLUDE).replace("storeResponse", "store")
    body = mtom(request, b"x" * LARGE)
    reply = app.send(archive.Request("http://x/", body, {"Content-Type": KIND}))
    assert reply.status == 200
    assert len(seen[0].content) == LARGE


# --------------------------------------------------------------------------------- bombs


def refused(archive: Any, body: bytes, why: str) -> None:  # noqa: F811
    """A client and a service refuse it, each within two seconds."""
    begun = time.process_time()
    with pytest.raises(archive.errors.SoapError, match=why):
        store(archive, body)
    served = archive.server.InMemoryTransport(service(archive))
    request = body.replace(b"storeResponse", b"store")
    reply = served.send(archive.Request("http://x/", request, {"Content-Type": KIND}))
    assert reply.status >= 400
    assert time.process_time() - begun < 4


def test_what_includes_a_part_very_often(archive: Any) -> None:  # noqa: F811
    body = stored(INCLUDE * 8_000)
    for part in (b"", b"x", b"x" * 2_000_000):
        refused(archive, mtom(body, part), "includes more than 1,000 parts")
    pages = "".join(f"<a:page>{INCLUDE}</a:page>" for _ in range(900))
    whole = stored("").replace("</a:document>", f"{pages}</a:document>")
    found = store(archive, mtom(whole, b"x" * 2_000_000))
    assert len(found.page) == 900
    assert all(page is found.page[0] for page in found.page)


def test_what_is_no_base64_is_refused(archive: Any) -> None:  # noqa: F811
    for junk in (b"!" * 2_000_000, b"QUJD!", b"QQ==QQ==", b"QQ", b"Q"):
        refused(archive, mtom(stored(INCLUDE), junk, coding="base64"), "base64|encoded")
    spaced = mtom(stored(INCLUDE), b"QUJD\r\nREVG\r\n", coding="base64")
    assert store(archive, spaced).content == b"ABCDEF"


def test_a_body_of_very_many_parts(archive: Any) -> None:  # noqa: F811
    parts = [b"x"] * 1_001
    refused(archive, mtom(stored(""), *parts), "more than 1,000 parts")
    limits = archive.PORTS["Archive11"].package.limits
    few = type(limits)(parts=2)
    with pytest.raises(archive.errors.TransportError):
        store(archive, mtom(stored(""), b"x", b"y", b"z"), limits=few)


# ------------------------------------------------------------------------ all at once


PIECES = st.sampled_from(
    [
        "\r\n--B\r\n",
        "\n--B\n",
        "--B",
        "\r\n--B--",
        "--B--\r\n",
        "\r\n",
        "\r",
        "\n",
        "A: b",
        ": ",
        "x",
        "--",
        "\r\n\r\n",
        "--B \t\r\n",
        "--Bx",
    ]
)


def split(body: bytes, size: int | None) -> object:
    reader = PartsReader("multipart/related; boundary=B", len(body))
    try:
        if size is None:
            reader.take(body)
        else:
            for at in range(0, len(body), size):
                reader.feed(body[at : at + size])
        root, others = reader.close()
    except TransportError as error:
        return str(error)
    return [(p.content, dict(p.headers), p.content_type) for p in (root, *others)]


@given(pieces=st.lists(PIECES, max_size=14), start=st.sampled_from(["", "--B\r\n"]))
def test_a_body_is_split_alike_at_once_and_piece_by_piece(
    pieces: list[str], start: str
) -> None:
    body = (start + "".join(pieces)).encode()
    assert split(body, None) == split(body, 1) == split(body, 7) == split(body, 1000)


@pytest.mark.parametrize("end", [b"\r\n--B--", b"\n--B--", b"\r\r\n--B--"])
@pytest.mark.parametrize("head", [b"A: b\r\n\r\n", b"\r\n", b""])
@pytest.mark.parametrize("size", [2**18 - 1, 2**18, 2**18 + 1, 2**18 + 2, 2**19])
def test_a_large_part_ends_where_it_ends(head: bytes, end: bytes, size: int) -> None:
    for content in (b"x" * size, b"x" * (size - 1) + b"\r", b"\r" * size):
        body = b"--B\r\n" + head + content + end
        assert split(body, None) == split(body, 2**16)
