"""A service described: ports and operations with their Python signatures, types with their fields."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from soapwright.model.api import (
    Api,
    Enumeration,
    Facets,
    Fault,
    NamedRef,
    Operation,
    Port,
    Restricted,
    Struct,
    TypeDef,
)
from soapwright.model.demands import (
    alternatives_of_port,
    demands_of_operation,
    demands_of_port,
)
from soapwright.model.options import Options
from soapwright.model.walk import left_out_of
from soapwright.python.context import Context
from soapwright.python.emit import make_context
from soapwright.python.modules.methods import Method, Methods, Parameter
from soapwright.python.modules.service_modules import ServiceModules
from soapwright.python.text.scope import Scope
from soapwright.python.types.declarations import Annotations, Declarations
from soapwright.python.wire import STANDARD

_QUALIFIER = re.compile(r"\b_?(?:t|soap)\.(?=[A-Za-z])")
# Private names of builtins, where a parameter has theirs.
_ALIAS = re.compile(
    r"\b_(?=(str|int|float|bool|bytes|list|dict|tuple|Decimal|date|datetime|time|Any|Literal)\b)"
)


@dataclass(frozen=True, slots=True)
class FieldDescription:
    """A field or parameter as in Python code; `default` is "" where it must be given."""

    name: str
    type: str
    default: str
    doc: str = ""


@dataclass(frozen=True, slots=True)
class FaultDescription:
    """A declared fault: its name in the WSDL, the exception that it becomes, and its detail's type."""

    name: str
    exception: str
    detail: str


@dataclass(frozen=True, slots=True)
class OperationDescription:
    """An operation: its names, its method's signature, and how it travels."""

    name: str
    key: str
    method: str
    parameters: tuple[FieldDescription, ...]
    returns: str
    style: str
    use: str
    soap_action: str
    one_way: bool
    faults: tuple[FaultDescription, ...]
    doc: str
    path: str
    line: int
    action: str
    demands: tuple[str, ...]
    http: str


@dataclass(frozen=True, slots=True)
class PortDescription:
    """A port, and its operations in the binding's order; `demands` are its policies' in words, `alternatives`
    those of each alternative, where there are several."""

    name: str
    key: str
    service: str
    port_type: str
    soap: str
    address: str
    operations: tuple[OperationDescription, ...]
    demands: tuple[str, ...]
    alternatives: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class TypeDescription:
    """A type: its name in Python and in the schema, and its content.

    `qname` is "" where it is an anonymous type, inside another one. `values` are an enumeration's members, or the facets of a restriction; `alias` is the Python
    type of what has no class of its own.
    """

    name: str
    namespace: str
    qname: str
    kind: str
    base: str
    fields: tuple[FieldDescription, ...]
    values: tuple[str, ...]
    alias: str
    doc: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class LeftOutDescription:
    """A component that a package lacks, and why; `of` is its parent, "" of a port."""

    kind: str
    name: str
    of: str
    reason: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Description:
    """All that a WSDL has; `left_out` is where it is broken."""

    name: str
    doc: str
    ports: tuple[PortDescription, ...]
    types: tuple[TypeDescription, ...]
    left_out: tuple[LeftOutDescription, ...]


def describe(api: Api) -> Description:
    """The description of a service, its names those of the package that would be made."""
    context = make_context(api, STANDARD, Options("package"))
    methods = Methods(context)
    services = ServiceModules(context, [])
    ports = tuple(_port(methods, services, port) for port in api.ports)
    types = tuple(
        _type(context, one) for one in api.types.values() if is_described(one)
    )
    left_out = tuple(
        LeftOutDescription(
            one.kind.value, one.name, owner, one.reason, one.at.path, one.at.line
        )
        for owner, one in left_out_of(api)
    )
    return Description(api.name, api.doc, ports, types, left_out)


def is_described(definition: TypeDef) -> bool:
    """Whether a type is described by itself; a message is described with its operation."""
    return definition.named or not (
        isinstance(definition, Struct) and definition.content is None
    )


# ------------------------------------------------------------------------------------- ports


