"""Facets that writing does not check: what `validate` says, and where."""

from __future__ import annotations

import pickle
import sys
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timezone
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.runtime.codec.enumerations import OpenStrEnum, parse_member
from soapwright.runtime.errors.errors import EncodeError
from soapwright.runtime.validation.validation import (
    BUILTINS,
    Check,
    Facets,
    ValidationError,
    Violation,
    check,
)
from soapwright.runtime.values.numbers import XmlDecimal, XmlInt
from soapwright.runtime.values.values import Duration, GYear

CASE = Path(__file__).parents[1] / "cases" / "patterns" / "service.wsdl"


class Colour(OpenStrEnum):
    RED = "red"


@dataclass
class Line:
    code: str | None = None
    colour: Colour | None = None


@dataclass
class Order:
    number: int = 1
    lines: list[Line] = field(default_factory=list)
    choices: list[Any] = field(default_factory=list)
    shape: Any = None
    next: Order | None = None


CODE = Facets(min_length=2, max_length=3)
CHECKS = {
    "Line": {"code": Check(CODE)},
    "Order": {
        "number": Check(BUILTINS["byte"], fixed="1"),
        "lines": Check(each=True, low=2, high=3),
        "choices": Check(each=True, tags={"code": CODE}),
        "shape": Check(tags={"code": CODE}),
    },
}


def said(value: object) -> list[str]:
    """What is said of a value."""
    try:
        check(value, CHECKS)
    except ValidationError as error:
        return [str(violation) for violation in error.violations]
    return []


# ------------------------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Order(), []),
        (Order(number=2), ["Order.number: is not '1', which is fixed"]),
        (Order(lines=[Line("ab")] * 2), []),
        (Order(lines=[Line()]), ["Order.lines: has 1 items, less than 2"]),
        (Order(lines=[Line()] * 4), ["Order.lines: has 4 items, more than 3"]),
        (
            Order(lines=[Line("ab"), Line("a")]),
            ["Order.lines[1].code: has the length 1, less than 2"],
        ),
        (
            Order(choices=[("code", "abcd"), ("text", "abcd"), ("line", Line("a"))]),
            [
                "Order.choices[0]: has the length 4, more than 3",
                "Order.choices[2].code: has the length 1, less than 2",
            ],
        ),
        (
            Order(shape=("code", "a")),
            ["Order.shape: has the length 1, less than 2"],
        ),
        (
            Line(colour=parse_member(Colour, "blue")),
            ["Line.colour: is none of the values that are known"],
        ),
        (Line(colour=Colour.RED), []),
    ],
)
def test_every_spot_is_named(value: object, expected: list[str]) -> None:
    assert said(value) == expected


def test_bases_are_checked_too_and_each_object_once() -> None:
    @dataclass
    class Urgent(Order):
        pass

    order = Urgent(number=2)
    order.next = order
    assert said(order) == ["Urgent.number: is not '1', which is fixed"]


def test_the_error_is_one_of_encoding_and_has_all_spots() -> None:
    with pytest.raises(EncodeError, match=r"^Line\.code: has the length 1") as caught:
        check(Line("a"), CHECKS)
    again = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(again, ValidationError)
    assert again.violations == (
        Violation("Line.code", "has the length 1, less than 2"),
    )


# -------------------------------------------------------------------------------- facets


