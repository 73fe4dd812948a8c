"""Children that a schema's component has twice, or in the wrong place: kept where they can be.

XML Schema gives a complex type one content model, an element one type, and so on (part 1, section
3). In place; each is a finding `schema-syntax`.
"""

from __future__ import annotations

from lxml import etree

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings
from soapwright.model.namespaces import XSD
from soapwright.wsdl.copying import move
from soapwright.wsdl.lines import Lines, copy_source_line


def _tags(names: str) -> frozenset[str]:
    return frozenset(f"{{{XSD}}}{name}" for name in names.split())


_SEQUENCE = f"{{{XSD}}}sequence"
_ALL = f"{{{XSD}}}all"
_PARTICLES = _tags("group all choice sequence element any")
_BARE = _tags("element any")
_ATTRIBUTES = _tags("attribute attributeGroup anyAttribute")
_HOLDERS = _tags("complexType extension restriction")
_GROUPED = _HOLDERS | _tags("group")
_TYPES = _tags("simpleType complexType")
_TYPED = {
    f"{{{XSD}}}element": "type",
    f"{{{XSD}}}attribute": "type",
    f"{{{XSD}}}list": "itemType",
}
# Of each of these sets a component may have one.
_ALTERNATIVES = (
    _tags("simpleContent complexContent"),
    _tags("extension restriction list union"),
    _tags("anyAttribute"),
)
_ONE_TYPE = _tags("element attribute list restriction")


def keep_doubled(node: etree._Element, lines: Lines, findings: Findings) -> None:
    """Correct the doubled children of an element of a schema, before they are looked at."""
    if node.tag in _GROUPED:
        _keep_groups(node, lines, findings)
    _keep_one(node, lines, findings)
    _keep_type(node, lines, findings)


def holder_of(node: etree._Element) -> etree._Element | None:
    """The element to which an attribute in a content model belongs; None of other elements."""
    if node.tag not in _ATTRIBUTES:
        return None
    return next(node.iterancestors(*_HOLDERS), None)


def _keep_groups(node: etree._Element, lines: Lines, findings: Findings) -> None:
    """Several model groups, or particles outside of one, are one sequence."""
    particles = [child for child in node if child.tag in _PARTICLES]
    bare = [child for child in particles if child.tag in _BARE]
    if len(particles) < 2 and not bare:
        return
    if node.tag == f"{{{XSD}}}group" and node.get("ref"):
        return
    parent = etree.QName(node).localname
    label = f"xsd:{etree.QName((bare or particles[1:])[0]).localname}"
    message = f"{label} is not the one model group of xsd:{parent}"
    at = lines.location((bare or particles[1:])[0])
    findings.mended(Code.SCHEMA_SYNTAX, f"{message}: read as one sequence", at)
    whole = etree.Element(_SEQUENCE)
    node.insert(node.index(particles[0]), whole)
    copy_source_line(particles[0], whole)
    for particle in particles:
        moved = move(particle, whole)
        if moved.tag == _ALL:
            moved.tag = _SEQUENCE


def _keep_one(node: etree._Element, lines: Lines, findings: Findings) -> None:
    if len(node) < 2:
        return
    sets = (*_ALTERNATIVES, _TYPES) if node.tag in _ONE_TYPE else _ALTERNATIVES
    for alternatives in sets:
        for child in [c for c in node if c.tag in alternatives][1:]:
            name, parent = etree.QName(child).localname, etree.QName(node).localname
            message = f"xsd:{name} is one too many in xsd:{parent}: it is left out"
            findings.mended(Code.SCHEMA_SYNTAX, message, lines.location(child))
            node.remove(child)


def _keep_type(node: etree._Element, lines: Lines, findings: Findings) -> None:
    """Choose between a named and an anonymous type of one element: an empty one is not meant."""
    if node.get("ref") and node.get("type"):
        kind = etree.QName(node).localname
        message = f"xsd:{kind} has a ref and a type: the ref counts"
        findings.mended(Code.SCHEMA_SYNTAX, message, lines.location(node))
    attribute = _TYPED.get(str(node.tag))
    if attribute is None or not node.get(attribute):
        return
    inline = next((child for child in node if child.tag in _TYPES), None)
    if inline is None:
        return
    kind, named = etree.QName(node).localname, len(inline) == 0
    done = "the named one" if named else "the one in it"
    message = f"xsd:{kind} names a type and has one in it: {done} counts"
    findings.mended(Code.SCHEMA_SYNTAX, message, lines.location(node))
    if named:
        node.remove(inline)
    else:
        del node.attrib[attribute]
