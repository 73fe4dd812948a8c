"""WS-Addressing with live peers: gSOAP's plugin, zeep's, and PHP's headers call a service that demands it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from support import PEERS, answers, listening, required
from test_clients import GSOAP

from soapwright.envelopes.packages import import_package
from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

CASE = PEERS.parents[1] / "cases" / "addressing"
IMPORTS = "/usr/share/gsoap/import"
PLUGIN = Path("/usr/share/gsoap/plugin/wsaapi.c")
PHP = ["php", "-r", "exit(class_exists('SoapClient')?0:1);"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package, which is generated: Any."""
    folder = tmp_path_factory.mktemp("desk") / "interop_desk"
    package = generate(CASE / "service.wsdl", Options("interop_desk"))
    write_package(folder, package.files)
    yield import_package(folder)


@pytest.fixture
def location(desk: Any) -> Iterator[str]:
    """Where a service listens that demands WS-Addressing's headers."""

    class Desk(desk.server.DeskService):  # type: ignore[misc]  # a generated package
        def ask(self, *, what: str) -> str:
            assert desk.server.current_call().addressing is not None
            return f"answer to {what}"

        def ask_again(self, *, what: str) -> str:
            return what

        def tell(self, *, news: str) -> None:
            """Nobody asks for an answer."""

    with listening(desk.server.asgi(Desk())) as base:
        yield f"{base}/"


def test_gsoap(location: str, tmp_path: Path) -> None:
    required(answers("sh", "-c", GSOAP) and PLUGIN.exists(), "gSOAP")
    shutil.copy(CASE / "service.wsdl", tmp_path)
    subprocess.run(
        ["wsdl2h", "-s", "-o", "client.h", "service.wsdl"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    header = tmp_path / "client.h"
    text = header.read_text()
    if '#import "wsa5.h"' not in text:
        header.write_text(f'#import "wsa5.h"\n{text}')
    gsoap = PLUGIN.parents[1]
    made = ["soapC.cpp", "soapClient.cpp", "wsaapi.cpp", "-lgsoap++"]
    shutil.copy(PLUGIN, tmp_path / "wsaapi.cpp")
    for command in (
        ["soapcpp2", "-1", "-CL", "-x", "-w", f"-I{IMPORTS}", "client.h"],
        [
            *("g++", "-w", "-O0", "-I.", f"-I{gsoap}", f"-I{gsoap}/plugin"),
            *("-o", "client", str(PEERS / "addressing.cpp"), *made),
        ],
    ):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
    done = subprocess.run(
        [tmp_path / "client", location], capture_output=True, text=True, timeout=60
    )
    said = "answer to now urn:desk:answered related\n"
    assert (done.stdout, done.stderr) == (said, "")


def test_zeep(location: str) -> None:
    required(find_spec("zeep") is not None, "zeep")
    # only where it is installed
    import zeep
    from zeep.plugins import HistoryPlugin

    history = (
        HistoryPlugin()
    )  # the headers it writes by itself, where a WSDL has actions
    client = zeep.Client(str(CASE / "service.wsdl"), plugins=[history])
    service = client.create_service("{urn:desk}Desk", location)
    assert service.ask(what="now") == "answer to now"
    wsa = "{http://www.w3.org/2005/08/addressing}"
    sent = history.last_sent["envelope"].findtext(f".//{wsa}MessageID")
    received = history.last_received["envelope"]
    assert received.findtext(f".//{wsa}RelatesTo") == sent
    assert received.findtext(f".//{wsa}Action") == "urn:desk:answered"


def test_php(location: str, tmp_path: Path) -> None:
    required(answers(*PHP), "PHP's SoapClient")
    text = (CASE / "service.wsdl").read_text(encoding="utf-8")
    wsdl = tmp_path / "service.wsdl"
    # it reads no WSDL with an extension that is required
    wsdl.write_text(re.sub(' wsdl:required="[^"]*"', "", text), encoding="utf-8")
    done = subprocess.run(
        ["php", str(PEERS / "addressing.php"), str(wsdl), location],
        capture_output=True,
        text=True,
        timeout=60,
    )
    said = "answer to now urn:desk:answered urn:uuid:from-php\n"
    assert (done.stdout, done.stderr) == (said, "")
