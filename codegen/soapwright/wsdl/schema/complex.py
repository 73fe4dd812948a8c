"""Complex types: their content, base and attributes (XML Schema part 1, section 3.4)."""

from __future__ import annotations

from dataclasses import replace

from soapwright.model.api import (
    AnyAttribute,
    BuiltinRef,
    Derivation,
    Enumeration,
    Facets,
    NamedRef,
    Occurs,
    Particle,
    Process,
    QName,
    Restricted,
    Sequence,
    Struct,
    TypeDef,
    TypeRef,
    Wildcard,
)
from soapwright.model.codes import Code
from soapwright.wsdl.schema import xsd
from soapwright.wsdl.schema.arrays import is_array, says_array, soap_array
from soapwright.wsdl.schema.attributes import attribute_uses, prohibited_attributes
from soapwright.wsdl.schema.context import ANY_TYPE, STRING, Context, Owner, Pending
from soapwright.wsdl.schema.particles import content_of
from soapwright.wsdl.schema.simple import enumeration_values, facets_of


def complex_type(
    context: Context, pending: Pending, component: xsd.ComplexType
) -> TypeDef:
    """The definition of one complex type; SOAP's arrays are definitions of their own."""
    schema, owner = pending.schema, pending.owner
    struct = Struct(
        id=owner.id,
        words=owner.words,
        named=pending.named,
        at=schema.at(component),
        abstract=component.abstract,
        mixed=component.is_mixed,
        doc=schema.doc(component),
    )
    if component.complex_content is not None:
        inner = _complex_content(context, pending, component.complex_content, struct)
        return _with_others(context, pending, component, inner)
    if component.simple_content is not None:
        inner = _simple_content(context, pending, component.simple_content, struct)
        return _with_others(context, pending, component, inner)
    attributes, wildcard = attribute_uses(context, schema, component, owner)
    return replace(
        struct,
        content=content_of(context, schema, component, owner),
        attributes=attributes,
        any_attribute=wildcard,
    )


def _derivation(
    content: xsd.SimpleContent,
) -> tuple[xsd.Extension | xsd.Restriction | None, Derivation]:
    if content.extension is not None:
        return content.extension, Derivation.EXTENSION
    return content.restriction, Derivation.RESTRICTION


def _complex_content(
    context: Context, pending: Pending, content: xsd.ComplexContent, struct: Struct
) -> TypeDef:
    schema = pending.schema
    component, derivation = _derivation(content)
    if component is None:
        message = "complexContent needs an extension or a restriction: it is left out"
        context.findings.mended(Code.SCHEMA, message, struct.at)
        return struct
    base = _base(context, pending, component)
    if isinstance(base, NamedRef) and (
        is_array(base.id) or says_array(pending, component)
    ):
        return soap_array(context, pending, component)
    attributes, wildcard = attribute_uses(context, schema, component, pending.owner)
    struct = replace(struct, attributes=attributes, any_attribute=wildcard)
    if isinstance(base, BuiltinRef) and base != ANY_TYPE:
        message = f"a complex type cannot be made from xsd:{base.builtin.value}"
        context.findings.mended(Code.KIND, f"{message}: it is read as text", struct.at)
        return replace(struct, text=base)
    own = content_of(context, schema, component, pending.owner)
    if base == ANY_TYPE and derivation is Derivation.EXTENSION:
        anything = AnyAttribute(("##any",), Process.LAX)
        struct = replace(struct, any_attribute=wildcard or anything)
        return _anything(struct, own, content.mixed)
    return replace(
        struct,
        content=own,
        base=base.id if isinstance(base, NamedRef) else None,
        derivation=derivation if isinstance(base, NamedRef) else None,
        mixed=struct.mixed or content.mixed,
        prohibited=prohibited_attributes(context, schema, component),
    )


def _anything(struct: Struct, own: Particle | None, mixed: bool) -> Struct:
    """A type that extends anyType: its content is the base's, any elements and text, and its own.

    One that adds elements without being mixed is not allowed to; then no text is meant.
    """
    any_element = Wildcard(("##any",), Process.LAX, Occurs(0, None), struct.at)
    items = (any_element,) if own is None else (any_element, own)
    return replace(
        struct,
        content=Sequence(items, Occurs()),
        mixed=own is None or struct.mixed or mixed,
    )


