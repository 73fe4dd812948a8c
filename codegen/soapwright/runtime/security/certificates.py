"""The certificate that a signature refers to (X.509 Token Profile 1.1, sections 3.1 and 3.2; XML Signature 1.1, section 4.5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa

from ..errors.errors import SecurityError
from .algorithms import decoded
from .names import (
    BASE64,
    REFERENCE,
    SKI,
    THUMBPRINT,
    TOKEN,
    X509_PATH,
    X509V3,
    ds,
    wsse,
)
from .parts import only
from .trust import key_identifier, thumbprint

_NUMBER_DIGITS: Final = 64
_PATH_AT_MOST: Final = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A certificate, as a message refers to it."""

    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...] = ()
    """Those of authorities, which came with it."""
    token: Any = None  # Any: lxml ships no types
    """The element of the message that has it, `None` where it is known without."""


def certificate_in(
    info: Any,  # Any: lxml ships no types
    security: Any,
    by_id: Callable[[str], Any],
    known: Sequence[x509.Certificate],
) -> Found:
    """The certificate that a KeyInfo is about: by its SecurityTokenReference, or by what XML Signature has in its place.

    Args:
        info: the KeyInfo.
        security: as `certificate_of` has them, like the others.

    Raises:
        SecurityError: there is none, or the form is not known.
    """
    data, value = info.find(ds("X509Data")), info.find(ds("KeyValue"))
    if info.find(REFERENCE) is not None or data is None and value is None:
        return certificate_of(only(info, REFERENCE), security, by_id, known)
    if data is not None:
        return _of_data(only(info, ds("X509Data")), known)
    numbers = _numbers(only(info, ds("KeyValue")))
    return _single([one for one in known if _has_numbers(one, numbers)])


def certificate_of(
    reference: Any,  # Any: lxml ships no types
    security: Any,
    by_id: Callable[[str], Any],
    known: Sequence[x509.Certificate],
) -> Found:
    """The certificate that a SecurityTokenReference is about. Nothing says yet that it is trusted.

    Args:
        reference: the SecurityTokenReference.
        security: the block that it is in.
        by_id: gives the element of an id.
        known: certificates, for references that do not carry one.

    Raises:
        SecurityError: there is none, or the form is not known.
    """
    children = reference[:]
    if len(children) != 1:
        raise SecurityError("a SecurityTokenReference has one reference")
    child = children[0]
    if child.tag == wsse("Reference"):
        uri = child.get("URI") or ""
        token = by_id(uri[1:]) if uri.startswith("#") else None
        if token is None or token.getparent() is not security:
            raise SecurityError("the token is not in the Security block")
        return _of_token(token)
    if child.tag == wsse("KeyIdentifier"):
        return _identified(child, known)
    if child.tag == ds("X509Data"):
        return _of_data(child, known)
    if child.tag == wsse("Embedded"):
        return _of_token(only(child, TOKEN))
    raise SecurityError("the form of a SecurityTokenReference is not known")


def _of_token(token: Any) -> Found:  # Any: lxml ships no types
    kind = token.get("ValueType")
    if token.tag != TOKEN or (token.get("EncodingType") or BASE64) != BASE64:
        raise SecurityError("the token is none of X.509")
    data = decoded(token.text)
    if kind == X509V3:
        return Found(certificate_from(data), (), token)
    if kind == X509_PATH:
        *others, certificate = map(certificate_from, _path(data))
        return Found(certificate, tuple(others), token)
    raise SecurityError("the token is none of X.509")


def _of_data(
    data: Any, known: Sequence[x509.Certificate]
) -> Found:  # Any: lxml ships no types
    """By an X509Data: its certificates, the signer's first, or its number or the identifier of its key."""
    whole = data.findall(ds("X509Certificate"))
    if len(whole) > _PATH_AT_MOST:
        raise SecurityError(f"an X509Data of {len(whole)} certificates")
    if whole:
        certificate, *others = [certificate_from(decoded(e.text)) for e in whole]
        return Found(certificate, tuple(others))
    identifier = data.find(ds("X509SKI"))
    if identifier is not None:
        value = decoded(identifier.text)
        return _single([one for one in known if key_identifier(one) == value])
    return _numbered(only(data, ds("X509IssuerSerial")), known)


