"""The parts of an envelope by their places: the Body, the header blocks, the Security block; and elements by their ids."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeAlias

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..errors.errors import SecurityError
from ..soap.envelope import NAMES
from ..xml.element import Element
from .names import BLOCK, ENCRYPTION, ENCRYPTION11, SIGNATURE, UTILITY, WSU_ID

_PLAIN_IDS: Final = ("Id", "ID", "AssertionID")
_XML_ID: Final = "{http://www.w3.org/XML/1998/namespace}id"
# Their schemas declare Id as an identifier; elsewhere it is an attribute like others.
_WITH_PLAIN_ID: Final = (SIGNATURE, ENCRYPTION, ENCRYPTION11)
# Any: lxml's evaluators are not typed. Most elements have no id: they are passed over in C.
_WITH_ID: Final[Any] = etree.XPath(
    "descendant-or-self::*[@u:Id or @Id or @ID or @AssertionID or @xml:id]",
    namespaces={"u": UTILITY},
)
INFO_AT_MOST: Final = 512
"""Elements in a SignedInfo; with 32 References it has 300."""
_SAML: Final = "urn:oasis:names:tc:SAML:"
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


def check_size(e: Any, at_most: int) -> None:  # Any: lxml ships no types
    """Refuse an element with more elements than it needs, before time is spent on what nobody vouches for yet.

    Raises:
        SecurityError: it has more.
    """
    if next(islice(e.iter(), at_most, None), None) is not None:
        local = str(e.tag).rpartition("}")[2]
        raise SecurityError(f"{local} has more than {at_most} elements")


class Ids:
    """The elements of a tree by their ids.

    An id of WS-Security's, of a signature or of an assertion may be there once only. Others, `Id` of
    what the message is about, count as ids where a signature refers to one: then too only once.

    Raises:
        SecurityError: an id is there twice.
    """

    def __init__(self, root: Any) -> None:  # Any: lxml ships no types
        self._found: dict[str, list[Any]] = {}
        for e in _WITH_ID(root):
            for value in dict.fromkeys(map(e.get, (WSU_ID, *_PLAIN_IDS, _XML_ID))):
                if value is not None:
                    self._found.setdefault(value, []).append(e)
        for value, elements in self._found.items():
            if len(elements) > 1 and any(_is_identified(e, value) for e in elements):
                raise SecurityError(f"the id {value[:60]!r} is in the message twice")

    def element(self, name: str) -> Any:  # Any: lxml ships no types
        """The only element of an id, `None` where there is none.

        Raises:
            SecurityError: several have it.
        """
        found = self._found.get(name, [])
        if len(found) > 1:
            raise SecurityError(f"the id {name[:60]!r} is in the message twice")
        return found[0] if found and _is_identified(found[0], name) else None

    def target(self, uri: str | None) -> Any:  # Any: lxml ships no types
        """The element that a reference within the message is to, `None` where there is none.

        Raises:
            SecurityError: several have its id.
        """
        return self.element(uri[1:]) if uri and uri.startswith("#") else None


Place: TypeAlias = tuple[int, ...]
"""Where an element is in its tree: its number among its siblings, from the root's children on."""


def place_of(e: Any) -> Place:  # Any: lxml ships no types
    """The place of an element."""
    found: list[int] = []
    parent = e.getparent()
    while parent is not None:
        found.append(parent.index(e))
        e, parent = parent, parent.getparent()
    return tuple(reversed(found))


def element_at(root: Any, place: Place) -> Any:  # Any: lxml ships no types
    """The element at a place.

    Raises:
        SecurityError: there is none.
    """
    e = root
    for number in place:
        if number >= len(e):
            raise SecurityError("an element is not at its place")
        e = e[number]
    return e


def _is_identified(e: Any, value: str) -> bool:  # Any: lxml ships no types
    """Whether this is an element's identifier by its schema."""
    if e.get(WSU_ID) == value:
        return True
    namespace = str(e.tag)[1:].rpartition("}")[0]
    if namespace in _WITH_PLAIN_ID:
        return bool(e.get("Id") == value)
    is_saml = namespace.startswith(_SAML)
    return bool(is_saml and value in (e.get("ID"), e.get("AssertionID")))


def _actor(block: Any, soap: str) -> str:  # Any: lxml ships no types
    """The actor or role of a header block, "" for the ultimate receiver."""
    given = block.get(f"{{{soap}}}actor") or block.get(f"{{{soap}}}role") or ""
    return "" if given.strip() in _ULTIMATE else given.strip()
