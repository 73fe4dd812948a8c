"""Attachments between clients and services of tests/cases/attachments, and of packages of other WSDLs."""

from __future__ import annotations

import asyncio
import importlib
import io
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.runtime.http.parts import PartsReader
from soapwright.runtime.validation.validation import Facets
from soapwright.tools.serve import mock

CASE = Path(__file__).parent / "cases" / "attachments"
OCTETS = b"%PDF-1.5\r\n\x00\xff--\r\n"
PORTS = ["Archive11", "Archive12"]
KINDS = {"Archive11": "text/xml", "Archive12": "application/soap+xml"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package, which is generated: Any."""
    folder = tmp_path_factory.mktemp("attachments")
    with chdir(CASE):
        package = generate(Path("service.wsdl"), Options("archive"))
    write_package(folder / "archive", package.files)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("archive")
    sys.path.remove(str(folder))


def service(archive: Any, seen: list[Any] | None = None) -> Any:
    """A service that gives back what it was given."""
    seen = [] if seen is None else seen

    class Archive(archive.server.ArchiveService):
        def store(self, *, document: Any) -> Any:
            seen.append(document)
            if document.title == "bad":
                raise archive.errors.SoapFault("bad", code="Client")
            return document

        def file(self, *, urgent: Any, title: str, blueprint: Any) -> Any:
            seen.append(blueprint)
            stamp = archive.Attachment(bytes(title, "ascii"), "image/png")
            return archive.types.FileResponse(number=len(title), stamp=stamp)

        async def link(self, *, letter: Any, copy: Any) -> Any:
            seen.append([letter, *copy])
            return letter

        def scan(self, *, label: str, front: Any, back: Any) -> Any:
            seen.append((front, back))
            return front

    return Archive()


class Wire:
    """A transport to the service that keeps what goes both ways."""

    def __init__(self, archive: Any, **given: Any) -> None:
        self.seen: list[Any] = []
        served = service(archive, self.seen)
        self._transport = archive.server.InMemoryTransport(served, **given)
        self.request: Any = None
        self.reply: Any = None

    def send(self, request: Any) -> Any:
        self.request = request
        self.reply = self._transport.send(request)
        return self.reply

    @property
    def kind(self) -> str:
        found: str = self.request.headers["Content-Type"]
        return found

    @property
    def reply_kind(self) -> str:
        found: str = self.reply.headers["content-type"]
        return found


def parts(body: bytes, kind: str) -> list[tuple[str, bytes]]:
    """The headers and the content of each part."""
    boundary = re.search('boundary="(.+?)"', kind)
    assert boundary is not None
    found = body.split(b"--" + boundary[1].encode())[1:-1]
    split = (part.removeprefix(b"\r\n").split(b"\r\n\r\n", 1) for part in found)
    return [(head.decode(), content.removesuffix(b"\r\n")) for head, content in split]


def document(archive: Any, content: Any, **given: Any) -> Any:
    return archive.types.Document(title="mill", content=content, **given)


# ------------------------------------------------------------------------------------ MTOM


@pytest.mark.parametrize("port", PORTS)
def test_binary_values_are_parts_of_mtom(archive: Any, port: str) -> None:
    wire = Wire(archive)
    given = document(
        archive,
        OCTETS,
        page=[b"", b"p"],
        photo=archive.types.Photo(value=b"P", content_type="image/png", digest=b"\1"),
    )
    with archive.Client(port=port, transport=wire, mtom=True) as client:
        assert client.store(document=given) == given
    (head, root), *others = parts(wire.request.body, wire.kind)
    kind = KINDS[port]
    assert re.match(
        'multipart/related; boundary="[^"]+"; type="application/xop[+]xml"; '
        f'start="<[^>"]+>"; start-info="{re.escape(kind)}"',
        wire.kind,
    )
    assert f'Content-Type: application/xop+xml; type="{kind}"; charset=UTF-8' in head
    assert ('action="urn:archive#store"' in wire.kind) == (port == "Archive12")
    assert ("SOAPAction" in wire.request.headers) == (port == "Archive11")
    assert [content for _, content in others] == [OCTETS, b"", b"p", b"P"]
    assert root.count(b"<xop:Include") == 4
    assert b'digest="AQ=="' in root  # an attribute is no place for a reference
    for head, _ in others:
        named = re.search("Content-ID: <(.+)>", head)
        assert named and f'href="cid:{named[1]}"'.encode() in root
    assert "start-info=" in wire.reply_kind and OCTETS in wire.reply.body


def test_without_mtom_values_are_in_place(archive: Any) -> None:
    wire = Wire(archive)
    given = document(archive, archive.Attachment(OCTETS))
    with archive.Client(transport=wire, mtom=False) as client:
        assert client.store(document=given).content == OCTETS
    assert wire.kind == "text/xml; charset=UTF-8"
    assert wire.reply_kind == "text/xml; charset=utf-8" or "xml" in wire.reply_kind


def test_mtom_by_size(archive: Any) -> None:
    wire = Wire(archive)
    given = document(archive, b"12345", page=[b"1234", b"123456"])
    with archive.Client(transport=wire, mtom=5) as client:
        assert client.store(document=given) == given
        _, *others = parts(wire.request.body, wire.kind)
        assert [content for _, content in others] == [b"12345", b"123456"]
        client.store(document=document(archive, b"1234"))
    assert wire.kind == "text/xml; charset=UTF-8"


def test_faults_to_mtom_are_mtom(archive: Any) -> None:
    wire = Wire(archive)
    bad = archive.types.Document(title="bad", content=OCTETS)
    with archive.Client(transport=wire, mtom=True) as client:
        with pytest.raises(archive.errors.SoapFault, match="bad"):
            client.store(document=bad)
    assert "start-info=" in wire.reply_kind


def test_services_answer_as_they_are_told(archive: Any) -> None:
    for mtom, expected in ((True, True), (False, False), (len(OCTETS), True)):
        wire = Wire(archive, mtom=mtom)
        with archive.Client(transport=wire) as client:
            assert client.store(document=document(archive, OCTETS)).content == OCTETS
        assert ("multipart" in wire.reply_kind) == expected


# ------------------------------------------------------------------------------------- SwA


@pytest.mark.parametrize("port", PORTS)
def test_parts_of_a_mime_binding(archive: Any, port: str) -> None:
    wire = Wire(archive)
    with archive.Client(port=port, transport=wire) as client:
        reply = client.file(title="mill", blueprint=OCTETS)
    assert (reply.number, reply.stamp) == (4, b"mill")
    assert wire.seen == [OCTETS]
    (head, root), (part, content) = parts(wire.request.body, wire.kind)
    assert f"Content-Type: {KINDS[port]}; charset=UTF-8" in head
    assert b"blueprint" not in root
    assert content == OCTETS
    assert "Content-Type: application/pdf" in part
    assert re.search("Content-ID: <blueprint=[^@<>]+@[^@<>]+>", part)
    assert f'type="{KINDS[port]}"' in wire.kind and "start-info" not in wire.kind


def test_parts_of_an_rpc_call(archive: Any) -> None:
    wire = Wire(archive)
    back = archive.Attachment(b"back", "image/tiff", "mine@here")
    with archive.Client(transport=wire) as client:
        assert client.scan(label="deed", front=b"front", back=back) == b"front"
        assert wire.seen == [(b"front", b"back")]
        heads = [head for head, _ in parts(wire.request.body, wire.kind)]
        assert "Content-ID: <mine@here>" in heads[2]
        with pytest.raises(archive.errors.SoapFault, match="back"):
            client.scan(label="deed", front=b"front", back=None)


def test_parts_without_names_are_in_their_order(archive: Any) -> None:
    operation = archive.PORTS["Archive11"].operations["scan"]
    envelope = operation.encode_request(
        archive.types.ScanRequest(label="deed", front=None, back=None)
    )
    body = b"--B\r\n\r\n" + envelope
    for head in ("<1@x>", "", "<front=2@x>"):
        said = f"\r\nContent-ID: {head}" if head else "\r\nContent-Type: image/tiff"
        body += f"\r\n--B{said}\r\n\r\n{head}".encode()
    transport = archive.server.InMemoryTransport(service(archive, seen := []))
    kind = {"Content-Type": 'multipart/related; boundary="B"; type="text/xml"'}
    request = archive.Request("http://x/", body + b"\r\n--B--", kind)
    assert transport.send(request).status == 200
    assert seen == [(b"<front=2@x>", b"<1@x>")]


@pytest.mark.parametrize("port", PORTS)
def test_swa_ref(archive: Any, port: str) -> None:
    wire = Wire(archive)
    letter = archive.Attachment(OCTETS, "text/plain", "a b%@here")
    with archive.Client(port=port, transport=wire) as client:
        assert client.link(letter=letter, copy=[b"copy", letter]) == OCTETS
    assert wire.seen == [[OCTETS, b"copy", OCTETS]]
    (_, root), *others = parts(wire.request.body, wire.kind)
    assert root.count(b">cid:a%20b%25@here<") == 2
    assert [content for _, content in others] == [OCTETS, b"copy"]


def test_two_attachments_of_one_id(archive: Any) -> None:
    twice = [
        archive.Attachment(b"1", content_id="x"),
        archive.Attachment(b"2", content_id="x"),
    ]
    with archive.Client(transport=Wire(archive)) as client:
        with pytest.raises(archive.errors.EncodeError, match="same content_id"):
            client.link(letter=b"", copy=twice)


def test_what_only_an_envelope_holds(archive: Any) -> None:
    operation = archive.PORTS["Archive11"].operations["link"]
    with pytest.raises(archive.errors.EncodeError, match="without a message"):
        operation.encode_request(archive.types.Link(letter=b"x"))
    read = operation.decode_request(
        (CASE / "samples/link@Archive11.request.xml").read_bytes()
    )
    with pytest.raises(ValueError, match="not known"):
        read.letter.content
    assert b">cid:letter@here<" in operation.encode_request(read)


# -------------------------------------------------------------------------------- attachments


def test_a_part_in_the_envelope_is_not_lost(archive: Any) -> None:
    """Where only an envelope is read, an element of the name of a part that the binding has beside it."""
    scan = archive.PORTS["Archive11"].operations["scan"]
    values = archive.types.ScanRequest(label="a", front=b"x", back=b"y")
    envelope = scan.encode_request(values)
    for inline, is_read in (
        (b'<front href="cid:front"/>', True),
        (b"<front>eA==</front>", False),
        (b'<front href="#id"><a/></front>', False),
    ):
        given = envelope.replace(b"</label>", b"</label>" + inline)
        assert given != envelope
        if is_read:
            assert scan.decode_request(given).front is None
            continue
        with pytest.raises(archive.errors.DecodeError, match="front: is in the env"):
            scan.decode_request(given)


def test_what_an_attachment_is_made_of(archive: Any, tmp_path: Path) -> None:
    path = tmp_path / "octets"
    path.write_bytes(OCTETS)
    seekable = io.BytesIO(b"before" + OCTETS)
    seekable.seek(6)

    class Once:
        """A stream that cannot go back."""

        def __init__(self) -> None:
            self.left = OCTETS

        def read(self, size: int = -1) -> bytes:
            found, self.left = self.left[:3], self.left[3:]
            return found

    for given, size in ((OCTETS, 16), (path, 16), (seekable, 16), (Once(), None)):
        wire = Wire(archive)
        attachment = archive.Attachment(given)
        assert attachment.size == size
        with archive.Client(transport=wire, mtom=True) as client:
            reply = client.store(document=document(archive, attachment))
            assert reply.content == OCTETS
            if isinstance(given, Once):
                with pytest.raises(ValueError, match="already"):
                    client.store(document=document(archive, attachment))
            else:
                client.store(document=document(archive, attachment))
                assert attachment.content == OCTETS
    for wrong in ("text", 7, io.StringIO("text"), None):
        with pytest.raises(TypeError, match="wanted"):
            archive.Attachment(wrong)


def test_lengths_are_validated(archive: Any) -> None:
    facets = Facets(max_length=15)
    assert [*facets.wrong(archive.Attachment(OCTETS))] == [*facets.wrong(OCTETS)] != []
    assert [*facets.wrong(archive.Attachment(OCTETS[1:]))] == []


def test_what_cannot_be_read_is_validated_all_the_same(archive: Any) -> None:
    link = archive.PORTS["Archive11"].operations["link"]
    sample = (CASE / "samples" / "link@Archive11.request.xml").read_bytes()
    archive.validate(link.decode_request(sample))
    archive.validate(document(archive, archive.Attachment(Path("/not/there"))))


def test_a_file_that_is_not_there(archive: Any, tmp_path: Path) -> None:
    attachment = archive.Attachment(tmp_path / "nothing")
    with archive.Client(transport=Wire(archive), mtom=True) as client:
        with pytest.raises(archive.errors.EncodeError, match="document.content"):
            client.store(document=document(archive, attachment))


def test_asynchronous(archive: Any) -> None:
    served = archive.server.AsyncInMemoryTransport(service(archive))

    async def call() -> Any:
        async with archive.AsyncClient(transport=served, mtom=True) as client:
            stored = await client.store(document=document(archive, OCTETS))
            filed = await client.file(title="mill", blueprint=OCTETS)
            return stored.content, filed.stamp, await client.link(letter=OCTETS)

    assert asyncio.run(call()) == (OCTETS, b"mill", OCTETS)


def test_arguments_that_cannot_be_used(archive: Any) -> None:
    with pytest.raises(ValueError, match="mtom=-1"):
        archive.Client(mtom=-1)
    with pytest.raises(ValueError, match="'bytes' or 'stream'"):
        archive.Client(attachments="file")


# ------------------------------------------------------------------------------------ streams


class Streaming:
    """A transport that streams, and counts what it held at once."""

    def __init__(self, archive: Any, reply: Any = None) -> None:
        self.archive = archive
        self.reply = reply
        self.requests: list[Any] = []
        self.closed = 0

    def send(self, request: Any) -> Any:
        raise AssertionError("stream is wanted")

    def stream(self, request: Any) -> Any:
        self.requests.append(request)
        body = b"".join(request.pieces) if request.pieces else request.body
        reply = self.reply
        if reply is None:
            whole = self.archive.Request(request.url, body, request.headers)
            served = self.archive.server.InMemoryTransport(service(self.archive))
            reply = served.send(whole)
        pieces = [reply.body[at : at + 7] for at in range(0, len(reply.body), 7)]
        return self.archive.StreamedResponse(
            reply.status, reply.headers, iter(pieces), self._close
        )

    def _close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("port", PORTS)
def test_streamed_values_are_attachments(archive: Any, port: str) -> None:
    transport = Streaming(archive)
    large = archive.Attachment(io.BytesIO(OCTETS * 100_000), "application/pdf")
    given = document(archive, large, page=[b"p"])
    with archive.Client(
        port=port, transport=transport, mtom=True, attachments="stream"
    ) as client:
        reply = client.store(document=given)
        stamp = client.file(title="mill", blueprint=OCTETS).stamp
        linked = client.link(letter=OCTETS)
    assert isinstance(reply.content, archive.Attachment)
    assert (reply.content.size, reply.content.in_memory) == (1_600_000, False)
    assert reply.content.content == OCTETS * 100_000
    assert [page.content for page in reply.page] == [b"p"]
    assert (stamp.content, stamp.content_type) == (b"mill", "image/png")
    assert linked.content == OCTETS
    assert transport.requests[0].headers["Content-Length"]
    assert transport.requests[0].body == b"" and transport.requests[1].pieces is None
    assert transport.closed == 3
    with reply.content.open() as reader, reply.content.open() as other:
        assert reader.read(8) == OCTETS[:8]
        assert other.read(4) == OCTETS[:4]
        assert reader.seek(-2, io.SEEK_END) == 1_599_998
        assert reader.read() == b"\r\n"
    reply.content.close()
    with pytest.raises(ValueError, match="closed"):
        reply.content.content


def test_inline_values_are_attachments_too(archive: Any) -> None:
    transport = Streaming(archive)
    with archive.Client(
        transport=transport, mtom=False, attachments="stream"
    ) as client:
        reply = client.store(document=document(archive, OCTETS))
    assert reply.content == archive.Attachment(OCTETS)
    assert archive.Attachment.of(reply.content) is reply.content
    assert archive.Attachment.of(OCTETS).content == OCTETS


def test_a_file_is_sent_in_pieces_by_a_client_that_reads_bytes(
    archive: Any, tmp_path: Path
) -> None:
    path = tmp_path / "octets"
    path.write_bytes(OCTETS)
    transport = Streaming(archive)
    with archive.Client(transport=transport, mtom=True) as client:
        reply = client.store(document=document(archive, archive.Attachment(path)))
    assert reply.content == OCTETS


def test_attachments_are_bounded(archive: Any) -> None:
    given = document(archive, OCTETS * 100)
    for limits, wrong in (
        (archive.Limits(attachment=1599), True),
        (archive.Limits(attachment=1600), False),
        (archive.Limits(envelope=400), True),
    ):
        transport = Streaming(archive)
        client = archive.Client(
            transport=transport, mtom=True, attachments="stream", limits=limits
        )
        if not wrong:
            assert client.store(document=given).content.size == 1600
            continue
        with pytest.raises(archive.errors.TransportError, match="in its attachments"):
            client.store(document=given)
        assert transport.closed == 1


@pytest.mark.parametrize(
    "body",
    [
        b"--B\r\n\r\n<a/>\r\n",
        b"--B--",
        b"no boundary",
        b"--B\r\n\r\n<a/>\r\n" + b"--B\r\n\r\nx\r\n" * 1001 + b"--B--",
        b"--B\r\n\r\n<a/>" + 2 * b"\r\n--B\r\nContent-ID: <x>\r\n\r\n" + b"\r\n--B--",
    ],
)
@pytest.mark.parametrize("mode", ["bytes", "stream"])
def test_parts_that_are_refused(archive: Any, body: bytes, mode: str) -> None:
    kind = {"content-type": "multipart/related; boundary=B"}
    reply = archive.Response(200, kind, body)

    class Transport(Streaming):
        def send(self, request: Any) -> Any:
            return self.reply

    client = archive.Client(transport=Transport(archive, reply), attachments=mode)
    with pytest.raises(archive.errors.TransportError, match="multipart body"):
        client.store(document=document(archive, b""))
    kind = {"Content-Type": "multipart/related; boundary=B"}
    served = archive.server.InMemoryTransport(service(archive), attachments=mode)
    answer = served.send(archive.Request("http://x/", body, kind))
    assert (answer.status, b"multipart body" in answer.body) == (500, True)


def test_boundaries_are_found_in_linear_time() -> None:
    body = b"--B\r\n\r\n" + b"\n--Bx" * 300_000 + b"\r" * 1_000_000 + b"\r\n--B--"
    started = time.perf_counter()
    reader = PartsReader("multipart/related; boundary=B", 10_000_000)
    for at in range(0, len(body), 1000):
        reader.feed(body[at : at + 1000])
    assert reader.close().root.size == 2_500_000
    assert time.perf_counter() - started < 10


# -------------------------------------------------------------------------- services on sockets


@pytest.fixture
def served(archive: Any) -> Iterator[tuple[str, list[Any]]]:
    """The service on a socket, where requests and replies are streamed."""
    seen: list[Any] = []
    app = archive.server.wsgi(service(archive, seen), attachments="stream")

    class Quiet(WSGIRequestHandler):
        def log_message(self, *said: object) -> None:
            pass

    with make_server("127.0.0.1", 0, app, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", seen
        server.shutdown()
        thread.join()


def test_streams_over_http(archive: Any, served: Any, tmp_path: Path) -> None:
    url, seen = served
    path = tmp_path / "octets"
    path.write_bytes(OCTETS * 200_000)
    given = document(archive, archive.Attachment(path))
    for mtom in (True, False):
        with archive.Client(url, mtom=mtom, attachments="stream") as client:
            reply = client.store(document=given)
            assert reply.content.size == 3_200_000
        reply.content.save(tmp_path / "back")
        assert (tmp_path / "back").read_bytes() == path.read_bytes()
        assert isinstance(seen[-1].content, archive.Attachment)

    async def call() -> Any:
        async with archive.AsyncClient(url, mtom=True, attachments="stream") as client:
            filed = await client.file(title="mill", blueprint=given.content)
            stored = await client.store(document=given)
            return filed.stamp.content, stored.content.size

    assert asyncio.run(call()) == (b"mill", 3_200_000)


class Asgi:
    """A transport to an ASGI application."""

    def __init__(self, archive: Any, app: Any, path: str = "/") -> None:
        self.archive = archive
        self.app = app
        self.path = path
        self.sent: list[Any] = []

    def stream(self, request: Any) -> Any:
        reply = self.send(request)
        chunks = iter([reply.body])
        return self.archive.StreamedResponse(reply.status, reply.headers, chunks)

    def send(self, request: Any) -> Any:
        headers = [(k.lower().encode(), v.encode()) for k, v in request.headers.items()]
        scope = {"type": "http", "method": "POST", "headers": headers}
        pieces = [request.body] if request.pieces is None else request.pieces
        events = [
            {"type": "http.request", "body": piece, "more_body": True}
            for piece in pieces
        ]
        events.append({"type": "http.request", "body": b""})
        self.sent.clear()

        async def receive() -> Any:
            return events.pop(0)

        async def send(event: Any) -> None:
            self.sent.append(event)

        asyncio.run(self.app({**scope, "path": self.path}, receive, send))
        start, *said = self.sent
        named = {k.decode(): v.decode() for k, v in start["headers"]}
        body = b"".join(piece["body"] for piece in said)
        assert named["content-length"] == str(len(body))
        return self.archive.Response(start["status"], named, body)


def test_streams_over_asgi(archive: Any, tmp_path: Path) -> None:
    seen: list[Any] = []
    app = archive.server.asgi(service(archive, seen), attachments="stream")
    path = tmp_path / "octets"
    path.write_bytes(OCTETS * 100_000)
    transport = Asgi(archive, app)
    with archive.Client(transport=transport, mtom=True) as client:
        given = document(archive, archive.Attachment(path))
        assert client.store(document=given).content == path.read_bytes()
    assert len(transport.sent) > 6
    assert seen[0].content.size == 1_600_000 and not seen[0].content.in_memory


def test_mocks_have_sample_attachments(archive: Any) -> None:
    transport = Asgi(archive, mock(Path(archive.__file__).parent), "/Archive11")
    with archive.Client(transport=transport) as client:
        assert client.file(title="mill", blueprint=OCTETS).stamp == b"soap"
        assert client.link(letter=OCTETS) == b"soap"
        assert client.scan(label="l", front=b"", back=b"") == b"soap"
        assert client.store(document=document(archive, OCTETS)).content == b"soap"


# ----------------------------------------------------------------------------- SOAP's encoding

AXIS = """<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t" name="T"
    xmlns:apache="http://xml.apache.org/xml-soap">
  <message name="In"><part name="label" type="xsd:string"/><part name="file" type="apache:DataHandler"/></message>
  <message name="Out"><part name="back" type="apache:DataHandler"/></message>
  <portType name="Port"><operation name="Put"><input message="t:In"/><output message="t:Out"/></operation></portType>
  <binding name="B" type="t:Port">
    <soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="Put"><soap:operation soapAction=""/>
      <input><soap:body use="encoded" namespace="urn:t" encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"/></input>
      <output><soap:body use="encoded" namespace="urn:t" encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"/></output>
    </operation></binding>
  <service name="S"><port name="P" binding="t:B"><soap:address location="http://127.0.0.1/"/></port></service>
</definitions>"""
REPLY = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="urn:t"><s:Body>
<t:PutResponse>%s</t:PutResponse>%s</s:Body></s:Envelope>"""


def test_axis_in_soaps_encoding(tmp_path: Path) -> None:
    (tmp_path / "axis.wsdl").write_text(AXIS)
    package = generate(tmp_path / "axis.wsdl", Options("axis"))
    write_package(tmp_path / "axis", package.files)
    sys.path.insert(0, str(tmp_path))
    axis: Any = importlib.import_module("axis")
    sys.path.remove(str(tmp_path))
    kind = {"content-type": "multipart/related; boundary=B; type=text/xml"}

    class Transport:
        root = ""

        def send(self, request: Any) -> Any:
            body = f"--B\r\n\r\n{self.root}\r\n--B\r\nContent-ID: <x@y>\r\n\r\n"
            return axis.Response(200, kind, body.encode() + OCTETS + b"\r\n--B--")

    transport = Transport()
    client = axis.Client(transport=transport)
    chained = '<back href="#1"/>', '<multiRef id="1" href="cid:x@y"/>'
    for root in (('<back href="cid:x@y"/>', ""), chained):
        transport.root = REPLY % root
        assert client.put(label="l", file=b"f") == OCTETS
    transport.root = REPLY % ('<back href="cid:nothing"/>', "")
    with pytest.raises(axis.errors.DecodeError, match="does not have"):
        client.put(label="l", file=b"f")
    envelope = REPLY % ('<label href="cid:x@y"/>', "")
    request = envelope.replace("PutResponse", "Put").encode()
    with pytest.raises(axis.errors.DecodeError, match="not in the envelope"):
        axis.PORTS["P"].operations["Put"].decode_request(request)


class Once:
    """A stream that cannot go back."""

    def __init__(self, content: bytes) -> None:
        self._left = content

    def read(self, size: int = -1) -> bytes:
        found, self._left = self._left[:size], self._left[size:]
        return found


class Unavailable:
    """A transport that reads each request, and then has HTTP 503 for an answer; at first, no connection."""

    def __init__(self, archive: Any, unsent: int = 0) -> None:
        self._archive = archive
        self._unsent = unsent
        self.sent = 0

    def send(self, request: Any) -> Any:
        self.sent += 1
        if self.sent <= self._unsent:
            raise self._archive.errors.TransportError("refused", sent=False)
        return self._archive.Response(503, {"content-type": "text/html"}, b"later")

    def stream(self, request: Any) -> Any:
        if self.sent >= self._unsent:
            b"".join(request.pieces)
        reply = self.send(request)
        return self._archive.StreamedResponse(
            reply.status, reply.headers, iter([reply.body]), lambda: None
        )


@pytest.mark.parametrize("unsent", [0, 1])
def test_a_stream_that_cannot_be_read_again_is_not_sent_again(
    archive: Any, unsent: int
) -> None:
    rules = archive.Retry(idempotent=["store"], backoff=0, attempts=4)
    for content, sent in (
        (Once(b"x" * 3000), 1 + unsent),
        (io.BytesIO(b"x" * 3000), 4),
    ):
        transport = Unavailable(archive, unsent)
        client = archive.Client("http://x/", transport=transport, retries=rules, mtom=1)
        with pytest.raises(archive.errors.TransportError, match="503"):
            client.store(document=document(archive, archive.Attachment(content)))
        assert transport.sent == sent
