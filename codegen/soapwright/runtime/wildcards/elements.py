"""Wildcards: elements that are known by their names, and others as XML."""

from __future__ import annotations

from typing import Any

from ..codec.elements import KnownElements
from ..errors.errors import DecodeError
from ..values.anyxml import AnyElement
from ..xml.element import Element, path_of, without_paths


def any_element(e: Element) -> AnyElement:
    """An element as XML.

    Raises:
        DecodeError: it cannot be kept.
    """
    try:
        return AnyElement.from_element(e)
    except ValueError as error:
        raise DecodeError(path_of(e), str(error)) from None


def read_wildcard(e: Element, known: KnownElements) -> AnyElement | tuple[str, Any]:
    """The value of a wildcard: a known element as its name and value, else its XML.

    An element that is known and yet does not read stays XML: a wildcard may be lax.

    Raises:
        DecodeError: it cannot even be kept as XML.
    """
    if e.tag in known:
        try:
            with without_paths():
                return e.tag, known.codec(e.tag).read(e)
        except DecodeError:
            pass  # kept below as what it is: XML of a known name and another shape
    return any_element(e).keep(known.secrets)


def write_wildcards(
    items: list[AnyElement | tuple[str, Any]], known: KnownElements
) -> str:
    """The values of a wildcard as XML that declares its own prefixes.

    Raises:
        TypeError: an item is neither XML nor a pair, or they are no list.
        ValueError: a name is not known, or a value cannot be written.
    """
    if not isinstance(items, (list, tuple)):
        raise TypeError(f"{type(items).__name__} given, list wanted")
    return "".join([_wildcard(item, known) for item in items])


def _wildcard(item: object, known: KnownElements) -> str:
    if isinstance(item, AnyElement):
        return item.to_xml()
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
        if item[0] not in known:
            raise ValueError(f"{item[0]!r} is no element of the schemas")
        return known.declared(known.codec(item[0]).write(item[1]))
    raise TypeError(f"{type(item).__name__} given, AnyElement or (name, value) wanted")
