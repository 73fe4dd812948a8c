"""Requests made of what a person gives: texts by name, or JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any
from urllib.parse import quote

from soapwright.envelopes.filling import Filled
from soapwright.envelopes.given import TYPE, Given
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.tools.calls.service import Bound, Service


@dataclass(frozen=True, slots=True)
class Made:
    """A request and its header blocks, of the package's classes (`Any`), and the XML that it was read
    from, without what a client adds."""

    value: Any
    headers: Any
    envelope: bytes


def request_of(
    service: Service, bound: Bound, given: Given, headers: Given | None = None
) -> Made:
    """The request of an operation.

    Args:
        service: the package.
        bound: the operation.
        given: the values of its fields.
        headers: those of its declared headers.

    Raises:
        SpecError: a name is none of the operation's, a value not of its type, or one is missing.
    """
    filled = _sound(service, bound, given, headers or Given())
    findings = Findings()
    errors = service.package.errors
    parts = {**_attached(bound, given), **filled.parts}
    try:
        with service.reading(parts):
            value = bound.served.decode_request(filled.envelope)
            blocks = bound.served.decode_request_headers(filled.envelope)
            if not parts:  # else the client writes them, as a message
                bound.served.encode_request(value, blocks)
    except (errors.DecodeError, errors.EncodeError) as error:
        hint = f"`soapwright call … {bound.name} --template` shows an example"
        findings.error(Code.CALL, f"{error.path}: {error.message}", _at(bound), hint)
        raise SpecError(findings) from None
    return Made(value, blocks if headers and headers.parts else None, filled.envelope)


def drawn(
    service: Service, bound: Bound, given: Given, headers: Given
) -> tuple[Filled, Findings]:
    """The envelope of what is given so far, and what has no place in it; it may lack what is required.

    Raises:
        SpecError: the operation takes no request.
    """
    findings = Findings()
    if bound.operation.input is None:
        findings.error(Code.CALL, "the operation takes no request", _at(bound))
        raise SpecError(findings)
    filled = service.filling.envelope(bound.port, bound.operation.input, given, headers)
    for one in filled.wrong:
        findings.error(Code.CALL, f"{one.path}: {one.reason}", _at(bound), one.hint)
    return filled, findings


def _sound(service: Service, bound: Bound, given: Given, headers: Given) -> Filled:
    """The envelope of what is given.

    Raises:
        SpecError: some of it has no place there.
    """
    filled, findings = drawn(service, bound, given, headers)
    findings.raise_errors()
    return filled


def _at(bound: Bound) -> Location:
    return Location(bound.name)


def _attached(bound: Bound, given: Given) -> dict[str, bytes]:
    """The parts that travel beside the envelope by the binding, by their Content-IDs."""
    message = bound.operation.input
    parts = {}
    for attached in message.attached if message is not None else ():
        for name, part in given.parts:
            if name == attached.name:
                content = part.content
                if content is None:
                    content = (part.text or "").encode()
                parts[f"{quote(attached.name)}=part@soapwright"] = content
    return parts


def from_data(
    service: Service, bound: Bound, data: object, headers: Given | None = None
) -> Made:
    """The request that JSON holds, in the form that the package's `to_dict` gives.

    Args:
        service: the package.
        bound: the operation.
        data: the JSON.
        headers: the values of its declared headers.

    Raises:
        SpecError: it is not of the request's type, or a header's value not of its.
    """
    findings = Findings()
    blocks = None
    filled = None
    if headers is not None and headers.parts:
        filled = _sound(service, bound, Given(), headers)
    package = service.package
    try:
        value = package.from_dict(bound.served.request_type, data, defaults=True)
        if filled is not None:
            blocks = bound.served.decode_request_headers(filled.envelope)
        envelope = bound.served.encode_request(value, blocks)
    except AttributeError:
        hint = "generate the package anew: this version of it has no JSON"
        findings.error(Code.CALL, "the package reads no JSON", _at(bound), hint)
        raise SpecError(findings) from None
    except (package.errors.DecodeError, package.errors.EncodeError) as error:
        hint = f"`soapwright call … {bound.name} --template` shows an example"
        findings.error(Code.CALL, f"{error.path}: {error.message}", _at(bound), hint)
        raise SpecError(findings) from None
    return Made(value, blocks, envelope)


def arguments_of(value: Any) -> list[str]:  # Any: a message's class
    """A request as arguments, `name=value`, in the order of its fields."""
    found: list[str] = []
    _collect(value, "", found)
    return found


def _collect(value: Any, name: str, found: list[str]) -> None:  # Any: a field's value
    match value:
        case None:
            return
        case list():
            for number, item in enumerate(value):
                if isinstance(item, list) and not any(map(is_object, item)):
                    item = " ".join(map(_text, item))  # a list type's value
                _collect(item, f"{name}[{number}]" if is_object(item) else name, found)
        case (str() as tag, list() as items) if not any(map(is_object, items)):
            _collect((tag, " ".join(map(_text, items))), name, found)
        case (str() as tag, inner):
            owner = name.rpartition(".")[0]
            place = f"{owner}.{tag}" if owner else tag
            if is_object(inner):
                place += f"[{_count(place, found)}]"
            _collect(inner, place, found)
        case dict():  # attributes that a wildcard takes: no argument gives them
            return
        case _ if hasattr(value, "to_xml"):
            owner = name.rpartition(".")[0]
            place = f"{owner}.any_elements" if owner else "any_elements"
            found.append(f"{place}={value.to_xml()}")
        case _ if is_object(value):
            before = len(found)
            if name and len(_bases(value)) > 1:
                found.append(f"{name}.{TYPE}={type(value).__name__}")
            for one in _given_fields(value):
                _collect(getattr(value, one), f"{name}.{one}" if name else one, found)
            if name and len(found) == before:
                found.append(f"{name}=")
        case _:
            found.append(f"{name}={_text(value)}")


def is_object(value: object) -> bool:
    """Whether this is of a class of a package's types, and no enumeration's member."""
    return bool(_bases(value))


def _bases(value: object) -> list[type]:
    return [
        one
        for one in type(value).__mro__
        if is_dataclass(one) and re.search(r"(^|\.)types(\.|$)", one.__module__)
    ]


def _count(place: str, found: list[str]) -> int:
    """How many there are of a name already."""
    numbers = [re.match(rf"{re.escape(place)}\[(\d+)\]", one) for one in found]
    return max((int(one[1]) + 1 for one in numbers if one), default=0)


def _given_fields(value: Any) -> Iterable[str]:  # Any: a package's class
    for one in fields(value):
        held = getattr(value, one.name)
        if held is not None and type(held).__name__ != "Unset":
            yield one.name


def _text(value: Any) -> str:  # Any: a value of a simple type
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes) or hasattr(value, "content_id"):
        return "@FILE"
    isoformat = getattr(value, "isoformat", None)
    return str(isoformat()) if isoformat is not None else str(value)
