"""The declarations of fields: annotations and defaults, for every way a value may be absent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from soapwright.model.api import (
    AttachedMember,
    Attribute,
    ContentMember,
    Element,
    ElementMember,
    NamedRef,
    OrderedMember,
    SoapArray,
    Struct,
    TypeRef,
    Wildcard,
    WildcardMember,
)
from soapwright.python.text.literals import string
from soapwright.python.text.scope import Scope
from soapwright.python.types.annotations import Annotation, Declaration
from soapwright.python.types.classes import Types
from soapwright.python.types.fields import (
    Alternative,
    AnyAttributes,
    Field,
    Text,
    alternatives_in,
    alternatives_of,
    is_any,
)


class Annotations:
    """Annotations of values and fields, in the scope of one module.

    With `given` they are of what may be given for a value: an attachment for a binary one.
    `attaches` says whether there was such a value.
    """

    def __init__(self, types: Types, scope: Scope, *, given: bool = False) -> None:
        self.types = types
        self.scope = scope
        self.given = given
        self.attaches = False

    def octets(self) -> str:
        """The type of a binary value that may be a MIME part of its own."""
        self.attaches = True
        octets = self.scope.name("bytes")
        return f"{octets} | {self.scope.soap('Attachment')}" if self.given else octets

    def listed(self, item: str) -> str:
        """The type of a list of values; given ones may be of several types."""
        return f"{self.scope.name('Sequence' if self.given else 'list')}[{item}]"

    def value(self, reference: TypeRef) -> str:
        """The Python type of one value of a type."""
        if is_any(reference):
            return self.scope.name("Any")
        if self.types.simple.is_binary(reference):
            return self.octets()
        if self.types.simple.is_simple(reference):
            return self.types.simple.annotation(reference, self.scope)
        assert isinstance(reference, NamedRef)
        definition = self.types.api.types[reference.id]
        if isinstance(definition, SoapArray):
            nil = definition.item_nillable
            item = str(Annotation(self.value(definition.item), nil))
            for _ in range(sum(definition.ranks)):
                item = self.listed(item)
            return item
        return self.scope.type(self.types.names.types[reference.id])

    def kept(self, reference: TypeRef, *, nillable: bool) -> str:
        """The class of what is nil and has attributes, "" where a type's elements cannot be that."""
        if not nillable or not self.types.has_attributes(reference):
            return ""
        return self.scope.soap("Nil")

    def element(self, element: Element) -> str:
        """The type of what one occurrence of an element holds; a tagged pair where it has substitutes."""
        if not element.substitutes:
            return self.value(element.type)
        return self.tagged(alternatives_of(element))

    def tagged(self, alternatives: list[Alternative]) -> str:
        """A union of pairs, the element's name and its value; alike values share one pair."""
        by_value: dict[str, list[str]] = {}
        for alternative in alternatives:
            nil = alternative.nillable and not is_any(alternative.type)
            kept = self.kept(alternative.type, nillable=nil)
            value = str(Annotation(self.value(alternative.type), nil, kept=kept))
            by_value.setdefault(value, []).append(string(alternative.tag))
        literal, pair = self.scope.name("Literal"), self.scope.name("tuple")
        return " | ".join(
            f"{pair}[{literal}[{', '.join(tags)}], {value}]"
            for value, tags in by_value.items()
        )

    def wildcard(self) -> str:
        """The type of a wildcard's values: unknown XML, or a known element's name and value."""
        known = f"{self.scope.name('tuple')}[{self.scope.name('str')}, {self.scope.name('Any')}]"
        return f"{self.scope.soap('AnyElement')} | {known}"

    def items(self, member: OrderedMember) -> str:
        """The type of the items of a list that keeps the order."""
        kinds = [self.scope.name("str")] if member.mixed else []
        alternatives = alternatives_in(member)
        if alternatives:
            kinds.append(self.tagged(alternatives))
        if any(isinstance(a, Wildcard) for a in member.alternatives):
            kinds.append(self.wildcard())
        return " | ".join(kinds) or self.scope.name("str")


