"""Content models as far as they mean something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from soapwright.model.api import (
    All,
    AnyAttribute,
    Api,
    Builtin,
    BuiltinRef,
    Choice,
    Derivation,
    Element,
    NamedRef,
    Occurs,
    Particle,
    Sequence,
    Struct,
    TypeRef,
    Wildcard,
)
from soapwright.model.walk import references_of


def shape_of(particle: Particle | AnyAttribute | None) -> object:
    """A content's shape, by which it is compared: without namespaces, locations and documentation."""
    match particle:
        case None:
            return None
        case Element():
            type_ = (
                particle.type.id.local
                if isinstance(particle.type, NamedRef)
                else particle.type.builtin
            )
            properties = (particle.nillable, particle.default, particle.fixed)
            return ("element", particle.name.local, type_, particle.occurs, *properties)
        case Wildcard():
            return ("any", particle.namespaces, particle.process, particle.occurs)
        case AnyAttribute():
            return (particle.namespaces, particle.process)
        case Sequence(items=items) | All(items=items) | Choice(branches=items):
            kind = type(particle).__name__
            return (kind, particle.occurs, *map(shape_of, items))
        case _:
            assert_never(particle)


def group_bounds(particle: Particle | None) -> Iterator[Occurs]:
    """The bounds of each repeated group, in order."""
    match particle:
        case None | Element() | Wildcard():
            return
        case Sequence(items=items) | All(items=items) | Choice(branches=items):
            if particle.occurs.repeated:
                yield particle.occurs
            for item in items:
                yield from group_bounds(item)
        case _:
            assert_never(particle)


def holds_anything(api: Api) -> bool:
    """Whether something may be of any type: then `xsi:type` may name any type."""
    return any(
        isinstance(reference, BuiltinRef) and reference.builtin is Builtin.ANY_TYPE
        for definition in api.types.values()
        for reference, _ in references_of(definition)
    )


def is_restriction(struct: Struct) -> bool:
    """Whether a type is derived by restriction."""
    return struct.derivation is Derivation.RESTRICTION


def member_key(reference: TypeRef, number: int) -> object:
    """The key of a union's member: its name, its number where it has none."""
    if isinstance(reference, BuiltinRef):
        return reference.builtin
    local = reference.id.local
    return number if "/" in local else local
