"""The fields of each class: its own, and those of its bases as its restrictions have them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from soapwright.model.api import (
    Api,
    Attribute,
    ContentMember,
    Derivation,
    Element,
    ElementMember,
    NamedRef,
    OrderedMember,
    QName,
    Struct,
    TypeRef,
    WildcardMember,
)
from soapwright.model.walk import elements_of, names_of
from soapwright.python.names.names import Names, has_own_text
from soapwright.python.names.secrets import SecretNames
from soapwright.python.text.scope import Scope
from soapwright.python.types.fields import (
    AnyAttributes,
    Field,
    Text,
    What,
    is_any,
    wildcards_in,
)
from soapwright.python.types.simple import SimpleTypes


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

    def may_hold_names(self, reference: TypeRef) -> bool:
        """Whether the text of a type's values may have QNames: that of a simple type or simple content."""
        if self.simple.is_simple(reference):
            return self.simple.is_scoped(reference)
        if not isinstance(reference, NamedRef):
            return False
        definition = self.api.types[reference.id]
        return isinstance(definition, Struct) and any(
            one.text is not None and self.simple.is_scoped(one.text)
            for one in self.line_of(definition)
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
                    narrowing = _narrow_attribute(self, found[known], attribute, own)
                    found[known] = narrowing
            found = [_without_attribute(field, one) for field in found]
        if any(one.any_attribute is not None for one in line):
            first = next(one for one in line if one.any_attribute is not None)
            name = self.names.structs[first.id].any_attributes
            found.append(Field(name, AnyAttributes(), first is struct))
        content: list[Field] = []
        for one in line:
            names = self.names.structs[one.id]
            own = one is struct
            if one.derivation is Derivation.RESTRICTION:
                content = _narrow_content(self, content, one, own)
            if has_own_text(one) and one.text is not None:
                content.append(Field(names.text, Text(one.text), own))
            for member, name in zip(one.members, names.members, strict=True):
                content.append(Field(name, member, own))
            if one.narrowed:
                content = _in_order(content, one)
        return [*found, *content]


def _attribute_index(fields: list[Field], attribute: Attribute) -> int | None:
    for index, one in enumerate(fields):
        if isinstance(one.what, Attribute) and one.what.name == attribute.name:
            return index
    return None


def _narrow_attribute(types: Types, field: Field, new: Attribute, own: bool) -> Field:
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


def _without_attribute(field: Field, struct: Struct) -> Field:
    """The field; prohibited if it is for an attribute that a restriction takes away."""
    if (
        not isinstance(field.what, Attribute)
        or field.what.name not in struct.prohibited
    ):
        return field
    what = replace(field.what, required=False)
    return replace(field, what=what, shape=field.declared, prohibited=True)


def _narrow_content(
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


def _in_order(fields: list[Field], struct: Struct) -> list[Field]:
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
