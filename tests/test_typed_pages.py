"""Examples of the manual as type checkers see them, in strict mode: pages that users copy from."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from test_manual import blocks_of

PAGES = (
    *("json", "observing", "mcp", "windows-login", "addressing", "clients", "layers"),
    *("conformance", "from-suds", "from-zeep", "logging", "proxies", "retries"),
    *("rpc-encoded", "security", "services", "testing", "timeouts", "tls"),
    *("transports", "username-token"),
)
"""Those whose packages are in `generated/`: the others make theirs in the page."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with each example as a module."""
    folder = tmp_path_factory.mktemp("pages")
    for page in PAGES:
        for number, block in enumerate(blocks_of(page)):
            if block.kind == "python":
                name = block.file or f"{page.replace('-', '_')}_{number}.py"
                (folder / name).write_text(block.text, encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for number, text in enumerate(re.findall(r"```python\n(.*?)```", readme, re.S)):
        (folder / f"readme_{number}.py").write_text(text, encoding="utf-8")
    return folder


def run(folder: Path, *command: str) -> str:
    environment = {**os.environ, "MYPYPATH": str(ROOT / "generated")}
    ended = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
    )
    return ended.stdout + ended.stderr if ended.returncode else ""


def test_mypy_accepts_the_examples(folder: Path) -> None:
    files = sorted(path.name for path in folder.glob("*.py"))
    assert len(files) >= 10
    options = ("--strict", "--no-error-summary", "--config-file=")
    assert run(folder, "mypy", *options, *files) == ""


@pytest.mark.slow
def test_pyright_accepts_the_examples(folder: Path) -> None:
    config = {"typeCheckingMode": "strict", "extraPaths": [str(ROOT / "generated")]}
    (folder / "pyrightconfig.json").write_text(json.dumps(config))
    assert run(folder, "pyright", "--pythonpath", sys.executable, ".") == ""
