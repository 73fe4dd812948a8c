"""SAML assertions that come encrypted: decrypted by the service's key, then checked as any assertion."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from message_desk import (
    CA,
    CLIENT,
    PORTS,
    SERVICE,
    STRANGER,
    WSSE,
    Wire,
    ask,
    desk_in,
    keys,
    profile,
)
from message_keys import Pair
from saml_issuer import DS, SAML20, assertion
from test_saml import (
    ATTACKS,
    ISSUER,
    METHODS,
    Attack,
    both,
    evil,
    refused,
    token_for,
)

from soapwright.runtime.security.algorithms import encoded
from soapwright.runtime.security.ciphers import (
    DATA,
    encrypted,
    new_key,
    transport_of,
    wrapped,
)
from soapwright.runtime.security.names import ENCRYPTION
from soapwright.runtime.security.references import certificate_reference
from soapwright.runtime.security.trust import key_identifier

ASSERTION = f"{{{SAML20}}}Assertion"
ENCRYPTED = f"{{{SAML20}}}EncryptedAssertion"
XENC = f"{{{ENCRYPTION}}}"
REFERENCES = ["certificate", "x509-ski", "x509-issuer-serial", "none"]
STYLES = ["direct", "issuer-serial", "ski", "thumbprint", "embedded"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with desk_in(tmp_path_factory.mktemp("assertions"), "desk_assertions") as package:
        yield package


def info(recipient: Pair, style: str) -> str:
    """A KeyInfo; "" for none."""
    certificate = recipient.certificate
    if style == "none":
        return ""
    if style == "certificate":
        der = b64encode(certificate.public_bytes(Encoding.DER)).decode()
        inside = (
            f"<ds:X509Data><ds:X509Certificate>{der}</ds:X509Certificate></ds:X509Data>"
        )
    elif style == "x509-ski":
        value = b64encode(key_identifier(certificate) or b"").decode()
        inside = f"<ds:X509Data><ds:X509SKI>{value}</ds:X509SKI></ds:X509Data>"
    else:
        known: Any = style.removeprefix("x509-")
        inside = certificate_reference(certificate, known, "")
        if style.startswith("x509-"):
            inside = etree.tostring(etree.fromstring(inside)[0]).decode()
    return f'<ds:KeyInfo xmlns:ds="{DS}">{inside}</ds:KeyInfo>'


def key_for(
    recipient: Pair, key: bytes, style: str, transport: str = "rsa-oaep-mgf1p"
) -> str:
    value = encoded(wrapped(recipient.certificate, transport_of(transport), key))
    return (
        f'<xenc:EncryptedKey xmlns:xenc="{ENCRYPTION}"><xenc:EncryptionMethod'
        f' Algorithm="{ENCRYPTION}{transport}"/>{info(recipient, style)}<xenc:CipherData>'
        f"<xenc:CipherValue>{value}</xenc:CipherValue></xenc:CipherData>"
        "</xenc:EncryptedKey>"
    )


def hidden(
    plain: str,
    *recipients: Pair,
    style: str = "certificate",
    data: str = "aes256-gcm",
    transport: str = "rsa-oaep-mgf1p",
    beside: bool = False,
) -> str:
    """An EncryptedAssertion; its keys are in the KeyInfo, or beside the data."""
    key = new_key(data)
    found = "".join(
        key_for(one, key, style, transport) for one in recipients or (SERVICE,)
    )
    within = "" if beside else f'<ds:KeyInfo xmlns:ds="{DS}">{found}</ds:KeyInfo>'
    value = encoded(encrypted(data, key, plain.encode()))
    return (
        f'<saml2:EncryptedAssertion xmlns:saml2="{SAML20}"><xenc:EncryptedData'
        f' xmlns:xenc="{ENCRYPTION}" Type="{ENCRYPTION}Element">'
        f'<xenc:EncryptionMethod Algorithm="{DATA[data][0]}"/>{within}<xenc:CipherData>'
        f"<xenc:CipherValue>{value}</xenc:CipherValue></xenc:CipherData>"
        f"</xenc:EncryptedData>{found if beside else ''}</saml2:EncryptedAssertion>"
    )


def hiding(change: Callable[[Any], object]) -> Callable[[bytes], bytes]:
    """A change of the Security block on the way."""

    def apply(envelope: bytes) -> bytes:
        root: Any = etree.fromstring(envelope)
        change(root.find(f".//{WSSE}Security"))
        return etree.tostring(root)

    return apply


def hide(security: Any, *recipients: Pair, **given: Any) -> None:
    """Encrypt the assertions of a Security block."""
    for e in security.findall(ASSERTION):
        plain = etree.tostring(e, with_tail=False).decode()
        security.replace(e, etree.fromstring(hidden(plain, *recipients, **given)))


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("method", METHODS)
def test_an_assertion_that_is_encrypted(desk: Any, method: str, port: str) -> None:
    wire, mine = both(desk, token_for(method), method, there=hiding(hide))
    assert ask(desk, wire, mine, port) == "who? ida"
    assert b">ida<" not in wire.request.body


@pytest.mark.parametrize("order", ["sign-encrypt", "encrypt-sign"])
@pytest.mark.parametrize("method", METHODS)
def test_with_an_encrypted_message(desk: Any, method: str, order: str) -> None:
    given: dict[str, Any] = {"encrypt": ["Body"], "order": order}
    wire, mine = both(desk, token_for(method), method, there=hiding(hide), **given)
    assert ask(desk, wire, mine) == "who? ida"


@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("style", [*REFERENCES, *STYLES[1:]])
def test_how_the_key_says_whom_it_is_for(desk: Any, style: str, beside: bool) -> None:
    token = hidden(assertion(ISSUER), style=style, beside=beside)
    wire, mine = both(desk, token, sign=[])
    assert ask(desk, wire, mine) == "who? ida"
    assert token.encode() in wire.request.body


@pytest.mark.parametrize("beside", [False, True])
def test_for_several_receivers(desk: Any, beside: bool) -> None:
    for recipients in ((STRANGER, SERVICE), (SERVICE, CLIENT, STRANGER)):
        token = hidden(assertion(ISSUER), *recipients, beside=beside)
        wire, mine = both(desk, token)
        assert ask(desk, wire, mine) == "who? ida"


def test_one_that_is_issued_encrypted_is_passed_on(desk: Any) -> None:
    security = import_module(f"{desk.__name__}.security")
    token = hidden(assertion(ISSUER))
    envelope = (
        '<t:RequestedSecurityToken xmlns:t="http://docs.oasis-open.org/ws-sx/ws-trust/200512">'
        f"{token}</t:RequestedSecurityToken>"
    )
    wire, mine = both(desk, security.IssuedTokens(envelope.encode))
    assert ask(desk, wire, mine) == "who? ida"


def test_a_client_cannot_refer_to_what_it_cannot_read(desk: Any) -> None:
    token = hidden(token_for("holder-of-key"))
    wire, mine = both(desk, token, "holder-of-key")
    with pytest.raises(ValueError, match="give it as it is"):
        ask(desk, wire, mine)
    wire, mine = both(desk, lambda: token, "holder-of-key")
    with pytest.raises(desk.errors.SecurityError, match="refers to an encrypted"):
        ask(desk, wire, mine)
    wire, mine = both(desk, "<a/>", "holder-of-key")
    with pytest.raises(ValueError, match="no assertion"):
        ask(desk, wire, mine)


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("order", ["sign-encrypt", "encrypt-sign"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("further", [[], ["Body"], ["Body", "Signature"]])
def test_a_client_encrypts_it(
    desk: Any, method: str, order: str, further: list[str], port: str
) -> None:
    encrypt = [*further, "Assertion"]
    token = token_for(method)
    wire, mine = both(desk, token, method, encrypt=encrypt, order=order)
    assert ask(desk, wire, mine, port) == "who? ida"
    assert etree.fromstring(wire.request.body).find(f".//{ASSERTION}") is None
    plain = profile(desk, saml=method, encrypt=further, order=order)
    with pytest.raises(desk.errors.SoapFault, match="could not be verified"):
        ask(desk, wire, plain.with_keys(keys(desk, CLIENT, SERVICE, saml=token)), port)
    if method == "bearer":  # whoever encrypted it
        issued = keys(desk, CLIENT, SERVICE, saml=hidden(token))
        assert ask(desk, wire, plain.with_keys(issued), port) == "who? ida"


# ------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    "token",
    [
        hidden(assertion(ISSUER), STRANGER),
        hidden(assertion(ISSUER), STRANGER, CLIENT),
        hidden(assertion(ISSUER), SERVICE, SERVICE),
        hidden(assertion(ISSUER), SERVICE, STRANGER, style="none"),
        hidden(assertion(ISSUER), SERVICE, *[STRANGER] * 16),
        hidden(assertion(ISSUER), data="aes256-cbc"),
        hidden(assertion(ISSUER), transport="rsa-1_5"),
        hidden(assertion(ISSUER) * 2),
        hidden(f"{assertion(ISSUER)} and a text"),
        hidden(hidden(assertion(ISSUER))),
        hidden(f"</x>{assertion(ISSUER)}<x>"),
        hidden(f"<!DOCTYPE a>{assertion(ISSUER)}"),
        hidden(f"<x>{assertion(ISSUER)}</x>"),
        hidden(assertion(ISSUER, version="1.1")),
        hidden(""),
        hidden(assertion(STRANGER)),
        hidden(assertion(ISSUER, signs=STRANGER)),
        hidden(assertion(ISSUER, audience="urn:other")),
        hidden(assertion(ISSUER)).replace("Value>", "Reference>"),
        hidden(assertion(ISSUER)).replace(f"{ENCRYPTION}Element", "urn:x"),
    ],
)
def test_what_is_refused(desk: Any, token: str) -> None:
    for port in PORTS:
        refused(desk, *both(desk, token, sign=[]), port)


def test_nothing_asked_for_it(desk: Any) -> None:
    wire = Wire(desk, keys(desk, SERVICE, CA))
    _, mine = both(desk, hidden(assertion(ISSUER)))
    refused(desk, wire, mine)


def test_a_key_that_cannot_decrypt(desk: Any) -> None:
    class Token:
        def sign(self, data: bytes, algorithm: str) -> bytes:
            return b""

    security = import_module(f"{desk.__name__}.security")
    served = security.Keys(
        *(Token(), SERVICE.certificate),
        trust=[CA.pem],
        issuers=[ISSUER.pem],
        audience="urn:desk",
    )
    given = profile(desk, saml="bearer", expect=[])
    wire = Wire(desk, given.with_keys(served))
    with pytest.raises(desk.errors.SoapFault):
        token = hidden(assertion(ISSUER))
        ask(desk, wire, given.with_keys(keys(desk, CLIENT, SERVICE, saml=token)))


# ------------------------------------------------------------------------------- attacks


@pytest.mark.parametrize("method", ["bearer", "holder-of-key"])
@pytest.mark.parametrize("change", ATTACKS)
def test_attacks_within(desk: Any, change: Attack, method: str) -> None:
    """Whoever knows the service's certificate can encrypt what is no assertion of the issuer."""

    def attacked(security: Any) -> None:
        change(security, security.find(ASSERTION))
        hide(security)

    port = PORTS[ATTACKS.index(change) % 2]
    token = token_for(method)
    refused(desk, *both(desk, token, method, there=hiding(attacked)), port)


