"""Drops the declarations of bundled schemas that the service does not reach."""

from __future__ import annotations

from dataclasses import replace

from soapwright.model.api import Api, ElementPart, NamedRef, Struct
from soapwright.model.diagnostics import Findings
from soapwright.model.walk import elements_of, part_types, parts_of, reach


def drop_unused(api: Api, findings: Findings) -> Api:
    """Drop the bundled types and elements that neither the user's schemas nor an operation reaches."""
    roots = [
        *part_types(api, parts_of(api)),
        *(NamedRef(name) for name in api.types if name not in api.bundled),
        *(e.type for name, e in api.elements.items() if name not in api.bundled),
    ]
    reached = reach(api, roots)
    used = {part.element for part in parts_of(api) if isinstance(part, ElementPart)}
    for name in reached:
        definition = api.types[name]
        if isinstance(definition, Struct):
            used |= {e.name for e in elements_of(definition.content) if e.reference}
    types = {
        name: definition
        for name, definition in api.types.items()
        if name in reached or name not in api.bundled
    }
    elements = {
        name: element
        for name, element in api.elements.items()
        if name not in api.bundled or name in used
    }
    return replace(api, types=types, elements=elements)
