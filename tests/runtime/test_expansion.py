"""References that would repeat without end, or nest too deep, are refused when they are read."""

from __future__ import annotations

import copy
import pickle
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from randomness import examples
from test_sharing import ENC11, ENC12, SOAP11, folder, make  # noqa: F401  # a fixture

SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
XSD = "http://www.w3.org/2001/XMLSchema"
MANY = 60


@pytest.fixture(scope="module")
def maze(folder: Path) -> Any:  # noqa: F811  # the fixture
    return make(folder, "made_maze")


@pytest.fixture(params=["Port11", "Port12"])
def put(request: pytest.FixtureRequest, maze: Any) -> Any:
    return maze.PORTS[request.param].operations["put"]


def read(put: Any, parts: str, more: str, **limits: int) -> Any:
    """The request that has these parts, within two seconds."""
    soap, encoding = (
        (SOAP11, ENC11) if put.envelope.wire.version == "1.1" else (SOAP12, ENC12)
    )
    if soap == SOAP12:
        parts, more = (
            t.replace(' href="#', ' e:ref="').replace(" id=", " e:id=")
            for t in (parts, more)
        )
    data = (
        f'<S:Envelope xmlns:S="{soap}" xmlns:xsi="{XSD}-instance" xmlns:e="{encoding}" xmlns:x="{XSD}" xmlns:t="urn:references">'
        f"<S:Body><t:put>{parts}</t:put>{more}</S:Body></S:Envelope>"
    )
    begun = time.process_time()
    try:
        allowed = replace(put.package.limits, **limits)
        return put.decode_request(data.encode(), limits=allowed)
    finally:
        assert time.process_time() - begun < 2


def nodes(inner: str, attributes: str = "", count: int = MANY) -> str:
    """Elements of which each refers to the next ones."""
    return (
        "".join(
            f'<p id="p{n}"{attributes}>{inner.format(n + 1, (n + 2) % count, (n + 3) % count)}</p>'
            for n in range(count)
        )
        + f'<p id="p{count}"{attributes}/>'
    )


LIST = '<i href="#p{0}"/><i href="#p{0}"/>'
BOMBS = {
    "fields": ('<friend href="#p{0}"/><friends><i href="#p{0}"/></friends>', ""),
    "lists": (f"<friends>{LIST}</friends>", ""),
    "back to the first": (
        '<friend href="#p{0}"/><friends><i href="#p{0}"/><i href="#p0"/></friends>',
        "",
    ),
    "everywhere": (
        '<friend href="#p{0}"/><friends><i href="#p{1}"/><i href="#p{2}"/></friends>',
        "",
    ),
    "anything": (LIST, ' xsi:type="e:Array" e:arrayType="x:anyType[2]"'),
    "typed in anything": (
        '<content xsi:type="e:Array" e:arrayType="x:anyType[2]">' + LIST + "</content>",
        ' xsi:type="t:Box"',
    ),
    "XML": ('<a href="#p{0}"/><b><c href="#p{0}"/></b>', ""),
}
PARTS = {False: '<person href="#p0"/>', True: '<box><content href="#p0"/></box>'}
ANYTHING = ("anything", "typed in anything", "XML")


@pytest.mark.parametrize("bomb", BOMBS)
def test_what_repeats_without_end_is_refused(put: Any, maze: Any, bomb: str) -> None:
    more = nodes(*BOMBS[bomb])
    if put.envelope.wire.version == "1.2":
        more = more.replace(' e:arrayType="x:anyType[2]"', ' e:itemType="x:anyType"')
    with pytest.raises(maze.errors.DecodeError, match="references repeat more than"):
        read(put, PARTS[bomb in ANYTHING], more, chain=10**6)
    with pytest.raises(maze.errors.DecodeError):
        read(put, PARTS[bomb in ANYTHING], more)


def test_a_long_text_that_is_repeated(put: Any, maze: Any) -> None:
    more = f'<s id="s">{"x" * 100_000}</s>'
    people = '<i><name href="#s"/></i>' * 1000
    with pytest.raises(maze.errors.DecodeError, match="references repeat more than"):
        read(put, f"<people>{people}</people>", more)
    few = read(put, f"<people>{people[: len(people) // 100]}</people>", more)
    assert [len(person.name) for person in few.people] == [100_000] * 10


