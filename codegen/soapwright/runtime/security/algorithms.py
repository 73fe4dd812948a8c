"""The algorithms of signatures and digests: which are accepted, and how they are computed.

XML Signature 1.1, section 6. Never accepted: MD5, DSA, an HMAC that is truncated (6.3.1, CVE-2009-0217) or
whose key is public.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from ..errors.errors import SecurityError
from .ciphers import CIPHERS_BY_NAME, DATA, TRANSPORTS
from .names import ENCRYPTION, MORE, SIGNATURE

PublicKey: TypeAlias = object
PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

DIGESTS: Final[Mapping[str, tuple[str, str]]] = {
    "sha256": (f"{ENCRYPTION}sha256", "sha256"),
    "sha384": (f"{MORE}sha384", "sha384"),
    "sha512": (f"{ENCRYPTION}sha512", "sha512"),
    "sha1": (f"{SIGNATURE}sha1", "sha1"),
}
"""By name: the URI, and the name of the hash."""

SIGNATURES: Final[Mapping[str, tuple[str, str, str]]] = {
    "rsa-sha256": (f"{MORE}rsa-sha256", "rsa", "sha256"),
    "rsa-sha384": (f"{MORE}rsa-sha384", "rsa", "sha384"),
    "rsa-sha512": (f"{MORE}rsa-sha512", "rsa", "sha512"),
    "ecdsa-sha256": (f"{MORE}ecdsa-sha256", "ec", "sha256"),
    "ecdsa-sha384": (f"{MORE}ecdsa-sha384", "ec", "sha384"),
    "ecdsa-sha512": (f"{MORE}ecdsa-sha512", "ec", "sha512"),
    "hmac-sha256": (f"{MORE}hmac-sha256", "hmac", "sha256"),
    "hmac-sha384": (f"{MORE}hmac-sha384", "hmac", "sha384"),
    "hmac-sha512": (f"{MORE}hmac-sha512", "hmac", "sha512"),
    "rsa-sha1": (f"{SIGNATURE}rsa-sha1", "rsa", "sha1"),
    "hmac-sha1": (f"{SIGNATURE}hmac-sha1", "hmac", "sha1"),
}
"""By name: the URI, the kind of key, and the name of the hash."""

INCLUSIVE: Final = "c14n"
BY_NAME: Final = CIPHERS_BY_NAME | {
    *("sha1", "rsa-sha1", "hmac-sha1", "rsa-1024", INCLUSIVE)
}
"""The weak ones, which are accepted and used by name only; and inclusive canonicalisation, which is not used."""

_HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1(),  # by name only, see BY_NAME
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_RSA_BITS: Final = 2048
_RSA_BITS_BY_NAME: Final = 1024


class Signer(Protocol):
    """A key that signs without leaving its place: a token of PKCS#11, a vault."""

    def sign(self, data: bytes, algorithm: str) -> bytes:
        """The signature of data.

        Args:
            data: as it is, not hashed.
            algorithm: "rsa-sha256" and so on. An ECDSA value is r and s, each of the curve's length.
        """
        ...


@dataclass(frozen=True, slots=True)
class Accepted:
    """The algorithms that what comes may use, by URI with their names."""

    signatures: Mapping[str, str]
    digests: Mapping[str, str]
    rsa_bits: int
    data: Mapping[str, str]
    transports: Mapping[str, str]
    inclusive: bool
    """Whether Canonical XML 1.0 is accepted."""


def accepted(by_name: Sequence[str]) -> Accepted:
    """The default algorithms, and these weak ones.

    Raises:
        ValueError: there is none of a name.
    """
    unknown = [name for name in by_name if name not in BY_NAME]
    if unknown:
        known = ", ".join(sorted(BY_NAME))
        raise ValueError(f"accept={unknown!r}: {known} can be accepted by name")
    refused = BY_NAME - set(by_name)
    return Accepted(
        {s[0]: name for name, s in SIGNATURES.items() if name not in refused},
        {d[0]: name for name, d in DIGESTS.items() if name not in refused},
        _RSA_BITS_BY_NAME if "rsa-1024" in by_name else _RSA_BITS,
        {d[0]: name for name, d in DATA.items() if name not in refused},
        {uri: name for name, uri in TRANSPORTS.items() if name not in refused},
        INCLUSIVE in by_name,
    )


