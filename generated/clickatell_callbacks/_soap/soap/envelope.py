"""SOAP's envelope: written around a Body, and opened to the Header and the Body in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from ..errors.errors import DecodeError, EncodeError, NotAnEnvelope, VersionMismatch
from ..values.names import SOAP11, SOAP12
from ..values.strings import attribute_text
from ..xml.element import Element
from ..xml.parsing import LIMITS, Limits, parse

Version: TypeAlias = Literal["1.1", "1.2"]


class EnvelopeNames(NamedTuple):
    """The names of one version's elements, in Clark's notation."""

    namespace: str
    envelope: str
    header: str
    body: str
    fault: str


def _names(namespace: str) -> EnvelopeNames:
    locals_ = ("Envelope", "Header", "Body", "Fault")
    return EnvelopeNames(namespace, *[f"{{{namespace}}}{local}" for local in locals_])


NAMES: Final[Mapping[Version, EnvelopeNames]] = {
    "1.1": _names(SOAP11),
    "1.2": _names(SOAP12),
}


class Wire(NamedTuple):
    """The habits of a package's envelopes.

    No default namespace may be declared in `start`: SOAP 1.1 has elements in none.
    """

    version: Version
    charset: str
    """The character encoding of envelopes; a character outside it is written as a reference."""
    prefix: str
    """The prefix of Envelope, Header, Body and Fault."""
    start: str
    """The XML declaration and the Envelope's start tag, without its ">"."""


class Envelope:
    """How the envelopes of one operation begin and end; composed on first use.

    Args:
        wire: the package's habits.
        namespaces: by prefix.
        prefixes: those of them that the Envelope declares, in this order, space-separated.
    """

    __slots__ = ("_head", "namespaces", "prefixes", "wire")

    def __init__(
        self, wire: Wire, namespaces: Mapping[str, str], prefixes: str = ""
    ) -> None:
        self.wire: Wire = wire
        self.namespaces: Mapping[str, str] = namespaces
        self.prefixes: str = prefixes
        self._head = ""

    @property
    def names(self) -> EnvelopeNames:
        """The element names of the wire's version."""
        return NAMES[self.wire.version]

    def head(self, header: str = "") -> str:
        """All that precedes a Body's content.

        Args:
            header: the Header's content as XML; no Header is written without.
        """
        prefix = self.wire.prefix
        if not self._head:
            declared = "".join(
                f' xmlns:{p}="{attribute_text(self.namespaces[p])}"'
                for p in self.prefixes.split()
            )
            self._head = f"{self.wire.start}{declared}>"
        if header:
            header = f"<{prefix}:Header>{header}</{prefix}:Header>"
        return f"{self._head}{header}<{prefix}:Body>"

    @property
    def undeclared(self) -> list[tuple[str, str]]:
        """The prefixes that the Envelope does not declare, with their namespaces."""
        declared = (*self.prefixes.split(), "xml")
        start = self.wire.start
        return [
            (prefix, uri)
            for prefix, uri in self.namespaces.items()
            if prefix not in declared and f' xmlns:{prefix}="' not in start
        ]

    @property
    def tail(self) -> str:
        """All that follows a Body's content."""
        prefix = self.wire.prefix
        return f"</{prefix}:Body></{prefix}:Envelope>"

    def wrap(self, body: str, header: str = "") -> bytes:
        """A whole envelope.

        Raises:
            EncodeError: a name has a character that the charset lacks.
        """
        return encoded(f"{self.head(header)}{body}{self.tail}", self.wire.charset)


def encoded(xml: str, charset: str) -> bytes:
    """An envelope's text as bytes.

    Raises:
        EncodeError: what the charset lacks is in a name, where there can be no character
            reference; or there is a lone surrogate.
    """
    try:
        return xml.encode(charset)
    except UnicodeEncodeError:
        pass
    for tag in re.findall(r"<[^>]*>", xml):
        name = tag if tag.isascii() else re.sub(r'"[^"]*"', "", tag)
        if name.encode(charset, "replace") != name.encode(charset, "xmlcharrefreplace"):
            raise EncodeError("", f"{charset} cannot carry the name in {name!r}")
    if surrogate := re.search("[\ud800-\udfff]", xml):
        code = f"U+{ord(surrogate[0]):04X}"
        raise EncodeError("", f"{code} is not allowed in XML")
    return xml.encode(charset, "xmlcharrefreplace")


def open_envelope(
    data: bytes,
    version: Version,
    charset: str | None = None,
    limits: Limits = LIMITS,
) -> tuple[Element | None, Element]:
    """The Header, if there is one, and the Body of an envelope.

    Args:
        data: the envelope.
        version: of SOAP, as it is spoken here.
        charset: the Content-Type's; it beats the XML declaration, unless it cannot be right.
        limits: how much it may hold.

    Raises:
        NotAnEnvelope: it is something else.
        VersionMismatch: it is an envelope of another version of SOAP.
        DecodeError: it is not well-formed, has a DTD, has no Body, or is beyond the limits.
    """
    return opened(parse(data, charset, limits), version)


def opened(root: Element, version: Version) -> tuple[Element | None, Element]:
    """The same of an envelope's root element.

    Raises:
        NotAnEnvelope: it is something else.
        VersionMismatch: it is an envelope of another version of SOAP.
        DecodeError: it has no Body.
    """
    _, envelope_name, header_name, body_name, _ = NAMES[version]
    if root.tag != envelope_name:
        raise _no_envelope(root, version)
    header: Element | None = None
    for child in root[:]:
        tag = child.tag
        if tag == body_name:
            return header, child
        if tag == header_name:
            header = child
    raise DecodeError("", "the envelope has no Body")


def _no_envelope(root: Element, version: Version) -> DecodeError:
    namespace, _, local = str(root.tag).rpartition("}")
    if local != "Envelope" or not namespace:
        return NotAnEnvelope("", f"{shown_name(root)} is no SOAP {version} envelope")
    known = {f"{{{names.namespace}": f"SOAP {v}" for v, names in NAMES.items()}
    other = known.get(namespace, f"an unknown version of SOAP, {namespace[1:200]!r}")
    return VersionMismatch("", f"an envelope of {other}, not of SOAP {version}")


def shown_name(e: Element) -> str:
    """An element's name for a message: it came from outside, and may be endless."""
    tag = str(e.tag)
    return repr(tag if len(tag) <= 200 else tag[:200] + "…")
