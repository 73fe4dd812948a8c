"""From samples to a WSDL: an operation for each name that is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from soapwright.envelopes.files import envelope_paths
from soapwright.model.api import QName
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.python.names.identifiers import class_name
from soapwright.python.wire import STANDARD
from soapwright.tools.infer.document import Document
from soapwright.tools.infer.encoded import ANY
from soapwright.tools.infer.literal import LiteralTypes
from soapwright.tools.infer.samples import (
    Sample,
    decided,
    qname,
    read_sample,
    sort_out,
    unnumbered,
)
from soapwright.tools.infer.shapes import merged
from soapwright.tools.infer.structs import EncodedTypes
from soapwright.wsdl.namespaces import WIRE

_HTTP = "http://schemas.xmlsoap.org/soap/http"
_SOME_ADDRESS = "http://localhost/"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The data that samples lack: the service's name, its address, its actions.

    In `action`, `{operation}` is replaced by the operation's name.
    """

    name: str
    endpoint: str = _SOME_ADDRESS
    action: str = ""


@dataclass(slots=True)
class _Called:
    """The samples of one operation."""

    name: str
    first: Sample
    requests: list[Sample] = field(default_factory=list)
    replies: list[Sample] = field(default_factory=list)
    faults: dict[QName, Sample] = field(default_factory=dict)


def infer(paths: Sequence[Path], wanted: Wanted, findings: Findings) -> bytes:
    """The WSDL that these sample envelopes are of, in files or folders, in whatever order.

    Raises:
        SpecError: a file is no sample, or samples contradict each other.
    """
    named = dict(envelope_paths(paths))
    read = [
        read_sample(path, findings, named=by_user)
        for path, by_user in sorted(named.items())
    ]
    found = [sample for sample in read if sample is not None]
    samples = decided([sample for sample in found if not sample.is_fault])
    findings.raise_errors()
    called = _operations(samples, findings)
    findings.raise_errors()
    faults = [sample for sample in found if sample.is_fault]
    faults = [fault for fault in faults if _has_an_operation(fault, called, findings)]
    if not called:
        message = "no request and no reply is among the samples"
        findings.error(Code.SAMPLE, message, Location(str(paths[0])))
        raise SpecError(findings)
    return _Drawing(called, samples, faults, wanted, findings).content()


def _operations(samples: list[Sample], findings: Findings) -> list[_Called]:
    table: dict[str, _Called] = {}
    for sample, (name, is_reply) in zip(
        samples, sort_out(samples, findings), strict=True
    ):
        called = table.setdefault(name, _Called(name, sample))
        alike = called.replies if is_reply else called.requests
        alike.append(sample)
        if sample.soap is not samples[0].soap:
            message = f"SOAP {sample.soap.value}, and {samples[0].path} is {samples[0].soap.value}"
            findings.error(Code.SAMPLE, message, sample.at, "infer them apart")
        first = called.first
        if sample.encoding != first.encoding:
            message = f"one sample of {called.name} is encoded, another literal"
            if sample.encoded and first.encoded:
                message = f"{sample.encoding}, and {first.path} is in {first.encoding}"
            findings.error(Code.SAMPLE, message, sample.at)
        if sample.name != alike[0].name:
            message = f"{sample.name}, and {alike[0].path} calls it {alike[0].name}"
            findings.error(Code.SAMPLE, message, sample.at, "infer them apart")
    return list(table.values())


def _has_an_operation(fault: Sample, called: list[_Called], findings: Findings) -> bool:
    """Note a fault with the operation whose samples' files are named as its own."""
    stem = unnumbered(fault.path)
    found = [
        one
        for one in called
        if stem in {unnumbered(s.path) for s in (*one.requests, *one.replies)}
    ]
    if len(found) != 1:
        message = "a fault, and no file names its operation: it is left out"
        hint = "name it as the request is named, with fault instead of request"
        findings.warning(Code.SAMPLE_SKIPPED, message, fault.at, hint)
        return False
    found[0].faults.setdefault(fault.name, fault)
    return True


