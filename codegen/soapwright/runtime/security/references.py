"""Writes how a signature or an encrypted key refers to its key (X.509 Token Profile 1.1, section 3; WSS 1.1, section 7)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from cryptography import x509

from ..errors.errors import SecurityError
from ..values.strings import attribute_text, text
from .algorithms import encoded
from .names import (
    BASE64,
    KEY_SHA1,
    KEY_TYPE,
    SECURITY,
    SECURITY11,
    SIGNATURE,
    SKI,
    THUMBPRINT,
    UTILITY,
    X509_PATH,
    X509V3,
)
from .profile import KeyReference
from .trust import der, key_identifier, thumbprint

WSU: Final = f'xmlns:wsu="{UTILITY}"'
WSSE: Final = f'xmlns:wsse="{SECURITY}"'
DS: Final = f'xmlns:ds="{SIGNATURE}"'
_WSSE11: Final = f'xmlns:wsse11="{SECURITY11}"'

_SEQUENCE: Final = b"\x30"
_SHORT: Final = 0x80


def new_id(prefix: str) -> str:
    """An id that no message had before."""
    return f"{prefix}-{os.urandom(12).hex()}"


def token_of(certificate: x509.Certificate, name: str) -> str:
    """A BinarySecurityToken.

    Args:
        name: its id.
    """
    return (
        f'<wsse:BinarySecurityToken {WSSE} {WSU} EncodingType="{BASE64}"'
        f' ValueType="{X509V3}" wsu:Id="{name}">{encoded(der(certificate))}'
        "</wsse:BinarySecurityToken>"
    )


def path_of(
    certificate: x509.Certificate, chain: Sequence[x509.Certificate], name: str
) -> str:
    """A BinarySecurityToken with a certificate and those of its authorities: a PKIPath, a DER SEQUENCE OF Certificate,
    the holder's last (X.509 Token Profile 1.1, section 3.1).

    Args:
        chain: the issuer's first.
        name: its id.
    """
    content = b"".join(map(der, (*reversed(chain), certificate)))
    size = len(content)
    length = bytes([size]) if size < _SHORT else _long(size)
    return (
        f'<wsse:BinarySecurityToken {WSSE} {WSU} EncodingType="{BASE64}"'
        f' ValueType="{X509_PATH}" wsu:Id="{name}">'
        f"{encoded(_SEQUENCE + length + content)}</wsse:BinarySecurityToken>"
    )


def _long(size: int) -> bytes:
    """The length of a DER element that is not short."""
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([_SHORT | len(octets)]) + octets


def as_token(certificate: x509.Certificate, prefix: str = "wsse") -> bytes:
    """The BinarySecurityToken that the STR-Transform makes of a certificate (WSS 1.1, section 8.3).

    Args:
        prefix: that of WS-Security where the certificate is referred to.
    """
    return (
        f'<{prefix}:BinarySecurityToken xmlns="" xmlns:{prefix}="{SECURITY}"'
        f' ValueType="{X509V3}">{encoded(der(certificate))}'
        f"</{prefix}:BinarySecurityToken>"
    ).encode()


def certificate_reference(
    certificate: x509.Certificate, style: KeyReference, token_id: str, name: str = ""
) -> str:
    """A SecurityTokenReference to a certificate.

    Args:
        token_id: of its BinarySecurityToken, where that is the style.
        name: the reference's own id, "" for none.

    Raises:
        SecurityError: the certificate has no SubjectKeyIdentifier, and that is the style.
    """
    inside = _inside(certificate, style, token_id)
    own = f' {WSU} wsu:Id="{name}"' if name else ""
    if style == "path":
        own += f' {_WSSE11} wsse11:TokenType="{X509_PATH}"'
    start = f"<wsse:SecurityTokenReference {WSSE}{own}>"
    return f"{start}{inside}</wsse:SecurityTokenReference>"


def key_reference(name: str) -> str:
    """A SecurityTokenReference to the EncryptedKey of an id."""
    return _to_key(
        f'<wsse:Reference URI="#{attribute_text(name)}" ValueType="{KEY_TYPE}"/>'
    )


def sha1_reference(sha1: bytes) -> str:
    """A SecurityTokenReference to the key of a message before (WSS 1.1, section 7.7)."""
    return _to_key(
        f'<wsse:KeyIdentifier EncodingType="{BASE64}" ValueType="{KEY_SHA1}">'
        f"{encoded(sha1)}</wsse:KeyIdentifier>"
    )


def _to_key(inside: str) -> str:
    return (
        f'<wsse:SecurityTokenReference {WSSE} {_WSSE11} wsse11:TokenType="{KEY_TYPE}">'
        f"{inside}</wsse:SecurityTokenReference>"
    )


def _inside(certificate: x509.Certificate, style: KeyReference, token_id: str) -> str:
    if style in ("direct", "path"):
        kind = X509V3 if style == "direct" else X509_PATH
        return f'<wsse:Reference URI="#{token_id}" ValueType="{kind}"/>'
    if style == "issuer-serial":
        issuer = text(certificate.issuer.rfc4514_string())
        return (
            f"<ds:X509Data {DS}><ds:X509IssuerSerial><ds:X509IssuerName>{issuer}"
            f"</ds:X509IssuerName><ds:X509SerialNumber>{certificate.serial_number}"
            "</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>"
        )
    if style == "thumbprint":
        kind, value = THUMBPRINT, thumbprint(certificate)
    elif style == "embedded":
        kind, value = X509V3, der(certificate)
    else:
        found = key_identifier(certificate)
        if found is None:
            raise SecurityError("the certificate has no SubjectKeyIdentifier")
        kind, value = SKI, found
    return (
        f'<wsse:KeyIdentifier EncodingType="{BASE64}" ValueType="{kind}">'
        f"{encoded(value)}</wsse:KeyIdentifier>"
    )
