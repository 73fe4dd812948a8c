"""Signed messages with attachments: SwA's parts, swaRef, and MTOM, whose values are signed in their places."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
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


@pytest.mark.parametrize("place", ["Body", "{urn:x}block"])
def test_a_signed_place_of_a_part_does_not_sign_the_part(
    archive: Any, place: str
) -> None:
    """A sender who signs an `xop:Include` in the place of a value has not signed the value."""
    wire, mine = both(archive, sign=["Body", "Timestamp", "{urn:x}*"])
    body = INCLUDING if place == "Body" else b""
    block = b"" if place == "Body" else b'<block xmlns="urn:x">%b</block>' % INCLUDING
    message = archive.Message(ENVELOPE % (block, body), "text/xml")
    sender = mine.for_client(None, "")
    receiver = keys(archive, SERVICE, CA).service_with(
        profile(archive, sign=["Body", "Timestamp", place])
    )
    envelope = sender.secured(message).envelope
    blocks = etree.fromstring(envelope)[0][:]
    with pytest.raises(archive.errors.SoapFault) as caught:
        receiver.received(blocks, "1.1")
    assert "includes a part" in str(caught.value.__cause__)


ENVELOPE = b"""<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
<soap:Header>%b</soap:Header><soap:Body><a xmlns="urn:x">%b</a></soap:Body></soap:Envelope>"""
INCLUDING = b"""<xop:Include href="cid:a@b" xmlns:xop="http://www.w3.org/2004/08/xop/include"/>"""


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


# ---------------------------------------------------------------------------- encrypted

ENCRYPTED = ["Attachments", "CompleteAttachments"]


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("body", [False, True])
@pytest.mark.parametrize("part", ENCRYPTED)
def test_parts_that_are_encrypted(
    archive: Any, part: str, body: bool, symmetric: bool, port: str
) -> None:
    parts = [part, "Body"] if body else [part]
    for sign in (part, "Attachments"):
        signed = ["Body", "Timestamp", sign]
        wire, mine = both(archive, sign=signed, encrypt=parts, symmetric=symmetric)
        assert scan(archive, wire, mine, port) == b"\x00front"
        for message in (wire.request, wire.reply):
            assert b"\x00front" not in message.body and b"back\r\n" not in message.body
            assert (b"image/tiff" in message.body) is (part == "Attachments")
            kind = b"Complete" if part.startswith("Complete") else b"Content-Only"
            assert b"#Attachment-" + kind + b'"' in message.body


def test_with_derived_keys(archive: Any) -> None:
    given: dict[str, Any] = {"symmetric": True, "derived_keys": "1.3"}
    wire, mine = both(archive, encrypt=["Attachments"], **given)
    assert scan(archive, wire, mine) == b"\x00front"


@pytest.mark.parametrize("part", ENCRYPTED)
def test_parts_that_are_read_as_attachments(archive: Any, part: str) -> None:
    given = profile(archive, encrypt=[part])
    wire = Wire(archive, given.with_keys(keys(archive, SERVICE, CA)))
    mine = given.with_keys(keys(archive, CLIENT, SERVICE))
    with archive.Client(
        port="Archive11", transport=wire, security=mine, attachments="stream"
    ) as client:
        front = client.scan(label="l", front=b"\x00front", back=b"back")
    assert front.content == b"\x00front" and front.content_type == "image/tiff"


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("part", ENCRYPTED)
def test_references_to_parts_that_are_encrypted(
    archive: Any, part: str, port: str
) -> None:
    """Asynchronous sides, which have attachments in files."""
    given = profile(archive, encrypt=["Body", part])

    class Service(archive.server.ArchiveService):
        def link(self, *, letter: Any, copy: Any) -> Any:
            assert [one.content for one in copy] == [b"two\r\nlines"]
            return letter

    Service.__abstractmethods__ = frozenset()
    served = given.with_keys(keys(archive, SERVICE, CA))
    transport = archive.server.AsyncInMemoryTransport(
        Service(), security=served, attachments="stream"
    )

    async def run() -> Any:
        mine = given.with_keys(keys(archive, CLIENT, SERVICE))
        async with archive.AsyncClient(
            port=port, transport=transport, security=mine, attachments="stream"
        ) as client:
            headers = {"Content-Description": "letter: one", "X-Own": "kept"}
            letter = archive.Attachment(b"<a>Dear</a>", "text/xml", "l@x", headers)
            other = archive.Attachment(b"two\r\nlines", "text/plain; charset=utf-8")
            return await client.link(letter=letter, copy=[other])

    found = asyncio.run(run())
    assert (found.content, found.content_type) == (b"<a>Dear</a>", "text/xml")
    assert found.headers["content-description"] == "letter: one"
    assert found.headers["x-own"] == "kept"


def test_mtom_beside_parts_that_are_encrypted(archive: Any) -> None:
    """Binary values are in the envelope, where they are encrypted with the Body."""
    wire, mine = both(archive, encrypt=["Body", "Attachments"])
    assert store(archive, wire, mine) == b"\x01" * 300
    assert b"xop:Include" not in wire.request.body


def test_a_part_in_the_clear_is_refused(archive: Any) -> None:
    wire, _ = both(archive, encrypt=["Attachments"])
    plain = profile(archive).with_keys(keys(archive, CLIENT, SERVICE))
    with pytest.raises(archive.errors.SoapFault, match="could not be verified"):
        scan(archive, wire, plain)
    content = profile(archive, encrypt=["Attachments"])
    wire, _ = both(archive, encrypt=["CompleteAttachments"])
    with pytest.raises(archive.errors.SoapFault, match="could not be verified"):
        scan(archive, wire, content.with_keys(keys(archive, CLIENT, SERVICE)))
    wire, mine = both(archive, encrypt=["Attachments"], sign=["Body", "Timestamp"])
    wire.back = with_another_part
    with pytest.raises(archive.errors.SecurityError, match="is not encrypted"):
        scan(archive, wire, mine)


def test_complete_is_more_than_the_contents(archive: Any) -> None:
    wire, _ = both(archive, encrypt=["Attachments"])
    complete = profile(archive, encrypt=["CompleteAttachments"], expect_encrypted=[])
    mine = complete.with_keys(keys(archive, CLIENT, SERVICE))
    assert scan(archive, wire, mine) == b"\x00front"


def test_an_attachment_is_not_encrypted_before_it_is_signed(archive: Any) -> None:
    with pytest.raises(ValueError, match="sign-encrypt"):
        profile(archive, encrypt=["Attachments"], order="encrypt-sign")


Attack = Callable[[Any], object]
XENC = "{http://www.w3.org/2001/04/xmlenc#}"
SWA = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#"


def datas(root: Any) -> list[Any]:
    return [e for e in root.iter(f"{XENC}EncryptedData") if SWA in e.get("Type")]


def of_another_type(root: Any) -> None:
    """MIME headers are read where there were none, or the reverse."""
    for e in datas(root):
        whole = e.get("Type") == f"{SWA}Attachment-Complete"
        e.set("Type", f"{SWA}Attachment-{'Content-Only' if whole else 'Complete'}")


def to_no_attachment(root: Any) -> None:
    datas(root)[0].find(f".//{XENC}CipherReference").set("URI", "cid:nobody")


def to_a_file(root: Any) -> None:
    datas(root)[0].find(f".//{XENC}CipherReference").set("URI", "file:///etc/passwd")


def by_another_transform(root: Any) -> None:
    transform = datas(root)[0].find(f".//{XENC}Transforms")[0]
    transform.set("Algorithm", f"{SWA}Attachment-Content-Signature-Transform")


def without_transforms(root: Any) -> None:
    found = datas(root)[0].find(f".//{XENC}Transforms")
    found.getparent().remove(found)


def by_cbc(root: Any) -> None:
    method = datas(root)[0].find(f"{XENC}EncryptionMethod")
    method.set("Algorithm", "http://www.w3.org/2001/04/xmlenc#aes256-cbc")


def in_a_wrapper(root: Any) -> None:
    found = datas(root)[0]
    etree.SubElement(root[0], "{urn:x}wrapper").append(found)


def in_the_body(root: Any) -> None:
    root[-1][0].append(datas(root)[0])


def twice(root: Any) -> None:
    found = datas(root)[0]
    made = etree.fromstring(etree.tostring(found))
    made.set("Id", "again")
    found.addnext(made)
    listed = root.find(f".//{XENC}DataReference")
    etree.SubElement(listed.getparent(), listed.tag, URI="#again")


def not_listed(root: Any) -> None:
    found = root.find(f".//{XENC}DataReference")
    found.getparent().remove(found)


def no_data(root: Any) -> None:
    found = datas(root)[0]
    found.getparent().remove(found)


ATTACKS: list[Attack] = [
    *(of_another_type, to_no_attachment, to_a_file, by_another_transform),
    *(without_transforms, by_cbc, in_a_wrapper, in_the_body, twice, not_listed),
    no_data,
]


def changing(change: Attack) -> Callable[[bytes], bytes]:
    """A change of the envelope, the root of several parts."""

    def apply(body: bytes) -> bytes:
        end = body.index(b":Envelope>") + len(b":Envelope>")
        start = body.rindex(b"<", 0, body.index(b":Envelope "))
        root = etree.fromstring(body[start:end])
        change(root)
        return body[:start] + etree.tostring(root) + body[end:]

    return apply


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("part", ENCRYPTED)
@pytest.mark.parametrize("change", ATTACKS)
def test_attacks_on_encrypted_parts(
    archive: Any, change: Attack, part: str, port: str
) -> None:
    given: dict[str, Any] = {"encrypt": [part], "sign": ["Body", "Timestamp", part]}
    wire, mine = both(archive, **given)
    wire.there = changing(change)
    with pytest.raises(archive.errors.SoapFault, match="could not be verified"):
        scan(archive, wire, mine, port)
    wire, mine = both(archive, **given)
    wire.back = changing(change)
    with pytest.raises(archive.errors.SecurityError):
        scan(archive, wire, mine, port)


@pytest.mark.parametrize("part", ENCRYPTED)
def test_parts_that_were_exchanged(archive: Any, part: str) -> None:
    """They are of one key: the signature, or their encrypted headers, have the contents by their ids."""

    def change(body: bytes) -> bytes:
        names = re.findall(rb"Content-ID: <((?:front|back)=[^>]*)>", body)
        first, other = (b"Content-ID: <" + name + b">" for name in names)
        there = body.replace(first, b"X-Content-ID").replace(other, first)
        return there.replace(b"X-Content-ID", other)

    signed = [] if part.startswith("Complete") else [part]
    wire, mine = both(archive, encrypt=[part], sign=["Body", "Timestamp", *signed])
    wire.there = change
    with pytest.raises(archive.errors.SoapFault, match="could not be verified"):
        scan(archive, wire, mine)


@pytest.mark.parametrize("part", ENCRYPTED)
def test_each_changed_octet_of_a_ciphertext_is_refused(archive: Any, part: str) -> None:
    def change(body: bytes) -> bytes:
        at = body.rindex(b"\r\n--") - 3
        return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]

    wire, mine = both(archive, encrypt=[part], sign=["Body", "Timestamp"])
    wire.there = change
    with pytest.raises(archive.errors.SoapFault, match="could not be verified"):
        scan(archive, wire, mine)
    wire, mine = both(archive, encrypt=[part], sign=["Body", "Timestamp"])
    wire.back = change
    with pytest.raises(archive.errors.SecurityError, match="cannot be decrypted"):
        scan(archive, wire, mine)


POLICY = """<wsp:Policy xmlns:wsp="http://www.w3.org/ns/ws-policy"
  xmlns:sp="http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702">
  <sp:AsymmetricBinding><wsp:Policy>
    <sp:InitiatorToken><wsp:Policy><sp:X509Token/></wsp:Policy></sp:InitiatorToken>
    <sp:RecipientToken><wsp:Policy><sp:X509Token/></wsp:Policy></sp:RecipientToken>
    <sp:AlgorithmSuite><wsp:Policy><sp:Basic128GCM/></wsp:Policy></sp:AlgorithmSuite>{}
  </wsp:Policy></sp:AsymmetricBinding>
  <sp:SignedParts><sp:Body/><sp:Attachments/></sp:SignedParts>
  <sp:EncryptedParts><sp:Body/><sp:Attachments/></sp:EncryptedParts>
