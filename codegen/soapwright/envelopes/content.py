"""Which elements of a service hold elements and no text."""

from __future__ import annotations

from collections.abc import Iterator

from soapwright.model.api import (
    Api,
    BuiltinRef,
    Element,
    SoapArray,
    Struct,
    TypePart,
    TypeRef,
)
from soapwright.model.walk import elements_of, member_elements, messages_of, parts_of


def element_only(api: Api) -> frozenset[str]:
    """The names of elements, in Clark's notation, of which every declaration has element-only content."""
    verdicts: dict[str, bool] = {}
    for name, reference in _declarations(api):
        verdicts[name] = verdicts.get(name, True) and _has_no_text(api, reference)
    for port in api.ports:
        for message in messages_of(port):
            if message.wrapper is not None:
                verdicts.setdefault(str(message.wrapper), True)
    return frozenset(name for name, verdict in verdicts.items() if verdict)


def _declarations(api: Api) -> Iterator[tuple[str, TypeRef]]:
    """Every element that a message of the service may have, with its type."""
    for name, declared in api.elements.items():
        yield str(name), declared.type
    for definition in api.types.values():
        match definition:
            case Struct():
                yield from map(_declared, elements_of(definition.content))
                yield from map(_declared, member_elements(definition))
            case SoapArray(item_name=item_name, item=item):
                yield item_name, item
            case _:
                continue
    for part in parts_of(api):
        if isinstance(part, TypePart):
            yield part.name, part.type


def _declared(element: Element) -> tuple[str, TypeRef]:
    return str(element.name), element.type


def _has_no_text(api: Api, reference: TypeRef) -> bool:
    """Whether a type's content is elements alone."""
    if isinstance(reference, BuiltinRef):
        return False
    definition = api.types.get(reference.id)
    if isinstance(definition, SoapArray):
        return True
    while isinstance(definition, Struct):
        if definition.mixed or definition.text is not None:
            return False
        if definition.base is None:
            return True
        definition = api.types.get(definition.base)
    return False
