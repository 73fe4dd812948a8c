"""Documented envelopes, read as samples of an operation's request or reply."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from soapwright.envelopes.files import read_envelope
from soapwright.model.api import QName, SoapVersion
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.model.namespaces import ENCODINGS, ENVELOPES, XSI
from soapwright.python.wire import STANDARD, WIRE_STYLES, WireStyle
from soapwright.wsdl.lines import source_line
from soapwright.wsdl.namespaces import XSD_DRAFTS
from soapwright.wsdl.parsing import decode
from soapwright.wsdl.references import SOAP_ENCODINGS

_ENCODINGS = frozenset(ENCODINGS.values())
_XSI_DRAFTS = tuple(f"{draft}-instance" for draft in sorted(XSD_DRAFTS))
_TYPES = tuple(f"{{{space}}}type" for space in (XSI, *_XSI_DRAFTS))
_NILS = (f"{{{XSI}}}nil", *(f"{{{space}}}null" for space in _XSI_DRAFTS))


@dataclass(frozen=True, slots=True)
class Sample:
    """One envelope: the element in its Body, and how the envelope is put.

    `call` is the Body itself where that is empty, and of a fault what its detail holds.
    `encoding` is the namespace of SOAP's encoding that is in force, "" where the call is
    literal, None of an empty call, which does not show it.
    """

    path: str
    soap: SoapVersion
    wire: WireStyle
    call: etree._Element
    headers: tuple[etree._Element, ...]
    encoding: str | None
    is_fault: bool = False

    @property
    def encoded(self) -> bool:
        """Whether it is an rpc call in SOAP's encoding."""
        return bool(self.encoding)

    @property
    def root(self) -> etree._Element:
        """The whole envelope."""
        return self.call.getroottree().getroot()

    @property
    def name(self) -> QName:
        """The name of the element in the Body, or none."""
        return QName("", "") if self.is_empty else qname(self.call)

    @property
    def is_empty(self) -> bool:
        """Whether the Body is empty."""
        return qname(self.call) == QName(ENVELOPES[self.soap], "Body")

    @property
    def at(self) -> Location:
        """The place of the call."""
        return self.place(self.call)

    def place(self, element: etree._Element) -> Location:
        """The place of an element of this sample."""
        return Location(self.path, source_line(element))


def read_sample(path: Path, findings: Findings, *, named: bool = True) -> Sample | None:
    """An envelope of a file; None, with a finding, where there is none in it.

    A file that a user did not name may hold something else: that is a warning.
    """
    found = read_envelope(path, findings, named=named)
    if found is None:
        return None
    shown, root, version, content = str(path), found.root, found.soap, found.content
    space = f"{{{found.namespace}}}"
    body = root.find(f"{space}Body")
    calls = [child for child in found.body if not _is_referred_to(child)]
    if body is None or len(calls) > 1:
        has = f"the Body has {len(calls)} elements" if calls else "there is no Body"
        at = Location(shown, source_line(root if body is None else calls[1]))
        findings.error(Code.SAMPLE, f"{has}, and a sample has one", at)
        return None
    if wrong := _wrong_namespace(root):
        message = f"the namespace {wrong!r} is none that a WSDL can have"
        findings.error(Code.SAMPLE, message, Location(shown, source_line(root)))
        return None
    call = calls[0] if calls else body
    is_fault = call.tag == f"{space}Fault"
    if is_fault:
        detail = call.find(f"{space}Detail" if version is SoapVersion.V12 else "detail")
        inside = [] if detail is None else list(detail)
        if len(inside) != 1 or any(map(xsi_type, inside[0].iter())):
            message = (
                "a fault without one element in its detail: nothing is drawn of it"
            )
            at = Location(shown, source_line(call))
            findings.warning(Code.SAMPLE_SKIPPED, message, at)
            return None
        call = inside[0]
    header = root.find(f"{space}Header")
    return Sample(
        path=shown,
        soap=version,
        wire=_wire(root, version, decode(content).codec, _said_encoding(content)),
        call=call,
        headers=tuple(header) if header is not None else (),
        encoding="" if is_fault else _encoding(call, version),
        is_fault=is_fault,
    )


def _wrong_namespace(root: etree._Element) -> str | None:
    """A namespace of an envelope in which no element can be made, as it is no URI; None where there is none."""
    for space in {str(one.tag).rpartition("}")[0][1:] for one in root.iter("*")}:
        try:
            etree.Element("any", nsmap={"any": space} if space else None)
        except ValueError:
            return space
    return None


def _is_referred_to(child: etree._Element) -> bool:
    """Whether a child of the Body is there for references to it (SOAP 1.1, section 5.6)."""
    roots = (child.get(f"{{{encoding}}}root") for encoding in SOAP_ENCODINGS)
    return child.get("id") is not None and "1" not in roots


def decided(samples: list[Sample]) -> list[Sample]:
    """The same, where empty calls are as their operation's others are, or else as all others."""
    known = [one for one in samples if one.encoding is not None]
    common = {one.encoding for one in known}
    fallback = common.pop() if len(common) == 1 else ""
    of = {_by_element(one.name.local, frozenset())[0]: one.encoding for one in known}
    found = []
    for sample in samples:
        if sample.encoding is None:
            operation, _ = _by_element(sample.name.local, frozenset())
            sample = replace(sample, encoding=of.get(operation, fallback))
        found.append(sample)
    return found


