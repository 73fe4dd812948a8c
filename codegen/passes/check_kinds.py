"""Types are what their users need: no circle of definitions, no complex type where a simple one belongs."""

from __future__ import annotations

import re

from codegen.diagnostics import Findings, Location
from codegen.model import (
    Api,
    Builtin,
    BuiltinRef,
    Enumeration,
    ListOf,
    NamedRef,
    QName,
    Restricted,
    SoapArray,
    Struct,
    TypeDef,
    TypeRef,
    UnionOf,
)

_INTEGER = re.compile(r"\s*[+-]?\d+\s*")
_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*|\s*(-?INF|NaN)\s*")
_DATE = r"-?\d{4,}-\d\d-\d\d"
_TIME = r"\d\d:\d\d:\d\d(\.\d+)?"
_ZONE = r"(Z|[+-]\d\d:\d\d)?"
# What a value of an enumeration must look like to be one of its base's values.
_LEXICAL: dict[Builtin, re.Pattern[str]] = {
    Builtin.BOOLEAN: re.compile(r"\s*(true|false|1|0)\s*"),
    Builtin.DECIMAL: re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)\s*"),
    Builtin.FLOAT: _NUMBER,
    Builtin.DOUBLE: _NUMBER,
    Builtin.DATE_TIME: re.compile(rf"\s*{_DATE}T{_TIME}{_ZONE}\s*"),
    Builtin.DATE: re.compile(rf"\s*{_DATE}{_ZONE}\s*"),
    Builtin.TIME: re.compile(rf"\s*{_TIME}{_ZONE}\s*"),
    Builtin.DURATION: re.compile(
        r"\s*-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?\s*"
    ),
    Builtin.G_YEAR: re.compile(rf"\s*-?\d{{4,}}{_ZONE}\s*"),
    Builtin.G_YEAR_MONTH: re.compile(rf"\s*-?\d{{4,}}-\d\d{_ZONE}\s*"),
    Builtin.G_MONTH: re.compile(rf"\s*--\d\d(--)?{_ZONE}\s*"),
    Builtin.G_MONTH_DAY: re.compile(rf"\s*--\d\d-\d\d{_ZONE}\s*"),
    Builtin.G_DAY: re.compile(rf"\s*---\d\d{_ZONE}\s*"),
    Builtin.HEX_BINARY: re.compile(r"\s*([0-9A-Fa-f]{2})*\s*"),
    Builtin.BASE64_BINARY: re.compile(r"[\sA-Za-z0-9+/=]*"),
    **{
        builtin: _INTEGER
        for builtin in Builtin
        if builtin.value.lower().endswith(("integer", "long", "int", "short", "byte"))
    },
}


def check_kinds(api: Api, findings: Findings) -> Api:
    """Report definitions that go round in a circle, and types of the wrong kind."""
    for definition in api.types.values():
        if _is_circular(api, definition):
            findings.error(
                "circular", f"{definition.id} is defined by itself", definition.at
            )
    findings.raise_errors()
    for definition in api.types.values():
        _check(api, definition, findings)
    return api


def _steps(definition: TypeDef) -> list[QName]:
    """The types that a definition is made from, not those that its values hold."""
    match definition:
        case Struct(base=base, text=text):
            found = [base] if base is not None else []
            return found + ([text.id] if isinstance(text, NamedRef) else [])
        case Enumeration(base=reference) | Restricted(base=reference):
            references: tuple[TypeRef, ...] = (reference,)
        case ListOf(item=reference):
            references = (reference,)
        case UnionOf(members=references):
            pass
        case SoapArray(item=reference):
            references = (reference,)
    return [r.id for r in references if isinstance(r, NamedRef)]


def _is_circular(api: Api, definition: TypeDef) -> bool:
    seen: set[QName] = set()
    waiting = _steps(definition)
    while waiting:
        name = waiting.pop()
        if name == definition.id:
            return True
        if name not in seen and name in api.types:
            seen.add(name)
            waiting += _steps(api.types[name])
    return False


def _check(api: Api, definition: TypeDef, findings: Findings) -> None:
    match definition:
        case Struct():
            for attribute in definition.attributes:
                _simple(api, attribute.type, "an attribute", attribute.at, findings)
            if definition.text is not None:
                _simple(api, definition.text, "simpleContent", definition.at, findings)
            _check_base(api, definition, findings)
        case Enumeration(base=base, at=at):
            if _simple(api, base, "a simple type's restriction", at, findings):
                _check_values(api, definition, findings)
        case Restricted(base=base, at=at):
            _simple(api, base, "a simple type's restriction", at, findings)
        case ListOf(item=item, at=at):
            _simple(api, item, "a list", at, findings)
        case UnionOf(members=members, at=at):
            for member in members:
                _simple(api, member, "a union", at, findings)
        case SoapArray():
            return


def _simple(
    api: Api, reference: TypeRef, user: str, at: Location, findings: Findings
) -> bool:
    """Whether a type is simple, as its user needs it."""
    if isinstance(reference, BuiltinRef):
        name, complex_ = reference.builtin.value, reference.builtin is Builtin.ANY_TYPE
    else:
        name = str(reference.id)
        complex_ = isinstance(api.types.get(reference.id), (Struct, SoapArray))
    if complex_:
        findings.error("kind", f"{user} needs a simple type, and {name} is complex", at)
    return not complex_


def _check_base(api: Api, struct: Struct, findings: Findings) -> None:
    base = api.types.get(struct.base) if struct.base is not None else None
    if base is not None and not isinstance(base, Struct):
        findings.error(
            "kind", f"a complex type cannot be made from {base.id}", struct.at
        )


def _check_values(api: Api, definition: Enumeration, findings: Findings) -> None:
    """Each value is one of its base's: else the enumeration has no members."""
    reference = definition.base
    while isinstance(reference, NamedRef):
        base = api.types[reference.id]
        if not isinstance(base, (Enumeration, Restricted)):
            return
        reference = base.base
    pattern = _LEXICAL.get(reference.builtin)
    for value in definition.values:
        if pattern is not None and not pattern.fullmatch(value.text):
            kind = reference.builtin.value
            findings.error(
                "value", f"{value.text!r} is no value of xsd:{kind}", definition.at
            )
