"""Patterns in linear time: where `re`, which tries one way after the other, might try many, all ways are followed at once.

Patterns come from strangers, as the texts do: `(a+)+b` takes `re` exponential time, and
`[a-z]*[a-z]*[a-z]*[0-9]` the fourth power of the text's length.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from math import inf
from typing import Final

_MOST_STEPS: Final = 100_000
"""Steps that `re` may take in a text."""
_FEW_STEPS: Final = 64
"""Times the text's length: so many steps are as good as linear."""
_LONG: Final = 1_000_000
_MOST_STATES: Final = 50_000
_MOST_LINKS: Final = 2_000
_MOST_KEPT: Final = 2**26
"""Bits of the states that are kept."""
_QUANTITY: Final = re.compile(r"\{(\d+)(,?)(\d*)\}")
_QUANTITIES: Final = {"?": (0, 1), "*": (0, None), "+": (1, None)}
_CLASS: Final = re.compile(r"\[(?:\\.|[^\]\\])*\]", re.DOTALL)


class TooLong(ValueError):
    """A text is too long for a pattern that is too large to be followed."""


def matcher(pattern: str) -> Callable[[str], object]:
    """Make the function that finds out whether a text is of a pattern as `python_pattern` makes them.

    It raises `TooLong` where that would take too long.
    """
    node = _Parser(pattern).branches()
    fullmatch = re.compile(pattern).fullmatch
    if node.steps(_LONG) <= _FEW_STEPS * _LONG:
        return fullmatch
    return _Matcher(node, fullmatch)


class _Matcher:
    """Leaves short texts to `re`, which is faster."""

    def __init__(self, node: _Node, fullmatch: Callable[[str], object]) -> None:
        self._node = node
        self._fullmatch = fullmatch
        self._short = 0
        for length in (2**n for n in range(20)):
            if node.steps(length) > _MOST_STEPS:
                break
            self._short = length

    def __call__(self, text: str) -> object:
        if len(text) <= self._short:
            return self._fullmatch(text)
        if self._automaton is None:
            raise TooLong
        return self._automaton.matches(text)

    @cached_property
    def _automaton(self) -> _Automaton | None:
        if self._node.size() > _MOST_STATES:
            return None
        made = _Automaton(self._node)
        return None if made.is_large else made


class _Node:
    """A part of a pattern: a character, some parts in a row, one of some, or one some times."""

    def __init__(
        self,
        *parts: _Node,
        one_of: bool = False,
        low: int = 1,
        high: int | None = 1,
        character: str = "",
    ) -> None:
        self.parts = parts
        self.one_of = one_of
        self.low = low
        self.high = high
        self.character = character

    def steps(self, length: int) -> float:
        """About how many steps `re` may take in a text of some length."""
        return self.ways(length) * min(self.size(), length + 1)

    def ways(self, length: int) -> float:
        """At most so many ways lead through a text of some length."""
        ways: float = 0 if self.one_of else 1
        for part in self.parts:
            inner = part.ways(length)
            ways = ways + inner if self.one_of else ways * inner
        if self.low == self.high == 1:
            return ways
        high = length if self.high is None else min(self.high, length)
        choices = max(high - self.low, 0) + 1
        if ways <= 1:
            return choices
        return choices * ways**high if high < 60 and ways < _LONG else inf

    def size(self) -> int:
        """About how many states it takes."""
        times = self.low or 1 if self.high is None else self.high
        return times * (1 + sum(part.size() for part in self.parts))


