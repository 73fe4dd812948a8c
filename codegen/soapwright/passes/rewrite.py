"""Rebuilding a definition with other type references; everything else stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from soapwright.model.api import (
    All,
    AnyAttribute,
    Api,
    Choice,
    Derivation,
    Element,
    Enumeration,
    ListOf,
    Message,
    Occurs,
    Operation,
    Part,
    Particle,
    Process,
    Restricted,
    Sequence,
    SoapArray,
    Struct,
    TypeDef,
    TypePart,
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

    Where only a simple type is allowed, they are put through `simple`.
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


def without_base(struct: Struct) -> Struct:
    """A type whose base is not known: any elements and attributes in place of the base's.

    A restriction repeats all of its content, and needs none.
    """
    alone = replace(struct, base=None, derivation=None)
    if struct.derivation is Derivation.RESTRICTION:
        return alone
    inherited = Wildcard(("##any",), Process.LAX, Occurs(0, None), struct.at)
    own = () if struct.content is None else (struct.content,)
    attributes = struct.any_attribute or AnyAttribute(("##any",), Process.LAX)
    return replace(
        alone,
        content=Sequence((inherited, *own), Occurs()),
        any_attribute=attributes,
    )


def map_part_types(api: Api, change: Callable[[TypeRef], TypeRef]) -> Api:
    """The Api with the type of each message's part put through `change`."""

    def part(one: Part) -> Part:
        return replace(one, type=change(one.type)) if isinstance(one, TypePart) else one

    def message(one: Message | None) -> Message | None:
        if one is None:
            return None
        headers = tuple(replace(h, part=part(h.part)) for h in one.headers)
        return replace(one, parts=tuple(map(part, one.parts)), headers=headers)

    def operation(one: Operation) -> Operation:
        faults = tuple(replace(f, part=part(f.part)) for f in one.faults)
        given, made = message(one.input), message(one.output)
        return replace(one, input=given, output=made, faults=faults)

    ports = tuple(
        replace(port, operations=tuple(map(operation, port.operations)))
        for port in api.ports
    )
    return replace(api, ports=ports)
