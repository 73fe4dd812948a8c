"""The global components of all schema documents, by kind and name."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from lxml import etree
from xsdata.models import xsd

from soapwright.model.api import QName
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings
from soapwright.wsdl.references import XSD
from soapwright.wsdl.schema.parse import ParsedSchema

TypeComponent = xsd.ComplexType | xsd.SimpleType
C = TypeVar("C", bound=xsd.AnnotationBase)
_NAMING = ("type", "base", "ref", "itemType", "memberTypes", "substitutionGroup")
_DOCUMENTATION = (f"{{{XSD}}}annotation", f"{{{XSD}}}documentation")


@dataclass(frozen=True, slots=True)
class Declared(Generic[C]):
    """A global component and the document that declares it.

    `redefines` is where the definition that it redefines has gone: its own name means that.
    """

    component: C
    schema: ParsedSchema
    redefines: QName | None = None


@dataclass(slots=True)
class Components:
    """One table for each symbol space of XML Schema (part 1, section 2.5)."""

    types: dict[QName, Declared[TypeComponent]] = field(default_factory=dict)
    elements: dict[QName, Declared[xsd.Element]] = field(default_factory=dict)
    attributes: dict[QName, Declared[xsd.Attribute]] = field(default_factory=dict)
    groups: dict[QName, Declared[xsd.Group]] = field(default_factory=dict)
    attribute_groups: dict[QName, Declared[xsd.AttributeGroup]] = field(
        default_factory=dict
    )

    def table(self, kind: str) -> Container[QName]:
        """The names of a symbol space, by the word that XML Schema has for its components."""
        tables: dict[str, Container[QName]] = {
            "type": self.types,
            "element": self.elements,
            "attribute": self.attributes,
            "group": self.groups,
            "attributeGroup": self.attribute_groups,
        }
        return tables[kind]


def collect_components(
    schemas: Iterable[ParsedSchema], findings: Findings
) -> Components:
    """All global components; redefinitions replace what they redefine, under its name."""
    schemas = tuple(schemas)
    components = Components()
    for parsed in schemas:
        for declaration in _declarations(parsed):
            _declare(components, declaration, findings)
    for parsed in schemas:
        for redefinition in parsed.schema.redefines:
            for declaration in _redefined(parsed, redefinition):
                _redefine(components, declaration)
    return components


def _declarations(parsed: ParsedSchema) -> Iterator[Declared[xsd.AnnotationBase]]:
    schema = parsed.schema
    found: list[xsd.AnnotationBase] = [
        *schema.simple_types,
        *schema.complex_types,
        *schema.elements,
        *schema.attributes,
        *schema.groups,
        *schema.attribute_groups,
    ]
    for component in sorted(found, key=lambda c: c.index):
        yield Declared(component, parsed)


def _redefined(
    parsed: ParsedSchema, redefinition: xsd.Redefine
) -> Iterator[Declared[xsd.AnnotationBase]]:
    found: list[xsd.AnnotationBase] = [
        *redefinition.simple_types,
        *redefinition.complex_types,
        *redefinition.groups,
        *redefinition.attribute_groups,
    ]
    for component in sorted(found, key=lambda c: c.index):
        name = QName(parsed.namespace, getattr(component, "name", None) or "")
        yield Declared(
            component,
            parsed,
            redefines=QName(name.namespace, f"{name.local}/redefined"),
        )


def _table(
    components: Components, component: xsd.AnnotationBase
) -> dict[QName, Declared[xsd.AnnotationBase]]:
    table: object
    match component:
        case xsd.SimpleType() | xsd.ComplexType():
            table = components.types
        case xsd.Element():
            table = components.elements
        case xsd.Attribute():
            table = components.attributes
        case xsd.Group():
            table = components.groups
        case xsd.AttributeGroup():
            table = components.attribute_groups
        case _:
            raise TypeError(f"{type(component).__name__} is no global component")
    return table  # type: ignore[return-value]  # each table holds its own kind of component


def _declare(
    components: Components,
    declaration: Declared[xsd.AnnotationBase],
    findings: Findings,
) -> None:
    component, parsed = declaration.component, declaration.schema
    local = getattr(component, "name", None)
    if not local:
        kind = etree.QName(parsed.node(component)).localname
        findings.error(
            Code.SCHEMA, f"a global {kind} needs a name", parsed.at(component)
        )
        return
    table = _table(components, component)
    name = QName(parsed.namespace, local.strip())
    first = table.setdefault(name, declaration)
    if first is not declaration:
        kind = etree.QName(parsed.node(component)).localname
        _check_twice(f"{kind} {name}", first, declaration, findings)


def _check_twice(
    what: str,
    first: Declared[xsd.AnnotationBase],
    other: Declared[xsd.AnnotationBase],
    findings: Findings,
) -> None:
    """A name that is declared twice: the same schema is often given twice, and then says the same.

    Two files of one namespace that differ are what services are put together from: the first
    counts. One file that contradicts itself, or one schema that repeats itself, is broken.
    """
    one, two = first.schema, other.schema
    repeated = one.document.root is two.document.root and one.namespace == two.namespace
    differs = _canonical(first) != _canonical(other)
    at, earlier = two.at(other.component), one.at(first.component)
    if repeated or (differs and one.document.path == two.document.path):
        findings.error(Code.DUPLICATE, f"{what} is declared already at {earlier}", at)
    elif differs:
        message = f"{what} is already declared, differently, at {earlier}"
        findings.warning(Code.DUPLICATE, f"{message}; the first one counts", at)


def _canonical(declaration: Declared[xsd.AnnotationBase]) -> list[object]:
    node = declaration.schema.node(declaration.component)
    return [
        (n.tag, sorted((key, _expanded(n, str(key))) for key in n.attrib))
        for n in node.iter(etree.Element)
        if n.tag not in _DOCUMENTATION
    ]


def _expanded(node: etree._Element, key: str) -> list[tuple[str, str]]:
    """An attribute's words; names without their prefixes, which may differ where they mean the same."""
    words = node.get(key, "").split()
    if key not in _NAMING:
        return [("", word) for word in words]
    parts = [word.rpartition(":") for word in words]
    return [(node.nsmap.get(p or None, p), local) for p, _, local in parts]


def _redefine(
    components: Components, declaration: Declared[xsd.AnnotationBase]
) -> None:
    table = _table(components, declaration.component)
    local = getattr(declaration.component, "name", None)
    if not local or declaration.redefines is None:
        return
    name = QName(declaration.schema.namespace, local)
    if name in table:
        table[declaration.redefines] = table[name]
    table[name] = declaration
