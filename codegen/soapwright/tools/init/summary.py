"""A WSDL in a few lines: its ports with their addresses, and the methods that operations become."""

from __future__ import annotations

from collections.abc import Iterator

from soapwright.model.api import Api
from soapwright.model.diagnostics import one_line
from soapwright.tools.inspect.describe import (
    OperationDescription,
    PortDescription,
    describe,
)

_OPERATIONS_AT_MOST = 12
_PARAMETERS_AT_MOST = 5


def summary(api: Api, title: str) -> list[str]:
    """The lines, indented below a heading that begins with a title."""
    found = describe(api)
    operations = len({(p.port_type, o.key) for p in found.ports for o in p.operations})
    heading = ", ".join(
        (
            _count(len(found.ports), "port"),
            _count(operations, "operation"),
            _count(len(found.types), "type"),
        )
    )
    lines = [f"{one_line(title)}: {heading}"]
    for port in found.ports:
        lines += _port(port)
    return lines


def _port(port: PortDescription) -> Iterator[str]:
    how = f"SOAP {port.soap}" if port.soap else "HTTP"
    address = f", {one_line(port.address)}" if port.address else ""
    yield f"  {one_line(port.key)} ({how}{address})"
    for operation in port.operations[:_OPERATIONS_AT_MOST]:
        yield f"    {_operation(operation)}"
    left = len(port.operations) - _OPERATIONS_AT_MOST
    if left > 0:
        yield f"    … and {left} more; `soapwright inspect` has all"
    for demand in port.demands:
        yield f"    demands {one_line(demand)}"


def _operation(operation: OperationDescription) -> str:
    names = [parameter.name for parameter in operation.parameters]
    if len(names) > _PARAMETERS_AT_MOST:
        names = [*names[: _PARAMETERS_AT_MOST - 1], "…"]
    return f"{operation.method or operation.key}({', '.join(names)})"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
