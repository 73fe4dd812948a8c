"""Simple types: restrictions, enumerations, lists, unions (XML Schema part 2, section 4.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol, TypeVar

from soapwright.model.api import (
    Builtin,
    BuiltinRef,
    Enumeration,
    EnumerationValue,
    Facets,
    ListOf,
    QName,
    Restricted,
    TypeDef,
    TypeRef,
    UnionOf,
    WhiteSpace,
)
from soapwright.model.codes import Code
from soapwright.model.xml_names import NC_NAME
from soapwright.wsdl.schema import xsd
from soapwright.wsdl.schema.context import STRING, Context, Pending
from soapwright.wsdl.schema.parse import ParsedSchema

T = TypeVar("T")
_WHITE_SPACE = {kind.value: kind for kind in WhiteSpace}


def simple_type(
    context: Context, pending: Pending, component: xsd.SimpleType
) -> TypeDef:
    """The definition of one simple type."""
    schema, owner = pending.schema, pending.owner
    at, doc = schema.at(component), schema.doc(component)
    if component.list is not None:
        item = _list_item(context, pending, component.list)
        return ListOf(owner.id, owner.words, pending.named, at, item, doc)
    if component.union is not None:
        members = _union_members(context, pending, component.union)
        return UnionOf(owner.id, owner.words, pending.named, at, members, doc)
    if component.restriction is None:
        message = "a simpleType needs a restriction, a list or a union: read as string"
        context.findings.mended(Code.SCHEMA, message, at)
        return Restricted(
            owner.id, owner.words, pending.named, at, STRING, Facets(), doc
        )
    restriction = component.restriction
    base = _base(context, pending, restriction)
    if restriction.enumerations and not _names_values(context, base):
        values = enumeration_values(schema, restriction)
        return Enumeration(owner.id, owner.words, pending.named, at, base, values, doc)
    facets = replace(facets_of(restriction), names=_names(context, schema, restriction))
    return Restricted(owner.id, owner.words, pending.named, at, base, facets, doc)


def _base(context: Context, pending: Pending, restriction: xsd.Restriction) -> TypeRef:
    schema = pending.schema
    if restriction.simple_type is not None:
        owner = pending.owner.child("#base", "Base")
        return context.anonymous(restriction.simple_type, schema, owner)
    if restriction.base:
        return context.type(schema, restriction, restriction.base, pending)
    message = "a restriction needs a base: read as one of string"
    context.findings.mended(Code.SCHEMA, message, schema.at(restriction))
    return STRING


def _names_values(context: Context, base: TypeRef) -> bool:
    """Whether the values are QNames: an enumeration of them means names, not their prefixes."""
    seen = set()
    while not isinstance(base, BuiltinRef):
        declared = context.components.types.get(base.id)
        if base.id in seen:
            return False
        seen.add(base.id)
        if declared is None or not isinstance(declared.component, xsd.SimpleType):
            return False
        restriction = declared.component.restriction
        if restriction is None or not restriction.base:
            return False
        base = context.type(declared.schema, restriction, restriction.base)
    return base.builtin in (Builtin.QNAME, Builtin.NOTATION)


def enumeration_values(
    schema: ParsedSchema, restriction: xsd.Restriction
) -> tuple[EnumerationValue, ...]:
    """The values in the schema's order, each once."""
    found: dict[str, EnumerationValue] = {}
    for value in restriction.enumerations:
        text = schema.node(value).get("value", "")
        found.setdefault(text, EnumerationValue(text, schema.doc(value)))
    return tuple(found.values())


def _names(
    context: Context, schema: ParsedSchema, restriction: xsd.Restriction
) -> tuple[QName, ...]:
    """The values of an enumeration of QNames, by the prefixes in scope at each."""
    found = []
    for value in restriction.enumerations:
        node = schema.node(value)
        prefix, _, local = node.get("value", "").strip().rpartition(":")
        namespace = node.nsmap.get(prefix or None)
        if prefix and namespace is None:
            message = f"the prefix {prefix!r} is not declared: the value is left out"
            context.findings.mended(Code.PREFIX, message, schema.at(value))
        elif not NC_NAME.fullmatch(local):
            message = f"{local!r} is no name: the value is left out"
            context.findings.mended(Code.SCHEMA, message, schema.at(value))
        else:
            found.append(QName(namespace or "", local))
    return tuple(dict.fromkeys(found))


def _list_item(context: Context, pending: Pending, component: xsd.List) -> TypeRef:
    if component.simple_type is not None:
        owner = pending.owner.child("#item", "Item")
        return context.anonymous(component.simple_type, pending.schema, owner)
    if component.item_type:
        return context.type(pending.schema, component, component.item_type, pending)
    return STRING


def _union_members(
    context: Context, pending: Pending, component: xsd.Union
) -> tuple[TypeRef, ...]:
    schema = pending.schema
    members = [
        context.type(schema, component, name, pending)
        for name in (component.member_types or "").split()
    ]
    for number, anonymous in enumerate(component.simple_types, 1):
        owner = pending.owner.child(f"#member{number}", f"Member{number}")
        members.append(context.anonymous(anonymous, schema, owner))
    return tuple(members)


class _Valued(Protocol[T]):
    """A facet of xsdata's: something with a value."""

    value: T


def _facet(facet: _Valued[T] | None) -> T | None:
    return facet.value if facet is not None else None


def facets_of(restriction: xsd.Restriction) -> Facets:
    """The facets of one step of derivation."""
    white_space = restriction.white_space
    return Facets(
        patterns=tuple(pattern.value for pattern in restriction.patterns),
        length=_facet(restriction.length),
        min_length=_facet(restriction.min_length),
        max_length=_facet(restriction.max_length),
        min_inclusive=_facet(restriction.min_inclusive),
        max_inclusive=_facet(restriction.max_inclusive),
        min_exclusive=_facet(restriction.min_exclusive),
        max_exclusive=_facet(restriction.max_exclusive),
        total_digits=_facet(restriction.total_digits),
        fraction_digits=_facet(restriction.fraction_digits),
        white_space=_WHITE_SPACE.get(white_space.value) if white_space else None,
    )
