"""WS-Addressing between clients and services of tests/cases/addressing, of both versions of SOAP."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Iterator
from contextlib import chdir
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

CASE = Path(__file__).parent / "cases" / "addressing"
WSA = "{http://www.w3.org/2005/08/addressing}"
OLD = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}"
ANONYMOUS = "http://www.w3.org/2005/08/addressing/anonymous"
NONE = "http://www.w3.org/2005/08/addressing/none"
SOAP = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
KINDS = {"1.1": "text/xml", "1.2": "application/soap+xml"}
PORTS = ["Desk", "Desk12", "Old"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package, which is generated: Any."""
    folder = tmp_path_factory.mktemp("addressing")
    with chdir(CASE):
        package = generate(Path("service.wsdl"), Options("desk_served"))
    write_package(folder / "desk_served", package.files)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("desk_served")
    sys.path.remove(str(folder))


def service(desk: Any) -> Any:
    class Desk(desk.server.DeskService):
        def ask(self, *, what: str) -> str:
            if what == "closed":
                raise desk.errors.Closed(
                    "closed", detail=desk.types.Closed(until=date(2026, 1, 2))
                )
            if what == "busy":
                raise desk.errors.Busy("busy", detail=7)
            if what == "wrong":
                raise desk.errors.SoapFault("wrong", code="Client")
            return f"{what}!"

        def ask_again(self, *, what: str) -> str:
            headers = desk.server.current_call().addressing
            return f"{headers.action} of {headers.message_id}"

        def tell(self, *, news: str) -> None:
            if news == "bad":
                raise desk.errors.SoapFault("bad news", code="Client")

    return Desk()


class Wire:
    """A transport to the service that keeps what goes both ways."""

    def __init__(self, desk: Any, **given: Any) -> None:
        self._transport = desk.server.InMemoryTransport(service(desk), **given)
        self.request: Any = None
        self.reply: Any = None

    def send(self, request: Any) -> Any:
        self.request = request
        self.reply = self._transport.send(request)
        return self.reply

    @property
    def asked(self) -> dict[str, str]:
        return blocks(self.request.body)

    @property
    def answered(self) -> dict[str, str]:
        return blocks(self.reply.body)


def blocks(envelope: bytes) -> dict[str, str]:
    """Header blocks by their names, with all of their text."""
    root = etree.fromstring(envelope)
    found = root[0] if len(root) > 1 else ()
    return {str(block.tag): "".join(block.itertext()) for block in found}


