"""Patterns in linear time: the same texts as `re` finds, and no pattern that takes forever."""

from __future__ import annotations

import re
import time
from itertools import product

import pytest

from soapwright.python.modules.patterns import python_pattern
from soapwright.runtime.validation.regular import matcher
from soapwright.runtime.validation.validation import Facets

TEXTS = ["".join(letters) for n in range(6) for letters in product("ab-", repeat=n)]
PATTERNS = [
    *("(a+)+b", "(a*)*", "(a|b)*", "(a|ab)*b?", "(a{1,2}-?){2,3}", "((a|b)+-)*a"),
    *("([a-b-[b]]|b-)+", "(a?){3}", "(a{2,}b)*", "(-|a|)+", r"(\-+[ab]?)*", "(a|b){0}"),
    *(".(a.|b)*", "(a(b(-)?)?)+", r"([^\n-]+-?)*", "a(b|)*", "(a|b-){2,}"),
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_same_texts_match(pattern: str) -> None:
    made = python_pattern(pattern)
    matches, expected = matcher(made), re.compile(made).fullmatch
    assert not isinstance(getattr(matches, "__self__", None), re.Pattern)
    assert [t for t in TEXTS if matches(t)] == [t for t in TEXTS if expected(t)]


@pytest.mark.parametrize("pattern", ["(ab)+", "(ab){3}c*", "[ab]+", "a*(a|b)c"])
def test_what_is_harmless_is_left_to_re(pattern: str) -> None:
    matches = matcher(python_pattern(pattern))
    assert isinstance(getattr(matches, "__self__", None), re.Pattern)


@pytest.mark.parametrize(
    "pattern", [r"(\w+\s?)*", "((a+)+)+b", "(a|a)*b", "(a*){1,50}b", "([a-z]+)*[0-9]"]
)
def test_no_text_takes_long(pattern: str) -> None:
    facets = Facets(patterns=(python_pattern(pattern),))
    started = time.process_time()
    assert list(facets.wrong("a" * 2_000 + "!"))
    assert time.process_time() - started < 2


def test_a_pattern_that_is_too_large_allows_everything() -> None:
    assert matcher("(?:(?:a{1,99}){1,99}){1,99}")("b")
