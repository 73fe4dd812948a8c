"""Messages of an HTTP binding in several MIME parts (WSDL 1.1, section 5).

They are `multipart/related` where the binding has a `mime:multipartRelated`, or MIME contents of several parts of the
message, and `multipart/form-data` (RFC 7578) where it names that type. Each part of the message is a MIME part; one that
the binding does not name too, so that nothing of a message is lost.

Finding: `unknown-part`, mended: a MIME part names a part that its message has not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from lxml import etree

from soapwright.model.api import ElementPart, HttpContent, HttpPart, Part
from soapwright.model.codes import Code
from soapwright.wsdl.components import Components
from soapwright.wsdl.namespaces import WSDL_HTTP, WSDL_MIME

XML_TYPE: Final = re.compile(r"(text|application)/(.*\+)?xml", re.IGNORECASE)
MEDIA_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+")
_RELATED: Final = f"{{{WSDL_MIME}}}multipartRelated"
_CONTENTS: Final = (f"{{{WSDL_MIME}}}content", f"{{{WSDL_MIME}}}mimeXml")
_IN_URL: Final = (f"{{{WSDL_HTTP}}}urlEncoded", f"{{{WSDL_HTTP}}}urlReplacement")
_FORM_DATA: Final = "multipart/form-data"


def mime_form(concrete: etree._Element | None, verb: str) -> HttpContent | None:
    """The form of a message in several MIME parts; None for any other message.

    Args:
        concrete: the binding's element of the message.
        verb: the HTTP method of a request, "" of a reply.
    """
    if concrete is None or verb == "GET":
        return None
    if any(concrete.find(name) is not None for name in _IN_URL):
        return None
    if any(_type_of(node) == _FORM_DATA for node in concrete.iter(*_CONTENTS)):
        return HttpContent.FORM_DATA
    if concrete.find(_RELATED) is not None:
        return HttpContent.RELATED
    named = {node.get("part", "").strip() for node in concrete.iterchildren(*_CONTENTS)}
    return HttpContent.RELATED if len(named - {""}) > 1 else None


def mime_parts(
    concrete: etree._Element | None, parts: Sequence[Part], components: Components
) -> tuple[HttpPart, ...]:
    """The MIME parts of a message, in the order of its parts.

    Several contents of one part are alternatives (section 5.5): the first type counts that is no pattern.
    """
    types: dict[str, list[tuple[str, bool]]] = {part.name: [] for part in parts}
    for node in _contents(concrete):
        name = node.get("part", "").strip()
        if not name and len(parts) == 1:
            name = parts[0].name
        if name in types:
            is_xml = node.tag == _CONTENTS[1] or bool(
                XML_TYPE.fullmatch(_type_of(node))
            )
            types[name].append((_type_of(node), is_xml))
            continue
        text = f"MIME's binding names a part {name or 'without a name'} that its message has not"
        at = components.at(node)
        components.findings.mended(Code.UNKNOWN_PART, f"{text}: it is left out", at)
    return tuple(_part(part, types[part.name]) for part in parts)


def _contents(concrete: etree._Element | None) -> Iterator[etree._Element]:
    """The contents that are of one part each."""
    if concrete is not None:
        for node in concrete.iter(*_CONTENTS):
            if _type_of(node) != _FORM_DATA:
                yield node


def _part(part: Part, types: Sequence[tuple[str, bool]]) -> HttpPart:
    known = [one for one in types if MEDIA_TYPE.fullmatch(one[0])]
    media, is_xml = next(iter(known or types), ("", False))
    plain = media if MEDIA_TYPE.fullmatch(media) else ""
    return HttpPart(part.name, plain, is_xml or isinstance(part, ElementPart))


def _type_of(node: etree._Element) -> str:
    return node.get("type", "").strip().lower()
