"""Documented envelopes, read as samples of an operation's request or reply."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from codegen.diagnostics import Findings, Location
from codegen.model import QName, SoapVersion
from codegen.python.wire import ENCODINGS, ENVELOPES, STANDARD, WIRE_STYLES, WireStyle
from codegen.tools.envelope_files import read_envelope
from codegen.wsdl.lines import source_line
from codegen.wsdl.namespaces import XSI
from codegen.wsdl.parsing import decode

XSI_TYPE, XSI_NIL = f"{{{XSI}}}type", f"{{{XSI}}}nil"


@dataclass(frozen=True, slots=True)
class Sample:
    """One envelope: the element in its Body, and how the envelope is put."""

    path: str
    soap: SoapVersion
    wire: WireStyle
    call: etree._Element
    headers: tuple[etree._Element, ...]
    encoded: bool

    @property
    def name(self) -> QName:
        """The name of the element in the Body."""
        return qname(self.call)

    @property
    def at(self) -> Location:
        """The place of the call."""
        return self.place(self.call)

    def place(self, element: etree._Element) -> Location:
        """The place of an element of this sample."""
        return Location(self.path, source_line(element))


def read_sample(path: Path, findings: Findings) -> Sample | None:
    """An envelope of a file; None, with a finding, where there is none in it."""
    found = read_envelope(path, findings)
    if found is None:
        return None
    shown, root, version, content = str(path), found.root, found.soap, found.content
    space = f"{{{found.namespace}}}"
    calls = [child for child in found.body if child.get("id") is None]
    if len(calls) != 1:
        message = f"the Body has {len(calls)} elements, and a sample has one"
        body = root.find(f"{space}Body")
        at = root if body is None else body
        findings.error("sample", message, Location(shown, source_line(at)))
        return None
    if calls[0].tag == f"{space}Fault":
        message = "a fault: what it is a sample of, only a WSDL can say"
        findings.warning(
            "sample-skipped", message, Location(shown, source_line(calls[0]))
        )
        return None
    header = root.find(f"{space}Header")
    return Sample(
        path=shown,
        soap=version,
        wire=_wire(root, version, decode(content).codec, _said_encoding(content)),
        call=calls[0],
        headers=tuple(header) if header is not None else (),
        encoded=_is_encoded(calls[0], version),
    )


def sort_out(samples: list[Sample]) -> list[tuple[str, bool]]:
    """For each sample the operation that it is of, and whether it is the reply.

    An element says it by its name: `ask`, `askRequest`, `askResponse`; `ask` is the reply where
    there is an `askRequest`. Else the file does: `ask-reply.xml` is that of `ask-request.xml`.
    """
    names = {sample.name.local for sample in samples}
    found = [_by_element(sample.name.local, names) for sample in samples]
    requests = {
        _stem(sample.path): operation
        for sample, (operation, is_reply) in zip(samples, found, strict=True)
        if not is_reply and not _REPLY.search(_file(sample.path))
    }
    for number, sample in enumerate(samples):
        operation, is_reply = found[number]
        if not is_reply and _REPLY.search(_file(sample.path)):
            found[number] = requests.get(_stem(sample.path), operation), True
    return found


_REPLY = re.compile(r"(?<![a-z])(response|reply)(?![a-z])", re.I)
_REQUEST = re.compile(r"(?<![a-z])request(?![a-z])", re.I)


def _by_element(local: str, names: set[str]) -> tuple[str, bool]:
    for ending in ("Response", "Request"):
        if local.endswith(ending) and local != ending:
            return local.removesuffix(ending), ending == "Response"
    return local, f"{local}Request" in names


def _file(path: str) -> str:
    return Path(path).stem


def _stem(path: str) -> str:
    """A file's name without the word for its direction."""
    bare = _REQUEST.sub("", _REPLY.sub("", _file(path)))
    return re.sub(r"[^A-Za-z]+", "-", bare).strip("-").lower()


def _said_encoding(content: bytes) -> bool:
    return content.lstrip().startswith(b"<?xml")


def _is_encoded(call: etree._Element, version: SoapVersion) -> bool:
    """Whether SOAP's encoding is in force, or each part says its type, as only that does."""
    style = f"{{{ENVELOPES[version]}}}encodingStyle"
    place: etree._Element | None = call
    while place is not None:
        if ENCODINGS[version] in (place.get(style) or "").split():
            return True
        place = place.getparent()
    return len(call) > 0 and all(part.get(XSI_TYPE) for part in call)


def _wire(
    root: etree._Element, version: SoapVersion, codec: str, declared: bool
) -> WireStyle:
    """The style that puts envelopes as this one; the standard one unless another has all its habits."""
    style = f"{{{ENVELOPES[version]}}}encodingStyle"
    for wire in WIRE_STYLES.values():
        charset = "utf-8" if not declared else codec
        if (
            wire is not STANDARD
            and root.prefix == wire.envelope
            and charset == _codec(wire.charset)
            and (root.get(style) is not None) == wire.encoding_style_on_envelope
        ):
            return wire
    return STANDARD


def _codec(charset: str) -> str:
    return decode(f'<?xml version="1.0" encoding="{charset}"?>'.encode()).codec


def qname(element: etree._Element) -> QName:
    """An element's name."""
    return clark(str(element.tag))


def clark(name: str) -> QName:
    """A name in Clark's notation."""
    namespace, _, local = name.rpartition("}")
    return QName(namespace[1:], local)


def is_nil(element: etree._Element) -> bool:
    """Whether an element says that it is nil."""
    return (element.get(XSI_NIL) or "").strip() in ("true", "1")
