"""XML Schema's builtin types: for each, what reads its text and what writes it.

`parse_X` takes an element's or attribute's text as it is and raises `ValueError` where
that is none of the type's lexical forms. `X_text` gives element text that is escaped already,
and raises `TypeError` for a value of another type, `ValueError` for one that has no text. What
it raises never quotes the value, which may be a secret.
"""

from __future__ import annotations

from binascii import a2b_base64, a2b_hex, b2a_base64, b2a_hex
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from .dates import (
    date_text,
    datetime_text,
    parse_date,
    parse_datetime,
    parse_time,
    time_text,
)
from .names import parse_qname, parse_qnames, qname_text, qnames_text
from .numbers import (
    decimal_text,
    float_text,
    int_text,
    parse_decimal,
    parse_float,
    parse_int,
)
from .strings import (
    SPACE,
    attribute_text,
    parse_normalized,
    parse_string,
    parse_token,
    refusal,
    split,
    text,
)
from .values import (
    Duration,
    GDay,
    GMonth,
    GMonthDay,
    GYear,
    GYearMonth,
    LexicalValue,
)

__all__ = [
    "attribute_text",
    "bool_digit_text",
    "bool_text",
    "bytes_text",
    "date_text",
    "datetime_text",
    "decimal_text",
    "duration_text",
    "float_text",
    "g_day_text",
    "g_month_day_text",
    "g_month_text",
    "g_year_month_text",
    "g_year_text",
    "hex_lower_text",
    "hex_text",
    "int_text",
    "list_text",
    "parse_bool",
    "parse_bytes",
    "parse_date",
    "parse_datetime",
    "parse_decimal",
    "parse_duration",
    "parse_float",
    "parse_g_day",
    "parse_g_month",
    "parse_g_month_day",
    "parse_g_year",
    "parse_g_year_month",
    "parse_hex",
    "parse_int",
    "parse_list",
    "parse_normalized",
    "parse_qname",
    "parse_qnames",
    "parse_string",
    "parse_time",
    "parse_token",
    "qname_text",
    "qnames_text",
    "text",
    "time_text",
]

T = TypeVar("T")
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
_SPACE_BYTES: Final = SPACE.encode("ascii")
# Escaped text with one of these would be read as several items.
_SEPARATORS: Final = (" ", "\t", "\n", "&#13;", "&#9;", "&#10;")


def bool_text(value: bool) -> str:
    """xsd:boolean.

    Raises:
        TypeError: it is no `bool`; 0 and 1 are none.
    """
    if value is True:
        return "true"
    if value is False:
        return "false"
    raise TypeError(f"{type(value).__name__} given, bool wanted")


def bool_digit_text(value: bool) -> str:
    """xsd:boolean where a pattern wants 1 and 0.

    Raises:
        TypeError: it is no `bool`; 0 and 1 are none.
    """
    return "1" if bool_text(value) == "true" else "0"


def parse_bool(text: str) -> bool:
    """xsd:boolean: true, false, 1 or 0.

    Raises:
        ValueError: it is none of them.
    """
    value = _BOOLEANS.get(text)
    if value is None:
        value = _BOOLEANS.get(text.strip(SPACE))
        if value is None:
            raise refusal(text, "xsd:boolean")
    return value


# -------------------------------------------------------------------------------- binary


def bytes_text(value: bytes) -> str:
    """xsd:base64Binary, in one line. It may be an attachment, whose content is written.

    Raises:
        TypeError: it is no `bytes`.
        ValueError: an attachment cannot be read.
    """
    try:
        return b2a_base64(value, newline=False).decode("ascii")
    except TypeError:
        pass  # an attachment, perhaps
    try:
        content = getattr(value, "content", None)
    except OSError as error:
        raise unreadable(error) from error
    if not isinstance(content, bytes):
        raise TypeError(f"{type(value).__name__} given, bytes wanted")
    return b2a_base64(content, newline=False).decode("ascii")


