"""The builtin types: what each reads and refuses, writes and refuses, and that the two agree."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from soapwright.runtime.values import lexical
from soapwright.runtime.values.anysimple import (
    Typed,
    any_simple,
    is_simple_builtin,
    parse_any_simple,
)
from soapwright.runtime.values.names import SOAP11_ENCODING, XML, XSD
from soapwright.runtime.values.values import (
    Duration,
    GDay,
    GMonth,
    GMonthDay,
    GYear,
    GYearMonth,
    QName,
    XmlDate,
    XmlDateTime,
    XmlTime,
)

Parse = Callable[[str], Any]
Write = Callable[[Any], str]


class Color(StrEnum):
    RED = "r&d"


class Shade(str, Enum):
    DARK = "d<rk"
    PALE = "pale"


class Level(IntEnum):
    HIGH = 3


class Half(float, Enum):
    ONE = 0.5


class Kind(Enum):
    A = "a"


def content(escaped: str) -> str:
    """What a parser makes of element text."""
    return etree.fromstring(f"<e>{escaped}</e>".encode()).text or ""


def value_of(escaped: str) -> str:
    """What a parser makes of an attribute's text."""
    attribute = etree.fromstring(f'<e a="{escaped}"/>'.encode()).get("a")
    assert attribute is not None
    return attribute


