"""Values that need the namespaces in scope: QNames, lists and unions that hold them.

Their parse functions take the element too; their text functions take a prefix and give the
text with the declarations that must stand beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar

from .element import Element, bad, bad_attribute, missing, not_nil
from .lexical import parse_qname, qname_text
from .names import QName
from .strings import split

T = TypeVar("T")
ScopedParse: TypeAlias = Callable[[str, Element], T]
ScopedText: TypeAlias = Callable[[T, str], tuple[str, str]]


def parse_scoped_qname(text: str, e: Element) -> QName:
    """xsd:QName and xsd:NOTATION."""
    return parse_qname(text, e.nsmap)


scoped_qname_text = qname_text


def qname_value(e: Element) -> QName:
    """An element that holds a QName."""
    return scoped_value(e, parse_scoped_qname)


def scoped_value(e: Element, parse: ScopedParse[T]) -> T:
    """An element's value.

    Raises:
        DecodeError: its text is not of the type, or it is nil.
    """
    if e.text is None:
        not_nil(e)
    try:
        return parse(e.text or "", e)
    except ValueError as error:
        bad(e, error)


def scoped_attribute(e: Element, name: str, parse: ScopedParse[T]) -> T | None:
    """An attribute's value, None where it is absent.

    Raises:
        DecodeError: its text is not of the type.
    """
    text = e.get(name)
    if text is None:
        return None
    try:
        return parse(text, e)
    except ValueError as error:
        bad_attribute(e, name, error)


def scoped_required_attribute(e: Element, name: str, parse: ScopedParse[T]) -> T:
    """A required attribute's value.

    Raises:
        DecodeError: it is absent, or its text is not of the type.
    """
    found = scoped_attribute(e, name, parse)
    if found is None:
        missing(e, f"@{name}")
    return found


def write_scoped_element(
    value: T, tag: str, text_of: ScopedText[T], xsi_type: str = ""
) -> str:
    """An element that declares what its value needs; encoded, it says its type."""
    text, declarations = text_of(value, "q")
    attributes = f' xsi:type="{xsi_type}"' if xsi_type else ""
    return f"<{tag}{attributes}{declarations}>{text}</{tag}>"


def write_scoped_attribute(value: T, name: str, text_of: ScopedText[T]) -> str:
    """An attribute, with the declarations that its value needs."""
    text, declarations = text_of(value, f"q-{name.rpartition(':')[2]}")
    return f'{declarations} {name}="{text}"'


def write_scoped_text(start: str, value: T, text_of: ScopedText[T]) -> str:
    """A start tag and the value after it, the tag declaring what the value needs."""
    text, declarations = text_of(value, "q")
    return f"{start[:-1]}{declarations}>{text}"


def parse_scoped_list(text: str, e: Element, parse: ScopedParse[T]) -> list[T]:
    """A list of such values."""
    return [parse(item, e) for item in split(text)]


def scoped_list_text(
    values: Sequence[T], prefix: str, text_of: ScopedText[T]
) -> tuple[str, str]:
    """A list of such values; each item has a prefix of its own."""
    pairs = [text_of(value, f"{prefix}{i}") for i, value in enumerate(values)]
    return " ".join(t for t, _ in pairs), "".join(d for _, d in pairs)


class ScopedMember(NamedTuple):
    """A member of a union whose values need the namespaces in scope."""

    parse: Callable[..., object]
    text: Callable[..., tuple[str, str]]


class PlainMember(NamedTuple):
    """A member of such a union that does not."""

    parse: Callable[..., object]
    text: Callable[..., str]


def parse_scoped_union(
    text: str, e: Element, members: Sequence[ScopedMember | PlainMember]
) -> Any:  # Any: the union's own annotation says
    """The value of the first member that reads the text.

    Raises:
        ValueError: none does.
    """
    for member in members:
        try:
            if isinstance(member, ScopedMember):
                return member.parse(text, e)
            return member.parse(text)
        except ValueError:
            continue
    raise ValueError(f"{text!r} is of no member of the union")


def scoped_union_text(
    value: object, prefix: str, members: Sequence[ScopedMember | PlainMember]
) -> tuple[str, str]:
    """The text of a value by the first member that has it.

    Raises:
        TypeError: none has.
    """
    for member in members:
        try:
            if isinstance(member, ScopedMember):
                return member.text(value, prefix)
            return member.text(value), ""
        except (TypeError, ValueError):
            continue
    raise TypeError(f"{type(value).__name__} is of no member of the union")
