"""Checks that no definition is circular or too deep, and that simple types are where they must be."""

from __future__ import annotations

from dataclasses import replace

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
from soapwright.passes.graph import strongly_connected
from soapwright.passes.rewrite import map_types, without_base

_ANY_SIMPLE = BuiltinRef(Builtin.ANY_SIMPLE_TYPE)
MAX_DERIVATION = 100  # walks through definitions, and imports of modules, are recursive


def check_kinds(api: Api, findings: Findings) -> Api:
    """Report circular definitions and types of the wrong kind, and mend both."""
    api = _without_cycles(_without_circular_heads(api, findings), findings)
    _check_depths(api, findings)
    for definition in api.types.values():
        _check(api, definition, findings)
    types = {name: _of_a_kind(api, one) for name, one in api.types.items()}
    return replace(api, types=types)


def _without_cycles(api: Api, findings: Findings) -> Api:
    """The Api without references by which types are defined by themselves."""
    circular = _circular(api)

    def cut(reference: TypeRef) -> TypeRef:
        in_cycle = isinstance(reference, NamedRef) and reference.id in circular
        return _ANY_SIMPLE if in_cycle else reference

    types = dict(api.types)
    for name in (one for one in api.types if one in circular):
        definition = types[name]
        message = f"{name} is defined by itself: what it takes from that is left out"
        findings.mended(Code.CIRCULAR, message, definition.at)
        match definition:
            case Struct(base=base) if base in circular:
                types[name] = without_base(definition)
            case SoapArray():
                types[name] = replace(definition, item=BuiltinRef(Builtin.ANY_TYPE))
            case _:
                types[name] = map_types(definition, lambda r: r, cut)
    return replace(api, types=types)


def _of_a_kind(api: Api, definition: TypeDef) -> TypeDef:
    """A definition with simple types where only these may be."""

    def simple(reference: TypeRef) -> TypeRef:
        return _ANY_SIMPLE if _is_complex(api, reference) else reference

    definition = map_types(definition, lambda r: r, simple)
    if not isinstance(definition, Struct) or definition.base is None:
        return definition
    base = api.types[definition.base]
    if isinstance(base, Struct):
        return definition
    if isinstance(base, SoapArray):
        return without_base(definition)
    return replace(definition, base=None, derivation=None, text=NamedRef(base.id))


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


def _without_circular_heads(api: Api, findings: Findings) -> Api:
    """No element is in a substitution group that it heads (XML Schema part 1, section 3.3.6)."""
    judged: set[QName] = set()
    circular: set[QName] = set()
    for start in api.elements:
        path: dict[QName, None] = {}
        name: QName | None = start
        while name is not None and name in api.elements:
            if name in judged or name in path:
                break
            path[name] = None
            name = api.elements[name].head
        if name is not None and name in path:
            # the steps before the cycle are not part of it
            steps = list(path)
            circular.update(steps[steps.index(name) :])
        judged.update(path)
    elements = dict(api.elements)
    for name in (one for one in api.elements if one in circular):
        message = (
            f"element {name} may substitute itself: it is in no substitution group"
        )
        findings.mended(Code.CIRCULAR, message, elements[name].at)
        elements[name] = replace(elements[name], head=None)
    return replace(api, elements=elements)


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


def _circular(api: Api) -> set[QName]:
    """The types that are made from themselves."""
    graph = {
        name: [step for step in _steps(one) if step in api.types]
        for name, one in api.types.items()
    }
    return {
        name
        for component in strongly_connected(graph)
        for name in component
        if len(component) > 1 or name in graph[name]
    }


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
) -> None:
    """Report a complex type where its user needs a simple one."""
    if _is_complex(api, reference):
        name = "xsd:anyType"
        if isinstance(reference, NamedRef):
            name = str(reference.id)
        message = f"{user} needs a simple type, and {name} is complex"
        findings.mended(Code.KIND, f"{message}: it is read as anySimpleType", at)


def _is_complex(api: Api, reference: TypeRef) -> bool:
    if isinstance(reference, BuiltinRef):
        return reference.builtin is Builtin.ANY_TYPE
    return isinstance(api.types.get(reference.id), (Struct, SoapArray))


def _check_base(api: Api, struct: Struct, findings: Findings) -> None:
    base = api.types.get(struct.base) if struct.base is not None else None
    if base is None or isinstance(base, Struct):
        return
    done = "any elements" if isinstance(base, SoapArray) else "text"
    message = f"a complex type cannot be made from {base.id}: it is read as {done}"
    findings.mended(Code.KIND, message, struct.at)
