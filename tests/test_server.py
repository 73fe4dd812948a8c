"""Service classes on the package of tests/cases/services: requests in, replies out, no socket."""

from __future__ import annotations

import asyncio
import functools
import gzip
import importlib
import io
import logging
import re
import sys
import threading
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import chdir
from datetime import date
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

import clickatell_callbacks
import pytest
from lxml import etree

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

CASE = Path(__file__).parent / "cases" / "services"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
XML11, XML12 = {"content-type": "text/xml"}, {"content-type": "application/soap+xml"}


def make(folder: Path, name: str, with_spec: bool = True) -> ModuleType:
    with chdir(CASE):
        package = generate(Path("service.wsdl"), Options(name, with_spec=with_spec))
    write_package(folder / name, package.files)
    return importlib.import_module(name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("server")
    sys.path.insert(0, str(path))
    yield path
    sys.path.remove(str(path))


@pytest.fixture(scope="module")
def library(folder: Path) -> Any:  # Any: the package is generated
    return make(folder, "library_served")


@pytest.fixture
def services(library: Any) -> Any:
    """Both service classes, written as their users write them."""
    server, t = library.server, library.types
    seen: list[Any] = []

    class Lending(server.LendingService):
        def lend(self, *, title, days, note, card, title_header):
            seen.append((title, days, note, card, title_header))
            if title == "lost":
                raise library.errors.Missing("it is not there", detail=title)
            if title == "client":
                raise library.errors.SoapFault("not you", code="Client")
            if title == "broken":
                raise RuntimeError("the password is 1234")
            if title == "none left":
                next(iter(()))
            if title == "unwritable":
                return t.LendResponse(due=date(2026, 1, 1), number="no number")
            found = t.LendResponse(due=date(2026, 1, 1), number=days or 0)
            headers = t.LendResponseHeaders(card=card)
            return server.WithHeaders(found, headers) if card else found

        async def remind(self, *, card):
            await asyncio.sleep(0)
            seen.append(card)

        async def count(self):
            return len(seen)

        def titles(self, *, title):
            seen.append(server.current_call().request.headers.get("x-who"))
            return [title, "Persuasion"]

        def close_(self, *, title):
            seen.append(title)

    class Shelves(server.ShelvesService):
        async def move(self, *, number, shelf):
            seen.append(("number", number, shelf))
            return True

        def move_2(self, *, title, shelf, author):
            seen.append(("title", title, shelf, author))
            return False

    return SimpleNamespace(lending=Lending(), shelves=Shelves(), seen=seen)


def envelope(body: str, version: str = SOAP11, header: str = "") -> bytes:
    head = f"<s:Header>{header}</s:Header>" if header else ""
    return (
        f'<s:Envelope xmlns:s="{version}" xmlns:l="urn:library">'
        f"{head}<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


LEND = "<l:lend><l:title>Emma</l:title></l:lend>"


class Caller:
    """Sends HTTP requests to an application, by each of the ways that there are."""

    def __init__(self, library: Any, services: Any, way: str, **options: Any) -> None:
        serve = library.server.wsgi if way == "wsgi" else library.server.asgi
        self.app = serve(services.lending, services.shelves, **options)
        self.way = way
        self.terminated = True
        self.mounted: dict[str, str] = {}

    def __call__(
        self,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        method: str = "POST",
        query: str = "",
        chunks: list[bytes] | None = None,
    ) -> Any:
        sent = {"host": "h.example:81", **(headers or {})}
        if chunks is None:
            sent.setdefault("content-length", str(len(body)))
        call = self._wsgi if self.way == "wsgi" else self._asgi
        status, given, content = call(sent, method, query, chunks or [body])
        found = {name.lower(): value for name, value in given}
        assert found.get("content-length") == str(len(content)) or method == "HEAD"
        return SimpleNamespace(status=status, headers=found, body=content)

    def _wsgi(
        self, headers: dict[str, str], method: str, query: str, chunks: list[bytes]
    ) -> Any:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "/library",
            "PATH_INFO": "/desk",
            "QUERY_STRING": query,
            "wsgi.input": io.BytesIO(b"".join(chunks)),
            "wsgi.input_terminated": self.terminated,
        }
        for name, value in headers.items():
            key = name.upper().replace("-", "_")
            plain = key in ("CONTENT_TYPE", "CONTENT_LENGTH")
            environ[key if plain else f"HTTP_{key}"] = value
        setup_testing_defaults(environ)
        begun: list[Any] = []
        content = b"".join(self.app(environ, lambda *given: begun.extend(given)))
        return int(begun[0].split()[0]), begun[1], content

    def _asgi(
        self, headers: dict[str, str], method: str, query: str, chunks: list[bytes]
    ) -> Any:
        scope = {
            "type": "http",
            "method": method,
            "path": "/library/desk",
            "scheme": "http",
            "query_string": query.encode(),
            **self.mounted,
            "headers": [(n.encode(), v.encode()) for n, v in headers.items()],
        }
        waiting = [
            {"type": "http.request", "body": c, "more_body": n < len(chunks)}
            for n, c in enumerate(chunks, 1)
        ]
        sent: list[Any] = []

        async def receive() -> Any:
            return waiting.pop(0)

        async def send(event: Any) -> None:
            sent.append(event)

        asyncio.run(self.app(scope, receive, send))
        start, end = sent
        given = [(n.decode(), v.decode()) for n, v in start["headers"]]
        return start["status"], given, end["body"]


@pytest.fixture(params=["asgi", "wsgi"])
def call(library: Any, services: Any, request: pytest.FixtureRequest) -> Caller:
    return Caller(library, services, request.param)


def fault(reply: Any) -> tuple[str, str]:
    """The fault's code and its reason, both as they are written."""
    root = etree.fromstring(reply.body)
    version = etree.QName(root).namespace
    found = root.find(f"{{{version}}}Body/{{{version}}}Fault")
    assert found is not None, reply.body
    if version == SOAP11:
        return found.findtext("faultcode"), found.findtext("faultstring")
    value = found.findtext(f"{{{SOAP12}}}Code/{{{SOAP12}}}Value")
    return value, found.findtext(f"{{{SOAP12}}}Reason/{{{SOAP12}}}Text")


# ------------------------------------------------------------------------- through the client


def test_a_client_calls_a_service_in_memory(library: Any, services: Any) -> None:
    transport = library.server.InMemoryTransport(services.lending)
    with library.LendingClient(transport=transport) as client:
        given = client.lend(
            title="Emma", days=14, note=["a"], card=7, title_header="Dr"
        )
        assert (given.due, given.number) == (date(2026, 1, 1), 14)
        assert services.seen.pop() == ("Emma", 14, ["a"], 7, "Dr")
        assert client.remind(card=3) is None
        assert services.seen == [3]
        assert client.count() == 1
        assert client.titles(title="Emma") == ["Emma", "Persuasion"]
        assert client.close_(title="now") is None
        request = library.types.Lend(title="x")
        headers = library.types.LendRequestHeaders(card=9)
        exchange = client.exchange("lend", request, headers)
        assert exchange.headers == library.types.LendResponseHeaders(card=9)
        assert exchange.status == 200


def test_an_asynchronous_client_does_too(library: Any, services: Any) -> None:
    async def calls() -> list[Any]:
        transport = library.server.AsyncInMemoryTransport(services.shelves)
        async with library.AsyncShelvesClient(transport=transport) as client:
            return [
                await client.move(number=1, shelf="A"),
                await client.move_2(title="Emma", shelf="B", author="Austen"),
            ]

    assert asyncio.run(calls()) == [True, False]
    assert services.seen == [("number", 1, "A"), ("title", "Emma", "B", "Austen")]


@pytest.mark.parametrize("port", ["Lending", "Lending12"])
def test_faults_come_back_as_they_were_raised(
    library: Any, services: Any, port: str, caplog: pytest.LogCaptureFixture
) -> None:
    transport = library.server.InMemoryTransport(services.lending)
    client = library.LendingClient(port=port, transport=transport)
    with pytest.raises(library.errors.Missing) as declared:
        client.lend(title="lost")
    assert declared.value.detail == "lost"
    assert declared.value.reason == "it is not there"
    assert declared.value.exchange.status == 500
    with pytest.raises(library.errors.SoapFault) as plain:
        client.lend(title="client")
    expected = ("Client", 500) if port == "Lending" else ("Sender", 400)
    assert (plain.value.code, plain.value.exchange.status) == expected
    code = "Server" if port == "Lending" else "Receiver"
    with caplog.at_level(logging.ERROR):
        for title in ("broken", "unwritable"):
            with pytest.raises(library.errors.SoapFault) as ours:
                client.lend(title=title)
            assert (ours.value.code, ours.value.reason) == (code, "internal error")
            assert ours.value.raw_detail is None
    assert caplog.text.count("lend failed") == 2


def test_calls_within_a_call(library: Any, services: Any) -> None:
    """The inner call is over when it was answered, and the outer one is the current one again."""
    server = library.server
    inner = server.AsyncInMemoryTransport(services.lending)
    seen = []

    class Outer(server.ShelvesService):  # type: ignore[misc]  # made at run time
        async def move(self, **given):
            async with library.AsyncLendingClient(transport=inner) as client:
                await client.count()
            seen.append(server.current_call().operation.name)
            return True

        async def move_2(self, **given):
            cancelled = asyncio.ensure_future(asyncio.sleep(9))
            cancelled.cancel()
            await cancelled

    async def calls() -> None:
        transport = server.AsyncInMemoryTransport(Outer())
        async with library.AsyncShelvesClient(transport=transport) as client:
            await client.move(number=1, shelf="A")
            with pytest.raises(LookupError):
                server.current_call()
            with pytest.raises(library.errors.SoapFault, match="internal error"):
                await client.move_2(title="a", shelf="b", author="c")

    asyncio.run(calls())
    assert seen == ["move"]


def test_a_caller_that_gives_up(library: Any, services: Any) -> None:
    """A call that is cancelled is none that failed."""

    class Slow(type(services.lending)):  # type: ignore[misc]  # made at run time
        async def count(self):
            await asyncio.sleep(60)

    async def call() -> None:
        transport = library.server.AsyncInMemoryTransport(Slow())
        async with library.AsyncLendingClient(transport=transport) as client:
            await asyncio.wait_for(client.count(), 0.05)

    with pytest.raises(TimeoutError):
        asyncio.run(call())


def test_methods_that_wait_do_not_hold_up_the_loop(library: Any, services: Any) -> None:
    both = threading.Barrier(2)

    class Waiting(type(services.lending)):  # type: ignore[misc]  # made at run time
        def close_(self, *, title):
            both.wait(10)

    async def calls() -> None:
        transport = library.server.AsyncInMemoryTransport(Waiting())
        async with library.AsyncLendingClient(transport=transport) as client:
            await asyncio.gather(client.close_(title="a"), client.close_(title="b"))

    asyncio.run(calls())


def test_quick_methods_run_in_the_loop(library: Any, services: Any) -> None:
    threads: dict[str, threading.Thread] = {}

    class Mixed(type(services.lending)):  # type: ignore[misc]  # made at run time
        @library.server.quick
        def close_(self, *, title):
            threads["quick"] = threading.current_thread()
            title_of_the_call = library.server.current_call().value.title
            assert title_of_the_call == title

        def count(self):
            threads["any"] = threading.current_thread()
            return 1

    async def calls() -> None:
        transport = library.server.AsyncInMemoryTransport(Mixed())
        async with library.AsyncLendingClient(transport=transport) as client:
            await client.close_(title="a")
            await client.count()

    asyncio.run(calls())
    assert threads.pop("quick") is threading.main_thread()
    assert threads.pop("any") is not threading.main_thread()


def quicker(library: Any, services: Any) -> Any:
    """The services with methods that are all quick, some of them wrapped once more."""

    def made(method: Any) -> Any:
        @functools.wraps(method)
        @library.server.quick
        @functools.wraps(method)
        def quick(self, **given):
            return method(self, **given)

        return quick

    def of(service: Any) -> Any:
        kind = type(service)
        methods = {
            n: made(m) for n, m in vars(kind).items() if n in kind._methods.values()
        }
        return type("Quick", (kind,), methods)()

    return SimpleNamespace(lending=of(services.lending), shelves=of(services.shelves))


@pytest.mark.parametrize("way", ["asgi", "wsgi"])
def test_quick_methods_answer_as_others(library: Any, services: Any, way: str) -> None:
    """Results, faults and what nobody foresaw; an `async def`, too."""

    class Refusing(library.server.Hooks):  # type: ignore[misc]  # made at run time
        def envelope(self, envelope, request):
            if "x-nobody" in request.headers:
                raise library.errors.SoapFault("nobody", code="Client")
            return envelope

    found = []
    for given in services, quicker(library, services):
        services.seen.clear()
        call = Caller(library, given, way, hooks=Refusing(), outgoing=[named(library)])
        titles = ("Emma", "lost", "client", "broken", "none left", "unwritable")
        lends = [f"<l:lend><l:title>{title}</l:title></l:lend>" for title in titles]
        replies = [call(envelope(body), XML11) for body in (*lends, "<l:nothing/>")]
        for name in "titles", "close", "count":
            body = "" if name == "count" else "<l:title>Emma</l:title>"
            headers = {**XML11, "soapaction": f"urn:library#{name}"}
            replies.append(call(envelope(body), headers))
        replies.append(call(envelope(LEND), {**XML11, "x-nobody": "1"}))
        found.append(([vars(reply) for reply in replies], list(services.seen)))
    assert found[0] == found[1]
    statuses = [reply["status"] for reply in found[0][0]]
    assert statuses == [200, *[500] * 6, 200, 200, 200, 500]


def named(library: Any) -> Any:
    """A layer that asks for the call."""

    def layer(message: Any) -> Any:
        try:
            name = library.server.current_call().operation.name
        except LookupError:
            name = "none"
        return message.with_header("X-Operation", name)

    return layer


@pytest.mark.parametrize("length", [1, 10**6])
def test_a_long_request_is_read_in_a_thread(
    library: Any, services: Any, length: int
) -> None:
    readers = []

    class Watching(library.server.Hooks):  # type: ignore[misc]  # made at run time
        def envelope(self, envelope, request):
            readers.append(threading.current_thread())
            return envelope

    call = Caller(library, services, "asgi", hooks=Watching())
    body = envelope(f"<l:lend><l:title>{'x' * length}</l:title></l:lend>")
    assert call(body, XML11).status == 200
    assert (readers == [threading.main_thread()]) == (length == 1)


def test_a_service_has_all_methods(library: Any) -> None:
    class Half(library.server.ShelvesService):  # type: ignore[misc]  # made at run time
        def move(self, *, number, shelf):
            return True

    with pytest.raises(TypeError, match="move_2"):
        Half()


# --------------------------------------------------------------------------------- dispatch


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"soapaction": '"urn:library#lend"'}, LEND),
        ({"soapaction": "urn:library#lend"}, LEND),
        ({"soapaction": '""'}, LEND),
        ({}, LEND),
        ({"soapaction": '"urn:library#count"'}, LEND),
    ],
)
def test_the_body_tells_the_operation(
    call: Caller, services: Any, headers: dict[str, str], body: str
) -> None:
    reply = call(envelope(body), {**XML11, **headers})
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/xml; charset=UTF-8"
    assert services.seen == [("Emma", None, [], None, None)]


