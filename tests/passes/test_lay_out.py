"""Content models as fields: each shape, and what it becomes.

Members are shown in a line: `a` is a required field, `a?` may be absent, `a*` is a list, `a+` one
that must not be empty, `a!` may be nil; `[a b]*` is one list that keeps the order of its items.
"""

from __future__ import annotations

import pytest
from factories import (
    INT,
    api,
    content,
    declared,
    element,
    q,
    ref,
    run,
    sequence,
    struct,
)

from soapwright.model.api import (
    Builtin,
    BuiltinRef,
    ChoiceRule,
    ContentMember,
    Derivation,
    Element,
    ElementMember,
    Enumeration,
    Member,
    Occurs,
    OrderedMember,
    Particle,
    Rule,
    Struct,
    Substitute,
    TogetherRule,
    Wildcard,
    WildcardMember,
)
from soapwright.model.diagnostics import Findings
from soapwright.model.walk import names_of
from soapwright.passes.lay_out import lay_out, lay_out_struct


def laid_out(model: str | Particle, **rest: object) -> Struct:
    return lay_out_struct(struct("T", model, **rest))


# --------------------------------------------------------------------------- in a line of text


def shown(one: Struct) -> str:
    return " ".join(map(shown_member, one.members))


def shown_member(member: Member) -> str:
    match member:
        case ElementMember(element=one):
            return shown_particle(one) + sign(member.repeated, member.optional)
        case WildcardMember(wildcard=one):
            return shown_particle(one) + sign(member.repeated, member.optional)
        case OrderedMember(alternatives=alternatives, mixed=mixed):
            inside = " ".join(map(shown_particle, alternatives))
            return f"{'mixed' * mixed}[{inside}]" + sign(True, member.optional)
        case ContentMember(name=name):
            return name


def shown_particle(particle: Element | Wildcard) -> str:
    if isinstance(particle, Wildcard):
        return f"<{' '.join(n or '##local' for n in particle.namespaces)}>"
    local = particle.name.local
    prefix = "" if particle.name == q(local) else "o:"
    return f"{prefix}{local}{'!' * particle.nillable}"


def sign(repeated: bool, optional: bool) -> str:
    return ("*" if optional else "+") if repeated else "?" * optional


def shown_rules(one: Struct) -> list[str]:
    names = [shown_member(member).rstrip("?*+") for member in one.members]
    return [shown_rule(rule, names) for rule in one.rules]


def shown_rule(rule: Rule, names: list[str]) -> str:
    def said(indexes: tuple[int, ...]) -> str:
        return " ".join(names[index] for index in indexes)

    match rule:
        case TogetherRule(members=members, needed=needed):
            return f"{said(members)} need {said(needed)}"
        case ChoiceRule(overlapping=True):
            text = f"some of {' | '.join(map(said, rule.branches))}"
        case ChoiceRule(required=True):
            text = f"one of {' | '.join(map(said, rule.branches))}"
        case ChoiceRule():
            text = f"at most one of {' | '.join(map(said, rule.branches))}"
    return f"{text}, within {said(rule.within)}" if rule.within else text


# --------------------------------------------------------------------------------- sequences


@pytest.mark.parametrize(
    ("model", "members"),
    [
        ("a, b?, c*, d+", "a b? c* d+"),
        ("a", "a"),
        ("a{2,3}", "a+"),
        ("a{0,3}", "a*"),
        ("a & b? & c", "a b? c"),
        ("(a & b)?", "a? b?"),
        ("(a, b?)?", "a? b?"),
        ("a, (b, (c, d?)?)?", "a b? c? d?"),
        ("(a, b, (c))", "a b c"),
        ("a!, b!?, c!*", "a! b!? c!*"),
        # what two namespaces have under one name are two fields
        ("a, o:a", "a o:a"),
    ],
)
def test_sequences_are_fields_side_by_side(model: str, members: str) -> None:
    assert shown(laid_out(model)) == members


def test_a_type_without_content_has_no_members() -> None:
    for model in (None, "()", "(), (() | ())", "()*"):
        one = lay_out_struct(struct("T", content(model) if model else None))
        assert (one.members, one.rules) == ((), ())


