"""Facts that follow from all definitions together: uses, subtypes, cycles, roles.

They are computed once, when definitions are final; later stages look them up in the Api.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from soapwright.model.api import (
    Api,
    Builtin,
    BuiltinRef,
    Facts,
    NamedRef,
    Part,
    QName,
    Roles,
    TypeRef,
    Use,
)
from soapwright.model.diagnostics import Findings
from soapwright.model.walk import (
    headers_use,
    messages_of,
    part_types,
    references_of,
    subtypes_of,
)
from soapwright.passes.graph import strongly_connected
from soapwright.passes.sharing import find_shared

_Graph = Mapping[QName, tuple[QName, ...]]


def facts(api: Api, findings: Findings) -> Api:
    """Set `Api.facts`, and the types of each use: one that no message reaches counts as literal."""
    subtypes = subtypes_of(api)
    graph = _graph(api, subtypes)
    components = list(strongly_connected(graph))
    cycles = (c for c in components if len(c) > 1 or c[0] in graph[c[0]])
    recursive = frozenset(name for component in cycles for name in component)
    ordered = tuple(tuple(component) for component in components)
    recursive |= _holding_anything(api, graph)
    details = part_types(api, _other_parts(api, Use.ENCODED))
    shared, sharing = find_shared(api, subtypes, details)
    found = Facts(
        subtypes, graph, ordered, recursive, _find_roles(api), shared, sharing
    )
    encoded, literal = _find_uses(api, graph)
    return replace(api, encoded=encoded, literal=literal, facts=found)


def _graph(api: Api, subtypes: _Graph) -> _Graph:
    """The types that each type refers to, and those that derive from it."""
    return {
        name: (
            *(
                reference.id
                for reference, _ in references_of(definition)
                if isinstance(reference, NamedRef) and reference.id in api.types
            ),
            *subtypes.get(name, ()),
        )
        for name, definition in api.types.items()
    }


def _holding_anything(api: Api, graph: _Graph) -> set[QName]:
    """The types that lead to anyType, in which one of themselves may be."""
    led_from: dict[QName, list[QName]] = {}
    for name, targets in graph.items():
        for target in targets:
            led_from.setdefault(target, []).append(name)
    holders = (name for name in api.types if _holds_anything(api, {name}))
    return _reached({n: tuple(led_from.get(n, ())) for n in graph}, holders)


# ------------------------------------------------------------------------------------- roles


def _find_roles(api: Api) -> Roles:
    requests: set[QName] = set()
    replies: set[QName] = set()
    contents: set[QName] = set()
    headers: set[QName] = set()
    single: set[QName] = set()
    of_schema = {
        e.type.id for e in api.elements.values() if isinstance(e.type, NamedRef)
    }
    of_schema |= {name for name, definition in api.types.items() if definition.named}
    for port in api.ports:
        for operation in port.operations:
            for message, wrapped in (
                (operation.input, requests),
                (operation.output, replies),
            ):
                if message is None:
                    continue
                if message.headers_struct is not None:
                    headers.add(message.headers_struct)
                if message.struct is None or message.struct in of_schema:
                    continue
                if message.element is not None:
                    continue
                kind = wrapped if message.wrapper is not None else contents
                kind.add(message.struct)
                if message.use is Use.ENCODED and len(message.parts) == 1:
                    single.add(message.struct)
    return Roles(
        requests=frozenset(requests),
        replies=frozenset(replies),
        contents=frozenset(contents | headers),
        headers=frozenset(headers),
        single=frozenset(single),
    )


# -------------------------------------------------------------------------------------- uses


def _find_uses(api: Api, graph: _Graph) -> tuple[frozenset[QName], frozenset[QName]]:
    """The types that travel encoded, and those that travel literally."""
    encoded = _reached(graph, _named(_roots(api, Use.ENCODED)))
    if encoded and _holds_anything(api, encoded):
        # an anyType's xsi:type may be any named type of the schemas
        encoded = set(api.types)
    literal = set(_named(_roots(api, Use.LITERAL))) | (api.types.keys() - encoded)
    return frozenset(encoded), frozenset(_reached(graph, literal))


def _reached(graph: _Graph, roots: Iterable[QName]) -> set[QName]:
    """All that the roots lead to."""
    seen: set[QName] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in seen and name in graph:
            seen.add(name)
            waiting += graph[name]
    return seen


def _named(references: Iterable[TypeRef]) -> Iterator[QName]:
    return (r.id for r in references if isinstance(r, NamedRef))


def _roots(api: Api, use: Use) -> Iterator[TypeRef]:
    for port in api.ports:
        for message in messages_of(port):
            if message.use is use and message.struct is not None:
                yield NamedRef(message.struct)
            if (
                message.headers_struct is not None
                and headers_use(message.headers) is use
            ):
                yield NamedRef(message.headers_struct)
    yield from part_types(api, _other_parts(api, use))


def _other_parts(api: Api, use: Use) -> Iterator[Part]:
    """The parts of headers and faults of one use."""
    for port in api.ports:
        for message in messages_of(port):
            yield from (h.part for h in message.headers if h.use is use)
        for operation in port.operations:
            yield from (f.part for f in operation.faults if f.use is use)


def _holds_anything(api: Api, names: set[QName]) -> bool:
    return any(
        isinstance(reference, BuiltinRef) and reference.builtin is Builtin.ANY_TYPE
        for name in names
        for reference, _ in references_of(api.types[name])
    )
