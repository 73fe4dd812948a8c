"""Packages of WSDLs that are called without a project: generated into the user's cache.

A WSDL has a folder there by its path or URL, with its lock and what was fetched; where the WSDL or
the toolkit changed, the package is made anew.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from soapwright.model.diagnostics import Diagnostic, SpecError
from soapwright.model.options import Options, is_package_name
from soapwright.project.config import Project, package_of
from soapwright.project.manifest import read_manifest
from soapwright.project.output import carry_out, make_folder, write_files
from soapwright.project.remote import Remote, is_url
from soapwright.python.names.identifiers import field_name

_FOLDER = "package"
_ELSEWHERE = "packages of WSDLs are kept there; XDG_CACHE_HOME names another place"


def cache_folder() -> Path:
    """The toolkit's folder in the user's cache: `$XDG_CACHE_HOME`, or what the system has for it."""
    given = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    if given:
        return Path(given, "soapwright")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "soapwright"
    return Path.home() / ".cache" / "soapwright"


def is_package(path: Path) -> bool:
    """Whether this is a generated package's folder."""
    manifest = read_manifest(path) if path.is_dir() else None
    return manifest is not None and "name" in manifest.options


def cached_package(wsdl: str) -> Path | None:
    """The folder of a WSDL's package, where it was made; it may be of an earlier state."""
    folder = _home(wsdl) / _FOLDER
    return folder if is_package(folder) else None


def _source(wsdl: str) -> str:
    return wsdl if is_url(wsdl) else str(Path(wsdl).resolve())


def _name(wsdl: str) -> str:
    """A name for the package, which its users see in Python: the file's, as a module has it."""
    stem = Path(urlsplit(wsdl).path if is_url(wsdl) else wsdl).name.partition(".")[0]
    name = field_name(stem).strip("_")
    return name if is_package_name(name) else "service"


def _home(wsdl: str) -> Path:
    digest = hashlib.sha256(_source(wsdl).encode()).hexdigest()[:24]
    return cache_folder() / digest


def package_folder(
    wsdl: str,
    catalogs: tuple[Path, ...],
    progress: Callable[[str], None],
    *,
    allow_network: bool,
) -> tuple[Path, tuple[Diagnostic, ...]]:
    """The folder of the package of a WSDL, made where it is not there yet, and the findings about it.

    Raises:
        SpecError: the WSDL cannot be read, or is a URL that may not be fetched and never was; or
            nothing can be written to the cache.
    """
    # a package that is there needs none of it
    from soapwright.tools.check import examine

    home = _home(wsdl)
    make_folder(home, _ELSEWHERE, private=True)
    remote = Remote(home, allowed=allow_network)
    output = home / _FOLDER
    options = Options(_name(wsdl), catalogs=catalogs)
    config = package_of(_source(wsdl), output, options)
    with remote.alone():
        states = examine(Project((config,)), remote, progress, full=False)
        if states.broken:
            raise SpecError(states.broken)
        write_files(remote.files())
        (state,) = states.sound
        if state.plan is not None:
            carry_out(state.plan, progress)
    return output, state.findings