class _Drawing:
    """Draws one WSDL."""

    def __init__(
        self,
        called: list[_Called],
        samples: list[Sample],
        faults: list[Sample],
        wanted: Wanted,
        findings: Findings,
    ) -> None:
        name = class_name(wanted.name)
        spaces = (sample.name.namespace for sample in samples)
        target = next(filter(None, spaces), f"urn:{name}")
        self.wanted = wanted
        self.called = called
        self.findings = findings
        self.name = name
        self.wire = samples[0].wire
        self.document = Document(target, [*samples, *faults], name)
        encoded = [sample for sample in samples if sample.encoded]
        self.encoded = EncodedTypes(self.document, encoded, findings)
        calls = [one.call for one in samples if not one.encoded and not one.is_empty]
        blocks = [block for sample in samples for block in sample.headers]
        details = [fault.call for fault in faults]
        self.literal = LiteralTypes(self.document, [*calls, *blocks, *details])

    def content(self) -> bytes:
        """The whole document."""
        for one in self.called:
            self._messages(one)
        self._port_type()
        self._binding()
        service = self.document.wsdl(self.document.root, "service", name=self.name)
        port = self.document.wsdl(service, "port", name=f"{self.name}Port")
        port.set("binding", self._own(f"{self.name}Binding"))
        self.document.binding(port, "address", location=self.wanted.endpoint)
        return self.document.content()

    def _own(self, local: str) -> str:
        return self.document.prefixed(QName(self.document.target, local))

    # -------------------------------------------------------------------------- messages

    def _messages(self, one: _Called) -> None:
        place = one.first.at
        if not one.requests:
            message = f"no sample shows a request of {one.name}: it is declared empty"
            self.findings.warning(Code.NO_REQUEST, message, place)
        for name, element in _faults(one).items():
            self._element_part(self._declare(f"{one.name}_{name}"), "detail", element)
        self._message(f"{one.name}Request", one.requests)
        if one.replies:
            self._message(f"{one.name}Response", one.replies)
            return
        message = f"no sample shows the reply of {one.name}: it may be anything"
        self.findings.warning(Code.NO_REPLY, message, place)
        declared = self._declare(f"{one.name}Response")
        self._part(declared, "return", ANY)

    def _message(self, name: str, samples: list[Sample]) -> None:
        declared = self._declare(name)
        if samples and samples[0].encoded:
            self._check_parts(samples)
            for part, instances in _parts(samples).items():
                self._part(declared, part, self.encoded.type_of(instances))
        else:
            for part, element in _element_parts(samples).items():
                self._element_part(declared, part, element)
        for part, block in _headers(samples).items():
            self._element_part(declared, part, block)

    def _check_parts(self, samples: list[Sample]) -> None:
        """Report elements of rpc calls that no part of a message can be."""
        for sample in samples:
            counts = Counter(part.tag for part in sample.call)
            for part in sample.call:
                name = qname(part)
                if name.namespace:
                    message = f"part {name} has a namespace, and is written without one"
                elif counts[part.tag] > 1:
                    message = f"part {name.local} is there {counts[part.tag]} times, and a part is there once"
                else:
                    continue
                self.findings.warning(Code.ODD_PART, message, sample.place(part))
                break

    def _element_part(self, message: etree._Element, name: str, element: QName) -> None:
        self.literal.element(element)
        part = self.document.wsdl(message, "part", name=name)
        part.set("element", self.document.prefixed(element))

    def _declare(self, name: str) -> etree._Element:
        return self.document.wsdl(self.document.root, "message", name=name)

    def _part(self, message: etree._Element, name: str, kind: QName) -> None:
        part = self.document.wsdl(message, "part", name=name)
        part.set("type", self.document.prefixed(kind))

    # ------------------------------------------------------------------ portType, binding

    def _port_type(self) -> None:
        port_type = self.document.wsdl(
            self.document.root, "portType", name=f"{self.name}PortType"
        )
        for one in self.called:
            operation = self.document.wsdl(port_type, "operation", name=one.name)
            for tag, message in (("input", "Request"), ("output", "Response")):
                made = self.document.wsdl(operation, tag)
                made.set("message", self._own(f"{one.name}{message}"))
            for name in _faults(one):
                fault = self.document.wsdl(operation, "fault", name=name)
                fault.set("message", self._own(f"{one.name}_{name}"))

    def _binding(self) -> None:
        binding = self.document.wsdl(
            self.document.root, "binding", name=f"{self.name}Binding"
        )
        binding.set("type", self._own(f"{self.name}PortType"))
        soap = self.document.binding(binding, "binding", transport=_HTTP)
        if self.wire is not STANDARD:
            soap.set(f"{{{WIRE}}}style", self.wire.name)
        for one in self.called:
            operation = self.document.wsdl(binding, "operation", name=one.name)
            action = self.wanted.action.replace("{operation}", one.name)
            bound = self.document.binding(operation, "operation", soapAction=action)
            bound.set("style", "rpc" if one.first.encoded else "document")
            self._body(operation, "input", one, one.requests)
            self._body(operation, "output", one, one.replies)
            for name in _faults(one):
                fault = self.document.wsdl(operation, "fault", name=name)
                self.document.binding(fault, "fault", name=name, use="literal")

    def _body(
        self,
        operation: etree._Element,
        tag: str,
        one: _Called,
        samples: list[Sample],
    ) -> None:
        direction = self.document.wsdl(operation, tag)
        headers = _headers(samples)
        body = self.document.binding(direction, "body")
        if headers:
            encoded = samples[0].encoded
            parts = _parts(samples) if encoded else _element_parts(samples)
            body.set("parts", " ".join(parts))
        if one.first.encoding:
            body.set("use", "encoded")
            namespace = (samples or [one.first])[0].name.namespace
            if namespace:
                body.set("namespace", namespace)
            body.set("encodingStyle", one.first.encoding)
        else:
            body.set("use", "literal")
        message = f"{one.name}{'Request' if tag == 'input' else 'Response'}"
        for part in headers:
            header = self.document.binding(direction, "header")
            header.set("message", self._own(message))
            header.set("part", part)
            header.set("use", "literal")


def _parts(samples: list[Sample]) -> dict[str, list[etree._Element]]:
    """The parts of an rpc call by name, in message order, with their instances."""
    order, _ = merged([[qname(part) for part in sample.call] for sample in samples])
    found: dict[str, list[etree._Element]] = {name.local: [] for name in order}
    for sample in samples:
        for part in sample.call:
            found[qname(part).local].append(part)
    return found


def _element_parts(samples: list[Sample]) -> dict[str, QName]:
    """The part of a document, unless the Body is empty."""
    full = (sample.name for sample in samples if not sample.is_empty)
    return {"parameters": name for name in full}


def _faults(called: _Called) -> dict[str, QName]:
    """The content of the details of an operation's faults, by the fault's name."""
    found: dict[str, QName] = {}
    for element in called.faults:
        name = element.local
        while name in found:
            name += "_"
        found[name] = element
    return found


def _headers(samples: list[Sample]) -> dict[str, QName]:
    """The header blocks that samples show, each by the name of its part."""
    found: dict[str, QName] = {}
    blocks = (qname(block) for sample in samples for block in sample.headers)
    for block in dict.fromkeys(blocks):
        part = f"header_{block.local}"
        while part in found:
            part += "_"
        found[part] = block
    return found