# Each builtin: its two functions, texts that come back as they are, texts that come back in
# another form, texts that it refuses, values that it refuses.
CASES: list[tuple[Parse, Write, str, dict[str, str], list[str], list[object]]] = [
    (
        lexical.parse_bool,
        lexical.bool_text,
        "true false",
        {"1": "true", "0": "false", " true\n": "true"},
        ["", "True", "TRUE", "yes", "2", "true false", "\xa0true"],
        [1, 0, "true", None],
    ),
    (
        lexical.parse_int,
        lexical.int_text,
        "0 12 -12 999999999999999999999999999999",
        {"+5": "5", "-0": "0", "007": "7", "\t12\r\n": "12"},
        [
            "",
            "1.0",
            "1_000",
            "٣",
            "²",
            "1e3",
            "0x1",
            "+-1",
            "- 1",
            "12\xa0",
            "9" * 5000,
        ],
        [True, False, 1.0, "1", None, Decimal(1), Kind.A, 10**5000],
    ),
    (
        lexical.parse_decimal,
        lexical.decimal_text,
        "0 1.5 -1.50 100 0.000000000000000000000000000000000000000001 " + "1" * 99,
        {"+1": "1", ".5": "0.5", "5.": "5", "00.10": "0.10", " 1 ": "1"},
        ["", ".", "-", "1e3", "NaN", "Infinity", "sNaN", "1_0.0", "1,5", "1.5.1", "٣"],
        [1, 1.5, "1.5", None, True, Decimal("NaN"), Decimal("sNaN"), Decimal("NaN12")]
        + [Decimal("-Infinity"), Decimal("1E+999999999"), Decimal("1E-999999999")],
    ),
    (
        lexical.parse_float,
        lexical.float_text,
        "1.0 -1.5 1e+22 5e-324 INF -INF NaN 0.1 -0.0",
        {"1": "1.0", ".5": "0.5", "5.": "5.0", "1E5": "100000.0", " INF ": "INF"}
        | {"+1.5e-07": "1.5e-07", "1e999": "INF", "-1e999": "-INF"},
        ["", "+INF", "inf", "Infinity", "nan", "+NaN", "-NaN", "1_0.0", "0x1p3", "e5"]
        + ["1e", "1 e5", "1.5f", "٣", "1e5.0", "."],
        [True, "1.5", None, Decimal(1), 10**400],
    ),
    (
        lexical.parse_datetime,
        lexical.datetime_text,
        "2020-01-02T03:04:05 2020-01-02T03:04:05Z 2020-01-02T03:04:05.123Z"
        " 0001-01-01T00:00:00 9999-12-31T23:59:59.999999 2020-01-02T03:04:05-14:00"
        " 2020-01-02T03:04:05.1234567+05:30 2020-01-02T03:04:05-00:00"
        " 2020-02-28T24:00:00Z 12020-01-02T03:04:05 -0001-02-29T00:00:00 0000-01-01T00:00:00",
        {
            " 2020-01-02T03:04:05Z\n": "2020-01-02T03:04:05Z",
            "2020-01-02T03:04:05+00:00": "2020-01-02T03:04:05Z",
            "2020-01-02T03:04:05.100Z": "2020-01-02T03:04:05.1Z",
            "2020-01-02T03:04:05.0000000": "2020-01-02T03:04:05",
            " 2020-02-28T24:00:00Z ": "2020-02-28T24:00:00Z",
        },
        [
            "",
            "2020-01-02",
            "2020-01-02 03:04:05",
            "20200102T030405",
            "2020-W01-1T03:04:05",
        ]
        + ["2020-01-02T03:04", "2020-01-02T03:04:05,1", "2020-01-02T03:04:05+02"]
        + [
            "2020-01-02T03:04:05+0200",
            "2020-01-02T03:04:05+14:01",
            "2019-02-29T03:04:05",
        ]
        + ["2020-01-02T03:04:60", "2020-01-02T25:00:00", "2020-01-02T24:00:01"]
        + [
            "2020-01-02t03:04:05z",
            "٢020-01-02T03:04:05",
            "2020-01-02T03:04:05+02:00:00",
        ]
        + ["2020-1-2T03:04:05", "2020-01-02T03:04:05.Z", "2020-01-02T03:04:05Z\xa0"],
        [date(2020, 1, 2), "2020-01-02T03:04:05", None, time(3), 5]
        + [datetime(1900, 1, 1, tzinfo=ZoneInfo("Europe/Amsterdam"))]
        + [datetime(2020, 1, 1, tzinfo=timezone(timedelta(hours=15)))]
        + [datetime(2020, 1, 1, 1, 1, 1, 1, timezone(timedelta(microseconds=1)))],
    ),
    (
        lexical.parse_date,
        lexical.date_text,
        "2020-01-02 0001-01-01 9999-12-31 2020-01-02Z 2020-01-02+14:00 12020-01-02 -0044-03-15",
        {"\n2020-01-02 ": "2020-01-02", " 2020-01-02Z ": "2020-01-02Z"},
        ["", "20200102", "2020-W01-1", "2020-001", "2020-02-30", "2020-1-2", "2020-01"]
        + ["2020-01-02T00:00:00", "2020-01-02z", "٢020-01-02", "2020-01-02+15:00"],
        [datetime(2020, 1, 2), "2020-01-02", None, time(3)],
    ),
    (
        lexical.parse_time,
        lexical.time_text,
        "03:04:05 03:04:05.5 23:59:59.999999Z 03:04:05+05:30 24:00:00 24:00:00Z"
        " 03:04:05.1234567 03:04:05-00:00",
        {" 03:04:05 ": "03:04:05", "03:04:05.500": "03:04:05.5"},
        [
            "",
            "03:04",
            "030405",
            "T03:04:05",
            "3:04:05",
            "24:00:01",
            "03:04:60",
            "03:04:05,5",
        ]
        + ["03:04:05 Z", "٠٣:04:05"],
        [datetime(2020, 1, 2), "03:04:05", None, timedelta(1)]
        + [time(3, tzinfo=timezone(timedelta(seconds=1)))],
    ),
    (
        lexical.parse_duration,
        lexical.duration_text,
        "P1DT2H PT5M P1Y -P1Y2M3DT4H5M6.70S PT0S P007D",
        {"\tP1D ": "P1D"},
        ["", "P", "PT", "P1DT", "1D", "P1.5D", "PT.5S"],
        ["P1D", timedelta(1), GYear("2020"), None],
    ),
    (
        lexical.parse_g_year,
        lexical.g_year_text,
        "2020 -0044 12020Z 0000+02:00",
        {" 2020 ": "2020"},
        ["", "20", "02020", "2020-01"],
        [2020, "2020", GDay("---02")],
    ),
    (
        lexical.parse_g_year_month,
        lexical.g_year_month_text,
        "2020-01 -0044-12Z",
        {" 2020-01 ": "2020-01"},
        ["", "2020", "2020-13", "2020-01-01"],
        ["2020-01", date(2020, 1, 1)],
    ),
    (
        lexical.parse_g_month,
        lexical.g_month_text,
        "--01 --12-05:00 --01-- --12--Z",
        {" --01 ": "--01"},
        ["", "--13", "--01-", "--13--", "01"],
        [1, "--01"],
    ),
    (
        lexical.parse_g_month_day,
        lexical.g_month_day_text,
        "--01-02 --02-29Z",
        {" --01-02 ": "--01-02"},
        ["", "--02-30", "01-02"],
        ["--01-02", date(2020, 1, 2)],
    ),
    (
        lexical.parse_g_day,
        lexical.g_day_text,
        "---02 ---31+14:00",
        {" ---02 ": "---02"},
        ["", "---32", "02"],
        [2, "---02"],
    ),
    (
        lexical.parse_bytes,
        lexical.bytes_text,
        "YWJj YQ== YWI= +/+/",
        {"": "", " \n": "", " YW Jj\r\n": "YWJj", "Y Q = =": "YQ=="},
        [
            "YQ",
            "YQ=",
            "Y",
            "YQ===",
            "=",
            "YQ==YQ==",
            "YW-_",
            "YWJj\xa0",
            "é",
            "YW\x00Jj",
        ],
        ["abc", None, 5, 1.5],
    ),
    (
        lexical.parse_hex,
        lexical.hex_text,
        "0A0B FF",
        {"": "", " 0a0b\n": "0A0B"},
        ["0", "0A 0B", "0x0A", "GG", "é", "0A\xa0"],
        ["abc", None, 5, 1.5],
    ),
    (
        lexical.parse_token,
        lexical.text,
        "a é",
        {
            "": "",
            " a  \t b\r\n": "a b",
            "\xa0a\u3000 b": "\xa0a\u3000 b",
            "a\n\nb": "a b",
        },
        [],
        [None, 5, b"a", Kind.A, ["a"]],
    ),
    (
        lexical.parse_normalized,
        lexical.text,
        "a é",
        {" a\tb\r\n": " a b  ", "  ": "  ", "\x85": "\x85"},
        [],
        [None, 5, b"a", Kind.A],
    ),
]
IDS = [case[0].__name__ + "/" + case[1].__name__ for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_forms_that_are_kept(case: tuple[Parse, Write, str]) -> None:
    parse, write, kept, *_ = case
    for text in kept.split(" "):
        assert write(parse(text)) == text


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_forms_that_mean_the_same(
    case: tuple[Parse, Write, str, dict[str, str]],
) -> None:
    parse, write, _, same, *_ = case
    for text, canonical in same.items():
        assert write(parse(text)) == canonical
        assert parse(text) == parse(canonical)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_texts_that_are_refused(case: tuple[Any, ...]) -> None:
    for text in case[4]:
        with pytest.raises(ValueError, match="is no xsd:|too long"):
            case[0](text)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_values_that_are_refused(case: tuple[Any, ...]) -> None:
    for value in case[5]:
        with pytest.raises((TypeError, ValueError)) as caught:
            case[1](value)
        message = str(caught.value)
        assert "descriptor" not in message and "str_digits" not in message


def test_a_type_error_says_what_is_wanted_and_keeps_the_secret() -> None:
    for write in {case[1] for case in CASES}:
        with pytest.raises(TypeError, match="^object given, [A-Za-z]+ wanted$"):
            write(object())
    with pytest.raises(TypeError, match="^bytes given, str wanted$"):
        lexical.text(b"hunter2")  # type: ignore[arg-type]  # the error is the test


def test_members_of_enumerations_are_written_by_value() -> None:
    assert lexical.text(Color.RED) == "r&amp;d"
    assert f"{lexical.text(Shade.DARK)}{lexical.text(Shade.PALE)}" == "d&lt;rkpale"
    assert f"{lexical.attribute_text(Shade.PALE)}" == "pale"
    assert f"{lexical.int_text(Level.HIGH)}" == "3"
    assert f"{lexical.float_text(Half.ONE)}" == "0.5"


def test_numbers_where_a_float_is_declared() -> None:
    assert lexical.float_text(5) == "5.0"
    assert math.isnan(lexical.parse_float(lexical.float_text(math.nan)))
    assert math.copysign(1, lexical.parse_float("-0")) == -1


def test_decimals_without_an_exponent() -> None:
    assert lexical.decimal_text(Decimal("1E+3")) == "1000"
    assert lexical.decimal_text(Decimal("1E-7")) == "0.0000001"
    assert lexical.decimal_text(Decimal("0E+3")) == "0"
    assert len(lexical.decimal_text(Decimal("1E+100000"))) == 100001


# ---------------------------------------------------------------------------------- text

# All of XML's characters, and some that are likelier to go wrong.
CHARACTERS = st.one_of(
    st.sampled_from("&<>\"'\t\n\r ]\x7f\x85\xa0\u2028\ufffd\U0010ffff"),
    st.characters(min_codepoint=32, exclude_categories=["Cs"]).filter(
        lambda c: c not in "\ufffe\uffff"
    ),
)
TEXTS = st.text(CHARACTERS)


@given(TEXTS)
def test_text_comes_back(value: str) -> None:
    assert content(lexical.text(value)) == lexical.parse_string(value)
    assert value_of(lexical.attribute_text(value)) == value


def test_text_is_what_xml_calls_characters() -> None:
    for start in range(0, sys.maxunicode + 1):
        char = chr(start)
        legal = (
            char in "\t\n\r" or " " <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd"
        ) or start >= 0x10000
        try:
            lexical.text(char)
        except ValueError:
            assert not legal
        else:
            assert legal


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\x1b", "\ud800", "\ufffe", "\uffff"])
@pytest.mark.parametrize("around", ["", "text", "é" * 50, "a\n&<" * 50])
def test_text_that_xml_cannot_carry(bad: str, around: str) -> None:
    for write in (lexical.text, lexical.attribute_text):
        with pytest.raises(
            ValueError, match=f"^U\\+{ord(bad):04X} is not allowed in XML$"
        ):
            write(around + bad + around)


def test_the_escaping_itself() -> None:
    assert lexical.text("a\r\n\tb]]>\"'") == "a&#13;\n\tb]]&gt;\"'"
    assert lexical.attribute_text("\r\n\t\"'<") == "&#13;&#10;&#9;&quot;'&lt;"


# ------------------------------------------------------------------------------ the law

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
ZONES = st.none() | st.just(timezone.utc) | OFFSETS
YEARS = st.one_of(st.integers(1, 9999), st.integers(-(10**6), 10**6)).map(
    lambda y: f"-{-y:04}" if y < 0 else f"{y:04}"
)
ZONE_TEXTS = st.sampled_from(["", "Z", "+00:00", "-00:00", "+14:00", "-03:30"])
DAY_TEXTS = st.builds(
    "{}-{:02}-{:02}".format, YEARS, st.integers(1, 12), st.integers(1, 28)
)
CLOCK_TEXTS = st.one_of(
    st.just("24:00:00"),
    st.builds(
        lambda t, digits: f"{t:%H:%M:%S}" + (f".{digits}" if digits else ""),
        st.times(),
        st.text("0123456789", max_size=9),
    ),
)
DATETIME_TEXTS = st.builds("{}T{}{}".format, DAY_TEXTS, CLOCK_TEXTS, ZONE_TEXTS)
DATE_TEXTS = st.builds("{}{}".format, DAY_TEXTS, ZONE_TEXTS)
TIME_TEXTS = st.builds("{}{}".format, CLOCK_TEXTS, ZONE_TEXTS)
DURATIONS = st.timedeltas().map(Duration.from_timedelta)
FLOATS = st.floats(allow_nan=False)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)
TIMES = st.times(timezones=ZONES)
SMALL = [
    GYear("2020"),
    GYearMonth("2020-01Z"),
    GMonth("--01"),
    GMonthDay("--02-29"),
    GDay("---31"),
]

