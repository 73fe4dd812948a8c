"""Keys that are derived from that of a message: DerivedKeyToken (WS-SecureConversation 1.3, section 7).

The same key then neither signs and encrypts, nor does so in two messages.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from typing import Any, Final

from ..errors.errors import SecurityError
from ..values.strings import SPACE
from .algorithms import decoded, encoded
from .names import BASE64, REFERENCE
from .parts import only
from .references import WSSE, WSU, new_id

NAMESPACES: Final = {
    "1.3": "http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512",
    "2005": "http://schemas.xmlsoap.org/ws/2005/02/sc",
}
"""The versions of WS-SecureConversation."""
TOKENS: Final = tuple(f"{{{uri}}}DerivedKeyToken" for uri in NAMESPACES.values())
AT_MOST: Final = 8
"""Derived keys of a message."""

_LABEL: Final = "WS-SecureConversation" * 2
_LENGTH: Final = 32
_LONGEST: Final = 64
_FURTHEST: Final = 1024
_NONCE: Final = 16
_NONCE_AT_MOST: Final = 256
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True, repr=False)
class DerivedKey:
    """A derived key of a message that goes out."""

    key: bytes
    xml: str
    """Its token."""
    reference: str
    """A SecurityTokenReference to it."""


def new_derived(secret: bytes, base: str, length: int, version: str) -> DerivedKey:
    """A new key.

    Args:
        secret: what it is derived from.
        base: a SecurityTokenReference to that.
        length: its bytes.
        version: of WS-SecureConversation, "1.3" or "2005".
    """
    nonce, name, uri = os.urandom(_NONCE), new_id("DK"), NAMESPACES[version]
    xml = (
        f'<wsc:DerivedKeyToken xmlns:wsc="{uri}" {WSU} wsu:Id="{name}">{base}'
        f"<wsc:Offset>0</wsc:Offset><wsc:Length>{length}</wsc:Length>"
        f'<wsc:Nonce {WSSE} EncodingType="{BASE64}">{encoded(nonce)}</wsc:Nonce>'
        "</wsc:DerivedKeyToken>"
    )
    reference = (
        f'<wsse:SecurityTokenReference {WSSE}><wsse:Reference URI="#{name}"'
        f' ValueType="{uri}/dk"/></wsse:SecurityTokenReference>'
    )
    key = derived(secret, _LABEL.encode() + nonce, 0, length)
    return DerivedKey(key, xml, reference)


def base_of(token: Any) -> Any:  # Any: lxml ships no types
    """The SecurityTokenReference to what a token's key is derived from.

    Raises:
        SecurityError: there is none.
    """
    return only(token, REFERENCE)


def key_in(token: Any, secret: bytes) -> bytes:  # Any: lxml ships no types
    """The key of a DerivedKeyToken.

    Raises:
        SecurityError: it is by another algorithm, or beyond the bounds.
    """
    namespace = token.tag[1:].partition("}")[0]
    algorithm = f"{namespace}/dk/p_sha1"
    if token.get("Algorithm", algorithm) != algorithm:
        raise SecurityError("the algorithm of a derived key is not known")
    values = {str(child.tag).rpartition("}")[2]: child.text or "" for child in token}
    length = _number(values.get("Length", str(_LENGTH)))
    if "Generation" in values:
        offset = _number(values["Generation"]) * length
    else:
        offset = _number(values.get("Offset", "0"))
    nonce = decoded(values.get("Nonce"))
    label = values.get("Label", _LABEL).encode()
    within = 0 < length <= _LONGEST and offset + length <= _FURTHEST
    if not within or not 0 < len(nonce) <= _NONCE_AT_MOST or len(label) > _FURTHEST:
        raise SecurityError("a derived key is beyond the bounds")
    return derived(secret, label + nonce, offset, length)


def derived(secret: bytes, seed: bytes, offset: int, length: int) -> bytes:
    """Bytes of P_SHA1 (RFC 2246, section 5), which both versions name."""
    made, block = b"", seed
    while len(made) < offset + length:
        block = hmac.digest(secret, block, "sha1")
        made += hmac.digest(secret, block + seed, "sha1")
    return made[offset : offset + length]


def _number(text: str) -> int:
    digits = text.strip(SPACE)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS):
        raise SecurityError("a number of a derived key is none")
    return int(digits)
