"""The fields of children by their places in the content model, where names alone do not determine them.

A base and its extension may name the same elements, and a wildcard may take elements that the
model names. XML Schema requires that each child leads to one particle without looking ahead (part
1, section 3.8.6), so that an automaton finds it: Glushkov's, made deterministic.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import assert_never

from soapwright.model.api import (
    All,
    Choice,
    Derivation,
    Element,
    ElementMember,
    Member,
    Occurs,
    OrderedMember,
    Particle,
    Struct,
    Wildcard,
    WildcardMember,
)
from soapwright.model.api import Sequence as InSequence
from soapwright.model.walk import has_all, may_meet, names_of, takes
from soapwright.python.types.fields import Field, wildcards_in

_MOST_OCCURRENCES = 12
"""Occurrences that are counted; a particle that may come more often may come any number of times."""
_MOST_POSITIONS = 600
"""A content model of more elements, its occurrences written out, is read by names."""
_MOST_STATES = 200
"""The same for its automaton's states."""


@dataclass(frozen=True, slots=True)
class Step:
    """One way on: the state that a child leads to, and the number of the field that it belongs to."""

    state: int
    field: int


@dataclass(frozen=True, slots=True)
class State:
    """The ways on from a state: by names in Clark's notation, and by wildcards' namespaces."""

    named: tuple[tuple[str, Step], ...]
    wild: tuple[tuple[tuple[str, ...], Step], ...]


def states_of(
    fields: Sequence[Field], line: Sequence[tuple[Struct, Sequence[str]]]
) -> tuple[State, ...]:
    """The automaton of a type's content, its first state first; empty where fields are found by names.

    Args:
        fields: the type's fields; numbers count from 1.
        line: the type's bases, the root first, and itself, each with the names of its fields.
    """
    if not _overlaps(fields, any(struct.rules for struct, _ in line)):
        return ()
    positions = _Positions()
    numbers = {field.name: number for number, field in enumerate(fields, 1)}
    try:
        whole = _NOTHING
        for struct, names in line:
            if has_all(struct.content):
                return ()
            if struct.derivation is Derivation.RESTRICTION:
                if (
                    struct.members
                ):  # its wildcards are elements: its base's model is another
                    return ()
            elif struct.content is not None:
                positions.members = [
                    (numbers[name], member)
                    for name, member in zip(names, struct.members, strict=True)
                ]
                whole = positions.then(whole, positions.piece(struct.content))
        return _Automaton(positions, whole).states()
    except (_TooLarge, _Ambiguous):
        return ()


def _overlaps(fields: Sequence[Field], has_rules: bool) -> bool:
    """Whether fields share names such that more than what is read already determines a child's field."""
    content = [
        field.what
        for field in fields
        if isinstance(field.what, (ElementMember, OrderedMember, WildcardMember))
    ]
    if len(content) > _MOST_POSITIONS or all(
        isinstance(one, ElementMember) for one in content
    ):
        return False
    return any(
        not _are_plain(one, other, has_rules) and _share(one, other)
        for one, other in combinations(content, 2)
    )


def _share(one: Member, other: Member) -> bool:
    """Whether an element may belong to one field as well as to another."""
    if names_of(one) & names_of(other):
        return True
    if any(may_meet(w, v) for w in wildcards_in(one) for v in wildcards_in(other)):
        return True
    return any(
        takes(wildcard, str(name))
        for wild, named in ((one, other), (other, one))
        for wildcard in wildcards_in(wild)
        for name in names_of(named)
    )


def _are_plain(one: Member, other: Member, has_rules: bool) -> bool:
    """Whether of two fields that share names the first is read before the other: two elements, two
    wildcards that no choice depends on, an element that must be there once before a wildcard.
    """
    match one, other:
        case ElementMember(), ElementMember():
            return True
        case WildcardMember(), WildcardMember():
            return not has_rules
        case ElementMember(repeated=False, optional=False), WildcardMember():
            return not has_rules
        case _:
            return False


class _TooLarge(Exception):
    """The model is larger than the limits above."""


class _Ambiguous(Exception):
    """A child may belong to several fields: XML Schema does not allow that, and services have it."""


