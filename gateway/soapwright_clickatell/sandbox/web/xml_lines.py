"""Envelopes for people: broken into lines."""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(r"<[^<>]*>?|[^<]+")
_DEEPEST: Final = 40
"""Columns of an indent: what is nested for ever takes no more."""


def xml_lines(xml: str) -> list[str]:
    """An element on each line, indented by its depth; its text beside it."""
    lines: list[str] = []
    depth = 0
    inline = (
        False  # whether the last line is an element that may yet turn out to be a leaf
    )
    for token in _TOKEN.findall(xml):
        if token.isspace():
            continue
        closes = token.startswith("</")
        opens = (
            token.startswith("<")
            and not closes
            and token[1:2] not in ("!", "?")
            and token.endswith(">")
            and not token.endswith("/>")
        )
        depth -= closes
        if inline and not (token.startswith("<") and not closes):
            lines[-1] += token
        else:
            lines.append(" " * min(depth, _DEEPEST) + token)
        inline = opens or (inline and not closes and not token.startswith("<"))
        depth += opens
    return lines