LAW: list[tuple[st.SearchStrategy[Any], Parse, Write]] = [
    (st.booleans(), lexical.parse_bool, lexical.bool_text),
    (st.integers(), lexical.parse_int, lexical.int_text),
    (DECIMALS, lexical.parse_decimal, lexical.decimal_text),
    (FLOATS, lexical.parse_float, lexical.float_text),
    (st.binary(), lexical.parse_bytes, lexical.bytes_text),
    (st.binary(), lexical.parse_hex, lexical.hex_text),
    (st.datetimes(timezones=ZONES), lexical.parse_datetime, lexical.datetime_text),
    (DATETIME_TEXTS.map(XmlDateTime), lexical.parse_datetime, lexical.datetime_text),
    (st.dates(), lexical.parse_date, lexical.date_text),
    (DATE_TEXTS.map(XmlDate), lexical.parse_date, lexical.date_text),
    (TIMES, lexical.parse_time, lexical.time_text),
    (TIME_TEXTS.map(XmlTime), lexical.parse_time, lexical.time_text),
    (DURATIONS, lexical.parse_duration, lexical.duration_text),
    (TEXTS.map(lexical.parse_token), lexical.parse_token, lexical.text),
    (TEXTS.map(lexical.parse_normalized), lexical.parse_normalized, lexical.text),
    (
        st.lists(st.integers()),
        lambda text: lexical.parse_list(text, lexical.parse_int),
        lambda values: lexical.list_text(values, lexical.int_text),
    ),
    (
        st.lists(TEXTS.map(lexical.parse_token).filter(lambda t: t and " " not in t)),
        lambda text: lexical.parse_list(text, lexical.parse_string),
        lambda values: lexical.list_text(values, lexical.text),
    ),
]