def _port(methods: Methods, services: ServiceModules, port: Port) -> PortDescription:
    of_client = {
        method.operation.key: method
        for method in methods.of(methods.groups[port.port_type])
    }
    operations = [
        _operation(port, one, of_client.get(one.key), methods, services)
        for one in port.operations
    ]
    return PortDescription(
        port.name,
        port.key,
        port.service,
        port.port_type.local,
        "" if port.is_http else port.soap.value,
        port.address or "",
        tuple(operations),
        tuple(demand.words for demand in demands_of_port(port)),
        alternatives_of_port(port),
    )


def _operation(
    port: Port,
    operation: Operation,
    method: Method | None,
    methods: Methods,
    services: ServiceModules,
) -> OperationDescription:
    message, http = operation.input or operation.output, operation.http
    result = str(methods.result(operation).annotation) if method else "None"
    return OperationDescription(
        operation.name,
        operation.key,
        method.name if method else "",
        tuple(map(_parameter, method.parameters)) if method else (),
        plain(result),
        operation.style.value,
        message.use.value if message else "literal",
        operation.soap_action,
        operation.output is None,
        tuple(_fault(fault, services) for fault in operation.faults),
        operation.doc,
        operation.at.path,
        operation.at.line,
        operation.input.action if operation.input is not None else "",
        tuple(demand.words for demand in demands_of_operation(operation, port)),
        "" if http is None else f"{http.verb} {http.location}".strip(),
    )


def _parameter(one: Parameter) -> FieldDescription:
    declared = one.declaration.parameter
    return FieldDescription(
        one.name, plain(str(declared.annotation)), plain(declared.default)
    )


def _fault(fault: Fault, services: ServiceModules) -> FaultDescription:
    detail = plain(services.detail(fault, Scope()))
    return FaultDescription(fault.name, services.exception(fault), detail)


def plain(text: str) -> str:
    """An annotation without the prefixes of its module."""
    name, colon, annotation = text.rpartition(": ")
    return name + colon + _ALIAS.sub("", _QUALIFIER.sub("", annotation))


# ------------------------------------------------------------------------------------- types


def _type(context: Context, definition: TypeDef) -> TypeDescription:
    names = context.types.names
    kind, base, alias = "alias", "", ""
    own: tuple[FieldDescription, ...] = ()
    values = facets_of(definition)
    if isinstance(definition, Struct):
        kind, own = "class", _fields(context, definition)
        base = names.types.get(definition.base, "") if definition.base else ""
    elif isinstance(definition, Enumeration):
        kind = "enum"
        members = names.enumerations[definition.id]
        values = tuple(
            f"{member} = {value.text!r}"
            for member, value in zip(members, definition.values, strict=True)
        )
    else:
        annotations = Annotations(context.types, Scope())
        alias = plain(annotations.value(NamedRef(definition.id)))
    return TypeDescription(
        names.types[definition.id],
        definition.id.namespace,
        str(definition.id) if definition.named else "",
        kind,
        base,
        own,
        values,
        alias,
        definition.doc,
        definition.at.path,
        definition.at.line,
    )


def facets_of(definition: TypeDef) -> tuple[str, ...]:
    """The facets of a restriction, as `max length 10`; none of other types."""
    if not isinstance(definition, Restricted):
        return ()
    found = []
    for facet in fields(Facets):
        value = getattr(definition.facets, facet.name)
        for one in value if isinstance(value, tuple) else (value,):
            if one is not None:
                name = facet.name.removesuffix("s").replace("_", " ")
                found.append(f"{name} {getattr(one, 'value', one)}")
    return tuple(found)


def _fields(context: Context, struct: Struct) -> tuple[FieldDescription, ...]:
    """The fields that a class brings itself."""
    declarations = Declarations(context.types, Scope(), struct)
    found = []
    for field in context.types.fields(struct):
        if field.own:
            one = declarations.declare(field)
            made = "[]" if one.factory == "list" else f"{one.factory}()"
            default = one.default or (made if one.factory else "")
            found.append(
                FieldDescription(
                    one.name, plain(str(one.annotation)), plain(default), one.doc
                )
            )
    return tuple(found)
