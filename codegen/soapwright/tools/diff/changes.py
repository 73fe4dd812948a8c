"""Changes as values: the subject, its location in both files, and its effects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from soapwright.model.diagnostics import Location
from soapwright.tools.diff.rules import RULES, Effect


@dataclass(frozen=True, slots=True)
class Sides:
    """Which messages a thing is part of."""

    request: bool
    reply: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `subject` is what changed: an operation, `send.request.text`, `Order.items`.

    `message` has the change without the subject, so that alike changes can be grouped. `old`
    and `new` are None where that spec has nothing to show.
    """

    kind: str
    subject: str
    message: str
    request: Effect
    reply: Effect
    python: Effect
    old: Location | None
    new: Location | None

    @property
    def effect(self) -> Effect:
        """The worst of its classes."""
        return max(self.request, self.reply, self.python)


@dataclass(slots=True)
class Changes:
    """Collects the changes of one comparison, each once, in the order in which they are found."""

    _found: dict[Change, None] = field(default_factory=dict)

    def add(
        self,
        kind: str,
        subject: str,
        message: str,
        places: tuple[Location | None, Location | None],
        sides: Sides,
        python: Effect = Effect.COMPATIBLE,
    ) -> None:
        """Note a change; `python` counts where its rule leaves that open."""
        rule = RULES[kind]
        request = rule.request if sides.request else Effect.NONE
        reply = rule.reply if sides.reply else Effect.NONE
        source = python if rule.python is None else rule.python
        change = Change(kind, subject, message, request, reply, source, *places)
        self._found[change] = None

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Change]:
        return iter(self._found)
