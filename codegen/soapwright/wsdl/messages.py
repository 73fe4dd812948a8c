"""The messages of an operation as a SOAP binding puts them on the wire: parts in the Body, headers, faults.

WSDL 1.1, sections 2.3, 3.5 to 3.7 and 5. Where a part that an operation requires is broken,
`Unusable` is raised; headers and faults that are broken are left out. Findings beside those of
`components.py`, all mended but the last:

| finding | |
|---|---|
| `part-untyped` | a part with neither element nor type, read as `xsd:anyType` |
| `duplicate` | two parts of one name in one message: the first counts |
| `lenient-reference` | an element where a part names a type, a type where it names an element |
| `use` | a use that is neither `literal` nor `encoded`, read as `literal` |
| `unknown-part` | a body names a part that its message has not; a header that does is left out |
| `unknown-header` | a header that is left out: it names a message that is not there |
| `fault-parts` | a warning: a fault's message has not exactly one part |
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from soapwright.model.api import (
    Builtin,
    BuiltinRef,
    ElementPart,
    Fault,
    HeaderPart,
    Kind,
    LeftOut,
    Message,
    Part,
    QName,
    SoapVersion,
    Style,
    TypePart,
    Use,
)
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Location
from soapwright.model.xml_names import NC_NAME
from soapwright.wsdl.addressing import action_of, action_of_fault, suffixes
from soapwright.wsdl.attached import attached_parts
from soapwright.wsdl.components import (
    UNDECLARED_HINT,
    Components,
    Unusable,
    doc_of,
    wsdl_name,
)
from soapwright.wsdl.matching import output_first
from soapwright.wsdl.namespaces import WSDL_SOAP11, WSDL_SOAP12
from soapwright.wsdl.policy.attachments import Policies
from soapwright.wsdl.references import near_builtin, type_reference

EXTENSIONS = {SoapVersion.V11: WSDL_SOAP11, SoapVersion.V12: WSDL_SOAP12}


@dataclass(frozen=True, slots=True)
class Bound:
    """An operation in a binding: its element there and in the port type."""

    concrete: etree._Element
    abstract: etree._Element
    version: SoapVersion
    style: Style
    soap_action: str = ""
    action_base: str = ""
    """The beginning of the default actions of its port type."""
    is_http: bool = False
    """Whether the binding is HTTP's: MIME's elements then are about whole messages."""

    @property
    def name(self) -> str:
        """The operation's name."""
        return self.concrete.get("name", "").strip()


