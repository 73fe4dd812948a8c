"""Services compared: ports, operations, messages; `compare` is the way in."""

from __future__ import annotations

from typing import TypeVar

from soapwright.model.api import (
    Api,
    ElementPart,
    Fault,
    Message,
    NamedRef,
    Operation,
    Port,
    QName,
    Struct,
    TypePart,
    TypeRef,
    Use,
)
from soapwright.model.options import Options
from soapwright.model.walk import part_types
from soapwright.tools.diff.attachments import Attachments
from soapwright.tools.diff.changes import Change, Changes, Sides
from soapwright.tools.diff.comparing import Places
from soapwright.tools.diff.demands import Demands
from soapwright.tools.diff.rules import Effect
from soapwright.tools.diff.surface import Surface
from soapwright.tools.diff.types import TypeComparison
from soapwright.tools.diff.wording import move_text, space_text

T = TypeVar("T")
_BOTH = Sides(True, True)
_REQUEST, _REPLY = Sides(True, False), Sides(False, True)
_NOWHERE = Sides(False, False)
_PLAIN = Options("package")


def compare(
    old: Api, new: Api, options: tuple[Options, Options] = (_PLAIN, _PLAIN)
) -> list[Change]:
    """Every change between two specs, services first, then types in the documents' order.

    `options` are those of both packages: what they rename has its name in Python.
    """
    changes = Changes()
    surfaces = Surface(old, options[0]), Surface(new, options[1])
    types = TypeComparison(old, new, surfaces, changes)
    services = _ServiceComparison(old, new, types, changes)
    services.ports()
    types.leftovers()
    return list(changes)


