"""Elements of documents declared: content models drawn from what stands in the samples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml import etree

from codegen.model import QName
from codegen.tools.infer.document import Document
from codegen.tools.infer.encoded import ANY
from codegen.tools.infer.samples import XSI_TYPE, is_nil, qname
from codegen.tools.infer.shapes import Child, shape_of
from codegen.wsdl.references import XSD


class LiteralTypes:
    """Declares the global elements of a document, each once, with what stands in them.

    `roots` are all literal elements of Bodies and Headers: a global element fits its instances
    wherever they stand.
    """

    def __init__(self, document: Document, roots: Iterable[etree._Element]) -> None:
        self._document = document
        self._instances: dict[QName, list[etree._Element]] = {}
        self._declared: set[QName] = set()
        for root in roots:
            for element in root.iter():
                self._instances.setdefault(qname(element), []).append(element)

    def element(self, name: QName) -> None:
        """Declare a global element that all its instances fit."""
        if name in self._declared:
            return
        self._declared.add(name)
        instances = self._instances[name]
        schema = self._document.schema(name.namespace)
        declared = self._document.xsd(schema, "element", name=name.local)
        if any(is_nil(one) for one in instances):
            declared.set("nillable", "true")
        self._content(declared, name.namespace, instances)

    def _content(
        self,
        declared: etree._Element,
        namespace: str,
        instances: Sequence[etree._Element],
    ) -> None:
        xsd, said = self._document.xsd, self._document.said
        if any(one.get(XSI_TYPE) for one in instances):
            # the relation of such types is not known: what says its type keeps saying it
            declared.set("type", said(ANY))
            return
        shape = shape_of(instances)
        if not shape.children and not shape.attributes:
            declared.set("type", said(QName(XSD, shape.text)))
            return
        type_ = xsd(declared, "complexType")
        holder = type_
        if not shape.children:
            content = xsd(type_, "simpleContent")
            holder = xsd(content, "extension", base=said(QName(XSD, shape.text)))
        else:
            if shape.mixed:
                type_.set("mixed", "true")
            group = "sequence" if shape.ordered else "choice"
            model = xsd(type_, group)
            if not shape.ordered:
                model.set("minOccurs", "0")
                model.set("maxOccurs", "unbounded")
            for child in shape.children:
                self._child(model, namespace, child, shape.ordered)
        for one in shape.attributes:
            attribute = xsd(holder, "attribute", name=one.name.local)
            attribute.set("type", said(QName(XSD, one.type)))
            if one.name.namespace:
                self._global_attribute(attribute, one.name, one.type)
            if one.required:
                attribute.set("use", "required")

    def _global_attribute(
        self, attribute: etree._Element, name: QName, kind: str
    ) -> None:
        """An attribute of a namespace is declared there, and referred to."""
        for left in ("name", "type"):
            del attribute.attrib[left]
        attribute.set("ref", self._document.said(name))
        schema = self._document.schema(name.namespace)
        known = {a.get("name") for a in schema.findall(f"{{{XSD}}}attribute")}
        if name.local not in known:
            declared = self._document.xsd(schema, "attribute", name=name.local)
            declared.set("type", self._document.said(QName(XSD, kind)))

    def _child(
        self, model: etree._Element, namespace: str, child: Child, ordered: bool
    ) -> None:
        name = child.name
        if name.namespace in ("", namespace):
            declared = self._document.xsd(model, "element", name=name.local)
            if name.namespace:
                declared.set("form", "qualified")
        else:
            declared = self._document.xsd(model, "element")
            declared.set("ref", self._document.said(name))
            self.element(name)
        if child.optional and ordered:
            declared.set("minOccurs", "0")
        if child.repeated and ordered:
            declared.set("maxOccurs", "unbounded")
        if declared.get("ref"):
            return
        if child.nillable:
            declared.set("nillable", "true")
        self._content(declared, namespace, child.instances)
