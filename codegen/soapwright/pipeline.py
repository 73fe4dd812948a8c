"""The generator on one screen: read the documents, run the passes, emit the package."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread

from soapwright.model.api import Api
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.model.options import Options
from soapwright.passes import run_passes
from soapwright.passes.choose import choose
from soapwright.project.manifest import MANIFEST, make_manifest, runtime_manifest
from soapwright.project.remote import Remote
from soapwright.python.compiling import check_compiles
from soapwright.python.emit import Emission, emit, emit_shared_runtime
from soapwright.python.formatting import format_modules
from soapwright.python.names.check_names import check_names
from soapwright.python.wire import STANDARD, WIRE_STYLES, WireStyle
from soapwright.wsdl.read import read_api


@dataclass(frozen=True, slots=True)
class Package:
    """A generated package: its files by path, and the findings about its WSDL."""

    files: dict[str, bytes]
    findings: Findings
    uses: tuple[str, ...] = ()
    """The names and modules of the runtime that it uses."""


def silent(doing: str) -> None:
    """Report no progress."""


def generate(
    wsdl: Path,
    options: Options,
    progress: Callable[[str], None] = silent,
    remote: Remote | None = None,
) -> Package:
    """Generate the package for one WSDL; nothing is written.

    `progress` is called with each step; `remote` has the documents of the network.

    Raises:
        SpecError: the WSDL cannot be read or is broken, or a module made of it does not compile;
            it has every finding.
    """
    findings = Findings(strict=options.strict)
    try:
        with _young_garbage_only():
            progress(f"reading {wsdl}")
            api = load(wsdl, options.catalogs, findings, remote, options)
            check_names(api, options, str(wsdl), findings)
            findings.raise_errors()
            style = choose_style(api, options.wire, options.place("wire", str(wsdl)))
            of = f"{len(api.sources):,} file{'' if len(api.sources) == 1 else 's'}"
            progress(f"writing Python for {len(api.types):,} types of {of}")
            emission = emit(api, style, options)
            progress("formatting")
            files = _formatted(emission, options.name)
    except RecursionError:
        message = "definitions refer to each other too deeply"
        findings.error(Code.LIMIT, message, Location(str(wsdl)))
        raise SpecError(findings) from None
    manifest = make_manifest(
        options, wsdl.parent, api.inputs, emission.files, files, emission.uses
    )
    return Package({**files, MANIFEST: manifest.encode()}, findings, emission.uses)


def generate_runtime(name: str, uses: Iterable[str]) -> dict[str, bytes]:
    """The files of a runtime that packages share; `uses` are the names that they use, all together."""
    emission = emit_shared_runtime(uses)
    files = _formatted(emission, name)
    manifest = runtime_manifest(name, emission.files, files)
    return {**files, MANIFEST: manifest.encode()}


def _formatted(emission: Emission, name: str) -> dict[str, bytes]:
    """All files as they are to be written.

    Raises:
        SpecError: a module does not compile.
    """
    check_compiles(emission.modules, name)
    return {**format_modules(emission.modules, name), **emission.data}


@contextmanager
def _young_garbage_only() -> Generator[None]:
    """Collect garbage of the young generations only.

    Nearly all objects of a run live until its end: full collections take a third of its time.
    """
    thresholds = gc.get_threshold()
    gc.set_threshold(20_000, 20, 1_000_000)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


def load(
    wsdl: Path,
    catalogs: tuple[Path, ...],
    findings: Findings,
    remote: Remote | None = None,
    chosen: Options | None = None,
    *,
    partly: bool = False,
    within: Path | None = None,
) -> Api:
    """The model of a WSDL, or of the part of it that options choose, every pass run.

    With `partly`, patterns may match nothing in the WSDL. With `within`, no location in it leads out
    of that folder.

    Raises:
        SpecError: the WSDL cannot be read or is broken.
    """
    api = _in_own_thread(partial(read_api, wsdl, catalogs, findings, remote, within))
    if chosen is not None:
        api = choose(api, chosen, str(wsdl), findings, partly=partly)
    return run_passes(api, findings)


def _in_own_thread(read: Callable[[], Api]) -> Api:
    """Read in a thread that ends with it: libxml2 keeps every name that it has
    read as long as a thread lives, and refuses new ones when it has too many."""
    read_there: Future[Api] = Future()

    def run() -> None:
        try:
            read_there.set_result(read())
        except BaseException as error:
            read_there.set_exception(error)

    Thread(target=run, name="read", daemon=True).start()
    return read_there.result()


def choose_style(api: Api, wanted: str, asked: Location) -> WireStyle:
    """The wire style that the user asks for, else the binding, else the standard one.

    `asked` is the location of the user's option.

    Raises:
        SpecError: there is no style of that name.
    """
    name = wanted or next((port.wire for port in api.ports if port.wire), STANDARD.name)
    if name in WIRE_STYLES:
        return WIRE_STYLES[name]
    findings = Findings()
    at = asked
    if not wanted:
        at = next((p.at for p in api.ports if p.wire == name), asked)
    known = ", ".join(WIRE_STYLES)
    findings.error(Code.WIRE, f"no wire style {name!r}", at, f"there are: {known}")
    raise SpecError(findings)
