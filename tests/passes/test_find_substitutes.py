"""Substitution groups: who may stand where a head stands."""

from __future__ import annotations

from factories import (
    INT,
    STRING,
    api,
    declared,
    element,
    q,
    ref,
    run,
    sequence,
    struct,
)

from soapwright.model.api import Element, GlobalElement, Struct, Substitute
from soapwright.model.walk import elements_of
from soapwright.passes.find_substitutes import find_substitutes


def substitutes(*elements: GlobalElement, use: Element | None = None) -> list[str]:
    """The names that may stand for `head`, where one content model refers to it."""
    use = use or element("head", reference=True)
    given = api(struct("T", sequence(element("a"), use)), elements=elements)
    made, findings = run(find_substitutes, given)
    assert findings == []
    type_ = made.types[q("T")]
    assert isinstance(type_, Struct)
    _, found = elements_of(type_.content)
    return [substitute.name.local for substitute in found.substitutes]


def test_the_members_stand_for_their_head() -> None:
    members = [declared(n, head="head") for n in ("one", "two")]
    assert substitutes(declared("head"), *members) == ["one", "two"]


def test_they_are_found_all_the_way_down_the_nearest_first() -> None:
    found = substitutes(
        declared("grandchild", head="child"),
        declared("head"),
        declared("child", head="head"),
        declared("other", head="head"),
    )
    assert found == ["child", "other", "grandchild"]


def test_an_abstract_member_is_none_but_leads_to_its_own() -> None:
    found = substitutes(
        declared("head", abstract=True),
        declared("middle", head="head", abstract=True),
        declared("leaf", head="middle"),
    )
    assert found == ["leaf"]


def test_a_member_says_its_type_and_whether_it_may_be_nil() -> None:
    given = api(
        struct("T", sequence(element("head", reference=True))),
        struct("Kind", "a"),
        elements=[
            declared("head"),
            declared("one", INT, head="head", nillable=True),
            declared("two", ref("Kind"), head="head"),
        ],
    )
    made, _ = run(find_substitutes, given)
    type_ = made.types[q("T")]
    assert isinstance(type_, Struct)
    (found,) = elements_of(type_.content)
    assert found.substitutes == (
        Substitute(q("one"), INT, True),
        Substitute(q("two"), ref("Kind"), False),
    )


def test_the_use_stays_as_it_was() -> None:
    use = element("head", ref("Kind"), nillable=True, reference=True, doc="Why.")
    given = api(
        struct("T", sequence(use)),
        elements=[declared("head"), declared("one", head="head")],
    )
    made, _ = run(find_substitutes, given)
    type_ = made.types[q("T")]
    assert isinstance(type_, Struct)
    (found,) = elements_of(type_.content)
    substitute = Substitute(q("one"), STRING, False)
    assert found == element(
        "head",
        ref("Kind"),
        nillable=True,
        reference=True,
        doc="Why.",
        substitutes=(substitute,),
    )


def test_only_a_reference_is_the_head() -> None:
    members = [declared("head"), declared("one", head="head")]
    local = element("head", reference=False)
    assert substitutes(*members, use=local) == []


def test_groups_are_looked_into() -> None:
    inner = sequence(sequence(element("head", reference=True)), element("b"))
    given = api(
        struct("T", inner), elements=[declared("head"), declared("one", head="head")]
    )
    made, _ = run(find_substitutes, given)
    type_ = made.types[q("T")]
    assert isinstance(type_, Struct)
    assert [len(e.substitutes) for e in elements_of(type_.content)] == [1, 0]


def test_a_group_that_goes_in_a_circle_ends() -> None:
    found = substitutes(
        declared("head", head="two"),
        declared("one", head="head"),
        declared("two", head="one"),
    )
    assert found == ["one", "two"]
    assert substitutes(declared("head", head="head")) == []


def test_a_head_that_nobody_declares_changes_nothing() -> None:
    given = api(
        struct("T", "a"), elements=[declared("one", head="missing"), declared("two")]
    )
    assert run(find_substitutes, given) == (given, [])


def test_without_groups_the_service_is_the_same_object() -> None:
    given = api(struct("T", "a"), elements=[declared("one")])
    made, _ = run(find_substitutes, given)
    assert made is given
