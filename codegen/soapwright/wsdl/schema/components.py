"""The global components of all schema documents, by kind and name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from lxml import etree

from soapwright.model.api import QName
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings
from soapwright.wsdl.differing import difference, differs
from soapwright.wsdl.schema import xsd
from soapwright.wsdl.schema.parse import ParsedSchema

TypeComponent = xsd.ComplexType | xsd.SimpleType
C = TypeVar("C", bound=xsd.AnnotationBase)


_MAX_REDEFINED = 100  # as derivations, which these are


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
    _names: dict[str, dict[str, list[QName]]] = field(default_factory=dict)

    def names(self, kind: str) -> Mapping[str, Sequence[QName]]:
        """The names of a symbol space by their local parts, once all is collected."""
        if kind not in self._names:
            found: dict[str, list[QName]] = {}
            for name in self.table(kind):
                found.setdefault(name.local, []).append(name)
            self._names[kind] = found
        return self._names[kind]

    def table(self, kind: str) -> Collection[QName]:
        """The names of a symbol space, by the word that XML Schema has for its components."""
        tables: dict[str, Collection[QName]] = {
            "type": self.types,
            "element": self.elements,
            "attribute": self.attributes,
            "group": self.groups,
            "attributeGroup": self.attribute_groups,
        }
        return tables[kind]


def declared_name(name: QName) -> QName:
    """The name with which a component is declared: that of a redefined one has a suffix here."""
    return QName(name.namespace, name.local.partition("/")[0])


def collect_components(
    schemas: Iterable[ParsedSchema], findings: Findings
) -> Components:
    """All global components; a redefinition replaces the original, under its name."""
    schemas = tuple(schemas)
    components = Components()
    for parsed in schemas:
        for declaration in _declarations(parsed):
            _declare(components, declaration, findings)
    for parsed in sorted(schemas, key=lambda parsed: parsed.document.level):
        for redefinition in parsed.schema.redefines:
            for declaration in _redefined(parsed, redefinition):
                _redefine(components, declaration, findings)
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
        yield Declared(component, parsed)


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
        message = f"a global {kind} needs a name: it is left out"
        findings.mended(Code.SCHEMA, message, parsed.at(component))
        return
    table = _table(components, component)
    name = QName(parsed.namespace, local.strip())
    first = table.setdefault(name, declaration)
    if first.schema.document.standard and not parsed.document.standard:
        table[name] = declaration  # the service's own, which a bundled one never hides
    elif first is not declaration and not parsed.document.standard:
        kind = etree.QName(parsed.node(component)).localname
        _check_twice(f"{kind} {name}", first, declaration, findings)


def _check_twice(
    label: str,
    first: Declared[xsd.AnnotationBase],
    other: Declared[xsd.AnnotationBase],
    findings: Findings,
) -> None:
    """Report a name that is declared twice; the first counts, of two files as in one.

    The same schema is often given twice: two equal declarations in two files are no finding.
    """
    one, two = first.schema, other.schema
    repeated = one.document.root is two.document.root and one.namespace == two.namespace
    nodes = one.node(first.component), two.node(other.component)
    different = differs(*nodes)
    if not (repeated or different):
        return
    earlier = one.at(first.component)
    message = f"{label} is declared already at {earlier}: the first one counts"
    if different:
        message += f"; this one {difference(*nodes)}"
    findings.mended(Code.DUPLICATE, message, two.at(other.component))


def _redefine(
    components: Components,
    declaration: Declared[xsd.AnnotationBase],
    findings: Findings,
) -> None:
    """Give a redefinition the name of the original, which gets another one."""
    parsed, component = declaration.schema, declaration.component
    table = _table(components, component)
    local = getattr(component, "name", None)
    if not local:
        return
    name = QName(parsed.namespace, local)
    room = QName(name.namespace, f"{local}/redefined")
    steps = 1
    while room in table:
        room = QName(name.namespace, f"{room.local}/redefined")
        steps += 1
    if steps > _MAX_REDEFINED:
        message = f"{name} is redefined more than {_MAX_REDEFINED} times"
        findings.error(Code.LIMIT, message, parsed.at(component))
        return
    if name in table:
        table[room] = table[name]
    else:
        message = f"{name} is redefined, and nothing declares it"
        done = "the redefinition adds to anything"
        findings.mended(Code.REFERENCE, f"{message}: {done}", parsed.at(component))
    table[name] = replace(declaration, redefines=room)
