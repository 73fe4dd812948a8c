"""How many SMS a text takes: the GSM alphabet (3GPP TS 23.038), UCS-2, and concatenation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

GSM_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
"""The characters that the GSM alphabet has in its extension table: an escape and a septet each."""

_GSM: Final = (160, 153)
_UCS2: Final = (70, 67)
"""Characters in a single SMS, and in each part of several: six bytes go to the header that
holds the parts together (the vendor's 63 for UCS-2 is contested; the header leaves 67)."""


def gsm_parts(text: str) -> int:
    """The number of SMS that a text takes in the GSM alphabet.

    What the alphabet lacks arrives as a question mark, and counts as one.
    """
    return _parts((2 if c in GSM_EXTENSION else 1 for c in text), *_GSM)


def ucs2_parts(text: str) -> int:
    """The number of SMS that a text takes in UCS-2; what is beyond its plane takes two places."""
    return _parts((2 if c > "\uffff" else 1 for c in text), *_UCS2)


def _parts(sizes: Iterable[int], single: int, part: int) -> int:
    """Parts filled one after the other: what takes two places is never torn apart."""
    sizes = list(sizes)
    if sum(sizes) <= single:
        return 1
    parts, room = 1, part
    for size in sizes:
        if size > room:
            parts += 1
            room = part
        room -= size
    return parts
