"""The fields of an emitted dataclass: names, annotations, defaults, for every way a value may be absent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import assert_never

from soapwright.model.api import (
    Api,
    AttachedMember,
    Attribute,
    Builtin,
    BuiltinRef,
    ContentMember,
    Derivation,
    Element,
    ElementMember,
    Member,
    NamedRef,
    OrderedMember,
    QName,
    SoapArray,
    Struct,
    Substitute,
    TypeRef,
    Wildcard,
    WildcardMember,
)
from soapwright.model.walk import elements_of, names_of, takes
from soapwright.python.names.names import Names, has_own_text
from soapwright.python.names.secrets import SecretNames
from soapwright.python.text.literals import string
from soapwright.python.text.scope import Scope
from soapwright.python.types.annotations import Annotation, Declaration
from soapwright.python.types.simple import SimpleTypes


@dataclass(frozen=True, slots=True)
class Text:
    """The field of simple content."""

    type: TypeRef


@dataclass(frozen=True, slots=True)
class AnyAttributes:
    """The field of a wildcard's attributes."""


What = Member | Attribute | Text | AnyAttributes


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its member, its name, and whether its class declares it or inherits it.

    In a restriction `what` is as that has it, and `shape` as the field is declared, where they
    differ; what is `prohibited` must be absent, and what is `filled` not nil. Values are `checked` by
    the restriction's type where that has another Python type than the base's.
    """

    name: str
    what: What
    own: bool
    shape: What | None = None
    prohibited: bool = False
    checked: TypeRef | None = None
    filled: bool = False

    @property
    def declared(self) -> What:
        """The member by which the field is declared: of its annotation and its default."""
        return self.what if self.shape is None else self.shape


@dataclass(frozen=True, slots=True)
class Types:
    """The tables that all emission looks up."""

    api: Api
    names: Names
    simple: SimpleTypes
    secrets: SecretNames = field(default_factory=SecretNames)
    _fields: dict[QName, tuple[Field, ...]] = field(default_factory=dict)
    _lines: dict[QName, tuple[Struct, ...]] = field(default_factory=dict)
    _literal_roots: set[QName] = field(default_factory=set)

    def struct(self, identity: QName) -> Struct:
        """The Struct of an id that names one."""
        definition = self.api.types[identity]
        if not isinstance(definition, Struct):
            raise TypeError(f"{identity} is no complex type")
        return definition

    def has_text(self, reference: TypeRef) -> bool:
        """Whether values of a type may hold text itself: a simple type, simple or mixed content."""
        if self.simple.is_simple(reference):
            return True
        if not isinstance(reference, NamedRef):
            return False
        definition = self.api.types[reference.id]
        return isinstance(definition, Struct) and any(
            one.text is not None or one.mixed for one in self.line_of(definition)
        )

    def has_attributes(self, reference: TypeRef) -> bool:
        """Whether elements of a complex type may have attributes, its own or a derived type's."""
        definition = (
            self.api.types[reference.id] if isinstance(reference, NamedRef) else None
        )
        if not isinstance(definition, Struct):
            return False
        pending = [*self.line_of(definition)]
        seen = {one.id for one in pending}
        derived = [definition.id]
        while derived:
            for name in self.api.facts.subtypes.get(derived.pop(), ()):
                if name not in seen:
                    seen.add(name)
                    derived.append(name)
                    pending.append(self.struct(name))
        return any(one.attributes or one.any_attribute is not None for one in pending)

    def line_of(self, struct: Struct) -> tuple[Struct, ...]:
        """A Struct's bases, the root first, and itself."""
        if struct.id not in self._lines:
            line = [struct]
            seen = {struct.id}
            while (base := line[-1].base) is not None and base not in seen:
                definition = self.api.types.get(base)
                if not isinstance(definition, Struct):
                    break
                seen.add(base)
                line.append(definition)
            self._lines[struct.id] = tuple(reversed(line))
        return self._lines[struct.id]

    def remembers(self, struct: Struct) -> bool:
        """Whether values of a type keep their form on the wire: those in literal use."""
        if not self._literal_roots:
            roots = (
                self.line_of(self.struct(name))[0].id
                for name in self.api.literal
                if isinstance(self.api.types[name], Struct)
            )
            self._literal_roots.update(roots)
        return self.line_of(struct)[0].id in self._literal_roots

    def fields(self, struct: Struct) -> list[Field]:
        """All fields in the order of the wire: inherited ones first in each kind, attributes before elements."""
        if struct.id not in self._fields:
            self._fields[struct.id] = tuple(self._made_fields(struct))
        return [*self._fields[struct.id]]

    def _made_fields(self, struct: Struct) -> list[Field]:
        line = self.line_of(struct)
        found: list[Field] = []
        for one in line:
            names = self.names.structs[one.id]
            own = one is struct
            for attribute, name in zip(one.attributes, names.attributes, strict=True):
                known = _attribute_index(found, attribute)
                if known is None:
                    found.append(Field(name, attribute, own))
                else:
                    narrowing = narrow_attribute(self, found[known], attribute, own)
                    found[known] = narrowing
            found = [without_attribute(field, one) for field in found]
        if any(one.any_attribute is not None for one in line):
            first = next(one for one in line if one.any_attribute is not None)
            name = self.names.structs[first.id].any_attributes
            found.append(Field(name, AnyAttributes(), first is struct))
        content: list[Field] = []
        for one in line:
            names = self.names.structs[one.id]
            own = one is struct
            if one.derivation is Derivation.RESTRICTION:
                content = narrow_content(self, content, one, own)
            if has_own_text(one) and one.text is not None:
                content.append(Field(names.text, Text(one.text), own))
            for member, name in zip(one.members, names.members, strict=True):
                content.append(Field(name, member, own))
            if one.narrowed:
                content = in_order(content, one)
        return [*found, *content]


