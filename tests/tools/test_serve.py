"""Mocks: sample replies that read, recorded ones, and the server on its socket."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import fields
from http.client import HTTPConnection
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.request import urlopen

import pytest
from conftest import ROOT, Run

from soapwright.envelopes.packages import import_package, package_api
from soapwright.envelopes.samples import Samples
from soapwright.model.diagnostics import SpecError
from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.tools.serve import mock, serve

CASES = sorted(
    path.name
    for path in (ROOT / "tests" / "cases").iterdir()
    if path.is_dir() and not path.name.startswith("failing-")
)
LOST = b"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<s:Fault><faultcode>s:Client</faultcode><faultstring>lost</faultstring><detail>
<m:missing xmlns:m="urn:library">Emma</m:missing></detail></s:Fault></s:Body></s:Envelope>"""
TITLES = b"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<titlesResponse xmlns="urn:library"><title>Emma</title><title>Emma again</title>
</titlesResponse></s:Body></s:Envelope>"""
COUNT = b"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<count xmlns="urn:library">42</count></s:Body></s:Envelope>"""


def make(case: str, folder: Path) -> Path:
    source = ROOT / "tests" / "cases" / case
    path = source / "options.json"
    given = json.loads(path.read_text()) if path.exists() else {}
    options = Options(
        "made",
        wire=given.get("wire", ""),
        catalogs=tuple(map(Path, given.get("catalog", ()))),
    )
    with chdir(source):
        package = generate(Path(given.get("entry", "service.wsdl")), options)
    write_package(folder, package.files)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_samples_are_valid(case: str, tmp_path: Path) -> None:
    """Each reads, and is written again; a required thing that is missing would not."""
    folder = make(case, tmp_path / "made")
    package, api = import_package(folder), package_api(folder)
    samples = Samples(api)
    for port in api.ports:
        for operation in port.operations:
            served = package.PORTS[port.key].operations[operation.key]
            if operation.output is not None:
                sample = samples.envelope(port, operation.output)
                reply, headers = served.read_response(sample)
                are_there(headers, package)
                if case != "attachments":  # its values are beside the envelope
                    package.validate(reply)
                written = served.encode_response(reply, headers)
                assert served.encode_response(*served.read_response(written)) == written
            if operation.input is not None:
                sample = samples.envelope(port, operation.input)
                request, headers = served.read_request(sample)
                are_there(headers, package)
                if case != "attachments":
                    package.validate(request)
                assert served.encode_request(request, headers)


def are_there(headers: Any, package: ModuleType) -> None:
    """All declared header blocks, and as they should be."""
    if headers is not None:
        assert [
            f.name for f in fields(headers) if getattr(headers, f.name) is None
        ] == []
        package.validate(headers)


def test_samples_are_the_same_each_time(tmp_path: Path) -> None:
    api = package_api(make("rpc-graphs", tmp_path / "made"))
    port = api.ports[0]
    made = [
        [Samples(api).envelope(port, o.output) for o in port.operations if o.output]
        for _ in range(2)
    ]
    assert made[0] == made[1]


# ------------------------------------------------------------------------------ on a socket


WITHOUT_UVICORN = """
import sys
sys.modules["uvicorn"] = None  # as where it is not installed
from soapwright.cli.main import main
main()
"""
SERVERS = {"uvicorn": ("-m", "soapwright"), "our own": ("-c", WITHOUT_UVICORN)}


