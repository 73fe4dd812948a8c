"""Reading leniently: what violates its schema is noted with its place, and the rest is there."""

from __future__ import annotations

import asyncio
import copy
import importlib
import io
import pickle
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

WSDL = Path(__file__).parents[1] / "cases" / "lenient" / "service.wsdl"
NAME = "made_lenient"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
SPACES = (
    'xmlns:a="urn:auction" xmlns:e="urn:auction:encoded" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:enc="http://schemas.xmlsoap.org/soap/encoding/"'
)


def envelope(body: str, head: str = "", soap: str = SOAP11) -> bytes:
    header = f"<s:Header>{head}</s:Header>" if head else ""
    return f'<s:Envelope xmlns:s="{soap}" {SPACES}>{header}<s:Body>{body}</s:Body></s:Envelope>'.encode()


def lots(*inner: str) -> bytes:
    each = "".join(f"<a:lot>{one}</a:lot>" for one in inner)
    return envelope(f"<a:lookResponse>{each}</a:lookResponse>")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    folder = tmp_path_factory.mktemp("lenient")
    write_package(folder / NAME, generate(WSDL, Options(name=NAME)).files)
    sys.path.insert(0, str(folder))
    yield importlib.import_module(NAME)
    sys.path.remove(str(folder))


def operation(package: ModuleType, name: str, port: str = "Auction") -> Any:
    return package.PORTS[port].operations[name]


def read(operation: Any, data: bytes) -> tuple[Any, list[tuple[str, str | None]]]:
    """The value, and the path and value of each problem. Strictly the same is refused."""
    with pytest.raises(Exception, match="."):
        operation.decode_response(data)
    problems: list[Any] = []
    value = operation.decode_response(data, lenient=True, problems=problems)
    assert all(problem.reason for problem in problems)
    return value, [(problem.path, problem.value) for problem in problems]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("number", ""),
        ("number", "twelve"),
        ("day", ""),
        ("day", "2017-13-01"),
        ("sold", "2017-08-01 12:12:12"),
        ("sold", "2024-08-17T00:61:16Z"),
        ("price", "0E-10"),
        ("price", "12,50"),
        ("open", "True"),
        ("weight", "much"),
        ("digest", "abc"),
        ("picture", "a"),
        ("kind", "none:such"),
        ("sizes", "1 x 3"),
        ("either", "neither"),
    ],
)
def test_values_that_do_not_read(package, field, text):
    inner = f"<a:{field}>{text}</a:{field}><a:title>here</a:title>"
    value, problems = read(
        operation(package, "look"), lots("<a:number>1</a:number>", inner)
    )
    assert value.lot[0].number == 1
    assert (getattr(value.lot[1], field), value.lot[1].title) == (None, "here")
    assert problems == [(f"lookResponse.lot[1].{field}", text or None)]


@pytest.mark.parametrize(
    ("inner", "field", "path"),
    [
        ('<a:amounts>1</a:amounts><a:amounts xsi:nil="1"/>', [1, None], "amounts[1]"),
        ("<a:amounts>x</a:amounts><a:amounts>2</a:amounts>", [None, 2], "amounts[0]"),
    ],
)
def test_items_of_a_list(package, inner, field, path):
    value, problems = read(operation(package, "look"), lots(inner))
    assert value.lot[0].amounts == field
    assert [where for where, _ in problems] == [f"lookResponse.lot.{path}"]


def test_structures(package):
    sent = envelope(
        '<a:lookResponse><a:lot id="x"><a:inner>text</a:inner><a:bid/><a:bidder><a:age>3</a:age></a:bidder></a:lot>'
        '<a:lot xsi:nil="true"/><a:seller key="1"><a:name><b/></a:name></a:seller><a:thing/><a:weight unit="kg">1,5</a:weight>'
        "</a:lookResponse>"
    )
    value, problems = read(operation(package, "look"), sent)
    first, second = value.lot
    assert second is None
    assert (first.id, first.inner) == (None, None)
    assert first.choices[0] == ("bid", None)
    bidder = first.choices[1][1]
    assert (bidder.name, bidder.age, bidder.key, bidder.mail) == (None, 3, None, None)
    assert (value.seller.name, value.seller.age, value.seller.key) == (None, None, 1)
    assert (value.thing, value.weight.value, value.weight.unit) == (None, None, "kg")
    assert sorted(path for path, _ in problems) == [
        "lookResponse.lot[0].@id",
        "lookResponse.lot[0].bid",
        "lookResponse.lot[0].bidder.@key",
        "lookResponse.lot[0].bidder.mail | phone",
        "lookResponse.lot[0].bidder.name",
        "lookResponse.lot[0].inner",
        "lookResponse.lot[1]",
        "lookResponse.seller.age",
        "lookResponse.seller.mail | phone",
        "lookResponse.seller.name",
        "lookResponse.thing",
        "lookResponse.weight",
    ]


