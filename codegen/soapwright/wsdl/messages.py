"""Messages as a SOAP binding puts them on the wire: parts in the Body, headers, faults.

WSDL 1.1, sections 2.3, 3.5 to 3.7 and 5; findings beside those of `components.py`:

| finding | |
|---|---|
| `part-untyped` | warning: a part with neither element nor type, read as `xsd:anyType` |
| `duplicate` | error: two parts of one name in one message |
| `lenient-reference` | warning: an element where a part names a type, a type where it names an element |
| `use` | warning: a use that is neither `literal` nor `encoded`, read as `literal` |
| `unknown-part` | warning: a body or a header names a part that its message has not |
| `unknown-header` | warning: a header names a message that is not there |
| `fault-parts` | warning: a fault's message has not exactly one part |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from soapwright.model.api import (
    Builtin,
    BuiltinRef,
    ElementPart,
    Fault,
    HeaderPart,
    Message,
    Part,
    QName,
    SoapVersion,
    Style,
    TypePart,
    Use,
)
from soapwright.model.codes import Code
from soapwright.wsdl.components import Components, doc_of, wsdl_name
from soapwright.wsdl.namespaces import WSDL_SOAP11, WSDL_SOAP12
from soapwright.wsdl.references import near_builtin, type_reference

EXTENSIONS = {SoapVersion.V11: WSDL_SOAP11, SoapVersion.V12: WSDL_SOAP12}


@dataclass(frozen=True, slots=True)
class Bound:
    """An operation in a binding: its element there and in the port type."""

    concrete: etree._Element
    abstract: etree._Element
    version: SoapVersion
    style: Style

    @property
    def name(self) -> str:
        """The operation's name."""
        return self.concrete.get("name", "").strip()


