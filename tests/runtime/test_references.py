"""Multi-reference values: what is shared stays shared, cycles close, nothing hostile takes long."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from soapwright.runtime.codec import reading
from soapwright.runtime.encoding import references
from soapwright.runtime.encoding.arrays import read_array
from soapwright.runtime.encoding.references import (
    forget,
    new,
    nil_or,
    referenced,
    shared,
)
from soapwright.runtime.errors.errors import DecodeError
from soapwright.runtime.xml.element import not_nil
from soapwright.runtime.xml.parsing import Limits

ENC12 = "http://www.w3.org/2003/05/soap-encoding"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(slots=True, kw_only=True, weakref_slot=True, eq=False)
class Node:
    """A type that may hold itself; `token` is a secret's name."""

    name: str | None = None
    next: Node | None = None
    kids: list[Node] = field(default_factory=list)
    token: int | None = None


@dataclass(slots=True, kw_only=True)
class Box:
    """A type that is made at the end of its reader, as those are that cannot hold themselves."""

    inner: object = None


def read_node(e):
    v = new(Node, e)
    name = next_ = token = None
    kids = []
    children = e[:]
    if not children:
        not_nil(e)
    for c in children:
        if c.tag == "name":
            name = nil_or(c, reading.string)
        elif c.tag == "next":
            next_ = nil_or(c, read_node)
        elif c.tag == "kids":
            kids = nil_or(c, read_kids)
        elif c.tag == "token":
            token = nil_or(c, reading.int_value)
    v.name, v.next, v.kids, v.token = name, next_, kids, token
    return v


def read_kids(e):
    return read_array(e, read_node)


def read_box(e):
    return Box(inner=nil_or(e[0], read_box) if len(e) else None)


def envelope(call: str, more: str = ""):
    """The call's element, in an envelope."""
    root = etree.fromstring(
        f'<Envelope xmlns:e="{ENC12}" xmlns:xsi="{XSI}"><Body><call>{call}</call>{more}</Body></Envelope>'
    )
    return root[0][0]


def read(call: str, more: str = "", reader=read_node):
    """The call's first part, read as an operation does."""
    try:
        return nil_or(envelope(call, more)[0], reader)
    finally:
        forget()


def refusal(call: str, more: str = "", reader=read_node) -> str:
    with pytest.raises(DecodeError) as caught:
        read(call, more, reader)
    return str(caught.value)


# ------------------------------------------------------------------------- what they lead to


def test_a_reference_is_what_it_points_to():
    assert read('<a href="#1"/>', '<m id="1"><name>x</name></m>').name == "x"
    assert read('<a href=" #1"/>'.replace(" #", "#"), '<m id="1"/>').name is None
    assert read('<a e:ref="1"/>', '<m e:id="1"><name>x</name></m>').name == "x"
    assert read('<a href="#1">\n </a>', '<m id="1">5</m>', reading.int_value) == 5


def test_a_reference_may_lead_to_a_reference():
    more = '<m id="1" href="#2"/><m id="2" e:ref="3"/><m id="3"><name>x</name></m>'
    assert read('<a href="#1"/>', more).name == "x"


def test_only_an_empty_element_points_elsewhere():
    found = read('<a href="#1"><name>own</name></a>', '<m id="1"><name>x</name></m>')
    assert found.name == "own"
    assert read('<a href="#1">own</a>', '<m id="1">x</m>', reading.string) == "own"


def test_nil():
    assert read('<a xsi:nil="true"/>') is None
    assert read('<a xsi:nil=" 1 ">  </a>') is None
    assert read('<a href="#1"/>', '<m id="1" xsi:nil="true"/>') is None
    assert read('<a xsi:nil="false"><name>x</name></a>').name == "x"


def test_what_may_not_be_nil():
    for call, more in (
        ('<a xsi:nil="true"/>', ""),
        ('<a href="#1"/>', '<m id="1" xsi:nil="true"/>'),
    ):
        e = envelope(call, more)[0]
        for reader in (reading.int_value, read_kids, read_node):
            with pytest.raises(DecodeError, match="call.a: is nil, and may not be"):
                referenced(e, reader)
        forget()
    assert referenced(envelope("<a>5</a>")[0], reading.int_value) == 5


