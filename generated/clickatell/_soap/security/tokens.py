"""Names of WS-Security 1.0, and digests of WS-Security's UsernameToken (profile 1.0, section 3.1), for both sides."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import Final

_WSS: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
SECURITY: Final = f"{_WSS}wssecurity-secext-1.0.xsd"
UTILITY: Final = f"{_WSS}wssecurity-utility-1.0.xsd"
PROFILE: Final = f"{_WSS}username-token-profile-1.0"
BASE64: Final = f"{_WSS}soap-message-security-1.0#Base64Binary"
BLOCK: Final = f"{{{SECURITY}}}Security"
USERNAME_TOKEN: Final = f"{{{SECURITY}}}UsernameToken"
TIMESTAMP: Final = f"{{{UTILITY}}}Timestamp"


def password_digest(
    nonce: bytes, created: str, password: str, *, sha1_password: bool = False
) -> str:
    """The digest of a password, in base64.

    Args:
        nonce: as bytes, not in base64.
        created: as it is written.
        password: in the clear.
        sha1_password: whether the SHA-1 of the password takes its place, as Amadeus has it.
    """
    secret = password.encode("utf-8")
    if sha1_password:
        secret = _sha1(secret)
    given = nonce + created.encode("utf-8") + secret
    return b64encode(_sha1(given)).decode("ascii")


def _sha1(data: bytes) -> bytes:
    # SHA-1 is what the profile asks for (section 3.1).
    return hashlib.sha1(data, usedforsecurity=False).digest()
