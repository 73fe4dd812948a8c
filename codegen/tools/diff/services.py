"""Services compared: ports, operations, messages; `compare` is the way in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from codegen.model import (
    Api,
    ElementPart,
    Fault,
    Message,
    NamedRef,
    Operation,
    Port,
    QName,
    Struct,
    Style,
    TypePart,
    TypeRef,
)
from codegen.tools.diff.changes import Change, Changes, Sides
from codegen.tools.diff.rules import Effect
from codegen.tools.diff.surface import Surface
from codegen.tools.diff.types import TypeComparison
from codegen.walk import derived_types, part_types, reach

T = TypeVar("T")
_BOTH = Sides(True, True)
_REQUEST, _REPLY = Sides(True, False), Sides(False, True)


def compare(old: Api, new: Api) -> list[Change]:
    """Every change between two specs, services first, then types in the documents' order."""
    changes = Changes()
    surfaces = Surface(old), Surface(new)
    types = TypeComparison(old, new, surfaces, _sides(old), changes)
    services = _ServiceComparison(old, new, types, changes)
    services.ports()
    types.leftovers()
    return list(changes)


def _sides(api: Api) -> dict[QName, Sides]:
    """For each type whether requests carry it, and replies."""
    requests: list[TypeRef] = []
    replies: list[TypeRef] = []
    for port in api.ports:
        for operation in port.operations:
            _collect(api, operation.input, requests)
            _collect(api, operation.output, replies)
            replies += part_types(api, (fault.part for fault in operation.faults))
    derived = derived_types(api)
    there, back = reach(api, requests, derived), reach(api, replies, derived)
    return {name: Sides(name in there, name in back) for name in api.types}


def _collect(api: Api, message: Message | None, found: list[TypeRef]) -> None:
    if message is not None:
        structs = (message.struct, message.headers_struct)
        found += (NamedRef(name) for name in structs if name is not None)
        found += part_types(api, message.parts)