@given(st.data())
@pytest.mark.parametrize(("values", "parse", "write"), LAW)
def test_what_is_written_reads_back(
    values: st.SearchStrategy[Any], parse: Parse, write: Write, data: st.DataObject
) -> None:
    value = data.draw(values)
    written = write(value)
    assert type(written) is str
    back = parse(content(written))
    assert back == value
    assert parse("\n " + content(written) + "\t") == value or parse is (
        lexical.parse_normalized
    )
    assert write(back) == written or isinstance(value, (XmlDateTime, XmlDate, XmlTime))


@given(DATETIME_TEXTS)
def test_a_datetime_that_is_read_means_the_same_when_written(text: str) -> None:
    back = lexical.datetime_text(lexical.parse_datetime(text))
    if back != text:  # a standard value, written canonically
        value, again = datetime.fromisoformat(text), datetime.fromisoformat(back)
        assert again == value
        assert (again.tzinfo is None) == (value.tzinfo is None)


# --------------------------------------------------------------------------------- lists


def test_lists() -> None:
    assert lexical.list_text(["a", "b&c"], lexical.text) == "a b&amp;c"
    assert lexical.list_text((), lexical.text) == ""
    assert lexical.parse_list(" \n", lexical.parse_int) == []
    assert lexical.parse_list(" 1\t2\r\n3 ", lexical.parse_int) == [1, 2, 3]
    assert lexical.parse_list("a\xa0b c", lexical.parse_string) == ["a\xa0b", "c"]
    assert lexical.list_text(["&#13;"], lexical.text) == "&amp;#13;"
    with pytest.raises(ValueError, match="'x' is no xsd:integer"):
        lexical.parse_list("1 x", lexical.parse_int)


