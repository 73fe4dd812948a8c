"""Graphs in SOAP's encoding, both ways: what is one object comes back as one object."""

from __future__ import annotations

import asyncio
import importlib
import sys
from dataclasses import replace
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from lxml import etree

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

CASE = ROOT / "tests" / "cases" / "encoded-references"
ENC11 = "http://schemas.xmlsoap.org/soap/encoding/"
ENC12 = "http://www.w3.org/2003/05/soap-encoding"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
QUALIFIED = "{urn:references}"
XML = {"content-type": "text/xml"}
DEEP = 100_000


def make(folder: Path, name: str, wire: str = "") -> Any:  # Any: it is generated
    with chdir(CASE):
        package = generate(Path("service.wsdl"), Options(name, wire=wire))
    write_package(folder / name, package.files)
    return importlib.import_module(name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("sharing")
    sys.path.insert(0, str(path))
    yield path
    sys.path.remove(str(path))


@pytest.fixture(scope="module")
def refs(folder: Path) -> Any:
    return make(folder, "made_references")


@pytest.fixture(params=["Port11", "Port12"])
def port(request: pytest.FixtureRequest, refs: Any) -> Any:
    return refs.PORTS[request.param].operations


def sent(put: Any, references: str = "shared", **parts: Any) -> tuple[bytes, Any]:
    """A request's envelope, and what comes of it."""
    wire = put.encode_request(put.request_type(**parts), references=references)
    return wire, put.decode_request(wire)


def count(wire: bytes) -> int:
    """How many references there are; each leads to one identifier of the envelope."""
    nodes = list(etree.fromstring(wire).iter())
    ids = [n.get("id") or n.get(f"{{{ENC12}}}id") for n in nodes]
    named = [one for one in ids if one]
    assert len(named) == len(set(named))
    found = [n.get("href", "")[1:] or n.get(f"{{{ENC12}}}ref") for n in nodes]
    led = [one for one in found if one]
    assert set(led) <= set(named)
    return len(led)


def couple(t: Any) -> Any:
    ben = t.Person(name="Ben")
    ben.friend = t.Person(name="Cem", friend=ben)
    return ben


def boss(t: Any) -> Any:
    """In a cycle through an array, through a base class and through its own type."""
    found = t.Clerk(name="Boss", desk=1)
    found.friends = [found, t.Person(name="x", friend=found)]
    found.chief = found
    return found


def is_boss(p: Any) -> bool:
    friends = p.friends
    return p.chief is p and friends[0] is p and friends[1].friend is p


# ------------------------------------------------------------------------------- requests


def test_shared(refs: Any, port: Any) -> None:
    t = refs.types
    ulm = t.Place(city="Ulm")
    anna = t.Person(name="Anna", home=ulm, friend=t.Person(name="Ben", home=ulm))
    wire, back = sent(port["put"], person=anna, people=[anna, None, anna])
    assert count(wire) >= 3
    assert wire.count(b">Ulm<") == 1
    assert back.people[0] is back.people[2] is back.person
    assert back.person.home is back.person.friend.home
    assert back == port["put"].request_type(
        person=anna, people=[anna, None, anna], box=None
    )


def test_equal_values_stay_apart(refs: Any, port: Any) -> None:
    t = refs.types
    ben = t.Person(name="Ben", home=t.Place(city="Ulm"))
    anna = t.Person(name="Ben", home=t.Place(city="Ulm"), friend=ben)
    wire, back = sent(port["put"], person=anna)
    assert count(wire) == 0
    assert back.person.home is not back.person.friend.home


def test_cycles(refs: Any, port: Any) -> None:
    wire, back = sent(port["put"], person=couple(refs.types))
    assert count(wire) >= 1
    assert back.person.friend.friend is back.person
    person = boss(refs.types)
    _, back = sent(port["put"], person=person, people=person.friends)
    assert type(back.person) is refs.types.Clerk
    assert is_boss(back.person)
    assert back.people is back.person.friends


def test_graphs_of_any_type(refs: Any, port: Any) -> None:
    t = refs.types
    box = t.Box()
    box.content = box
    _, back = sent(port["put"], box=box)
    assert back.box.content is back.box
    numbers, ben = [1, 2], couple(t)
    _, back = sent(port["put"], person=ben, box=t.Box(content=[numbers, ben, numbers]))
    assert back.box.content[0] is back.box.content[2]
    assert back.box.content[1] is back.person
    around: list[Any] = []
    around.append(around)
    _, back = sent(port["put"], box=t.Box(content=around))
    assert back.box.content[0] is back.box.content


def test_only_cycles(refs: Any, port: Any) -> None:
    t = refs.types
    ulm = t.Place(city="Ulm")
    anna = t.Person(name="Anna", home=ulm, friend=t.Person(name="Ben", home=ulm))
    wire, back = sent(port["put"], "cycles", person=anna, people=[anna, anna])
    assert count(wire) == 0
    assert wire.count(b">Ulm<") == 6
    assert back.people[0] == back.people[1] == anna
    ben = couple(t)
    ben.home = ben.friend.home = ulm
    wire, back = sent(port["put"], "cycles", person=ben, people=[ben.friend])
    assert back.people[0] is back.person.friend
    assert back.person.friend.friend is back.person
    assert wire.count(b">Ulm<") == 2
    with pytest.raises(ValueError, match="references='all'"):
        sent(port["put"], "all", person=ben)


# ---------------------------------------------------------------- replies, headers, faults


def test_replies_and_arrays_of_arrays(port: Any) -> None:
    row = [1, 2]
    listed = port["list"]
    wire = listed.encode_response(
        listed.response_type(table=[row, row], rows=[row, [], row])
    )
    back = listed.decode_response(wire)
    assert back.table == [row, row]
    assert back.table[0] is back.table[1]
    assert back.rows == [row, [], row]
    assert back.rows[0] is back.rows[2]


def test_headers(refs: Any, port: Any) -> None:
    put, ben = port["put"], couple(refs.types)
    headers = refs.types.PutRequestHeaders(sender=ben, owner=ben.friend)
    wire = put.encode_request(put.request_type(person=ben), headers)
    header, body = etree.fromstring(wire)
    count(wire)
    soap = header.tag.rpartition("}")[0][1:]
    encoding = ENC11 if soap == SOAP11 else ENC12
    assert [b.get(f"{{{soap}}}encodingStyle") for b in header] == [encoding] * 2
    assert len(body) == (2 if soap == SOAP11 else 1)
    back = put.decode_request_headers(wire)
    assert back.sender.friend is back.owner
    assert back.owner.friend is back.sender


def test_faults(refs: Any, port: Any) -> None:
    put = port["put"]
    wire = put.encode_fault(refs.errors.Person("no", detail=boss(refs.types)))
    count(wire)
    with pytest.raises(refs.errors.Person) as caught:
        put.decode_response(wire)
    assert is_boss(caught.value.detail)


def test_each_port_has_its_own_arrays(refs: Any) -> None:
    wires = []
    for key in ("Port11", "Port12"):
        listed = refs.PORTS[key].operations["list"]
        wires.append(
            listed.encode_response(listed.response_type(table=[[1], [2]], rows=[]))
        )
        assert listed.decode_response(wires[-1]).table == [[1], [2]]
    first, second = (etree.fromstring(w).find(".//table") for w in wires)
    assert first.get(f"{{{ENC11}}}arrayType") == "xsd:int[][2]"
    assert (
        second.get(f"{{{ENC12}}}arraySize"),
        second.get(f"{{{ENC11}}}arrayType"),
    ) == ("2", None)


# ------------------------------------------------------------------------------------ depth


def test_depth(refs: Any, port: Any) -> None:
    t, put = refs.types, port["put"]
    person = None
    for number in range(DEEP):
        person = t.Person(name=str(number), friend=person)
    with pytest.raises(refs.errors.EncodeError, match="^put: is nested too deeply"):
        put.encode_request(put.request_type(person=person))
    first = last = t.Person()
    for _ in range(DEEP):
        last.friend = t.Person(friends=[last])
        last = last.friend
    with pytest.raises(refs.errors.EncodeError, match="^put: is nested too deeply"):
        put.encode_request(put.request_type(person=first))


@pytest.mark.slow
def test_a_long_chain_of_references_reads(refs: Any) -> None:
    put = refs.PORTS["Port11"].operations["put"]
    people = "".join(
        f'<p id="p{n}"><name>{n}</name><friend href="#p{n + 1}"/></p>'
        for n in range(DEEP)
    )
    data = (
        f'<S:Envelope xmlns:S="{SOAP11}"><S:Body><t:put xmlns:t="urn:references">'
        f'<person href="#p0"/></t:put>{people}<p id="p{DEEP}"/></S:Body></S:Envelope>'
    )
    with pytest.raises(refs.errors.DecodeError, match="nested more than 100 deep"):
        put.decode_request(data.encode())
    limits = replace(put.package.limits, chain=2 * DEEP)
    person, seen = put.decode_request(data.encode(), limits=limits).person, 0
    while person.friend:
        person, seen = person.friend, seen + 1
    assert seen == DEEP


# --------------------------------------------------------------------- members, both sides


def members(wire: bytes) -> set[str]:
    """The names of the elements of structures, whatever the names mean."""
    body = etree.fromstring(wire)[-1]
    names = {
        str(e.tag) for e in body[0].iterdescendants() if e.getparent() is not body[0]
    }
    return names - {"item"}


def qualified(wire: bytes) -> bytes:
    root = etree.fromstring(wire)
    for e in root[-1][0].iterdescendants():
        if e.getparent() is not root[-1][0] and e.tag != "item":
            e.tag = QUALIFIED + e.tag
    return etree.tostring(root)


def services(refs: Any) -> list[Any]:
    class Service(refs.server.ReferencesService):
        def put(self, *, person, people, box, sender, owner):
            if person.name == "fault":
                raise refs.errors.Person("no", detail=person)
            return refs.types.PutResponse(person=person, again=person)

        def list(self, *, ids):
            raise NotImplementedError

    class Waiting(Service):
        async def put(self, **given):
            await asyncio.sleep(0)
            return super().put(**given)

    return [Service(), Waiting()]


def posted(refs: Any, service: Any, data: bytes, *, waiting: bool) -> bytes:
    """What a service answers, by ASGI or by WSGI."""
    if not waiting:
        with refs.Client(transport=Direct(refs.server.wsgi(service))) as client:
            return client._transport.post(data)
    return asyncio.run(asked(refs.server.asgi(service), data))


async def asked(app: Any, data: bytes) -> bytes:
    got = b""

    async def receive() -> Any:
        return {"type": "http.request", "body": data, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal got
        got += message.get("body", b"")

    headers = [
        (b"content-type", b"text/xml"),
        (b"content-length", str(len(data)).encode()),
    ]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": headers,
        "scheme": "http",
        "server": ("x", 80),
        "root_path": "",
    }
    await app(scope, receive, send)
    return got


class Direct:
    """Posts to a WSGI application."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def send(self, request: Any) -> Any:
        raise NotImplementedError

    def post(self, data: bytes) -> bytes:
        from io import BytesIO
        from wsgiref.util import setup_testing_defaults

        environ = {
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": "text/xml",
            "CONTENT_LENGTH": str(len(data)),
            "wsgi.input": BytesIO(data),
        }
        setup_testing_defaults(environ)
        return b"".join(self.app(environ, lambda *_: None))


@pytest.mark.parametrize("waiting", [False, True])
def test_a_service_answers_in_the_form_of_the_request(
    refs: Any, *, waiting: bool
) -> None:
    put = refs.PORTS["Port11"].operations["put"]
    person = refs.types.Person(name="Ben", home=refs.types.Place(city="Ulm"))
    for service in services(refs):
        for name in ("Ben", "fault"):
            person.name = name
            plain = put.encode_request(put.request_type(person=person))
            assert members(plain) == {"name", "home", "city"}
            assert put.decode_request(qualified(plain)) == put.decode_request(plain)
            answer = posted(refs, service, qualified(plain), waiting=waiting)
            assert QUALIFIED.encode()[1:-1] in answer
            names = {QUALIFIED + n for n in ("name", "home", "city")}
            everything = {str(e.tag) for e in etree.fromstring(answer).iter()}
            assert names <= everything
            assert not {"name", "home", "city"} & everything
            again = {
                str(e.tag)
                for e in etree.fromstring(
                    posted(refs, service, plain, waiting=waiting)
                ).iter()
            }
            assert not names & again
            assert {"name", "home", "city"} <= again


def test_a_service_answers_with_graphs(refs: Any) -> None:
    put = refs.PORTS["Port11"].operations["put"]
    data = put.encode_request(put.request_type(person=boss(refs.types)))
    for service in services(refs):
        back = put.decode_response(posted(refs, service, data, waiting=True))
        assert is_boss(back.person)
        assert back.again is back.person


def test_the_wire_style_of_gsoap(folder: Path) -> None:
    gsoap = make(folder, "made_for_gsoap", "gsoap")
    put = gsoap.PORTS["Port11"].operations["put"]
    person = gsoap.types.Person(name="Ben", home=gsoap.types.Place(city="Ulm"))
    wire = put.encode_request(put.request_type(person=person))
    assert members(wire) == {QUALIFIED + n for n in ("name", "home", "city")}
    assert put.decode_request(wire).person == person


def test_clients_choose_what_is_repeated(refs: Any) -> None:
    class Transport:
        def send(self, request: Any) -> Any:
            raise Sent(request.body)

    class Sent(Exception):
        pass

    ben = refs.types.Person(name="Ben")
    for references, wanted in (("shared", 2), ("cycles", 0)):
        client = refs.Client(transport=Transport(), references=references)
        with pytest.raises(Sent) as caught:
            client.put(person=ben, people=[ben])
        assert count(caught.value.args[0]) == wanted
    with pytest.raises(ValueError, match="references='all'"):
        refs.AsyncClient(references="all")
