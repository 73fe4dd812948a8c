"""Branches by a table do as a chain of conditions does."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from soapwright.python.codecs.dispatch import (
    MANY,
    Branch,
    Branches,
    by_order,
    by_table,
    chained,
)
from soapwright.python.text.statements import Line, Statement, printed

TAGS = "abcde"
TURNS = ("x", "y", "z")


def run(
    statements: list[Statement], table: str, tag: str, names: dict[str, bool]
) -> list[str]:
    """What is taken of a child with a tag, where conditions hold as `names` has it."""
    body = "".join(f"    {line}\n" for line in printed(statements))
    space: dict[str, Any] = {}
    code = f"{table}\ndef take(tag, {', '.join(TURNS)}):\n    taken = []\n{body}    return taken"
    exec(code, space)  # Any: what is defined is known then
    found: list[str] = space["take"](tag, **names)
    return found


def taken(name: str) -> tuple[Statement, ...]:
    return (Line(f"taken.append({name!r})"),)


@st.composite
def branches(draw: st.DrawFn) -> list[Branch]:
    found = []
    for number in range(draw(st.integers(1, 30))):
        tags = draw(st.lists(st.sampled_from(TAGS), min_size=1, max_size=2))
        turn = draw(st.lists(st.sampled_from(TURNS), max_size=3, unique=True))
        found.append(Branch(tuple(tags), tuple(turn), taken(str(number))))
    return found


@st.composite
def narrowing(draw: st.DrawFn) -> list[Branch]:
    """Fields that all take one name: each has all conditions of the next, and one more."""
    first = draw(st.integers(0, 3))
    return [
        Branch(("a",), TURNS[n:], taken(str(n))) for n in range(first, len(TURNS) + 1)
    ]


RESTS: list[Branches] = [
    [],
    [("", [*taken("rest")])],
    [("x", [*taken("rest")]), ("not z", [*taken("other")])],
]


@given(
    branches() | narrowing(),
    st.sampled_from(RESTS),
    st.sampled_from([*TAGS, "f"]),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_a_table_does_as_a_chain(
    given: list[Branch], rest: Branches, tag: str, holds: tuple[bool, ...]
) -> None:
    names = dict(zip(TURNS, holds, strict=True))
    statements, table = by_table(given, rest, "table")
    chain = chained(given, rest)
    assert run(statements, table, tag, names) == run(chain, "", tag, names)


def test_the_values_of_a_string_are_found_by_order() -> None:
    tags = [f"t{n}" for n in range(5 * MANY)]
    found = by_order([(tag, [*taken(tag)]) for tag in tags], "tag", [*taken("other")])
    nothing = dict.fromkeys(TURNS, False)
    for tag in tags:
        assert run(found, "", tag, nothing) == [tag]
    for tag in ("", "t", "t1000", "u"):
        assert run(found, "", tag, nothing) == ["other"]
    assert sum("==" in line for line in printed(found)) == len(tags)
