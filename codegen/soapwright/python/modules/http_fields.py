"""The values of a request that is a query, a form or a part of the path, and their names there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from soapwright.model.api import (
    Api,
    Element,
    ElementPart,
    NamedRef,
    Operation,
    Part,
    QName,
    Struct,
    TypePart,
    TypeRef,
)
from soapwright.model.walk import member_elements

_MOST = 1_000
"""Values that a query may have: types that hold each other several times have endless numbers."""


@dataclass(frozen=True, slots=True)
class HttpField:
    """An element that has a text: its name in a query, and the names of elements down to it."""

    name: str
    path: tuple[str, ...]
    nillable: bool = False


def http_fields(api: Api, operation: Operation) -> list[HttpField]:
    """The values of an operation's request, in their order.

    An array, a type of one element, gives that its own name. A type that holds itself is left out there, as
    no query has it, and what is beyond a thousand values.
    """
    if operation.input is None:
        return []
    return [*islice(_of_parts(api, operation.input.parts), _MOST)]


def _of_parts(api: Api, parts: Iterable[Part]) -> Iterator[HttpField]:
    for part in parts:
        match part:
            case TypePart(name=name, type=reference):
                yield from _fields(api, reference, HttpField(name, (name,)), ())
            case ElementPart(element=element):
                reference = api.elements[element].type
                yield from _fields(api, reference, HttpField("", ()), ())


def _fields(
    api: Api, reference: TypeRef, field: HttpField, seen: tuple[QName, ...]
) -> Iterator[HttpField]:
    """The values in an element of a type: its own, or those of the elements that it holds."""
    definition = (
        api.types.get(reference.id) if isinstance(reference, NamedRef) else None
    )
    if not isinstance(definition, Struct) or definition.text is not None:
        if field.path:
            yield field
        return
    if definition.id in seen:
        return
    elements = [*_elements(api, definition)]
    for element in elements:
        is_array = len(elements) == 1 and bool(field.path)
        name = field.name if is_array else element.name.local
        path = (*field.path, str(element.name))
        inner = HttpField(name, path, element.nillable)
        yield from _fields(api, element.type, inner, (*seen, definition.id))


def _elements(api: Api, struct: Struct) -> Iterator[Element]:
    """The elements of a type and of its bases, which come first."""
    base = api.types.get(struct.base) if struct.base is not None else None
    if isinstance(base, Struct):
        yield from _elements(api, base)
    yield from member_elements(struct)
