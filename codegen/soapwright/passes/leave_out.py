"""Reports the parts that the front end left out, and its findings in ports and operations.

A port none of whose operations is left is removed. This pass is the first: it runs after
`choose`, so parts that the user did not choose are not reported.
"""

from __future__ import annotations

from dataclasses import replace

from soapwright.model.api import Api, Kind, LeftOut, Port
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings
from soapwright.model.walk import left_out_of


def leave_out(api: Api, findings: Findings) -> Api:
    """Report the parts that are left out, and remove ports without any operation left."""
    report_left_out(api, findings)
    empty = [port for port in api.ports if port.left_out and not port.operations]
    if not empty:
        return api
    whole = tuple(_whole(port) for port in empty)
    of_ports = tuple(one for port in empty for one in port.left_out)
    for one in whole:
        _report(one, findings)
    ports = tuple(port for port in api.ports if port not in empty)
    return replace(api, ports=ports, left_out=(*api.left_out, *whole, *of_ports))


def report_left_out(api: Api, findings: Findings) -> None:
    """Report the parts that are left out, and the findings in the other ports and operations."""
    for port in api.ports:
        findings.add(port.findings)
        for operation in port.operations:
            findings.add(operation.findings)
    for _, one in left_out_of(api):
        _report(one, findings)


def _whole(port: Port) -> LeftOut:
    kind = Kind.PORT if port.service else Kind.BINDING
    reason = "none of its operations is left"
    code, name, service = Code.PORT_SKIPPED, port.name, port.service
    return LeftOut(kind, name, code, reason, port.at, service=service)


def _report(one: LeftOut, findings: Findings) -> None:
    message = f"{one} is left out: {one.reason}"
    findings.mended(one.code, message, one.at, one.hint)
