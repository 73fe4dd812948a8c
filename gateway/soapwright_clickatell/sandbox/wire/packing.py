"""Packed bodies: the vendor's document/literal service takes and gives gzip to who wants it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from typing import Final

_GZIP: Final = 16 + zlib.MAX_WBITS
_WORTH_PACKING: Final = 1400
"""Bytes: what is shorter fits into one packet anyway."""


class TooLong(Exception):
    """A body that becomes longer than it may be."""


def unpacked(body: bytes, most: int) -> bytes:
    """The content of a gzip body.

    Raises:
        TooLong: it has more bytes than `most`.
        ValueError: it is none, or broken off.
    """
    reader = zlib.decompressobj(_GZIP)
    try:
        content = reader.decompress(body, most + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if len(content) > most:
        raise TooLong
    if not reader.eof or reader.unused_data:
        raise ValueError("the body is broken off, or something follows it")
    return content


def packed(body: bytes, headers: Mapping[str, str]) -> bytes | None:
    """A reply's body in gzip, if its receiver takes that and it is worth it."""
    if len(body) < _WORTH_PACKING:
        return None
    for coding in headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = coding.partition(";")
        refused = weight.replace(" ", "") in ("q=0", "q=0.0", "q=0.00", "q=0.000")
        if name.strip() in ("gzip", "*") and not refused:
            return gzip.compress(body, mtime=0)
    return None
