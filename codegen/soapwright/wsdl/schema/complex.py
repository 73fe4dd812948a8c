"""Complex types: their content, base and attributes (XML Schema part 1, section 3.4)."""

from __future__ import annotations

from dataclasses import replace

from xsdata.models import xsd

from soapwright.model.api import (
    AnyAttribute,
    Derivation,
    NamedRef,
    Occurs,
    Particle,
    Process,
    QName,
    Sequence,
    Struct,
    TypeDef,
    TypeRef,
    Wildcard,
)
from soapwright.model.codes import Code
from soapwright.wsdl.schema.arrays import is_array, says_array, soap_array
from soapwright.wsdl.schema.attributes import attribute_uses
from soapwright.wsdl.schema.context import ANY_TYPE, STRING, Context, Pending
from soapwright.wsdl.schema.particles import content_of


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
        return _complex_content(context, pending, component.complex_content, struct)
    if component.simple_content is not None:
        return _simple_content(context, pending, component.simple_content, struct)
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
    if component is None or not component.base:
        context.findings.error(
            Code.SCHEMA, "complexContent needs an extension or a restriction", struct.at
        )
        return struct
    base = _base(context, pending, component)
    if isinstance(base, NamedRef) and (
        is_array(base.id) or says_array(pending, component)
    ):
        return soap_array(context, pending, component)
    attributes, wildcard = attribute_uses(context, schema, component, pending.owner)
    own = content_of(context, schema, component, pending.owner)
    if base == ANY_TYPE and derivation is Derivation.EXTENSION:
        return replace(
            _anything(struct, own, content.mixed),
            attributes=attributes,
            any_attribute=wildcard or AnyAttribute(("##any",), Process.LAX),
        )
    return replace(
        struct,
        content=own,
        attributes=attributes,
        any_attribute=wildcard,
        base=base.id if isinstance(base, NamedRef) else None,
        derivation=derivation if isinstance(base, NamedRef) else None,
        mixed=struct.mixed or content.mixed,
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
    if component is None or not component.base:
        context.findings.error(
            Code.SCHEMA, "simpleContent needs an extension or a restriction", struct.at
        )
        return replace(struct, text=STRING)
    base = _base(context, pending, component)
    attributes, wildcard = attribute_uses(
        context, pending.schema, component, pending.owner
    )
    struct = replace(struct, attributes=attributes, any_attribute=wildcard)
    if isinstance(base, NamedRef) and _is_complex(context, base.id):
        _check_simple(context, base.id, struct)
        return replace(struct, base=base.id, derivation=derivation)
    return replace(struct, text=STRING if base == ANY_TYPE else base)


def _check_simple(context: Context, base: QName, struct: Struct) -> None:
    """The base of simpleContent has it too, or is mixed (XML Schema part 1, section 3.4.6)."""
    component = context.components.types[base].component
    if isinstance(component, xsd.ComplexType):
        if component.simple_content is None and not component.is_mixed:
            message = f"simpleContent needs a simple type, and {base} is complex"
            context.findings.error(Code.KIND, message, struct.at)


def _base(
    context: Context, pending: Pending, component: xsd.Extension | xsd.Restriction
) -> TypeRef:
    return context.type(pending.schema, component, component.base or "", pending)


def _is_complex(context: Context, name: QName) -> bool:
    declared = context.components.types.get(name)
    return declared is not None and isinstance(declared.component, xsd.ComplexType)