@pytest.mark.parametrize(
    ("call", "more", "reason"),
    [
        ('<a href="#1"/>', "", "call.a: the reference '1' leads nowhere"),
        ('<a e:ref="1"/>', "", "call.a: the reference '1' leads nowhere"),
        ('<a href="#1"/>', '<m id="1" href="#9"/>', "the reference '9' leads nowhere"),
        ('<a href="#1"/>', '<m id="1" href="#1"/>', "a reference that leads to itself"),
        ('<a id="1" href="#1"/>', "", "call.a: a reference that leads to itself"),
        (
            '<a href="#1"/>',
            '<m id="1" href="#2"/><m id="2" href="#1"/>',
            "call.a: a reference that leads to itself",
        ),
        ('<a href="cid:part"/>', "", "call.a: 'cid:part' is not in the envelope"),
        ('<a href=""/>', "", "call.a: '' is not in the envelope"),
    ],
)
def test_a_reference_that_leads_nowhere(call, more, reason):
    assert reason in refusal(call, more)


def test_a_long_id_is_not_told_in_full():
    assert len(refusal(f'<a href="#{"x" * 10_000}"/>')) < 150


def test_of_several_targets_of_one_id_the_first_is_meant():
    assert read('<a href="#1"/>', '<m id="1">x</m><m id="1">y</m>', reading.string) == (
        "x"
    )


# --------------------------------------------------------------------------------- sharing


def test_what_is_shared_stays_shared():
    node = read(
        '<a><next href="#1"/><kids><i href="#1"/><i href="#1"/></kids></a>',
        '<m id="1"/>',
    )
    assert node.next is node.kids[0] is node.kids[1]


@pytest.mark.parametrize("mark", ["id", "e:id"])
@pytest.mark.parametrize("refer", ['href="#1"', 'e:ref="1"'])
def test_what_stands_in_the_call_may_be_pointed_to(mark, refer):
    inside = f'<next {mark}="1"><name>x</name></next>'
    for parts in (
        f"{inside}<kids><i {refer}/></kids>",
        f"<kids><i {refer}/></kids>{inside}",
    ):
        node = read(f"<a>{parts}</a>")
        assert node.next is node.kids[0]
        assert node.next.name == "x"


def test_shared_arrays_stay_shared():
    a = '<a><kids href="#k"/><next><kids href="#k"/></next></a>'
    node = read(a, '<m id="k"><i><name>x</name></i></m>')
    assert node.kids is node.next.kids
    assert node.kids[0].name == "x"


def test_each_document_has_its_own():
    first = read('<a href="#1"/>', '<m id="1"><name>x</name></m>')
    second = read('<a href="#1"/>', '<m id="1"><name>y</name></m>')
    assert (first.name, second.name) == ("x", "y")


def test_a_reader_gives_what_it_dispatches_to():
    def dispatching(e):
        return shared(e, read_node)

    e = envelope('<a href="#1"/><b href="#1"/>', '<m id="1"><next href="#1"/></m>')
    first, second = nil_or(e[0], dispatching), nil_or(e[1], read_node)
    assert first is second is first.next
    assert shared(envelope("<a><name>x</name></a>")[0], read_node).name == "x"
    forget()


def test_another_type_is_not_given_what_one_has_begun():
    """A target that is read as two types: as the first it is begun, as the second it is not."""

    def read_other(e):
        v = new(Box, e)
        v.inner = [nil_or(c, read_node) for c in e if c.tag == "next"]
        return v

    def reader(e):
        v = new(Node, e)
        v.next = nil_or(e[0], read_other)
        return v

    found = read('<a href="#1"/>', '<m id="1"><next href="#1"/></m>', reader)
    assert type(found) is Node
    assert type(found.next) is Box
    assert type(found.next.inner[0]) is Node


# ---------------------------------------------------------------------------------- cycles


def test_a_cycle_closes():
    node = read('<a href="#1"/>', '<m id="1"><name>x</name><next href="#1"/></m>')
    assert node.next is node
    assert node.name == "x"


def test_a_cycle_closes_at_what_stands_in_the_call():
    node = read('<a e:id="1"><next><next e:ref="1"/></next></a>')
    assert node.next.next is node


