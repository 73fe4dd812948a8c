"""Which messages carry a type: as such, or as the base of what they carry."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from soapwright.model.api import Api, Message, NamedRef, QName, Struct, TypeRef
from soapwright.model.walk import part_types, reach, references_of
from soapwright.tools.diff.changes import Sides
from soapwright.tools.diff.surface import Surface

_NOWHERE = Sides(False, False)


class Carried:
    """The types that one spec's requests and replies carry."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._subtypes = api.facts.subtypes
        requests, replies = _roots(api)
        there, back = (reach(api, r, self._subtypes) for r in (requests, replies))
        self._sides = {name: Sides(name in there, name in back) for name in api.types}
        there, back = self._used_by_values(requests, there), self._used_by_values(
            replies, back
        )
        self._alone = {name: Sides(name in there, name in back) for name in api.types}

    def sides(self, name: QName) -> Sides:
        """Which messages a type is part of, be it as a base."""
        return self._sides.get(name, _NOWHERE)

    def lacking(self, struct: Struct, key: str, types: Api, surface: Surface) -> Sides:
        """Which messages have values of a type, or of one derived from it, that lack a field.

        A field that went to a base, or came from there, changes only these. `types` and `surface`
        are those of the spec, old or new, that the field is looked for in.
        """
        request = reply = False
        waiting = [struct.id]
        while waiting:
            name = waiting.pop()
            waiting += self._subtypes.get(name, ())
            found = types.types.get(name)
            if isinstance(found, Struct) and key in surface.fields(found):
                continue
            alone = self._alone[name]
            request, reply = request or alone.request, reply or alone.reply
        return Sides(request, reply)

    def _used_by_values(self, roots: list[TypeRef], reached: set[QName]) -> set[QName]:
        """The reached types that values are declared with, and the types derived from them."""
        waiting = deque(roots)
        for name in reached:
            definition = self._api.types[name]
            if isinstance(definition, Struct):
                definition = replace(definition, base=None)
            waiting.extend(reference for reference, _ in references_of(definition))
        found: set[QName] = set()
        while waiting:
            reference = waiting.popleft()
            if isinstance(reference, NamedRef) and reference.id not in found:
                found.add(reference.id)
                waiting.extend(map(NamedRef, self._subtypes.get(reference.id, ())))
        return found


def _roots(api: Api) -> tuple[list[TypeRef], list[TypeRef]]:
    """The types that messages begin with: those of requests, and those of replies and faults."""
    requests: list[TypeRef] = []
    replies: list[TypeRef] = []
    for port in api.ports:
        for operation in port.operations:
            _collect(api, operation.input, requests)
            _collect(api, operation.output, replies)
            replies += part_types(api, (fault.part for fault in operation.faults))
    return requests, replies


def _collect(api: Api, message: Message | None, found: list[TypeRef]) -> None:
    if message is not None:
        structs = (message.struct, message.headers_struct)
        found += (NamedRef(name) for name in structs if name is not None)
        found += part_types(api, message.parts)
