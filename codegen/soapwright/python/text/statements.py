"""Emitted statements as values, printed once: none is edited after it was made.

The statements of a writer grow its local `xml`. Whether that is a string or a list that is joined
at the end, and which of them become one statement, is decided when they are printed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import dropwhile
from typing import assert_never

from soapwright.python.text.fstrings import Expression, Template, literal, text_of

_MANY = 8
"""From more statements than these on a list is quicker than a string that grows; below it is slower."""


@dataclass(frozen=True, slots=True)
class Line:
    """A simple statement; of a writer, one that gives `xml` another text where it `replaces`."""

    code: str
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Grow:
    """A statement that appends the texts of templates to `xml`."""

    templates: tuple[Template, ...]

    @property
    def joins(self) -> bool:
        """Whether its text may be part of a longer one."""
        pieces = [piece for template in self.templates for piece in template]
        return not any(isinstance(p, Expression) and p.alone for p in pieces)

    @property
    def code(self) -> str:
        """The expression for its text; where there are several templates, a literal for each."""
        if len(self.templates) == 1:
            return text_of(self.templates[0])
        return " ".join(literal(template) for template in self.templates)


@dataclass(frozen=True, slots=True)
class Block:
    """A compound statement: its head, and the statements of its body."""

    head: str
    body: tuple[Statement, ...]


Statement = Line | Grow | Block


def grow(*template: str | Expression) -> Grow:
    """The statement that appends one template to `xml`."""
    return Grow((template,))


def block(head: str, body: Iterable[Statement]) -> Block:
    """A compound statement; `head` ends in its colon."""
    return Block(head, tuple(body))


def branched(branches: Iterable[tuple[str, Iterable[Statement]]]) -> list[Statement]:
    """if / elif / else, in order; the condition of else is ""."""
    made: list[Statement] = []
    for condition, body in branches:
        if condition:
            made.append(block(f"{'elif' if made else 'if'} {condition}:", body))
        elif made:
            made.append(block("else:", body))
        else:
            made += body
    return made


def printed(statements: Iterable[Statement]) -> list[str]:
    """The lines of statements; where one has a body, its lines are indented."""
    return [line for one in statements for line in _printed(one, collects=False)]


@dataclass(frozen=True, slots=True)
class Writer:
    """The body of a function that gives a text.

    Attributes:
        checks: what is done before.
        start: what the text begins with.
        body: what makes it grow.
        end: what it ends with.
    """

    checks: tuple[Statement, ...]
    start: Template
    body: tuple[Statement, ...]
    end: Template

    def lines(self) -> list[str]:
        """The lines; what grows `xml` without anything between is one statement.

        One long f-string is built in one step; each `+=` copies what there is.
        """
        checks = printed(self.checks)
        first, *rest = _merged([Grow((self.start,)), *self.body])
        assert isinstance(first, Grow)
        if not rest:
            whole = _joined(first, Grow((self.end,))) if self.end else first
            return [*checks, f"return {_grouped(whole)}"]
        if _growing(rest) < _MANY or any(_replaces(one) for one in rest):
            begun = f"xml = {_grouped(first)}"
            ended = literal((Expression("xml"), *self.end)) if self.end else "xml"
            return [*checks, begun, *printed(rest), f"return {ended}"]
        collected = [*rest, Grow((self.end,))] if self.end else rest
        return [
            *checks,
            "xml: list[str] = []",
            "add = xml.append",
            *(line for s in (first, *collected) for line in _printed(s, collects=True)),
            'return "".join(xml)',
        ]


def _printed(statement: Statement, *, collects: bool) -> list[str]:
    match statement:
        case Line(code=code):
            return [code]
        case Grow() if collects:
            return [f"add({statement.code})"]
        case Grow():
            return [f"xml += {_grouped(statement)}"]
        case Block(head=head, body=body):
            inside = [line for s in body for line in _printed(s, collects=collects)]
            return [head, *(f"    {line}" for line in inside)]
        case _:
            assert_never(statement)


def _grouped(grown: Grow) -> str:
    """Its text; of several literals in parentheses, so that they may have a line each."""
    return grown.code if len(grown.templates) == 1 else f"({grown.code})"


def _merged(statements: Iterable[Statement]) -> list[Statement]:
    """The statements, of which those that grow `xml` one after the other are one."""
    merged: list[Statement] = []
    run: list[Grow] = []
    for statement in statements:
        if isinstance(statement, Grow) and statement.joins:
            run.append(statement)
            continue
        if run:
            merged.append(_joined(*run))
            run = []
        merged.append(statement)
    return [*merged, _joined(*run)] if run else merged


def _joined(*grown: Grow) -> Grow:
    """One statement for several; what begins with nothing begins with the next."""
    templates = [template for one in grown for template in one.templates]
    begun = tuple(dropwhile(lambda template: template == ("",), templates))
    return Grow(begun or (("",),))


def _growing(statements: Iterable[Statement]) -> int:
    """How many statements grow `xml`, those in bodies too."""
    return sum(
        _growing(one.body) if isinstance(one, Block) else isinstance(one, Grow)
        for one in statements
    )


def _replaces(statement: Statement) -> bool:
    return isinstance(statement, Line) and statement.replaces


def tuple_of(items: Iterable[str]) -> str:
    """A tuple."""
    found = list(items)
    return f"({', '.join(found)}{',' if len(found) == 1 else ''})"
