"""Certificates, and how a message refers to one, in words."""

from __future__ import annotations

from typing import Any, Final

from soapwright.runtime.errors.errors import SecurityError
from soapwright.runtime.security.algorithms import decoded
from soapwright.runtime.security.names import (
    REFERENCE,
    SKI,
    THUMBPRINT,
    ds,
    wsse,
)
from soapwright.runtime.security.trust import fingerprint, thumbprint
from soapwright.tools.verify.places import short
from soapwright.tools.verify.report import Certificate

_KINDS: Final = {
    SKI: "by its SubjectKeyIdentifier",
    THUMBPRINT: "by its SHA-1 thumbprint",
}


def described(certificate: Any) -> Certificate:  # Any: cryptography has one owner
    """A certificate of `cryptography` as values."""
    return Certificate(
        short(certificate.subject.rfc4514_string()),
        short(certificate.issuer.rfc4514_string()),
        str(certificate.serial_number),
        f"{certificate.not_valid_before_utc:%Y-%m-%d}",
        f"{certificate.not_valid_after_utc:%Y-%m-%d}",
        _key(certificate.public_key()),
        thumbprint(certificate).hex(),
        fingerprint(certificate).hex(),
    )


def _key(key: Any) -> str:  # Any: cryptography has one owner
    curve = getattr(key, "curve", None)
    if curve is not None:
        return f"EC {curve.name}"
    return f"RSA of {key.key_size} bits" if hasattr(key, "key_size") else "another kind"


def referred(e: Any) -> str:  # Any: lxml's elements
    """How a signature, or an encrypted key, refers to a certificate, in words."""
    found = e.find(f"{ds('KeyInfo')}/{REFERENCE}/*")
    if found is None:
        found = e.find(f"{ds('KeyInfo')}/{ds('X509Data')}")
    if found is None and e.find(f"{ds('KeyInfo')}/{ds('KeyValue')}") is not None:
        return "the key itself, without a certificate"
    if found is None:
        return "its KeyInfo has no SecurityTokenReference"
    if found.tag == wsse("Reference"):
        return f"a token in the message, {short(found.get('URI')) or 'without its id'}"
    if found.tag == wsse("KeyIdentifier"):
        kind = found.get("ValueType") or ""
        return f"{_KINDS.get(kind, 'the certificate itself')}{_octets(found, kind)}"
    if found.tag == ds("X509Data"):
        if found.find(ds("X509Certificate")) is not None:
            return "the certificate itself"
        if (ski := found.find(ds("X509SKI"))) is not None:
            return f"{_KINDS[SKI]}{_octets(ski, SKI)}"
        pair = found.find(ds("X509IssuerSerial"))
        if pair is not None:
            issuer = short(pair.findtext(ds("X509IssuerName")))
            number = short(pair.findtext(ds("X509SerialNumber")))
            return f"by its issuer, {issuer}, and number, {number}"
    return f"by {short(str(found.tag).rpartition('}')[2])}"


def _octets(identifier: Any, kind: str) -> str:  # Any: lxml's elements
    if kind not in _KINDS:
        return ""
    try:
        return f", {decoded(identifier.text).hex()[:80]}"
    except SecurityError:
        return ", which is no base64"