@pytest.mark.parametrize(
    ("model", "members"),
    [
        ("(a)", "a"),
        ("(a)?", "a?"),
        ("(a)*", "a*"),
        ("((a))+", "a+"),
        ("(a?)+", "a*"),
        ("(a+)?", "a*"),
        ("(a{2,3}){2}", "a+"),
        ("(a | ())", "a?"),
        ("(() | a)+", "a*"),
        ("(a | (b, ()))*", "[a b]*"),
        ("((a | b)){0,2}", "[a b]*"),
        ("((a | b)?)+", "[a b]*"),
    ],
)
def test_a_group_of_one_is_its_particle_as_often_as_both_say(
    model: str, members: str
) -> None:
    assert shown(laid_out(model)) == members


def test_the_occurrences_of_a_group_of_one_are_multiplied() -> None:
    for model, times in (
        ("(a{2,3}){4,5}", Occurs(8, 15)),
        ("(a?)+", Occurs(0, None)),
        ("(a{2,3})?", Occurs(0, 3)),
    ):
        (member,) = laid_out(model).members
        assert isinstance(member, ElementMember) and member.element.occurs == times


# ----------------------------------------------------------------------- lists that keep the order


@pytest.mark.parametrize(
    ("model", "members"),
    [
        ("(a, b?)+", "[a b]+"),
        ("(a | b)*", "[a b]*"),
        ("(a, b){2,5}", "[a b]+"),
        ("a, (b | c)*, d", "a [b c]* d"),
        ("a, ((b, c?)* | d)", "a [b c]* d?"),
        ("(a & b)*", "[a b]*"),
        # a repeated group whose parts may all be absent may be empty
        ("(a?, b?)+", "[a b]*"),
        ("(a | b?)+", "[a b]*"),
        ("(a | b*)+, c", "[a b]* c"),
        # elements first, each name once, then wildcards
        ("(<##other>, (a | b), a)*", "[a b <##other urn:t>]*"),
        ("(a, (b, a)?)+", "[a b]+"),
    ],
)
def test_a_repeated_group_is_one_list(model: str, members: str) -> None:
    assert shown(laid_out(model)) == members


@pytest.mark.parametrize(
    ("model", "members"),
    [
        ("a, b, a", "[a b]+"),
        ("a?, b?, c, a?", "[a b c]+"),
        ("x, a, b, a, y", "x [a b]+ y"),
        ("a, b?, (c, a)?", "[a b c]+"),
        ("a?, (b, a)*", "[a b]*"),
        # what stands between is in the list, and so is what that clashes with
        ("a, b, a, b", "[a b]+"),
        ("a, b, a, c, b, d", "[a b c]+ d"),
        ("a, b, a, c, d, c", "[a b]+ [c d]+"),
        # of all that may be absent nothing need be there
        ("a?, b*, a?", "[a b]*"),
        ("(a, b, a)?", "[a b]*"),
    ],
)
def test_a_name_at_two_places_makes_a_list_from_the_first_to_the_last(
    model: str, members: str
) -> None:
    assert shown(laid_out(model)) == members


@pytest.mark.parametrize(
    ("model", "members"),
    [
        ("a, a", "a+"),
        ("a, a?", "a+"),
        ("a?, a?", "a*"),
        ("a, a*, b", "a+ b"),
        ("(a, a, a)?", "a*"),
        # one of them may be nil: then the field's items may
        ("a, a!", "a!+"),
        ("(a, b, a!)*", "[a! b]*"),
    ],
)
def test_adjacent_elements_of_one_name_are_one_list(model: str, members: str) -> None:
    assert shown(laid_out(model)) == members


@pytest.mark.parametrize(
    ("model", "expected"),
    [("a, a{2,3}, a?", Occurs(3, 5)), ("a, a{2,3}, a*", Occurs(3, None))],
)
def test_adjacent_elements_add_up(model: str, expected: Occurs) -> None:
    (member,) = laid_out(model).members
    assert isinstance(member, ElementMember)
    assert member.element.occurs == expected


def test_adjacent_elements_of_two_types_keep_their_order() -> None:
    model = sequence(element("a"), element("a", INT))
    assert shown(laid_out(model)) == "[a]+"


# ------------------------------------------------------------------------------------- choices


