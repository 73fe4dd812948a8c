"""`conform`: documented envelopes through a package and back, and what differs.

| finding | |
|---|---|
| `sample` | error: what was named is no SOAP envelope, and has none in it |
| `sample-skipped` | warning: a file of a folder is no SOAP envelope |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from lxml import etree

from soapwright.envelopes.comparing import Difference, Kind, compare_envelopes
from soapwright.envelopes.content import element_only
from soapwright.envelopes.files import read_envelope
from soapwright.envelopes.reading import parse_envelope
from soapwright.model.api import (
    Api,
    ElementPart,
    Message,
    Operation,
    Port,
    SoapVersion,
    QName,
    Style,
)
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.model.namespaces import ENVELOPES
from soapwright.model.walk import messages_of

_VERSIONS = {namespace: version for version, namespace in ENVELOPES.items()}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one envelope.

    `operation` is "" where the package has none for it. `error` has the reason why it could not be read
    or written, "" where it could; then `differences` are those of what was written. `passed_over`
    are header blocks that the operation does not declare: it reads over them.
    """

    path: Path
    operation: str
    direction: str
    differences: tuple[Difference, ...] = ()
    error: str = ""
    passed_over: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        """The operation and the direction."""
        return f"{self.operation} {self.direction}".strip()

    @property
    def matches(self) -> bool:
        """Whether the envelope came back as it was."""
        return not self.differences and not self.error

    def lines(self) -> Iterator[str]:
        """The outcome in words: a line, and one for each difference."""
        word = "match" if self.matches else "refused" if self.error else "differs"
        yield f"{word:<8} {self.path}" + (f": {self.what}" if self.what else "")
        yield from (f"         {line}" for line in self.reasons())

    def reasons(self) -> Iterator[str]:
        """A line for each difference, and for what was passed over."""
        if self.error:
            yield self.error
        yield from map(str, self.differences)
        for name in self.passed_over:
            yield f"/Envelope/Header: passed over, as it is not declared: {name}"


@dataclass(frozen=True, slots=True)
class Sample:
    """A documented envelope: the name of the element in its Body, "" where that is empty."""

    path: Path
    content: bytes
    namespace: str
    body: QName


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An operation that an envelope may be of, and the direction."""

    port: str
    operation: str
    direction: str
    headers: frozenset[QName] = frozenset()
    details: frozenset[QName] = frozenset()


def find_samples(paths: Iterable[Path], findings: Findings) -> list[Sample]:
    """The envelopes of files, and of the XML files of folders; a folder without any is an error."""
    found: list[Sample] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(path.rglob("*.xml"))
            samples = [read_sample(one, findings, named=False) for one in inside]
            if not any(samples) and not findings.errors:
                message = "no SOAP envelope is in this folder"
                findings.error(Code.SAMPLE, message, Location(str(path)))
        else:
            samples = [read_sample(path, findings)]
        found += [sample for sample in samples if sample is not None]
    return found


def read_sample(path: Path, findings: Findings, *, named: bool = True) -> Sample | None:
    """The envelope in a file; None, with a finding, where there is none."""
    found = read_envelope(path, findings, named=named)
    if found is None:
        return None
    body = _name(found.body[0]) if found.body else QName("", "")
    return Sample(path, found.content, found.namespace, body)


def conform(package: ModuleType, api: Api, samples: Iterable[Sample]) -> list[Outcome]:
    """Put each envelope through the package, `api` being the model of its WSDL."""
    return [check_sample(package, api, sample) for sample in samples]


def check_sample(package: ModuleType, api: Api, sample: Sample) -> Outcome:
    """Put one envelope through the operation that it is of: the one that it fits best, if several may be."""
    best: Outcome | None = None
    for candidate in _candidates(api, sample):
        outcome = _try(package, api, candidate, sample)
        if outcome.matches:
            return outcome
        if best is None or _badness(outcome) < _badness(best):
            best = outcome
    if best is None:
        return Outcome(sample.path, "", "", error=_unknown(api, sample))
    return best


def _unknown(api: Api, sample: Sample) -> str:
    """Why an envelope is of no operation, and what comes near it."""
    version = _VERSIONS[sample.namespace]
    if not _ports_of(api, version):
        return f"it is of SOAP {version.value}, and the package has no port of that"
    what = sample.body if sample.body.local else "nothing"
    near = {
        str(part.element): None
        for port in api.ports
        for message in messages_of(port)
        for part in message.parts
        if isinstance(part, ElementPart) and part.element.local == sample.body.local
    }
    error = f"no operation has {what} in its Body"
    return f"{error}; there is {', '.join(near)}" if near else error


def _ports_of(api: Api, version: SoapVersion) -> list[Port]:
    """The ports of a version of SOAP."""
    return [p for p in api.ports if p.soap is version and not p.is_http]


def _badness(outcome: Outcome) -> tuple[bool, int]:
    return bool(outcome.error), len(outcome.differences)


def _try(
    package: ModuleType, api: Api, candidate: _Candidate, sample: Sample
) -> Outcome:
    # Any: the operations of a package that is known only when this runs
    operation: Any = package.PORTS[candidate.port].operations[candidate.operation]
    subject = (sample.path, candidate.operation, candidate.direction)
    try:
        if candidate.direction == "fault":
            fault = _fault_of(package, operation, sample.content)
            misread = _misread(package, fault, candidate.details)
            if misread:
                return Outcome(*subject, error=misread)
            again = operation.encode_fault(fault)
        else:
            again = _again(operation, candidate.direction, sample.content)
    except package.errors.SoapError as error:
        return Outcome(*subject, error=f"{type(error).__name__}: {error}")
    expected, passed_over = _declared(sample, candidate.headers)
    differences = compare_envelopes(again, expected, element_only=())
    if any(one.kind is Kind.TEXT for one in differences):
        names = element_only(api)
        differences = compare_envelopes(again, expected, element_only=names)
    return Outcome(*subject, tuple(differences), passed_over=passed_over)


def _declared(
    sample: Sample, headers: frozenset[QName]
) -> tuple[bytes, tuple[str, ...]]:
    """An envelope without the header blocks that nobody declares, and the names of these."""
    root = parse_envelope(sample.content, str(sample.path))
    blocks = root.iterchildren(f"{{{sample.namespace}}}Header")
    foreign = [
        block
        for header in blocks
        for block in header.iterchildren("*")
        if _name(block) not in headers
    ]
    if not foreign:
        return sample.content, ()
    for block in foreign:
        parent = block.getparent()
        assert parent is not None, "a block has its Header"
        parent.remove(block)
    return etree.tostring(root), tuple(str(_name(block)) for block in foreign)


def _again(operation: Any, direction: str, content: bytes) -> bytes:
    """Decode an envelope, and encode the result again."""
    value = getattr(operation, f"decode_{direction}")(content)
    headers = getattr(operation, f"decode_{direction}_headers")(content)
    written: bytes = getattr(operation, f"encode_{direction}")(value, headers)
    return written


def _fault_of(package: ModuleType, operation: Any, content: bytes) -> Any:
    """The fault that an operation raises of an envelope."""
    try:
        operation.decode_response(content)
    except package.errors.SoapFault as fault:
        return fault
    raise AssertionError("a Fault in the Body is raised")


def _misread(package: ModuleType, fault: Any, details: frozenset[QName]) -> str:
    """Why a fault is no declared one, where its detail's element is that of one; "" where it is right."""
    if isinstance(fault, package.errors.DeclaredSoapFault):
        return ""
    blocks = fault.raw_detail.content if fault.raw_detail is not None else ()
    tags = {block.tag for block in blocks if not isinstance(block, str)}
    for name in details:
        if (str(name) if name.namespace else name.local) in tags:
            return f"{name} is a declared fault's detail, and does not read as that"
    return ""


