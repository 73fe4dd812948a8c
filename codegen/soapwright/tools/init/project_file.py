"""`pyproject.toml`: a package's table is added at its end, and nothing else of it is changed."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.project.config import Project, config_of
from soapwright.project.remote import is_url
from soapwright.project.toml_lines import TomlError, parse_toml

FILE = Path("pyproject.toml")
_PYTEST_FILES = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml")


@dataclass(frozen=True, slots=True)
class Entry:
    """A `[[tool.soapwright.package]]`."""

    wsdl: str
    output: Path
    name: str
    catalogs: tuple[Path, ...] = ()

    @property
    def import_root(self) -> Path:
        """The folder that Python needs on its path to import the package by its name."""
        steps = self.name.split(".")
        if self.output.parts[-len(steps) :] == tuple(steps):
            return Path(*self.output.parts[: -len(steps)])
        return self.output.parent

    def table(self) -> str:
        """The entry as TOML."""
        wsdl = self.wsdl if is_url(self.wsdl) else _relative(Path(self.wsdl))
        lines = [
            "[[tool.soapwright.package]]",
            f"wsdl = {_quoted(wsdl)}",
            f"output = {_quoted(self.output.as_posix())}",
            f"name = {_quoted(self.name)}",
        ]
        if self.catalogs:
            paths = ", ".join(_quoted(_relative(path)) for path in self.catalogs)
            lines.append(f"catalog = [{paths}]")
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """The project's file: its text, and the text that it had before, None where it is new."""

    text: str
    before: str | None

    @property
    def project(self) -> Project:
        """The packages of the project, the new one last.

        Raises:
            SpecError: the file has a mistake, also one that it had before.
        """
        return config_of(FILE, self.text)


def with_entry(entry: Entry, *, tested: bool) -> ProjectFile:
    """The project's file with a package more.

    Args:
        entry: the package.
        tested: whether pytest is to find it: where nothing configures pytest yet, a table does.

    Raises:
        SpecError: the file cannot be read or extended, or has the package already.
    """
    before = _read()
    parsed = _parsed(before or "")
    added = [entry.table()]
    if tested and not _configures_pytest(parsed):
        root = entry.import_root.as_posix()
        added.append(f"[tool.pytest.ini_options]\npythonpath = [{_quoted(root)}]\n")
    made = ProjectFile(_extended(before or "", "\n".join(added)), before)
    try:
        parse_toml(made.text)
    except TomlError as error:
        hint = f"add it yourself: {entry.table()}"
        raise _refused("has packages in a form that takes no table", hint) from error
    return made


def _extended(before: str, added: str) -> str:
    """A text with another after an empty line, with the line ends that it has."""
    line_end = "\r\n" if "\r\n" in before else "\n"
    if not before.strip():
        return added.replace("\n", line_end)
    return before.rstrip("\r\n") + f"\n\n{added}".replace("\n", line_end)


def known_packages() -> list[str]:
    """The names of the packages that the project has.

    Raises:
        SpecError: its file cannot be read, or is no TOML.
    """
    tool = _table(_parsed(_read() or ""), "tool")
    packages = _table(tool, "soapwright").get("package")
    tables = packages if isinstance(packages, list) else []
    return [str(one.get("name")) for one in tables if isinstance(one, dict)]


def _read() -> str | None:
    try:
        return FILE.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _refused(f"cannot be read: {error}") from error


def _parsed(text: str) -> dict[str, object]:
    try:
        return parse_toml(text)
    except TomlError as error:
        raise _refused(f"is no TOML: {error}", line=error.line) from error


def _configures_pytest(parsed: dict[str, object]) -> bool:
    """Whether pytest has settings, here or in a file of its own."""
    in_file = "pytest" in _table(parsed, "tool")
    return in_file or any(Path(name).exists() for name in _PYTEST_FILES)


def _table(parsed: dict[str, object], key: str) -> dict[str, object]:
    found = parsed.get(key)
    return found if isinstance(found, dict) else {}


def _refused(message: str, hint: str = "", line: int = 1) -> SpecError:
    findings = Findings()
    findings.error(Code.CONFIG, message, Location(str(FILE), line), hint)
    return SpecError(findings)


def _relative(path: Path) -> str:
    """A path as a committed file has it, where the drive allows that."""
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:
        return path.as_posix()


def _quoted(text: str) -> str:
    """A text as a basic string of TOML, whose escapes are among JSON's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
