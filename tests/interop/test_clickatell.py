"""Foreign clients call each operation of Clickatell's four services, served from our packages."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from support import PEERS, answers, listening, record, required

PHP = ["php", "-r", "exit(class_exists('SoapClient') ? 0 : 1);"]
CLIENTS: dict[str, tuple[list[str], list[str] | None]] = {
    "PHP SoapClient": (["php", str(PEERS / "calls.php")], PHP),
    "zeep": ([sys.executable, str(PEERS / "calls.py"), "zeep"], None),
    "suds": ([sys.executable, str(PEERS / "calls.py"), "suds"], None),
}
SERVICES = (
    "clickatell",
    "clickatell_vs",
    "clickatell_document_literal",
    "clickatell_callbacks",
)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("peer", CLIENTS)
def test_each_operation_is_called(tmp_path: Path, peer: str, service: str) -> None:
    command, probe = CLIENTS[peer]
    required(answers(*probe) if probe else find_spec(peer) is not None, peer)
    package = importlib.import_module(service)
    (port,) = package.PORTS.values()
    calls = [
        {"operation": key, "given": given(operation)}
        for key, operation in port.operations.items()
    ]
    seen: dict[str, dict[str, Any]] = {}
    with listening(package.server.asgi(answering(package, seen))) as base:
        run = {"wsdl": f"{base}/?wsdl", "location": f"{base}/", "calls": calls}
        path = tmp_path / "run.json"
        path.write_text(json.dumps(run), encoding="utf-8")
        done = subprocess.run(
            [*command, str(path)],
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )
    wrong = done.stderr[-1000:]
    told = dict(json.loads(line) for line in done.stdout.splitlines())
    for call in calls:
        key = call["operation"]
        if "answer of" not in told.get(key, "") and "callback" not in key:
            wrong += f"{key}: {told.get(key)}\n"
        if seen.get(key) != call["given"]:
            wrong += f"{key}: {seen.get(key)} for {call['given']}\n"
    record(peer, {f"clickatell {service}": not wrong})
    assert wrong == ""


def given(operation: Any) -> dict[str, Any]:
    """A value for each part of a request, by the names of Python."""
    values: dict[str, Any] = {}
    for number, (name, field) in enumerate(
        operation.request_type.__dataclass_fields__.items(), 1
    ):
        kind = str(field.type)
        if kind.startswith("list"):
            values[name] = [f"{name} {number}", "another \xfc"]
        else:
            numeric = kind.startswith(("int", "float", "Decimal"))
            values[name] = number if numeric else f"{name} \xe4 <{number}>"
    return values


def answering(package: Any, seen: dict[str, dict[str, Any]]) -> Any:
    """A service that answers each call with its operation's name."""
    names = [name for name in package.server.__all__ if name.endswith("Service")]
    base = getattr(package.server, names[0])
    (port,) = package.PORTS.values()

    def method(key: str) -> Any:
        kind = port.operations[key].response_type

        def answer(self: Any, **parts: Any) -> Any:
            seen[key] = parts
            if kind is None:
                return None
            (field,) = kind.__dataclass_fields__.values()
            text = f"answer of {key}"
            return [text, text] if str(field.type).startswith("list") else text

        return answer

    methods = {name: method(key) for key, name in base._methods.items()}
    return type("Answering", (base,), methods)()