@pytest.mark.parametrize(
    ("facets", "right", "wrong"),
    [
        (Facets(length=2), ["ab", b"ab", ["a", "b"]], ["a", b"abc", []]),
        (Facets(base=CODE, max_length=2), ["ab"], ["a", "abc"]),
        (Facets(item=CODE), [["ab", "abc"], []], [["ab", "a"]]),
        (Facets(patterns=("a+", "b")), ["aa", "b"], ["", "ab", "a\n"]),
        (Facets(patterns=("0[0-9]+",)), [XmlInt("042")], [42, XmlInt("42")]),
        (Facets(patterns=("[0-9]{3} [0-9]",)), [[123, 4]], [[1, 2]]),
        (Facets(patterns=("[01]",)), [True, False], []),
        (
            Facets(patterns=("[01]( [01])*",)),
            [[True, False], [False]],
            [[2], [True, 10]],
        ),
        (Facets(patterns=("true( true)*",)), [[True, True]], [[True, False]]),
        (
            Facets(patterns=(r"\.[0-9]+( \.[0-9]+)*",)),
            [[XmlDecimal(".12345"), XmlDecimal(".5")]],
            [[Decimal("0.5")], [XmlDecimal(".5"), Decimal(1)]],
        ),
        (Facets(patterns=("P[0-9]+M",)), [Duration("P12M")], [Duration("P1Y")]),
        (Facets(patterns=("red",)), [Colour.RED], [parse_member(Colour, "x")]),
        (
            Facets(patterns=(r".*\.000Z",)),
            [],
            [datetime(2020, 1, 2, tzinfo=timezone.utc)],
        ),
        (Facets(patterns=(r"[\p{Lu}\P{L}]",)), ["A", "1", "\u00c9"], ["a", "\u00e9"]),
        (Facets(min_inclusive="5"), [5, Decimal("5.0"), 5.0], [4, Decimal("4.9"), 4.9]),
        (Facets(max_inclusive="5"), [5, 5.0], [6, 5.1]),
        (Facets(min_exclusive="5"), [6], [5]),
        (Facets(max_exclusive="5"), [4, float("-inf")], [5, float("nan")]),
        (Facets(min_inclusive="2020-01-02"), [date(2020, 1, 2)], [date(2020, 1, 1)]),
        (Facets(min_inclusive="12:00:00"), [time(12)], [time(11)]),
        (
            Facets(max_inclusive="2020-01-02T00:00:00Z"),
            [datetime(2030, 1, 1), datetime(2020, 1, 2, tzinfo=timezone.utc)],
            [datetime(2020, 1, 3, tzinfo=timezone.utc)],
        ),
        (
            Facets(max_inclusive="P1Y"),
            [Duration("P365D"), Duration("P12M"), Duration("-P9Y")],
            [
                Duration("P366D"),
                Duration("P1Y1D"),
                Duration("P13M"),
                Duration("P1YT0.1S"),
            ],
        ),
        (Facets(min_inclusive="P1M"), [Duration("P31D")], [Duration("P30D")]),
        (Facets(min_exclusive="PT1M"), [Duration("PT61S")], [Duration("PT60S")]),
        (
            Facets(members=(("int", BUILTINS["byte"]), ("str", CODE), ("date", None))),
            [127, "ab", date(2020, 1, 1), 1.5],
            [128, "a"],
        ),
        (
            Facets(
                members=(("int", BUILTINS["byte"]), ("bool", None), ("Decimal", None))
            ),
            [True, Decimal(200)],
            [200],
        ),
        (
            Facets(
                members=(("int", BUILTINS["byte"]), ("Duration", None), ("GYear", None))
            ),
            [127, Duration("P1D"), GYear("1999")],
            [128],
        ),
        (
            Facets(members=(("Enum", None), ("str", CODE), ("AnySimple", None))),
            [Colour.RED, "abcd"],
            [],
        ),
        (
            Facets(
                base=Facets(
                    members=(
                        ("datetime", None),
                        ("date", Facets(max_inclusive="2020-01-01")),
                    )
                ),
                patterns=("2.*",),
            ),
            [datetime(2021, 1, 1), date(2020, 1, 1)],
            [date(2021, 1, 1), date(1999, 1, 1)],
        ),
        (Facets(total_digits=3), [123, -123, Decimal("1.230"), 0], [1234]),
        (Facets(fraction_digits=1), [Decimal("1.50"), 7], [Decimal("1.55")]),
        (BUILTINS["byte"], [-128, 127], [-129, 128]),
        (BUILTINS["positiveInteger"], [1], [0]),
    ],
)
def test_facets(facets: Facets, right: list[object], wrong: list[object]) -> None:
    for value in right:
        assert list(facets.wrong(value)) == [], value
    for value in wrong:
        assert list(facets.wrong(value)), value


@pytest.mark.parametrize(
    ("value", "fixed", "right"),
    [
        ("a", "a", True),
        ("a ", "a", False),
        (Decimal("1.50"), "1.5", True),
        (2, "1", False),
        (True, "1", True),
        (False, "true", False),
        (Colour.RED, "red", True),
        (["A", "B"], "\n A  B\n", True),
        (["A"], "A B", False),
        ([True, 1, "a"], "1 01 a", True),
        ([True, 2, "a"], "1 01 a", False),
        (b"a", "YQ==", True),
        (Duration("P12M"), "P1Y", True),
    ],
)
def test_fixed_values(value: object, fixed: str, right: bool) -> None:
    assert bool(list(Check(fixed=fixed).wrong(value, "a"))) is not right


# --------------------------------------------------------------------- a generated package


def test_a_package_validates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_package(tmp_path / "validated", generate(CASE, Options("validated")).files)
    monkeypatch.syspath_prepend(str(tmp_path))
    package = import_module("validated")
    facets, runtime = "validated.facets", "validated._soap.validation.validation"
    numbers = import_module("validated._soap.values.numbers")
    number = numbers.XmlInt("0042")
    duration = import_module("validated._soap.values.values").Duration
    value = package.types.Enter(number=number, count=[1, 9])
    operation = package.PORTS["RegisterPort"].operations["enter"]
    operation.encode_request(value)
    assert not {facets, runtime} & set(sys.modules)  # loaded when it is wanted
    package.validate(value)
    package.validate(replace(value, remark="\u0391\u03b1", keep=duration("P1Y")))
    sample = (CASE.parent / "samples" / "enter.request.xml").read_bytes()
    read = operation.decode_request(sample)
    assert read.shares == [Decimal("0.12345"), Decimal("0.5")]
    package.validate(read)
    broken = replace(value, number=42, count=[10], others=[7], version="2.0")
    broken = replace(broken, remark="\u03b1", keep=duration("P2Y"))
    broken = replace(broken, shares=[Decimal("0.5"), numbers.XmlDecimal(".5")])
    with pytest.raises(package.errors.EncodeError) as caught:
        package.validate(broken)
    assert [str(v) for v in caught.value.violations] == [
        "Enter.number: does not match 0[0-9]{3}",
        "Enter.others: its item 0 does not match 0[0-9]{3}",
        "Enter.count[0]: is not less than 10",
        "Enter.version: is not '1.0', which is fixed",
        "Enter.remark: does not match (?:(?![\\p{Ll}])[\\U00000370-\\U000003ff])[\\U00000080-\\U0010ffff]*",
        "Enter.keep: is more than P1Y",
        "Enter.shares: does not match \\.[0-9]+\\ \\.[0-9]+",
    ]
