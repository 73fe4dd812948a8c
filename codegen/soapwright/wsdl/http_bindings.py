"""The operations of an HTTP binding (WSDL 1.1, section 4) with MIME contents (section 5).

A message that is a query, a form or a part of the path is read as a call with a part for each
value, one that is XML as the element that it is.

Finding: `binding-skipped`, left out: an operation whose messages have several MIME parts.
"""

from __future__ import annotations

import re
from dataclasses import replace

from lxml import etree

from soapwright.model.api import (
    Builtin,
    BuiltinRef,
    ElementPart,
    HttpBinding,
    HttpContent,
    Message,
    Operation,
    Style,
)
from soapwright.model.codes import Code
from soapwright.model.xml_names import NC_NAME
from soapwright.wsdl.components import Components, Unusable, doc_of, wsdl_name
from soapwright.wsdl.messages import Bound, MessageReader
from soapwright.wsdl.namespaces import WSDL_HTTP, WSDL_MIME
from soapwright.wsdl.policy.attachments import Policies

_VERB = re.compile(r"[A-Z]{1,16}")
_XML = re.compile(r"(text|application)/(.*\+)?xml", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")
_FORM = "application/x-www-form-urlencoded"


def http_verb(binding: etree._Element) -> str | None:
    """The HTTP method of a binding, None where it is not HTTP's."""
    extension = binding.find(f"{{{WSDL_HTTP}}}binding")
    if extension is None:
        return None
    verb = extension.get("verb", "").strip().upper()
    return verb if _VERB.fullmatch(verb) else "POST"


def http_operation(
    bound: Bound, verb: str, key: str, components: Components, policies: Policies
) -> Operation:
    """An operation of an HTTP binding.

    Raises:
        Unusable: it cannot do without something that is broken, or has several MIME parts.
    """
    at = components.at(bound.concrete)
    if not NC_NAME.fullmatch(bound.name):
        raise Unusable(Code.NAME, f"{bound.name!r} is no name", at)
    extension = bound.concrete.find(f"{{{WSDL_HTTP}}}operation")
    location = "" if extension is None else extension.get("location", "").strip()
    reader = _HttpReader(bound, components, policies)
    with components.findings.apart() as found:
        request, given = reader.message("input", verb)
        response, made = reader.message("output", verb)
    return Operation(
        name=bound.name,
        key=key,
        style=Style.DOCUMENT,
        soap_action="",
        input=given,
        output=made,
        faults=(),
        at=at,
        doc=doc_of(bound.abstract, bound.concrete),
        findings=tuple(found),
        http=HttpBinding(
            verb, location, request, response, reader.media_type(response)
        ),
    )


class _HttpReader:
    """Reads the messages of one operation."""

    def __init__(
        self, bound: Bound, components: Components, policies: Policies
    ) -> None:
        self._bound = bound
        self._components = components
        self._policies = policies

    def message(self, way: str, verb: str) -> tuple[HttpContent, Message | None]:
        """The form of the input or the output, and the message."""
        concrete = self._bound.concrete.find(wsdl_name(way))
        message = self._read(way, Style.DOCUMENT)
        if message is None:
            return HttpContent.NOTHING, None
        media, part = self._media(concrete)
        parts = tuple(p for p in message.parts if not part or p.name == part)
        message = replace(message, parts=parts or message.parts)
        content = _form(concrete, media, message, verb if way == "input" else "")
        single = len(message.parts) == 1 and isinstance(message.parts[0], ElementPart)
        if content is HttpContent.NOTHING or single:
            return content, message
        call = self._read(way, Style.RPC)
        assert call is not None
        return content, replace(call, parts=message.parts)

    def media_type(self, content: HttpContent) -> str:
        """The media type of a response that is no XML; "" where there are several, or none is named."""
        if content not in (HttpContent.TEXT, HttpContent.BYTES):
            return ""
        media, _ = self._media(self._bound.concrete.find(wsdl_name("output")))
        return media if _MEDIA_TYPE.fullmatch(media) else ""

    def _read(self, way: str, style: Style) -> Message | None:
        bound = replace(self._bound, style=style)
        given, made = MessageReader(self._components, self._policies, bound).messages()
        return given if way == "input" else made

    def _media(self, concrete: etree._Element | None) -> tuple[str, str]:
        """The media type of a message, and the part that has it; "" where nothing says so.

        Raises:
            Unusable: it has several MIME parts.
        """
        if concrete is None:
            return "", ""
        if concrete.find(f"{{{WSDL_MIME}}}multipartRelated") is not None:
            at = self._components.at(concrete)
            raise Unusable(Code.BINDING_SKIPPED, "it has several MIME parts", at)
        xml = concrete.find(f"{{{WSDL_MIME}}}mimeXml")
        if xml is not None:
            return "text/xml", xml.get("part", "").strip()
        content = concrete.find(f"{{{WSDL_MIME}}}content")
        if content is None:
            return "", ""
        return content.get("type", "").strip(), content.get("part", "").strip()


def _form(
    concrete: etree._Element | None, media: str, message: Message, verb: str
) -> HttpContent:
    """The form of a message; `verb` is that of a request, "" of a reply."""
    if concrete is not None:
        if concrete.find(f"{{{WSDL_HTTP}}}urlReplacement") is not None:
            return HttpContent.PATH
        if concrete.find(f"{{{WSDL_HTTP}}}urlEncoded") is not None:
            media = _FORM
    if verb == "GET" or media.lower() == _FORM:
        return HttpContent.QUERY if verb == "GET" else HttpContent.FORM
    if not message.parts:
        return HttpContent.NOTHING
    part = message.parts[0]
    if isinstance(part, ElementPart) or _XML.fullmatch(media) or verb:
        return HttpContent.XML
    binary = part.type == BuiltinRef(Builtin.BASE64_BINARY)
    return HttpContent.BYTES if binary else HttpContent.TEXT
