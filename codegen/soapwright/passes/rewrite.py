"""Rebuilding a definition with other type references; everything else stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from soapwright.model.api import (
    All,
    Choice,
    Element,
    Enumeration,
    ListOf,
    Particle,
    Restricted,
    Sequence,
    SoapArray,
    Struct,
    TypeDef,
    TypeRef,
    UnionOf,
    Wildcard,
)


def map_types(
    definition: TypeDef,
    change: Callable[[TypeRef], TypeRef],
    simple: Callable[[TypeRef], TypeRef],
) -> TypeDef:
    """The definition with each of its references put through `change`; a Struct's base is not one.

    Where only a simple type may stand, they are put through `simple`.
    """
    match definition:
        case Struct():
            content = definition.content
            return replace(
                definition,
                content=map_elements(
                    content, lambda e: replace(e, type=change(e.type))
                ),
                attributes=tuple(
                    replace(a, type=simple(a.type)) for a in definition.attributes
                ),
                text=simple(definition.text) if definition.text is not None else None,
            )
        case Enumeration() | Restricted():
            return replace(definition, base=simple(definition.base))
        case ListOf():
            return replace(definition, item=simple(definition.item))
        case SoapArray():
            return replace(definition, item=change(definition.item))
        case UnionOf():
            return replace(
                definition, members=tuple(simple(m) for m in definition.members)
            )
        case _:
            assert_never(definition)


def map_elements(
    particle: Particle | None, change: Callable[[Element], Element]
) -> Particle | None:
    """A content model with each of its elements put through `change`."""
    return None if particle is None else _map(particle, change)


def _map(particle: Particle, change: Callable[[Element], Element]) -> Particle:
    match particle:
        case Element():
            return change(particle)
        case Wildcard():
            return particle
        case Sequence() | All():
            return replace(
                particle, items=tuple(_map(item, change) for item in particle.items)
            )
        case Choice():
            return replace(
                particle, branches=tuple(_map(b, change) for b in particle.branches)
            )
        case _:
            assert_never(particle)
