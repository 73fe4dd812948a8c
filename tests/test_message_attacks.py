"""Attacks on signed messages, each on clients and services of both versions of SOAP, synchronous and asynchronous; and
what a signature does not cover by itself: prefixes of values, references, the value of an ECDSA signature.
"""

from __future__ import annotations

import asyncio
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from message_desk import (
    CA,
    CLIENT,
    DS,
    PORTS,
    SERVICE,
    Change,
    Wire,
    ask,
    both,
    desk_in,
    keys,
    profile,
    same,
    service,
)
from message_keys import pair
from randomness import examples
from test_message_security import ATTACKS, attack

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.runtime.errors.errors import SecurityError
from soapwright.runtime.security.canonical import canonical
from soapwright.runtime.security.names import EXCLUSIVE

CASES = Path(__file__).parent / "cases"
CURVE, OTHER = pair("curve", "ec"), pair("other", "ec")
P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
XSD = "http://www.w3.org/2001/XMLSchema"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with desk_in(tmp_path_factory.mktemp("attacks"), "desk_attacked") as package:
        yield package


class AsyncWire:
    """As `Wire`, for an asynchronous client."""

    def __init__(self, desk: Any, security: Any, there: Change, back: Change) -> None:
        served = service(desk)
        self._transport = desk.server.AsyncInMemoryTransport(served, security=security)
        self._there, self._back = there, back

    async def send(self, request: Any) -> Any:
        request = replace(request, body=self._there(request.body))
        reply = await self._transport.send(request)
        return replace(reply, body=self._back(reply.body))


def ask_async(
    desk: Any, port: str, there: Change = same, back: Change = same, what: str = "who?"
) -> str:
    wire = AsyncWire(desk, keys(desk, SERVICE, CA), there, back)
    mine, addressing = keys(desk, CLIENT, SERVICE), [desk.Addressing()]

    async def run() -> str:
        async with desk.AsyncClient(
            port=port, transport=wire, outgoing=addressing, security=mine
        ) as client:
            return str(await client.ask(what=what))

    return asyncio.run(run())


# ------------------------------------------------------- every attack, on the asynchronous side


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("change", ATTACKS)
@pytest.mark.parametrize("side", ["there", "back"])
def test_an_attack_on_the_asynchronous_side(
    desk: Any, change: Any, port: str, side: str
) -> None:
    wanted = desk.errors.SoapFault if side == "there" else desk.errors.SecurityError
    with pytest.raises(wanted):
        ask_async(desk, port, **{side: attack(change)})


# ------------------------------------------------------------------------------ every byte


OPERATIONS = st.sampled_from(["flip", "set", "insert", "delete", "repeat", "swap"])


def mutated(envelope: bytes, how: str, at: int, size: int, octets: bytes) -> bytes:
    at %= len(envelope)
    match how:
        case "flip":
            return (
                envelope[:at]
                + bytes([envelope[at] ^ 1 << size % 8])
                + envelope[at + 1 :]
            )
        case "set":
            return envelope[:at] + octets + envelope[at + len(octets) :]
        case "insert":
            return envelope[:at] + octets + envelope[at:]
        case "delete":
            return envelope[:at] + envelope[at + size :]
        case "repeat":
            return envelope[: at + size] + envelope[at:]
        case _:
            end = at + size
            return (
                envelope[:at]
                + envelope[end : end + size]
                + envelope[at:end]
                + envelope[end + size :]
            )


@pytest.mark.parametrize("side", ["there", "back"])
@examples(60)
@given(
    how=OPERATIONS,
    at=st.integers(0, 2**16),
    size=st.integers(1, 300),
    octets=st.sampled_from(
        [b" ", b"<", b">", b"&amp;", b"<!---->", b"<?x?>", b"\0", b'"', b"e", b"&#13;"]
        + [b"<a/>", b"xmlns:soap='urn:x' ", b"evil", b"1", b"=", b"\r\n"]
    ),
    port=st.sampled_from(PORTS),
)
def test_a_mutated_message_is_refused_or_means_the_same(
    desk: Any, side: str, how: str, at: int, size: int, octets: bytes, port: str
) -> None:
    def change(envelope: bytes) -> bytes:
        return mutated(envelope, how, at, size, octets)

    wire, mine = both(desk, **{side: change})
    try:
        assert ask(desk, wire, mine, port) == "who? CN=client"
    except desk.errors.SoapError:
        return


# --------------------------------------------------------------- values that can be changed


def malleated(root: Any, security: Any, body: Any) -> None:
    """The other value of ECDSA that is right: s is n - s."""
    value = security.find(f".//{DS}SignatureValue")
    octets = b64decode(value.text)
    s = P256 - int.from_bytes(octets[32:], "big")
    value.text = b64encode(octets[:32] + s.to_bytes(32, "big")).decode()


