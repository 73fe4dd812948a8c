"""What the front end left out of the service is reported, with all that it found in what is chosen.

A port none of whose operations is left goes too. This pass is the first: what a user did not
choose is no longer there, and is not reported.
"""

from __future__ import annotations

from dataclasses import replace

from soapwright.model.api import Api, Kind, LeftOut, Port
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings
from soapwright.model.walk import left_out_of


def leave_out(api: Api, findings: Findings) -> Api:
    """Report what is left out, and leave out the ports that have nothing left."""
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
    """Report what is left out, and what was found in the ports and operations that stay."""
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
