"""The runtime's value types: what they keep, how they compare, that copies are equal."""

from __future__ import annotations

import copy
import itertools
import pickle
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soapwright.runtime.values.anysimple import Typed
from soapwright.runtime.values.dates import (
    date_text,
    datetime_text,
    parse_date,
    parse_datetime,
    parse_time,
    time_text,
)
from soapwright.runtime.values.names import XSD
from soapwright.runtime.values.values import (
    UNSET,
    Duration,
    GDay,
    GMonth,
    GMonthDay,
    GYear,
    GYearMonth,
    Nil,
    LexicalValue,
    QName,
    Unset,
    XmlDate,
    XmlDateTime,
    XmlTime,
)

UTC = timezone.utc
EAST = timezone(timedelta(hours=5, minutes=30))

# text, the nearest standard value, whether that is the value itself
DATETIMES = [
    ("2020-01-02T03:04:05-00:00", datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC), True),
    ("2020-01-02T03:04:05.000Z", datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC), True),
    ("2020-01-02T03:04:05", datetime(2020, 1, 2, 3, 4, 5), True),
    (
        "2020-01-02T03:04:05.1234567",
        datetime(2020, 1, 2, 3, 4, 5, 123456),
        False,
    ),
    ("2020-12-31T24:00:00", datetime(2021, 1, 1), False),
    ("2020-02-28T24:00:00.00+05:30", datetime(2020, 2, 29, tzinfo=EAST), False),
    ("9999-12-31T24:00:00", datetime.max, False),
    ("12020-01-02T03:04:05", datetime.max, False),
    ("0000-01-02T03:04:05Z", datetime.min.replace(tzinfo=UTC), False),
    ("-0044-03-15T12:00:00", datetime.min, False),
]
DATES = [
    ("2020-01-02", date(2020, 1, 2), True),
    ("2020-01-02Z", date(2020, 1, 2), False),
    ("2020-02-29+05:30", date(2020, 2, 29), False),
    ("12020-01-02", date.max, False),
    ("0000-02-29", date.min, False),
    ("-0001-02-29", date.min, False),
]
TIMES = [
    ("03:04:05.100", time(3, 4, 5, 100000), True),
    ("03:04:05-00:00", time(3, 4, 5, tzinfo=UTC), True),
    ("03:04:05.1234567+05:30", time(3, 4, 5, 123456, tzinfo=EAST), False),
    ("24:00:00", time(0), False),
    ("24:00:00.0Z", time(0, tzinfo=UTC), False),
]
KEPT = [
    *((XmlDateTime, *case) for case in DATETIMES),
    *((XmlDate, *case) for case in DATES),
    *((XmlTime, *case) for case in TIMES),
]
OTHERS = [
    Duration("P1Y2M3DT4H5M6.7S"),
    GYear("2020Z"),
    GYearMonth("-2020-01"),
    GMonth("--01"),
    GMonthDay("--02-29"),
    GDay("---31+05:30"),
    QName("urn:a", "b"),
    QName("", "b"),
    Typed(QName(XSD, "short"), 5),
]
ALL = [*(kind(text) for kind, text, _, _ in KEPT), *OTHERS, UNSET]


@pytest.mark.parametrize("value", ALL, ids=repr)
def test_copies_are_equal(value: object) -> None:
    copies = [copy.copy(value), copy.deepcopy(value)]
    copies += [pickle.loads(pickle.dumps(value, p)) for p in range(2, 6)]
    for made in copies:
        assert type(made) is type(value)
        assert made == value
        assert not made != value
        assert hash(made) == hash(value)
        assert str(made) == str(value)


@pytest.mark.parametrize("value", ALL, ids=repr)
def test_repr_is_the_constructor(value: object) -> None:
    assert eval(repr(value)) == value


def test_values_differ_by_class_and_content() -> None:
    for i, one in enumerate(OTHERS):
        assert [j for j, other in enumerate(OTHERS) if one == other] == [i]
    assert GMonth("--01") != "--01"


