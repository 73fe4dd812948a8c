"""What is done to envelopes on their way out, and attachments that replies come with."""

from __future__ import annotations

import hashlib
import logging
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import datetime

import fake_service as shop
import pytest
from fake_service import RECEIPT, Headers, Order, envelope, operation
from lxml import etree

from soapwright.runtime.errors.errors import EncodeError, TransportError
from soapwright.runtime.http.binding import request_message
from soapwright.runtime.http.client import BaseClient
from soapwright.runtime.addressing.addressing import Addressing
from soapwright.runtime.http.message import Message, Outgoing
from soapwright.runtime.security.username_token import UsernameToken
from soapwright.runtime.http.transport import Request, Response
from soapwright.runtime.xml.parsing import Limits

WSSE = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
WSU = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"
WSA = "{http://www.w3.org/2005/08/addressing}"
ORDER, ORDER12 = operation(headers=True), operation("1.2", headers=True)
NOTIFY = operation(name="notify", one_way=True)


class Client(BaseClient):
    _ports = {
        **shop.port("Shop", "http://shop.example/a&b", ORDER, NOTIFY),
        **shop.port("Shop12", "http://shop.example/", ORDER12),
    }
    _port_names = ("Shop", "Shop12")


class Recorder:
    """A transport that keeps what is sent."""

    def __init__(self, body: bytes = b"", kind: str = "text/xml") -> None:
        self.sent: list[Request] = []
        self.body = body
        self.kind = kind

    def send(self, request: Request) -> Response:
        self.sent.append(request)
        version = "1.2" if b"2003/05" in request.body else "1.1"
        body = self.body or envelope(RECEIPT, version)
        return Response(200, {"content-type": self.kind}, body)

    @property
    def header(self) -> etree._Element:
        root = etree.fromstring(self.sent[-1].body)
        header = root[0]
        assert etree.QName(header).localname == "Header"
        assert etree.QName(root[1]).localname == "Body"
        return header


@pytest.mark.parametrize("port", ["Shop", "Shop12"])
def test_a_username_token_of_text(port: str) -> None:
    transport = Recorder()
    token = UsernameToken("Ren\xe9 & Co", "p<w", must_understand=True)
    client = Client(port=port, transport=transport, outgoing=[token])
    client.exchange("order", Order(item="tea"), Headers(trace="t"))
    security, trace = transport.header
    assert (security.tag, trace.text) == (f"{WSSE}Security", "t")
    soap = etree.QName(transport.header).namespace
    assert security.get(f"{{{soap}}}mustUnderstand") == "1"
    assert security.findtext(f".//{WSSE}Username") == "Ren\xe9 & Co"
    password = security.find(f".//{WSSE}Password")
    assert (password.text, password.get("Type")[-13:]) == ("p<w", "#PasswordText")
    created, expires = (
        datetime.fromisoformat(security.findtext(f"{WSU}Timestamp/{WSU}{name}"))
        for name in ("Created", "Expires")
    )
    assert (expires - created).total_seconds() == 300
    assert "p<w" not in repr(token)


def test_a_username_token_of_a_digest() -> None:
    transport = Recorder()
    token = UsernameToken("me", "s\xe9cret", digest=True, lifetime=None)
    client = Client(transport=transport, outgoing=[token])
    nonces = set()
    for _ in range(2):
        client.exchange("order", Order())
        (security,) = transport.header
        assert security.find(f".//{WSU}Timestamp") is None
        found = security.find(f"{WSSE}UsernameToken")
        nonce, created = (
            found.findtext(name) for name in (f"{WSSE}Nonce", f"{WSU}Created")
        )
        nonces.add(nonce)
        given = b64decode(nonce) + created.encode() + "s\xe9cret".encode()
        digest = b64encode(hashlib.sha1(given).digest()).decode()
        assert found.findtext(f"{WSSE}Password") == digest
    assert len(nonces) == 2


def test_the_password_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    outgoing = [UsernameToken("me", "hunter2")]
    client = Client(transport=Recorder(), outgoing=outgoing)
    with caplog.at_level(logging.DEBUG):
        exchange = client.exchange("order", Order())
    assert b"hunter2" in exchange.request_envelope
    assert "UsernameToken" in caplog.text
    assert "hunter2" not in caplog.text + repr(exchange)
    client = Client(transport=Recorder(), outgoing=[UsernameToken("me", "\x00hunter2")])
    with pytest.raises(EncodeError) as caught:
        client.exchange("order", Order())
    assert str(caught.value) == "password: XML cannot carry it"


def test_addressing() -> None:
    transport = Recorder()
    addressing = Addressing({"notify": "urn:tell"})
    client = Client(transport=transport, outgoing=[addressing])
    client.exchange("order", Order())
    told = {e.tag: "".join(e.itertext()) for e in transport.header}
    assert list(told) == [f"{WSA}{n}" for n in ("To", "Action", "MessageID", "ReplyTo")]
    assert told[f"{WSA}To"] == "http://shop.example/a&b"
    assert told[f"{WSA}Action"] == ORDER.soap_action
    assert told[f"{WSA}MessageID"].startswith("urn:uuid:")
    assert told[f"{WSA}ReplyTo"] == "http://www.w3.org/2005/08/addressing/anonymous"
    client.exchange("notify", Order())
    assert [e.tag for e in transport.header][1:] == [f"{WSA}Action", f"{WSA}MessageID"]
    assert transport.header[1].text == "urn:tell"


def test_addressing_needs_an_action() -> None:
    nameless = operation()
    nameless.soap_action = ""
    message = request_message(nameless, nameless.encode_request(Order()), "http://x")
    with pytest.raises(EncodeError, match="no SOAPAction"):
        Addressing()(message)
    given = Addressing(
        {nameless.name: "urn:a"}, version="2004/08", must_understand=True
    )
    assert b"2004/08/addressing" in given(message).envelope


