"""Content models: the number and the order of an object's elements, where its fields leave them open.

From places in a row of elements a particle leads to other places. These sets are exact, whether a
model is deterministic or not, and occurrences are counted without being written out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..codec.reading import allows
from ..values.anyxml import AnyElement
from ..values.strings import SPACE
from ..values.values import UNSET
from .validation import Violation

_STEPS_EACH: Final = 1_000
"""Steps that an element may take: more than sound models need."""
_STEPS_ONCE: Final = 100_000


class _TooLong(Exception):
    """A model and a row take more steps than that."""


class _Row:
    """Names of elements, the place up to which they are allowed, and the names that are allowed there."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.reached = 0
        self.wanted: dict[str, None] = {}
        self._steps = _STEPS_ONCE + _STEPS_EACH * len(names)

    def after(self, places: set[int], particle: Named | Wild) -> set[int]:
        """The places behind the elements that a particle takes.

        Raises:
            _TooLong: there were too many steps.
        """
        self._steps -= 1 + len(places)
        if self._steps < 0:
            raise _TooLong
        found = set()
        for place in places:
            if place < len(self.names) and particle.takes(self.names[place]):
                found.add(place + 1)
                if place == self.reached:
                    self.reached += 1
                    self.wanted.clear()
            elif place == self.reached:
                self.wanted.update(dict.fromkeys(particle.shown))
        return found


# ------------------------------------------------------------------------------ particles


@dataclass(frozen=True, slots=True)
class Particle(ABC):
    """A part of a content model, and how often it may come; `high` is None where it is unbounded."""

    low: int = field(default=1, kw_only=True)
    high: int | None = field(default=1, kw_only=True)

    def after(self, places: set[int], row: _Row) -> set[int]:
        """The places in a row that it leads to."""
        for _ in range(self.low):
            following = self.once(places, row)
            if following == places:
                break  # there are none, or it may be empty and leads no further
            places = following
        found = set(places)
        times = self.low
        while places and (self.high is None or times < self.high):
            places = self.once(places, row) - found
            found |= places
            times += 1
        return found

    @abstractmethod
    def once(self, places: set[int], row: _Row) -> set[int]:
        """The places that one occurrence leads to."""


@dataclass(frozen=True, slots=True)
class Named(Particle):
    """An element: its name in Clark's notation, or those of its substitutes."""

    names: tuple[str, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """Its local names."""
        return tuple(map(_local, self.names))

    def takes(self, name: str) -> bool:
        """Whether an element of a name is one of these."""
        return name in self.names

    def once(self, places: set[int], row: _Row) -> set[int]:
        return row.after(places, self)


@dataclass(frozen=True, slots=True)
class Wild(Particle):
    """Any element of some namespaces."""

    namespaces: tuple[str, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """A word for them."""
        return ("any other",)

    def takes(self, name: str) -> bool:
        """Whether the wildcard takes an element of a name."""
        return self.namespaces[0] == "##any" or allows(name, self.namespaces)

    def once(self, places: set[int], row: _Row) -> set[int]:
        return row.after(places, self)


@dataclass(frozen=True, slots=True)
class InOrder(Particle):
    """A sequence."""

    items: tuple[Particle, ...]

    def once(self, places: set[int], row: _Row) -> set[int]:
        for item in self.items:
            places = item.after(places, row)
        return places


@dataclass(frozen=True, slots=True)
class OneOf(Particle):
    """A choice."""

    branches: tuple[Particle, ...]

    def once(self, places: set[int], row: _Row) -> set[int]:
        return set().union(*(branch.after(places, row) for branch in self.branches))


# -------------------------------------------------------------------------------- objects


@dataclass(frozen=True, slots=True)
class Held:
    """The elements of a field: all of one `name`, or of names by the tags of pairs.

    Those of a list are its items if there is one element for `each`. What may be `nil` is None where it is.
    """

    field: str
    name: str | Mapping[str, str]
    each: bool = False
    nil: bool = False

    def elements(self, value: object, path: str) -> Iterator[tuple[str, str]]:
        """The names of the elements that a value is written as, each with its path."""
        if value is UNSET:
            return
        path = f"{path}.{self.field}"
        items = [(path, value)]
        if self.each and isinstance(value, (list, tuple)):
            items = [(f"{path}[{index}]", item) for index, item in enumerate(value)]
        elif value is None and not self.nil:
            return
        for spot, item in items:
            if isinstance(self.name, str):
                yield self.name, spot
            elif isinstance(item, AnyElement):
                yield item.tag, spot
            elif isinstance(item, tuple):  # not the text of mixed content
                yield self.name.get(item[0], item[0]), spot

    def texts(self, value: object, path: str) -> Iterator[Violation]:
        """The texts among the items of a list."""
        if not isinstance(self.name, str) and isinstance(value, (list, tuple)):
            for index, item in enumerate(value):
                if isinstance(item, str) and item.strip(SPACE):
                    spot = f"{path}.{self.field}[{index}]"
                    yield Violation(spot, "is text, which is not allowed here")


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a class's objects: its fields in the order of the wire, and its model."""

    fields: tuple[Held, ...]
    model: Particle
    text: bool = False
    """Whether there may be text between the elements: a restriction may take it away."""

    def wrong(self, value: object, path: str) -> Iterator[Violation]:
        """Text that is not allowed; the first element that the model does not allow, or the end where
        one is missing."""
        if not self.text:
            for held in self.fields:
                yield from held.texts(getattr(value, held.field), path)
        found = [
            one
            for held in self.fields
            for one in held.elements(getattr(value, held.field), path)
        ]
        row = _Row([name for name, _ in found])
        try:
            if len(found) in self.model.after({0}, row):
                return
        except _TooLong:
            yield Violation(path, "has too many elements to be checked")
            return
        wanted = " or ".join(row.wanted)
        if row.reached == len(found):
            yield Violation(path, f"ends too early: {wanted} is expected")
            return
        name, spot = found[row.reached]
        expected = f": {wanted} is expected" if wanted else ""
        yield Violation(spot, f"{_local(name)} is not allowed here{expected}")


def _local(name: str) -> str:
    return name.rpartition("}")[2]
