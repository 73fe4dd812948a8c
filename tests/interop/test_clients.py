"""Foreign clients call our services."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import specs
from support import PEERS, answers, echo, generated, listening, native, record, required

GSOAP = """command -v wsdl2h && command -v soapcpp2 &&
echo '#include <stdsoap2.h>' | g++ -E -x c++ -"""
CLIENTS = {
    "PHP SoapClient": (["php", str(PEERS / "client.php")], ["php", "-r", "exit(class_exists('SoapClient')?0:1);"]),
    "zeep": ([sys.executable, str(PEERS / "client.py"), "zeep"], None),
    "suds": ([sys.executable, str(PEERS / "client.py"), "suds"], None),
    "SOAP::Lite": (["perl", str(PEERS / "client.pl")], ["perl", "-MSOAP::Lite", "-e", "1"]),
    "gSOAP": ([sys.executable, str(PEERS / "gsoap.py")], ["sh", "-c", GSOAP]),
}  # fmt: skip
RUNS = [
    *((peer, "encoded", "1.1") for peer in CLIENTS),
    *((peer, "latin", "1.1") for peer in CLIENTS),
    *((peer, "literal", "1.1") for peer in ("PHP SoapClient", "zeep", "suds")),
    *((peer, "literal", "1.2") for peer in ("PHP SoapClient", "zeep")),
]
# What a peer cannot do, and why: a peer's cases, or those of one service with it.
PHP_INTEGERS = "its integers have 64 bits, larger ones are cut off"
UNKNOWN = "it neither writes nor reads the type"
ZEEP_MONTHS = "it writes --1 for --01"
LIMITS: dict[str | tuple[str, str], dict[str, str]] = {
    "PHP SoapClient": {"type integer": PHP_INTEGERS},
    "SOAP::Lite": {
        f"type {name}": UNKNOWN
        for name in ("normalizedString", "token", "NMTOKEN", "Name", "NCName")
    },
    "zeep": {"type gMonth": ZEEP_MONTHS},
    ("zeep", "encoded"): {"array of none": "it refuses to send one"},
    ("zeep", "latin"): {"array of none": "it refuses to send one"},
    ("gSOAP", "latin"): {
        "characters any": "of a character reference it reads seven characters"
    },
    ("SOAP::Lite", "latin"): {
        "characters any": "it writes ? for what ISO-8859-1 lacks"
    },
}


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with generated(tmp_path_factory.mktemp("interop")) as made:
        yield made


@pytest.mark.parametrize(("peer", "service", "soap"), RUNS)
def test_a_foreign_client_calls_our_service(
    packages: Any, tmp_path: Path, peer: str, service: str, soap: str
) -> None:
    command, probe = CLIENTS[peer]
    there = answers(*probe) if probe else find_spec(peer) is not None
    required(there, peer)
    package, _ = packages[service]
    style = "literal" if service == "literal" else "encoded"
    cases = specs.cases(style)
    seen: list[tuple[str, Any]] = []
    with listening(package.server.asgi(echo(package, seen))) as base:
        run = {
            "wsdl": f"{base}/?wsdl",
            "location": f"{base}/",
            "style": style,
            "soap": soap,
            "charset": "iso-8859-1" if service == "latin" else "utf-8",
            "cases": [case.json for case in cases],
        }
        path = tmp_path / "run.json"
        path.write_text(json.dumps(run), encoding="utf-8")
        done = subprocess.run(
            [*command, str(path)],
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )
    found = {}
    for line in done.stdout.splitlines():
        result = json.loads(line)
        found[result["name"]] = result
    limits = LIMITS.get(peer, {}) | LIMITS.get((peer, service), {})
    for case in cases:
        result = found.get(case.name, {"ok": False, "said": done.stderr[-500:]})
        if result["ok"] and not arrived(case, package, seen):
            result = {"ok": False, "said": "something else arrived"}
        found[case.name] = result
    results = {name: bool(r["ok"]) for name, r in found.items()}
    record(peer, results, service=service, soap=soap)
    wrong = {name: r["said"] for name, r in found.items() if not r["ok"]}
    assert "\n".join(f"{n}: {s}" for n, s in wrong.items() if n not in limits) == ""
    assert sorted(limits.keys() - wrong.keys()) == []


def arrived(case: specs.Case, package: Any, seen: list[tuple[str, Any]]) -> bool:
    """Whether our service was given what the case says."""
    if case.operation == "pair":
        return True
    expected = native(case.value, package)
    return any(
        key == case.operation and (value == expected or (not value and not expected))
        for key, value in seen
    )
