"""The facets that writing does not check: lengths, patterns, bounds, digits, how often, fixed values.

It is loaded when a package's `validate` is first called.
"""

from __future__ import annotations

import dataclasses
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, localcontext
from enum import Enum
from functools import cache
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from ..codec.enumerations import is_unknown
from ..codec.reading import allows
from ..errors.errors import EncodeError
from ..values.anysimple import any_simple
from ..values.lexical import (
    parse_date,
    parse_datetime,
    parse_decimal,
    parse_float,
    parse_time,
    parse_token,
)
from ..values.names import NCNAME, QName
from ..values.numbers import decimal_text
from ..values.values import (
    UNSET,
    Duration,
    GDay,
    GMonth,
    GMonthDay,
    GYear,
    GYearMonth,
    LexicalValue,
    Nil,
)
from .regular import TooLong, matcher

_ALL: Final = range(sys.maxunicode + 1)
_CATEGORY: Final = re.compile(r"\\([pP])\{(\w+)\}")


class Violation(NamedTuple):
    """A spot that its type does not allow: `Order.lines[2].code`, and what is wrong with it."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class ValidationError(EncodeError):
    """A value breaks facets of its types; `violations` has all spots, the message the first."""

    def __init__(self, violations: list[Violation]) -> None:
        super().__init__(*violations[0])
        self.violations: tuple[Violation, ...] = tuple(violations)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (list(self.violations),)


# -------------------------------------------------------------------------- simple types


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """A simple type: what it restricts and how, what it is a list of, or what it is a union of.

    One of `patterns`, which are Python's, must match the whole lexical form. `members` are a
    union's: what a member's values are in Python, a name of `_KINDS`, and what it asks of them.
    """

    base: Facets | None = None
    item: Facets | None = None
    members: tuple[tuple[str, Facets | None], ...] = ()
    patterns: tuple[str, ...] = ()
    length: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_inclusive: str | None = None
    max_inclusive: str | None = None
    min_exclusive: str | None = None
    max_exclusive: str | None = None
    total_digits: int | None = None
    fraction_digits: int | None = None
    values: tuple[str, ...] = ()
    names: tuple[QName, ...] = ()

    def wrong(self, value: object, text: str | None = None) -> Iterator[str]:
        """The faults of a value; the value is not shown, as it may be a secret.

        Args:
            value: the value.
            text: what it was read of, where that is known.
        """
        if self.base is not None:
            yield from self.base.wrong(value, text)
        if self.item is not None and isinstance(value, list):
            for index, each in enumerate(value):
                for message in self.item.wrong(each):
                    yield f"its item {index} {message}"
        yield from self._union(value)
        if self.patterns:
            yield from _mismatches(value, self.patterns, text)
        yield from self._enumeration(value)
        yield from self._lengths(value)
        yield from self._bounds(value)
        yield from self._digits(value)

    def takes(self, member: int, value: object, text: str) -> bool:
        """Whether a member of a union, by its number, takes a value that it read of a text."""
        facets = self.members[member][1]
        return facets is None or next(facets.wrong(value, text), None) is None

    def _enumeration(self, value: object) -> Iterator[str]:
        if self.names and isinstance(value, QName) and value not in self.names:
            yield f"is none of {', '.join(map(str, self.names))}"
        if self.values and not any(_is_fixed(value, one) for one in self.values):
            yield "is none of the values that are known"

    def _union(self, value: object) -> Iterator[str]:
        """The messages of all members that the value may be of; none where one of them accepts it."""
        refusals = [
            list(facets.wrong(value)) if facets is not None else []
            for kind, facets in self.members
            if _is_of(value, kind)
        ]
        if all(refusals):
            yield from dict.fromkeys(
                message for messages in refusals for message in messages
            )

    def _lengths(self, value: object) -> Iterator[str]:
        size = getattr(value, "size", None)  # of an attachment
        if isinstance(value, (str, bytes, list)):
            size = len(value)
        if not isinstance(size, int):
            return
        if self.length is not None and size != self.length:
            yield f"has the length {size}, not {self.length}"
        if self.min_length is not None and size < self.min_length:
            yield f"has the length {size}, less than {self.min_length}"
        if self.max_length is not None and size > self.max_length:
            yield f"has the length {size}, more than {self.max_length}"

    def _bounds(self, value: object) -> Iterator[str]:
        for bound, relation, holds in (
            (self.min_inclusive, "less than", lambda one, other: one >= other),
            (self.max_inclusive, "more than", lambda one, other: one <= other),
            (self.min_exclusive, "not more than", lambda one, other: one > other),
            (self.max_exclusive, "not less than", lambda one, other: one < other),
        ):
            if bound is not None and not _compared(value, bound, holds):
                yield f"is {relation} {bound}"

    def _digits(self, value: object) -> Iterator[str]:
        if self.total_digits is None and self.fraction_digits is None:
            return
        if not isinstance(value, (int, Decimal)):
            return
        whole, _, fraction = decimal_text(abs(Decimal(value))).partition(".")
        fraction = fraction.rstrip("0")
        digits = len(whole.lstrip("0")) + len(fraction)
        if self.total_digits is not None and digits > self.total_digits:
            yield f"has {digits} digits, more than {self.total_digits}"
        if self.fraction_digits is not None and len(fraction) > self.fraction_digits:
            yield f"has {len(fraction)} digits after the point, more than {self.fraction_digits}"


_KINDS: Final[Mapping[str, type]] = {
    one.__name__: one
    for one in (
        *(str, bytes, bool, int, Decimal, float, list, datetime, date, time),
        *(QName, Duration, GYear, GYearMonth, GMonth, GMonthDay, GDay),
    )
}


def _is_of(value: object, kind: str) -> bool:
    """Whether a value may be of a member of a union; of a kind that is not known here any may be."""
    if kind == "Enum":
        return isinstance(value, Enum) or is_unknown(value)
    if kind not in _KINDS:
        return True
    if isinstance(value, Enum) or isinstance(value, bool) and kind != "bool":
        return False
    if isinstance(value, datetime) and kind == "date":
        return False
    return isinstance(value, _KINDS[kind])


def _between(low: int | None, high: int | None) -> Facets:
    return Facets(
        min_inclusive=None if low is None else str(low),
        max_inclusive=None if high is None else str(high),
    )


BUILTINS: Final[Mapping[str, Facets]] = {
    "nonPositiveInteger": _between(None, 0),
    "negativeInteger": _between(None, -1),
    "nonNegativeInteger": _between(0, None),
    "positiveInteger": _between(1, None),
    "long": _between(-(2**63), 2**63 - 1),
    "int": _between(-(2**31), 2**31 - 1),
    "short": _between(-(2**15), 2**15 - 1),
    "byte": _between(-(2**7), 2**7 - 1),
    "unsignedLong": _between(0, 2**64 - 1),
    "unsignedInt": _between(0, 2**32 - 1),
    "unsignedShort": _between(0, 2**16 - 1),
    "unsignedByte": _between(0, 2**8 - 1),
    "language": Facets(patterns=("[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",)),
    "NCName": Facets(patterns=(NCNAME,)),
}
"""The builtins that have bounds, and the strings that are not just any."""


def _mismatches(
    value: object, patterns: tuple[str, ...], text: str | None
) -> Iterator[str]:
    texts = _lexical_forms(value)
    if texts and text is not None and not isinstance(value, str):
        texts = [parse_token(text)]
    said = " or ".join(patterns)
    try:
        if texts and not any(
            _compiled(pattern)(text) for pattern in patterns for text in texts
        ):
            yield f"does not match {said}"
    except TooLong:
        yield f"is too long to be matched with {said}"


def _lexical_forms(value: object) -> list[str]:
    """The texts that a value may be written as; none where they are not known here."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return ["true", "1"] if value else ["false", "0"]
    if isinstance(value, str):
        return [value]
    if isinstance(value, LexicalValue):
        return [value.text]
    if isinstance(value, list):
        items = [_lexical_forms(item) for item in value]
        if not all(items):
            return []
        # each item has one form, or two where it is a bool, and all are written alike
        return [" ".join(forms[index] for forms in items) for index in (0, -1)]
    if isinstance(value, (int, float, Decimal, date, time)):
        return [any_simple(value)[1]]
    return []


