"""The types of values that the standard library has none for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone
from decimal import Decimal, localcontext
from enum import Enum
from typing import ClassVar, Final, Literal, Self

from ..secrets.redaction import MASK
from .dates import XmlDate, XmlDateTime, XmlTime
from .frozen import Frozen
from .instants import DAY, MONTH, YEAR, ZONE, days_in_month, timezone_of
from .names import QName
from .numbers import parse_int
from .strings import SPACE, refusal

__all__ = [
    "UNSET",
    "Duration",
    "GDay",
    "GMonth",
    "GMonthDay",
    "GYear",
    "GYearMonth",
    "LexicalValue",
    "Nil",
    "QName",
    "Unset",
    "XmlDate",
    "XmlDateTime",
    "XmlTime",
]


class Unset(Enum):
    """The type of `UNSET`: what was absent, where `None` means `xsi:nil`."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True, repr=False)
class Nil:
    """An element that is nil and has attributes (XML Schema part 1, section 3.3.4).

    One without attributes is `None`. Both are false. Its `repr` shows no attribute's text: which
    are secret, only a package defines.

    Args:
        attributes: their texts, by their names in Clark's notation.
        type: the name that its `xsi:type` has, in Clark's notation; "" where it has none.

    Raises:
        ValueError: it has neither, and so is `None`.
    """

    attributes: Mapping[str, str]
    type: str = ""

    def __post_init__(self) -> None:
        if not self.attributes and not self.type:
            raise ValueError("a nil element without attributes is None")

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        masked = dict.fromkeys(self.attributes, MASK)
        kind = f", type={self.type!r}" if self.type else ""
        return f"Nil(attributes={masked!r}{kind})"


class LexicalValue(Frozen):
    """A value that is its lexical form: it compares by it, and is written as it was read.

    Raises:
        ValueError: the text is none of the type's forms.
    """

    __slots__ = ("_text",)
    _KIND: ClassVar[str]
    _PATTERN: ClassVar[str]

    def __init__(self, text: str) -> None:
        # compiled when first wanted, and kept by `re`: most services never want them
        found = re.fullmatch(self._PATTERN, text)
        if found is None or not self._is_real(found):
            raise refusal(text, self._KIND)
        self._text = text

    def _is_real(self, found: re.Match[str]) -> bool:
        """Whether what the pattern takes is a value."""
        return True

    @classmethod
    def parse(cls, text: str) -> Self:
        """The value of a text that white space may surround.

        Raises:
            ValueError: the text is none of the type's forms.
        """
        return cls(text.strip(SPACE))

    @property
    def text(self) -> str:
        """The lexical form."""
        return self._text

    def _parts(self) -> tuple[str]:
        return (self._text,)

    def __str__(self) -> str:
        return self._text

    def _found(self) -> re.Match[str]:
        found = re.fullmatch(self._PATTERN, self._text)
        assert found is not None  # the constructor saw to it
        return found


class Duration(LexicalValue):
    """An xsd:duration, such as P1Y2M3DT4H5M6.7S."""

    __slots__ = ()
    _KIND = "xsd:duration"
    _PATTERN = (
        r"-?P(?=[0-9T])(?:(?P<years>[0-9]+)Y)?(?:(?P<months>[0-9]+)M)?"
        r"(?:(?P<days>[0-9]+)D)?(?:T(?=[0-9])(?:(?P<hours>[0-9]+)H)?"
        r"(?:(?P<minutes>[0-9]+)M)?(?:(?P<seconds>[0-9]+(?:\.[0-9]+)?)S)?)?"
    )

    @classmethod
    def from_timedelta(cls, delta: timedelta) -> Self:
        """The duration of days and seconds that is as long."""
        length = abs(delta)
        seconds = f"{length.seconds}.{length.microseconds:06}".rstrip("0").rstrip(".")
        days = f"{length.days}D" if length.days else ""
        clock = f"T{seconds}S" if seconds != "0" or not days else ""
        return cls(f"{'-' if delta < timedelta() else ''}P{days}{clock}")

    @property
    def sign(self) -> Literal[-1, 1]:
        """-1 where the text begins with a minus."""
        return -1 if self._text.startswith("-") else 1

    @property
    def months(self) -> int:
        """The years and months, in months, with the sign.

        Raises:
            ValueError: a number has more digits than Python converts.
        """
        years, months = self._found().group("years", "months")
        return self.sign * (12 * parse_int(years or "0") + parse_int(months or "0"))

    @property
    def seconds(self) -> Decimal:
        """The days, hours, minutes and seconds, in seconds, with the sign, exactly."""
        names = ("days", "hours", "minutes", "seconds")
        days, hours, minutes, seconds = (
            Decimal(number or 0) for number in self._found().group(*names)
        )
        with localcontext(prec=len(self._text) + 10):
            return self.sign * (86400 * days + 3600 * hours + 60 * minutes + seconds)

    def to_timedelta(self) -> timedelta:
        """As a `timedelta`; what is beyond the microsecond is cut off.

        Raises:
            ValueError: it has months, whose length is not known, or is too long.
        """
        if self.months:
            raise ValueError(f"{self._text} has months: it is no timedelta")
        with localcontext(prec=len(self._text) + 10):
            microseconds = int(self.seconds.scaleb(6))
        try:
            return timedelta(microseconds=microseconds)
        except OverflowError:
            raise ValueError(f"{self._text} is too long for a timedelta") from None


class _Zoned(LexicalValue):
    __slots__ = ()

    @property
    def zone(self) -> timezone | None:
        """The time zone, None where the text has none."""
        return timezone_of(self._found()["zone"])

    def _number(self, name: str) -> int:
        return parse_int(self._found()[name])


class GYear(_Zoned):
    """An xsd:gYear, such as 2020."""

    __slots__ = ()
    _KIND = "xsd:gYear"
    _PATTERN = f"{YEAR}{ZONE}"

    @property
    def year(self) -> int:
        """The year; of those before 1 as it is written."""
        return self._number("year")


class GYearMonth(_Zoned):
    """An xsd:gYearMonth, such as 2020-01."""

    __slots__ = ()
    _KIND = "xsd:gYearMonth"
    _PATTERN = f"{YEAR}-{MONTH}{ZONE}"

    @property
    def year(self) -> int:
        """The year; of those before 1 as it is written."""
        return self._number("year")

    @property
    def month(self) -> int:
        """1 to 12."""
        return self._number("month")


class GMonth(_Zoned):
    """An xsd:gMonth, such as --01."""

    __slots__ = ()
    _KIND = "xsd:gMonth"
    _PATTERN = f"--{MONTH}(--)?{ZONE}"  # the second hyphens: the first edition's form

    @property
    def month(self) -> int:
        """1 to 12."""
        return self._number("month")


class GMonthDay(_Zoned):
    """An xsd:gMonthDay, such as --02-29."""

    __slots__ = ()
    _KIND = "xsd:gMonthDay"
    _PATTERN = f"--{MONTH}-{DAY}{ZONE}"

    def _is_real(self, found: re.Match[str]) -> bool:
        return int(found["day"]) <= days_in_month(int(found["month"]))

    @property
    def month(self) -> int:
        """1 to 12."""
        return self._number("month")

    @property
    def day(self) -> int:
        """1 to 31."""
        return self._number("day")


class GDay(_Zoned):
    """An xsd:gDay, such as ---31."""

    __slots__ = ()
    _KIND = "xsd:gDay"
    _PATTERN = f"---{DAY}{ZONE}"

    @property
    def day(self) -> int:
        """1 to 31."""
        return self._number("day")
