"""How two declarations of one name differ, in words for a finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from soapwright.model.namespaces import XSD
from soapwright.wsdl.namespaces import WSDL

_NAMING = ("type", "base", "ref", "itemType", "memberTypes", "substitutionGroup")
_NAMING_IN_WSDL = ("element", "message", "binding")
_DOCUMENTATION = (
    f"{{{XSD}}}annotation",
    f"{{{XSD}}}documentation",
    f"{{{WSDL}}}documentation",
)
_IDENTIFYING = ("name", "ref", "value", "base")
_SHOWN = 3

_Attributes = dict[str, list[tuple[str, str]]]


def differs(first: etree._Element, other: etree._Element) -> bool:
    """Whether two declarations differ; documentation and prefixes do not count."""
    return _canonical(first) != _canonical(other)


def difference(first: etree._Element, other: etree._Element) -> str:
    """The difference of the second of two declarations from the first, in words."""
    one, two = Counter(_labels(first)), Counter(_labels(other))
    more, less = _listed(two - one), _listed(one - two)
    if more or less:
        words = [f"has {more}"] if more else []
        return " and ".join([*words, f"has no {less}"] if less else words)
    for a, b in zip(_nodes(first), _nodes(other), strict=False):
        of_a, of_b = _attributes(a), _attributes(b)
        for key in sorted({*of_a, *of_b}):
            if of_a.get(key) != of_b.get(key):
                old, new = a.get(key), b.get(key)
                place = _label(b) or etree.QName(b).localname
                return f"has {key} {new or 'none'} where that has {old or 'none'}, on {place}"
    return "has them in another structure"


def _canonical(node: etree._Element) -> list[tuple[str, _Attributes]]:
    return [(str(n.tag), _attributes(n)) for n in _nodes(node)]


def _nodes(node: etree._Element) -> Iterator[etree._Element]:
    return (n for n in node.iter(etree.Element) if n.tag not in _DOCUMENTATION)


def _attributes(node: etree._Element) -> _Attributes:
    return {str(key): _expanded(node, str(key)) for key in sorted(node.attrib)}


def _expanded(node: etree._Element, key: str) -> list[tuple[str, str]]:
    """An attribute's words; names without their prefixes, which may differ where they mean the same."""
    words = node.get(key, "").split()
    in_wsdl = etree.QName(node).namespace == WSDL and key in _NAMING_IN_WSDL
    if key not in _NAMING and not in_wsdl:
        return [("", word) for word in words]
    parts = [word.rpartition(":") for word in words]
    return [(node.nsmap.get(p or None, p), local) for p, _, local in parts]


def _labels(node: etree._Element) -> Iterator[str]:
    return (label for n in _nodes(node) if n is not node and (label := _label(n)))


def _label(node: etree._Element) -> str:
    name = next((node.get(key, "") for key in _IDENTIFYING if node.get(key)), "")
    return f"{etree.QName(node).localname} {name}" if name else ""


def _listed(labels: Counter[str]) -> str:
    names = list(labels)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
