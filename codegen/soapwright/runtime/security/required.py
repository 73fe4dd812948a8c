"""Parts that must be in a message (WS-SecurityPolicy 1.3, section 4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors.errors import SecurityError
from ..http.bodies import charset_of
from ..http.message import Message
from .parts import Parts
from .places import places_of
from .profile import Profile
from .tokens import SECURITY, TIMESTAMP


def check_required(parts: Parts, required: Sequence[str]) -> None:
    """Refuse a message that lacks a part.

    Raises:
        SecurityError: it does.
    """
    blocks = [] if parts.header is None else parts.header[:]
    tokens: list[Any] = [] if parts.security is None else parts.security[:]
    _check(required, [str(b.tag) for b in blocks], [str(t.tag) for t in tokens])


def check_sent(message: Message, profile: Profile) -> None:
    """Refuse to send a message that lacks a part.

    Raises:
        SecurityError: it does, or it is no envelope.
    """
    if not profile.require:
        return
    charset = charset_of(message.content_type)
    places = places_of(message.envelope, charset, profile.actor)
    tokens = [] if places.block is None else [part.name for part in places.block.parts]
    _check(profile.require, [part.name for part in places.header], tokens)


def _check(required: Sequence[str], blocks: list[str], tokens: list[str]) -> None:
    for part in required:
        if part.endswith("}*"):
            found = any(block.startswith(part[:-1]) for block in blocks)
        elif part.startswith("{"):
            found = part in blocks
        else:
            name = TIMESTAMP if part == "Timestamp" else f"{{{SECURITY}}}{part}"
            found = part == "Body" or name in tokens
        if not found:
            raise SecurityError(f"{part} is demanded, and is not in the message")
