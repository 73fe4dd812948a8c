"""The content models that `validate` checks: of restrictions, and of lists that keep an order, where fields do not say it all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from soapwright.model.api import (
    All,
    Choice,
    Derivation,
    Element,
    ElementMember,
    Occurs,
    OrderedMember,
    Particle,
    Sequence,
    Struct,
    Wildcard,
    WildcardMember,
)
from soapwright.model.walk import elements_of, has_all, names_of, wildcards_of
from soapwright.python.context import Context
from soapwright.python.text.literals import string
from soapwright.python.text.statements import tuple_of
from soapwright.python.types.fields import (
    Alternative,
    Field,
    alternatives_in,
    alternatives_of,
)

PARTICLES = ("Content", "Held", "InOrder", "Named", "OneOf", "Wild")
"""The classes of the runtime that the expressions below call."""
_ONCE = Occurs()
_ANY = Occurs(0, None)


def content_of(context: Context, struct: Struct) -> str:
    """The check of a class's content as an expression, "" where its fields and its rules have it all."""
    if struct.abstract or struct.id not in context.api.literal:
        return ""
    line = context.types.line_of(struct)
    parts = _content(line)
    if any(map(has_all, parts)):
        return ""
    fields = [
        field
        for field in context.types.fields(struct)
        if isinstance(field.what, (ElementMember, OrderedMember, WildcardMember))
        and not field.prohibited
    ]
    is_narrowed = any(one.derivation is Derivation.RESTRICTION for one in line)
    if is_narrowed:
        if _are_fields(parts, fields) or _is_unknown(parts, fields):
            return ""
    elif not any(isinstance(field.what, OrderedMember) for field in fields):
        return ""
    elif len(parts) == 1 and _is_free(parts[0]):
        return ""
    held = tuple_of(map(_held, fields))
    model = _group("InOrder", [_particle(part) for part in parts], _ONCE)
    text = ", text=True" if _is_mixed(line) else ""
    return f"Content({held}, {model}{text})"


def _is_mixed(line: tuple[Struct, ...]) -> bool:
    """Whether there may be text between the elements."""
    mixed = False
    for struct in line:
        if struct.derivation is Derivation.RESTRICTION:
            mixed = False
        mixed = mixed or struct.mixed
    return mixed


def _content(line: tuple[Struct, ...]) -> list[Particle]:
    """The particles of a type's content: those of extensions come behind their bases'."""
    found: list[Particle] = []
    for struct in line:
        if struct.derivation is Derivation.RESTRICTION:
            found = []
        found += [struct.content] if struct.content is not None else []
    return found


def _are_fields(parts: list[Particle], fields: list[Field]) -> bool:
    """Whether a content is elements in a row, each a field that is checked by itself."""
    row = [particle for part in parts for particle in _row(part)]
    names = [one.name for one in row if isinstance(one, Element)]
    return (
        len(names) == len(row) == len(set(names))
        and not any(one.substitutes for one in row if isinstance(one, Element))
        and all(
            isinstance(field.what, ElementMember) and not field.what.element.substitutes
            for field in fields
        )
    )


def _row(particle: Particle) -> Iterator[Particle]:
    if isinstance(particle, Sequence) and particle.occurs == _ONCE:
        for item in particle.items:
            yield from _row(item)
    else:
        yield particle


def _is_unknown(parts: list[Particle], fields: list[Field]) -> bool:
    """Whether a field has elements that a restriction does not name and yet does not take away: its schema is wrong."""
    if any(True for part in parts for _ in wildcards_of(part)):
        return False
    names = {
        alternative.name
        for part in parts
        for element in elements_of(part)
        for alternative in alternatives_of(element)
    }
    return any(
        isinstance(field.what, ElementMember) and names.isdisjoint(names_of(field.what))
        for field in fields
    )


def _is_free(particle: Particle) -> bool:
    """Whether elements may come in any number and order."""
    match particle:
        case Sequence(items=items) if len(items) == 1:
            return _is_free(items[0])
        case Choice(branches=branches):
            return particle.occurs == _ANY and all(
                isinstance(one, (Element, Wildcard)) and one.occurs.min <= 1
                for one in branches
            )
        case Element() | Wildcard():
            return particle.occurs == _ANY
        case Sequence() | All():
            return False
        case _:
            assert_never(particle)


# -------------------------------------------------------------------------------- emission


def _held(field: Field) -> str:
    name = string(field.name)
    match field.what:
        case ElementMember(element=element, repeated=repeated):
            words = [_names(alternatives_of(element))]
            if not element.substitutes:
                words = [string(str(element.name))]
            words += ["each=True"] if repeated else []
            nil = element.nillable and not element.substitutes
            words += ["nil=True"] if nil else []
        case OrderedMember():
            words = [_names(alternatives_in(field.what)), "each=True"]
        case WildcardMember():
            words = ["{}", "each=True"]  # its field is a list, be there one or many
        case _:
            raise TypeError(f"{field.name} holds no elements")
    return f"Held({', '.join([name, *words])})"


def _names(alternatives: list[Alternative]) -> str:
    """The names of elements by their tags; a tag that is missing is a name."""
    items = (f"{string(one.tag)}: {string(str(one.name))}" for one in alternatives)
    return f"{{{', '.join(items)}}}"


def _particle(particle: Particle) -> str:
    match particle:
        case Element():
            names = [one.name for one in alternatives_of(particle)]
            words = [tuple_of(string(str(name)) for name in names)]
            return _call("Named", words, particle.occurs)
        case Wildcard(namespaces=namespaces):
            return _call("Wild", [tuple_of(map(string, namespaces))], particle.occurs)
        case Sequence(items=items) | All(items=items):
            return _group(
                "InOrder", [_particle(item) for item in items], particle.occurs
            )
        case Choice(branches=branches):
            return _group(
                "OneOf", [_particle(one) for one in branches], particle.occurs
            )
        case _:
            assert_never(particle)


def _group(name: str, parts: list[str], occurs: Occurs) -> str:
    if len(parts) == 1 and occurs == _ONCE:
        return parts[0]
    return _call(name, [tuple_of(parts)], occurs)


def _call(name: str, words: list[str], occurs: Occurs) -> str:
    words += [f"low={occurs.min}"] if occurs.min != 1 else []
    words += [f"high={occurs.max}"] if occurs.max != 1 else []
    return f"{name}({', '.join(words)})"
