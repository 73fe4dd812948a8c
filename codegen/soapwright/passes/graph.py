"""The one algorithm on graphs that passes need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from soapwright.model.api import QName


def strongly_connected(
    graph: Mapping[QName, Sequence[QName]],
) -> Iterator[list[QName]]:
    """Tarjan's strongly connected components, without recursion: specs nest deeper than Python."""
    index: dict[QName, int] = {}
    low: dict[QName, int] = {}
    stack: list[QName] = []
    on_stack: set[QName] = set()
    for root in graph:
        if root in index:
            continue
        work: list[tuple[QName, int]] = [(root, 0)]
        while work:
            node, position = work.pop()
            if position == 0:
                index[node] = low[node] = len(index)
                stack.append(node)
                on_stack.add(node)
            targets = graph[node]
            while position < len(targets):
                target = targets[position]
                position += 1
                if target not in index:
                    work += [(node, position), (target, 0)]
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    component = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        component.append(member)
                        if member == node:
                            break
                    yield component
