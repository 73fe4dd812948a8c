"""Both distributions as their users have them: built, installed, run from an empty folder."""

from __future__ import annotations

import ast
import email.message
import email.policy
import os
import urllib.request
import time
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.parser import BytesParser
from pathlib import Path
from urllib.request import urlopen

import pytest
from conftest import ROOT
from environments import Environment, make_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import soapwright
import soapwright_clickatell

SOURCES = {"soapwright": ROOT, "soapwright_clickatell": ROOT / "gateway"}
VERSIONS = {
    "soapwright": soapwright.__version__,
    "soapwright_clickatell": soapwright_clickatell.__version__,
}
SAMPLES = ROOT / "spec" / "clickatell" / "samples"
DOCUMENTED = SAMPLES / "01-rpc-sendmsg-request.seed.xml"
WSDL = ROOT / "spec" / "clickatell" / "clickatell.wsdl"
# Others have these names at the top level: we must live beside them.
NEIGHBOURS = ("codegen", "clickatell")


@dataclass(frozen=True)
class Built:
    """A distribution's files."""

    wheel: Path
    sdist: Path

    @property
    def names(self) -> list[str]:
        """The files in the wheel."""
        with zipfile.ZipFile(self.wheel) as archive:
            return archive.namelist()

    @property
    def metadata(self) -> email.message.EmailMessage:
        """The wheel's metadata."""
        with zipfile.ZipFile(self.wheel) as archive:
            (name,) = [n for n in self.names if n.endswith(".dist-info/METADATA")]
            parser = BytesParser(
                email.message.EmailMessage, policy=email.policy.default
            )
            found = parser.parsebytes(archive.read(name))
        assert isinstance(found, email.message.EmailMessage)
        return found

    @property
    def requirements(self) -> list[Requirement]:
        """What the wheel requires without its extras."""
        said = map(Requirement, self.metadata.get_all("Requires-Dist", []))
        return [r for r in said if not (r.marker and "extra" in str(r.marker))]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    """What `make dist` has built, where it runs the tests; otherwise they are built here."""
    given = os.environ.get("DISTRIBUTIONS")
    folder = ROOT / given if given else tmp_path_factory.mktemp("built")
    for source in () if given else SOURCES.values():
        made = subprocess.run(
            [sys.executable, "-W", "error", "-m", "hatchling", "build", "-d", folder],
            cwd=source,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert made.returncode == 0, made.stderr
        assert "warn" not in (made.stdout + made.stderr).lower()
    return {
        name: Built(
            folder / f"{name}-{version}-py3-none-any.whl",
            folder / f"{name}-{version}.tar.gz",
        )
        for name, version in VERSIONS.items()
    }


@pytest.fixture(scope="module")
def installed(
    built: dict[str, Built], tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    """An environment with both wheels, what they require, pytest, and others of their names."""
    required = [str(r) for one in built.values() for r in one.requirements]
    folder = tmp_path_factory.mktemp("installed") / "env"
    environment = make_environment(folder, [*required, "pytest"])
    for name in NEIGHBOURS:
        (environment.site / name).mkdir()
        (environment.site / name / "__init__.py").write_text("IS_ANOTHER = True\n")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--python", environment.python, "install"),
            *("--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"),
            *(one.wheel for one in built.values()),
        ],
        check=True,
        timeout=300,
    )
    return environment


# ------------------------------------------------------------------------------- what is built


@pytest.mark.parametrize("name", SOURCES)
def test_a_wheel_installs_one_name(name: str, built: dict[str, Built]) -> None:
    tops = {path.split("/")[0] for path in built[name].names}
    assert tops == {name, f"{name}-{VERSIONS[name]}.dist-info"}
    assert f"{name}/py.typed" in built[name].names
    assert not [path for path in built[name].names if "__pycache__" in path]


def test_the_wheels_have_what_is_no_module(built: dict[str, Built]) -> None:
    folders = {
        "soapwright": {
            "soapwright/templates": ROOT / "templates",
            "soapwright/wsdl/standard": ROOT / "codegen/soapwright/wsdl/standard",
        },
        "soapwright_clickatell": {
            "soapwright_clickatell/services": ROOT / "generated",
            "soapwright_clickatell/sandbox/web/pages": ROOT
            / "gateway/soapwright_clickatell/sandbox/web/pages",
        },
    }
    for name, expected in folders.items():
        for there, here in expected.items():
            for path in here.rglob("*"):
                inside = path.relative_to(here).as_posix()
                is_cache = "__pycache__" in inside or inside.startswith(".")
                if path.is_file() and not is_cache:
                    assert f"{there}/{inside}" in built[name].names


