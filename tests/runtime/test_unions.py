"""Unions of simple types: which member has a text, and which a value."""

from __future__ import annotations

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soapwright.runtime.codec.enumerations import OpenStrEnum, member_text, parse_member
from soapwright.runtime.codec.unions import parse_union, union_text
from soapwright.runtime.values.lexical import (
    bool_text,
    decimal_text,
    float_text,
    int_text,
    list_text,
    parse_bool,
    parse_decimal,
    parse_float,
    parse_int,
    parse_list,
    parse_string,
    parse_token,
    text,
)

INT = (parse_int, int_text)
STRING = (parse_string, text)
TOKEN = (parse_token, text)
BOOL = (parse_bool, bool_text)
DECIMAL = (parse_decimal, decimal_text)
FLOAT = (parse_float, float_text)


class Color(OpenStrEnum):
    RED = "red"


class Size(OpenStrEnum):
    SMALL = "small"


COLOR = (lambda t: parse_member(Color, t), lambda v: member_text(v, Color, text))
SIZE = (lambda t: parse_member(Size, t), lambda v: member_text(v, Size, text))
COLORS = (
    lambda t: parse_list(t, lambda i: parse_member(Color, i)),
    lambda v: list_text(v, lambda m: member_text(m, Color, text)),
)


@pytest.mark.parametrize(
    ("said", "members", "value"),
    [
        ("5", (INT, STRING), 5),
        ("01", (INT, STRING), 1),
        (" 5 ", (INT,), 5),
        (" 5 ", (INT, STRING), 5),
        ("five", (INT, STRING), "five"),
        ("a & b", (TOKEN, STRING), "a & b"),
        ("a  & <b> ", (TOKEN, STRING), "a & <b>"),
        ("true", (BOOL, STRING), True),
        ("1", (BOOL, INT), True),
        ("+1.0", (DECIMAL,), pytest.approx(1)),
        ("1e5", (INT, FLOAT), 1e5),
    ],
)
def test_what_a_text_means(said, members, value):
    found = parse_union(said, members)
    assert found == value
    assert type(found) is type(value) or not isinstance(value, (int, str))


@pytest.mark.parametrize(
    ("said", "members", "value"),
    [
        ("red", (COLOR, STRING), Color.RED),
        ("green", (COLOR, STRING), "green"),
        ("5", (COLOR, INT), 5),
        ("small", (COLOR, SIZE), Size.SMALL),
        (" red ", (COLOR, SIZE), Color.RED),
        ("huge", (COLOR, SIZE), parse_member(Color, "huge")),
        ("05", (COLOR, INT), 5),
        ("red green", (COLORS, STRING), "red green"),
        ("red red", (COLORS, STRING), [Color.RED, Color.RED]),
    ],
)
def test_an_enumeration_has_what_it_does_not_know_only_if_nothing_else_does(
    said, members, value
):
    found = parse_union(said, members)
    assert found == value
    assert type(found) is type(value)


def test_what_no_member_reads():
    with pytest.raises(ValueError, match="'x' is no value of any member of the union"):
        parse_union("x", (INT, BOOL))
    with pytest.raises(ValueError) as caught:
        parse_union("x" * 10_000, (INT, BOOL))
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("value", "members", "written"),
    [
        (5, (int_text, text), "5"),
        ("x & y", (int_text, text), "x &amp; y"),
        (True, (int_text, bool_text), "true"),
        (Color.RED, (SIZE[1], COLOR[1]), "red"),
        (1.5, (int_text, float_text), "1.5"),
    ],
)
def test_what_a_value_is_written_as(value, members, written):
    assert union_text(value, members) == written


def test_a_value_of_no_member():
    with pytest.raises(TypeError, match="float is of no member of the union"):
        union_text(1.5, (int_text, text))
    with pytest.raises(ValueError, match=r"U\+0001 is not allowed in XML"):
        union_text("\x01", (int_text, text))


@given(st.integers() | st.booleans())
def test_values_of_disjoint_members_come_back(value):
    members = (
        INT,
        (lambda t: parse_bool(t) if t in ("true", "false") else int(t), bool_text),
    )
    found = parse_union(union_text(value, [w for _, w in members]), members)
    assert (found, type(found)) == (value, type(value))


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])))
def test_a_value_that_was_read_comes_back(said):
    members = (INT, DECIMAL, FLOAT, BOOL, COLOR, STRING)
    value = parse_union(said, members)
    written = union_text(value, [w for _, w in members])
    assert repr(parse_union(unescape(written), members)) == repr(value)


class Short:
    """The facets of a union whose first member has two characters at most."""

    def takes(self, member, value, text):
        return member > 0 or len(text) < 3


@pytest.mark.parametrize(
    ("said", "value"), [("12", "12"), ("123", 123), ("12x", "12x"), ("1x", "1x")]
)
def test_facets_of_a_member_count(said, value):
    found = parse_union(said, (STRING, INT), Short())
    assert (found, type(found)) == (value, type(value))
