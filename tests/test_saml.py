"""SAML assertions as tokens: what goes out is what was given, and what comes is checked, also against attacks."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
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
)
from message_keys import Pair, pair
from saml_issuer import SAML20, assertion

ISSUER = pair("issuer")
METHODS = ["bearer", "holder-of-key", "sender-vouches"]
VERSIONS = ["1.1", "2.0"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with desk_in(tmp_path_factory.mktemp("saml"), "desk_saml") as package:
        yield package


def both(
    desk: Any,
    token: Any,
    method: str = "bearer",
    *,
    own: Pair = CLIENT,
    trust: Pair = CA,
    there: Change = same,
    **given: Any,
) -> tuple[Wire, Any]:
    common = profile(desk, saml=method, **given)
    theirs = keys(desk, SERVICE, trust, issuers=[ISSUER.pem], audience="urn:desk")
    wire = Wire(desk, common.with_keys(theirs), there)
    return wire, common.with_keys(keys(desk, own, SERVICE, saml=token))


def token_for(method: str, **given: Any) -> str:
    holder = CLIENT if method == "holder-of-key" else None
    return assertion(ISSUER, method=method, holder=holder, **given)


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("method", METHODS)
def test_a_token_goes_out_as_it_is(
    desk: Any, method: str, version: str, port: str
) -> None:
    token = token_for(method, version=version)
    wire, mine = both(desk, token, method)
    assert ask(desk, wire, mine, port) == "who? ida"
    assert token.encode() in wire.request.body
    assert b"Assertion" not in wire.reply.body


def test_the_key_of_an_assertion_needs_no_trust_of_its_own(desk: Any) -> None:
    token = assertion(ISSUER, method="holder-of-key", holder=STRANGER)
    wire, mine = both(desk, token, "holder-of-key", own=STRANGER)
    assert ask(desk, wire, mine) == "who? ida"


@pytest.mark.parametrize("method", ["holder-of-key", "sender-vouches"])
def test_nothing_confirms_without_a_signature(desk: Any, method: str) -> None:
    unsigned = profile(desk, saml=method, sign=(), expect=["Body"])
    own = keys(desk, CLIENT, SERVICE, saml=token_for(method))
    with pytest.raises(ValueError, match="confirmed by a signature"):
        own.client_with(unsigned, "")
    theirs = keys(desk, SERVICE, CA, issuers=[ISSUER.pem])
    with pytest.raises(ValueError, match="confirmed by a signature"):
        theirs.service_with(profile(desk, saml=method, expect=()))
    with pytest.raises(ValueError, match="confirmed by a signature"):
        profile(desk, saml=method, sign=(), expect=())


def test_an_assertion_alone(desk: Any) -> None:
    """A bearer's, over TLS: nothing is signed but the assertion."""
    wire, mine = both(desk, assertion(ISSUER), sign=[])
    assert ask(desk, wire, mine) == "who? ida"


def test_encrypted_with_the_signature(desk: Any) -> None:
    for order in ("sign-encrypt", "encrypt-sign"):
        for method in METHODS:
            wire, mine = both(
                desk, token_for(method), method, encrypt=["Body"], order=order
            )
            assert ask(desk, wire, mine) == "who? ida"


@pytest.mark.parametrize("encrypt", [[], ["Body", "Assertion"]])
@pytest.mark.parametrize("method", METHODS)
def test_the_signature_covers_it_where_that_is_demanded(
    desk: Any, method: str, encrypt: list[str]
) -> None:
    sign = ["Body", "Timestamp", "Addressing", "Assertion"]
    token = token_for(method)
    wire, mine = both(desk, token, method, sign=sign, encrypt=encrypt)
    assert ask(desk, wire, mine) == "who? ida"
    if method != "sender-vouches":  # whose signature always does
        less = profile(desk, saml=method, encrypt=encrypt)
        own = keys(desk, CLIENT, SERVICE, saml=token)
        refused(desk, wire, less.with_keys(own))


def test_a_function_gives_each_message_its_token(desk: Any) -> None:
    given: list[str] = []

    def issue() -> bytes:
        given.append(assertion(ISSUER, subject=f"user {len(given)}"))
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{given[-1]}'.encode()

    wire, mine = both(desk, issue)
    assert ask(desk, wire, mine) == "who? user 0"
    assert ask(desk, wire, mine) == "who? user 1"


def test_inclusive_prefixes_of_the_issuers_signature(desk: Any) -> None:
    wire, mine = both(desk, assertion(ISSUER, prefixes="xs"))
    assert ask(desk, wire, mine) == "who? ida"


# ------------------------------------------------------------------------------ refusals


def refused(desk: Any, wire: Wire, mine: Any, port: str = "Desk") -> None:
    with pytest.raises(desk.errors.SoapFault) as caught:
        ask(desk, wire, mine, port)
    assert caught.value.reason == "the message's security could not be verified"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "wrong",
    [
        {"audience": "urn:other"},
        {"minutes": -6},
        {"signs": STRANGER},
        {"more": '<x:Unknown xmlns:x="urn:x"/>'},
        {"method": "sender-vouches"},
        {"subject": "ida<x/>"},
    ],
)
def test_an_assertion_that_is_not_good(desk: Any, version: str, wrong: Any) -> None:
    refused(desk, *both(desk, assertion(ISSUER, version=version, **wrong)))


def test_an_issuer_whom_nobody_trusts(desk: Any) -> None:
    refused(desk, *both(desk, assertion(STRANGER)))


