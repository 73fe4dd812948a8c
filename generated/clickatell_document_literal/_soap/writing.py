"""What the writers call besides the text of values, and what finds the spot when one fails."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, NoReturn

from .anyxml import AnyElement
from .errors import EncodeError
from .prefixes import attributes_xml
from .strings import text
from .values import Unset

_MAX_DEPTH = 200


class Refusal(ValueError):
    """A check of a whole value failed: `owner` is the value, `field` the field that is meant."""

    def __init__(self, owner: object, field: str, reason: str) -> None:
        super().__init__(reason)
        self.owner = owner
        self.field = field


def absent(v: object, field: str) -> NoReturn:
    """A required field holds nothing."""
    raise Refusal(v, field, "is required")


def wrong_choice(v: object, fields: str) -> Refusal:
    """Of the fields of a choice none is set, or more than one."""
    return Refusal(v, "", f"exactly one is wanted of: {fields}")


def incomplete_group(v: object, fields: str) -> Refusal:
    """Of the fields that stand together some are not set."""
    return Refusal(v, "", f"must stand together: {fields}")


def unknown_item(item: object) -> Refusal:
    """An item of a list of alternatives is none of them."""
    tag = item[0] if isinstance(item, tuple) and item else None
    said = f"the tag {tag!r}" if isinstance(tag, str) else f"a {type(item).__name__}"
    return Refusal(item, "", f"{said} is none of the alternatives")


def inside(xml: str) -> str:
    """What stands in an element: a part's content goes into the Body without an element of its own."""
    return xml[xml.index(">") + 1 : xml.rindex("</")] if "</" in xml else ""


def quoted(escaped: str) -> str:
    """Escaped element text made fit for an attribute's double quotes."""
    if escaped.isprintable() and '"' not in escaped:
        return escaped
    escaped = escaped.replace('"', "&quot;").replace("\t", "&#9;")
    return escaped.replace("\n", "&#10;")


def attributes_text(attributes: Mapping[str, str]) -> str:
    """The attributes that a wildcard holds, for a start tag."""
    return attributes_xml(attributes, "any") if attributes else ""


def tokens_text(v: Sequence[str]) -> str:
    """A list of tokens.

    Raises:
        TypeError: it is a str, or holds something else.
    """
    if isinstance(v, str):
        raise TypeError("str given, list wanted")
    return text(" ".join(v))


# ----------------------------------------------------------------------- finding the spot


def blame(value: object, name: str, error: Exception) -> EncodeError:
    """The error with the path to the first spot in `value` that cannot be written.

    Args:
        value: What was to be written.
        name: What the path begins with, `sendmsg`.
        error: What its writer raised.
    """
    if isinstance(error, RecursionError):
        found = _cycle(value, name, [])
        return EncodeError(
            found or name, "contains itself" if found else "is nested too deeply"
        )
    if isinstance(error, Refusal):
        owner = next((p for p, v in _walk(value, name, 0) if v is error.owner), name)
        return EncodeError(
            f"{owner}.{error.field}" if error.field else owner, str(error)
        )
    for path, reason in _wrong(value, name):
        return EncodeError(path, reason)
    return EncodeError(name, str(error))


def _children(value: object, path: str) -> Iterator[tuple[str, object]]:
    if dataclasses.is_dataclass(value) and not isinstance(value, (type, AnyElement)):
        for field in dataclasses.fields(value):
            yield f"{path}.{field.name}", getattr(value, field.name, None)
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield f"{path}[{number}]", item


def _walk(value: object, path: str, depth: int) -> Iterator[tuple[str, object]]:
    yield path, value
    if depth < _MAX_DEPTH:
        for at, child in _children(value, path):
            yield from _walk(child, at, depth + 1)


def _cycle(value: object, path: str, above: list[object]) -> str | None:
    """The path to the first spot that holds a value which holds it."""
    if any(value is one for one in above):
        return path
    if len(above) > _MAX_DEPTH:
        return None
    for at, child in _children(value, path):
        if found := _cycle(child, at, [*above, value]):
            return found
    return None


def _wrong(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Where a value is not what its class declares, and why."""
    for at, one in _walk(value, path, 0):
        if dataclasses.is_dataclass(one) and not isinstance(one, (type, AnyElement)):
            hints = typing.get_type_hints(type(one))
            for field in dataclasses.fields(one):
                held = getattr(one, field.name, None)
                for where, reason in _mismatch(
                    held, hints.get(field.name, Any), f"{at}.{field.name}"
                ):
                    yield where, reason
        elif (unwritable := _unwritable(one)) is not None:
            yield at, unwritable


def _mismatch(value: object, hint: Any, path: str) -> Iterator[tuple[str, str]]:
    """Why a value does not fit an annotation, looking into lists and pairs, not into classes."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return
    if origin in (typing.Union, UnionType):
        kinds = [a for a in arguments if _fits(value, a)]
        if not kinds:
            yield path, _wanted(value, arguments)
        elif len(kinds) == 1:
            yield from _mismatch(value, kinds[0], path)
    elif not _fits(value, hint):
        yield path, _wanted(value, (hint,))
    elif origin is list and isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from _mismatch(item, arguments[0], f"{path}[{number}]")
    elif (reason := _unwritable(value)) is not None:
        yield path, reason


def _fits(value: object, hint: Any) -> bool:
    """Whether a value is of an annotation's outermost type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return True
    if origin in (typing.Union, UnionType):
        return any(_fits(value, a) for a in arguments)
    if origin is typing.Literal:
        return value in arguments
    if origin is tuple:
        return (
            isinstance(value, tuple)
            and len(value) == len(arguments)
            and all(_fits(v, a) for v, a in zip(value, arguments, strict=True))
        )
    kind = origin or hint
    if not isinstance(kind, type):
        return True
    if isinstance(value, bool) and kind in (int, float):
        return False
    if kind is list:
        return isinstance(value, (list, tuple))
    return isinstance(value, kind) or kind is float and isinstance(value, int)


def _wanted(value: object, kinds: Sequence[Any]) -> str:
    if value is None or isinstance(value, Unset):
        return "is required"
    names = " | ".join(
        getattr(k, "__name__", str(k)) for k in kinds if k not in (type(None), Unset)
    )
    return f"{type(value).__name__} given, {names} wanted"


def _unwritable(value: object) -> str | None:
    """Why XML cannot carry a value that is of its type."""
    if isinstance(value, str) and not isinstance(value, Enum):
        try:
            text(value)
        except ValueError as error:
            return str(error)
    if isinstance(value, Decimal) and not value.is_finite():
        return f"{value} is no xsd:decimal"
    if isinstance(value, int):
        try:
            int.__repr__(value)
        except ValueError:
            return "an integer of too many digits"
    return None