class _ServiceComparison:
    """Compares the ports of two Apis, and the types that their messages lead to."""

    def __init__(
        self, old: Api, new: Api, types: TypeComparison, changes: Changes
    ) -> None:
        self.old, self.new = old, new
        self.types = types
        self.surfaces = types.surfaces
        self.changes = changes
        self.demands = Demands(changes)
        self.attachments = Attachments(changes)

    def ports(self) -> None:
        """Compare ports by their keys; what is left of one SOAP version was renamed."""
        before = {port.key: port for port in self.old.ports}
        after = {port.key: port for port in self.new.ports}
        pairs = [(before[key], after[key]) for key in before if key in after]
        came = [port for key, port in after.items() if key not in before]
        for key, port in before.items():
            if key in after:
                continue
            partner = max(came, key=lambda p: _shared(p, port), default=None)
            if partner is None or not _shared(partner, port):
                self._add("port-removed", port.key, "is gone", (port.at, None))
                continue
            came.remove(partner)
            message = f"is called {partner.key} now"
            places = (port.at, partner.at)
            self._add("port-renamed", port.key, message, places)
            pairs.append((port, partner))
        for port in came:
            self._add("port-added", port.key, "is new", (None, port.at))
        self._first(pairs)
        for one, other in pairs:
            self._port(one, other)

    def _add(
        self,
        kind: str,
        subject: str,
        message: str,
        places: Places,
        sides: Sides = _BOTH,
        python: Effect = Effect.COMPATIBLE,
    ) -> None:
        self.changes.add(kind, subject, message, places, sides, python)

    def _first(self, pairs: list[tuple[Port, Port]]) -> None:
        """Compare the first ports, which `Client` uses by default."""
        for old, new in pairs:
            if old is self.old.ports[0] and new is not self.new.ports[0]:
                first = self.new.ports[0]
                message = f"comes first now, {old.key} did"
                places = (old.at, first.at)
                self._add("port-order", first.key, message, places, _NOWHERE)

    def _port(self, old: Port, new: Port) -> None:
        places = (old.at, new.at)
        for kind, before, after in (
            ("address", old.address, new.address),
            ("soap-version", _version(old), _version(new)),
        ):
            if before != after:
                message = f"{kind.replace('-', ' ')} is {after}, was {before}"
                self._add(kind, new.key, message, places)
        classes = [s.classes(p) for s, p in zip(self.surfaces, (old, new), strict=True)]
        for one, other in zip(*classes, strict=True):
            if one != other:
                message = f"{other} in Python, was {one}"
                self._add("python-name", new.key, message, places, _NOWHERE)
        self.demands.ports(old, new)
        self.attachments.ports(old, new)
        before_operations = {o.key: o for o in old.operations}
        after_operations = {o.key: o for o in new.operations}
        gone, came, pairs = _matched(before_operations, after_operations)
        for operation in gone:
            at = (operation.at, None)
            self._add("operation-removed", operation.key, "is gone", at)
        for operation in came:
            at_new = (None, operation.at)
            self._add("operation-added", operation.key, "is new", at_new)
        for was, now in pairs:
            self.demands.operations(was, now, addressed=_uses_addressing(old, new))
            methods = self.surfaces[0].method(old, was), self.surfaces[1].method(
                new, now
            )
            if methods[0] != methods[1] and all(methods):
                message = f"is {methods[1]} in Python, was {methods[0]}"
                at_both = (was.at, now.at)
                self._add("python-name", now.key, message, at_both, _NOWHERE)
            self._operation(was, now)

    # ------------------------------------------------------------------------- operations

    def _operation(self, old: Operation, new: Operation) -> None:
        key, places = new.key, (old.at, new.at)
        if old.soap_action != new.soap_action:
            message = f"SOAPAction is {_action(new)}, was {_action(old)}"
            self._add("action", key, message, places)
        if old.http is not None and new.http is not None:
            self.attachments.http(old.http, new.http, key, places)
        if old.style is not new.style:
            message = f"style is {new.style.value}, was {old.style.value}"
            self._add("style", key, message, places)
        if old.input is not None and new.input is not None:
            self._message(old.input, new.input, f"{key}.request", _REQUEST)
        elif old.input is not new.input:
            message = "now has a request" if new.input else "no longer has a request"
            python = Effect.BREAKING
            self._add("body-element", key, message, places, _REQUEST, python)
        if old.output is None and new.output is not None:
            self._add("reply-added", key, "now has a reply", places)
        elif old.output is not None and new.output is None:
            self._add("reply-removed", key, "no longer has a reply", places)
        elif old.output is not None and new.output is not None:
            self._message(old.output, new.output, f"{key}.response", _REPLY)
            given = self.surfaces[0].returns(old), self.surfaces[1].returns(new)
            if given[0] != given[1] and "nothing" not in given:
                message = f"the method gives {given[1]}, gave {given[0]}"
                self._add("returns", key, message, places, _NOWHERE)
        self._faults(old, new)

    def _message(self, old: Message, new: Message, subject: str, sides: Sides) -> None:
        places = (old.at, new.at)
        if old.use is not new.use:
            message = f"use is {new.use.value}, was {old.use.value}"
            self._add("use", subject, message, places, sides)
        elif old.encoding_style != new.encoding_style:
            styles = (new.encoding_style or "none", old.encoding_style or "none")
            message = f"encodingStyle is {styles[0]}, was {styles[1]}"
            self._add("encoding-style", subject, message, places, sides)
        if old.wrapper is not None and new.wrapper is not None:
            self._call(old.wrapper, new.wrapper, subject, old, new, sides)
        self.attachments.messages(old, new, subject, sides)
        if self._bodies(old, new, subject, sides):
            self._structs(old.struct, new.struct, subject, places, sides)
        if (old.headers_struct is None) == (new.headers_struct is None):
            headers = (old.headers_struct, new.headers_struct)
            self._structs(*headers, f"{subject}.headers", places, sides)
            return
        kind = "added-optional" if new.headers else "removed-optional"
        message = "is new" if new.headers else "is gone"
        effect = Effect.COMPATIBLE if new.headers else Effect.BREAKING
        self._add(kind, f"{subject}.headers", message, places, sides, effect)

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

    def _bodies(self, old: Message, new: Message, subject: str, sides: Sides) -> bool:
        """Compare the Bodies' elements; return whether the types of both messages are comparable.

        They are not where one is the type of the only element, and the other has a field for each.
        """
        elements = [
            tuple(p.element for p in message.parts if isinstance(p, ElementPart))
            for message in (old, new)
        ]
        fit = _is_element(self.old, old) == _is_element(self.new, new)
        places = (old.at, new.at)
        if not fit:
            message = f"holds {_all(new)}, held {_all(old)}"
            python = Effect.BREAKING
            self._add("body-element", subject, message, places, sides, python)
        elif _is_element(self.old, old) and elements[0] != elements[1]:
            message = move_text(elements[0][0], elements[1][0], "the element is")
            python = self._class_effect(old.struct, new.struct)
            self._add("body-element", subject, message, places, sides, python)
        return fit

    def _class_effect(self, old: QName | None, new: QName | None) -> Effect:
        """The effect on code of another name of a message's type."""
        if old is None or new is None:
            return Effect.COMPATIBLE
        same = self.surfaces[0].type(old) == self.surfaces[1].type(new)
        return Effect.COMPATIBLE if same else Effect.BREAKING

    def _structs(
        self,
        old: QName | None,
        new: QName | None,
        subject: str,
        places: Places,
        sides: Sides,
    ) -> None:
        """Compare the types of two messages: a named one by its name, any other as the message's."""
        if old is None or new is None:
            return
        before, after = self.old.types[old], self.new.types[new]
        if not (isinstance(before, Struct) and isinstance(after, Struct)):
            return
        if before.named and after.named:
            python = self._class_effect(old, new)
            change = (subject, places, sides, python)
            self.types.references(NamedRef(old), NamedRef(new), *change)
            return
        ordered = not subject.endswith(".headers")
        self.types.structs(before, after, subject, sides, ordered=ordered)

    def _faults(self, old: Operation, new: Operation) -> None:
        gone, came, pairs = _matched(
            {fault.name: fault for fault in old.faults},
            {fault.name: fault for fault in new.faults},
        )
        for fault in gone:
            name = self.surfaces[0].exception(fault)
            same = (f for f in came if self.surfaces[1].exception(f) == name)
            partner = next(same, None)
            where, there = f"{new.key}.{fault.name}", self.surfaces[1].has_exception(
                name
            )
            effect = Effect.COMPATIBLE if there else Effect.BREAKING
            if partner is None:
                places: Places = (fault.at, None)
                self._add("fault-removed", where, "is gone", places, _BOTH, effect)
                continue
            came.remove(partner)
            pairs.append((fault, partner))
            message, places = f"is called {partner.name} now", (fault.at, partner.at)
            self._add("fault-renamed", where, message, places, _BOTH, effect)
        for fault in came:
            where = f"{new.key}.{fault.name}"
            self._add("fault-added", where, "is new", (None, fault.at))
        for was, now in pairs:
            self._fault(was, now, f"{new.key}.{now.name}")

    def _fault(self, old: Fault, new: Fault, subject: str) -> None:
        places = (old.at, new.at)
        one, other = self.surfaces[0].exception(old), self.surfaces[1].exception(new)
        python = Effect.COMPATIBLE if one == other else Effect.BREAKING
        if old.use is not new.use:
            message = f"use is {new.use.value}, was {old.use.value}"
            self._add("use", subject, message, places, _REPLY, python)
        types: list[TypeRef] = []
        for api, fault in ((self.old, old), (self.new, new)):
            types += part_types(api, [fault.part])
        match old.part, new.part:
            case TypePart(), TypePart():
                if old.namespace != new.namespace:
                    message = f"is in {space_text(new.namespace)}, was in {space_text(old.namespace)}"
                    self._add("namespace", subject, message, places, _REPLY)
            case ElementPart(element=was), ElementPart(element=now):
                if was != now:
                    message = move_text(was, now, "the detail is")
                    self._add("body-element", subject, message, places, _REPLY, python)
            case _:
                message = "the detail is declared otherwise"
                self._add("body-element", subject, message, places, _REPLY, python)
        if len(types) == 2:
            encoded = old.use is Use.ENCODED
            change = (subject, places, _REPLY, Effect.BREAKING)
            self.types.references(types[0], types[1], *change, encoded=encoded)


