"""Text on its way into XML and out of it: escaping, white space, the string types."""

from __future__ import annotations

import re
from typing import Final

SPACE: Final = " \t\r\n"
"""XML's white space; Python's idea of it is far wider."""

_REPLACE_SPACE: Final = str.maketrans("\t\r\n", "   ")
_QUOTED: Final = 60

# What XML 1.0 cannot carry, not even as a character reference (its production 2, Char).
_find_illegal = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
).search
# The ASCII characters that need no escape in element content: to see that a text has no
# other is four times as fast with this as with the expression above.
_ASCII_FINE: Final = bytes(
    byte for byte in (0x09, 0x0A, *range(0x20, 0x80)) if byte not in b"&<>"
)


def text(value: str) -> str:
    """Element content for a string.

    Raises:
        TypeError: it is no `str`.
        ValueError: it holds a character that XML cannot carry.
    """
    # No printable character needs a look: neither controls nor CR nor surrogates nor
    # non-characters are printable. The exact type, as a (str, Enum) member formats as its name.
    if (
        type(value) is str
        and value.isprintable()
        and "&" not in value
        and "<" not in value
        and ">" not in value
    ):
        return value
    return _escape(plain(value))


def attribute_text(value: str) -> str:
    """An attribute's value for a string, for double quotes.

    TAB, LF and CR are written as references: a parser makes spaces of bare ones.

    Raises:
        TypeError: it is no `str`.
        ValueError: it holds a character that XML cannot carry.
    """
    if (
        type(value) is str
        and value.isprintable()
        and "&" not in value
        and "<" not in value
        and ">" not in value
        and '"' not in value
    ):
        return value
    escaped = _escape(plain(value)).replace('"', "&quot;")
    return escaped.replace("\t", "&#9;").replace("\n", "&#10;")


def plain(value: str) -> str:
    """The exact `str` that a string is, of an enumeration's member its value.

    Raises:
        TypeError: it is no `str`.
    """
    if isinstance(value, str):
        return str.__str__(value)
    raise TypeError(f"{type(value).__name__} given, str wanted")


def _escape(value: str) -> str:
    if value.isascii() and not value.encode("ascii").translate(None, _ASCII_FINE):
        return value
    if bad := _find_illegal(value):
        raise ValueError(f"U+{ord(bad[0]):04X} is not allowed in XML")
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return value.replace("\r", "&#13;")


def parse_string(text: str) -> str:
    """xsd:string: the text as it is."""
    return text


def parse_normalized(text: str) -> str:
    """xsd:normalizedString: TAB, LF and CR become spaces."""
    return text if text.isprintable() else text.translate(_REPLACE_SPACE)


def parse_token(text: str) -> str:
    """xsd:token and the types derived from it: no space at the ends, single spaces within."""
    stripped = text.strip(SPACE)
    if stripped.isprintable() and "  " not in stripped:
        return stripped
    return " ".join(split(text))


def split(text: str) -> list[str]:
    """The items of a list: what XML's white space separates."""
    return [item for item in text.translate(_REPLACE_SPACE).split(" ") if item]


def refusal(text: str, kind: str) -> ValueError:
    """The error for a text that its type cannot read: "'x' is no xsd:int"."""
    shown = text if len(text) <= _QUOTED else text[:_QUOTED] + "…"
    return ValueError(f"{shown!r} is no {kind}")