@pytest.mark.parametrize("value", OTHERS, ids=repr)
def test_values_cannot_be_changed(value: object) -> None:
    for name in ("text", "namespace", "local", "type", "value", "other"):
        with pytest.raises(AttributeError):
            setattr(value, name, "x")


# -------------------------------------------------------------------------------- Unset


def test_unset_is_one_and_false() -> None:
    assert pickle.loads(pickle.dumps(UNSET)) is UNSET
    assert copy.deepcopy(UNSET) is UNSET is Unset.UNSET
    assert not UNSET
    assert repr(UNSET) == "UNSET"


# ---------------------------------------------------------------------------------- Nil


def test_nil_is_its_attributes() -> None:
    moved = Nil({"reason": "moved"})
    assert moved == Nil({"reason": "moved"})
    assert moved not in (
        None,
        Nil({"reason": "gone"}),
        Nil({"reason": "moved"}, "{u}T"),
    )
    assert not moved
    copies = [copy.copy(moved), copy.deepcopy(moved), replace(moved)]
    for made in [*copies, pickle.loads(pickle.dumps(moved))]:
        assert made == moved
    assert replace(moved, type="{u}T").attributes == {"reason": "moved"}
    assert "moved" not in repr(moved)


def test_nil_without_attributes_is_none() -> None:
    with pytest.raises(ValueError, match="is None"):
        Nil({})


# ---------------------------------------------------------------------------- date and time


def compared(one: Any, other: Any) -> set[str]:
    """The comparisons that hold; "unordered" where there is no order."""
    orders = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}
    found = set()
    for name, holds in orders.items():
        try:
            if holds(one, other):
                found.add(name)
        except TypeError:
            found.add("unordered")
    return found


SMALLER, SAME, GREATER = {"<", "<=", "!="}, {"<=", ">=", "=="}, {">", ">=", "!="}
APART = {"unordered", "!="}
MIRRORED = [(SMALLER, GREATER), (GREATER, SMALLER), (SAME, SAME), (APART, APART)]


def assert_consistent(one: Any, other: Any) -> None:
    """One of four relations holds, its mirror the other way round, and what is equal hashes alike."""
    relation = compared(one, other)
    assert (relation, compared(other, one)) in MIRRORED, (one, other)
    assert relation != SAME or hash(one) == hash(other), (one, other)


YEARS = st.sampled_from(
    ["-12020", "-0400", "-0001", "0000", "0001", "2020", "9999", "10000", "12020"]
)
DAYS = st.builds("{}-{}".format, YEARS, st.sampled_from(["01-01", "02-28", "12-31"]))
ZONES = st.sampled_from(["", "", "Z", "+00:00", "-00:00", "+14:00", "-14:00", "+05:30"])
CLOCKS = st.sampled_from(
    ["00:00:00", "10:00:00", "12:00:00", "12:00:00.0", "12:00:00.0000001", "24:00:00"]
)
FORMS: dict[str, Any] = {
    "dateTime": (
        parse_datetime,
        XmlDateTime,
        st.builds("{}T{}{}".format, DAYS, CLOCKS, ZONES),
    ),
    "date": (parse_date, XmlDate, st.builds("{}{}".format, DAYS, ZONES)),
    "time": (parse_time, XmlTime, st.builds("{}{}".format, CLOCKS, ZONES)),
}


@pytest.mark.parametrize("kind", FORMS)
@settings(max_examples=100)
@given(data=st.data())
def test_equality_and_order_agree(kind: str, data: st.DataObject) -> None:
    parse, lexical, texts = FORMS[kind]
    values = st.builds(
        lambda made, text: made(text), st.sampled_from([parse, lexical]), texts
    )
    one, other, third = (data.draw(values) for _ in range(3))
    for a, b in itertools.product((one, other, third), repeat=2):
        assert_consistent(a, b)
    assert compared(one, one) == SAME
    if (
        compared(one, other) <= SMALLER | SAME
        and compared(other, third) <= SMALLER | SAME
    ):
        assert one <= third  # transitive
    zones = {value.tzinfo is None for value in map(lexical, map(str_of, (one, other)))}
    assert (compared(one, other) == APART) is (len(zones) == 2)


