"""Reduces an Api to the services, ports and operations that the user chose, and their types.

It runs before the passes, so that mistakes in other parts are not reported. Patterns are those
of file names (`*`, `?`, `[...]`); an operation is matched by its name and by its key in `PORTS`.

Finding: `config`, error: a pattern that matches nothing, or a choice that leaves nothing.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

from soapwright.model.api import (
    Api,
    BuiltinRef,
    ElementPart,
    GlobalElement,
    LeftOut,
    NamedRef,
    Operation,
    Port,
    QName,
    Struct,
    TypeRef,
)
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings
from soapwright.model.options import Options
from soapwright.model.walk import (
    elements_of,
    part_types,
    parts_of,
    references_of,
    subtypes_of,
)
from soapwright.passes.choose_alternatives import choose_alternatives
from soapwright.passes.leave_out import report_left_out


def choose(
    api: Api,
    options: Options,
    entry: str,
    findings: Findings,
    *,
    partly: bool = False,
) -> Api:
    """The part of the Api that the options choose, all of it where they choose nothing.

    With `partly`, patterns may match nothing in this Api.

    Raises:
        SpecError: a pattern matches nothing, or nothing is left.
    """
    if options.alternatives:
        api = choose_alternatives(api, options, entry, findings, partly=partly)
    if not (options.services or options.ports or options.include or options.exclude):
        return api
    before = len(findings.errors)
    if not partly:
        _check_patterns(api, options, entry, findings)
    if len(findings.errors) > before:
        findings.raise_errors()
    ports = [_chosen(port, options) for port in api.ports if _is_wanted(port, options)]
    left = tuple(port for port in ports if port.operations or port.left_out)
    lost = tuple(one for one in api.left_out if _concerns(one, options))
    api = replace(api, ports=left, left_out=lost)
    if not any(port.operations for port in left) and not partly:
        report_left_out(api, findings)
        message = "no operation is left of those that are chosen"
        findings.error(Code.CONFIG, message, options.place("name", entry))
        findings.raise_errors()
    return _with_reachable(api)


def _check_patterns(api: Api, options: Options, entry: str, findings: Findings) -> None:
    operations = [name for p in api.ports for o in p.operations for name in _names(o)]
    operations += [one.name for port in api.ports for one in port.left_out]
    services = [port.service for port in api.ports]
    services += [one.service for one in api.left_out]
    known = {
        "services": list(filter(None, services)),
        "ports": [name for p in api.ports for name in (p.key, p.name)]
        + [one.name for one in api.left_out],
        "include": operations,
        "exclude": operations,
    }
    for key, patterns in options.patterns().items():
        names = sorted(set(known[key]))
        for pattern in patterns:
            if not any(fnmatchcase(name, pattern) for name in names):
                near = get_close_matches(pattern, names, 1) or names[:8]
                findings.error(
                    Code.CONFIG,
                    f"{pattern!r} in {key!r} matches nothing",
                    options.place(key, entry, pattern),
                    f"there is {', '.join(near)}" if near else "",
                )


def _concerns(one: LeftOut, options: Options) -> bool:
    """Whether a port or a binding that is broken is among the chosen ones."""
    if options.services and not _matches([one.service], options.services):
        return False
    return not options.ports or _matches([one.name], options.ports)


def _is_wanted(port: Port, options: Options) -> bool:
    """Whether a port is chosen; a binding that no port uses is by its own name alone."""
    if options.services and not _matches([port.service], options.services):
        return False
    return not options.ports or _matches([port.key, port.name], options.ports)


def _chosen(port: Port, options: Options) -> Port:
    operations = (
        operation
        for operation in port.operations
        if not options.include or _matches(_names(operation), options.include)
    )
    return replace(
        port,
        operations=tuple(
            o for o in operations if not _matches(_names(o), options.exclude)
        ),
        left_out=tuple(
            one
            for one in port.left_out
            if not options.include or _matches([one.name], options.include)
            if not _matches([one.name], options.exclude)
        ),
    )


def _names(operation: Operation) -> list[str]:
    return [operation.name, operation.key]


def _matches(names: Sequence[str], patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, p) for p in patterns for name in names)


def _with_reachable(api: Api) -> Api:
    """Only the types and elements that the ports lead to.

    Derived types, and members of substitution groups, can replace them in a message, and are
    kept too.
    """
    reach = _Reach(api)
    reach.go([*part_types(api, parts_of(api))])
    elements = {part.element for part in parts_of(api) if isinstance(part, ElementPart)}
    elements |= reach.elements
    return replace(
        api,
        types={k: v for k, v in api.types.items() if k in reach.types},
        elements={
            name: _among(element, api, elements)
            for name, element in api.elements.items()
            if name in elements
        },
    )


def _among(element: GlobalElement, api: Api, kept: Set[QName]) -> GlobalElement:
    """An element, without the head of its substitution group where that does not stay."""
    gone = element.head in api.elements and element.head not in kept
    return replace(element, head=None) if gone else element


class _Reach:
    """Goes from types to types, and to the global elements that their contents refer to."""

    def __init__(self, api: Api) -> None:
        self.types: set[QName] = set()
        self.elements: set[QName] = set()
        self._api = api
        self._subtypes = subtypes_of(api)
        self._members: dict[QName, list[QName]] = defaultdict(list)
        for element in api.elements.values():
            if element.head is not None:
                self._members[element.head].append(element.name)

    def go(self, roots: Iterable[TypeRef]) -> None:
        """Take in all that these types lead to."""
        waiting = deque(roots)
        while waiting:
            reference = waiting.popleft()
            if isinstance(reference, BuiltinRef) or reference.id in self.types:
                continue
            definition = self._api.types.get(reference.id)
            if definition is None:  # dangling: found later
                continue
            self.types.add(reference.id)
            waiting.extend(target for target, _ in references_of(definition))
            waiting.extend(map(NamedRef, self._subtypes.get(reference.id, ())))
            if isinstance(definition, Struct):
                for element in elements_of(definition.content):
                    if element.reference:
                        waiting.extend(self._element(element.name))

    def _element(self, name: QName) -> Iterable[TypeRef]:
        """The types of an element and of the members of its substitution group."""
        names = [name]
        while names:
            name = names.pop()
            element = self._api.elements.get(name)
            if name in self.elements or element is None:
                continue
            self.elements.add(name)
            names += self._members[name]
            yield element.type
