"""WS-Addressing's headers as values, of both versions (1.0 Core, section 3; the submission of 2004)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from ..errors.errors import EncodeError
from ..soap.blocks import block_text
from ..values.anyxml import AnyElement
from ..values.strings import SPACE
from ..xml.element import Element, local_name

_ONCE: Final = ("To", "From", "ReplyTo", "FaultTo", "Action", "MessageID")
_LOCALS: Final = frozenset({*_ONCE, "RelatesTo"})


class VersionNames(NamedTuple):
    """The names of one version."""

    namespace: str
    anonymous: str
    """The address that means the connection of the request."""
    none: str
    """The address that nothing is sent to, "" where the version has none."""
    reply: str
    """The RelationshipType that a reply has to its request, where it is not the default."""
    marks_parameters: bool
    """Whether a block is marked as a reference parameter."""


_2005: Final = "http://www.w3.org/2005/08/addressing"
_2004: Final = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
VERSIONS: Final[Mapping[str, VersionNames]] = {
    "2005/08": VersionNames(
        _2005, f"{_2005}/anonymous", f"{_2005}/none", f"{_2005}/reply", True
    ),
    "2004/08": VersionNames(_2004, f"{_2004}/role/anonymous", "", "wsa:Reply", False),
}
_BY_NAMESPACE: Final = {names.namespace: names for names in VERSIONS.values()}


@dataclass(frozen=True, slots=True)
class EndpointReference:
    """An endpoint: its address, and the header blocks that each message to it must have."""

    address: str
    parameters: tuple[AnyElement, ...] = field(default=(), repr=False)
    """Its reference parameters; of the version of 2004 its reference properties too."""


@dataclass(frozen=True, slots=True)
class AddressingHeaders:
    """WS-Addressing's headers of one message; what it does not have is `None`."""

    names: VersionNames = field(repr=False)
    to: str | None = None
    action: str | None = None
    message_id: str | None = None
    relates_to: tuple[str, ...] = ()
    """The messages that this one is a reply to."""
    source: EndpointReference | None = None
    """From."""
    reply_to: EndpointReference | None = None
    fault_to: EndpointReference | None = None
    repeated: tuple[str, ...] = ()
    """The headers that there may be one of, and are several: of each the first counts."""

    def is_anonymous(self, endpoint: EndpointReference | None) -> bool:
        """Whether what goes to an endpoint goes back on the request's connection."""
        return endpoint is None or endpoint.address in ("", self.names.anonymous)

    def is_none(self, endpoint: EndpointReference | None) -> bool:
        """Whether nothing is to be sent to an endpoint."""
        address = self.names.none
        return bool(endpoint and address and endpoint.address == address)


def is_addressing(tag: str) -> bool:
    """Whether a header block is one of WS-Addressing's, by its name in Clark's notation."""
    namespace, _, local = tag.rpartition("}")
    return namespace[1:] in _BY_NAMESPACE and local in _LOCALS


def read_headers(blocks: Iterable[Element]) -> AddressingHeaders | None:
    """The headers among the blocks of an envelope, `None` where there are none.

    Those of one version are read, which is that of the first of them.
    """
    mine = [block for block in blocks if is_addressing(block.tag)]
    if not mine:
        return None
    namespace = mine[0].tag.rpartition("}")[0][1:]
    found: dict[str, list[Element]] = {}
    for block in mine:
        if block.tag.startswith(f"{{{namespace}}}"):
            found.setdefault(local_name(block), []).append(block)
    names = _BY_NAMESPACE[namespace]

    def text(local: str) -> str | None:
        return _text(found[local][0]) if local in found else None

    def endpoint(local: str) -> EndpointReference | None:
        return _endpoint(found[local][0], names) if local in found else None

    return AddressingHeaders(
        names,
        to=text("To"),
        action=text("Action"),
        message_id=text("MessageID"),
        relates_to=tuple(
            _text(block)
            for block in found.get("RelatesTo", ())
            if _is_reply(block, names)
        ),
        source=endpoint("From"),
        reply_to=endpoint("ReplyTo"),
        fault_to=endpoint("FaultTo"),
        repeated=tuple(name for name in _ONCE if len(found.get(name, ())) > 1),
    )


def _text(block: Element) -> str:
    return (block.text or "").strip(SPACE)


def _is_reply(block: Element, names: VersionNames) -> bool:
    """Whether a RelatesTo names the message that is replied to, which it does by default."""
    kind = (block.get("RelationshipType") or names.reply).strip(SPACE)
    return kind.rpartition(":")[2].lower() in ("reply", names.reply.rpartition(":")[2])


def _endpoint(block: Element, names: VersionNames) -> EndpointReference:
    address, parameters = "", []
    for child in block[:]:
        namespace, _, local = child.tag.rpartition("}")
        if namespace[1:] != names.namespace:
            continue
        if local == "Address":
            address = _text(child)
        elif local in ("ReferenceParameters", "ReferenceProperties"):
            parameters += [AnyElement.from_element(one) for one in child[:]]
    return EndpointReference(address, tuple(parameters))


# ------------------------------------------------------------------------------- writing


def written(
    names: VersionNames, blocks: Sequence[tuple[str, str]], attributes: str = ""
) -> str:
    """Header blocks as XML.

    Args:
        names: of the version.
        blocks: the local names and the content, as XML; the prefix wsa is declared.
        attributes: of each, as XML after a space.
    """
    declared = f' xmlns:wsa="{names.namespace}"{attributes}'
    return "".join(f"<wsa:{n}{declared}>{xml}</wsa:{n}>" for n, xml in blocks)


def reference(name: str, endpoint: EndpointReference) -> str:
    """The content of an endpoint reference; `name` is its header's, for the error.

    Raises:
        EncodeError: XML cannot carry it.
    """
    xml = f"<wsa:Address>{block_text(name, endpoint.address)}</wsa:Address>"
    if endpoint.parameters:
        inside = "".join(_xml(name, one) for one in endpoint.parameters)
        xml += f"<wsa:ReferenceParameters>{inside}</wsa:ReferenceParameters>"
    return xml


def parameter_blocks(names: VersionNames, endpoint: EndpointReference) -> str:
    """The reference parameters of an endpoint as header blocks of a message to it (1.0 SOAP
    Binding, section 3.4).

    Raises:
        EncodeError: XML cannot carry one.
    """
    marked = endpoint.parameters
    if names.marks_parameters:
        mark = {f"{{{names.namespace}}}IsReferenceParameter": "true"}
        marked = tuple(
            replace(one, attributes={**one.attributes, **mark}) for one in marked
        )
    return "".join(_xml("ReferenceParameters", one) for one in marked)


def _xml(name: str, element: AnyElement) -> str:
    try:
        return element.to_xml()
    except (TypeError, ValueError) as error:
        raise EncodeError(name, str(error)) from None