def str_of(value: Any) -> str:
    """The lexical form of a standard value or of one that keeps its own."""
    writers: list[Any] = [datetime_text, date_text, time_text]
    kinds = [datetime, date, time]
    return next(
        w(value) for w, k in zip(writers, kinds, strict=True) if isinstance(value, k)
    )


def test_what_no_standard_value_holds_has_its_place_among_the_others() -> None:
    ordered: list[list[Any]] = [
        [
            *map(XmlDateTime, ("-12020-01-01T00:00:00", "-0001-12-31T24:00:00")),
            *map(XmlDateTime, ("0000-12-31T23:59:59", "0000-12-31T24:00:00")),
            datetime(2020, 1, 1),
            XmlDateTime("2020-01-01T00:00:00.0000001"),
            datetime(2020, 1, 1, 0, 0, 0, 1),
            datetime(2021, 1, 1),
            XmlDateTime("2020-12-31T24:00:00"),  # the same moment
            *map(XmlDateTime, ("9999-12-31T24:00:00", "12020-01-01T00:00:00")),
            XmlDateTime(f"1{'0' * 9999}-01-01T00:00:00"),
        ],
        [
            XmlDate("2020-01-02+05:30"),
            XmlDate("2020-01-02Z"),
            XmlDate("2020-01-02-01:00"),
        ],
        [XmlDate("-0001-12-31"), date(2020, 1, 2), XmlDate("12020-01-01")],
        [time(0), XmlTime("24:00:00"), XmlTime("00:00:00.0000001"), time(1)],
    ]
    for values in ordered:
        assert sorted(reversed(values)) == values
        for one, other in itertools.pairwise(values):
            assert compared(one, other) == SMALLER
            assert compared(other, one) == GREATER


def test_a_date_is_no_datetime() -> None:
    for text in ("2020-01-02", "2020-01-02Z"):
        assert_consistent(XmlDate(text), datetime(2020, 1, 2))
        assert compared(XmlDate(text), datetime(2020, 1, 2)) == APART
        assert compared(XmlDate(text), XmlDateTime("2020-01-02T00:00:00.0")) == APART
    assert compared(XmlDate("2020-01-02"), "2020-01-02") == APART


@pytest.mark.parametrize(("kind", "text", "near", "exact"), KEPT)
def test_a_lexical_form_is_near_a_standard_value(
    kind: type[XmlDateTime], text: str, near: datetime, exact: bool
) -> None:
    value = kind(text)
    assert isinstance(value, type(near))
    assert value.text == str(value) == format(value) == text
    if isinstance(near, datetime):
        assert near - value == timedelta()
        assert value.date() == near.date()
    assert_consistent(value, near)
    assert (value == near, near == value) == (exact, exact)
    assert (value != near, near != value) == (not exact, not exact)
    assert value.tzinfo == getattr(near, "tzinfo", value.tzinfo)
    if exact:
        assert hash(value) == hash(near)


@pytest.mark.parametrize("kind", [XmlDateTime, XmlDate, XmlTime])
def test_what_no_standard_value_holds_compares_by_its_text(
    kind: type[XmlDateTime],
) -> None:
    texts = [text for k, text, _, exact in KEPT if k is kind and not exact]
    assert len({kind(text) for text in texts * 2}) == len(texts)
    for one in texts:
        assert [t for t in texts if kind(t) == kind(one)] == [one]


def test_a_zone_of_a_date() -> None:
    assert XmlDate("2020-01-02+05:30").tzinfo == EAST
    assert XmlDate("2020-01-02Z").tzinfo is UTC
    assert XmlDate("2020-01-02").tzinfo is None