def test_an_ecdsa_signature_is_taken_once_in_either_form(desk: Any) -> None:
    served = keys(desk, OTHER, CURVE)
    wire, mine = Wire(desk, served), keys(desk, CURVE, OTHER)
    assert ask(desk, wire, mine) == "who? CN=curve"
    again = attack(malleated)(wire.request.body)
    assert again != wire.request.body
    # the other form is a right signature, to whom it is new
    fresh = Wire(desk, keys(desk, OTHER, CURVE), there=attack(malleated))
    assert ask(desk, fresh, keys(desk, CURVE, OTHER)) == "who? CN=curve"
    reply = wire._transport.send(replace(wire.request, body=again))
    assert reply.status == 500 and b"FailedCheck" in reply.body


def test_ones_own_message_is_no_reply(desk: Any) -> None:
    """An authority that issued both certificates is trusted: one's own still makes no reply."""
    own = keys(desk, CLIENT, CA)
    signed: list[bytes] = []

    def back(envelope: bytes) -> bytes:
        return signed[0]

    text = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/>'
        "</e:Envelope>"
    )
    security = profile(desk, expect=()).with_keys(own).for_client(None, "http://x")
    message = desk.Message(text.encode(), "text/xml")
    signed.append(security.secured(message).envelope)
    wire = Wire(desk, keys(desk, SERVICE, CA), back=back)
    with pytest.raises(desk.errors.SecurityError, match="one's own"):
        ask(desk, wire, own)