def _numbers(value: Any) -> tuple[int, int]:  # Any: lxml ships no types
    """The modulus and the exponent of an RSA key (XML Signature 1.1, section 4.5.2.2)."""
    key = only(value, ds("RSAKeyValue"))
    modulus, exponent = (
        decoded(only(key, ds(name)).text) for name in ("Modulus", "Exponent")
    )
    return int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")


def _has_numbers(certificate: x509.Certificate, numbers: tuple[int, int]) -> bool:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    known = key.public_numbers()
    return (known.n, known.e) == numbers


def _identified(
    identifier: Any, known: Sequence[x509.Certificate]
) -> Found:  # Any: lxml ships no types
    kind, value = identifier.get("ValueType"), decoded(identifier.text)
    if kind == X509V3:
        return Found(certificate_from(value))
    if kind == THUMBPRINT:
        return _single([one for one in known if thumbprint(one) == value])
    if kind == SKI:
        return _single([one for one in known if key_identifier(one) == value])
    raise SecurityError("the kind of a KeyIdentifier is not known")


def _numbered(
    pair: Any, known: Sequence[x509.Certificate]
) -> Found:  # Any: lxml ships no types
    """By the issuer and the number. The name is compared parsed, in either order: programs differ in
    how they write it."""
    text = (only(pair, ds("X509SerialNumber")).text or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= _NUMBER_DIGITS):
        raise SecurityError("a certificate's number is none")
    number, name = int(text), only(pair, ds("X509IssuerName")).text or ""
    return _single(
        [
            one
            for one in known
            if one.serial_number == number and _is_name(one.issuer, name)
        ]
    )


def _is_name(issuer: x509.Name, written: str) -> bool:
    try:
        name = x509.Name.from_rfc4514_string(_without_spaces(written))
    except ValueError:
        return False
    mine = [_plain(attribute) for attribute in issuer]
    theirs = [_plain(attribute) for attribute in name]
    return mine in (theirs, theirs[::-1])


def _without_spaces(name: str) -> str:
    """A name without spaces after its commas, as RFC 1779 writes them."""
    return ",".join(part.strip() for part in name.strip().split(","))


def _plain(attribute: x509.NameAttribute[Any]) -> tuple[str, object]:
    return attribute.oid.dotted_string, attribute.value


def _single(matches: list[x509.Certificate]) -> Found:
    distinct = list(dict.fromkeys(matches))
    if len(distinct) != 1:
        raise SecurityError("signed by nobody who is trusted")
    return Found(distinct[0])


def certificate_from(data: bytes) -> x509.Certificate:
    """A certificate in DER.

    Raises:
        SecurityError: it cannot be read.
    """
    try:
        found = x509.load_der_x509_certificate(data)
        found.public_key()
    except ValueError as error:
        raise SecurityError("a certificate cannot be read") from error
    except UnsupportedAlgorithm as error:
        raise SecurityError("a certificate's key is of an unknown kind") from error
    return found


def _path(data: bytes) -> list[bytes]:
    """The certificates of a PKIPath, a DER SEQUENCE OF Certificate, the holder's last."""
    at, size = _header(data, 0)
    found: list[bytes] = []
    end = at + size
    if end != len(data):
        raise SecurityError("a PKIPath cannot be read")
    while at < end and len(found) <= _PATH_AT_MOST:
        start, length = _header(data, at)
        found.append(data[at : start + length])
        at = start + length
    if not 0 < len(found) <= _PATH_AT_MOST:
        raise SecurityError("a PKIPath of no certificates, or too many")
    return found


def _header(data: bytes, at: int) -> tuple[int, int]:
    """Where a SEQUENCE's content begins, and its length."""
    head = data[at : at + 6]
    if len(head) < 2 or head[0] != 0x30 or head[1] == 0x80 or head[1] > 0x84:
        raise SecurityError("a PKIPath cannot be read")
    if head[1] < 0x80:
        return at + 2, head[1]
    more = head[1] & 0x7F
    return at + 2 + more, int.from_bytes(head[2 : 2 + more], "big")
