"""Patterns in linear time: the same texts as `re` finds, and no pattern that takes forever."""

from __future__ import annotations

import re
import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soapwright.model.patterns import python_pattern
from soapwright.runtime.validation.regular import _Automaton, _Parser, matcher
from soapwright.runtime.validation.validation import Facets

TEXTS = ["".join(letters) for n in range(6) for letters in product("ab-", repeat=n)]
PATTERNS = [
    *("(a+)+b", "(a*)*", "(a|b)*", "(a|ab)*b?", "(a{1,2}-?){2,3}", "((a|b)+-)*a"),
    *("([a-b-[b]]|b-)+", "(a?){3}", "(a{2,}b)*", "(-|a|)+", r"(\-+[ab]?)*", "(a|b){0}"),
    *(".(a.|b)*", "(a(b(-)?)?)+", r"([^\n-]+-?)*", "a(b|)*", "(a|b-){2,}"),
]


PATTERNS += [
    *(
        "",
        "a",
        "a?",
        "a*",
        "a+",
        "a{2}",
        "a{0}b",
        "a{0,2}",
        "a{1,3}",
        "a{2,}",
        "a{0,}b?",
    ),
    *(
        "a?b?",
        "a?b?-?",
        "(a?b?){2}",
        "(a?b?){0,2}-",
        "(a?b?){1,}-",
        "a?(b?-?)a?",
        "(ab)?",
    ),
    *(
        "a|b|-",
        "(a|b?)-",
        "(|a)(|b)",
        "(a|b){2,3}-?",
        "((a|b)?-?){1,2}",
        "(a{0,2}b{0,2})*",
    ),
    *("a*a*a*b", "[ab]*a[ab]{2}", "[ab]*b[ab-]*a", "a{0,3}a{0,3}a{0,3}", "(a*b*)*-"),
    *("(a{2}|b{3})+", "(a{2,3}b?){2,}", "((a?){2}b){1,2}", "(a|b)*a(a|b)", "(a|b)*b"),
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_same_texts_match(pattern: str) -> None:
    made = python_pattern(pattern)
    automaton = _Automaton(_Parser(made).branches())
    matches, expected = matcher(made), re.compile(made).fullmatch
    wanted = [t for t in TEXTS if expected(t)]
    assert [t for t in TEXTS if automaton.matches(t)] == wanted
    assert [t for t in TEXTS if matches(t)] == wanted


LETTERS = st.sampled_from(["a", "b", "[ab]", "[^a]", "-"])
QUANTITIES = st.sampled_from(["", "?", "*", "+", "{2}", "{1,2}", "{0,2}", "{2,}"])


def groups(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    rows = st.lists(st.tuples(inner, QUANTITIES).map("".join), max_size=3).map("".join)
    return st.lists(rows, min_size=1, max_size=3).map(lambda r: f"({'|'.join(r)})")


@given(pattern=st.recursive(LETTERS, groups, max_leaves=8))
def test_any_pattern_matches_the_same_texts(pattern: str) -> None:
    made = python_pattern(pattern)
    automaton = _Automaton(_Parser(made).branches())
    expected = re.compile(made).fullmatch
    texts = [t for t in TEXTS if len(t) < 5]
    assert [t for t in texts if automaton.matches(t)] == list(filter(expected, texts))


@pytest.mark.parametrize("pattern", ["(ab)+", "(ab){3}c*", "[ab]+", "a*(a|b)c", "a?b?"])
def test_what_is_harmless_is_left_to_re(pattern: str) -> None:
    matches = matcher(python_pattern(pattern))
    assert isinstance(getattr(matches, "__self__", None), re.Pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"(\w+\s?)*", "((a+)+)+b", "(a|a)*b", "(a*){1,50}b", "([a-z]+)*[0-9]"),
        *(
            "[a-z]*" * 5 + "[0-9]",
            "a*" * 50 + "b",
            "(a?b?c?){1,600}",
            "a{1,9000}a{1,9000}b",
        ),
        *(
            "a?" * 500 + "b",
            "(a|b|ab)*c",
            "a{0,999}" * 9 + "b",
            "[a-z]{1,40000}[a-z]+[0-9]",
        ),
        *("(a{1,30}){1,30}b", "(a{1,30}b?){1,90}b", ".*.*=.*", "(.*a){12}b", "(a*)*b"),
    ],
)
def test_no_text_takes_long(pattern: str) -> None:
    facets = Facets(patterns=(python_pattern(pattern),))
    started = time.process_time()
    assert list(facets.wrong("a" * 2_000 + "!"))
    assert time.process_time() - started < 2


def test_a_text_that_is_too_long_for_a_pattern_that_is_too_large() -> None:
    facets = Facets(patterns=("(?:(?:a{1,99}){1,99}){1,99}",))
    assert not list(facets.wrong("aa"))
    assert list(facets.wrong("b")) == [f"does not match {facets.patterns[0]}"]
    (said,) = facets.wrong("a" * 2_000)
    assert said == f"is too long to be matched with {facets.patterns[0]}"


def test_what_is_kept_of_a_pattern_is_bounded() -> None:
    matches = matcher("[ab]*a[ab]{12}-?[ab]*")
    started = time.process_time()
    number = 12345
    text = "".join("ab"[number >> n & 1] for n in range(14)) * 3000
    assert matches(text)
    assert time.process_time() - started < 2
