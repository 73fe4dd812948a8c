"""The law of laying out: what is read into fields and written back is what it was.

For a content model that XML Schema allows, each word of its language is read as the emitted
readers do: a child goes to the member of its name, to the first that has no value yet where
several have it, to a wildcard that takes its namespace otherwise. Written in the order of the
members it must be the same word again, nothing required may be missing, and every rule must hold.
"""

from __future__ import annotations

import re
from itertools import chain, combinations

import pytest
from factories import content, struct
from hypothesis import assume, given
from hypothesis import strategies as st
from languages import Word, allows, is_deterministic, leaves, words
from randomness import examples

from soapwright.model.api import (
    ChoiceRule,
    ContentMember,
    Element,
    ElementMember,
    Member,
    OrderedMember,
    Particle,
    QName,
    Rule,
    Struct,
    TogetherRule,
    Wildcard,
    WildcardMember,
)
from soapwright.model.walk import member_elements
from soapwright.passes.lay_out import lay_out_struct

Values = list[list[QName]]


# -------------------------------------------------------------------------- a reader and a writer


def read(members: tuple[Member, ...], word: Word) -> Values:
    """The children that each member holds."""
    values: Values = [[] for _ in members]
    for name in word:
        values[_place(members, values, name)].append(name)
    return values


def _place(members: tuple[Member, ...], values: Values, name: QName) -> int:
    for index, member in enumerate(members):
        match member:
            case ElementMember(element=element, repeated=repeated):
                if name in names_of(element) and (repeated or not values[index]):
                    return index
            case OrderedMember(alternatives=alternatives):
                if any(name in names_of(a) for a in alternatives):
                    return index
            case WildcardMember() | ContentMember():
                continue
    for index, member in enumerate(members):
        open_ = [member.wildcard] if isinstance(member, WildcardMember) else []
        if isinstance(member, OrderedMember):
            open_ = [a for a in member.alternatives if isinstance(a, Wildcard)]
        if any(allows(one, name.namespace) for one in open_):
            return index
    raise AssertionError(f"no member takes {name}")


def names_of(particle: Element | Wildcard) -> set[QName]:
    if isinstance(particle, Wildcard):
        return set()
    return {particle.name, *(s.name for s in particle.substitutes)}


def missing(members: tuple[Member, ...], values: Values) -> list[int]:
    """The members that must have a value and have none."""
    return [
        index
        for index, (member, value) in enumerate(zip(members, values, strict=True))
        if not isinstance(member, (WildcardMember, ContentMember))
        and not member.optional
        and not value
    ]


def holds(rule: Rule, there: set[int]) -> bool:
    """Whether values are as a rule asks, as the emitted writers judge it."""
    match rule:
        case ChoiceRule():
            made = sum(not there.isdisjoint(branch) for branch in rule.branches)
            asked = not rule.within or not there.isdisjoint(rule.within)
            if rule.required and asked and made == 0:
                return False
            return made < 2 or rule.overlapping
        case TogetherRule(members=members, needed=needed):
            return there.isdisjoint(members) or there.issuperset(needed)


def broken(laid_out: Struct, word: Word) -> str:
    """What the law says against a word; "" where it holds."""
    values = read(laid_out.members, word)
    written = tuple(name for value in values for name in value)
    if written != word:
        return f"is written as {' '.join(map(str, written))}"
    if absent := missing(laid_out.members, values):
        return f"lacks members {absent}"
    there = {index for index, value in enumerate(values) if value}
    wrong = [rule for rule in laid_out.rules if not holds(rule, there)]
    return f"breaks {wrong}" if wrong else ""


# -------------------------------------------------------------------------------- content models

ELEMENTS = ["a", "b", "c", "d", "o:a"]
WILDCARDS = ["<##any>", "<##other>", "<urn:o>", "<##local urn:t>"]
SUFFIXES = st.sampled_from(["", "", "?", "*", "+", "{2,3}"])


def models(atoms: list[str], deep: int = 3) -> st.SearchStrategy[str]:
    """Small models of these atoms, in groups of groups, in the notation of `content`."""
    single = st.builds(str.__add__, st.sampled_from(atoms), SUFFIXES)
    if deep == 0:
        return single
    items = st.lists(models(atoms, deep - 1), max_size=3)
    groups = [
        st.builds("({}){}".format, items.map(separator.join), SUFFIXES)
        for separator in (", ", " | ")
    ]
    return st.one_of(single, *groups)


def small_and_allowed(text: str) -> Particle:
    """The model, where XML Schema allows it and where it has not too many words to try."""
    model = content(text)
    assume(len(list(leaves(model))) <= 7)
    assume(is_deterministic(model))
    return model