def plain_beside(security: Any) -> None:
    security.append(evil(security.find(ASSERTION)))
    security.insert(0, etree.fromstring(hidden(assertion(ISSUER))))
    security.remove(security.findall(ASSERTION)[0])


def two_of_them(security: Any) -> None:
    hide(security)
    security.append(etree.fromstring(hidden(assertion(ISSUER))))


def in_the_header(security: Any) -> None:
    hide(security)
    security.getparent().append(security.find(ENCRYPTED))


def in_a_wrapper(security: Any) -> None:
    hide(security)
    made = etree.SubElement(security, "{urn:x}wrapper")
    made.append(security.find(ENCRYPTED))


def without_data(security: Any) -> None:
    hide(security)
    found = security.find(ENCRYPTED)
    found.remove(found[0])


def two_data(security: Any) -> None:
    hide(security)
    found = security.find(ENCRYPTED)
    found.append(etree.fromstring(etree.tostring(found[0])))


def another_holder(security: Any) -> None:
    for e in security.findall(ASSERTION):
        other = assertion(ISSUER, method="holder-of-key", holder=STRANGER)
        security.replace(e, etree.fromstring(other))
    hide(security)


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize(
    "change",
    [
        *(plain_beside, two_of_them, in_the_header, in_a_wrapper),
        *(without_data, two_data, another_holder),
    ],
)
def test_attacks_around(desk: Any, change: Callable[[Any], object], port: str) -> None:
    token = token_for("holder-of-key")
    wire, mine = both(desk, token, "holder-of-key", there=hiding(change))
    refused(desk, wire, mine, port)