@cache
def _compiled(pattern: str) -> Callable[[str], object]:
    return matcher(_CATEGORY.sub(lambda m: _characters(m[2], m[1] == "P"), pattern))


@cache
def _runs() -> list[tuple[str, int, int]]:
    """Unicode as runs of characters of one category, each with its first and its last."""
    runs = []
    start = 0
    for category, same in groupby(map(unicodedata.category, map(chr, _ALL))):
        end = start + sum(1 for _ in same)
        runs.append((category, start, end - 1))
        start = end
    return runs


@cache
def _characters(category: str, others: bool) -> str:
    """The characters of a Unicode category, or all others, as the ranges of a class."""
    return "".join(
        [
            f"\\U{first:08x}-\\U{last:08x}"
            for found, first, last in _runs()
            if found.startswith(category) != others
        ]
    )


def _compared(
    value: object, bound: str, holds: Callable[[Any, Any], bool], other: bool = True
) -> bool:  # Any: of one type
    """Whether a bound holds; `other` where there is no order, as of times with and without a zone."""
    parse: Callable[[str], object]
    match value:
        case bool() | Enum():
            return True
        case int() | Decimal():
            parse = parse_decimal
        case float():
            parse = parse_float
        case datetime():
            parse = parse_datetime
        case date():
            parse = parse_date
        case time():
            parse = parse_time
        case Duration():
            return _durations_compared(value, bound, holds)
        case _:
            return True
    try:
        return holds(value, parse(bound))
    except (TypeError, ValueError):
        return other