@pytest.mark.parametrize(
    ("model", "members", "rules"),
    [
        ("a | b", "a? b?", ["one of a | b"]),
        ("(a | b)?", "a? b?", ["at most one of a | b"]),
        ("a | b?", "a? b?", ["at most one of a | b"]),
        ("a | ()| b", "a? b?", ["at most one of a | b"]),
        ("a* | b+", "a* b*", ["at most one of a | b"]),
        ("a+ | b+", "a* b*", ["one of a | b"]),
        ("a | (b | c)", "a? b? c?", ["one of a | b | c"]),
        ("x, (a | b), y", "x a? b? y", ["one of a | b"]),
        ("x, (a | b)?, (c | d)", "x a? b? c? d?", ["at most one of a | b", "one of c | d"]),
        ("a | (b, c?)", "a? b? c?", ["one of a | b c", "b c need b"]),
        ("a | (b, c)", "a? b? c?", ["one of a | b c", "b c need b c"]),
        ("a | (b, c)?", "a? b? c?", ["at most one of a | b c", "b c need b c"]),
        ("a | (b?, c?)", "a? b? c?", ["at most one of a | b c"]),
        (
            "a | (b, (c | d))",
            "a? b? c? d?",
            ["one of a | b c d", "b c d need b", "one of c | d, within b c d"],
        ),
        ("(a | (b, c))*", "[a b c]*", []),
    ],
)  # fmt: skip
def test_a_choice_is_optional_fields_and_a_rule(
    model: str, members: str, rules: list[str]
) -> None:
    one = laid_out(model)
    assert (shown(one), shown_rules(one)) == (members, rules)


@pytest.mark.parametrize(
    ("model", "members", "rules"),
    [
        # the order is one that all branches have: one field serves them
        ("(a, c) | (b, c)", "[a c b]+", []),
        ("(a, b) | (b, c)", "a? b? c?", ["some of a b | b c", "a need a b", "c need b c"]),
        ("(a, b) | b", "a? b?", ["some of a b | b", "a need a b"]),
        ("(a, b)? | b", "a? b?", ["a need a b"]),
        # in a branch that shares a member, what that member is there for cannot be told
        ("(a, (b | c)) | (b, c)", "a? b? c?", ["some of a b c | b c"]),
        # one field does not serve what repeats, may be absent or may be nil in one branch alone
        ("(a, b?) | b", "[a b]+", []),
        ("(a, b) | b*", "[a b]*", []),
        ("(a, b) | b!", "[a b!]+", []),
        ("(a, b, c) | (c, a)", "[a b c]+", []),
    ],
)  # fmt: skip
def test_branches_that_share_a_name_share_its_field_where_the_order_allows(
    model: str, members: str, rules: list[str]
) -> None:
    one = laid_out(model)
    assert (shown(one), shown_rules(one)) == (members, rules)


# --------------------------------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("model", "rules"),
    [
        ("(a, b)?", ["a b need a b"]),
        ("(a, b?)?", ["a b need a"]),
        ("(a?, b?)?", []),
        ("(a)?", []),
        ("x, (a, (b, c)?)?", ["a b c need a", "b c need b c"]),
        ("(a & b?)?", ["a b need a"]),
        ("(a, <##other>)?", ["a <##other urn:t> need a <##other urn:t>"]),
        ("(a, (b | c))?", ["a b c need a", "one of b | c, within a b c"]),
        ("((a | b), (c | d))?", ["one of a | b, within a b c d", "one of c | d, within a b c d"]),
        # a list may be a part of the group; one that may be empty is not needed
        ("(a, (b | c)+)?", ["a [b c] need a [b c]"]),
        ("(a, (b?, c?)+)?", ["a [b c] need a"]),
        ("(a, b, c, b)?", ["a [b c] need a [b c]"]),
        ("(a | b), (c, d)?", ["one of a | b", "c d need c d"]),
    ],
)  # fmt: skip
def test_what_must_stand_together_is_a_rule(model: str, rules: list[str]) -> None:
    assert shown_rules(laid_out(model)) == rules


# ----------------------------------------------------------------------------------- wildcards


@pytest.mark.parametrize(
    ("model", "members"),
    [
        ("a, <##any>*", "a <##any>*"),
        ("<##other>", "<##other urn:t>"),
        ("a, <urn:x>?, <urn:y>", "a <urn:x>? <urn:y>"),
        ("<##other>?, <##local>", "<##other urn:t>? <##local>"),
        ("<##other>?, <urn:t>", "<##other urn:t>? <urn:t>"),
        # those that may take the same elements are told apart by order alone
        ("<urn:x>, a, <urn:y urn:x>", "[a <urn:x> <urn:y urn:x>]+"),
        ("<##other>, a, <urn:x>", "[a <##other urn:t> <urn:x>]+"),
        ("<##other>, a, <##other>?", "[a <##other urn:t> <##other urn:t>]+"),
        ("<##any>, b, <##local>?", "[b <##any> <##local>]+"),
        ("<##local>?, b, <##any>?", "[b <##local> <##any>]+"),
        ("a | <##other>", "a? <##other urn:t>?"),
        ("a | <urn:x>* | <urn:y>", "a? <urn:x>* <urn:y>?"),
        ("(a, <urn:x>) | (<urn:x>, b)", "[a b <urn:x> <urn:x>]+"),
        ("<urn:x> | (a, <urn:x>)*", "[a <urn:x> <urn:x>]*"),
        ("(<##any>)*", "<##any>*"),
    ],
)
def test_wildcards(model: str, members: str) -> None:
    assert shown(laid_out(model)) == members


