"""Types compared, two by two, as the messages of both specs lead to them."""

from __future__ import annotations

from codegen.diagnostics import Location
from codegen.model import (
    Api,
    Builtin,
    BuiltinRef,
    Enumeration,
    ListOf,
    NamedRef,
    QName,
    Restricted,
    SoapArray,
    Struct,
    TypeDef,
    TypeRef,
    UnionOf,
)
from codegen.tools.diff.changes import Changes, Sides
from codegen.tools.diff.facets import compare_facets
from codegen.tools.diff.fields import FieldComparison
from codegen.tools.diff.rules import Effect
from codegen.tools.diff.surface import Surface
from codegen.walk import derived_types

Places = tuple[Location | None, Location | None]

# What each builtin's values are also values of, one step up.
_WIDER: dict[Builtin, Builtin] = {
    Builtin.BYTE: Builtin.SHORT,
    Builtin.SHORT: Builtin.INT,
    Builtin.INT: Builtin.LONG,
    Builtin.LONG: Builtin.INTEGER,
    Builtin.UNSIGNED_BYTE: Builtin.UNSIGNED_SHORT,
    Builtin.UNSIGNED_SHORT: Builtin.UNSIGNED_INT,
    Builtin.UNSIGNED_INT: Builtin.UNSIGNED_LONG,
    Builtin.UNSIGNED_LONG: Builtin.NON_NEGATIVE_INTEGER,
    Builtin.POSITIVE_INTEGER: Builtin.NON_NEGATIVE_INTEGER,
    Builtin.NON_NEGATIVE_INTEGER: Builtin.INTEGER,
    Builtin.NEGATIVE_INTEGER: Builtin.NON_POSITIVE_INTEGER,
    Builtin.NON_POSITIVE_INTEGER: Builtin.INTEGER,
    Builtin.INTEGER: Builtin.DECIMAL,
    Builtin.FLOAT: Builtin.DOUBLE,
    Builtin.NCNAME: Builtin.NAME,
    Builtin.ID: Builtin.NCNAME,
    Builtin.IDREF: Builtin.NCNAME,
    Builtin.ENTITY: Builtin.NCNAME,
    Builtin.NAME: Builtin.TOKEN,
    Builtin.NMTOKEN: Builtin.TOKEN,
    Builtin.LANGUAGE: Builtin.TOKEN,
    Builtin.TOKEN: Builtin.NORMALIZED_STRING,
    Builtin.NORMALIZED_STRING: Builtin.STRING,
}


