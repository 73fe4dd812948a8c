"""`[tool.soapwright]` of the `pyproject.toml` in the current folder."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from codegen.diagnostics import Findings, Location, SpecError
from codegen.options import Options, is_package_name

_KEYS = {
    "wsdl": str,
    "output": str,
    "name": str,
    "wire": str,
    "catalog": list,
    "secret": list,
    "spec": bool,
}
_REQUIRED = ("wsdl", "output", "name")


@dataclass(frozen=True, slots=True)
class PackageConfig:
    """One `[[tool.soapwright.package]]`: what is generated from what, and where to."""

    wsdl: Path
    output: Path
    options: Options


def read_config(path: Path) -> list[PackageConfig]:
    """The packages that a project generates.

    Raises:
        SpecError: the file cannot be read, or a table in it is wrong; every mistake is found.
    """
    findings = Findings()
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        tables: object = tomllib.loads(text)
    except OSError as error:
        findings.error(
            "config", f"cannot be read: {error.strerror}", Location(str(path))
        )
        raise SpecError(findings) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        findings.error("config", f"is no TOML: {error}", Location(str(path)))
        raise SpecError(findings) from error
    for key in ("tool", "soapwright", "package"):
        tables = tables.get(key) if isinstance(tables, dict) else None
    places = _places(path, text)
    packages = [
        _package(table, places[min(number, len(places) - 1)], findings)
        for number, table in enumerate(tables if isinstance(tables, list) else [])
    ]
    if not packages:
        findings.error(
            "config",
            "has no [[tool.soapwright.package]]",
            Location(str(path)),
            "add one with wsdl, output and name, or name a WSDL on the command line",
        )
    findings.raise_errors()
    return [package for package in packages if package is not None]


def _places(path: Path, text: str) -> list[Location]:
    """The line of each package's table: tomllib keeps none."""
    header = re.compile(r"\s*\[\[\s*tool\s*\.\s*soapwright\s*\.\s*package\s*\]\]")
    lines = [n for n, line in enumerate(text.split("\n"), 1) if header.match(line)]
    return [Location(str(path), line) for line in lines] or [Location(str(path))]


def _package(table: object, at: Location, findings: Findings) -> PackageConfig | None:
    if not isinstance(table, dict):
        findings.error("config", "a package is a table", at)
        return None
    sound = True
    for key, value in table.items():
        if key not in _KEYS:
            findings.error(
                "config", f"unknown key {key!r}", at, f"known: {', '.join(_KEYS)}"
            )
            sound = False
        elif not isinstance(value, _KEYS[key]):
            findings.error("config", f"{key!r} is no {_KEYS[key].__name__}", at)
            sound = False
        elif isinstance(value, list) and not all(isinstance(v, str) for v in value):
            findings.error("config", f"{key!r} is no list of strings", at)
            sound = False
    for key in _REQUIRED:
        if key not in table:
            findings.error("config", f"the package has no {key!r}", at)
            sound = False
    if sound and not is_package_name(table["name"]):
        findings.error("config", f"{table['name']!r} is no name for a package", at)
        sound = False
    if not sound:
        return None
    options = Options(
        name=table["name"],
        wire=table.get("wire", ""),
        catalogs=tuple(Path(c) for c in table.get("catalog", [])),
        with_spec=table.get("spec", True),
        secret=tuple(table.get("secret", [])),
    )
    return PackageConfig(Path(table["wsdl"]), Path(table["output"]), options)
