"""Types of SOAP's encoding declared: structs and arrays, drawn from the samples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml import etree

from soapwright.model.api import QName
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings
from soapwright.model.namespaces import XSD
from soapwright.tools.infer.document import Document
from soapwright.tools.infer.encoded import (
    ANY,
    References,
    array_type,
    is_simple,
    declared_array,
    declared_type,
    simple_type,
    struct_name,
)
from soapwright.tools.infer.samples import Sample, is_nil, qname
from soapwright.tools.infer.shapes import Child, Shape, has_text, shape_of
from soapwright.wsdl.namespaces import WSDL
from soapwright.wsdl.references import SOAP11_ENCODING, SOAP_ENCODINGS

# Attributes of SOAP's encoding itself (SOAP 1.1, section 5.1; SOAP 1.2, part 2, 3.1.5).
_REFERENCES = frozenset({"id", "href", "ref"})


class EncodedTypes:
    """Declares the types of encoded calls, each once."""

    def __init__(
        self, document: Document, samples: Iterable[Sample], findings: Findings
    ) -> None:
        self._document = document
        self._findings = findings
        self._declared: set[QName] = set()
        self._arrays: dict[QName, tuple[QName, tuple[str, ...], str]] = {}
        self._structs: dict[QName, list[etree._Element]] = {}
        self._bases: dict[QName, QName] = {}
        self._samples = {sample.root: sample for sample in samples}
        self._references = References(self._samples)
        self._implied: dict[etree._Element, QName] = {}
        for sample in self._samples.values():
            self._note_implied(sample)
            for element in self._references.below(sample.call):
                name = self._struct_name(element)
                if name is not None:
                    self._structs.setdefault(name, []).append(element)

    def _note_implied(self, sample: Sample) -> None:
        """Note the array's type for the targets of its references that declare none themselves."""
        for element in sample.root.iter():
            target = self._references.resolved(element)
            implied = None if target is element else declared_type(element)
            if implied is not None and declared_type(target) is None:
                self._implied.setdefault(target, implied)

    def _struct_name(self, element: etree._Element) -> QName | None:
        implied = self._implied.get(element)
        if implied is None or array_type(element) is not None:
            return struct_name(element, self._document.target)
        return None if is_simple(implied) else implied

    def type_of(self, instances: Sequence[etree._Element]) -> QName:
        """The type that all these elements are of; anyType where they have none in common."""
        elements = [self._references.resolved(one) for one in instances]
        arrays = [array for one in elements if (array := array_type(one)) is not None]
        if arrays and all(array_type(one) or is_nil(one) for one in elements):
            return self._array(arrays, elements)
        names = {self._struct_name(one) for one in elements}
        if arrays or len(names) > 1:
            found = None
        else:
            found = names.pop() or simple_type(elements)
        if found is None:
            message = f"{qname(instances[0]).local} is of several types: anyType it is"
            at = self._samples[instances[0].getroottree().getroot()].place(instances[0])
            self._findings.warning(Code.SEVERAL_TYPES, message, at)
            return ANY
        if not is_simple(found) and found != ANY:
            self._struct(found)
        return found

    def _array(
        self, arrays: Sequence[tuple[QName, list[str]]], elements: list[etree._Element]
    ) -> QName:
        """The array type that all these arrays are of, declared."""
        items = [item for one in elements for item in one]
        typed = (array for array in arrays if array[0] != ANY)
        item, ranks = next(typed, arrays[0])
        if item == ANY and items and ranks == ["[]"]:
            item = self.type_of(items)
        elif not is_simple(item) and item != ANY:
            self._struct(item)
            self._derived(item, items)
        item_names = {qname(one).local for one in items}
        item_name = item_names.pop() if len(item_names) == 1 else "item"
        drawn = item, tuple(ranks), item_name
        names = {declared_array(one) for one in elements if not is_nil(one)} - {None}
        name = names.pop() if len(names) == 1 else None
        if name is None or self._arrays.get(name, drawn) != drawn:
            name = self._array_name(*drawn)
        if name not in self._declared:
            self._declared.add(name)
            self._arrays[name] = drawn
            self._declare_array(name, item, "".join(ranks), item_name)
        return name

    def _array_name(self, item: QName, ranks: tuple[str, ...], item_name: str) -> QName:
        local = f"ArrayOf{_capital(item.local)}"
        if ranks != ("[]",):
            local += "".join(str(rank.count(",") + 1) for rank in ranks)
        if item_name != "item":
            local += f"As{_capital(item_name)}"
        return QName(self._document.target, local)

    def _derived(self, base: QName, items: list[etree._Element]) -> None:
        """Declare that an item of another type than its array's derives from that."""
        for one in items:
            name = self._struct_name(self._references.resolved(one))
            if name is None or name == base or self._derives(base, name):
                continue
            self._bases.setdefault(name, base)
            self._struct(name)

    def _derives(self, name: QName, base: QName) -> bool:
        """Whether a struct derives from another, as far as is known."""
        known: QName | None = name
        while known is not None and known != base:
            known = self._bases.get(known)
        return known == base

    def _declare_array(
        self, name: QName, item: QName, ranks: str, item_name: str
    ) -> None:
        xsd, prefixed = self._document.xsd, self._document.prefixed
        schema = self._document.schema(name.namespace)
        content = xsd(xsd(schema, "complexType", name=name.local), "complexContent")
        # WSDL describes arrays with SOAP 1.1's, whatever the envelopes speak
        array = QName(SOAP11_ENCODING, "Array")
        holder = xsd(content, "restriction", base=prefixed(array))
        if item_name != "item":
            element = xsd(xsd(holder, "sequence"), "element", name=item_name)
            element.set("type", prefixed(item))
            element.set("minOccurs", "0")
            element.set("maxOccurs", "unbounded")
        ref = prefixed(QName(array.namespace, "arrayType"))
        attribute = xsd(holder, "attribute", ref=ref)
        attribute.set(f"{{{WSDL}}}arrayType", f"{prefixed(item)}{ranks}")

    def _struct(self, name: QName) -> None:
        if name in self._declared or name.namespace in SOAP_ENCODINGS:
            return
        self._declared.add(name)
        instances = self._structs.get(name, [])
        shape = shape_of(instances)
        schema = self._document.schema(name.namespace)
        if not shape.children and has_text(instances):
            self._simple(schema, name, shape)
            return
        holder = self._document.xsd(schema, "complexType", name=name.local)
        inherited: set[QName] = set()
        base = self._bases.get(name)
        if base is not None:
            content = self._document.xsd(holder, "complexContent")
            extended = self._document.prefixed(base)
            holder = self._document.xsd(content, "extension", base=extended)
            full = [one for one in self._structs.get(base, []) if not is_nil(one)]
            inherited = {qname(child) for one in full for child in one}
        model = self._document.model(holder, shape.ordered)
        for child in shape.children:
            if child.name not in inherited:
                self._member(model, name.namespace, child, shape.ordered)
        self._attributes(holder, shape)

    def _simple(self, schema: etree._Element, name: QName, shape: Shape) -> None:
        """A type with a name whose values are texts."""
        xsd, base = self._document.xsd, self._document.prefixed(QName(XSD, shape.text))
        if all(one.name.local in _REFERENCES for one in shape.attributes):
            xsd(xsd(schema, "simpleType", name=name.local), "restriction", base=base)
            return
        holder = xsd(xsd(schema, "complexType", name=name.local), "simpleContent")
        self._attributes(xsd(holder, "extension", base=base), shape)

    def _member(
        self, model: etree._Element, namespace: str, child: Child, ordered: bool
    ) -> None:
        kind = self._document.prefixed(self.type_of(child.instances))
        member = self._document.xsd(model, "element")
        if child.name.namespace in ("", namespace):
            member.set("name", child.name.local)
            if child.name.namespace:
                member.set("form", "qualified")
            member.set("type", kind)
            if child.nillable:
                member.set("nillable", "true")
        else:
            member.set("ref", self._document.prefixed(child.name))
            self._document.global_element(child.name, kind, child.nillable)
        if ordered:
            self._document.occurs(member, child.optional, child.repeated)

    def _attributes(self, holder: etree._Element, shape: Shape) -> None:
        for one in shape.attributes:
            if not one.name.namespace and one.name.local not in _REFERENCES:
                attribute = self._document.xsd(holder, "attribute", name=one.name.local)
                attribute.set("type", self._document.prefixed(QName(XSD, one.type)))


def _capital(word: str) -> str:
    return word[0].upper() + word[1:]