@pytest.mark.parametrize("item", ["", " ", "a b", "a\n", "\tb", "a\rb"])
@pytest.mark.parametrize("write", [lexical.text, lexical.attribute_text])
def test_items_that_would_not_be_read_as_one(item: str, write: Write) -> None:
    with pytest.raises(ValueError, match="an item of a list"):
        lexical.list_text(["a", item], write)


@pytest.mark.parametrize("values", ["abc", b"abc", None, {"a"}, {"a": 1}])
def test_what_is_no_list(values: Any) -> None:
    with pytest.raises(TypeError, match="list wanted"):
        lexical.list_text(values, lexical.text)


# -------------------------------------------------------------------------------- QNames

NSMAP: dict[str | None, str] = {None: "urn:default", "p": "urn:p", "e": ""}


def test_qnames_are_read_by_the_prefixes_in_scope() -> None:
    assert lexical.parse_qname(" p:a\n", NSMAP) == QName("urn:p", "a")
    assert lexical.parse_qname("a", NSMAP) == QName("urn:default", "a")
    assert lexical.parse_qname("a", {}) == QName("", "a")
    assert lexical.parse_qname("xml:lang", {}) == QName(XML, "lang")
    assert lexical.parse_qnames("p:a b", NSMAP) == [
        QName("urn:p", "a"),
        QName("urn:default", "b"),
    ]


