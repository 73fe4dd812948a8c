"""How values show themselves where some of what they hold is a secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from threading import get_ident
from typing import Any

from .redaction import MASK, Secrets

# The values that are being represented, with the thread that does it: one may contain itself.
_begun: set[tuple[int, int]] = set()


def shown(value: Any, secrets: Secrets) -> str:  # Any: a dataclass of any class
    """The representation of a dataclass, with `***` for what in it is secret by its name: fields
    that are made with `repr=False`, attributes of any name, and in `(name, value)` the value.
    What is absent is no secret."""
    key = id(value), get_ident()
    if key in _begun:
        return "..."
    _begun.add(key)
    try:
        parts = [
            f"{field.name}={_shown(getattr(value, field.name), field.repr, secrets)}"
            for field in fields(value)
        ]
    finally:
        _begun.discard(key)
    return f"{type(value).__qualname__}({', '.join(parts)})"


def _shown(held: object, is_shown: bool, secrets: Secrets) -> str:
    is_unset = isinstance(held, Enum) and not held
    if is_shown or held is None or held == [] or is_unset:
        return _inside(held, secrets)
    return MASK


def _inside(held: object, secrets: Secrets) -> str:
    if isinstance(held, list):
        return f"[{', '.join(_inside(one, secrets) for one in held)}]"
    if isinstance(held, tuple) and len(held) == 2 and isinstance(held[0], str):
        value = MASK if secrets.has(held[0]) else _inside(held[1], secrets)
        return f"({held[0]!r}, {value})"
    if isinstance(held, Mapping):
        return repr(shown_attributes(held, secrets))
    return repr(held)


def shown_attributes(
    attributes: Mapping[str, object], secrets: Secrets
) -> dict[str, object]:
    """Attributes with `***` for the value of each that is secret."""
    return {
        name: MASK if secrets.has(name) else value for name, value in attributes.items()
    }
