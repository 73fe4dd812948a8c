"""The parts of a message that a binding puts beside the envelope, in MIME parts of their own.

WSDL 1.1, section 5, and WS-I's Attachments Profile 1.0. Finding: `unknown-part`, mended: MIME's
extension names a part that its message has not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lxml import etree

from soapwright.model.api import AttachedMember
from soapwright.model.codes import Code
from soapwright.wsdl.components import Components, doc_of
from soapwright.wsdl.namespaces import WSDL_MIME

_CONTENT = f"{{{WSDL_MIME}}}content"
_XML = f"{{{WSDL_MIME}}}mimeXml"


def attached_parts(
    concrete: etree._Element | None,
    parts: Mapping[str, etree._Element],
    in_body: Collection[str],
    components: Components,
) -> tuple[AttachedMember, ...]:
    """The attached parts of one direction, in message order.

    `concrete` is the binding's element, `parts` are the message's parts by name, `in_body` those
    that the binding's `soap:body` lists: they stay there. Several elements for one part are
    alternatives (section 5.5).
    """
    if concrete is None:
        return ()
    found: dict[str, dict[str, None]] = {}
    for node in concrete.iter(_CONTENT, _XML):
        name = _part_of(node, parts, components)
        if name is not None and name not in in_body:
            found.setdefault(name, {})[_media_type(node)] = None
    return tuple(
        AttachedMember(name, tuple(found[name]), components.at(node), doc_of(node))
        for name, node in parts.items()
        if name in found
    )


def _part_of(
    node: etree._Element,
    parts: Mapping[str, etree._Element],
    components: Components,
) -> str | None:
    """The name of the part that an element binds: the message's only one where it names none."""
    name = node.get("part", "").strip()
    if not name and len(parts) == 1:
        return next(iter(parts))
    if name in parts:
        return name
    message = f"MIME's binding names a part {name or 'without a name'} that its message has not"
    components.findings.mended(
        Code.UNKNOWN_PART, f"{message}: it is left out", components.at(node)
    )
    return None


def _media_type(node: etree._Element) -> str:
    """The media type that an element allows; without one any (section 5.3), of XML its own."""
    default = "text/xml" if node.tag == _XML else "*/*"
    return node.get("type", "").strip().lower() or default
