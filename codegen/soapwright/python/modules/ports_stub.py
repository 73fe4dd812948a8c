"""`ports.pyi`: the types of the operations, for whoever looks one up by its name.

A type checker reads it in the place of `ports.py`. An overload for each name gives the operation
with the classes of its messages; any other name still gives an operation of any classes.
"""

from __future__ import annotations

from typing import Final

from soapwright.model.api import Message, Operation
from soapwright.python.context import Context
from soapwright.python.modules.roots import root_of
from soapwright.python.names.services import port_classes
from soapwright.python.text.literals import docstring, string
from soapwright.python.text.scope import Scope
from soapwright.python.text.views import PortsStub, TypedOperations, TypedPort

_MOST: Final = 700
"""The overloads of one method at most: mypy compares each with each, 600 in eight seconds."""


def ports_stub(context: Context, header: list[str]) -> PortsStub:
    """The view of the stub. Ports with the same operations share their type."""
    names: dict[tuple[tuple[str, str], ...], str] = {}
    classes = port_classes(context.api.ports)
    ports = []
    for port in context.api.ports:
        entries = tuple(
            (string(operation.key), _operation(context, operation))
            for operation in port.operations
        )
        if not 0 < len(entries) <= _MOST:
            continue
        name = classes[port.key]
        operations = names.setdefault(entries, f"{name}Operations")
        doc = docstring(port.doc or f"The port {port.name}.", 4)
        ports.append(TypedPort(string(port.key), name, doc, operations))
    face = context.runtime.face("soap")
    imports = ["from collections.abc import Mapping", "", face]
    if ports:
        imports = [
            "from collections.abc import Iterator, Mapping",
            "from typing import Literal, overload",
            *("", face, "from . import types as t"),
        ]
    typed = [TypedOperations(name, list(entries)) for entries, name in names.items()]
    return PortsStub(header, imports, typed, ports)


def _operation(context: Context, operation: Operation) -> str:
    request = _message(context, operation.input)
    kind = "Operation" if operation.http is None else "HttpOperation"
    return f"soap.{kind}[{request}, {_message(context, operation.output)}]"


def _message(context: Context, message: Message | None) -> str:
    """The class of a message; `None` where the WSDL declares none."""
    if message is None or message.struct is None:
        return "None"
    root = root_of(context, message)
    if root is not None:
        return root.annotation(context, Scope())
    return f"t.{context.types.names.types[message.struct]}"
