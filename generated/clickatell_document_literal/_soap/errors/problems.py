"""Where an envelope that was read leniently violates its schema."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One place of an envelope that violates its schema, and was read all the same."""

    path: str
    """The spot, `findResponse.book[3].shelf`, as `DecodeError` has it."""
    value: str | None
    """The text or the XML that was there, `***` where the spot is a secret's; `None` where nothing
    was."""
    reason: str
    """The reason in words."""

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason
