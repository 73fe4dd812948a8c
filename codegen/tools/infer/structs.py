"""Types of SOAP's encoding declared: structs and arrays, drawn from what stands in the samples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml import etree

from codegen.diagnostics import Findings, Location
from codegen.model import QName
from codegen.tools.infer.document import Document
from codegen.tools.infer.encoded import (
    ANY,
    all_elements,
    array_type,
    is_simple,
    resolved,
    simple_type,
    struct_name,
)
from codegen.tools.infer.samples import Sample, is_nil, qname
from codegen.tools.infer.shapes import shape_of
from codegen.wsdl.lines import source_line
from codegen.wsdl.namespaces import WSDL
from codegen.wsdl.references import SOAP11_ENCODING, SOAP_ENCODINGS, XSD

# What SOAP's encoding itself says of an element (SOAP 1.1, section 5.1; SOAP 1.2, part 2, 3.1.5).
_REFERENCES = frozenset({"id", "href", "ref"})


class EncodedTypes:
    """Declares the types that encoded calls are made of, each once."""

    def __init__(
        self, document: Document, samples: Iterable[Sample], findings: Findings
    ) -> None:
        self._document = document
        self._findings = findings
        self._declared: set[QName] = set()
        self._structs: dict[QName, list[etree._Element]] = {}
        self._bases: dict[QName, QName] = {}
        self._paths: list[tuple[etree._Element, str]] = []
        for sample in samples:
            self._paths.append((sample.call.getroottree().getroot(), sample.path))
            for element in all_elements(sample.call):
                name = struct_name(element, document.target)
                if name is not None:
                    self._structs.setdefault(name, []).append(element)

    def type_of(self, instances: Sequence[etree._Element]) -> QName:
        """The type that all these elements are of; anyType where they have none in common."""
        elements = [resolved(one) for one in instances]
        arrays = [array for one in elements if (array := array_type(one)) is not None]
        if arrays:
            items = [item for one in elements for item in one]
            telling = (array for array in arrays if array[0] != ANY)
            return self._array(next(telling, arrays[0]), items)
        structs = {struct_name(one, self._document.target) for one in elements}
        names = structs - {None}
        if not names:
            found = simple_type(elements)
        else:
            found = next(iter(names)) if len(names) == 1 else None
        if found is None:
            message = f"{qname(instances[0]).local} is of several types: anyType it is"
            self._findings.warning("several-types", message, self._at(instances[0]))
            return ANY
        if not is_simple(found) and found != ANY:
            self._struct(found)
        return found

    def _array(
        self, array: tuple[QName, list[str]], items: list[etree._Element]
    ) -> QName:
        item, ranks = array
        if item == ANY and items and ranks == ["[]"]:
            item = self.type_of(items)
        elif not is_simple(item) and item != ANY:
            self._struct(item)
            self._derived(item, items)
        names = {qname(one).local for one in items}
        item_name = names.pop() if len(names) == 1 else "item"
        local = f"ArrayOf{_capital(item.local)}"
        if ranks != ["[]"]:
            local += "".join(str(rank.count(",") + 1) for rank in ranks)
        if item_name != "item":
            local += f"As{_capital(item_name)}"
        name = QName(self._document.target, local)
        if name not in self._declared:
            self._declared.add(name)
            self._declare_array(name, item, "".join(ranks), item_name)
        return name

    def _derived(self, base: QName, items: list[etree._Element]) -> None:
        """An item that says another type than its array derives from the array's."""
        for one in items:
            name = struct_name(resolved(one), self._document.target)
            if name is not None and name != base:
                self._bases.setdefault(name, base)
                self._struct(name)

    def _declare_array(
        self, name: QName, item: QName, ranks: str, item_name: str
    ) -> None:
        xsd, said = self._document.xsd, self._document.said
        schema = self._document.schema(name.namespace)
        content = xsd(xsd(schema, "complexType", name=name.local), "complexContent")
        # WSDL describes arrays with SOAP 1.1's, whatever the envelopes speak
        array = QName(SOAP11_ENCODING, "Array")
        holder = xsd(content, "restriction", base=said(array))
        if item_name != "item":
            element = xsd(xsd(holder, "sequence"), "element", name=item_name)
            element.set("type", said(item))
            element.set("minOccurs", "0")
            element.set("maxOccurs", "unbounded")
        ref = said(QName(array.namespace, "arrayType"))
        attribute = xsd(holder, "attribute", ref=ref)
        attribute.set(f"{{{WSDL}}}arrayType", f"{said(item)}{ranks}")

    def _struct(self, name: QName) -> None:
        if name in self._declared or name.namespace in SOAP_ENCODINGS:
            return
        self._declared.add(name)
        instances = self._structs.get(name, [])
        schema = self._document.schema(name.namespace)
        holder = self._document.xsd(schema, "complexType", name=name.local)
        shape = shape_of(instances)
        inherited: set[QName] = set()
        base = self._bases.get(name)
        if base is not None:
            content = self._document.xsd(holder, "complexContent")
            said = self._document.said(base)
            holder = self._document.xsd(content, "extension", base=said)
            full = [one for one in self._structs.get(base, []) if not is_nil(one)]
            inherited = {qname(child) for one in full for child in one}
        model = self._document.xsd(holder, "sequence" if shape.ordered else "all")
        for child in shape.children:
            if child.name in inherited:
                continue
            kind = self.type_of(child.instances)
            member = self._document.xsd(model, "element", name=child.name.local)
            member.set("type", self._document.said(kind))
            if child.optional:
                member.set("minOccurs", "0")
            if child.repeated:
                member.set("maxOccurs", "unbounded")
            if child.nillable:
                member.set("nillable", "true")
        for one in shape.attributes:
            if not one.name.namespace and one.name.local not in _REFERENCES:
                attribute = self._document.xsd(holder, "attribute", name=one.name.local)
                attribute.set("type", self._document.said(QName(XSD, one.type)))

    def _at(self, element: etree._Element) -> Location:
        root = element.getroottree().getroot()
        path = next(path for one, path in self._paths if one is root)
        return Location(path, source_line(element))


def _capital(word: str) -> str:
    return word[0].upper() + word[1:]
