"""What is written for a WSDL, counted before it is made."""

from __future__ import annotations

import pytest
from factories import STRING, api, declared, element, q, ref, run, sequence, struct

from soapwright.model.api import Derivation, TypeDef, UnionOf
from soapwright.model.diagnostics import Location, SpecError
from soapwright.model.sizes import MAX_FIELDS
from soapwright.passes.check_sizes import check_sizes

WIDE = sequence(*(element(f"e{n}") for n in range(1000)))
ENOUGH = MAX_FIELDS // 1000


def users(count: int) -> list[TypeDef]:
    return [struct(f"T{n}", WIDE) for n in range(count)]


def test_as_many_fields_as_there_may_be_are_no_finding() -> None:
    given = api(*users(ENOUGH))
    made, findings = run(check_sizes, given)
    assert made == given
    assert findings == []


def test_a_group_counts_wherever_it_is_used() -> None:
    with pytest.raises(SpecError, match=f"more than {MAX_FIELDS:,} fields"):
        run(check_sizes, api(*users(ENOUGH + 1)))


def test_a_base_counts_in_each_type_that_extends_it() -> None:
    derived = [
        struct(f"T{n}", base="B", derivation=Derivation.EXTENSION)
        for n in range(ENOUGH)
    ]
    with pytest.raises(SpecError, match="fields"):
        run(check_sizes, api(*derived, struct("B", WIDE)))


def test_a_base_in_a_circle_is_counted_once() -> None:
    one, two = struct("A", base="B"), struct("B", base="A")
    assert run(check_sizes, api(one, two))[1] == []


def test_all_that_may_stand_for_a_head_count_where_it_is_used() -> None:
    chain = [declared(f"s{n}", head=f"s{n - 1}") for n in range(1, 1001)]
    uses = sequence(*(element("s0", reference=True) for _ in range(ENOUGH)))
    given = api(struct("T", uses), elements=[declared("s0"), *chain])
    with pytest.raises(SpecError, match="fields"):
        run(check_sizes, given)


def test_heads_in_a_circle_are_no_finding() -> None:
    pair = [declared("a", head="b"), declared("b", head="a")]
    given = api(
        struct("T", sequence(element("a", reference=True))),
        elements=pair,
    )
    assert run(check_sizes, given)[1] == []


def union(name: str, *members: str) -> UnionOf:
    references = tuple(map(ref, members)) or (STRING,) * 1000
    return UnionOf(q(name), (name,), True, Location("t.wsdl", 1), references)


def test_the_members_of_a_union_count_in_unions_that_have_it() -> None:
    with pytest.raises(SpecError, match="fields"):
        run(check_sizes, api(*(union(f"U{n}", "U") for n in range(1000)), union("U")))


def test_unions_in_a_circle_are_no_finding() -> None:
    assert run(check_sizes, api(union("A", "B"), union("B", "A")))[1] == []