class _Parser:
    """A descent through a pattern that is sound: it was checked when it was made."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def branches(self) -> _Node:
        """The branches up to the end, or to the closing parenthesis."""
        branches: list[_Node] = []
        row: list[_Node] = []
        while self.at < len(self.pattern) and self.pattern[self.at] != ")":
            if self.pattern[self.at] == "|":
                self.at += 1
                branches.append(_Node(*row))
                row = []
            else:
                row.append(self._times(self._atom()))
        branches.append(_Node(*row))
        return branches[0] if len(branches) == 1 else _Node(*branches, one_of=True)

    def _atom(self) -> _Node:
        start = self.at
        if self.pattern.startswith("(?:(?!", start):
            self._character()
            return _Node(character=self.pattern[start : self.at])
        if self.pattern.startswith("(?:", start):
            self.at += 3
            inner = self.branches()
            self.at += 1
            return inner
        self._character()
        return _Node(character=self.pattern[start : self.at])

    def _character(self) -> None:
        """Pass by what one character matches: itself, a class, or a class without another."""
        if self.pattern.startswith("(?:(?!", self.at):
            self.at += 6
            self._character()
            self.at += 1
            self._character()
            self.at += 1
        elif (found := _CLASS.match(self.pattern, self.at)) is not None:
            self.at = found.end()
        else:
            self.at += 2 if self.pattern[self.at] == "\\" else 1

    def _times(self, node: _Node) -> _Node:
        if self.at == len(self.pattern):
            return node
        known = _QUANTITIES.get(self.pattern[self.at])
        if known is not None:
            self.at += 1
            return _Node(node, low=known[0], high=known[1])
        found = _QUANTITY.match(self.pattern, self.at)
        if found is None:
            return node
        self.at = found.end()
        low = int(found[1])
        high = low if not found[2] else int(found[3]) if found[3] else None
        return _Node(node, low=low, high=high)


class _Automaton:
    """Glushkov's automaton: a state for each character of the pattern, counted ones unfolded, and
    the states that a text may have led to as the bits of a number."""

    def __init__(self, node: _Node) -> None:
        self._size = 1  # the first is the start
        self._by_class: dict[str, int] = {}
        self._shifted = 0
        self._links: dict[int, int] = {}
        self._masks: dict[str, int] = {}
        self._known: dict[tuple[int, str], int] = {}
        first, last, empty = self._add(node)
        self._link(1, first)
        self._ends = last | empty
        self._classes = [
            (re.compile(one, re.DOTALL).fullmatch, states)
            for one, states in self._by_class.items()
        ]

    @property
    def is_large(self) -> bool:
        """Whether a step takes long."""
        return len(self._links) > _MOST_LINKS

    def matches(self, text: str) -> bool:
        """Whether the whole text is of the pattern."""
        states = 1
        for character in text:
            key = states, character
            found = self._known.get(key)
            if found is None:
                if len(self._known) * self._size >= _MOST_KEPT:
                    self._known.clear()
                found = self._known[key] = self._after(states, character)
            states = found
        return states & self._ends != 0

    def _after(self, states: int, character: str) -> int:
        reached = (states & self._shifted) << 1
        for sources, targets in self._links.items():
            if states & sources:
                reached |= targets
        return reached & self._mask(character)

    def _mask(self, character: str) -> int:
        """The states that are reached by a character."""
        found = self._masks.get(character)
        if found is None:
            if len(self._masks) * self._size >= _MOST_KEPT:
                self._masks.clear()
            found = 0
            for is_one, states in self._classes:
                if is_one(character):
                    found |= states
            self._masks[character] = found
        return found

    def _link(self, sources: int, targets: int) -> None:
        """Let states lead to others. Most lead to the next one alone."""
        if targets == sources << 1 and sources.bit_count() == 1:
            self._shifted |= sources
        elif sources and targets and len(self._links) <= _MOST_LINKS:
            self._links[sources] = self._links.get(sources, 0) | targets

    def _add(self, node: _Node) -> tuple[int, int, int]:
        """Add the states of a node: the first ones, the last ones, and 1 where it may be empty."""
        first, last, empty = 0, 0, 1
        inner = (0, 0, 1)
        for _ in range(node.low):
            inner = self._once(node)
            self._link(last, inner[0])
            first |= inner[0] if empty else 0
            last = inner[1] | (last if inner[2] else 0)
            empty &= inner[2]
        if node.high is None:
            inner = self._once(node) if node.low == 0 else inner
            self._link(inner[1], inner[0])
            return (inner[0], inner[1], 1) if node.low == 0 else (first, last, empty)
        before, lasts = last, last
        for number in range(node.low, node.high):
            inner = self._once(node)
            self._link(before, inner[0])
            first |= inner[0] if empty and number == node.low else 0
            before = inner[1]
            lasts |= before
        return first, lasts, empty

    def _once(self, node: _Node) -> tuple[int, int, int]:
        """The same of what stands once in a node."""
        if node.character:
            state = 1 << self._size
            self._size += 1
            known = self._by_class.get(node.character, 0)
            self._by_class[node.character] = known | state
            return state, state, 0
        if node.one_of:
            first, last, empty = 0, 0, 0
            for part in node.parts:
                inner = self._add(part)
                first, last = first | inner[0], last | inner[1]
                empty |= inner[2]
            return first, last, empty
        first, last, empty = 0, 0, 1
        for part in node.parts:
            inner = self._add(part)
            self._link(last, inner[0])
            first |= inner[0] if empty else 0
            last = inner[1] | (last if inner[2] else 0)
            empty &= inner[2]
        return first, last, empty
