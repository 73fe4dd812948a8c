"""Generated packages as the toolkit uses them: imported from their folder, under whatever name."""

from __future__ import annotations

import hashlib
import importlib
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
    _provide_runtime(folder)
    spec.loader.exec_module(module)
    return module


def _provide_runtime(folder: Path) -> None:
    """Let the runtime be imported that a package shares with others, where nobody else provides it."""
    options = _checked(folder).options.get("runtime")
    name = str(options.get("name", "")) if isinstance(options, dict) else ""
    if not name or not isinstance(options, dict):
        return
    try:
        importlib.import_module(name)
        return
    except ModuleNotFoundError as error:
        if not f"{name}.".startswith(f"{error.name}."):
            raise
    home = (folder / str(options.get("folder", ""))).resolve()
    if not (home / "__init__.py").is_file():
        findings = Findings()
        hint = "generate the project that the package is of"
        message = f"the runtime that the package shares, {name}, is not there"
        findings.error(Code.PACKAGE, message, Location(str(folder)), hint)
        raise SpecError(findings)
    around = name.rpartition(".")[0].split(".") if "." in name else []
    for depth in range(len(around)):
        parent = ".".join(around[: depth + 1])
        if parent not in sys.modules:
            sys.modules[parent] = ModuleType(parent)
            sys.modules[parent].__path__ = []
    spec = importlib.util.spec_from_file_location(
        name, home / "__init__.py", submodule_search_locations=[str(home)]
    )
    assert spec is not None and spec.loader is not None, "a file's path ends in .py"
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if around:
        setattr(sys.modules[".".join(around)], name.rpartition(".")[2], module)


def runtime_module(package: ModuleType, module: str) -> ModuleType:
    """A module of a package's runtime, its own or one that it shares.

    Args:
        package: the generated package.
        module: its name there, `http.transport`.
    """
    home = package.errors.SoapError.__module__.removesuffix(".errors.errors")
    return importlib.import_module(f"{home}.{module}")


def _checked(folder: Path) -> Manifest:
    """A package's manifest.

    Raises:
        SpecError: it is no generated package.
    """
    manifest = read_manifest(folder)
    is_package = (folder / "__init__.py").is_file()
    if not is_package or manifest is None or "name" not in manifest.options:
        findings = Findings()
        at = Location(str(folder))
        hint = "`soapwright generate` makes one"
        if folder.is_file():
            hint = (
                f"`soapwright generate {folder} --output DIR --package NAME` makes one"
            )
        findings.error(Code.PACKAGE, "this is no generated package's folder", at, hint)
        raise SpecError(findings)
    return manifest


def package_documents(folder: Path) -> Path:
    """The folder that has the copies of the WSDL and of all that it imports.

    What a location names elsewhere was not there when the package was made, or not to be read.
    """
    return folder / "_spec"


def package_entry(folder: Path) -> Path:
    """The WSDL that a package was made from: its copy in the package.

    Raises:
        SpecError: it is no generated package, or was made without its WSDL (`--no-spec`).
    """
    entry = package_documents(folder) / next(iter(_checked(folder).sources), "")
    if not entry.is_file():
        findings = Findings()
        hint = "generate it without --no-spec"
        at = Location(str(folder))
        findings.error(Code.PACKAGE, "the package was made without its WSDL", at, hint)
        raise SpecError(findings)
    return entry


def package_api(folder: Path) -> Api:
    """The model of the WSDL that a package was made from, as far as its options chose it.

    Raises:
        SpecError: as of `package_entry`; or the WSDL is broken.
    """
    entry = package_entry(folder)
    chosen, within = package_options(folder), package_documents(folder)
    return load(entry, (), Findings(), chosen=chosen, within=within)


def package_options(folder: Path) -> Options:
    """The options of a package, by its manifest; catalogs are needed no more."""
    manifest = read_manifest(folder)
    recorded = manifest.options if manifest is not None else {}
    rename = recorded.get("rename")
    return Options(
        str(recorded.get("name", folder.name)),
        str(recorded.get("wire", "")),
        with_server=recorded.get("server") is not False,
        secret=_texts(recorded.get("secret")),
        services=_texts(recorded.get("services")),
        ports=_texts(recorded.get("ports")),
        include=_texts(recorded.get("include")),
        exclude=_texts(recorded.get("exclude")),
        rename=tuple(rename.items()) if isinstance(rename, dict) else (),
    )


def _texts(values: object) -> tuple[str, ...]:
    return tuple(map(str, values)) if isinstance(values, list) else ()
