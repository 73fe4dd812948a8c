"""Envelopes in files, as users name them or folders hold them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from soapwright.model.api import SoapVersion
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.model.namespaces import ENVELOPES
from soapwright.wsdl.lines import source_line
from soapwright.wsdl.parsing import parse, read

_VERSIONS = {namespace: version for version, namespace in ENVELOPES.items()}


@dataclass(frozen=True, slots=True)
class EnvelopeFile:
    """An envelope: its bytes, its root, its version of SOAP, and the elements of its Body."""

    content: bytes
    root: etree._Element
    soap: SoapVersion
    body: tuple[etree._Element, ...]

    @property
    def namespace(self) -> str:
        """SOAP's, which Envelope and Body are in."""
        return ENVELOPES[self.soap]


def envelope_paths(paths: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """Files, and the XML files of folders; of each whether a user named it."""
    for path in paths:
        if path.is_dir():
            yield from ((inside, False) for inside in sorted(path.rglob("*.xml")))
        else:
            yield path, True


def read_envelope(
    path: Path, findings: Findings, *, named: bool = True
) -> EnvelopeFile | None:
    """The envelope in a file; None, with a finding, where there is none.

    A file that a user did not name may hold something else: that is a warning.
    """
    shown = str(path)
    content = read(path, shown, findings)
    parsed = parse(content, shown, findings) if content is not None else None
    if parsed is None or content is None:
        return None
    name = etree.QName(parsed.root)
    version = _VERSIONS.get(name.namespace or "")
    if version is None or name.localname != "Envelope":
        message = f"no SOAP envelope: the root is {parsed.root.tag}"
        at = Location(shown, source_line(parsed.root))
        if named:
            findings.error(Code.SAMPLE, message, at)
        else:
            findings.warning(Code.SAMPLE_SKIPPED, message, at)
        return None
    body = parsed.root.find(f"{{{name.namespace}}}Body")
    inside = () if body is None else tuple(body)
    return EnvelopeFile(content, parsed.root, version, inside)
