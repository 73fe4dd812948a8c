"""Reduces the policies of ports to the alternatives that the user chose.

Finding: `config`, error: no port, or no alternative of its policy, is as the option says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

from soapwright.model.api import Addressing, Api, Message, Operation, Port
from soapwright.model.codes import Code
from soapwright.model.demands import addressing_of, demands_in, mtom_of
from soapwright.model.diagnostics import Findings
from soapwright.model.options import Options
from soapwright.model.policy import Alternative, Assertion, Policy


def choose_alternatives(
    api: Api, options: Options, entry: str, findings: Findings, *, partly: bool
) -> Api:
    """The Api with the chosen alternatives, each by a pattern of port names, and its number or an assertion in it.

    With `partly`, patterns may match nothing.

    Raises:
        SpecError: there is no such alternative.
    """
    ports = list(api.ports)
    for pattern, which in options.alternatives:
        chosen = [port for port in ports if _is_meant(port, pattern)]
        if not (partly or any(_chosen(port, which) for port in chosen)):
            message = f"{which!r} is no alternative of a policy of {pattern!r}"
            at = options.place("alternative", entry, pattern)
            findings.error(Code.CONFIG, message, at, _hint(chosen or ports))
        ports = [_reduced(p, which) if _is_meant(p, pattern) else p for p in ports]
    findings.raise_errors()
    return replace(api, ports=tuple(ports))


def _is_meant(port: Port, pattern: str) -> bool:
    return any(fnmatchcase(name, pattern) for name in (port.key, port.name))


def _hint(ports: list[Port]) -> str:
    """The alternatives of the first port that has several."""
    for port in ports:
        if len(port.policy) > 1:
            found = [
                f"{number} ({'; '.join(d.words for d in demands_in(one)) or 'nothing'})"
                for number, one in enumerate(port.policy, 1)
            ]
            return f"{port.key} has {', '.join(found)}"
    return "no port has several"


def _chosen(port: Port, which: str) -> bool:
    """Whether a port has the alternative."""
    if which.isdecimal():
        return 0 < int(which) <= len(port.policy)
    policies = (port.service_policy, port.policy, *_policies(port))
    return any(_has(one, which) for policy in policies for one in policy)


def _policies(port: Port) -> Iterator[Policy]:
    for operation in port.operations:
        yield operation.policy
        messages = (operation.input, operation.output)
        yield from (m.policy for m in messages if m is not None)


def _reduced(port: Port, which: str) -> Port:
    """A port with one alternative; by an assertion's name, of its operations and messages too."""
    if which.isdecimal():
        number = int(which)
        policy = port.policy[number - 1 : number] or port.policy
        return _with(port, policy)
    operations = tuple(_operation(one, which) for one in port.operations)
    of_service = _named(port.service_policy, which)
    reduced = replace(port, operations=operations, service_policy=of_service)
    return _with(reduced, _named(port.policy, which))


def _with(port: Port, policy: Policy) -> Port:
    """A port with another policy, and what follows from it."""
    before, now = addressing_of(port.policy), addressing_of(policy)
    addressing = port.addressing if now is None else Addressing(*now)
    if now is None and before is not None and addressing is not None:
        addressing = None if addressing.at == before[2] else addressing
    mtom = mtom_of(policy) or port.mtom
    return replace(port, policy=policy, addressing=addressing, mtom=mtom)


def _operation(operation: Operation, which: str) -> Operation:
    return replace(
        operation,
        policy=_named(operation.policy, which),
        input=_message(operation.input, which),
        output=_message(operation.output, which),
    )


def _message(message: Message | None, which: str) -> Message | None:
    if message is None:
        return None
    return replace(message, policy=_named(message.policy, which))


def _named(policy: Policy, which: str) -> Policy:
    """The first alternative with an assertion of a name, all where none has one."""
    return next(((one,) for one in policy if _has(one, which)), policy)


def _has(alternative: Alternative, name: str) -> bool:
    return any(_is_in(one, name) for one in alternative)


def _is_in(one: Assertion, name: str) -> bool:
    return one.local == name or any(_is_in(inner, name) for inner in one.inside)
