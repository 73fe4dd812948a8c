"""Arrays of SOAP's encoding in a schema (SOAP 1.1, section 5.4.2; WSDL 1.1, section 2.2).

A type is an array where it derives from the encoding's `Array`. Its items' type stands in the
`wsdl:arrayType` of the attribute `arrayType`, or is that of the one element of its content,
or is anything.
"""

from __future__ import annotations

import re

from xsdata.models import xsd

from codegen.model import Element, Particle, QName, SoapArray, TypeRef
from codegen.wsdl.references import SOAP_ENCODINGS
from codegen.wsdl.schema.context import ANY_TYPE, Context, Pending
from codegen.wsdl.schema.particles import content_of

_ARRAY_TYPE = "{http://schemas.xmlsoap.org/wsdl/}arrayType"
_array_type = re.compile(r"\s*([^\s\[\]]+?)\s*((?:\[[\d,\s]*\]\s*)+)").fullmatch


def is_array(name: QName) -> bool:
    """Whether a name is the encoding's own type of all arrays."""
    return name.namespace in SOAP_ENCODINGS and name.local == "Array"


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
            context.findings.error(
                "schema",
                f"wsdl:arrayType={text!r} is no array's type",
                schema.at(attribute),
            )
            continue
        item = context.type(schema, attribute, found[1], pending)
        ranks = tuple(
            group.count(",") + 1
            for group in reversed(re.findall(r"\[[^\]]*\]", found[2]))
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
            case _ if hasattr(content, "items") and len(content.items) == 1:
                content = content.items[0]
            case _:
                return None
    return None
