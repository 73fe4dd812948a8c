"""Whether a document is deeper, or its texts are longer, than is allowed; seen from its bytes where they suffice."""

from __future__ import annotations

import threading
from typing import Final

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..errors.errors import DecodeError

BYTE_ORDER_MARKS: Final = (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")
# Encodings in which a "<" is the byte 0x3C, possibly beside zero bytes, and nothing else.
_PLAIN_ENCODINGS: Final = ("UTF-8", "UTF-16", "ISO-8859-", "WINDOWS-125", "US-ASCII")
_BYTE_ENCODINGS: Final = tuple(e for e in _PLAIN_ENCODINGS if e != "UTF-16")
_LARGE: Final = 2**16
"""Bytes from which on counting tags clears few documents."""


class _PerThread(threading.local):
    """Each thread's expression: one that threads share would let them wait for each other."""

    too_deep: tuple[int, etree.XPath] = (0, etree.XPath("false()"))


_mine = _PerThread()


def check_depth(root: etree._Element, data: bytes, depth: int, encoding: str) -> None:
    """Refuse what is too deep. Each level has a "<" for its start and one for its end, so that
    counting them clears most small envelopes. Of the large ones it would clear few.

    Raises:
        DecodeError: it is too deep, or has more elements at one depth than libxml2 can count
            (ten million).
    """
    plain = encoding.upper().startswith(_PLAIN_ENCODINGS)
    if not plain or len(data) > _LARGE or data.count(b"<") > 2 * depth:
        refuse_deep(root, depth)


def refuse_deep(root: etree._Element, depth: int) -> None:
    """Refuse a document that is too deep.

    Raises:
        DecodeError: as `check_depth`.
    """
    compiled_for, too_deep = _mine.too_deep
    if compiled_for != depth:
        too_deep = etree.XPath(f"boolean({'/*' * (depth + 1)})")
        _mine.too_deep = depth, too_deep
    try:
        refused = too_deep(root)
    except etree.XPathError:
        raise DecodeError("", "more elements than can be counted") from None
    if refused:
        raise DecodeError("", f"elements nested more than {depth} deep")


def may_be_long(data: bytes, longest: int, encoding: str) -> bool:
    """Whether a text or an attribute may be too long: to ask each takes longer than to parse.

    Neither has a "<" in it, but where a comment, a CDATA section or an instruction
    is in between. So none is longer than two windows of bytes, where each window has one.
    """
    if not is_ascii_superset(encoding) or b"\0" in data[:4]:
        return True
    if b"<!" in data or data.find(b"<?", len(BYTE_ORDER_MARKS[0]) + 1) >= 0:
        return True
    window = longest // 2 or 1
    return any(
        data.find(b"<", at, at + window) < 0 for at in range(0, len(data), window)
    )


def is_ascii_superset(encoding: str) -> bool:
    """Whether an ASCII byte is an ASCII character in an encoding, and nothing else.

    Of a document in UTF-16, libxml2 may report that it is in UTF-8.
    """
    return encoding.upper().startswith(_BYTE_ENCODINGS)


def check_texts(root: etree._Element, longest: int) -> None:
    """Refuse what holds a text or an attribute that is too long.

    Raises:
        DecodeError: it does.
    """
    for element in root.iter():
        texts = (element.text, element.tail, *element.attrib.values())
        if any(len(text) > longest for text in texts if text):
            raise DecodeError("", f"more than {longest:,} characters in a text")
