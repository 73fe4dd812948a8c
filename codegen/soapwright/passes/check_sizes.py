"""Check that what is written for a WSDL is not out of all proportion to it.

A group, a base, the head of a substitution group or a message is written out wherever it is used: of two
thousand types that use a group of two thousand elements, in 100 KB, there would be four million fields.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from soapwright.model.api import (
    All,
    Api,
    Choice,
    Element,
    ElementPart,
    Message,
    NamedRef,
    Part,
    Particle,
    QName,
    Sequence,
    Struct,
    UnionOf,
)
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.model.sizes import MAX_FIELDS
from soapwright.model.walk import messages_of

_OPERATION = 10  # what an operation of a port costs, in fields


def check_sizes(api: Api, findings: Findings) -> Api:
    """Report that there are too many fields.

    Raises:
        SpecError: it is so. The passes that follow would take as long as all the rest.
    """
    written = 0
    for size, at in _sizes(api):
        written += size
        if written > MAX_FIELDS:
            message = f"the types and operations have more than {MAX_FIELDS:,} fields"
            hint = "those of groups, bases and substitutes count wherever they are used"
            findings.error(Code.LIMIT, message, at, hint)
            findings.raise_errors()
    return api


def _sizes(api: Api) -> Iterator[tuple[int, Location]]:
    """How much is written for each type, and each operation of a port."""
    fields = _Fields(api, _substitutes(api))
    for definition in api.types.values():
        match definition:
            case Struct():
                yield fields.of(definition), definition.at
            case UnionOf():
                yield fields.of_union(definition), definition.at
            case _:
                pass
    for port in api.ports:
        yield _OPERATION * len(port.operations), port.at
        for message in messages_of(port):
            yield fields.of_message(message), port.at
        for operation in port.operations:
            yield len(operation.faults), operation.at


def _substitutes(api: Api) -> dict[QName, int]:
    """Of each element how many others may stand for it; each is in the group of one head."""
    heads = {
        name: element.head
        for name, element in api.elements.items()
        if element.head is not None and element.head in api.elements
    }
    direct = dict.fromkeys(api.elements, 0)
    for head in heads.values():
        direct[head] += 1
    counts = dict.fromkeys(api.elements, 0)
    done = deque(name for name, members in direct.items() if not members)
    while done:
        name = done.popleft()
        above = heads.get(name)
        if above is not None:
            counts[above] += counts[name] + 1
            direct[above] -= 1
            if not direct[above]:
                done.append(above)
    return counts


@dataclass(slots=True)
class _Fields:
    """The numbers of fields; of a particle, which groups share, it is computed once."""

    api: Api
    substitutes: dict[QName, int]
    _particles: dict[int, int] = field(default_factory=dict)
    _structs: dict[QName, int] = field(default_factory=dict)
    _unions: dict[QName, int] = field(default_factory=dict)

    def of(self, struct: Struct) -> int:
        """Those of a type, its bases' included."""
        line: dict[QName, Struct] = {}
        found: object = struct
        while isinstance(found, Struct) and found.id not in line:
            if found.id in self._structs:
                break
            line[found.id] = found
            found = self.api.types.get(found.base) if found.base else None
        total = self._structs.get(found.id, 0) if isinstance(found, Struct) else 0
        for name in reversed(line):
            one = line[name]
            total += len(one.attributes) + self._of_particle(one.content)
            self._structs[name] = total
        return total

    def of_union(self, union: UnionOf) -> int:
        """The members of a union, those of unions that are members included."""
        waiting, entered = [union], {union.id}
        while waiting:
            one = waiting[-1]
            members = [
                self.api.types.get(member.id)
                for member in one.members
                if isinstance(member, NamedRef)
            ]
            unions = [member for member in members if isinstance(member, UnionOf)]
            new = [member for member in unions if member.id not in entered]
            if new:
                entered.update(member.id for member in new)
                waiting += new
                continue
            waiting.pop()
            inside = sum(self._unions.get(member.id, 0) for member in unions)
            most = len(one.members) + inside
            self._unions[one.id] = min(most, len(self.api.types))  # each but once
        return self._unions[union.id]

    def of_message(self, message: Message) -> int:
        """Those of a message: its parts, or the fields of the one element that it consists of."""
        return len(message.headers) + sum(map(self._of_part, message.parts))

    def _of_part(self, part: Part) -> int:
        if not isinstance(part, ElementPart):
            return 1
        element = self.api.elements.get(part.element)
        if element is None or not isinstance(element.type, NamedRef):
            return 1
        definition = self.api.types.get(element.type.id)
        return 1 + (self.of(definition) if isinstance(definition, Struct) else 0)

    def _of_particle(self, particle: Particle | None) -> int:
        match particle:
            case Sequence(items=items) | All(items=items) | Choice(branches=items):
                known = self._particles.get(id(particle))
                if known is None:
                    known = sum(map(self._of_particle, items))
                    self._particles[id(particle)] = known
                return known
            case Element(name=name, reference=reference):
                return 1 + (self.substitutes.get(name, 0) if reference else 0)
            case None:
                return 0
            case _:
                return 1
