"""The seam for messages: the layers of clients, synchronous and asynchronous, of both versions of SOAP."""

from __future__ import annotations

import asyncio
import logging
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from typing import Any

import fake_service as shop
import pytest
from conftest import ROOT
from fake_service import RECEIPT, Order, Receipt, envelope, operation

from soapwright.runtime.errors.errors import (
    DecodeError,
    EncodeError,
    SoapError,
    SoapFault,
    TransportError,
)
from soapwright.runtime.errors.exchange import Exchange
from soapwright.runtime.http.client import BaseAsyncClient, BaseClient
from soapwright.runtime.http.message import Attachment, Headers, Message, Outgoing
from soapwright.runtime.http.transport import Request, Response

ORDER, ORDER12 = operation(), operation("1.2")
NOTIFY = operation(name="notify", one_way=True)
PORTS = {
    **shop.port("1.1", "http://shop.example/", ORDER, NOTIFY),
    **shop.port("1.2", "http://shop.example/", ORDER12),
}


class Client(BaseClient):
    _ports = PORTS
    _port_names = ("1.1", "1.2")


class AsyncClient(BaseAsyncClient):
    _ports = PORTS
    _port_names = ("1.1", "1.2")


class Wire:
    """A client of either kind, and the reply to whatever it sends."""

    def __init__(self, asynchronous: bool, version: str) -> None:
        self.asynchronous = asynchronous
        self.version = version
        self.sent: list[Request] = []
        self.reply = Response(
            200,
            {"content-type": "text/xml; charset=utf-8", "x-served-by": "me"},
            envelope(RECEIPT, "1.2" if version == "1.2" else "1.1"),
        )

    def comes(
        self, body: bytes, kind: str = "text/xml; charset=utf-8", status: int = 200
    ) -> None:
        self.reply = Response(status, {"content-type": kind}, body)

    def exchange(self, name: str = "order", **layers: Any) -> Exchange[Any]:
        wire = self

        class Sync:
            def send(self, request: Request) -> Response:
                wire.sent.append(request)
                return wire.reply

        class Async:
            async def send(self, request: Request) -> Response:
                return Sync().send(request)

        if not self.asynchronous:
            client = Client(port=self.version, transport=Sync(), **layers)
            return client.exchange(name, Order(item="tea"))

        async def call() -> Exchange[Any]:
            waiting = AsyncClient(port=self.version, transport=Async(), **layers)
            return await waiting.exchange(name, Order(item="tea"))

        return asyncio.run(call())


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def asynchronous(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(params=["1.1", "1.2"])
def wire(asynchronous: bool, request: pytest.FixtureRequest) -> Wire:
    return Wire(asynchronous, request.param)


def named(name: str, said: list[str]) -> Callable[[Message], Message]:
    def layer(message: Message) -> Message:
        said.append(name)
        return message.with_header(f"X-{name}", str(len(said)))

    return layer


# --------------------------------------------------------------------------------- messages


def test_a_message_cannot_be_changed_but_copied() -> None:
    message = Message(b"<a/>", "text/xml", {"X-A": "1"})
    with pytest.raises(FrozenInstanceError):
        message.envelope = b""  # type: ignore[misc]  # the mistake itself
    with pytest.raises(TypeError):
        message.headers["X-A"] = "2"  # type: ignore[index]  # the mistake itself
    other = replace(message, headers={"x-b": "2"}, url="http://x")
    assert (other.headers["X-B"], other.envelope) == ("2", b"<a/>")
    assert message == Message(b"<a/>", "text/xml", {"x-a": "1"}) != other
    assert hash(message) == hash(Message(b"<a/>", "text/xml", {"x-a": "1"}))
    assert Outgoing is Message


def test_headers_are_looked_up_in_any_case() -> None:
    headers = Headers({"SOAPAction": "a", "X-Trace": "1", "x-trace": "2"})
    assert (headers["soapaction"], headers["X-TRACE"]) == ("a", "2")
    assert list(headers) == ["SOAPAction", "x-trace"]
    assert list(headers.items()) == [("SOAPAction", "a"), ("x-trace", "2")]
    assert len(headers) == 2
    assert "X-trace" in headers and "x" not in headers and 7 not in headers
    assert headers == {"soapaction": "a", "X-TRACE": "2"} != {}
    assert headers != 7
    with pytest.raises(KeyError):
        headers["x"]


def test_a_header_replaces_one_of_its_name() -> None:
    message = Message(b"", "text/xml", {"X-A": "1"}).with_header("x-a", "2")
    assert list(message.headers.items()) == [("x-a", "2")]
    message = message.with_header("content-Type", "text/plain")
    assert (message.content_type, len(message.headers)) == ("text/plain", 1)


# --------------------------------------------------------------------------------- outgoing


def test_a_request_passes_the_outgoing_layers_in_their_order(wire: Wire) -> None:
    said: list[str] = []
    seen: list[Message] = []

    def last(message: Message) -> Message:
        seen.append(message)
        return message

    wire.exchange(outgoing=[named("A", said), named("B", said), last])
    (request,), (message,) = wire.sent, seen
    assert said == ["A", "B"]
    assert (request.headers["X-A"], request.headers["X-B"]) == ("1", "2")
    assert message.operation is (ORDER if wire.version == "1.1" else ORDER12)
    assert (message.url, message.status) == ("http://shop.example/", None)
    assert message.content_type == request.headers["Content-Type"]
    assert "Content-Type" not in message.headers
    assert ("SOAPAction" in message.headers) == (wire.version == "1.1")
    assert message.envelope == request.body


def test_what_a_layer_sets_is_sent(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    def changed(message: Message) -> Message:
        message = message.with_block("<b/>").with_header("soapACTION", '"other"')
        return replace(message, content_type="text/plain; x=y", url="http://other/")

    with caplog.at_level(logging.DEBUG):
        exchange = wire.exchange(outgoing=[changed])
    (request,) = wire.sent
    assert (request.url, request.headers["Content-Type"]) == (
        "http://other/",
        "text/plain; x=y",
    )
    assert [v for n, v in request.headers.items() if n.lower() == "soapaction"] == [
        '"other"'
    ]
    assert b"<b/>" in request.body
    assert exchange.request_envelope == request.body
    assert "<b/>" in caplog.text and "http://other/" in caplog.text


def test_a_content_type_among_the_headers_is_refused(wire: Wire) -> None:
    def wrong(message: Message) -> Message:
        return replace(message, headers={**message.headers, "content-type": "a/b"})

    with pytest.raises(ValueError, match="set its content_type"):
        wire.exchange(outgoing=[wrong])
    assert wire.sent == []


@pytest.mark.parametrize("name", ["Content-Length", "transfer-encoding"])
def test_a_length_among_the_headers_is_refused(wire: Wire, name: str) -> None:
    def wrong(message: Message) -> Message:
        return message.with_header(name, "4")

    with pytest.raises(ValueError, match="the transport sets it"):
        wire.exchange(outgoing=[wrong])
    assert wire.sent == []


def test_what_a_layer_attaches_goes_out_as_a_part(wire: Wire) -> None:
    image = Attachment(b"\x89\r\n--", "image/png", "i@h", {"X-Of": "mine"})

    def attached(message: Message) -> Message:
        bare = Attachment(b"")
        return replace(message, attachments=(image, bare))

    exchange = wire.exchange(outgoing=[attached])
    (request,) = wire.sent
    kind = request.headers["Content-Type"]
    media_type = "text/xml" if wire.version == "1.1" else "application/soap+xml"
    found = re.fullmatch(
        r'multipart/related; boundary="(.+)"; type="(.+)"; start="<(.+?)>"(.*)', kind
    )
    assert found and found[2] == media_type
    assert found[4] == ("" if wire.version == "1.1" else '; action="urn:shop#order"')
    root, first, second, end = request.body.split(f"--{found[1]}".encode())[1:]
    assert f"Content-Type: {media_type}; charset=UTF-8".encode() in root
    assert f"Content-ID: <{found[3]}>".encode() in root
    assert root.endswith(b"\r\n\r\n" + exchange.request_envelope + b"\r\n")
    assert first == (
        b"\r\nContent-Type: image/png\r\nContent-ID: <i@h>\r\n"
        b"Content-Transfer-Encoding: binary\r\nX-Of: mine\r\n\r\n\x89\r\n--\r\n"
    )
    assert b"Content-ID" not in second
    assert end == b"--\r\n"


def test_an_xop_root_says_what_it_is(wire: Wire) -> None:
    def packed(message: Message) -> Message:
        kind = 'application/xop+xml; charset=UTF-8; type="text/xml"'
        return replace(message, content_type=kind, attachments=(Attachment(b"x"),))

    wire.exchange(outgoing=[packed])
    kind = wire.sent[0].headers["Content-Type"]
    assert 'type="application/xop+xml"' in kind
    assert kind.endswith('; start-info="text/xml"')


@pytest.mark.parametrize(
    "part",
    [
        Attachment(b"", "a/b\r\nX-Evil: 1"),
        Attachment(b"", content_id="a>\r\n\r\n"),
        Attachment(b"", headers={"X Y": "z"}),
        Attachment(b"", headers={"X": "a\nb"}),
    ],
)
def test_a_part_cannot_smuggle_a_header(wire: Wire, part: Attachment) -> None:
    with pytest.raises(ValueError, match="the header"):
        wire.exchange(outgoing=[lambda m: replace(m, attachments=(part,))])
    assert wire.sent == []


@pytest.mark.parametrize(
    "error", [EncodeError("a", "b"), SoapFault("no"), KeyError("k"), ValueError("v")]
)
def test_what_an_outgoing_layer_raises_passes_and_nothing_is_sent(
    wire: Wire, error: Exception
) -> None:
    def refusing(message: Message) -> Message:
        raise error

    with pytest.raises(type(error)) as caught:
        wire.exchange(outgoing=[refusing])
    assert caught.value is error
    assert getattr(error, "exchange", None) is None
    assert wire.sent == []


# --------------------------------------------------------------------------------- incoming


def test_a_reply_passes_the_incoming_layers_before_it_is_read(wire: Wire) -> None:
    said: list[str] = []
    seen: list[Message] = []

    def watching(message: Message) -> Message:
        seen.append(message)
        return message

    layers = [watching, named("A", said), named("B", said), watching]
    exchange = wire.exchange(incoming=layers)
    assert exchange.response == Receipt(number=7)
    assert said == ["A", "B"]
    first, last = seen
    assert first.envelope == wire.reply.body
    assert (first.status, first.url) == (200, "http://shop.example/")
    assert first.operation is (ORDER if wire.version == "1.1" else ORDER12)
    assert (
        first.content_type == first.headers["Content-TYPE"] == "text/xml; charset=utf-8"
    )
    assert first.headers["X-Served-By"] == "me"
    assert first.attachments == ()
    assert (last.headers["X-A"], last.headers["x-b"]) == ("1", "2")


def test_a_reply_is_read_as_the_layers_give_it(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    whole = wire.reply.body
    broken = whole.replace(b"7", b"\x0b7&")
    wire.comes(broken)

    def repaired(message: Message) -> Message:
        assert message.envelope == broken
        return replace(message, envelope=whole)

    with caplog.at_level(logging.DEBUG):
        exchange = wire.exchange(incoming=[repaired])
    assert exchange.response == Receipt(number=7)
    assert exchange.response_envelope == broken
    assert "7&" in caplog.text

    with pytest.raises(DecodeError) as caught:
        wire.exchange(
            incoming=[lambda m: replace(m, envelope=whole.replace(b"7", b"x"))]
        )
    assert caught.value.exchange is not None
    assert caught.value.exchange.response_envelope == broken


def test_a_charset_that_is_wrong_is_put_right(wire: Wire) -> None:
    def in_latin1(message: Message) -> Message:
        return replace(message, content_type="text/xml; charset=iso-8859-1")

    body = wire.reply.body.replace(b"number>", "n\xfcmber>".encode("latin-1"))
    wire.comes(body, "text/xml; charset=utf-8")
    with pytest.raises(DecodeError, match="not well-formed"):
        wire.exchange()
    with pytest.raises(DecodeError, match="number: is missing"):
        wire.exchange(incoming=[in_latin1])


def test_a_status_may_be_put_right(wire: Wire) -> None:
    wire.comes(wire.reply.body, status=500)
    with pytest.raises(TransportError):
        wire.exchange(incoming=[lambda m: m])
    exchange = wire.exchange(incoming=[lambda m: replace(m, status=200)])
    assert exchange.response == Receipt(number=7)
    assert exchange.status == 500


def test_the_layers_see_whatever_comes(wire: Wire) -> None:
    seen: list[tuple[int | None, bytes]] = []

    def watching(message: Message) -> Message:
        seen.append((message.status, message.envelope))
        return message

    wire.comes(b"<html>", "text/html", 502)
    with pytest.raises(TransportError, match="HTTP 502"):
        wire.exchange(incoming=[watching])
    wire.comes(b"", status=202)
    if wire.version == "1.1":
        assert wire.exchange("notify", incoming=[watching]).response is None
        assert seen.pop() == (202, b"")
    assert seen == [(502, b"<html>")]


def test_an_error_of_an_incoming_layer_has_the_exchange(wire: Wire) -> None:
    def refusing(message: Message) -> Message:
        raise SoapError("unsigned")

    with pytest.raises(SoapError, match="unsigned") as caught:
        wire.exchange(incoming=[refusing])
    assert caught.value.exchange is not None
    assert caught.value.exchange.response_envelope == wire.reply.body
    assert caught.value.exchange.request_envelope == wire.sent[0].body
    kept = Exchange(None, None, 404, b"", b"")

    def calling(message: Message) -> Message:
        error = SoapError("of another call")
        error.exchange = kept
        raise error

    with pytest.raises(SoapError) as caught:
        wire.exchange(incoming=[calling])
    assert caught.value.exchange is kept


def test_any_other_error_of_a_layer_passes_as_it_is(wire: Wire) -> None:
    def mistaken(message: Message) -> Message:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        wire.exchange(incoming=[mistaken])


# ------------------------------------------------------------------------------ attachments


def parts(*given: bytes) -> bytes:
    return b"--b" + b"\r\n--b".join(given) + b"\r\n--b--\r\n"


XOP = "<x:Include xmlns:x='http://www.w3.org/2004/08/xop/include' href='cid:n%20@h'/>"
PNG = b"\r\nContent-Type: image/png\r\nX-Of: you\r\n\r\n\x89PNG"
PACKED = b"\r\nContent-ID: <n @h>\r\nContent-Transfer-Encoding: base64\r\n\r\nMTIz"
QUOTED = b"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=3D"
BROKEN = b"\r\nContent-ID: <z>\r\nContent-Transfer-Encoding: base64\r\n\r\nM"


def root(wire: Wire, content: str = "7") -> bytes:
    body = wire.reply.body.decode().replace(">7<", f">{content}<")
    return b"\r\nContent-Type: text/xml; charset=utf-8\r\n\r\n" + body.encode()


def test_the_layers_see_the_other_parts(wire: Wire) -> None:
    seen: list[Message] = []

    def watching(message: Message) -> Message:
        seen.append(message)
        return message

    body, plain = root(wire), wire.reply.body
    wire.comes(
        parts(body, PNG, PACKED, QUOTED, BROKEN), "multipart/related; boundary=b"
    )
    exchange = wire.exchange(incoming=[watching])
    assert exchange.response == Receipt(number=7)
    (message,) = seen
    assert message.envelope == exchange.response_envelope == plain
    assert message.content_type == "text/xml; charset=utf-8"
    assert message.headers["content-type"] == "multipart/related; boundary=b"
    assert repr(message).endswith("4 attachments)")
    image, packed, quoted, broken = message.attachments
    assert (image.content, image.content_type) == (b"\x89PNG", "image/png")
    assert (image.content_id, image.headers["x-of"]) == ("", "you")
    assert (packed.content, packed.content_id) == (b"123", "n @h")
    assert "Content-Transfer-Encoding" not in packed.headers
    assert quoted.content == b"a="
    assert broken.content == b"M"
    assert broken.headers["content-transfer-encoding"] == "base64"
    assert repr(image) == "Attachment(4 bytes, 'image/png', '')"


def test_what_could_not_be_decoded_goes_out_as_it_came(wire: Wire) -> None:
    part = Attachment(b"M", headers={"Content-Transfer-Encoding": "base64"})
    wire.exchange(outgoing=[lambda m: replace(m, attachments=(part,))])
    assert wire.sent[0].body.count(b"Content-Transfer-Encoding: base64") == 1
    assert wire.sent[0].body.count(b"Content-Transfer-Encoding: binary") == 1


def test_what_xop_moved_is_put_back_after_the_layers(wire: Wire) -> None:
    wire.comes(parts(root(wire, XOP), PACKED), "multipart/related; boundary=b")

    def changed(message: Message) -> Message:
        assert XOP.encode() in message.envelope
        number = replace(message.attachments[0], content=b"\xd7\x6d\xf8")
        return replace(message, attachments=(number,))

    exchange = wire.exchange(incoming=[changed])
    assert exchange.response == Receipt(number=1234)  # in base64
    assert b">1234<" in exchange.response_envelope

    def rewritten(message: Message) -> Message:
        envelope = message.envelope.replace(b"number", b"sum")
        return replace(changed(message), envelope=envelope)

    with pytest.raises(DecodeError, match="number: is missing") as caught:
        wire.exchange(incoming=[rewritten])
    assert caught.value.exchange is not None
    assert XOP.encode() in caught.value.exchange.response_envelope


def test_a_part_that_is_included_and_broken(wire: Wire) -> None:
    whole = parts(root(wire, XOP), BROKEN.replace(b"<z>", b"<n @h>"))
    wire.comes(whole, "multipart/related; boundary=b")
    with pytest.raises(TransportError, match="no base64"):
        wire.exchange()


def test_a_root_that_is_broken(wire: Wire) -> None:
    wire.comes(parts(BROKEN), "multipart/related; boundary=b")
    with pytest.raises(TransportError, match="no base64") as caught:
        wire.exchange(incoming=[lambda m: m])
    assert caught.value.exchange is not None


# ------------------------------------------------------------------------- what is no layer


@pytest.mark.parametrize("way", ["outgoing", "incoming"])
def test_a_layer_that_gives_something_else(wire: Wire, way: str) -> None:
    def forgetful(message: Message) -> None:
        message.with_header("a", "b")

    with pytest.raises(TypeError, match="forgetful.* gave NoneType, Message is wanted"):
        wire.exchange(**{way: [forgetful]})


@pytest.mark.parametrize("way", ["outgoing", "incoming"])
def test_what_cannot_be_called_is_no_layer(asynchronous: bool, way: str) -> None:
    with pytest.raises(TypeError, match=f"{way}: int given, a callable is wanted"):
        Wire(asynchronous, "1.1").exchange(**{way: [7]})


async def waiting(message: Message) -> Message:
    await asyncio.sleep(0)
    return message.with_header("X-Waited", "yes")


class Waiting:
    async def __call__(self, message: Message) -> Message:
        return await waiting(message)


@pytest.mark.parametrize("layer", [waiting, Waiting(), lambda m: waiting(m)])
def test_an_asynchronous_client_waits_for_its_layers(layer: Any) -> None:
    wire, seen = Wire(True, "1.2"), []
    wire.exchange(outgoing=[layer], incoming=[layer, lambda m: seen.append(m) or m])
    assert wire.sent[0].headers["X-Waited"] == seen[0].headers["x-waited"] == "yes"


@pytest.mark.parametrize("layer", [waiting, Waiting()])
@pytest.mark.parametrize("way", ["outgoing", "incoming"])
def test_a_synchronous_client_does_not(way: str, layer: object) -> None:
    with pytest.raises(TypeError, match=f"{way}: .* is asynchronous"):
        Wire(False, "1.1").exchange(**{way: [layer]})


@pytest.mark.filterwarnings("error")
def test_nor_is_a_coroutine_a_message() -> None:
    with pytest.raises(TypeError, match="gave coroutine, Message is wanted"):
        Wire(False, "1.1").exchange(outgoing=[lambda m: waiting(m)])


def test_what_layers_need_is_not_loaded_without_them() -> None:
    program = (
        "import sys, clickatell; clickatell.Client; clickatell.Message;"
        "print(*[n for n in ('security', 'addressing', 'http.multipart')"
        " if any(f'_soap.{n}' in m for m in sys.modules)])"
    )
    folder = ROOT / "generated"
    said = subprocess.check_output([sys.executable, "-c", program], cwd=folder)
    assert said.strip() == b""
