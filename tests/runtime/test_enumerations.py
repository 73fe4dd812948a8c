"""Open enumerations: values that the spec does not know are kept, and not let in by mistake."""

from __future__ import annotations

import copy
import pickle
from dataclasses import asdict, dataclass, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soapwright.runtime.codec.enumerations import (
    OpenEnum,
    OpenStrEnum,
    is_unknown,
    member,
    member_text,
    parse_member,
)
from soapwright.runtime.values.lexical import (
    decimal_text,
    int_text,
    parse_decimal,
    parse_int,
)
from soapwright.runtime.values.strings import parse_token, text


class Color(OpenStrEnum):
    RED = "red"
    DARK_RED = "dark red"


class Level(OpenEnum):
    LOW = 1
    HIGH = 2


class Rate(OpenEnum):
    FULL = Decimal("1.0")


@dataclass
class Paint:
    color: Color


NEW = parse_member(Color, "ultraviolet")
TOP = parse_member(Level, "9", parse_int)


def test_known_values_are_the_members():
    assert parse_member(Color, "red") is Color.RED
    assert parse_member(Level, "01", parse_int) is Level.LOW
    assert parse_member(Rate, "1.00", parse_decimal) is Rate.FULL


@pytest.mark.parametrize("said", [" red", "red\n", "\t red \r\n"])
def test_white_space_around_a_known_value_is_nothing(said):
    assert parse_member(Color, said) is Color.RED
    assert parse_member(Color, " dark \n red ") is Color.DARK_RED


@pytest.mark.parametrize("unknown", [NEW, TOP])
def test_an_unknown_value_is_a_member_as_others_are(unknown):
    assert isinstance(unknown, type(unknown))
    assert unknown not in list(type(unknown))
    assert type(unknown)._value2member_map_.keys() <= {"red", "dark red", 1, 2}
    assert unknown == member(type(unknown), unknown.value)
    assert hash(unknown) == hash(member(type(unknown), unknown.value))
    assert unknown != next(iter(type(unknown)))
    for other in (
        pickle.loads(pickle.dumps(unknown)),
        copy.copy(unknown),
        copy.deepcopy(unknown),
    ):
        assert other == unknown
        assert type(other) is type(unknown)
        assert other.value == unknown.value
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(Color.RED, protocol)) is Color.RED
        assert pickle.loads(pickle.dumps(unknown, protocol)) == unknown


def test_how_an_unknown_value_shows():
    assert (NEW.value, NEW.name, str(NEW), f"{NEW}") == ("ultraviolet",) * 4
    assert repr(NEW) == "<Color.ultraviolet: 'ultraviolet'>"
    assert (TOP.value, TOP.name) == (9, "9")
    assert NEW == "ultraviolet"
    assert TOP != 9


def test_a_mistyped_value_is_still_refused():
    with pytest.raises(ValueError, match="is not a valid Color"):
        Color("ultraviolet")
    with pytest.raises(ValueError, match="is not a valid Level"):
        Level(9)
    with pytest.raises(ValueError, match="'x' is no xsd:integer"):
        parse_member(Level, "x", parse_int)


def test_dataclasses_copy_them():
    paint = Paint(NEW)
    assert asdict(paint) == {"color": NEW}
    assert replace(paint) == paint
    assert copy.deepcopy(paint) == paint
    assert {NEW: 1}[parse_member(Color, "ultraviolet")] == 1


def test_two_enumerations_of_values_are_never_equal():
    class Other(OpenEnum):
        LOW = 1

    assert Other.LOW != Level.LOW
    assert member(Other, 9) != member(Level, 9)


def test_nothing_is_remembered():
    before = len(Color._value2member_map_)
    for number in range(100):
        parse_member(Color, f"made up {number}")
    assert len(Color._value2member_map_) == before


def test_what_is_written():
    assert member_text(Color.DARK_RED, Color, text) == "dark red"
    assert member_text(parse_member(Color, "<&>"), Color, text) == "&lt;&amp;&gt;"
    assert member_text(TOP, Level, int_text) == "9"
    assert member_text(Rate.FULL, Rate, decimal_text) == "1.0"
    for wrong in ("red", 1, None, Color.RED):
        with pytest.raises(TypeError, match="given, Level wanted"):
            member_text(wrong, Level, int_text)


def test_what_is_unknown():
    assert [is_unknown(v) for v in (NEW, TOP, [Color.RED, NEW])] == [True] * 3
    known = (Color.RED, Level.LOW, "ultraviolet", 9, [Color.RED], [], None)
    assert [is_unknown(v) for v in known] == [False] * len(known)


@given(st.text())
def test_an_unknown_text_is_kept_as_it_stands(said):
    value = parse_member(Color, said)
    assert value == said or value in list(Color)
    assert parse_member(Color, value.value) == value


@given(st.integers())
def test_an_unknown_number_is_written_back(number):
    assert member_text(
        parse_member(Level, str(number), parse_int), Level, int_text
    ) == (str(number))


def test_an_unknown_value_has_the_white_space_of_its_type():
    assert (
        parse_member(Color, " ultra\n violet ", parse_token)._value_ == "ultra violet"
    )
    assert parse_member(Color, " ultra violet")._value_ == " ultra violet"