class Declarations:
    """Declares the fields of one class."""

    def __init__(
        self, types: Types, scope: Scope, struct: Struct, *, given: bool = False
    ) -> None:
        self.types = types
        self.scope = scope
        self.encoded = struct.id in types.api.encoded
        self.annotations = Annotations(types, scope, given=given)

    def declare(self, field: Field) -> Declaration:
        """One field's declaration."""
        what = field.declared
        name = self.scope.name
        match what:
            case Attribute(required=required, doc=doc) as attribute:
                kind = self.annotations.value(attribute.type)
                if required and not self.encoded:
                    return Declaration(field.name, Annotation(kind), doc=doc)
                nil = Annotation(kind, nil=True)
                return Declaration(field.name, nil, default="None", doc=doc)
            case Text(type=reference):
                kind = self.annotations.value(reference)
                return Declaration(field.name, Annotation(kind))
            case AnyAttributes():
                kind = f"{name('dict')}[{name('str')}, {name('str')}]"
                return Declaration(field.name, Annotation(kind), factory="dict")
            case ElementMember() as member:
                return self._element(field.name, member)
            case ContentMember(type=reference, doc=doc):
                kind = self.annotations.value(reference)
                return Declaration(field.name, Annotation(kind), doc=doc)
            case AttachedMember(doc=doc):
                octets = Annotation(self.annotations.octets(), nil=True)
                return Declaration(field.name, octets, doc=doc)
            case WildcardMember():
                kind = f"{name('list')}[{self.annotations.wildcard()}]"
                return Declaration(field.name, Annotation(kind), factory="list")
            case OrderedMember(optional=optional) as member:
                kind = self.annotations.listed(self.annotations.items(member))
                factory = "list" if optional else ""
                return Declaration(field.name, Annotation(kind), factory=factory)
            case _:
                assert_never(what)

    def _element(self, name: str, member: ElementMember) -> Declaration:
        element = member.element
        kind = self.annotations.element(element)
        doc = _described(element)
        is_pair = bool(element.substitutes)
        if member.repeated:
            nil = element.nillable and not is_pair and not is_any(element.type)
            kept = self.annotations.kept(element.type, nillable=nil)
            item = Annotation(kind, nil, kept=kept)
            listed = Annotation(self.annotations.listed(str(item)))
            factory = "list" if member.optional or self.encoded else ""
            return Declaration(name, listed, factory=factory, doc=doc)
        nillable = element.nillable and not is_pair
        absent = ""
        if self.encoded or nillable and member.optional:
            absent = self.scope.soap("UNSET") if member.optional else "None"
        elif member.optional:
            absent = "None"
        unset = ""
        if self.encoded or nillable and member.optional:
            unset = self.scope.soap("Unset")
        # of any type None is a value already
        may_be_nil = self.encoded or member.optional or nillable
        nil = may_be_nil and (is_pair or not is_any(element.type))
        kept = self.annotations.kept(element.type, nillable=nillable)
        return Declaration(name, Annotation(kind, nil, unset, kept), absent, doc=doc)


def may_be_attached(types: Types, struct: Struct, fields: Iterable[Field]) -> bool:
    """Whether an attachment may be given for a value of one of these fields, or in it."""
    probe = Declarations(types, Scope(), struct)
    for field in fields:
        probe.declare(field)
    return probe.annotations.attaches


def as_given(types: Types, scope: Scope, struct: Struct, field: Field) -> Declaration:
    """A field's declaration as it is given: attachments too, where they may be."""
    given = may_be_attached(types, struct, [field])
    return Declarations(types, scope, struct, given=given).declare(field)


def _described(element: Element) -> str:
    doc = element.doc
    for word, text in (("Default", element.default), ("Always", element.fixed)):
        if text is not None:
            doc = f"{doc}\n{word}: {text!r}.".strip()
    return doc
