"""The simple types in JSON: for each Python type its name, its form, and what reads and writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, TypeVar

from ..values.dates import XmlDate, XmlDateTime, XmlTime
from ..values.lexical import (
    bytes_text,
    date_text,
    datetime_text,
    decimal_text,
    float_text,
    int_text,
    parse_bytes,
    parse_date,
    parse_datetime,
    parse_decimal,
    parse_float,
    parse_int,
    parse_time,
    time_text,
)
from ..values.names import QName, split_clark
from ..values.numbers import XmlDecimal, XmlFloat, XmlInt
from ..values.values import (
    Duration,
    GDay,
    GMonth,
    GMonthDay,
    GYear,
    GYearMonth,
    LexicalValue,
)

T = TypeVar("T")

_SPECIAL_FLOATS: Final = ("NaN", "INF", "-INF")
_MAX_DIGITS: Final = 4000  # of an integer that is written as 1E+9
_ZONE: Final = "(Z|[+-][0-9]{2}:[0-9]{2})?"
_DATE: Final = "-?[0-9]{4,}-[0-9]{2}-[0-9]{2}"
_TIME: Final = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A simple type: `dump` gives its JSON, `load` reads it.

    Both raise `TypeError` for a value of another type and `ValueError` for one that has no such
    form; what they raise may quote the value. `load` takes what `dump` gives, and what other
    programs write instead, where that is not ambiguous.
    """

    cls: type
    name: str
    """Its name in XML Schema."""
    dump: Callable[[Any], object]  # Any: `cls`; what is none is refused
    load: Callable[[object], object]
    schema: Mapping[str, object]
    """Its JSON Schema."""

    def holds(self, value: object) -> bool:
        """Whether a value is one of the type's, and not of one that Python derives from it."""
        return isinstance(value, self.cls) and scalar_of(value) is self


# ---------------------------------------------------------------------------- the rules


def _wanted(data: object, wanted: str) -> TypeError:
    return TypeError(f"{json_name(data)} given, {wanted} wanted")


def json_name(data: object) -> str:
    """The name in JSON of a value's type."""
    if data is None:
        return "null"
    if isinstance(data, bool):
        return "a boolean"
    if isinstance(data, (int, float, Decimal)):
        return "a number"
    if isinstance(data, str):
        return "a string"
    return "an array" if isinstance(data, (list, tuple)) else "an object"


def _dump_string(value: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} given, str wanted")
    return str.__str__(value)


def _load_string(data: object) -> str:
    if not isinstance(data, str):
        raise _wanted(data, "a string")
    return data


def _dump_bool(value: bool) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{type(value).__name__} given, bool wanted")
    return value


def _load_bool(data: object) -> bool:
    if not isinstance(data, bool):
        raise _wanted(data, "a boolean")
    return data


def _dump_int(value: int) -> int | str:
    text = int_text(value)
    return text if isinstance(value, XmlInt) and text != f"{int(value)}" else int(value)


def _load_int(data: object) -> int:
    """A whole number, however it is written, or its text: `"0042"` keeps its zeros."""
    if isinstance(data, bool):
        raise _wanted(data, "an integer")
    if isinstance(data, int):
        return data
    if isinstance(data, str):
        return _kept(data, parse_int, int_text, XmlInt)
    if isinstance(data, (float, Decimal)):
        return _whole(data)
    raise _wanted(data, "an integer")


def _whole(number: float | Decimal) -> int:
    exact = Decimal(number)
    if not exact.is_finite() or exact.adjusted() > _MAX_DIGITS:
        raise ValueError(f"{number} is no integer")
    if exact != exact.to_integral_value():
        raise ValueError(f"{number} is no integer")
    return int(exact)


def _dump_float(value: float) -> float | str:
    text = float_text(value)
    kept = isinstance(value, XmlFloat) and text != float_text(float(value))
    return text if kept or text in _SPECIAL_FLOATS else float(value)


def _load_float(data: object) -> float:
    if isinstance(data, str):
        return _kept(data, parse_float, float_text, XmlFloat)
    if isinstance(data, bool) or not isinstance(data, (int, float, Decimal)):
        raise _wanted(data, "a number")
    return parse_float(float_text(data)) if isinstance(data, int) else float(data)


def _load_decimal(data: object) -> Decimal:
    """The text of a decimal, or a number: a `float` means its shortest text."""
    if isinstance(data, str):
        return _kept(data, parse_decimal, decimal_text, XmlDecimal)
    if isinstance(data, bool) or not isinstance(data, (int, float, Decimal)):
        raise _wanted(data, "a decimal number, as a string")
    found = Decimal(repr(data)) if isinstance(data, float) else Decimal(data)
    decimal_text(found)  # refuses what is no xsd:decimal
    return found


def _dump_lexical(value: LexicalValue) -> str:
    if not isinstance(value, LexicalValue):
        raise TypeError(f"{type(value).__name__} given, another type wanted")
    return value.text


