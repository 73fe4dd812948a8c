"""Python identifiers from the names of a spec: ASCII, no keywords, the same on every Python.

The spec's text is hostile: what these functions give is always an identifier, whatever they get.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Frozen here: a name must not change with the Python that generates it.
_RESERVED = frozenset(
    "False None True and as assert async await break class continue def del elif else except"
    " finally for from global if import in is lambda nonlocal not or pass raise return try"
    " while with yield self".split()
)
_LONGEST_MODULE = 100
# The same in every Python, whatever its Unicode is.
_UNICODE = unicodedata.ucd_3_2_0
_pieces = re.compile(r"[A-Za-z0-9]+").findall
_humps = re.compile(
    r"[A-Z]+(?=[A-Z][a-z])|[A-Z]+[0-9]+(?=[A-Z]|$)|[A-Z]?[a-z]+[0-9]*|[A-Z]+[0-9]*|[0-9]+"
).findall


def class_name(*words: str) -> str:
    """`PascalCase`; the capitals inside a word stay: `VirtualDisk`, `tContact` → `TContact`."""
    pieces = [piece for word in words for piece in _pieces(_ascii(word))]
    name = "".join(piece[0].upper() + piece[1:] for piece in pieces)
    return _settled(name or "Unnamed", "N")


def field_name(word: str) -> str:
    """`snake_case`: `cliMsgId` → `cli_msg_id`, `HTTPServer` → `http_server`, `from` → `from_`."""
    return _settled(_snake(word) or "unnamed", "n")


def constant_name(word: str) -> str:
    """`UPPER_CASE`, for members of enumerations and module constants."""
    name = _snake(word).upper()
    if not name:
        return "EMPTY" if not word.strip() else "UNNAMED"
    return f"VALUE_{name}" if name[0].isdigit() else name


def exact_name(word: str) -> str:
    """The name as it is spelt, as near as an identifier may be: where case alone distinguishes two."""
    return _settled("_".join(_pieces(_ascii(word))) or "unnamed", "n")


def module_name(name: str) -> str:
    """The private module of a class: `VirtualDisk` → `_virtual_disk`.

    File systems do not take a name of any length: of a long one the end is a digest.
    """
    module = "_" + _snake(name)
    if len(module) <= _LONGEST_MODULE:
        return module
    digest = hashlib.sha256(name.encode("ascii")).hexdigest()[:8]
    return f"{module[: _LONGEST_MODULE - 9].rstrip('_')}_{digest}"


def _snake(word: str) -> str:
    pieces = _pieces(_ascii(word))
    return "_".join(hump.lower() for piece in pieces for hump in _humps(piece))


def _settled(name: str, digit_prefix: str) -> str:
    if name[0].isdigit():
        name = digit_prefix + name
    return name + "_" if name in _RESERVED else name


def _ascii(word: str) -> str:
    """Letters without their accents; what has no ASCII letter under it is named by its code point."""
    if word.isascii():
        return word
    plain = _UNICODE.normalize("NFKD", word)
    return "".join(
        c if c.isascii() else "" if _UNICODE.combining(c) else f"u{ord(c):04x}"
        for c in plain
    )
