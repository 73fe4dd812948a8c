"""The other side of operations whose output comes first: who takes what a service sends by itself.

A notification (WSDL 1.1, section 2.4.4) is a one-way operation of whoever takes it, a
solicit-response (section 2.4.3) one that answers. Such operations of a port make a port of their own,
with input and output exchanged.
"""

from __future__ import annotations

from dataclasses import replace

from soapwright.model.api import Operation, Port, QName

_SUFFIX = "Consumer"


def consumer_of(port: Port) -> Port | None:
    """The port that takes what a port sends by itself; None where it sends nothing."""
    sent = tuple(
        _taken(one) for one in port.operations if one.output_first and one.output
    )
    if not sent or port.is_http:
        return None
    return replace(
        port,
        name=f"{port.name}{_SUFFIX}",
        port_type=QName(port.port_type.namespace, f"{port.port_type.local}{_SUFFIX}"),
        address=None,
        operations=sent,
        doc=f"Takes what {port.name} sends by itself.",
        left_out=(),
        findings=(),
        is_consumer=True,
    )


def _taken(operation: Operation) -> Operation:
    return replace(
        operation,
        input=operation.output,
        output=operation.input,
        left_out=(),
        findings=(),
        output_first=False,
    )