def test_a_cycle_through_an_array():
    more = '<m id="1"><kids href="#2"/></m><m id="2"><i href="#1"/></m>'
    node = read('<a href="#1"/>', more)
    assert node.kids[0] is node
    kids = read('<a href="#2"/>', more, read_kids)
    assert kids[0].kids is kids


def test_an_array_that_holds_itself():
    def read_any(e):
        return read_array(e, read_any)

    found = read('<a href="#1"/>', '<m id="1"><i href="#1"/></m>', read_any)
    assert found[0] is found


def test_what_cannot_hold_itself_does_not():
    more = '<m id="1"><inner href="#2"/></m><m id="2"><inner href="#1"/></m>'
    said = refusal('<a href="#1"/>', more, read_box)
    assert said == "call.a.inner.inner: contains itself, and its type may not"


# ------------------------------------------------------------------------------- long chains


@pytest.fixture
def loose(monkeypatch: pytest.MonkeyPatch) -> None:
    """References may repeat and nest whatever they like."""
    limits = Limits(chain=10**6, repeated=2**60)
    monkeypatch.setattr(references, "limits_here", lambda: limits)


def timed(limit: float, *arguments):
    """What is read within so many seconds, the best of three: a collection of what other tests left takes one."""
    took = []
    while not took or (min(took) >= limit and len(took) < 3):
        begun = time.process_time()
        found = read(*arguments)
        took.append(time.process_time() - begun)
    assert min(took) < limit
    return found


def length_of(node) -> int:
    count, first = 1, node
    while node.next is not None and node.next is not first:
        node, count = node.next, count + 1
    return count


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("closed", [False, True])
def test_a_chain_of_thousands(closed, backwards, loose):
    size = 3000
    last = f'<next href="#{0 if closed else "end"}"/>'
    nodes = [
        f'<m id="{i}"><name>{i}</name>{f"""<next href="#{i + 1}"/>""" if i < size - 1 else last}</m>'
        for i in range(size)
    ]
    nodes.append('<m id="end"><name>end</name></m>')
    node = timed(
        1.0, '<a href="#0"/>', "".join(reversed(nodes) if backwards else nodes)
    )
    assert length_of(node) == size + (not closed)
    assert [node.name, node.next.name] == ["0", "1"]


def test_a_list_linked_both_ways(loose):
    size = 1000
    more = "".join(
        f'<m id="{i}"><name>{i}</name><kids><i href="#{max(i - 1, 0)}"/></kids><next href="#{min(i + 1, size - 1)}"/></m>'
        for i in range(size)
    )
    node = timed(1.0, '<a href="#500"/>', more)
    seen = {}
    while node.next is not node:
        seen[node.name] = node
        assert node.kids[0].next is node or node.name == "0"
        node = node.next
    assert list(seen) == [str(i) for i in range(500, size - 1)]
    while node.kids[0] is not node:
        node = node.kids[0]
    assert node.name == "0"


def test_thousands_of_references_to_references():
    size = 3000
    more = "".join(f'<m id="{i}" href="#{i + 1}"/>' for i in range(size))
    kids = "<a><kids>{}</kids></a>".format('<i href="#0"/>' * 1000)
    node = timed(1.0, kids, f'{more}<m id="{size}"><name>end</name></m>')
    assert {kid.name for kid in node.kids} == {"end"}


def test_doubling(loose):
    """Each of forty has two references to the next: by value they would be 2^40."""
    more = "".join(
        f'<m id="{i}"><kids><i href="#{i + 1}"/><i href="#{i + 1}"/></kids></m>'
        for i in range(40)
    )
    node = timed(0.5, '<a href="#0"/>', f'{more}<m id="40"><name>end</name></m>')
    depth = 0
    while node.kids:
        assert node.kids[0] is node.kids[1]
        node, depth = node.kids[0], depth + 1
    assert (depth, node.name) == (40, "end")


def test_a_chain_that_cannot_be_begun_is_refused():
    """Operations turn this into a DecodeError."""
    more = "".join(f'<m id="{i}"><inner href="#{i + 1}"/></m>' for i in range(3000))
    with pytest.raises(RecursionError):
        read('<a href="#0"/>', f'{more}<m id="3000"/>', read_box)