def _attribute_index(fields: list[Field], attribute: Attribute) -> int | None:
    for index, one in enumerate(fields):
        if isinstance(one.what, Attribute) and one.what.name == attribute.name:
            return index
    return None


# --------------------------------------------------------------------------- restrictions


def narrow_attribute(types: Types, field: Field, new: Attribute, own: bool) -> Field:
    """A field for an attribute of a base, as a restriction has it."""
    old = field.declared
    assert isinstance(old, Attribute)
    governing, declared = _narrow_type(types, old.type, new.type)
    shape = replace(old, type=declared)
    return replace(
        field,
        what=replace(new, type=governing),
        own=field.own or own and declared != old.type,
        shape=shape,
        prohibited=False,
        checked=_checked(types, governing, new.type),
    )


def without_attribute(field: Field, struct: Struct) -> Field:
    """The field; prohibited if it is for an attribute that a restriction takes away."""
    if (
        not isinstance(field.what, Attribute)
        or field.what.name not in struct.prohibited
    ):
        return field
    what = replace(field.what, required=False)
    return replace(field, what=what, shape=field.declared, prohibited=True)


def narrow_content(
    types: Types, fields: list[Field], struct: Struct, own: bool
) -> list[Field]:
    """The fields of the bases' content as a restriction has them."""
    if struct.text is not None:
        return [
            (
                _narrow_text(types, field, struct.text, own)
                if isinstance(field.what, Text)
                else field
            )
            for field in fields
        ]
    if any(isinstance(f.what, (Text, ContentMember)) for f in fields):
        return fields
    if any(isinstance(f.what, OrderedMember) and f.what.mixed for f in fields):
        return [_narrow_items(types, field, struct) for field in fields]
    places = _places(struct)
    return [_narrow_member(types, field, struct, own, places) for field in fields]


def in_order(fields: list[Field], struct: Struct) -> list[Field]:
    """The fields in the order of a restriction's content; what it takes away comes last."""

    places = _places(struct)
    last = len(struct.narrowed)
    members = enumerate(struct.narrowed)
    wild = next((n for n, m in members if isinstance(m, WildcardMember)), last)

    def rank(field: Field) -> int:
        place = _place(field.what, places)
        rank = last if place is None else place
        return min(rank, wild) if wildcards_in(field.what) else rank

    return sorted(fields, key=rank)