@dataclass(frozen=True, slots=True)
class MessageReader:
    """Reads the messages of operations."""

    components: Components

    def messages(self, bound: Bound) -> tuple[Message | None, Message | None]:
        """An operation's input and output.

        What a header fault holds travels in the Header of the reply (section 3.7), so its parts
        are among the output's headers.
        """
        given = self._message(bound, "input", bound.name)
        made = self._message(bound, "output", f"{bound.name}Response")
        faults = [
            header
            for way in ("input", "output")
            for header in self._headers(bound, way, "headerfault")
        ]
        if made is not None:
            made = replace(made, headers=_distinct([*made.headers, *faults]))
        return given, made

    def faults(self, bound: Bound) -> tuple[Fault, ...]:
        """The faults that the port type declares, as the binding binds them if it does."""
        found = (
            self._fault(bound, node)
            for node in bound.abstract.iterchildren(wsdl_name("fault"))
        )
        return tuple(fault for fault in found if fault is not None)

    def _message(self, bound: Bound, way: str, wrapper: str) -> Message | None:
        abstract = bound.abstract.find(wsdl_name(way))
        if abstract is None:
            return None
        message = self.components.find("message", abstract, "message")
        if message is None:
            return None
        concrete = bound.concrete.find(wsdl_name(way))
        body = _extension(concrete, bound, "body")
        namespace = body.get("namespace", "").strip() if body is not None else ""
        rpc = bound.style is Style.RPC
        return Message(
            use=self._use(body),
            wrapper=QName(namespace, wrapper) if rpc else None,
            parts=self._body_parts(bound, way, message, body),
            at=self.components.at(abstract if concrete is None else concrete),
            encoding_style=_encoding_style(body),
            headers=_distinct(self._headers(bound, way, "header")),
            doc=doc_of(abstract, message),
        )

    def _body_parts(
        self,
        bound: Bound,
        way: str,
        message: etree._Element,
        body: etree._Element | None,
    ) -> tuple[Part, ...]:
        """The parts in the Body, in message order (section 3.5).

        `parts` lists them; without it all are there but those that the same binding sends as
        headers.
        """
        parts = self._parts(message)
        listed = body.get("parts") if body is not None else None
        if listed is not None and body is not None:
            names = listed.split()
            for name in names:
                self._check_part(body, message, name, parts)
            return tuple(part for name, part in parts.items() if name in names)
        elsewhere = {
            node.get("part", "").strip()
            for node in _extensions(
                bound.concrete.find(wsdl_name(way)), bound, "header"
            )
            if self._header_message(node) is message
        }
        return tuple(part for name, part in parts.items() if name not in elsewhere)

    def _headers(self, bound: Bound, way: str, kind: str) -> list[HeaderPart]:
        """The `soap:header` or `soap:headerfault` elements (`kind`) of one direction."""
        found = []
        for node in _extensions(bound.concrete.find(wsdl_name(way)), bound, kind):
            message = self._header_message(node)
            if message is None:
                continue
            parts = self._parts(message)
            name = node.get("part", "").strip()
            if self._check_part(node, message, name, parts):
                namespace = node.get("namespace", "").strip()
                at = self.components.at(node)
                found.append(HeaderPart(parts[name], self._use(node), namespace, at))
        return found

    def _check_part(
        self,
        node: etree._Element,
        message: etree._Element,
        name: str,
        parts: dict[str, Part],
    ) -> bool:
        if name in parts:
            return True
        text = (
            f"message {message.get('name', '')} has no part {name or 'without a name'}"
        )
        text += ": it is left out"
        self.components.findings.warning(
            Code.UNKNOWN_PART, text, self.components.at(node)
        )
        return False

    def _header_message(self, node: etree._Element) -> etree._Element | None:
        """A header's message; an envelope does without a header that nobody can know."""
        message = self.components.look_up("message", node, "message")
        if message is None:
            name = node.get("message", "").strip()
            text = f"there is no message {name}" if name else "names no message"
            text += ": the header is left out"
            at = self.components.at(node)
            self.components.findings.warning(Code.UNKNOWN_HEADER, text, at)
        return message

    def _use(self, extension: etree._Element | None) -> Use:
        """How an extension says that its parts travel, `literal` where it does not say."""
        said = extension.get("use", "").strip() if extension is not None else ""
        if extension is not None and said.lower() not in ("", "literal", "encoded"):
            text = f"use {said} is neither literal nor encoded: read as literal"
            at = self.components.at(extension)
            self.components.findings.warning(Code.USE, text, at)
        return Use.ENCODED if said.lower() == "encoded" else Use.LITERAL

    def _fault(self, bound: Bound, abstract: etree._Element) -> Fault | None:
        message = self.components.find("message", abstract, "message")
        if message is None:
            return None
        name = abstract.get("name", "").strip() or message.get("name", "").strip()
        concrete = next(
            (
                node
                for node in bound.concrete.iterchildren(wsdl_name("fault"))
                if node.get("name", "").strip() == abstract.get("name", "").strip()
            ),
            None,
        )
        extension = _extension(concrete, bound, "fault")
        if extension is None:  # some bind it as they bind bodies
            extension = _extension(concrete, bound, "body")
        parts = list(self._parts(message).values())
        if len(parts) != 1:
            what = "the first of its parts is taken" if parts else "it has no detail"
            text = f"fault {name} should have one part: {what}"
            self.components.findings.warning(
                Code.FAULT_PARTS, text, self.components.at(message)
            )
        if not parts:
            return None
        return Fault(
            name=name,
            part=parts[0],
            use=self._use(extension),
            namespace=extension.get("namespace", "") if extension is not None else "",
            bound=concrete is not None,
            at=self.components.at(abstract),
            doc=doc_of(abstract, message),
        )

    def _parts(self, message: etree._Element) -> dict[str, Part]:
        """A message's parts by name, in their order."""
        parts: dict[str, Part] = {}
        for node in message.iterchildren(wsdl_name("part")):
            part = self._part(node)
            if part is None:
                continue
            if part.name in parts:
                text = f"message {message.get('name', '')} has two parts {part.name}"
                self.components.findings.error(Code.DUPLICATE, text, part.at)
            parts.setdefault(part.name, part)
        return parts

    def _part(self, node: etree._Element) -> Part | None:
        findings, at, doc = (
            self.components.findings,
            self.components.at(node),
            doc_of(node),
        )
        name = node.get("name", "").strip()
        for kind in ("element", "type"):
            if node.get(kind):
                named = self.components.schema_name(node, kind, kind)
                return self._named_part(node, kind, name, named)
        if not name:
            findings.error(Code.NAME, "this part has no name", at)
            return None
        text = f"part {name} has neither element nor type: it is read as xsd:anyType"
        findings.warning(Code.PART_UNTYPED, text, at)
        return TypePart(name, BuiltinRef(Builtin.ANY_TYPE), at, doc)

    def _named_part(
        self, node: etree._Element, kind: str, name: str, named: QName
    ) -> Part | None:
        """A part that names an element or a type (`kind`), or the one where it says the other."""
        at, doc = self.components.at(node), doc_of(node)
        findings, exists = self.components.findings, self.components.exists
        other = "type" if kind == "element" else "element"
        if not exists(named, kind) and exists(named, other):
            message = f"{named} is no {kind}: the {other} of this name is taken"
            findings.warning(Code.LENIENT_REFERENCE, message, at)
            kind = other
        if kind == "element":
            return ElementPart(name or named.local, named, at, doc)
        if not name:
            findings.error(Code.NAME, "this part has no name", at)
            return None
        reference = type_reference(named)
        meant = near_builtin(reference)
        if meant is not None:
            message = f"{named} is no type: it is read as xsd:{meant.builtin.value}"
            findings.warning(Code.LENIENT_REFERENCE, message, at)
        return TypePart(name, meant or reference, at, doc)


def _extensions(
    concrete: etree._Element | None, bound: Bound, local: str
) -> Iterator[etree._Element]:
    """SOAP's elements of a name, also inside MIME's; those of the binding's version, if any."""
    if concrete is None:
        return
    own, *others = sorted(EXTENSIONS, key=lambda version: version is not bound.version)
    for version in (own, *others):
        nodes = list(concrete.iter(f"{{{EXTENSIONS[version]}}}{local}"))
        if nodes:
            yield from nodes
            return


def _extension(
    concrete: etree._Element | None, bound: Bound, local: str
) -> etree._Element | None:
    return next(_extensions(concrete, bound, local), None)


def _encoding_style(body: etree._Element | None) -> str:
    """The encoding; of several (section 3.5 allows a list) the first, the most restrictive."""
    styles = body.get("encodingStyle", "").split() if body is not None else []
    return styles[0] if styles else ""


def _distinct(headers: list[HeaderPart]) -> tuple[HeaderPart, ...]:
    """Header blocks that look different on the wire: one element may be declared twice."""
    found: dict[QName, HeaderPart] = {}
    for header in headers:
        match header.part:
            case ElementPart(element=element):
                found.setdefault(element, header)
            case TypePart(name=name):
                found.setdefault(QName(header.namespace, name), header)
    return tuple(found.values())