def unreadable(error: OSError) -> ValueError:
    """The error of an attachment whose file cannot be read."""
    return ValueError(f"its file cannot be read: {error.strerror or error}")


def parse_bytes(text: str) -> bytes:
    """xsd:base64Binary; white space may be anywhere, no other character.

    Raises:
        ValueError: it is no base64, or its padding is wrong.
    """
    try:
        return a2b_base64(text, strict_mode=True)
    except ValueError:
        pass  # white space, mostly
    try:
        data = text.encode("ascii").translate(None, _SPACE_BYTES)
        return a2b_base64(data, strict_mode=True)
    except ValueError:
        raise refusal(text, "xsd:base64Binary") from None


def hex_text(value: bytes) -> str:
    """xsd:hexBinary, in capitals, which is its canonical form.

    Raises:
        TypeError: it is no `bytes`.
    """
    try:
        return b2a_hex(value).decode("ascii").upper()
    except TypeError:
        raise TypeError(f"{type(value).__name__} given, bytes wanted") from None


def hex_lower_text(value: bytes) -> str:
    """xsd:hexBinary in small letters, which a pattern may want.

    Raises:
        TypeError: it is no `bytes`.
    """
    return hex_text(value).lower()


def parse_hex(text: str) -> bytes:
    """xsd:hexBinary.

    Raises:
        ValueError: it is no hexadecimal, or half a byte is left over.
    """
    try:
        return a2b_hex(text.strip(SPACE))
    except ValueError:
        raise refusal(text, "xsd:hexBinary") from None


# ----------------------------------------------------------- types that are their lexical form


def _lexical_text(value: LexicalValue, kind: type[LexicalValue]) -> str:
    if isinstance(value, kind):
        return value.text
    raise TypeError(f"{type(value).__name__} given, {kind.__name__} wanted")


def duration_text(value: Duration) -> str:
    """xsd:duration. Raises TypeError: it is no `Duration`."""
    return _lexical_text(value, Duration)


def g_year_text(value: GYear) -> str:
    """xsd:gYear. Raises TypeError: it is no `GYear`."""
    return _lexical_text(value, GYear)


def g_year_month_text(value: GYearMonth) -> str:
    """xsd:gYearMonth. Raises TypeError: it is no `GYearMonth`."""
    return _lexical_text(value, GYearMonth)


def g_month_text(value: GMonth) -> str:
    """xsd:gMonth. Raises TypeError: it is no `GMonth`."""
    return _lexical_text(value, GMonth)


def g_month_day_text(value: GMonthDay) -> str:
    """xsd:gMonthDay. Raises TypeError: it is no `GMonthDay`."""
    return _lexical_text(value, GMonthDay)


def g_day_text(value: GDay) -> str:
    """xsd:gDay. Raises TypeError: it is no `GDay`."""
    return _lexical_text(value, GDay)


parse_duration: Final = Duration.parse
parse_g_year: Final = GYear.parse
parse_g_year_month: Final = GYearMonth.parse
parse_g_month: Final = GMonth.parse
parse_g_month_day: Final = GMonthDay.parse
parse_g_day: Final = GDay.parse


# --------------------------------------------------------------------------------- lists


def list_text(values: Sequence[T], item_text: Callable[[T], str]) -> str:
    """A list type's text: `item_text` of each, with spaces between.

    Raises:
        TypeError: it is no list or tuple; or as `item_text`.
        ValueError: an item is empty or has white space, so that it would not be read as one
            item; or as `item_text`.
    """
    if not isinstance(values, (list, tuple)):
        raise TypeError(f"{type(values).__name__} given, list wanted")
    texts = [item_text(value) for value in values]
    for item in texts:
        if not item or any(separator in item for separator in _SEPARATORS):
            raise ValueError("an item of a list is empty or has white space")
    return " ".join(texts)


def parse_list(text: str, parse_item: Callable[[str], T]) -> list[T]:
    """A list type's value: the items that white space separates.

    Raises:
        ValueError: as `parse_item`.
    """
    return [parse_item(item) for item in split(text)]