class TypeComparison:
    """One comparison of the types of two Apis; what is changed goes into `changes`."""

    def __init__(
        self,
        old: Api,
        new: Api,
        surfaces: tuple[Surface, Surface],
        sides: dict[QName, Sides],
        changes: Changes,
    ) -> None:
        self.old, self.new = old, new
        self.surfaces = surfaces
        self.changes = changes
        self._sides = sides
        self._done: set[tuple[QName, QName]] = set()
        self._seen_old: set[QName] = set()
        self._seen_new: set[QName] = set()

    # ------------------------------------------------------------------------ references

    def references(
        self,
        old: TypeRef,
        new: TypeRef,
        subject: str,
        places: Places,
        sides: Sides,
        python: Effect,
    ) -> None:
        """Compare what two references lead to; `python` is what the field's annotation does."""
        if isinstance(old, NamedRef) and isinstance(new, NamedRef):
            before, after = self.old.types[old.id], self.new.types[new.id]
            if type(before) is type(after):
                self.definitions(before, after)
                return
        kind = self._relation(old, new)
        if kind:
            message = f"is {_said(new)}, was {_said(old)}"
            self.changes.add(kind, subject, message, places, sides, python)

    def _relation(self, old: TypeRef, new: TypeRef) -> str:
        before, after = self._line(self.old, old), self._line(self.new, new)
        if not before or not after:
            return "" if old == new else "type"
        if before == after or (before[0] is after[0] and old == new):
            return ""
        if after[0] in before:
            return "type-widened"
        return "type-narrowed" if before[0] in after else "type"

    def _line(self, api: Api, reference: TypeRef) -> list[object]:
        """A simple type and all that it is a part of, the narrowest first; nothing for a complex one."""
        line: list[object] = []
        while isinstance(reference, NamedRef):
            definition = api.types[reference.id]
            if not isinstance(definition, (Enumeration, Restricted)):
                return []
            line.append(definition.id)
            reference = definition.base
        step: Builtin | None = reference.builtin
        if step is Builtin.ANY_TYPE:
            return [step]
        while step is not None:
            line.append(step)
            step = _WIDER.get(step)
        return [*line, Builtin.ANY_SIMPLE_TYPE]

    # ----------------------------------------------------------------------- definitions

    def definitions(self, old: TypeDef, new: TypeDef) -> None:
        """Compare two types of one kind, once."""
        if (old.id, new.id) in self._done:
            return
        self._done.add((old.id, new.id))
        self._seen_old.add(old.id)
        self._seen_new.add(new.id)
        self._names(old, new)
        match old, new:
            case Struct(), Struct():
                self.structs(old, new, self.subject(new))
            case Enumeration(), Enumeration():
                self._enumerations(old, new)
            case Restricted(), Restricted():
                compare_facets(
                    old.facets,
                    new.facets,
                    self.subject(new),
                    (old.at, new.at),
                    self.sides(old),
                    self.changes,
                )
                self._parts(old, new, old.base, new.base, "base")
            case ListOf(), ListOf():
                self._parts(old, new, old.item, new.item, "item")
            case SoapArray(), SoapArray():
                self._parts(old, new, old.item, new.item, "item")
                if old.ranks != new.ranks:
                    message = f"has dimensions {new.ranks}, had {old.ranks}"
                    self._change("type", old, new, message, Effect.BREAKING)
            case UnionOf(), UnionOf():
                self._unions(old, new)

    def structs(
        self, old: Struct, new: Struct, subject: str, sides: Sides | None = None
    ) -> None:
        """Compare two complex types, field by field; of messages the subject is another than the type."""
        self._done.add((old.id, new.id))
        self._seen_old.add(old.id)
        self._seen_new.add(new.id)
        chosen = sides or self.sides(old)
        bases = self._bases(old, new)
        if bases is not None:
            self.definitions(*bases)
        elif old.base is not None or new.base is not None:
            message = f"derives from {_local(new.base)}, did from {_local(old.base)}"
            self.changes.add("base", subject, message, (old.at, new.at), chosen)
        FieldComparison(self, subject, chosen, bases is not None).compare(old, new)

    def _bases(self, old: Struct, new: Struct) -> tuple[Struct, Struct] | None:
        """Both bases where they are what the other is under its name."""
        if old.base is None or new.base is None or old.base.local != new.base.local:
            return None
        before, after = self.old.types.get(old.base), self.new.types.get(new.base)
        if isinstance(before, Struct) and isinstance(after, Struct):
            return before, after
        return None

    def _names(self, old: TypeDef, new: TypeDef) -> None:
        python = self.surfaces[0].type(old.id), self.surfaces[1].type(new.id)
        effect = Effect.COMPATIBLE if python[0] == python[1] else Effect.BREAKING
        if old.named and new.named and old.id != new.id:
            message = f"is called {new.id}, was {old.id}"
            self._change("type-name", old, new, message, effect)
        elif effect is Effect.BREAKING:
            message = f"is {python[1]} in Python, was {python[0]}"
            self._change("python-name", old, new, message, effect)

    def _enumerations(self, old: Enumeration, new: Enumeration) -> None:
        before, after = [v.text for v in old.values], [v.text for v in new.values]
        members = [
            dict(zip(texts, surface.members(one.id), strict=True))
            for surface, one, texts in (
                (self.surfaces[0], old, before),
                (self.surfaces[1], new, after),
            )
        ]
        for text in before:
            if text not in members[1]:
                self._change("value-removed", old, new, f"no longer has {text!r}")
            elif members[0][text] != members[1][text]:
                message = f"{text!r} is {members[1][text]}, was {members[0][text]}"
                self._change("python-name", old, new, message)
        for text in after:
            if text not in members[0]:
                self._change("value-added", old, new, f"also has {text!r}")
        self._parts(old, new, old.base, new.base, "base")

    def _unions(self, old: UnionOf, new: UnionOf) -> None:
        if len(old.members) != len(new.members):
            wider = len(new.members) > len(old.members)
            kind = "type-widened" if wider else "type-narrowed"
            message = f"has {len(new.members)} member types, had {len(old.members)}"
            self._change(kind, old, new, message, Effect.RISKY)
        for before, after in zip(old.members, new.members, strict=False):
            self._parts(old, new, before, after, "member")

    def _parts(
        self, old: TypeDef, new: TypeDef, before: TypeRef, after: TypeRef, word: str
    ) -> None:
        subject, places = f"{self.subject(new)}.{word}", (old.at, new.at)
        effect = Effect.RISKY
        self.references(before, after, subject, places, self.sides(old), effect)

    # -------------------------------------------------------------- what no message shows

    def leftovers(self) -> None:
        """Compare the types that only `xsi:type` leads to, or nothing; tell those that came and went."""
        for name, before in self.old.types.items():
            after = self.new.types.get(name)
            if name in self._seen_old or not before.named:
                continue
            if after is None or type(after) is not type(before):
                self._gone(before)
            elif name not in self._seen_new:
                self.definitions(before, after)
        derived = derived_types(self.new)
        bases = {one for names in derived.values() for one in names}
        for name, after in self.new.types.items():
            if name in self._seen_new or not after.named or name in self.old.types:
                continue
            sides = self._base_sides(after) if name in bases else Sides(False, False)
            self.changes.add(
                "type-added",
                self.subject(after),
                "is new",
                (None, after.at),
                sides,
            )

    def _gone(self, before: TypeDef) -> None:
        places, sides = (before.at, None), self.sides(before)
        self.changes.add("type-removed", self.subject(before), "is gone", places, sides)

    def _base_sides(self, definition: TypeDef) -> Sides:
        """Where a derived type may turn up: wherever one of its bases does."""
        while isinstance(definition, Struct) and definition.base in self.new.types:
            assert definition.base is not None
            if definition.base in self._sides:
                return self._sides[definition.base]
            definition = self.new.types[definition.base]
        return Sides(False, False)

    # ------------------------------------------------------------------------------ saying

    def sides(self, old: TypeDef) -> Sides:
        """Which messages a type of the old spec is part of."""
        return self._sides.get(old.id, Sides(False, False))

    def subject(self, definition: TypeDef) -> str:
        """A type as a report names it: its words, as the schema spells them."""
        return ".".join(definition.words) or definition.id.local

    def _change(
        self,
        kind: str,
        old: TypeDef,
        new: TypeDef,
        message: str,
        python: Effect = Effect.COMPATIBLE,
    ) -> None:
        subject, places = self.subject(new), (old.at, new.at)
        self.changes.add(kind, subject, message, places, self.sides(old), python)


def _said(reference: TypeRef) -> str:
    if isinstance(reference, BuiltinRef):
        return f"xsd:{reference.builtin.value}"
    return reference.id.local


def _local(name: QName | None) -> str:
    return name.local if name is not None else "nothing"
