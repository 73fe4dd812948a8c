"""Elements of documents declared: content models drawn from the samples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml import etree

from soapwright.model.api import QName
from soapwright.model.namespaces import XSD
from soapwright.tools.infer.document import Document
from soapwright.tools.infer.encoded import ANY, is_simple, declared_type
from soapwright.tools.infer.samples import clark, is_nil, qname, xsi_type
from soapwright.tools.infer.shapes import Child, Shape, has_text, shape_of
from soapwright.tools.infer.values import type_of_texts

# The deepest nesting of anonymous types: a deeper one is declared by name, for readability.
_NESTED = 10


class LiteralTypes:
    """Declares the global elements of a document, each once, with their content.

    `roots` are all literal elements of Bodies and Headers: a global element fits its instances
    in any place.
    """

    def __init__(self, document: Document, roots: Iterable[etree._Element]) -> None:
        self._document = document
        self._instances: dict[QName, list[etree._Element]] = {}
        self._attributes: dict[QName, list[str]] = {}
        self._typed: dict[QName, list[etree._Element]] = {}
        self._nested: set[QName] = set()
        self._declared: set[QName] = set()
        self._types: dict[QName, QName | None] = {}
        self._depth = 0
        for root in roots:
            for element in root.iter():
                self._note(element)

    def _note(self, element: etree._Element) -> None:
        name = qname(element)
        self._instances.setdefault(name, []).append(element)
        if next(element.iterancestors(str(element.tag)), None) is not None:
            self._nested.add(name)
        for key, value in element.attrib.items():
            self._attributes.setdefault(clark(str(key)), []).append(str(value))
        kind = declared_type(element)
        if kind is not None and not is_simple(kind):
            self._typed.setdefault(kind, []).append(element)

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
        """Declare the type of an element in a schema of this namespace: by name, or one of its own."""
        if any(xsi_type(one) for one in instances):
            # the relation of such types is not known: an element keeps its xsi:type
            declared.set("type", self._document.prefixed(ANY))
            for kind in dict.fromkeys(map(declared_type, instances)):
                if kind is not None and kind in self._typed:
                    self._named_type(kind, kind, self._typed[kind])
            return
        name = qname(instances[0])
        if self._is_recursive(name):
            named = self._free_name(QName(namespace, name.local), name)
            declared.set("type", self._document.prefixed(named))
            self._named_type(named, name, self._instances[name])
            return
        shape = shape_of(instances)
        if not shape.children and not shape.attributes:
            declared.set("type", self._document.prefixed(QName(XSD, shape.text)))
        elif self._depth == _NESTED:
            named = self._free_name(QName(namespace, name.local), None)
            declared.set("type", self._document.prefixed(named))
            self._named_type(named, None, instances)
        else:
            self._depth += 1
            type_ = self._document.xsd(declared, "complexType")
            self._complex(type_, namespace, shape)
            self._depth -= 1

    def _free_name(self, name: QName, source: QName | None) -> QName:
        """A type's name that no other type has; its own, where it is declared already."""
        while name in self._typed or (
            name in self._types and (source is None or self._types[name] != source)
        ):
            name = QName(name.namespace, f"{name.local}_")
        return name

    def _is_recursive(self, name: QName) -> bool:
        """Whether an element holds its like: `<a><a>text</a></a>` are two things of one name."""
        if name not in self._nested:
            return False
        instances = self._instances[name]
        mixed = any(len(one) and (one.text or "").strip() for one in instances)
        return mixed or not has_text(instances)

    def _named_type(
        self,
        type_: QName,
        source: QName | None,
        instances: Sequence[etree._Element],
    ) -> None:
        """Declare a type by name; `source` is the element, or the type, that it is drawn from."""
        if type_ in self._types:
            return
        self._types[type_] = source
        depth, self._depth = self._depth, 0
        shape = shape_of(instances)
        schema = self._document.schema(type_.namespace)
        if not shape.children and not shape.attributes and has_text(instances):
            holder = self._document.xsd(schema, "simpleType", name=type_.local)
            base = self._document.prefixed(QName(XSD, shape.text))
            self._document.xsd(holder, "restriction", base=base)
        else:
            holder = self._document.xsd(schema, "complexType", name=type_.local)
            if shape.children or shape.attributes:
                self._complex(holder, type_.namespace, shape)
        self._depth = depth

    def _complex(self, type_: etree._Element, namespace: str, shape: Shape) -> None:
        holder = type_
        if not shape.children:
            content = self._document.xsd(type_, "simpleContent")
            base = self._document.prefixed(QName(XSD, shape.text))
            holder = self._document.xsd(content, "extension", base=base)
        else:
            if shape.mixed:
                type_.set("mixed", "true")
            model = self._document.model(type_, shape.ordered)
            for child in shape.children:
                self._child(model, namespace, child, shape.ordered)
        for one in shape.attributes:
            attribute = self._document.xsd(holder, "attribute")
            if one.name.namespace:
                kind = type_of_texts(self._attributes[one.name])
                self._document.global_attribute(one.name, kind)
                attribute.set("ref", self._document.prefixed(one.name))
            else:
                attribute.set("name", one.name.local)
                attribute.set("type", self._document.prefixed(QName(XSD, one.type)))
            if one.required:
                attribute.set("use", "required")

    def _child(
        self, model: etree._Element, namespace: str, child: Child, ordered: bool
    ) -> None:
        name = child.name
        declared = self._document.xsd(model, "element")
        if name.namespace in ("", namespace):
            declared.set("name", name.local)
            if name.namespace:
                declared.set("form", "qualified")
        else:
            declared.set("ref", self._document.prefixed(name))
            self.element(name)
        if ordered:
            self._document.occurs(declared, child.optional, child.repeated)
        if declared.get("ref"):
            return
        if child.nillable:
            declared.set("nillable", "true")
        self._content(declared, namespace, child.instances)
