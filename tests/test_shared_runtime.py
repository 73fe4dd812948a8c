"""One runtime for all packages of a project, and what stays each package's own."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from conftest import ROOT, Shell

from soapwright.envelopes.packages import import_package, runtime_module
from soapwright.testing import RecordedTransport
from soapwright.tools.serve import mock

SAMPLES = ("temperature", "draw")
CASES = ROOT / "tests" / "cases"
SHARED = 'runtime = {output = "acme/soap", name = "acme.soap"}\n'
PROJECT = """
[[tool.soapwright.package]]
wsdl = "bare.wsdl"
output = "acme/bare"
name = "acme.bare"
secret = ["station"]

[[tool.soapwright.package]]
wsdl = "graphs.wsdl"
output = "acme/graphs"
name = "acme.graphs"
server = false
"""


def write_project(runtime: str = SHARED, packages: str = PROJECT) -> None:
    Path("pyproject.toml").write_text(f"[tool.soapwright]\n{runtime}{packages}")


@pytest.fixture
def project(shell: Shell) -> Shell:
    """A project of two packages that share a runtime, in step."""
    shutil.copy(CASES / "bare" / "service.wsdl", "bare.wsdl")
    shutil.copy(CASES / "rpc-graphs" / "service.wsdl", "graphs.wsdl")
    write_project()
    assert shell("generate").code == 0
    assert shell("check").code == 0
    return shell


@pytest.fixture
def acme(
    project: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Any, Any]]:
    """The two packages, imported."""
    monkeypatch.syspath_prepend(str(tmp_path))
    import acme.bare  # type: ignore[import-not-found]  # generated just now
    import acme.graphs  # type: ignore[import-not-found]  # the same

    yield acme.bare, acme.graphs
    forget()


def forget() -> None:
    for name in [n for n in sys.modules if n.partition(".")[0] == "acme"]:
        del sys.modules[name]


def paths(folder: str) -> set[str]:
    found = Path(folder).rglob("*.py")
    return {path.relative_to(folder).as_posix() for path in found}


# ------------------------------------------------------------------------ what is written


def test_the_runtime_is_there_once(project: Shell) -> None:
    assert not Path("acme/bare/_soap").exists()
    assert not Path("acme/graphs/_soap").exists()
    runtime = paths("acme/soap")
    assert {"encoding/arrays.py", "server/serving.py"} <= runtime  # one needs each
    assert Path("acme/soap/py.typed").exists()
    said = "\n".join(
        path.read_text()
        for package in ("bare", "graphs")
        for path in Path("acme", package).rglob("*.py")
    )
    assert "_soap" not in said and "from acme import soap" in said


def test_it_has_what_the_packages_use_and_no_more(project: Shell) -> None:
    bare = PROJECT.split("[[")[1]
    write_project(packages=f"[[{bare}")
    done = project("check")
    assert done.code == 1 and "acme/soap" in done.err
    assert "acme/soap/encoding/arrays.py" in done.out
    assert project("generate").code == 0
    assert not Path("acme/soap/encoding").exists()
    assert project("check").code == 0
    write_project()
    assert project("check").code == 1
    assert project("generate").code == 0
    assert Path("acme/soap/encoding/arrays.py").exists()


def test_a_package_moves_to_the_runtime_and_back(project: Shell) -> None:
    shared = {
        path: (Path("acme/bare") / path).read_bytes() for path in paths("acme/bare")
    }
    write_project(runtime="")
    assert project("generate").code == 0
    assert Path("acme/bare/_soap/http/client.py").exists()
    write_project()
    assert project("generate").code == 0
    assert shared == {
        path: (Path("acme/bare") / path).read_bytes() for path in paths("acme/bare")
    }
    assert not Path("acme/bare/_soap").exists()


def test_an_edit_of_the_runtime_is_seen(project: Shell) -> None:
    path = Path("acme/soap/http/client.py")
    good = path.read_bytes()
    path.write_bytes(good + b"# mine\n")
    done = project("check")
    assert done.code == 1 and "edited by hand" in done.err
    assert project("generate").code == 0
    assert path.read_bytes() == good


def test_one_wsdl_on_the_command_line_has_a_runtime_of_its_own(project: Shell) -> None:
    given = ("generate", "bare.wsdl", "--output", "alone", "--package", "alone")
    assert project(*given).code == 0
    assert Path("alone/_soap/http/client.py").exists()


@pytest.mark.parametrize(
    ("runtime", "finding"),
    [
        ('runtime = "acme"', "'runtime' is no table"),
        ('runtime = {output = "x"}', "'runtime' has no 'name'"),
        ('runtime = {output = "x", name = "a-b"}', "'a-b' is no name for a package"),
        ('runtime = {output = "x", name = "a", to = "b"}', "has no key 'to'"),
        ('runtime = {output = 1, name = "a"}', "'output' of 'runtime' is no string"),
        ('runtime = {output = "acme/bare/x", name = "a"}', "lie in each other"),
        ('runtime = {output = "acme", name = "a"}', "lie in each other"),
        ('runtime = {output = "x", name = "acme.bare"}', "are both 'acme.bare'"),
    ],
)
def test_what_is_wrong_with_it_is_found(
    project: Shell, runtime: str, finding: str
) -> None:
    write_project(f"{runtime}\n")
    done = project("generate")
    assert done.code == 2 and finding in done.err
    assert "pyproject.toml:2: error:" in done.err


# ------------------------------------------------------------------------- what is shared


def test_errors_and_values_are_the_same(acme: tuple[Any, Any]) -> None:
    bare, graphs = acme
    assert bare.errors.SoapError is graphs.errors.SoapError
    assert bare.UNSET is graphs.UNSET
    assert bare.AnyElement is graphs.AnyElement
    for package in acme:
        port = next(iter(package.PORTS.values()))
        operation = next(iter(port.operations.values()))
        with pytest.raises(bare.errors.SoapError):
            operation.decode_response(b"no envelope")


def test_mypy_accepts_them(project: Shell) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file="]
    command += ["-p", "acme.bare", "-p", "acme.graphs", "-p", "acme.soap"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


# -------------------------------------------------------------------- what is not shared


class Page:
    """A transport that answers with a page."""

    def __init__(self, package: ModuleType) -> None:
        self._response = runtime_module(package, "http.transport").Response

    def send(self, request: object) -> Any:
        return self._response(
            500, {}, b"<station>hidden</station> <other>shown</other>"
        )


def test_secrets_and_loggers_are_each_packages_own(
    acme: tuple[Any, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = []
    for package, case, name in zip(acme, ("bare", "rpc-graphs"), SAMPLES, strict=True):
        client = package.Client("http://x/", transport=Page(package))
        operation = client._port.operations[name]
        sample = CASES / case / "samples" / f"{name}.request.xml"
        value = operation.decode_request(sample.read_bytes())
        with pytest.raises(package.errors.TransportError) as caught:
            client.exchange(name, value)
        said.append(f"{caught.value} {caught.value.exchange!r}")
    assert "hidden" not in said[0] and "shown" in said[0]
    assert "hidden" in said[1]
    assert acme[0].redact("<station>x</station>") == "<station>***</station>"
    assert acme[1].redact("<station>x</station>") == "<station>x</station>"
    logged = {
        name: "".join(r.getMessage() for r in caplog.records if r.name == name)
        for name in ("acme.bare", "acme.graphs")
    }
    assert "shown" in logged["acme.bare"] and "hidden" not in logged["acme.bare"]
    assert "hidden" in logged["acme.graphs"]


def test_limits_are_each_clients_own(acme: tuple[Any, Any]) -> None:
    bare, _ = acme
    reply = (CASES / "bare" / "samples" / "temperature.response.xml").read_bytes()
    transport = RecordedTransport(bare, {"temperature": reply})
    few = bare.Limits(envelope=len(reply) - 1)
    request = CASES / "bare" / "samples" / "temperature.request.xml"
    for limits, fits in ((None, True), (few, False), (None, True)):
        client = bare.Client("http://x/", transport=transport, limits=limits)
        value = client._port.operations["temperature"].decode_request(
            request.read_bytes()
        )
        if fits:
            assert client.exchange("temperature", value).status == 200
        else:
            with pytest.raises(bare.errors.DecodeError, match="bytes in an envelope"):
                client.exchange("temperature", value)


# ---------------------------------------------------------------------------- the tools


def test_the_tools_find_the_runtime(project: Shell) -> None:
    package = import_package(Path("acme/bare"))
    try:
        assert runtime_module(package, "http.transport").__name__ == (
            "acme.soap.http.transport"
        )
        assert mock(Path("acme/bare")) is not None
        done = project("serve", "acme/graphs")
        assert done.code == 2 and "made without its service classes" in done.err
        samples = str(CASES / "bare" / "samples")
        assert project("conform", "acme/bare", samples).code == 0
        assert project("docs", "acme/bare", "--output", "site").code == 0
        shutil.rmtree("acme/soap")
    finally:
        forget()
    done = project("serve", "acme/bare")
    assert done.code == 2 and "acme.soap, is not there [package]" in done.err
    done = project("serve", "acme/soap")
    assert done.code == 2 and "no generated package" in done.err
