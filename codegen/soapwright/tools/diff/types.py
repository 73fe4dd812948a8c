"""Types compared, two by two, as the messages of both specs lead to them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial

from soapwright.model.api import (
    Api,
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
from soapwright.tools.diff.carried import Carried
from soapwright.tools.diff.changes import Changes, Sides
from soapwright.tools.diff.comparing import Places
from soapwright.tools.diff.contents import (
    holds_anything,
    is_restriction,
    member_key,
    shape_of,
)
from soapwright.tools.diff.facets import compare_facets
from soapwright.tools.diff.fields import FieldComparison
from soapwright.tools.diff.relations import Relations
from soapwright.tools.diff.rules import Effect
from soapwright.tools.diff.surface import Surface
from soapwright.tools.diff.wording import (
    base_text,
    kind_text,
    move_text,
    type_text,
    types_text,
    wildcard_text,
)


class TypeComparison:
    """One comparison of the types of two Apis; what is changed goes into `changes`."""

    def __init__(
        self,
        old: Api,
        new: Api,
        surfaces: tuple[Surface, Surface],
        changes: Changes,
    ) -> None:
        self.old, self.new = old, new
        self.surfaces = surfaces
        self.changes = changes
        self._relations = Relations(old, new)
        self._carried = Carried(old)
        self._names_travel = holds_anything(old)
        self._done: set[tuple[QName, QName]] = set()
        self._exchanged: set[tuple[QName, QName, Sides]] = set()
        self._seen_old: set[QName] = set()
        self._seen_new: set[QName] = set()
        self._waiting: deque[Callable[[], None]] = deque()
        self._is_comparing = False

    # ------------------------------------------------------------------------ references

    def references(
        self,
        old: TypeRef,
        new: TypeRef,
        subject: str,
        places: Places,
        sides: Sides,
        python: Effect,
        *,
        encoded: bool = False,
    ) -> None:
        """Compare what two references lead to.

        Args:
            old: the reference in the old spec.
            new: the reference in the new one.
            subject: the parent of that reference.
            places: its locations.
            sides: the messages that it is part of.
            python: what the change of its annotation does.
            encoded: whether it travels by SOAP's encoding.
        """
        if isinstance(old, NamedRef) and isinstance(new, NamedRef):
            before, after = self.old.types[old.id], self.new.types[new.id]
            if type(before) is type(after):
                if self._is_one(before, after):
                    self.definitions(before, after)
                    return
                if self._exchange(before, after, subject, places, sides, python):
                    return
            elif self._is_one(before, after):
                self._seen_old.add(before.id)
                self._seen_new.add(after.id)
        kind = self._relations.kind(old, new, encoded)
        if not kind and old != new:  # the same values, of another type
            named = "type-name" if encoded else "schema-name"
            kind = named if encoded or python is Effect.BREAKING else ""
        if kind:
            was, now = type_text(old), type_text(new)
            if was == now:
                was, now = kind_text(self.old, old), kind_text(self.new, new)
            message = f"is {now}, was {was}"
            self.changes.add(kind, subject, message, places, sides, python)

    def _is_one(self, old: TypeDef, new: TypeDef) -> bool:
        """Whether two types are one that may have moved, or have another name.

        They are two where the other spec has these names too.
        """
        if not (old.named and new.named) or old.id == new.id:
            return True
        gone, came = old.id not in self.new.types, new.id not in self.old.types
        return (gone or came) if old.id.local == new.id.local else (gone and came)

    def _exchange(
        self,
        old: TypeDef,
        new: TypeDef,
        subject: str,
        places: Places,
        sides: Sides,
        python: Effect,
    ) -> bool:
        """Compare two types that a place exchanges; False where their values suffice."""
        if isinstance(old, (Enumeration, Restricted)):
            return False
        message = f"is {new.id.local}, was {old.id.local}"
        self.changes.add(self._name_kind(old), subject, message, places, sides, python)
        key = (old.id, new.id, sides)
        if key not in self._exchanged:
            self._exchanged.add(key)
            renamed = f"{self.subject(old)} → {self.subject(new)}"
            self._soon(partial(self._contents, old, new, renamed, sides))
        return True

    # ----------------------------------------------------------------------- definitions

    def definitions(self, old: TypeDef, new: TypeDef) -> None:
        """Compare two types of one kind, once."""
        if (old.id, new.id) in self._done:
            return
        self._done.add((old.id, new.id))
        self._seen_old.add(old.id)
        self._seen_new.add(new.id)
        self._soon(partial(self._define, old, new))

    def _soon(self, comparison: Callable[[], None]) -> None:
        """Compare after what is compared now, and not within it: types may lead to types at any depth."""
        self._waiting.append(comparison)
        if self._is_comparing:
            return
        self._is_comparing = True
        while self._waiting:
            self._waiting.popleft()()
        self._is_comparing = False

    def _define(self, old: TypeDef, new: TypeDef) -> None:
        self._names(old, new)
        if isinstance(old, Struct) and isinstance(new, Struct):
            self.structs(old, new, self.subject(new))
        else:
            self._contents(old, new, self.subject(new), self.sides(old))

    def structs(
        self,
        old: Struct,
        new: Struct,
        subject: str,
        sides: Sides | None = None,
        *,
        ordered: bool = True,
    ) -> None:
        """Compare two complex types, field by field; of messages the subject is another than the type."""
        self._seen_old.add(old.id)
        self._seen_new.add(new.id)
        chosen = sides or self.sides(old)
        places = (old.at, new.at)
        bases = self._bases(old, new)
        if bases is not None:
            self.definitions(*bases)
        elif old.base is not None or new.base is not None:
            message = (
                f"derives from {base_text(new.base)}, did from {base_text(old.base)}"
            )
            self.changes.add("base", subject, message, places, chosen)
        if old.abstract != new.abstract:
            kind = "now-abstract" if new.abstract else "no-longer-abstract"
            message = "is abstract" if new.abstract else "is no longer abstract"
            self.changes.add(kind, subject, message, places, chosen)
        if is_restriction(old) and is_restriction(new):
            if shape_of(old.content) != shape_of(new.content):
                message = "restricts its base otherwise"
                self.changes.add("facet", subject, message, places, chosen)
        self._fields(
            *(old, new, subject, chosen),
            own=bases is not None,
            ordered=ordered,
            whole=sides is None,
        )

    def _fields(
        self,
        old: Struct,
        new: Struct,
        subject: str,
        sides: Sides,
        *,
        own: bool,
        ordered: bool = True,
        whole: bool = False,
    ) -> None:
        FieldComparison(self, subject, sides, own, ordered, whole).compare(old, new)
        before, after = old.any_attribute, new.any_attribute
        if before and after and shape_of(before) != shape_of(after):
            message = f"takes {wildcard_text(after)}, took {wildcard_text(before)}"
            where = f"{subject}.any attribute"
            self.changes.add("wildcard", where, message, (old.at, new.at), sides)

    def _contents(self, old: TypeDef, new: TypeDef, subject: str, sides: Sides) -> None:
        """Compare the contents of two types of one kind."""
        match old, new:
            case Struct(), Struct():
                self._fields(old, new, subject, sides, own=False)
            case Enumeration(), Enumeration():
                self._enumerations(old, new)
            case Restricted(), Restricted():
                compare_facets(
                    *(old.facets, new.facets, subject, (old.at, new.at)),
                    *(sides, self.changes),
                )
                self._parts(old, new, old.base, new.base, f"{subject}.base", sides)
            case ListOf(), ListOf():
                self._parts(old, new, old.item, new.item, f"{subject}.item", sides)
            case SoapArray(), SoapArray():
                self._arrays(old, new, subject, sides)
            case UnionOf(), UnionOf():
                self._unions(old, new, subject, sides)
            case _:
                pass  # they are of one kind

    def _bases(self, old: Struct, new: Struct) -> tuple[Struct, Struct] | None:
        """Both bases where they are what the other is under its name."""
        if old.base is None or new.base is None:
            return None
        before, after = self.old.types.get(old.base), self.new.types.get(new.base)
        if isinstance(before, Struct) and isinstance(after, Struct):
            return (before, after) if self._is_one(before, after) else None
        return None

    def _names(self, old: TypeDef, new: TypeDef) -> None:
        python = self.surfaces[0].type(old.id), self.surfaces[1].type(new.id)
        same = not python[0] or python[0] == python[1]
        effect = Effect.COMPATIBLE if same else Effect.BREAKING
        if old.named and new.named and old.id != new.id:
            message = move_text(old.id, new.id)
            self._change(self._name_kind(old), old, new, message, effect)
        elif effect is Effect.BREAKING:
            message = f"is {python[1] or 'no class'} in Python, was {python[0]}"
            self._change("python-name", old, new, message, effect)

    def _name_kind(self, old: TypeDef) -> str:
        """The kind of a change of name, which counts only where an `xsi:type` may have it."""
        derived = isinstance(old, Struct) and old.base is not None
        if derived or self._names_travel or old.id in self.old.encoded:
            return "type-name"
        return "schema-name"

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
        kind = self._relations.kind(old.base, new.base, encoded=False)
        if kind:  # the texts are the same ones: what they are in Python is not
            message = (
                f"has values of {type_text(new.base)}, had of {type_text(old.base)}"
            )
            self._change("base", old, new, message)

    def _arrays(
        self, old: SoapArray, new: SoapArray, subject: str, sides: Sides
    ) -> None:
        places = (old.at, new.at)
        self._parts(old, new, old.item, new.item, f"{subject}.item", sides)
        if old.ranks != new.ranks:
            message = f"has dimensions {new.ranks}, had {old.ranks}"
            python = Effect.BREAKING
            self.changes.add("type", subject, message, places, sides, python)
        if old.item_name != new.item_name:
            message = f"items are called {new.item_name}, were {old.item_name}"
            self.changes.add("item-name", subject, message, places, sides)
        if old.item_nillable != new.item_nillable:
            kind = "now-nillable" if new.item_nillable else "no-longer-nillable"
            message = "may be nil" if new.item_nillable else "no longer may be nil"
            item, python = f"{subject}.item", Effect.BREAKING
            self.changes.add(kind, item, message, places, sides, python)

    def _unions(self, old: UnionOf, new: UnionOf, subject: str, sides: Sides) -> None:
        """The members of both, by their names; what has none is compared in its order."""
        before = {member_key(m, n): m for n, m in enumerate(old.members)}
        after = {member_key(m, n): m for n, m in enumerate(new.members)}
        gone, came = before.keys() - after.keys(), after.keys() - before.keys()
        if gone or came:
            kind = "type" if gone and came else "type-narrowed"
            kind = kind if gone else "type-widened"
            message = f"is {types_text(new.members)}, was {types_text(old.members)}"
            places = (old.at, new.at)
            self.changes.add(kind, subject, message, places, sides, Effect.RISKY)
        for key, member in before.items():
            if key in after:
                where = f"{subject}.member"
                self._parts(old, new, member, after[key], where, sides)

    def _parts(
        self,
        old: TypeDef,
        new: TypeDef,
        before: TypeRef,
        after: TypeRef,
        subject: str,
        sides: Sides,
    ) -> None:
        """Compare the type of a definition's part: of its items, of a member, or its base."""
        encoded = isinstance(old, SoapArray) and old.id in self.old.encoded
        places, python = (old.at, new.at), Effect.RISKY
        self.references(
            *(before, after, subject, places, sides, python), encoded=encoded
        )

    # -------------------------------------------------------------- what no message shows

    def leftovers(self) -> None:
        """Compare the types that only `xsi:type` leads to, or nothing; report those that came and went."""
        free = {n: t for n, t in self.new.types.items() if n not in self._seen_new}
        moved = {n.local: t for n, t in free.items() if n not in self.old.types}
        for name, before in self.old.types.items():
            if name in self._seen_old or not before.named:
                continue
            after = self.new.types.get(name) or moved.get(name.local)
            if after is None:
                self._gone(before)
            elif type(after) is type(before):
                self.definitions(before, after)
            else:
                python = Effect.BREAKING
                where, places = self.subject(after), (before.at, after.at)
                refs = (NamedRef(before.id), NamedRef(after.id))
                self.references(*refs, where, places, self.sides(before), python)
        subtypes = self.new.facts.subtypes
        bases = {one for names in subtypes.values() for one in names}
        for name, after in self.new.types.items():
            if name in self._seen_new or not after.named or name in self.old.types:
                continue
            sides = self._base_sides(after) if name in bases else Sides(False, False)
            at = (None, after.at)
            self.changes.add("type-added", self.subject(after), "is new", at, sides)

    def _gone(self, before: TypeDef) -> None:
        shown = self._name_kind(before) == "type-name"
        sides = self.sides(before) if shown else Sides(False, False)
        where, places = self.subject(before), (before.at, None)
        python = self.surfaces[0].type(before.id)
        effect = Effect.BREAKING if python else Effect.COMPATIBLE
        self.changes.add("type-removed", where, "is gone", places, sides, effect)

    def _base_sides(self, definition: TypeDef) -> Sides:
        """Where a derived type may turn up: wherever one of its bases does."""
        while isinstance(definition, Struct) and definition.base in self.new.types:
            assert definition.base is not None
            if definition.base in self.old.types:
                return self._carried.sides(definition.base)
            definition = self.new.types[definition.base]
        return Sides(False, False)

    # ----------------------------------------------------------------------------- wording

    def sides(self, old: TypeDef) -> Sides:
        """Which messages a type of the old spec is part of."""
        return self._carried.sides(old.id)

    def lacking(self, old: Struct, key: str, side: int) -> Sides:
        """Which messages have values that lack a field of a type: in the old spec (0) or the new one."""
        api, surface = (self.old, self.new)[side], self.surfaces[side]
        return self._carried.lacking(old, key, api, surface)

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
