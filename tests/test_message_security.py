"""Signed messages between clients and services of both versions of SOAP, and attacks on either."""

from __future__ import annotations

import asyncio
import copy
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from message_desk import (
    CA,
    CLIENT,
    DS,
    PORTS,
    SERVICE,
    STRANGER,
    WSA,
    WSSE,
    WSU,
    Change,
    Wire,
    ask,
    both,
    desk_in,
    keys,
    profile,
    service,
)
from message_keys import Pair, pair

from soapwright.runtime.security.canonical import inclusive
from soapwright.runtime.security.trust import key_identifier

INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with desk_in(tmp_path_factory.mktemp("security"), "desk_signed") as package:
        yield package


# --------------------------------------------------------------------------- what is sent


@pytest.mark.parametrize("port", PORTS)
def test_both_sides_sign_and_verify(desk: Any, port: str) -> None:
    wire, mine = both(desk)
    assert ask(desk, wire, mine, port) == "who? CN=client"
    for message in (wire.request, wire.reply):
        root = etree.fromstring(message.body)
        references = root.findall(f".//{DS}Reference")
        header = [e for e in root[0] if str(e.tag).startswith(WSA)]
        ids = {e.get(f"{WSU}Id") for e in [*header, root[-1]]}
        ids.add(root.find(f".//{WSU}Timestamp").get(f"{WSU}Id"))
        assert {e.get("URI")[1:] for e in references} == ids
        assert root.find(f".//{WSSE}Security").get(f"{{{soap(root)}}}mustUnderstand")


def soap(root: Any) -> str:
    return str(etree.QName(root).namespace)


REFERENCES = ["direct", "issuer-serial", "ski", "thumbprint", "embedded", "path"]


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize("kind", ["rsa", "ec", "ec384"])
def test_references_and_kinds_of_keys(desk: Any, reference: str, kind: str) -> None:
    mine, theirs = pair("mine", kind), pair("theirs", kind)
    with_reference = profile(desk, reference=reference)
    wire = Wire(desk, with_reference.with_keys(keys(desk, theirs, mine)))
    given = with_reference.with_keys(keys(desk, mine, theirs))
    assert ask(desk, wire, given) == "who? CN=mine"


@pytest.mark.parametrize("size", [1, 2])
def test_a_path_of_certificates(desk: Any, size: int) -> None:
    """Who trusts the root alone needs those between."""
    root = pair("root", ca=True)
    chain = [pair("middle", "rsa", root, ca=True)]
    if size > 1:
        chain.insert(0, pair("lower", "rsa", chain[0], ca=True))
    own = pair("leaf", "rsa", chain[0])
    for reference in ("path", "direct"):
        given = profile(desk, reference=reference, expect=())
        between = [one.certificate for one in chain]
        mine = given.with_keys(keys(desk, own, SERVICE, chain=between))
        wire = Wire(desk, profile(desk).with_keys(keys(desk, SERVICE, root)))
        if reference == "path":
            assert ask(desk, wire, mine) == "who? CN=leaf"
        else:
            refused_by_service(desk, wire, mine, "Desk")
    with pytest.raises(ValueError, match="encryption_reference"):
        profile(desk, encryption_reference="path")


@pytest.mark.parametrize("reference", REFERENCES)
def test_the_token_is_signed_too(desk: Any, reference: str) -> None:
    parts = ["Body", "Timestamp", "BinarySecurityToken"]
    given = profile(desk, reference=reference, sign=parts)
    wire = Wire(desk, given.with_keys(keys(desk, SERVICE, CLIENT)))
    mine = given.with_keys(keys(desk, CLIENT, SERVICE))
    assert ask(desk, wire, mine) == "who? CN=client"
    has_token = reference in ("direct", "path")
    assert (b"#STR-Transform" in wire.request.body) is not has_token
    plain = profile(desk, reference=reference, sign=["Body", "Timestamp"])
    refused_by_service(desk, wire, plain.with_keys(keys(desk, CLIENT, SERVICE)))


