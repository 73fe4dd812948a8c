"""Signed messages with attachments: SwA's parts, swaRef, and MTOM, whose values are signed in their places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree
from message_desk import CA, CASE, CLIENT, SERVICE, desk_in, keys, profile

PORTS = ["Archive11", "Archive12"]
TRANSFORM = b"oasis-wss-SwAProfile-1.1#Attachment-"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("attachments")
    with desk_in(folder, "archive_signed", CASE.parent / "attachments") as package:
        yield package


class Wire:
    """A transport on which bodies are changed on the way."""

    def __init__(self, archive: Any, security: Any) -> None:
        class Service(archive.server.ArchiveService):
            def store(self, *, document: Any) -> Any:
                return document

            def file(self, *, body: Any, blueprint: bytes) -> Any:
                kind = self._ports["Archive11"].operations["file"].response_type
                number = len(blueprint)
                return kind(body=archive.types.FileResponse(number=number), stamp=b"s")

            def link(self, *, letter: Any, copy: Any) -> Any:
                return letter

            def scan(self, *, label: str, front: bytes, back: Any) -> bytes:
                return front

        transport = archive.server.InMemoryTransport(Service(), security=security)
        self._transport = transport
        self.there: Callable[[bytes], bytes] = bytes
        self.back: Callable[[bytes], bytes] = bytes
        self.request: Any = None
        self.reply: Any = None

    def send(self, request: Any) -> Any:
        self.request = replace(request, body=self.there(request.body))
        reply = self._transport.send(self.request)
        self.reply = replace(reply, body=self.back(reply.body))
        return self.reply


def both(archive: Any, **given: Any) -> tuple[Wire, Any]:
    common = profile(archive, **given)
    wire = Wire(archive, common.with_keys(keys(archive, SERVICE, CA)))
    return wire, common.with_keys(keys(archive, CLIENT, SERVICE))


def scan(archive: Any, wire: Wire, security: Any, port: str = PORTS[0]) -> bytes:
    with archive.Client(port=port, transport=wire, security=security) as client:
        return bytes(client.scan(label="l", front=b"\x00front", back=b"back"))


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("part", ["Attachments", "CompleteAttachments"])
def test_parts_of_a_mime_binding(archive: Any, part: str, port: str) -> None:
    wire, mine = both(archive, sign=["Body", "Timestamp", part])
    assert scan(archive, wire, mine, port) == b"\x00front"
    kind = b"Complete" if part.startswith("Complete") else b"Content"
    for message in (wire.request, wire.reply):
        assert TRANSFORM + kind in message.body
        assert b'URI="cid:' in message.body


@pytest.mark.parametrize("port", PORTS)
def test_a_part_that_was_changed(archive: Any, port: str) -> None:
    wire, mine = both(archive)
    wire.there = lambda body: body.replace(b"\x00front", b"\x00frond")
    with pytest.raises(archive.errors.SoapFault, match="could not be verified"):
        scan(archive, wire, mine, port)
    wire, mine = both(archive)
    wire.back = lambda body: body.replace(b"\x00front", b"\x00frond")
    with pytest.raises(archive.errors.SecurityError, match="attachment is wrong"):
        scan(archive, wire, mine, port)


def test_a_part_that_is_not_signed(archive: Any) -> None:
    """By a client that signs the envelope alone, or where a part was added."""
    wire, _ = both(archive)
    plain = profile(archive, sign=["Body", "Timestamp"])
    with pytest.raises(archive.errors.SoapFault, match="could not be verified"):
        scan(archive, wire, plain.with_keys(keys(archive, CLIENT, SERVICE)))
    wire, mine = both(archive)
    wire.back = with_another_part
    with pytest.raises(archive.errors.SecurityError, match="attachment is not signed"):
        scan(archive, wire, mine)


def with_another_part(body: bytes) -> bytes:
    boundary = body[: body.index(b"\r\n")]
    end = body.rindex(boundary + b"--")
    part = b"\r\nContent-ID: <evil@x>\r\nContent-Type: text/plain\r\n\r\nevil\r\n"
    return body[:end] + boundary + part + body[end:]


def test_headers_of_a_part_that_were_changed(archive: Any) -> None:
    """A complete signature is of the MIME headers too."""

    def change(body: bytes) -> bytes:
        return body.replace(b"image/tiff", b"image/jpeg")

    wire, mine = both(archive, sign=["Body", "Timestamp", "CompleteAttachments"])
    wire.there = change
    with pytest.raises(archive.errors.SoapFault, match="could not be verified"):
        scan(archive, wire, mine)
    wire, mine = both(archive)
    wire.there = change
    assert scan(archive, wire, mine) == b"\x00front"


def store(archive: Any, wire: Wire, security: Any) -> bytes:
    with archive.Client(transport=wire, security=security, mtom=True) as client:
        document = archive.types.Document(title="t", content=b"\x01" * 300)
        return bytes(client.store(document=document).content)


def test_mtom_is_signed_with_its_values_in_place(archive: Any) -> None:
    wire, mine = both(archive)
    assert store(archive, wire, mine) == b"\x01" * 300
    assert b"xop:Include" in wire.request.body and b"cid:" not in signature(wire)
    wire.there = lambda body: body.replace(b"\x01" * 300, b"\x01" * 299 + b"\x02")
    with pytest.raises(archive.errors.SoapFault, match="could not be verified"):
        store(archive, wire, mine)


def test_a_signed_place_of_a_part_does_not_sign_the_part(archive: Any) -> None:
    """A sender who signs an `xop:Include` in the place of a value has not signed the value."""
    wire, mine = both(archive)
    message = archive.Message(INCLUDING, "text/xml")
    sender = mine.for_client(None, "")
    receiver = keys(archive, SERVICE, CA).service_with(profile(archive))
    envelope = sender.secured(message).envelope
    blocks = etree.fromstring(envelope)[0][:]
    with pytest.raises(archive.errors.SoapFault) as caught:
        receiver.received(blocks, "1.1")
    assert "includes a part" in str(caught.value.__cause__)


INCLUDING = b"""<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
<soap:Header/><soap:Body><a xmlns="urn:x"><xop:Include href="cid:a@b"
xmlns:xop="http://www.w3.org/2004/08/xop/include"/></a></soap:Body></soap:Envelope>"""


def signature(wire: Wire) -> bytes:
    body = wire.request.body
    return bytes(body[body.index(b"<ds:Signature ") : body.index(b"</ds:Signature>")])


def test_mtom_is_encrypted_with_its_values_in_place(archive: Any) -> None:
    wire, mine = both(archive, encrypt=["Body"])
    assert store(archive, wire, mine) == b"\x01" * 300
    assert b"\x01" * 300 not in wire.request.body
    with pytest.raises(archive.errors.SecurityError, match="not encrypted"):
        scan(archive, wire, mine)


@pytest.mark.parametrize(
    ("kind", "content", "same"),
    [
        ("text/plain", b"a\nb\r\n", b"a\r\nb\n"),
        ("text/xml", b'<a  b="1"/>', b"<?xml version='1.0'?><a b='1'></a>"),
        ("application/x+xml", b"<a><!-- c --></a>", b"<a></a>"),
    ],
)
def test_canonical_forms(kind: str, content: bytes, same: bytes) -> None:
    from soapwright.runtime.http.message import Attachment
    from soapwright.runtime.security.attached import digest_of

    found = {
        digest_of(Attachment(one, kind, "a@b"), "sha256", complete=False)
        for one in (content, same)
    }
    assert len(found) == 1
