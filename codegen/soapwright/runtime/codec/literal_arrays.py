"""SOAP's arrays where the WSDL uses them literally: elements of a schema, whose attributes are only attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from .reading import other_attributes
from .writing import attributes_text
from ..xml.element import ARRAY_TYPE, NOTHING, Element, bad, check_empty, is_nil

T = TypeVar("T")


class ArrayWithAttributes(list[Any]):  # Any: items of whatever type
    """An array that came with attributes: an `id`, an `offset`. It compares as the list that it is.

    Args:
        items: what is in it.
        attributes: by their names in Clark's notation.
    """

    attributes: dict[str, str]

    def __init__(
        self, items: Iterable[Any] = (), attributes: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(items)
        self.attributes = dict(attributes or {})


def read_items(e: Element, read: Callable[[Element], T]) -> list[T]:
    """The children of a literal element, each read as an item whatever its name; nil is None.

    Where it has other attributes than the type of its items, they are kept.

    Raises:
        DecodeError: an item does not read, the element is nil, or has text between its items.
    """
    children = e[:]
    if not children and check_empty(e):
        return NOTHING
    _no_text(e, e.text)
    items: list[Any] = []
    for c in children:
        items.append(None if c.text is None and is_nil(c) else read(c))
        _no_text(e, c.tail)
    kept = other_attributes(e, (ARRAY_TYPE,)) if e.attrib else {}
    return ArrayWithAttributes(items, kept) if kept else items


def _no_text(e: Element, text: str | None) -> None:
    if text is not None and not text.isspace():
        bad(e, "holds text beside its items")


def kept_attributes(v: list[Any]) -> str:
    """The attributes that an array came with, for a start tag."""
    return attributes_text(v.attributes) if isinstance(v, ArrayWithAttributes) else ""
