"""Cases: a folder with a WSDL in it, and what comes of it.

    cases/<name>/service.wsdl      the WSDL, and whatever it imports
                 options.json      optional: `entry`, `wire`, `catalog`, `secret`, `rename` for the generation,
                                   `golden`: patterns of the emitted files that are compared
                 expected/…        those files
                 stderr.txt        the findings, where there are any; an error makes no files
                 samples/          <operation>[@port].<request|response|fault>[.variant].xml:
                                   envelopes that come back as they were
                 written/          for a sample that is written in another way than it came, that way
                 refused/          the same, but they do not decode; the .txt beside each says why

`pytest --regenerate` writes `expected/`, `stderr.txt` and the .txt files anew.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import chdir
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pytest
from conftest import ROOT, Run
from jsonschema import Draft202012Validator

from soapwright.model.diagnostics import SpecError
from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.testing import assert_envelope

FOLDER = Path(__file__).parent / "cases"
GOLDEN = ["types/_[!_]*.py"]


@dataclass(frozen=True)
class Case:
    """A case's folder, and what the toolkit makes of it."""

    folder: Path

    @property
    def package(self) -> str:
        return "case_" + self.folder.name.replace("-", "_")

    @cached_property
    def options(self) -> dict[str, Any]:
        path = self.folder / "options.json"
        found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        known = {"entry", "wire", "catalog", "secret", "rename", "golden"}
        assert found.keys() <= known
        return found

    @cached_property
    def generated(self) -> tuple[dict[str, bytes], str]:
        """The files, none where the WSDL is refused, and the findings as they are printed."""
        options = Options(
            self.package,
            wire=self.options.get("wire", ""),
            catalogs=tuple(map(Path, self.options.get("catalog", ()))),
            secret=tuple(self.options.get("secret", ())),
            rename=tuple(self.options.get("rename", {}).items()),
        )
        with chdir(self.folder):
            try:
                package = generate(
                    Path(self.options.get("entry", "service.wsdl")), options
                )
            except SpecError as error:
                return {}, "".join(f"{d}\n" for d in error.diagnostics)
        return package.files, "".join(f"{d}\n" for d in package.findings)

    @property
    def golden(self) -> dict[str, bytes]:
        """The emitted files that the case is about."""
        patterns = self.options.get("golden", GOLDEN)
        return {
            path: content
            for path, content in self.generated[0].items()
            if any(fnmatchcase(path, pattern) for pattern in patterns)
        }

    def envelopes(self, kind: str) -> list[Path]:
        return sorted((self.folder / kind).glob("*.xml"))


CASES = {p.name: Case(p) for p in sorted(FOLDER.iterdir()) if p.is_dir()}
SOUND = [name for name in CASES if not name.startswith("failing-")]


