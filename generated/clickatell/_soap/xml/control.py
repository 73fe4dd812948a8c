"""Characters that XML cannot carry: `&#x1E;`, or the bare character. Leniently they stay, as their references' text."""

from __future__ import annotations

import re
from typing import Any, Final

from .bounds import is_ascii_superset

_MARK: Final = "\uf8ff"
"""Put before each while the document is parsed: a character for private use that it does not have."""
_MARKED: Final = b"&#xF8FF;&amp;"
_PIECE: Final = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|&#(?:x[0-9A-Fa-f]+|[0-9]+);|[\x00-\x08\x0b\x0c\x0e-\x1f]",
    re.DOTALL,
)
_BARE: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def marked(data: bytes, charset: str | None) -> bytes | None:
    """A document with each such character as the text of its reference, behind a mark.

    None where it has none, or its bytes do not determine it.
    """
    declared = re.match(rb"""[^>]*?encoding=["']([A-Za-z0-9._-]+)""", data[:200])
    encoding = charset or (declared[1].decode() if declared else "UTF-8")
    if not is_ascii_superset(encoding) or b"\xef\xa3\xbf" in data:
        return None
    found = _PIECE.sub(_replaced, data)
    return None if found == data or b"&#xF8FF;" in data else found


def _replaced(piece: re.Match[bytes]) -> bytes:
    found = piece[0]
    if found.startswith(b"<!--"):
        return found
    if found.startswith(b"<!["):
        return _BARE.sub(lambda one: b"]]>" + _reference(one[0]) + b"<![CDATA[", found)
    if len(found) == 1:
        return _reference(found)
    digits = found[2:-1]
    code = int(digits[1:], 16) if digits[:1] == b"x" else int(digits[:9])
    return found if _is_allowed(code) else _MARKED + found[1:]


def _reference(bare: bytes) -> bytes:
    return _MARKED + b"#x%X;" % bare[0]


def _is_allowed(code: int) -> bool:
    """Whether XML can carry a character (XML 1.0, section 2.2)."""
    return (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )


def unmark(root: Any) -> list[tuple[Any, str, str]]:  # Any: lxml's elements
    """Take the marks out of a document: for each place the element, the attribute's name or "", the text."""
    places = []
    for e in root.iter():
        if e.text and _MARK in e.text:
            e.text = e.text.replace(_MARK, "")
            places.append((e, "", e.text))
        if e.tail and _MARK in e.tail:
            e.tail = e.tail.replace(_MARK, "")
            places.append((e.getparent(), "", e.tail))
        for name, text in e.attrib.items():
            if _MARK in text:
                e.set(name, text.replace(_MARK, ""))
                places.append((e, name, e.get(name)))
    return places
