"""Strongly connected components, against their definition."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from soapwright.model.api import QName
from soapwright.passes.graph import strongly_connected

Graph = dict[QName, list[QName]]


def node(number: int) -> QName:
    return QName("", str(number))


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    size = draw(st.integers(0, 7))
    nodes = [node(number) for number in range(size)]
    target = st.sampled_from(nodes) if nodes else st.nothing()
    return {one: draw(st.lists(target, max_size=4)) for one in nodes}


def reachable(graph: Graph) -> dict[QName, set[QName]]:
    """What each node leads to, itself included, by trying every way."""
    reach = {one: {one, *targets} for one, targets in graph.items()}
    for _ in graph:
        reach = {
            one: found.union(*(reach[other] for other in found))
            for one, found in reach.items()
        }
    return reach


@given(graphs())
def test_a_component_is_what_leads_to_each_other(graph: Graph) -> None:
    reach = reachable(graph)
    components = list(strongly_connected(graph))
    assert sorted(one for component in components for one in component) == sorted(graph)
    for component in components:
        for one in component:
            expected = {other for other in reach[one] if one in reach[other]}
            assert set(component) == expected


@given(graphs())
def test_what_a_component_leads_to_comes_before_it(graph: Graph) -> None:
    seen: set[QName] = set()
    for component in strongly_connected(graph):
        seen.update(component)
        assert all(set(graph[one]) <= seen for one in component)


@given(graphs())
def test_the_graph_stays_as_it_is_and_so_does_the_order(graph: Graph) -> None:
    copy = {one: list(targets) for one, targets in graph.items()}
    assert list(strongly_connected(graph)) == list(strongly_connected(graph))
    assert graph == copy and list(graph) == list(copy)


def test_a_chain_deeper_than_pythons_stack() -> None:
    size = 20_000
    chain = {node(n): [node(n + 1)] if n < size else [] for n in range(size + 1)}
    assert len(list(strongly_connected(chain))) == size + 1
    chain[node(size)] = [node(0)]
    (component,) = strongly_connected(chain)
    assert len(component) == size + 1


def test_a_node_that_leads_to_itself_is_one_component() -> None:
    assert list(strongly_connected({node(1): [node(1)]})) == [[node(1)]]
    assert list(strongly_connected({})) == []
