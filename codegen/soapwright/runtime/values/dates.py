"""xsd:dateTime, xsd:date and xsd:time.

The standard library's `datetime`, `date` and `time` are their values wherever they can hold
them. What they cannot hold (a date with a zone, 24:00:00, a year of five digits or below 1,
more than six digits of a second's fraction) are values of subclasses that keep the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timezone
from typing import Any, Final, Self, SupportsIndex, TypeVar

from .instants import (
    DATE_FORM,
    DATETIME_FORM,
    DAY_LENGTH,
    TIME_FORM,
    Place,
    match_form,
    nearest_date,
    nearest_datetime,
    nearest_time,
    place_of,
    seconds_in,
    seconds_of,
    timezone_of,
)
from .strings import SPACE

# The shape of what the standard library holds and reads. Its own `fromisoformat` checks the
# digits, and is let near nothing else: it takes 20200102T0304, weeks, and offsets of seconds.
_CLOCK_SHAPE: Final = (
    r"(?!24)..:..:..(?:\.[0-9]{1,6}0*)?"
    r"(?:Z|(?!-00:00)[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
)
_datetime_shape = re.compile(rf"....-..-..T{_CLOCK_SHAPE}").fullmatch
_time_shape = re.compile(_CLOCK_SHAPE).fullmatch

_DATETIME: Final = len("2020-01-02T03:04:05")
_TIME_OF_DAY: Final = len("03:04:05")
_OFFSET: Final = len("+00:00")
_isoformat: Final = datetime.isoformat
_date_isoformat: Final = date.isoformat
_clock_isoformat: Final = time.isoformat

T = TypeVar("T")

# What is Any below is handed on as the standard library's classes hand it to each other.


class _LexicalForm:
    """The base of `XmlDateTime`, `XmlDate` and `XmlTime`, which comes before the standard class.

    `_exact` is whether the standard class holds the value: then the two compare as ever.
    Else a value equals those of its text, and has its place in the order by its exact value;
    of two that mean the same moment, one with a text of its own comes after one without.
    What arithmetic and `replace` make has no text of its own, and is as good as standard.
    """

    _text = ""
    _exact = True

    @property
    def text(self) -> str:
        """The lexical form, as it was read and is written."""
        return self._text or self._standard_text()

    def _standard_text(self) -> str:
        raise NotImplementedError

    @staticmethod
    def _place(value: object) -> Place | None:
        """The place of a value of the standard class; None of any other."""
        raise NotImplementedError

    def _places(self, other: object) -> tuple[Place, Place] | None:
        """Both places in the order, None where the other is of another type.

        Raises:
            TypeError: one has a time zone and the other has none. Left to the standard class,
                which ignores a date's zone, the two would have an order.
        """
        mine, its = self._place(self), self._place(other)
        if mine is None or its is None:
            return None
        if mine.aware is not its.aware:
            name = type(self).__name__
            raise TypeError(f"{name}: one has a time zone, the other has none")
        return mine, its

    def __eq__(self, other: object) -> bool:
        if self._place(other) is None:
            return NotImplemented
        if isinstance(other, _LexicalForm) and not (self._exact and other._exact):
            return self._text == other._text
        return super().__eq__(other) if self._exact else False

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: object) -> bool:
        places = self._places(other)
        return NotImplemented if places is None else places[0] < places[1]

    def __le__(self, other: object) -> bool:
        places = self._places(other)
        return NotImplemented if places is None else places[0] <= places[1]

    def __gt__(self, other: object) -> bool:
        places = self._places(other)
        return NotImplemented if places is None else places[0] > places[1]

    def __ge__(self, other: object) -> bool:
        places = self._places(other)
        return NotImplemented if places is None else places[0] >= places[1]

    def __hash__(self) -> int:
        return super().__hash__() if self._exact else hash(self._text)

    def __repr__(self) -> str:
        text = self._text
        return f"{type(self).__name__}({text!r})" if text else super().__repr__()

    def __str__(self) -> str:
        return self._text or super().__str__()

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        if self._text:
            return type(self), (self._text,)
        return super().__reduce_ex__(protocol)


class XmlDateTime(_LexicalForm, datetime):
    """An xsd:dateTime that is written as it was read, such as 2020-12-31T24:00:00.

    As a `datetime` it is the nearest there is: digits beyond the microsecond are cut off,
    24:00:00 is the next day's 00:00:00, a year out of range is `datetime.min` or `.max`. It
    equals another by its text, or, where a `datetime` holds the value, as a `datetime` does,
    and is ordered by its exact value, with a zone or without, but not one against the other.

    Raises:
        ValueError: the text is no xsd:dateTime.
    """

    def __new__(cls, text: str | int, *parts: Any, **named: Any) -> Self:
        if not isinstance(text, str):
            return super().__new__(cls, text, *parts, **named)
        found = match_form(DATETIME_FORM, text, "xsd:dateTime")
        near, exact = nearest_datetime(found)
        zone = timezone_of(found["zone"])
        self = cls.combine(near.date(), near.time(), zone)
        self._text = text
        self._exact = exact
        return self

    def _standard_text(self) -> str:
        return _tidy(datetime.isoformat(self), _DATETIME)

    @staticmethod
    def _place(value: object) -> Place | None:
        if not isinstance(value, datetime):
            return None
        offset = value.utcoffset()
        if isinstance(value, XmlDateTime) and not value._exact:
            return place_of(DATETIME_FORM, value._text, offset)
        seconds = seconds_of(value.time()) + DAY_LENGTH * value.toordinal()
        return Place(offset is not None, seconds - seconds_in(offset), "")


class XmlDate(_LexicalForm, date):
    """An xsd:date that is written as it was read, such as 2020-01-02Z.

    As a `date` it is the nearest there is: the zone does not count, and a year out of range is
    `date.min` or `date.max`. It equals another by its text, or, where a `date` holds the value,
    as a `date` does. With a zone it is ordered among dates with one, by when they begin, and
    not against dates without (XML Schema part 2, section 3.2.9).

    Raises:
        ValueError: the text is no xsd:date.
    """

    tzinfo: timezone | None = None

    def __new__(cls, text: str | int, *parts: Any, **named: Any) -> Self:
        if not isinstance(text, str):
            return super().__new__(cls, text, *parts, **named)
        found = match_form(DATE_FORM, text, "xsd:date")
        day, exact = nearest_date(found, "xsd:date")
        self = super().__new__(cls, day.year, day.month, day.day)
        self._text = text
        self._exact = exact and not found["zone"]
        self.tzinfo = timezone_of(found["zone"])
        return self

    def _standard_text(self) -> str:
        return date.isoformat(self)

    @staticmethod
    def _place(value: object) -> Place | None:
        if not isinstance(value, date) or isinstance(value, datetime):
            return None
        if isinstance(value, XmlDate) and not value._exact:
            zone = value.tzinfo
            offset = None if zone is None else zone.utcoffset(None)
            return place_of(DATE_FORM, value._text, offset)
        return Place(False, DAY_LENGTH * value.toordinal(), "")


class XmlTime(_LexicalForm, time):
    """An xsd:time that is written as it was read, such as 24:00:00.

    As a `time` it is the nearest there is: digits beyond the microsecond are cut off, 24:00:00
    is 00:00:00. It equals another by its text, or, where a `time` holds the value, as a `time`
    does, and is ordered by its exact value, with a zone or without, but not one against the
    other.

    Raises:
        ValueError: the text is no xsd:time.
    """

    def __new__(cls, text: str | int = 0, *parts: Any, **named: Any) -> Self:
        if not isinstance(text, str):
            return super().__new__(cls, text, *parts, **named)
        found = match_form(TIME_FORM, text, "xsd:time")
        near, exact = nearest_time(found)
        self = super().__new__(
            cls,
            near.hour,
            near.minute,
            near.second,
            near.microsecond,
            timezone_of(found["zone"]),
        )
        self._text = text
        self._exact = exact
        return self

    def _standard_text(self) -> str:
        return _tidy(time.isoformat(self), _TIME_OF_DAY)

    @staticmethod
    def _place(value: object) -> Place | None:
        if not isinstance(value, time):
            return None
        offset = value.utcoffset()
        if isinstance(value, XmlTime) and not value._exact:
            return place_of(TIME_FORM, value._text, offset)
        return Place(offset is not None, seconds_of(value) - seconds_in(offset), "")


# ------------------------------------------------------------------------------ reading


def parse_datetime(text: str) -> datetime:
    """xsd:dateTime: a `datetime`, or an `XmlDateTime` where that cannot hold it.

    Raises:
        ValueError: the text is no xsd:dateTime.
    """
    # The usual shape, in UTC, is seen without the expression.
    usual = text[4::3] == "--T::Z" and len(text) == _DATETIME + 1
    if usual and text[11:13] != "24" or _datetime_shape(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass  # the year 0000, or what XmlDateTime refuses
    return _slowly(text, parse_datetime, XmlDateTime)


def parse_date(text: str) -> date:
    """xsd:date: a `date`, or an `XmlDate` where that cannot hold it.

    Raises:
        ValueError: the text is no xsd:date.
    """
    if text[4::3] == "--":
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass  # the year 0000, white space, or what XmlDate refuses
    return _slowly(text, parse_date, XmlDate)


def parse_time(text: str) -> time:
    """xsd:time: a `time`, or an `XmlTime` where that cannot hold it.

    Raises:
        ValueError: the text is no xsd:time.
    """
    if _time_shape(text):
        try:
            return time.fromisoformat(text)
        except ValueError:
            pass  # what XmlTime refuses
    return _slowly(text, parse_time, XmlTime)


def _slowly(text: str, parse: Callable[[str], T], lexical: Callable[[str], T]) -> T:
    stripped = text.strip(SPACE)
    return parse(stripped) if stripped != text else lexical(text)


# ------------------------------------------------------------------------------ writing


def datetime_text(value: datetime) -> str:
    """xsd:dateTime; UTC is written "Z", a fraction without zeros at its end.

    Raises:
        TypeError: it is no `datetime`.
        ValueError: its offset is not of whole minutes, or beyond 14 hours.
    """
    if type(value) is datetime:
        # In UTC, as most are: in half the time that an aware isoformat takes.
        if value.tzinfo is timezone.utc:
            clock = _clock_isoformat(value.time())
            if len(clock) == _TIME_OF_DAY:
                return f"{_date_isoformat(value)}T{clock}Z"
    elif isinstance(value, XmlDateTime):
        return value.text
    elif not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} given, datetime wanted")
    standard = _isoformat(value)
    return standard if len(standard) == _DATETIME else _tidy(standard, _DATETIME)


def date_text(value: date) -> str:
    """xsd:date.

    Raises:
        TypeError: it is no `date`, or a `datetime`, whose time would be lost.
    """
    if type(value) is date:
        return date.isoformat(value)
    if isinstance(value, XmlDate):
        return value.text
    if isinstance(value, date) and not isinstance(value, datetime):
        return date.isoformat(value)
    raise TypeError(f"{type(value).__name__} given, date wanted")


def time_text(value: time) -> str:
    """xsd:time; UTC is written "Z", a fraction without zeros at its end.

    Raises:
        TypeError: it is no `time`.
        ValueError: its offset is not of whole minutes, or beyond 14 hours.
    """
    if type(value) is not time:
        if isinstance(value, XmlTime):
            return value.text
        if not isinstance(value, time):
            raise TypeError(f"{type(value).__name__} given, time wanted")
    return _tidy(time.isoformat(value), _TIME_OF_DAY)


def _tidy(standard: str, seconds: int) -> str:
    """`isoformat`'s text as XML Schema writes it; the seconds end at the index `seconds`."""
    zone = standard[-_OFFSET:]
    if zone[0] in "+-":
        standard = standard[:-_OFFSET]
        if zone == "+00:00":
            zone = "Z"
        elif zone[1:] > "14:00":
            raise ValueError("an offset beyond 14 hours is none of XML Schema's")
    else:
        zone = ""
    if len(standard) == seconds:
        return standard + zone
    if len(standard) != seconds + 7:  # a point and six digits
        raise ValueError("an offset with seconds is none of XML Schema's")
    return standard.rstrip("0") + zone
