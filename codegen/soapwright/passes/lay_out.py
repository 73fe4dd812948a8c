"""Content models laid out as the fields of a class, such that no order is lost.

An element becomes one field, a list where it may repeat. A group that repeats, or in which a
name is at two places that fields could not distinguish, becomes one list that keeps the
order; so does all of a mixed type's content. Constraints that fields cannot express, choices and
elements that require each other, become rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import assert_never

from soapwright.model.api import (
    All,
    Api,
    Choice,
    ChoiceRule,
    Derivation,
    Element,
    ElementMember,
    Member,
    Occurs,
    OrderedMember,
    Particle,
    QName,
    Rule,
    Sequence,
    Struct,
    TogetherRule,
    TypeDef,
    TypeRef,
    Wildcard,
    WildcardMember,
)
from soapwright.model.diagnostics import Findings
from soapwright.model.walk import elements_of, may_meet, names_of, wildcards_of
from soapwright.passes.mixed_lines import mixed_lines

_ONCE = Occurs()


def lay_out(api: Api, findings: Findings) -> Api:
    """Fill `members` and `rules` of every Struct that declares content of its own."""
    mixed = mixed_lines(api.types)
    types: dict[QName, TypeDef] = {}
    for name, definition in api.types.items():
        if name in mixed and isinstance(definition, Struct):
            content = mixed[name]
            members = (_mixed(content),) if content is not None else ()
            types[name] = replace(definition, members=members)
        elif isinstance(definition, Struct):
            types[name] = lay_out_struct(definition)
        else:
            types[name] = definition
    done: set[QName] = set()
    for name in api.types:
        _add_narrowed(types, name, done)
    return replace(api, types=types)


def _add_narrowed(types: dict[QName, TypeDef], name: QName, done: set[QName]) -> None:
    """Give a restriction the members of its content that no base has: they were any elements there."""
    struct = types[name]
    if name in done or not isinstance(struct, Struct) or not struct.narrowed:
        return
    done.add(name)
    held: set[QName] = set()
    wild = False
    base = types.get(struct.base) if struct.base is not None else None
    seen: set[QName] = set()
    while isinstance(base, Struct) and base.id not in seen:
        seen.add(base.id)
        _add_narrowed(types, base.id, done)
        base = types[base.id]
        assert isinstance(base, Struct)
        for member in base.members:
            held |= names_of(member)
            wild = wild or bool(_wildcards(member))
        base = types.get(base.base) if base.base is not None else None
    added: list[Member] = []
    for member in struct.narrowed:
        names = names_of(member)
        if names and not names & held:
            added.append(member)
        elif isinstance(member, OrderedMember) and not names <= held:
            added += [
                ElementMember(element, True, True)
                for element in member.alternatives
                if isinstance(element, Element) and element.name not in held
            ]
        elif isinstance(member, WildcardMember) and not wild:
            added.append(member)
    types[name] = replace(struct, members=tuple(added))


def _wildcards(member: Member) -> list[Wildcard]:
    match member:
        case WildcardMember(wildcard=wildcard):
            return [wildcard]
        case OrderedMember(alternatives=alternatives):
            return [one for one in alternatives if isinstance(one, Wildcard)]
        case _:
            return []


def lay_out_struct(struct: Struct) -> Struct:
    """One Struct laid out that is not mixed. Of a restriction the base has the fields and the rules."""
    content = _simplified(struct.content) if struct.content is not None else None
    if content is None:
        return struct
    slots = _slots(content, optional=False)
    members = tuple(_member(slot) for slot in slots)
    if struct.derivation is Derivation.RESTRICTION:
        return replace(struct, narrowed=members)
    rules: list[Rule] = []
    if content.occurs.min == 0:
        _branch_rule(content, _Index(slots), rules)
    _collect_rules(content, _Index(slots), rules, within=())
    return replace(struct, members=members, rules=tuple(rules))


def _mixed(content: Particle) -> OrderedMember:
    return OrderedMember(_alternatives(content), mixed=True, optional=True)


def _alternatives(particle: Particle) -> tuple[Element | Wildcard, ...]:
    """The alternatives of an ordered list: each element name once, then the wildcards."""
    elements: dict[QName, Element] = {}
    for element in elements_of(particle):
        known = elements.setdefault(element.name, element)
        if element.nillable and not known.nillable:
            elements[element.name] = replace(known, nillable=True)
    return (*elements.values(), *wildcards_of(particle))


# ------------------------------------------------------------------------------- simplifying


def _simplified(particle: Particle) -> Particle | None:
    """The same content with no empty group and no group of one; None where nothing is left."""
    match particle:
        case Element() | Wildcard():
            return particle
        case Sequence(items=items) | All(items=items) | Choice(branches=items):
            inner = [s for s in map(_simplified, items) if s is not None]
        case _:
            assert_never(particle)
    if not inner:
        return None
    times = particle.occurs
    if isinstance(particle, Choice) and len(inner) < len(items):
        times = Occurs(0, times.max)  # an empty branch may be taken
    if len(inner) == 1:
        return _times(inner[0], times)
    flat: list[Particle] = []
    for item in inner:
        if type(item) is type(particle) and item.occurs == _ONCE:
            flat += _items(item)
        else:
            flat.append(item)
    if isinstance(particle, Choice):
        return Choice(tuple(flat), times)
    return replace(particle, items=tuple(flat))


def _items(particle: Particle) -> tuple[Particle, ...]:
    match particle:
        case Sequence(items=items) | All(items=items) | Choice(branches=items):
            return items
        case Element() | Wildcard():
            return ()
        case _:
            assert_never(particle)


def _times(particle: Particle, outer: Occurs) -> Particle:
    """A group of one particle is that particle, as often as both together allow."""
    inner = particle.occurs
    if outer == _ONCE:
        return particle
    most = None if inner.max is None or outer.max is None else inner.max * outer.max
    return replace(particle, occurs=Occurs(inner.min * outer.min, most))


# ------------------------------------------------------------------------------------- slots


@dataclass(slots=True)
class _Slot:
    """The source of one member: a particle (an ordered slot's is a group) and its names."""

    particle: Particle
    optional: bool
    repeated: bool
    ordered: bool = False
    names: frozenset[QName] = field(default_factory=frozenset)
    sources: list[Particle] = field(default_factory=list)


def _slots(particle: Particle, optional: bool) -> list[_Slot]:
    optional = optional or _emptiable(particle)
    match particle:
        case Element():
            names = {particle.name, *(s.name for s in particle.substitutes)}
            return [_single(particle, optional, frozenset(names))]
        case Wildcard():
            return [_single(particle, optional, frozenset())]
        case Sequence() | All() | Choice() if particle.occurs.repeated:
            return [_ordered([particle], optional)]
        case Sequence(items=items) | All(items=items):
            return _in_sequence([(i, _slots(i, optional)) for i in items], optional)
        case Choice(branches=branches):
            return _in_choice(particle, [_slots(b, True) for b in branches], optional)
        case _:
            assert_never(particle)


def _single(
    particle: Element | Wildcard, optional: bool, names: frozenset[QName]
) -> _Slot:
    repeated = particle.occurs.repeated
    return _Slot(particle, optional, repeated, names=names, sources=[particle])


def _ordered(particles: list[Particle], optional: bool) -> _Slot:
    group = particles[0] if len(particles) == 1 else Sequence(tuple(particles), _ONCE)
    names = {
        name
        for element in elements_of(group)
        for name in (element.name, *(s.name for s in element.substitutes))
    }
    return _Slot(group, optional, True, True, frozenset(names), [*particles])


def _in_sequence(
    items: list[tuple[Particle, list[_Slot]]], optional: bool
) -> list[_Slot]:
    """Slots side by side; from the first to the last that share a name, one list keeps the order."""
    last_alike = _last_alike(items)
    found: list[_Slot] = []
    start = 0
    while start < len(items):
        last, reached = start, start
        while reached <= last:  # items inside a list that keeps the order belong to it
            last = max(last, last_alike[reached])
            reached += 1
        if last > start:
            particles = [particle for particle, _ in items[start : last + 1]]
            found.append(_joined(particles, optional))
        else:
            found += items[start][1]
        start = last + 1
    return found


def _joined(particles: list[Particle], optional: bool) -> _Slot:
    first = _alternatives(Sequence(tuple(particles), _ONCE))[0]
    if isinstance(first, Element) and all(
        isinstance(p, Element) and p.name == first.name and p.type == first.type
        for p in particles
    ):
        low = sum(p.occurs.min for p in particles)
        most = [p.occurs.max for p in particles if p.occurs.max is not None]
        high = sum(most) if len(most) == len(particles) else None
        repeated = replace(first, occurs=Occurs(low, high))
        slot = _slots(repeated, optional)[0]
        slot.sources = list(particles)
        return slot
    return _ordered(particles, optional or all(map(_emptiable, particles)))


def _last_alike(items: list[tuple[Particle, list[_Slot]]]) -> list[int]:
    """For each item the last one that shares a name with it, or a wildcard's reach."""
    named: dict[QName, int] = {}
    wild: dict[tuple[str, ...], tuple[Wildcard, int]] = {}
    for index, (particle, slots) in enumerate(items):
        named.update((name, index) for slot in slots for name in slot.names)
        for one in wildcards_of(particle):
            wild[one.namespaces] = one, index
    met = {
        spaces: max(last for other, last in wild.values() if may_meet(one, other))
        for spaces, (one, _) in wild.items()
    }
    return [
        max(
            *(named[name] for slot in slots for name in slot.names),
            *(met[one.namespaces] for one in wildcards_of(particle)),
            *(index, index),
        )
        for index, (particle, slots) in enumerate(items)
    ]


def _in_choice(
    choice: Choice, branches: list[list[_Slot]], optional: bool
) -> list[_Slot]:
    """The branches' slots one after the other; a name of two branches is one slot where order allows."""
    merged: list[_Slot] = []
    places: dict[_Alike, int] = {}
    taken: set[QName] = set()
    for branch in branches:
        position = 0
        for slot in branch:
            alike = _alike(slot)
            known = places.get(alike) if alike is not None else None
            if known is None:
                if not taken.isdisjoint(slot.names):
                    return [_ordered([choice], optional)]
                if alike is not None:
                    places[alike] = len(merged)
                taken |= slot.names
                merged.append(slot)
                position = len(merged)
            elif (
                known < position
                or merged[known].particle.occurs != slot.particle.occurs
            ):
                return [_ordered([choice], optional)]
            else:
                merged[known].sources += slot.sources
                position = known + 1
    wild = [list(wildcards_of(slot.particle)) for slot in merged]
    if any(
        may_meet(wildcard, other)
        for one, another in combinations(filter(None, wild), 2)
        for wildcard in one
        for other in another
    ):
        return [_ordered([choice], optional)]
    return merged


_Alike = tuple[QName, TypeRef, bool]


def _alike(slot: _Slot) -> _Alike | None:
    """By which the elements of two branches may be one slot; None where it holds no element."""
    element = slot.particle
    if not isinstance(element, Element):
        return None
    return element.name, element.type, element.nillable


def _member(slot: _Slot) -> Member:
    if slot.ordered:
        return OrderedMember(_alternatives(slot.particle), False, slot.optional)
    match slot.particle:
        case Element() as element:
            return ElementMember(element, slot.repeated, slot.optional)
        case Wildcard() as wildcard:
            return WildcardMember(wildcard, slot.repeated, slot.optional)
        case _:
            raise TypeError("only an ordered slot holds a group")


# ------------------------------------------------------------------------------------- rules


class _Index:
    """Which member a particle ended in."""

    def __init__(self, slots: Iterable[_Slot]) -> None:
        self._of = {
            id(source): index
            for index, slot in enumerate(slots)
            for source in slot.sources
        }

    def own(self, particle: Particle) -> int | None:
        """The member that is this particle itself."""
        return self._of.get(id(particle))

    def all(self, particle: Particle) -> tuple[int, ...]:
        """The members that this particle's parts ended in."""
        own = self.own(particle)
        if own is not None:
            return (own,)
        found = (index for item in _items(particle) for index in self.all(item))
        return tuple(dict.fromkeys(found))


def _collect_rules(
    particle: Particle, index: _Index, rules: list[Rule], within: tuple[int, ...]
) -> None:
    if index.own(particle) is not None:
        return
    members = index.all(particle)
    match particle:
        case Choice(branches=branches):
            shared = _choice_rule(particle, index, rules, within)
            for branch in branches:
                _branch_rule(branch, index, rules, shared)
                if not shared.intersection(index.all(branch)):
                    _collect_rules(branch, index, rules, within=index.all(branch))
        case Sequence(items=items) | All(items=items):
            inside = members if particle.occurs.min == 0 else within
            for item in items:
                if item.occurs.min == 0:
                    _branch_rule(item, index, rules)
                _collect_rules(item, index, rules, within=inside)
        case Element() | Wildcard():
            return
        case _:
            assert_never(particle)


def _choice_rule(
    choice: Choice, index: _Index, rules: list[Rule], within: tuple[int, ...]
) -> frozenset[int]:
    """Add a choice's rule; returns the members that several branches share.

    The presence of such a member does not determine the branch.
    """
    branches = tuple(index.all(branch) for branch in choice.branches)
    times = Counter(member for branch in branches for member in branch)
    shared = frozenset(member for member, count in times.items() if count > 1)
    required = not _emptiable(choice)
    if required or not shared:
        rules.append(ChoiceRule(branches, required, within, bool(shared)))
    return shared


def _branch_rule(
    group: Particle, index: _Index, rules: list[Rule], shared: Set[int] = frozenset()
) -> None:
    """Add the rule of an optional group or a branch: if one member is present, so are those required."""
    if isinstance(group, (Element, Wildcard, Choice)) or index.own(group) is not None:
        return
    own = (index.own(item) for item in _items(group) if not _emptiable(item))
    needed = tuple(dict.fromkeys(member for member in own if member is not None))
    begun = tuple(member for member in index.all(group) if member not in shared)
    if begun and needed and len({*begun, *needed}) > 1:
        rules.append(TogetherRule(begun, needed))


def _emptiable(particle: Particle) -> bool:
    if particle.occurs.min == 0:
        return True
    match particle:
        case Element() | Wildcard():
            return False
        case Sequence(items=items) | All(items=items):
            return all(map(_emptiable, items))
        case Choice(branches=branches):
            return any(map(_emptiable, branches))
        case _:
            assert_never(particle)
