"""The seam for messages: the layers of services, on ASGI, on WSGI and in memory, of both versions of SOAP."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any
from wsgiref.util import setup_testing_defaults

import fake_service as shop
import pytest
from fake_service import Order, Receipt, envelope, operation
from lxml import etree

from soapwright.runtime.addressing.addressing import Addressing
from soapwright.runtime.errors.errors import DecodeError, SoapFault, TransportError
from soapwright.runtime.http.client import BaseAsyncClient, BaseClient
from soapwright.runtime.http.message import Attachment, Message
from soapwright.runtime.http.transport import Response
from soapwright.runtime.security.username_token import UsernameToken
from soapwright.runtime.server.service import (
    BaseService,
    Hooks,
    HttpRequest,
    current_call,
)
from soapwright.runtime.server.serving import (
    AsyncInMemoryTransport,
    InMemoryTransport,
    asgi,
    wsgi,
)

ORDER, ORDER12 = operation(), operation("1.2")
NOTIFY = operation(name="notify", one_way=True)
PORTS = {
    **shop.port("1.1", "http://shop.example/", ORDER),
    **shop.port("1.2", "http://shop.example/", ORDER12),
}
KINDS = {"1.1": "text/xml", "1.2": "application/soap+xml"}
WSSE = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
)


class Shop(BaseService):
    _ports = PORTS
    _port_names = ("1.1", "1.2")
    _methods = {"order": "order"}

    def order(self, *, item: str | None, password: str | None) -> int:
        if item == "broken":
            raise SoapFault("broken", code="Client")
        return len(item or "")


class Client(BaseClient):
    _ports = PORTS
    _port_names = ("1.1", "1.2")


class AsyncClient(BaseAsyncClient):
    _ports = PORTS
    _port_names = ("1.1", "1.2")


class Caller:
    """A service behind one of the ways to serve it."""

    def __init__(self, way: str, version: str) -> None:
        self.way = way
        self.version = version

    def __call__(
        self,
        item: str = "tea",
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
        service: BaseService | None = None,
        **layers: Any,
    ) -> Response:
        if body is None:
            order = f"<s:order><item>{item}</item></s:order>"
            body = envelope(order, "1.2" if self.version == "1.2" else "1.1")
        sent = {"content-type": KINDS[self.version], "host": "shop.example"}
        sent |= headers or {}
        serve = {"asgi": self._asgi, "wsgi": self._wsgi}[self.way]
        return serve(service or Shop(), method, sent, body, layers)

    @staticmethod
    def _wsgi(
        service: BaseService,
        method: str,
        headers: Mapping[str, str],
        body: bytes,
        layers: Mapping[str, Any],
    ) -> Response:
        environ: dict[str, Any] = {"REQUEST_METHOD": method}
        setup_testing_defaults(environ)
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        environ |= {
            "CONTENT_TYPE" if n == "content-type" else f"HTTP_{n.upper()}": v
            for n, v in headers.items()
        }
        began: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, sent: list[tuple[str, str]], *_: object) -> Any:
            began.append((status, sent))

        content: Iterable[bytes] = wsgi(service, **layers)(environ, start)
        ((status, sent),) = began
        return Response(int(status[:3]), dict(sent), b"".join(content))

    @staticmethod
    def _asgi(
        service: BaseService,
        method: str,
        headers: Mapping[str, str],
        body: bytes,
        layers: Mapping[str, Any],
    ) -> Response:
        events: list[Any] = []
        pairs = [(n.encode(), v.encode()) for n, v in headers.items()]
        scope = {"type": "http", "method": method, "path": "/", "headers": pairs}
        scope["server"] = ("127.0.0.1", 80)

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def send(event: Any) -> None:
            events.append(event)

        asyncio.run(asgi(service, **layers)(scope, receive, send))
        start, content = events
        sent = {n.decode(): v.decode("latin-1") for n, v in start["headers"]}
        return Response(start["status"], sent, content["body"])


@pytest.fixture(params=["asgi", "wsgi"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["1.1", "1.2"])
def call(way: str, request: pytest.FixtureRequest) -> Caller:
    return Caller(way, request.param)


def number(reply: Response) -> str | None:
    found: str | None = etree.fromstring(reply.body).findtext(".//number")
    return found


def reason(reply: Response) -> str:
    root = etree.fromstring(reply.body)
    return "".join(root.xpath("string(//faultstring|//*[local-name()='Text'])"))


def kept(seen: list[Message]) -> Callable[[Message], Message]:
    def layer(message: Message) -> Message:
        seen.append(message)
        return message

    return layer


# --------------------------------------------------------------------------------- incoming


def test_a_request_passes_the_incoming_layers_before_its_operation_is_sought(
    call: Caller,
) -> None:
    seen: list[Message] = []

    def renamed(message: Message) -> Message:
        old, new = b"<old>", b"<s:order><item>green</item></s:order>"
        return replace(message, envelope=message.envelope.replace(old, new))

    body = envelope("<old>", "1.2" if call.version == "1.2" else "1.1")
    reply = call(body=body, incoming=[kept(seen), renamed, kept(seen)])
    assert (reply.status, number(reply)) == (200, "5")
    first, second = seen
    assert (first.envelope, first.operation, first.status) == (body, None, None)
    assert first.url == "http://shop.example/"
    assert first.content_type == first.headers["Content-Type"] == KINDS[call.version]
    assert b"green" in second.envelope


def test_a_content_type_may_be_put_right(call: Caller) -> None:
    wrong = {"content-type": "application/octet-stream"}
    assert call(headers=wrong).status == 415

    def right(message: Message) -> Message:
        return replace(message, content_type=KINDS[call.version])

    assert call(headers=wrong, incoming=[right]).status == 200
    latin = envelope(
        "<s:order><item>\u20ac</item></s:order>",
        "1.2" if call.version == "1.2" else "1.1",
    )
    utf8 = {"content-type": f"{KINDS[call.version]}; charset=iso-8859-1"}
    assert number(call(body=latin, headers=utf8)) == "3"
    assert number(call(body=latin, headers=utf8, incoming=[right])) == "1"


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_the_action_is_the_layers_too(way: str, version: str) -> None:
    both = [operation(version, name=n, action=f"urn:{n}") for n in ("order", "other")]  # type: ignore[arg-type]  # a Literal

    class Two(BaseService):
        _ports = shop.port("P", None, *both)
        _port_names = ("P",)
        _methods = {"order": "order", "other": "other"}

        def order(self, **_: object) -> int:
            return 1

        def other(self, **_: object) -> int:
            return 2

    def called(message: Message) -> Message:
        if version == "1.1":
            return message.with_header("SOAPAction", '"urn:other"')
        kind = f'{message.content_type}; action="urn:other"'
        return replace(message, content_type=kind)

    call = Caller(way, version)
    assert number(call(service=Two())) == "1"
    assert number(call(service=Two(), incoming=[called])) == "2"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SoapFault("not you", code="Client"), "not you"),
        (DecodeError("Security", "is missing"), "Security: is missing"),
        (TransportError("hunter2"), "internal error"),
        (KeyError("hunter2"), "internal error"),
    ],
)
def test_what_an_incoming_layer_raises(
    call: Caller, error: Exception, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    def refusing(message: Message) -> Message:
        raise error

    seen: list[Message] = []
    reply = call(incoming=[refusing], outgoing=[kept(seen)])
    sender = said != "internal error"
    assert reply.status == (400 if sender and call.version == "1.2" else 500)
    assert reason(reply) == said
    assert ("hunter2" in caplog.text) == (not sender)
    assert (seen[0].operation, seen[0].status) == (None, reply.status)


# --------------------------------------------------------------------------------- outgoing


def test_a_reply_passes_the_outgoing_layers(call: Caller) -> None:
    seen: list[Message] = []

    def changed(message: Message) -> Message:
        assert current_call().operation is message.operation
        message = message.with_block("<b/>").with_header("X-Served-By", "m\xe9")
        kind = f"{message.content_type}; x=y"
        return replace(message, content_type=kind, status=203)

    reply = call(outgoing=[kept(seen), changed, kept(seen)])
    first, last = seen
    assert first.operation is (ORDER if call.version == "1.1" else ORDER12)
    assert (first.status, first.url) == (200, "http://shop.example/")
    assert first.content_type == f"{KINDS[call.version]}; charset=UTF-8"
    assert "content-type" not in first.headers
    assert first.attachments == ()
    assert (last.status, b"<b/>" in last.envelope) == (203, True)
    assert (reply.status, reply.body) == (203, last.envelope)
    assert reply.headers["content-type"] == last.content_type
    assert reply.headers["x-served-by"] == "m\xe9"
    assert etree.fromstring(reply.body)[0][0].tag == "b"


def test_faults_pass_them_too(call: Caller) -> None:
    seen: list[Message] = []
    layers: dict[str, Any] = {"outgoing": [kept(seen)]}
    assert reason(call("broken", **layers)) == "broken"
    assert reason(call(body=b"<html/>", **layers)) == "the body is no SOAP envelope"
    assert call(max_body=10, **layers).status == 413
    assert call(headers={"content-type": "image/png"}, **layers).status == 415
    assert call(method="PUT", **layers).headers["allow"] == "POST"
    assert [m.operation is None for m in seen] == [False, True, True, True, True]
    sender = 400 if call.version == "1.2" else 500
    assert [m.status for m in seen] == [sender, sender, 413, 415, 405]
    assert seen[3].headers["Accept-Post"].startswith("text/xml")


def test_no_call_is_answered_where_there_is_none(call: Caller) -> None:
    def asking(message: Message) -> Message:
        with pytest.raises(LookupError):
            current_call()
        return message.with_header("X-Asked", "yes")

    reply = call(body=b"<html/>", outgoing=[asking])
    assert reply.headers["x-asked"] == "yes"


def test_a_reply_without_an_envelope_passes_none(way: str) -> None:
    class Listening(BaseService):
        _ports = shop.port("P", None, NOTIFY)
        _port_names = ("P",)
        _methods = {"notify": "notify"}

        def notify(self, **_: object) -> None:
            return None

    seen: list[Message] = []
    reply = Caller(way, "1.1")(service=Listening(), outgoing=[kept(seen)])
    assert (reply.status, reply.body, seen) == (202, b"", [])


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (lambda m: m.with_header("X Y", "z"), "internal error"),
        (lambda m: m.with_header("X", "a\r\nb"), "internal error"),
        (lambda m: m.with_header("X", "\u20ac"), "internal error"),
        (lambda m: replace(m, headers={"Content-Type": "a/b"}), "internal error"),
        (lambda m: None, "internal error"),
        (Addressing(), "internal error"),
    ],
)
def test_an_outgoing_layer_that_fails_is_logged_and_passed_by(
    call: Caller, layer: Any, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    for item in ("tea", "broken"):
        caplog.clear()
        reply = call(item, outgoing=[layer])
        assert (reply.status, reason(reply)) == (500, said)
        (record,) = caplog.records
        assert record.levelno == logging.ERROR
        assert record.getMessage() == "order failed"


def test_an_outgoing_layer_may_answer_with_a_fault(call: Caller) -> None:
    def refusing(message: Message) -> Message:
        raise SoapFault("not now")

    assert reason(call(outgoing=[refusing])) == "not now"


def test_layers_and_hooks(call: Caller) -> None:
    order: list[str] = []

    class Watching(Hooks):
        def request(self, request: HttpRequest) -> HttpRequest:
            order.append("Hooks.request")
            return request

        def envelope(self, envelope: Any, request: HttpRequest) -> Any:
            order.append("Hooks.envelope")
            return envelope

        def reply(self, envelope: bytes, call: Any) -> bytes:
            order.append("Hooks.reply")
            return envelope

    def named(name: str) -> Callable[[Message], Message]:
        return lambda message: order.append(name) or message

    call(hooks=Watching(), incoming=[named("incoming")], outgoing=[named("outgoing")])
    assert order == [
        *("Hooks.request", "incoming", "Hooks.envelope"),
        *("Hooks.reply", "outgoing"),
    ]


@pytest.mark.parametrize(
    "serve", [asgi, wsgi, InMemoryTransport, AsyncInMemoryTransport]
)
@pytest.mark.parametrize("argument", ["outgoing", "incoming"])
def test_what_is_no_layer(serve: Any, argument: str) -> None:
    async def waiting(message: Message) -> Message:
        return message

    with pytest.raises(TypeError, match=f"{argument}: str given, a callable is wanted"):
        serve(Shop(), **{argument: "layer"})
    with pytest.raises(TypeError, match=f"{argument}: .* is asynchronous"):
        serve(Shop(), **{argument: [waiting]})


# --------------------------------------------------------------------------- with a client


def exchanged(
    asynchronous: bool, version: str, client: Mapping[str, Any], **service: Any
) -> Any:
    """A client's exchange with a service in memory, each with its layers."""
    if not asynchronous:
        transport = InMemoryTransport(Shop(), **service)
        return Client(port=version, transport=transport, **client).exchange(
            "order", Order(item="tea")
        )

    async def run() -> Any:
        transport = AsyncInMemoryTransport(Shop(), **service)
        calling = AsyncClient(port=version, transport=transport, **client)
        return await calling.exchange("order", Order(item="tea"))

    return asyncio.run(run())


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_attachments_go_there_and_back(asynchronous: bool, version: str) -> None:
    there = Attachment(b"\r\n\0--", "image/png", "there@h", {"X-Of": "a"})
    back = Attachment(b"", "text/plain; charset=utf-8", "back@h")
    served: list[Message] = []
    seen: list[Message] = []
    exchange = exchanged(
        asynchronous,
        version,
        {
            "outgoing": [lambda m: replace(m, attachments=(there,))],
            "incoming": [kept(seen)],
        },
        incoming=[kept(served)],
        outgoing=[lambda m: replace(m, attachments=(back,))],
    )
    assert exchange.response == Receipt(number=3)
    (request,), (reply,) = served, seen
    for message, part in ((request, there), (reply, back)):
        (found,) = message.attachments
        assert (found.content, found.content_type) == (part.content, part.content_type)
        assert found.content_id == part.content_id
    assert request.attachments[0].headers["x-of"] == "a"
    assert request.content_type.startswith(KINDS[version])
    assert reply.status == 200