def sent_action(request: Any) -> str:
    """What HTTP calls the action."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    found = headers.get("soapaction") or headers["content-type"].partition("action=")[2]
    return str(found.strip('"'))


@pytest.mark.parametrize("port", PORTS)
def test_the_actions_of_calls_and_replies(desk: Any, port: str) -> None:
    wire, wsa = Wire(desk), OLD if port == "Old" else WSA
    layers = [desk.Addressing()] if port == "Desk12" else []
    with desk.Client(port=port, transport=wire, outgoing=layers) as client:
        for call, request, reply in (
            (client.ask, "urn:desk:asked", "urn:desk:answered"),
            (client.ask_again, "urn:desk:asked-again", "urn:desk:Desk:reply"),
        ):
            call(what="when?")
            assert wire.asked[f"{wsa}Action"] == request == sent_action(wire.request)
            assert wire.answered[f"{wsa}Action"] == reply
            identity = wire.asked[f"{wsa}MessageID"]
            assert wire.answered[f"{wsa}RelatesTo"] == identity
        client.tell(news="none")
        assert wire.asked[f"{wsa}Action"] == "urn:desk:Desk:tell"
        assert (wire.reply.status, wire.reply.body) == (202, b"")


@pytest.mark.parametrize("port", ["Desk", "Desk12"])
def test_the_actions_of_faults(desk: Any, port: str) -> None:
    wire = Wire(desk)
    with desk.Client(port=port, transport=wire, outgoing=[desk.Addressing()]) as client:
        for what, error, action in (
            ("closed", desk.errors.Closed, "urn:desk:is-closed"),
            ("busy", desk.errors.Busy, "urn:desk:Desk:ask:Fault:Busy"),
            (
                "wrong",
                desk.errors.SoapFault,
                "http://www.w3.org/2005/08/addressing/soap/fault",
            ),
        ):
            with pytest.raises(error):
                client.ask(what=what)
            assert wire.answered[f"{WSA}Action"] == action
            assert wire.answered[f"{WSA}RelatesTo"] == wire.asked[f"{WSA}MessageID"]


def test_only_a_port_that_demands_addressing_gets_it_by_itself(desk: Any) -> None:
    for port, headers in (("Desk", 4), ("Old", 4), ("Desk12", 0)):
        wire = Wire(desk)
        with desk.Client(port=port, transport=wire) as client:
            if port == "Desk12":
                client.ask(what="when?")
                assert wire.answered == {}
            else:
                client.ask(what="when?")
        assert len(wire.asked) == headers


def test_a_layer_of_ones_own_is_the_only_one(desk: Any) -> None:
    wire = Wire(desk)
    layer = desk.Addressing({"ask": "urn:other"}, to="urn:to", must_understand=True)
    with desk.Client(transport=wire, outgoing=[layer]) as client:
        client.ask(what="when?")
    header = etree.fromstring(wire.request.body)[0]
    assert [block.tag for block in header].count(f"{WSA}Action") == 1
    assert (wire.asked[f"{WSA}To"], sent_action(wire.request)) == (
        "urn:to",
        "urn:other",
    )
    assert wire.request.url == "http://desk.example/"


def test_asynchronous_clients_too(desk: Any) -> None:
    seen: list[Any] = []

    class Kept:
        def __init__(self) -> None:
            self._inner = desk.server.AsyncInMemoryTransport(service(desk))

        async def send(self, request: Any) -> Any:
            seen.append(request)
            return await self._inner.send(request)

    async def call() -> str:
        async with desk.AsyncClient(transport=Kept()) as client:
            return str(await client.ask_again(what="x"))

    said = asyncio.run(call())
    identity = blocks(seen[0].body)[f"{WSA}MessageID"]
    assert said == f"urn:desk:asked-again of {identity}"


# ------------------------------------------------------------------------------ clients


def test_an_endpoint_with_reference_parameters(desk: Any) -> None:
    wire = Wire(desk)
    key = desk.AnyElement.from_xml('<k:Key xmlns:k="urn:k" type="k:a">7</k:Key>')
    to = desk.EndpointReference("urn:desk:7", (key,))
    reply_to = desk.EndpointReference(ANONYMOUS, (key,))
    layer = desk.Addressing(to=to, reply_to=reply_to, source="urn:me")
    with desk.Client(transport=wire, outgoing=[layer]) as client:
        assert client.ask(what="when?") == "when?!"
    asked = wire.asked
    assert (asked[f"{WSA}To"], asked[f"{WSA}From"]) == ("urn:desk:7", "urn:me")
    for envelope in (wire.request.body, wire.reply.body):
        found = etree.fromstring(envelope)[0].find("{urn:k}Key")
        assert found.get(f"{WSA}IsReferenceParameter") == "true"
        assert (found.text, found.get("type")) == ("7", "k:a")


def test_a_reply_to_another_message_is_refused(desk: Any) -> None:
    class Other(Wire):
        def send(self, request: Any) -> Any:
            reply = super().send(request)
            identity = self.asked[f"{WSA}MessageID"].encode()
            body = reply.body.replace(identity, b"urn:uuid:other")
            return desk.Response(reply.status, reply.headers, body)

    for what in ("when?", "closed"):
        with desk.Client(transport=Other(desk)) as client:
            with pytest.raises(desk.errors.DecodeError, match="RelatesTo") as caught:
                client.ask(what=what)
        assert b"urn:uuid:other" in caught.value.exchange.response_envelope


def test_a_reply_that_does_not_say_what_it_answers_is_taken(desk: Any) -> None:
    class Silent:
        def send(self, request: Any) -> Any:
            body = (
                desk.PORTS["Desk"]
                .operations["ask"]
                .encode_response(desk.types.Answer(that="now"))
            )
            return desk.Response(200, {"content-type": "text/xml"}, body)

    with desk.Client(transport=Silent()) as client:
        assert client.ask(what="when?") == "now"


def test_what_is_no_envelope_is_still_no_reply(desk: Any) -> None:
    class Broken:
        def send(self, request: Any) -> Any:
            return desk.Response(502, {"content-type": "text/html"}, b"<p>no</p>")

    with desk.Client(transport=Broken()) as client:
        with pytest.raises(desk.errors.TransportError, match="no SOAP reply"):
            client.ask(what="when?")


def test_a_reply_that_goes_elsewhere(desk: Any) -> None:
    sent: list[Any] = []

    class Hooks(desk.server.Hooks):
        def accepts_reply_to(self, address: str) -> bool:
            return address.startswith("http://me.example/")

        def send_reply(self, reply: Any) -> None:
            sent.append(reply)

    wire = Wire(desk, hooks=Hooks())
    key = desk.AnyElement.from_xml("<Key>7</Key>")
    reply_to = desk.EndpointReference("http://me.example/in", (key,))
    layer = desk.Addressing(reply_to=reply_to, fault_to=ANONYMOUS)
    with desk.Client(transport=wire, outgoing=[layer]) as client:
        exchange = client.exchange("ask", desk.types.Ask(what="when?"))
        assert (exchange.status, exchange.response) == (202, None)
        with pytest.raises(desk.errors.SoapFault, match="wrong"):
            client.ask(what="wrong")
        with pytest.raises(desk.errors.TransportError, match="answered elsewhere"):
            client.ask(what="when?")
    first = sent[0]
    operation = desk.PORTS["Desk"].operations["ask"]
    assert operation.decode_response(first.envelope) == desk.types.Answer(that="when?!")
    headers = desk.headers_of(first.envelope)
    assert headers is not None and first.url == headers.to == "http://me.example/in"
    asked = desk.headers_of(exchange.request_envelope)
    assert headers.relates_to == (asked.message_id,)
    assert "Key" in blocks(first.envelope)


def test_another_address_is_refused_without_a_hook(desk: Any) -> None:
    for port, namespace in (("Desk", SOAP["1.1"]), ("Desk12", SOAP["1.2"])):
        wire = Wire(desk)
        layer = desk.Addressing(reply_to="http://10.0.0.1/")
        with desk.Client(port=port, transport=wire, outgoing=[layer]) as client:
            with pytest.raises(desk.errors.SoapFault, match="OnlyAnonymous") as caught:
                client.ask(what="when?")
            client.tell(news="none")
            with pytest.raises(desk.errors.SoapFault, match="bad news"):
                client.tell(news="bad")
        fault = caught.value
        codes = [fault.code_qname, *fault.subcodes]
        assert f"{WSA}InvalidAddressingHeader" in codes
        assert namespace


def test_nothing_is_sent_to_none(desk: Any) -> None:
    wire = Wire(desk)
    layer = desk.Addressing(reply_to=NONE)
    with desk.Client(transport=wire, outgoing=[layer]) as client:
        for what in ("when?", "wrong"):
            exchange = client.exchange("ask", desk.types.Ask(what=what))
            assert (exchange.status, exchange.response) == (202, None)
            assert wire.reply.body == b""


# ------------------------------------------------------------------------------ services


def posted(desk: Any, version: str, header: str, action: str = "") -> Any:
    """The reply to a request with these blocks, at the port of a version."""
    wire = Wire(desk)
    body = (
        f'<s:Envelope xmlns:s="{SOAP[version]}" xmlns:wsa="{WSA[1:-1]}">'
        f"<s:Header>{header}</s:Header><s:Body>"
        '<d:ask xmlns:d="urn:desk"><d:what>when?</d:what></d:ask></s:Body></s:Envelope>'
    )
    headers = {"content-type": KINDS[version]} | (
        {"soapaction": action} if action else {}
    )
    return wire.send(desk.Request("http://desk.example/x", body.encode(), headers))


ACTION, IDENTITY = (
    "<wsa:Action>urn:desk:asked</wsa:Action>",
    "<wsa:MessageID>urn:1</wsa:MessageID>",
)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_request_that_lacks_what_it_needs(desk: Any, version: str) -> None:
    for header, code in (
        (IDENTITY, "MessageAddressingHeaderRequired"),
        (ACTION + ACTION, "InvalidAddressingHeader"),
    ):
        reply = posted(desk, version, header)
        assert code.encode() in reply.body
        found = blocks(reply.body)
        assert found[f"{WSA}Action"] == f"{WSA[1:-1]}/fault"
        assert (f"{WSA}FaultDetail" in found) is (version == "1.1")
        assert reply.status == (500 if version == "1.1" else 400)
    assert posted(desk, version, ACTION).status == 200
    assert b"ActionMismatch" in posted(desk, version, ACTION, '"urn:x"').body


def test_a_port_that_demands_the_headers_refuses_a_request_without(desk: Any) -> None:
    reply = posted(desk, "1.1", "")
    assert b"MessageAddressingHeaderRequired" in reply.body
    assert posted(desk, "1.2", "").status == 200


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_blocks_for_others_are_not_read(desk: Any, version: str) -> None:
    attribute = "actor" if version == "1.1" else "role"
    elsewhere = f'<wsa:ReplyTo s:{attribute}="urn:other"><wsa:Address>http://x/</wsa:Address></wsa:ReplyTo>'
    assert posted(desk, version, ACTION + IDENTITY + elsewhere).status == 200


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_what_is_not_understood_is_answered_with_headers(
    desk: Any, version: str
) -> None:
    other = '<x:Other xmlns:x="urn:x" s:mustUnderstand="1"/>'
    reply = posted(desk, version, ACTION + IDENTITY + other)
    assert b"MustUnderstand" in reply.body
    found = blocks(reply.body)
    assert found[f"{WSA}RelatesTo"] == "urn:1"
    assert found[f"{WSA}Action"] == f"{WSA[1:-1]}/soap/fault"


def test_a_hostile_reference_parameter_stays_data(desk: Any) -> None:
    parameter = '<wsa:Action xmlns:q="&quot;&gt;">urn:&lt;evil/&gt;</wsa:Action>'
    endpoint = f"<wsa:ReplyTo><wsa:Address>{ANONYMOUS}</wsa:Address><wsa:ReferenceParameters>{parameter}</wsa:ReferenceParameters></wsa:ReplyTo>"
    reply = posted(desk, "1.2", ACTION + IDENTITY + endpoint)
    header = etree.fromstring(reply.body)[0]
    marks = [b.get(f"{WSA}IsReferenceParameter") for b in header]
    assert marks == [None, None, "true"]
