"""Requests to mocks: under their own names alone, and from no page of another site."""

from __future__ import annotations

import asyncio

import pytest

from soapwright.tools.hosts import guarded
from soapwright.tools.http_server import Event, Receive, Send


async def answer(scope: Event, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"yes"})


def status(method: str, *headers: tuple[str, str], names: tuple[str, ...] = ()) -> int:
    events: list[Event] = []

    async def receive() -> Event:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event: Event) -> None:
        events.append(event)

    given = [(n.encode(), v.encode("latin-1")) for n, v in headers]
    scope = {"type": "http", "method": method, "path": "/", "headers": given}
    asyncio.run(guarded(answer, names)(scope, receive, send))
    assert [event["type"] for event in events] == [
        "http.response.start",
        "http.response.body",
    ]
    found = events[0]["status"]
    assert isinstance(found, int)
    return found


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST:8900", "localhost.", "shop.localhost:1"),
        *("127.0.0.1", "127.0.0.1:8900", "[::1]", "[::1]:8900", "192.168.1.5:80"),
        *("mock", "Mock:8900", "mock."),
    ],
)
def test_names_of_our_own(method: str, host: str) -> None:
    assert status(method, ("host", host), names=("mock",)) == 200
    assert status(method) == 200


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.parametrize(
    "host",
    [
        *(
            "evil.example",
            "evil.example:8900",
            "127.0.0.1.evil.example",
            "localhost.evil",
        ),
        *("", "mock2", "1.2.3", "localhost@evil.example", "é", "[::1].evil"),
    ],
)
def test_a_name_that_was_made_to_lead_here(method: str, host: str) -> None:
    assert status(method, ("host", host), names=("mock",)) == 421
    assert status(method, ("host", "localhost"), ("host", host)) == 421


@pytest.mark.parametrize(
    "header",
    [
        ("origin", "https://evil.example"),
        ("origin", "http://localhost:1"),
        ("origin", "null"),
        ("origin", "http://["),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ],
)
def test_a_page_of_another_site_may_not_call(header: tuple[str, str]) -> None:
    host = ("host", "localhost:8900")
    for method in ("POST", "PUT", "DELETE"):
        assert status(method, host, header) == 403
    assert status("GET", host, header) == 200


def test_pages_of_our_own_and_programs_may_call() -> None:
    host = ("host", "localhost:8900")
    assert status("POST", host) == 200
    assert status("POST", host, ("origin", "http://localhost:8900")) == 200
    assert status("POST", host, ("sec-fetch-site", "same-origin")) == 200


def test_what_is_no_request_passes() -> None:
    seen: list[str] = []

    async def app(scope: Event, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: object) -> Event:
        return {}

    asyncio.run(guarded(app, ())({"type": "lifespan"}, nothing, nothing))
    assert seen == ["lifespan"]