# ------------------------------------------------------------------- which operation it is of


def _candidates(api: Api, sample: Sample) -> Iterator[_Candidate]:
    """The operations whose Body has such an element: those that name it first."""
    version = _VERSIONS[sample.namespace]
    ports = _ports_of(api, version)
    if sample.body == QName(sample.namespace, "Fault"):
        yield from _fault_candidates(ports)
        return
    vague: list[_Candidate] = []
    for port in ports:
        for operation in port.operations:
            for message, way in (
                (operation.input, "request"),
                (operation.output, "response"),
            ):
                if message is None:
                    continue
                headers = frozenset(header.name for header in message.headers)
                candidate = _Candidate(port.key, operation.key, way, headers)
                if _names(operation, message, way, sample.body):
                    yield candidate
                elif _takes_anything(operation, message):
                    vague.append(candidate)
    yield from vague


def _fault_candidates(ports: list[Port]) -> Iterator[_Candidate]:
    """Operations that declare faults know their details; any other passes a detail on."""
    found = [(port, one) for port in ports for one in port.operations if one.output]
    found.sort(key=lambda pair: not pair[1].faults)
    for port, operation in found:
        parts = [fault.part for fault in operation.faults]
        names = (part.element for part in parts if isinstance(part, ElementPart))
        yield _Candidate(port.key, operation.key, "fault", details=frozenset(names))


def _names(operation: Operation, message: Message, way: str, body: QName) -> bool:
    """Whether a message's Body has this element. Calls go by their local name."""
    if operation.style is Style.RPC:
        wanted = operation.name if way == "request" else f"{operation.name}Response"
        return body.local == wanted
    parts = [part for part in message.parts if isinstance(part, ElementPart)]
    if not parts:
        return not message.parts and not body.local
    return parts[0].element == body


def _takes_anything(operation: Operation, message: Message) -> bool:
    """Whether the Body's elements are those of a type: no element is named for the whole."""
    elements = any(isinstance(part, ElementPart) for part in message.parts)
    return operation.style is Style.DOCUMENT and bool(message.parts) and not elements


def _name(element: etree._Element) -> QName:
    name = etree.QName(element)
    return QName(name.namespace or "", name.localname)
