"""Shared by all tests: the option that rewrites expected files, tools run on packages, documents of WSDLs.

It is the only module of its name: tests import from it, and of two the last one loaded would count.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from randomness import PROFILE

from soapwright.cli.main import main
from soapwright.model.diagnostics import Findings, SpecError
from soapwright.wsdl.documents import Documents, load

settings.load_profile(PROFILE)

ROOT = Path(__file__).parents[1]
Run = Callable[..., subprocess.CompletedProcess[str]]
Files = Mapping[str, str | bytes]
Write = Callable[[Files], Path]
Read = Callable[..., tuple[Documents | None, list[str]]]
SERVICE = (ROOT / "tests" / "cases" / "bare" / "service.wsdl").read_text(
    encoding="utf-8"
)
BROKEN = SERVICE.replace("</portType>", "</portTyp>")
DANGLING = SERVICE.replace('type="tns:Report"', 'type="tns:Rapport"')


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


class Shell:
    """Runs `soapwright` in a folder."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    def __call__(self, *arguments: str) -> Outcome:
        self._capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments), prog_name="soapwright")
        said = self._capture.readouterr()
        return Outcome(int(ended.value.code or 0), said.out, said.err)


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "service.wsdl").write_text(SERVICE, encoding="utf-8")
    (tmp_path / "broken.wsdl").write_text(BROKEN, encoding="utf-8")
    (tmp_path / "dangling.wsdl").write_text(DANGLING, encoding="utf-8")
    return Shell(capsys)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regenerate",
        action="store_true",
        help="rewrite what tests/cases expects; look at the difference before you commit it",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """The processes of `-n auto`: one more than there are cores, as many tests wait for something."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def regenerate(request: pytest.FixtureRequest) -> bool:
    """Whether expected files are to be rewritten instead of compared."""
    return bool(request.config.getoption("regenerate"))


@pytest.fixture(scope="session")
def run() -> Run:
    """Runs this Python with arguments, as a user would: text out, nothing of pytest's environment."""

    def run_python(
        *arguments: str | Path, cwd: Path, timeout: float = 300, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=cwd,
            env={**clean, "PYTHONIOENCODING": "utf-8", **environment},
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
        )

    return run_python


@pytest.fixture(scope="session")
def type_check(run: Run, request: pytest.FixtureRequest) -> Callable[..., str]:
    """`mypy --strict` on packages in a folder, without any configuration; "" where it is content."""
    cache = request.config.cache
    assert cache is not None

    def check(folder: Path, *packages: str) -> str:
        chosen = [word for name in packages for word in ("-p", name)]
        result = run(
            *(
                "-m",
                "mypy",
                "--strict",
                "--no-error-summary",
                "--config-file=",
            ),
            *("--cache-dir", cache.mkdir("mypy")),
            *chosen,
            cwd=folder,
        )
        return (result.stdout + result.stderr) if result.returncode else ""

    return check


# --------------------------------------------------------------------------- a real browser

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")


@pytest.fixture
def browser() -> Iterator[Any]:  # Any: selenium is not always there
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("there is no Chromium with its chromedriver here")
    webdriver = pytest.importorskip("selenium.webdriver", reason="no selenium here")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        *("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"),
        *("--window-size=1180,640", "--disable-gpu", "--hide-scrollbars"),
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(DRIVER)
    driver = webdriver.Chrome(options=options, service=service)
    try:
        driver.implicitly_wait(10)
        yield driver
    finally:
        driver.quit()


# ------------------------------------------------------------------- documents of the front end


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files, by their paths relative to a folder, and gives the folder."""

    def write_files(files: Files) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return write_files


@pytest.fixture
def read(write: Write) -> Read:
    """Loads the first of some files; gives the documents, None where they are refused, and every
    finding as it is printed."""

    def read_files(files: Files, *catalogs: str) -> tuple[Documents | None, list[str]]:
        folder = write(files)
        findings = Findings()
        entry = Path(next(iter(files)))
        try:
            documents = load(entry, [Path(c) for c in catalogs], findings, base=folder)
        except SpecError as error:
            assert list(error.diagnostics) == list(findings)
            return None, [str(d) for d in findings]
        return documents, [str(d) for d in findings]

    return read_files


@pytest.fixture(scope="session")
def corpus() -> list[Path]:
    """The entry of each WSDL of the shared corpus."""
    folder = ROOT.parent / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip("the shared corpus of real WSDLs is not here")
    entries = []
    for source in sorted(folder.glob("*/SOURCE.txt")):
        lines = source.read_text(encoding="utf-8").splitlines()
        entry = next(line for line in lines if line.startswith("entry:"))
        entries.append(source.parent / entry.partition(":")[2].strip())
    return entries
