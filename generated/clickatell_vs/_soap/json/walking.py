"""One conversion: how deep it is, and where in a value it is when something does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

DEEPEST: Final = 256
"""Objects and lists within each other; an envelope is never as deep."""


class Misfit(Exception):
    """A value or JSON that is not of its form; `steps` lead to the spot, the innermost first.

    `secret` is whether a field on the way is one, so that the reason must not show.
    """

    def __init__(self, reason: str, *steps: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.steps = list(steps)
        self.secret = False


class Walk:
    """One conversion: the objects that it is in, and whether fields that are left out get the
    defaults of their class."""

    __slots__ = ("begun", "defaults", "depth")

    def __init__(self, *, defaults: bool = False) -> None:
        self.begun: set[int] = set()
        self.defaults = defaults
        self.depth = 0

    def begin(self, value: object) -> int:
        """Enter an object or a list that is dumped.

        Raises:
            Misfit: it is being dumped already, or is too deep.
        """
        key = id(value)
        if key in self.begun:
            raise Misfit("contains itself")
        if len(self.begun) == DEEPEST:
            raise Misfit(f"more than {DEEPEST} objects are within each other")
        self.begun.add(key)
        return key

    def descend(self) -> None:
        """Enter an object or an array that is read.

        Raises:
            Misfit: it is too deep.
        """
        if self.depth == DEEPEST:
            raise Misfit(f"more than {DEEPEST} objects are within each other")
        self.depth += 1


def at(step: str, convert: Any, *arguments: Any) -> Any:  # Any: as `dump` and `load`
    """A conversion one step further inside."""
    try:
        return convert(*arguments)
    except Misfit as misfit:
        misfit.steps.append(step)
        raise


def each(
    values: Iterable[object], convert: Callable[[Any, Walk], object], walk: Walk
) -> list[object]:
    """Items, each converted.

    Raises:
        Misfit: as `convert`, the item's index among the steps.
    """
    converted: list[object] = []
    for index, value in enumerate(values):
        try:
            converted.append(convert(value, walk))
        except Misfit as misfit:
            misfit.steps.append(f"[{index}]")
            raise
    return converted
