"""Attacks on encrypted messages, from either side: each is refused, or means the same."""

from __future__ import annotations

import copy
from base64 import b64encode
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from lxml import etree
from message_desk import CLIENT, PORTS, SERVICE, WSSE, Change, Wire, ask, desk_in, keys
from test_message_encryption import ORDERS, XENC, both, refused_by_service
from test_message_security import ATTACKS, attack

from soapwright.runtime.security.ciphers import encrypted, transport_of, wrapped

EVIL_KEY = b"k" * 32


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with desk_in(tmp_path_factory.mktemp("attacks"), "desk_attacked") as package:
        yield package


def refused_by_client(desk: Any, wire: Wire, given: Any, port: str = "Desk") -> None:
    with pytest.raises((desk.errors.SecurityError, desk.errors.DecodeError)):
        ask(desk, wire, given, port)


# --------------------------------------------------------------- of what is not encrypted


@pytest.mark.parametrize("change", ATTACKS)
@pytest.mark.parametrize("order", ORDERS)
def test_attacks_on_signed_messages(desk: Any, change: Any, order: str) -> None:
    if change.__name__ == "changed" and order == "sign-encrypt":
        pytest.skip("it changes what is neither signed nor encrypted, nor read")
    port = PORTS[len(change.__name__) % 2]
    given: dict[str, Any] = {"encrypt": ["Body"], "order": order}
    refused_by_service(desk, *both(desk, there=attack(change), **given), port)
    refused_by_client(desk, *both(desk, back=attack(change), **given), port)


# ------------------------------------------------------------------- of what is encrypted

Attack = Callable[[Any], object]


def first(root: Any, name: str) -> Any:
    return root.find(f".//{XENC}{name}")


def another_ciphertext(root: Any) -> None:
    """Encrypted anew, for the right receiver."""
    is_reply = b"RelatesTo" in etree.tostring(root)
    recipient = CLIENT if is_reply else SERVICE
    put_plaintext(root, b"<evil/>", recipient.certificate)


def put_plaintext(root: Any, plain: bytes, recipient: Any) -> None:
    """Another plaintext with another key, which anybody can make."""
    key = wrapped(recipient, transport_of("rsa-oaep-mgf1p"), EVIL_KEY)
    value = first(root, "EncryptedKey").find(f".//{XENC}CipherValue")
    value.text = b64encode(key).decode()
    data = first(root, "EncryptedData").find(f".//{XENC}CipherValue")
    data.text = b64encode(encrypted("aes256-gcm", EVIL_KEY, plain)).decode()


def without_key(root: Any) -> None:
    e = first(root, "EncryptedKey")
    e.getparent().remove(e)


def two_keys(root: Any) -> None:
    e = first(root, "EncryptedKey")
    made = copy.deepcopy(e)
    made.set("Id", "another")
    e.addnext(made)


def no_list(root: Any) -> None:
    e = first(root, "ReferenceList")
    e.getparent().remove(e)


def to_nothing(root: Any) -> None:
    first(root, "DataReference").set("URI", "#nothing")


def to_the_body(root: Any) -> None:
    body = root[-1].get(
        "{http://docs.oasis-open.org/wss/2004/01/"
        "oasis-200401-wss-wssecurity-utility-1.0.xsd}Id"
    )
    first(root, "DataReference").set("URI", f"#{body}")


def twice(root: Any) -> None:
    e = first(root, "DataReference")
    e.addnext(copy.deepcopy(e))


def many(root: Any) -> None:
    e = first(root, "DataReference")
    for number in range(40):
        etree.SubElement(e.getparent(), e.tag, URI=f"#x{number}")


def elsewhere(root: Any) -> None:
    data = first(root, "EncryptedData")
    etree.SubElement(root[0], "{urn:x}wrapper").append(data)


def by_reference(root: Any) -> None:
    value = first(root, "EncryptedData").find(f".//{XENC}CipherValue")
    data = value.getparent()
    data.remove(value)
    etree.SubElement(data, f"{XENC}CipherReference", URI="file:///etc/passwd")


def as_an_element(root: Any) -> None:
    first(root, "EncryptedData").set("Type", "http://www.w3.org/2001/04/xmlenc#Element")


def of_no_type(root: Any) -> None:
    del first(root, "EncryptedData").attrib["Type"]


def by_cbc(root: Any) -> None:
    method = first(root, "EncryptedData").find(f"{XENC}EncryptionMethod")
    method.set("Algorithm", "http://www.w3.org/2001/04/xmlenc#aes256-cbc")


def by_3des(root: Any) -> None:
    method = first(root, "EncryptedData").find(f"{XENC}EncryptionMethod")
    method.set("Algorithm", "http://www.w3.org/2001/04/xmlenc#tripledes-cbc")


def transported_by_rsa15(root: Any) -> None:
    method = first(root, "EncryptedKey").find(f"{XENC}EncryptionMethod")
    method.set("Algorithm", "http://www.w3.org/2001/04/xmlenc#rsa-1_5")


def beside_the_plaintext(root: Any) -> None:
    etree.SubElement(root[-1], "{urn:desk}evil").text = "evil"


def cut(root: Any) -> None:
    value = first(root, "EncryptedData").find(f".//{XENC}CipherValue")
    value.text = value.text[:16]


def no_base64(root: Any) -> None:
    first(root, "EncryptedData").find(f".//{XENC}CipherValue").text = "é"


ENCRYPTION_ATTACKS: list[Attack] = [
    *(another_ciphertext, without_key, two_keys, no_list, to_nothing, to_the_body),
    *(twice, many, elsewhere, by_reference, as_an_element, of_no_type, by_cbc),
    *(by_3des, transported_by_rsa15, beside_the_plaintext, cut, no_base64),
]


