"""Elements of many attributes, each of which lxml goes through all of them for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from lxml import etree

from ..xml.element import Element, bad_attribute

T = TypeVar("T")

# In linear time, as `Element.items` is not. Any: lxml ships no types, and its stubs have any result of an XPath.
_ALL: Final[Any] = etree.XPath("@*")


def attributes_of(e: Element) -> dict[str, str]:
    """All attributes of an element, by their names."""
    return {found.attrname: str(found) for found in _ALL(e)}


def attribute_of(
    e: Element, given: Mapping[str, str], name: str, parse: Callable[[str], T]
) -> T | None:
    """`attribute` of an element that may have many; all that it has are `given`.

    Raises:
        DecodeError: its text is not of the type.
    """
    text = given.get(name)
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError as error:
        found: T | None = bad_attribute(e, name, error)
        return found
