"""The charset of a document that came over HTTP: its header's, unless that cannot be right; and what comes before its
XML declaration.

RFC 7303, section 3, lets the header's charset beat the declaration, and a byte order mark beat both. But
many a server has a default in the header, while the declaration was written with the document.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

_CHUNK: Final = 2**16
_BEFORE_AT_MOST: Final = 2**13
_SHORTEST: Final = 4
"""Bytes of the shortest document."""
# Patterns that few documents need: `re` compiles them when they are first used.
_DECLARATION: Final = (
    rb"""<\?xml\s[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']"""
)
# Charsets in which markup is the same bytes as in ASCII: what was read of a document's beginning
# by one of them is the same by another.
_TRANSPARENT: Final = (
    r"(?i)utf-?8|(us-)?ascii|iso-?8859-\d+|latin-?\d|windows-125\d|cp125\d|koi8-[ru]|tis-620"
    r"|gb2312|gbk|gb18030|big5(-hkscs)?|(windows-31j|shift_?jis)|euc-(cn|jp|kr|tw)|ks_c_5601-1987"
)
_UTF8: Final = ("utf-8", "utf8")
_ASCII: Final = ("us-ascii", "ascii")
_PYTHONS: Final = ("idna", "punycode", "raw-unicode-escape", "unicode-escape")
"""Codecs of text that no document is in."""
_MARK: Final = codecs.BOM_UTF8
_BEFORE: Final = (
    rb"((?:\xef\xbb\xbf|[ \t\r\n])+)(?=<)",
    rb"((?:\xff\xfe)?(?:[ \t\r\n]\0|\xff\xfe)+)(?=<\0)",
    rb"((?:\xfe\xff)?(?:\0[ \t\r\n]|\xfe\xff)+)(?=\0<)",
)
_MARKS: Final = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def from_declaration(data: bytes) -> bytes:
    """A document without the white space and the further byte order marks before its declaration,
    where XML has none (XML 1.0, section 2.8): scripts send them that have a line after their end.
    """
    for before, mark in zip(_BEFORE, _MARKS, strict=True):
        if found := re.match(before, data):
            rest = data[found.end() :]
            return mark + rest if mark in found[1] else rest
    return data


def is_before(data: bytes) -> bool:
    """Whether more of a document is needed, up to a few thousand bytes, to see its byte order mark and
    its declaration: all of both, and of what may be before them.
    """
    if len(data) >= _BEFORE_AT_MOST:
        return False
    begun = data.lstrip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe")
    if len(begun) < _SHORTEST:
        return True
    plain = begun.replace(b"\0", b"")
    return plain.startswith(b"<?") and b">" not in plain


class Doubt:
    """A header's charset and a declared one that differ only in what is not ASCII: the first characters that
    are not decide, as `gives_way` and `cannot_be` would for a document that came whole.
    """

    def __init__(self, likely: str, other: str) -> None:
        self._likely = likely
        self._other = other
        self._held = b""

    def decided(self, piece: bytes, *, last: bool = False) -> tuple[str, bytes] | None:
        """The charset, and the bytes that are to be read in it; `None` where more are needed.

        Args:
            piece: the next bytes.
            last: whether none follow.
        """
        self._held += piece
        decoder = codecs.getincrementaldecoder(self._likely)()
        try:
            text = decoder.decode(self._held, final=last)
        except ValueError:
            return self._other, self._held
        if text.isascii() and not last:
            return None
        return self._likely, self._held


def doubt_about(charset: str, data: bytes) -> Doubt | None:
    """The doubt in which charset a document is, of which only the beginning has come; `None` where
    there is none.

    Args:
        charset: the header's, unless it gave way.
        data: the beginning, the declaration with it.
    """
    charset = charset.lower()
    found = re.match(_DECLARATION, data)
    declared = found[1].decode("ascii").lower() if found else charset
    both = charset, declared
    alike = charset == declared or all(name in _UTF8 for name in both)
    if alike or not all(map(_is_transparent, both)):
        return None
    if None in map(decoder_of, both):
        return None
    return Doubt(declared, charset) if declared in _UTF8 else Doubt(charset, declared)


def _is_transparent(charset: str) -> bool:
    return re.fullmatch(_TRANSPARENT, charset) is not None


def gives_way(charset: str, data: bytes) -> bool:
    """Whether the header's charset gives way to the declaration, to be seen before anything is
    parsed. US-ASCII does, as what it can read is the same in the declared one. And any other does
    where a document declares itself UTF-8 and is: what is not ASCII in it is not UTF-8 by
    accident, while a Latin charset decodes anything.

    Args:
        charset: the header's.
        data: the document, or its beginning.
    """
    charset = charset.lower()
    if charset in _UTF8 or (charset not in _ASCII and data.isascii()):
        return False
    found = re.match(_DECLARATION, data)
    declared = found[1].decode("ascii").lower() if found else ""
    if charset in _ASCII:
        return not declared or _is_transparent(declared)
    return declared in _UTF8 and all(
        text is not None for text in _decoded(data, "utf-8")
    )


def gives_way_unseen(charset: str, data: bytes) -> bool:
    """Whether the header's charset gives way where only the beginning has come: a charset in which markup
    may be other bytes than in ASCII, over a document that declares itself UTF-8.
    """
    found = re.match(_DECLARATION, data)
    declared = found[1].decode("ascii").lower() if found else ""
    return declared in _UTF8 and not _is_transparent(charset)


def cannot_be(charset: str, data: bytes) -> bool:
    """Whether a document that is broken in the header's charset cannot be in it, so that its
    declaration may be right: it does not decode, or does not begin as XML.
    """
    declared = re.match(_DECLARATION, data)
    if declared and not _is_transparent(declared[1].decode("ascii")):
        return False
    begins = True
    for text in _decoded(data, charset):
        if text is None or "\0" in text:  # a character that no XML has
            return True
        if begins and text.strip():
            begins = False
            if not text.lstrip().startswith("<"):
                return True
    return False


def decoder_of(charset: str) -> codecs.IncrementalDecoder | None:
    """The decoder of a charset; `None` of one that Python does not know, and of codecs of its own."""
    try:
        "<".encode(charset)  # those that are not of text refuse this
        name = codecs.lookup(charset).name
        return None if name in _PYTHONS else codecs.getincrementaldecoder(charset)()
    except (LookupError, ValueError):
        return None


def python_name(charset: str) -> str:
    """The name by which Python knows a charset; "" of one that it does not know, and of codecs of its own."""
    return "" if decoder_of(charset) is None else codecs.lookup(charset).name


def _decoded(data: bytes, charset: str) -> Iterator[str | None]:
    """The text of a document, piece by piece; `None` where it is in another charset. Of a charset
    that Python does not know, nothing."""
    decoder = decoder_of(charset)
    if decoder is None:
        return
    try:
        for at in range(0, len(data), _CHUNK):
            yield decoder.decode(data[at : at + _CHUNK])
    except ValueError:
        yield None
