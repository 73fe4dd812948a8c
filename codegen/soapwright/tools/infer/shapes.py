"""The common shape of several elements of one name: their children, attributes and text.

A shape is drawn from instances, all at once: what one has and another lacks is optional, what
one has twice is repeated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from soapwright.model.api import QName
from soapwright.model.namespaces import ENVELOPES, XSI
from soapwright.tools.infer.samples import clark, is_nil, qname
from soapwright.tools.infer.values import type_of_texts
from soapwright.wsdl.references import SOAP_ENCODINGS

_NOT_OURS = frozenset({XSI, *SOAP_ENCODINGS})
_STYLES = frozenset(QName(space, "encodingStyle") for space in ENVELOPES.values())


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
    False where no sequence has all the orders of the children.
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
    texts = [_text(one) for one in full]
    return Shape(
        children=children,
        attributes=_attributes(instances),
        text="" if children else type_of_texts(texts),
        mixed=bool(children) and any(text.strip() for text in texts),
        ordered=ordered,
    )


def has_text(instances: Iterable[etree._Element]) -> bool:
    """Whether one of these elements holds a text and nothing else."""
    return any(len(one) == 0 and (one.text or "").strip() for one in instances)


def _text(element: etree._Element) -> str:
    return "".join([element.text or "", *(child.tail or "" for child in element)])


def _attributes(instances: Sequence[etree._Element]) -> tuple[Attribute, ...]:
    found: dict[QName, list[str]] = {}
    for one in instances:
        for name, value in one.attrib.items():
            known = clark(str(name))
            if known.namespace not in _NOT_OURS and known not in _STYLES:
                found.setdefault(known, []).append(str(value))
    return tuple(
        Attribute(name, type_of_texts(values), len(values) == len(instances))
        for name, values in found.items()
    )


def _children(instances: list[etree._Element]) -> tuple[tuple[Child, ...], bool]:
    sequences = [[qname(child) for child in one] for one in instances]
    elements: dict[QName, list[etree._Element]] = {}
    present: Counter[QName] = Counter()
    repeated: set[QName] = set()
    for one, names in zip(instances, sequences, strict=True):
        for child, name in zip(one, names, strict=True):
            elements.setdefault(name, []).append(child)
        counts = Counter(names)
        present.update(counts.keys())
        repeated.update(name for name, count in counts.items() if count > 1)
    order, ordered = merged(sequences)
    found = (
        Child(
            name=name,
            instances=tuple(elements[name]),
            optional=present[name] < len(instances),
            repeated=name in repeated,
        )
        for name in order
    )
    return tuple(found), ordered


def merged(sequences: Iterable[Sequence[QName]]) -> tuple[list[QName], bool]:
    """One order of all the names that each sequence keeps; as they are first seen, and False, where there is none.

    What follows a name in one sequence stays together, as far as others allow.
    """
    after: dict[QName, dict[QName, None]] = {}
    for names in sequences:
        last: QName | None = None
        for name in names:
            after.setdefault(name, {})
            if last is not None and last != name:
                after[last][name] = None
            last = name
    waiting = Counter(
        follower for followers in after.values() for follower in followers
    )
    ready = [name for name in reversed(after) if not waiting[name]]
    order = []
    while ready:
        name = ready.pop()
        order.append(name)
        for follower in reversed(after[name]):
            waiting[follower] -= 1
            if not waiting[follower]:
                ready.append(follower)
    return (order, True) if len(order) == len(after) else (list(after), False)
