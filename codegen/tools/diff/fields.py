"""Fields compared: those of one complex type against those of the other."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Protocol

from codegen.diagnostics import Location
from codegen.model import (
    Api,
    Attribute,
    ContentMember,
    Element,
    ElementMember,
    NamedRef,
    Occurs,
    OrderedMember,
    QName,
    Struct,
    TypeRef,
    WildcardMember,
)
from codegen.python.fields import AnyAttributes, Field, Text, What
from codegen.tools.diff.changes import Changes, Sides
from codegen.tools.diff.rules import Effect
from codegen.tools.diff.surface import Surface, retyped

Places = tuple[Location | None, Location | None]


class Types(Protocol):
    """What a comparison of fields needs of the comparison of types."""

    old: Api
    new: Api
    surfaces: tuple[Surface, Surface]
    changes: Changes

    def references(
        self,
        old: TypeRef,
        new: TypeRef,
        subject: str,
        places: Places,
        sides: Sides,
        python: Effect,
    ) -> None:
        """Compare what two references lead to."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What counts of a field, whatever it stands for."""

    name: QName | None
    type: TypeRef | None
    at: Location | None
    optional: bool
    repeated: bool = False
    nillable: bool = False
    occurs: Occurs | None = None
    default: str | None = None


class FieldComparison:
    """Compares two Structs' fields; with `own`, only those that they do not inherit."""

    def __init__(self, types: Types, subject: str, sides: Sides, own: bool) -> None:
        self.types = types
        self.changes = types.changes
        self.subject = subject
        self.sides = sides
        self.own = own

    def compare(self, old: Struct, new: Struct) -> None:
        """Note every field that came, went, moved or is another."""
        before = self._fields(self.types.surfaces[0], old)
        after = self._fields(self.types.surfaces[1], new)
        pairs = {key: key for key in before if key in after}
        gone = [key for key in before if key not in pairs]
        came = [key for key in after if key not in before]
        for key in list(gone):
            partner = self._partner(key, before, after, came)
            if partner is not None:
                gone.remove(key)
                came.remove(partner)
                pairs[key] = partner
        for key in gone:
            self._gone(old, key, before[key], new)
        for key in came:
            self._came(new, key, after[key], old)
        for key, partner in pairs.items():
            self._pair((old, key, before[key]), (new, partner, after[partner]))
        self._order(old, new, list(before), list(after), pairs)
        if not gone and not came and old.rules != new.rules:
            self._add("choice", "", "its choices are other ones", (old.at, new.at))

    def _fields(self, surface: Surface, struct: Struct) -> dict[str, Field]:
        fields = surface.fields(struct)
        return {k: f for k, f in fields.items() if f.own or not self.own}

    def _partner(
        self,
        key: str,
        before: dict[str, Field],
        after: dict[str, Field],
        came: list[str],
    ) -> str | None:
        """The field that this one was renamed to: a new one of the same shape at the same place."""
        place = list(before).index(key)
        shape = _shape(before[key].what)
        for other in came:
            found = _shape(after[other].what)
            if key.startswith("@") != other.startswith("@") or shape.type is None:
                continue
            alike = (_type_key(shape.type), shape.optional, shape.repeated)
            if alike != (_type_key(found.type), found.optional, found.repeated):
                continue
            if list(after).index(other) == place or _previous(before, key) == _previous(
                after, other
            ):
                return other
        return None

    # ------------------------------------------------------------------------------ one field

    def _gone(self, struct: Struct, key: str, field: Field, new: Struct) -> None:
        shape = _shape(field.what)
        kind = "removed-optional" if shape.optional else "removed-required"
        places = (shape.at or struct.at, new.at)
        self._add(kind, key, "is gone", places, Effect.BREAKING)

    def _came(self, struct: Struct, key: str, field: Field, old: Struct) -> None:
        shape = _shape(field.what)
        kind = "added-optional" if shape.optional else "added-required"
        places = (old.at, shape.at or struct.at)
        required = self.types.surfaces[1].field(struct, key).required
        given = Effect.BREAKING if required else Effect.COMPATIBLE
        python = given if self.sides.request else Effect.COMPATIBLE
        self._add(kind, key, "is new", places, python)

    def _pair(
        self, old: tuple[Struct, str, Field], new: tuple[Struct, str, Field]
    ) -> None:
        before, after = _shape(old[2].what), _shape(new[2].what)
        places = (before.at or old[0].at, after.at or new[0].at)
        declared = (
            self.types.surfaces[0].field(old[0], old[1]),
            self.types.surfaces[1].field(new[0], new[1]),
        )
        given, taken = retyped(*declared)
        python = max(
            given if self.sides.request else Effect.NONE,
            taken if self.sides.reply else Effect.NONE,
            Effect.COMPATIBLE,
        )
        noted = len(self.changes)
        self._shapes(old[1], new[1], before, after, places, python)
        if before.type is not None and after.type is not None:
            subject = self._subject(new[1])
            self.types.references(
                before.type, after.type, subject, places, self.sides, python
            )
        self._ordered(old[2].what, new[2].what, new[1], places)
        if declared[0].name != declared[1].name and len(self.changes) == noted:
            message = f"is {declared[1].name} in Python, was {declared[0].name}"
            self._add("python-name", new[1], message, places)

    def _shapes(
        self,
        key: str,
        partner: str,
        old: _Shape,
        new: _Shape,
        places: Places,
        python: Effect,
    ) -> None:
        if key != partner:
            self._add("renamed", key, f"is called {partner} now", places, python)
        elif old.name and new.name and old.name.namespace != new.name.namespace:
            message = f"is in {_space(new.name)}, was in {_space(old.name)}"
            self._add("namespace", key, message, places, python)
        for is_there, was_there, kind, message in (
            (old.optional, new.optional, "optional", "may be left out"),
            (old.nillable, new.nillable, "nillable", "may be nil"),
            (old.repeated, new.repeated, "repeated", "may stand several times"),
        ):
            if is_there != was_there:
                verb = _KINDS[kind, was_there]
                said = message if was_there else f"no longer {message}"
                self._add(verb, partner, said, places, python)
        if old.default != new.default:
            said = f"default is {new.default!r}, was {old.default!r}"
            self._add("default", partner, said, places)
        self._occurs(old, new, partner, places)

    def _occurs(self, old: _Shape, new: _Shape, key: str, places: Places) -> None:
        if not (old.repeated and new.repeated and old.occurs and new.occurs):
            return
        if old.occurs == new.occurs:
            return
        fewer = new.occurs.min > old.occurs.min or _high(new.occurs) < _high(old.occurs)
        message = f"may stand {_range(new.occurs)} times, was {_range(old.occurs)}"
        self._add("fewer-allowed" if fewer else "more-allowed", key, message, places)

    def _ordered(self, old: What, new: What, key: str, places: Places) -> None:
        """The elements that may stand in a list which keeps the order, or for a group's head."""
        before, after = _alternatives(old), _alternatives(new)
        for name in before:
            if name not in after:
                message = f"{name} may no longer stand there"
                self._add("value-removed", key, message, places)
        for name in after:
            if name not in before:
                message = f"{name} may stand there too"
                self._add("value-added", key, message, places)
        for name in before.keys() & after.keys():
            subject = f"{self._subject(key)}.{name}"
            self.types.references(
                *(before[name], after[name], subject, places, self.sides),
                Effect.BREAKING,
            )

    def _order(
        self,
        old: Struct,
        new: Struct,
        before: list[str],
        after: list[str],
        pairs: dict[str, str],
    ) -> None:
        """Elements that changed places; in an encoded struct, and of attributes, no order counts."""
        if old.id not in self.types.old.literal:
            return
        was = [pairs[k] for k in before if k in pairs and not k.startswith("@")]
        now = [k for k in after if k in pairs.values() and not k.startswith("@")]
        if was != now:
            message = f"order is {', '.join(now)}; was {', '.join(was)}"
            self._add("order", "", message, (old.at, new.at))

    # ----------------------------------------------------------------------------- saying

    def _subject(self, key: str) -> str:
        return f"{self.subject}.{key}" if key else self.subject

    def _add(
        self,
        kind: str,
        key: str,
        message: str,
        places: Places,
        python: Effect = Effect.COMPATIBLE,
    ) -> None:
        subject = self._subject(key)
        self.changes.add(kind, subject, message, places, self.sides, python)


