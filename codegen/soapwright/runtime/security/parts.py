"""The parts of an envelope by their places: the Body, the header blocks, the Security block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ..errors.errors import SecurityError
from ..soap.envelope import NAMES
from ..xml.element import Element
from .tokens import BLOCK

_ULTIMATE: Final = (f"{NAMES['1.2'].namespace}/role/ultimateReceiver",)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of an envelope, by their places."""

    soap: str
    """The namespace of SOAP's version."""
    root: Any  # Any: lxml ships no types
    header: Any
    """`None` where there is none."""
    body: Any
    security: Any
    """The Security block for the actor; `None` where there is none."""

    actor: str
    """The actor or role whose blocks are looked at, "" for the ultimate receiver."""

    def is_ours(self, block: Any) -> bool:  # Any: lxml ships no types
        """Whether a header block is for that actor."""
        return _actor(block, self.soap) == self.actor

    @property
    def has_fault(self) -> bool:
        """Whether the Body has a Fault and nothing else, which is never read as a reply."""
        children: list[Any] = self.body[:]  # Any: lxml ships no types
        return [e.tag for e in children] == [f"{{{self.soap}}}Fault"]


def parts_of(root: Element, actor: str = "") -> Parts:
    """The parts of an envelope.

    Raises:
        SecurityError: it is no SOAP envelope, or a part is there twice or at another place.
    """
    tree: Any = root  # Any: lxml ships no types
    namespaces = [n.namespace for n in NAMES.values() if n.envelope == tree.tag]
    if not namespaces:
        raise SecurityError("there is no SOAP envelope")
    soap = namespaces[0]
    bodies = tree.findall(f"{{{soap}}}Body")
    headers = tree.findall(f"{{{soap}}}Header")
    if len(bodies) != 1 or len(headers) > 1:
        raise SecurityError("an envelope has one Body, and one Header at most")
    header = headers[0] if headers else None
    blocks = [] if header is None else header.findall(BLOCK)
    ours = [block for block in blocks if _actor(block, soap) == actor]
    if len(ours) > 1:
        raise SecurityError("there is more than one Security block")
    security = ours[0] if ours else None
    return Parts(soap, tree, header, bodies[0], security, actor)


def only(parent: Any, name: str) -> Any:  # Any: lxml ships no types
    """The only child of a name.

    Raises:
        SecurityError: there is none, or more than one.
    """
    found = parent.findall(name)
    if len(found) != 1:
        local = name.rpartition("}")[2]
        raise SecurityError(f"{len(found)} of {local}, where there must be one")
    return found[0]


def _actor(block: Any, soap: str) -> str:  # Any: lxml ships no types
    """The actor or role of a header block, "" for the ultimate receiver."""
    given = block.get(f"{{{soap}}}actor") or block.get(f"{{{soap}}}role") or ""
    return "" if given.strip() in _ULTIMATE else given.strip()
