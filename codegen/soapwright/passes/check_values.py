"""The values that a schema itself gives are of their types, and facets leave some."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from soapwright.model.api import (
    Api,
    Attribute,
    Builtin,
    BuiltinRef,
    Element,
    Enumeration,
    Facets,
    GlobalElement,
    NamedRef,
    QName,
    Restricted,
    Struct,
    TypeRef,
)
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings
from soapwright.model.patterns import python_pattern
from soapwright.model.walk import elements_of

_SHOWN = 60
"""Characters of a pattern that a finding shows."""
_INTEGER = re.compile(r"\s*[+-]?\d+\s*")
_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*|\s*(-?INF|NaN)\s*")
_NAMES = (BuiltinRef(Builtin.QNAME), BuiltinRef(Builtin.NOTATION))
_DATE = r"-?\d{4,}-\d\d-\d\d"
_TIME = r"\d\d:\d\d:\d\d(\.\d+)?"
_ZONE = r"(Z|[+-]\d\d:\d\d)?"
# The lexical form of an enumeration's values, by the builtin type that it restricts.
_LEXICAL: dict[Builtin, re.Pattern[str]] = {
    Builtin.BOOLEAN: re.compile(r"\s*(true|false|1|0)\s*"),
    Builtin.DECIMAL: re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)\s*"),
    Builtin.FLOAT: _NUMBER,
    Builtin.DOUBLE: _NUMBER,
    Builtin.DATE_TIME: re.compile(rf"\s*{_DATE}T{_TIME}{_ZONE}\s*"),
    Builtin.DATE: re.compile(rf"\s*{_DATE}{_ZONE}\s*"),
    Builtin.TIME: re.compile(rf"\s*{_TIME}{_ZONE}\s*"),
    Builtin.DURATION: re.compile(
        r"\s*-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?\s*"
    ),
    Builtin.G_YEAR: re.compile(rf"\s*-?\d{{4,}}{_ZONE}\s*"),
    Builtin.G_YEAR_MONTH: re.compile(rf"\s*-?\d{{4,}}-\d\d{_ZONE}\s*"),
    Builtin.G_MONTH: re.compile(rf"\s*--\d\d(--)?{_ZONE}\s*"),
    Builtin.G_MONTH_DAY: re.compile(rf"\s*--\d\d-\d\d{_ZONE}\s*"),
    Builtin.G_DAY: re.compile(rf"\s*---\d\d{_ZONE}\s*"),
    Builtin.HEX_BINARY: re.compile(r"\s*([0-9A-Fa-f]{2})*\s*"),
    Builtin.BASE64_BINARY: re.compile(r"[\sA-Za-z0-9+/=]*"),
    **{
        builtin: _INTEGER
        for builtin in Builtin
        if builtin.value.lower().endswith(("integer", "long", "int", "short", "byte"))
    },
}


def check_values(api: Api, findings: Findings) -> Api:
    """Report values of enumerations, defaults and fixed values that their types have not.

    An enumeration with such a value is one of strings.
    """
    types = dict(api.types)
    for name, definition in api.types.items():
        if isinstance(definition, Enumeration):
            types[name] = _checked(api, definition, findings)
        elif isinstance(definition, Restricted):
            for problem in _contradictions(definition.facets):
                message = f"{definition.id} has no values: {problem}"
                findings.mended(Code.FACETS, message, definition.at)
            for problem in _wrong_bounds(api, definition):
                findings.mended(Code.VALUE, problem, definition.at)
            for problem in _wrong_patterns(definition):
                findings.mended(Code.PATTERN, problem, definition.at)
        elif isinstance(definition, Struct):
            for attribute in definition.attributes:
                _check_given(api, "attribute", attribute, findings)
            for element in elements_of(definition.content):
                _check_given(api, "element", element, findings)
    for declared in api.elements.values():
        _check_given(api, "element", declared, findings)
    return replace(api, types=types)


def _chain(
    api: Api, reference: TypeRef
) -> Iterator[Enumeration | Restricted | BuiltinRef]:
    """A simple type and its bases, down to the builtin; nothing for lists, unions, complex types."""
    seen: set[QName] = set()
    while isinstance(reference, NamedRef) and reference.id not in seen:
        seen.add(reference.id)
        definition = api.types.get(reference.id)
        if not isinstance(definition, (Enumeration, Restricted)):
            return
        yield definition
        reference = definition.base
    if isinstance(reference, BuiltinRef):
        yield reference


def _checked(api: Api, definition: Enumeration, findings: Findings) -> Enumeration:
    """An enumeration of its base's values: of strings, where one is not."""
    builtin = next(
        (s.builtin for s in _chain(api, definition.base) if isinstance(s, BuiltinRef)),
        None,
    )
    if builtin is None:
        return definition
    wrong = [v.text for v in definition.values if not _is_value(builtin, v.text)]
    for text in wrong:
        message = (
            f"{text!r} is no value of xsd:{builtin.value}: all are read as strings"
        )
        findings.mended(Code.VALUE, message, definition.at)
    return replace(definition, base=BuiltinRef(Builtin.STRING)) if wrong else definition