class _ServiceComparison:
    """Compares the ports of two Apis, and the types that their messages lead to."""

    def __init__(
        self, old: Api, new: Api, types: TypeComparison, changes: Changes
    ) -> None:
        self.old, self.new = old, new
        self.types = types
        self.changes = changes

    def ports(self) -> None:
        """Compare ports by their keys; what is left of one SOAP version was renamed."""
        before = {port.key: port for port in self.old.ports}
        after = {port.key: port for port in self.new.ports}
        pairs = [(before[key], after[key]) for key in before if key in after]
        came = [port for key, port in after.items() if key not in before]
        for key, port in before.items():
            if key in after:
                continue
            partner = next((p for p in came if _alike(p, port)), None)
            if partner is None:
                self.changes.add(
                    "port-removed", port.key, "is gone", (port.at, None), _BOTH
                )
                continue
            came.remove(partner)
            message = f"is called {partner.key} now"
            places = (port.at, partner.at)
            self.changes.add("port-renamed", port.key, message, places, _BOTH)
            pairs.append((port, partner))
        for port in came:
            self.changes.add("port-added", port.key, "is new", (None, port.at), _BOTH)
        for one, other in pairs:
            self._port(one, other)

    def _port(self, old: Port, new: Port) -> None:
        places = (old.at, new.at)
        for kind, before, after in (
            ("address", old.address, new.address),
            ("soap-version", old.soap.value, new.soap.value),
        ):
            if before != after:
                message = f"{kind.replace('-', ' ')} is {after}, was {before}"
                self.changes.add(kind, new.key, message, places, _BOTH)
        before_operations = {o.key: o for o in old.operations}
        after_operations = {o.key: o for o in new.operations}
        gone, came, pairs = _matched(before_operations, after_operations)
        for one in gone:
            self.changes.add(
                "operation-removed", one.key, "is gone", (one.at, None), _BOTH
            )
        for one in came:
            self.changes.add(
                "operation-added", one.key, "is new", (None, one.at), _BOTH
            )
        for was, now in pairs:
            self._operation(was, now)

    # ------------------------------------------------------------------------- operations

    def _operation(self, old: Operation, new: Operation) -> None:
        key, places = new.key, (old.at, new.at)
        if old.soap_action != new.soap_action:
            message = f"SOAPAction is {_action(new)}, was {_action(old)}"
            self.changes.add("action", key, message, places, _BOTH)
        if old.style is not new.style:
            message = f"style is {new.style.value}, was {old.style.value}"
            self.changes.add("style", key, message, places, _BOTH)
        if old.input is not None and new.input is not None:
            self._message(old.input, new.input, f"{key}.request", _REQUEST, old, new)
        if old.output is None and new.output is not None:
            self.changes.add("reply-added", key, "now has a reply", places, _BOTH)
        elif old.output is not None and new.output is None:
            self.changes.add(
                "reply-removed", key, "no longer has a reply", places, _BOTH
            )
        elif old.output is not None and new.output is not None:
            self._message(old.output, new.output, f"{key}.response", _REPLY, old, new)
        self._faults(old, new)

    def _message(
        self,
        old: Message,
        new: Message,
        subject: str,
        sides: Sides,
        before: Operation,
        after: Operation,
    ) -> None:
        places = (old.at, new.at)
        if old.use is not new.use:
            message = f"use is {new.use.value}, was {old.use.value}"
            self.changes.add("use", subject, message, places, sides)
        if old.wrapper is not None and new.wrapper is not None:
            self._call(old.wrapper, new.wrapper, subject, old, new, sides)
        structs = self._structs(old.struct, new.struct)
        if before.style is Style.DOCUMENT and after.style is Style.DOCUMENT:
            self._bodies(old, new, subject, sides)
        if structs is not None:
            self.types.structs(*structs, subject, sides)
        headers = self._structs(old.headers_struct, new.headers_struct)
        if headers is not None:
            self.types.structs(*headers, f"{subject}.headers", sides)
        elif (old.headers_struct is None) != (new.headers_struct is None):
            kind = "added-optional" if new.headers else "removed-optional"
            message = "is new" if new.headers else "is gone"
            where = f"{subject}.headers"
            effect = Effect.COMPATIBLE if new.headers else Effect.BREAKING
            self.changes.add(kind, where, message, places, sides, effect)

    def _call(
        self,
        before: QName,
        after: QName,
        subject: str,
        old: Message,
        new: Message,
        sides: Sides,
    ) -> None:
        places = (old.at, new.at)
        if before.namespace != after.namespace:
            message = f"namespace is {after.namespace or 'none'}, was {before.namespace or 'none'}"
            self.changes.add("call-namespace", subject, message, places, sides)

    def _bodies(self, old: Message, new: Message, subject: str, sides: Sides) -> None:
        """The element in the Body, where its type is the message's; else it is a field."""
        names = [
            message.parts[0].element
            for message in (old, new)
            if len(message.parts) == 1 and isinstance(message.parts[0], ElementPart)
        ]
        if len(names) == 2 and names[0] != names[1]:
            effect = Effect.COMPATIBLE
            message = f"the element is {names[1]}, was {names[0]}"
            self.changes.add(
                "body-element", subject, message, (old.at, new.at), sides, effect
            )

    def _structs(
        self, old: QName | None, new: QName | None
    ) -> tuple[Struct, Struct] | None:
        if old is None or new is None:
            return None
        before, after = self.old.types[old], self.new.types[new]
        if isinstance(before, Struct) and isinstance(after, Struct):
            return before, after
        return None

    def _faults(self, old: Operation, new: Operation) -> None:
        gone, came, pairs = _matched(
            {fault.name: fault for fault in old.faults},
            {fault.name: fault for fault in new.faults},
        )
        for fault in gone:
            where = f"{new.key}.{fault.name}"
            self.changes.add("fault-removed", where, "is gone", (fault.at, None), _BOTH)
        for fault in came:
            where = f"{new.key}.{fault.name}"
            self.changes.add("fault-added", where, "is new", (None, fault.at), _BOTH)
        for was, now in pairs:
            self._fault(was, now, f"{new.key}.{now.name}")

    def _fault(self, old: Fault, new: Fault, subject: str) -> None:
        places = (old.at, new.at)
        match old.part, new.part:
            case TypePart(type=before), TypePart(type=after):
                self.types.references(
                    before, after, subject, places, _REPLY, Effect.BREAKING
                )
            case ElementPart(element=was), ElementPart(element=now) if was != now:
                message = f"the detail is {now}, was {was}"
                self.changes.add(
                    "body-element", subject, message, places, _REPLY, Effect.BREAKING
                )
            case ElementPart(element=was), ElementPart(element=now):
                self.types.references(
                    self.old.elements[was].type,
                    self.new.elements[now].type,
                    *(subject, places, _REPLY),
                    Effect.BREAKING,
                )
            case _:
                message = "the detail is declared otherwise"
                self.changes.add(
                    "body-element", subject, message, places, _REPLY, Effect.BREAKING
                )


def _action(operation: Operation) -> str:
    """An action, the operation's own name in it left open: so alike changes read alike."""
    action, name = operation.soap_action, operation.name
    if action.endswith(name):
        action = f"{action.removesuffix(name)}{{operation}}"
    return repr(action)


def _alike(one: Port, other: Port) -> bool:
    """Whether two ports may be one under two names."""
    keys = {o.key for o in one.operations} & {o.key for o in other.operations}
    return one.soap is other.soap and bool(keys)


def _matched(
    old: dict[str, T], new: dict[str, T]
) -> tuple[Iterable[T], Iterable[T], Iterable[tuple[T, T]]]:
    """What is gone, what came, and what is in both."""
    return (
        [one for key, one in old.items() if key not in new],
        [one for key, one in new.items() if key not in old],
        [(one, new[key]) for key, one in old.items() if key in new],
    )