def digest(name: str, data: bytes) -> bytes:
    """The digest of data by an algorithm's name."""
    return hashlib.new(DIGESTS[name][1], data, usedforsecurity=name != "sha1").digest()


def encoded(data: bytes) -> str:
    """Data in base64."""
    return b64encode(data).decode("ascii")


def decoded(text: str | None) -> bytes:
    """The data of base64, which may have white space.

    Raises:
        SecurityError: it is none.
    """
    try:
        return b64decode("".join((text or "").split()), validate=True)
    except ValueError:
        raise SecurityError("a value is no base64") from None


def signature_of(
    key: PrivateKey | Signer | bytes, algorithm: str, data: bytes
) -> bytes:
    """The value of a signature.

    Args:
        key: a private one, an object that signs, or the secret of an HMAC.
        algorithm: by its name.
        data: as it is.

    Raises:
        SecurityError: the key is not of the algorithm's kind.
    """
    _, kind, name = SIGNATURES[algorithm]
    if isinstance(key, bytes):
        if kind == "hmac":
            return hmac.digest(key, data, name)
    elif isinstance(key, rsa.RSAPrivateKey):
        if kind == "rsa":
            return key.sign(data, padding.PKCS1v15(), _HASHES[name])
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        if kind == "ec":
            size = _octets(key.curve)
            numbers = decode_dss_signature(key.sign(data, ec.ECDSA(_HASHES[name])))
            return b"".join(number.to_bytes(size, "big") for number in numbers)
    elif kind != "hmac":
        return key.sign(data, algorithm)
    raise SecurityError(f"the key cannot sign by {algorithm}")


def check_signature(
    key: PublicKey, algorithm: str, value: bytes, data: bytes, rsa_bits: int
) -> None:
    """Refuse a signature that a public key did not make.

    Args:
        key: of a certificate that is trusted.
        algorithm: by its name.
        value: the signature.
        data: as it is.
        rsa_bits: the least that an RSA key may have.

    Raises:
        SecurityError: it is wrong, or the key is not of the algorithm's kind or too short.
    """
    _, kind, name = SIGNATURES[algorithm]
    try:
        if isinstance(key, rsa.RSAPublicKey) and kind == "rsa":
            if key.key_size < rsa_bits:
                raise SecurityError(f"an RSA key of {key.key_size} bits is too short")
            key.verify(value, data, padding.PKCS1v15(), _HASHES[name])
            return
        if isinstance(key, ec.EllipticCurvePublicKey) and kind == "ec":
            half = _octets(key.curve)
            if len(value) != 2 * half:
                raise SecurityError("an ECDSA value is of another length")
            r, s = (
                int.from_bytes(part, "big") for part in (value[:half], value[half:])
            )
            key.verify(encode_dss_signature(r, s), data, ec.ECDSA(_HASHES[name]))
            return
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        raise SecurityError("the signature's value is wrong") from None
    raise SecurityError(f"the certificate's key is not one of {algorithm}")


def identity_of(algorithm: str, value: bytes) -> bytes:
    """The part of a signature's value that nobody can change while it stays right.

    Of ECDSA (r, s) and (r, n - s) are right alike, so that is r.
    """
    return value[: len(value) // 2] if SIGNATURES[algorithm][1] == "ec" else value


def check_hmac(secret: bytes, algorithm: str, value: bytes, data: bytes) -> None:
    """Refuse a value that a secret did not make.

    Raises:
        SecurityError: it is wrong, or the algorithm no HMAC.
    """
    _, kind, name = SIGNATURES[algorithm]
    if kind != "hmac" or not hmac.compare_digest(
        hmac.digest(secret, data, name), value
    ):
        raise SecurityError("the signature's value is wrong")


def _octets(curve: ec.EllipticCurve) -> int:
    return (curve.key_size + 7) // 8
