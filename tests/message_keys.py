"""Keys and certificates for tests of message security: made anew in each run, none is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Pair:
    """A private key with its certificate."""

    key: Key
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def p12(self, password: bytes) -> bytes:
        locked = serialization.BestAvailableEncryption(password)
        return pkcs12.serialize_key_and_certificates(
            b"me", self.key, self.certificate, None, locked
        )


@cache
def pair(
    name: str, kind: str = "rsa", issuer: Pair | None = None, *, ca: bool = False
) -> Pair:
    """A new pair, the same for the same arguments.

    Args:
        name: the subject's common name.
        kind: "rsa", "rsa-1024", "ec" or "ec384".
        issuer: who signs the certificate; itself without one.
        ca: whether it is an authority's.
    """
    key = _key(kind)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
        )
    )
    signing = key if issuer is None else issuer.key
    return Pair(key, builder.sign(signing, hashes.SHA256()))


def _key(kind: str) -> Key:
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    if kind == "ec384":
        return ec.generate_private_key(ec.SECP384R1())
    bits = 1024 if kind == "rsa-1024" else 2048
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)
