"""Dataclasses as JSON, as JSON Schema, and read from JSON and query strings.

A field's name is its key, without the underscore that keeps `from_` from being a keyword. Its
metadata has the `description` and the constraints, by their names in JSON Schema.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

_Made = TypeVar("_Made")
_SCALARS: Final[Mapping[object, str]] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
}
_WORDS: Final = {
    "string": "a string",
    "boolean": "true or false",
    "integer": "an integer",
    "number": "a number",
}


class BadValue(Exception):
    """A request that is not as the endpoint takes it."""


def constrained(
    description: str, default: Any = MISSING, **limits: Any
) -> Any:  # Any: as dataclasses.field has it
    """A field with its description, and its limits by the names of JSON Schema."""
    return dataclasses.field(
        default=default, metadata={"description": description, **limits}
    )


def to_json(value: object) -> bytes:
    """A dataclass, or a list of them, as JSON."""
    return json.dumps(_plain(value), ensure_ascii=False).encode("utf-8", "replace")


def schema_of(kind: Any) -> dict[str, Any]:  # Any: a type, as annotations have it
    """The JSON Schema of a type; dataclasses are references to `components/schemas`."""
    if dataclasses.is_dataclass(kind):
        return {"$ref": f"#/components/schemas/{getattr(kind, '__name__')}"}
    if get_origin(kind) is UnionType:
        (inner,) = [one for one in get_args(kind) if one is not NoneType]
        found = schema_of(inner)
        if "$ref" in found:
            return {"anyOf": [found, {"type": "null"}]}
        return {**found, "type": [found["type"], "null"]}
    if get_origin(kind) is list:
        return {"type": "array", "items": schema_of(get_args(kind)[0])}
    if get_origin(kind) is dict:
        values = [schema_of(one) for one in _members(get_args(kind)[1])]
        inner = values[0] if len(values) == 1 else {"anyOf": values}
        return {"type": "object", "additionalProperties": inner}
    if get_origin(kind) is Literal:
        return {"type": "string", "enum": list(get_args(kind))}
    return {"type": _SCALARS[kind]}


def object_schema(kind: type[Any], given: bool) -> dict[str, Any]:  # Any: a dataclass
    """The JSON Schema of a dataclass.

    Args:
        kind: the dataclass.
        given: whether it is sent to us: then what has a default may be left out.
    """
    hints = get_type_hints(kind)
    properties, required = {}, []
    for field in dataclasses.fields(kind):
        found = {**schema_of(hints[field.name]), **field.metadata}
        if field.default is not MISSING and field.default is not None:
            found["default"] = field.default
        properties[key_of(field.name)] = found
        if not given or field.default is MISSING:
            required.append(key_of(field.name))
    schema: dict[str, Any] = {
        "type": "object",
        "description": " ".join((kind.__doc__ or "").split()),
        "properties": properties,
        "additionalProperties": False,
    }
    return {**schema, "required": required} if required else schema


def key_of(name: str) -> str:
    """The key of a field."""
    return name.removesuffix("_")


def read_json(body: bytes, kind: type[_Made]) -> _Made:
    """A dataclass of the JSON in a request.

    Raises:
        BadValue: it is no such object.
    """
    try:
        found = json.loads(body or b"{}", parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadValue("the body is no JSON") from None
    if not isinstance(found, dict):
        raise BadValue("the body is no object")
    return _made(kind, found, lambda value, _: value)


def read_query(query: str, kind: type[_Made]) -> _Made:
    """A dataclass of the parameters in a query string.

    Raises:
        BadValue: they are no such parameters.
    """
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, max_num_fields=100, errors="strict"
        )
    except ValueError:
        raise BadValue("the query cannot be read") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise BadValue(f"{name[:40]} is given twice")
        found[name] = value
    return _made(kind, found, _from_text)


def made_of(kind: Any, value: Any) -> Any:  # Any: a type, and JSON
    """Our own JSON as a type: a client's side of `to_json`."""
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        given = {
            field.name: made_of(hints[field.name], value[key_of(field.name)])
            for field in dataclasses.fields(kind)
        }
        return kind(**given)  # type: ignore[operator]  # it is a class, not an instance
    if get_origin(kind) is list:
        return [made_of(get_args(kind)[0], one) for one in value]
    if get_origin(kind) is UnionType:
        inner, *_ = [one for one in get_args(kind) if one is not NoneType]
        return None if value is None else made_of(inner, value)
    return value


