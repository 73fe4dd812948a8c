"""Unions of simple types: the value of the first member that takes a text (XML Schema part 2, 2.5.1.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from ..values.strings import refusal
from ..xml.element import XSI_TYPE, Element, clark_name
from .enumerations import is_unknown
from .reading import value

Member = tuple[Callable[[str], Any], Callable[[Any], str]]
T = TypeVar("T")


class Facets(Protocol):
    """The facets of a union's members."""

    def takes(self, member: int, value: object, text: str) -> bool:
        """Whether a member, by its number, takes a value that it read of a text."""
        ...


def parse_union(
    text: str, members: Sequence[Member], facets: Facets | None = None
) -> Any:  # Any: the type is in the union's own annotation
    """The value of the first member that takes the text, its facets included.

    Where none does, the first that can read it has it: an enumeration that does not know it
    only if nothing else can.

    Raises:
        ValueError: no member reads it.
    """
    return first_taking(text, _readings(text, members), facets)


def _readings(text: str, members: Sequence[Member]) -> Iterable[tuple[int, object]]:
    for number, (parse, _) in enumerate(members):
        try:
            yield number, parse(text)
        except ValueError:
            continue


def first_taking(
    given: str, readings: Iterable[tuple[int, object]], facets: Facets | None
) -> Any:  # Any: as above
    """Of the values that members, by their numbers, read of a text, the union's.

    Raises:
        ValueError: there is none.
    """
    broken: list[object] = []
    unknown: list[object] = []
    for number, found in readings:
        if is_unknown(found):
            unknown.append(found)
        elif facets is not None and not facets.takes(number, found, given):
            broken.append(found)
        else:
            return found
    for found in (*broken, *unknown):
        return found
    raise refusal(given, "value of any member of the union")


def read_union(
    e: Element,
    parse: Callable[[str], T],
    named: Mapping[
        str, Callable[[str], Any]
    ],  # Any: each reads some of the union's values
) -> T:
    """An element's value; `xsi:type` may name the member.

    Args:
        e: the element.
        parse: the union's parse function.
        named: those of its members, by their names in Clark's notation.

    Raises:
        DecodeError: its text is not of the type, it is nil, or it holds elements.
    """
    text = e.get(XSI_TYPE)
    if text is not None:
        parse = named.get(clark_name(e, text), parse)
    return value(e, parse)


def union_text(value: object, writers: Sequence[Callable[[Any], str]]) -> str:
    """The text of a value by the first member that has it.

    Raises:
        TypeError: none has.
        ValueError: it is of a member's type, and cannot be written.
    """
    unwritable: ValueError | None = None
    for write in writers:
        try:
            return write(value)
        except TypeError:
            continue
        except ValueError as error:
            unwritable = unwritable or error
    raise unwritable or no_member(value)


def no_member(value: object) -> TypeError:
    """The error for a value that no member of a union has."""
    return TypeError(f"{type(value).__name__} is of no member of the union")
