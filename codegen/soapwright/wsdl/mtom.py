"""Ports whose schemas name the media types of binary values, so that these may travel as parts.

`xmime:expectedContentTypes` is an attribute of an element or of a type (W3C Note "Describing Media
Content of Binary Data in XML", section 2.2). The model of XML Schema does not have it, so that it is
read from the documents themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lxml import etree

from soapwright.model.api import Api, ElementPart, Mtom, Port, QName, Struct
from soapwright.model.namespaces import XSD
from soapwright.model.walk import elements_of, messages_of, part_types, reach
from soapwright.wsdl.documents import SchemaDocument

_EXPECTED = tuple(
    f"{{http://www.w3.org/{year}/xmlmime}}expectedContentTypes"
    for year in ("2005/05", "2004/11")
)
_KINDS = {
    f"{{{XSD}}}element": "element",
    f"{{{XSD}}}complexType": "type",
    f"{{{XSD}}}simpleType": "type",
}

# A global component: "element" or "type", and its name.
_Component = tuple[str, QName]


def with_mtom(api: Api, schemas: Iterable[SchemaDocument]) -> Api:
    """The Api, with the reason of each port that may use MTOM by its schemas."""
    expecting = {
        (_KINDS[str(node.tag)], QName(one.target_namespace, node.get("name", "")))
        for one in schemas
        for node in one.root.iterchildren(*_KINDS)
        if any(_names_media_types(e) for e in node.iter(etree.Element))
    }
    if not expecting:
        return api
    ports = tuple(
        (
            replace(port, mtom=Mtom.EXPECTED)
            if port.mtom is None and expecting & _used(api, port)
            else port
        )
        for port in api.ports
    )
    return replace(api, ports=ports)


def _names_media_types(node: etree._Element) -> bool:
    return any(node.get(name) is not None for name in _EXPECTED)


def _used(api: Api, port: Port) -> set[_Component]:
    """The global components that a port's messages use."""
    parts = [part for message in messages_of(port) for part in message.parts]
    found: set[_Component] = {
        ("element", part.element) for part in parts if isinstance(part, ElementPart)
    }
    types = reach(api, part_types(api, parts))
    for name in types:
        # an anonymous type's id begins with the component that it is in, of either kind
        owner = QName(name.namespace, name.local.partition("/")[0])
        found |= {("element", owner), ("type", owner)}
        definition = api.types[name]
        if isinstance(definition, Struct):
            content = elements_of(definition.content)
            found |= {("element", e.name) for e in content if e.reference}
    return found
