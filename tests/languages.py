"""The language of a content model: its words, and whether XML Schema allows the model at all.

A word is the names of some children in their order. Words are short: nothing repeats more than
twice beyond what it must, and long ones are left out. A wildcard stands for names that the model
itself does not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from soapwright.model.api import (
    All,
    Choice,
    Element,
    Particle,
    QName,
    Sequence,
    Wildcard,
)

Word = tuple[QName, ...]
_FOREIGN = ("urn:t", "urn:o", "")


def allows(wildcard: Wildcard, namespace: str) -> bool:
    """Whether a wildcard takes elements of a namespace (XML Schema part 1, section 3.10.1)."""
    if wildcard.namespaces[0] == "##any":
        return True
    if wildcard.namespaces[0] == "##other":
        return namespace not in ("", wildcard.namespaces[1])
    return namespace in wildcard.namespaces


# ---------------------------------------------------------------------------------------- words


def words(particle: Particle, longest: int = 6) -> set[Word]:
    """The words of a model that are not longer than this."""
    low, high = particle.occurs.min, particle.occurs.max
    high = low + 2 if high is None else min(high, low + 2)
    once = _once(particle, longest)
    found: set[Word] = set()
    power: set[Word] = {()}
    for count in range(high + 1):
        if count >= low:
            found |= power
        power = _joined(power, once, longest)
    return found


def _once(particle: Particle, longest: int) -> set[Word]:
    match particle:
        case Element(name=name, abstract=abstract, substitutes=substitutes):
            own = () if abstract else (name,)
            return {(n,) for n in (*own, *(s.name for s in substitutes))}
        case Wildcard():
            return {
                (QName(namespace, local),)
                for namespace in _FOREIGN
                if allows(particle, namespace)
                for local in ("x1", "x2")
            }
        case Sequence(items=items) | All(items=items):
            found: set[Word] = {()}
            for item in items:
                found = _joined(found, words(item, longest), longest)
            return found
        case Choice(branches=branches):
            return set().union(*(words(branch, longest) for branch in branches))


def _joined(left: set[Word], right: set[Word], longest: int) -> set[Word]:
    """Each word of one set before each of the other, where both together are not too long."""
    by_length: dict[int, list[Word]] = {}
    for word in right:
        by_length.setdefault(len(word), []).append(word)
    return {
        word + end
        for word in left
        for length in range(longest - len(word) + 1)
        for end in by_length.get(length, ())
    }


# ------------------------------------------------------------------------- unique particle attribution


@dataclass
class _Automaton:
    """Glushkov's automaton of a model: its positions, and which may follow which."""

    particles: list[Element | Wildcard] = field(default_factory=list)
    follow: list[set[int]] = field(default_factory=list)

    def position(self, particle: Element | Wildcard) -> int:
        self.particles.append(particle)
        self.follow.append(set())
        return len(self.particles) - 1


@dataclass(frozen=True)
class _Piece:
    """A part of an expression: whether it may be empty, the positions it begins and ends with."""

    nullable: bool
    first: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()


_NOTHING = _Piece(True)


def is_deterministic(particle: Particle) -> bool:
    """Whether each child leads to one particle without looking ahead (section 3.8.6)."""
    automaton = _Automaton()
    whole = _piece(particle, automaton)
    return all(
        not _ambiguous(automaton.particles[i] for i in together)
        for together in (whole.first, *automaton.follow)
    )


def _ambiguous(particles: Iterable[Element | Wildcard]) -> bool:
    # copies of one particle, made for its occurrences, are no different particles
    distinct = list({id(particle): particle for particle in particles}.values())
    return any(
        _compete(one, other)
        for index, one in enumerate(distinct)
        for other in distinct[index + 1 :]
    )


def _compete(one: Element | Wildcard, other: Element | Wildcard) -> bool:
    match one, other:
        case Element(), Element():
            return not _names(one).isdisjoint(_names(other))
        case Element() as named, Wildcard() as open_:
            return any(allows(open_, name.namespace) for name in _names(named))
        case Wildcard() as open_, Element() as named:
            return any(allows(open_, name.namespace) for name in _names(named))
        case Wildcard(), Wildcard():
            spaces = {*_FOREIGN, *one.namespaces, *other.namespaces, "urn:elsewhere"}
            return any(allows(one, n) and allows(other, n) for n in spaces)
    raise TypeError("a particle is an element or a wildcard here")


def _names(element: Element) -> set[QName]:
    return {element.name, *(s.name for s in element.substitutes)}


def _piece(particle: Particle, automaton: _Automaton) -> _Piece:
    """A particle, its occurrences written out: `a{1,3}` is `a, (a, a?)?`."""
    low, high = particle.occurs.min, particle.occurs.max
    made = _NOTHING
    copies = low if high is None else high
    rest = _NOTHING
    if high is None:
        rest = _star(_one(particle, automaton), automaton)
        copies = low
    for number in reversed(range(copies)):
        one = _one(particle, automaton)
        rest = _then(one, rest, automaton)
        if number >= low:
            rest = _Piece(True, rest.first, rest.last)
    made = _then(made, rest, automaton)
    return made


def _one(particle: Particle, automaton: _Automaton) -> _Piece:
    match particle:
        case Element() | Wildcard():
            position = frozenset({automaton.position(particle)})
            return _Piece(False, position, position)
        case Sequence(items=items) | All(items=items):
            made = _NOTHING
            for item in items:
                made = _then(made, _piece(item, automaton), automaton)
            return made
        case Choice(branches=branches):
            pieces = [_piece(branch, automaton) for branch in branches]
            return _Piece(
                any(p.nullable for p in pieces),
                frozenset().union(*(p.first for p in pieces)),
                frozenset().union(*(p.last for p in pieces)),
            )


def _then(left: _Piece, right: _Piece, automaton: _Automaton) -> _Piece:
    for position in left.last:
        automaton.follow[position] |= right.first
    return _Piece(
        left.nullable and right.nullable,
        left.first | right.first if left.nullable else left.first,
        left.last | right.last if right.nullable else right.last,
    )


def _star(piece: _Piece, automaton: _Automaton) -> _Piece:
    for position in piece.last:
        automaton.follow[position] |= piece.first
    return _Piece(True, piece.first, piece.last)


def leaves(particle: Particle) -> Iterator[Element | Wildcard]:
    """The elements and wildcards of a model, in order."""
    match particle:
        case Element() | Wildcard():
            yield particle
        case Sequence(items=items) | All(items=items) | Choice(branches=items):
            for item in items:
                yield from leaves(item)
