"""One line of emitted Python that does not fit, broken as black breaks it.

black breaks a line at the last pair of brackets that leaves a head that fits, else in parentheses of
its own where Python allows some; what stood in the brackets goes on a line of its own, else on one
for each item. The steps here are black's (those of its `linegen.py`, which says why each is so),
and tests hold them to what it makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from soapwright.python.text.token_lines import WIDTH, Line, Part, Split, broken
from soapwright.python.text.tokens import CLOSE, COMMA, DOT, OPEN, tokens_of, width

# Half of all lines, which need no more thought.
_STRING = re.compile(r"""((?:\w+ \+?=|return) )(f?"[^"\\]*"|f?'[^'\\]*')""")
_IMPORT = re.compile(r"(from [\w.]+ import )(\w+ as \w+)")


def split(code: str, indent: int) -> list[str]:
    """The lines that a line, given without its indent, becomes; they have theirs."""
    if found := _STRING.fullmatch(code):
        inner, fits = found[2], indent + 4 + width(found[2]) <= WIDTH
        return _around(found[1], inner, indent) if fits else [" " * indent + code]
    if found := _IMPORT.fullmatch(code):
        return _around(found[1], f"{found[2]},", indent)
    lines = _split(code, indent)
    for before, line in pairwise(lines):
        # black looks again: what has got a comma at its end keeps a line for each item
        if before[-1] == "," and line.lstrip(" ")[0] == "]":
            return _split(_joined(lines), indent)
    return lines


def _around(head: str, inner: str, indent: int) -> list[str]:
    space = " " * indent
    return [f"{space}{head}(", f"{space}    {inner}", f"{space})"]


def _joined(lines: list[str]) -> str:
    """The lines in one."""
    whole = ""
    for code in (line.lstrip(" ") for line in lines):
        gap = "" if whole[-1:] in ("", "(", "[", "{") or code[0] in ")]}." else " "
        whole += gap + code
    return whole


def _split(code: str, indent: int) -> list[str]:
    tokens = tokens_of(code)
    if tokens is None:
        return [" " * indent + code]
    part = Part.HEAD
    if code[-1] == ",":
        part = Part.BODY
    elif code[0] == ")":
        part = Part.TAIL
    line = Line(tokens, 0, len(tokens.texts), indent, 0, part)
    return _transform(line, forced=False)


_Way = Callable[[Line, bool], list[Line]]


class _CannotSplit(Exception):
    """There is no such way to break a line."""


def _transform(line: Line, forced: bool) -> list[str]:
    """The lines that a line becomes; `forced` keeps optional parentheses where they are."""
    if line.fits() and not (line.explodes or line.has_items()):
        return [line.text()]
    ways = [_right_hand_split]
    if line.part is Part.BODY:
        ways = [_delimiter_split, _right_hand_split]
    elif line.is_definition() and not line.result_has_items():
        ways = [_left_hand_split]
    for way in ways:
        try:
            return _run(way, line, forced)
        except _CannotSplit:
            continue
    return [line.text()]


def _run(way: _Way, line: Line, forced: bool) -> list[str]:
    """One way; where it leaves too long a line, another try with parentheses at any price."""
    optional = line.optional()
    made = [text for one in way(line, forced) for text in _transform(one, forced)]
    if (
        forced
        or way != _right_hand_split
        or not optional
        or line.comma
        or width(made[0]) <= WIDTH
    ):
        return made
    outer = (i for i in optional if line.tokens.depths[i] == line.depth)
    if any(line.tokens.texts[i] for i in outer):
        return made
    again = _run(way, line, forced=True)
    return again if all(width(text) <= WIDTH for text in again) else made


# ------------------------------------------------------------------------------ the ways


def _left_hand_split(line: Line, forced: bool) -> list[Line]:
    """A definition is broken at its parameters, one without any at its result."""
    tokens = line.tokens
    for opening in range(line.begin, line.end):
        closing = tokens.partners[opening]
        if tokens.texts[opening] in ("(", "") and opening + 1 < closing < line.end:
            tokens.show(opening)
            made = broken(line, opening, closing)
            is_result = tokens.texts[opening - 1] == "->"
            made.body.comma = (
                not is_result
                and tokens.texts[closing - 1] != ","
                and COMMA not in made.body.ranks()
            )
            return made.lines()
    raise _CannotSplit


def _delimiter_split(line: Line, forced: bool) -> list[Line]:
    """At the breaks of the highest rank: commas, else operators."""
    ranks = line.ranks()
    rank = max(ranks, default=0)
    if rank == 0 or (rank == DOT and ranks.count(DOT) == 1):
        raise _CannotSplit
    tokens, begin = line.tokens, line.begin
    made: list[Line] = []
    for index in range(line.begin, line.end):
        if tokens.breaks[index] == rank and tokens.depths[index] == line.depth:
            made.append(
                Line(tokens, begin, index + 1, line.indent, line.depth, Part.BODY)
            )
            begin = index + 1
    if begin < line.end:
        made.append(Line(tokens, begin, line.end, line.indent, line.depth, Part.BODY))
        made[-1].comma = line.comma or rank == COMMA
    return made


