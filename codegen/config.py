"""`[tool.soapwright]` of the `pyproject.toml` in the current folder.

| finding | |
|---|---|
| `config` | error: a file that cannot be read, and every mistake in a table, with its line |
| `network` | error: a WSDL of the network that cannot be had, or is not locked |
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from codegen.diagnostics import Findings, Location, SpecError
from codegen.options import Options, is_class_name, is_new_name, is_package_name
from codegen.remote import LOCK, STORE, Remote, RemoteError, is_url, stored_name
from codegen.toml_lines import TableLines, tables

_KEYS = {
    "wsdl": str,
    "output": str,
    "name": str,
    "wire": str,
    "spec": bool,
    "catalog": list,
    "secret": list,
    "services": list,
    "ports": list,
    "include": list,
    "exclude": list,
    "rename": dict,
}
_REQUIRED = ("wsdl", "output", "name")
_KINDS = {
    str: "string",
    bool: "boolean",
    list: "list of strings",
    dict: "table of strings",
}


@dataclass(frozen=True, slots=True)
class PackageConfig:
    """One `[[tool.soapwright.package]]`: what is generated from what, and where to.

    `wsdl` is where the WSDL is, or is kept, if it has a `url`.
    """

    wsdl: Path
    output: Path
    options: Options
    url: str = ""


def package_of(wsdl: str, output: Path, options: Options) -> PackageConfig:
    """The package of a WSDL that is a file or a URL."""
    if is_url(wsdl):
        return PackageConfig(Path(STORE, stored_name(wsdl)), output, options, wsdl)
    return PackageConfig(Path(wsdl), output, options)


def find_entry(wsdl: str, remote: Remote, at: Location) -> Path:
    """Where the WSDL of a URL is kept, once it is there; a file is where it is.

    Raises:
        SpecError: it cannot be had, or is not locked.
    """
    if not is_url(wsdl):
        return Path(wsdl)
    findings = Findings()
    try:
        path = remote.find(wsdl)
    except RemoteError as error:
        findings.error("network", f"{wsdl} {error}", at)
        raise SpecError(findings) from error
    if path is None:
        hint = "--allow-network fetches it, and `generate` locks what it gets"
        findings.error("network", f"{wsdl} is not in {LOCK}", at, hint)
        raise SpecError(findings)
    return path


def read_config(path: Path) -> list[PackageConfig]:
    """The packages that a project generates.

    Raises:
        SpecError: the file cannot be read, or a table in it is wrong; every mistake is found.
    """
    findings = Findings()
    text, content = _parsed(path)
    found: object = content
    for key in ("tool", "soapwright", "package"):
        found = found.get(key) if isinstance(found, dict) else None
    places = tables(text, "tool.soapwright.package") or [TableLines((), 1)]
    packages = [
        _Table(path, places[min(number, len(places) - 1)], findings).package(table)
        for number, table in enumerate(found if isinstance(found, list) else [])
    ]
    if not packages:
        findings.error(
            "config",
            "has no [[tool.soapwright.package]]",
            Location(str(path)),
            "add one with wsdl, output and name, or name a WSDL on the command line",
        )
    sound = [package for package in packages if package is not None]
    _check_outputs(sound, findings)
    findings.raise_errors()
    return sound


def _parsed(path: Path) -> tuple[str, dict[str, object]]:
    findings = Findings()
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        findings.error("config", message, Location(str(path)))
        raise SpecError(findings) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        findings.error("config", f"is no TOML: {error}", Location(str(path)))
        raise SpecError(findings) from error


def _check_outputs(packages: list[PackageConfig], findings: Findings) -> None:
    """Two packages in one folder would take turns in undoing each other."""
    owners: dict[str, str] = {}
    for package in packages:
        folder = os.path.normcase(os.path.abspath(package.output))
        if folder in owners:
            message = (
                f"{package.output.as_posix()} is {owners[folder]}'s folder already"
            )
            findings.error("config", message, package.options.places["output", ""])
        owners.setdefault(folder, package.options.name)


@dataclass(frozen=True, slots=True)
class _Table:
    """One package's table, and where it stands."""

    path: Path
    lines: TableLines
    findings: Findings

    def package(self, table: object) -> PackageConfig | None:
        """What the table says; None, with findings, where something is wrong."""
        if not isinstance(table, dict):
            self._error("a package is a table", "")
            return None
        before = len(self.findings.errors)
        for key, value in table.items():
            self._check(key, value)
        for key in _REQUIRED:
            if key not in table:
                self._error(f"the package has no {key!r}", "")
        if len(self.findings.errors) == before:
            self._check_names(table)
        if len(self.findings.errors) > before:
            return None
        options = Options(
            name=table["name"],
            wire=table.get("wire", ""),
            catalogs=tuple(Path(c) for c in table.get("catalog", [])),
            with_spec=table.get("spec", True),
            secret=tuple(table.get("secret", [])),
            services=tuple(table.get("services", [])),
            ports=tuple(table.get("ports", [])),
            include=tuple(table.get("include", [])),
            exclude=tuple(table.get("exclude", [])),
            rename=tuple(table.get("rename", {}).items()),
            places=self._places(table),
        )
        return package_of(table["wsdl"], Path(table["output"]), options)

    def _check(self, key: str, value: object) -> None:
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, 1)
            known = (
                f"did you mean {near[0]!r}?" if near else f"known: {', '.join(_KEYS)}"
            )
            self._error(f"unknown key {key!r}", key, hint=known)
            return
        kind = _KEYS[key]
        values = (
            value
            if isinstance(value, list)
            else list(value.values()) if isinstance(value, dict) else []
        )
        if not isinstance(value, kind) or not all(isinstance(v, str) for v in values):
            self._error(f"{key!r} is no {_KINDS[kind]}", key)

    def _check_names(self, table: dict[str, str]) -> None:
        if not is_package_name(table["name"]):
            self._error(f"{table['name']!r} is no name for a package", "name")
        rename: object = table.get("rename")
        new: dict[str, str] = {}
        for old, name in rename.items() if isinstance(rename, dict) else ():
            if not is_new_name(name):
                self._error(f"{name!r} is no public name of Python's", "rename", old)
            elif is_class_name(name) and name in new:
                message = f"{old!r} and {new[name]!r} cannot both be {name!r}"
                self._error(message, "rename", old)
            else:
                new[name] = old

    def _places(self, table: dict[str, object]) -> dict[tuple[str, str], Location]:
        places = {}
        for key, value in table.items():
            places[key, ""] = Location(str(self.path), self.lines.of_key(key))
            for one in value if isinstance(value, (list, dict)) else ():
                line = self.lines.of_value(key, one)
                places[key, one] = Location(str(self.path), line)
        return places

    def _error(self, message: str, key: str, value: str = "", hint: str = "") -> None:
        line = self.lines.of_value(key, value) if value else self.lines.of_key(key)
        self.findings.error("config", message, Location(str(self.path), line), hint)