def _places(struct: Struct) -> dict[QName, int]:
    """The first member of a restriction's content that has each element."""
    places: dict[QName, int] = {}
    for number, member in enumerate(struct.narrowed):
        for name in names_of(member):
            places.setdefault(name, number)
    return places


def _place(what: What, places: dict[QName, int]) -> int | None:
    """The first member of a restriction's content that has an element of a field."""
    return min((places[n] for n in _names(what) if n in places), default=None)


def _names(what: What) -> set[QName]:
    if isinstance(what, (ElementMember, OrderedMember)):
        return names_of(what)
    return set()


def _narrow_text(types: Types, field: Field, text: TypeRef, own: bool) -> Field:
    old = field.declared
    assert isinstance(old, Text)
    governing, declared = _narrow_type(types, old.type, text)
    return replace(
        field,
        what=Text(governing),
        own=field.own or own and declared != old.type,
        shape=Text(declared),
        checked=_checked(types, governing, text),
    )


def _narrow_member(
    types: Types, field: Field, struct: Struct, own: bool, places: dict[QName, int]
) -> Field:
    old = field.declared
    if isinstance(old, OrderedMember):
        return _narrow_items(types, field, struct)
    place = _place(old, places)
    new = None if place is None else struct.narrowed[place]
    if isinstance(old, WildcardMember):
        kept = any(
            isinstance(m, (WildcardMember, OrderedMember)) for m in struct.narrowed
        )
        return replace(field, shape=old, prohibited=not kept)
    if not isinstance(old, ElementMember):
        return field
    if new is None:
        return replace(field, shape=old, prohibited=old.optional)
    if not isinstance(new, ElementMember):
        return field
    if old.element.substitutes or new.element.substitutes:
        what = replace(old, optional=new.optional)
        return replace(field, what=what, shape=old, prohibited=False)
    governing, declared = _narrow_type(
        types, old.element.type, new.element.type, repeated=old.repeated
    )
    # nil is as the base has it, for its sake absent has a value of its own
    element = replace(new.element, type=governing, nillable=old.element.nillable)
    return replace(
        field,
        what=replace(old, element=element, optional=new.optional),
        own=field.own or own and declared != old.element.type,
        shape=replace(old, element=replace(old.element, type=declared)),
        prohibited=False,
        checked=_checked(types, governing, new.element.type),
        filled=old.element.nillable and not new.element.nillable,
    )


def _narrow_items(types: Types, field: Field, struct: Struct) -> Field:
    """A list that keeps the order, its elements of the types that a restriction gives them."""
    old = field.declared
    if not isinstance(old, OrderedMember):
        return field
    given = {e.name: e.type for e in elements_of(struct.content)}
    alternatives = tuple(
        (
            replace(
                one,
                type=_narrow_type(types, one.type, given[one.name], repeated=True)[0],
            )
            if isinstance(one, Element) and one.name in given and not one.substitutes
            else one
        )
        for one in old.alternatives
    )
    return replace(field, what=replace(old, alternatives=alternatives), shape=old)


def _narrow_type(
    types: Types, old: TypeRef, new: TypeRef, *, repeated: bool = False
) -> tuple[TypeRef, TypeRef]:
    """The type that is read, and the one that the field is declared as.

    A field that is inherited may become narrower where its values stay values of the base's
    field; a list may not. What Python sees as two kinds of value (an xsd:decimal and an
    xsd:integer) stays what the base has.
    """
    if old == new:
        return old, old
    if is_any(old):
        return new, new
    simple = types.simple
    if simple.is_simple(old) and simple.is_simple(new):
        before = simple.kinds(old, Scope())
        after = simple.kinds(new, Scope())
        if before == after:
            return new, new
        narrower = {*after} <= {*before} or simple.is_any(old)
        if narrower or before == ("str",) and simple.is_textual(new):
            return new, old if repeated else new
        return old, old
    if simple.is_simple(old) or simple.is_simple(new) or is_any(new):
        return old, old
    assert isinstance(old, NamedRef) and isinstance(new, NamedRef)
    base, derived = types.api.types[old.id], types.api.types[new.id]
    if not (isinstance(base, Struct) and isinstance(derived, Struct)):
        return old, old
    if base not in types.line_of(derived):
        return old, old
    return new, old if repeated else new