# ----------------------------------------------------------- what is outside of the Body


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A package of rpc/encoded, which is generated: Any."""
    folder = tmp_path_factory.mktemp("fleet")
    with chdir(CASES / "rpc-encoded"):
        package = generate(Path("service.wsdl"), Options("fleet_signed", security=True))
    write_package(folder / "fleet_signed", package.files)
    sys.path.insert(0, str(folder))
    yield import_module("fleet_signed")
    sys.path.remove(str(folder))


def lend(fleet: Any, there: Change, vehicles: Any, *, signs: bool = True) -> list[Any]:
    """The vehicles as a service has received them."""
    received: list[Any] = []

    class Depot(fleet.server.DepotService):
        def lend(self, *, vehicles: Any, **_: Any) -> Any:
            received.extend(vehicles)
            return vehicles[0]

    served = keys(fleet, SERVICE, CA)
    transport = fleet.server.InMemoryTransport(Depot(), security=served)

    class Changing:
        def send(self, request: Any) -> Any:
            return transport.send(replace(request, body=there(request.body)))

    mine = keys(fleet, CLIENT, SERVICE) if signs else None
    with fleet.Client(transport=Changing(), security=mine) as client:
        client.lend(vehicles=vehicles, days=1, from_=None)
    return received


def vehicle(fleet: Any, plate: str = "CA 1") -> Any:
    return fleet.types.Vehicle(plate=plate, seats=2, depot="x")


def test_a_block_of_the_header_does_not_take_the_place_of_what_the_body_refers_to(
    fleet: Any,
) -> None:
    def more(root: Any, security: Any, body: Any) -> None:
        (shared,) = {e.get("href") for e in body.iter() if e.get("href")}
        target = next(e for e in body.iter() if e.get("id") == shared[1:])
        copied = etree.fromstring(etree.tostring(target).replace(b"CA 1", b"EVIL"))
        root[0].insert(0, copied)

    one = vehicle(fleet)
    received = lend(fleet, attack(more), [one, one])
    assert [each.plate for each in received] == ["CA 1", "CA 1"]


def signed_as_it_is(fleet: Any, envelope: bytes) -> bytes:
    """Signed as programs do that leave the PrefixList out, here by hand."""
    signing = import_module(f"{fleet.__name__}._soap.security.signing")
    known, signing.prefixes_of_values = signing.prefixes_of_values, lambda e: []
    try:
        given = keys(fleet, CLIENT, SERVICE).for_client(None, "http://x")
        message = fleet.Message(envelope, "text/xml")
        return bytes(given.secured(message).envelope)
    finally:
        signing.prefixes_of_values = known


def test_a_reference_to_what_is_not_signed_is_refused(fleet: Any) -> None:
    def outside(envelope: bytes) -> bytes:
        root = etree.fromstring(envelope)
        target = next(e for e in root[-1].iter() if e.get("id"))
        header = etree.Element(f"{root.tag[:-8]}Header")
        root.insert(0, header)
        header.append(target)
        return signed_as_it_is(fleet, etree.tostring(root))

    one = vehicle(fleet)
    with pytest.raises(fleet.errors.SoapFault) as caught:
        lend(fleet, outside, [one, one], signs=False)
    assert "FailedCheck" in caught.value.code_qname


def test_prefixes_of_values_are_signed(fleet: Any) -> None:
    """Our own messages have them in the PrefixList: nobody can bind them to another namespace."""

    def bind(envelope: bytes) -> bytes:
        assert b'PrefixList="' in envelope
        return envelope.replace(XSD.encode(), b"urn:evil", 1)

    assert lend(fleet, same, [vehicle(fleet)])[0].plate == "CA 1"
    with pytest.raises(fleet.errors.SoapFault) as caught:
        lend(fleet, bind, [vehicle(fleet)])
    assert "FailedCheck" in caught.value.code_qname


@pytest.mark.parametrize("uri", ["urn:fleet", "urn:evil"])
def test_a_type_by_a_prefix_that_is_not_signed_is_refused(fleet: Any, uri: str) -> None:
    """Who signs without a PrefixList may name types of the standards, no others."""

    def unsigned(envelope: bytes) -> bytes:
        text = envelope.decode().replace(
            "<soap:Envelope", f'<soap:Envelope xmlns:z="{uri}"', 1
        )
        root = etree.fromstring(text.encode())
        for e in root.iter("{*}vehicle", "vehicle"):
            e.set("{http://www.w3.org/2001/XMLSchema-instance}type", "z:Vehicle")
        return signed_as_it_is(fleet, etree.tostring(root))

    with pytest.raises(fleet.errors.SoapFault) as caught:
        lend(fleet, unsigned, [vehicle(fleet)], signs=False)
    assert "FailedCheck" in caught.value.code_qname


def test_types_of_the_standards_need_no_prefix_list(fleet: Any) -> None:
    def plain(envelope: bytes) -> bytes:
        return signed_as_it_is(fleet, envelope)

    # its own types are declared where they are used
    received = lend(fleet, plain, [vehicle(fleet)], signs=False)
    assert received[0].plate == "CA 1"


def test_ids_are_found_in_time(desk: Any) -> None:
    """A message of many elements, signed by nobody, costs little more than its parsing."""
    many = b"<x>" + b'<y a="1"/>' * 200_000 + b"</x>"

    def large(envelope: bytes) -> bytes:
        return envelope.replace(b"</soap:Body>", many + b"</soap:Body>")

    wire, mine = both(desk, there=large)
    began = time.process_time()
    with pytest.raises(desk.errors.SoapFault):
        ask(desk, wire, mine)
    assert time.process_time() - began < 5


def test_a_security_block_of_very_many_children(desk: Any) -> None:
    """Each is looked at once, before anything says who sent them."""
    many = b'<y xmlns="urn:y"/>' * 200_000

    def large(envelope: bytes) -> bytes:
        return envelope.replace(b"</wsse:Security>", many + b"</wsse:Security>")

    wire, mine = both(desk, there=large)
    began = time.process_time()
    assert ask(desk, wire, mine).startswith("who?")
    assert many in wire.request.body
    assert time.process_time() - began < 5


@pytest.mark.parametrize("prefixes", [3_000, 16, 0])
def test_a_signature_in_the_scope_of_very_many_namespaces(
    desk: Any, prefixes: int
) -> None:
    """Its canonical form would cost time for each prefix of its list, in each of its elements."""
    declared = "".join(f' xmlns:n{number}="urn:{number}"' for number in range(3_000))
    listed = " ".join(f"n{number}" for number in range(prefixes)) or "#default"

    def large(envelope: bytes) -> bytes:
        start = b"<soap:Envelope"
        changed = envelope.replace(start, start + declared.encode(), 1)
        root = etree.fromstring(changed)
        info = root.find(f".//{DS}SignedInfo")
        method = info.find(f"{DS}CanonicalizationMethod")
        etree.SubElement(method, f"{{{EXCLUSIVE}}}InclusiveNamespaces").set(
            "PrefixList", listed
        )
        for _ in range(3_000):
            etree.SubElement(info, f"{DS}Object")
        return etree.tostring(root)

    wire, mine = both(desk, there=large)
    began = time.process_time()
    with pytest.raises(desk.errors.SoapFault):
        ask(desk, wire, mine)
    assert time.process_time() - began < 5


def test_a_long_prefix_list_gives_what_libxml2_gives() -> None:
    names = [f"n{number}" for number in range(20)]
    declared = "".join(f' xmlns:{name}="urn:{name}"' for name in names)
    root = etree.fromstring(f"<a{declared}><n3:b n4:c='&lt;'>x<d/></n3:b></a>")
    assert canonical(root[0], names) == etree.tostring(
        root[0], method="c14n", exclusive=True, inclusive_ns_prefixes=names
    )


def test_more_namespaces_than_anybody_needs_have_no_canonical_form() -> None:
    declared = "".join(f' xmlns:n{number}="urn:{number}"' for number in range(501))
    with pytest.raises(SecurityError, match="501 namespaces"):
        canonical(etree.fromstring(f"<a{declared}/>"), ["#default"])