def _version(port: Port) -> str:
    """The version of SOAP; of an HTTP binding what it is instead."""
    return "none, but plain HTTP" if port.is_http else port.soap.value


def _uses_addressing(*ports: Port) -> bool:
    return any(port.addressing is not None for port in ports)


def _is_element(api: Api, message: Message) -> bool:
    """Whether a message's type is that of the only element in the Body."""
    types = list(part_types(api, message.parts))
    single = len(message.parts) == 1 and isinstance(message.parts[0], ElementPart)
    found = types[0] if single and types else None
    return isinstance(found, NamedRef) and found.id == message.struct


def _all(message: Message) -> str:
    names = [
        str(part.element) if isinstance(part, ElementPart) else part.name
        for part in message.parts
    ]
    return ", ".join(names) or "nothing"


def _action(operation: Operation) -> str:
    """An action, the operation's own name in it left open: so alike changes read alike."""
    action, name = operation.soap_action, operation.name
    if action.endswith(name):
        action = f"{action.removesuffix(name)}{{operation}}"
    return repr(action)


def _shared(one: Port, other: Port) -> int:
    """How many operations two ports share, which may be one under two names."""
    if _version(one) != _version(other):
        return 0
    return len({o.key for o in one.operations} & {o.key for o in other.operations})


def _matched(
    old: dict[str, T], new: dict[str, T]
) -> tuple[list[T], list[T], list[tuple[T, T]]]:
    """The removed ones, the added ones, and the pairs of those in both."""
    return (
        [one for key, one in old.items() if key not in new],
        [one for key, one in new.items() if key not in old],
        [(one, new[key]) for key, one in old.items() if key in new],
    )
