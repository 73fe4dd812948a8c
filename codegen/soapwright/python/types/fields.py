"""The fields of an emitted dataclass as values: what each is for, and the alternatives that it may hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from soapwright.model.api import (
    Attribute,
    Builtin,
    BuiltinRef,
    Constant,
    Element,
    ElementMember,
    Member,
    OrderedMember,
    QName,
    Substitute,
    TypeRef,
    Wildcard,
    WildcardMember,
)
from soapwright.model.walk import takes


@dataclass(frozen=True, slots=True)
class Text:
    """The field of simple content."""

    type: TypeRef


@dataclass(frozen=True, slots=True)
class AnyAttributes:
    """The field of a wildcard's attributes."""


What = Member | Attribute | Text | AnyAttributes


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its member, its name, and whether its class declares it or inherits it.

    In a restriction `what` is as that has it, and `shape` as the field is declared, where they
    differ; what is `prohibited` must be absent, and what is `filled` not nil. Values are `checked` by
    the restriction's type where that has another Python type than the base's.
    """

    name: str
    what: What
    own: bool
    shape: What | None = None
    prohibited: bool = False
    checked: TypeRef | None = None
    filled: bool = False

    @property
    def declared(self) -> What:
        """The member by which the field is declared: of its annotation and its default."""
        return self.what if self.shape is None else self.shape


@dataclass(frozen=True, slots=True)
class Alternative:
    """One element of several that may appear at a place: its tag in Python, its name on the wire.

    `governing` is the type that a restriction gives it.
    """

    tag: str
    name: QName
    type: TypeRef
    nillable: bool
    default: Constant | None
    governing: TypeRef | None = None


def is_any(reference: TypeRef) -> bool:
    """Whether a type is xsd:anyType."""
    return isinstance(reference, BuiltinRef) and reference.builtin is Builtin.ANY_TYPE


def declares_any(what: What) -> bool:
    """Whether the values of a field are annotated as Any."""
    return isinstance(what, ElementMember) and is_any(what.element.type)


def alternatives_of(element: Element) -> list[Alternative]:
    """An element and its substitutes."""
    if element.substitutes:
        return tagged(_standing(element))
    return [] if element.abstract else [_alternative(element.name.local, element)]


def told_apart(fields: Iterable[Field]) -> bool:
    """Whether the local names of its elements distinguish all of a type's fields.

    The encoding's accessors are distinguished by their names alone (SOAP 1.1, section 5.1), and
    stacks do not agree whether those of a qualified schema are qualified.
    """
    names = {a.name for _, a in elements_in(fields)}
    return len({name.local for name in names}) == len(names)


def local_names(fields: Iterable[Field]) -> set[QName]:
    """The names of the elements that are local to a type, and have a namespace."""
    return {
        alternative.name
        for element, alternative in elements_in(fields)
        if alternative.name.namespace
        and alternative.name == element.name
        and not element.reference
    }


def elements_in(fields: Iterable[Field]) -> Iterator[tuple[Element, Alternative]]:
    """The elements that fields hold, each with those that may stand for it."""
    for field in fields:
        match field.what:
            case OrderedMember(alternatives=alternatives):
                elements = [one for one in alternatives if isinstance(one, Element)]
            case ElementMember(element=element):
                elements = [element]
            case _:
                continue
        for element in elements:
            yield from ((element, a) for a in alternatives_of(element))


def alternatives_in(member: OrderedMember) -> list[Alternative]:
    """The elements of a list that keeps the order, each name once."""
    elements = [e for e in member.alternatives if isinstance(e, Element)]
    return tagged(one for element in elements for one in _standing(element))


def default_of(element: Element | Substitute) -> Constant | None:
    """The value of an empty element (XML Schema part 1, section 3.3.1)."""
    return element.default if element.default is not None else element.fixed


def _standing(element: Element) -> Iterator[Element | Substitute]:
    """The elements that may appear where one may: its substitutes, and itself unless it is abstract."""
    if not element.abstract:
        yield element
    yield from element.substitutes


def tagged(found: Iterable[Element | Substitute]) -> list[Alternative]:
    """Each name once. Tags are local names; where two share one, the later has its namespace too."""
    alternatives: dict[QName, Alternative] = {}
    taken: set[str] = set()
    for one in found:
        if one.name in alternatives:
            continue
        tag = one.name.local if one.name.local not in taken else str(one.name)
        taken.add(tag)
        alternatives[one.name] = _alternative(tag, one)
    return list(alternatives.values())


def _alternative(tag: str, one: Element | Substitute) -> Alternative:
    return Alternative(tag, one.name, one.type, one.nillable, default_of(one))


def wildcards_in(what: What) -> list[Wildcard]:
    """The wildcards whose elements a field holds."""
    match what:
        case WildcardMember(wildcard=wildcard):
            return [wildcard]
        case OrderedMember(alternatives=alternatives):
            return [a for a in alternatives if isinstance(a, Wildcard)]
        case _:
            return []


def is_wild(field: Field, tags: Iterable[str]) -> bool:
    """Whether a field holds a wildcard's elements, and one of these names may be among them."""
    return any(takes(w, tag) for w in wildcards_in(field.what) for tag in tags)
