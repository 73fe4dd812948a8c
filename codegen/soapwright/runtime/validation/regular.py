"""Patterns that `re` might take exponential time for, `(a+)+b`: all ways are followed at once instead.

They come from strangers, as the texts do, and `re` tries one way after the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_MOST_STATES: Final = 20_000
_MOST_KEPT: Final = 5_000
# A group that may appear several times: only in one of these can ways multiply.
_REPEATED_GROUP: Final = re.compile(r"\)[*+{]")
_QUANTITY: Final = re.compile(r"\{(\d+)(,?)(\d*)\}")
_QUANTITIES: Final = {"?": (0, 1), "*": (0, None), "+": (1, None)}
_CLASS: Final = re.compile(r"\[(?:\\.|[^\]\\])*\]", re.DOTALL)


def matcher(pattern: str) -> Callable[[str], object]:
    """A function that matches texts with a pattern as `python_pattern` makes them.

    For a pattern that is too large it matches everything.
    """
    if _REPEATED_GROUP.search(pattern):
        node = _Parser(pattern).branches()
        if node.multiplies(False):
            return _Automaton(node).matches if node.size() < _MOST_STATES else _any
    return re.compile(pattern).fullmatch


def _any(text: str) -> bool:
    return True


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
        self.is_one = re.compile(character, re.DOTALL).fullmatch if character else None

    def multiplies(self, repeated: bool) -> bool:
        """Whether there is a choice in something that may appear several times."""
        choice = self.one_of or self.low != self.high
        if repeated and choice:
            return True
        again = repeated or self.high != 1
        return any(part.multiplies(again) for part in self.parts)

    def size(self) -> int:
        """About how many states it takes."""
        times = self.low + 1 if self.high is None else max(self.high, 1)
        return times * (2 + sum(part.size() for part in self.parts))


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
    """All states that a text may have led to, character by character."""

    def __init__(self, node: _Node) -> None:
        self._free: list[list[int]] = [[]]
        self._steps: list[tuple[Callable[[str], object], int] | None] = [None]
        self._end = self._add(node, 0)
        self._start = self._closed({0})
        self._known: dict[tuple[frozenset[int], str], frozenset[int]] = {}

    def matches(self, text: str) -> bool:
        """Whether the whole text is of the pattern."""
        states = self._start
        for character in text:
            key = states, character
            found = self._known.get(key)
            if found is None:
                if len(self._known) >= _MOST_KEPT:
                    self._known.clear()
                found = self._known[key] = self._after(states, character)
            states = found
        return self._end in states

    def _after(self, states: frozenset[int], character: str) -> frozenset[int]:
        steps = (self._steps[state] for state in states)
        return self._closed(
            {step[1] for step in steps if step is not None and step[0](character)}
        )

    def _closed(self, states: set[int]) -> frozenset[int]:
        """These states, and those that are reached without a character."""
        waiting = list(states)
        while waiting:
            for state in self._free[waiting.pop()]:
                if state not in states:
                    states.add(state)
                    waiting.append(state)
        return frozenset(states)

    def _state(self) -> int:
        self._free.append([])
        self._steps.append(None)
        return len(self._free) - 1

    def _add(self, node: _Node, start: int) -> int:
        """Add what leads through a node; the state behind it is given."""
        at = start
        for _ in range(node.low):
            at = self._once(node, at)
        if node.high is None:
            loop = self._state()
            self._free[at].append(loop)
            self._free[self._once(node, loop)].append(loop)
            return loop
        leave = [at]
        for _ in range(node.high - node.low):
            at = self._once(node, at)
            leave.append(at)
        for state in leave[:-1]:
            self._free[state].append(at)
        return at

    def _once(self, node: _Node, start: int) -> int:
        at = self._state()
        self._free[start].append(at)
        if node.is_one is not None:
            end = self._state()
            self._steps[at] = node.is_one, end
            return end
        if not node.one_of:
            for part in node.parts:
                at = self._add(part, at)
            return at
        end = self._state()
        for part in node.parts:
            self._free[self._add(part, at)].append(end)
        return end