# -------------------------------------------------------------------------------- positions


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the model: whether it may be empty, the positions it begins and ends with."""

    nullable: bool
    first: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()


_NOTHING = _Piece(True)


@dataclass
class _Positions:
    """The places of a model's elements and wildcards, its occurrences written out, and which may follow which."""

    particles: list[Element | Wildcard] = field(default_factory=list)
    fields: list[int] = field(default_factory=list)
    follow: list[set[int]] = field(default_factory=list)
    members: list[tuple[int, Member]] = field(default_factory=list)
    """The members of the type whose content is being added, with the numbers of their fields."""

    def piece(self, particle: Particle) -> _Piece:
        """A particle, its occurrences written out: `a{1,3}` is `a, (a, a?)?`."""
        low, high = _counted(particle.occurs)
        rest = _NOTHING
        if high is None:
            rest = self._once(particle)
            self._follow(rest.last, rest.first)
            rest = _Piece(True, rest.first, rest.last)
        for number in reversed(range(low if high is None else high)):
            rest = self.then(self._once(particle), rest)
            if number >= low:
                rest = _Piece(True, rest.first, rest.last)
        return rest

    def then(self, left: _Piece, right: _Piece) -> _Piece:
        """One piece after the other."""
        self._follow(left.last, right.first)
        return _Piece(
            left.nullable and right.nullable,
            left.first | right.first if left.nullable else left.first,
            left.last | right.last if right.nullable else right.last,
        )

    def _follow(self, last: Iterable[int], first: frozenset[int]) -> None:
        for position in last:
            self.follow[position] |= first

    def _once(self, particle: Particle) -> _Piece:
        match particle:
            case Element() | Wildcard():
                position = frozenset({self._position(particle)})
                return _Piece(False, position, position)
            case InSequence(items=items) | All(items=items):
                made = _NOTHING
                for item in items:
                    made = self.then(made, self.piece(item))
                return made
            case Choice(branches=branches):
                pieces = [self.piece(branch) for branch in branches]
                return _Piece(
                    any(piece.nullable for piece in pieces),
                    frozenset().union(*(piece.first for piece in pieces)),
                    frozenset().union(*(piece.last for piece in pieces)),
                )
            case _:
                assert_never(particle)

    def _position(self, particle: Element | Wildcard) -> int:
        if len(self.particles) == _MOST_POSITIONS:
            raise _TooLarge
        self.particles.append(particle)
        self.fields.append(self._field(particle))
        self.follow.append(set())
        return len(self.particles) - 1

    def _field(self, particle: Element | Wildcard) -> int:
        """The number of the field that a particle's elements belong to."""
        for number, member in self.members:
            if isinstance(particle, Element):
                if set(_names(particle)) & set(map(str, names_of(member))):
                    return number
            elif any(w.namespaces == particle.namespaces for w in wildcards_in(member)):
                return number
        raise _Ambiguous


def _counted(occurs: Occurs) -> tuple[int, int | None]:
    """How often a particle must come and may, as far as that is counted."""
    most = occurs.max
    if most is not None and most > _MOST_OCCURRENCES:
        most = None
    return min(occurs.min, _MOST_OCCURRENCES), most


def _names(element: Element) -> Iterator[str]:
    if not element.abstract:
        yield str(element.name)
    yield from (str(substitute.name) for substitute in element.substitutes)


# -------------------------------------------------------------------------------- automaton


class _Automaton:
    """The positions made deterministic: a state is a set of them, any of which the last child may be at."""

    def __init__(self, positions: _Positions, whole: _Piece) -> None:
        self._positions = positions
        self._follow = positions.follow
        self._first = whole.first
        self._numbers: dict[frozenset[int], int] = {}
        self._pending: list[frozenset[int]] = []

    def states(self) -> tuple[State, ...]:
        """All states, by their numbers."""
        self._number(self._first)
        made: list[State] = []
        while len(made) < len(self._pending):
            made.append(self._state(self._pending[len(made)]))
        return _minimal(made)

    def _number(self, following: frozenset[int]) -> int:
        """The number of the state that these positions may follow."""
        if following not in self._numbers:
            if len(self._pending) == _MOST_STATES:
                raise _TooLarge
            self._numbers[following] = len(self._pending)
            self._pending.append(following)
        return self._numbers[following]

    def _state(self, following: frozenset[int]) -> State:
        named: dict[str, set[int]] = {}
        wild: list[tuple[Wildcard, int]] = []
        for position in sorted(following):
            match self._positions.particles[position]:
                case Element() as element:
                    for name in _names(element):
                        named.setdefault(name, set()).add(position)
                case Wildcard() as wildcard:
                    wild.append((wildcard, position))
        for name, positions in named.items():
            positions |= {position for w, position in wild if takes(w, name)}
        spaces: dict[tuple[str, ...], set[int]] = {}
        for wildcard, _ in wild:
            meeting = {position for w, position in wild if may_meet(w, wildcard)}
            spaces.setdefault(wildcard.namespaces, set()).update(meeting)
        return State(
            tuple((name, self._step(to)) for name, to in named.items()),
            tuple((space, self._step(to)) for space, to in spaces.items()),
        )

    def _step(self, positions: set[int]) -> Step:
        fields = {self._positions.fields[position] for position in positions}
        if len(fields) > 1:
            raise _Ambiguous
        following = frozenset().union(*(self._follow[one] for one in positions))
        return Step(self._number(following), fields.pop())


def _minimal(states: Sequence[State]) -> tuple[State, ...]:
    """The same automaton without states that are like others."""
    classes = [0] * len(states)
    count = 1
    while True:
        rows = [_row(state, classes) for state in states]
        numbers: dict[object, int] = {}
        classes = [numbers.setdefault(row, len(numbers)) for row in rows]
        if len(numbers) == count:
            break
        count = len(numbers)
    firsts = dict(zip(reversed(classes), reversed(states), strict=True))
    return tuple(_renumbered(firsts[number], classes) for number in range(count))


def _row(state: State, classes: Sequence[int]) -> object:
    renumbered = _renumbered(state, classes)
    return frozenset(renumbered.named), renumbered.wild


def _renumbered(state: State, numbers: Sequence[int] | Mapping[int, int]) -> State:
    def moved(step: Step) -> Step:
        return Step(numbers[step.state], step.field)

    return State(
        tuple((name, moved(step)) for name, step in state.named),
        tuple((space, moved(step)) for space, step in state.wild),
    )