def changing(change: Attack) -> Change:
    def apply(envelope: bytes) -> bytes:
        root = etree.fromstring(envelope)
        change(root)
        return etree.tostring(root)

    return apply


@pytest.mark.parametrize("change", ENCRYPTION_ATTACKS)
@pytest.mark.parametrize("order", ORDERS)
def test_attacks_on_ciphertexts(desk: Any, change: Attack, order: str) -> None:
    port = PORTS[len(change.__name__) % 2]
    given: dict[str, Any] = {"encrypt": ["Body"], "order": order}
    refused_by_service(desk, *both(desk, there=changing(change), **given), port)
    refused_by_client(desk, *both(desk, back=changing(change), **given), port)


@pytest.mark.parametrize(
    "plain",
    [
        b"</soap:Body><soap:Body><evil/>",
        b"<a>",
        b"<!DOCTYPE a><a/>",
        b"<!ENTITY x 'y'>&x;",
        b"&#0;",
        b"\xff\xfe",
        b"<?xml version='1.0'?><a/>",
        b"<a>" * 2_000 + b"</a>" * 2_000,
        b"<p:a/>",
        b"",
    ],
)
def test_plaintexts_that_are_none(desk: Any, plain: bytes) -> None:
    """Where nothing is signed, anybody can write them."""

    def change(root: Any) -> None:
        put_plaintext(root, plain, SERVICE.certificate)

    wire, mine = both(desk, there=changing(change), encrypt=["Body"], sign=[])
    with pytest.raises(desk.errors.SoapFault):
        ask(desk, wire, mine)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("side", ["there", "back"])
def test_each_changed_byte_is_refused_or_means_the_same(
    desk: Any, side: str, order: str
) -> None:
    given: dict[str, Any] = {"encrypt": ["Body"], "order": order}
    wire, mine = both(desk, **given)
    ask(desk, wire, mine)
    size = len((wire.request if side == "there" else wire.reply).body)
    for at in range(0, size, 97):

        def change(envelope: bytes, at: int = at) -> bytes:
            place = at % len(envelope)
            changed = bytes([envelope[place] ^ 1])
            return envelope[:place] + changed + envelope[place + 1 :]

        changes: dict[str, Any] = {side: change}
        wire, mine = both(desk, **changes, **given)
        try:
            assert ask(desk, wire, mine) == "who? CN=client"
        except desk.errors.SoapError:
            continue


def rebound(envelope: bytes) -> bytes:
    """Another meaning of the prefix, where only the ciphertext is signed."""
    assert envelope.count(b'xmlns:tns="urn:desk"') == 1
    return envelope.replace(b'xmlns:tns="urn:desk"', b'xmlns:tns="urn:evil"')


def test_a_prefix_of_the_surroundings(desk: Any, monkeypatch: Any) -> None:
    """What we encrypt declares its namespaces itself; what does not is refused where its ciphertext is signed."""
    given: dict[str, Any] = {"encrypt": ["Body"], "order": "encrypt-sign"}
    assert ask(desk, *both(desk, there=rebound, back=rebound, **given))
    encrypting = import_module(f"{desk.__name__}._soap.security.encrypting")

    def as_it_is(self: Any, start: int, end: int, parts: Any) -> bytes:
        return bytes(self._envelope[start:end])

    monkeypatch.setattr(encrypting._Writer, "_plain", as_it_is)
    refused_by_service(desk, *both(desk, there=rebound, **given))
    refused_by_service(desk, *both(desk, **given))
    given["order"] = "sign-encrypt"
    assert ask(desk, *both(desk, **given))


# ------------------------------------------------------------------- requests and replies


@pytest.mark.parametrize("symmetric", [False, True])
def test_a_request_is_no_reply_to_itself(desk: Any, symmetric: bool) -> None:
    security = import_module(f"{desk.__name__}.security")
    given = security.Profile(symmetric=symmetric)
    own = keys(desk, CLIENT, CLIENT, recipient=CLIENT.certificate)
    client = given.with_keys(own).for_client(None, "")
    sent = client.secured(desk.Message(envelope_of(desk), "text/xml"))
    with pytest.raises(desk.errors.SecurityError):
        client.checked(sent, desk.limits(), sent)


def envelope_of(desk: Any) -> bytes:
    operation = desk.PORTS["Desk"].operations["ask"]
    return bytes(operation.encode_request(operation.request_type(what="x")))


def test_a_reply_to_another_request(desk: Any) -> None:
    """One that is signed as it should be, to the same client: only its confirmation shows it."""
    wire, mine = both(desk, confirm=True)
    ask(desk, wire, mine)
    client = mine.for_client(None, "")
    other = client.secured(desk.Message(envelope_of(desk), "text/xml"))
    came = desk.Message(wire.reply.body, "text/xml")
    with pytest.raises(desk.errors.SecurityError, match="confirm"):
        client.checked(came, desk.limits(), other)


def test_a_reply_by_another_key_of_a_symmetric_binding(desk: Any) -> None:
    """Anybody can encrypt a key for the client, and sign with it."""
    wire, mine = both(desk, symmetric=True)
    stranger = both(desk, symmetric=True)[1]
    evil = stranger.with_keys(keys(desk, SERVICE, CLIENT)).for_client(None, "")

    def back(envelope: bytes) -> bytes:
        root = etree.fromstring(envelope)
        block: Any = root.find(f".//{WSSE}Security")
        block.getparent().remove(block)
        made = evil.secured(desk.Message(etree.tostring(root), "text/xml"))
        return bytes(made.envelope)

    wire, mine = both(desk, back=back, symmetric=True)
    refused_by_client(desk, wire, mine)