@pytest.mark.parametrize(
    ("sent", "stands"),
    [
        ("a&#x1E;b", "a&#x1E;b"),
        ("a&#30;b", "a&#30;b"),
        ("a\x1eb", "a&#x1E;b"),
        ("<![CDATA[a&#x1E;\x02<b]]>", "a&#x1E;&#x2;<b"),
    ],
)
def test_characters_that_xml_cannot_carry(package, sent, stands):
    inner = f"<a:number>7</a:number><a:title>{sent}</a:title>"
    value, problems = read(operation(package, "look"), lots(inner))
    assert (value.lot[0].number, value.lot[0].title) == (7, stands)
    assert [path for path, _ in problems] == ["lookResponse.lot.title"]


def test_secrets_do_not_show(package):
    value, problems = read(
        operation(package, "look"), lots("<a:password>hush</a:password>")
    )
    assert value.lot[0].password is None
    assert problems == [("lookResponse.lot.password", "***")]
    noted: list[Any] = []
    operation(package, "look").decode_response(
        lots("<a:password>hush</a:password>"), lenient=True, problems=noted
    )
    assert "hush" not in repr(noted)
    assert copy.deepcopy(noted) == pickle.loads(pickle.dumps(noted)) == noted


def test_headers(package):
    look = operation(package, "look")
    sent = envelope(
        "<a:lookResponse/>", "<a:session><a:until>soon</a:until></a:session>"
    )
    problems: list[Any] = []
    assert (
        look.decode_response_headers(
            sent, lenient=True, problems=problems
        ).session.until
        is None
    )
    assert [problem.path for problem in problems] == ["Header.session.until"]
    with pytest.raises(package.errors.DecodeError):
        look.decode_response_headers(sent)


def test_requests(package):
    look = operation(package, "look")
    problems: list[Any] = []
    assert (
        look.decode_request(envelope("<a:look/>"), lenient=True, problems=problems).lot
        is None
    )
    assert [(p.path, p.value, p.reason) for p in problems] == [
        ("look.lot", None, "is missing")
    ]
    assert look.decode_request(envelope("<a:look/>"), lenient=True).lot is None


def test_without_problems_nothing_is_noted(package):
    problems: list[Any] = []
    value = operation(package, "look").decode_response(
        lots("<a:title/>"), lenient=True, problems=problems
    )
    assert value.lot[0].title == ""
    assert problems == []


def test_rpc_literal(package):
    body = "<a:lotResponse><lot><a:day>x</a:day></lot><left>1</left></a:lotResponse>"
    value, problems = read(operation(package, "lot"), envelope(body))
    assert (value.lot.day, value.left) == (None, 1)
    assert problems == [("lotResponse.lot.day", "x")]


def test_encoded(package):
    pair = '<item xsi:type="e:Pair"><left xsi:type="xsd:int">%s</left><right xsi:type="xsd:date">2017-13-01</right></item>'
    body = (
        f'<a:pairResponse><pairs xsi:type="enc:Array" enc:arrayType="e:Pair[2]">{pair % 1}{pair % "x"}</pairs>'
        '<one href="#nowhere"/></a:pairResponse>'
    )
    value, problems = read(operation(package, "pair"), envelope(body))
    assert [(one.left, one.right) for one in value.pairs] == [(1, None), (None, None)]
    assert value.one is None
    assert [path for path, _ in problems] == [
        "pairResponse.pairs[0].right",
        "pairResponse.pairs[1].left",
        "pairResponse.pairs[1].right",
        "pairResponse.one",
    ]


def fault(detail: str) -> bytes:
    return envelope(
        f"<s:Fault><faultcode>s:Server</faultcode><faultstring>no</faultstring><detail>{detail}</detail></s:Fault>"
    )


def test_faults(package):
    look = operation(package, "look")
    sent = fault("<a:closed><a:since>yesterday</a:since></a:closed>")
    with pytest.raises(package.SoapFault) as strict:
        look.decode_response(sent)
    assert not hasattr(strict.value.detail, "since")
    problems: list[Any] = []
    with pytest.raises(package.SoapFault) as caught:
        look.decode_response(sent, lenient=True, problems=problems)
    assert caught.value.detail.since is None
    assert [problem.value for problem in problems] == ["yesterday"]


def test_soap_12(package):
    count = operation(package, "count", "Auction12")
    sent = envelope(
        "<a:countResponse><a:count>many</a:count></a:countResponse>", soap=SOAP12
    )
    value, problems = read(count, sent)
    assert value.count is None
    assert problems == [("countResponse.count", "many")]


