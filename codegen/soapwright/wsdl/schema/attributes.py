"""Attribute uses: attributes, groups of them, wildcards (XML Schema part 1, sections 3.2 to 3.6)."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace

from soapwright.model.api import (
    UNDECLARED,
    AnyAttribute,
    Attribute,
    Builtin,
    BuiltinRef,
    Process,
    QName,
    TypeRef,
)
from soapwright.model.codes import Code
from soapwright.model.namespaces import XML, XSI
from soapwright.model.xml_names import NC_NAME
from soapwright.wsdl.schema import xsd
from soapwright.wsdl.schema.components import Declared
from soapwright.wsdl.schema.context import Context, Owner
from soapwright.wsdl.schema.parse import ParsedSchema

_ANY_SIMPLE = BuiltinRef(Builtin.ANY_SIMPLE_TYPE)
_XML_TYPES = {
    "lang": BuiltinRef(Builtin.LANGUAGE),
    "space": BuiltinRef(Builtin.NCNAME),
    "base": BuiltinRef(Builtin.ANY_URI),
    "id": BuiltinRef(Builtin.ID),
}
# Read in the place of a group that nothing declares.
_LAX = xsd.ProcessType.LAX
_ANYTHING = xsd.AttributeGroup(any_attribute=xsd.AnyAttribute(process_contents=_LAX))
_Use = xsd.Attribute | xsd.AttributeGroup | xsd.AnyAttribute
AttributeHolder = xsd.ComplexType | xsd.Extension | xsd.Restriction | xsd.AttributeGroup


def attribute_uses(
    context: Context, schema: ParsedSchema, holder: AttributeHolder, owner: Owner
) -> tuple[tuple[Attribute, ...], AnyAttribute | None]:
    """The attributes that a type declares itself, groups expanded, each name once; and its wildcard."""
    found: dict[QName, Attribute] = {}
    wildcard = None
    for item in _walk(context, schema, holder, owner):
        component, where = item
        if isinstance(component, xsd.AnyAttribute):
            wildcard = wildcard or _any_attribute(where, component)
        elif not _is_taken_away(component, holder):
            attribute = _attribute(context, where, component, owner)
            if isinstance(attribute, AnyAttribute):
                wildcard = wildcard or attribute
            elif attribute is not None:
                first = found.setdefault(attribute.name, attribute)
                _check_twice(context, first, attribute)
    context.count_attributes(len(found), schema.at(holder))
    return tuple(found.values()), wildcard


def _is_taken_away(use: xsd.Attribute, holder: AttributeHolder) -> bool:
    """Whether an attribute is prohibited: only a restriction has one to take away.

    Elsewhere processors take it, and W3C's test suite has such instances for valid.
    """
    prohibited = use.use is xsd.UseType.PROHIBITED
    return prohibited and isinstance(holder, xsd.Restriction)


def prohibited_attributes(
    context: Context, schema: ParsedSchema, holder: AttributeHolder
) -> tuple[QName, ...]:
    """The attributes that a restriction takes away."""
    found = []
    for use in holder.attributes:
        if use.use is not xsd.UseType.PROHIBITED:
            continue
        if use.ref:
            found.append(context.name(schema, use, use.ref))
        elif use.name:
            qualified = use.form is xsd.FormType.QUALIFIED
            found.append(QName(schema.namespace if qualified else "", use.name.strip()))
    return tuple(found)


def _check_twice(context: Context, first: Attribute, other: Attribute) -> None:
    """Two attributes of one name in one type (XML Schema part 1, section 3.4.6)."""
    if first is other or replace(other, at=first.at, doc=first.doc) == first:
        return
    message = f"attribute {other.name} is declared already at {first.at}, differently"
    message += ": the first one counts"
    context.findings.mended(Code.DUPLICATE, message, other.at)


def _walk(
    context: Context, schema: ParsedSchema, holder: AttributeHolder, owner: Owner
) -> Iterator[tuple[xsd.Attribute | xsd.AnyAttribute, ParsedSchema]]:
    """Attributes and groups in document order, depth first; a wildcard after its holder's attributes.

    Each group is gone through once: a second time it would add nothing.
    """
    seen: set[QName] = set()
    inside: list[tuple[QName | None, ParsedSchema, Iterator[_Use]]] = [
        (None, schema, _uses(holder))
    ]
    while inside:
        _, where, uses = inside[-1]
        use = next(uses, None)
        if use is None:
            inside.pop()
        elif not isinstance(use, xsd.AttributeGroup):
            yield use, where
        else:
            path = {name for name, _, _ in inside}
            found = _attribute_group(context, where, use, owner, path)
            if found is not None and found[0] not in seen:
                name, declared = found
                seen.add(name)
                inside.append((name, declared.schema, _uses(declared.component)))


def _uses(holder: AttributeHolder) -> Iterator[_Use]:
    uses: list[_Use] = [*holder.attributes, *holder.attribute_groups]
    yield from sorted(uses, key=lambda use: use.index)
    if holder.any_attribute is not None:
        yield holder.any_attribute


def _attribute_group(
    context: Context,
    schema: ParsedSchema,
    use: xsd.AttributeGroup,
    owner: Owner,
    path: Set[QName | None],
) -> tuple[QName, Declared[xsd.AttributeGroup]] | None:
    """The group that a reference means; None, with a finding, where there is none to go through."""
    at = schema.at(use)
    if not use.ref:
        message = "an attributeGroup here needs a ref: it is left out"
        context.findings.mended(Code.SCHEMA, message, at)
        return None
    name = context.name(schema, use, use.ref)
    name = context.found(schema, use, name, "attributeGroup")
    declared = context.components.attribute_groups.get(name)
    while declared is not None and name in path and declared.redefines:
        name = declared.redefines  # a redefinition that extends the original
        declared = context.components.attribute_groups.get(name)
    if declared is None:
        context.miss(owner, "attributeGroup", name, at)
        return name, Declared(_ANYTHING, schema)
    if name in path:
        message = f"attributeGroup {name} contains itself: it is left out there"
        context.findings.mended(Code.CIRCULAR, message, at)
        return None
    return name, declared


def _attribute(
    context: Context, schema: ParsedSchema, use: xsd.Attribute, owner: Owner
) -> Attribute | AnyAttribute | None:
    component, where, name = use, schema, None
    if use.ref:
        name = context.name(schema, use, use.ref)
        name = context.found(schema, use, name, "attribute")
        declared = context.components.attributes.get(name)
        if declared is None:
            return _undeclared(context, schema, use, name)
        component, where = declared.component, declared.schema
        owner = Owner(name.namespace, "", ())
    elif use.name:
        qualified = use.form is xsd.FormType.QUALIFIED
        name = QName(schema.namespace if qualified else "", use.name.strip())
    if name is None:
        message = "an attribute needs a name or a ref: it is left out"
        context.findings.mended(Code.SCHEMA, message, schema.at(use))
        return None
    default = schema.constant(use, use.default)
    fixed = schema.constant(use, use.fixed)
    return Attribute(
        name=name,
        type=_type(context, where, component, owner),
        required=use.use is xsd.UseType.REQUIRED,
        at=schema.at(use),
        default=(
            default
            if default is not None
            else where.constant(component, component.default)
        ),
        fixed=(
            fixed if fixed is not None else where.constant(component, component.fixed)
        ),
        doc=schema.doc(use) or where.doc(component),
    )


def _undeclared(
    context: Context, schema: ParsedSchema, use: xsd.Attribute, name: QName
) -> Attribute | AnyAttribute | None:
    """A reference to an attribute that no schema declares: those of XML itself need none.

    Of one whose prefix is not declared nobody knows the namespace: any attribute is read.
    """
    required = use.use is xsd.UseType.REQUIRED
    if name.namespace == XML and name.local in _XML_TYPES:
        return Attribute(name, _XML_TYPES[name.local], required, schema.at(use))
    if name.namespace == XSI:
        return None  # the instance's own business: no part of a value
    if not NC_NAME.fullmatch(name.local):
        message = f"{name.local!r} is no name: the attribute is left out"
        context.findings.mended(Code.SCHEMA, message, schema.at(use))
        return None
    if name.namespace == UNDECLARED:
        message = f"attribute {name.local} is not declared: any are read in its place"
        context.findings.mended(Code.REFERENCE, message, schema.at(use))
        return _any_attribute(schema, xsd.AnyAttribute(process_contents=_LAX))
    message = f"attribute {name} is not declared: its value is read as anySimpleType"
    context.findings.mended(Code.REFERENCE, message, schema.at(use))
    return Attribute(name, _ANY_SIMPLE, required, schema.at(use))


def _type(
    context: Context, schema: ParsedSchema, component: xsd.Attribute, owner: Owner
) -> TypeRef:
    if component.simple_type is not None:
        name = component.name or ""
        return context.anonymous(
            component.simple_type, schema, owner.child(f"@{name}", name)
        )
    if component.type:
        return context.type(schema, component, component.type)
    return _ANY_SIMPLE


def _any_attribute(schema: ParsedSchema, component: xsd.AnyAttribute) -> AnyAttribute:
    process = component.process_contents
    value = (
        process.value if process is not None and hasattr(process, "value") else "strict"
    )
    return AnyAttribute(
        wildcard_namespaces(schema, component.namespace), Process(value)
    )


def wildcard_namespaces(schema: ParsedSchema, text: str | None) -> tuple[str, ...]:
    """A wildcard's namespace constraint as the model has it (XML Schema part 1, section 3.10.2)."""
    words = (text or "##any").split() or ["##any"]
    if words == ["##any"]:
        return ("##any",)
    if words == ["##other"]:
        return ("##other", schema.namespace)
    own = {"##targetNamespace": schema.namespace, "##local": ""}
    return tuple(dict.fromkeys(own.get(word, word) for word in words))
