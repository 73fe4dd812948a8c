"""The API over HTTP: requests to endpoints, and their results to responses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from ... import __version__
from ..web.http import Request, Response
from .endpoints import Busy, Endpoint, Endpoints, Given, Missing, Stream, TooEarly
from .openapi import ITEMS, document
from .shapes import BadValue, read_json, read_query, to_json
from .views import Problem

NAME: Final = "api"
"""It answers under `/api`."""
_JSON: Final = "application/json"
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
_STATUSES: Final[Mapping[type[Exception], int]] = {
    **{BadValue: 400, Missing: 404, TooEarly: 408, Busy: 503},
}


@dataclass(frozen=True, slots=True)
class _Route:
    """The endpoints of one path, by method."""

    pattern: re.Pattern[str]
    methods: dict[str, Endpoint]


class Api:
    """The API.

    Args:
        endpoints: what can be called.
    """

    def __init__(self, endpoints: Endpoints) -> None:
        described = document(endpoints.all(), __version__)
        self._document = json.dumps(described, ensure_ascii=False, indent=2).encode()
        routes: dict[str, _Route] = {}
        for endpoint in endpoints.all():
            pattern = re.compile(_pattern(endpoint.path))
            route = routes.setdefault(endpoint.path, _Route(pattern, {}))
            route.methods[endpoint.method] = endpoint
        self._routes = list(routes.values())

    def __call__(self, request: Request) -> Response:
        """Answer a request under `/api`."""
        method = "GET" if request.method == "HEAD" else request.method
        if request.path == "/api/openapi.json":
            if method != "GET":
                return _refusal(405, "it can only be read", {"Allow": "GET, HEAD"})
            return Response(200, self._document, _JSON, _HEADERS)
        for route in self._routes:
            found = route.pattern.fullmatch(request.path)
            if found is None:
                continue
            endpoint = route.methods.get(method)
            if endpoint is None:
                allowed = ", ".join(sorted(route.methods))
                return _refusal(405, f"only {allowed}", {"Allow": allowed})
            return _answer(endpoint, unquote(found["item"]) if found.groups() else "", request)  # fmt: skip
        return _refusal(404, "there is no such endpoint; see /api/openapi.json")


def _pattern(path: str) -> str:
    """The pattern of a path. What its parameter may not be is not there."""

    def item(found: re.Match[str]) -> str:
        name = found[1]
        return "(?P<item>[^/]+)" if name == "user" else f"(?P<item>{ITEMS[name][1:-1]})"

    return re.sub(r"\{(\w+)\}", item, path)


def _answer(endpoint: Endpoint, item: str, request: Request) -> Response:
    try:
        query = read_query(request.query, endpoint.query)
        body = None
        if endpoint.body is not None:
            kind = request.headers.get("content-type", "").partition(";")[0]
            if kind.strip().lower() != _JSON:
                return _refusal(415, "a body of application/json is wanted")
            body = read_json(request.body, endpoint.body)
        elif request.body:
            raise BadValue("no body is wanted")
        made = endpoint.does(Given(item, query, body))
    except tuple(_STATUSES) as error:
        return _refusal(_STATUSES[type(error)], str(error))
    if isinstance(made, Stream):
        return Response(200, b"", made.content_type, _HEADERS, made.pieces)
    content = b"" if made is None else to_json(made)
    return Response(endpoint.status, content, _JSON, _HEADERS)


def _refusal(
    status: int, reason: str, headers: Mapping[str, str] | None = None
) -> Response:
    body = to_json(Problem(reason))
    return Response(status, body, _JSON, {**_HEADERS, **(headers or {})})