# How a request's name ends where its reply's ends so.
_PAIRS = (
    *(("Request", "Response"), ("", "Response"), ("Request", "Reply"), ("", "Reply")),
    *(("Request", ""), ("Input", "Output"), ("RQ", "RS"), ("Rq", "Rs")),
    *(("Req", "Resp"), ("Req", "Res"), ("Req", "Rsp")),
)


def sort_out(samples: list[Sample], findings: Findings) -> list[tuple[str, bool]]:
    """For each sample its operation, and whether it is the reply.

    The element's name determines both: `ask`, `askRequest`, `askResponse`; other endings where both
    are there. An rpc call's element is named after its operation, whatever it ends with. Else
    the file's does: `ask-reply.xml` is the reply to `ask-request.xml`.
    """
    names = frozenset(sample.name.local for sample in samples)
    found = [_by_name(sample, names) for sample in samples]
    files: tuple[_Files, _Files] = _Files(), _Files()
    for number, sample in enumerate(samples):
        operation, is_reply = found[number]
        found[number] = operation, is_reply or bool(_REPLY.search(_file(sample.path)))
        if not sample.is_empty and is_reply == found[number][1]:
            files[is_reply].add(sample.path, operation)
    for number, sample in enumerate(samples):
        operation, is_reply = found[number]
        if sample.is_empty or is_reply != _by_name(sample, names)[1]:
            other = files[not is_reply].partner(sample, findings)
            found[number] = other or operation, is_reply
            if not found[number][0]:
                message = "the Body is empty, and no other file is named like this one"
                findings.error(Code.SAMPLE, message, sample.at)
    return found


def _by_name(sample: Sample, names: frozenset[str]) -> tuple[str, bool]:
    if sample.is_empty:
        return "", False
    local = sample.name.local
    operation, is_reply = _by_element(local, names)
    if not sample.encoded:
        return operation, is_reply
    if not is_reply:
        return local, False
    return f"{operation}Request" if f"{operation}Request" in names else operation, True


class _Files:
    """The operations of samples of one direction, by what their files are called."""

    def __init__(self) -> None:
        self._exact: dict[str, set[str]] = {}
        self._loose: dict[str, set[str]] = {}

    def add(self, path: str, operation: str) -> None:
        """Note what a file is a sample of."""
        self._exact.setdefault(_stem(path), set()).add(operation)
        self._loose.setdefault(unnumbered(path), set()).add(operation)

    def partner(self, sample: Sample, findings: Findings) -> str:
        """The operation of the file that is named like another one, "" where none is."""
        found = self._exact.get(_stem(sample.path))
        found = found or self._loose.get(unnumbered(sample.path), set())
        if len(found) > 1:
            which = " or of ".join(sorted(found))
            hint = "name it as its request is named, with reply instead of request"
            findings.error(Code.SAMPLE, f"it may be of {which}", sample.at, hint)
        return min(found, default="")


_REPLY = re.compile(r"(?<![a-z])(response|reply)(?![a-z])", re.I)
_NO_REPLY = re.compile(r"(?<![a-z])(request|fault|error)(?![a-z])", re.I)


def _by_element(local: str, names: frozenset[str]) -> tuple[str, bool]:
    if f"{local}Response" in names:
        return local, False
    for request, reply in _PAIRS:
        for ending, other in ((reply, request), (request, reply)):
            stem = local.removesuffix(ending)
            if stem and stem + ending == local != stem + other in names:
                return stem, ending == reply
    for ending in ("Response", "Request"):
        if local.endswith(ending) and local != ending:
            return local.removesuffix(ending), ending == "Response"
    return local, False


def _file(path: str) -> str:
    return Path(path).stem


def _stem(path: str) -> str:
    """A file's name without the word for its direction."""
    bare = _NO_REPLY.sub("", _REPLY.sub("", _file(path)))
    return re.sub(r"[\W_]+", "-", bare).strip("-").lower()


def unnumbered(path: str) -> str:
    """A file's name without the word for its direction and numbers: pages number their envelopes."""
    return re.sub(r"[\d-]+", "-", _stem(path)).strip("-")


def _said_encoding(content: bytes) -> bool:
    return content.lstrip().startswith(b"<?xml")


def _encoding(call: etree._Element, version: SoapVersion) -> str | None:
    """The encoding in force: as declared, or SOAP's own where each part has its type, as only that does."""
    style = f"{{{ENVELOPES[version]}}}encodingStyle"
    place: etree._Element | None = call
    while place is not None:
        declared = [
            one for one in (place.get(style) or "").split() if one in _ENCODINGS
        ]
        if declared:
            return declared[0]
        place = place.getparent()
    if len(call) == 0:
        return None
    leaves = (one for one in call.iterdescendants() if len(one) == 0)
    typed = all(xsi_type(part) is not None for part in call) and all(
        xsi_type(one) is not None or is_nil(one) for one in leaves
    )
    bare = all(not qname(part).namespace for part in call)
    return ENCODINGS[version] if typed and bare else ""


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
    """Whether an element is declared nil."""
    texts = (element.get(name) or "" for name in _NILS)
    return any(text.strip() in ("true", "1") for text in texts)


def xsi_type(element: etree._Element) -> str | None:
    """The element's `xsi:type`, as it is written."""
    for name in _TYPES:
        text = element.get(name)
        if text is not None:
            return text
    return None