@contextmanager
def served(*arguments: str | Path, server: str) -> Iterator[str]:
    command = [sys.executable, *SERVERS[server], "serve", *map(str, arguments)]
    process = subprocess.Popen(
        [*command, "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process, process.stdout:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@pytest.mark.parametrize("server", SERVERS)
def test_a_mock_answers_with_samples_and_with_recordings(
    server: str, tmp_path: Path
) -> None:
    folder = make("services", tmp_path / "made")
    package = import_package(folder)
    replies = tmp_path / "replies"
    replies.mkdir()
    (replies / "lend.xml").write_bytes(LOST)
    (replies / "count.xml").write_bytes(COUNT)
    with served(folder, "--replies", replies, server=server) as base:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", base)
        for path in ("", "/", "/Lending"):
            with package.LendingClient(base + path) as client:
                assert client.count() == 42
                assert client.titles(title="x") == ["string"]
                assert client.remind(card=1) is None
                with pytest.raises(package.errors.Missing) as lost:
                    client.lend(title="Emma")
                assert lost.value.detail == "Emma"
        with package.LendingClient(f"{base}/Lending12", port="Lending12") as client:
            assert client.close_(title="x") is None
        (replies / "lend.xml").unlink()
        (replies / "titles.xml").write_bytes(TITLES)
    with served(folder, "--replies", replies, server=server) as base:
        with package.LendingClient(base) as client:
            found = client.exchange("lend", package.types.Lend(title="Emma")).headers
            assert found == package.types.LendResponseHeaders(card=1)
        for port in ("Lending", "Lending12"):  # recorded in SOAP 1.1, answered in both
            with package.LendingClient(f"{base}/{port}", port=port) as client:
                assert client.titles(title="x") == ["Emma", "Emma again"]
        with package.ShelvesClient(base) as client:
            assert client.move_2(title="x", shelf="y", author="z") is True
        with package.LendingClient(f"{base}/Shelves") as client:
            with pytest.raises(package.errors.SoapFault, match="no operation"):
                client.count()
        wsdl = urlopen(f"{base}/?wsdl").read()
    found = re.findall(rb'address location="([^"]*)"', wsdl)
    assert [url.decode() for url in found] == [
        f"{base}/{port}" for port in ("Lending", "Lending12", "Shelves")
    ]


def test_the_parts_of_a_reply_do_not_wait_for_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A connection has the options of the socket that it came to."""
    options = []

    def run(app: object, listening: socket.socket) -> None:
        address = listening.getsockname()
        with socket.create_connection(address), listening.accept()[0] as accepted:
            options.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    for name in ("_on_uvicorn", "_on_our_own"):
        monkeypatch.setattr(f"soapwright.tools.serve.{name}", run)
    serve(None, "127.0.0.1", 0, lambda _: None)
    assert options == [1]


@pytest.mark.parametrize("server", SERVERS)
def test_a_mock_answers_under_its_own_names(server: str, tmp_path: Path) -> None:
    folder = make("services", tmp_path / "made")
    with served(folder, "--allow-host", "mock", server=server) as base:
        for host, status in (
            ("mock:80", 200),
            ("localhost", 200),
            ("evil.example", 421),
        ):
            connection = HTTPConnection(base.removeprefix("http://"), timeout=20)
            connection.request("GET", "/?wsdl", headers={"Host": host})
            assert connection.getresponse().status == status
            connection.close()


def test_what_cannot_be_served(run: Run, tmp_path: Path) -> None:
    folder = make("services", tmp_path / "made")
    (tmp_path / "replies").mkdir()
    (tmp_path / "replies" / "fly.xml").write_bytes(COUNT)
    (tmp_path / "replies" / "lend.xml").write_bytes(COUNT)
    result = run(
        "-m", "soapwright", "serve", folder, "--replies", tmp_path / "replies", cwd=ROOT
    )
    assert (result.returncode, result.stdout) == (2, "")
    said = result.stderr.splitlines()
    assert said[0].endswith("fly.xml:1: error: there is no operation 'fly' [reply]")
    assert said[1].startswith("hint: there are: lend, ")
    assert said[2].endswith("is there, not '{urn:library}lendResponse' [reply]")
    without = make("warning-no-soap-binding", tmp_path / "without")
    for path, message, hint in (
        (
            *(tmp_path, "this is no generated package's folder"),
            "hint: `soapwright generate` makes one\n",
        ),
        (without, "the service has no port", ""),
    ):
        result = run("-m", "soapwright", "serve", path, cwd=ROOT)
        assert result.returncode == 2
        assert result.stderr == f"{path}:1: error: {message} [package]\n{hint}"
    (folder / "_spec" / "service.wsdl").unlink()
    with pytest.raises(SpecError, match="made without its WSDL"):
        mock(folder)
    result = run(
        "-m",
        "soapwright",
        "serve",
        make("services", tmp_path / "again"),
        "--host",
        "256.0.0.1",
        cwd=ROOT,
    )
    assert (result.returncode, result.stderr[-10:]) == (2, "[address]\n")


def test_a_package_without_a_server_is_not_served(tmp_path: Path) -> None:
    wsdl = ROOT / "tests" / "cases" / "bare" / "service.wsdl"
    package = generate(wsdl, Options("made", with_server=False))
    write_package(tmp_path / "made", package.files)
    with pytest.raises(SpecError) as failed:
        mock(tmp_path / "made")
    finding = str(failed.value.diagnostics[0])
    assert "the package was made without its service classes [package]" in finding
    assert "--no-server" in finding
