"""Envelopes in lines, coloured, and beside each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final

import click

_STYLED: Final = re.compile(
    r"(?P<tag></?[\w:.-]+|\??/?>|<\?\w+)|(?P<value>\"[^\"]*\")|(?P<name>[\w:.-]+(?==\"))"
)
_COLOURS: Final = {"tag": "cyan", "value": "yellow", "name": "blue"}
_CONTINUED: Final = 4
_SAME: Final = " | "
_DIFFERENT: Final = " # "
_NONE: Final = (0, "")


def side_by_side(
    left: Sequence[str], right: Sequence[str], width: int
) -> Iterator[str]:
    """The lines of two documents in two columns, with a mark between those that differ."""
    column = (width - len(_SAME)) // 2
    for one, other in zip_longest(left, right, fillvalue=""):
        mark = _SAME if one == other else click.style(_DIFFERENT, fg="red")
        pieces = zip_longest(
            _pieces(one, column), _pieces(other, column), fillvalue=_NONE
        )
        for (length, shown), (_, beside) in pieces:
            yield f"{shown}{' ' * (column - length)}{mark}{beside}"


def one_column(
    lines: Sequence[str], width: int, beside: Sequence[str] | None = None
) -> Iterator[str]:
    """The lines of a document, with a mark before those that differ from the other column's."""
    for line, other in zip_longest(lines, beside or lines, fillvalue=""):
        mark = _SAME if line == other else click.style(_DIFFERENT, fg="red")
        for _, shown in _pieces(line, width - len(_SAME)):
            yield f"{mark}{shown}"


def _pieces(line: str, width: int) -> Iterator[tuple[int, str]]:
    """A line in pieces that fit: each with its length, and in colour."""
    indent = len(line) - len(line.lstrip())
    spans = [
        (match.start(), match.end(), _COLOURS[match.lastgroup or "tag"])
        for match in _STYLED.finditer(line)
    ]
    at, margin = 0, 0
    while at < len(line):
        end = _end_of_piece(line, at, width - margin)
        yield margin + end - at, " " * margin + _coloured(line, at, end, spans)
        at = end + (line[end : end + 1] == " ")
        margin = indent + _CONTINUED


def _end_of_piece(line: str, at: int, room: int) -> int:
    """Where to break a line: at a space, if there is one."""
    if len(line) - at <= room:
        return len(line)
    space = line.rfind(" ", at + 1, at + room + 1)
    return space if line[at:space].strip() and space > at else at + room


def _coloured(
    line: str, start: int, end: int, spans: Sequence[tuple[int, int, str]]
) -> str:
    shown, at = "", start
    for first, last, colour in spans:
        first, last = max(first, start), min(last, end)
        if first < last:
            shown += line[at:first] + click.style(line[first:last], fg=colour)
            at = last
    return shown + line[at:end]