def _checked(types: Types, governing: TypeRef, new: TypeRef) -> TypeRef | None:
    """The simple type by which a field is checked; None where the type that is read has all checks."""
    simple = types.simple
    if governing == new or not (simple.is_simple(governing) and simple.is_simple(new)):
        return None
    return new


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


@dataclass(frozen=True, slots=True)
class Alternative:
    """One element of several that may appear at a place: its tag in Python, its name on the wire.

    `governing` is the type that a restriction gives it.
    """

    tag: str
    name: QName
    type: TypeRef
    nillable: bool
    default: str | None
    governing: TypeRef | None = None


def is_any(reference: TypeRef) -> bool:
    """Whether a type is xsd:anyType."""
    return isinstance(reference, BuiltinRef) and reference.builtin is Builtin.ANY_TYPE


def declares_any(what: What) -> bool:
    """Whether the values of a field are annotated as Any."""
    return isinstance(what, ElementMember) and is_any(what.element.type)


def alternatives_of(element: Element) -> list[Alternative]:
    """An element and its substitutes."""
    return tagged(_standing(element))


def told_apart(fields: Iterable[Field]) -> bool:
    """Whether the local names of its elements distinguish all of a type's fields.

    The encoding's accessors are distinguished by their names alone (SOAP 1.1, section 5.1), and
    stacks do not agree whether those of a qualified schema are qualified.
    """
    names = {a.name for _, a in elements_in(fields)}
    return len({name.local for name in names}) == len(names)


def local_names(fields: Iterable[Field]) -> set[QName]:
    """The names of the elements that are local to a type, and have a namespace."""
    return {
        alternative.name
        for element, alternative in elements_in(fields)
        if alternative.name.namespace
        and alternative.name == element.name
        and not element.reference
    }


def elements_in(fields: Iterable[Field]) -> Iterator[tuple[Element, Alternative]]:
    """The elements that fields hold, each with those that may stand for it."""
    for field in fields:
        match field.what:
            case OrderedMember(alternatives=alternatives):
                elements = [one for one in alternatives if isinstance(one, Element)]
            case ElementMember(element=element):
                elements = [element]
            case _:
                continue
        for element in elements:
            yield from ((element, a) for a in alternatives_of(element))


def alternatives_in(member: OrderedMember) -> list[Alternative]:
    """The elements of a list that keeps the order, each name once."""
    elements = [e for e in member.alternatives if isinstance(e, Element)]
    return tagged(one for element in elements for one in _standing(element))


def default_of(element: Element | Substitute) -> str | None:
    """The value of an empty element (XML Schema part 1, section 3.3.1)."""
    return element.default if element.default is not None else element.fixed


def _standing(element: Element) -> Iterator[Element | Substitute]:
    """The elements that may appear where one may: its substitutes, and itself unless it is abstract."""
    if not element.abstract:
        yield element
    yield from element.substitutes


def tagged(found: Iterable[Element | Substitute]) -> list[Alternative]:
    """Each name once. Tags are local names; where two share one, the later has its namespace too."""
    alternatives: dict[QName, Alternative] = {}
    taken: set[str] = set()
    for one in found:
        if one.name in alternatives:
            continue
        tag = one.name.local if one.name.local not in taken else str(one.name)
        taken.add(tag)
        alternatives[one.name] = Alternative(
            tag, one.name, one.type, one.nillable, default_of(one)
        )
    return list(alternatives.values())


def wildcards_in(what: What) -> list[Wildcard]:
    """The wildcards whose elements a field holds."""
    match what:
        case WildcardMember(wildcard=wildcard):
            return [wildcard]
        case OrderedMember(alternatives=alternatives):
            return [a for a in alternatives if isinstance(a, Wildcard)]
        case _:
            return []


def is_wild(field: Field, tags: Iterable[str]) -> bool:
    """Whether a field holds a wildcard's elements, and one of these names may be among them."""
    return any(takes(w, tag) for w in wildcards_in(field.what) for tag in tags)


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