_KINDS = {
    ("optional", True): "now-optional",
    ("optional", False): "now-required",
    ("nillable", True): "now-nillable",
    ("nillable", False): "no-longer-nillable",
    ("repeated", True): "now-repeated",
    ("repeated", False): "no-longer-repeated",
}


def _shape(what: What) -> _Shape:
    match what:
        case Attribute(name=name, at=at, default=default, fixed=fixed):
            said = default if fixed is None else fixed
            return _Shape(name, what.type, at, not what.required, default=said)
        case ElementMember(element=element, optional=optional, repeated=repeated):
            return _Shape(
                element.name,
                element.type,
                element.at,
                optional,
                repeated,
                element.nillable,
                element.occurs,
                element.default if element.fixed is None else element.fixed,
            )
        case ContentMember(type=type_, at=at):
            return _Shape(None, type_, at, False)
        case WildcardMember(wildcard=wildcard):
            return _Shape(None, None, wildcard.at, True)
        case OrderedMember(optional=optional):
            return _Shape(None, None, None, optional)
        case Text(type=type_):
            return _Shape(None, type_, None, False)
        case AnyAttributes():
            return _Shape(None, None, None, True)


def _alternatives(what: What) -> dict[str, TypeRef]:
    found: dict[str, TypeRef] = {}
    elements: tuple[Element, ...] = ()
    if isinstance(what, OrderedMember):
        elements = tuple(a for a in what.alternatives if isinstance(a, Element))
        found.update((e.name.local, e.type) for e in elements if not e.abstract)
    elif isinstance(what, ElementMember):
        elements = (what.element,)
    for element in elements:
        found.update((s.name.local, s.type) for s in element.substitutes)
    return found


def _type_key(reference: TypeRef | None) -> object:
    """What two types have in common where one is the other in another namespace."""
    if isinstance(reference, NamedRef):
        return reference.id.local
    return reference.builtin if reference is not None else None


def _previous(fields: dict[str, Field], key: str) -> str:
    keys = list(fields)
    place = keys.index(key)
    return keys[place - 1] if place else ""


def _space(name: QName) -> str:
    return name.namespace or "no namespace"


def _high(occurs: Occurs) -> float:
    return inf if occurs.max is None else occurs.max


def _range(occurs: Occurs) -> str:
    high = "any number of" if occurs.max is None else str(occurs.max)
    return f"{occurs.min} to {high}"