@pytest.mark.parametrize("text", [text for text, _, exact in DATETIMES if not exact])
def test_arithmetic_leaves_the_text_behind(text: str) -> None:
    value = XmlDateTime(text)
    if value.date() in (date.min, date.max):
        value = value.replace(year=2000)
    plain = datetime.combine(value.date(), value.timetz())
    day = timedelta(days=1)
    for made, wanted in [
        (value + day, plain + day),
        (day + value, plain + day),
        (value - day, plain - day),
        (value.replace(minute=1), plain.replace(minute=1)),
        (value.replace(tzinfo=EAST), plain.replace(tzinfo=EAST)),
        (value.astimezone(EAST), plain.astimezone(EAST)),
    ]:
        assert made == wanted
        assert hash(made) == hash(wanted)
        assert pickle.loads(pickle.dumps(made)) == wanted
        assert "24" not in getattr(made, "text", "")


def test_arithmetic_of_dates_and_times() -> None:
    made = XmlDate("2020-02-28Z") + timedelta(days=1)
    assert made == date(2020, 2, 29) == copy.copy(made)
    assert XmlDate("2020-02-28Z").replace(day=1) == date(2020, 2, 1)
    assert XmlTime("24:00:00").replace(hour=1) == time(1)
    assert (date(2020, 3, 1) - XmlDate("2020-02-28Z")).days == 2
    assert XmlDateTime("2020-02-28T24:00:00").date() == date(2020, 2, 29)
    assert XmlDateTime("2020-02-28T24:00:00").strftime("%d.%m.") == "29.02."


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (XmlDateTime, ""),
        (XmlDateTime, "2020-01-02"),
        (XmlDateTime, " 2020-01-02T03:04:05"),
        (XmlDateTime, "2019-02-29T03:04:05"),
        (XmlDateTime, "12019-02-29T03:04:05"),
        (XmlDateTime, "02020-01-02T03:04:05"),
        (XmlDateTime, "+2020-01-02T03:04:05"),
        (XmlDateTime, "2020-01-02T24:00:01"),
        (XmlDateTime, "2020-01-02T03:04:05+14:01"),
        (XmlDateTime, "2020-01-02T03:04:05."),
        (XmlDateTime, "2020-01-02T03:04:05\n"),
        (XmlDate, "2020-04-31"),
        (XmlDate, "-0002-02-29"),
        (XmlDate, "٢٠٢٠-٠١-٠٢"),
        (XmlTime, "24:00:00.1"),
        (XmlTime, "03:04:60"),
    ],
)
def test_what_is_no_date_or_time(kind: type[XmlDateTime], text: str) -> None:
    with pytest.raises(ValueError, match="is no xsd:"):
        kind(text)


@given(st.integers(-(10**8), 10**8), st.integers(1, 12), st.integers(1, 31))
def test_days_exist_as_in_any_400_years(year: int, month: int, day: int) -> None:
    text = f"{'-' if year < 0 else ''}{abs(year):04}-{month:02}-{day:02}"
    possible = []
    for same in {year % 400 + 400, (year + (year < 0)) % 400 + 400}:
        try:
            possible.append(date(same, month, day))
        except ValueError:
            pass
    if not possible:
        with pytest.raises(ValueError, match="is no xsd:date"):
            parse_date(text)
    else:
        assert str(parse_date(text)) == text


def test_the_parsers_give_standard_types_where_they_can() -> None:
    assert type(parse_datetime("2020-01-02T03:04:05.1230000Z")) is datetime
    assert type(parse_date("2020-01-02")) is date
    assert type(parse_time("03:04:05Z")) is time
    for text, _, exact in DATETIMES:
        assert isinstance(parse_datetime(text), XmlDateTime) or exact
    for text, _, exact in DATES:
        assert isinstance(parse_date(text), XmlDate) or exact
    for text, _, exact in TIMES:
        assert isinstance(parse_time(text), XmlTime) or exact


# ------------------------------------------------------------------------- lexical values