def test_a_failure_at_the_end_of_a_chain():
    more = "".join(f'<m id="{i}"><next href="#{i + 1}"/></m>' for i in range(200))
    said = refusal('<a href="#0"/>', f'{more}<m id="200"><token>x</token></m>')
    assert said.startswith("….next.next")
    assert said.endswith(".token: its value does not read")
    short = refusal('<a href="#190"/>', f'{more}<m id="200"><token>x</token></m>')
    assert short == f"call.a{'.next' * 10}.token: its value does not read"


def test_what_was_begun_when_another_failed_is_not_given_out():
    more = "".join(f'<m id="{i}"><next href="#{i + 1}"/></m>' for i in range(200))
    e = envelope('<a href="#0"/><b href="#199"/>', f'{more}<m id="200"><token/></m>')
    for part in (e[0], e[1]):
        with pytest.raises(DecodeError):
            nil_or(part, read_node)
    forget()


# ---------------------------------------------------------------------------------- errors


def test_the_path_is_the_way_that_led_there():
    more = '<m id="1"><next href="#2"/></m><m id="2"><name>x</name><kids><i/><i><name><b/></name></i></kids></m>'
    said = refusal('<a href="#1"/>', more)
    assert said == "call.a.next.kids.i[1].name: holds elements, not a value"


def test_a_reference_inside_a_target_that_leads_nowhere():
    more = '<m id="1"><next><next href="#9"/></next></m>'
    assert refusal('<a href="#1"/>', more).startswith("call.a.next.next: the reference")


def test_a_secret_that_stands_elsewhere_is_not_told():
    said = refusal('<a><token href="#1"/></a>', '<m id="1">hunter2</m>')
    assert said == "call.a.token: its value does not read"


def test_the_path_in_a_header():
    root = etree.fromstring(
        '<E><Header><h href="#1"/></Header><Body><m id="1"><token>x</token></m></Body></E>'
    )
    with pytest.raises(DecodeError, match=r"^Header\.h\.token: "):
        nil_or(root[0][0], read_node)
    forget()


# --------------------------------------------------------------------------------- threads


def test_nothing_is_kept():
    node = read('<a href="#1"/>', '<m id="1"><next href="#1"/></m>')
    gone = weakref.ref(node)
    del node
    gc.collect()
    assert gone() is None
    assert references._local.references is None


def test_threads_do_not_see_each_others():
    failures = []

    def work(name: str) -> None:
        for _ in range(200):
            node = read(
                '<a><next href="#1"/><kids><i href="#1"/></kids></a>',
                f'<m id="1"><name>{name}</name></m>',
            )
            if node.next.name != name or node.next is not node.kids[0]:
                failures.append(name)

    threads = [threading.Thread(target=work, args=(str(i),)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


# ------------------------------------------------------------------------------- any graph


@st.composite
def graphs(draw):
    """For each node, by number, which ones it points to; all are reached from the first."""
    size = draw(st.integers(1, 60))
    number = st.integers(0, size - 1)
    edges = [draw(st.lists(number, max_size=3)) for _ in range(size)]
    inline = draw(st.sets(number))
    return edges, inline


@given(graphs())
def test_any_graph_is_read_as_it_is(graph):
    edges, inline = graph
    wholes = set()

    def node(i: int) -> str:
        kids = "".join(kid(j) for j in edges[i])
        return f"<name>{i}</name><kids>{kids}</kids>"

    def kid(i: int) -> str:
        if i in inline and i not in wholes:  # the first that is written holds it
            wholes.add(i)
            return f'<i id="{i}">{node(i)}</i>'
        return f'<i href="#{i}"/>'

    wholes.add(0)
    more = f'<m id="0">{node(0)}</m>'
    for i in range(len(edges)):
        if i not in wholes:
            wholes.add(i)
            more += f'<m id="{i}">{node(i)}</m>'
    root = read('<a href="#0"/>', more)
    known = {0: root}
    pending = [0]
    while pending:
        i = pending.pop()
        assert known[i].name == str(i)
        assert len(known[i].kids) == len(edges[i])
        for j, child in zip(edges[i], known[i].kids, strict=True):
            if j not in known:
                known[j] = child
                pending.append(j)
            assert known[j] is child
