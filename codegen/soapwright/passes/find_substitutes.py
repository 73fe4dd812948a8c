"""Substitution groups: each use of a head gets the elements that may substitute for it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
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
    groups = SubstitutionGroups(api)
    if not groups:
        return api

    def fill(element: Element) -> Element:
        group = groups.of(element.name) if element.reference else ()
        return replace(element, substitutes=group) if group else element

    types: dict[QName, TypeDef] = {
        name: (
            replace(definition, content=map_elements(definition.content, fill))
            if isinstance(definition, Struct)
            else definition
        )
        for name, definition in api.types.items()
    }
    return replace(api, types=types)


class SubstitutionGroups:
    """For each head the elements that may substitute for it, computed on demand.

    Only few heads are used; computing all of a long chain of substitutions would be quadratic.
    """

    def __init__(self, api: Api) -> None:
        self._members: dict[QName, list[GlobalElement]] = defaultdict(list)
        for element in api.elements.values():
            if element.head is not None and element.head != element.name:
                self._members[element.head].append(element)
        self._groups: dict[QName, tuple[Substitute, ...]] = {}

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._members)

    def of(self, head: QName) -> tuple[Substitute, ...]:
        """The concrete members of a head's group, nearest first, each once."""
        if head not in self._members:
            return ()
        if head not in self._groups:
            self._groups[head] = tuple(self._found(head))
        return self._groups[head]

    def _found(self, head: QName) -> Iterator[Substitute]:
        seen = {head}
        waiting = deque(self._members[head])
        while waiting:
            element = waiting.popleft()
            if element.name in seen:
                continue
            seen.add(element.name)
            if not element.abstract:
                yield Substitute(
                    element.name,
                    element.type,
                    element.nillable,
                    element.default,
                    element.fixed,
                )
            waiting += self._members.get(element.name, ())
