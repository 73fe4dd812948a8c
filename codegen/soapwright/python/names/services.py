"""The Python names of operations, port types, ports and faults, by the rules of `docs/names.md`.

The names of types and of their fields are made in `names.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from soapwright.model.api import Api, ElementPart, Fault, NamedRef, Port, QName
from soapwright.python.names.identifiers import class_name, field_name
from soapwright.python.names.names import namespace_prefix
from soapwright.python.names.renames import Renames

# What a client has besides its operations' methods.
CLIENT_NAMES = frozenset({"exchange", "close", "aclose", "endpoint", "using"})
# What `errors.py` has besides the exceptions of declared faults.
RUNTIME_ERRORS: tuple[str, ...] = (
    "DecodeError",
    "DeclaredSoapFault",
    "EncodeError",
    "NotAnEnvelope",
    "SecurityError",
    "SoapError",
    "SoapFault",
    "TransportError",
    "TransportTimeout",
    "VersionMismatch",
)
_CLIENTS = frozenset({"Client", "AsyncClient", "BaseClient", "BaseAsyncClient"})


def wanted_method(key: str, renames: Renames) -> str:
    """The name of an operation's method where nothing else has it."""
    return renames.method(key) or field_name(key)


def method_names(ports: Iterable[Port], renames: Renames) -> dict[str, str]:
    """The methods of a port type's operations, by their keys: of all its ports, each once."""
    found: dict[str, str] = {}
    taken = set(CLIENT_NAMES)
    for port in ports:
        for operation in port.operations:
            if operation.key in found or operation.input is None:
                continue
            name = wanted_method(operation.key, renames)
            while name in taken:
                name += "_"
            taken.add(name)
            found[operation.key] = name
    return found


def is_beside(port: Port) -> bool:
    """Whether a port is no reason for `Client` to have another name: one without SOAP, or one that
    takes what another port sends by itself."""
    return port.is_http or port.is_consumer


def client_stems(
    port_types: Iterable[QName], others: Iterable[QName] = ()
) -> dict[QName, str]:
    """The prefix of `Client` in each port type's class name; "" of the only one that is called by SOAP.

    Args:
        port_types: those of the ports that are called by SOAP.
        others: those of the ports beside them; where there is no other, the only one has none.
    """
    names, further = list(port_types), list(others)
    first = names or further
    stems = dict.fromkeys(first, "") if len(first) == 1 else {}
    taken = set(_CLIENTS)
    for name in [*names, *further]:
        if name in stems:
            continue
        stem = class_name(name.local)
        while taken & {f"{stem}Client", f"Async{stem}Client"}:
            stem += "Port"
        taken |= {f"{stem}Client", f"Async{stem}Client"}
        stems[name] = stem
    return stems


def service_names(
    port_types: Iterable[QName], reserved: Iterable[str]
) -> dict[QName, str]:
    """The service class of each port type; `reserved` is what its module has already."""
    taken = set(reserved)
    found: dict[QName, str] = {}
    for port_type in port_types:
        stem = class_name(port_type.local)
        while f"{stem}Service" in taken:
            stem += "Port"
        found[port_type] = f"{stem}Service"
        taken.add(found[port_type])
    return found


def port_functions(ports: Iterable[Port]) -> dict[str, str]:
    """The function of `ports.py` that makes each port, by the port's key."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for port in ports:
        name = "_" + field_name(port.key)
        while name in taken:
            name += "_"
        taken.add(name)
        found[port.key] = name
    return found


def port_classes(ports: Iterable[Port]) -> dict[str, str]:
    """The class of each port in `ports.pyi`, by the port's key; it is there for type checkers alone."""
    found: dict[str, str] = {}
    taken = {"_Ports"}
    for port in ports:
        name = f"_{class_name(port.key)}"
        while taken & {name, f"{name}Operations"}:
            name += "_"
        taken |= {name, f"{name}Operations"}
        found[port.key] = name
    return found


def declared_faults(api: Api) -> Iterator[tuple[str, Fault]]:
    """The faults that operations declare, in order, each with the operation's name."""
    for port in api.ports:
        for operation in port.operations:
            for fault in operation.faults:
                yield operation.name, fault


def fault_names(api: Api) -> dict[str, str]:
    """One exception class for each detail that an operation declares, by `fault_key`."""
    names: dict[str, str] = {}
    taken = set(RUNTIME_ERRORS)
    for _, fault in declared_faults(api):
        key = fault_key(fault)
        if key in names:
            continue
        target = _target(fault)
        name = class_name(target.local)
        if name in taken:
            name = class_name(namespace_prefix(target.namespace), target.local)
        while name in taken:
            name += "Fault"
        taken.add(name)
        names[key] = name
    return names


def fault_key(fault: Fault) -> str:
    """The key that is equal for faults that share an exception: those of the same detail."""
    part = fault.part
    if isinstance(part, ElementPart):
        return f"element {part.element}"
    return f"type {part.type} {fault.use} {fault.namespace} {part.name}"


def _target(fault: Fault) -> QName:
    """The component that a fault is named after: its detail's element, else its type, else its part."""
    part = fault.part
    if isinstance(part, ElementPart):
        return part.element
    if isinstance(part.type, NamedRef) and "/" not in part.type.id.local:
        return part.type.id
    return QName("", fault.name)