def test_items_are_streamed(package):
    look = operation(package, "look")
    sent = lots(
        "<a:day>x</a:day>",
        "<a:number>2</a:number>",
        "<a:amounts/><a:amounts>1</a:amounts>",
    )
    problems: list[Any] = []
    items = []
    for item in look.iter_response(io.BytesIO(sent), lenient=True, problems=problems):
        items.append(item)
        with pytest.raises(
            package.errors.DecodeError
        ):  # between items the thread reads strictly
            look.decode_response(sent)
    assert [item.number for item in items] == [None, 2, None]
    assert [problem.path for problem in problems] == [
        "lookResponse.lot[0].day",
        "lookResponse.lot[2].amounts[0]",
    ]


class Answer:
    """A transport that gives one reply, to either kind of client."""

    def __init__(self, package: ModuleType, body: bytes, status: int = 200) -> None:
        self.reply = package.Response(status, {"content-type": "text/xml"}, body)

    def send(self, request):
        return self.reply


class AsyncAnswer(Answer):
    async def send(self, request):
        return self.reply


REPLY = envelope("<a:countResponse><a:count>many</a:count></a:countResponse>")


def test_clients(package):
    strict = package.Client(transport=Answer(package, REPLY))
    with pytest.raises(package.errors.DecodeError):
        strict.count()
    client = package.Client(transport=Answer(package, REPLY), lenient=True)
    assert client.count() is None
    exchange = client.exchange("count", package.types.Count())
    assert exchange.response.count is None
    (problem,) = exchange.problems
    assert (problem.path, problem.value) == ("countResponse.count", "many")
    assert "xsd:integer" in problem.reason
    assert isinstance(problem, package.Problem)


def test_async_clients(package):
    async def both():
        client = package.AsyncClient(
            transport=AsyncAnswer(package, REPLY), lenient=True
        )
        found = await asyncio.gather(
            *[client.exchange("count", package.types.Count()) for _ in range(5)]
        )
        return [len(exchange.problems) for exchange in found]

    assert asyncio.run(both()) == [1] * 5


def test_a_fault_has_its_problems(package):
    sent = fault("<a:closed><a:since>yesterday</a:since></a:closed>")
    client = package.Client(transport=Answer(package, sent, 500), lenient=True)
    with pytest.raises(package.SoapFault) as caught:
        client.look(lot=1)
    assert [problem.path for problem in caught.value.exchange.problems] == [
        "Fault.detail.closed.since"
    ]


def test_a_reply_that_is_none_is_refused_all_the_same(package):
    for body in (envelope(""), envelope("<a:other/>"), b"<html/>", b"no"):
        with pytest.raises(package.errors.SoapError):
            package.Client(transport=Answer(package, body), lenient=True).count()


def test_threads_do_not_mix(package):
    look = operation(package, "look")
    sent = lots("<a:day>x</a:day>")

    def once(number: int) -> int:
        if number % 2:
            with pytest.raises(package.errors.DecodeError):
                look.decode_response(sent)
            return 1
        problems: list[Any] = []
        look.decode_response(sent, lenient=True, problems=problems)
        return len(problems)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(once, range(400))) == {1}


def test_many_problems_take_no_time(package):
    sent = lots(*["<a:day/>"] * 20_000)
    problems: list[Any] = []
    begun = time.perf_counter()
    operation(package, "look").decode_response(sent, lenient=True, problems=problems)
    assert len(problems) == 20_000
    assert problems[-1].path == "lookResponse.lot[19999].day"
    assert time.perf_counter() - begun < 10


def test_a_wildcard_keeps_what_does_not_read(package):
    """Another way to read it is no problem."""
    inner = '<a:title>t</a:title><b:x xmlns:b="urn:b"><a:gone>x</a:gone></b:x>'
    problems: list[Any] = []
    value = operation(package, "look").decode_response(
        lots(inner), lenient=True, problems=problems
    )
    assert len(value.lot[0].any_elements) == 1
    assert problems == []


def test_what_is_read_again_is_noted_once(package):
    problems: list[Any] = []
    inner = "<a:number>x</a:number><title>t</title><a:day>y</a:day><a:amounts/><amounts>2</amounts>"
    value = operation(package, "look").decode_response(
        lots(inner), lenient=True, problems=problems
    )
    assert (value.lot[0].title, value.lot[0].amounts) == ("t", [None, 2])
    assert [problem.path.rpartition(".")[2] for problem in problems] == [
        "number",
        "day",
        "amounts[0]",
    ]


def test_a_doubtful_name_is_noted(package):
    inner = "<a:title>t</a:title><title>u</title><a:number>3</a:number>"
    value, problems = read(operation(package, "look"), lots(inner))
    assert (value.lot[0].title, value.lot[0].number) == ("t", 3)
    assert problems == [("lookResponse.lot.title", "u")]


def test_attributes_and_control_characters_in_them(package):
    sent = envelope(
        '<a:lookResponse><a:weight unit="k&#x1F;g">1</a:weight></a:lookResponse>'
    )
    value, problems = read(operation(package, "look"), sent)
    assert (value.weight.value, value.weight.unit) == (1, "k&#x1F;g")
    assert problems == [("lookResponse.weight.@unit", "k&#x1F;g")]
