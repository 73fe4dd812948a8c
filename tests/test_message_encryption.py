"""Encrypted messages between clients and services of both versions of SOAP, in either order and either binding."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from lxml import etree
from message_desk import (
    CA,
    CLIENT,
    DS,
    PORTS,
    SERVICE,
    STRANGER,
    WSSE,
    Change,
    Wire,
    ask,
    desk_in,
    keys,
    profile,
    same,
    service,
)

XENC = "{http://www.w3.org/2001/04/xmlenc#}"
WSSE11 = "{http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd}"
ORDERS = ["sign-encrypt", "encrypt-sign"]
REFERENCES = ["direct", "issuer-serial", "ski", "thumbprint", "embedded"]
ACTION = "{http://www.w3.org/2005/08/addressing}Action"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with desk_in(tmp_path_factory.mktemp("encryption"), "desk_encrypted") as package:
        yield package


def algorithms(desk: Any, **given: Any) -> Any:
    return import_module(f"{desk.__name__}.security").Algorithms(**given)


def both(
    desk: Any, there: Change = same, back: Change = same, **given: Any
) -> tuple[Wire, Any]:
    """A wire to a service, and the profile of a client; both have the same but for their keys."""
    common = profile(desk, **given)
    theirs = common.with_keys(keys(desk, SERVICE, CA))
    return Wire(desk, theirs, there, back), common.with_keys(
        keys(desk, CLIENT, SERVICE)
    )


def names(message: Any) -> list[str]:
    block: Any = etree.fromstring(message.body).find(f".//{WSSE}Security")
    return [etree.QName(e).localname for e in block]


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("order", ORDERS)
def test_the_content_of_the_body(desk: Any, port: str, order: str) -> None:
    wire, mine = both(desk, encrypt=["Body"], order=order)
    assert ask(desk, wire, mine, port, "who <?>") == "who <?> CN=client"
    for message in (wire.request, wire.reply):
        assert b"who &lt;" not in message.body
        body = etree.fromstring(message.body)[-1]
        assert [e.tag for e in body] == [f"{XENC}EncryptedData"]
        found = [name for name in names(message) if name != "Timestamp"]
        signed = ["BinarySecurityToken", "Signature"]
        wanted = (
            ["EncryptedKey", *signed]
            if order == ORDERS[0]
            else [*signed, "EncryptedKey"]
        )
        assert found == wanted


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("symmetric", [False, True])
def test_headers_and_the_signature(desk: Any, order: str, symmetric: bool) -> None:
    wire, mine = both(
        desk,
        encrypt=["Body", "Signature", ACTION],
        order=order,
        symmetric=symmetric,
        confirm=True,
    )
    assert ask(desk, wire, mine) == f"who? {'' if symmetric else 'CN=client'}"
    for message in (wire.request, wire.reply):
        root = etree.fromstring(message.body)
        assert root.find(f".//{DS}Signature") is None
        assert root.find(f".//{ACTION}") is None
        assert root.find(f".//{WSSE11}SignatureConfirmation") is None
        assert root[0].find(f"{WSSE11}EncryptedHeader/{XENC}EncryptedData") is not None


@pytest.mark.parametrize(
    "data",
    [f"aes{bits}-{mode}" for bits in (128, 192, 256) for mode in ("gcm", "cbc")],
)
@pytest.mark.parametrize("transport", ["rsa-oaep-mgf1p", "rsa-oaep", "rsa-1_5"])
def test_algorithms(desk: Any, data: str, transport: str) -> None:
    weak = {"aes128-gcm", "aes256-gcm", "rsa-oaep", "rsa-oaep-mgf1p"}
    named = [name for name in (data, transport) if name not in weak]
    given = algorithms(desk, data=data, transport=transport, accept=named)
    wire, mine = both(desk, encrypt=["Body"], order="encrypt-sign", algorithms=given)
    assert ask(desk, wire, mine) == "who? CN=client"
    if named:
        given = algorithms(desk, data=data, transport=transport)
        wire, mine = both(
            desk, encrypt=["Body"], order="encrypt-sign", algorithms=given
        )
        refused_by_service(desk, wire, mine)


def test_cbc_is_accepted_only_where_the_ciphertext_is_signed(desk: Any) -> None:
    given = algorithms(desk, data="aes256-cbc", accept=["aes256-cbc"])
    wire, mine = both(desk, encrypt=["Body"], order="sign-encrypt", algorithms=given)
    refused_by_service(desk, wire, mine)


@pytest.mark.parametrize("reference", REFERENCES)
def test_references_to_the_recipient(desk: Any, reference: str) -> None:
    wire, mine = both(desk, encrypt=["Body"], encryption_reference=reference)
    assert ask(desk, wire, mine) == "who? CN=client"


def test_the_recipient_is_named_where_an_authority_is_trusted(desk: Any) -> None:
    given = profile(desk, encrypt=["Body"])
    wire = Wire(desk, given.with_keys(keys(desk, SERVICE, CA)))
    mine = keys(desk, CLIENT, CA, recipient=SERVICE.certificate)
    assert ask(desk, wire, given.with_keys(mine)) == "who? CN=client"
    with pytest.raises(ValueError, match="recipient"):
        ask(desk, wire, given.with_keys(keys(desk, CLIENT, CA)))


def test_a_message_for_another_receiver(desk: Any) -> None:
    given = profile(desk, encrypt=["Body"])
    wire = Wire(desk, given.with_keys(keys(desk, SERVICE, CA)))
    mine = keys(desk, CLIENT, CA, recipient=STRANGER.certificate)
    refused_by_service(desk, wire, given.with_keys(mine))


def test_what_is_not_encrypted_is_refused_where_it_is_demanded(desk: Any) -> None:
    for parts in (["Body"], [ACTION], ["Signature"]):
        demanding = profile(desk, encrypt=[], expect_encrypted=parts)
        wire = Wire(desk, demanding.with_keys(keys(desk, SERVICE, CA)))
        refused_by_service(desk, wire, keys(desk, CLIENT, SERVICE))
        wire = Wire(desk, keys(desk, SERVICE, CA))
        with pytest.raises(desk.errors.SecurityError, match="not encrypted"):
            ask(desk, wire, demanding.with_keys(keys(desk, CLIENT, SERVICE)))


def test_a_token_is_encrypted(desk: Any) -> None:
    token = desk.UsernameToken("ida", "s3cret")
    for order in ORDERS:
        wire, mine = both(
            desk,
            encrypt=["Body", "UsernameToken"],
            sign=["Body", "Timestamp", "UsernameToken"],
            tokens=[token],
            order=order,
        )
        with pytest.raises(desk.errors.SoapFault):  # nobody checks the token there
            ask(desk, wire, mine)
        assert b"ida" not in wire.request.body and b"s3cret" not in wire.request.body


def test_an_asynchronous_client(desk: Any) -> None:
    _, mine = both(desk, encrypt=["Body"])

    async def run() -> str:
        theirs = profile(desk, encrypt=["Body"]).with_keys(keys(desk, SERVICE, CA))
        transport = desk.server.AsyncInMemoryTransport(service(desk), security=theirs)
        async with desk.AsyncClient(transport=transport, security=mine) as client:
            return str(await client.ask(what="who?"))

    assert asyncio.run(run()) == "who? CN=client"


def test_faults(desk: Any) -> None:
    wire, mine = both(desk, encrypt=["Body"])
    with pytest.raises(desk.errors.SoapFault, match="no") as caught:
        ask(desk, wire, mine, what="fail")
    assert caught.value.verified is True
    assert b"EncryptedData" in wire.reply.body


def test_a_key_that_does_not_leave_its_place(desk: Any) -> None:
    asked: list[str] = []

    class Token:
        def sign(self, data: bytes, algorithm: str) -> bytes:
            key: Any = SERVICE.key
            return bytes(key.sign(data, padding.PKCS1v15(), hashes.SHA256()))

        def decrypt(self, data: bytes, algorithm: str) -> bytes:
            asked.append(algorithm)
            oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
            key: Any = SERVICE.key
            return bytes(key.decrypt(data, oaep))

    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    security = import_module(f"{desk.__name__}.security")
    given = profile(
        desk, encrypt=["Body"], algorithms=algorithms(desk, transport="rsa-oaep")
    )
    theirs = security.Keys(Token(), SERVICE.certificate, trust=[CLIENT.pem])
    wire = Wire(desk, given.with_keys(theirs))
    assert ask(desk, wire, given.with_keys(keys(desk, CLIENT, SERVICE)))
    assert asked == ["rsa-oaep-sha256-mgf1-sha256"]


# ------------------------------------------------------------------- the symmetric binding


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("encrypt", [[], ["Body"]])
def test_a_symmetric_binding(desk: Any, port: str, order: str, encrypt: Any) -> None:
    given = profile(desk, encrypt=encrypt, order=order, symmetric=True, confirm=True)
    wire = Wire(desk, given.with_keys(keys(desk, SERVICE, CA)))
    security = import_module(f"{desk.__name__}.security")
    mine = security.Keys(trust=[SERVICE.pem])
    assert ask(desk, wire, given.with_keys(mine), port) == "who? "
    assert b"EncryptedKeySHA1" in wire.reply.body
    assert b"<xenc:EncryptedKey " not in wire.reply.body
    assert b"X509" not in wire.reply.body


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("version", ["1.3", "2005"])
def test_derived_keys(desk: Any, version: str, order: str, port: str) -> None:
    parts = ["Body", "Signature"]
    given = profile(
        desk,
        encrypt=parts,
        order=order,
        symmetric=True,
        derived_keys=version,
        confirm=True,
    )
    wire = Wire(desk, given.with_keys(keys(desk, SERVICE, CA)))
    security = import_module(f"{desk.__name__}.security")
    mine = given.with_keys(security.Keys(trust=[SERVICE.pem]))
    assert ask(desk, wire, mine, port) == "who? "
    for message in (wire.request, wire.reply):
        assert message.body.count(b"<wsc:DerivedKeyToken ") == 2
    plain = profile(desk, encrypt=parts, order=order, symmetric=True, confirm=True)
    plain = plain.with_keys(security.Keys(trust=[SERVICE.pem]))
    refused_by_service(desk, wire, plain, port)


def test_the_derivation_of_keys() -> None:
    """RFC 2246's P_SHA1, as others compute it."""
    from soapwright.runtime.security.derived import derived

    first = derived(b"secret", b"seed", 0, 64)
    assert first[5:37] == derived(b"secret", b"seed", 5, 32)
    a1 = hmac.digest(b"secret", b"seed", "sha1")
    assert first[:20] == hmac.digest(b"secret", a1 + b"seed", "sha1")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<wsc:Length>24<", b"<wsc:Length>99999<"),
        (b"<wsc:Length>24<", b"<wsc:Length>-1<"),
        (b"<wsc:Offset>0<", b"<wsc:Offset>999999<"),
        (b"<wsc:Offset>0<", b"<wsc:Offset>16<"),
        (b"<wsc:Offset>0</wsc:Offset>", b"<wsc:Generation>1</wsc:Generation>"),
    ],
)
def test_derived_keys_that_were_changed(desk: Any, old: bytes, new: bytes) -> None:
    def change(envelope: bytes) -> bytes:
        assert old in envelope
        return envelope.replace(old, new)

    wire, mine = both(desk, there=change, symmetric=True, derived_keys="1.3")
    refused_by_service(desk, wire, mine)


def test_the_signature_of_a_symmetric_binding_is_endorsed(desk: Any) -> None:
    wire, mine = both(desk, symmetric=True, endorse=True, confirm=True)
    assert ask(desk, wire, mine) == "who? CN=client"
    stranger = mine.with_keys(keys(desk, STRANGER, SERVICE))
    refused_by_service(desk, wire, stranger)
    plain = profile(desk, symmetric=True).with_keys(keys(desk, CLIENT, SERVICE))
    refused_by_service(desk, wire, plain)


def refused_by_service(desk: Any, wire: Wire, given: Any, port: str = "Desk") -> None:
    with pytest.raises(desk.errors.SoapFault) as caught:
        ask(desk, wire, given, port)
    fault = caught.value
    assert f"{WSSE}FailedCheck" in (fault.code_qname, *fault.subcodes)
    assert fault.reason == "the message's security could not be verified"