def test_parts_of_a_duration() -> None:
    value = Duration("-P1Y2M3DT4H5M6.75S")
    assert (value.sign, value.months) == (-1, -14)
    assert value.seconds == Decimal("-273906.75")
    assert Duration("PT0S").sign == 1
    long = Duration("P" + "9" * 50 + "DT0." + "1" * 50 + "S")
    assert str(long.seconds) == f"{86400 * (10**50 - 1)}.{'1' * 50}"


def test_a_duration_as_a_timedelta() -> None:
    assert Duration("-P1DT0.0000019S").to_timedelta() == timedelta(
        days=-1, microseconds=-1
    )
    assert Duration("PT0.9999999999999999999999999999999999S").to_timedelta() == (
        timedelta(microseconds=999999)
    )
    for text in ("P1M", "P1Y", f"P{10**12}D", "P" + "9" * 5000 + "D"):
        with pytest.raises(ValueError, match="months|too long"):
            Duration(text).to_timedelta()
    with pytest.raises(ValueError, match="5000 digits is too long"):
        assert Duration("P" + "9" * 5000 + "Y").months


@given(st.timedeltas())
def test_a_timedelta_as_a_duration(delta: timedelta) -> None:
    assert Duration.from_timedelta(delta).to_timedelta() == delta


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        (timedelta(), "PT0S"),
        (timedelta(days=2), "P2D"),
        (timedelta(seconds=-1.5), "-PT1.5S"),
        (timedelta(days=1, seconds=20), "P1DT20S"),
    ],
)
def test_the_text_of_a_timedelta(delta: timedelta, text: str) -> None:
    assert Duration.from_timedelta(delta).text == text


def test_parts_of_calendar_values() -> None:
    assert (GYear("-12020").year, GYear("2020").zone) == (-12020, None)
    month = GYearMonth("2020-11-05:30")
    assert (month.year, month.month) == (2020, 11)
    assert month.zone == timezone(-timedelta(hours=5, minutes=30))
    assert (GMonth("--12").month, GDay("---31").day) == (12, 31)
    assert (GMonthDay("--02-29").month, GMonthDay("--02-29Z").day) == (2, 29)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *((Duration, t) for t in ("", "P", "PT", "P1DT", "P1S", "PT1.S", "P-1D", "1D")),
        *((Duration, t) for t in ("PT.5S", "P1M1Y", "+P1D", "P1D ", "P1.5D", "P١D")),
        *((GYear, t) for t in ("", "20", "+2020", "02020", "2020-01", "2020z")),
        *((GYearMonth, t) for t in ("2020", "2020-00", "2020-13", "2020-1")),
        *((GMonth, t) for t in ("01", "--1", "--00", "--13", "--01-")),
        *((GMonthDay, t) for t in ("--02-30", "--04-31", "--1-1", "01-01", "--00-01")),
        *((GDay, t) for t in ("31", "---00", "---32", "---1", "---31+14:30")),
    ],
)
def test_what_is_no_lexical_value(kind: type[LexicalValue], text: str) -> None:
    with pytest.raises(ValueError, match="is no xsd:"):
        kind(text)


def test_an_error_quotes_no_more_than_the_beginning() -> None:
    with pytest.raises(ValueError) as caught:
        Duration("x" * 10**6)
    assert len(str(caught.value)) < 100


# --------------------------------------------------------------------------------- QName


def test_qname_is_written_as_clark_does() -> None:
    assert str(QName("urn:a", "b")) == "{urn:a}b"
    assert str(QName("", "b")) == "b"
    match QName("urn:a", "b"):
        case QName("urn:a", local):
            assert local == "b"
        case _:
            pytest.fail("no match")


@pytest.mark.parametrize("local", ["", "a:b", "1a", "a b", "a/>", "-a", "a\n", "²"])
def test_qname_has_a_local_name(local: str) -> None:
    with pytest.raises(ValueError, match="is no xsd:NCName"):
        QName("urn:a", local)
