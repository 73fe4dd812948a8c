"""Corrections of common small mistakes in documents, before they are read.

In place, and without moving a node, as in `normalise.py`. Each is a warning:

| finding | |
|---|---|
| `schema-syntax` | an element of XML Schema that is written in another namespace, or in none |
| `schema-syntax` | complexContent that holds particles themselves, as complexType may |
| `name` | a name with the prefix of the namespace that it is declared in |
| `name` | an attribute whose name has another prefix: a reference, as the drafts of 1999 wrote it |
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings
from soapwright.model.namespaces import XSD
from soapwright.wsdl.lines import Lines
from soapwright.wsdl.namespaces import WSDL
from soapwright.wsdl.normalise import ALLOWED

_SCHEMA = f"{{{XSD}}}schema"
_COMPLEX_CONTENT = f"{{{XSD}}}complexContent"
_ATTRIBUTE = f"{{{XSD}}}attribute"
_ANNOTATION = f"{{{XSD}}}annotation"
_DERIVATIONS = {f"{{{XSD}}}extension", f"{{{XSD}}}restriction"}
_PARTICLES = {f"{{{XSD}}}{n}" for n in ("sequence", "choice", "all", "group")}
_OWN = f"{{{XSD}}}"


def repair(root: etree._Element, lines: Lines, findings: Findings) -> None:
    """Correct a document's schemas where the meaning is plain."""
    for schema in _schemas(root, lines, findings):
        for node in schema.iter("*"):
            if not str(node.tag).startswith(_OWN):
                _repair_tag(node, schema, lines, findings)
            if node.tag == _COMPLEX_CONTENT:
                _repair_content(node, lines, findings)
            _repair_name(node, schema, lines, findings)


def _schemas(
    root: etree._Element, lines: Lines, findings: Findings
) -> Iterator[etree._Element]:
    if _is_schema(root):
        _retag(root, root, lines, findings)
    if root.tag == _SCHEMA:
        yield root
        return
    for types in root.iterchildren(f"{{{WSDL}}}types"):
        for node in types.iterchildren("{*}schema"):
            if _is_misplaced(node):
                _retag(node, node, lines, findings)
            if node.tag == _SCHEMA:
                yield node


def _repair_tag(
    node: etree._Element, schema: etree._Element, lines: Lines, findings: Findings
) -> None:
    """Read an element as XML Schema's where it has another namespace, and would be allowed."""
    parent = node.getparent()
    allowed = ALLOWED.get(str(parent.tag)) if parent is not None else None
    if allowed is None or not _is_misplaced(node):
        return
    meant = f"{{{XSD}}}{etree.QName(node).localname}"
    if meant in allowed or meant == _ANNOTATION:
        _retag(node, schema, lines, findings)


def _repair_content(node: etree._Element, lines: Lines, findings: Findings) -> None:
    kinds = {
        f"{{{XSD}}}{etree.QName(child).localname}" for child in node.iterchildren("*")
    }
    if kinds & _PARTICLES and not kinds & _DERIVATIONS:
        message = "xsd:complexContent derives from nothing: its particles are taken"
        findings.mended(Code.SCHEMA_SYNTAX, message, lines.location(node))
        node.tag = f"{{{XSD}}}sequence"


def _repair_name(
    node: etree._Element, schema: etree._Element, lines: Lines, findings: Findings
) -> None:
    name = node.get("name", "").strip()
    prefix, _, local = name.rpartition(":")
    if not prefix:
        return
    own = schema.get("targetNamespace")
    if node.tag == _ATTRIBUTE and node.nsmap.get(prefix, own) != own:
        message = f"the name {name!r} has a prefix: a reference is taken"
        findings.mended(Code.NAME, message, lines.location(node))
        del node.attrib["name"]
        node.set("ref", name)
    elif node.nsmap.get(prefix) == own:
        message = f"the name {name!r} has a prefix: {local!r} is taken"
        findings.mended(Code.NAME, message, lines.location(node))
        node.set("name", local)


def _is_schema(root: etree._Element) -> bool:
    """Whether a document's root is a schema but for its prefix, as its children show."""
    return root.tag == "schema" and any(
        str(child.tag).startswith(_OWN) for child in root
    )


def _is_misplaced(node: etree._Element) -> bool:
    return etree.QName(node).namespace in (None, WSDL)


def _retag(
    node: etree._Element, schema: etree._Element, lines: Lines, findings: Findings
) -> None:
    """Give an element XML Schema's namespace; each wrong one is reported once a schema."""
    name = etree.QName(node)
    where = f"the namespace {name.namespace}" if name.namespace else "no namespace"
    message = f"elements of {where} are read as XML Schema's"
    findings.mended(Code.SCHEMA_SYNTAX, message, lines.location(schema))
    node.tag = f"{{{XSD}}}{name.localname}"