@pytest.mark.parametrize("text", ["", ":a", "p:", "p:a:b", "p:1", "p a", "q:a", "{u}a"])
def test_what_is_no_qname(text: str) -> None:
    with pytest.raises(ValueError, match="is no xsd:QName|is not declared"):
        lexical.parse_qname(text, NSMAP)


def test_qnames_are_written_with_their_declarations() -> None:
    assert lexical.qname_text(QName("urn:a&b", "c"), "q") == (
        "q:c",
        ' xmlns:q="urn:a&amp;b"',
    )
    assert lexical.qname_text(QName("", "c"), "q") == ("c", "")
    assert lexical.qname_text(QName(XML, "lang"), "q") == ("xml:lang", "")
    names = [
        QName("urn:a", "x"),
        QName("urn:b", "y"),
        QName("", "z"),
        QName("urn:a", "w"),
    ]
    text, declarations = lexical.qnames_text(names, "q")
    assert text == "q:x q2:y z q:w"
    element = etree.fromstring(f"<e{declarations}>{text}</e>")
    assert lexical.parse_qnames(element.text or "", dict(element.nsmap)) == names


@pytest.mark.parametrize(
    "namespace", ["a b", "urn:é", 'x"y', "http://www.w3.org/2000/xmlns/"]
)
def test_namespaces_that_parsers_refuse(namespace: str) -> None:
    with pytest.raises(ValueError, match="is no namespace"):
        lexical.qname_text(QName(namespace, "a"), "q")


@pytest.mark.parametrize("prefix", ["xml", "xmlns", "", "a:b", "a b", '"', "1"])
def test_prefixes_that_are_none(prefix: str) -> None:
    with pytest.raises(ValueError, match="is no prefix"):
        lexical.qname_text(QName("urn:a", "a"), prefix)


def test_what_is_written_as_a_qname_is_one() -> None:
    with pytest.raises(TypeError, match="str given, QName wanted"):
        lexical.qname_text("a", "q")  # type: ignore[arg-type]  # the error is the test


# ------------------------------------------------------------------- values with their type


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        ("a<b", "string", "a&lt;b"),
        (Color.RED, "string", "r&amp;d"),
        (True, "boolean", "true"),
        (5, "int", "5"),
        (-(2**31), "int", "-2147483648"),
        (2**31, "long", "2147483648"),
        (-(2**63), "long", "-9223372036854775808"),
        (2**63, "integer", "9223372036854775808"),
        (1.5, "double", "1.5"),
        (Decimal("1.50"), "decimal", "1.50"),
        (b"abc", "base64Binary", "YWJj"),
        (datetime(2020, 1, 2), "dateTime", "2020-01-02T00:00:00"),
        (XmlDateTime("2020-01-02T24:00:00"), "dateTime", "2020-01-02T24:00:00"),
        (date(2020, 1, 2), "date", "2020-01-02"),
        (XmlDate("2020-01-02Z"), "date", "2020-01-02Z"),
        (time(3, 4, 5), "time", "03:04:05"),
        (Duration("P1D"), "duration", "P1D"),
        (GYear("2020"), "gYear", "2020"),
        (GYearMonth("2020-01"), "gYearMonth", "2020-01"),
        (GMonth("--01"), "gMonth", "--01"),
        (GMonthDay("--01-02"), "gMonthDay", "--01-02"),
        (GDay("---02"), "gDay", "---02"),
    ],
)
def test_the_type_of_a_bare_value(value: object, name: str, text: str) -> None:
    assert any_simple(value) == (QName(XSD, name), text, "")
    assert parse_any_simple(QName(XSD, name), content(text)) == value


SAMPLES = {
    "boolean": "true",
    "decimal": "1.5",
    "float": "1.5",
    "double": "2.5",
    "dateTime": "2020-01-02T03:04:05Z",
    "date": "2020-01-02",
    "time": "03:04:05",
    "duration": "P1DT2H",
    "gYear": "2020",
    "gYearMonth": "2020-01",
    "gMonth": "--01",
    "gMonthDay": "--01-02",
    "gDay": "---02",
    "hexBinary": "0A0B",
    "base64Binary": "YWJj",
    "QName": "p:a",
    "NOTATION": "p:a",
} | dict.fromkeys(
    "integer nonPositiveInteger negativeInteger long int short byte nonNegativeInteger"
    " unsignedLong unsignedInt unsignedShort unsignedByte positiveInteger".split(),
    "5",
)
STRINGS = (
    "anySimpleType string normalizedString token language NMTOKEN NMTOKENS Name NCName ID"
    " IDREF IDREFS ENTITY ENTITIES anyURI".split()
)


