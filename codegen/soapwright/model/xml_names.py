"""Patterns of XML's names, for code that reads one or writes it into Python."""

from __future__ import annotations

import re

# An NCName of XML 1.0, fifth edition (productions 4 and 4a), but for U+1680, which Python takes
# for white space: no quote, brace, space or line break gets through.
_START = (
    "A-Za-z_\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u167f\u1681-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd"
    "\U00010000-\U000effff"
)
_FURTHER = "0-9.\xb7\u0300-\u036f\u203f\u2040-"
NC_NAME = re.compile(f"[{_START}][{_START}{_FURTHER}]*")
