"""A description as text: a tree for people, or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import groupby

from soapwright.model.diagnostics import Diagnostic
from soapwright.tools.inspect.describe import (
    Description,
    FieldDescription,
    LeftOutDescription,
    OperationDescription,
    PortDescription,
    TypeDescription,
)

_WIDTH = 80


def as_text(description: Description) -> str:
    """The services with their ports and operations, then the types."""
    return "\n".join(_lines(description)) + "\n"


def as_json(description: Description, findings: Iterable[Diagnostic]) -> str:
    """The same, and the findings, for machines."""
    content = {
        **asdict(description),
        "findings": [
            {
                "severity": finding.severity.value,
                "code": finding.code,
                "message": finding.message,
                "hint": finding.hint,
                "path": finding.at.path,
                "line": finding.at.line,
            }
            for finding in findings
        ],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _lines(description: Description) -> Iterator[str]:
    ports, types = description.ports, description.types
    services = len({port.service for port in ports if port.service})
    operations = sum(len(port.operations) for port in ports)
    counts = (
        _count(services, "service"),
        _count(len(ports), "port"),
        _count(operations, "operation"),
        _count(len(types), "type"),
    )
    yield f"{_line(description.name)}: {', '.join(counts)}"
    for service, group in groupby(ports, key=lambda port: port.service):
        yield ""
        yield f"service {service}" if service else "bindings that no service uses"
        for port in group:
            yield from _port(port)
    if description.left_out:
        yield ""
        yield "left out, because the WSDL is broken there"
        yield from map(_left_out, description.left_out)
    spaces = {one.namespace: None for one in types}
    for namespace in spaces:
        yield ""
        yield f"types of {_line(namespace)}" if namespace else "types of no namespace"
        for one in types:
            if one.namespace == namespace:
                yield from _type(one)


def _port(port: PortDescription) -> Iterator[str]:
    styles = dict.fromkeys(f"{o.style}/{o.use}" for o in port.operations)
    how = ", ".join([f"SOAP {port.soap}", *styles]) if port.soap else "HTTP"
    yield f"  port {port.key} ({how})"
    if port.address:
        yield f"    at {_line(port.address)}"
    for demand in port.demands:
        yield f"    demands {_line(demand)}"
    for number, one in enumerate(port.alternatives, 1):
        yield f"    alternative {number}: {_line('; '.join(one)) or 'nothing'}"
    for operation in port.operations:
        yield from _operation(operation)


def _operation(operation: OperationDescription) -> Iterator[str]:
    name = operation.method or operation.key
    returns = "" if operation.one_way else f" -> {operation.returns}"
    given = ", ".join(map(_field, operation.parameters))
    line = f"    {name}({given}){returns}"
    if len(line) <= _WIDTH:
        yield line
    else:
        yield f"    {name}("
        yield from (f"        {_field(one)}," for one in operation.parameters)
        yield f"    ){returns}"
    notes = []
    if operation.http:
        notes.append(_line(operation.http))
    if operation.one_way:
        notes.append("one way")
    if operation.faults:
        notes.append(f"raises {', '.join(one.exception for one in operation.faults)}")
    notes += [f"demands {_line(demand)}" for demand in operation.demands]
    if notes:
        yield f"        {'; '.join(notes)}"


def _left_out(one: LeftOutDescription) -> str:
    what = f"{one.kind} {one.name}" + (f" of {one.of}" if one.of else "")
    return f"  {_line(f'{what}: {one.reason}')} ({_line(one.path)}:{one.line})"


def _type(one: TypeDescription) -> Iterator[str]:
    name = f"{one.name}({one.base})" if one.base else one.name
    local = one.qname.rpartition("}")[2]
    known = f"  # {_line(local)}" if local not in ("", one.name) else ""
    if one.kind == "alias":
        facets = f" ({', '.join(map(_line, one.values))})" if one.values else ""
        yield f"  {name} = {one.alias}{facets}{known}"
        return
    yield f"  {one.kind} {name}{known}"
    yield from (f"      {_field(field)}" for field in one.fields)
    yield from (f"      {_line(value)}" for value in one.values)


def _field(field: FieldDescription) -> str:
    default = f" = {field.default}" if field.default else ""
    return f"{field.name}: {field.type}{default}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _line(text: str) -> str:
    """A spec's text on one line, without what a terminal would act on."""
    return "".join(c if c.isprintable() else " " for c in text)
