"""Writes into the Security block of a message, and makes one where there is none (WSS 1.1, section 5)."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors.errors import SecurityError
from ..soap.blocks import Place, place_of_blocks
from ..soap.envelope import NAMES
from ..values.strings import attribute_text
from .names import TIMESTAMP
from .places import Places
from .profile import Profile
from .references import WSSE


def with_children(
    envelope: bytes,
    charset: str | None,
    places: Places,
    profile: Profile,
    before: str,
    after: str,
    edits: Sequence[tuple[int, str]] = (),
) -> bytes:
    """The envelope with these children at both ends of its Security block.

    Args:
        places: of the envelope.
        edits: further texts, and the bytes where they go.

    Raises:
        SecurityError: the block is an empty-element tag.
    """
    block = places.block
    if block is not None:
        if envelope[: block.end].endswith("/>".encode(places.encoding)):
            raise SecurityError("another layer wrote a Security block of nothing")
        inside = [(block.inside, before), (block.end, after)]
        return places.edited(envelope, [*edits, *inside])
    envelope = places.edited(envelope, edits)
    if not before and not after:
        return envelope
    place = place_of_blocks(envelope, charset)
    attributes = _attributes(place, profile)
    return place.filled(
        envelope,
        f"<wsse:Security {WSSE}{attributes}>{before}{after}</wsse:Security>",
    )


def with_first(
    envelope: bytes,
    charset: str | None,
    places: Places,
    profile: Profile,
    children: str,
) -> bytes:
    """The envelope with these children in front of the others, but behind a Timestamp that is to be first."""
    parts = [] if places.block is None else places.block.parts
    if profile.layout == "timestamp-first" and parts and parts[0].name == TIMESTAMP:
        return places.edited(envelope, [(parts[0].end, children)])
    return with_children(envelope, charset, places, profile, children, "")


def _attributes(place: Place, profile: Profile) -> str:
    """Those of a new Security block, as XML after a space."""
    prefix, found = place.prefix or "soap", ""
    if profile.must_understand:
        found += f' {prefix}:mustUnderstand="1"'
    if profile.actor:
        kind = "role" if place.namespace == NAMES["1.2"].namespace else "actor"
        found += f' {prefix}:{kind}="{attribute_text(profile.actor)}"'
    if found and not place.prefix:
        found = f' xmlns:soap="{place.namespace}"{found}'
    return found