</wsp:Policy>"""


@pytest.mark.parametrize("order", ["", "<sp:EncryptBeforeSigning/>"])
def test_a_policy_demands_it(tmp_path: Path, order: str) -> None:
    wsdl = (CASE.parent / "attachments" / "service.wsdl").read_text(encoding="utf-8")
    for port in PORTS:
        start = f'<binding name="{port}" type="tns:Archive">'
        assert start in wsdl
        wsdl = wsdl.replace(start, start + POLICY.format(order))
    (tmp_path / "service.wsdl").write_text(wsdl, encoding="utf-8")
    name = f"archive_by_policy{len(order)}"
    with desk_in(tmp_path, name, tmp_path) as archive:
        mine = keys(archive, CLIENT, SERVICE)
        if order:  # what is signed of an attachment is its plaintext
            with pytest.raises(ValueError, match="Attachments"):
                archive.Client(security=mine)
            return
        wire = Wire(archive, keys(archive, SERVICE, CA))
        for port in PORTS:
            assert scan(archive, wire, mine, port) == b"\x00front"
            assert b"#Attachment-Content-Only" in wire.request.body
            assert b"\x00front" not in wire.request.body + wire.reply.body
        plain = profile(archive, encrypt=["Body"], sign=["Body", "Attachments"])
        with pytest.raises(archive.errors.SecurityError, match="not encrypted"):
            scan(archive, wire, plain.with_keys(mine))
