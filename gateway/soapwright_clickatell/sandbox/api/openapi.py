"""The API's description (OpenAPI 3.1), made of its endpoints and of the dataclasses that they take and return."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any, Final, get_type_hints

from . import views
from .endpoints import Endpoint
from .shapes import key_of, object_schema, schema_of

ITEMS: Final[Mapping[str, str]] = {
    "id": "^[0-9a-f]{32}$",
    "number": "^[0-9]{1,15}$",
    "user": "^.{1,200}$",
}
"""The patterns of a path's parameter."""
_REASONS: Final = {
    200: "It is done.",
    201: "It was made.",
    202: "It will be done.",
    204: "It is done.",
    400: "The request is not as it is described here.",
    404: "There is no such thing.",
    408: "It has not come in time.",
    415: "The body is not declared as JSON.",
    503: "There are too many.",
}


def document(endpoints: Iterable[Endpoint], version: str) -> dict[str, Any]:
    """The description.

    Args:
        endpoints: what it describes.
        version: of the distribution.
    """
    paths: dict[str, dict[str, Any]] = {}
    bodies: dict[str, type[Any]] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
        if endpoint.body is not None:
            bodies[endpoint.body.__name__] = endpoint.body
    schemas = {name: object_schema(kind, given=True) for name, kind in bodies.items()}
    for name, kind in _dataclasses(views):
        schemas[name] = object_schema(kind, given=False)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Clickatell's gateway in a box",
            "version": version,
            "description": "What programs may ask of the sandbox, and do to it.",
        },
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    words = re.sub(r"\W+", " ", f"{endpoint.method} {endpoint.path[5:]}").split()
    made: dict[str, Any] = {
        "operationId": "_".join(words).lower(),
        "summary": endpoint.summary,
        "parameters": [*_of_path(endpoint.path), *_of_query(endpoint.query)],
        "responses": {
            str(endpoint.status): _response(endpoint.status, endpoint.returns),
            **{
                str(status): _response(status, views.Problem)
                for status in sorted({400, *endpoint.errors, *_of_body(endpoint)})
            },
        },
    }
    if endpoint.body is not None:
        content = {"application/json": {"schema": schema_of(endpoint.body)}}
        made["requestBody"] = {"required": True, "content": content}
    return made


def _of_body(endpoint: Endpoint) -> tuple[int, ...]:
    return (415,) if endpoint.body is not None else ()


def _of_path(path: str) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", path):
        schema = {"type": "string", "pattern": ITEMS[name]}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _of_query(query: type[Any]) -> Iterable[dict[str, Any]]:
    hints = get_type_hints(query)
    for field in dataclasses.fields(query):
        found = {**schema_of(hints[field.name]), **field.metadata}
        description = found.pop("description")
        if isinstance(found["type"], list):  # a query has no null
            found["type"], _ = found["type"]
        if field.default is not None:
            found["default"] = field.default
        yield {
            **{"name": key_of(field.name), "in": "query", "required": False},
            **{"description": description, "schema": found},
        }


def _response(status: int, returns: type[Any] | str | None) -> dict[str, Any]:
    made: dict[str, Any] = {"description": _REASONS[status]}
    if isinstance(returns, str):
        made["content"] = {returns: {"schema": {"type": "string"}}}
        if returns == "application/x-ndjson":
            made["content"]["text/csv"] = {"schema": {"type": "string"}}
    elif returns is not None:
        made["content"] = {"application/json": {"schema": schema_of(returns)}}
    return made


def _dataclasses(module: ModuleType) -> Iterable[tuple[str, type[Any]]]:
    for name, kind in vars(module).items():
        if dataclasses.is_dataclass(kind) and kind.__module__ == module.__name__:
            yield name, kind  # type: ignore[misc]  # it is a class, not an instance