def _simple_content(
    context: Context, pending: Pending, content: xsd.SimpleContent, struct: Struct
) -> TypeDef:
    """Text with attributes. Its base is a complex type of that kind, or the simple type of the text."""
    component, derivation = _derivation(content)
    if component is None:
        message = "simpleContent needs an extension or a restriction: read as string"
        context.findings.mended(Code.SCHEMA, message, struct.at)
        return replace(struct, text=STRING)
    base = _base(context, pending, component)
    attributes, wildcard = attribute_uses(
        context, pending.schema, component, pending.owner
    )
    struct = replace(
        struct,
        attributes=attributes,
        any_attribute=wildcard,
        prohibited=prohibited_attributes(context, pending.schema, component),
    )
    if isinstance(base, NamedRef) and _is_complex(context, base.id):
        _check_simple(context, base.id, struct)
        text = None
        if isinstance(component, xsd.Restriction):
            text = _restricted_text(context, pending, component, base.id)
        return replace(struct, base=base.id, derivation=derivation, text=text)
    return replace(struct, text=STRING if base == ANY_TYPE else base)


def _restricted_text(
    context: Context, pending: Pending, component: xsd.Restriction, base: QName
) -> TypeRef | None:
    """The type of the text that a restriction gives or narrows; None where it leaves it alone."""
    schema, owner = pending.schema, pending.owner
    text: TypeRef | None = None
    if component.simple_type is not None:
        owner_of_base = owner.child("#base", "Base")
        text = context.anonymous(component.simple_type, schema, owner_of_base)
    facets = facets_of(component)
    enumerated = component.enumerations
    if facets == Facets() and not enumerated:
        return text
    narrowed = text or text_of(context, base)
    if narrowed is None:
        return None
    place = owner.child("#text", "Text")
    at, id = schema.at(component), place.id
    if enumerated:
        values = enumeration_values(schema, component)
        narrow: TypeDef = Enumeration(id, place.words, False, at, narrowed, values)
        context.types[id] = narrow
        narrowed = NamedRef(id)
        place = owner.child("#facets", "Facets")
    if facets != Facets():
        context.types[place.id] = Restricted(
            place.id, place.words, False, at, narrowed, facets
        )
        narrowed = NamedRef(place.id)
    return narrowed


def text_of(context: Context, name: QName) -> TypeRef | None:
    """The type of the text of a complex type with simple content, None where it has none."""
    seen: set[QName] = set()
    while name not in seen:
        seen.add(name)
        declared = context.components.types.get(name)
        if declared is None or not isinstance(declared.component, xsd.ComplexType):
            return NamedRef(name) if declared is not None else None
        content = declared.component.simple_content
        if content is None:
            return None
        component, _ = _derivation(content)
        if component is None or not component.base:
            return None
        if isinstance(component, xsd.Restriction) and component.simple_type is not None:
            place = Owner(name.namespace, name.local, (name.local,))
            place = place.child("#base", "Base")
            return context.anonymous(component.simple_type, declared.schema, place)
        base = context.type(declared.schema, component, component.base)
        if isinstance(base, BuiltinRef):
            return base
        name = base.id
    return None


def _check_simple(context: Context, base: QName, struct: Struct) -> None:
    """Check that the base of simpleContent has simpleContent too, or is mixed (XML Schema part 1, section 3.4.6)."""
    component = context.components.types[base].component
    if isinstance(component, xsd.ComplexType):
        if component.simple_content is None and not component.is_mixed:
            message = f"simpleContent needs a simple type, and {base} is complex"
            done = "it is read as complexContent"
            context.findings.mended(Code.KIND, f"{message}: {done}", struct.at)


def _with_others(
    context: Context, pending: Pending, component: xsd.ComplexType, definition: TypeDef
) -> TypeDef:
    """Add the particles and attributes beside a type's complexContent or simpleContent to it."""
    schema, owner = pending.schema, pending.owner
    attributes, wildcard = attribute_uses(context, schema, component, owner)
    content = content_of(context, schema, component, owner)
    if not attributes and wildcard is None and content is None:
        return definition
    keeps = isinstance(definition, Struct) and not (content and definition.text)
    done = "read as in it" if keeps else "left out"
    message = f"a type has its content, and more of it beside that: it is {done}"
    context.findings.mended(Code.SCHEMA_SYNTAX, message, schema.at(component))
    if not isinstance(definition, Struct):
        return definition
    uses = {use.name: use for use in (*attributes, *definition.attributes)}
    parts = tuple(p for p in (definition.content, content) if p is not None)
    if definition.text is not None or len(parts) < 2:
        whole = definition.content if definition.text else next(iter(parts), None)
    else:
        whole = Sequence(parts, Occurs())
    return replace(
        definition,
        content=whole,
        attributes=tuple(uses.values()),
        any_attribute=definition.any_attribute or wildcard,
    )


def _base(
    context: Context, pending: Pending, component: xsd.Extension | xsd.Restriction
) -> TypeRef:
    if component.base:
        return context.type(pending.schema, component, component.base, pending)
    message = "a derived type needs a base: it derives from nothing"
    at = pending.schema.at(component)
    context.findings.mended(Code.SCHEMA, message, at)
    return ANY_TYPE


def _is_complex(context: Context, name: QName) -> bool:
    declared = context.components.types.get(name)
    return declared is not None and isinstance(declared.component, xsd.ComplexType)
