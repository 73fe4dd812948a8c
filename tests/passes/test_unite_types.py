"""Elements of one name in a content model: one type, that loses nothing of either."""

from __future__ import annotations

from dataclasses import replace

from factories import INT, STRING, api, element, q, ref, run, sequence, struct

from soapwright.model.api import (
    Builtin,
    BuiltinRef,
    Enumeration,
    EnumerationValue,
    Facets,
    Particle,
    Restricted,
    Struct,
    TypeDef,
    TypeRef,
    UnionOf,
)
from soapwright.model.walk import elements_of
from soapwright.passes.unite_types import unite_types

AT = struct("T").at
ANY_TYPE = BuiltinRef(Builtin.ANY_TYPE)


def united(
    model: Particle, *types: TypeDef
) -> tuple[list[TypeRef], dict[str, TypeDef]]:
    """The types of the elements of a content model, and those that the pass made."""
    given = api(struct("T", model), *types)
    made, findings = run(unite_types, given)
    assert findings == []
    owner = made.types[q("T")]
    assert isinstance(owner, Struct)
    new = {n.local: t for n, t in made.types.items() if n not in given.types}
    return [one.type for one in elements_of(owner.content)], new


def test_elements_of_one_type_keep_it() -> None:
    types, made = united(sequence(element("a", INT), element("b"), element("a", INT)))
    assert types == [INT, STRING, INT]
    assert made == {}


def test_simple_types_become_their_union() -> None:
    types, made = united(sequence(element("a", INT), element("a"), element("a", INT)))
    ((local, union),) = made.items()
    assert isinstance(union, UnionOf)
    assert (union.named, union.members) == (False, (INT, STRING))
    assert local.startswith("T/")
    assert [getattr(one, "id", None) for one in types] == [union.id] * 3


def test_others_become_anything() -> None:
    named = struct("Other", "x")
    types, made = united(sequence(element("a", INT), element("a", ref("Other"))), named)
    assert types == [ANY_TYPE, ANY_TYPE]
    assert made == {}


def test_an_anonymous_type_that_stands_twice_is_one() -> None:
    inner = [
        Restricted(q(f"T/{n}/k"), ("k",), False, AT, INT, Facets(max_length=n))
        for n in (1, 2)
    ]
    inner[1] = replace(inner[1], facets=inner[0].facets, doc="Said once more.")
    outer = [
        struct(f"T/{n}", sequence(element("k", ref(f"T/{n}/k")), element("a")))
        for n in (1, 2)
    ]
    model = sequence(element("a", ref("T/1")), element("a", ref("T/2")))
    assert united(model, *inner, *outer) == ([ref("T/1")] * 2, {})
    inner[1] = replace(inner[1], facets=Facets())
    assert united(model, *inner, *outer) == ([ANY_TYPE] * 2, {})


def test_named_types_are_two_however_alike() -> None:
    values = (EnumerationValue("x"),)
    kinds = [Enumeration(q(n), (n,), True, AT, STRING, values) for n in ("E", "F")]
    model = sequence(element("a", ref("E")), element("a", ref("F")))
    _, made = united(model, *kinds)
    assert [t.members for t in made.values() if isinstance(t, UnionOf)] == [
        (ref("E"), ref("F"))
    ]
