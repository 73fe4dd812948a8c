"""Messages as types: one Struct for each direction of an operation, and one for its headers."""

from __future__ import annotations

from dataclasses import replace

from soapwright.model.api import (
    Api,
    ContentMember,
    Element,
    ElementMember,
    ElementPart,
    HeaderPart,
    Member,
    Message,
    NamedRef,
    Occurs,
    Operation,
    Part,
    Port,
    QName,
    Struct,
    Substitute,
    TypeDef,
    TypePart,
    Use,
)
from soapwright.model.diagnostics import Findings, Location
from soapwright.model.walk import headers_use
from soapwright.passes.find_substitutes import SubstitutionGroups

_ONCE, _OPTIONAL = Occurs(), Occurs(0, 1)


def make_messages(api: Api, findings: Findings) -> Api:
    """Set `struct` and `headers_struct` of every message; types are made where there are none.

    Where a Body is one element of complex type, that type is the message's, unless the element is
    abstract, and another substitutes for it; where parts are attached, a Struct with that type's content
    and a member for each of them. Otherwise it is a Struct with a member for each part, `<Operation>Request` or `<Operation>Response`.
    Ports with the same wire format of an operation share it.
    """
    maker = _Maker(api)
    ports = tuple(maker.port(port) for port in api.ports)
    return replace(api, ports=ports, types=maker.types)