# Between any two of these months a duration of months is of another length (XML Schema part 2, 3.2.6.2).
_MOMENTS: Final = (12 * 1696 + 8, 12 * 1697 + 1, 12 * 1903 + 2, 12 * 1903 + 6)


def _durations_compared(
    value: Duration, bound: str, holds: Callable[[Any, Any], bool]
) -> bool:  # Any: as above
    """Whether a bound holds from wherever the durations begin."""
    try:
        one, other = value, Duration(bound)
        return all(holds(_end(one, m), _end(other, m)) for m in _MOMENTS)
    except ValueError:
        return True


def _end(duration: Duration, month: int) -> Decimal:
    """When a duration ends that begins with a month, in seconds."""
    year, month = divmod(month + duration.months - 2, 12)  # a year that begins in March
    days = 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5
    with localcontext(prec=len(str(duration)) + 40):
        return days * 86400 + duration.seconds


# -------------------------------------------------------------------------------- fields


@dataclass(frozen=True, slots=True)
class Check:
    """The constraints of a field's value; of a list those of `each` item, and its length.

    `tags` are for pairs: the constraints of the value by its name. What is `filled` may not be nil.
    `namespaces` are those of the wildcards that take the attributes of a dict.
    """

    type: Facets | None = None
    _: dataclasses.KW_ONLY
    each: bool = False
    low: int = 0
    high: int | None = None
    fixed: str | None = None
    tags: Mapping[str, Facets] = field(default_factory=dict)
    namespaces: tuple[tuple[str, ...], ...] = ()
    absent: bool = False
    filled: bool = False

    def wrong(self, value: object, path: str) -> Iterator[Violation]:
        """The violations of a field's value."""
        if self.absent:
            if value is not None and value != [] and value != {}:
                yield Violation(path, "is not allowed")
            return
        if self.namespaces and isinstance(value, dict):
            for name in value:
                if not any(allows(name, spaces) for spaces in self.namespaces):
                    yield Violation(f"{path}[{name!r}]", "is not allowed")
        elif self.each and isinstance(value, list):
            if value and len(value) < self.low:
                message = f"has {len(value)} items, less than {self.low}"
                yield Violation(path, message)
            if self.high is not None and len(value) > self.high:
                message = f"has {len(value)} items, more than {self.high}"
                yield Violation(path, message)
            for index, item in enumerate(value):
                yield from self._one(item, f"{path}[{index}]")
        else:
            yield from self._one(value, path)

    def _one(self, value: object, path: str) -> Iterator[Violation]:
        wanted = self.type
        if self.tags and isinstance(value, tuple) and len(value) == 2:
            wanted, value = self.tags.get(value[0]), value[1]
        if self.filled and (value is None or isinstance(value, Nil)):
            yield Violation(path, "may not be nil")
        if value is None or value is UNSET:
            return
        if wanted is not None:
            for message in wanted.wrong(value):
                yield Violation(path, message)
        if self.fixed is not None and not _is_fixed(value, self.fixed):
            yield Violation(path, f"is not {self.fixed!r}, which is fixed")


