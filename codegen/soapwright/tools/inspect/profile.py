"""Remarks about a WSDL: where it violates the WS-I Basic Profile, and which names are changed.

The rules are those of the Basic Profile 1.1 that make a difference in practice: what a rule
forbids is read and written all the same, but other toolkits may not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from soapwright.model.api import (
    Api,
    AttachedMember,
    Attribute,
    ContentMember,
    ElementMember,
    ElementPart,
    Enumeration,
    Fault,
    Message,
    Operation,
    Port,
    QName,
    SoapArray,
    Struct,
    Style,
    TypePart,
    Use,
)
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.model.options import Options
from soapwright.python.emit import make_context
from soapwright.python.names.identifiers import class_name, field_name
from soapwright.python.types.classes import Types
from soapwright.python.types.fields import What
from soapwright.python.wire import STANDARD
from soapwright.wsdl.references import SOAP_ENCODINGS

_SHOWN = 4
_ONE_BY_ONE = 100


@dataclass(slots=True)
class _Remarks:
    """Collects remarks: alike ones become one, with everything that they are about."""

    found: dict[str, tuple[Location, dict[str, None]]] = field(default_factory=dict)

    def add(self, subject: str, text: str, at: Location) -> None:
        self.found.setdefault(text, (at, {}))[1][subject] = None

    def __iter__(self) -> Iterator[tuple[str, Location]]:
        for text, (at, subjects) in self.found.items():
            shown = ", ".join(list(subjects)[:_SHOWN])
            more = len(subjects) - _SHOWN
            yield f"{shown}{f' and {more} more' if more > 0 else ''}: {text}", at


def examine(api: Api, findings: Findings) -> None:
    """Record remarks as warnings; alike remarks become one, at the location of the first."""
    broken, renamed = _Remarks(), _Remarks()
    for port in api.ports:
        if port.is_http:  # the profile is about SOAP
            continue
        _port(port, broken)
        for operation in port.operations:
            _operation(operation, broken)
    for definition in () if api.encoded else api.types.values():
        own = definition.id.namespace in SOAP_ENCODINGS
        if isinstance(definition, SoapArray) and not own:
            text = "an array of SOAP's encoding, and no message is encoded (R2110)"
            broken.add(str(definition.id), text, definition.at)
    for message, at in broken:
        findings.warning(Code.PROFILE, message, at)
    _names(api, renamed)
    for message, at in renamed:
        findings.warning(Code.RENAMED, message, at)


# ---------------------------------------------------------------------------------- the profile


def _port(port: Port, remarks: _Remarks) -> None:
    if len({operation.style for operation in port.operations}) > 1:
        text = "rpc and document operations in one binding (R2705)"
        remarks.add(port.name, text, port.at)
    alike: dict[frozenset[QName] | QName, list[Operation]] = {}
    for operation in port.operations:
        if operation.input is not None:
            alike.setdefault(_signature(operation.input), []).append(operation)
    for operations in alike.values():
        if len({operation.name for operation in operations}) > 1:
            text = "alike in the Body, only the SOAPAction distinguishes them (R2710)"
            for operation in operations:
                remarks.add(operation.name, text, operation.at)


def _signature(message: Message) -> frozenset[QName] | QName:
    """The names in the Body, which distinguish an operation's requests from others'."""
    if message.wrapper is not None:
        return message.wrapper
    return frozenset(
        part.element for part in message.parts if isinstance(part, ElementPart)
    )


def _operation(operation: Operation, remarks: _Remarks) -> None:
    for message in (operation.input, operation.output):
        if message is not None:
            for broken in _message(operation, message):
                remarks.add(operation.name, broken, message.at)
    if operation.input is None:
        broken = "only a reply, the profile wants a request (R2303)"
        remarks.add(operation.name, broken, operation.at)
    if operation.key != operation.name:
        remarks.add(operation.name, "overloaded (R2304)", operation.at)
    for fault in operation.faults:
        for broken in _fault(fault):
            remarks.add(f"{operation.name}.{fault.name}", broken, fault.at)


def _message(operation: Operation, message: Message) -> Iterator[str]:
    for header in message.headers:
        if isinstance(header.part, TypePart):
            yield "a header of a type, the profile wants elements (R2205)"
        elif header.use is Use.ENCODED:
            yield "an encoded header, the profile wants literal (R2706)"
    if message.use is Use.ENCODED:
        yield "an encoded body, the profile wants literal (R2706)"
    elif operation.style is Style.RPC:
        if any(isinstance(part, ElementPart) for part in message.parts):
            yield "an element as a part of an rpc call, the profile wants types (R2203)"
        if message.wrapper is not None and not message.wrapper.namespace:
            yield "an rpc call without a namespace (R2717)"
    else:
        if any(isinstance(part, TypePart) for part in message.parts):
            yield "a type as a part of a document, the profile wants elements (R2204)"
        if len(message.parts) > 1:
            yield "several parts in a document, the profile wants one at most (R2201)"


def _fault(fault: Fault) -> Iterator[str]:
    if isinstance(fault.part, TypePart):
        yield "a fault of a type, the profile wants elements (R2205)"
    if fault.use is Use.ENCODED:
        yield "an encoded fault, the profile wants literal (R2706)"
    if not fault.bound:
        yield "a fault that the portType has and the binding forgets (R2740)"


# ------------------------------------------------------------------------------- other names


def _names(api: Api, remarks: _Remarks) -> None:
    """Names in Python that are not simply the spec's in Python's spelling, and why."""
    types = make_context(api, STANDARD, Options("package")).types
    found = []
    for definition in api.types.values():
        name, plain = types.names.types[definition.id], class_name(*definition.words)
        if name != plain and definition.named:
            found.append((definition, name, plain))
        if isinstance(definition, Struct):
            _fields(types, definition, remarks)
        elif isinstance(definition, Enumeration):
            _members(types, definition, remarks)
    for definition, name, plain in found:
        text = f"called {name}, for something else is {plain}"
        if len(found) > _ONE_BY_ONE:
            text = "called something longer, for another namespace has the name too"
        remarks.add(str(definition.id), text, definition.at)


def _fields(types: Types, struct: Struct, remarks: _Remarks) -> None:
    for one in types.fields(struct):
        wire = _wire_name(one.what)
        plain = field_name(wire)
        why = f"for {plain} is taken" if one.name != plain else ""
        if not why and plain == f"{wire}_":
            why = "for the word is Python's own"
        if one.own and wire and why:
            what = one.what.element if isinstance(one.what, ElementMember) else one.what
            at = getattr(what, "at", struct.at)
            subject = f"{types.names.types[struct.id]}.{wire}"
            remarks.add(subject, f"called {one.name}, {why}", at)


def _wire_name(what: What) -> str:
    match what:
        case Attribute(name=name):
            return name.local
        case ElementMember(element=element):
            return element.name.local
        case ContentMember(name=local) | AttachedMember(name=local):
            return local
        case _:
            return ""


def _members(types: Types, enumeration: Enumeration, remarks: _Remarks) -> None:
    members = types.names.enumerations[enumeration.id]
    for member, value in zip(members, enumeration.values, strict=True):
        if re.search(r"_\d+$", member) and not re.search(r"\d\W*$", value.text):
            subject = f"{types.names.types[enumeration.id]} {value.text!r}"
            text = f"called {member}, for another value has its name"
            remarks.add(subject, text, enumeration.at)
