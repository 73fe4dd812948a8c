"""A part of a line of emitted Python, and what black asks of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from soapwright.python.text.tokens import COMMA, NAME, Tokens

WIDTH = 88


class Part(Enum):
    """Where in a line that is broken at brackets another one stands; a whole line is a head."""

    HEAD = auto()
    BODY = auto()
    TAIL = auto()


@dataclass(slots=True)
class Line:
    """The tokens from `begin` up to `end`, which are to stand on a line.

    It may be broken at those of its `depth`. `comma` says that it ends in one that is not among
    the tokens, `explodes` that each item gets a line, even if all fit in one.
    """

    tokens: Tokens
    begin: int
    end: int
    indent: int
    depth: int
    part: Part
    comma: bool = False
    explodes: bool = False

    def text(self) -> str:
        """The line."""
        gaps, texts = self.tokens.gaps, self.tokens.texts
        parts = [" " * self.indent, texts[self.begin]]
        for index in range(self.begin + 1, self.end):
            parts.append(f" {texts[index]}" if gaps[index] else texts[index])
        return "".join(parts) + "," * self.comma

    def columns(self, begin: int, end: int) -> int:
        """How far the tokens from `begin` up to `end` would reach."""
        tokens = self.tokens
        before = tokens.ends[begin - 1] if begin else 0
        return self.indent + tokens.ends[end - 1] - before - tokens.gaps[begin]

    def fits(self) -> bool:
        """Whether it is short enough."""
        return self.columns(self.begin, self.end) + self.comma <= WIDTH

    def ranks(self) -> list[int]:
        """The ranks of the breaks in it; after its end is none."""
        end = self.end if self.comma else self.end - 1
        breaks, depths = self.tokens.breaks, self.tokens.depths
        return [
            breaks[index]
            for index in range(self.begin, end)
            if breaks[index] and depths[index] == self.depth
        ]

    def is_import(self) -> bool:
        """Whether it imports names from a module."""
        return self.begin == 0 and self.tokens.texts[0] == "from"

    def is_definition(self) -> bool:
        """Whether it begins that of a function."""
        return self.tokens.texts[self.begin] in ("def", "async")

    def has_items(self) -> bool:
        """Whether it has brackets that ask for a line for each item."""
        partners = self.tokens.partners
        return self.part is not Part.TAIL and any(
            self.begin <= partners[closing] and closing < self.end
            for closing in self.tokens.items
        )

    def result_has_items(self) -> bool:
        """The same of a definition's result."""
        return any(
            self.tokens.texts[index] == "->"
            for closing in self.tokens.items
            for index in range(self.begin, self.tokens.partners[closing])
        )

    def optional(self) -> list[int]:
        """The parentheses in it that black may put, of those that it has whole."""
        if self.part is Part.TAIL:
            return []
        texts, partners = self.tokens.texts, self.tokens.partners
        return [
            index
            for index in range(self.begin, self.end)
            if not texts[index] and self.begin <= partners[index] < self.end
        ]

    def can_be_split(self) -> bool:
        """False of a single name or literal."""
        tokens, first = self.tokens, self.begin
        has_dot = tokens.kinds[first] == NAME and "." in tokens.texts[first]
        return self.end - first > 1 or has_dot


@dataclass(slots=True)
class Split:
    """A line broken at a pair of brackets, `opening` and `closing`."""

    head: Line
    body: Line
    tail: Line
    opening: int
    closing: int

    def lines(self) -> list[Line]:
        """The three."""
        return [self.head, self.body, self.tail]


def broken(line: Line, opening: int, closing: int) -> Split:
    """The line broken at these brackets."""
    tokens, inside = line.tokens, line.tokens.depths[opening] + 1
    head = Line(tokens, line.begin, opening + 1, line.indent, line.depth, Part.HEAD)
    body = Line(tokens, opening + 1, closing, line.indent + 4, inside, Part.BODY)
    tail = Line(tokens, closing, line.end, line.indent, line.depth, Part.TAIL)
    tail.comma = line.comma
    has_comma = tokens.texts[closing - 1] == ","
    body.comma = line.is_import() and not has_comma
    body.explodes = max(body.ranks(), default=0) == COMMA and (
        line.is_import() or tokens.is_display(opening) or has_comma
    )
    return Split(head, body, tail, opening, closing)
