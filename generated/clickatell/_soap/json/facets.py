"""The facets of a field in its JSON Schema, as far as JSON Schema has words for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..validation.validation import Check, Facets
from .forms import Form, ListOf, Nillable
from .simple_forms import Simple, Texts

Schema = dict[str, Any]  # Any: JSON

# Python's expressions that mean the same in ECMA-262, which JSON Schema has.
_PORTABLE: Final = re.compile(
    r"(?:[\x20-\x5b\x5d-\x7e]|\\[dsnrt\\|.^?*+{}()\[\]$/-])*+"
)
NUMBER: Final = r"^([+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|-?INF|NaN)$"
"""The texts of xsd:double."""
_BOUNDS: Final = (
    ("min_inclusive", "minimum", "at least"),
    ("max_inclusive", "maximum", "at most"),
    ("min_exclusive", "exclusiveMinimum", "more than"),
    ("max_exclusive", "exclusiveMaximum", "less than"),
)


def narrowed(schema: Schema, form: Form, check: Check) -> Schema:
    """The schema of a field with what `validate` asks of its values."""
    if check.absent:
        if isinstance(form, Texts):
            return {"type": "object", "maxProperties": 0}
        return {"maxItems": 0} if isinstance(form, ListOf) else {"not": {}}
    if isinstance(form, ListOf):
        return _list(schema, form, check)
    found = _simple(schema, form, check.type) if check.type is not None else schema
    fixed = check.fixed is not None and _inner(form) is not None
    return {**found, "const": check.fixed} if fixed and _is_text(form) else found


def _list(schema: Schema, form: ListOf, check: Check) -> Schema:
    facets = check.type
    if facets is not None and not check.each:
        facets = facets.item
    found = dict(schema)
    if facets is not None:
        found["items"] = _simple(schema["items"], form.item, facets)
    if check.each and check.high is not None:
        found["maxItems"] = check.high
    return found


def _simple(schema: Schema, form: Form, facets: Facets) -> Schema:
    if isinstance(form, Nillable):
        first, *others = schema["anyOf"]
        return {**schema, "anyOf": [_simple(first, form.inner, facets), *others]}
    simple = _inner(form)
    if simple is None:
        return schema
    for one in _chain(facets):
        schema = _narrowed(schema, simple.scalar.cls, one)
    return schema


def _inner(form: Form) -> Simple | None:
    inner = form.inner if isinstance(form, Nillable) else form
    return inner if type(inner) is Simple else None


def _is_text(form: Form) -> bool:
    return type(form) is Simple and form.scalar.cls is str


def _chain(facets: Facets) -> Iterator[Facets]:
    """The facets of a type and of those that it restricts, the first of them first."""
    if facets.base is not None:
        yield from _chain(facets.base)
    yield facets


def _narrowed(schema: Schema, cls: type, facets: Facets) -> Schema:
    if cls is str:
        return _text(schema, facets)
    if cls is int:
        found = _bounded(schema, facets)
        # one whose text matters is a string: "0042"
        return {**found, "type": ["integer", "string"]} if facets.patterns else found
    if cls is float:
        number, *others = schema["anyOf"]
        if facets.patterns:  # one whose text matters is a string: "1.50"
            others = [{"type": "string", "pattern": NUMBER}]
        return {**schema, "anyOf": [_bounded(number, facets), *others]}
    return _described(schema, facets)


def _text(schema: Schema, facets: Facets) -> Schema:
    found = dict(schema)
    least = facets.min_length if facets.length is None else facets.length
    most = facets.max_length if facets.length is None else facets.length
    if least is not None:
        found["minLength"] = max(least, found.get("minLength", 0))
    if most is not None:
        found["maxLength"] = min(most, found.get("maxLength", most))
    if facets.patterns and all(map(_PORTABLE.fullmatch, facets.patterns)):
        pattern = f"^(?:{'|'.join(facets.patterns)})$"
        if "pattern" in found:
            found["allOf"] = [*found.get("allOf", ()), {"pattern": pattern}]
        else:
            found["pattern"] = pattern
    return found


def _bounded(schema: Schema, facets: Facets) -> Schema:
    found = dict(schema)
    for name, keyword, _ in _BOUNDS:
        bound = getattr(facets, name)
        if bound is None:
            continue
        number = _number(bound)
        if number is None:
            continue
        known = found.get(keyword, number)
        upper = keyword.lower().endswith("maximum")
        found[keyword] = min(number, known) if upper else max(number, known)
    return found


def _number(text: str) -> int | float | None:
    """The number of a bound, None of one that JSON has not."""
    try:
        return int(text)
    except ValueError:
        number = float(text.replace("INF", "inf"))
        return number if number - number == 0 else None


def _described(schema: Schema, facets: Facets) -> Schema:
    """Bounds of what is a string in JSON, in words."""
    words = [
        f"{said} {bound}"
        for name, _, said in _BOUNDS
        if (bound := getattr(facets, name)) is not None
    ]
    if not words:
        return schema
    before = schema.get("description")
    return {**schema, "description": ", ".join([*([before] if before else []), *words])}


def checks_of(cls: type, checks: Mapping[str, Mapping[str, Check]]) -> dict[str, Check]:
    """The checks of a class's fields, by their names; its bases' among them."""
    found: dict[str, Check] = {}
    for one in reversed(cls.__mro__):
        found.update(checks.get(one.__name__, {}))
    return found
