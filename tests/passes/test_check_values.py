"""Values that a schema gives itself and that its types have not; facets that leave no value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from factories import AT, INT, STRING, api, element, q, ref, run, sequence, struct

from soapwright.model.api import (
    Attribute,
    Builtin,
    BuiltinRef,
    Enumeration,
    EnumerationValue,
    Facets,
    GlobalElement,
    ListOf,
    Restricted,
    TypeDef,
    TypeRef,
    UnionOf,
)
from soapwright.passes.check_values import check_values


def restricted(name: str, base: TypeRef = STRING, **facets: Any) -> TypeDef:
    return Restricted(q(name), (name,), True, AT, base, Facets(**facets))


def list_of(name: str, item: TypeRef) -> TypeDef:
    return ListOf(q(name), (name,), True, AT, item)


def union_of(name: str, *members: TypeRef) -> TypeDef:
    return UnionOf(q(name), (name,), True, AT, members)


def enumeration(name: str, base: TypeRef, *values: str) -> TypeDef:
    listed = tuple(map(EnumerationValue, values))
    return Enumeration(q(name), (name,), True, AT, base, listed)


# -------------------------------------------------------------------------------- enumerations


@pytest.mark.parametrize(
    ("builtin", "values", "wrong"),
    [
        (Builtin.INT, ["1", "-2", " 3 ", "+4"], ["", "x", "1.0", "0x1"]),
        (Builtin.POSITIVE_INTEGER, ["1"], ["one"]),
        (Builtin.UNSIGNED_BYTE, ["255"], ["a"]),
        (Builtin.BOOLEAN, ["true", "0"], ["yes", "True"]),
        (Builtin.DECIMAL, ["1", "1.", ".5", "-1.50"], ["1e5", ".", "INF"]),
        (Builtin.DOUBLE, ["1e5", "INF", "-INF", "NaN", ".5E-3"], ["inf", "e5"]),
        (Builtin.DATE, ["2020-02-29", "2020-01-01Z"], ["2020", "1/2/2020"]),
        (Builtin.DATE_TIME, ["2020-01-01T00:00:00.5+01:00"], ["2020-01-01"]),
        (Builtin.TIME, ["23:59:59"], ["23:59"]),
        (Builtin.DURATION, ["P1Y", "-PT1.5S"], ["P", "PT", "1Y"]),
        (Builtin.G_YEAR, ["2020", "-0044"], ["20"]),
        (Builtin.G_MONTH, ["--12", "--12--"], ["12"]),
        (Builtin.G_DAY, ["---31"], ["31"]),
        (Builtin.HEX_BINARY, ["", "0aFF"], ["0", "xy"]),
        (Builtin.BASE64_BINARY, ["", "YQ==", "YW Jj"], ["é"]),
        (Builtin.STRING, ["", "anything"], []),
        (Builtin.ANY_URI, [":"], []),
    ],
    ids=lambda value: value.value if isinstance(value, Builtin) else "",
)
def test_a_value_that_its_base_does_not_have(
    builtin: Builtin, values: list[str], wrong: list[str]
) -> None:
    base = BuiltinRef(builtin)
    fine = api(enumeration("T", base, *values), enumeration("U", ref("T"), *values))
    assert run(check_values, fine) == (fine, [])
    made, findings = run(check_values, api(enumeration("T", base, *wrong)))
    done = "all are read as strings"
    assert findings == [
        f"{AT}: warning: {text!r} is no value of xsd:{builtin.value}: {done} [value]"
        for text in wrong
    ]
    if wrong:
        assert made.types == {q("T"): enumeration("T", STRING, *wrong)}


def test_the_values_of_a_restricted_base_are_its_builtins() -> None:
    given = api(restricted("Small", INT), enumeration("T", ref("Small"), "1", "two"))
    _, findings = run(check_values, given)
    assert len(findings) == 1 and "'two' is no value of xsd:int" in findings[0]


@pytest.mark.parametrize("base", [list_of("B", INT), union_of("B", INT, STRING)])
def test_values_of_lists_and_unions_are_not_judged(base: TypeDef) -> None:
    given = api(base, enumeration("T", ref("B"), "1 2", "x"))
    assert run(check_values, given) == (given, [])


def test_a_base_that_goes_round_has_no_values_to_judge() -> None:
    given = api(enumeration("T", ref("U"), "x"), restricted("U", ref("T")))
    assert run(check_values, given) == (given, [])


# ---------------------------------------------------------------------- defaults, fixed values


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        (INT, "x", "none of xsd:int"),
        (ref("Small"), "x", "none of xsd:int"),
        (ref("Colour"), "blue", "none of {urn:t}Colour"),
    ],
)
def test_a_default_that_its_type_has_not(
    kind: TypeRef, text: str, problem: str
) -> None:
    types = [restricted("Small", INT), enumeration("Colour", STRING, "red")]
    particle = replace(element("e", kind), default=text)
    attribute = Attribute(q("a"), kind, False, AT, fixed=text)
    declared = GlobalElement(q("g"), kind, AT, default=text)
    holder = struct("T", sequence(particle), attributes=(attribute,))
    given = replace(api(*types, holder), elements={declared.name: declared})
    assert run(check_values, given)[1] == [
        f"{AT}: warning: the {what}, {text!r}, is {problem} [value]"
        for what in (
            "fixed value of attribute a",
            "default value of element e",
            "default value of element g",
        )
    ]


@pytest.mark.parametrize(
    ("kind", "text"), [(INT, " 1 "), (ref("Colour"), " red "), (STRING, "")]
)
def test_a_default_that_its_type_has(kind: TypeRef, text: str) -> None:
    particle = replace(element("e", kind), default=text)
    colour = enumeration("Colour", STRING, "red")
    given = api(colour, struct("T", sequence(particle)))
    assert run(check_values, given) == (given, [])


# --------------------------------------------------------------------------------------- facets


@pytest.mark.parametrize(
    ("facets", "problem"),
    [
        ({"min_length": 2, "max_length": 1}, "minLength 2 is more than maxLength 1"),
        ({"length": 1, "min_length": 2}, "minLength 2 is more than length 1"),
        ({"length": 3, "max_length": 2}, "maxLength 2 is less than length 3"),
        (
            {"min_inclusive": "10", "max_exclusive": "9.5"},
            "its least value 10 is more than its greatest 9.5",
        ),
    ],
)
def test_facets_that_leave_no_value(facets: dict[str, Any], problem: str) -> None:
    _, findings = run(check_values, api(restricted("T", **facets)))
    assert findings == [f"{AT}: warning: {{urn:t}}T has no values: {problem} [facets]"]


def test_a_bound_that_is_no_value_of_the_type() -> None:
    wrong = restricted("T", INT, max_inclusive="ten")
    _, findings = run(check_values, api(wrong))
    problem = (
        "the maxInclusive of {urn:t}T, 'ten', is none of xsd:int: it is not checked"
    )
    assert findings == [f"{AT}: warning: {problem} [value]"]


@pytest.mark.parametrize(
    "facets",
    [
        {"min_length": 1, "max_length": 1, "length": 1},
        {"min_inclusive": "-5", "max_inclusive": "10"},
        {"min_inclusive": "2020-01-01", "max_inclusive": "2019-01-01"},
        {"min_inclusive": "NaN", "max_inclusive": "1"},
    ],
)
def test_facets_that_leave_some(facets: dict[str, Any]) -> None:
    given = api(restricted("T", **facets))
    assert run(check_values, given) == (given, [])


# -------------------------------------------------------------------------------- patterns


def test_patterns_that_are_no_regular_expressions() -> None:
    given = restricted("T", patterns=("[A-Z]+", "(?i)a", "a" * 99 + "**"))
    _, (first, second) = run(check_values, api(given))
    assert first == (
        f"{AT}: warning: the pattern '(?i)a' of {{urn:t}}T is no regular expression,"
        " as ? has nothing before it: the type's patterns are not checked [pattern]"
    )
    assert f"the pattern '{'a' * 60}…' of" in second