def each(
    kind: str,
) -> list[Any]:  # Any: pytest does not name the type of its parameters
    return [
        pytest.param(case, path, id=f"{name}-{path.stem}")
        for name, case in CASES.items()
        for path in case.envelopes(kind)
    ]


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that holds all packages, and that Python imports from."""
    folder = tmp_path_factory.mktemp("cases")
    for name in SOUND:
        write_package(folder / CASES[name].package, CASES[name].generated[0])
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))


# ------------------------------------------------------------------------------ what is made


@pytest.mark.parametrize("name", CASES)
def test_findings(name: str, regenerate: bool) -> None:
    case = CASES[name]
    files, findings = case.generated
    path = case.folder / "stderr.txt"
    if regenerate:
        path.unlink(missing_ok=True)
        if findings:
            path.write_text(findings, encoding="utf-8")
    expected = path.read_text(encoding="utf-8") if path.exists() else ""
    assert findings == expected
    assert bool(files) == (name in SOUND)
    assert (": error: " in findings) == (name not in SOUND)


@pytest.mark.parametrize("name", SOUND)
def test_files(name: str, regenerate: bool) -> None:
    case = CASES[name]
    if regenerate:
        write_golden(case)
    folder = case.folder / "expected"
    expected = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    assert sorted(case.golden) == sorted(expected)
    for path, content in case.golden.items():
        assert content.decode() == expected[path].decode(), path


def write_golden(case: Case) -> None:
    folder = case.folder / "expected"
    for path in sorted(folder.rglob("*.py")):
        if path.relative_to(folder).as_posix() not in case.golden:
            path.unlink()
    for name, content in case.golden.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def test_a_case_tests_something() -> None:
    for name, case in CASES.items():
        assert case.golden or name not in SOUND, name
        strays = {p.name for p in case.envelopes("written")}
        assert strays <= {p.name for p in case.envelopes("samples")}, name
        assert case.envelopes("samples") or name not in SOUND or not has_ports(case)


def has_ports(case: Case) -> bool:
    return b"Operation(" in case.generated[0]["ports.py"]


# ----------------------------------------------------------------------------- how it looks


def test_ruff_would_change_nothing(packages: Path, run: Run) -> None:
    # but for the runtime: it is the toolkit's own
    command = ("-m", "ruff", "format", "--isolated", "--no-cache", "--diff")
    result = run(*command, "--exclude", "_soap", ".", cwd=packages)
    assert result.returncode == 0, result.stdout[:5000] + result.stderr


def test_types(type_check: Callable[..., str], request: pytest.FixtureRequest) -> None:
    # In a folder that stays, so that mypy checks only what has changed.
    cache = request.config.cache
    assert cache is not None
    folder = cache.mkdir("cases")
    for name in SOUND:
        write_package(folder / CASES[name].package, CASES[name].generated[0])
    assert type_check(folder, *(CASES[name].package for name in SOUND)) == ""


@pytest.mark.slow
def test_types_as_pyright_sees_them(packages: Path, run: Run) -> None:
    # by the project's rules; the runtime is read with the toolkit
    with (ROOT / "pyproject.toml").open("rb") as file:
        tool = tomllib.load(file)["tool"]["pyright"]
    rules = {name: value for name, value in tool.items() if name.startswith("report")}
    config = {
        "include": [CASES[name].package for name in SOUND],
        "exclude": ["**/_soap"],
        "typeCheckingMode": tool["typeCheckingMode"],
        **rules,
    }
    (packages / "pyrightconfig.json").write_text(json.dumps(config))
    result = run("-m", "pyright", "--pythonpath", sys.executable, cwd=packages)
    assert result.returncode == 0, result.stdout[:5000] + result.stderr


@pytest.mark.parametrize("name", SOUND)
def test_every_module_imports(name: str, packages: Path) -> None:
    package = importlib.import_module(CASES[name].package)
    assert {"PORTS", "errors", "types"} <= set(dir(package))
    for member in dir(package):
        assert getattr(package, member) is not None
    for member in dir(package.types):
        assert getattr(package.types, member) is not None


# -------------------------------------------------------------------------- what it does


@pytest.mark.parametrize(("case", "path"), each("samples"))
def test_round_trip(case: Case, path: Path, packages: Path) -> None:
    operation, way, package = find(case, path)
    envelope = path.read_bytes()
    other = case.folder / "written" / path.name
    expected = other.read_bytes() if other.exists() else envelope
    if way == "fault":
        with pytest.raises(package.errors.SoapFault) as caught:
            operation.decode_response(envelope)
        assert_envelope(operation.encode_fault(caught.value), expected, element_only=())
        return
    decode = getattr(operation, f"decode_{way}")
    encode = getattr(operation, f"encode_{way}")
    value = decode(envelope)
    headers = getattr(operation, f"decode_{way}_headers")(envelope)
    written = encode(value, headers)
    assert_envelope(written, expected, element_only=())
    root = getattr(operation, f"{way}_message").root
    of_type = isinstance(value, getattr(operation, f"{way}_type"))
    assert of_type or root is not None and root.takes(value)
    again = decode(written)
    assert encode(again, headers) == written
    assert again == value or b"NaN" in envelope


@pytest.mark.parametrize(("case", "path"), each("samples"))
def test_json(case: Case, path: Path, packages: Path) -> None:
    """Values come back from JSON as they were, and are as the JSON Schema of their type says."""
    operation, way, package = find(case, path)
    envelope = path.read_bytes()
    for value, declared in values_of(operation, way, envelope):
        try:
            data = package.to_dict(value)
        except package.errors.EncodeError as error:
            assert error.message in NOT_IN_JSON
            continue
        assert not_json(data) == []
        kind = type_of(value, declared, package)
        schema = package.json_schema(kind)
        Draft202012Validator.check_schema(schema)
        if "unknown" not in path.name:  # a value that an enumeration does not know
            Draft202012Validator(schema).validate(data)
        for back in (
            package.from_dict(kind, data),
            package.from_json(kind, package.to_json(value)),
        ):
            assert back == value or b"NaN" in envelope


NOT_IN_JSON = (
    "contains itself",
    "the attachment cannot be read: only the envelope was read: its attachments are not known",
)


def not_json(data: object) -> list[object]:
    """Whatever is no JSON."""
    if isinstance(data, dict):
        names = [name for name in data if type(name) is not str]
        return [*names, *(one for each in data.values() for one in not_json(each))]
    if isinstance(data, list):
        return [one for each in data for one in not_json(each)]
    return [] if type(data) in (str, int, float, bool, type(None)) else [data]


def type_of(value: object, declared: Any, package: ModuleType) -> Any:
    """The type that a message was read as: the declared one, or what may be in its place."""
    if isinstance(value, tuple):
        kind = type(value[1]) if value[1] else Any
        return tuple[Literal[value[0]], kind]
    return declared | package.Nil | None if not value else type(value)


def values_of(
    operation: Any, way: str, envelope: bytes
) -> Iterator[tuple[object, Any]]:
    """What an envelope holds, and its type: the message and its headers, or a fault's detail."""
    if way != "fault":
        declared = getattr(operation, f"{way}_type")
        yield getattr(operation, f"decode_{way}")(envelope), declared
        headers = getattr(operation, f"decode_{way}_headers")(envelope)
        yield from [] if headers is None else [(headers, type(headers))]
        return
    try:
        operation.decode_response(envelope)
    except Exception as fault:
        detail = getattr(fault, "detail", None)
        if detail:
            yield detail, type(detail)