@pytest.mark.parametrize("namespace", [XSD, SOAP11_ENCODING])
@pytest.mark.parametrize("local", [*SAMPLES, *STRINGS])
def test_every_builtin_keeps_its_name(namespace: str, local: str) -> None:
    name, text = QName(namespace, local), SAMPLES.get(local, "a")
    value = parse_any_simple(name, text, {"p": "urn:p"})
    assert is_simple_builtin(name)
    assert any_simple(value, "p") == (
        name,
        text,
        ' xmlns:p="urn:p"' if text == "p:a" else "",
    )
    assert isinstance(value, Typed) or namespace == XSD
    if isinstance(value, Typed):
        assert value.type == name


def test_the_values_inside() -> None:
    assert parse_any_simple(QName(XSD, "short"), " 5 ") == Typed(QName(XSD, "short"), 5)
    assert parse_any_simple(QName(XSD, "int"), str(2**40)) == Typed(
        QName(XSD, "int"), 2**40
    )
    tokens = Typed(QName(XSD, "NMTOKENS"), ["a", "b"])
    assert parse_any_simple(QName(XSD, "NMTOKENS"), "a  b") == tokens
    old = QName(SOAP11_ENCODING, "base64")
    assert parse_any_simple(old, "YWJj") == Typed(old, b"abc")
    assert any_simple(Typed(old, b"abc")) == (old, "YWJj", "")


@pytest.mark.parametrize(
    "name",
    [
        QName(XSD, "anyType"),
        QName(XSD, "base64"),
        QName(XSD, "nothing"),
        QName("urn:a", "string"),
        QName("", "string"),
        QName(SOAP11_ENCODING, "Array"),
    ],
)
def test_what_is_no_simple_builtin(name: QName) -> None:
    assert not is_simple_builtin(name)
    with pytest.raises(ValueError, match="is no simple builtin type"):
        parse_any_simple(name, "a")
    with pytest.raises(ValueError, match="is no simple builtin type"):
        any_simple(Typed(name, "a"))


def test_values_that_no_builtin_holds() -> None:
    for value in (None, [], object(), Kind.A, 1j, Typed(QName(XSD, "int"), "5")):
        with pytest.raises(TypeError):
            any_simple(value)
    with pytest.raises(TypeError, match="str given, QName wanted"):
        any_simple(Typed(QName(XSD, "QName"), "a"))


@given(
    st.one_of(
        TEXTS,
        st.booleans(),
        st.integers(),
        FLOATS,
        DECIMALS,
        st.binary(),
        st.datetimes(timezones=ZONES),
        DATETIME_TEXTS.map(XmlDateTime),
        st.dates(),
        TIMES,
        DURATIONS,
        st.sampled_from(SMALL),
    )
)
def test_a_bare_value_comes_back_with_its_type(value: object) -> None:
    name, text, _ = any_simple(value)
    back = parse_any_simple(name, content(text))
    assert back == value
    assert isinstance(value, type(back))


@pytest.mark.parametrize(
    "text", ["2020-01-02T3:04:005Z", "2020-01-02T0x:04:05Z", "2020-01-02T25:04:05Z"]
)
def test_the_usual_shape_alone_is_no_datetime(text):
    with pytest.raises(ValueError, match="is no xsd:dateTime"):
        lexical.parse_datetime(text)


def test_the_end_of_a_day_in_utc_keeps_its_form():
    found = lexical.parse_datetime("2020-01-02T24:00:00Z")
    assert lexical.datetime_text(found) == "2020-01-02T24:00:00Z"


@pytest.mark.parametrize(
    "microsecond, said", [(0, ""), (1, ".000001"), (500_000, ".5")]
)
def test_utc_is_written_as_z(microsecond, said):
    value = datetime(2020, 1, 2, 3, 4, 5, microsecond, tzinfo=timezone.utc)
    assert lexical.datetime_text(value) == f"2020-01-02T03:04:05{said}Z"
