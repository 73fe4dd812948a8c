"""The JSON Schemas of tools, of those that a package makes: without secrets, and of results without facets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

Schema = dict[str, Any]  # Any: JSON
IsSecret = Callable[[str], bool]
"""Whether the value of a field is to be hidden, by the field's path: `Login.password`."""

MASK: Final = "***"
# What a reply may break all the same: clients refuse results that are not as their schema says.
_FACETS: Final = frozenset(
    {
        *("const", "enum", "pattern", "minLength", "maxLength", "maxItems", "allOf"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "not"),
    }
)


def without(schema: Schema, hidden: Callable[[str, str], bool]) -> Schema:
    """A schema whose classes lack some fields.

    Args:
        schema: with its classes in `$defs`.
        hidden: whether a field of a class, by their names, is left out.
    """
    classes: Mapping[str, Schema] = schema.get("$defs", {})
    return {
        **schema,
        "$defs": {name: _fewer(name, one, hidden) for name, one in classes.items()},
    }


def _fewer(name: str, schema: Schema, hidden: Callable[[str, str], bool]) -> Schema:
    properties = schema.get("properties")
    if properties is None:
        return schema
    kept = {n: one for n, one in properties.items() if not hidden(name, n)}
    made = {**schema, "properties": kept}
    if "required" in schema:
        made["required"] = [one for one in schema["required"] if one in kept]
    return made


def unrolled(schema: Schema) -> Schema:
    """A schema whose root is an object, and no reference to one: agents want that. Fields that would only
    repeat the name of a class are left out."""
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    classes: dict[str, Schema] = schema.get("$defs", {})
    if "properties" not in classes.get(name, {}):
        return schema
    if not any(key.endswith(".any") for key in classes):  # no class has derived ones
        classes = without(schema, lambda _, field: field == "$type")["$defs"]
    rest = {k: v for k, v in schema.items() if k not in ("$ref", "$defs")}
    found = {**rest, **classes[name]}
    others = {key: one for key, one in classes.items() if key != name}
    if f'"#/$defs/{name}"' in json.dumps([found, others]):
        others = classes
    return {**found, "$defs": others} if others else found


def relaxed(schema: Any) -> Any:  # Any: a schema, or a part of one
    """A schema without what only `validate` checks: a reply may break it."""
    if isinstance(schema, list):
        return [relaxed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {}
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            found[key] = {name: relaxed(one) for name, one in value.items()}
        elif key == "required":
            found[key] = value
        elif key not in _FACETS:
            found[key] = relaxed(value)
    return found


def masked(data: Any, path: str, is_secret: IsSecret) -> Any:  # Any: JSON
    """JSON with `***` for each secret that is there.

    Args:
        data: as `to_dict` gives it.
        path: the name that paths begin with.
        is_secret: decides by a field's path.
    """
    if isinstance(data, list):
        return [masked(one, path, is_secret) for one in data]
    if not isinstance(data, dict):
        return data
    return {
        name: (
            MASK
            if value not in (None, []) and is_secret(f"{path}.{name}")
            else masked(value, path, is_secret)
        )
        for name, value in data.items()
    }


def opened(schema: Schema, hidden: Callable[[str, str], bool]) -> Schema:
    """A schema where some fields may hold anything.

    Args:
        schema: with its classes in `$defs`.
        hidden: whether a field of a class, by their names, is meant.
    """
    classes: Mapping[str, Schema] = schema.get("$defs", {})
    found = {}
    for name, one in classes.items():
        properties = one.get("properties")
        if properties is not None:
            fields = {
                n: {} if hidden(name, n) else each for n, each in properties.items()
            }
            one = {**one, "properties": fields}
        found[name] = one
    return {**schema, "$defs": found}