def key_info(own: Pair, *forms: str) -> str:
    """A KeyInfo of these forms, as programs write it that know XML Signature alone, or zeep."""
    certificate = own.certificate
    der = b64encode(certificate.public_bytes(Encoding.DER)).decode()
    numbers: Any = own.key.public_key().public_numbers()
    modulus, exponent = (
        b64encode(n.to_bytes((n.bit_length() + 7) // 8, "big")).decode()
        for n in (numbers.n, numbers.e)
    )
    identifier = b64encode(key_identifier(certificate) or b"").decode()
    written = {
        "certificate": f"<X509Certificate>{der}</X509Certificate>",
        "number": "<X509IssuerSerial><X509IssuerName>CN=authority</X509IssuerName>"
        f"<X509SerialNumber>{certificate.serial_number}</X509SerialNumber></X509IssuerSerial>",
        "identifier": f"<X509SKI>{identifier}</X509SKI>",
    }
    data = "".join(written[form] for form in forms if form in written)
    inside = f"<X509Data>{data}</X509Data>" if data else ""
    if "reference" in forms:
        inside = f'<w:SecurityTokenReference xmlns:w="{WSSE[1:-1]}">{inside}</w:SecurityTokenReference>'
    if "value" in forms:
        inside += f"<KeyValue><RSAKeyValue><Modulus>{modulus}</Modulus><Exponent>{exponent}</Exponent></RSAKeyValue></KeyValue>"
    return f'<KeyInfo xmlns="{DS[1:-1]}">{inside}</KeyInfo>'


def informed(own: Pair, *forms: str) -> Change:
    """The same message, with another KeyInfo."""

    def change(envelope: bytes) -> bytes:
        root = etree.fromstring(envelope)
        signature = root.find(f".//{DS}Signature")
        other = etree.fromstring(key_info(own, *forms))
        signature.replace(signature.find(f"{DS}KeyInfo"), other)
        return etree.tostring(root)

    return change


CARRIED = [
    ("certificate",),
    ("certificate", "value"),
    ("reference", "certificate"),
    ("reference", "number", "certificate"),
    ("number", "certificate"),
]
KNOWN = [("number",), ("identifier",), ("value",), ("reference", "identifier")]


@pytest.mark.parametrize("forms", [*CARRIED, *KNOWN])
def test_forms_of_a_key_info(desk: Any, forms: tuple[str, ...]) -> None:
    mine = keys(desk, CLIENT, SERVICE)
    wire = Wire(desk, keys(desk, SERVICE, CLIENT), informed(CLIENT, *forms))
    assert ask(desk, wire, mine) == "who? CN=client"
    wire = Wire(desk, keys(desk, SERVICE, CA), informed(CLIENT, *forms))
    if forms in CARRIED:
        assert ask(desk, wire, mine) == "who? CN=client"
    else:  # nobody knows the certificate
        refused_by_service(desk, wire, mine, "Desk")
    for given in (
        {"there": informed(STRANGER, *forms)},
        {"back": informed(STRANGER, *forms)},
    ):
        wire = Wire(desk, keys(desk, SERVICE, CLIENT), **given)
        with pytest.raises(desk.errors.SoapError):
            ask(desk, wire, mine)


def test_an_hmac_of_a_shared_secret(desk: Any) -> None:
    security = import_module(f"{desk.__name__}.security")
    wire = Wire(desk, security.Keys(secret=b"s3cret"))
    assert ask(desk, wire, security.Keys(secret=b"s3cret")) == "who? "
    refused_by_service(desk, wire, security.Keys(secret=b"other"))


def test_a_key_that_does_not_leave_its_place(desk: Any) -> None:
    class Token:
        def sign(self, data: bytes, algorithm: str) -> bytes:
            assert algorithm == "rsa-sha256"
            key: Any = CLIENT.key
            return bytes(key.sign(data, padding.PKCS1v15(), hashes.SHA256()))

    security = import_module(f"{desk.__name__}.security")
    given = security.Keys(Token(), CLIENT.certificate, trust=[SERVICE.pem])
    wire, _ = both(desk)
    assert ask(desk, wire, given) == "who? CN=client"


@pytest.mark.parametrize(
    "layout", ["strict", "lax", "timestamp-first", "timestamp-last"]
)
def test_layouts_and_actors(desk: Any, layout: str) -> None:
    given = profile(desk, layout=layout, sign=["Body", "Timestamp", "{urn:x}*"])
    wire = Wire(desk, given.with_keys(keys(desk, SERVICE, CLIENT)))
    ask(desk, wire, given.with_keys(keys(desk, CLIENT, SERVICE)))
    block = etree.fromstring(wire.request.body).find(f".//{WSSE}Security")
    names = [etree.QName(e).localname for e in block]
    rest = ["BinarySecurityToken", "Signature"]
    last = layout == "timestamp-last"
    assert names == ([*rest, "Timestamp"] if last else ["Timestamp", *rest])


def test_an_asynchronous_client(desk: Any) -> None:
    served = keys(desk, SERVICE, CA)

    async def run() -> str:
        transport = desk.server.AsyncInMemoryTransport(service(desk), security=served)
        mine = keys(desk, CLIENT, SERVICE)
        addressing = [desk.Addressing()]
        async with desk.AsyncClient(
            transport=transport, outgoing=addressing, security=mine
        ) as client:
            return str(await client.ask(what="who?"))

    assert asyncio.run(run()) == "who? CN=client"


class Vault:
    """A key that signs and decrypts elsewhere, and waits until the event loop goes on."""

    def __init__(self, own: Pair) -> None:
        self.goes_on = threading.Event()
        self.key: Any = own.key
        self.calls: list[str] = []

    def waited(self, name: str) -> None:
        assert self.goes_on.wait(10), f"{name} blocks the event loop"
        self.goes_on.clear()
        self.calls.append(name)

    def sign(self, data: bytes, algorithm: str) -> bytes:
        self.waited("sign")
        return bytes(self.key.sign(data, padding.PKCS1v15(), hashes.SHA256()))

    def decrypt(self, data: bytes, algorithm: str) -> bytes:
        self.waited("decrypt")
        sha1 = hashes.SHA1()
        oaep = padding.OAEP(padding.MGF1(sha1), sha1, None)
        return bytes(self.key.decrypt(data, oaep))


@pytest.mark.parametrize("encrypt", [(), ("Body",)])
def test_a_key_that_waits_does_not_block_an_event_loop(
    desk: Any, encrypt: tuple[str, ...]
) -> None:
    security = import_module(f"{desk.__name__}.security")
    mine, theirs = Vault(CLIENT), Vault(SERVICE)
    given = profile(desk, encrypt=encrypt)

    async def tick() -> None:
        while True:
            mine.goes_on.set()
            theirs.goes_on.set()
            await asyncio.sleep(0.001)

    async def run() -> str:
        served = security.Keys(theirs, SERVICE.certificate, trust=[CLIENT.pem])
        transport = desk.server.AsyncInMemoryTransport(
            service(desk), security=given.with_keys(served)
        )
        asks = security.Keys(mine, CLIENT.certificate, trust=[SERVICE.pem])
        ticking = asyncio.create_task(tick())
        async with desk.AsyncClient(
            transport=transport, security=given.with_keys(asks)
        ) as client:
            try:
                return str(await client.ask(what="who?"))
            finally:
                ticking.cancel()

    assert asyncio.run(run()) == "who? CN=client"
    decrypted = ["decrypt"] if encrypt else []
    assert mine.calls == ["sign", *decrypted]
    assert theirs.calls == [*decrypted, "sign"]


def test_keys_of_files(desk: Any, tmp_path: Path) -> None:
    security = import_module(f"{desk.__name__}.security")
    (tmp_path / "me.p12").write_bytes(CLIENT.p12(b"secret"))
    (tmp_path / "me.pem").write_bytes(CLIENT.key_pem + CLIENT.pem)
    (tmp_path / "service.pem").write_bytes(SERVICE.pem)
    trust = [tmp_path / "service.pem"]
    pem = tmp_path / "me.pem"
    for given in (
        security.Keys.from_pkcs12(tmp_path / "me.p12", password="secret", trust=trust),
        security.Keys.from_pem(pem, pem, trust=trust),
    ):
        assert ask(desk, both(desk)[0], given) == "who? CN=client"
        assert "PRIVATE" not in repr(given)
    with pytest.raises(ValueError):
        security.Keys.from_pkcs12(tmp_path / "me.p12", password="wrong")
    with pytest.raises(ValueError, match="another key's"):
        security.Keys(CLIENT.key, SERVICE.certificate)


def test_tokens_of_other_layers_are_signed(desk: Any) -> None:
    token = desk.UsernameToken("ida", "x")
    parts = ["Body", "Timestamp", "UsernameToken"]
    given = profile(desk, sign=parts, tokens=[token])
    wire = Wire(desk, None)
    with pytest.raises(desk.errors.SoapFault):
        ask(desk, wire, given.with_keys(keys(desk, CLIENT, SERVICE)))
    root = etree.fromstring(wire.request.body)
    assert len(root.findall(f".//{WSSE}Security")) == 1
    assert len(root.findall(f".//{WSU}Timestamp")) == 1
    name = root.find(f".//{WSSE}UsernameToken").get(f"{WSU}Id")
    assert f"#{name}" in [e.get("URI") for e in root.iter(f"{DS}Reference")]


# ------------------------------------------------------------------------------ refusals


def refused_by_service(desk: Any, wire: Wire, given: Any, port: str = "Desk") -> None:
    with pytest.raises(desk.errors.SoapFault) as caught:
        ask(desk, wire, given, port)
    fault = caught.value
    assert f"{WSSE}FailedCheck" in (fault.code_qname, *fault.subcodes)
    assert fault.reason == "the message's security could not be verified"
    assert fault.verified is False


def refused_by_client(desk: Any, wire: Wire, given: Any, port: str = "Desk") -> None:
    with pytest.raises(desk.errors.SecurityError) as caught:
        ask(desk, wire, given, port)
    assert caught.value.exchange is not None


@pytest.mark.parametrize("port", PORTS)
def test_whom_nobody_trusts(desk: Any, port: str) -> None:
    wire = Wire(desk, keys(desk, SERVICE, CA))
    refused_by_service(desk, wire, keys(desk, STRANGER, SERVICE), port)
    wire = Wire(desk, keys(desk, SERVICE, CLIENT))
    refused_by_client(desk, wire, keys(desk, CLIENT, STRANGER), port)


def test_the_rule_of_a_subject(desk: Any) -> None:
    for subject in ("CN=client", lambda one: one.serial_number > 0):
        wire = Wire(desk, keys(desk, SERVICE, CA, subject=subject))
        assert ask(desk, wire, keys(desk, CLIENT, SERVICE)) == "who? CN=client"
    wire = Wire(desk, keys(desk, SERVICE, CA, subject="CN=other"))
    refused_by_service(desk, wire, keys(desk, CLIENT, SERVICE))
    with pytest.raises(ValueError):
        keys(desk, SERVICE, CA, subject="nobody")


def test_weak_algorithms_are_taken_by_name_only(desk: Any) -> None:
    security = import_module(f"{desk.__name__}.security")
    weak = security.Algorithms(signature="rsa-sha1", digest="sha1")
    mine = profile(desk, algorithms=weak, expect=["Body"])
    given = mine.with_keys(keys(desk, CLIENT, SERVICE))
    refused_by_service(desk, Wire(desk, keys(desk, SERVICE, CA)), given)
    named = security.Algorithms(accept=["rsa-sha1", "sha1"])
    theirs = profile(desk, algorithms=named).with_keys(keys(desk, SERVICE, CA))
    assert ask(desk, Wire(desk, theirs), given) == "who? CN=client"
    with pytest.raises(ValueError, match="md5"):
        md5 = profile(desk, algorithms=security.Algorithms(accept=["md5"]))
        Wire(desk, md5.with_keys(keys(desk, SERVICE, CA)))


def test_inclusive_canonicalisation_is_taken_by_name_only(desk: Any) -> None:
    def made(envelope: bytes) -> bytes:
        """The same, signed with Canonical XML 1.0, of which nothing is declared away."""
        root = etree.fromstring(envelope)
        signature = root.find(f".//{DS}Signature")
        info = signature.find(f"{DS}SignedInfo")
        for method in info.iter(f"{DS}CanonicalizationMethod", f"{DS}Transform"):
            method.set("Algorithm", INCLUSIVE)
            method[:] = []
        root = etree.fromstring(etree.tostring(root))
        info = root.find(f".//{DS}SignedInfo")
        for reference in info.iter(f"{DS}Reference"):
            ids = {e.get(f"{WSU}Id"): e for e in root.iter()}
            data = inclusive(ids[reference.get("URI")[1:]])
            reference.find(f"{DS}DigestValue").text = b64encode(
                sha256(data).digest()
            ).decode()
        value = CLIENT.key.sign(inclusive(info), padding.PKCS1v15(), hashes.SHA256())
        root.find(f".//{DS}SignatureValue").text = b64encode(value).decode()
        return etree.tostring(root)

    def bound(envelope: bytes) -> bytes:
        """Another namespace in the scope of what is signed."""
        return made(envelope).replace(b":Envelope ", b":Envelope xmlns:n='urn:n' ", 1)

    wire, mine = both(desk, there=made)
    refused_by_service(desk, wire, mine, "Desk")
    theirs = keys(desk, SERVICE, CA, accept=["c14n"])
    assert ask(desk, Wire(desk, theirs, made), mine) == "who? CN=client"
    refused_by_service(desk, Wire(desk, theirs, bound), mine, "Desk")


@pytest.mark.parametrize(
    ("document", "form"),
    [
        ('<a xmlns="urn:u"><b/></a>', '<b xmlns="urn:u"></b>'),
        ('<a xmlns="urn:u"><b xmlns=""><c/></b></a>', "<b><c></c></b>"),
        (
            '<a xmlns:q="urn:v" xmlns:p="urn:u"><p:b z="1" q:a="2"/></a>',
            '<p:b xmlns:p="urn:u" xmlns:q="urn:v" z="1" q:a="2"></p:b>',
        ),
        (
            '<a xml:lang="en" xml:space="preserve"><b xml:lang="de"><c xml:lang="de"/></b></a>',
            '<b xml:lang="de" xml:space="preserve"><c xml:lang="de"></c></b>',
        ),
        (
            '<a xmlns:p="urn:u"><b><c xmlns:p="urn:v" xmlns:q="urn:w"><d xmlns:p="urn:u"/></c></b></a>',
            '<b xmlns:p="urn:u"><c xmlns:p="urn:v" xmlns:q="urn:w"><d xmlns:p="urn:u"></d></c></b>',
        ),
    ],
)
def test_inclusive_forms(document: str, form: str) -> None:
    """Canonical XML 1.0, sections 2.3 and 2.4: of the root's first child; of the root as libxml2 gives it."""
    root = etree.fromstring(document)
    assert inclusive(root[0]).decode() == form
    assert inclusive(root) == etree.tostring(root, method="c14n")


def test_short_keys(desk: Any) -> None:
    short = pair("short", "rsa-1024")
    wire = Wire(desk, keys(desk, SERVICE, short))
    refused_by_service(desk, wire, keys(desk, short, SERVICE))


def test_time_is_over_or_has_not_come(desk: Any) -> None:
    for minutes in (-11, 6):
        then = datetime.now(timezone.utc) + timedelta(minutes=minutes)
        wire = Wire(desk, keys(desk, SERVICE, CA))
        late = keys(desk, CLIENT, SERVICE, clock=lambda then=then: then)
        refused_by_service(desk, wire, late)
        wire = Wire(desk, keys(desk, SERVICE, CA, clock=lambda then=then: then))
        with pytest.raises(desk.errors.SoapError):
            ask(desk, wire, keys(desk, CLIENT, SERVICE))


def test_nothing_is_taken_twice(desk: Any) -> None:
    wire, mine = both(desk)
    ask(desk, wire, mine)
    reply = wire._transport.send(wire.request)
    assert reply.status == 500 and b"FailedCheck" in reply.body
    wire, mine = both(desk)
    ask(desk, wire, mine)
    came = desk.Message(wire.reply.body, "text/xml")
    client = keys(desk, CLIENT, SERVICE).for_client(None, "")
    assert client.checked(came, desk.limits()).verified
    with pytest.raises(desk.errors.SecurityError, match="before"):
        client.checked(came, desk.limits())


def test_what_is_not_signed_makes_no_message_a_new_one(desk: Any) -> None:
    wire, mine = both(desk)
    ask(desk, wire, mine)
    more = wire.request.body.replace(b"<soap:Header>", b"<soap:Header><n xmlns='u:n'/>")
    assert wire._transport.send(replace(wire.request, body=more)).status == 500


def test_a_time_that_nobody_signed_does_not_end_the_memory(desk: Any) -> None:
    now = [datetime.now(timezone.utc)]
    lax = profile(desk, sign=["Body", "Addressing"], timestamp=False)
    theirs = keys(desk, SERVICE, CA, clock=lambda: now[0])
    sent = Wire(desk, lax.with_keys(theirs))
    ask(desk, sent, lax.with_keys(keys(desk, CLIENT, SERVICE)))

    def sent_again(transport: Any, *ages: int) -> int:
        body = sent.request.body
        created, expires = (now[0] - timedelta(seconds=age) for age in ages)
        stamp = f'<t:Timestamp xmlns:t="{WSU[1:-1]}"><t:Created>{created.isoformat()}'
        stamp += f"</t:Created><t:Expires>{expires.isoformat()}</t:Expires>"
        stamp += "</t:Timestamp><ds:Signature "
        body = body.replace(b"<ds:Signature ", stamp.encode(), 1)
        reply = transport.send(replace(sent.request, body=body))
        return int(reply.status)

    another = Wire(desk, lax.with_keys(keys(desk, SERVICE, CA, clock=lambda: now[0])))
    assert sent_again(another._transport, 500, 299) == 200  # it expires in a second
    now[0] += timedelta(seconds=5)
    assert sent_again(another._transport, 0, -60) == 500


@pytest.mark.parametrize("created", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_the_first_and_the_last_times_are_refused(desk: Any, created: str) -> None:
    def changed(envelope: bytes) -> bytes:
        start, _, rest = envelope.partition(b"<wsu:Created>")
        end = rest.partition(b"</wsu:Expires>")[2]
        return start + f"<wsu:Created>{created}</wsu:Created>".encode() + end

    unsigned = profile(desk, sign=["Body"])
    wire = Wire(desk, unsigned.with_keys(keys(desk, SERVICE, CA)), changed)
    with pytest.raises(desk.errors.SoapFault, match="could not be verified"):
        ask(desk, wire, unsigned.with_keys(keys(desk, CLIENT, SERVICE)))


@pytest.mark.parametrize("port", PORTS)
def test_faults(desk: Any, port: str) -> None:
    wire, mine = both(desk)
    with pytest.raises(desk.errors.SoapFault, match="no") as caught:
        ask(desk, wire, mine, port, "fail")
    assert caught.value.verified is True
    wire = Wire(desk, None, there=without_security)
    with pytest.raises(desk.errors.SoapFault, match="no") as caught:
        ask(desk, wire, mine, port, "fail")
    assert caught.value.verified is False
    with pytest.raises(desk.errors.SoapFault, match="no") as caught:
        with desk.Client(port=port, transport=wire) as client:
            client.ask(what="fail")
    assert caught.value.verified is None


def test_unsigned_replies_are_taken_by_name_only(desk: Any) -> None:
    wire = Wire(desk, None, there=without_security)
    refused_by_client(desk, wire, keys(desk, CLIENT, SERVICE))
    lax = profile(desk, unsigned_replies=True)
    assert ask(desk, wire, lax.with_keys(keys(desk, CLIENT, SERVICE))) == "who? None"


def without_security(envelope: bytes) -> bytes:
    root = etree.fromstring(envelope)
    block = root.find(f".//{WSSE}Security")
    if block is not None:
        block.getparent().remove(block)
    return etree.tostring(root)


# ------------------------------------------------------------------------------- attacks


def attack(change: Callable[[Any, Any, Any], object]) -> Change:
    """A change of a message's tree, by its root, its Security block and its Body."""

    def apply(envelope: bytes) -> bytes:
        root = etree.fromstring(envelope)
        change(root, root.find(f".//{WSSE}Security"), root[-1])
        return etree.tostring(root)

    return apply


def evil(body: Any, *, name: str = "") -> Any:
    """Another Body: with the same id, with another one, or with none."""
    made = copy.deepcopy(body)
    del made.attrib[f"{WSU}Id"]
    if name:
        made.set(f"{WSU}Id", name)
    for e in made.iter():
        if e.text and e.text.strip():
            e.text = "evil"
    return made


def in_header(root: Any, security: Any, body: Any) -> None:
    root.replace(body, evil(body))
    etree.SubElement(root[0], "{urn:x}wrapper").append(body)


def two_bodies(root: Any, security: Any, body: Any) -> None:
    body.addprevious(evil(body))


def two_bodies_after(root: Any, security: Any, body: Any) -> None:
    body.addnext(evil(body))


def around(root: Any, security: Any, body: Any) -> None:
    made = evil(body)
    root.replace(body, made)
    made.append(body)


def in_object(root: Any, security: Any, body: Any) -> None:
    root.replace(body, evil(body))
    signature = security.find(f"{DS}Signature")
    etree.SubElement(signature, f"{DS}Object").append(body)


def in_security(root: Any, security: Any, body: Any) -> None:
    root.replace(body, evil(body))
    security.append(body)


def same_id(root: Any, security: Any, body: Any) -> None:
    root.replace(body, evil(body, name=body.get(f"{WSU}Id")))
    etree.SubElement(root[0], "{urn:x}wrapper").append(body)


def plain_id(root: Any, security: Any, body: Any) -> None:
    made = evil(body)
    made.set("Id", body.get(f"{WSU}Id"))
    root.replace(body, made)
    etree.SubElement(root[0], "{urn:x}wrapper").append(body)


def changed(root: Any, security: Any, body: Any) -> None:
    body[0][0].text = "evil"


def no_references(root: Any, security: Any, body: Any) -> None:
    info = security.find(f".//{DS}SignedInfo")
    for reference in info.findall(f"{DS}Reference"):
        info.remove(reference)


def unsigned(root: Any, security: Any, body: Any) -> None:
    security.remove(security.find(f"{DS}Signature"))


def no_security(root: Any, security: Any, body: Any) -> None:
    root[0].remove(security)


def twice(root: Any, security: Any, body: Any) -> None:
    security.addnext(copy.deepcopy(security))


def no_timestamp(root: Any, security: Any, body: Any) -> None:
    security.remove(security.find(f"{WSU}Timestamp"))


def timestamp_wrapped(root: Any, security: Any, body: Any) -> None:
    stamp = security.find(f"{WSU}Timestamp")
    made = copy.deepcopy(stamp)
    del made.attrib[f"{WSU}Id"]
    security.replace(stamp, made)
    etree.SubElement(security, "{urn:x}wrapper").append(stamp)


def addressing_wrapped(root: Any, security: Any, body: Any) -> None:
    name = "To" if root.find(f".//{WSA}To") is not None else "RelatesTo"
    block = root.find(f".//{WSA}{name}")
    made = copy.deepcopy(block)
    del made.attrib[f"{WSU}Id"]
    root[0].replace(block, made)
    etree.SubElement(root[0], "{urn:x}wrapper").append(block)


def addressing_moved(root: Any, security: Any, body: Any) -> None:
    block = root.find(f".//{WSA}Action")
    etree.SubElement(root[0], "{urn:x}wrapper").append(block)


def addressing_added(root: Any, security: Any, body: Any) -> None:
    etree.SubElement(root[0], f"{WSA}FaultTo").text = "urn:evil"


def transform(uri: str) -> Callable[[Any, Any, Any], None]:
    def change(root: Any, security: Any, body: Any) -> None:
        security.find(f".//{DS}Transform").set("Algorithm", uri)

    return change


def another_key(root: Any, security: Any, body: Any) -> None:
    import base64

    from cryptography.hazmat.primitives.serialization import Encoding

    token = security.find(f"{WSSE}BinarySecurityToken")
    der = STRANGER.certificate.public_bytes(Encoding.DER)
    token.text = base64.b64encode(der).decode()


def hmac_of_the_certificate(root: Any, security: Any, body: Any) -> None:
    more = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
    security.find(f".//{DS}SignatureMethod").set("Algorithm", more)


ATTACKS = [
    *(in_header, two_bodies, two_bodies_after, around, in_object, in_security),
    *(same_id, plain_id, changed, no_references, unsigned, no_security, twice),
    *(no_timestamp, timestamp_wrapped, addressing_wrapped, addressing_moved),
    *(addressing_added, another_key, hmac_of_the_certificate),
    transform("http://www.w3.org/TR/1999/REC-xslt-19991116"),
    transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature"),
]


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("change", ATTACKS)
def test_an_attack_on_the_service(desk: Any, change: Any, port: str) -> None:
    wire, mine = both(desk, there=attack(change))
    refused_by_service(desk, wire, mine, port)


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("change", ATTACKS)
def test_an_attack_on_the_client(desk: Any, change: Any, port: str) -> None:
    wire, mine = both(desk, back=attack(change))
    refused_by_client(desk, wire, mine, port)


def test_what_is_not_signed_may_be_there(desk: Any) -> None:
    def more(root: Any, security: Any, body: Any) -> None:
        etree.SubElement(root[0], "{urn:x}note", Id="7").text = "unsigned"
        etree.SubElement(root[0], "{urn:x}note", Id="7").text = "another"

    wire, mine = both(desk, there=attack(more), back=attack(more))
    assert ask(desk, wire, mine) == "who? CN=client"


@pytest.mark.parametrize("side", ["there", "back"])
def test_each_changed_byte_is_refused_or_means_the_same(desk: Any, side: str) -> None:
    wire, mine = both(desk)
    ask(desk, wire, mine)
    size = len((wire.request if side == "there" else wire.reply).body)
    for at in range(0, size, 67):

        def change(envelope: bytes, at: int = at) -> bytes:
            place = at % len(envelope)
            changed = bytes([envelope[place] ^ 1])
            return envelope[:place] + changed + envelope[place + 1 :]

        wire, mine = both(desk, **{side: change})
        try:
            assert ask(desk, wire, mine) == "who? CN=client"
        except desk.errors.SoapError:
            continue
