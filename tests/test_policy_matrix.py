"""Each kind of policy between a client and a service of ours, on both versions of SOAP."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir
from dataclasses import dataclass, replace
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from message_keys import Pair, pair
from policy_wsdl import (
    SP,
    asymmetric,
    parts,
    symmetric,
    transport,
    username,
    wsdl,
    x509,
)
from saml_issuer import assertion

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = f"{{{WSS}wssecurity-secext-1.0.xsd}}"
WSU = f"{{{WSS}wssecurity-utility-1.0.xsd}}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
XENC = "{http://www.w3.org/2001/04/xmlenc#}"
CLIENT, SERVICE, ISSUER = pair("client"), pair("service"), pair("issuer")
SIGNED = parts("SignedParts", "Body", "Ticket")
BODY = parts("SignedParts", "Body")
ENCRYPTED = parts("EncryptedParts", "Body")


@dataclass(frozen=True)
class Kind:
    """A policy, and the properties of messages that follow it."""

    policy: str
    request: str = ""
    reply: str = ""
    user: str = "CN=client"
    signed: frozenset[str] = frozenset()
    encrypted: bool = False
    accept: tuple[str, ...] = ()
    token: bool = False
    saml: str = ""
    operation: str = ""
    namespace: str = SP
    checks: Callable[[bytes], bool] = lambda request: True


def saml_token(kind: str, token: str = "<sp:SamlToken/>") -> str:
    return f"<sp:{kind}><wsp:Policy>{token}</wsp:Policy></sp:{kind}>"


def issued(key: str) -> str:
    """An IssuedToken that is a SAML assertion with a type of key."""
    kind = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0"
    return (
        "<sp:IssuedToken><sp:RequestSecurityTokenTemplate>"
        f"<x:TokenType>{kind}</x:TokenType>"
        f"<x:KeyType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/{key}</x:KeyType>"
        "</sp:RequestSecurityTokenTemplate></sp:IssuedToken>"
    )


def has(*names: str) -> Callable[[bytes], bool]:
    return lambda message: all(f"{name}".encode() in message for name in names)


ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}Assertion"
STAMPED = frozenset({"Body", "Timestamp"})
KINDS = {
    "asymmetric": Kind(asymmetric("IncludeTimestamp"), BODY, BODY, signed=STAMPED),
    "header": Kind(asymmetric(), SIGNED, BODY, signed=frozenset({"Body", "Ticket"})),
    "everything": Kind(
        asymmetric("IncludeTimestamp"),
        "<sp:SignedParts/>",
        "<sp:SignedParts/>",
        signed=STAMPED | {"Ticket"},
    ),
    "timestamp alone": Kind(
        asymmetric("IncludeTimestamp"), signed=frozenset({"Timestamp"})
    ),
    "issuer and serial": Kind(
        asymmetric(initiator=x509("Never", "RequireIssuerSerialReference")),
        *(BODY, BODY),
        checks=has("X509IssuerSerial"),
    ),
    "key identifier": Kind(
        asymmetric(
            initiator=x509("Never", "RequireKeyIdentifierReference"),
            recipient=x509("Never", "RequireThumbprintReference"),
        ),
        *(BODY, BODY),
        checks=has("#X509SubjectKeyIdentifier"),
    ),
    "path": Kind(
        asymmetric(
            *("IncludeTimestamp", "ProtectTokens"),
            initiator=x509("AlwaysToRecipient", "WssX509PkiPathV1Token11"),
        ),
        *(BODY + ENCRYPTED, BODY + ENCRYPTED),
        signed=frozenset({"Body", "BinarySecurityToken"}),
        encrypted=True,
        checks=has("#X509PKIPathv1"),
    ),
    "layout": Kind(
        asymmetric("IncludeTimestamp", layout="LaxTsLast"),
        *(BODY, BODY),
        checks=lambda request: block(request)[-1].tag == f"{WSU}Timestamp",
    ),
    "protected token": Kind(
        asymmetric("ProtectTokens"),
        *(BODY, BODY),
        signed=frozenset({"Body", "BinarySecurityToken"}),
    ),
    "encrypted": Kind(
        asymmetric("IncludeTimestamp"),
        *(BODY + ENCRYPTED, BODY + ENCRYPTED),
        encrypted=True,
    ),
    "encrypted first": Kind(
        asymmetric("IncludeTimestamp", "EncryptBeforeSigning"),
        *(BODY + ENCRYPTED, BODY + ENCRYPTED),
        encrypted=True,
    ),
    "encrypted signature": Kind(
        asymmetric("IncludeTimestamp", "EncryptSignature"),
        *(BODY + ENCRYPTED, BODY + ENCRYPTED),
        encrypted=True,
        checks=lambda request: f"{DS}Signature" not in tags(request),
    ),
    "encrypted request only": Kind(
        asymmetric(), BODY + ENCRYPTED, BODY, encrypted=True
    ),
    "weak by name": Kind(
        asymmetric("IncludeTimestamp", suite="Basic128"),
        *(BODY, BODY),
        accept=("sha1", "rsa-sha1"),
        checks=has("#rsa-sha1"),
    ),
    "weak otherwise": Kind(
        asymmetric("IncludeTimestamp", suite="Basic256"),
        *(BODY + ENCRYPTED, BODY + ENCRYPTED),
        encrypted=True,
        checks=has("#rsa-sha256", "aes256-gcm"),
    ),
    "weak ciphers by name": Kind(
        asymmetric("EncryptBeforeSigning", suite="Basic128Rsa15"),
        *(BODY + ENCRYPTED, BODY + ENCRYPTED),
        encrypted=True,
        accept=("sha1", "rsa-sha1", "aes128-cbc", "rsa-1_5"),
        checks=has("aes128-cbc", "#rsa-1_5"),
    ),
    "symmetric": Kind(
        symmetric("IncludeTimestamp"),
        *(BODY + ENCRYPTED, BODY + ENCRYPTED),
        user="",
        encrypted=True,
        checks=has("#hmac-sha256", "ThumbprintSHA1"),
    ),
    "derived": Kind(
        symmetric(
            *("IncludeTimestamp", "EncryptSignature"),
            protection=x509(
                "Never", "RequireThumbprintReference", "RequireDerivedKeys"
            ),
        ),
        *(BODY + ENCRYPTED, BODY + ENCRYPTED),
        user="",
        encrypted=True,
        checks=has("200512/dk", "<wsc:Length>24</wsc:Length>", ">32</wsc:Length>"),
    ),
    "derived of 2005, encrypted first": Kind(
        symmetric(
            *("IncludeTimestamp", "EncryptBeforeSigning"),
            protection=x509("Never", "RequireDerivedKeys"),
            suite="Basic128",
        )
        + "<sp:EndorsingSupportingTokens><wsp:Policy>"
        + x509("AlwaysToRecipient", "RequireDerivedKeys")  # as WCF writes it
        + "</wsp:Policy></sp:EndorsingSupportingTokens>",
        *(BODY + ENCRYPTED, BODY + ENCRYPTED),
        encrypted=True,
        namespace="http://schemas.xmlsoap.org/ws/2005/07/securitypolicy",
        checks=has("2005/02/sc/dk", "<wsc:Length>16</wsc:Length>"),
    ),
    "endorsed": Kind(
        symmetric("IncludeTimestamp")
        + "<sp:EndorsingSupportingTokens><wsp:Policy>"
        + x509("AlwaysToRecipient")
        + "</wsp:Policy></sp:EndorsingSupportingTokens>",
        *(BODY + ENCRYPTED, BODY + ENCRYPTED),
        encrypted=True,
        checks=lambda request: tags(request).count(f"{DS}Signature") == 2,
    ),
    "confirmed": Kind(
        symmetric("IncludeTimestamp")
        + "<sp:Wss11><wsp:Policy><sp:RequireSignatureConfirmation/></wsp:Policy></sp:Wss11>",
        *(BODY, BODY),
        user="",
    ),
    "signed user": Kind(
        asymmetric("IncludeTimestamp") + username(kind="SignedSupportingTokens"),
        *(BODY, BODY),
        user="ida",
        token=True,
        signed=STAMPED | {"UsernameToken"},
    ),
    "encrypted user": Kind(
        asymmetric("IncludeTimestamp")
        + username("HashPassword", kind="SignedEncryptedSupportingTokens"),
        *(BODY, BODY),
        user="ida",
        token=True,
        checks=lambda request: f"{WSSE}UsernameToken" not in tags(request),
    ),
    "endorsed over TLS": Kind(
        transport("IncludeTimestamp")
        + "<sp:EndorsingSupportingTokens><wsp:Policy>"
        + x509("AlwaysToRecipient")
        + "</wsp:Policy></sp:EndorsingSupportingTokens>",
        signed=frozenset({"Timestamp"}),
    ),
    "addressing": Kind(
        asymmetric("IncludeTimestamp") + "<wsam:Addressing/>",
        '<sp:SignedParts><sp:Body/><sp:Header Namespace="http://www.w3.org/2005/08/addressing"/></sp:SignedParts>',
        BODY,
        checks=lambda request: {"Action", "To", "MessageID"} <= covered(request),
    ),
    "SAML over TLS": Kind(
        transport("IncludeTimestamp") + saml_token("SignedSupportingTokens"),
        user="ida",
        saml="bearer",
    ),
    "SAML that has the key, over TLS": Kind(
        transport("IncludeTimestamp") + saml_token("EndorsingSupportingTokens"),
        user="ida",
        signed=frozenset({"Timestamp"}),
        saml="holder-of-key",
    ),
    "issued with a public key, over TLS": Kind(
        transport("IncludeTimestamp")
        + saml_token("SignedEndorsingSupportingTokens", issued("PublicKey")),
        user="ida",
        signed=frozenset({"Timestamp"}),
        saml="holder-of-key",
    ),
    "SAML that has the key, of requests": Kind(
        asymmetric(initiator="<sp:SamlToken/>"),
        BODY,
        user="ida",
        saml="holder-of-key",
    ),
    "SAML and a signature": Kind(
        asymmetric("IncludeTimestamp") + saml_token("SupportingTokens"),
        *(BODY, BODY),
        user="ida",
        saml="bearer",
    ),
    "SAML that the sender signs": Kind(
        asymmetric("IncludeTimestamp") + saml_token("SignedSupportingTokens"),
        *(BODY, BODY),
        user="ida",
        saml="sender-vouches",
    ),
    "issued, and signed by the sender": Kind(
        asymmetric("IncludeTimestamp")
        + saml_token("SignedSupportingTokens", issued("Bearer")),
        *(BODY, BODY),
        user="ida",
        saml="bearer",
        checks=has("#STR-Transform"),
    ),
    "SAML that the sender signs, encrypted": Kind(
        asymmetric("IncludeTimestamp") + saml_token("SignedEncryptedSupportingTokens"),
        *(BODY, BODY),
        user="ida",
        saml="sender-vouches",
        checks=lambda request: ASSERTION not in tags(request),
    ),
    "SAML that is encrypted": Kind(
        asymmetric("IncludeTimestamp", "EncryptBeforeSigning")
        + saml_token("EncryptedSupportingTokens"),
        *(BODY + ENCRYPTED, BODY + ENCRYPTED),
        encrypted=True,
        user="ida",
        saml="bearer",
        checks=lambda request: ASSERTION not in tags(request),
    ),
    "SAML that has the key": Kind(
        asymmetric("IncludeTimestamp", initiator="<sp:SamlToken/>"),
        *(BODY, BODY),
        user="ida",
        saml="holder-of-key",
    ),
    "issued over TLS": Kind(
        transport()
        + saml_token(
            "SupportingTokens",
            issued("Bearer"),
        ),
        user="ida",
        saml="bearer",
    ),
    "binding of the operation": Kind(
        "",
        *(BODY + ENCRYPTED, BODY + ENCRYPTED),
        operation=asymmetric("IncludeTimestamp", "EncryptBeforeSigning"),
        encrypted=True,
    ),
    "binding of messages": Kind(
        "",
        asymmetric("IncludeTimestamp") + BODY,
        asymmetric("IncludeTimestamp", recipient=x509("AlwaysToInitiator")) + BODY,
        signed=STAMPED,
    ),
    "by XPath": Kind(
        asymmetric(),
        "<sp:SignedElements><sp:XPath>/env:Envelope/env:Body</sp:XPath>"
        "<sp:XPath>/env:Envelope/env:Header/tns:Ticket</sp:XPath></sp:SignedElements>",
        BODY,
        signed=frozenset({"Body", "Ticket"}),
    ),
}


def block(envelope: bytes) -> Any:
    return etree.fromstring(envelope).find(f".//{WSSE}Security")


def tags(envelope: bytes) -> list[str]:
    return [str(e.tag) for e in etree.fromstring(envelope).iter()]


def covered(envelope: bytes) -> set[str]:
    """The local names of the elements that a signature covers."""
    root = etree.fromstring(envelope)
    ids = {e.get("URI")[1:] for e in root.iter(f"{DS}Reference")}
    return {etree.QName(e).localname for e in root.iter() if e.get(f"{WSU}Id") in ids}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("matrix")
    sys.path.insert(0, str(made))
    yield made
    sys.path.remove(str(made))


_PACKAGES: dict[str, Any] = {}


def package(folder: Path, name: str) -> Any:
    """The package of a kind, made once: Any."""
    if name not in _PACKAGES:
        kind, module = (
            KINDS[name],
            "bank_" + name.replace(" ", "_").replace(",", "").lower(),
        )
        path = folder / f"{module}.wsdl"
        path.write_text(
            wsdl(
                *(kind.policy, kind.request, kind.reply),
                operation=kind.operation,
                namespace=kind.namespace,
            )
        )
        with chdir(folder):
            made = generate(Path(path.name), Options(module))
        write_package(folder / module, made.files)
        _PACKAGES[name] = import_module(module)
    return _PACKAGES[name]


def service(bank: Any) -> Any:
    class Bank(bank.server.BankService):
        def transfer(self, *, transfer: Decimal, ticket: str | None = None) -> str:
            return f"{transfer} {ticket} {bank.server.current_call().user}"

    return Bank()


def keys(bank: Any, kind: Kind, own: Pair, other: Pair, **further: Any) -> Any:
    accept = kind.accept
    return bank.security.Keys(
        own.key, own.certificate, trust=[other.pem], accept=accept, **further
    )


def sides(bank: Any, kind: Kind) -> tuple[Any, Any]:
    """The keys of a client and of a service."""
    tokens = [bank.UsernameToken("ida", "secret")] if kind.token else []
    users = bank.UsernameTokens(lambda user: "secret") if kind.token else None
    mine: dict[str, Any] = {"tokens": tokens}
    theirs: dict[str, Any] = {"users": users}
    if kind.saml:
        holder = CLIENT if kind.saml == "holder-of-key" else None
        mine["saml"] = assertion(ISSUER, method=kind.saml, holder=holder)
        theirs |= {"issuers": [ISSUER.pem], "audience": "urn:desk"}
    return (
        keys(bank, kind, CLIENT, SERVICE, **mine),
        keys(bank, kind, SERVICE, CLIENT, **theirs),
    )


class Wire:
    """A transport to a service, which keeps what was sent and can change it."""

    def __init__(self, bank: Any, security: Any) -> None:
        self._to = bank.server.InMemoryTransport(service(bank), security=security)
        self.there: Callable[[bytes], bytes] = lambda envelope: envelope
        self.back: Callable[[bytes], bytes] = lambda envelope: envelope
        self.request = self.reply = b""

    def send(self, request: Any) -> Any:
        self.request = self.there(request.body)
        reply = self._to.send(replace(request, body=self.request))
        self.reply = self.back(reply.body)
        return replace(reply, body=self.reply)


@pytest.mark.parametrize("port", ["Bank", "Bank12"])
@pytest.mark.parametrize("name", KINDS)
def test_keys_are_all_that_is_given(folder: Path, name: str, port: str) -> None:
    bank, kind = package(folder, name), KINDS[name]
    mine, theirs = sides(bank, kind)
    wire = Wire(bank, theirs)
    with bank.Client(port=port, transport=wire, security=mine) as client:
        said = client.transfer(transfer=Decimal("12.5"), ticket="t1")
    assert said == f"12.5 t1 {kind.user}"
    assert kind.signed <= covered(wire.request)
    assert (b"12.5" in wire.request) is not kind.encrypted
    assert kind.checks(wire.request)


@pytest.mark.parametrize("name", KINDS)
def test_an_asynchronous_client(folder: Path, name: str) -> None:
    bank, kind = package(folder, name), KINDS[name]
    mine, theirs = sides(bank, kind)

    async def run() -> Any:
        wire = bank.server.AsyncInMemoryTransport(service(bank), security=theirs)
        async with bank.AsyncClient(transport=wire, security=mine) as client:
            return await client.transfer(transfer=Decimal("12.5"), ticket="t1")

    assert asyncio.run(run()) == f"12.5 t1 {kind.user}"


@pytest.mark.parametrize("name", KINDS)
def test_nobody_is_served_with_less(folder: Path, name: str) -> None:
    bank, kind = package(folder, name), KINDS[name]
    with pytest.raises(ValueError, match="the policy demands"):
        bank.Client()
    with pytest.raises(ValueError, match="the policy demands"):
        bank.server.asgi(service(bank))
    mine, theirs = sides(bank, kind)
    wire = Wire(bank, theirs)
    with bank.Client(transport=wire, security=False) as client:
        with pytest.raises(bank.errors.SoapFault, match="could not be verified"):
            client.transfer(transfer=Decimal(1), ticket="t1")
    if not (kind.reply or "IncludeTimestamp" in kind.policy):
        return  # of replies nothing is demanded
    wire = Wire(bank, False)
    wire.there = without_security
    with bank.Client(transport=wire, security=mine) as client:
        with pytest.raises(bank.errors.SoapError) as caught:
            client.transfer(transfer=Decimal(1), ticket="t1")
    if kind.reply and not kind.encrypted:
        assert isinstance(caught.value, bank.errors.SecurityError)


def without_security(envelope: bytes) -> bytes:
    root = etree.fromstring(envelope)
    found = root.find(f".//{WSSE}Security")
    found.getparent().remove(found)
    return etree.tostring(root)
