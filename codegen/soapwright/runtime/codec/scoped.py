"""Values that need the namespaces in scope: QNames, lists and unions that hold them.

Their parse functions take the element too; their text functions take a prefix and give the
text with the declarations that it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar, cast

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..values.lexical import list_text, parse_qname, qname_text
from ..values.names import QName
from ..values.strings import split
from ..xml.element import (
    XSI_TYPE,
    Element,
    bad_attribute,
    clark_name,
    in_scope,
)
from .reading import is_blank
from .reading import value as read_value
from .unions import Facets, first_taking, no_member

T = TypeVar("T")
ScopedParse: TypeAlias = Callable[[str, Element], T]
ScopedText: TypeAlias = Callable[[T, str], tuple[str, str]]


# -------------------------------------------------------------------------------- reading


def parse_scoped_qname(text: str, e: Element) -> QName:
    """xsd:QName and xsd:NOTATION.

    Raises:
        ValueError: it is no QName, or its prefix is not declared.
        DecodeError: more prefixes are in scope than any document needs.
    """
    return parse_qname(text, in_scope(e))


scoped_qname_text = qname_text


def qname_value(e: Element) -> QName:
    """An element that holds a QName."""
    return scoped_value(e, parse_scoped_qname)


def scoped_value(e: Element, parse: ScopedParse[T]) -> T:
    """An element's value.

    Raises:
        DecodeError: its text is not of the type, it is nil, or it holds elements.
    """
    return read_value(e, lambda text: parse(text, e))


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
        found: T | None = bad_attribute(e, name, error)
        return found


def filled_with_names(
    e: Element, default: str, namespaces: Mapping[str | None, str]
) -> Element:
    """The element or, where it is empty, one like it with its default, whose names are of the schema's document.

    Args:
        e: the element.
        default: the default, as the schema has it.
        namespaces: those that its names are in, by their prefixes there; None for the default one.

    Raises:
        DecodeError: more prefixes are in scope than any document needs.
    """
    if not is_blank(e):
        return e
    scope = {prefix: uri for prefix, uri in in_scope(e).items() if prefix}
    # Any: lxml ships no types
    made: Any = etree.Element(e.tag, dict(e.attrib), {**scope, **namespaces})  # type: ignore[dict-item,unused-ignore]  # lxml's stubs know no default namespace
    made.text = default
    found: Element = made
    return found


class _Scope:
    """The namespaces in scope at an element, asked for once: lxml collects them anew each time."""

    def __init__(self, nsmap: Mapping[str | None, str]) -> None:
        self.nsmap = nsmap


def parse_scoped_list(text: str, e: Element, parse: ScopedParse[T]) -> list[T]:
    """A list of such values.

    Raises:
        ValueError: as `parse`.
    """
    scope = cast(Element, _Scope(in_scope(e)))  # all that a parse function asks of it
    return [parse(item, scope) for item in split(text)]


# -------------------------------------------------------------------------------- writing


def write_scoped_element(
    value: T, tag: str, text_of: ScopedText[T], xsi_type: str = ""
) -> str:
    """An element that declares what its value needs; encoded, it declares its type."""
    text, declarations = text_of(value, "q")
    attributes = f' xsi:type="{xsi_type}"' if xsi_type else ""
    return f"<{tag}{attributes}{declarations}>{text}</{tag}>"


def write_scoped_attribute(value: T, name: str, text_of: ScopedText[T]) -> str:
    """An attribute, with the declarations that its value needs.

    A tag may have several: the prefix is the attribute's alone. It has single dots only where
    lists put them, so that none can be another's.
    """
    prefix, _, local = name.replace(".", "..").rpartition(":")
    own = f"q.{prefix}-{local}" if prefix else f"q-{local}"
    text, declarations = text_of(value, own)
    return f'{declarations} {name}="{text}"'


def write_scoped_text(start: str, value: T, text_of: ScopedText[T]) -> str:
    """A start tag and the value after it, the tag declaring what the value needs."""
    text, declarations = text_of(value, "q")
    return f"{start[:-1]}{declarations}>{text}"


def scoped_list_text(
    values: Sequence[T], prefix: str, text_of: ScopedText[T]
) -> tuple[str, str]:
    """A list of such values; those that need the same declaration share it.

    Raises:
        TypeError: it is no list or tuple; or as `text_of`.
        ValueError: an item is empty or has white space; or as `text_of`.
    """
    declared: dict[str, str] = {}  # by prefix, in order

    def item_text(value: T) -> str:
        for known, declaration in declared.items():
            text, needed = text_of(value, known)
            if needed in ("", declaration):
                return text
        fresh = f"{prefix}.{len(declared)}"
        text, needed = text_of(value, fresh)
        if needed:
            declared[fresh] = needed
        return text

    text = list_text(values, item_text)
    return text, "".join(declared.values())


# --------------------------------------------------------------------------------- unions


class ScopedMember(NamedTuple):
    """A member of a union whose values need the namespaces in scope."""

    parse: Callable[..., object]
    text: Callable[..., tuple[str, str]]


class PlainMember(NamedTuple):
    """A member of such a union that does not."""

    parse: Callable[..., object]
    text: Callable[..., str]


def parse_scoped_union(
    text: str,
    e: Element,
    members: Sequence[ScopedMember | PlainMember],
    facets: Facets | None = None,
) -> Any:  # Any: the type is in the union's own annotation
    """The value of the first member that takes the text, chosen as for other unions.

    Raises:
        ValueError: none reads it.
    """
    return first_taking(text, _readings(text, e, members), facets)


def _readings(
    given: str, e: Element, members: Sequence[ScopedMember | PlainMember]
) -> Iterator[tuple[int, object]]:
    for number, member in enumerate(members):
        try:
            if isinstance(member, ScopedMember):
                yield number, member.parse(given, e)
            else:
                yield number, member.parse(given)
        except (TypeError, ValueError):
            continue


def read_scoped_union(
    e: Element,
    parse: ScopedParse[T],
    named: Mapping[str, ScopedMember | PlainMember],
) -> T:
    """An element's value; `xsi:type` may name the member.

    Args:
        e: the element.
        parse: the union's parse function.
        named: its members, by their names in Clark's notation.

    Raises:
        DecodeError: its text is not of the type, it is nil, or it holds elements.
    """
    text = e.get(XSI_TYPE)
    member = named.get(clark_name(e, text)) if text is not None else None
    match member:
        case None:
            return scoped_value(e, parse)
        case ScopedMember():
            return cast(T, scoped_value(e, member.parse))
        case PlainMember():
            return cast(T, read_value(e, member.parse))


def scoped_union_text(
    value: object, prefix: str, members: Sequence[ScopedMember | PlainMember]
) -> tuple[str, str]:
    """The text of a value by the first member that has it.

    Raises:
        TypeError: none has.
        ValueError: it is of a member's type, and cannot be written.
    """
    unwritable: ValueError | None = None
    for member in members:
        try:
            if isinstance(member, ScopedMember):
                return member.text(value, prefix)
            return member.text(value), ""
        except TypeError:
            continue
        except ValueError as error:
            unwritable = unwritable or error
    raise unwritable or no_member(value)
