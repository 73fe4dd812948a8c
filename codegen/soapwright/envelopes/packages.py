"""Generated packages as the toolkit uses them: imported from their folder, under whatever name."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from soapwright.model.api import Api
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.model.options import Options
from soapwright.pipeline import load
from soapwright.project.manifest import Manifest, read_manifest


def import_package(folder: Path) -> ModuleType:
    """A generated package, imported anew, under a name that only it has.

    Args:
        folder: the package's own folder.

    Raises:
        SpecError: it is no generated package.
    """
    _checked(folder)
    home = folder.resolve()  # Python keeps what it knows of a folder by its path
    digest = hashlib.sha256(str(home).encode()).hexdigest()
    name = f"soapwright_{digest[:16]}"
    for known in [m for m in sys.modules if m == name or m.startswith(f"{name}.")]:
        del sys.modules[known]
    spec = importlib.util.spec_from_file_location(
        name, home / "__init__.py", submodule_search_locations=[str(home)]
    )
    assert spec is not None and spec.loader is not None, "a file's path ends in .py"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _checked(folder: Path) -> Manifest:
    """A package's manifest.

    Raises:
        SpecError: it is no generated package.
    """
    manifest = read_manifest(folder)
    is_package = (folder / "__init__.py").is_file()
    if not is_package or manifest is None or not manifest.options:
        findings = Findings()
        at = Location(str(folder))
        findings.error(Code.PACKAGE, "this is no generated package's folder", at)
        raise SpecError(findings)
    return manifest


def package_entry(folder: Path) -> Path:
    """The WSDL that a package was made of, as it is kept in it.

    Raises:
        SpecError: it is no generated package, or was made without its WSDL (`--no-spec`).
    """
    entry = folder / "_spec" / next(iter(_checked(folder).sources), "")
    if not entry.is_file():
        findings = Findings()
        hint = "generate it without --no-spec"
        at = Location(str(folder))
        findings.error(Code.PACKAGE, "the package was made without its WSDL", at, hint)
        raise SpecError(findings)
    return entry


def package_api(folder: Path) -> Api:
    """The model of the WSDL that a package was made of, as far as its options chose it.

    Raises:
        SpecError: as of `package_entry`; or the WSDL is broken.
    """
    entry = package_entry(folder)
    return load(entry, (), Findings(), chosen=package_options(folder))


def package_options(folder: Path) -> Options:
    """What a package was made with, as its manifest says; catalogs are needed no more."""
    manifest = read_manifest(folder)
    said = manifest.options if manifest is not None else {}
    rename = said.get("rename")
    return Options(
        str(said.get("name", folder.name)),
        str(said.get("wire", "")),
        secret=_texts(said.get("secret")),
        services=_texts(said.get("services")),
        ports=_texts(said.get("ports")),
        include=_texts(said.get("include")),
        exclude=_texts(said.get("exclude")),
        rename=tuple(rename.items()) if isinstance(rename, dict) else (),
    )


def _texts(values: object) -> tuple[str, ...]:
    return tuple(map(str, values)) if isinstance(values, list) else ()