def test_any_function_is_a_hook() -> None:
    def stamped(message: Outgoing) -> Outgoing:
        assert message.operation is ORDER
        message = message.with_block('<x:Stamp xmlns:x="urn:x">\u20ac</x:Stamp>')
        return replace(message, url="http://elsewhere.example/")

    transport = Recorder()
    Client(transport=transport, outgoing=[stamped, stamped]).exchange("order", Order())
    assert [e.text for e in transport.header] == ["\u20ac", "\u20ac"]
    assert transport.sent[0].url == "http://elsewhere.example/"


def test_a_header_within_the_body_is_not_the_envelopes_own() -> None:
    prefix = ORDER.envelope.wire.prefix
    inner = "<soap:Header><a/></soap:Header><soap:Body/>".replace("soap", prefix)
    whole = ORDER.encode_request(Order()).decode()
    start, body, end = whole.partition(f"<{prefix}:Body>")
    message = Message(f"{start}{body}{inner}{end}".encode())
    for _ in range(2):
        message = message.with_block("<b/>")
        root = etree.fromstring(message.envelope)
        assert [etree.QName(e).localname for e in root] == ["Header", "Body"]
        assert {e.tag for e in root[0]} == {"b"}
    assert inner.encode() in message.envelope
    other = replace(message, envelope=b"<s:Envelope><s:Body/></s:Envelope>")
    with pytest.raises(ValueError, match="no place for a header block"):
        other.with_block("<b/>")


# ---------------------------------------------------------------------------- attachments


def parts(*given: bytes, boundary: bytes = b"b") -> bytes:
    between = b"\r\n--" + boundary
    return between[2:] + between.join(given) + between + b"--\r\n"


ROOT = b"\r\nContent-Type: text/xml\r\nContent-ID: <r>\r\n\r\n" + envelope(RECEIPT)
IMAGE = b"\r\nContent-Type: image/png\r\nContent-ID: <i>\r\n\r\n\x89PNG\r\n--c\r\n"
PACKED = (
    b"\r\nContent-ID: <r>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + b64encode(envelope(RECEIPT))
)
BARE = b"\r\n\r\n" + envelope(RECEIPT)
XOP = "xmlns:x='http://www.w3.org/2004/08/xop/include'"
NUMBER = b64decode("1234")
OF_NUMBER = b"\r\nContent-ID: <n 1@h>\r\n\r\n" + NUMBER
OF_NUMBER_PACKED = (
    b"\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <n 1@h>\r\n\r\n" + b"MTIz"
).replace(b"MTIz", b64encode(NUMBER))


def mtom(href: str = "cid:n%201@h", times: int = 1) -> bytes:
    """A root that includes another part."""
    body = RECEIPT.replace("7", f"<x:Include {XOP} href='{href}'/>" * times)
    kind = b"application/xop+xml; charset=iso-8859-1; type='text/xml'"
    whole = envelope(body).decode().replace("<number>", "<of>Caf\xe9</of><number>")
    return b"\r\nContent-Type: " + kind + b"\r\n\r\n" + whole.encode("latin-1")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/related; boundary=b", parts(ROOT, IMAGE)),
        ('Multipart/Related; start="<r>"; boundary="b"', parts(IMAGE, ROOT)),
        ("multipart/related; start=r; boundary=b", parts(IMAGE, PACKED)),
        ("multipart/related; boundary=b", b"hello\r\n" + parts(BARE)),
        ("multipart/related; boundary=b", parts(ROOT).replace(b"\r\n", b"\n")),
    ],
)
def test_replies_with_attachments(kind: str, body: bytes) -> None:
    exchange = Client(transport=Recorder(body, kind)).exchange("order", Order())
    assert exchange.response == shop.Receipt(number=7)
    assert exchange.response_envelope.strip() == envelope(RECEIPT).strip()


@pytest.mark.parametrize("part", [OF_NUMBER, OF_NUMBER_PACKED])
def test_what_xop_moved_into_other_parts_is_put_back(part: bytes) -> None:
    recorder = Recorder(parts(mtom(), part), "multipart/related; boundary=b")
    exchange = Client(transport=recorder).exchange("order", Order())
    assert exchange.response == shop.Receipt(number=1234)
    assert "Caf\xe9" in exchange.response_envelope.decode()


@pytest.mark.parametrize("href", ["cid:n", "n%201@h", "", "http://x/n%201@h"])
def test_a_root_includes_what_is_not_there(href: str) -> None:
    recorder = Recorder(parts(mtom(href), OF_NUMBER), "multipart/related; boundary=b")
    with pytest.raises(TransportError, match="its root names"):
        Client(transport=recorder).exchange("order", Order())


def test_what_is_put_back_is_bounded() -> None:
    body = parts(mtom(times=20), b"\r\nContent-ID: <n 1@h>\r\n\r\n" + b"x" * 1000)
    limits = Limits(envelope=20_000)
    recorder = Recorder(body, "multipart/related; boundary=b")
    with pytest.raises(TransportError, match="more than 20,000 bytes"):
        Client(transport=recorder, limits=limits).exchange("order", Order())


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/related", parts(ROOT)),
        ("multipart/related; boundary=x", parts(ROOT)),
        ("multipart/related; boundary=b", b"--b--"),
    ],
)
def test_attachments_without_a_root(kind: str, body: bytes) -> None:
    with pytest.raises(TransportError) as caught:
        Client(transport=Recorder(body, kind)).exchange("order", Order())
    assert caught.value.exchange is not None
