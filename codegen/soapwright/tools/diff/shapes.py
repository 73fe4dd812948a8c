"""Fields as far as a comparison looks at them, of all kinds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

from soapwright.model.api import (
    AttachedMember,
    Attribute,
    ContentMember,
    ElementMember,
    NamedRef,
    Occurs,
    OrderedMember,
    QName,
    TypeRef,
    WildcardMember,
)
from soapwright.model.diagnostics import Location
from soapwright.python.types.fields import (
    Alternative,
    AnyAttributes,
    Field,
    Text,
    What,
    alternatives_in,
    alternatives_of,
)


@dataclass(frozen=True, slots=True)
class Shape:
    """The compared properties of a field of any kind."""

    name: QName | None
    type: TypeRef | None
    at: Location | None
    optional: bool
    repeated: bool = False
    nillable: bool = False
    occurs: Occurs | None = None
    default: str | None = None


def shape(what: What) -> Shape:
    """The compared properties of a field's content."""
    match what:
        case Attribute(name=name, at=at, default=default, fixed=fixed):
            value = default if fixed is None else fixed
            return Shape(name, what.type, at, not what.required, default=value)
        case ElementMember(element=element, optional=optional, repeated=repeated):
            return Shape(
                element.name,
                element.type,
                element.at,
                optional,
                repeated,
                element.nillable,
                element.occurs,
                element.default if element.fixed is None else element.fixed,
            )
        case ContentMember(type=type_, at=at):
            return Shape(None, type_, at, False)
        case AttachedMember(name=name, at=at):
            return Shape(QName("", name), None, at, False)
        case WildcardMember(wildcard=wildcard, optional=optional, repeated=repeated):
            found = Shape(None, None, wildcard.at, optional, repeated)
            return replace(found, occurs=wildcard.occurs)
        case OrderedMember(optional=optional):
            return Shape(None, None, None, optional)
        case Text(type=type_):
            return Shape(None, type_, None, False)
        case AnyAttributes():
            return Shape(None, None, None, True)


def alternatives(what: What) -> list[Alternative]:
    """The elements that a field's values name."""
    match what:
        case OrderedMember():
            return alternatives_in(what)
        case ElementMember(element=element) if element.substitutes:
            return alternatives_of(element)
        case _:
            return []


def only_name(what: What) -> str:
    """The name of the only element that a field is for."""
    return what.element.name.local if isinstance(what, ElementMember) else ""


def type_key(reference: TypeRef | None) -> object:
    """The key of a type, equal for two types that differ in their namespace only."""
    if isinstance(reference, NamedRef):
        return reference.id.local
    return reference.builtin if reference is not None else None


def previous(fields: dict[str, Field], key: str) -> str:
    """The field before another, "" of the first."""
    keys = list(fields)
    place = keys.index(key)
    return keys[place - 1] if place else ""


def high(occurs: Occurs) -> float:
    """The upper bound as a number."""
    return inf if occurs.max is None else occurs.max
