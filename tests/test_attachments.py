"""Attachments between clients and services of tests/cases/attachments, and of packages of other WSDLs."""

from __future__ import annotations

import asyncio
import importlib
import io
import re
import sys
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

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
