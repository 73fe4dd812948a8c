"""The facts of a message that the other message of its exchange needs: its signatures, its keys."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1

from cryptography import x509


@dataclass(frozen=True, slots=True, repr=False)
class SessionKey:
    """A symmetric key that a client made, and encrypted for a service."""

    key: bytes
    encrypted: bytes
    """As it was sent."""
    id: str = ""
    """Of its EncryptedKey, in the message that has it."""

    @property
    def sha1(self) -> bytes:
        """The value by which a reply refers to it (WS-Security 1.1, section 7.7)."""
        return sha1(self.encrypted, usedforsecurity=False).digest()


@dataclass(frozen=True, slots=True, repr=False)
class Correlation:
    """A message that was sent, or received and verified."""

    values: tuple[bytes, ...] = ()
    """Those of its signatures."""
    session: SessionKey | None = None
    """The key of its symmetric binding."""
    signer: x509.Certificate | None = None
    """The certificate that it was signed with, and which was trusted."""