def _right_hand_split(line: Line, forced: bool) -> list[Line]:
    """At the last pair of brackets that leaves a head that fits, else at the last one."""
    first: list[Line] | None = None
    for omitted in _trailers(line):
        if omitted and _leaves_too_much(line, omitted):
            continue
        made = _at_last_brackets(line, omitted)
        made = _without_optional(made, line, omitted, forced)
        lines = made.lines()
        if not omitted:
            first = lines
        if made.head.fits():
            return lines
    if first is not None:
        return first
    made = _at_last_brackets(line, set())
    made = _without_optional(made, line, set(), forced)
    return made.lines()


def _trailers(line: Line) -> Iterator[set[int]]:
    """What may stay together at the end of a line: the closings of more and more brackets."""
    tokens = line.tokens
    omitted: set[int] = set()
    if not line.has_items():
        yield omitted
    length = line.indent + line.comma
    opening = closing = -1
    inner: set[int] = set()
    for index in range(line.end - 1, line.begin - 1, -1):
        length += tokens.gaps[index] + width(tokens.texts[index])
        if length > WIDTH:
            return
        if opening >= 0:
            if index == opening:
                opening = -1
            elif tokens.kinds[index] == CLOSE:
                if index in tokens.items:
                    return
                inner.add(index)
        elif tokens.kinds[index] == CLOSE:
            if index > line.begin and tokens.kinds[index - 1] == OPEN:
                inner.add(index)
                continue
            if closing >= 0:
                omitted |= {closing, *inner}
                inner.clear()
                yield omitted
            if index in tokens.items:
                return
            if tokens.texts[index]:
                opening, closing = tokens.partners[index], index


def _leaves_too_much(line: Line, omitted: set[int]) -> bool:
    """Whether brackets that show would leave a head that cannot fit."""
    tokens = line.tokens
    for index in range(line.end - 1, line.begin - 1, -1):
        if tokens.kinds[index] == CLOSE and index not in omitted:
            opening = tokens.partners[index]
            if opening < line.begin or not tokens.texts[opening]:
                return False
            return line.columns(line.begin, opening) > WIDTH
    return False


# ----------------------------------------------------------------------------- brackets


def _at_last_brackets(line: Line, omitted: set[int]) -> Split:
    """The line broken at its last brackets that hold something and are not omitted."""
    tokens = line.tokens
    index = line.end - 1
    while index >= line.begin:
        if tokens.kinds[index] == CLOSE and index not in omitted:
            opening = tokens.partners[index]
            if opening < line.begin:
                break
            if opening < index - 1:
                return broken(line, opening, index)
            index = opening
        index -= 1
    raise _CannotSplit


def _without_optional(
    made: Split, line: Line, omitted: set[int], forced: bool
) -> Split:
    """The same, or broken at other brackets where the optional parentheses are of no use."""
    tokens = line.tokens
    fixed = forced or bool(tokens.texts[made.opening]) or line.is_import()
    if not fixed and _can_omit(made.body):
        try:
            more = {made.closing, *omitted}
            other = _at_last_brackets(line, more)
            if _is_better(other, made):
                return _without_optional(other, line, more, forced)
        except _CannotSplit:
            if not made.body.can_be_split() and not made.body.fits():
                raise
    tokens.show(made.opening)
    return made


def _can_omit(body: Line) -> bool:
    """Whether an expression may do without the optional parentheses around it."""
    tokens = body.tokens
    ranks = body.ranks()
    rank = max(ranks, default=0)
    if rank == 0 or rank == DOT and ranks.count(rank) == 1:
        return True
    if ranks.count(rank) > 1:
        return False
    first, last = body.begin, body.end - 1
    begins = tokens.kinds[first] == OPEN and tokens.kinds[first + 1] != CLOSE
    if begins and _can_omit_opening(body):
        return True
    if tokens.kinds[last] != CLOSE or tokens.kinds[last - 1] == OPEN:
        return False
    if tokens.texts[last] == "]" and not tokens.is_display(tokens.partners[last]):
        return False
    return _can_omit_closing(body)


def _can_omit_opening(body: Line) -> bool:
    """Whether what follows the brackets that begin an expression fits, up to the next ones."""
    tokens = body.tokens
    follows = False
    length = body.indent
    for index in range(body.begin, body.end):
        if tokens.partners[index] == body.begin:
            follows = True
        if follows:
            length += tokens.gaps[index] + width(tokens.texts[index])
            if length > WIDTH:
                return False
            if tokens.kinds[index] == OPEN:
                follows = False
    return True


def _can_omit_closing(body: Line) -> bool:
    """Whether an expression fits up to the brackets that end it, or has others before."""
    tokens = body.tokens
    opening = tokens.partners[body.end - 1]
    if any(tokens.kinds[i] == OPEN for i in range(body.begin, opening)):
        return True
    return body.columns(body.begin, opening + 1) <= WIDTH


def _is_better(other: Split, made: Split) -> bool:
    """Whether to break at other brackets than the optional parentheses after a `=`."""
    tokens, head = made.head.tokens, made.head
    equals = [i for i in range(head.begin, head.end) if tokens.texts[i] == "="]
    if not equals or equals[-1] != head.end - 2:
        return True
    if all(
        tokens.kinds[i] not in (OPEN, CLOSE) for i in range(head.begin, head.end - 1)
    ):
        return True
    if head.columns(head.begin, head.end) >= WIDTH or head.has_items():
        return True
    for index in range(other.head.end - 1, head.begin - 1, -1):
        if tokens.texts[index] == "=":
            return other.head.fits()
        if tokens.kinds[index] == CLOSE:
            return True
    return False
