"""Every reference leads somewhere: where an operation needs it, that is an error, else a warning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from soapwright.model.api import (
    Api,
    Builtin,
    BuiltinRef,
    ElementPart,
    NamedRef,
    QName,
    Struct,
    TypeDef,
    TypePart,
    TypeRef,
)
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.model.walk import (
    elements_of,
    part_types,
    parts_of,
    reach,
    references_of,
)
from soapwright.passes.rewrite import map_types

# A schema inside a message, as .NET's DataSets have it, is XML like any other.
_XSD = "http://www.w3.org/2001/XMLSchema"
_HINT = "import the schema that declares it; --catalog says where it is"


def check_references(api: Api, findings: Findings) -> Api:
    """Report what dangles. What no operation reaches reads as anyType from here on."""
    needed = _check_parts(api, findings)
    reached = reach(api, part_types(api, parts_of(api)))
    dangling: set[QName] = set()
    for definition in api.types.values():
        for name, kind, at in _dangling(api, definition):
            if kind == "type":
                dangling.add(name)
            if definition.id in reached:
                needed.add(name)
            _report(api, name, kind, at, definition.id in reached, findings)
    missed = {missing.at for missing in api.unresolved if missing.owner in reached}
    for missing in api.unresolved:
        is_needed = missing.at in missed
        _report(api, missing.name, missing.kind, missing.at, is_needed, findings)
    for element in api.elements.values():
        if isinstance(element.type, NamedRef) and element.type.id not in api.types:
            dangling.add(element.type.id)
            if element.type.id not in needed:
                _report(api, element.type.id, "type", element.at, False, findings)
    return _without(api, dangling) if dangling else api


def _report(
    api: Api, name: QName, kind: str, at: Location, needed: bool, findings: Findings
) -> None:
    if api.unread.may_declare(name):
        return
    message = f"{kind} {name} is not declared"
    if not needed:
        findings.warning(Code.REFERENCE, f"{message}; no operation needs it", at)
    elif name.namespace == _XSD:
        findings.error(Code.REFERENCE, f"XML Schema has no {kind} {name.local}", at)
    else:
        findings.error(Code.REFERENCE, message, at, _HINT)


def _check_parts(api: Api, findings: Findings) -> set[QName]:
    """The types that parts name and nobody declares, each found to be an error."""
    missing: set[QName] = set()
    for part in parts_of(api):
        match part:
            case ElementPart(element=name, at=at):
                target = api.elements.get(name)
                if target is None:
                    _report(api, name, "element", at, True, findings)
                    continue
                reference = target.type
            case TypePart(type=reference, at=at):
                pass
        if isinstance(reference, NamedRef) and reference.id not in api.types:
            missing.add(reference.id)
            _report(api, reference.id, "type", at, True, findings)
    return missing


def _dangling(api: Api, definition: TypeDef) -> Iterator[tuple[QName, str, Location]]:
    for reference, at in references_of(definition):
        if isinstance(reference, NamedRef) and reference.id not in api.types:
            yield reference.id, "type", at
    if isinstance(definition, Struct):
        for element in elements_of(definition.content):
            known = element.name in api.elements or element.name.namespace == _XSD
            if element.reference and not known:
                yield element.name, "element", element.at


def _without(api: Api, dangling: set[QName]) -> Api:
    def settle(reference: TypeRef, builtin: Builtin = Builtin.ANY_TYPE) -> TypeRef:
        if isinstance(reference, NamedRef) and reference.id in dangling:
            return BuiltinRef(builtin)
        return reference

    def settle_simple(reference: TypeRef) -> TypeRef:
        return settle(reference, Builtin.ANY_SIMPLE_TYPE)

    types: dict[QName, TypeDef] = {}
    for name, definition in api.types.items():
        definition = map_types(definition, settle, settle_simple)
        if isinstance(definition, Struct) and definition.base in dangling:
            definition = replace(definition, base=None, derivation=None)
        types[name] = definition
    elements = {
        name: replace(element, type=settle(element.type))
        for name, element in api.elements.items()
    }
    return replace(api, types=types, elements=elements)
