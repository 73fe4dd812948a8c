"""The errors of writers where a whole value breaks a rule, not the text of one spot."""

from __future__ import annotations

from typing import NoReturn


class Refusal(ValueError):
    """A check of a whole value failed.

    `owner` is the value; `field` is what is meant in it, a field's name or an index in
    brackets, "" where it is the whole.
    """

    def __init__(self, owner: object, field: str, reason: str) -> None:
        super().__init__(reason)
        self.owner = owner
        self.field = field


def absent(v: object, field: str) -> NoReturn:
    """A required field holds nothing."""
    raise Refusal(v, field, "is required")


def prohibited(v: object, field: str) -> Refusal:
    """A field is set that the value's type, a restriction, takes away."""
    return Refusal(v, field, "is not allowed")


def wrong_choice(v: object, fields: str) -> Refusal:
    """Of the fields of a choice none is set, or more than one."""
    return Refusal(v, "", f"exactly one is wanted of: {fields}")


def incomplete_group(v: object, fields: str) -> Refusal:
    """Of the fields that belong together some are not set."""
    return Refusal(v, "", f"must be set together: {fields}")


def unknown_item(item: object) -> TypeError:
    """An item of a list of alternatives is none of them."""
    return TypeError(no_alternative(item))


def no_alternative(item: object) -> str:
    """The message about an item of a list of alternatives that is none of them."""
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
        tag = item[0] if len(item[0]) <= 60 else f"{item[0][:60]}…"
        return f"the tag {tag!r} is none of the alternatives"
    given = "tuple of another shape" if type(item) is tuple else type(item).__name__
    return f"{given} given, (tag, value) wanted"
