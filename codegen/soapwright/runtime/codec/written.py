"""Values of types with a pattern facet: they are written as they were read.

A pattern speaks of the lexical form (XML Schema part 2, section 4.3.4): where it wants `0042` or
`12:00:00.000`, what the value itself would be written as may not be allowed at all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeVar

from ..values.dates import (
    XmlDate,
    XmlDateTime,
    XmlTime,
    date_text,
    datetime_text,
    parse_date,
    parse_datetime,
    parse_time,
    time_text,
)
from ..values.numbers import (
    XmlDecimal,
    XmlFloat,
    XmlInt,
    decimal_text,
    float_text,
    int_text,
    parse_decimal,
    parse_float,
    parse_int,
)
from ..values.strings import SPACE
from ..xml.element import Element
from .reading import value

T = TypeVar("T")


def _as_written(
    text: str, parsed: T, written: Callable[[T], str], keep: Callable[[str], T]
) -> T:
    text = text.strip(SPACE)
    return parsed if written(parsed) == text else keep(text)


def parse_written_int(text: str) -> int:
    """Any of the integer types: an `XmlInt` where an `int` would be written otherwise."""
    return _as_written(text, parse_int(text), int_text, XmlInt)


def parse_written_decimal(text: str) -> Decimal:
    """xsd:decimal: an `XmlDecimal` where a `Decimal` would be written otherwise."""
    return _as_written(text, parse_decimal(text), decimal_text, XmlDecimal)


def parse_written_float(text: str) -> float:
    """xsd:double and xsd:float: an `XmlFloat` where a `float` would be written otherwise."""
    return _as_written(text, parse_float(text), float_text, XmlFloat)


def parse_written_datetime(text: str) -> datetime:
    """xsd:dateTime: an `XmlDateTime` where a `datetime` would be written otherwise."""
    return _as_written(text, parse_datetime(text), datetime_text, XmlDateTime)


def parse_written_date(text: str) -> date:
    """xsd:date: an `XmlDate` where a `date` would be written otherwise."""
    return _as_written(text, parse_date(text), date_text, XmlDate)


def parse_written_time(text: str) -> time:
    """xsd:time: an `XmlTime` where a `time` would be written otherwise."""
    return _as_written(text, parse_time(text), time_text, XmlTime)


def written_int_value(e: Element) -> int:
    """An element that holds an integer."""
    return value(e, parse_written_int)


def written_decimal_value(e: Element) -> Decimal:
    """An element that holds an xsd:decimal."""
    return value(e, parse_written_decimal)


def written_float_value(e: Element) -> float:
    """An element that holds an xsd:double or xsd:float."""
    return value(e, parse_written_float)


def written_datetime_value(e: Element) -> datetime:
    """An element that holds an xsd:dateTime."""
    return value(e, parse_written_datetime)


def written_date_value(e: Element) -> date:
    """An element that holds an xsd:date."""
    return value(e, parse_written_date)


def written_time_value(e: Element) -> time:
    """An element that holds an xsd:time."""
    return value(e, parse_written_time)