@pytest.mark.parametrize(
    ("version", "headers", "method"),
    [
        (SOAP11, {**XML11, "soapaction": '"urn:library#titles"'}, "titles"),
        (SOAP11, {**XML11, "soapaction": "urn:library#close"}, "close"),
        (SOAP12, {"content-type": 'application/soap+xml; action="urn:library#titles"'}, "titles"),
        (SOAP12, {"content-type": "application/soap+xml;action=urn:library#close"}, "close"),
    ],
)  # fmt: skip
def test_the_action_tells_apart_what_has_one_body(
    call: Caller, version: str, headers: dict[str, str], method: str
) -> None:
    reply = call(envelope("<l:title>Emma</l:title>", version), headers)
    assert reply.status == 200
    assert (b"Persuasion" in reply.body) == (method == "titles")


def test_an_action_beyond_ascii(
    library: Any, services: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = library.PORTS["Lending"].operations["close"]
    monkeypatch.setattr(operation, "soap_action", "urn:cl\xe9")
    call = Caller(library, services, "asgi")
    body = envelope("<l:title>Emma</l:title>")
    assert b"Persuasion" not in call(body, {**XML11, "soapaction": "urn:cl\xe9"}).body


@pytest.mark.parametrize("action", ["", '"urn:library#count"'])
def test_an_empty_body_is_the_operation_that_takes_nothing(
    call: Caller, action: str
) -> None:
    reply = call(envelope(""), {**XML11, "soapaction": action})
    assert reply.status == 200
    assert b">0</" in reply.body


def test_overloads_are_told_apart_by_their_parts(call: Caller, services: Any) -> None:
    of_number = "<x:move xmlns:x='urn:else'><number>1</number><shelf>A</shelf></x:move>"
    of_title = "<move><shelf>A</shelf><author>B</author><title>C</title></move>"
    assert call(envelope(of_number), XML11).status == 200
    assert call(envelope(of_title), XML11).status == 200
    assert services.seen == [("number", 1, "A"), ("title", "C", "A", "B")]


def test_what_no_operation_takes_is_the_callers_fault(call: Caller) -> None:
    reply = call(envelope("<l:fly/>"), {**XML11, "soapaction": '"urn:fly"'})
    code, reason = fault(reply)
    assert (reply.status, code) == (500, "soap:Client")
    assert (
        reason == "no operation here takes '{urn:library}fly' and SOAPAction 'urn:fly'"
    )
    reply = call(envelope("<l:lend/>"), XML11)
    assert fault(reply) == ("soap:Client", "lend.title: is missing")
    reply = call(envelope("<l:lend/>", SOAP12), XML12)
    assert (reply.status, fault(reply)[0]) == (400, "soap:Sender")


def test_a_one_way_call_is_accepted(call: Caller, services: Any) -> None:
    reply = call(envelope("<l:remind><l:card>4</l:card></l:remind>"), XML11)
    assert (reply.status, reply.body) == (202, b"")
    assert services.seen == [4]


# -------------------------------------------------------------------------------- envelopes


def test_the_content_types_charset_beats_the_declaration(
    call: Caller, services: Any
) -> None:
    body = "<l:lend><l:title>Caf\xe9</l:title></l:lend>"
    text = '<?xml version="1.0" encoding="UTF-8"?>' + envelope(body).decode()
    reply = call(
        text.encode("latin-1"), {"content-type": "text/xml; charset=ISO-8859-1"}
    )
    assert reply.status == 200
    assert services.seen[0][0] == "Caf\xe9"


def test_bodies_may_be_packed(call: Caller) -> None:
    packed = gzip.compress(envelope(LEND))
    reply = call(packed, {**XML11, "content-encoding": "gzip"})
    assert reply.status == 200
    assert call(packed[:-9], {**XML11, "content-encoding": "gzip"}).status == 500
    assert call(b"no gzip", {**XML11, "content-encoding": "gzip"}).status == 500
    members = [gzip.compress(piece) for piece in (packed[:0], envelope(LEND), b"\n")]
    assert call(b"".join(members), {**XML11, "content-encoding": "gzip"}).status == 200
    endless = gzip.compress(b"") * 1000
    assert call(endless, {**XML11, "content-encoding": "gzip"}).status == 500
    for window in (15, -15):  # many leave out the header that `deflate` should have
        packer = zlib.compressobj(wbits=window)
        deflated = packer.compress(envelope(LEND)) + packer.flush()
        assert call(deflated, {**XML11, "content-encoding": "deflate"}).status == 200
    for plain in ("none", "UTF-8"):  # no codings, but what callers write there
        assert call(envelope(LEND), {**XML11, "content-encoding": plain}).status == 200
    reply = call(packed, {**XML11, "content-encoding": "br"})
    assert (reply.status, reply.headers["accept-encoding"]) == (415, "gzip, deflate")
    assert fault(reply)[0] == "soap:Client"


def test_an_envelope_may_have_attachments(
    library: Any, call: Caller, services: Any
) -> None:
    body = (
        b"preamble\r\n--B\r\nContent-Type: image/png\r\nContent-ID: <p>\r\n\r\n\x89PNG\r\n"
        b"--B\r\nContent-Type: text/xml; charset=utf-8\r\nContent-ID: <root>\r\n\r\n"
        + envelope(LEND)
        + b"\r\n--B--\r\n"
    )
    kind = 'multipart/related; boundary=B; type="text/xml"; start="<root>"'
    assert call(body, {"content-type": kind}).status == 200
    assert services.seen[0][0] == "Emma"
    assert call(body, {"content-type": "multipart/related"}).status == 500
    include = (
        b'<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:p"/>'
    )
    moved = body.replace(b"Emma", include)
    assert call(moved, {"content-type": kind}).status == 200
    assert services.seen[1][0] == b64encode(b"\x89PNG").decode()
    reply = call(moved.replace(b"cid:p", b"cid:q"), {"content-type": kind})
    assert (reply.status, fault(reply)[0]) == (500, "soap:Client")
    many = moved.replace(include, include * 100).replace(b"\x89PNG", b"x" * 900)
    bounded = Caller(library, services, call.way, max_body=len(many) + 1000)
    assert bounded(many, {"content-type": kind}).status == 413


@pytest.mark.parametrize(
    ("version", "actor", "status"),
    [
        (SOAP11, "", 500),
        (SOAP11, 's:actor="http://schemas.xmlsoap.org/soap/actor/next"', 500),
        (SOAP11, 's:actor="urn:else"', 200),
        (SOAP12, "", 500),
        (SOAP12, f's:role="{SOAP12}/role/ultimateReceiver"', 500),
        (SOAP12, f's:role="{SOAP12}/role/none"', 200),
    ],
)
def test_what_must_be_understood_is(
    call: Caller, services: Any, version: str, actor: str, status: int
) -> None:
    headers = XML11 if version == SOAP11 else XML12
    header = f"<l:trace s:mustUnderstand='1' {actor}/><l:card s:mustUnderstand='true'>1</l:card>"
    reply = call(envelope(LEND, version, header), headers)
    assert reply.status == status
    assert len(services.seen) == (status == 200)
    if status == 500:
        assert fault(reply)[0] == "soap:MustUnderstand"
        found = etree.fromstring(reply.body).find(f".//{{{SOAP12}}}NotUnderstood")
        assert (found is None) == (version == SOAP11)
        if found is not None:
            prefix, _, name = found.get("qname").partition(":")
            assert (found.nsmap[prefix], name) == ("urn:library", "trace")


def test_versions_of_soap(call: Caller) -> None:
    unknown = call(envelope(LEND, "urn:soap-3"), XML11)
    assert (unknown.status, fault(unknown)[0].partition(":")[2]) == (
        500,
        "VersionMismatch",
    )
    upgrade = etree.fromstring(unknown.body).findall(".//{*}SupportedEnvelope")
    found = [(e.nsmap["v"], e.get("qname")) for e in upgrade]
    assert found == [(SOAP12, "v:Envelope"), (SOAP11, "v:Envelope")]
    odd = '<l:lend s:encodingStyle="urn:mine"><l:title>x</l:title></l:lend>'
    reply = call(envelope(odd, SOAP12), XML12)
    assert fault(reply)[0] == "soap:DataEncodingUnknown"
    assert call(envelope(odd), XML11).status == 200


# ------------------------------------------------------------------------------------ HTTP


@pytest.mark.parametrize("headers", [XML11, XML12])
@pytest.mark.parametrize("body", [b"", b"<", b"<a/>", b"\xff\xfe", b"<!DOCTYPE a><a/>"])
def test_what_is_no_envelope(
    call: Caller, headers: dict[str, str], body: bytes
) -> None:
    reply = call(body, headers)
    if headers is XML11:
        assert (reply.status, fault(reply)[0]) == (500, "soap:Client")
    else:
        assert (reply.status, fault(reply)[0]) == (400, "soap:Sender")


def test_methods_and_types(call: Caller) -> None:
    for method in ("GET", "PUT", "DELETE"):
        reply = call(method=method)
        assert (reply.status, reply.headers["allow"]) == (405, "POST")
        assert fault(reply)[0] == "soap:Client"
    reply = call(method="PUT", query="wsdl")
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, POST")
    reply = call(envelope(LEND), {"content-type": "application/json"})
    assert (reply.status, fault(reply)[0]) == (415, "soap:Client")
    head, get = call(method="HEAD", query="wsdl"), call(method="GET", query="wsdl")
    assert (head.body, head.headers) == (b"", get.headers)


@pytest.mark.parametrize("way", ["asgi", "wsgi"])
def test_what_is_too_long(library: Any, services: Any, way: str) -> None:
    call = Caller(library, services, way, max_body=1000)
    reply = call(b"", {**XML11, "content-length": "1001"})
    assert (reply.status, fault(reply)[0]) == (413, "soap:Client")
    assert call(b"", XML11, chunks=[b" " * 600, b" " * 600]).status == 413
    bomb = gzip.compress(envelope(" " * 10**6))
    assert len(bomb) < 1500
    call = Caller(library, services, way, max_body=2000)
    reply = call(bomb, {**XML11, "content-encoding": "gzip"})
    assert (reply.status, services.seen) == (413, [])


def test_a_body_of_untold_length_needs_a_server_that_reads_it(
    library: Any, services: Any
) -> None:
    call = Caller(library, services, "wsgi")
    chunked = {**XML11, "transfer-encoding": "chunked"}
    assert call(headers=chunked, chunks=[envelope(LEND)]).status == 200
    call.terminated = False
    reply = call(headers=chunked, chunks=[envelope(LEND)])
    assert (reply.status, fault(reply)[0]) == (411, "soap:Client")


def test_a_request_shows_no_query() -> None:
    request = clickatell_callbacks.server.HttpRequest(
        "GET", "data=<password>x</password>"
    )
    assert "password" not in repr(request)


# ------------------------------------------------------------------------------- documents


def test_the_wsdl_is_given_out_with_its_own_address(call: Caller) -> None:
    url = "http://h.example:81/library/desk"
    reply = call(method="GET", query="wsdl")
    assert (reply.status, reply.headers["content-type"][:8]) == (200, "text/xml")
    assert b'location="http://library.example' not in reply.body
    assert reply.body.count(f'location="{url}"'.encode()) == 3
    assert f'location="{url}?wsdl=1"'.encode() in reply.body
    imported = call(method="GET", query="WSDL=1")
    assert f'schemaLocation="{url}?xsd=2"'.encode() in imported.body
    schema = call(method="GET", query="xsd=2")
    assert b'<element name="card"' in schema.body
    for query in ("xsd=3", "wsdl=-1", "wsdl=../x", "xsd", "wsdl=\u0662"):
        assert call(method="GET", query=query).status in (404, 405)


def test_where_it_is_mounted(library: Any, services: Any) -> None:
    """Newer servers have the place in the path, older ones have not."""
    call = Caller(library, services, "asgi")
    for mounted, path in (
        ({"root_path": "/library"}, "/library/desk"),
        ({"root_path": "/lib"}, "/lib/library/desk"),
        ({"root_path": ""}, "/library/desk"),
    ):
        call.mounted = mounted
        reply = call(method="GET", query="wsdl&x=1")
        url = f"http://h.example:81{path}"
        assert reply.body.count(f'location="{url}"'.encode()) == 3


def test_an_address_of_ones_own(library: Any, services: Any) -> None:
    address = "https://library.example/a&b"
    call = Caller(library, services, "asgi", address=address)
    reply = call(headers={"host": "evil"}, method="GET", query="wsdl")
    root = etree.fromstring(reply.body)
    found = {e.get("location") for e in root.iter("{*}address")}
    assert found == {address}
    call = Caller(library, services, "asgi")
    reply = call(headers={"host": 'x"/><script>'}, method="GET", query="wsdl")
    assert b"script" not in reply.body


def test_a_package_without_its_wsdl_serves_none(folder: Path) -> None:
    package = make(folder, "library_without_spec", with_spec=False)

    class Shelves(package.server.ShelvesService):  # type: ignore[misc,name-defined]  # made at run time
        def move(self, **given): ...

        def move_2(self, **given): ...

    reply = Caller(
        package, SimpleNamespace(lending=Shelves(), shelves=Shelves()), "wsgi"
    )(method="GET", query="wsdl")
    assert (reply.status, fault(reply)[0]) == (404, "soap:Client")


# ----------------------------------------------------------------------------------- hooks


def test_hooks_for_callers_with_habits(library: Any, services: Any) -> None:
    class Habits(library.server.Hooks):  # type: ignore[misc]  # made at run time
        def envelope(self, envelope, request):
            for element in envelope.iter():
                element.tag = element.tag.replace("urn:old", "urn:library")
            return envelope

        def understands(self, header):
            if header == "{urn:s}Broken":
                raise library.errors.SoapFault("no", code="no code")
            return header == "{urn:s}Security"

        def reply(self, envelope, call):
            who = call.operation.name if call else "nobody"
            return envelope.replace(
                b"</soap:Envelope>", b"</soap:Envelope><!--%s-->" % who.encode()
            )

    call = Caller(library, services, "asgi", hooks=Habits())
    header = "<t:Security xmlns:t='urn:s' s:mustUnderstand='1'/>"
    reply = call(
        envelope(LEND, header=header).replace(b"urn:library", b"urn:old"), XML11
    )
    assert reply.status == 200
    assert reply.body.endswith(b"<!--lend-->")
    assert call(b"", XML11).body.endswith(b"<!--nobody-->")
    broken = envelope(LEND, header=header.replace("Security", "Broken"))
    assert fault(call(broken, XML11)) == ("soap:Server", "internal error")


def test_the_documented_examples_run() -> None:
    page = (Path(__file__).parents[1] / "docs" / "services.md").read_text("utf-8")
    names: dict[str, Any] = {}
    for example in re.findall(r"```python\n(.*?)```", page, re.S):
        exec(compile(example, "services.md", "exec"), names)
    heard: list[Any] = []

    class Listening(names["Callbacks"]):  # type: ignore[misc]  # made at run time
        def mt_callback(self, **given: Any) -> None:
            heard.append((given["apimsgid"], given["status"]))

    samples = Path(__file__).parents[1] / "spec" / "clickatell" / "samples"
    data = (samples / "20-callback-mt-status.soap.xml").read_text("utf-8")
    service = SimpleNamespace(lending=Listening(), shelves=Listening())
    call = Caller(clickatell_callbacks, service, "wsgi", hooks=names["FromForm"]())
    form = urlencode({"data": data})
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert call(form.encode(), kind).status == 202
    assert call(method="GET", query=form).status == 202
    assert len(heard) == 2 and heard[0] == heard[1]
    assert heard[0][1] is not None


# ----------------------------------------------------------------------------------- types

TYPED = """
from datetime import date

from library_served import types as t
from library_served.server import LendingService, ShelvesService, WithHeaders, asgi, wsgi


class Lending(LendingService):
    def lend(
        self,
        *,
        title: str,
        days: int | None = None,
        card: int | None = None,
        **rest: object,
    ) -> t.LendResponse | WithHeaders[t.LendResponse, t.LendResponseHeaders]:
        found = t.LendResponse(due=date.today(), number=days or 0)
        return WithHeaders(found, t.LendResponseHeaders(card=card)) if card else found

    async def remind(self, *, card: int) -> None:
        print(card)

    def count(self) -> int:
        return 1

    async def titles(self, *, title: str) -> list[str]:
        return [title]

    def close_(self, *, title: str) -> None:
        print(title)


class Shelves(ShelvesService):
    async def move(self, *, number: int, shelf: str) -> bool:
        return True

    def move_2(self, *, title: str, shelf: str, author: str) -> bool:
        return False


applications = asgi(Lending()), wsgi(Lending(), Shelves())
"""


def test_services_are_typed(
    library: Any, folder: Path, type_check: Callable[..., str]
) -> None:
    (folder / "typed").mkdir()
    module = folder / "typed" / "__init__.py"
    module.write_text(TYPED, encoding="utf-8")
    assert type_check(folder, "typed") == ""
    wrong = TYPED.replace("-> bool:\n        return True", "-> str:\n        return ''")
    module.write_text(wrong.replace("title: str, shelf: str,", ""), encoding="utf-8")
    found = type_check(folder, "typed")
    assert found.count("[override]") == 2