def _is_fixed(value: object, fixed: str) -> bool:
    if isinstance(value, (int, float, Decimal, date, time)) and not isinstance(
        value, bool
    ):
        return _compared(value, fixed, lambda one, its: bool(one == its), other=False)
    if isinstance(value, list):
        texts = fixed.split()
        return len(texts) == len(value) and all(map(_is_fixed, value, texts))
    if isinstance(value, QName):
        return str(value) == fixed
    plain = value.value if isinstance(value, Enum) else value
    if isinstance(plain, LexicalValue):
        return True  # another text may be the same value: `P1Y` is `P12M`
    forms = _lexical_forms(value)
    # the schema has it before its white space is collapsed, where the type does that
    return not forms or fixed in forms or parse_token(fixed) in forms


Checks: TypeAlias = Mapping[str, Mapping[str, Check]]
"""By the name of a class, by the name of a field."""


class ContentCheck(Protocol):
    """The number and the order of the elements of a class's objects."""

    def wrong(self, value: object, path: str) -> Iterator[Violation]:
        """The violations of an object."""
        ...


Contents: TypeAlias = Mapping[str, ContentCheck]
"""By the name of a class."""


# ------------------------------------------------------------------------------- values


def check(
    value: object, checks: Checks, contents: Contents = MappingProxyType({})
) -> None:
    """Check a value and all that it holds, each object once; its content if its fields are sound.

    Raises:
        ValidationError: something breaks a facet.
    """
    found: list[Violation] = []
    seen: set[int] = set()
    waiting: list[tuple[object, str]] = [(value, type(value).__name__)]
    while waiting:
        one, path = waiting.pop()
        if is_unknown(one) and not isinstance(one, list):
            found.append(Violation(path, "is none of the values that are known"))
        elif isinstance(one, tuple) and len(one) == 2:
            waiting.append((one[1], path))  # a name and a value
        elif isinstance(one, list):
            waiting += [
                (item, f"{path}[{i}]") for i, item in reversed(list(enumerate(one)))
            ]
        elif (
            dataclasses.is_dataclass(one)
            and not _is_frozen(type(one))
            and id(one) not in seen
        ):
            seen.add(id(one))
            wanted = _checks_of(type(one), checks)
            inner: list[tuple[object, str]] = []
            before = len(found)
            for name in (f.name for f in dataclasses.fields(one)):
                held, spot = getattr(one, name), f"{path}.{name}"
                if name in wanted and held is not UNSET:
                    found += wanted[name].wrong(held, spot)
                inner.append((held, spot))
            waiting += reversed(inner)
            content = contents.get(type(one).__name__)
            if content is not None and len(found) == before:
                found += content.wrong(one, path)
    if found:
        raise ValidationError(found)


def _is_frozen(cls: type) -> bool:
    """Whether a class is the runtime's: nothing in its objects has facets, and an attachment's content may be a
    file's, or unknown."""
    parameters: Any = getattr(cls, "__dataclass_params__")  # Any: typeshed has it not
    return bool(parameters.frozen)


def _checks_of(cls: type, checks: Checks) -> Mapping[str, Check]:
    """A class's checks, its bases' among them."""
    found: dict[str, Check] = {}
    for one in reversed(cls.__mro__):
        found.update(checks.get(one.__name__, {}))
    return found
