"""Substitution groups: each use of a head learns which elements may stand for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from soapwright.model.api import (
    Api,
    Element,
    GlobalElement,
    QName,
    Struct,
    Substitute,
    TypeDef,
)
from soapwright.model.diagnostics import Findings
from soapwright.passes.rewrite import map_elements


def find_substitutes(api: Api, findings: Findings) -> Api:
    """Fill `Element.substitutes` (XML Schema part 1, section 3.3.4), transitively, abstract ones left out."""
    groups = substitution_groups(api)
    if not groups:
        return api

    def fill(element: Element) -> Element:
        if element.reference and element.name in groups:
            return replace(element, substitutes=groups[element.name])
        return element

    types: dict[QName, TypeDef] = {
        name: (
            replace(definition, content=map_elements(definition.content, fill))
            if isinstance(definition, Struct)
            else definition
        )
        for name, definition in api.types.items()
    }
    return replace(api, types=types)


def substitution_groups(api: Api) -> dict[QName, tuple[Substitute, ...]]:
    """For each head the elements that may stand for it."""
    members: dict[QName, list[GlobalElement]] = defaultdict(list)
    for element in api.elements.values():
        if element.head is not None and element.head != element.name:
            members[element.head].append(element)
    return {head: _group(head, members) for head in members}


def _group(
    head: QName, members: dict[QName, list[GlobalElement]]
) -> tuple[Substitute, ...]:
    """The concrete members of a head's group, nearest first, each once."""
    found: dict[QName, Substitute] = {}
    seen = {head}
    waiting = list(members[head])
    while waiting:
        element = waiting.pop(0)
        if element.name in seen:
            continue
        seen.add(element.name)
        if not element.abstract:
            found[element.name] = Substitute(
                element.name,
                element.type,
                element.nillable,
                element.default,
                element.fixed,
            )
        waiting += members.get(element.name, [])
    return tuple(found.values())