@pytest.mark.parametrize(("case", "path"), each("refused"))
def test_refused(case: Case, path: Path, packages: Path, regenerate: bool) -> None:
    operation, way, package = find(case, path)
    with pytest.raises(package.errors.DecodeError) as caught:
        getattr(operation, f"decode_{way}")(path.read_bytes())
    reason = path.with_suffix(".txt")
    if regenerate:
        reason.write_text(f"{caught.value}\n", encoding="utf-8")
    assert reason.read_text(encoding="utf-8") == f"{caught.value}\n"


def find(case: Case, path: Path) -> tuple[Any, str, ModuleType]:
    """The operation that a sample is of (the first port's that has one of its name, or the only
    one; `name@Port` says which port's), its direction, and the package. Any: an operation is of
    the package's own class.
    """
    package = importlib.import_module(case.package)
    name, way = path.name.split(".")[:2]
    name, _, where = name.partition("@")
    operations = [
        operation
        for port in package.PORTS.values()
        if where in ("", port.name)
        for key, operation in port.operations.items()
        if key == name or len(port.operations) == 1
    ]
    assert operations, f"no operation for {path.name}"
    assert way in ("request", "response", "fault")
    return operations[0], way, package


def test_names_are_told_apart() -> None:
    assert len({case.package for case in CASES.values()}) == len(CASES)
    assert os.path.commonpath(c.folder for c in CASES.values()) == str(FOLDER)
