"""Rewrites requests of real clients into requests that the generated packages read.

The vendor's gateway dispatched on the local name of the call, whatever its namespace and its
SOAPAction, took parts by name in any case and order, and what was nil, empty or 0 as unset. The
packages are stricter, and rightly so. A request is therefore rewritten here, in the dialect of
the service that it came to, before its package decodes it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lxml import etree

from .dialects import Dialect, Operation
from .shapes import Part, Shape, folded, shape_of

_SOAP11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_SHOWN: Final = 100
_NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class BadCall(Exception):
    """An envelope that holds no call of the service; `code` is that of its fault."""

    def __init__(self, reason: str, code: str = "Client") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Call(NamedTuple):
    """A call, ready to be decoded."""

    operation: Operation
    shape: Shape
    namespace: str
    """In which the client called it, "" for none."""
    envelope: bytes
    """As the operation's package reads it."""


class CallReader:
    """Reads the calls that come to one of the services."""

    def __init__(self, dialect: Dialect) -> None:
        self._rpc = dialect.rpc
        self._operations = {name.lower(): op for name, op in dialect.operations.items()}
        self._shapes: dict[str, Shape] = {}

    def read(self, envelope: bytes, charset: str | None) -> Call:
        """The call in an envelope.

        Args:
            envelope: as it came.
            charset: the charset of the Content-Type; it overrides the XML declaration.

        Raises:
            BadCall: there is none.
        """
        root = _parse(envelope, charset)
        call = _call_of(root)
        namespace, name = _split(call)
        operation = self._operations.get(name.lower())
        if operation is None:
            raise BadCall(
                f"Operation '{name[:_SHOWN]}' is not defined in the WSDL for this service"
            )
        shape = self._shape(operation)
        rewritten = etree.tostring(_rewritten(call, shape, self._rpc), encoding="UTF-8")
        return Call(operation, shape, namespace, rewritten)

    def _shape(self, operation: Operation) -> Shape:
        shape = self._shapes.get(operation.name)
        if shape is None:
            shape = self._shapes[operation.name] = shape_of(operation)
        return shape


def _parse(envelope: bytes, charset: str | None) -> etree._Element:
    """The root element. What a DTD could do is not done, and one is refused."""
    try:
        root = etree.fromstring(envelope, _parser(charset))
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise BadCall(
            f"error in msg parsing: not well-formed XML (line {line}, column {column})"
        ) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadCall("error in msg parsing: a DTD is refused")
    return root


def _parser(charset: str | None) -> etree.XMLParser:
    """Without `huge_tree`: what is nested too deeply, or expands too far, is no XML to it.

    A charset that nobody knows is no charset: the XML declaration may know better.
    """
    try:
        return _hardened(charset)
    except LookupError:
        return _hardened(None)


def _hardened(charset: str | None) -> etree.XMLParser:
    return etree.XMLParser(
        encoding=charset,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )


def _call_of(root: etree._Element) -> etree._Element:
    """The element in the Body that is the call; those with an `id` are values that it shares."""
    namespace, name = _split(root)
    if name != "Envelope" or not namespace:
        raise BadCall("error in msg parsing: this is no SOAP envelope")
    if namespace != _SOAP11:
        raise BadCall("only SOAP 1.1 is spoken here", code="VersionMismatch")
    body = root.find(f"{{{_SOAP11}}}Body")
    children = [] if body is None else list(body)
    calls = [child for child in children if child.get("id") is None]
    if not children:
        raise BadCall("error in msg parsing: the envelope has no call in its Body")
    return (calls or children)[0]


def _rewritten(call: etree._Element, shape: Shape, rpc: bool) -> etree._Element:
    """An envelope with the call as its package has it: the parts by their names, without those
    that are unset, and with those that may not be.

    It is built anew: an element that is renamed stays in the scope of a default namespace.
    """
    envelope = etree.Element(f"{{{_SOAP11}}}Envelope", nsmap={"e": _SOAP11})
    body = etree.SubElement(envelope, f"{{{_SOAP11}}}Body")
    written = etree.SubElement(body, shape.tag)
    missing = {name for name, part in shape.parts.items() if part.required}
    for child in call:
        name = folded(_split(child)[1])
        part = shape.parts.get(name)
        if part is None:
            continue
        if not _is_blank(child, part.kind):
            _write(written, part, child, rpc)
        elif part.kind is list and not rpc:
            etree.SubElement(written, part.tag)  # one of several: it must not vanish
        else:
            continue
        missing.discard(name)
    for name in missing:
        part = shape.parts[name]
        blank = etree.SubElement(written, part.tag)
        blank.text = "0" if part.kind in (int, float) else None
    body.extend(_shared_by(call))
    return envelope


def _write(into: etree._Element, part: Part, found: etree._Element, rpc: bool) -> None:
    """A part with what was found in it, which is moved."""
    prefixes = {prefix: uri for prefix, uri in found.nsmap.items() if prefix}
    attributes = {str(name): str(value) for name, value in found.attrib.items()}
    element = etree.SubElement(into, part.tag, attributes, nsmap=prefixes)
    element.text = found.text
    element.extend(list(found))
    if part.kind is list and rpc and not len(element) and (found.text or "").strip():
        # An array that is a bare value, as some send a single recipient, gets its item.
        etree.SubElement(element, "item").text = found.text
        element.text = None


def _is_blank(element: etree._Element, kind: type[object]) -> bool:
    """Whether it is nil or empty; to a string white space is something."""
    if element.get(_NIL, "").strip() in ("true", "1"):
        return True
    if len(element) or element.get("href"):
        return False
    text = element.text or ""
    return not (text if kind is str else text.strip())


def _shared_by(call: etree._Element) -> list[etree._Element]:
    """The other elements of the Body: values to which the call refers."""
    return [*call.itersiblings(preceding=True), *call.itersiblings()]


def _split(element: etree._Element) -> tuple[str, str]:
    """An element's namespace, "" for none, and its local name."""
    namespace, _, name = str(element.tag).rpartition("}")
    return namespace.removeprefix("{"), name
