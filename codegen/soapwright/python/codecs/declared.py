"""Which namespaces an operation's envelopes declare: those that its values may put on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from soapwright.model.api import (
    AttachedMember,
    Builtin,
    BuiltinRef,
    ContentMember,
    Element,
    ElementMember,
    ElementPart,
    Message,
    NamedRef,
    Operation,
    OrderedMember,
    QName,
    SoapArray,
    Struct,
    Substitute,
    TypeDef,
    TypePart,
    TypeRef,
    Use,
    WildcardMember,
)
from soapwright.model.namespaces import XSD, XSI
from soapwright.model.walk import headers_use, references_of
from soapwright.python.context import Context


class Declared:
    """Per type and use the namespaces that a value of it may name, all the way down."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._facts = context.api.facts
        self._tables = {use: self._table(use) for use in Use}

    def prefixes(self, operation: Operation) -> list[str]:
        """The prefixes that the operation's envelopes declare, in the package's order."""
        needed: set[str] = set()
        for message in (operation.input, operation.output):
            if message is not None:
                needed |= self._message(message)
        if self._may_refer(operation):
            needed.add(self.context.encoding)
        for fault in operation.faults:
            match fault.part:
                case ElementPart(element=name):
                    reference = self.context.api.elements[name].type
                    needed |= self._type(reference, Use.LITERAL) | {name.namespace}
                    needed |= self._others(fault.substitutes)
                    if self.context.api.elements[name].nillable:
                        needed.add(XSI)
                case TypePart(type=reference):
                    needed |= self._type(reference, fault.use) | {fault.namespace}
                case _:
                    assert_never(fault.part)
        fixed = {"xml"}
        if self.context.style.fixed_declarations:
            fixed |= {"xsd", "xsi", self.context.style.encoding}
        return [
            prefix
            for namespace, prefix in self.context.prefixes.items()
            if namespace in needed and prefix not in fixed
        ]

    def _others(self, substitutes: tuple[Substitute, ...]) -> set[str]:
        needed: set[str] = set()
        for one in substitutes:
            needed |= self._type(one.type, Use.LITERAL) | {one.name.namespace}
            if one.nillable:
                needed.add(XSI)
        return needed

    def _may_refer(self, operation: Operation) -> bool:
        """Whether attributes of the encoding's own, SOAP 1.2's, may refer to what is shared."""
        if not (self.context.is_soap12 or self.context.mixed):
            return False
        sharing = self._facts.sharing
        return any(
            not sharing.isdisjoint({message.struct, message.headers_struct} - {None})
            for message in (operation.input, operation.output)
            if message is not None
        ) or any(fault.use is Use.ENCODED for fault in operation.faults)

    def _message(self, message: Message) -> set[str]:
        needed: set[str] = set()
        if message.wrapper is not None and not self.context.style.call_prefix:
            needed.add(message.wrapper.namespace)
        for part in message.parts:
            name = getattr(part, "element", None)
            if name is not None:
                needed.add(name.namespace)
                if self.context.api.elements[name].nillable:
                    needed.add(XSI)
        needed |= self._others(message.substitutes)
        if message.struct is not None:
            needed |= self._type(NamedRef(message.struct), message.use)
        if message.headers_struct is not None:
            needed |= self._type(
                NamedRef(message.headers_struct), headers_use(message.headers)
            )
        for header in message.headers:
            kind = getattr(header.part, "type", None)
            if kind is not None:
                needed |= self._type(kind, header.use)
        return needed

    def _type(self, reference: TypeRef, use: Use) -> set[str]:
        if isinstance(reference, BuiltinRef):
            return self._builtin(reference, use)
        return self._tables[use].get(reference.id, set())

    def _builtin(self, reference: BuiltinRef, use: Use) -> set[str]:
        if reference.builtin is Builtin.ANY_SIMPLE_TYPE:
            return {XSD, XSI}
        if reference.builtin is Builtin.ANY_TYPE:
            return (
                {XSD, XSI, self.context.encoding} if use is Use.ENCODED else {XSD, XSI}
            )
        return {reference.encoding or XSD, XSI} if use is Use.ENCODED else set()

    def _table(self, use: Use) -> dict[QName, set[str]]:
        """One set a strongly connected component, the leaves first: each is worked out once."""
        api = self.context.api
        table: dict[QName, set[str]] = {}
        for component in self._facts.components:
            needed: set[str] = set()
            for name in component:
                needed.update(self._own(api.types[name], use))
                for target in self._facts.leads_to[name]:
                    needed |= table.get(target, set())
            for name in component:
                table[name] = needed
        return table

    def _own(self, definition: TypeDef, use: Use) -> Iterator[str]:
        if use is Use.ENCODED and definition.named:
            yield from self._kind(definition)
        for reference, _ in references_of(definition):
            if isinstance(reference, BuiltinRef):
                yield from self._builtin(reference, use)
        if isinstance(definition, SoapArray):
            yield from (XSI, XSD, self.context.encoding)
            if isinstance(definition.item, NamedRef):
                yield definition.item.id.namespace
        if isinstance(definition, Struct):
            yield from self._struct(definition)

    def _kind(self, definition: TypeDef) -> Iterator[str]:
        yield XSI
        if isinstance(definition, SoapArray):
            yield self.context.encoding
        if not isinstance(definition, SoapArray) or definition.derived:
            yield definition.id.namespace

    def _struct(self, struct: Struct) -> Iterator[str]:
        if struct.base is not None or struct.id in self._facts.subtypes:
            yield XSI
            if struct.named:
                yield struct.id.namespace
        yield from (attribute.name.namespace for attribute in struct.attributes)
        for member in struct.members:
            match member:
                case ElementMember(element=element):
                    yield from _element(element)
                case OrderedMember(alternatives=alternatives):
                    for alternative in alternatives:
                        if isinstance(alternative, Element):
                            yield from _element(alternative)
                case WildcardMember() | ContentMember() | AttachedMember():
                    continue


def _element(element: Element) -> Iterator[str]:
    yield element.name.namespace
    if element.nillable or any(one.nillable for one in element.substitutes):
        yield XSI
    for substitute in element.substitutes:
        yield substitute.name.namespace
