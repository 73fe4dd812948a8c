"""`[tool.soapwright]` of the `pyproject.toml` in the current folder.

| finding | |
|---|---|
| `config` | error: a file that cannot be read, and every mistake in a table, with its line |
| `network` | error: a WSDL of the network that cannot be had, or is not locked |
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.model.options import (
    Options,
    is_class_name,
    is_package_name,
    refusal_of_new_name,
)
from soapwright.model.profiles import ProfileOption, profile_of, refusals
from soapwright.project.remote import (
    LOCK,
    STORE,
    Remote,
    RemoteError,
    is_url,
    stored_name,
)
from soapwright.project.toml_lines import (
    TableLines,
    TomlError,
    line_of,
    parse_toml,
    tables,
)

_KEYS = {
    "wsdl": str,
    "output": str,
    "name": str,
    "wire": str,
    "spec": bool,
    "server": bool,
    "catalog": list,
    "secret": list,
    "services": list,
    "ports": list,
    "include": list,
    "exclude": list,
    "rename": dict,
    "strict": bool,
    "security": bool,
    "alternative": dict,
}
_RUNTIME_HINT = 'runtime = {output = "acme/soap", name = "acme.soap"}'
_REQUIRED = ("wsdl", "output", "name")
_PACKAGE = "tool.soapwright.package"
# What a package has in folders of its own: nothing else can be there.
_GENERATED = frozenset({"types", "_soap", "_spec"})
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

    @property
    def source(self) -> str:
        """Its WSDL's URL or path, for a message."""
        return self.url or self.wsdl.as_posix()


@dataclass(frozen=True, slots=True)
class RuntimeConfig:
    """`runtime` of `[tool.soapwright]`: where the runtime is that the packages share, and its name."""

    output: Path
    name: str

    source = "what the packages use"


@dataclass(frozen=True, slots=True)
class Project:
    """The packages of one project, and their shared runtime."""

    packages: tuple[PackageConfig, ...]
    runtime: RuntimeConfig | None = None


def package_of(wsdl: str, output: Path, options: Options) -> PackageConfig:
    """The package of a WSDL that is a file or a URL."""
    if is_url(wsdl):
        return PackageConfig(Path(STORE, stored_name(wsdl)), output, options, wsdl)
    return PackageConfig(Path(wsdl), output, options)


def check_scheme(wsdl: str, at: Location) -> None:
    """Refuse a URL of a kind that is not fetched, as no file has its name.

    Raises:
        SpecError: it is one.
    """
    if "://" in wsdl and not is_url(wsdl) and not Path(wsdl).exists():
        findings = Findings()
        message = f"{wsdl}: only http:// and https:// are fetched"
        findings.error(Code.NETWORK, message, at)
        raise SpecError(findings)


def find_entry(wsdl: str, remote: Remote, at: Location) -> Path:
    """Where the WSDL of a URL is kept, once it is there; a file is where it is.

    Raises:
        SpecError: it cannot be had, or is not locked.
    """
    check_scheme(wsdl, at)
    if not is_url(wsdl):
        return Path(wsdl)
    findings = Findings()
    try:
        path = remote.find(wsdl)
    except RemoteError as error:
        findings.error(Code.NETWORK, f"{wsdl} {error}", at, error.hint)
        raise SpecError(findings) from error
    if path is None:
        hint = "--allow-network fetches it, and `generate` locks what it gets"
        findings.error(Code.NETWORK, f"{wsdl} is not in {LOCK}", at, hint)
        raise SpecError(findings)
    return path


def read_config(path: Path) -> Project:
    """Read the packages of a project from its `pyproject.toml` or configuration file.

    Raises:
        SpecError: the file cannot be read, or a table in it is wrong; every mistake is found.
    """
    return config_of(path, _text_of(path))


def config_of(path: Path, text: str) -> Project:
    """The packages of a project, by the text of its file.

    Raises:
        SpecError: as of `read_config`.
    """
    findings = Findings()
    tool = _parsed(path, text).get("tool")
    own = tool.get("soapwright") if isinstance(tool, dict) else None
    found = own.get("package") if isinstance(own, dict) else None
    _check_around(path, text, own, findings)
    runtime = _runtime(path, text, own, findings)
    places = tables(text, _PACKAGE) or [TableLines((), 1)]
    packages = [
        _Table(path, places[min(number, len(places) - 1)], findings).package(table)
        for number, table in enumerate(found if isinstance(found, list) else [])
    ]
    if not packages and not findings.errors:
        findings.error(
            Code.CONFIG,
            f"has no [[{_PACKAGE}]]",
            Location(str(path)),
            "add one with wsdl, output and name, or name a WSDL on the command line",
        )
    sound = [package for package in packages if package is not None]
    _check_outputs(sound, findings)
    if runtime is not None:
        sound = [_sharing(package, runtime) for package in sound]
        _check_runtime(runtime, sound, _place(path, text), findings)
    findings.raise_errors()
    return Project(tuple(sound), runtime)


