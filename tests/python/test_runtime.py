"""What of the runtime a package carries: the modules that its code needs, and no others."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from soapwright import runtime
from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.python.runtime import homes, runtime_uses
from soapwright.python.text.runtime_name import RuntimeName

CASES = ROOT / "tests" / "cases"
RUNTIME = ROOT / "codegen" / "soapwright" / "runtime"
ALWAYS = {
    "secrets",
    "values",
    "errors",
    "xml",
    "codec",
    "soap",
    "http",
    "json",
    "validation",
}
ALWAYS |= {"addressing", "security"}  # as every package exports their layers


def files_of(case: str, **options: bool) -> dict[str, bytes]:
    wsdl = CASES / case / "service.wsdl"
    return generate(wsdl, Options("made", **options)).files


def carried(files: dict[str, bytes]) -> dict[str, bytes]:
    """What a package has of the runtime, by the path there."""
    return {
        path.removeprefix("_soap/"): content
        for path, content in files.items()
        if path.startswith("_soap/")
    }


@pytest.mark.parametrize(
    ("case", "server", "more"),
    [
        ("bare", False, set()),
        ("bare", True, {"server"}),
        ("wildcards", False, {"wildcards"}),
        ("rpc-graphs", False, {"attachments", "encoding", "streaming", "wildcards"}),
    ],
)
def test_a_package_carries_the_wings_that_it_needs(
    case: str, server: bool, more: set[str]
) -> None:
    paths = carried(files_of(case, with_server=server))
    wings = {path.partition("/")[0] for path in paths if "/" in path}
    assert wings == ALWAYS | more


def test_a_module_is_the_same_wherever_it_is_carried() -> None:
    for path, content in carried(files_of("rpc-graphs")).items():
        if path != "__init__.py":
            assert content == (RUNTIME / path).read_bytes()


def test_the_face_is_read_as_python_reads_it() -> None:
    assert set(homes()) == set(runtime.__all__)
    for name, home in homes().items():
        module = importlib.import_module(f"soapwright.runtime.{home}")
        assert getattr(module, name) is getattr(runtime, name)


def test_what_only_looks_like_an_import() -> None:
    """Names and texts of a WSDL stand in emitted code, too."""
    texts = [
        b"from ._soap import read_Soap as read_Soap",
        b"    from ._soap.gone import it",
    ]
    texts += [b"soap.nothing", b"from ._soap.codec import gone, index"]
    assert runtime_uses(texts, RuntimeName()) == ("codec.index",)
    assert runtime_uses(
        [b"from acme.soap.http import client"], RuntimeName("acme.soap")
    ) == ("http.client",)


def test_a_package_without_a_server() -> None:
    files = files_of("bare", with_server=False)
    assert "server.py" not in files and "py.typed" in files
    assert not re.search(rb"\bserver\b", files["__init__.py"])


@pytest.mark.parametrize("case", ["bare", "wildcards", "rpc-graphs"])
def test_every_module_that_is_carried_can_be_imported(
    case: str, tmp_path: Path
) -> None:
    """So nothing that one of them imports is missing, wherever the import stands."""
    write_package(tmp_path / "made", files_of(case))
    code = (
        "import importlib, pkgutil, made\n"
        "for module in pkgutil.walk_packages(made.__path__, 'made.'):\n"
        "    importlib.import_module(module.name)\n"
        "[getattr(made, name) for name in made.__all__]"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
