"""Model groups while they are translated: each once, and none larger or deeper than can be worked with.

A group that takes in another one twice, which does the same, and so on, doubles at each step: a
short schema may describe a content model of any size.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from soapwright.model.api import All, Choice, Particle, QName, Sequence

MAX_PARTICLES = 10_000
MAX_DEPTH = 150  # functions that walk content models are recursive


@dataclass(slots=True)
class Groups:
    """The particle of each group, None where it has none; `open` are those that are being translated."""

    particles: dict[QName, Particle | None] = field(default_factory=dict)
    open: set[QName] = field(default_factory=set)
    _sizes: dict[int, tuple[int, int]] = field(default_factory=dict)
    _used_by: dict[QName, dict[QName, None]] = field(default_factory=dict)

    def keep(self, name: QName, particle: Particle | None) -> None:
        """Note a group's particle."""
        self.particles[name] = particle
        if particle is not None:  # it stays, so its identity stays its own
            self._sizes[id(particle)] = self._size(particle)

    def is_too_large(self, particle: Particle) -> bool:
        """Whether a content model is too deep or too large, its groups expanded."""
        count, depth = self._size(particle)
        return count > MAX_PARTICLES or depth > MAX_DEPTH

    def use(self, group: QName, owner: QName) -> None:
        """Note that a definition, or another group, takes in a group; both are ids of owners."""
        self._used_by.setdefault(group, {})[owner] = None

    def users(self, owner: QName) -> tuple[QName, ...]:
        """The definitions that a group ends up in; a definition's id gives itself."""
        found: dict[QName, None] = {}
        waiting = [owner]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found[one] = None
                waiting += self._used_by.get(one, ())
        return tuple(found)

    def _size(self, particle: Particle) -> tuple[int, int]:
        """How many particles there are, and how deep they are nested."""
        known = self._sizes.get(id(particle))
        if known is not None:
            return known
        match particle:
            case Sequence(items=items) | All(items=items) | Choice(branches=items):
                sizes = [self._size(item) for item in items]
                deepest = max((depth for _, depth in sizes), default=0)
                return 1 + sum(count for count, _ in sizes), 1 + deepest
            case _:
                return 1, 1
