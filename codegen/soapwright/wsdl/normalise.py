"""A schema's tree as the schema adapter wants it: XML Schema's own elements, nothing else.

In place, and moving a node only by `copying.py` (lxml would drop prefixes that QNames in values use):
documentation becomes plain text, application information goes, stray text and elements that XML
Schema does not allow in their place go too, the latter with a warning `[schema-syntax]`.
Documentation outside an annotation is given one.
"""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings
from soapwright.model.namespaces import XSD
from soapwright.wsdl.copying import move
from soapwright.wsdl.doubled import holder_of, keep_doubled
from soapwright.wsdl.lines import Lines, copy_source_line
from soapwright.wsdl.namespaces import WSDL

_DOCUMENTATION = f"{{{XSD}}}documentation"
_ANNOTATION = f"{{{XSD}}}annotation"

_ATTRIBUTES = "attribute attributeGroup anyAttribute"
_GROUPS = "group all choice sequence"
_FACETS = (
    "minExclusive minInclusive maxExclusive maxInclusive totalDigits fractionDigits length"
    " minLength maxLength enumeration whiteSpace pattern"
)
_TOP = "simpleType complexType group attributeGroup"
# The children that each element may have (XML Schema 1.0, part 1, section 3); all may have
# an annotation.
_CONTENT = {
    "schema": f"include import redefine element attribute notation {_TOP}",
    "redefine": _TOP,
    "element": "simpleType complexType unique key keyref",
    "complexType": f"simpleContent complexContent {_GROUPS} {_ATTRIBUTES}",
    "simpleContent": "restriction extension",
    "complexContent": "restriction extension",
    "extension": f"{_GROUPS} {_ATTRIBUTES}",
    "restriction": f"simpleType {_FACETS} {_GROUPS} {_ATTRIBUTES}",
    "sequence": "element group choice sequence any",
    "choice": "element group choice sequence any",
    "all": "element",
    "group": "all choice sequence",
    "attributeGroup": _ATTRIBUTES,
    "attribute": "simpleType",
    "simpleType": "restriction list union",
    "list": "simpleType",
    "union": "simpleType",
    "unique": "selector field",
    "key": "selector field",
    "keyref": "selector field",
}
ALLOWED = {
    f"{{{XSD}}}{parent}": frozenset(f"{{{XSD}}}{child}" for child in children.split())
    for parent, children in _CONTENT.items()
}
_NOTHING: frozenset[str] = frozenset()
_BLOCKS = frozenset(
    {"p", "br", "div", "li", "ul", "ol", "h1", "h2", "h3", "table", "tr"}
)


def normalise_schema(schema: etree._Element, lines: Lines, findings: Findings) -> None:
    """Reduce a schema's tree to the elements of XML Schema, with plain documentation."""
    schema.tail = None
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        node.text = None
        keep_doubled(node, lines, findings)
        allowed = ALLOWED.get(str(node.tag), _NOTHING)
        for child in list(node):
            child.tail = None
            if child.tag == _ANNOTATION:
                _flatten(child)
            elif child.tag in allowed:
                waiting.append(child)
            elif child.tag in (_DOCUMENTATION, f"{{{WSDL}}}documentation"):
                _annotate(node, child)
            elif (holder := holder_of(child)) is not None:
                waiting.append(_move(child, holder, lines, findings))
            else:
                _refuse(node, child, lines, findings)


def text_of(documentation: Iterable[etree._Element]) -> str:
    """The text of documentation elements: paragraphs with a line between, white space collapsed.

    A blank line or a block of HTML begins a paragraph.
    """
    paragraphs: list[str] = []
    for node in documentation:
        written = "".join(_pieces(node)).replace("\r", "")
        blocks = "\n".join(line.strip() for line in written.split("\n")).split("\n\n")
        paragraphs += [" ".join(block.split()) for block in blocks]
    return "\n\n".join(p for p in paragraphs if p)


def _flatten(annotation: etree._Element) -> None:
    annotation.text = None
    for child in list(annotation):
        child.tail = None
        if child.tag == _DOCUMENTATION:
            text = text_of([child])
            for markup in list(child):
                child.remove(markup)
            child.text = text
        else:
            annotation.remove(child)


def _annotate(node: etree._Element, documentation: etree._Element) -> None:
    annotation = etree.Element(_ANNOTATION)
    node.insert(0, annotation)
    etree.SubElement(annotation, _DOCUMENTATION).text = text_of([documentation])
    for made in annotation.iter("*"):
        copy_source_line(documentation, made)
    node.remove(documentation)


def _move(
    child: etree._Element, holder: etree._Element, lines: Lines, findings: Findings
) -> etree._Element:
    """An attribute in a content model is one of the type's."""
    name, parent = etree.QName(child).localname, etree.QName(holder).localname
    message = f"xsd:{name} is in a model group: it is read as xsd:{parent}'s own"
    findings.mended(Code.SCHEMA_SYNTAX, message, lines.location(child))
    return move(child, holder)


def _refuse(
    node: etree._Element, child: etree._Element, lines: Lines, findings: Findings
) -> None:
    name, parent = etree.QName(child), etree.QName(node).localname
    label = f"xsd:{name.localname}" if name.namespace == XSD else f"element {name.text}"
    findings.mended(
        Code.SCHEMA_SYNTAX,
        f"{label} does not belong in xsd:{parent}: it is left out",
        lines.location(child),
    )
    node.remove(child)


def _pieces(node: etree._Element) -> Iterable[str]:
    """An element's text, with a blank line around each block of HTML."""
    yield node.text or ""
    for child in node:
        block = "\n\n" if etree.QName(child).localname in _BLOCKS else ""
        yield block
        yield from _pieces(child)
        yield block + (child.tail or "")