def _place(path: Path, text: str) -> Location:
    return Location(str(path), line_of(text, "tool.soapwright", "runtime"))


def _runtime(
    path: Path, text: str, own: object, findings: Findings
) -> RuntimeConfig | None:
    """The runtime that packages share; None where each has its own, or something is wrong."""
    table = own.get("runtime") if isinstance(own, dict) else None
    if table is None:
        return None
    at, before = _place(path, text), len(findings.errors)
    if not isinstance(table, dict):
        findings.error(Code.CONFIG, "'runtime' is no table", at, _RUNTIME_HINT)
        return None
    for key, value in table.items():
        if key not in ("output", "name"):
            findings.error(
                Code.CONFIG, f"'runtime' has no key {key!r}", at, _RUNTIME_HINT
            )
        elif not isinstance(value, str) or not value or "\0" in value:
            findings.error(Code.CONFIG, f"{key!r} of 'runtime' is no string", at)
    for key in ("output", "name"):
        if key not in table:
            findings.error(Code.CONFIG, f"'runtime' has no {key!r}", at, _RUNTIME_HINT)
    name = table.get("name")
    if isinstance(name, str) and not is_package_name(name):
        findings.error(Code.CONFIG, f"{name!r} is no name for a package", at)
    if len(findings.errors) > before:
        return None
    return RuntimeConfig(Path(table["output"]), table["name"])


def _sharing(package: PackageConfig, runtime: RuntimeConfig) -> PackageConfig:
    """Configure a package to import the shared runtime."""
    way = Path(os.path.relpath(runtime.output, package.output)).as_posix()
    options = replace(package.options, runtime=runtime.name, runtime_folder=way)
    return replace(package, options=options)


def _check_runtime(
    runtime: RuntimeConfig,
    packages: list[PackageConfig],
    at: Location,
    findings: Findings,
) -> None:
    """The runtime has a folder and a name of its own, and holds no package, nor does one hold it."""
    own = _folder(runtime.output)
    for package in packages:
        folder, name = _folder(package.output), package.options.name
        if own == folder or folder in own.parents or own in folder.parents:
            shown = package.output.as_posix()
            message = f"the runtime's folder and {shown} lie in each other"
            findings.error(Code.CONFIG, message, at)
        if name == runtime.name:
            findings.error(
                Code.CONFIG, f"the runtime and a package are both {name!r}", at
            )


def _check_around(path: Path, text: str, own: object, findings: Findings) -> None:
    """Report keys beside the packages' tables, or in their place."""
    hint = f"a package is a table of its own, [[{_PACKAGE}]]"
    if not isinstance(own, dict):
        if own is not None:
            at = Location(str(path), line_of(text, "tool", "soapwright"))
            findings.error(Code.CONFIG, "'tool.soapwright' is no table", at, hint)
        return
    for key, value in own.items():
        at = Location(str(path), line_of(text, "tool.soapwright", key))
        if key == "runtime":
            continue
        if key != "package":
            findings.error(Code.CONFIG, f"unknown key {key!r}", at, hint)
        elif not isinstance(value, list):
            message = "'package' is not in double brackets"
            findings.error(Code.CONFIG, message, at, hint)


def _text_of(path: Path) -> str:
    findings = Findings()
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        hint = ""
        if isinstance(error, FileNotFoundError):
            hint = "`soapwright init URL-or-FILE` begins a project; or name a WSDL, --output and --package"
        findings.error(Code.CONFIG, message, Location(str(path)), hint)
        raise SpecError(findings) from error
    except UnicodeDecodeError as error:
        findings.error(Code.CONFIG, f"is no TOML: {error}", Location(str(path)))
        raise SpecError(findings) from error


def _parsed(path: Path, text: str) -> dict[str, object]:
    findings = Findings()
    try:
        return parse_toml(text)
    except TomlError as error:
        at = Location(str(path), error.line)
        findings.error(Code.CONFIG, f"is no TOML: {error}", at)
        raise SpecError(findings) from error


