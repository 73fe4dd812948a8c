"""Examples of the manual as type checkers see them, in strict mode: pages that users copy from.

The gallery's are checked by tests/test_gallery.py, those of docs/gateway by tests/gateway/test_gateway_docs.py.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import test_manual
from conftest import ROOT
from pyright_strict import pyright_strict

HARDWARE = "hardware-keys"
PAGES = tuple(
    page
    for page in test_manual.PAGES
    if any(block.kind == "python" for block in test_manual.blocks_of(page))
)
SERVED = ROOT / "spec" / "clickatell" / "clickatell.wsdl"


class Maker(test_manual.Reader):
    """Saves the files and the examples of a page, and makes its packages; runs nothing else."""

    def read(self, page: str) -> None:
        self._page = page.replace("-", "_")
        self._count = 0
        super().read(page)

    def run(self, example: str, expected: str) -> None:
        self._count += 1
        path = self.folder / f"{self._page}_{self._count}.py"
        path.write_text(example, encoding="utf-8")

    def command(self, command: str, expected: str) -> None:
        if command.startswith("soapwright generate"):
            program = [sys.executable, "-m", *shlex.split(command)]
            subprocess.run(program, cwd=self.folder, check=True, capture_output=True)
        elif command.startswith("curl -s -o gateway.wsdl "):
            shutil.copy(SERVED, self.folder / "gateway.wsdl")

    def begin(self, command: str, expected: str) -> None:
        """Nothing is called."""


@pytest.fixture(scope="module", params=["pages", HARDWARE])
def folder(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with each example as a module, and the packages that pages make."""
    pages = [page for page in PAGES if page != HARDWARE]
    if request.param == HARDWARE:
        pages = [HARDWARE]
        if find_spec("pkcs11") is None:
            pytest.skip("there is no python-pkcs11")
    folder = tmp_path_factory.mktemp("pages")
    (folder / "spec").symlink_to(ROOT / "spec")
    for page in pages:
        Maker(folder, {test_manual.GATEWAY: test_manual.GATEWAY}).read(page)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for number, text in enumerate(re.findall(r"```python\n(.*?)```", readme, re.S)):
        (folder / f"readme_{number}.py").write_text(text, encoding="utf-8")
    return folder


def test_mypy_accepts_the_examples(folder: Path) -> None:
    files = sorted(path.name for path in folder.glob("*.py"))
    assert len(files) > 5
    options = ("--strict", "--no-error-summary", "--config-file=")
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *files],
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(ROOT / "generated")},
        capture_output=True,
        encoding="utf-8",
    )
    assert (checked.stdout + checked.stderr, checked.returncode) == ("", 0)


@pytest.mark.slow
def test_pyright_accepts_the_examples(folder: Path) -> None:
    assert pyright_strict(folder, ROOT / "generated") == ""
