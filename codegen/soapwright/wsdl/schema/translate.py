"""All schema documents of a WSDL into the model's types and elements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from soapwright.model.api import GlobalElement, QName, SoapArray, TypeDef, Unresolved
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.model.sizes import MAX_DECLARATIONS
from soapwright.wsdl.documents import SchemaDocument
from soapwright.wsdl.schema import xsd
from soapwright.wsdl.schema.arrays import inherit_arrays, is_array
from soapwright.wsdl.schema.complex import complex_type
from soapwright.wsdl.schema.components import Components, Declared, collect_components
from soapwright.wsdl.schema.context import (
    ANY_TYPE,
    Context,
    Owner,
    Pending,
    element_owner,
)
from soapwright.wsdl.schema.parse import ParsedSchema, parse_schema
from soapwright.wsdl.schema.simple import simple_type


@dataclass(frozen=True, slots=True)
class SchemaTypes:
    """The declarations of the schemas; `bundled` are those of the toolkit's own schemas alone.

    `unresolved` are groups that they use and nothing declares; `unread` are the namespaces of schemas
    that could not be read.
    """

    types: dict[QName, TypeDef]
    elements: dict[QName, GlobalElement]
    bundled: frozenset[QName]
    unresolved: tuple[Unresolved, ...]
    unread: frozenset[str]


def translate_schemas(
    documents: Sequence[SchemaDocument],
    locate: Callable[[etree._Element], Location],
    findings: Findings,
) -> SchemaTypes:
    """Parse the documents and translate every component; mistakes become findings.

    Raises:
        SpecError: there are more than can be.
    """
    schemas, unread = [], set()
    _check_size(documents, locate, findings)
    for document in documents:
        parsed = parse_schema(document, locate, findings)
        if parsed is None:
            unread.add(document.target_namespace)
        else:
            schemas.append(parsed)
    context = Context(collect_components(schemas, findings), findings)
    for name, declared in context.components.types.items():
        context.pending.append(
            Pending(
                declared.component,
                declared.schema,
                Owner(name.namespace, name.local, _words(name)),
                named="/" not in name.local,
                redefines=declared.redefines,
            )
        )
    elements = {
        name: _global_element(context, name, declared)
        for name, declared in context.components.elements.items()
    }
    while context.pending:
        _translate(context, context.pending.popleft())
    inherit_arrays(context.types)
    bundled = _bundled(context.components)
    return SchemaTypes(
        context.types, elements, bundled, context.unresolved, frozenset(unread)
    )


def _check_size(
    documents: Iterable[SchemaDocument],
    locate: Callable[[etree._Element], Location],
    findings: Findings,
) -> None:
    declarations = 0
    for document in documents:
        declarations += len(document.root)
        if declarations > MAX_DECLARATIONS:
            message = f"the schemas have more than {MAX_DECLARATIONS:,} declarations"
            findings.error(Code.LIMIT, message, locate(document.root))
            raise SpecError(findings)


def _words(name: QName) -> tuple[str, ...]:
    """The words of a global type's name; an original that is redefined gets one more."""
    own, *levels = name.local.split("/")
    return (own, *("Original" for _ in levels))


def _translate(context: Context, pending: Pending) -> None:
    name = pending.owner.id
    if name in context.types:
        return
    if is_array(name):
        at = pending.schema.at(pending.component)
        context.types[name] = SoapArray(name, pending.owner.words, True, at, ANY_TYPE)
    elif isinstance(pending.component, xsd.SimpleType):
        context.types[name] = simple_type(context, pending, pending.component)
    else:
        context.types[name] = complex_type(context, pending, pending.component)


def _global_element(
    context: Context, name: QName, declared: Declared[xsd.Element]
) -> GlobalElement:
    component, schema = declared.component, declared.schema
    return GlobalElement(
        name=name,
        type=context.of_element(schema, component, element_owner(name)),
        at=schema.at(component),
        nillable=component.nillable,
        abstract=component.abstract,
        default=schema.constant(component, component.default),
        fixed=schema.constant(component, component.fixed),
        head=context.head(schema, component),
        doc=schema.doc(component),
    )


def _bundled(components: Components) -> frozenset[QName]:
    declarations: list[tuple[QName, ParsedSchema]] = [
        *((name, d.schema) for name, d in components.types.items()),
        *((name, d.schema) for name, d in components.elements.items()),
    ]
    own = {name for name, schema in declarations if not schema.document.standard}
    return frozenset(name for name, _ in declarations if name not in own)
