"""Bodies that are more than the fields of their types: derived types, substitutes, nil; both sides of a call."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import io
import sys
from collections.abc import Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from conftest import ROOT

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

# Any: the package is generated here, and so are its types.


@pytest.fixture(scope="module")
def canvas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("roots")
    wsdl = ROOT / "tests" / "cases" / "bare-roots" / "service.wsdl"
    package = generate(wsdl, Options("roots_canvas"))
    write_package(folder / "roots_canvas", package.files)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("roots_canvas")
    sys.path.remove(str(folder))


class Answers:
    """What each method of a service is given, and what it answers: what it was given, where nothing
    else is said."""

    def __init__(self, canvas: Any) -> None:
        self.seen: list[dict[str, Any]] = []
        self.reply: dict[str, Any] = {}

        def method(name: str) -> Any:
            def answer(service: Any, **given: Any) -> Any:
                self.seen.append(given)
                if name in self.reply:
                    return self.reply[name]
                return given["request"]

            return answer

        names = ("draw", "sketch", "get", "count", "move")
        body = {name: method(name) for name in names}
        self.service = type("Service", (canvas.server.CanvasService,), body)()


@pytest.fixture
def answers(canvas: Any) -> Answers:
    return Answers(canvas)


@pytest.fixture(params=["sync", "async"])
def call(canvas: Any, answers: Answers, request: pytest.FixtureRequest) -> Any:
    """Calls a client's method by its name."""

    def call_now(name: str, /, *given: Any, port: str = "Canvas", **fields: Any) -> Any:
        transport = canvas.server.InMemoryTransport(answers.service)
        with canvas.Client("http://t/", port=port, transport=transport) as client:
            return getattr(client, name)(*given, **fields)

    async def call_later(
        name: str, /, *given: Any, port: str = "Canvas", **fields: Any
    ) -> Any:
        transport = canvas.server.AsyncInMemoryTransport(answers.service)
        async with canvas.AsyncClient(
            "http://t/", port=port, transport=transport
        ) as client:
            return await getattr(client, name)(*given, **fields)

    def call(*given: Any, **fields: Any) -> Any:
        if request.param == "sync":
            return call_now(*given, **fields)
        return asyncio.run(call_later(*given, **fields))

    return call


PORTS = pytest.mark.parametrize("port", ["Canvas", "Canvas12"])


@PORTS
def test_derived_types_go_both_ways(
    canvas: Any, answers: Answers, call: Any, port: str
) -> None:
    circle = canvas.types.Circle(name="c", radius=2.5)
    assert call("draw", circle, port=port) == circle
    assert answers.seen == [{"request": circle}]
    assert call("draw", name="s", port=port) == canvas.types.Shape(name="s")
    dot = canvas.types.Dot(x=1)
    assert call("move", dot, port=port) == dot


@PORTS
def test_members_of_the_group_go_both_ways(
    canvas: Any, answers: Answers, call: Any, port: str
) -> None:
    shape = canvas.types.Shape(name="s")
    circle = canvas.types.Circle(name="c", radius=2.5)
    answers.reply["sketch"] = ("circleSketched", circle)
    for given in (("sketchCircle", circle), ("sketchAgain", shape), shape, circle):
        assert call("sketch", given, port=port) == ("circleSketched", circle)
        assert answers.seen[-1] == {"request": given}
    answers.reply["sketch"] = None
    assert call("sketch", ("sketchAgain", None), port=port) is None
    with pytest.raises(canvas.errors.EncodeError, match="wanted"):
        call("sketch", ("draw", shape), port=port)


@PORTS
def test_nil_goes_both_ways(
    canvas: Any, answers: Answers, call: Any, port: str
) -> None:
    point, why = canvas.types.Point(x=1), canvas.Nil({"why": "not"})
    for given in (point, None, why):
        found = call("get", given, port=port)
        assert found == (point if given is point else None)
        assert answers.seen[-1] == {"request": given}
    assert call("get", x=1, port=port) == point
    answers.reply["count"] = None
    assert call("count", port=port) is None
    answers.reply["count"] = 3
    assert call("count", of="x", port=port) == 3


def test_a_request_is_whole_or_its_fields(canvas: Any, call: Any) -> None:
    shape = canvas.types.Shape(name="s")
    with pytest.raises(TypeError, match="besides"):
        call("draw", shape, name="s")
    with pytest.raises(TypeError, match="name"):
        call("draw")


def test_the_object_is_positional_only(canvas: Any) -> None:
    for name in ("draw", "sketch", "get", "move"):
        for client in (canvas.Client, canvas.AsyncClient):
            parameters = inspect.signature(getattr(client, name)).parameters
            positional = [
                n for n, p in parameters.items() if p.kind is p.POSITIONAL_ONLY
            ]
            assert "request" in positional
    assert "x" not in inspect.signature(canvas.Client.move).parameters


def test_the_whole_exchange_keeps_what_a_nil_reply_says(
    canvas: Any, answers: Answers
) -> None:
    transport = canvas.server.InMemoryTransport(answers.service)
    with canvas.Client("http://t/", transport=transport) as client:
        why = canvas.Nil({"why": "not"})
        assert client.exchange("get", why).response == why


@PORTS
def test_services_find_members_by_their_names(
    canvas: Any, answers: Answers, port: str
) -> None:
    """Without a SOAPAction the Body alone tells the operation."""
    operation = canvas.PORTS[port].operations["sketch"]
    circle = canvas.types.Circle(name="c", radius=2.5)
    sent = operation.encode_request(("sketchCircle", circle))
    answers.reply["sketch"] = ("circleSketched", circle)
    kind = "text/xml" if port == "Canvas" else "application/soap+xml"
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(sent)),
        "wsgi.input": io.BytesIO(sent),
    }
    setup_testing_defaults(environ)
    begun: list[Any] = []
    app = canvas.server.wsgi(answers.service)
    reply = b"".join(app(environ, lambda *given: begun.extend(given)))
    assert begun[0].startswith("200"), reply
    assert operation.decode_response(reply) == ("circleSketched", circle)


@PORTS
def test_a_fault_chooses_its_element(canvas: Any, port: str) -> None:
    operation = canvas.PORTS[port].operations["sketch"]
    login = canvas.types.LoginTrouble(text="x", user="u")
    trouble = canvas.types.Trouble(text="x")
    error = canvas.errors.Trouble
    for fault, element in (
        (error("no", detail=trouble), "Trouble"),
        (error("no", detail=login), "LoginTrouble"),
        (error("no", detail=login, element="{urn:canvas}OtherTrouble"), "OtherTrouble"),
        (error("no", detail=login, element="{urn:canvas}Trouble"), "Trouble"),
        (error("no", detail=None), "Trouble"),
    ):
        sent = operation.encode_fault(fault)
        assert f"<t:{element}".encode() in sent
        with pytest.raises(error) as caught:
            operation.decode_response(sent)
        assert caught.value.detail == fault.detail
        assert operation.encode_fault(caught.value) == sent
