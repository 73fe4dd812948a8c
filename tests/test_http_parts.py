"""HTTP bindings whose messages are several MIME parts, by the package of tests/cases/http-parts."""

from __future__ import annotations

import asyncio
import importlib
import sys
import time
from collections.abc import Iterator
from contextlib import chdir
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from soapwright.envelopes.packages import import_package
from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.tools.serve import MockTransport

CASE = Path(__file__).parent / "cases" / "http-parts"
META = b'<Meta xmlns="urn:archive"><author>J</author></Meta>'
PLACE = b"<place><shelf xmlns='urn:archive'>3</shelf></place>"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package, which is generated: Any."""
    folder = tmp_path_factory.mktemp("parts")
    with chdir(CASE):
        package = generate(Path("service.wsdl"), Options("archive_made"))
    write_package(folder / "archive_made", package.files)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("archive_made")
    sys.path.remove(str(folder))


class Web:
    """A transport that keeps requests, and answers with one reply."""

    def __init__(self, made: Any, body: bytes, kind: str = "text/xml") -> None:
        self.reply = made.Response(200, {"content-type": kind}, body)
        self.request: Any = None

    def send(self, request: Any) -> Any:
        self.request = request
        return self.reply


def parts_of(request: Any) -> list[tuple[dict[str, str], bytes]]:
    """The parts of a request, as Python's own reader of MIME finds them: headers and content."""
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    whole = message_from_bytes(head + request.body)
    assert whole.is_multipart() and not whole.defects
    return [
        (dict(one.items()), one.get_payload(decode=True)) for one in whole.get_payload()
    ]


def multipart(*parts: tuple[str, bytes], kind: str = "related") -> tuple[bytes, str]:
    """A body of parts, each with its headers, and its type."""
    body = b"".join(
        b"--x\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n"
        for head, content in parts
    )
    return body + b"--x--", f'multipart/{kind}; boundary="x"'


def test_a_form_with_a_file(archive: Any) -> None:
    web = Web(archive, b"<number>7</number>")
    with archive.Client(transport=web) as client:
        found = client.file(
            title="\xe9 & <b>",
            pages=2,
            kind=archive.types.Kind.LETTER,
            paper=b"\r\n--x",
        )
    assert found == 7
    assert (web.request.method, web.request.url) == (
        *("POST",),
        "http://archive.example/api/papers",
    )
    assert web.request.headers["Content-Type"].startswith(
        "multipart/form-data; boundary="
    )
    text = "text/plain; charset=utf-8"
    assert parts_of(web.request) == [
        (
            {"Content-Type": text, "Content-Disposition": 'form-data; name="title"'},
            "\xe9 & <b>".encode(),
        ),
        (
            {"Content-Type": text, "Content-Disposition": 'form-data; name="pages"'},
            b"2",
        ),
        (
            {"Content-Type": text, "Content-Disposition": 'form-data; name="kind"'},
            b"letter",
        ),
        (
            {
                "Content-Type": "application/octet-stream",
                "Content-Disposition": 'form-data; name="paper"; filename="paper"',
            },
            b"\r\n--x",
        ),
    ]