@pytest.mark.parametrize("name", SOURCES)
def test_the_metadata_are_whole(name: str, built: dict[str, Built]) -> None:
    metadata = built[name].metadata
    assert metadata["Version"] == VERSIONS[name]
    assert metadata["License-Expression"] == "MIT"
    assert metadata.get_all("License-File") == ["LICENSE"]
    licence = (SOURCES[name] / "LICENSE").read_bytes()
    assert licence == (ROOT / "LICENSE").read_bytes()
    assert metadata["Author"] == "the soapwright developers"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Keywords"]
    versions = {
        f"Programming Language :: Python :: 3.{minor}" for minor in (11, 12, 13, 14)
    }
    assert versions <= set(metadata.get_all("Classifier", []))
    for requirement in built[name].requirements:
        (bound,) = requirement.specifier
        assert bound.operator == ">=", f"{requirement}: a floor, and no more"


@pytest.mark.parametrize("name", SOURCES)
def test_an_index_can_show_the_description(name: str, built: dict[str, Built]) -> None:
    metadata = built[name].metadata
    assert metadata["Description-Content-Type"] == "text/markdown"
    text = metadata.get_payload()
    assert isinstance(text, str) and text.startswith(f"# {name.replace('_', '-')}\n")
    links = re.findall(r"\]\(([^)]*)\)", text)
    assert [link for link in links if not link.startswith("https://")] == []
    assert "<img" not in text


EXTRAS = (
    *("pytest", "mcp", "mcp_types", "anyio", "markdown_it"),
    "uvicorn",
    "phonenumbers",
    "PIL",
    "procrastinate",
    "psycopg",
    "cryptography",
)
"""The top names of packages that only some users have."""


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_imported_is_required(name: str, built: dict[str, Built]) -> None:
    """And what is required is imported; extras and pytest's plugin are for who has them."""
    imported = set()
    with zipfile.ZipFile(built[name].wheel) as archive:
        for path in built[name].names:
            if path.endswith(".py"):
                imported |= top_names(archive.read(path))
    foreign = imported - sys.stdlib_module_names - {name, *EXTRAS}
    required = {canonicalize_name(r.name) for r in built[name].requirements}
    assert foreign == required


def top_names(source: bytes) -> set[str]:
    """The top names of what a module imports from elsewhere."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found


def test_the_sources_have_what_their_tests_need(built: dict[str, Built]) -> None:
    needed = {
        "soapwright": (
            *("codegen/soapwright/pipeline.py", "templates/python/type.py.jinja"),
            *("tests/conftest.py", "tests/cases/bare/service.wsdl", "docs/tutorial.md"),
            *("spec/clickatell/clickatell.wsdl", "generated/clickatell/client.py"),
            *(
                "benchmarks/__main__.py",
                "gateway/pyproject.toml",
                "LICENSE",
                "Makefile",
            ),
        ),
        "soapwright_clickatell": (
            *("soapwright_clickatell/services/clickatell/client.py", "LICENSE"),
            *("soapwright_clickatell/demo/documented.xml", "docs/gateway/send.md"),
            *("tests/conftest.py", "tests/gateway/sandboxes.py"),
            f"spec/clickatell/samples/{next(SAMPLES.glob('*.xml')).name}",
        ),
    }
    for name, paths in needed.items():
        with tarfile.open(built[name].sdist) as archive:
            files = {m.name.partition("/")[2] for m in archive if m.isfile()}
        assert set(paths) - files == set()


@pytest.mark.slow
def test_the_gateways_tests_are_found_in_its_sources(
    built: dict[str, Built], tmp_path: Path
) -> None:
    with tarfile.open(built["soapwright_clickatell"].sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert found.returncode == 0, found.stdout[-2000:] + found.stderr


# --------------------------------------------------------------------------------- as installed


@dataclass(frozen=True)
class Shell:
    """Runs the installed commands in a folder outside the checkout."""

    environment: Environment
    folder: Path

    def command(self, name: str, *arguments: str | Path) -> list[str]:
        return [str(self.environment.scripts / name), *map(str, arguments)]

    @property
    def variables(self) -> dict[str, str]:
        return {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}

    def __call__(self, name: str, *arguments: str | Path, code: int = 0) -> str:
        """What a command prints."""
        ended = subprocess.run(
            self.command(name, *arguments),
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended.stdout

    @contextmanager
    def serving(self, name: str, *arguments: str | Path) -> Iterator[str]:
        """The address that a command prints first; it is stopped in the end."""
        command = self.command(name, *arguments, "--port", "0")
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdout is not None
            try:
                yield process.stdout.readline().strip()
            finally:
                process.terminate()


@pytest.fixture
def shell(installed: Environment, tmp_path: Path) -> Shell:
    return Shell(installed, tmp_path)


@pytest.fixture(scope="module")
def sms(installed: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package that the installed toolkit made, in a folder without anything else."""
    shell = Shell(installed, tmp_path_factory.mktemp("sms"))
    options = ("--output", "sms", "--package", "sms")
    assert shell("soapwright", "generate", WSDL, *options).startswith("sms: ")
    return shell.folder / "sms"


