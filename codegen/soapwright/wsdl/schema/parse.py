"""One schema document, parsed by xsdata, beside the lxml nodes that it came from."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lxml import etree
from xsdata.exceptions import ConverterWarning, ParserError
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.parsers.mixins import XmlHandler
from xsdata.models.mixins import ElementBase
from xsdata.models.xsd import Schema
from xsdata.codegen.parsers.schema import SchemaParser

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.wsdl.documents import SchemaDocument
from soapwright.wsdl.references import NC_NAME, XSD

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
_COUNTING = frozenset(
    {"length", "minLength", "maxLength", "totalDigits", "fractionDigits"}
)
_WHITE_SPACE = ("collapse", "preserve", "replace")
_COUNT = re.compile(r"\+?0*[0-9]{1,18}")


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


class _Handler(XmlHandler):
    """Walks through a tree that is parsed already.

    Elements share their namespaces with those around them until one declares another.
    """

    def parse(self, source: Any, ns_map: dict[str | None, str]) -> Any:
        """What the parser makes of an element."""
        queue, objects, parser = self.queue, self.objects, self.parser
        scopes = [dict(source.nsmap)]
        declared: dict[str | None, str] = {}
        for event, item in etree.iterwalk(source, ("start", "end", "start-ns")):
            if event == "start":
                scopes.append({**scopes[-1], **declared} if declared else scopes[-1])
                declared = {}
                tag, attributes = item.tag, dict(item.attrib)
                parser.start(self.clazz, queue, objects, tag, attributes, scopes[-1])
            elif event == "end":
                parser.end(queue, objects, item.tag, item.text, item.tail)
                scopes.pop()
            else:
                declared[item[0] or None] = item[1]
        return objects[-1][1] if objects else None


class _Parser(SchemaParser):
    """xsdata's, with one map of prefixes for all that have the same."""

    _last: tuple[object, dict[str, str]] = (object(), {})

    def set_namespace_map(  # type: ignore[override]  # it is called on parsers alone
        self, obj: Any, ns_map: dict[str, str] | None
    ) -> None:
        """Give an object its prefixes; those of one element are mostly those of the last."""
        if ns_map is not self._last[0]:
            made = Schema()
            super().set_namespace_map(made, ns_map)
            self._last = ns_map, made.ns_map
        if hasattr(obj, "ns_map"):
            obj.ns_map = self._last[1]


def parse_schema(
    document: SchemaDocument,
    locate: Callable[[etree._Element], Location],
    findings: Findings,
) -> ParsedSchema | None:
    """Parse one document; None, with an error found, where it is no schema that can be read."""
    nodes = tuple(document.root.iter(etree.Element))
    for node in nodes:
        _check(node, locate, findings)
    parser = _Parser(
        location=document.path,
        target_namespace=document.target_namespace or None,
        config=_PARSER_CONFIG,
        handler=_Handler,
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConverterWarning)
        try:
            schema = parser.parse(document.root, Schema)
        except (ParserError, TypeError, ValueError) as error:
            findings.error(Code.SCHEMA, f"not a schema: {error}", locate(document.root))
            return None
    for warning in caught:
        findings.error(Code.SCHEMA, str(warning.message), locate(document.root))
    return None if caught else ParsedSchema(document, schema, nodes, locate)


def _check(
    node: etree._Element,
    locate: Callable[[etree._Element], Location],
    findings: Findings,
) -> None:
    """What xsdata would trip over is found, with its line, and left out: the rest is read on."""
    said = node.get("name")
    if said is not None and not NC_NAME.fullmatch(said.strip()):
        findings.error(Code.SCHEMA, f"{said!r} is no name", locate(node))
    for key, problem in _problems(node):
        findings.error(Code.SCHEMA, problem, locate(node))
        del node.attrib[key]


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
