"""One schema document, parsed by xsdata, beside the lxml nodes that it came from."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from soapwright.model.api import Constant
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.model.namespaces import XML, XSD
from soapwright.model.xml_names import NC_NAME
from soapwright.wsdl.documents import SchemaDocument
from soapwright.wsdl.schema import xsd

_ANNOTATION = f"{{{XSD}}}annotation"
_DOCUMENTATION = f"{{{XSD}}}documentation"
# Every document has this prefix (Namespaces in XML, section 3).
_IMPLIED: dict[str | None, str] = {"xml": XML}
_BOOLEANS = frozenset({"true", "false", "1", "0"})
_VALUES = {
    "nillable": _BOOLEANS,
    "abstract": _BOOLEANS,
    "mixed": _BOOLEANS,
    "form": frozenset({"qualified", "unqualified"}),
    "elementFormDefault": frozenset({"qualified", "unqualified"}),
    "attributeFormDefault": frozenset({"qualified", "unqualified"}),
    "use": frozenset({"optional", "required", "prohibited"}),
    "processContents": frozenset({"strict", "lax", "skip"}),
}
_COUNTING = frozenset(
    {"length", "minLength", "maxLength", "totalDigits", "fractionDigits"}
)
# The widest range, in the place of occurrences that cannot be read.
_ANY_NUMBER = {"minOccurs": "0", "maxOccurs": "unbounded"}
_WHITE_SPACE = ("collapse", "preserve", "replace")
_COUNT = re.compile(r"\+?0*[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class ParsedSchema:
    """xsdata's objects of a document, and the node of each by its index (it counts from 1)."""

    document: SchemaDocument
    schema: xsd.Schema
    nodes: tuple[etree._Element, ...]
    locate: Callable[[etree._Element], Location]

    def node(self, component: xsd.AnnotationBase) -> etree._Element:
        """The element that a component was read from."""
        return self.nodes[component.index - 1]

    def prefixes(self, component: xsd.AnnotationBase) -> dict[str | None, str]:
        """The namespaces that are in scope where a component is; the default one is under None."""
        return {**_IMPLIED, **self.node(component).nsmap}

    def constant(
        self, component: xsd.AnnotationBase, text: str | None
    ) -> Constant | None:
        """A default or fixed value of a component."""
        if text is None:
            return None
        found = self.prefixes(component).items()
        return Constant(text, {prefix or "": uri for prefix, uri in found})

    def at(self, component: xsd.AnnotationBase) -> Location:
        """The location of a component."""
        return self.locate(self.node(component))

    def doc(self, component: xsd.AnnotationBase) -> str:
        """A component's documentation: its paragraphs, white space collapsed in each line."""
        texts = [
            "".join(map(str, documentation.itertext()))
            for annotation in self.node(component).iterchildren(_ANNOTATION)
            for documentation in annotation.iterchildren(_DOCUMENTATION)
        ]
        if not texts:
            return ""
        lines = [" ".join(line.split()) for line in "\n".join(texts).splitlines()]
        return "\n".join(lines).strip()

    @property
    def namespace(self) -> str:
        """The target namespace, an including schema's where the document is a chameleon."""
        return self.document.target_namespace

    @property
    def chameleon(self) -> bool:
        """Whether the document has no namespace of its own and took its includer's."""
        return bool(self.namespace) and not self.document.root.get("targetNamespace")


def parse_schema(
    document: SchemaDocument,
    locate: Callable[[etree._Element], Location],
    findings: Findings,
) -> ParsedSchema | None:
    """Parse one document; None, with a finding, where it is no schema that can be read."""
    for node in list(document.root.iter(etree.Element)):
        _check(node, locate, findings)
    root, namespace = document.root, document.target_namespace
    try:
        schema, nodes, complaints = xsd.read_schema(root, namespace)
    except ValueError as error:
        message = f"not a schema: {error}: it is left out"
        findings.mended(Code.SCHEMA, message, locate(document.root))
        return None
    for complaint in complaints:
        message = f"{complaint}: it is kept as it is written"
        findings.mended(Code.SCHEMA, message, locate(document.root))
    return ParsedSchema(document, schema, nodes, locate)


def _check(
    node: etree._Element,
    locate: Callable[[etree._Element], Location],
    findings: Findings,
) -> None:
    """Report, and remove, components that xsdata cannot parse; the rest is read."""
    name = node.get("name")
    if name is not None and not NC_NAME.fullmatch(name.strip()):
        message = f"{name!r} is no name: what has it is left out"
        findings.mended(Code.SCHEMA, message, locate(node))
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)
        return
    for key, problem in _problems(node):
        meant = _ANY_NUMBER.get(key)
        done = f"read as {meant}" if meant else "it is left out"
        findings.mended(Code.SCHEMA, f"{problem}: {done}", locate(node))
        if meant:
            node.set(key, meant)
        else:
            del node.attrib[key]
    if node.tag == f"{{{XSD}}}pattern" and node.get("value") is None:
        message = "a pattern needs a value: it is left out"
        findings.mended(Code.SCHEMA, message, locate(node))
        node.set("value", ".*")  # allows all


def _problems(node: etree._Element) -> list[tuple[str, str]]:
    """Attributes whose values they cannot have, and why."""
    found = []
    for name, text in node.attrib.items():
        key, value = str(name), str(text).strip()
        if key in _VALUES and value not in _VALUES[key]:
            allowed = ", ".join(sorted(_VALUES[key]))
            found.append((key, f"{key}={value!r} is none of {allowed}"))
        elif key == "minOccurs" and not _is_count(value):
            found.append((key, f"minOccurs={value!r} is no number"))
        elif key == "maxOccurs" and not _is_count(value) and value != "unbounded":
            message = f"maxOccurs={value!r} is neither a number nor 'unbounded'"
            found.append((key, message))
        elif key == "value" and (problem := _facet_problem(node, value)):
            found.append((key, problem))
    return found


def _facet_problem(node: etree._Element, value: str) -> str:
    facet = etree.QName(node).localname
    if facet in _COUNTING and not _is_count(value):
        return f"the facet {facet}={value!r} is no number"
    if facet == "whiteSpace" and value not in _WHITE_SPACE:
        return f"the facet {facet}={value!r} is none of {', '.join(_WHITE_SPACE)}"
    return ""


def _is_count(text: str) -> bool:
    """Whether a text is a number that is not negative, and of a size that somebody may mean."""
    return _COUNT.fullmatch(text) is not None
