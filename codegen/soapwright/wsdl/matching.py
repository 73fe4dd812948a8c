"""Which of a port type's operations a binding's are (WSDL 1.1, section 2.5).

Finding: `duplicate`, mended: an operation that is bound twice.
"""

from __future__ import annotations

from lxml import etree

from soapwright.model.codes import Code
from soapwright.wsdl.components import Components, wsdl_name
from soapwright.wsdl.named import signature


def bound_once(
    binding: etree._Element,
    declared: dict[str, list[etree._Element]],
    extension: str,
    components: Components,
) -> list[etree._Element]:
    """A binding's operations, in its order, each once; `extension` is the namespace of its SOAP.

    Of two with one name the one with SOAP's elements is taken, else the first.
    """
    named: dict[str, list[etree._Element]] = {}
    places: dict[etree._Element, int] = {}
    for place, node in enumerate(binding.iterchildren(wsdl_name("operation"))):
        named.setdefault(node.get("name", "").strip(), []).append(node)
        places[node] = place
    kept: list[etree._Element] = []
    for name, same in named.items():
        with_soap = [n for n in same if n.find(f".//{{{extension}}}*") is not None]
        best = sorted(same, key=lambda node: node not in with_soap)
        count = max(1, len(declared.get(name, ())))
        kept += best[:count]
        for node in best[count:]:
            first = components.at(best[0])
            message = f"operation {name} is bound already at {first}: that one counts"
            at = components.at(node)
            components.findings.mended(Code.DUPLICATE, message, at)
    return sorted(kept, key=places.__getitem__)


def declared_operations(port_type: etree._Element) -> dict[str, list[etree._Element]]:
    """A port type's operations by name: overloads, but no equal declarations."""
    found: dict[str, dict[object, etree._Element]] = {}
    for node in port_type.iterchildren(wsdl_name("operation")):
        name = node.get("name", "").strip()
        found.setdefault(name, {}).setdefault(signature(node), node)
    return {name: list(nodes.values()) for name, nodes in found.items()}


def take(concrete: etree._Element, free: list[etree._Element]) -> etree._Element | None:
    """The port type's operation for a binding's, taken from those of its name (section 2.5).

    Overloads are distinguished by the names of their messages, else by their order.
    """
    for index, node in enumerate(free):
        if all(_same_message(concrete, node, way) for way in ("input", "output")):
            return free.pop(index)
    return free.pop(0) if free else None


def _same_message(concrete: etree._Element, abstract: etree._Element, way: str) -> bool:
    bound, declared = concrete.find(wsdl_name(way)), abstract.find(wsdl_name(way))
    if bound is None or declared is None:
        return (bound is None) == (declared is None)
    name = bound.get("name", "").strip()
    return not name or name == (
        declared.get("name", "").strip() or _default(abstract, way)
    )


def _default(abstract: etree._Element, way: str) -> str:
    """The name of a message that has none (section 2.4.5)."""
    name = abstract.get("name", "").strip()
    ways = [
        c.tag for c in abstract.iterchildren(wsdl_name("input"), wsdl_name("output"))
    ]
    if len(ways) == 1:
        return name
    solicit = ways[0] == wsdl_name("output")
    first = "Solicit" if solicit else "Request"
    return name + (first if wsdl_name(way) == ways[0] else "Response")


def output_first(operation: etree._Element) -> bool:
    """Whether a port type's operation begins with its output: the service sends it by itself."""
    kinds = (wsdl_name("input"), wsdl_name("output"))
    return next((c.tag for c in operation.iterchildren(*kinds)), "") == kinds[1]
