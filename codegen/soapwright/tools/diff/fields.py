"""Fields compared: those of one complex type against those of the other."""

from __future__ import annotations

from soapwright.model.api import (
    All,
    Occurs,
    OrderedMember,
    Struct,
    TypeRef,
)
from soapwright.python.types.fields import Alternative, Field, wildcards_in
from soapwright.tools.diff.changes import Sides
from soapwright.tools.diff.choices import compare_rules
from soapwright.tools.diff.comparing import Places, Types
from soapwright.tools.diff.contents import group_bounds, shape_of
from soapwright.tools.diff.pairs import pair_fields
from soapwright.tools.diff.rules import Effect
from soapwright.tools.diff.shapes import (
    Shape,
    alternatives,
    high,
    only_name,
    shape,
)
from soapwright.tools.diff.surface import retyped
from soapwright.tools.diff.wording import move_text, occurs_text, wildcard_text


class FieldComparison:
    """Compares two Structs' fields; with `own`, only those that they do not inherit.

    Without `ordered` their order does not count: that of headers does not. With `whole` they are
    compared as types, for all their uses, and not as the content of one place.
    """

    def __init__(
        self,
        types: Types,
        subject: str,
        sides: Sides,
        own: bool,
        ordered: bool = True,
        whole: bool = False,
    ) -> None:
        self.types = types
        self.changes = types.changes
        self.subject = subject
        self.sides = sides
        self.own = own
        self.ordered = ordered
        self.whole = whole

    def compare(self, old: Struct, new: Struct) -> None:
        """Note every field that came, went, moved or is another."""
        before, after = self._fields(0, old), self._fields(1, new)
        if self._moved(before, after, old, new):
            before, after = self._all(0, old), self._all(1, new)
        pairs, gone, came = pair_fields(before, after)
        listed = self._listed((old, new), (before, after), gone, came)
        for key in gone:
            self._gone(old, key, before[key], new)
        for key in came:
            self._came(new, key, after[key], old)
        for key, partner in pairs.items():
            self._pair((old, key, before[key]), (new, partner, after[partner]))
        self._order(old, new, list(before), list(after), pairs)
        keys = [
            {id(f.what): pairs.get(k, k) for k, f in fields.items() if k not in listed}
            for fields in (before, after)
        ]
        for kind, message in compare_rules(old, new, *keys):
            self._add(kind, "", message, (old.at, new.at))
        self._bounds(old, new)

    def _all(self, side: int, struct: Struct) -> dict[str, Field]:
        return self.types.surfaces[side].fields(struct)

    def _fields(self, side: int, struct: Struct) -> dict[str, Field]:
        found = self._all(side, struct)
        return {k: f for k, f in found.items() if f.own or not self.own}

    def _moved(
        self,
        before: dict[str, Field],
        after: dict[str, Field],
        old: Struct,
        new: Struct,
    ) -> bool:
        """Whether a field went from a type to its base, or came from there."""
        every = self._all(0, old), self._all(1, new)
        up = any(key not in after and key in every[1] for key in before)
        return up or any(key not in before and key in every[0] for key in after)

    def _listed(
        self,
        structs: tuple[Struct, Struct],
        fields: tuple[dict[str, Field], dict[str, Field]],
        gone: list[str],
        came: list[str],
    ) -> set[str]:
        """Elements that went into a list which keeps the order, or came out of one."""
        listed: set[str] = set()
        for here, there, kind, keys, others, text in (
            (0, 1, "now-listed", gone, came, "is in the list {} now"),
            (1, 0, "no-longer-listed", came, gone, "is no longer in the list {}"),
        ):
            homes = {
                alternative.name.local: (key, alternative)
                for key in list(others)
                if isinstance(fields[there][key].what, OrderedMember)
                for alternative in alternatives(fields[there][key].what)
            }
            for key in [k for k in keys if k in homes]:
                home, alternative = homes[key]
                keys.remove(key)
                listed.add(key)
                if home in others:
                    others.remove(home)
                found = shape(fields[here][key].what)
                at = found.at or structs[here].at
                there_at = structs[there].at
                places = (at, there_at) if here == 0 else (there_at, at)
                self._add(kind, key, text.format(home), places)
                types = (found.type, alternative.type)
                one, other = types if here == 0 else (types[1], types[0])
                if one is not None and other is not None:
                    self._references(structs[0], one, other, key, places)
        return listed

    # ------------------------------------------------------------------------------ one field

    def _gone(self, struct: Struct, key: str, field: Field, new: Struct) -> None:
        one = shape(field.what)
        kind = "removed-optional" if one.optional else "removed-required"
        places = (one.at or struct.at, new.at)
        sides = self.types.lacking(struct, key, 1) if self.whole else self.sides
        nobody = not (sides.request or sides.reply) and self.sides != sides
        python = Effect.COMPATIBLE if nobody else Effect.BREAKING
        subject = self._subject(key)
        self.changes.add(kind, subject, "is gone", places, sides, python)

    def _came(self, struct: Struct, key: str, field: Field, old: Struct) -> None:
        one = shape(field.what)
        kind = "added-optional" if one.optional else "added-required"
        places = (old.at, one.at or struct.at)
        required = self.types.surfaces[1].field(struct, key).required
        given = Effect.BREAKING if required else Effect.COMPATIBLE
        sides = self.types.lacking(old, key, 0) if self.whole else self.sides
        python = given if sides.request else Effect.COMPATIBLE
        self.changes.add(kind, self._subject(key), "is new", places, sides, python)

    def _pair(
        self, old: tuple[Struct, str, Field], new: tuple[Struct, str, Field]
    ) -> None:
        before, after = shape(old[2].what), shape(new[2].what)
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
            self._references(old[0], before.type, after.type, new[1], places, python)
        self._ordered(old, new, new[1], places)
        if len(self.changes) > noted:
            return
        if declared[0].name != declared[1].name:
            message = f"is {declared[1].name} in Python, was {declared[0].name}"
            self._add("python-name", new[1], message, places)

    def _shapes(
        self,
        key: str,
        partner: str,
        old: Shape,
        new: Shape,
        places: Places,
        python: Effect,
    ) -> None:
        if key != partner and new.type is not None:
            self._add("renamed", key, f"is called {partner} now", places, python)
        elif old.name and new.name and old.name.namespace != new.name.namespace:
            message = move_text(old.name, new.name)
            self._add("namespace", key, message, places, python)
        for is_there, was_there, kind, message in (
            (old.optional, new.optional, "optional", "may be left out"),
            (old.nillable, new.nillable, "nillable", "may be nil"),
            (old.repeated, new.repeated, "repeated", "may be repeated"),
        ):
            if is_there != was_there:
                verb = _KINDS[kind, was_there]
                text = message if was_there else f"no longer {message}"
                self._add(verb, partner, text, places, python)
        if old.default != new.default:
            message = f"default is {new.default!r}, was {old.default!r}"
            self._add("default", partner, message, places)
        self._occurs(old, new, partner, places)

    def _occurs(self, old: Shape, new: Shape, key: str, places: Places) -> None:
        if not (old.repeated and new.repeated and old.occurs and new.occurs):
            return
        self._times(old.occurs, new.occurs, key, places)

    def _times(self, old: Occurs, new: Occurs, key: str, places: Places) -> None:
        if old == new:
            return
        fewer = new.min > old.min or high(new) < high(old)
        message = f"may occur {occurs_text(new)}, was {occurs_text(old)}"
        self._add("fewer-allowed" if fewer else "more-allowed", key, message, places)

    def _references(
        self,
        struct: Struct,
        old: TypeRef,
        new: TypeRef,
        key: str,
        places: Places,
        python: Effect = Effect.BREAKING,
    ) -> None:
        encoded = struct.id in self.types.old.encoded
        change = (self._subject(key), places, self.sides, python)
        self.types.references(old, new, *change, encoded=encoded)

    def _ordered(
        self,
        old: tuple[Struct, str, Field],
        new: tuple[Struct, str, Field],
        key: str,
        places: Places,
    ) -> None:
        """Compare the possible items of an ordered list, of a group's head, or of a wildcard."""
        was, now = old[2].what, new[2].what
        before = {a.name.local: a for a in alternatives(was)}
        after = {a.name.local: a for a in alternatives(now)}
        if before and not after:
            before = {k: a for k, a in before.items() if k != only_name(now)}
        if after and not before:
            after = {k: a for k, a in after.items() if k != only_name(was)}
        for name in before:
            if name not in after:
                message = f"{name} is no longer allowed"
                self._add("value-removed", key, message, places)
        for name in after:
            if name not in before:
                message = f"{name} is allowed too"
                self._add("value-added", key, message, places)
        for name in before:
            if name in after:
                where = f"{key}.{name}"
                self._alternative(old[0], before[name], after[name], where, places)
        wild = [{shape_of(w): w for w in wildcards_in(one)} for one in (was, now)]
        if wild[0].keys() != wild[1].keys():
            texts = [
                " and ".join(map(wildcard_text, w.values())) or "none" for w in wild
            ]
            message = f"takes {texts[1]}, took {texts[0]}"
            if texts[0] != texts[1]:
                self._add("wildcard", key, message, places)
        if isinstance(was, OrderedMember) and isinstance(now, OrderedMember):
            if was.mixed != now.mixed:
                kind = "type-widened" if now.mixed else "type-narrowed"
                message = "may hold text" if now.mixed else "may no longer hold text"
                self._add(kind, key, message, places, Effect.BREAKING)
        self._annotation(old, new, key, places)

    def _alternative(
        self,
        struct: Struct,
        old: Alternative,
        new: Alternative,
        where: str,
        places: Places,
    ) -> None:
        if old.name != new.name:
            message = move_text(old.name, new.name)
            self._add("namespace", where, message, places)
        if old.nillable != new.nillable:
            kind = _KINDS["nillable", new.nillable]
            text = "may be nil" if new.nillable else "no longer may be nil"
            self._add(kind, where, text, places, Effect.BREAKING)
        self._references(struct, old.type, new.type, where, places)

    def _annotation(
        self,
        old: tuple[Struct, str, Field],
        new: tuple[Struct, str, Field],
        key: str,
        places: Places,
    ) -> None:
        """Another annotation, where a field's items become pairs of a name and a value, or cease to be."""
        tagged = [bool(alternatives(one[2].what)) for one in (old, new)]
        if tagged[0] == tagged[1]:
            return
        annotations = [
            surface.field(one[0], one[1]).annotation
            for surface, one in zip(self.types.surfaces, (old, new), strict=True)
        ]
        self._add(
            "python-type", key, f"is {annotations[1]}, was {annotations[0]}", places
        )

    def _bounds(self, old: Struct, new: Struct) -> None:
        """Compare the bounds of repeated groups."""
        before, after = list(group_bounds(old.content)), list(group_bounds(new.content))
        if len(before) == len(after):
            for was, now in zip(before, after, strict=True):
                self._times(was, now, "choices", (old.at, new.at))

    def _order(
        self,
        old: Struct,
        new: Struct,
        before: list[str],
        after: list[str],
        pairs: dict[str, str],
    ) -> None:
        """Elements that changed places; encoded, of attributes and of headers, no order counts."""
        if old.id not in self.types.old.literal or not self.ordered:
            return
        if isinstance(new.content, All):
            return
        was = [pairs[k] for k in before if k in pairs and not k.startswith("@")]
        now = [k for k in after if k in pairs.values() and not k.startswith("@")]
        if was != now:
            message = f"order is {', '.join(now)}; was {', '.join(was)}"
            self._add("order", "", message, (old.at, new.at))

    # ---------------------------------------------------------------------------- wording

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
