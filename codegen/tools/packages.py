"""Generated packages as the toolkit uses them: imported from their folder, under whatever name."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from codegen.diagnostics import Findings, Location
from codegen.manifest import read_manifest
from codegen.model import Api
from codegen.options import Options
from codegen.pipeline import load


def import_package(folder: Path) -> ModuleType:
    """A generated package, imported anew, under a name that only it has.

    Args:
        folder: the package's own folder.

    Raises:
        SpecError: it is no generated package.
    """
    findings = Findings()
    init, manifest = folder / "__init__.py", read_manifest(folder)
    if not init.is_file() or manifest is None or not manifest.options:
        at = Location(str(folder))
        findings.error("package", "this is no generated package's folder", at)
        findings.raise_errors()
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()
    name = f"soapwright_{digest[:16]}"
    for known in [m for m in sys.modules if m == name or m.startswith(f"{name}.")]:
        del sys.modules[known]
    spec = importlib.util.spec_from_file_location(
        name, init, submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None, "a file's path ends in .py"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def package_api(folder: Path) -> Api:
    """The model of the WSDL that a package was made of, as far as its options chose it.

    Raises:
        SpecError: the package has none (`--no-spec`), or one that is broken.
    """
    findings = Findings()
    manifest = read_manifest(folder)
    sources = manifest.sources if manifest is not None else {}
    entry = folder / "_spec" / next(iter(sources), "")
    if not entry.is_file():
        hint = "generate it without --no-spec"
        at = Location(str(folder))
        findings.error("package", "the package was made without its WSDL", at, hint)
        findings.raise_errors()
    return load(entry, (), findings, chosen=package_options(folder))


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