def test_what_is_shared_as_often_as_people_share_is_read(put: Any) -> None:
    people = '<i href="#p"/>' * 5000
    more = '<p id="p"><name>x</name><friend href="#q"/></p><p id="q"><name>y</name></p>'
    found = read(put, f"<people>{people}</people>", more).people
    assert len(found) == 5000
    assert all(person is found[0] for person in found)
    assert repr(found).count("Person(") == 10_000


def test_friends_of_each_other(put: Any, maze: Any) -> None:
    def all_friends(count: int) -> str:
        friends = "".join(f'<i href="#p{n}"/>' for n in range(count))
        return "".join(
            f'<p id="p{n}"><name>{n}</name><friends>{friends}</friends></p>'
            for n in range(count)
        )

    found = read(put, PARTS[False], all_friends(5)).person
    assert [friend.name for friend in found.friends] == list("01234")
    assert found.friends[0] is found
    with pytest.raises(maze.errors.DecodeError, match="references repeat more than"):
        read(put, PARTS[False], all_friends(30))


DO: list[Callable[[Any, Any], object]] = [
    lambda one, _: repr(one),
    lambda one, other: one == other,
    lambda one, _: copy.deepcopy(one),
    lambda one, _: pickle.dumps(one),
]
CHAINS = {
    "fields": '<name>x</name><friend href="#p{0}"/>',
    "lists": '<friends><i href="#p{0}"/></friends>',
    "inside": '<friend><friend><friend href="#p{0}"/></friend></friend>',
}


@pytest.mark.parametrize("chain", CHAINS)
def test_what_is_read_is_not_too_deep_for_python(
    put: Any, maze: Any, chain: str
) -> None:
    accepted = 0
    for count in (10, 20, 30, 45, 60, 90, 120, 1000, 20_000):
        more = nodes(CHAINS[chain], count=count)
        try:
            one, other = (read(put, PARTS[False], more).person for _ in range(2))
        except maze.errors.DecodeError as error:
            assert "nested more than 100 deep" in str(error)
            continue
        accepted = count
        for do in DO:
            do(one, other)
        maze.validate(one)
        assert put.encode_request(put.request_type(person=one))
    assert 20 <= accepted < 120


def test_deep_xml_by_references(put: Any, maze: Any) -> None:
    with pytest.raises(maze.errors.DecodeError, match="nested more than 100 deep"):
        read(put, PARTS[True], nodes('<a><b href="#p{0}"/></a>'))
    found = read(put, PARTS[True], nodes('<a><b href="#p{0}"/></a>', count=30))
    assert repr(found).count("AnyElement(") > 50


def test_a_chain_before_the_message_is_as_deep(maze: Any) -> None:
    for direction in ("request", "response"):
        put = maze.PORTS["Port11"].operations["put"]
        data = (
            f'<S:Envelope xmlns:S="{SOAP11}"><S:Header><t:sender xmlns:t="urn:references" href="#p0"/></S:Header>'
            f'<S:Body><t:put xmlns:t="urn:references"/>{nodes(CHAINS["fields"], count=500)}</S:Body></S:Envelope>'
        )
        decode = getattr(put, f"decode_{direction}_headers")
        with pytest.raises(maze.errors.DecodeError, match="nested more than 100 deep"):
            decode(data.encode())


GRAPHS = st.integers(1, 6).flatmap(
    lambda count: st.lists(
        st.lists(st.integers(0, count - 1), max_size=4), min_size=count, max_size=count
    )
)


@examples(150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=GRAPHS)
def test_what_is_accepted_is_written_out_in_bounds(
    put: Any, maze: Any, graph: list[list[int]]
) -> None:
    more = "".join(
        f'<p id="p{n}"><friends>{"".join(f"""<i href="#p{to}"/>""" for to in friends)}</friends></p>'
        for n, friends in enumerate(graph)
    )
    try:
        person = read(put, PARTS[False], more, repeated=40).person
    except maze.errors.DecodeError:
        more_than = read(put, PARTS[False], more, repeated=10**9).person
        assert repr(more_than).count("(") + repr(more_than).count("...") > 10
        return
    assert repr(person).count("Person(") <= 40 + len(graph)