def test_an_attachment_has_its_own_type_and_file_name(
    archive: Any, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    named = {
        "Content-Disposition": 'attachment; filename="a \\"1\\".pdf"',
        "X-Own": "1",
    }
    given = archive.Attachment(
        tmp_path / "a.pdf", "application/pdf", "mine@host", headers=named
    )
    web = Web(archive, b"<number>7</number>")
    with archive.Client(transport=web) as client:
        client.upload(only=given)
        ((headers, content),) = parts_of(web.request)
        assert content == b"%PDF"
        assert headers == {
            "Content-Type": "application/pdf",
            "Content-Disposition": 'form-data; name="only"; filename="a \\"1\\".pdf"',
            "X-Own": "1",
        }
        meta = archive.types.Meta(author="J")
        place = archive.types.Place(shelf=3)
        client.store(meta=meta, place=place, scan=given, note="n")
        headers, content = parts_of(web.request)[2]
        assert headers["Content-ID"] == "<mine@host>"
        assert headers["Content-Type"] == "application/pdf"
        broken = archive.Attachment(b"", headers={"X-Own": "a\r\nb"})
        with pytest.raises(ValueError, match="X-Own"):
            client.upload(only=broken)


def test_related_parts(archive: Any) -> None:
    web = Web(archive, b"")
    with archive.Client(transport=web) as client:
        client.store(
            meta=archive.types.Meta(author="J"),
            place=archive.types.Place(shelf=3),
            scan=b"\0\x89",
            note="",
        )
    assert web.request.headers["Content-Type"].endswith('; type="text/xml"')
    found = parts_of(web.request)
    names = [head["Content-ID"].partition("=")[0] for head, _ in found]
    assert names == ["<meta", "<place", "<scan", "<note"]
    assert b"<author>" in found[0][1].replace(b"ns:", b"") or b"author" in found[0][1]
    assert found[1][1].startswith(b"<?xml") and b"shelf" in found[1][1]
    assert [content for _, content in found[2:]] == [b"\0\x89", b""]


@pytest.mark.parametrize(
    "heads",
    [
        ("Content-ID: <meta=1@x>", "Content-ID: <place=2@x>", "Content-ID: <scan=3@x>", "Content-ID: <note=4@x>"),
        ("X: 1", "X: 1", "X: 1", "X: 1"),
        ("Content-ID: <1@x>", "Content-ID: <place=2@x>", "Content-Disposition: attachment; name=scan", "X: 1"),
        ("Content-ID: <meta=1@x>\r\nContent-Transfer-Encoding: base64", "X: 1", "X: 1", "Content-Type: text/plain; charset=latin-1"),
    ],
)  # fmt: skip
def test_replies_of_several_parts(archive: Any, heads: tuple[str, ...]) -> None:
    """By their names, those without one in their order."""
    contents = [META, PLACE, b"\x89PNG\0", b"\xe9" if "latin" in heads[3] else b"e"]
    if "base64" in heads[0]:
        import base64

        contents[0] = base64.b64encode(META)
    body, kind = multipart(*zip(heads, contents, strict=True))
    with archive.Client(transport=Web(archive, body, kind)) as client:
        found = client.fetch(number=1)
    assert (found.meta.author, found.place.shelf) == ("J", 3)
    assert (found.scan, found.note) == (
        b"\x89PNG\0",
        "\xe9" if len(contents[3]) and contents[3] == b"\xe9" else "e",
    )


def test_named_parts_come_in_any_order(archive: Any) -> None:
    body, kind = multipart(
        ("Content-ID: <note=4@x>", b"n"),
        ("Content-ID: <scan=3@x>", b"s"),
        ("Content-ID: <place=2@x>", PLACE),
        ("Content-ID: <meta=1@x>", META),
    )
    kind += '; start="<meta=1@x>"'
    seen = []

    def keep(message: Any) -> Any:
        seen.append((message.envelope, message.content_type, message.attachments))
        return message

    web = Web(archive, body, kind)
    for options in ({"incoming": [keep]}, {"attachments": "stream"}):
        with archive.Client(transport=web, **options) as client:
            assert client.fetch(number=1).note == "n"
    assert seen == [(body, kind, ())]


@pytest.mark.parametrize(
    ("parts", "kind", "said"),
    [
        ([("X: 1", META)], "text/xml", "is no multipart/related"),
        ([("X: 1", META)], "", "place"),
        ([("X: 1", b"<a")], "", "well-formed"),
        ([("X: 1", b"<a/>"), ("X: 1", PLACE), ("X: 1", b""), ("X: 1", b"")], "", "author"),
        ([("X: 1", META), ("X: 1", PLACE), ("X: 1", b""), ("X: 1", b"\xff")], "", "note: is no text"),
        ([("X: 1", META), ("X: 1", PLACE), ("X: 1", b""), ("X: 1", b"\0")], "", "note: has a character"),
        ([("X: 1", META), ("X: 1", PLACE), ("X: 1", b""), ("Content-Type: text/plain; charset=odd", b"n")], "", "note: is no text"),
        ([("X: 1", META), ("X: 1", PLACE), ("Content-Transfer-Encoding: base64", b"?"), ("X: 1", b"")], "", "scan: is not encoded"),
        ([("Content-ID: <note=1@x>", b""), ("Content-ID: <note=2@x>", b"")], "", "note: is there twice"),
        ([("Content-ID: <a>", b""), ("Content-ID: <a>", b"")], "", "two parts of one Content-ID"),
        ([], "", "without a part"),
    ],
)  # fmt: skip
def test_replies_that_are_wrong(
    archive: Any, parts: list[tuple[str, bytes]], kind: str, said: str
) -> None:
    body, several = multipart(*parts)
    web = Web(archive, body, kind or several)
    with archive.Client(transport=web) as client:
        with pytest.raises(archive.errors.DecodeError) as caught:
            client.fetch(number=1)
    assert said in str(caught.value)
    cut = Web(archive, body[:-5], several)
    with archive.Client(transport=cut) as client:
        with pytest.raises(archive.errors.DecodeError):
            client.fetch(number=1)


# -------------------------------------------------------------------------------- services


class Answers:
    """The service, with what it was given."""

    def __init__(self, made: Any) -> None:
        self.given: list[Any] = []
        given = self.given

        class Service(made.server.ArchiveService):  # type: ignore[misc]  # generated
            def file(self, *, title: str, pages: int, kind: Any, paper: bytes) -> int:
                given.append((title, pages, kind, paper))
                return len(paper)

            def fetch(self, *, number: int) -> Any:
                meta = made.types.Meta(author="J")
                place = made.types.Place(shelf=number)
                return made.types.FetchResponse(
                    meta=meta, place=place, scan=b"\0\x89", note="\xe9"
                )

            def store(self, **values: Any) -> None:
                given.append(values)

            def swap(self, *, first: str, second: bytes) -> Any:
                gif = made.Attachment(second[::-1], "image/gif")
                return made.types.SwapResponse(first=first[::-1], second=gif)

            def upload(self, *, only: bytes) -> int:
                given.append(only)
                return -1

            def empty(self) -> None:
                given.append("empty")

        self.service = Service()


def test_a_service_is_called_as_the_client_calls_it(archive: Any) -> None:
    answers = Answers(archive)
    kind = archive.types.Kind.REPORT
    meta, place = archive.types.Meta(author="J"), archive.types.Place(shelf=9)
    transport = archive.server.InMemoryTransport(answers.service)
    with archive.Client(transport=transport) as client:
        assert client.file(title="a", pages=1, kind=kind, paper=b"123") == 3
        assert client.upload(only=b"") == -1
        found = client.fetch(number=9)
        assert (found.meta.author, found.place.shelf) == ("J", 9)
        assert (found.scan, found.note) == (b"\0\x89", "\xe9")
        swapped = client.swap(first="ab", second=b"12")
        assert (swapped.first, swapped.second) == ("ba", b"21")
        client.store(meta=meta, place=place, scan=b"s", note="n")
        client.empty()
    assert answers.given == [
        ("a", 1, kind, b"123"),
        b"",
        {"meta": meta, "place": place, "scan": b"s", "note": "n"},
        "empty",
    ]


def test_a_browsers_form(archive: Any) -> None:
    """With a button that the message does not know, without types, in another order."""
    answers = Answers(archive)
    transport = archive.server.InMemoryTransport(answers.service)
    body, kind = multipart(
        ('Content-Disposition: form-data; name="go"', b"Send"),
        ('Content-Disposition: form-data; name="paper"; filename="C:\\\\a.pdf"', b"\0"),
        ('Content-Disposition: form-data; name="kind"', b"letter"),
        ('Content-Disposition: form-data; name=pages; filename="; name=x"', b" 2 "),
        ('content-disposition: FORM-DATA; NAME="title"', "é".encode()),
        kind="form-data",
    )

    def sent(body: bytes, kind: str) -> Any:
        url = "http://archive.example/api/papers"
        return transport.send(
            archive.Request(url, body, {"Content-Type": kind}, method="POST")
        )

    assert sent(body, kind).status == 200
    assert answers.given == [("é", 2, archive.types.Kind.LETTER, b"\0")]
    for wrong, said in (
        (body[:-5], b"cut off"),
        (body.replace(b" 2 ", b"two"), b"pages"),
        (body.replace(b'"go"', b'"kind"'), b"twice"),
        (body.replace(b'"title"', b'"tittle"'), b"title"),
    ):
        reply = sent(wrong, kind)
        assert (reply.status, said in reply.body) == (400, True), reply.body


@pytest.mark.parametrize("stream", [False, True])
def test_a_service_over_asgi(archive: Any, stream: bool) -> None:
    """Where parts are received piece by piece too."""
    answers = Answers(archive)
    options = {"attachments": "stream"} if stream else {}
    app = archive.server.asgi(answers.service, **options)
    body, kind = multipart(
        ('Content-Disposition: form-data; name="only"; filename="a"', b"12345"),
        kind="form-data",
    )
    sent: list[Any] = []
    pieces = [body[:20], body[20:]]

    async def receive() -> dict[str, Any]:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(event: Any) -> None:
        sent.append(event)

    scope = {
        **{
            "type": "http",
            "method": "POST",
            "path": "/api/papers",
            "query_string": b"",
        },
        "headers": [(b"content-type", kind.encode()), (b"host", b"archive.example")],
    }
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 200, sent[1]["body"]
    assert answers.given == [b"12345"]


def test_an_asynchronous_client(archive: Any) -> None:
    transport = archive.server.AsyncInMemoryTransport(Answers(archive).service)

    async def call() -> Any:
        async with archive.AsyncClient(transport=transport) as client:
            return await client.fetch(number=3)

    assert asyncio.run(call()).place.shelf == 3


def test_a_mock_answers_in_parts(archive: Any) -> None:
    with archive.Client(transport=MockTransport(archive)) as client:
        found = client.fetch(number=1)
        assert isinstance(found.scan, bytes) and found.meta.author
        swapped = client.swap(first="a", second=b"b")
        assert isinstance(swapped.second, bytes)
        paper = {"title": "a", "pages": 1, "kind": archive.types.Kind.LETTER}
        assert isinstance(client.file(**paper, paper=b"b"), int)


def test_nil_travels_where_a_part_is_an_element(tmp_path: Path) -> None:
    """And is refused where it is a text: neither is lost."""
    wsdl = (CASE / "service.wsdl").read_text()
    remark = '<xs:element name="Remark" type="xs:string" nillable="true"/>'
    wsdl = wsdl.replace('<xs:element name="Meta">', f'{remark}<xs:element name="Meta">')
    part = '<part name="title" type="xs:string"/>'
    wsdl = wsdl.replace(part, '<part name="title" element="tns:Remark"/>')
    (tmp_path / "service.wsdl").write_text(wsdl)
    made = generate(tmp_path / "service.wsdl", Options("made"))
    write_package(tmp_path / "made", made.files)
    package = import_package(tmp_path / "made")
    answers = Answers(package)
    given: list[Any] = []
    answers.service.file = lambda **values: given.append(values["remark"]) or 1
    transport = package.server.InMemoryTransport(answers.service)
    paper = {"pages": 1, "kind": package.types.Kind.LETTER, "paper": b"1"}
    with package.Client(transport=transport) as client:
        for remark in (None, "", "a"):
            assert client.file(remark=remark, **paper) == 1
        assert given == [None, "", "a"]
        with pytest.raises(package.errors.EncodeError, match="first: is required"):
            client.swap(first=None, second=b"")


def test_long_headers_are_read_in_bounded_time(archive: Any) -> None:
    """Quotes that never end are looked for in the first four thousand characters alone."""
    answers = Answers(archive)
    transport = archive.server.InMemoryTransport(answers.service)
    hostile = "Content-Disposition: form-data" + ';name="\\"' * 6_000
    body, kind = multipart(*[(hostile, b"")] * 100, kind="form-data")
    request = archive.Request(
        "http://archive.example/api/papers", body, {"Content-Type": kind}, method="POST"
    )
    begun = time.perf_counter()
    assert transport.send(request).status == 400
    assert time.perf_counter() - begun < 20
