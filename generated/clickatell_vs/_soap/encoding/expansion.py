"""How large what references share is when it is written out, and how deep: it is bounded before anybody does that.

Thirty elements, each of which refers to the next one twice, are a thousand million values to
whoever goes through them by their fields, as `repr` and `==` do. A chain of references is as deep as
it is long.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from ..errors.errors import DecodeError
from ..xml.element import Element, path_of
from ..xml.parsing import Limits

# A target and what reads it.
Key: TypeAlias = tuple[Element, Hashable]

_CHARACTERS: Final = 32
"""Characters that count as one element."""
_BACK: Final = 2**62


@dataclass(slots=True)
class _Visit:
    """A target that the walk is in."""

    key: Key
    rest: Iterator[tuple[Key, int]]
    depth: int
    weight: int
    height: int = 0
    back: int = _BACK
    """The number of the outermost target on the way that something in this one leads back to."""


@dataclass(slots=True)
class Expansion:
    """The targets of one document, and which of them refer to which."""

    limits: Limits
    repeats: bool = False
    """Whether one is referred to twice."""
    _edges: dict[Key, list[tuple[Key, int]]] = field(default_factory=dict)
    _known: dict[Key, tuple[int, int]] = field(default_factory=dict)
    """The elements that a target is written out, and how deep they are."""
    _seen: set[Key] = field(default_factory=set)
    _weighs: bool = False
    _repeated: int = 0

    def begin(self, key: Key) -> None:
        """Take note that a target is read, perhaps once more."""
        self._edges[key] = []

    def refer(self, around: Key | None, key: Key, at: Element, below: int) -> int:
        """Take note of a reference.

        Args:
            around: the target that it is in.
            key: the target that it leads to.
            at: the element that refers, or is the target itself.
            below: how much deeper the reference is in that.

        Returns:
            How deep the reference is in what is around it.
        """
        top = None if around is None else around[0]
        depth, e = below, at
        while e is not None and e is not top:
            depth += 1
            e = e.getparent()
        if around is not None:
            self._edges[around].append((key, depth))
        return depth

    def check(self, key: Key, at: Element, depth: int) -> None:
        """Refuse what is too large or too deep, once all that a target leads to has been read.

        Args:
            key: the target.
            at: the element that refers to it.
            depth: how deep that is.

        Raises:
            DecodeError: it is.
        """
        if self.repeats and not self._weighs:
            self._weighs = True
            self._known.clear()
            self._seen.clear()
        if key in self._known:
            self._again(*self._known[key], depth, at)
            return
        way = {key: 0}
        visits = [self._visit(key, depth, at)]
        while visits:
            visit = visits[-1]
            for inner, below in visit.rest:
                if inner in self._known:
                    weight, height = self._known[inner]
                    self._again(weight, height, visit.depth + below, at)
                    visit.weight += weight
                    visit.height = max(visit.height, below + height)
                elif inner in way:
                    self._again(1, 0, 0, at)
                    visit.weight += 1
                    visit.back = min(visit.back, way[inner])
                else:
                    way[inner] = len(visits)
                    visits.append(self._visit(inner, visit.depth + below, at))
                    break
            else:
                self._leave(visits, way)

    def _visit(self, key: Key, depth: int, at: Element) -> _Visit:
        weight = self._own(key) if self._weighs else 0
        again = key in self._seen
        self._seen.add(key)
        self._again(weight if again else 0, 0, depth, at)
        return _Visit(key, iter(self._edges.get(key, ())), depth, weight)

    def _leave(self, visits: list[_Visit], way: dict[Key, int]) -> None:
        """Add a target to the one that it is in. By itself it is as large wherever it is in, unless it
        leads back to what is around it."""
        visit = visits.pop()
        number = way.pop(visit.key)
        if visit.back >= number:
            self._known[visit.key] = visit.weight, visit.height
        if visits:
            around = visits[-1]
            around.weight += visit.weight
            below = visit.depth - around.depth
            around.height = max(around.height, below + visit.height)
            around.back = min(around.back, visit.back if visit.back < number else _BACK)

    def _own(self, key: Key) -> int:
        """The elements of a target, without those that are targets in it."""
        e = key[0]
        inner = {
            target for (target, _), _ in self._edges.get(key, ()) if target is not e
        }
        weight, waiting = 0, [e]
        while waiting:
            one = waiting.pop()
            weight += 1 + len(one.text or "") // _CHARACTERS
            waiting += [child for child in one if child not in inner]
        return weight

    def _again(self, weight: int, height: int, depth: int, at: Element) -> None:
        """Take note of what is repeated.

        Raises:
            DecodeError: that is too much, or too deep.
        """
        self._repeated += weight
        if self._repeated > self.limits.repeated:
            most = f"{self.limits.repeated:,}"
            raise DecodeError(
                path_of(at), f"references repeat more than {most} elements"
            )
        if depth + height > self.limits.chain:
            most = str(self.limits.chain)
            said = f"references lead to elements nested more than {most} deep"
            raise DecodeError(path_of(at), said)
