"""Types are what their users need: no circle of definitions, no complex type where a simple one belongs."""

from __future__ import annotations

from soapwright.model.api import (
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
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location

MAX_DERIVATION = 100  # what goes through definitions, and loads modules, is recursive


def check_kinds(api: Api, findings: Findings) -> Api:
    """Report definitions that go round in a circle, and types of the wrong kind."""
    circular = [name for name in api.types if _is_circular(api, name)]
    for name in circular:
        message = f"{name} is defined by itself"
        findings.error(Code.CIRCULAR, message, api.types[name].at)
    if not circular:
        _check_depths(api, findings)
    _check_heads(api, findings)
    for name, definition in api.types.items():
        if name not in circular:
            _check(api, definition, findings)
    return api


def _check_depths(api: Api, findings: Findings) -> None:
    """No definition is made from ones that are made from ones, and so on, without end."""
    depths: dict[QName, int] = {}
    for start in api.types:
        waiting = [start]
        while waiting:
            made_from = [n for n in _steps(api.types[waiting[-1]]) if n in api.types]
            missing = [name for name in made_from if name not in depths]
            if missing:
                waiting += missing
                continue
            name = waiting.pop()
            depths[name] = 1 + max((depths[n] for n in made_from), default=0)
    for name, depth in depths.items():
        if depth == MAX_DERIVATION + 1:
            message = f"{name} is the end of more than {MAX_DERIVATION} derivations"
            findings.error(Code.LIMIT, message, api.types[name].at)


def _check_heads(api: Api, findings: Findings) -> None:
    """No element is in a substitution group that it heads (XML Schema part 1, section 3.3.6)."""
    for name, element in api.elements.items():
        seen: set[QName] = set()
        head = element.head
        while head is not None and head not in seen:
            seen.add(head)
            head = api.elements[head].head if head in api.elements else None
        if name in seen:
            message = f"element {name} may stand for itself: its substitution group is a circle"
            findings.error(Code.CIRCULAR, message, element.at)


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


def _is_circular(api: Api, start: QName) -> bool:
    seen: set[QName] = set()
    waiting = _steps(api.types[start])
    while waiting:
        name = waiting.pop()
        if name == start:
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
            _simple(api, base, "a simple type's restriction", at, findings)
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
        findings.error(
            Code.KIND, f"{user} needs a simple type, and {name} is complex", at
        )
    return not complex_


def _check_base(api: Api, struct: Struct, findings: Findings) -> None:
    base = api.types.get(struct.base) if struct.base is not None else None
    if base is not None and not isinstance(base, Struct):
        findings.error(
            Code.KIND, f"a complex type cannot be made from {base.id}", struct.at
        )
