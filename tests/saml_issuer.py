"""An issuer of SAML assertions for tests; it signs by lxml and `cryptography` alone."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta, timezone
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from message_keys import Pair

DS = "http://www.w3.org/2000/09/xmldsig#"
SAML20 = "urn:oasis:names:tc:SAML:2.0:assertion"
SAML11 = "urn:oasis:names:tc:SAML:1.0:assertion"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


def key_info(pair: Pair) -> str:
    der = base64.b64encode(pair.certificate.public_bytes(Encoding.DER)).decode()
    return (
        f'<ds:KeyInfo xmlns:ds="{DS}"><ds:X509Data><ds:X509Certificate>{der}'
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    )


def assertion(
    issuer: Pair,
    *,
    version: str = "2.0",
    method: str = "bearer",
    holder: Pair | None = None,
    audience: str = "urn:desk",
    subject: str = "ida",
    minutes: int = 5,
    more: str = "",
    prefixes: str = "",
    signs: Pair | None = None,
) -> str:
    """A signed assertion.

    Args:
        minutes: until its end.
        more: further conditions, as XML.
        prefixes: the PrefixList of its canonicalisation.
        signs: another key than the issuer's that signs it, with the issuer's certificate.
    """
    now = datetime.now(timezone.utc)
    begin, end = (
        f"{when:%Y-%m-%dT%H:%M:%S}Z"
        for when in (now - timedelta(minutes=5), now + timedelta(minutes=minutes))
    )
    conditions = f'NotBefore="{begin}" NotOnOrAfter="{end}"'
    uri = f"urn:oasis:names:tc:SAML:{'2.0' if version == '2.0' else '1.0'}:cm:{method}"
    key = "" if holder is None else key_info(holder)
    if version == "2.0":
        xml = (
            f'<saml2:Assertion xmlns:saml2="{SAML20}" xmlns:xs="urn:xs" ID="_a1"'
            f' Version="2.0" IssueInstant="{begin}"><saml2:Issuer>sts</saml2:Issuer>'
            f"<saml2:Subject><saml2:NameID>{subject}</saml2:NameID>"
            f'<saml2:SubjectConfirmation Method="{uri}"><saml2:SubjectConfirmationData>'
            f"{key}</saml2:SubjectConfirmationData></saml2:SubjectConfirmation>"
            f"</saml2:Subject><saml2:Conditions {conditions}><saml2:AudienceRestriction>"
            f"<saml2:Audience>{audience}</saml2:Audience></saml2:AudienceRestriction>"
            f'{more}</saml2:Conditions><saml2:AuthnStatement AuthnInstant="{begin}">'
            "<saml2:AuthnContext/></saml2:AuthnStatement></saml2:Assertion>"
        )
    else:
        xml = (
            f'<saml:Assertion xmlns:saml="{SAML11}" AssertionID="_a1" Issuer="sts"'
            f' MajorVersion="1" MinorVersion="1" IssueInstant="{begin}">'
            f"<saml:Conditions {conditions}><saml:AudienceRestrictionCondition>"
            f"<saml:Audience>{audience}</saml:Audience>"
            f"</saml:AudienceRestrictionCondition>{more}</saml:Conditions>"
            "<saml:AttributeStatement><saml:Subject>"
            f"<saml:NameIdentifier>{subject}</saml:NameIdentifier>"
            f"<saml:SubjectConfirmation><saml:ConfirmationMethod>{uri}"
            f"</saml:ConfirmationMethod>{key}</saml:SubjectConfirmation></saml:Subject>"
            '<saml:Attribute AttributeName="role" AttributeNamespace="urn:x">'
            "<saml:AttributeValue>clerk</saml:AttributeValue></saml:Attribute>"
            "</saml:AttributeStatement></saml:Assertion>"
        )
    return signed(xml, issuer, prefixes, signs or issuer)


def signed(xml: str, issuer: Pair, prefixes: str, signs: Pair) -> str:
    inclusive = ""
    if prefixes:
        inclusive = (
            f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="{prefixes}">'
            "</ec:InclusiveNamespaces>"
        )
    data = canonical(etree.fromstring(xml), prefixes.split())
    value = base64.b64encode(hashlib.sha256(data).digest()).decode()
    info = (
        f'<ds:SignedInfo xmlns:ds="{DS}"><ds:CanonicalizationMethod'
        f' Algorithm="{EXCLUSIVE}"></ds:CanonicalizationMethod><ds:SignatureMethod'
        ' Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256">'
        '</ds:SignatureMethod><ds:Reference URI="#_a1"><ds:Transforms><ds:Transform'
        f' Algorithm="{DS}enveloped-signature"></ds:Transform><ds:Transform'
        f' Algorithm="{EXCLUSIVE}">{inclusive}</ds:Transform></ds:Transforms>'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256">'
        f"</ds:DigestMethod><ds:DigestValue>{value}</ds:DigestValue></ds:Reference>"
        "</ds:SignedInfo>"
    )
    key: Any = signs.key
    octets = canonical(etree.fromstring(info), [])
    made = key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
    written = (
        f'<ds:Signature xmlns:ds="{DS}">{info}<ds:SignatureValue>'
        f"{base64.b64encode(made).decode()}</ds:SignatureValue>{key_info(issuer)}"
        "</ds:Signature>"
    )
    place = "</saml2:Issuer>" if "saml2:" in xml else "</saml:AttributeStatement>"
    return xml.replace(place, place + written)


def canonical(e: Any, prefixes: list[str]) -> bytes:
    found: bytes = etree.tostring(
        e, method="c14n", exclusive=True, inclusive_ns_prefixes=prefixes or None
    )
    return found