def _check_outputs(packages: list[PackageConfig], findings: Findings) -> None:
    """Two packages in one folder would take turns in undoing each other, and so do two of one name."""
    owners: dict[Path, str] = {}
    names: dict[str, Location] = {}
    for package in packages:
        name, places = package.options.name, package.options.places
        folder = _folder(package.output)
        for taken in (folder, *folder.parents):
            if taken not in owners:
                continue
            inside = folder.relative_to(taken).parts
            if not inside or inside[0] in _GENERATED:
                is_what = "lies in" if inside else "is"
                message = f"{package.output.as_posix()} {is_what} {owners[taken]}'s folder already"
                findings.error(Code.CONFIG, message, places["output", ""])
        owners.setdefault(folder, name)
        if name in names:
            message = f"another package is called {name!r}: {names[name]}"
            findings.error(Code.CONFIG, message, places["name", ""])
        names.setdefault(name, places["name", ""])


def _folder(output: Path) -> Path:
    return Path(os.path.normcase(os.path.realpath(output)))


@dataclass(frozen=True, slots=True)
class _Table:
    """One package's table, and its location."""

    path: Path
    lines: TableLines
    findings: Findings

    def package(self, table: object) -> PackageConfig | None:
        """The package of the table; None, with findings, where something is wrong."""
        if not isinstance(table, dict):
            self._error("a package is a table", "")
            return None
        before = len(self.findings.errors)
        wrong = {key for key, value in table.items() if not self._check(key, value)}
        for key in _REQUIRED:
            if key not in table:
                self._error(f"the package has no {key!r}", "")
        self._check_names({k: v for k, v in table.items() if k not in wrong})
        if len(self.findings.errors) > before:
            return None
        options = Options(
            name=table["name"],
            wire=table.get("wire", ""),
            catalogs=tuple(Path(c) for c in table.get("catalog", [])),
            with_spec=table.get("spec", True),
            with_server=table.get("server", True),
            secret=tuple(table.get("secret", [])),
            services=tuple(table.get("services", [])),
            ports=tuple(table.get("ports", [])),
            include=tuple(table.get("include", [])),
            exclude=tuple(table.get("exclude", [])),
            rename=tuple(table.get("rename", {}).items()),
            strict=table.get("strict", False),
            security=table.get("security", False) is not False,
            profile=_profile(table.get("security")),
            alternatives=tuple(table.get("alternative", {}).items()),
            places=self._places(table),
        )
        return package_of(table["wsdl"], Path(table["output"]), options)

    def _check(self, key: str, value: object) -> bool:
        """Whether a key is known, and its value of the kind that it should be."""
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, 1)
            known = (
                f"did you mean {near[0]!r}?" if near else f"known: {', '.join(_KEYS)}"
            )
            self._error(f"unknown key {key!r}", key, hint=known)
            return False
        if key == "security" and isinstance(value, dict):
            mistakes = list(refusals(value))
            for mistake in mistakes:
                self._error(mistake, key)
            return not mistakes
        kind = _KEYS[key]
        values = _texts(value)
        if not isinstance(value, kind) or not all(isinstance(v, str) for v in values):
            self._error(f"{key!r} is no {_KINDS[kind]}", key)
            return False
        if "" in values and key != "wire":
            self._error(f"{key!r} is empty, or something in it", key)
            return False
        if any("\0" in str(one) for one in values):
            self._error(f"{key!r} has a NUL", key)
            return False
        return True

    def _check_names(self, table: dict[str, object]) -> None:
        name = table.get("name", "package")
        if not is_package_name(str(name)):
            self._error(f"{name!r} is no name for a package", "name")
        rename = table.get("rename")
        known: dict[str, str] = {}
        for old, new in rename.items() if isinstance(rename, dict) else ():
            if (refusal := refusal_of_new_name(new)) is not None:
                message, hint = refusal
                self._error(message, "rename", old, hint)
            elif is_class_name(new) and new in known:
                message = f"{old!r} and {known[new]!r} cannot both be {new!r}"
                self._error(message, "rename", old)
            else:
                known[new] = old

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
        self.findings.error(Code.CONFIG, message, Location(str(self.path), line), hint)


def _profile(value: object) -> tuple[ProfileOption, ...]:
    """The profile of `security`, where it is a table."""
    return profile_of(value) if isinstance(value, dict) else ()


def _texts(value: object) -> list[object]:
    """The texts in a value: itself, the values of a list, the keys and values of a table."""
    if isinstance(value, dict):
        return [*value, *value.values()]
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str) else []