def test_the_toolkit_works_from_an_empty_folder(shell: Shell, sms: Path) -> None:
    assert "sendmsg(" in shell("python", "-m", "soapwright", "inspect", WSDL)
    shell("soapwright", "diff", sms, WSDL)
    shell("soapwright", "infer", DOCUMENTED, "--output", "drawn.wsdl")
    shell("soapwright", "conform", sms, DOCUMENTED)
    shell("soapwright", "docs", sms, "--output", "reference")
    assert (shell.folder / "reference" / "index.html").is_file()
    shutil.copytree(sms, shell.folder / "sms")
    calling = (
        "import sys, sms\n"
        "with sms.Client(sys.argv[1]) as client:\n"
        "    print(client.getbalance(api_id=1))\n"
    )
    with shell.serving("soapwright", "serve", "sms") as address:
        assert shell("python", "-c", calling, address) == "string\n"


def test_the_readmes_first_screen_works_from_an_empty_folder(shell: Shell) -> None:
    """From a URL to a green test and an answer, in less than a minute; and the console's page is there."""
    begun = time.monotonic()
    with shell.serving("clickatell", "sandbox") as gateway:
        url = f"{gateway}/soap/webservice.php?wsdl"
        shell("soapwright", "init", url, "--yes", "--package", "sms")
        assert "1 passed" in shell("python", "-m", "pytest", "-q", "-W", "error")
        account = ("api_id=1234", "user=demo", "password=demo")
        answer = shell("soapwright", "call", "sms", "getbalance", *account)
        assert json.loads(answer)["return_"].startswith("Credit: ")
    assert time.monotonic() - begun < 60
    with shell.serving("soapwright", "console", "sms") as page:
        for file in ("", "/console.js", "/style.css"):
            with urllib.request.urlopen(page + file) as reply:
                assert reply.status == 200


def test_a_project_works_from_an_empty_folder(shell: Shell) -> None:
    shutil.copy(ROOT / "spec" / "clickatell" / "callbacks.wsdl", shell.folder)
    (shell.folder / "pyproject.toml").write_text(
        '[[tool.soapwright.package]]\nwsdl = "callbacks.wsdl"\n'
        'output = "callbacks"\nname = "callbacks"\n'
    )
    shell("soapwright", "generate")
    shell("soapwright", "check", "--full")
    (shell.folder / "callbacks" / "client.py").write_text("# edited\n")
    shell("soapwright", "check", code=1)


def test_the_plugin_runs_beside_others(shell: Shell, sms: Path) -> None:
    (shell.folder / "documented").mkdir()
    shutil.copy(DOCUMENTED, shell.folder / "documented")
    (shell.folder / "pytest.ini").write_text(
        f'[pytest]\nsoapwright = "{sms}" documented\n'
    )
    (shell.folder / "test_neighbours.py").write_text(
        "import clickatell, codegen, pytest\n"
        "from soapwright.testing import assert_envelope\n"
        "def test_they_are_others():\n"
        "    assert codegen.IS_ANOTHER and clickatell.IS_ANOTHER\n"
        "    with pytest.raises(AssertionError):\n"
        "        assert_envelope(b'<a/>', b'<b/>')\n"
    )
    options = ("-q", "-W", "error", "-p", "no:cacheprovider")
    assert "2 passed" in shell("python", "-m", "pytest", *options)


def test_the_gateway_works_from_an_empty_folder(shell: Shell) -> None:
    assert "sandbox" in shell("clickatell", "--help")
    assert VERSIONS["soapwright_clickatell"] in shell("clickatell", "--version")
    account = ("--user", "demo", "--password", "demo", "--api-id", "1234")
    with shell.serving("clickatell", "sandbox") as address:
        with urlopen(f"{address}/inbox", timeout=30) as page:
            assert page.status == 200
        endpoint = ("--endpoint", f"{address}/soap/webservice.php")
        balance = shell(
            "python", "-m", "soapwright_clickatell", "balance", *account, *endpoint
        )
        assert float(balance) == 10
