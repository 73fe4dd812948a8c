"""The sandbox's JSON API: what it refuses, its stream of events, its description."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from sandboxes import DEMO

from soapwright_clickatell.sandbox.api.requests import (
    MessageSearch,
    NewFault,
    TurnClock,
    WaitFor,
)
from soapwright_clickatell.sandbox.api.shapes import (
    BadValue,
    made_of,
    read_json,
    read_query,
    to_json,
)
from soapwright_clickatell.sandbox.api.views import MessageView
from soapwright_clickatell.sandbox.box import Box
from soapwright_clickatell.sandbox.records.messages import Submission

NUMBER = "27831234567"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box(speed=0, seed=1) as made:
        yield made


def call(
    box: Box,
    method: str,
    path: str,
    body: object = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(urlsplit(box.url).netloc, timeout=20)
    try:
        given = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        connection.request(method, path, given, JSON if headers is None else headers)
        reply = connection.getresponse()
        content = reply.read()
        if reply.headers.get_content_type() != "application/json" or not content:
            return reply.status, content
        return reply.status, json.loads(content)
    finally:
        connection.close()


def send(box: Box, text: str = "Hello") -> None:
    box.gateway.sendmsg(DEMO, Submission(to=[NUMBER], text=text))


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "error"),
    [
        ("GET", "/api/messages?limit=x", None, 400, "limit: an integer is wanted"),
        ("GET", "/api/messages?limit=1001", None, 400, "limit: at most 1000 is wanted"),
        ("GET", "/api/messages?to=1&to=2", None, 400, "to is given twice"),
        ("GET", "/api/messages?color=1", None, 400, "color is not known; known are "),
        ("GET", "/api/messages?text=%ff", None, 400, "the query cannot be read"),
        ("GET", "/api/messages/xyz", None, 404, "there is no such endpoint"),
        ("GET", f"/api/messages/{'0' * 32}", None, 404, "there is no such message"),
        ("PUT", "/api/messages", None, 405, "only DELETE, GET"),
        ("DELETE", "/api/messages", {}, 400, "no body is wanted"),
        ("DELETE", "/api/faults/9", None, 404, "there is no such fault"),
        ("GET", "/api/callbacks/9", None, 404, "there is no such callback"),
        ("POST", "/api/clock", b"{", 400, "the body is no JSON"),
        ("POST", "/api/clock", b"[]", 400, "the body is no object"),
        ("POST", "/api/clock", b"[" * 100_000, 400, "the body is no JSON"),
        ("POST", "/api/clock", b'{"seconds": NaN}', 400, "the body is no JSON"),
        ("POST", "/api/clock", b'{"days": 1e999}', 400, "days: a number is wanted"),
        ("POST", "/api/clock", {"days": 10**400}, 400, "days: a number is wanted"),
        ("POST", "/api/clock", {"days": True}, 400, "days: a number is wanted"),
        ("POST", "/api/clock", {"wait": 1}, 400, "wait: true or false is wanted"),
        ("POST", "/api/faults", {}, 400, "kind is missing"),
        (
            "POST",
            "/api/faults",
            {"kind": "http", "status": 200},
            400,
            "status: at least",
        ),
        (
            "POST",
            "/api/faults",
            {"kind": "error", "code": 2.5},
            400,
            "code: an integer",
        ),
        (
            "POST",
            "/api/faults",
            {"kind": "error", "code": 998},
            400,
            "code: one of 1, ",
        ),
        (
            *("POST", "/api/incoming"),
            *({"from": NUMBER, "to": "27999000224", "text": ""}, 400),
            "a message has a text",
        ),
        (
            *("POST", "/api/incoming"),
            *({"from": NUMBER, "to": "27999000224", "text": "\ud800"}, 400),
            "text: a string is wanted",
        ),
    ],
)
def test_what_is_refused(
    box: Box, method: str, path: str, body: object, status: int, error: str
) -> None:
    found, reply = call(box, method, path, body)
    assert (found, reply["error"][: len(error)]) == (status, error)


def test_pages_of_other_sites_change_nothing(box: Box) -> None:
    """Neither by a form, whose type a browser sends without asking, nor from an origin."""
    body = {"kind": "error"}
    assert (
        call(box, "POST", "/api/faults", body, {"Content-Type": "text/plain"})[0] == 415
    )
    assert call(box, "POST", "/api/faults", body, {})[0] == 415
    foreign = {**JSON, "Origin": "http://evil.example"}
    assert call(box, "POST", "/api/faults", body, foreign)[0] == 403
    assert call(box, "DELETE", "/api/messages", None, foreign)[0] == 403
    rebound = {"Host": "evil.example"}
    assert call(box, "GET", "/api/messages", None, rebound)[0] == 421
    assert call(box, "GET", "/api/faults")[1] == {"faults": []}


def test_its_description_is_complete(box: Box) -> None:
    _, document = call(box, "GET", "/api/openapi.json")
    assert document["openapi"] == "3.1.0"
    operations = [o for path in document["paths"].values() for o in path.values()]
    assert len({one["operationId"] for one in operations}) == len(operations) == 22
    for one in operations:
        assert one["summary"] and set(one["responses"]) > {"400"}
        for parameter in one["parameters"]:
            assert parameter["schema"]["type"] in ("string", "integer", "number")
    text = json.dumps(document)
    for schema in document["components"]["schemas"].values():
        assert schema["description"]
        for field in schema["properties"].values():
            assert field["description"]
    for reference in set(
        json.loads(json.dumps(text)).split('"#/components/schemas/')[1:]
    ):
        assert reference.partition('"')[0] in document["components"]["schemas"]
    page = (ROOT / "docs/gateway/test.md").read_text(encoding="utf-8")
    for path in document["paths"]:
        assert f"`{path}`" in page or path in page, path


def test_the_description_names_what_is_sent(box: Box) -> None:
    """Every key of a message, and no other."""
    send(box)
    _, document = call(box, "GET", "/api/openapi.json")
    _, found = call(box, "GET", "/api/messages?limit=1")
    schema = document["components"]["schemas"]["MessageView"]
    assert (
        list(found["messages"][0]) == list(schema["properties"]) == schema["required"]
    )


def test_events(box: Box) -> None:
    connection = http.client.HTTPConnection(urlsplit(box.url).netloc, timeout=20)
    connection.request("GET", "/api/events")
    reply = connection.getresponse()
    assert reply.headers["Content-Type"] == "text/event-stream"
    assert reply.readline() == b"retry: 1000\n"

    def event() -> tuple[str, Any]:
        while not (line := reply.readline()).startswith(b"event: "):
            assert line in (b"\n", b": nothing new\n"), line
        data = reply.readline().removeprefix(b"data: ")
        return line[7:].decode().strip(), json.loads(data)

    def until_change(status: int) -> list[Any]:
        """The messages that have come to a status when one has, and the state has changed."""
        found: list[Any] = []
        while True:
            kind, data = event()
            if kind == "message" and data["status"] == status:
                found.append(data)
            if kind == "change" and found:
                return found

    try:
        send(box, "Watched")
        kind, message = event()
        assert (kind, message["text"], message["status"]) == ("message", "Watched", 3)
        assert event()[0] == "change"
        box.gateway.receive(NUMBER, "27999000224", "Hi")
        kind, incoming = event()
        assert (kind, incoming["text"]) == ("incoming", "Hi")
        assert event()[0] == "change"
        call(box, "POST", "/api/clock", {"minutes": 1})
        received = [message["text"] for message in until_change(4)]
        assert "Watched" in received
        call(box, "POST", "/api/reset")
        send(box, "Anew")
        assert [message["text"] for message in until_change(3)] == ["Anew"]
    finally:
        connection.close()


def test_streams_are_bounded(box: Box) -> None:
    opened = []
    try:
        for _ in range(40):
            connection = http.client.HTTPConnection(
                urlsplit(box.url).netloc, timeout=20
            )
            connection.request("GET", "/api/events")
            opened.append((connection, connection.getresponse().status))
        assert {status for _, status in opened} == {200, 503}
    finally:
        for connection, _ in opened:
            connection.close()


def test_who_waits_is_told_as_soon_as_it_comes(box: Box) -> None:
    path = "/api/messages/wait-for?text=Later&timeout=20"
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(call(box, "GET", path)))
    thread.start()
    send(box, "Sooner")
    send(box, "Later")
    thread.join(10)
    ((status, reply),) = found
    assert (status, [m["text"] for m in reply["messages"]]) == (200, ["Later"])


def test_a_sandbox_stops_while_somebody_waits_and_watches() -> None:
    with Box(speed=0) as made:
        connection = http.client.HTTPConnection(urlsplit(made.url).netloc, timeout=20)
        connection.request("GET", "/api/events")
        connection.getresponse().readline()
        path = "/api/messages/wait-for?timeout=600"
        waiting = threading.Thread(target=call, args=(made, "GET", path))
        waiting.start()
        time.sleep(0.3)  # it has come
    waiting.join(10)
    connection.close()
    assert not waiting.is_alive()


# ---------------------------------------------------------------------------------- shapes


@given(st.binary(max_size=200) | st.text(max_size=50).map(str.encode))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    for kind in (TurnClock, NewFault):
        try:
            assert isinstance(read_json(body, kind), kind)
        except BadValue as error:
            assert str(error)


@given(
    st.dictionaries(
        st.sampled_from(["kind", "seconds", "status", "code", "calls", "share", "x"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    )
)
def test_any_object_is_read_or_refused(found: dict[str, object]) -> None:
    try:
        fault = read_json(json.dumps(found).encode(), NewFault)
    except BadValue:
        return
    assert 0 <= fault.seconds <= 600 and 400 <= fault.status < 600
    assert isinstance(fault.calls, int) and 0 <= fault.share <= 1


@given(st.text(alphabet="tofrmliw=&%0ef-1.+", max_size=60))
def test_any_query_is_read_or_refused(query: str) -> None:
    for kind in (MessageSearch, WaitFor):
        try:
            assert 1 <= read_query(query, kind).limit <= 1000
        except BadValue as error:
            assert str(error)


def test_what_is_written_is_read_back(box: Box) -> None:
    send(box, "Ünïcode €")
    with box.gateway.store.transaction():
        (message,) = box.gateway.store.find_messages({}, 1)
    view = MessageView.of(message)
    assert made_of(MessageView, json.loads(to_json(view))) == view
