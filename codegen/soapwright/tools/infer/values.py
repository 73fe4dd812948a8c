"""The types of XML Schema of texts, as far as texts can show them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

# In the order in which they are tried; a text must come back as it was, so only canonical forms count.
_DAY = r"(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("boolean", re.compile(r"true|false")),
    ("int", re.compile(r"0|-?[1-9][0-9]{0,8}")),
    ("decimal", re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")),
    (
        "dateTime",
        re.compile(
            _DAY + r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
            r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
        ),
    ),
    ("date", re.compile(_DAY)),
)
# What holds the values of both.
_TOGETHER = {
    frozenset({"int", "decimal"}): "decimal",
    frozenset({"int", "long"}): "long",
    frozenset({"float", "double"}): "double",
}


def type_of_text(text: str) -> str:
    """The builtin that a text is a value of: a number of ten digits or more is a name, not a count."""
    for name, form in _KINDS:
        if form.fullmatch(text):
            return (
                name if not name.startswith("date") or _is_day(text[:10]) else "string"
            )
    return "string"


def _is_day(text: str) -> bool:
    """Whether the calendar has it: no 30 February."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def type_of_texts(texts: Iterable[str]) -> str:
    """One builtin for all of some texts; a string where they have nothing in common, one is empty, or there are none."""
    return together(type_of_text(text) for text in texts)


def together(names: Iterable[str]) -> str:
    """The builtin that holds the values of all these."""
    found = ""
    for name in names:
        if found in ("", name):
            found = name
        else:
            found = _TOGETHER.get(frozenset({found, name}), "string")
    return found or "string"
