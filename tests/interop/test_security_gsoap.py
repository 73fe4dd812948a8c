"""Signed and encrypted messages, and UsernameTokens, with gSOAP's plugin wsseapi as a client and as a service."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx2
import pytest
from support import PEERS, answers, listening, record, required
from test_clients import GSOAP

# Helpers of the tests beside this folder: keys, and a service with message security.
sys.path.append(str(PEERS.parents[1]))

from message_desk import (  # noqa: E402  # after the folder is in the path
    CA,
    CASE,
    CLIENT,
    SERVICE,
    Pair,
    Wire,
    ask,
    desk_in,
    keys,
    profile,
    service,
)

SHARED = Path("/usr/share/gsoap")
PLUGINS = ["wsseapi.c", "smdevp.c", "mecevp.c", "wsaapi.c", "threads.c"]
LIBRARIES = ["gsoapssl++", "ssl", "crypto", "z"]
FLAGS = ["OPENSSL", "DOM", "GZIP", "IPV6"]  # those that the library was made with
MODES = ["signed", "encrypted", "user"]
VERSIONS = {"Desk": "1.1", "Desk12": "1.2"}

both_versions = pytest.mark.parametrize("port", VERSIONS)
each_mode = pytest.mark.parametrize("mode", MODES)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package, which is generated: Any."""
    with desk_in(tmp_path_factory.mktemp("secured"), "interop_gsoap") as package:
        yield package


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """peers/wsse.cpp with the plugins, compiled."""
    plugin = SHARED / "plugin"
    installed = all((plugin / name).exists() for name in PLUGINS)
    required(answers("sh", "-c", GSOAP) and installed, "gSOAP with OpenSSL")
    folder = tmp_path_factory.mktemp("gsoap")
    shutil.copy(CASE / "service.wsdl", folder)

    def run(*command: str) -> None:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]

    run("wsdl2h", "-s", "-o", "desk.h", "service.wsdl")
    header = folder / "desk.h"
    imports = '#import "wsa5.h"\n#import "wsse.h"\n'
    header.write_text(imports + header.read_text())
    run("soapcpp2", "-1", "-x", "-w", "-L", f"-I{SHARED}/import", f"-I{SHARED}", "desk.h")  # fmt: skip
    run(
        *("g++", "-w", "-O0", *(f"-DWITH_{flag}" for flag in FLAGS)),
        *("-I.", f"-I{SHARED}", f"-I{plugin}", "-o", "wsse"),
        *(str(PEERS / "wsse.cpp"), "soapC.cpp", "soapClient.cpp", "soapServer.cpp"),
        *("-x", "c++", *(str(plugin / name) for name in PLUGINS)),
        *(str(SHARED / "custom" / "struct_timeval.c"), "-x", "none"),
        *(f"-l{name}" for name in LIBRARIES),
    )
    return folder / "wsse"


def keys_in(folder: Path, own: Pair, peer: Pair) -> Path:
    """The folder, with the files of one side."""
    (folder / "own.pem").write_bytes(own.pem + own.key_pem)
    (folder / "peer.pem").write_bytes(peer.pem)
    (folder / "authority.pem").write_bytes(CA.pem)
    return folder


def secured(desk: Any, mode: str) -> Any:
    """The profile of a mode; RSA 1.5 by name, as gSOAP's OAEP is none."""
    if mode == "signed":
        return profile(desk)
    algorithms = import_module(f"{desk.__name__}.security").Algorithms
    given = algorithms(transport="rsa-1_5", accept=["rsa-1_5"])
    return profile(desk, encrypt=["Body"], algorithms=given)


@contextmanager
def serving(program: Path, folder: Path, mode: str, port: str) -> Generator[str]:
    """gSOAP's service, for one call."""
    with subprocess.Popen(
        [program, "serve", mode, VERSIONS[port], "1"],
        cwd=keys_in(folder, SERVICE, CLIENT),
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        try:
            yield f"http://127.0.0.1:{running.stdout.readline().strip()}/"
        finally:
            running.terminate()


@both_versions
@each_mode
def test_gsoap_calls_our_service(
    desk: Any, program: Path, tmp_path: Path, mode: str, port: str
) -> None:
    if mode == "user":
        security = desk.UsernameTokens({"ida": "secret"}.get)
    else:
        security = secured(desk, mode).with_keys(keys(desk, SERVICE, CA))
    with listening(desk.server.asgi(service(desk), security=security)) as base:
        done = subprocess.run(
            [program, "call", mode, VERSIONS[port], f"{base}/{port}"],
            cwd=keys_in(tmp_path, CLIENT, SERVICE),
            capture_output=True,
            text=True,
            timeout=60,
        )
    who = "ida" if mode == "user" else "CN=client"
    good = (done.stdout, done.stderr) == (f"who? {who}\n", "")
    record("gSOAP", {f"signed theirs {mode}": good})
    assert good, done


@both_versions
@each_mode
def test_we_call_gsoaps_service(
    desk: Any, program: Path, tmp_path: Path, mode: str, port: str
) -> None:
    outgoing, security = [desk.Addressing()], None
    if mode == "user":
        outgoing.append(desk.UsernameToken("ida", "secret", digest=True))
    else:
        security = secured(desk, mode).with_keys(keys(desk, CLIENT, SERVICE))
    given = {"port": port, "outgoing": outgoing, "security": security}
    with (
        serving(program, tmp_path, mode, port) as url,
        desk.Client(url, **given) as client,
    ):
        said = client.ask(what="who?")
    good = said == ("who? ida yes" if mode == "user" else "who? yes")
    record("gSOAP", {f"signed ours {mode}": good})
    assert good, said


@both_versions
def test_gsoap_refuses_a_changed_message(
    desk: Any, program: Path, tmp_path: Path, port: str
) -> None:
    wire = Wire(desk, keys(desk, SERVICE, CA))
    ask(desk, wire, keys(desk, CLIENT, SERVICE), port)
    body = wire.request.body.replace(b"who?", b"why?")
    with serving(program, tmp_path, "signed", port) as url:
        reply = httpx2.post(url, content=body, headers=wire.request.headers)
    assert reply.status_code >= 400 and "FailedCheck" in reply.text


def test_gsoap_has_no_oaep(desk: Any, program: Path, tmp_path: Path) -> None:
    """What it names OAEP is padded as RSA 1.5, in both directions."""
    security = profile(desk, encrypt=["Body"]).with_keys(keys(desk, CLIENT, SERVICE))
    given = {"outgoing": [desk.Addressing()], "security": security}
    with (
        serving(program, tmp_path, "encrypted", "Desk") as url,
        desk.Client(url, **given) as client,
        pytest.raises(desk.errors.SoapFault, match="action"),
    ):
        client.ask(what="who?")
