"""The algorithms of XML Encryption 1.1: for data (section 5.2), and for the key that encrypts it (section 5.5).

Whatever is wrong with what came, there is one error, at one place: who sends altered messages learns nothing
from how they fail. Never used: 3DES, and key wrapping by a symmetric key.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from cryptography import x509
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from ..errors.errors import SecurityError
from .names import ENCRYPTION, ENCRYPTION11, MORE, SIGNATURE

DATA: Final[Mapping[str, tuple[str, int]]] = {
    "aes128-gcm": (f"{ENCRYPTION11}aes128-gcm", 16),
    "aes192-gcm": (f"{ENCRYPTION11}aes192-gcm", 24),
    "aes256-gcm": (f"{ENCRYPTION11}aes256-gcm", 32),
    "aes128-cbc": (f"{ENCRYPTION}aes128-cbc", 16),
    "aes192-cbc": (f"{ENCRYPTION}aes192-cbc", 24),
    "aes256-cbc": (f"{ENCRYPTION}aes256-cbc", 32),
}
"""By name: the URI, and the bytes of a key."""

TRANSPORTS: Final[Mapping[str, str]] = {
    "rsa-oaep-mgf1p": f"{ENCRYPTION}rsa-oaep-mgf1p",
    "rsa-oaep": f"{ENCRYPTION11}rsa-oaep",
    "rsa-1_5": f"{ENCRYPTION}rsa-1_5",
}
"""By name: the URI."""

CIPHERS_BY_NAME: Final = frozenset(
    {"aes192-gcm", "aes128-cbc", "aes192-cbc", "aes256-cbc", "rsa-1_5"}
)
"""Those that are accepted by name only."""

NEVER: Final = frozenset({"tripledes-cbc"})
"""Those of policies that are never used."""

OAEP_DIGESTS: Final[Mapping[str, str]] = {
    f"{SIGNATURE}sha1": "sha1",
    f"{ENCRYPTION}sha256": "sha256",
    f"{MORE}sha384": "sha384",
    f"{ENCRYPTION}sha512": "sha512",
}
MASKS: Final[Mapping[str, str]] = {
    f"{ENCRYPTION11}mgf1{name}": name for name in OAEP_DIGESTS.values()
}
"""The mask generation functions of OAEP, by URI: the name of the hash."""

_HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1(),  # the default of XML Encryption 1.1, section 5.5.2
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_IV: Final = 12
_TAG: Final = 16
_BLOCK: Final = 16


class Decrypter(Protocol):
    """A key that decrypts without leaving its place: a token of PKCS#11, a vault."""

    def decrypt(self, data: bytes, algorithm: str) -> bytes:
        """The key that was encrypted for this one.

        Args:
            data: as it came.
            algorithm: "rsa-oaep-sha1-mgf1-sha1": OAEP with the digest and that of its mask; "rsa-1_5".

        Raises:
            Exception: it cannot be decrypted.
        """
        ...


@dataclass(frozen=True, slots=True)
class Transport:
    """An algorithm that encrypts a key, with its parameters."""

    name: str
    digest: str = "sha1"
    mask: str = "sha1"
    label: bytes = b""
    """OAEPparams."""

    @property
    def words(self) -> str:
        """As a `Decrypter` is told."""
        if self.name == "rsa-1_5":
            return self.name
        return f"rsa-oaep-{self.digest}-mgf1-{self.mask}"

    @property
    def padding(self) -> padding.AsymmetricPadding:
        if self.name == "rsa-1_5":
            return padding.PKCS1v15()
        mask = padding.MGF1(_HASHES[self.mask])
        return padding.OAEP(mask, _HASHES[self.digest], self.label or None)


def transport_of(name: str) -> Transport:
    """The algorithm by its name, with the parameters that are sent."""
    return (
        Transport(name, "sha256", "sha256") if name == "rsa-oaep" else Transport(name)
    )


def undecryptable() -> SecurityError:
    """The only error of decryption."""
    return SecurityError("the message cannot be decrypted")


# --------------------------------------------------------------------------------- data


def new_key(name: str) -> bytes:
    """A random key for an algorithm."""
    return os.urandom(DATA[name][1])


def encrypted(name: str, key: bytes, plain: bytes) -> bytes:
    """Data, encrypted: the initialization vector, the ciphertext, and of GCM its tag."""
    if name.endswith("-gcm"):
        iv = os.urandom(_IV)
        return iv + AESGCM(key).encrypt(iv, plain, None)
    iv, pad = os.urandom(_BLOCK), _BLOCK - len(plain) % _BLOCK
    # Only the last octet of the padding counts (section 5.2).
    padded = plain + os.urandom(pad - 1) + bytes([pad])
    box = Cipher(AES(key), modes.CBC(iv)).encryptor()
    return iv + box.update(padded) + box.finalize()


def decrypted(name: str, key: bytes, data: bytes) -> bytes:
    """The plaintext of data.

    Args:
        name: of the algorithm.
        key: one of another length is replaced by a random one, so that it fails as a wrong key does.
        data: as `encrypted` gives it.

    Raises:
        SecurityError: it cannot be decrypted.
    """
    size = DATA[name][1]
    used = key if len(key) == size else os.urandom(size)
    try:
        if name.endswith("-gcm"):
            if len(data) < _IV + _TAG:
                raise undecryptable()
            return AESGCM(used).decrypt(data[:_IV], data[_IV:], None)
        return _without_padding(used, data)
    except (InvalidTag, ValueError):
        raise undecryptable() from None


def _without_padding(key: bytes, data: bytes) -> bytes:
    if len(data) < 2 * _BLOCK or len(data) % _BLOCK:
        raise undecryptable()
    box = Cipher(AES(key), modes.CBC(data[:_BLOCK])).decryptor()
    padded = box.update(data[_BLOCK:]) + box.finalize()
    pad = padded[-1]
    if not 1 <= pad <= _BLOCK:
        raise undecryptable()
    return padded[:-pad]


# --------------------------------------------------------------------------------- keys


def wrapped(recipient: x509.Certificate, transport: Transport, key: bytes) -> bytes:
    """A key, encrypted for a certificate.

    Raises:
        SecurityError: the certificate's key is not RSA.
    """
    public = recipient.public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise SecurityError("encryption is for certificates of RSA keys")
    return public.encrypt(key, transport.padding)


def unwrapped(key: object, transport: Transport, data: bytes) -> bytes:
    """The key that was encrypted for one's own.

    Where it cannot be decrypted it is a random one: what it decrypts fails then, as it does where the
    data was altered (Bleichenbacher's attack, RFC 8017, section 7.2.2).
    """
    random = os.urandom(32)
    try:
        if isinstance(key, rsa.RSAPrivateKey):
            found = key.decrypt(data, transport.padding)
        else:
            decrypt: Decrypter = key  # type: ignore[assignment]  # a failure is one of decryption
            found = decrypt.decrypt(data, transport.words)
    except (ValueError, UnsupportedAlgorithm):
        return random
    except Exception:  # a token's own errors; which one it is must not be seen
        return random
    return found if isinstance(found, bytes) and found else random
