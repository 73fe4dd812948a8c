"""Reading simple values: from elements, from attributes, by the parse functions of each type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, TypeVar

from .element import (
    RPC_RESULT,
    Element,
    bad,
    bad_attribute,
    is_nil,
    local_name,
    missing,
    not_nil,
)
from .lexical import (
    parse_bool,
    parse_bytes,
    parse_date,
    parse_datetime,
    parse_decimal,
    parse_duration,
    parse_float,
    parse_g_day,
    parse_g_month,
    parse_g_month_day,
    parse_g_year,
    parse_g_year_month,
    parse_hex,
    parse_int,
    parse_normalized,
    parse_time,
    parse_token,
)
from .names import SOAP12_ENCODING, XSI
from .strings import split
from .values import Duration, GDay, GMonth, GMonthDay, GYear, GYearMonth

T = TypeVar("T")
_REF: Final = f"{{{SOAP12_ENCODING}}}ref"


def value(e: Element, parse: Callable[[str], T]) -> T:
    """An element's value.

    Raises:
        DecodeError: its text is not of the type, it is nil, or it holds elements.
    """
    text = e.text
    if text is None or len(e):
        not_nil(e)
        if len(e):
            bad(e, "holds elements, not a value")
        text = ""
    try:
        return parse(text)
    except ValueError as error:
        bad(e, error)


def string(e: Element) -> str:
    """xsd:string: the text as it stands."""
    text = e.text
    if len(e):
        bad(e, "holds elements, not a value")
    if text is not None:
        return text
    not_nil(e)
    return ""


def int_value(e: Element) -> int:
    """xsd:integer and the types derived from it."""
    text = e.text
    if (
        text is not None
        and text.isdigit()
        and text.isascii()
        and len(text) < 100
        and not len(e)
    ):
        return int(text)
    return value(e, parse_int)


def token(e: Element) -> str:
    """xsd:token and the types derived from it."""
    return value(e, parse_token)


def normalized(e: Element) -> str:
    """xsd:normalizedString."""
    return value(e, parse_normalized)


def tokens_value(e: Element) -> list[str]:
    """xsd:NMTOKENS, IDREFS and ENTITIES."""
    return value(e, parse_tokens)


def parse_tokens(text: str) -> list[str]:
    """The items of a list of tokens."""
    return split(text)


def bool_value(e: Element) -> bool:
    """xsd:boolean."""
    text = e.text
    if text == "true" and not len(e):
        return True
    if text == "false" and not len(e):
        return False
    return value(e, parse_bool)


def decimal_value(e: Element) -> Decimal:
    """xsd:decimal."""
    return value(e, parse_decimal)


def float_value(e: Element) -> float:
    """xsd:float and xsd:double."""
    return value(e, parse_float)


def datetime_value(e: Element) -> datetime:
    """xsd:dateTime."""
    return value(e, parse_datetime)


def date_value(e: Element) -> date:
    """xsd:date."""
    return value(e, parse_date)


def time_value(e: Element) -> time:
    """xsd:time."""
    return value(e, parse_time)


def duration_value(e: Element) -> Duration:
    """xsd:duration."""
    return value(e, parse_duration)


def g_year_value(e: Element) -> GYear:
    """xsd:gYear."""
    return value(e, parse_g_year)


def g_year_month_value(e: Element) -> GYearMonth:
    """xsd:gYearMonth."""
    return value(e, parse_g_year_month)


def g_month_value(e: Element) -> GMonth:
    """xsd:gMonth."""
    return value(e, parse_g_month)


def g_month_day_value(e: Element) -> GMonthDay:
    """xsd:gMonthDay."""
    return value(e, parse_g_month_day)


def g_day_value(e: Element) -> GDay:
    """xsd:gDay."""
    return value(e, parse_g_day)


def hex_value(e: Element) -> bytes:
    """xsd:hexBinary."""
    return value(e, parse_hex)


def bytes_value(e: Element) -> bytes:
    """xsd:base64Binary."""
    return value(e, parse_bytes)


def filled(e: Element, default: str) -> Element:
    """The element, with its default where it is empty (XML Schema part 1, section 3.3.1).

    One that points elsewhere is not empty: its value is there.
    """
    if e.text is None and not len(e) and not is_nil(e):
        if e.get("href") is None and e.get(_REF) is None:
            e.text = default  # type: ignore[misc]  # read-only in the protocol: only here is it set
    return e


# ------------------------------------------------------------------------------- attributes


def attribute(e: Element, name: str, parse: Callable[[str], T]) -> T | None:
    """An attribute's value, None where it is absent.

    Raises:
        DecodeError: its text is not of the type.
    """
    text = e.get(name)
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError as error:
        bad_attribute(e, name, error)


def required_attribute(e: Element, name: str, parse: Callable[[str], T]) -> T:
    """A required attribute's value.

    Raises:
        DecodeError: it is absent, or its text is not of the type.
    """
    found = attribute(e, name, parse)
    if found is None:
        missing(e, f"@{name}")
    return found


def other_attributes(e: Element, known: Sequence[str]) -> dict[str, str]:
    """The attributes that a wildcard takes: all but the type's own and XML Schema's."""
    return {
        name: text
        for name, text in e.attrib.items()
        if name not in known and not name.startswith(f"{{{XSI}}}")
    }


# ------------------------------------------------------------------------- children and texts


def allows(tag: str, namespaces: Sequence[str]) -> bool:
    """Whether a wildcard takes an element of this name (XML Schema part 1, section 3.10.4)."""
    namespace = tag[1:].partition("}")[0] if tag[0] == "{" else ""
    if namespaces[0] == "##other":
        return bool(namespace) and namespace != namespaces[1]
    return namespace in namespaces


def leading_text(e: Element) -> list[Any]:  # Any: such a list holds elements too
    """The text before the first child of mixed content, as the list that the rest goes to."""
    not_nil(e)
    return [e.text] if e.text else []


def add_tail(content: list[T], c: Element) -> None:
    """The text after a child of mixed content; every such list may hold str."""
    if c.tail:
        content.append(c.tail)  # type: ignore[arg-type]  # mixed content is a list of str | …


def unnamed_result(e: Element, names: Sequence[str]) -> Element | None:
    """The first accessor of an rpc reply, if it is none of the known ones.

    It is the result, whatever its name (SOAP 1.1, section 7.1). SOAP 1.2's rpc:result before it
    says which one that is: another than the first needs no guess, as its name is known.
    """
    first: Element
    for first in e:
        if first.tag != RPC_RESULT:
            return None if local_name(first) in names else first
    return None
