"""Sample values: within their facets, and texts that match their patterns."""

from __future__ import annotations

import pytest

from soapwright.envelopes.patterns import matching
from soapwright.envelopes.sample_values import sample_text
from soapwright.model.api import (
    Api,
    Builtin,
    BuiltinRef,
    Enumeration,
    EnumerationValue,
    Facets,
    ListOf,
    NamedRef,
    QName,
    Restricted,
    TypeDef,
    UnionOf,
)
from soapwright.model.diagnostics import Location

AT = Location("x.xsd")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"[A-Z]{2}\d{3}", "AA111"),
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "11111111-1111-1111-1111-111111111111"),
        (r"(EUR|USD)\.\d+", "EUR.1"),
        (r"\p{Lu}\p{Ll}*", "Aa"),
        (r"a?b*c+.", "abc1"),
        (r"x{0}y{0,0}z", "z"),
        (r"[^a-z]", "1"),
        (r"[\d-[1]]", "0"),
        (r"\i\c*", "a1"),
        (r"\+1\(2\)", "+1(2)"),
        (r"", ""),
    ],
)  # fmt: skip
def test_a_text_that_matches(pattern: str, text: str) -> None:
    assert matching([pattern]) == text


@pytest.mark.parametrize(
    "pattern", ["(", "a{999999999999}", "((a{999}){999}){999}", "(" * 1000, "[z-a]"]
)
def test_patterns_that_nothing_is_made_for(pattern: str) -> None:
    assert matching([pattern]) is None
    assert matching([pattern, "b"]) == "b"


def text_of(base: Builtin | TypeDef, *steps: Facets) -> str:
    types: dict[QName, TypeDef] = {}
    reference = BuiltinRef(base) if isinstance(base, Builtin) else None
    if not isinstance(base, Builtin):
        types[base.id] = base
    for number, facets in enumerate(steps):
        name = QName("urn:t", f"T{number}")
        last = reference or NamedRef(next(reversed(types)))
        types[name] = Restricted(name, ("T",), True, AT, last, facets)
        reference = NamedRef(name)
    assert reference is not None or types
    wanted = reference or NamedRef(next(iter(types)))
    return sample_text(Api("t", (), types, {}, {}, ()), wanted, {})


@pytest.mark.parametrize(
    ("builtin", "facets", "text"),
    [
        (Builtin.INT, Facets(), "1"),
        (Builtin.INT, Facets(min_inclusive="5"), "5"),
        (Builtin.INT, Facets(max_exclusive="-3"), "-4"),
        (Builtin.INT, Facets(min_exclusive="5", max_inclusive="6"), "6"),
        (Builtin.NEGATIVE_INTEGER, Facets(), "-1"),
        (Builtin.DECIMAL, Facets(max_inclusive="0.25"), "0.25"),
        (Builtin.DECIMAL, Facets(min_exclusive="0", max_exclusive="0.5"), "0.25"),
        (Builtin.DOUBLE, Facets(max_inclusive="INF"), "1.5"),
        (Builtin.INT, Facets(patterns=(r"\d{4}",)), "1111"),
        (Builtin.INT, Facets(patterns=(r"[a-z]",)), "1"),
        (Builtin.INT, Facets(min_inclusive="50", patterns=(r"\d+",)), "50"),
        (Builtin.STRING, Facets(length=5, patterns=(r"x[0-9]*",)), "x1111"),
        (Builtin.STRING, Facets(min_length=3, patterns=(r"[0-9]{1,9}",)), "111"),
        (Builtin.STRING, Facets(max_length=3), "str"),
        (Builtin.STRING, Facets(length=8), "stringxx"),
        (Builtin.HEX_BINARY, Facets(length=2), "736f"),
        (Builtin.BASE64_BINARY, Facets(min_length=6), "c29hcAAA"),
        (Builtin.DATE, Facets(min_inclusive="2030-01-01"), "2030-01-01"),
        (Builtin.DATE, Facets(), "2026-01-31"),
        (Builtin.DATE_TIME, Facets(), "2026-01-31T12:30:00Z"),
        (
            Builtin.DATE_TIME,
            Facets(patterns=(r".*\.\d{3}Z",)),
            "2026-01-31T12:30:00.000Z",
        ),
        (Builtin.DATE, Facets(patterns=("x",)), "2026-01-31"),
    ],
)
def test_a_value_within_its_facets(builtin: Builtin, facets: Facets, text: str) -> None:
    assert text_of(builtin, facets) == text


def test_types_made_of_others() -> None:
    name = QName("urn:t", "E")
    values = (EnumerationValue("red"), EnumerationValue("blue"))
    string = BuiltinRef(Builtin.STRING)
    colours = Enumeration(name, ("E",), True, AT, string, values)
    assert text_of(colours) == "red"
    assert text_of(ListOf(name, ("L",), True, AT, BuiltinRef(Builtin.INT))) == "1"
    long = Facets(min_length=3)
    assert (
        text_of(ListOf(name, ("L",), True, AT, BuiltinRef(Builtin.INT)), long)
        == "1 1 1"
    )
    members = (BuiltinRef(Builtin.DATE), string)
    assert text_of(UnionOf(name, ("U",), True, AT, members)) == "2026-01-31"
    steps = Facets(max_length=10), Facets(min_length=8)
    assert text_of(Builtin.STRING, *steps) == "stringxx"


@pytest.mark.parametrize(
    ("item", "steps", "text"),
    [
        (Builtin.DECIMAL, [Facets(length=2)], "1.5 1.5"),
        (Builtin.DECIMAL, [Facets(patterns=(r"\.\d \.\d{3}",))], ".1 .111"),
        (Builtin.BOOLEAN, [Facets(patterns=("[01]( [01])*",))], "1 1"),
        (Builtin.TOKEN, [Facets(patterns=("[A-C]( [A-C])*",))], "A A"),
        (
            Builtin.INT,
            [Facets(min_length=3), Facets(patterns=(r"\d{2}( \d{2})*",))],
            "11 11 11",
        ),
        (Builtin.INT, [Facets(patterns=("[A-C] [A-C]",))], "1"),  # there is none
        (Builtin.DATE, [Facets(patterns=("2.*",))], "2026-01-31"),
    ],
)
def test_the_pattern_of_a_list_is_of_its_whole_text(
    item: Builtin, steps: list[Facets], text: str
) -> None:
    many = ListOf(QName("urn:t", "L"), ("L",), True, AT, BuiltinRef(item))
    assert text_of(many, *steps) == text
