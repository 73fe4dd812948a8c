"""The components of a WSDL: messages, port types and bindings, found from QNames in attributes.

Findings, all mended: `lenient-reference`, a name whose prefix is missing or wrong, taken for the
only component that bears its local part, or for the one in the target namespace; `duplicate`, two
components of one name in one document, or in two that differ, of which the first counts. What
names nothing at all is `Unusable` for who needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from soapwright.model.api import (
    Builtin,
    BuiltinRef,
    GlobalElement,
    Kind,
    LeftOut,
    NamedRef,
    QName,
)
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.model.namespaces import XSD
from soapwright.model.xml_names import NC_NAME
from soapwright.wsdl.differing import difference, differs
from soapwright.wsdl.documents import Documents
from soapwright.wsdl.namespaces import WSDL
from soapwright.wsdl.normalise import text_of
from soapwright.wsdl.references import type_reference

Table = dict[QName, etree._Element]
UNDECLARED_HINT = "import the schema that declares it; --catalog says where it is"


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


class Unusable(Exception):
    """A part of a service is left out, as something that it requires is missing or broken."""

    def __init__(self, code: Code, reason: str, at: Location, hint: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.at = at
        self.hint = hint

    def left_out(self, kind: Kind, name: str, service: str = "") -> LeftOut:
        """The part that is left out for this reason."""
        reason, at, hint = self.reason, self.at, self.hint
        return LeftOut(kind, name, self.code, reason, at, hint, service)


@dataclass(slots=True)
class Components:
    """The components of all definitions together; WSDL has one namespace for each kind.

    `declared` are the names that the schemas declare, of an `element` and of a `type`.
    """

    documents: Documents
    declared: Mapping[str, Iterable[QName]]
    findings: Findings
    assumed: dict[QName, GlobalElement] = field(default_factory=dict)
    """Elements that Bodies hold and nothing declares."""
    _tables: dict[str, Table] = field(default_factory=dict)
    _globals: dict[str, dict[str, list[QName]]] = field(default_factory=dict)

    def at(self, node: etree._Element) -> Location:
        """The location of an element."""
        return self.documents.location(node)

    def all(self, kind: str) -> Table:
        """The components of a kind (`message`, `portType`, `binding`) in document order."""
        if kind not in self._tables:
            self._tables[kind] = self._collect(kind)
        return self._tables[kind]

    def find(self, kind: str, node: etree._Element, attribute: str) -> etree._Element:
        """The component that an attribute names.

        Raises:
            Unusable: there is none.
        """
        found = self.look_up(kind, node, attribute)
        if found is None:
            text = node.get(attribute, "").strip()
            name = _expanded(node, text)
            reason = (
                f"there is no {kind} {name or text}" if text else f"no {kind} is named"
            )
            raise Unusable(Code.REFERENCE, reason, self.at(node))
        return found

    def look_up(
        self, kind: str, node: etree._Element, attribute: str
    ) -> etree._Element | None:
        """The component that an attribute names; None where there is none."""
        table = self.all(kind)
        text = node.get(attribute, "").strip()
        name = _expanded(node, text)
        if name is not None and name in table:
            return table[name]
        local = _split(text)[1]
        meant = _only(node, [other for other in table if other.local == local])
        if meant is None:
            return None
        self._lenient(node, attribute, kind, meant)
        return table[meant]

    def schema_name(self, node: etree._Element, attribute: str, kind: str) -> QName:
        """The element or type (`kind`) that a part names; a prefix that means nothing is made up
        for, and whether the component exists is for others to see.

        Raises:
            Unusable: the prefix is not declared, and its meaning is in doubt.
        """
        text = node.get(attribute, "").strip()
        name = _expanded(node, text)
        if name is not None and self.exists(name, kind):
            return name
        meant = self._meant(node, text, kind)
        if meant is not None:
            self._lenient(node, attribute, kind, meant)
            return meant
        if name is None:
            other = self._meant(node, text, "type" if kind == "element" else "element")
            if other is not None:
                return other
            reason = f"the prefix {_split(text)[0]!r} of {text} is not declared"
            raise Unusable(Code.PREFIX, reason, self.at(node))
        return name

    def _meant(self, node: etree._Element, text: str, kind: str) -> QName | None:
        """The declared name that an undeclared one means, where that is beyond doubt."""
        name = _expanded(node, text)
        prefix, _, local = text.rpartition(":")
        same = list(self._named(kind).get(local, ()))
        if name is not None and prefix and name.namespace not in (WSDL, XSD):
            # a schema may have been left without its namespace
            same = [other for other in same if not other.namespace]
        builtin = type_reference(QName(XSD, local))
        plain = kind == "type" and not (same or prefix and name)
        if plain and isinstance(builtin, BuiltinRef):
            same = [QName(XSD, local)]
        return _only(node, same)

    def _lenient(
        self, node: etree._Element, attribute: str, kind: str, taken: QName
    ) -> None:
        text = node.get(attribute, "").strip()
        message = f"there is no {kind} {text}: {taken} is taken"
        self.findings.mended(Code.LENIENT_REFERENCE, message, self.at(node))

    def _collect(self, kind: str) -> Table:
        table: Table = {}
        for document in self.documents.definitions:
            for node in document.root.iterchildren(wsdl_name(kind)):
                local = node.get("name", "").strip()
                if not local:
                    continue  # nothing can name it (`named.py`)
                name = QName(document.target_namespace, local)
                first = table.setdefault(name, node)
                if first is not node:
                    self._check_twice(f"{kind} {name}", first, node)
        return table

    def _check_twice(
        self, label: str, first: etree._Element, other: etree._Element
    ) -> None:
        """A name that is taken: in one document, or by something else in another."""
        different = differs(first, other)
        if not different and first.getparent() is not other.getparent():
            return
        message = (
            f"{label} is declared already at {self.at(first)}: the first one counts"
        )
        if different:
            message += f"; this one {difference(first, other)}"
        self.findings.mended(Code.DUPLICATE, message, self.at(other))

    def assume(self, name: QName, node: etree._Element) -> None:
        """Let an element that nothing declares be of `xsd:anyType`; one whose name no XML can have is not."""
        known = name not in self.assumed and self.exists(name, "element")
        if known or self.exists(name, "type") or not NC_NAME.fullmatch(name.local):
            return
        text = f"element {name} is not declared: it is read as xsd:anyType"
        at = self.at(node)
        self.findings.mended(Code.REFERENCE, text, at, UNDECLARED_HINT)
        self.assumed[name] = GlobalElement(name, BuiltinRef(Builtin.ANY_TYPE), at)

    def exists(self, name: QName, kind: str) -> bool:
        """Whether there is a global element or type (`kind`) of a name."""
        if kind == "element" and name in self.assumed:
            return True
        if kind == "type" and type_reference(name) != NamedRef(name):
            return True
        return name in self._named(kind).get(name.local, ())

    def _named(self, kind: str) -> dict[str, list[QName]]:
        """The global elements or types of all schemas by their local names."""
        if kind not in self._globals:
            found: dict[str, list[QName]] = {}
            for name in self.declared[kind]:
                names = found.setdefault(name.local, [])
                if name not in names:
                    names.append(name)
            self._globals[kind] = found
        return self._globals[kind]


def _expanded(node: etree._Element, text: str) -> QName | None:
    """Resolve a QName where it is written; None where its prefix is not declared."""
    prefix, local = _split(text)
    namespace = node.nsmap.get(prefix or None)
    if namespace is None and prefix:
        return None
    return QName(namespace or "", local)


def _split(text: str) -> tuple[str, str]:
    """A QName's prefix and local part; a component's name may have a colon itself."""
    prefix, colon, local = text.partition(":")
    return (prefix, local) if colon else ("", text)


def _only(node: etree._Element, names: list[QName]) -> QName | None:
    """Of names with one local part the one that a document means: its own namespace's, or the only one."""
    own = node.getroottree().getroot().get("targetNamespace", "")
    names = [name for name in names if name.namespace == own] or names
    return names[0] if len(names) == 1 else None