def _dump_qname(value: QName) -> str:
    if not isinstance(value, QName):
        raise TypeError(f"{type(value).__name__} given, QName wanted")
    return str(value)


def _load_qname(text: str) -> QName:
    return QName(*split_clark(text))


def _kept(
    text: str,
    parse: Callable[[str], T],
    write: Callable[[T], str],
    keep: Callable[[str], T],
) -> T:
    """The value of a text: one that keeps the text where it would be written otherwise."""
    value = parse(text)
    text = text.strip()
    return value if write(value) == text else keep(text)


def _of_text(parse: Callable[[str], T], wanted: str) -> Callable[[object], T]:
    """Reads a string."""

    def load(data: object) -> T:
        if not isinstance(data, str):
            raise _wanted(data, wanted)
        return parse(data)

    return load


def _of_kept_text(
    parse: Callable[[str], T],
    write: Callable[[Any], str],  # Any: T, which the caller's context would widen
    keep: Callable[[str], T],
    wanted: str,
) -> Callable[[object], T]:
    """Reads a string, and keeps its text where the value would be written otherwise."""
    return _of_text(lambda text: _kept(text, parse, write, keep), wanted)


def _text_schema(pattern: str, description: str) -> dict[str, object]:
    return {"type": "string", "pattern": f"^{pattern}$", "description": description}


# ----------------------------------------------------------------------------- the table


def _lexical(cls: type[LexicalValue], name: str, pattern: str, example: str) -> Scalar:
    schema = _text_schema(pattern, f"xsd:{name}, as {example}")
    load = _of_text(cls.parse, f"a string such as {example}")
    return Scalar(cls, name, _dump_lexical, load, schema)


_DURATION: Final = (
    r"-?P(?=[0-9T])([0-9]+Y)?([0-9]+M)?([0-9]+D)?"
    r"(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]+)?S)?)?"
)
_TABLE: Final = (
    Scalar(str, "string", _dump_string, _load_string, {"type": "string"}),
    Scalar(bool, "boolean", _dump_bool, _load_bool, {"type": "boolean"}),
    Scalar(int, "integer", _dump_int, _load_int, {"type": "integer"}),
    Scalar(
        *(float, "double", _dump_float, _load_float),
        {"anyOf": [{"type": "number"}, {"enum": list(_SPECIAL_FLOATS)}]},
    ),
    Scalar(
        *(Decimal, "decimal", decimal_text, _load_decimal),
        _text_schema(
            r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", "an exact decimal number, as 12.50"
        ),
    ),
    Scalar(
        *(bytes, "base64Binary", bytes_text),
        _of_text(parse_bytes, "a string of base64"),
        {"type": "string", "contentEncoding": "base64"},
    ),
    Scalar(
        *(datetime, "dateTime", datetime_text),
        _of_kept_text(
            parse_datetime,
            datetime_text,
            XmlDateTime,
            "a string such as 2026-01-31T12:30:00Z",
        ),
        _text_schema(
            f"{_DATE}T{_TIME}{_ZONE}",
            "date and time, as 2026-01-31T12:30:00Z; the time zone may be left out",
        ),
    ),
    Scalar(
        *(date, "date", date_text),
        _of_kept_text(parse_date, date_text, XmlDate, "a string such as 2026-01-31"),
        _text_schema(f"{_DATE}{_ZONE}", "a date, as 2026-01-31"),
    ),
    Scalar(
        *(time, "time", time_text),
        _of_kept_text(parse_time, time_text, XmlTime, "a string such as 12:30:00"),
        _text_schema(f"{_TIME}{_ZONE}", "a time of day, as 12:30:00"),
    ),
    _lexical(Duration, "duration", _DURATION, "P1DT2H"),
    _lexical(GYear, "gYear", f"-?[0-9]{{4,}}{_ZONE}", "2026"),
    _lexical(GYearMonth, "gYearMonth", f"-?[0-9]{{4,}}-[0-9]{{2}}{_ZONE}", "2026-01"),
    _lexical(GMonth, "gMonth", f"--[0-9]{{2}}(--)?{_ZONE}", "--01"),
    _lexical(GMonthDay, "gMonthDay", f"--[0-9]{{2}}-[0-9]{{2}}{_ZONE}", "--01-31"),
    _lexical(GDay, "gDay", f"---[0-9]{{2}}{_ZONE}", "---31"),
    Scalar(
        *(QName, "QName", _dump_qname),
        _of_text(_load_qname, "a name in Clark's notation"),
        _text_schema(r"(\{[^}]+\})?[^{}:\s]+", "a name, {namespace}local"),
    ),
)
SCALARS: Final[Mapping[object, Scalar]] = {one.cls: one for one in _TABLE}
"""By the Python type."""


def scalar_of(value: object) -> Scalar | None:
    """The simple type of a value; None where it is of another kind."""
    return next((SCALARS[c] for c in type(value).__mro__ if c in SCALARS), None)
