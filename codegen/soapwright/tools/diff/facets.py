"""Facets compared: whether fewer values are taken than before, or more."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal, InvalidOperation

from soapwright.model.api import Facets
from soapwright.model.diagnostics import Location
from soapwright.tools.diff.changes import Changes, Sides

# Facets where a smaller value takes fewer values, and where a larger one does.
_UPPER = frozenset(
    "max_length max_inclusive max_exclusive total_digits fraction_digits".split()
)
_LOWER = frozenset("min_length min_inclusive min_exclusive".split())
_NAMES = {"patterns": "pattern", "names": "enumeration"}


def compare_facets(
    old: Facets,
    new: Facets,
    subject: str,
    places: tuple[Location | None, Location | None],
    sides: Sides,
    changes: Changes,
) -> None:
    """Note each facet that is another."""
    for facet in fields(Facets):
        before, after = getattr(old, facet.name), getattr(new, facet.name)
        if before != after:
            kind = _kind(facet.name, before, after)
            name = _NAMES.get(facet.name, facet.name.replace("_", " "))
            message = f"{name} is {_text(after)}, was {_text(before)}"
            changes.add(kind, subject, message, places, sides)


def _kind(name: str, before: object, after: object) -> str:
    if name == "white_space":
        return "facet"
    if before in (None, ()):
        return "facet-tightened"
    if after in (None, ()):
        return "facet-loosened"
    if isinstance(before, tuple) and isinstance(after, tuple):  # of alternatives
        if set(before) < set(after):
            return "facet-loosened"
        return "facet-tightened" if set(after) < set(before) else "facet"
    numbers = _number(before), _number(after)
    if numbers[0] is None or numbers[1] is None:
        return "facet"
    smaller = numbers[1] < numbers[0]
    if name in _UPPER:
        return "facet-tightened" if smaller else "facet-loosened"
    if name in _LOWER:
        return "facet-loosened" if smaller else "facet-tightened"
    return "facet"


def _number(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _text(value: object) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return " | ".join(map(str, value))
    return str(getattr(value, "value", value))
