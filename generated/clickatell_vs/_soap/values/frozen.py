"""The base of the small value types."""

from __future__ import annotations


class Frozen:
    """A value that equals another of its class with the same parts, and cannot change.

    No dataclass: `dataclasses.asdict` would take a value apart that is one, and each frozen
    dataclass costs every import of a package most of a millisecond.
    """

    __slots__ = ()

    def _parts(self) -> tuple[object, ...]:
        """The constructor's arguments."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Frozen) and type(other) is type(self):
            return self._parts() == other._parts()
        return NotImplemented

    def __hash__(self) -> int:
        return hash((type(self), self._parts()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._parts()))})"

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), self._parts()
