"""The operations of an HTTP binding (WSDL 1.1, section 4) with MIME contents (section 5).

A message that is a query, a form, a part of the path or several MIME parts is read as a call with a part for
each value, one that is XML as the element that it is. Which parts of a message are which MIME parts is in `mime_parts.py`.
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
    HttpPart,
    Message,
    Operation,
    Style,
)
from soapwright.model.codes import Code
from soapwright.model.xml_names import NC_NAME
from soapwright.wsdl.components import Components, Unusable, doc_of, wsdl_name
from soapwright.wsdl.messages import Bound, MessageReader
from soapwright.wsdl.mime_parts import MEDIA_TYPE, XML_TYPE, mime_form, mime_parts
from soapwright.wsdl.namespaces import WSDL_HTTP, WSDL_MIME
from soapwright.wsdl.policy.attachments import Policies

_VERB = re.compile(r"[A-Z]{1,16}")
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
        Unusable: it cannot do without something that is broken.
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
        parts = reader.parts("input", request, given)
        answered = reader.parts("output", response, made)
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
            *(verb, location, request, response),
            *(reader.media_type(response), parts, answered),
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
        form = mime_form(concrete, verb if way == "input" else "")
        if form is not None and message.parts:
            return form, self._read(way, Style.RPC)
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

    def parts(
        self, way: str, content: HttpContent, message: Message | None
    ) -> tuple[HttpPart, ...]:
        """The MIME parts of a message that has several."""
        if not content.is_multipart or message is None:
            return ()
        concrete = self._bound.concrete.find(wsdl_name(way))
        return mime_parts(concrete, message.parts, self._components)

    def media_type(self, content: HttpContent) -> str:
        """The media type of a response that is no XML; "" where there are several, or none is named."""
        if content not in (HttpContent.TEXT, HttpContent.BYTES):
            return ""
        media, _ = self._media(self._bound.concrete.find(wsdl_name("output")))
        return media if MEDIA_TYPE.fullmatch(media) else ""

    def _read(self, way: str, style: Style) -> Message | None:
        bound = replace(self._bound, style=style)
        given, made = MessageReader(self._components, self._policies, bound).messages()
        return given if way == "input" else made

    def _media(self, concrete: etree._Element | None) -> tuple[str, str]:
        """The media type of a message, and the part that has it; "" where nothing says so."""
        if concrete is None:
            return "", ""
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
    if isinstance(part, ElementPart) or XML_TYPE.fullmatch(media) or verb:
        return HttpContent.XML
    binary = part.type == BuiltinRef(Builtin.BASE64_BINARY)
    return HttpContent.BYTES if binary else HttpContent.TEXT
