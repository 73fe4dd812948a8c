"""Arrays of SOAP's encoding in a schema (SOAP 1.1, section 5.4.2; WSDL 1.1, section 2.2).

A type is an array where it derives from the encoding's `Array`, or from a type that does. Its
items' type is named in the `wsdl:arrayType` of the attribute `arrayType`, or is that of the one
element of its content, or its base's, or is anything.
"""

from __future__ import annotations

import re
from dataclasses import replace

from soapwright.model.api import (
    All,
    Element,
    Particle,
    QName,
    Sequence,
    SoapArray,
    Struct,
    TypeDef,
    TypeRef,
)
from soapwright.model.codes import Code
from soapwright.model.walk import elements_of
from soapwright.wsdl.references import SOAP_ENCODINGS
from soapwright.wsdl.schema import xsd
from soapwright.wsdl.schema.context import ANY_TYPE, Context, Pending
from soapwright.wsdl.schema.particles import content_of

_ARRAY_TYPE = "{http://schemas.xmlsoap.org/wsdl/}arrayType"
_array_type = re.compile(r"\s*([^\s\[\]]+?)\s*((?:\[[\d,\s]*\]\s*)*)").fullmatch


def is_array(name: QName) -> bool:
    """Whether a name is the encoding's own type of all arrays."""
    return name.namespace in SOAP_ENCODINGS and name.local == "Array"


def says_array(pending: Pending, component: xsd.Extension | xsd.Restriction) -> bool:
    """Whether a derivation declares the type of its items, as only an array's does."""
    return any(
        pending.schema.node(attribute).get(_ARRAY_TYPE) is not None
        for attribute in component.attributes
    )


def inherit_arrays(types: dict[QName, TypeDef]) -> None:
    """Make arrays of the types that derive from one and add no elements to it.

    The collections of JAX-RPC are declared so: `vector` extends `list` extends `collection`.
    """
    for name, definition in types.items():
        line = [definition]
        while isinstance(line[-1], Struct) and len(line) <= len(types):
            base = types.get(line[-1].base) if line[-1].base is not None else None
            if base is None or not _adds_nothing(line[-1]):
                break
            line.append(base)
        array = line[-1]
        if isinstance(definition, Struct) and isinstance(array, SoapArray):
            types[name] = replace(
                array,
                id=definition.id,
                words=definition.words,
                named=definition.named,
                at=definition.at,
                doc=definition.doc,
                derived=True,
            )


def _adds_nothing(struct: Struct) -> bool:
    return next(elements_of(struct.content), None) is None


def soap_array(
    context: Context, pending: Pending, component: xsd.Extension | xsd.Restriction
) -> SoapArray:
    """The array that a type derived from the encoding's `Array` describes."""
    schema, owner = pending.schema, pending.owner
    item: TypeRef = ANY_TYPE
    item_name, nillable = "item", False
    ranks: tuple[int, ...] = (1,)
    element = _only_element(content_of(context, schema, component, owner))
    if element is not None:
        item, item_name, nillable = element.type, element.name.local, element.nillable
    for attribute in component.attributes:
        text = schema.node(attribute).get(_ARRAY_TYPE)
        if text is None:
            continue
        found = _array_type(text)
        if found is None:
            message = (
                f"wsdl:arrayType={text!r} is no array's type: its items may be anything"
            )
            context.findings.mended(Code.SCHEMA, message, schema.at(attribute))
            continue
        if not found[2]:
            message = f"wsdl:arrayType={text!r} has no brackets: read as {found[1]}[]"
            context.findings.mended(Code.SCHEMA_SYNTAX, message, schema.at(attribute))
        item = context.type(schema, attribute, found[1], pending)
        ranks = tuple(
            group.count(",") + 1
            for group in reversed(re.findall(r"\[[^\]]*\]", found[2] or "[]"))
        )
    return SoapArray(
        id=owner.id,
        words=owner.words,
        named=pending.named,
        at=schema.at(pending.component),
        item=item,
        ranks=ranks,
        item_name=item_name,
        item_nillable=nillable,
        doc=schema.doc(pending.component),
    )


def _only_element(content: Particle | None) -> Element | None:
    """The one element of a content model; the encoding's own wildcard is none."""
    while content is not None:
        match content:
            case Element():
                return content
            case Sequence(items=(only,)) | All(items=(only,)):
                content = only
            case _:
                return None
    return None