class _Maker:
    """The types so far, and those made here on top of them."""

    def __init__(self, api: Api) -> None:
        self.elements = api.elements
        self.types: dict[QName, TypeDef] = dict(api.types)
        self._substitutes = SubstitutionGroups(api)
        self._calls: set[QName] = set()

    def port(self, port: Port) -> Port:
        operations = tuple(self._operation(port, o) for o in port.operations)
        return replace(port, operations=operations)

    def _operation(self, port: Port, operation: Operation) -> Operation:
        def made(message: Message | None, direction: str) -> Message | None:
            if message is None:
                return None
            struct, element = self._struct(port, operation, message, direction)
            return replace(
                message,
                struct=struct,
                element=element,
                headers_struct=self._headers(port, operation, message, direction),
                substitutes=self._others(message.parts),
            )

        return replace(
            operation,
            input=made(operation.input, "Request"),
            output=made(operation.output, "Response"),
            faults=tuple(
                replace(fault, substitutes=self._others((fault.part,)))
                for fault in operation.faults
            ),
        )

    def _others(self, parts: tuple[Part, ...]) -> tuple[Substitute, ...]:
        """The substitutes of the only element."""
        if len(parts) != 1 or not isinstance(parts[0], ElementPart):
            return ()
        return self._substitutes.of(parts[0].element)

    def _struct(
        self, port: Port, operation: Operation, message: Message, direction: str
    ) -> tuple[QName, QName | None]:
        """The id of a message's Struct, and the element whose content it has, if it does."""
        if message.wrapper is None and len(message.parts) == 1:
            (part,) = message.parts
            reference = self._complex_element(part)
            if reference is not None and isinstance(part, ElementPart):
                if not message.attached:
                    return reference, part.element
                if self._is_plain(part.element, reference):
                    joined = self._joined(
                        port, operation, message, direction, reference
                    )
                    return joined, part.element
        parts = (self._member(part, message) for part in message.parts)
        members = (*parts, *message.attached)
        called = message.wrapper is not None
        name = self._made(
            port, operation, direction, members, message.at, message.doc, called=called
        )
        if called:
            self._calls.add(name)
        return name, None

    def _is_plain(self, name: QName, type_: QName) -> bool:
        """Whether the fields of an element's type hold all that the element may be."""
        if self.elements[name].nillable or self._substitutes.of(name):
            return False
        return not any(
            isinstance(definition, Struct) and definition.base == type_
            for definition in self.types.values()
        )

    def _joined(
        self,
        port: Port,
        operation: Operation,
        message: Message,
        direction: str,
        type_: QName,
    ) -> QName:
        """A Struct with the content of a Body's element, and with the message's attached parts."""
        content = self.types[type_]
        assert isinstance(content, Struct)
        local = f"{port.port_type.local}/{operation.key}/{direction}"
        words: tuple[str, ...] = (operation.key, direction)
        members = (*content.members, *message.attached)
        for marked in (local, f"{local}/{port.key}"):
            name = QName(port.port_type.namespace, marked)
            struct = replace(
                content,
                id=name,
                words=words,
                named=False,
                members=members,
                doc=message.doc or content.doc,
            )
            known = self.types.setdefault(name, struct)
            if isinstance(known, Struct) and known.members == members:
                return name
            words = (*words, port.key)
        raise ValueError(f"two ports with the key {port.key}")

    def _complex_element(self, part: Part) -> QName | None:
        """The Struct of a part that is an element of complex type."""
        if not isinstance(part, ElementPart):
            return None
        element = self.elements[part.element]
        if element.abstract and self._substitutes.of(element.name):
            return None
        reference = element.type
        if isinstance(reference, NamedRef) and isinstance(
            self.types.get(reference.id), Struct
        ):
            return reference.id
        return None

    def _member(self, part: Part, message: Message) -> Member:
        match part:
            case TypePart(name=name, type=reference, at=at, doc=doc):
                bare = message.wrapper is None and message.use is Use.LITERAL
                if bare and len(message.parts) == 1:
                    return ContentMember(name, reference, at, doc)
                element = Element(QName("", name), reference, _ONCE, at, doc=doc)
            case ElementPart(doc=doc, at=at):
                element = self._declared(part.element, _ONCE, at, doc)
        return ElementMember(element, repeated=False, optional=False)

    def _declared(self, name: QName, times: Occurs, at: Location, doc: str) -> Element:
        declared = self.elements[name]
        return Element(
            name=name,
            type=declared.type,
            occurs=times,
            at=at,
            nillable=declared.nillable,
            default=declared.default,
            fixed=declared.fixed,
            abstract=declared.abstract,
            reference=True,
            substitutes=self._substitutes.of(name),
            doc=doc or declared.doc,
        )

    def _headers(
        self, port: Port, operation: Operation, message: Message, direction: str
    ) -> QName | None:
        if not message.headers:
            return None
        members: list[Member] = []
        common = headers_use(message.headers)
        for header in message.headers:
            element = self._header(header)
            use = header.use if header.use is not common else None
            member = ElementMember(element, repeated=False, optional=True, use=use)
            members.append(member)
        return self._made(
            port,
            operation,
            f"{direction}Headers",
            tuple(members),
            message.at,
            "",
        )

    def _header(self, header: HeaderPart) -> Element:
        match header.part:
            case TypePart(type=reference, at=at, doc=doc):
                return Element(header.name, reference, _OPTIONAL, at, doc=doc)
            case ElementPart(element=name, at=at, doc=doc):
                return self._declared(name, _OPTIONAL, at, doc)

    def _made(
        self,
        port: Port,
        operation: Operation,
        role: str,
        members: tuple[Member, ...],
        at: Location,
        doc: str,
        *,
        called: bool = False,
    ) -> QName:
        """A Struct for the members, shared with the ports that have it already.

        The members of an rpc call are in an element of their own, others in the Body itself.
        """
        local = f"{port.port_type.local}/{operation.key}/{role}"
        words: tuple[str, ...] = (operation.key, role)
        for marked in (local, f"{local}/{port.key}"):
            name = QName(port.port_type.namespace, marked)
            struct = Struct(name, words, False, at, members=members, doc=doc)
            known = self.types.setdefault(name, struct)
            alike = known is struct or (name in self._calls) == called
            if alike and isinstance(known, Struct) and known.members == members:
                return name
            words = (*words, port.key)
        raise ValueError(f"two ports with the key {port.key}")
