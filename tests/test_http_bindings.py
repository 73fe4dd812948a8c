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
    assert not hasattr(weather.server, "WeatherGetService")


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
