"""Texts that match a pattern of XML Schema (part 2, appendix F): short ones, the same each time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from unicodedata import category

from soapwright.model.patterns import python_pattern

# What people would expect of a class of characters, the likeliest first.
_CANDIDATES: Final = "1aA0-_. @/:+xzXZ9é中\t" + "".join(map(chr, range(33, 127)))
_QUANTIFIER: Final = re.compile(r"[?*+]|\{(\d+)(,\d*)?\}")
_CLASS: Final = re.compile(r"\[(?:[^\[\]\\]|\\.|\[(?:[^\[\]\\]|\\.)*\])*\]")
_ESCAPE: Final = re.compile(r"\\[pP]\{[^}]*\}|\\.")
_CATEGORY: Final = re.compile(r"\\([pP])\{(\w+)\}")
_OFTEN: Final = 200
_LONGEST: Final = 1000
_DEEPEST: Final = 50


def matching(patterns: Iterable[str], least: int = 0) -> str | None:
    """A text that matches one of some alternatives; `None` where none is found.

    Args:
        patterns: as the schema has them.
        least: how long it is to be, as far as the pattern allows that.
    """
    for pattern in patterns:
        found = None
        for often in range(1, min(least, _OFTEN) + 2):
            try:
                text = _Maker(pattern, often).alternatives(0)
            except (ValueError, re.error):
                break
            if not fits([pattern], text):
                break
            found = text
            if len(text) >= least:
                break
        if found is not None:
            return found
    return None


def fits(patterns: Iterable[str], text: str) -> bool:
    """Whether a text matches one of some alternatives, as far as Python can determine it."""
    for pattern in patterns:
        try:
            whole = python_pattern(pattern)
            # Python's re has no words for Unicode's categories: those are taken on trust.
            if "\\p{" in whole or re.fullmatch(whole, text):
                return True
        except (ValueError, re.error):
            continue
    return False


class _Maker:
    """Reads a pattern once, and makes a text that it matches.

    Args:
        pattern: as the schema has it.
        often: how many times what may be there more often than once is.

    Raises:
        ValueError: the pattern is broken, or what it wants is too long.
    """

    def __init__(self, pattern: str, often: int) -> None:
        self._pattern = pattern
        self._often = often
        self._at = 0

    def alternatives(self, depth: int) -> str:
        """The first alternative, up to the end or to the bracket that closes it."""
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
        made = [self._branch(depth)]
        while self._next() == "|":
            self._at += 1
            made.append(self._branch(depth))
        return made[0]

    def _branch(self, depth: int) -> str:
        return "".join(self._pieces(depth))

    def _pieces(self, depth: int) -> Iterator[str]:
        length = 0
        while self._next() not in ("", "|", ")"):
            atom = self._atom(depth)
            piece = atom * self._times()
            length += len(piece)
            if length > _LONGEST:
                raise ValueError("too long")
            yield piece

    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _atom(self, depth: int) -> str:
        char = self._next()
        if char == "(":
            self._at += 1
            inside = self.alternatives(depth + 1)
            if self._next() != ")":
                raise ValueError("a bracket is not closed")
            self._at += 1
            return inside
        for form in (_CLASS, _ESCAPE):
            if found := form.match(self._pattern, self._at):
                self._at = found.end()
                return _one_of(found[0])
        self._at += 1
        return _one_of(".") if char == "." else char

    def _times(self) -> int:
        """As often as it must be, and once, or `often`, where it may be."""
        found = _QUANTIFIER.match(self._pattern, self._at)
        if found is None:
            return 1
        self._at = found.end()
        if found[1] is None:
            return 1 if found[0] == "?" else self._often
        least, comma, most = found[1], (found[2] or "")[:1], (found[2] or "")[1:]
        if int(least[:6]) > _LONGEST:
            raise ValueError("too long")
        wanted = max(int(least), self._often)
        if not comma:
            return int(least)
        return min(wanted, int(most[:6])) if most else wanted


def _one_of(form: str) -> str:
    """A character that a class of characters takes."""
    if found := _CATEGORY.fullmatch(form):
        inside = found[1] == "p"
        for char in _CANDIDATES:
            if category(char).startswith(found[2]) is inside:
                return char
    compiled = re.compile(python_pattern(form))
    for char in _CANDIDATES:
        if compiled.fullmatch(char):
            return char
    raise ValueError(f"nothing is known that {form} takes")
