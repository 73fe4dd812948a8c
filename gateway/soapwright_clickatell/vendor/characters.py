"""How many SMS a text takes: the GSM alphabet (3GPP TS 23.038), UCS-2, and concatenation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

GSM_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
"""The characters that the GSM alphabet has in its extension table: an escape and a septet each."""

_ALPHABET: Final = GSM_EXTENSION | frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM: Final = (160, 153)
_UCS2: Final = (70, 67)
"""Characters in a single SMS, and in each part of several: six bytes go to the header that
holds the parts together (the vendor's 63 for UCS-2 is contested; the header leaves 67)."""

_FOLDS: Final = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‹", "<"),
        **dict.fromkeys("›", ">"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f", " "),
        **dict.fromkeys("\u200b\u200c\u2060\ufeff\u00ad", ""),
        **dict.fromkeys("•·", "*"),
        **{"…": "...", "\t": " ", "™": "(TM)", "©": "(C)", "®": "(R)"},
    }
)
"""Typographic characters, in characters of the GSM alphabet that say the same."""


def gsm_parts(text: str) -> int:
    """The number of SMS that a text takes in the GSM alphabet.

    What the alphabet lacks arrives as a question mark, and counts as one.
    """
    return len(_ends(map(_septets, text), *_GSM))


def ucs2_parts(text: str) -> int:
    """The number of SMS that a text takes in UCS-2; what is beyond its plane takes two places."""
    return len(_ends(map(_places, text), *_UCS2))


def gsm_pieces(text: str) -> list[str]:
    """A text in the pieces that go into each SMS in the GSM alphabet."""
    ends = _ends(map(_septets, text), *_GSM)
    return [text[start:end] for start, end in zip([0, *ends], ends)]


def ucs2_pieces(text: str) -> list[str]:
    """A text in the pieces that go into each SMS in UCS-2."""
    ends = _ends(map(_places, text), *_UCS2)
    return [text[start:end] for start, end in zip([0, *ends], ends)]


def is_gsm(text: str) -> bool:
    """Whether the GSM alphabet has all characters of a text."""
    return all(c in _ALPHABET for c in text)


def folded(text: str) -> str:
    """A text with typographic quotes, dashes, blanks and the like as the GSM alphabet has them;
    letters are left as they are."""
    return text.translate(_FOLDS)


def travels_as_gsm(text: str) -> bool:
    """Whether a text can be handed to the gateway to be sent in the GSM alphabet: XML has no
    form feed, which that alphabet does have."""
    return is_gsm(text) and "\f" not in text


def _septets(character: str) -> int:
    return 2 if character in GSM_EXTENSION else 1


def _places(character: str) -> int:
    return 2 if character > "\uffff" else 1


def _ends(sizes: Iterable[int], single: int, part: int) -> list[int]:
    """Where the parts end, filled one after the other: what takes two places is never torn."""
    sizes = list(sizes)
    if sum(sizes) <= single:
        return [len(sizes)]
    ends, room = [], part
    for at, size in enumerate(sizes):
        if size > room:
            ends.append(at)
            room = part
        room -= size
    return [*ends, len(sizes)]