@dataclass(frozen=True, slots=True)
class MessageReader:
    """Reads the messages of one operation; `left_out` collects its headers and faults that are broken."""

    components: Components
    policies: Policies
    bound: Bound
    left_out: list[LeftOut] = field(default_factory=list)

    def messages(self) -> tuple[Message | None, Message | None]:
        """The operation's input and output.

        The parts of header faults are among the output's headers, as they are in the Header of
        the reply (section 3.7).

        Raises:
            Unusable: the operation cannot do without something that is broken.
        """
        given = self._message("input", self.bound.name)
        made = self._message("output", f"{self.bound.name}Response")
        faults = {
            header.name: header
            for way in ("output", "input")
            for header in reversed(self._headers(way, "headerfault"))
        }
        if made is not None:
            declared = {header.name for header in made.headers}
            more = [h for name, h in reversed(faults.items()) if name not in declared]
            made = replace(made, headers=(*made.headers, *more))
        return given, made

    def faults(self) -> tuple[Fault, ...]:
        """The faults that the port type declares, as the binding binds them if it does."""
        found = []
        for node in self.bound.abstract.iterchildren(wsdl_name("fault")):
            try:
                fault = self._fault(node)
            except Unusable as broken:
                name = node.get("name", "").strip()
                self.left_out.append(broken.left_out(Kind.FAULT, name))
                continue
            if fault is not None:
                found.append(fault)
        return tuple(found)

    def _message(self, way: str, wrapper: str) -> Message | None:
        abstract = self.bound.abstract.find(wsdl_name(way))
        if abstract is None:
            return None
        message = self.components.find("message", abstract, "message")
        concrete = self._concrete(way)
        body = self._extension(concrete, "body")
        namespace = body.get("namespace", "").strip() if body is not None else ""
        rpc = self.bound.style is Style.RPC
        listed = (body.get("parts") or "").split() if body is not None else []
        attaching = None if self.bound.is_http else concrete
        attached = attached_parts(
            attaching, self._parts(message), listed, self.components
        )
        after = suffixes(self.bound.abstract)
        action = action_of(
            *(abstract, self.bound.action_base, self.bound.name),
            after[0] if way == "input" else after[1],
            self.bound.soap_action if way == self._first else "",
        )
        return Message(
            use=self._use(body),
            wrapper=QName(namespace, wrapper) if rpc else None,
            parts=self._body_parts(way, message, body, {a.name for a in attached}),
            attached=attached,
            at=self.components.at(abstract if concrete is None else concrete),
            encoding_style=_encoding_style(body),
            headers=tuple(self._headers(way, "header")),
            doc=doc_of(abstract, message),
            action=action,
            policy=self.policies.effective(concrete, abstract, message),
        )

    @property
    def _first(self) -> str:
        """The message that is sent first: the SOAPAction is that of its HTTP request."""
        return "output" if output_first(self.bound.abstract) else "input"

    def _concrete(self, way: str) -> etree._Element | None:
        return self.bound.concrete.find(wsdl_name(way))

    def _extensions(
        self, concrete: etree._Element | None, local: str
    ) -> Iterator[etree._Element]:
        return _extensions(concrete, self.bound, local)

    def _extension(
        self, concrete: etree._Element | None, local: str
    ) -> etree._Element | None:
        return next(self._extensions(concrete, local), None)

    def _body_parts(
        self,
        way: str,
        message: etree._Element,
        body: etree._Element | None,
        attached: Collection[str],
    ) -> tuple[Part, ...]:
        """The parts in the Body, in message order (section 3.5).

        `parts` lists them; without it all are there but those that the same binding sends as
        headers, or as `attached` parts.
        """
        parts = self._parts(message)
        listed = body.get("parts") if body is not None else None
        if listed is not None and body is not None:
            names = listed.split()
            for name in names:
                if name not in parts:
                    text = f"{_has_no_part(message, name)}: it is left out"
                    at = self.components.at(body)
                    self.components.findings.mended(Code.UNKNOWN_PART, text, at)
            return tuple(self._body_part(parts[n]) for n in parts if n in names)
        elsewhere = {
            node.get("part", "").strip()
            for node in self._extensions(self._concrete(way), "header")
            if self.components.look_up("message", node, "message") is message
        }
        return tuple(
            self._body_part(node)
            for name, node in parts.items()
            if name not in elsewhere and name not in attached
        )

    def _body_part(self, node: etree._Element) -> Part:
        """A part in the Body, of any content where nothing declares its element."""
        if node.get("element"):
            named = self.components.schema_name(node, "element", "element")
            self.components.assume(named, node)
        return self._part(node)

    def _headers(self, way: str, kind: str) -> list[HeaderPart]:
        """The `soap:header` or `soap:headerfault` elements (`kind`) of one direction.

        One that names the same part of the same message again is the same block; several parts of
        one element are several.
        """
        found: dict[tuple[str, str, str], HeaderPart] = {}
        for node in self._extensions(self._concrete(way), kind):
            try:
                header = self._header(node)
                message = node.get("message", "").rpartition(":")[2].strip()
                key = message, header.part.name, header.namespace
                found.setdefault(key, header)
            except Unusable as broken:
                name = node.get("part", "").strip() or node.get("message", "").strip()
                self.left_out.append(broken.left_out(Kind.HEADER, name))
        return list(found.values())

    def _header(self, node: etree._Element) -> HeaderPart:
        at = self.components.at(node)
        message = self.components.look_up("message", node, "message")
        if message is None:
            name = node.get("message", "").strip()
            reason = f"there is no message {name}" if name else "it names no message"
            raise Unusable(Code.UNKNOWN_HEADER, reason, at)
        parts = self._parts(message)
        name = node.get("part", "").strip()
        if name not in parts:
            raise Unusable(Code.UNKNOWN_PART, _has_no_part(message, name), at)
        part = self._part(parts[name])
        namespace = node.get("namespace", "").strip()
        return HeaderPart(part, self._use(node), namespace, at)

    def _use(self, extension: etree._Element | None) -> Use:
        """The `use` of an extension; `literal` where it has none."""
        use = extension.get("use", "").strip() if extension is not None else ""
        if extension is not None and use.lower() not in ("", "literal", "encoded"):
            text = f"use {use} is neither literal nor encoded: read as literal"
            at = self.components.at(extension)
            self.components.findings.mended(Code.USE, text, at)
        return Use.ENCODED if use.lower() == "encoded" else Use.LITERAL

    def _fault(self, abstract: etree._Element) -> Fault | None:
        message = self.components.find("message", abstract, "message")
        name = abstract.get("name", "").strip() or message.get("name", "").strip()
        concrete = next(
            (
                node
                for node in self.bound.concrete.iterchildren(wsdl_name("fault"))
                if node.get("name", "").strip() == abstract.get("name", "").strip()
            ),
            None,
        )
        extension = self._extension(concrete, "fault")
        if extension is None:  # some bind it as they bind bodies
            extension = self._extension(concrete, "body")
        parts = list(self._parts(message).values())
        if len(parts) != 1:
            done = "the first of its parts is taken" if parts else "it has no detail"
            text = f"fault {name} should have one part: {done}"
            at = self.components.at(message)
            self.components.findings.warning(Code.FAULT_PARTS, text, at)
        if not parts:
            return None
        return Fault(
            name=name,
            part=self._part(parts[0]),
            use=self._use(extension),
            namespace=extension.get("namespace", "") if extension is not None else "",
            bound=concrete is not None,
            at=self.components.at(abstract),
            doc=doc_of(abstract, message),
            action=action_of_fault(
                abstract, self.bound.action_base, self.bound.name, name
            ),
            policy=self.policies.effective(concrete, abstract, message),
        )

    def _parts(self, message: etree._Element) -> dict[str, etree._Element]:
        """A message's parts by name, in their order; each is read where it is used."""
        parts: dict[str, etree._Element] = {}
        for node in message.iterchildren(wsdl_name("part")):
            name = node.get("name", "").strip() or _local(node.get("element", ""))
            if parts.setdefault(name, node) is not node:
                text = f"message {message.get('name', '')} has two parts {name}: the first counts"
                at = self.components.at(node)
                self.components.findings.mended(Code.DUPLICATE, text, at)
        return parts

    def _part(self, node: etree._Element) -> Part:
        findings, at = self.components.findings, self.components.at(node)
        name, doc = node.get("name", "").strip(), doc_of(node)
        for kind in ("element", "type"):
            if node.get(kind):
                named = self.components.schema_name(node, kind, kind)
                return self._named_part(node, kind, name, named)
        _check_name(name, at)
        text = f"part {name} has neither element nor type: it is read as xsd:anyType"
        findings.mended(Code.PART_UNTYPED, text, at)
        return TypePart(name, BuiltinRef(Builtin.ANY_TYPE), at, doc)

    def _named_part(
        self, node: etree._Element, kind: str, name: str, named: QName
    ) -> Part:
        """A part that names an element or a type (`kind`), or wrongly one instead of the other."""
        at, doc = self.components.at(node), doc_of(node)
        findings, exists = self.components.findings, self.components.exists
        other = "type" if kind == "element" else "element"
        if not exists(named, kind) and exists(named, other):
            message = f"{named} is no {kind}: the {other} of this name is taken"
            findings.mended(Code.LENIENT_REFERENCE, message, at)
            kind = other
        if kind == "element":
            _check_name(named.local, at)
            if not exists(named, kind):
                reason = f"element {named} is not declared"
                raise Unusable(Code.REFERENCE, reason, at, UNDECLARED_HINT)
            return ElementPart(name or named.local, named, at, doc)
        _check_name(name, at)
        reference = type_reference(named)
        meant = near_builtin(reference)
        if meant is not None:
            message = f"{named} is no type: it is read as xsd:{meant.builtin.value}"
            findings.mended(Code.LENIENT_REFERENCE, message, at)
        return TypePart(name, meant or reference, at, doc)


def _check_name(name: str, at: Location) -> None:
    """A part is an element of its own name, or its element's, so it must have one.

    Raises:
        Unusable: it has none, or one that no XML can have.
    """
    if not NC_NAME.fullmatch(name):
        reason = f"{name!r} is no name" if name else "a part has no name"
        raise Unusable(Code.NAME, f"{reason}, and an element has it", at)


def _has_no_part(message: etree._Element, name: str) -> str:
    return f"message {message.get('name', '')} has no part {name or 'without a name'}"


def _local(name: str) -> str:
    return name.strip().rpartition(":")[2]


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


def _encoding_style(body: etree._Element | None) -> str:
    """The encoding; of several (section 3.5 allows a list) the first, the most restrictive."""
    styles = body.get("encodingStyle", "").split() if body is not None else []
    return styles[0] if styles else ""