def _check_given(
    api: Api,
    kind: str,
    component: Attribute | Element | GlobalElement,
    findings: Findings,
) -> None:
    """Check default and fixed values; a wrong one is a warning, as the type itself is usable."""
    for name, text in (("default", component.default), ("fixed", component.fixed)):
        if text is None:
            continue
        for step in _chain(api, component.type):
            problem = _problem(step, text)
            if step in _NAMES and text.undeclared:
                problem = f"no name: the prefix {text.undeclared!r} is not declared"
            if problem:
                local = component.name.local
                message = f"the {name} value of {kind} {local}, {text!r}, is {problem}"
                findings.mended(Code.VALUE, message, component.at)
                break


def _problem(step: Enumeration | Restricted | BuiltinRef, text: str) -> str:
    match step:
        case BuiltinRef(builtin=builtin):
            return "" if _is_value(builtin, text) else f"none of xsd:{builtin.value}"
        case Enumeration(id=name, values=values):
            known = {" ".join(value.text.split()) for value in values}
            return "" if " ".join(text.split()) in known else f"none of {name}"
        case Restricted():
            return ""


def _is_value(builtin: Builtin, text: str) -> bool:
    pattern = _LEXICAL.get(builtin)
    return pattern is None or pattern.fullmatch(text) is not None


def _contradictions(facets: Facets) -> Iterator[str]:
    """Facets of one step that no value can meet together."""
    low, high = facets.min_length, facets.max_length
    if low is not None and high is not None and low > high:
        yield f"minLength {low} is more than maxLength {high}"
    length = facets.length
    if length is not None and low is not None and low > length:
        yield f"minLength {low} is more than length {length}"
    if length is not None and high is not None and high < length:
        yield f"maxLength {high} is less than length {length}"
    least = facets.min_inclusive or facets.min_exclusive
    most = facets.max_inclusive or facets.max_exclusive
    if least and most:
        one, other = _number(least), _number(most)
        if one is not None and other is not None and one > other:
            yield f"its least value {least} is more than its greatest {most}"


def _wrong_bounds(api: Api, definition: Restricted) -> Iterator[str]:
    """Bounds that are no values of the type that they restrict."""
    facets = definition.facets
    bounds = {
        "minInclusive": facets.min_inclusive,
        "maxInclusive": facets.max_inclusive,
        "minExclusive": facets.min_exclusive,
        "maxExclusive": facets.max_exclusive,
    }
    given = {name: text for name, text in bounds.items() if text is not None}
    for step in _chain(api, definition.base) if given else ():
        if isinstance(step, BuiltinRef):
            for name, text in given.items():
                if not _is_value(step.builtin, text):
                    of = f"none of xsd:{step.builtin.value}"
                    yield f"the {name} of {definition.id}, {text!r}, is {of}: it is not checked"


def _wrong_patterns(definition: Restricted) -> Iterator[str]:
    """Patterns that are no regular expressions; as each allows what the others do not, none is checked."""
    for pattern in definition.facets.patterns:
        try:
            python_pattern(pattern)
        except ValueError as error:
            shown = pattern if len(pattern) <= _SHOWN else f"{pattern[:_SHOWN]}…"
            wrong = f"the pattern {shown!r} of {definition.id} is no regular expression"
            yield f"{wrong}, as {error}: the type's patterns are not checked"


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:  # a date, a duration: not compared
        return None
    return None if number.is_nan() else number
