"""Unions of unions: one list of members, each once, whatever the ways to it."""

from __future__ import annotations

from factories import INT, STRING, api, q, ref, run, struct

from soapwright.model.api import Facets, Restricted, TypeDef, TypeRef, UnionOf
from soapwright.passes.flatten_unions import flatten_unions

AT = struct("T").at


def union(name: str, *members: TypeRef) -> UnionOf:
    return UnionOf(q(name), (name,), True, AT, members)


def members(*types: TypeDef) -> tuple[TypeRef, ...]:
    """Those of the union U, when the pass has run."""
    made, findings = run(flatten_unions, api(*types))
    assert findings == []
    found = made.types[q("U")]
    assert isinstance(found, UnionOf)
    return found.members


def test_the_members_of_a_union_stand_in_its_place() -> None:
    found = members(union("U", ref("V"), INT), union("V", ref("W")), union("W", STRING))
    assert found == (STRING, INT)


def test_of_two_equal_ones_the_second_goes() -> None:
    assert members(union("U", INT, ref("V"), STRING), union("V", STRING, INT)) == (
        INT,
        STRING,
    )


def test_a_restriction_of_a_union_stays() -> None:
    narrow = Restricted(q("R"), ("R",), True, AT, ref("V"), Facets(patterns=("a",)))
    assert members(union("U", ref("R"), INT), narrow, union("V", STRING, INT)) == (
        ref("R"),
        INT,
    )


def test_a_union_without_members_stays() -> None:
    assert members(union("U", ref("V"), INT), union("V")) == (ref("V"), INT)


def test_the_ways_to_a_member_do_not_multiply() -> None:
    deep = [union(f"U{n}", ref(f"U{n + 1}"), ref(f"U{n + 1}")) for n in range(60)]
    last = union("U60", INT, STRING)
    assert members(union("U", ref("U0")), *deep, last) == (INT, STRING)
