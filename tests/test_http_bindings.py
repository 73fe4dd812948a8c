"""HTTP bindings: operations without SOAP, by the package of tests/cases/http-bindings."""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import chdir
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.tools.serve import MockTransport

CASE = Path(__file__).parent / "cases" / "http-bindings"
FORECAST = (
    '<w:Forecast xmlns:w="urn:weather"><w:day><w:date>2026-11-30</w:date>'
    "<w:high>7.5</w:high></w:day></w:Forecast>"
).encode()
XML = {"content-type": "text/xml; charset=utf-8"}


@pytest.fixture(scope="module")
def weather(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package, which is generated: Any."""
    folder = tmp_path_factory.mktemp("http")
    with chdir(CASE):
        package = generate(Path("service.wsdl"), Options("weather_made"))
    write_package(folder / "weather_made", package.files)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("weather_made")
    sys.path.remove(str(folder))


class Web:
    """A transport that keeps requests, and answers with one reply."""

    def __init__(
        self, made: Any, body: bytes = FORECAST, status: int = 200, **headers: str
    ) -> None:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        self.reply = made.Response(status, sent or XML, body)
        self.request: Any = None

    def send(self, request: Any) -> Any:
        self.request = request
        return self.reply


def test_the_ports(weather: Any) -> None:
    soap = {name: port.soap for name, port in weather.PORTS.items()}
    assert soap == {
        **{"WeatherGet": None, "WeatherPost": None},
        **{"Weather": "1.1", "WeatherPlain": None},
    }
    assert weather.Client._port_names == ("Weather", "WeatherPlain")
    assert list(weather.server.__all__) == sorted(weather.server.__all__)
    assert weather.server.WeatherGetService._port_names == ("WeatherGet",)
    assert weather.server.WeatherService._port_names == ("Weather", "WeatherPlain")


@pytest.mark.parametrize(
    ("call", "reply", "url", "result"),
    [
        (
            lambda c: c.by_zip(zip="a/b c&", days=3),
            FORECAST,
            "http://weather.example/api.asmx/zipa%2Fb%20c%26/days/3",
            None,
        ),
        (
            lambda c: c.version(),
            b"1.0 & more",
            "http://weather.example/api.asmx/version",
            "1.0 & more",
        ),
        (
            lambda c: c.count(),
            b'<int xmlns="urn:any">7</int>',
            "http://weather.example/api.asmx/count?all=1",
            7,
        ),
        (
            lambda c: c.map(zip="1", days=2),
            b"\x89PNG\0",
            "http://weather.example/api.asmx/map.png?zip=1&days=2",
            b"\x89PNG\0",
        ),
        (lambda c: c.ping(), b"whatever", "http://weather.example/api.asmx", None),
    ],
)
def test_calls_by_get(
    weather: Any, call: Any, reply: bytes, url: str, result: object
) -> None:
    web = Web(weather, reply)
    with weather.WeatherGetClient(transport=web) as client:
        found = call(client)
    assert (web.request.method, web.request.url) == ("GET", url)
    assert (web.request.body, dict(web.request.headers)) == (b"", {})
    if reply is FORECAST:
        (day,) = found
        assert (day.date, day.high) == (date(2026, 11, 30), Decimal("7.5"))
    else:
        assert found == result


def test_an_array_is_a_pair_an_item(weather: Any) -> None:
    web = Web(weather, b'<string xmlns="urn:weather">yes</string>')
    with weather.WeatherGetClient(transport=web) as client:
        zips = weather.types.Strings(string=["a", "b&c"])
        assert client.many(zips=zips, metric=True) == "yes"
        assert web.request.url.endswith("/Many?zips=a&zips=b%26c&metric=true")
        client.many(zips=weather.types.Strings(), metric=False)
        assert web.request.url.endswith("/Many?zips=&metric=false")


def test_an_element_is_a_query_too(weather: Any) -> None:
    web = Web(weather)
    with weather.Client(port="WeatherPlain", transport=web) as client:
        client.ask(zip="\xe9", days=2)
        assert web.request.url == (
            "http://weather.example/plain/ask?key=1&zip=%C3%A9&days=2"
        )
        client.ask(zip="1")
        assert web.request.url.endswith("?key=1&zip=1")


def test_a_form(weather: Any) -> None:
    web = Web(weather)
    with weather.WeatherPostClient(transport=web) as client:
        client.by_zip(zip="a b", days=1)
    request = web.request
    assert (request.method, request.body) == ("POST", b"zip=a+b&days=1")
    assert request.url == "http://weather.example/api.asmx/zip"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_an_element_as_the_body(weather: Any) -> None:
    web = Web(weather, b"")
    day = weather.types.Day(date=date(2026, 1, 2), high=Decimal(1))
    with weather.WeatherPostClient("http://other.example/", transport=web) as client:
        assert client.put(day=[day]) is None
    root = etree.fromstring(web.request.body)
    assert (root.tag, len(root)) == ("{urn:weather}Forecast", 1)
    assert web.request.url == "http://other.example/put"
    assert web.request.headers["Content-Type"].startswith("text/xml")
    assert b"Envelope" not in web.request.body and b"Body" not in web.request.body


def test_without_a_client(weather: Any) -> None:
    operation = weather.PORTS["WeatherGet"].operations["byZip"]
    request = operation.encode_http(weather.types.ByZipRequest(zip="1", days=2))
    assert request.url == "http://weather.example/api.asmx/zip1/days/2"
    found = operation.decode_http(weather.Response(200, XML, FORECAST))
    assert isinstance(found, weather.types.Forecast)
    moved = operation.encode_http(
        weather.types.ByZipRequest(zip="1", days=2), "http://other.example"
    )
    assert moved.url == "http://other.example/zip1/days/2"
    with pytest.raises(weather.errors.TransportError, match="HTTP 500"):
        operation.decode_http(weather.Response(500, {}, b"no"))


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"no", 500, "TransportError"),
        (FORECAST, 404, "TransportError"),
        (b"<Forecast/>", 200, "DecodeError"),
        (b"<other/>", 200, "DecodeError"),
        (b"not XML", 200, "DecodeError"),
        (FORECAST.replace(b"7.5", b"hot"), 200, "DecodeError"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 200, "DecodeError"),
    ],
)
def test_replies_that_are_wrong(
    weather: Any, body: bytes, status: int, error: str
) -> None:
    web = Web(weather, body, status)
    with weather.WeatherGetClient(transport=web) as client:
        with pytest.raises(getattr(weather.errors, error)) as caught:
            client.by_zip(zip="1", days=2)
    assert caught.value.exchange.status == status


def test_a_value_that_a_lenient_client_cannot_read(weather: Any) -> None:
    web = Web(weather, FORECAST.replace(b"7.5", b"hot"))
    with weather.WeatherGetClient(transport=web, lenient=True) as client:
        exchange = client.exchange("byZip", weather.types.ByZipRequest(zip="1", days=2))
    assert exchange.response.day[0].high is None
    assert [p.path for p in exchange.problems] == ["Forecast.day.high"]


def test_layers_see_requests_and_replies(weather: Any) -> None:
    def keyed(message: Any) -> Any:
        return message.with_header("X-Key", "7")

    def repaired(message: Any) -> Any:
        return weather.Message(
            message.envelope.replace(b"hot", b"7"),
            *(message.content_type, message.headers, (), message.operation),
            *(message.url, message.status),
        )

    web = Web(weather, FORECAST.replace(b"7.5", b"hot"))
    layers = {"outgoing": [keyed], "incoming": [repaired]}
    with weather.WeatherGetClient(transport=web, **layers) as client:
        assert client.by_zip(zip="1", days=2)[0].high == 7
    assert dict(web.request.headers) == {"X-Key": "7"}


# -------------------------------------------------------------------------------- services


class Answers:
    """A method of a service that keeps what it is given, and answers by operation."""

    def __init__(self, made: Any) -> None:
        day = made.types.Day(date=date(2026, 1, 2), high=Decimal(1))
        self.given: list[tuple[str, dict[str, Any]]] = []
        self.replies: dict[str, Any] = {
            **{"by_zip": [day], "ask": [day], "version": "1.0 & more", "count": 7},
            **{"map": b"\x89PNG\0", "many": "yes"},
        }

    def service(self, base: Any) -> Any:
        def method(name: str) -> Any:
            def call(_: Any, **given: Any) -> Any:
                self.given.append((name, given))
                reply = self.replies.get(name)
                if isinstance(reply, Exception):
                    raise reply
                return reply

            return call

        methods = {name: method(name) for name in base._methods.values()}
        return type("Service", (base,), methods)()


@pytest.fixture
def answers(weather: Any) -> Answers:
    return Answers(weather)


@pytest.fixture
def served(weather: Any, answers: Answers) -> Any:
    """A transport to services of all port types."""
    server = weather.server
    bases = [server.WeatherGetService, server.WeatherPostService, server.WeatherService]
    return server.InMemoryTransport(*map(answers.service, bases))


@pytest.mark.parametrize("endpoint", [None, "http://other.example/"])
def test_a_service_is_called_as_the_client_calls_it(
    weather: Any, served: Any, answers: Answers, endpoint: str | None
) -> None:
    day = weather.types.Day(date=date(2026, 1, 2), high=Decimal(1))
    with weather.WeatherGetClient(endpoint, transport=served) as client:
        assert client.by_zip(zip="a/b c&", days=3) == [day]
        zips = weather.types.Strings(string=["a", "b&c"])
        assert client.many(zips=zips, metric=True) == "yes"
        client.many(zips=weather.types.Strings(), metric=False)
        assert client.version() == "1.0 & more"
        assert client.count() == 7
        assert client.map(zip="\xe9", days=2) == b"\x89PNG\0"
        assert client.ping() is None
    with weather.WeatherPostClient(endpoint, transport=served) as client:
        assert client.by_zip(zip="a b", days=1) == [day]
        assert client.put(day=[day]) is None
    with weather.Client(endpoint, port="WeatherPlain", transport=served) as client:
        assert client.ask(zip="1") == [day]
    with weather.Client(endpoint, transport=served) as client:
        assert client.ask(zip="2", days=2) == [day]
    none = weather.types.Strings()
    assert answers.given == [
        ("by_zip", {"zip": "a/b c&", "days": 3}),
        ("many", {"zips": zips, "metric": True}),
        ("many", {"zips": none, "metric": False}),
        *[("version", {}), ("count", {}), ("map", {"zip": "\xe9", "days": 2})],
        ("ping", {}),
        ("by_zip", {"zip": "a b", "days": 1}),
        ("put", {"day": [day]}),
        ("ask", {"zip": "1", "days": None}),
        ("ask", {"zip": "2", "days": 2}),
    ]


def test_a_service_that_is_asynchronous(weather: Any, answers: Answers) -> None:
    service = answers.service(weather.server.WeatherGetService)
    transport = weather.server.AsyncInMemoryTransport(service)

    async def call() -> Any:
        async with weather.AsyncWeatherGetClient(transport=transport) as client:
            return await client.map(zip="1", days=2)

    assert asyncio.run(call()) == b"\x89PNG\0"


def requested(made: Any, served: Any, method: str, url: str, **more: Any) -> Any:
    """The reply to a request that the client would not write."""
    body, headers = more.pop("body", b""), more.pop("headers", {})
    return served.send(made.Request(url, body, headers, method=method))


@pytest.mark.parametrize(
    ("method", "path", "more", "status", "body"),
    [
        ("GET", "/zip1/days/x", {}, 400, b"days"),
        ("GET", "/map.png?zip=1", {}, 400, b"days"),
        ("GET", "/zip%01/days/1", {}, 400, b"character"),
        ("GET", "/map.png?" + "a&" * 10_001, {}, 400, b"10,000"),
        ("GET", "/nothing", {}, 405, b"envelope"),
        ("GET", "/count", {}, 405, b"envelope"),
        ("POST", "/zip", {"body": b"\xff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 400, b"ASCII"),
        ("POST", "/put", {"body": b"<a", "headers": {"Content-Type": "text/xml"}}, 400, b""),
        ("POST", "/put", {"body": b"<a/>", "headers": {"Content-Type": "text/xml"}}, 400, b"Forecast"),
        ("POST", "/put", {"body": b"<a/>", "headers": {"Content-Type": "text/xml", "Content-Encoding": "odd"}}, 415, b"packed"),
    ],
)  # fmt: skip
def test_requests_that_are_wrong(
    weather: Any,
    served: Any,
    answers: Answers,
    method: str,
    path: str,
    more: dict[str, Any],
    status: int,
    body: bytes,
) -> None:
    reply = requested(weather, served, method, f"http://h{path}", **more)
    assert (reply.status, body in reply.body) == (status, True), reply.body
    assert not answers.given


def test_methods_that_fail(
    weather: Any, served: Any, answers: Answers, caplog: pytest.LogCaptureFixture
) -> None:
    url = "http://h/version"
    fault = weather.errors.SoapFault("try later", code="Server")
    for error, status, text in (
        (fault, 500, b"try later"),
        (weather.errors.SoapFault("not so", code="Client"), 400, b"not so"),
        (KeyError("secret"), 500, b"internal error"),
    ):
        answers.replies["version"] = error
        reply = requested(weather, served, "GET", url)
        assert (reply.status, reply.body) == (status, text)
        assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert "version failed" in caplog.text


def test_media_types_of_replies(weather: Any, served: Any) -> None:
    kinds = {
        "/map.png?zip=1&days=1": "image/png",
        "/version": "text/plain; charset=utf-8",
        "/zip1/days/2": "text/xml; charset=utf-8",
    }
    for path, kind in kinds.items():
        reply = requested(weather, served, "GET", f"http://h{path}")
        assert reply.headers["content-type"] == kind


def test_where_security_is_demanded_nothing_is_answered_without_an_envelope(
    weather: Any, answers: Answers
) -> None:
    class Nobody:
        def understands(self, block: str) -> bool:
            return False

        def check(self, blocks: object, version: str) -> str:
            return "somebody"

    service = answers.service(weather.server.WeatherGetService)
    served = weather.server.InMemoryTransport(service, security=Nobody())
    reply = requested(weather, served, "GET", "http://h/version")
    assert reply.status == 403 and not answers.given


QUEUE = """<definitions name="Queue" targetNamespace="urn:queue" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:tns="urn:queue"
  xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:http="http://schemas.xmlsoap.org/wsdl/http/" xmlns:mime="http://schemas.xmlsoap.org/wsdl/mime/"
  xmlns:wsaw="http://www.w3.org/2006/05/addressing/wsdl" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<types><xs:schema targetNamespace="urn:queue" elementFormDefault="qualified">
  <xs:element name="put"><xs:complexType><xs:sequence><xs:element name="text" type="xs:string"/><xs:element name="delay" type="xs:int" nillable="true"/>
    <xs:element name="tags" minOccurs="0"><xs:complexType><xs:sequence><xs:element name="name" type="xs:string"/><xs:element name="value" type="xs:string" minOccurs="0"/>
    </xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>
  <xs:element name="drop"><xs:complexType><xs:sequence><xs:element name="id" type="xs:int"/></xs:sequence></xs:complexType></xs:element>
  <xs:element name="done" type="xs:string"/>
</xs:schema></types>
<message name="put"><part name="p" element="tns:put"/></message><message name="drop"><part name="p" element="tns:drop"/></message>
<message name="done"><part name="p" element="tns:done"/></message>
<portType name="Queue"><operation name="put"><input message="tns:put"/><output message="tns:done"/></operation>
  <operation name="drop"><input message="tns:drop"/><output message="tns:done"/></operation></portType>
<binding name="{0}" type="tns:Queue"><http:binding verb="{0}"/><wsaw:UsingAddressing wsdl:required="true"/>
  <operation name="put"><http:operation location=""/><input>{1}</input><output><mime:mimeXml/></output></operation>
  <operation name="drop"><http:operation location=""/><input>{1}</input><output><mime:mimeXml/></output></operation></binding>
<service name="Queue"><port name="{0}" binding="tns:{0}"><http:address location="http://queue.example/"/></port></service>
</definitions>"""


@pytest.mark.parametrize(
    ("verb", "form"),
    [
        ("GET", "<http:urlEncoded/>"),
        ("POST", '<mime:content type="application/x-www-form-urlencoded"/>'),
        ("POST", '<mime:content type="text/xml"/>'),
    ],
)
def test_several_operations_at_one_place(
    verb: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They differ in their element, or in the values that they take; nobody writes WS-Addressing's headers."""
    name = f"queue_{verb.lower()}_{len(form)}"
    (tmp_path / "queue.wsdl").write_text(QUEUE.format(verb, form), encoding="utf-8")
    made = generate(tmp_path / "queue.wsdl", Options(name))
    write_package(tmp_path / name, made.files)
    monkeypatch.syspath_prepend(str(tmp_path))
    queue = importlib.import_module(name)

    class Queue(queue.server.QueueService):  # type: ignore[misc]  # a generated package
        def put(self, *, text: str, delay: int | None, tags: Any) -> str:
            return f"put {text} {delay} {tags}"

        def drop(self, *, id: int) -> str:
            return f"drop {id}"

    with queue.Client(transport=queue.server.InMemoryTransport(Queue())) as client:
        assert client.put(text="a", delay=None) == "put a None None"
        tags = queue.types.PutTags(name="n")
        assert client.put(text="", delay=3, tags=tags) == f"put  3 {tags}"
        assert client.drop(id=7) == "drop 7"


def test_the_mock_answers_them(weather: Any) -> None:
    transport = MockTransport(weather)
    with weather.WeatherGetClient(transport=transport) as client:
        assert client.by_zip(zip="1", days=2)[0].high is not None
        assert isinstance(client.map(zip="1", days=2), bytes)
    with weather.WeatherPostClient(transport=transport) as client:
        assert client.by_zip(zip="1", days=2)


def test_over_the_network(weather: Any, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[tuple[str, str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen.append((self.command, self.path, body))
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(FORECAST)))
            self.end_headers()
            self.wfile.write(FORECAST)

        do_GET = do_POST = _answer

        def log_message(self, format: str, *_: object) -> None:
            """Nobody reads it."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/x"
    try:
        with caplog.at_level(logging.DEBUG):
            with weather.WeatherGetClient(url) as client:
                client.by_zip(zip="1", days=2)

        async def post() -> None:
            async with weather.AsyncWeatherPostClient(url) as client:
                await client.by_zip(zip="1", days=2)

        asyncio.run(post())
    finally:
        server.shutdown()
        server.server_close()
    assert seen == [
        ("GET", "/x/zip1/days/2", b""),
        ("POST", "/x/zip", b"zip=1&days=2"),
    ]
    assert "GET http://127.0.0.1" in caplog.text


def test_a_service_of_soap_alone_carries_nothing_of_it() -> None:
    wsdl = CASE.parent / "bare" / "service.wsdl"
    files = generate(wsdl, Options("made")).files
    assert not any("plain" in path for path in files)
