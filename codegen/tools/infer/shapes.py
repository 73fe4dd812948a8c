"""What several elements of one name have in common: their children, attributes and text.

A shape is drawn from instances, all at once: what one has and another lacks is optional, what
one has twice is repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from codegen.model import QName
from codegen.tools.infer.samples import clark, is_nil, qname
from codegen.tools.infer.values import type_of_texts
from codegen.wsdl.namespaces import XML, XSI

_NOT_OURS = (XSI, XML)


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute: a builtin type, and whether each instance has it."""

    name: QName
    type: str
    required: bool


@dataclass(frozen=True, slots=True)
class Child:
    """A child element, with all its instances."""

    name: QName
    instances: tuple[etree._Element, ...]
    optional: bool
    repeated: bool

    @property
    def nillable(self) -> bool:
        """Whether an instance is nil."""
        return any(is_nil(one) for one in self.instances)


@dataclass(frozen=True, slots=True)
class Shape:
    """The content of elements of one name.

    `text` is the builtin of their text, "" where they have none or only children. `ordered` is
    False where no sequence has all the orders in which the children stand.
    """

    children: tuple[Child, ...]
    attributes: tuple[Attribute, ...]
    text: str
    mixed: bool
    ordered: bool


def shape_of(instances: Sequence[etree._Element]) -> Shape:
    """The shape that all these instances fit."""
    full = [one for one in instances if not is_nil(one)]
    children, ordered = _children(full)
    texts = [text for one in full if (text := _text(one)).strip()]
    return Shape(
        children=children,
        attributes=_attributes(instances),
        text="" if children else type_of_texts(texts),
        mixed=bool(children and texts),
        ordered=ordered,
    )


def _text(element: etree._Element) -> str:
    return "".join([element.text or "", *(child.tail or "" for child in element)])


def _attributes(instances: Sequence[etree._Element]) -> tuple[Attribute, ...]:
    found: dict[QName, list[str]] = {}
    for one in instances:
        for name, value in one.attrib.items():
            known = clark(str(name))
            if known.namespace not in _NOT_OURS and "/soap" not in known.namespace:
                found.setdefault(known, []).append(str(value))
    return tuple(
        Attribute(name, type_of_texts(values), len(values) == len(instances))
        for name, values in found.items()
    )


def _children(instances: list[etree._Element]) -> tuple[tuple[Child, ...], bool]:
    sequences = [[qname(child) for child in one] for one in instances]
    order = merged(sequences)
    found = []
    for name in order:
        counts = [names.count(name) for names in sequences]
        elements = tuple(c for one in instances for c in one if qname(c) == name)
        found.append(Child(name, elements, 0 in counts, max(counts) > 1))
    places = {name: place for place, name in enumerate(order)}
    ordered = all(
        places[one] <= places[next_]
        for names in sequences
        for one, next_ in zip(names, names[1:], strict=False)
    )
    return tuple(found), ordered


def merged(sequences: Sequence[Sequence[QName]]) -> list[QName]:
    """One order of all the names: the first sequence's, the others' put in behind what they follow."""
    order: list[QName] = []
    for names in sequences:
        place = 0
        for name in names:
            if name in order:
                place = order.index(name) + 1
            else:
                order.insert(place, name)
                place += 1
    return order