def law_holds(model: Particle) -> None:
    laid_out = lay_out_struct(struct("T", model))
    for word in sorted(words(model)):
        assert broken(laid_out, word) == "", word


# ------------------------------------------------------------------------------------- the law

# Shapes that once broke it, each the smallest of its kind.
ONCE_BROKEN = [
    "(a | ())",
    "(a?, b?)+",
    "(a | b?)+",
    "a, b, a, b",
    "(a, (b?, c?)+)?",
    "((a, b)? | b)",
    "((a, b+, c) | b+)",
    "((a | b), c) | c",
    "(a, (b | c)) | (b, c)",
]
ONCE_BROKEN_WILDCARDS = [
    "<urn:o> | (c, <urn:o>*, c?)",
    "<##other>+ | (a, <##any>)*",
    "a, <urn:o>*, b, <##any>?",
]


@examples(250)
@given(models(ELEMENTS))
def test_every_word_comes_back(text: str) -> None:
    law_holds(small_and_allowed(text))


@examples(100)
@given(models([*ELEMENTS[:3], *WILDCARDS]))
def test_every_word_with_unknown_elements_comes_back(text: str) -> None:
    law_holds(small_and_allowed(text))


@pytest.mark.parametrize("text", ONCE_BROKEN + ONCE_BROKEN_WILDCARDS)
def test_it_holds_where_it_was_broken(text: str) -> None:
    model = content(text)
    assert is_deterministic(model)
    law_holds(model)


@examples(60)
@given(st.lists(st.sampled_from(["", "?"]), min_size=1, max_size=4), st.data())
def test_what_may_come_in_any_order_comes_back_in_the_schemas(
    suffixes: list[str], data: st.DataObject
) -> None:
    model = content(
        " & ".join(f"{n}{s}" for n, s in zip("abcd", suffixes, strict=False))
    )
    laid_out = lay_out_struct(struct("T", model))
    word = data.draw(st.sampled_from(sorted(words(model))))
    values = read(laid_out.members, tuple(data.draw(st.permutations(word))))
    assert [name for value in values for name in value] == list(word)
    assert missing(laid_out.members, values) == []


# ----------------------------------------------------------------------------- rules, and nil


@examples(250)
@given(models(["NAME"]))
def test_rules_say_exactly_what_may_stand_together(text: str) -> None:
    """Where no name stands twice and nothing repeats: of all sets of fields, those of the language."""
    once = text.replace("*", "?").replace("+", "").replace("{2,3}", "")
    assume(once.count("NAME") <= 6)
    letters = iter("abcdef")
    model = content(re.sub("NAME", lambda _: next(letters), once))
    names = [leaf.name for leaf in leaves(model) if isinstance(leaf, Element)]
    laid_out = lay_out_struct(struct("T", model))
    assert len(set(laid_out.rules)) == len(laid_out.rules)
    language = {frozenset(word) for word in words(model)}
    members = range(len(names))
    for there in chain.from_iterable(combinations(members, n) for n in range(7)):
        accepted = not missing(
            laid_out.members, [[names[i]] * (i in there) for i in members]
        )
        accepted = accepted and all(holds(r, set(there)) for r in laid_out.rules)
        assert accepted == (frozenset(names[i] for i in there) in language), there


@examples(150)
@given(models(["a", "a!", "b", "b!", "c"]))
def test_what_may_be_nil_somewhere_may_be_nil(text: str) -> None:
    model = content(text)
    assume(len(list(leaves(model))) <= 7)
    nillable = {p.name for p in leaves(model) if isinstance(p, Element) and p.nillable}
    laid_out = lay_out_struct(struct("T", model))
    for name in nillable:
        assert all(e.nillable for e in member_elements(laid_out) if e.name == name)


# ------------------------------------------------------------------------- what the test stands on


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("a, b?, a", True),
        ("a?, a", False),
        ("a*, a", False),
        ("a{2,3}, b", True),
        ("(a{2,3})*", True),
        ("(a, b) | (a, c)", False),
        ("(a, b)?, a", False),
        ("(b, a)?, a", True),
        ("a?, <##other>", True),
        ("o:a?, <##other>", False),
        ("<urn:x>*, <urn:y>", True),
        ("<##any>?, <urn:y>", False),
    ],
)
def test_unique_particle_attribution(text: str, allowed: bool) -> None:
    assert is_deterministic(content(text)) == allowed


def test_words() -> None:
    def said(text: str) -> set[str]:
        return {" ".join(n.local for n in word) for word in words(content(text), 4)}

    assert said("a, (b | c)?") == {"a", "a b", "a c"}
    assert said("(a, b?){2}") == {"a a", "a a b", "a b a", "a b a b"}
    assert said("a*, b") == {"b", "a b", "a a b"}
    assert said("() | <urn:o>") == {"", "x1", "x2"}
