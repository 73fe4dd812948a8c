"""The pattern facet's regular expressions (XML Schema part 2, appendix F) as Python's.

What Python's `re` has no words for, Unicode's categories, stays as `\\p{Lu}` inside brackets:
the runtime puts the characters in, as the Unicode of the Python that it runs on has them.
Blocks, `\\p{IsGreek}`, are those of XML Schema 1.0 with their later names, and become ranges.
As other validators do, it takes an escape before any sign, a hyphen after a class's escape (`[\\w-.]`),
and a brace that is no part of a quantity.
"""

from __future__ import annotations

import re
from typing import Final

from soapwright.model.unicode_blocks import BLOCKS, all_but, characters_of, ranges

_NAME_START: Final = (
    ":A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME: Final = _NAME_START + "\\-.0-9\xb7\u0300-\u036f\u203f-\u2040"


def _spans(members: str) -> list[tuple[int, int]]:
    """The first and the last character of each range in a class, in order."""
    found = re.findall(r"\\?([^\\])(?:-(.))?", members)
    return sorted((ord(first), ord(last or first)) for first, last in found)


# The members of a class that each multi-character escape means, and of its complement.
_CLASSES: Final = {
    "s": " \\t\\n\\r",
    "d": "\\d",
    "i": _NAME_START,
    "c": _NAME,
    "w": "\\p{L}\\p{M}\\p{N}\\p{S}",
}
_COMPLEMENTS: Final = {
    "S": "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f!-\\U0010ffff",
    "D": "\\D",
    "I": ranges(all_but(_spans(_NAME_START))),
    "C": ranges(all_but(_spans(_NAME))),
    "W": "\\p{P}\\p{Z}\\p{C}",
}
_ESCAPED: Final = {"n": "\\n", "r": "\\r", "t": "\\t"}
_CATEGORY: Final = re.compile(r"\{(L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|Z[slp]?|S[mcko]?|C[cfon]?)\}")  # fmt: skip
_BLOCK: Final = re.compile(r"\{Is([A-Za-z0-9-]+)\}")
_QUANTITY: Final = re.compile(r"\{[0-9]+(?:,[0-9]*)?\}")
_DEEPEST: Final = 50


def python_pattern(pattern: str) -> str:
    """Python's expression for a pattern; it is to match the whole text.

    Raises:
        ValueError: it is no regular expression of XML Schema's, or has a block that it has not.
    """
    reader = _Reader(pattern)
    made = reader.branches(0)
    if reader.at < len(pattern):
        raise ValueError("a bracket is closed that was not opened")
    try:
        re.compile(made.replace("\\p", "").replace("\\P", ""))
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from None
    return made


class _Reader:
    """A recursive descent through one pattern."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def _next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _take(self) -> str:
        if self.at >= len(self.pattern):
            raise ValueError("it ends too early")
        self.at += 1
        return self.pattern[self.at - 1]

    def branches(self, depth: int) -> str:
        """Branches, up to the end or a closing parenthesis."""
        if depth > _DEEPEST:
            raise ValueError("its groups are nested too deep")
        made: list[str] = []
        while self._next() not in ("", ")"):
            if self._next() == "|":
                made.append(self._take())
                continue
            made.append(self._atom(depth) + self._quantifier())
        return "".join(made)

    def _atom(self, depth: int) -> str:
        character = self._take()
        if character == "(":
            inner = self.branches(depth + 1)
            if self._take() != ")":
                raise ValueError("a group is not closed")
            return f"(?:{inner})"
        if character == "[":
            return self._class(depth)
        if character == ".":
            return "[^\\n\\r]"
        if character == "\\":
            return self._escape(in_class=False)
        if character in "?*+]":
            raise ValueError(f"{character} has nothing before it")
        return re.escape(character)

    def _quantifier(self) -> str:
        if self._next() in ("?", "*", "+") and self._next():
            found = self._take()
        elif self._next() == "{":
            quantity = _QUANTITY.match(self.pattern, self.at)
            if quantity is None:
                raise ValueError("a quantity is no {n}, {n,} or {n,m}")
            self.at = quantity.end()
            found = quantity[0]
        else:
            return ""
        if self._next() == "{":
            raise ValueError("a quantity follows another")
        return found

    def _escape(self, in_class: bool) -> str:
        """The escape after a backslash: the members of a class, or an expression outside of one."""
        character = self._take()
        if character in _ESCAPED or not character.isalnum():
            return _ESCAPED.get(character, f"\\{character}")
        if character in "pP":
            made = self._property(character)
        elif character in _CLASSES:
            made = _CLASSES[character]
        elif character in _COMPLEMENTS:
            made = _COMPLEMENTS[character]
        else:
            raise ValueError(f"\\{character} is no escape")
        if not in_class:
            negated = character in "SIC"
            return f"[^{_CLASSES[character.lower()]}]" if negated else f"[{made}]"
        if self._next() == "-" and self.pattern[self.at + 1 : self.at + 2] != "[":
            self._take()
            made += "\\-"  # no range begins with a class
        return made

    def _property(self, letter: str) -> str:
        """The category or block after `\\p` or `\\P`."""
        category = _CATEGORY.match(self.pattern, self.at)
        if category is not None:
            self.at = category.end()
            return f"\\{letter}{category[0]}"
        block = _BLOCK.match(self.pattern, self.at)
        if block is None or block[1] not in BLOCKS:
            raise ValueError("a category of characters is not known")
        self.at = block.end()
        return characters_of(block[1], others=letter == "P")

    def _class(self, depth: int) -> str:
        """A class, after its opening bracket; what is subtracted may not come first."""
        if depth > _DEEPEST:
            raise ValueError("its classes are nested too deep")
        negated = self._next() == "^"
        if negated:
            self._take()
        members: list[str] = []
        without = ""
        while (character := self._take()) != "]":
            if character == "-" and self._next() == "[":
                self._take()
                without = f"(?!{self._class(depth + 1)})"
                if self._take() != "]":
                    raise ValueError("something follows what a class is without")
                break
            if character == "[":
                raise ValueError("a class is within a class")
            members.append(self._member(character, first=not members))
        if not members:
            raise ValueError("a class is empty")
        made = f"[{'^' if negated else ''}{''.join(members)}]"
        return f"(?:{without}{made})" if without else made

    def _member(self, character: str, first: bool) -> str:
        if character == "\\":
            return self._escape(in_class=True)
        if character == "-" and not first and self._next() != "]":
            return "-"  # a range
        return f"\\{character}" if character in "\\^-&~|[" else character
