"""What a WSDL names: its messages, port types and bindings, found from QNames in attributes.

Findings: `reference`, an error: a name that nothing bears; `lenient-reference`, a warning: a name
whose prefix is missing or wrong, taken for the only component that bears its local part;
`duplicate`, an error: two components of one name in one document, or in two that differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from soapwright.model.api import UNDECLARED, BuiltinRef, NamedRef, QName
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.wsdl.documents import Documents
from soapwright.wsdl.namespaces import WSDL
from soapwright.wsdl.normalise import text_of
from soapwright.wsdl.references import XSD, type_reference

Table = dict[QName, etree._Element]


def wsdl_name(local: str) -> str:
    """A name of WSDL's own namespace, as lxml writes it."""
    return f"{{{WSDL}}}{local}"


def doc_of(*nodes: etree._Element | None) -> str:
    """The documentation of the first element that has any."""
    for node in nodes:
        if node is not None:
            text = text_of(
                node.iterchildren(wsdl_name("documentation"), f"{{{XSD}}}documentation")
            )
            if text:
                return text
    return ""


@dataclass(slots=True)
class Components:
    """The components of all definitions together; WSDL knows one namespace for each kind."""

    documents: Documents
    findings: Findings
    _tables: dict[str, Table] = field(default_factory=dict)
    _globals: dict[str, dict[str, list[QName]]] = field(default_factory=dict)

    def at(self, node: etree._Element) -> Location:
        """Where an element stands."""
        return self.documents.location(node)

    def all(self, kind: str) -> Table:
        """The components of a kind (`message`, `portType`, `binding`) in document order."""
        if kind not in self._tables:
            self._tables[kind] = self._collect(kind)
        return self._tables[kind]

    def find(
        self, kind: str, node: etree._Element, attribute: str
    ) -> etree._Element | None:
        """The component that an attribute names; None, with an error, where there is none."""
        found = self.look_up(kind, node, attribute)
        if found is None:
            text = node.get(attribute, "").strip()
            name = _expanded(node, text)
            if not self.may_be_unread(node, attribute):
                message = f"there is no {kind} {name or text}"
                message = message if text else f"names no {kind}"
                self.findings.error(Code.REFERENCE, message, self.at(node))
        return found

    def look_up(
        self, kind: str, node: etree._Element, attribute: str
    ) -> etree._Element | None:
        """The component that an attribute names; None where there is none."""
        table = self.all(kind)
        text = node.get(attribute, "").strip()
        name = _expanded(node, text)
        if name in table:
            return table[name]
        local = _split(text)[1]
        same = [other for other in table if other.local == local]
        if len(same) != 1:
            return None
        self._lenient(node, attribute, kind, same[0])
        return table[same[0]]

    def may_be_unread(self, node: etree._Element, attribute: str) -> bool:
        """Whether what an attribute names may stand in a document that could not be read."""
        name = _expanded(node, node.get(attribute, "").strip())
        return name is not None and self.documents.unread.may_declare(name)

    def schema_name(self, node: etree._Element, attribute: str, kind: str) -> QName:
        """The element or type (`kind`) that a part names; a prefix that means nothing is made up
        for, and whether the component exists is for others to see."""
        text = node.get(attribute, "").strip()
        name = _expanded(node, text)
        prefix, _, local = text.rpartition(":")
        if name is not None and self.exists(name, kind):
            return name
        same = list(self._named(kind).get(local, ()))
        if (
            name is not None and prefix
        ):  # a schema may have been left without its namespace
            same = [other for other in same if not other.namespace]
        builtin = type_reference(QName(XSD, local))
        plain = kind == "type" and not (same or prefix and name)
        if plain and isinstance(builtin, BuiltinRef):
            same = [QName(XSD, local)]
        if len(same) == 1:
            self._lenient(node, attribute, kind, same[0])
            return same[0]
        if name is None:
            message = f"the prefix {prefix!r} is not declared"
            self.findings.error(Code.REFERENCE, message, self.at(node))
        return name or QName(UNDECLARED, local)

    def _lenient(
        self, node: etree._Element, attribute: str, kind: str, taken: QName
    ) -> None:
        text = node.get(attribute, "").strip()
        message = (
            f"there is no {kind} {text}: the only one of this name, {taken}, is taken"
        )
        self.findings.warning(Code.LENIENT_REFERENCE, message, self.at(node))

    def _collect(self, kind: str) -> Table:
        table: Table = {}
        for document in self.documents.definitions:
            for node in document.root.iterchildren(wsdl_name(kind)):
                name = QName(document.target_namespace, node.get("name", "").strip())
                first = table.setdefault(name, node)
                if first is not node and _is_twice(first, node):
                    message = f"{kind} {name} is declared already at {self.at(first)}"
                    self.findings.error(Code.DUPLICATE, message, self.at(node))
        return table

    def exists(self, name: QName, kind: str) -> bool:
        """Whether there is a global element or type (`kind`) of a name."""
        if kind == "type" and type_reference(name) != NamedRef(name):
            return True
        return name in self._named(kind).get(name.local, ())

    def _named(self, kind: str) -> dict[str, list[QName]]:
        """The global elements or types of all schemas by their local names."""
        if kind not in self._globals:
            found: dict[str, list[QName]] = {}
            for name in self._declared(kind):
                names = found.setdefault(name.local, [])
                if name not in names:
                    names.append(name)
            self._globals[kind] = found
        return self._globals[kind]

    def _declared(self, kind: str) -> Iterator[QName]:
        tags = ("element",) if kind == "element" else ("complexType", "simpleType")
        for schema in self.documents.schemas:
            for node in schema.root.iterchildren(*(f"{{{XSD}}}{tag}" for tag in tags)):
                yield QName(schema.target_namespace, node.get("name", "").strip())


def _expanded(node: etree._Element, text: str) -> QName | None:
    """The name that a QName stands for where it is written; None without its prefix."""
    prefix, local = _split(text)
    namespace = node.nsmap.get(prefix or None)
    if namespace is None and prefix:
        return None
    return QName(namespace or "", local)


def _split(text: str) -> tuple[str, str]:
    """A QName's prefix and local part; a component's name may have a colon itself."""
    prefix, colon, local = text.partition(":")
    return (prefix, local) if colon else ("", text)


def _is_twice(first: etree._Element, other: etree._Element) -> bool:
    """Whether a name is taken: in one document, or by something else in another."""
    repeated = first.getparent() is other.getparent()
    return repeated or _canonical(first) != _canonical(other)


def _canonical(node: etree._Element) -> list[object]:
    return [(n.tag, sorted(n.attrib.items())) for n in node.iter("*")]
