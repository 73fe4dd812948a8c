"""The global components of all schema documents, by kind and name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from lxml import etree
from xsdata.models import xsd

from codegen.diagnostics import Findings
from codegen.model import QName
from codegen.wsdl.schema.parse import ParsedSchema

TypeComponent = xsd.ComplexType | xsd.SimpleType
C = TypeVar("C", bound=xsd.AnnotationBase)


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
        findings.error("schema", f"a global {kind} needs a name", parsed.at(component))
        return
    table = _table(components, component)
    name = QName(parsed.namespace, local.strip())
    first = table.setdefault(name, declaration)
    if first is not declaration and not _same(first, declaration):
        kind = etree.QName(parsed.node(component)).localname
        findings.warning(
            "duplicate",
            f"{kind} {name} is already declared, differently, at"
            f" {first.schema.at(first.component)}; the first one counts",
            parsed.at(component),
        )


def _same(
    one: Declared[xsd.AnnotationBase], other: Declared[xsd.AnnotationBase]
) -> bool:
    """Whether two declarations say the same; the same schema is often given twice."""
    return _canonical(one) == _canonical(other)


def _canonical(declaration: Declared[xsd.AnnotationBase]) -> list[object]:
    node = declaration.schema.node(declaration.component)
    return [
        (n.tag, sorted(n.attrib.items()), (n.text or "").strip())
        for n in node.iter(etree.Element)
    ]


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