def test_another_key_than_the_assertions(desk: Any) -> None:
    token = assertion(ISSUER, method="holder-of-key", holder=STRANGER)
    refused(desk, *both(desk, token, "holder-of-key"))


def test_for_one_use(desk: Any) -> None:
    token = assertion(ISSUER, more="<saml2:OneTimeUse/>")
    wire, mine = both(desk, token)
    assert ask(desk, wire, mine) == "who? ida"
    refused(desk, wire, mine)


def test_an_unsigned_message_does_not_use_an_assertion_up(desk: Any) -> None:
    token = assertion(ISSUER, more="<saml2:OneTimeUse/>")
    wire, mine = both(desk, token)
    own = keys(desk, CLIENT, SERVICE, saml=token)
    refused(desk, wire, profile(desk, saml="bearer", sign=[]).with_keys(own))
    assert ask(desk, wire, mine) == "who? ida"


def test_an_assertion_that_nobody_asked_for(desk: Any) -> None:
    wire = Wire(desk, keys(desk, SERVICE, CA))
    _, mine = both(desk, assertion(ISSUER))
    refused(desk, wire, mine)
    wire, _ = both(desk, assertion(ISSUER))
    refused(desk, wire, keys(desk, CLIENT, SERVICE))


# ------------------------------------------------------------------------------- attacks

Attack = Callable[[Any, Any], object]


def evil(original: Any, *, name: str = "_evil") -> Any:
    """Another assertion, without a signature."""
    made = copy.deepcopy(original)
    made.remove(made.find(f"{DS}Signature"))
    made.set("ID", name)
    made.find(f".//{{{SAML20}}}NameID").text = "evil"
    return made


def evil_before(security: Any, original: Any) -> None:
    original.addprevious(evil(original))


def evil_after(security: Any, original: Any) -> None:
    original.addnext(evil(original))


def around(security: Any, original: Any) -> None:
    made = evil(original)
    security.replace(original, made)
    made.append(original)


def around_with_the_signature(security: Any, original: Any) -> None:
    """The signature moves to the evil assertion, and the signed one into its Object."""
    made = evil(original)
    security.replace(original, made)
    signature = original.find(f"{DS}Signature")
    made.insert(1, signature)
    etree.SubElement(signature, f"{DS}Object").append(original)


def same_id(security: Any, original: Any) -> None:
    around(security, original)
    security.find(f"{{{SAML20}}}Assertion").set("ID", "_a1")


def in_a_wrapper(security: Any, original: Any) -> None:
    made = evil(original)
    security.replace(original, made)
    made.insert(1, copy.deepcopy(original.find(f"{DS}Signature")))
    etree.SubElement(security.getparent(), "{urn:x}wrapper").append(original)


def another_name(security: Any, original: Any) -> None:
    original.find(f".//{{{SAML20}}}NameID").text = "evil"


def another_audience(security: Any, original: Any) -> None:
    original.find(f".//{{{SAML20}}}Audience").text = "urn:desk "


def unsigned(security: Any, original: Any) -> None:
    original.remove(original.find(f"{DS}Signature"))


def without_assertion(security: Any, original: Any) -> None:
    security.remove(original)


def a_transform_more(security: Any, original: Any) -> None:
    transforms = original.find(f".//{DS}Transforms")
    transforms.append(copy.deepcopy(transforms[0]))


def an_hmac(security: Any, original: Any) -> None:
    more = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
    original.find(f".//{DS}SignatureMethod").set("Algorithm", more)


ATTACKS: list[Attack] = [
    *(evil_before, evil_after, around, around_with_the_signature, same_id),
    *(in_a_wrapper, another_name, another_audience, unsigned, without_assertion),
    *(a_transform_more, an_hmac),
]


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("change", ATTACKS)
def test_attacks(desk: Any, change: Attack, port: str) -> None:
    def apply(envelope: bytes) -> bytes:
        root: Any = etree.fromstring(envelope)
        security = root.find(f".//{WSSE}Security")
        change(security, security.find(f"{{{SAML20}}}Assertion"))
        return etree.tostring(root)

    wire, mine = both(desk, assertion(ISSUER), there=apply, sign=[])
    refused(desk, wire, mine, port)


def test_a_comment_in_a_name_is_no_end_of_it(desk: Any) -> None:
    def apply(envelope: bytes) -> bytes:
        return envelope.replace(b">ida@evil<", b">ida<!-- x -->@evil<")

    token = assertion(ISSUER, subject="ida@evil")
    wire, mine = both(desk, token, there=apply, sign=[])
    assert ask(desk, wire, mine) == "who? ida@evil"


@pytest.mark.parametrize("method", METHODS[1:])
def test_the_signature_must_confirm_it(desk: Any, method: str) -> None:
    """A message without the confirming signature, or whose signature is not of the assertion."""

    def apply(envelope: bytes) -> bytes:
        root: Any = etree.fromstring(envelope)
        security = root.find(f".//{WSSE}Security")
        security.remove(security.find(f"{DS}Signature"))
        return etree.tostring(root)

    refused(desk, *both(desk, token_for(method), method, there=apply))

    def swapped(envelope: bytes) -> bytes:
        root: Any = etree.fromstring(envelope)
        security = root.find(f".//{WSSE}Security")
        original = security.find(f"{{{SAML20}}}Assertion")
        other = assertion(ISSUER, method=method, subject="eve", holder=STRANGER)
        security.replace(original, etree.fromstring(other))
        return etree.tostring(root)

    refused(desk, *both(desk, token_for(method), method, there=swapped))
