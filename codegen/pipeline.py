"""The generator on one screen: read the documents, run the passes, emit the package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from codegen.diagnostics import Findings, Location, SpecError
from codegen.manifest import MANIFEST, make_manifest
from codegen.model import Api
from codegen.options import Options
from codegen.passes import run_passes
from codegen.python.emit import emit
from codegen.python.wire import STANDARD, WIRE_STYLES, WireStyle
from codegen.wsdl.read import read_api


@dataclass(frozen=True, slots=True)
class Package:
    """A generated package: its files by path, and what was found on the way."""

    files: dict[str, bytes]
    findings: Findings


def silent(doing: str) -> None:
    """Tells nobody how far a run is."""


def generate(
    wsdl: Path, options: Options, progress: Callable[[str], None] = silent
) -> Package:
    """Generate the package for one WSDL; nothing is written. `progress` is told what is being done.

    Raises:
        SpecError: the WSDL cannot be read or is broken; it has every finding.
    """
    findings = Findings()
    try:
        progress(f"reading {wsdl}")
        api = load(wsdl, options.catalogs, findings)
        style = choose_style(api, options.wire, wsdl)
        progress(f"writing Python for {len(api.types):,} types")
        files = emit(api, style, options)
    except RecursionError:
        message = "definitions refer to each other too deeply"
        findings.error("limit", message, Location(str(wsdl)))
        raise SpecError(findings) from None
    manifest = make_manifest(options, wsdl.parent, api.inputs, files)
    return Package({**files, MANIFEST: manifest.encode()}, findings)


def load(wsdl: Path, catalogs: tuple[Path, ...], findings: Findings) -> Api:
    """The model of a WSDL, every pass run.

    Raises:
        SpecError: the WSDL cannot be read or is broken.
    """
    return run_passes(read_api(wsdl, catalogs, findings), findings)


def choose_style(api: Api, wanted: str, wsdl: Path) -> WireStyle:
    """The wire style that the user asks for, else the binding, else the standard one.

    Raises:
        SpecError: there is no style of that name.
    """
    name = wanted or next((port.wire for port in api.ports if port.wire), STANDARD.name)
    if name in WIRE_STYLES:
        return WIRE_STYLES[name]
    findings = Findings()
    at = next((p.at for p in api.ports if p.wire == name), Location(str(wsdl)))
    known = ", ".join(WIRE_STYLES)
    findings.error("wire", f"no wire style {name!r}", at, f"there are: {known}")
    raise SpecError(findings)
