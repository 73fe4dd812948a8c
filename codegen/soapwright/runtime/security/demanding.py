"""Which parts of a message must be signed (WSS 1.1.1, section 8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors.errors import SecurityError
from .names import ADDRESSING, TIMESTAMP, wsse
from .parts import Parts, only
from .profile import Profile
from .verifying import Verified


def check_coverage(found: Verified, profile: Profile) -> None:
    """Refuse a message of which a demanded part is not signed.

    Raises:
        SecurityError: one is not, or Body or Timestamp is missing.
    """
    for part in profile.expected:
        for e in demanded(found.parts, part, profile):
            if not found.covers(e):
                local = str(e.tag).rpartition("}")[2]
                raise SecurityError(f"{local} is not signed")


def demanded(
    parts: Parts, part: str, profile: Profile
) -> Iterator[Any]:  # Any: lxml ships no types
    """The elements of a part that must be signed, at their places.

    Raises:
        SecurityError: the Timestamp is not there, or twice.
    """
    blocks = [] if parts.header is None else parts.header[:]
    if part == "Body":
        yield parts.body
    elif part == "Timestamp":
        if profile.timestamp:
            yield only(parts.security, TIMESTAMP)
    elif part == "Addressing":
        yield from (b for b in blocks if _namespace(b) in ADDRESSING)
    elif part in ("UsernameToken", "BinarySecurityToken"):
        yield from parts.security.findall(wsse(part))
    elif part == "Headers":
        yield from (b for b in blocks if b is not parts.security and parts.is_ours(b))
    elif part.endswith("}*"):
        yield from (b for b in blocks if _namespace(b) == part[1:-2])
    else:
        yield from (b for b in blocks if b.tag == part)


def _namespace(e: Any) -> str:  # Any: lxml ships no types
    return str(e.tag)[1:].rpartition("}")[0]
