"""The WSDL that is drawn: its namespaces and prefixes, its schemas, their components."""

from __future__ import annotations

from lxml import etree

from soapwright.model.api import QName, SoapVersion
from soapwright.model.namespaces import XML, XSD
from soapwright.tools.infer.encoded import array_type, declared_type
from soapwright.tools.infer.samples import Sample, clark, qname
from soapwright.wsdl.namespaces import WIRE, WSDL, WSDL_SOAP11, WSDL_SOAP12
from soapwright.wsdl.references import SOAP11_ENCODING

_SOAP = {SoapVersion.V11: WSDL_SOAP11, SoapVersion.V12: WSDL_SOAP12}


class Document:
    """A WSDL under construction."""

    def __init__(self, target: str, samples: list[Sample], name: str) -> None:
        self.target = target
        self.soap = _SOAP[samples[0].soap]
        self._prefixes = _prefixes(target, self.soap, samples)
        spaces = self._prefixes.items()
        nsmap = {prefix: space for space, prefix in spaces if space != XML}
        self.root = etree.Element(f"{{{WSDL}}}definitions", nsmap=nsmap)
        self.root.set("name", name)
        self.root.set("targetNamespace", target)
        self._types = etree.SubElement(self.root, f"{{{WSDL}}}types")
        self._schemas: dict[str, etree._Element] = {}
        self._global: set[tuple[str, QName]] = set()
        self._used_namespaces = {WSDL, XSD, self.soap, target}

    def wsdl(
        self, parent: etree._Element, tag: str, **attributes: str
    ) -> etree._Element:
        """A new element of WSDL."""
        return _set(etree.SubElement(parent, f"{{{WSDL}}}{tag}"), attributes)

    def binding(
        self, parent: etree._Element, tag: str, **attributes: str
    ) -> etree._Element:
        """A new element of WSDL's SOAP binding."""
        return _set(etree.SubElement(parent, f"{{{self.soap}}}{tag}"), attributes)

    def schema(self, namespace: str) -> etree._Element:
        """The schema of a namespace, made when it is first asked for."""
        if namespace not in self._schemas:
            made = etree.SubElement(self._types, f"{{{XSD}}}schema")
            if namespace:
                made.set("targetNamespace", namespace)
            self._schemas[namespace] = made
        return self._schemas[namespace]

    def xsd(
        self, parent: etree._Element, tag: str, **attributes: str
    ) -> etree._Element:
        """A new element of XML Schema."""
        return _set(etree.SubElement(parent, f"{{{XSD}}}{tag}"), attributes)

    def model(self, holder: etree._Element, ordered: bool) -> etree._Element:
        """A new content model: a sequence, or a choice that keeps any order."""
        if ordered:
            return self.xsd(holder, "sequence")
        return self.xsd(holder, "choice", minOccurs="0", maxOccurs="unbounded")

    def occurs(self, element: etree._Element, optional: bool, repeated: bool) -> None:
        """Let an element of a sequence be left out, or be there several times."""
        if optional:
            element.set("minOccurs", "0")
        if repeated:
            element.set("maxOccurs", "unbounded")

    def global_element(self, name: QName, kind: str, nillable: bool) -> None:
        """Declare an element of a named type, for references to it."""
        if ("element", name) not in self._global:
            self._global.add(("element", name))
            declared = self.xsd(self.schema(name.namespace), "element", name=name.local)
            declared.set("type", kind)
            if nillable:
                declared.set("nillable", "true")

    def global_attribute(self, name: QName, builtin: str) -> None:
        """Declare an attribute of a namespace, for references to it."""
        if ("attribute", name) not in self._global:
            self._global.add(("attribute", name))
            schema = self.schema(name.namespace)
            declared = self.xsd(schema, "attribute", name=name.local)
            declared.set("type", self.prefixed(QName(XSD, builtin)))

    def prefixed(self, name: QName) -> str:
        """A name with the document's prefix of its namespace."""
        prefix = self._prefixes.get(name.namespace)
        self._used_namespaces.add(name.namespace)
        return f"{prefix}:{name.local}" if prefix else name.local

    def content(self) -> bytes:
        """The whole document; schemas import what they refer to."""
        prefixes = {prefix: space for space, prefix in self._prefixes.items()}
        for namespace, schema in self._schemas.items():
            for used in reversed(_used(schema, prefixes)):
                if used not in (namespace, XSD):
                    made = etree.Element(f"{{{XSD}}}import")
                    if used:
                        made.set("namespace", used)
                    schema.insert(0, made)
        if not self._schemas:
            self.root.remove(self._types)
        kept = [
            self._prefixes[one]
            for one in self._used_namespaces
            if one in self._prefixes
        ]
        etree.cleanup_namespaces(self.root, keep_ns_prefixes=kept)
        etree.indent(self.root)
        declaration = b'<?xml version="1.0" encoding="UTF-8"?>\n'
        return declaration + etree.tostring(self.root, encoding="UTF-8") + b"\n"


def _set(element: etree._Element, attributes: dict[str, str]) -> etree._Element:
    for name, value in attributes.items():
        element.set(name.rstrip("_"), value)
    return element


def _used(schema: etree._Element, prefixes: dict[str, str]) -> list[str]:
    """The namespaces that a schema's references lead to."""
    found: dict[str, None] = {}
    for element in schema.iter():
        for attribute in ("type", "ref", "base"):
            text = element.get(attribute)
            if text is not None:
                prefix, colon, _ = text.rpartition(":")
                found[prefixes[prefix] if colon else ""] = None
    return list(found)


def _prefixes(target: str, soap: str, samples: list[Sample]) -> dict[str, str]:
    """A prefix for each namespace: the samples' own, where no other has it."""
    prefixes = {WSDL: "wsdl", XSD: "xsd", soap: "soap", target: "tns", WIRE: "wire"}
    prefixes[XML] = "xml"
    found: dict[str, str] = {}
    for sample in samples:
        for element in sample.root.iter():
            spaces = [clark(str(name)).namespace for name in element.attrib]
            for namespace in (qname(element).namespace, *spaces, *_named(element)):
                if namespace and not found.get(namespace):
                    own = (p for p, n in element.nsmap.items() if p and n == namespace)
                    found[namespace] = next(own, "")
    if any(sample.encoded for sample in samples):
        found.setdefault(SOAP11_ENCODING, "enc")
    number = 0
    for namespace, prefix in found.items():
        if namespace in prefixes:
            continue
        while not prefix or prefix in prefixes.values():
            number += 1
            prefix = f"ns{number}"
        prefixes[namespace] = prefix
    return prefixes


def _named(element: etree._Element) -> list[str]:
    declared, array = declared_type(element), array_type(element)
    found = [declared.namespace] if declared is not None else []
    return found + ([array[0].namespace] if array is not None else [])
