"""The lexical forms of xsd:dateTime, xsd:date and xsd:time, and the moments that they mean.

Every form has its nearest value of the standard library and its place in the order of its type,
which is exact whatever the year and the fraction of a second.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from decimal import MAX_EMAX, MIN_EMIN, ROUND_FLOOR, Decimal, localcontext
from typing import Final, NamedTuple

from .strings import refusal

YEAR: Final = r"(?P<year>-?(?:[1-9][0-9]{4,}|[0-9]{4}))"
MONTH: Final = r"(?P<month>0[1-9]|1[0-2])"
DAY: Final = r"(?P<day>0[1-9]|[12][0-9]|3[01])"
ZONE: Final = r"(?P<zone>Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_DATE: Final = f"{YEAR}-{MONTH}-{DAY}"
_TIME: Final = (
    r"(?:(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9]):(?P<second>[0-5][0-9])"
    r"(?:\.(?P<fraction>[0-9]+))?|(?P<midnight>24:00:00(?:\.0+)?))"
)
DATETIME_FORM: Final = f"{_DATE}T{_TIME}{ZONE}"
DATE_FORM: Final = f"{_DATE}{ZONE}"
TIME_FORM: Final = f"{_TIME}{ZONE}"

DAY_LENGTH: Final = Decimal(86_400)  # seconds
_CYCLE_LENGTH: Final = 146_097  # days in 400 years, after which the calendar repeats


class Place(NamedTuple):
    """Where a value is in the order of its type; two are of one place where they are equal."""

    aware: bool
    """Whether it has a time zone: with and without one, two values have no order."""
    seconds: Decimal
    """Since the year 1 or midnight began, in UTC if it has a zone, exactly."""
    text: str
    """The lexical form, "" where the standard class holds the value."""


def match_form(pattern: str, text: str, kind: str) -> re.Match[str]:
    """The parts of a text.

    Raises:
        ValueError: it is not of the form; the error names `kind`.
    """
    # compiled when first wanted, and kept by `re`: most services never want them
    found = re.fullmatch(pattern, text)
    if found is None:
        raise refusal(text, kind)
    return found


def nearest_datetime(found: re.Match[str]) -> tuple[datetime, bool]:
    """The nearest datetime without a zone, and whether it is exact."""
    day, day_exact = nearest_date(found, "xsd:dateTime")
    if not day_exact:
        return (datetime.min if day == date.min else datetime.max), False
    clock, clock_exact = nearest_time(found)
    near = datetime.combine(day, clock)
    if found["midnight"]:
        near = near + timedelta(days=1) if day < date.max else datetime.max
    return near, clock_exact


def nearest_date(found: re.Match[str], kind: str) -> tuple[date, bool]:
    """The nearest date, and whether it is exact."""
    year, month, day = found["year"], int(found["month"]), int(found["day"])
    if day > days_in_month(month, year):
        raise refusal(found[0], kind)
    if year.startswith("-") or year == "0000":
        return date.min, False
    if len(year) > 4:
        return date.max, False
    return date(int(year), month, day), True


def nearest_time(found: re.Match[str]) -> tuple[time, bool]:
    """The nearest time without a zone, and whether it is exact."""
    if found["midnight"]:
        return time.min, False
    fraction = (found["fraction"] or "").rstrip("0")
    near = time(
        int(found["hour"]),
        int(found["minute"]),
        int(found["second"]),
        int(fraction[:6].ljust(6, "0")),
    )
    return near, len(fraction) <= 6


def place_of(form: str, text: str, offset: timedelta | None) -> Place:
    """The place of a lexical form that the standard class does not hold."""
    found = match_form(form, text, "")
    named = found.groupdict()
    # Decimals, whose digits have no limit as those of integers have.
    with localcontext(prec=len(text) + 30, Emax=MAX_EMAX, Emin=MIN_EMIN):
        seconds = -seconds_in(offset)
        if "year" in named:
            seconds += DAY_LENGTH * _ordinal(
                named["year"], named["month"], named["day"]
            )
            seconds += DAY_LENGTH if named.get("midnight") else 0
        if named.get("hour"):
            seconds += 3600 * int(named["hour"]) + 60 * int(named["minute"])
            seconds += Decimal(f"{named['second']}.{named['fraction'] or 0}")
    return Place(offset is not None, seconds, text)


def _ordinal(year: str, month: str, day: str) -> Decimal:
    """`date.toordinal` for every year; those before 1 count as in XML Schema 1.1, from 0000 back."""
    cycles = ((Decimal(year) - 1) / 400).to_integral_value(ROUND_FLOOR)
    first = date(int(Decimal(year) - 400 * cycles), int(month), 1)
    return _CYCLE_LENGTH * cycles + first.toordinal() - 1 + int(day)


def seconds_of(value: time) -> Decimal:
    """The time of the day, whatever its zone, in seconds."""
    whole = 3600 * value.hour + 60 * value.minute + value.second
    return whole + Decimal(value.microsecond).scaleb(-6)


def seconds_in(offset: timedelta | None) -> Decimal:
    """The offset of a time zone in seconds; 0 without one."""
    return Decimal(0 if offset is None else offset // timedelta(microseconds=1)).scaleb(
        -6
    )


def days_in_month(month: int, year: str = "2000") -> int:
    """How many days a month has; `year` is in its lexical form, of any length.

    XML Schema 1.0 has no year 0, so that its leap years are -0001 and -0005; 1.1 has one, so
    that they are 0000 and -0004. A month before year 1 is as long as in either.
    """
    if month != 2:
        return 30 if month in (4, 6, 9, 11) else 31
    number = int(year[-4:])  # the calendar repeats itself every 400 years
    leap = _is_leap(number) or (year.startswith("-") and _is_leap(number - 1))
    return 29 if leap else 28


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def timezone_of(zone: str | None) -> timezone | None:
    """The zone that a lexical form ends with."""
    if not zone:
        return None
    if zone == "Z":
        return timezone.utc
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
    return timezone(-offset if zone[0] == "-" else offset)
