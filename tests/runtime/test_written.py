"""Values of types with a pattern: their lexical form comes back, and they are values all the same."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal

import pytest
from lxml import etree

from soapwright.runtime.codec import written
from soapwright.runtime.errors.errors import DecodeError
from soapwright.runtime.values import lexical
from soapwright.runtime.values.numbers import XmlDecimal, XmlFloat, XmlInt

CASES = [
    (written.parse_written_int, lexical.int_text, ["0042", "-0", "+7", "007"]),
    (written.parse_written_decimal, lexical.decimal_text, ["007.50", ".5", "1.", "+1"]),
    (written.parse_written_float, lexical.float_text, ["1.50", "1E3", "7", "-.5e-0"]),
    (
        written.parse_written_datetime,
        lexical.datetime_text,
        ["2020-01-02T03:04:05.000Z", "2020-01-02T03:04:05+00:00"],
    ),
    (written.parse_written_date, lexical.date_text, ["2020-01-02Z"]),
    (written.parse_written_time, lexical.time_text, ["03:04:05.120", "24:00:00"]),
]
EACH = [(parse, text, said) for parse, text, all_said in CASES for said in all_said]


@pytest.mark.parametrize(("parse", "text", "said"), EACH)
def test_the_lexical_form_comes_back(parse, text, said):
    value = parse(said)
    assert text(value) == str(value) == said
    assert parse(f" {said}\n") == value
    assert text(parse(f" {said}\n")) == said
    for other in (pickle.loads(pickle.dumps(value)), copy.copy(value)):
        assert (type(other), other, text(other)) == (type(value), value, said)
    assert text(copy.deepcopy(value)) == said


@pytest.mark.parametrize(
    ("parse", "said", "plain"),
    [
        (written.parse_written_int, "42", int),
        (written.parse_written_decimal, "7.50", Decimal),
        (written.parse_written_float, "7.5", float),
        (written.parse_written_float, "-INF", float),
    ],
)
def test_what_is_written_so_anyway_is_plain(parse, said, plain):
    assert type(parse(said)) is plain


def test_they_are_numbers():
    number, amount = XmlInt("0042"), XmlDecimal("007.50")
    assert (number, hash(number), number + 1, f"{number:d}") == (42, hash(42), 43, "42")
    assert (amount, hash(amount)) == (Decimal("7.5"), hash(Decimal("7.5")))
    assert type(number * 2) is int
    assert type(amount * 2) is Decimal
    rate = XmlFloat("1.50")
    assert (rate, hash(rate), type(rate * 2)) == (1.5, hash(1.5), float)
    assert repr(rate) == "XmlFloat('1.50')"
    assert (repr(number), repr(amount)) == ("XmlInt('0042')", "XmlDecimal('007.50')")


@pytest.mark.parametrize(
    "make", [XmlInt, XmlDecimal, XmlFloat, *(case[0] for case in CASES)]
)
def test_what_is_none_is_refused(make):
    with pytest.raises(ValueError, match="'x' is no xsd:"):
        make("x")


@pytest.mark.parametrize("value", [True, False])
def test_a_boolean_in_digits(value):
    assert lexical.parse_bool(lexical.bool_digit_text(value)) is value
    assert lexical.bool_digit_text(value) in "01"


@pytest.mark.parametrize("other", [1, "1", None])
def test_what_is_no_boolean_has_no_digit(other):
    with pytest.raises(TypeError):
        lexical.bool_digit_text(other)


def test_elements():
    reads = [
        (written.written_int_value, "007"),
        (written.written_decimal_value, "007.5"),
        (written.written_float_value, "007.5"),
        (written.written_datetime_value, "2020-01-02T03:04:05.0Z"),
        (written.written_date_value, "2020-01-02Z"),
        (written.written_time_value, "03:04:05.0"),
    ]
    for read, said in reads:
        assert str(read(etree.fromstring(f"<a>{said}</a>"))) == said
        with pytest.raises(DecodeError):
            read(etree.fromstring("<a>x</a>"))
