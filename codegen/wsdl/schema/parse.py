"""One schema document, parsed by xsdata, beside the lxml nodes that it came from."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree
from xsdata.codegen.parsers.schema import SchemaParser
from xsdata.exceptions import ConverterWarning, ParserError
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.models.mixins import ElementBase
from xsdata.models.xsd import Schema

from codegen.diagnostics import Findings, Location
from codegen.wsdl.documents import SchemaDocument
from codegen.wsdl.references import NC_NAME, XSD

_PARSER_CONFIG = ParserConfig(
    fail_on_unknown_properties=False, fail_on_unknown_attributes=False
)
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
_KNOWN_ELEMENTS = frozenset(
    "all annotation any anyAttribute appinfo attribute attributeGroup choice complexContent"
    " complexType documentation element enumeration extension field fractionDigits group"
    " import include key keyref length list maxExclusive maxInclusive maxLength minExclusive"
    " minInclusive minLength notation pattern redefine restriction schema selector sequence"
    " simpleContent simpleType totalDigits union unique whiteSpace"
    " alternative assert assertion defaultOpenContent explicitTimezone openContent override".split()
)


@dataclass(frozen=True, slots=True)
class ParsedSchema:
    """xsdata's objects of a document, and the node of each by its index."""

    document: SchemaDocument
    schema: Schema
    nodes: tuple[etree._Element, ...]
    locate: Callable[[etree._Element], Location]

    def node(self, component: ElementBase) -> etree._Element:
        """The element that a component was read from (xsdata counts from 1)."""
        return self.nodes[component.index - 1]

    def at(self, component: ElementBase) -> Location:
        """Where a component stands."""
        return self.locate(self.node(component))

    def doc(self, component: ElementBase) -> str:
        """A component's documentation: its paragraphs, white space collapsed in each line."""
        texts = [
            "".join(map(str, node.itertext()))
            for node in self.node(component).iterfind(
                f"{{{XSD}}}annotation/{{{XSD}}}documentation"
            )
        ]
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
    """Parse one document; None, with an error found, where it is no schema that can be read."""
    nodes = tuple(document.root.iter(etree.Element))
    if not _check_values(nodes, locate, findings):
        return None
    parser = SchemaParser(
        location=document.path,
        target_namespace=document.target_namespace or None,
        config=_PARSER_CONFIG,
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConverterWarning)
        try:
            schema = parser.from_bytes(etree.tostring(document.root), Schema)
        except (ParserError, TypeError, ValueError) as error:
            findings.error("schema", f"not a schema: {error}", locate(document.root))
            return None
    for warning in caught:
        findings.error("schema", str(warning.message), locate(document.root))
    return None if caught else ParsedSchema(document, schema, nodes, locate)


def _check_values(
    nodes: tuple[etree._Element, ...],
    locate: Callable[[etree._Element], Location],
    findings: Findings,
) -> bool:
    """What xsdata would trip over, found with its line."""
    sound = True
    for node in nodes:
        for problem in _problems(node):
            findings.error("schema", problem, locate(node))
            sound = False
    return sound


def _problems(node: etree._Element) -> list[str]:
    name = etree.QName(node)
    if name.namespace == XSD and name.localname not in _KNOWN_ELEMENTS:
        return [f"XML Schema has no element {name.localname}"]
    said = node.get("name")
    if said is not None and not NC_NAME.fullmatch(said.strip()):
        return [f"{said!r} is no name"]
    found = [
        f"{key}={value!r} is none of {', '.join(sorted(_VALUES[str(key)]))}"
        for key, value in node.attrib.items()
        if key in _VALUES and str(value).strip() not in _VALUES[str(key)]
    ]
    low, high = node.get("minOccurs", "1").strip(), node.get("maxOccurs", "1").strip()
    if not _is_count(low):
        found.append(f"minOccurs={low!r} is no number")
    if not _is_count(high) and high != "unbounded":
        found.append(f"maxOccurs={high!r} is neither a number nor 'unbounded'")
    return found


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