def with_included(message: Message) -> Message:
    include = (
        "<x:Include xmlns:x='http://www.w3.org/2004/08/xop/include' href='cid:i'/>"
    )
    kind = f'application/xop+xml; charset=UTF-8; type="{message.content_type.split(";")[0]}"'
    return replace(
        message,
        envelope=message.envelope.replace(b">tea<", f">{include}<".encode()),
        content_type=kind,
        attachments=(Attachment(b"tea", content_id="i"),),
    )


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_what_xop_moved_is_put_back_in_a_request(
    asynchronous: bool, version: str
) -> None:
    seen: list[Message] = []
    layers = {"outgoing": [with_included]}
    exchange = exchanged(asynchronous, version, layers, incoming=[kept(seen)])
    assert exchange.response == Receipt(number=4)  # "tea" in base64
    assert b"Include" in seen[0].envelope

    def lost(message: Message) -> Message:
        return replace(message, attachments=())

    with pytest.raises(SoapFault, match="a part that its root names"):
        exchanged(asynchronous, version, layers, incoming=[lost])


class Checked:
    """A service's layer that asks for a user's name and password."""

    def __call__(self, message: Message) -> Message:
        root = etree.fromstring(message.envelope)
        name, password = (
            root.findtext(f".//{{{WSSE}}}{n}") for n in ("Username", "Password")
        )
        if (name, password) != ("me", "secret"):
            raise SoapFault("who are you?", code="Client")
        return message


class Understanding(Hooks):
    def understands(self, header: str) -> bool:
        return header == f"{{{WSSE}}}Security"


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_username_token_is_asked_for(asynchronous: bool, version: str) -> None:
    service: dict[str, Any] = {"incoming": [Checked()], "hooks": Understanding()}
    known = {"outgoing": [Addressing(), UsernameToken("me", "secret")]}
    exchange = exchanged(asynchronous, version, known, **service)
    assert exchange.response == Receipt(number=3)
    for layers in ({}, {"outgoing": [UsernameToken("me", "wrong")]}):
        with pytest.raises(SoapFault, match="who are you") as caught:
            exchanged(asynchronous, version, layers, **service)
        assert caught.value.code == ("Client" if version == "1.1" else "Sender")
    with pytest.raises(SoapFault, match="not understood"):
        exchanged(asynchronous, version, known, incoming=[Checked()])


def test_a_reply_may_carry_a_token(call: Caller) -> None:
    reply = call(outgoing=[UsernameToken("shop", "secret", digest=True)])
    assert number(reply) == "3"
    assert etree.fromstring(reply.body)[0][0].tag == f"{{{WSSE}}}Security"
