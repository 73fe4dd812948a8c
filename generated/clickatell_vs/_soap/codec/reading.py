"""Reading simple values: from elements, from attributes, by the parse functions of each type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from ..values.lexical import (
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
from ..values.names import SOAP12_ENCODING, XSI
from ..values.strings import split
from ..xml.element import (
    NOTHING,
    RPC_RESULT,
    Element,
    bad,
    bad_attribute,
    is_nil,
    local_name,
    missing,
    not_nil,
)

T = TypeVar("T")
_REF: Final = f"{{{SOAP12_ENCODING}}}ref"


def value(e: Element, parse: Callable[[str], T]) -> T:
    """An element's value.

    Raises:
        DecodeError: its text is not of the type, it is nil, or it holds elements.
    """
    text = e.text
    found: T
    if (text is None or len(e)) and not_nil(e):
        found = NOTHING
    elif len(e):
        found = bad(e, "holds elements, not a value")
    else:
        try:
            found = parse(text or "")
        except ValueError as error:
            found = bad(e, error)
    return found


def _reader(parse: Callable[[str], T]) -> Callable[[Element], T]:
    """`value` of one type: rows of many fields have no time for a call more."""

    def read(e: Element) -> T:
        text = e.text
        if text is None or len(e):
            return value(e, parse)
        try:
            return parse(text)
        except ValueError as error:
            found: T = bad(e, error)
            return found

    return read


def string(e: Element) -> str:
    """xsd:string: the text as it is."""
    text = e.text
    if len(e):
        found: str = bad(e, "holds elements, not a value")
        return found
    if text is not None:
        return text
    return NOTHING if not_nil(e) else ""


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


token: Final = _reader(parse_token)  # xsd:token and the types derived from it
normalized: Final = _reader(parse_normalized)  # xsd:normalizedString


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


decimal_value: Final = _reader(parse_decimal)  # xsd:decimal
float_value: Final = _reader(parse_float)  # xsd:float and xsd:double
datetime_value: Final = _reader(parse_datetime)  # xsd:dateTime
date_value: Final = _reader(parse_date)  # xsd:date
time_value: Final = _reader(parse_time)  # xsd:time
duration_value: Final = _reader(parse_duration)  # xsd:duration
g_year_value: Final = _reader(parse_g_year)  # xsd:gYear
g_year_month_value: Final = _reader(parse_g_year_month)  # xsd:gYearMonth
g_month_value: Final = _reader(parse_g_month)  # xsd:gMonth
g_month_day_value: Final = _reader(parse_g_month_day)  # xsd:gMonthDay
g_day_value: Final = _reader(parse_g_day)  # xsd:gDay
bytes_value: Final = _reader(parse_bytes)  # xsd:base64Binary


def hex_value(e: Element) -> bytes:
    """xsd:hexBinary.

    Raises:
        DecodeError: it is none, or refers to a part of the message, as only base64Binary may.
    """
    if not e.text and (e.get("href") or "").lower().startswith("cid:"):
        nothing: bytes = bad(e, "xsd:hexBinary is not read from a part of the message")
        return nothing
    return value(e, parse_hex)


def filled(e: Element, default: str) -> Element:
    """The element, with its default where it is empty (XML Schema part 1, section 3.3.1).

    One that points elsewhere is not empty: its value is there.
    """
    if is_blank(e):
        e.text = default  # type: ignore[misc]  # read-only in the protocol: only here is it set
    return e


def is_blank(e: Element) -> bool:
    """Whether an element is empty, and so means its default."""
    if e.text is not None or len(e) or is_nil(e):
        return False
    return e.get("href") is None and e.get(_REF) is None


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
        found: T | None = bad_attribute(e, name, error)
        return found


def missing_attribute(e: Element, name: str) -> Any:
    """A required attribute is absent, or was read leniently as None.

    Returns:
        None, as `missing`.

    Raises:
        DecodeError: as `missing`.
    """
    if name in e.attrib:  # it is noted as one that does not read
        return NOTHING
    return missing(e, f"@{name}")


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
    """The text before the first child of mixed content, as the list that the rest is added to."""
    if not_nil(e):
        return []
    return [e.text] if e.text else []


def add_tail(content: list[T], c: Element) -> None:
    """The text after a child of mixed content; every such list may hold str. Of a child that was read over,
    it goes on with the text before it."""
    if not c.tail:
        return
    text: Any = c.tail  # Any: mixed content is a list of str | …
    if content and isinstance(content[-1], str):
        text = content.pop() + text
    content.append(text)


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
