"""How values show themselves where some of what they hold is a secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from reprlib import recursive_repr
from typing import Any

from .redaction import MASK, is_secret


def shown(self: Any) -> str:  # Any: a dataclass; they have no common type
    """The representation of a dataclass, with `***` for what in it is secret by its name:
    attributes of any name, and in `(name, value)` the value."""
    return _shown(self)  # typeshed's type of what `recursive_repr` makes is no method's


@recursive_repr()
def _shown(value: Any) -> str:  # Any: as of `shown`
    said = [
        f"{field.name}={_inside(getattr(value, field.name))}"
        for field in fields(value)
        if field.repr
    ]
    return f"{type(value).__qualname__}({', '.join(said)})"


def _inside(held: object) -> str:
    if isinstance(held, list):
        return f"[{', '.join(map(_inside, held))}]"
    if isinstance(held, tuple) and len(held) == 2 and isinstance(held[0], str):
        value = MASK if is_secret(held[0]) else _inside(held[1])
        return f"({held[0]!r}, {value})"
    return repr(shown_attributes(held) if isinstance(held, Mapping) else held)


def shown_attributes(attributes: Mapping[str, object]) -> dict[str, object]:
    """Attributes with `***` for the value of each that is secret."""
    return {
        name: MASK if is_secret(name) else value for name, value in attributes.items()
    }
