"""Reports references to missing declarations, and replaces them by anyType.

A reference to a type or an element that nothing declares accepts any content; a type whose base
is missing accepts any content besides its own declarations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from soapwright.model.api import (
    Api,
    Builtin,
    BuiltinRef,
    NamedRef,
    QName,
    Struct,
    TypeDef,
    TypePart,
    TypeRef,
)
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.model.namespaces import XSD
from soapwright.model.walk import elements_of, parts_of, references_of
from soapwright.passes.rewrite import map_part_types, map_types, without_base

# A schema inside a message, as .NET's DataSets have it, is XML like any other.
_HINT = "import the schema that declares it; --catalog says where it is"
_DONE = {
    "type": "what refers to it is read as xsd:anyType",
    "element": "it is read as xsd:anyType",
    "group": "any elements are read in its place",
    "attributeGroup": "any attributes are read in its place",
}


def check_references(api: Api, findings: Findings) -> Api:
    """Report references that dangle, and replace them by anyType."""
    for part in parts_of(api):
        if isinstance(part, TypePart):
            _check_type(api, part.type, part.at, findings)
    for definition in api.types.values():
        for reference, at in references_of(definition):
            _check_type(api, reference, at, findings)
        for name, at in _undeclared_elements(api, definition):
            _report(api, name, "element", at, findings)
    for missing in api.unresolved:
        _report(api, missing.name, missing.kind, missing.at, findings)
    for element in api.elements.values():
        _check_type(api, element.type, element.at, findings)
    return _settled(_with_heads(api, findings))


def _check_type(api: Api, reference: TypeRef, at: Location, findings: Findings) -> None:
    if _dangles(api, reference):
        assert isinstance(reference, NamedRef)
        _report(api, reference.id, "type", at, findings)


def _dangles(api: Api, reference: TypeRef) -> bool:
    return isinstance(reference, NamedRef) and reference.id not in api.types


def _dangles_base(api: Api, struct: Struct) -> bool:
    return struct.base is not None and struct.base not in api.types


def _report(api: Api, name: QName, kind: str, at: Location, findings: Findings) -> None:
    if api.unread.may_declare(name):
        return
    of_xsd = name.namespace == XSD
    missing = f"{kind} {name} is not declared"
    message = f"XML Schema has no {kind} {name.local}" if of_xsd else missing
    hint = "" if of_xsd else _HINT
    findings.mended(Code.REFERENCE, f"{message}: {_DONE[kind]}", at, hint)


def _undeclared_elements(
    api: Api, definition: TypeDef
) -> Iterator[tuple[QName, Location]]:
    if isinstance(definition, Struct):
        for element in elements_of(definition.content):
            known = element.name in api.elements or element.name.namespace == XSD
            if element.reference and not known:
                yield element.name, element.at


def _with_heads(api: Api, findings: Findings) -> Api:
    """Remove elements from a substitution group whose head nothing declares."""
    elements = dict(api.elements)
    for name, element in elements.items():
        head = element.head
        if head is not None and head not in elements:
            if not api.unread.may_declare(head):
                message = (
                    f"element {head} is not declared: {name.local} substitutes no other"
                )
                findings.mended(Code.REFERENCE, message, element.at, _HINT)
            elements[name] = replace(element, head=None)
    return replace(api, elements=elements)


def _settled(api: Api) -> Api:
    def settle(reference: TypeRef, builtin: Builtin = Builtin.ANY_TYPE) -> TypeRef:
        return BuiltinRef(builtin) if _dangles(api, reference) else reference

    def settle_simple(reference: TypeRef) -> TypeRef:
        return settle(reference, Builtin.ANY_SIMPLE_TYPE)

    types: dict[QName, TypeDef] = {}
    for name, definition in api.types.items():
        definition = map_types(definition, settle, settle_simple)
        if isinstance(definition, Struct) and _dangles_base(api, definition):
            definition = without_base(definition)
        types[name] = definition
    elements = {
        name: replace(element, type=settle(element.type))
        for name, element in api.elements.items()
    }
    return map_part_types(replace(api, types=types, elements=elements), settle)
