"""A line of emitted Python as tokens, with the places where black may break it.

The emission writes a part of Python: simple statements, heads of blocks and of definitions, and
lines that stand between brackets. This module knows that part and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

_TOKEN = re.compile(
    r"""([ ]?)(
      (?:[bfr]{1,2})?(?:"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+')
    | [\w.]+
    | [()\[\]{}]
    | ->|[=!<>+]=|\*\*|[-+*/|%<>=:,@]
    )""",
    re.X,
)
NAME, STRING, OPEN, CLOSE, MARK = range(5)
"""The kinds of tokens; a number and a keyword are names."""
_KINDS = {
    **dict.fromkeys("([{", OPEN),
    **dict.fromkeys(")]}", CLOSE),
    **dict.fromkeys("-+*/|%<>=:,@", MARK),
    **dict.fromkeys(("->", "==", "!=", "<=", ">=", "+=", "**"), MARK),
}

# How breaks rank: the highest come first. The figures are black's.
COMMA = 18
DOT = 1
_COMPREHENSION = 20
_TERNARY = 16
_STRINGS = 12
_COMPARATOR = 10
_RANKS = {
    "and": 14,
    "or": 14,
    "is": _COMPARATOR,
    **dict.fromkeys(("==", "!=", "<", ">", "<=", ">="), _COMPARATOR),
    "|": 9,
    "+": 5,
    "-": 5,
    "*": 4,
    "/": 4,
    "%": 4,
}
_SIGNS = frozenset("+-*")
_PARAMETER = re.compile(r"\w+: ")
_KEYWORDS = frozenset("and else for if in is not or return".split())

# What takes two columns, as black counts them; its table is longer.
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff"
    "\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\U00020000-\U0003fffd]"
)


def width(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    return len(text) + len(_WIDE.findall(text))


class Tokens:
    """The tokens of one line, side by side in lists.

    `texts` has "" for parentheses that black may put and has not; `gaps` is 1 where a space comes
    before. `partners` has the index of a bracket's other half, -1 where there is none. `depths`
    counts brackets around a token, and `breaks` ranks a break after it among those of its depth,
    0 where none may be. `ends` is where in the line a token ends. `items` are the closings of
    brackets that end in a comma, which asks for a line for each item.
    """

    __slots__ = "texts gaps kinds partners depths breaks ends items".split()

    def __init__(self, found: list[tuple[str, str]]) -> None:
        self.texts = [text for _, text in found]
        self.gaps = [len(gap) for gap, _ in found]
        self.kinds = [
            _KINDS.get(text) or (STRING if text[-1] in "\"'" else NAME)
            for text in self.texts
        ]
        self.partners: list[int] = []
        self.depths: list[int] = []
        self.breaks: list[int] = []
        self.ends: list[int] = []
        self.items: list[int] = []

    def show(self, opening: int) -> None:
        """Put the parentheses that stand at an index and at its partner's."""
        if self.texts[opening]:
            return
        for place, text in ((opening, "("), (self.partners[opening], ")")):
            self.texts[place] = text
            for later in range(place, len(self.ends)):
                self.ends[later] += 1

    def is_display(self, opening: int) -> bool:
        """Whether a bracket opens a tuple, a list or a dict, and not a call or the like."""
        if opening == 0 or self.gaps[opening]:
            return True
        before = self.kinds[opening - 1]
        return before in (OPEN, MARK) or not self.texts[opening]


def tokens_of(code: str) -> Tokens | None:
    """The tokens of a line without its indent; None where it is of another part of Python."""
    tokens = Tokens(_TOKEN.findall(code))
    known = sum(tokens.gaps) + sum(map(len, tokens.texts))
    if known != len(code) or not _pair(tokens):
        return None
    if spans := [*_spans(tokens, code), *_ternaries(tokens)]:
        _put_optional(tokens, spans)
        _pair(tokens)
    lengths = map(
        int.__add__, tokens.gaps, map(len if code.isascii() else width, tokens.texts)
    )
    tokens.ends = list(accumulate(lengths))
    _rank(tokens)
    return tokens


def _pair(tokens: Tokens) -> bool:
    """Pair the brackets; whether each that opens is closed."""
    texts = tokens.texts
    partners = tokens.partners = [-1] * len(texts)
    depths = tokens.depths = []
    tokens.items = []
    open_ones: list[int] = []
    for index, kind in enumerate(tokens.kinds):
        if kind == CLOSE and open_ones:
            opening = open_ones.pop()
            partners[opening], partners[index] = index, opening
            if texts[index - 1] == "," and _has_items(tokens, index):
                tokens.items.append(index)
        depths.append(len(open_ones))
        if kind == OPEN:
            open_ones.append(index)
    return not open_ones


def _has_items(tokens: Tokens, closing: int) -> bool:
    """False of the comma that a tuple and a subscript of one item end in."""
    opening = tokens.partners[closing]
    is_display = tokens.is_display(opening)
    if not {")": is_display, "]": not is_display}.get(tokens.texts[closing]):
        return True
    inside = tokens.depths[opening] + 1
    return any(
        tokens.texts[index] == "," and tokens.depths[index] == inside
        for index in range(opening + 1, closing - 1)
    )


# ----------------------------------------------------------------------- optional parentheses

_Span = tuple[int, int]


def _put_optional(tokens: Tokens, spans: list[_Span]) -> None:
    """Put optional parentheses around these expressions; those that are there become so."""
    kinds, texts, gaps = tokens.kinds, tokens.texts, tokens.gaps
    wanted: list[tuple[int, int]] = []
    for begin, end in spans:
        if begin >= end:
            continue
        if texts[begin] != "(" or tokens.partners[begin] != end - 1:
            wanted += [(begin, OPEN), (end, CLOSE)]
        elif not _needs_parentheses(tokens, begin, end):
            texts[begin] = texts[end - 1] = ""
    for index, kind in sorted(wanted, key=_from_the_end):
        kinds.insert(index, kind)
        texts.insert(index, "")
        gaps.insert(index, 0)
        if kind == OPEN:
            gaps[index], gaps[index + 1] = gaps[index + 1], 0


def _from_the_end(wanted: tuple[int, int]) -> tuple[int, int]:
    index, kind = wanted
    return -index, kind


def _needs_parentheses(tokens: Tokens, begin: int, end: int) -> bool:
    """Whether what stands in parentheses is a tuple or a generator."""
    inside = tokens.depths[begin] + 1
    return end - begin == 2 or any(
        tokens.texts[index] in (",", "for") and tokens.depths[index] == inside
        for index in range(begin + 1, end - 1)
    )


def _spans(tokens: Tokens, code: str) -> Iterator[_Span]:
    """Where a statement by its kind has optional parentheses."""
    texts, count = tokens.texts, len(tokens.texts)
    match texts[0]:
        case "return":
            yield 1, count
        case "if" | "elif" | "while":
            yield 1, count - 1
        case "for" if "in" in texts:
            at = texts.index("in")
            yield 1, at
            yield at + 1, count - 1
        case "from":
            yield texts.index("import") + 1, count
        case "def" | "async" | ")":
            yield from _annotations(tokens, 1)
            if "->" in texts:
                yield texts.index("->") + 1, count - 1
        case "class" | "raise":
            return
        case _ if texts[-1] == ",":
            if _PARAMETER.match(code):
                yield from _annotations(tokens, 0)
        case _:
            yield from _assignment(tokens)


def _annotations(tokens: Tokens, depth: int) -> Iterator[_Span]:
    """The annotations of parameters that are unions."""
    begin, is_union = 0, False
    for index, text in enumerate(tokens.texts):
        at = tokens.depths[index]
        if begin and (at < depth or at == depth and text in ("=", ",")):
            if is_union or tokens.texts[begin] == "(":
                yield begin, index
            begin = 0
        elif at == depth and text == ":":
            begin, is_union = index + 1, False
        elif at == depth and text == "|":
            is_union = True


def _assignment(tokens: Tokens) -> Iterator[_Span]:
    """What is assigned, and its annotation."""
    begin, count = 0, len(tokens.texts)
    for index, text in enumerate(tokens.texts):
        if tokens.depths[index] == 0 and text in ("=", "+=", ":"):
            if begin:
                yield begin, index
            begin = index + 1
    if begin:
        yield begin, count


def _ternaries(tokens: Tokens) -> Iterator[_Span]:
    """Conditional expressions between brackets, but for what is alone in parentheses."""
    texts, depths = tokens.texts, tokens.depths
    for index, text in enumerate(texts):
        depth = depths[index]
        if text != "else" or (depth == 0 and texts[-1] != ","):
            continue
        begin = end = index
        while begin > 0 and not _bounds(tokens, begin - 1, depth):
            begin -= 1
        while end < len(texts) and not _bounds(tokens, end, depth):
            end += 1
        alone = begin > 0 and texts[begin - 1] == "("
        if not (alone and tokens.partners[begin - 1] == end):
            yield begin, end


def _bounds(tokens: Tokens, index: int, depth: int) -> bool:
    """Whether an expression of this depth ends at a token."""
    if tokens.depths[index] < depth:
        return True
    return tokens.depths[index] == depth and tokens.texts[index] in (
        ",",
        "=",
        ":",
        "for",
    )


# ------------------------------------------------------------------------------ ranks of breaks


def _rank(tokens: Tokens) -> None:
    """Say where the line may be broken; what stands between `for` and `in` is one level deeper."""
    kinds, texts, depths = tokens.kinds, tokens.texts, tokens.depths
    breaks = tokens.breaks = [0] * len(texts)
    loops: list[int] = []  # the depths of `for`s that wait for their `in`
    for index, text in enumerate(texts):
        if loops:
            if text == "in" and loops[-1] == depths[index]:
                loops.pop()
                depths[index] += len(loops)
                continue
            depths[index] += len(loops)
        if text == ",":
            breaks[index] = 0 if loops else COMMA
        elif index and kinds[index - 1] != OPEN:
            if rank := _rank_before(tokens, index):
                breaks[index - 1] = rank
        if text == "for" and kinds[index] == NAME:
            loops.append(depths[index])


def _rank_before(tokens: Tokens, index: int) -> int:
    """The rank of a break before a token."""
    kind, text = tokens.kinds[index], tokens.texts[index]
    before, previous = tokens.texts[index - 1], tokens.kinds[index - 1]
    if kind == STRING:
        return _STRINGS if previous == STRING else 0
    if kind == MARK:
        if text in _SIGNS and (previous == MARK or before in _KEYWORDS):
            return 0
        return _RANKS.get(text, 0)
    if kind != NAME:
        return 0
    if text[0] == ".":
        return DOT if previous == CLOSE else 0
    match text:
        case "for":
            return _COMPREHENSION
        case "if":
            return _TERNARY if _has_else(tokens, index) else _COMPREHENSION
        case "else":
            return _TERNARY
        case "in":
            return 0 if before == "not" else _COMPARATOR
        case "not":
            return (
                _COMPARATOR if tokens.texts[index + 1] == "in" and before != "is" else 0
            )
        case _:
            return _RANKS.get(text, 0)


def _has_else(tokens: Tokens, index: int) -> bool:
    """Whether an `if` is of a conditional expression."""
    depth = tokens.depths[index]
    for later in range(index + 1, len(tokens.texts)):
        if tokens.depths[later] < depth:
            return False
        if tokens.texts[later] == "else" and tokens.depths[later] == depth:
            return True
    return False