# ----------------------------------------------------------------- mixed, restricted, substituted


@pytest.mark.parametrize(
    ("model", "members"),
    [
        (None, "mixed[]*"),
        ("a, b?", "mixed[a b]*"),
        ("(a | b)*, <##any>?, a", "mixed[a b <##any>]*"),
    ],
)
def test_mixed_content_is_one_list_of_all(model: str | None, members: str) -> None:
    assert lines(struct("T", model, mixed=True)) == [members]


def test_simple_content_is_not_mixed() -> None:
    assert lines(struct("T", mixed=True, text=BuiltinRef(Builtin.STRING))) == [""]


def test_a_line_of_mixed_types_has_one_list_its_first_ones() -> None:
    extends = {"derivation": Derivation.EXTENSION, "mixed": True}
    found = lines(
        struct("Z", "z", base="C", **extends),
        struct("A", attributes=()),
        struct("B", "a, b?", base="A", **extends),
        struct("C", "a", base="B", mixed=True, derivation=Derivation.RESTRICTION),
        struct("D", "d | a", base="B", **extends),
    )
    assert found == ["", "", "mixed[a b z d]*", "", ""]


def lines(*structs: Struct) -> list[str]:
    """The members of each of some types, laid out together."""
    made, _ = run(lay_out, api(*structs))
    found = [made.types[one.id] for one in structs]
    assert all(isinstance(one, Struct) and one.rules == () for one in found)
    return [shown(one) for one in found if isinstance(one, Struct)]


def test_a_restriction_narrows_what_its_base_has() -> None:
    derived = struct("D", "a, b", base="B", derivation=Derivation.RESTRICTION)
    found = lay_out_struct(derived)
    assert (found.members, found.rules) == ((), ())
    assert [names_of(member) for member in found.narrowed] == [{q("a")}, {q("b")}]


def test_what_a_restriction_has_for_a_wildcard_is_its_own() -> None:
    base = struct("B", "a")
    derived = struct("D", "a, b", base="B", derivation=Derivation.RESTRICTION)
    found = lay_out(api(derived, base), Findings()).types[derived.id]
    assert isinstance(found, Struct)
    assert [names_of(member) for member in found.members] == [{q("b")}]


def test_an_extension_has_what_it_adds() -> None:
    derived = struct("D", "c?, d", base="B", derivation=Derivation.EXTENSION)
    assert shown(lay_out_struct(derived)) == "c? d"


def test_an_elements_substitutes_are_names_of_its_field() -> None:
    head = element(
        "head", substitutes=(Substitute(q("b"), INT, False),), reference=True
    )
    assert shown(laid_out(sequence(element("a"), head))) == "a head"
    # `b` may be the head's substitute or the other particle: the order tells
    assert (
        shown(laid_out(sequence(head, element("a"), element("b", INT))))
        == "[head a b]+"
    )


# --------------------------------------------------------------------------------- the pass


def test_the_pass_lays_out_every_struct_and_leaves_the_rest() -> None:
    values = Enumeration(q("E"), ("E",), True, struct("T").at, INT, ())
    given = api(
        struct("A", "a"),
        values,
        struct("A/b", "b*"),
        elements=[declared("root", ref("A"))],
    )
    made, findings = run(lay_out, given)
    assert findings == []
    assert list(made.types) == list(given.types)
    assert made.types[q("E")] is values
    assert made.elements == given.elements
    found = [shown(t) for t in made.types.values() if isinstance(t, Struct)]
    assert found == ["a", "b*"]


def test_a_struct_keeps_all_else() -> None:
    given = struct("T", "a | b", doc="What it is.", abstract=True)
    made = lay_out_struct(given)
    assert (made.content, made.doc, made.abstract) == (given.content, given.doc, True)
