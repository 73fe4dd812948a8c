"""What is written about the project is true of it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

import soapwright
from soapwright.model.diagnostics import Findings
from soapwright.passes import PASSES
from soapwright.tools.docs.markdown import Markdown

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ENDPOINT = "http://127.0.0.1:8900"


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_architecture_lists_the_passes_in_their_order() -> None:
    section = (
        read("ARCHITECTURE.md").partition("## The passes")[2].partition("\n## ")[0]
    )
    listed = re.findall(r"^\d+\. `(\w+)`: (.+?)(?=^\d+\. |\Z)", section, re.M | re.S)
    names = [one.__name__ for one in PASSES]
    assert [name for name, _ in listed] == names
    for name, text in listed:
        assert len(re.findall(r"\.(?=\s|\Z)", text)) == 2, f"{name}: two sentences"


def test_each_pass_is_a_file_of_its_name() -> None:
    for one in PASSES:
        assert one.__module__ == f"soapwright.passes.{one.__name__}"


def test_the_architecture_names_each_module_of_the_runtime() -> None:
    modules = {
        path.stem
        for path in (ROOT / "codegen" / "soapwright" / "runtime").rglob("*.py")
    }
    named = set(re.findall(r"`(\w+)(?:\.py)?`", read("ARCHITECTURE.md")))
    assert modules - named == {"__init__"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Of every page, whether the manual's site has it or not; that checks anchors too."""
    text = Markdown(page.read_text(encoding="utf-8"), page.name, Findings())
    links = [link.target.partition("#")[0] for link in text.links()]
    local = [link for link in links if link and not re.match(r"https?:", link)]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_folders_that_the_readme_names_exist() -> None:
    table = read("README.md").partition("## Where things live")[2]
    folders = re.findall(r"^\| `([\w/]+/)`", table, re.M)
    assert len(folders) > 5
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []


def test_make_targets_that_are_named_exist() -> None:
    makefile = read("Makefile")
    for page in PAGES:
        for target in re.findall(r"`make ([\w-]+)", page.read_text(encoding="utf-8")):
            assert re.search(
                rf"^{target}:.*## ", makefile, re.M
            ), f"{page.name}: {target}"


def test_the_changelog_knows_the_version() -> None:
    assert f"\n## {soapwright.__version__}\n" in read("CHANGELOG.md")


def test_the_readme_knows_how_many_files_a_package_has() -> None:
    folder = ROOT / "generated" / "clickatell"
    files = [p for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc"]
    assert f"build/clickatell: {len(files)} files written, 0 unchanged" in read(
        "README.md"
    )


# ------------------------------------------------------------------- the readme's examples


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    """The address of a gateway in a box."""
    command = [sys.executable, "-m", "soapwright_clickatell", "sandbox", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process, process.stdout:
        yield process.stdout.readline().strip()
        process.terminate()


def test_the_readmes_examples_run(
    sandbox: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    examples = re.findall(r"```python\n(.*?)```", read("README.md"), re.S)
    assert len(examples) == 5
    for example in examples:
        names: dict[str, object] = {"__name__": "example"}
        assert "8900" not in example or ENDPOINT in example
        exec(compile(example.replace(ENDPOINT, sandbox), "README.md", "exec"), names)
        for name, function in names.items():
            if name.startswith("test_") and callable(function):
                function()
    said = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"ID: \w{32}", said[0])
    assert re.fullmatch(r"\['Credit: [\d.]+', 'Credit: [\d.]+'\]", said[1])
    assert said[2].startswith("no SOAP reply: HTTP 404 (text/plain")
    assert said[3:] == ["996f364775e24b8432f45d77da8eca47 is 4"]
