"""How the values of two simple types relate: whether what was one is still the other."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from soapwright.model.api import (
    Api,
    Builtin,
    BuiltinRef,
    Enumeration,
    Facets,
    NamedRef,
    Restricted,
    Struct,
    TypeDef,
    TypeRef,
    UnionOf,
)

# What each builtin is derived from, where that has values of its own.
_BASES: dict[Builtin, Builtin] = {
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
_INTEGERS: dict[Builtin, tuple[float, float]] = {
    Builtin.BYTE: (-(2**7), 2**7 - 1),
    Builtin.SHORT: (-(2**15), 2**15 - 1),
    Builtin.INT: (-(2**31), 2**31 - 1),
    Builtin.LONG: (-(2**63), 2**63 - 1),
    Builtin.UNSIGNED_BYTE: (0, 2**8 - 1),
    Builtin.UNSIGNED_SHORT: (0, 2**16 - 1),
    Builtin.UNSIGNED_INT: (0, 2**32 - 1),
    Builtin.UNSIGNED_LONG: (0, 2**64 - 1),
    Builtin.POSITIVE_INTEGER: (1, inf),
    Builtin.NON_NEGATIVE_INTEGER: (0, inf),
    Builtin.NEGATIVE_INTEGER: (-inf, -1),
    Builtin.NON_POSITIVE_INTEGER: (-inf, 0),
    Builtin.INTEGER: (-inf, inf),
}
_NUMBERS = {*_INTEGERS, Builtin.DECIMAL}
# What their texts mean is not what the same text means in a string.
_CODED = frozenset(
    {Builtin.QNAME, Builtin.NOTATION, Builtin.BASE64_BINARY, Builtin.HEX_BINARY}
)
_ANY = frozenset({Builtin.ANY_TYPE, Builtin.ANY_SIMPLE_TYPE})


@dataclass(frozen=True, slots=True)
class Relations:
    """Compares references of two Apis. With `encoded` a value's `xsi:type` names its type."""

    old: Api
    new: Api

    def kind(self, old: TypeRef, new: TypeRef, encoded: bool) -> str:
        """The kind of change that another type is, "" where the same values are taken."""
        if isinstance(new, BuiltinRef) and new.builtin is Builtin.ANY_TYPE:
            return "" if old == new else "type-widened"
        if isinstance(old, BuiltinRef) and old.builtin is Builtin.ANY_TYPE:
            return "type-narrowed"
        before, after = _line(self.old, old), _line(self.new, new)
        if before is None or after is None:
            return self._compound(old, new, encoded)
        base = _of_builtins(before[1], after[1], encoded)
        if base == "type":
            return base
        enumerated = self._values(old, new)
        if enumerated is not None:
            return enumerated if not base else "type"
        narrower = base == "type-narrowed" or self._restricts(before[0], after[0])
        wider = base == "type-widened" or self._restricts(after[0], before[0])
        if narrower and wider:
            return "type" if base else "facet"
        return "type-narrowed" if narrower else "type-widened" if wider else ""

    def _restricts(self, one: list[TypeDef], other: list[TypeDef]) -> bool:
        """Whether the other line has a restriction that this one lacks."""
        known = {(definition.id, type(definition)) for definition in one}
        return any((d.id, type(d)) not in known for d in other)

    def _values(self, old: TypeRef, new: TypeRef) -> str | None:
        """The relation of two enumerations by their values."""
        if not (isinstance(old, NamedRef) and isinstance(new, NamedRef)):
            return None
        before, after = self.old.types[old.id], self.new.types[new.id]
        if not (isinstance(before, Enumeration) and isinstance(after, Enumeration)):
            return None
        texts, now = {v.text for v in before.values}, {v.text for v in after.values}
        if texts == now:
            return ""
        return (
            "type-widened"
            if texts < now
            else "type-narrowed" if now < texts else "type"
        )

    def _compound(self, old: TypeRef, new: TypeRef, encoded: bool) -> str:
        """Where one is a union, a list or a complex type: what changed in one of both is said there."""
        if old == new:
            return ""
        before = self.old.types[old.id] if isinstance(old, NamedRef) else None
        after = self.new.types[new.id] if isinstance(new, NamedRef) else None
        taken = ("", "type-widened")
        if isinstance(before, Struct) or isinstance(after, Struct):
            return self._texts(old, new, before, after, encoded)
        if isinstance(after, UnionOf) and not isinstance(before, UnionOf):
            kinds = [self.kind(old, member, encoded) for member in after.members]
            return "type-widened" if any(k in taken for k in kinds) else "type"
        if isinstance(before, UnionOf) and not isinstance(after, UnionOf):
            kinds = [self.kind(member, new, encoded) for member in before.members]
            return "type-narrowed" if any(k in taken for k in kinds) else "type"
        return "type"

    def _texts(
        self,
        old: TypeRef,
        new: TypeRef,
        before: TypeDef | None,
        after: TypeDef | None,
        encoded: bool,
    ) -> str:
        """A simple type and one that has attributes beside such a text."""
        if isinstance(after, Struct) and not isinstance(before, Struct):
            text, demanding = _text(self.new, after)
            if text is None or demanding:
                return "type"
            fits = self.kind(old, text, encoded) in ("", "type-widened")
            return "type-widened" if fits else "type"
        if isinstance(before, Struct) and not isinstance(after, Struct):
            text, _ = _text(self.old, before)
            if text is not None and self.kind(text, new, encoded) in (
                "",
                "type-widened",
            ):
                return "type-narrowed"
        return "type"


def _line(api: Api, reference: TypeRef) -> tuple[list[TypeDef], Builtin] | None:
    """The restrictions that make an atomic type, and what they restrict; None of any other."""
    restrictions: list[TypeDef] = []
    while isinstance(reference, NamedRef):
        definition = api.types[reference.id]
        if not isinstance(definition, (Enumeration, Restricted)):
            return None
        if isinstance(definition, Enumeration) or definition.facets != Facets():
            restrictions.append(definition)
        reference = definition.base
    return restrictions, reference.builtin


def _text(api: Api, struct: Struct) -> tuple[TypeRef | None, bool]:
    """The type of a Struct's simple content, and whether it has attributes that must be there."""
    text, demanding = struct.text, False
    line: Struct | None = struct
    while line is not None:
        text = text or line.text
        demanding = demanding or any(a.required for a in line.attributes)
        base = api.types.get(line.base) if line.base is not None else None
        line = base if isinstance(base, Struct) else None
    return text, demanding


def _of_builtins(old: Builtin, new: Builtin, encoded: bool) -> str:
    if old is new:
        return ""
    if _is_part(old, new, encoded):
        return "type-widened"
    return "type-narrowed" if _is_part(new, old, encoded) else "type"


def _is_part(one: Builtin, other: Builtin, encoded: bool) -> bool:
    """Whether every text of one is a text of the other; encoded, whether it is derived from it."""
    if other is Builtin.ANY_SIMPLE_TYPE:
        return one is not Builtin.ANY_TYPE
    step: Builtin | None = one
    while step is not None and step is not other:
        step = _BASES.get(step)
    if step is other:
        return True
    if encoded or one in _ANY:
        return False
    if one in _INTEGERS and other in _INTEGERS:
        (low, high), (least, most) = _INTEGERS[one], _INTEGERS[other]
        return least <= low and high <= most
    if other in (Builtin.FLOAT, Builtin.DOUBLE):
        return one in _NUMBERS or one is Builtin.FLOAT
    return other is Builtin.STRING and one not in _CODED
