"""Unions have no unions among their members, as XML Schema defines them."""

from __future__ import annotations

from dataclasses import replace

from soapwright.model.api import Api, NamedRef, QName, TypeDef, TypeRef, UnionOf
from soapwright.model.diagnostics import Findings


def flatten_unions(api: Api, findings: Findings) -> Api:
    """Replace a union that is a member of another by its own members, each once.

    See XML Schema part 1, section 3.14.2; of two equal members the second never decides. A
    restriction of a union stays a member: its facets are its own.
    """
    flat: dict[QName, tuple[TypeRef, ...]] = {}
    for name in api.types:
        _flatten(api, name, flat)
    types: dict[QName, TypeDef] = {
        name: (
            replace(definition, members=flat[name])
            if isinstance(definition, UnionOf)
            else definition
        )
        for name, definition in api.types.items()
    }
    return replace(api, types=types)


def _flatten(api: Api, start: QName, flat: dict[QName, tuple[TypeRef, ...]]) -> None:
    """Work out the members of a union, those of the unions in it first; each once."""
    waiting = [start]
    while waiting:
        name = waiting[-1]
        definition = api.types[name]
        if name in flat or not isinstance(definition, UnionOf):
            waiting.pop()
            continue
        inner = [u for m in definition.members if (u := _union(api, m)) is not None]
        missing = [union for union in inner if union not in flat]
        if missing:
            waiting += missing
            continue
        members: dict[TypeRef, None] = {}
        for member in definition.members:
            union = _union(api, member)
            members.update(dict.fromkeys([member] if union is None else flat[union]))
        flat[name] = tuple(members)
        waiting.pop()


def _union(api: Api, reference: TypeRef) -> QName | None:
    """The union that a reference leads to; one of no members is a type like any other."""
    if not isinstance(reference, NamedRef):
        return None
    definition = api.types[reference.id]
    is_union = isinstance(definition, UnionOf) and definition.members
    return reference.id if is_union else None