# ----------------------------------------------------------------------------------- inside


def _made(
    kind: type[_Made],
    found: Mapping[str, Any],
    convert: Callable[[Any, str], Any],  # Any: of JSON
) -> _Made:
    fields = {key_of(f.name): f for f in dataclasses.fields(kind)}  # type: ignore[arg-type]  # a dataclass
    hints = get_type_hints(kind)
    for name in found:
        if name not in fields:
            known = ", ".join(fields) or "none"
            raise BadValue(f"{name[:40]} is not known; known are {known}")
    values = {}
    for name, field in fields.items():
        if name in found:
            rule = _Rule(name, hints[field.name], field.metadata)
            values[field.name] = rule.checked(convert(found[name], rule.type))
        elif field.default is MISSING:
            raise BadValue(f"{name} is missing")
    return kind(**values)


@dataclass(frozen=True)
class _Rule:
    """Whether a value may be a field's."""

    name: str
    hint: Any  # Any: a type, as annotations have it
    limits: Mapping[str, Any]  # Any: of JSON Schema

    @property
    def type(self) -> str:
        """Its type, as JSON Schema calls it."""
        kind, *_ = [one for one in _members(self.hint) if one is not NoneType]
        return "string" if get_origin(kind) is Literal else _SCALARS[kind]

    def checked(self, value: Any) -> Any:  # Any: of JSON
        """The value.

        Raises:
            BadValue: it is no value of the field.
        """
        if value is None and NoneType in _members(self.hint):
            return None
        if not self._is_of_type(value):
            raise BadValue(f"{self.name}: {_WORDS[self.type]} is wanted")
        allowed = get_args(self.hint) if get_origin(self.hint) is Literal else None
        if allowed and value not in allowed:
            raise BadValue(f"{self.name}: one of {', '.join(allowed)} is wanted")
        self._check_limits(value)
        match self.type, value:
            case "integer", int() | float():
                return int(value)
            case "number", int() | float():
                return float(value)
            case _:
                return value

    def _is_of_type(self, value: object) -> bool:
        match self.type:
            case "string":
                return isinstance(value, str) and _is_text(value)
            case "boolean":
                return isinstance(value, bool)
            case "integer":
                # To JSON Schema 3.0 is an integer.
                is_whole = isinstance(value, float) and value.is_integer()
                return is_whole or (
                    isinstance(value, int) and not isinstance(value, bool)
                )
            case _:
                is_number = isinstance(value, int | float)
                return is_number and not isinstance(value, bool) and _is_finite(value)

    def _check_limits(self, value: Any) -> None:  # Any: of JSON
        least, most = self.limits.get("minimum"), self.limits.get("maximum")
        if least is not None and value < least:
            raise BadValue(f"{self.name}: at least {least} is wanted")
        if most is not None and value > most:
            raise BadValue(f"{self.name}: at most {most} is wanted")
        allowed = self.limits.get("enum")
        if allowed is not None and value not in allowed:
            listed = ", ".join(str(one) for one in allowed if one != "")
            raise BadValue(f"{self.name}: one of {listed} is wanted")
        longest, pattern = self.limits.get("maxLength"), self.limits.get("pattern")
        if longest is not None and len(value) > longest:
            raise BadValue(f"{self.name}: at most {longest} characters are wanted")
        if pattern is not None and not re.search(pattern, value):
            raise BadValue(f"{self.name}: {pattern} is wanted")


def _members(hint: Any) -> tuple[Any, ...]:  # Any: types
    return get_args(hint) if get_origin(hint) is UnionType else (hint,)


def _is_text(value: str) -> bool:
    """Whether it can be written: JSON may escape half of a surrogate pair."""
    return not any("\ud800" <= c <= "\udfff" for c in value)


def _is_finite(value: Any) -> bool:  # Any: a number
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _from_text(text: str, kind: str) -> object:
    """A parameter's value; where it is none of its type, its text, which is refused later."""
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if kind == "integer" and re.fullmatch(r"-?[0-9]{1,18}", text):
        return int(text)
    if kind == "number" and re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", text):
        return float(text)
    return text


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value):
        return {
            key_of(field.name): _plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
        }
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
