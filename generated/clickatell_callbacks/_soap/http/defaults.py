"""The header blocks that a client puts into all its requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from typing import Any

from ..soap.operation import AnyOperation
from ..values.values import UNSET


def header_blocks(
    given: object, known: frozenset[str], before: Mapping[str, object]
) -> dict[str, object]:
    """Default header blocks by the names of their fields.

    Args:
        given: a mapping, or an object of a class of headers. A value that is None or `UNSET` takes a
            default away.
        known: the names that some operation declares.
        before: the defaults so far; those of other names stay.

    Raises:
        TypeError: it is neither.
        ValueError: no operation declares a name.
    """
    if is_dataclass(given) and not isinstance(given, type):
        named: dict[str, object] = {
            one.name: value
            for one in fields(given)
            if not _is_default(value := getattr(given, one.name), one)
        }
    elif isinstance(given, Mapping):
        named = dict(given)
    else:
        kind = type(given).__name__
        raise TypeError(f"headers: {kind} given, a mapping of header blocks is wanted")
    for name in named:
        if name not in known:
            has = ", ".join(sorted(known)) or "none"
            raise ValueError(f"headers: no operation declares {name!r}; there is {has}")
    found = {**before, **named}
    return {n: v for n, v in found.items() if v is not None and v is not UNSET}


def with_defaults(
    operation: AnyOperation, headers: object, defaults: Mapping[str, object]
) -> object:
    """The headers of one request: those that are given, and of the defaults those that the operation
    declares and that are not given."""
    kind = operation.request_headers_type
    if kind is None or headers is not None and not isinstance(headers, kind):
        return headers
    if headers is None:
        headers = kind()
    missing = {
        one.name: defaults[one.name]
        for one in fields(kind)
        if one.name in defaults and _is_default(getattr(headers, one.name), one)
    }
    made: Any = headers  # Any: a dataclass, to typeshed
    return replace(made, **missing) if missing else headers


def _is_default(value: object, field: Any) -> bool:  # Any: a field of any type
    """Whether a field's value is that of an argument that was left out."""
    if field.default is not MISSING:
        return value is field.default
    return field.default_factory is not MISSING and value == field.default_factory()
