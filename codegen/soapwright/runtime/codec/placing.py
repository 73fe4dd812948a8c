"""Children's fields by their places in a content model, where names alone do not determine them.

A type of which a base and its extension name the same elements has the states of its content
model: of each, where a child leads to. A child that is not where the model has it leads on from
the next place of its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..xml.element import Element
from .reading import allows

_Named = Mapping[str, tuple[int, int]]
_Wild = tuple[tuple[str, ...], int, int]
_State = tuple[_Named, tuple[_Wild, ...]]
States = Sequence[_State]
"""Of each state the next and a field's number: by a child's name, else by the first wildcard that takes it."""


def placed(
    children: Iterable[Element], states: States
) -> Iterator[tuple[Element, int]]:
    """Children, each with the number of the field that it belongs to; 0 where the model has no such child."""
    others: dict[tuple[int, str], tuple[int, int]] = {}
    at = 0
    for c in children:
        tag = c.tag
        step = _step(states[at], tag) or others.get((at, tag))
        if step is None:
            step = others[at, tag] = _elsewhere(states, at, tag)
        at, number = step
        yield c, number


def _step(state: _State, tag: str) -> tuple[int, int] | None:
    named, wild = state
    step = named.get(tag)
    if step is not None:
        return step
    for spaces, to, number in wild:
        if spaces[0] == "##any" or allows(tag, spaces):
            return to, number
    return None


def _elsewhere(states: States, at: int, tag: str) -> tuple[int, int]:
    """The step of a child that is out of its place.

    It leads to the next place of its name, after the last one to the first. But of several fields the
    last keeps it, where that takes several, and what follows still comes after it: so a value that is
    written out is read the same again.
    """
    for state in states[at:]:
        step = _step(state, tag)
        if step is not None:
            return step
    passed = [
        (place, *step)
        for place, state in enumerate(states[:at])
        if (step := _step(state, tag)) is not None
    ]
    if not passed:
        return at, 0
    _, to, first = passed[0]
    last = passed[-1][2]
    if last != first and _takes_several(states, passed, last):
        return at, last
    return to, first


def _takes_several(
    states: States, passed: Iterable[tuple[int, int, int]], field: int
) -> bool:
    """Whether a field takes several of the children for which there are these places, each a state, the next,
    and a field; a wildcard's is a list."""
    own = [(place, to) for place, to, number in passed if number == field]
    repeated = len(own) > 1 or any(place == to for place, to in own)
    return repeated or any(
        number == field for place, _ in own for _, _, number in states[place][1]
    )
