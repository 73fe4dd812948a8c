"""The programs of docs/gallery.md run against mocks of their services, and are well typed.

Their WSDLs are the vendors' and no part of the project: where they are not at hand, the programs are skipped.
"""

from __future__ import annotations

import importlib
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT
from pyright_strict import pyright_strict

from soapwright.testing import MockTransport

CORPUS = ROOT.parent / "shared" / "corpus"
PAGE = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
_SECTION = re.compile(r"^## (?P<title>.+?)(?::.*)?$", re.MULTILINE)
_WSDL = re.compile(r"<!-- wsdl: (\S+); saved as: (\S+) -->")


@dataclass(frozen=True)
class Service:
    """One service of the page: its WSDL in the corpus, the name it is saved by, the command, the program."""

    title: str
    wsdl: Path
    saved: str
    command: str
    program: str

    @property
    def package(self) -> str:
        return re.search(r"--package (\w+)", self.command)[1]


def services() -> list[Service]:
    parts = _SECTION.split(PAGE)[1:]
    found = []
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        if wsdl := _WSDL.search(text):
            (command,) = re.findall(r"```console\n\$ (.*?)\n```", text, re.DOTALL)
            (program,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
            place = CORPUS / wsdl[1]
            found.append(Service(title, place, wsdl[2], command, program))
        else:
            assert "not run" in text, f"{title}: neither a WSDL nor a reason"
    return found


SERVICES = services()


def test_there_are_ten() -> None:
    assert len(_SECTION.findall(PAGE)) == 10
    assert len(SERVICES) == 7


def make(service: Service, folder: Path) -> Path:
    """The folder of the WSDL, with the package that the page's own command makes there."""
    top = CORPUS / service.wsdl.relative_to(CORPUS).parts[0]
    shutil.copytree(top, folder, dirs_exist_ok=True)
    place = folder / service.wsdl.relative_to(top).parent
    if service.wsdl.name != service.saved:
        (place / service.wsdl.name).rename(place / service.saved)
    program, *arguments = shlex.split(service.command)
    assert program == "soapwright"
    made = subprocess.run(
        [sys.executable, "-m", "soapwright", *arguments],
        cwd=place,
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    assert "warning" not in made.stderr, made.stderr
    return place


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.package)
def test_the_program_is_well_typed_and_runs(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not service.wsdl.is_file():
        pytest.skip(f"the WSDL of {service.title} is not at hand")
    place = make(service, tmp_path)
    (place / "program.py").write_text(service.program, encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "program.py"],
        cwd=place,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout
    assert pyright_strict(place) == ""

    monkeypatch.syspath_prepend(str(place))
    package = importlib.import_module(service.package)
    mock = MockTransport(package)
    begun = package.Client.__init__

    def begin(client: object, *given: object, **named: object) -> None:
        named.pop("http_client", None)
        begun(client, *given, **named, transport=mock)

    monkeypatch.setattr(package.Client, "__init__", begin)
    exec(compile(service.program, "program.py", "exec"), {"__name__": "program"})
