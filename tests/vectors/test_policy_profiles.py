"""The message security of ports in whole WSDLs, against an independent reading of their policies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from vectors import expected, vectors

from soapwright.model.api import Api, Port
from soapwright.model.demands import demands_of_operation, demands_of_port
from soapwright.model.diagnostics import Findings
from soapwright.model.security import OperationSecurity, PortSecurity
from soapwright.pipeline import load
from soapwright.python.emit import emit
from soapwright.python.compiling import check_compiles
from soapwright.python.wire import STANDARD
from soapwright.model.options import Options

ADDRESSING = "http://www.w3.org/2005/08/addressing"
KINDS = {
    "transport": "TransportBinding",
    "asymmetric": "AsymmetricBinding",
    "symmetric": "SymmetricBinding",
}
LAYOUTS = {
    "Strict": "strict",
    "Lax": "lax",
    "LaxTsFirst": "timestamp-first",
    "LaxTsLast": "timestamp-last",
}
_APIS: dict[Path, tuple[Api, Findings]] = {}


def loaded(case: Path) -> tuple[Api, Findings]:
    if case not in _APIS:
        findings = Findings()
        _APIS[case] = load(case / "service.wsdl", (), findings), findings
    return _APIS[case]


def only(alternatives: Any) -> dict[str, Any]:
    """The only alternative of a subject; nothing where there are several, or none can be read."""
    if isinstance(alternatives, dict) or len(alternatives) != 1:
        return {}
    found: dict[str, Any] = alternatives[0]
    return found


def named(parts: list[dict[str, Any]]) -> set[str]:
    """The parts that assertions name, as our profiles name them."""
    found = set()
    for one in parts:
        found |= {"Body"} if one["body"] or one.get("all") else set()
        for header in one.get("headers", ()):
            found.add(f"{{{header['Namespace']}}}{header.get('Name', '*')}")
    return found


def pairs(case: Path) -> list[tuple[Port, dict[str, Any]]]:
    """The ports of a case with what is expected of them."""
    api, _ = loaded(case)
    by_name = {(p.service, p.name): p for p in api.ports}
    found = []
    for key, wanted in expected(case)["ports"].items():
        service, _, name = key.rpartition("}")[2].partition("/")
        if wanted["soap"] is not None:
            found.append((by_name[service, name], wanted))
    return found


def check_binding(security: PortSecurity, wanted: dict[str, Any]) -> None:
    found = security.binding
    assert found.kind is not None and found.kind.value == KINDS[wanted["binding"]]
    assert found.timestamp is wanted["timestamp"]
    assert found.encrypt_first is ("EncryptBeforeSigning" in wanted["flags"])
    if isinstance(wanted.get("layout"), str):
        assert found.layout == LAYOUTS[wanted["layout"]]
    if isinstance(wanted.get("algorithm_suite"), str) and not security.unmet:
        assert found.suite is not None
        assert found.suite.name == wanted["algorithm_suite"]


@pytest.mark.parametrize("case", vectors("wsdl-security"))
def test_bindings(case: Path) -> None:
    for port, wanted in pairs(case):
        endpoint = only(wanted.get("endpoint", []))
        if "binding" in endpoint:
            assert port.security is not None
            check_binding(port.security, endpoint)


@pytest.mark.parametrize("case", vectors("wsdl-security"))
def test_each_part_that_is_demanded_is_protected_or_refused(case: Path) -> None:
    for port, wanted in pairs(case):
        if len(wanted.get("endpoint", [])) > 1:
            continue  # which of them is used is another test's
        endpoint = only(wanted.get("endpoint", []))
        for name, given in wanted.get("operations", {}).items():
            for way, message in (("input", "request"), ("output", "reply")):
                subjects = [
                    endpoint,
                    only(given.get("operation", [])),
                    only(given.get(way, [])),
                ]
                signed = named([p for s in subjects for p in s.get("signed_parts", ())])
                hidden = named(
                    [p for s in subjects for p in s.get("encrypted_parts", ())]
                )
                if not (signed or hidden) or endpoint.get("binding") == "transport":
                    continue
                assert port.security is not None
                operation = port.security.operations.get(name, OperationSecurity())
                found = getattr(operation, message)
                refused = port.security.unmet or operation.unmet
                assert refused or signed <= set(found.sign)
                assert refused or hidden <= set(found.encrypt)
                stamped = endpoint.get("timestamp") and "binding" in endpoint
                assert refused or not stamped or "Timestamp" in found.sign


@pytest.mark.parametrize("case", vectors("wsdl-security"))
def test_each_demand_is_said(case: Path) -> None:
    _, findings = loaded(case)
    said = " ".join(finding.message for finding in findings)
    for port, wanted in pairs(case):
        endpoint = only(wanted.get("endpoint", []))
        words = " ".join(one.words for one in demands_of_port(port))
        if "binding" in endpoint:
            assert KINDS[endpoint["binding"]] in words
        for one in endpoint.get("supporting_tokens", ()):
            for token in one["tokens"]:
                assert token["kind"] in words, one
        for operation in port.operations:
            of_operation = " ".join(
                one.words for one in demands_of_operation(operation, port)
            )
            operations = wanted.get("operations", {})
            given = only(operations.get(operation.name, {}).get("input", []))
            for kind in ("signed_parts", "encrypted_parts"):
                assert kind not in given or kind.partition("_")[0] in of_operation
        unmet = () if port.security is None else port.security.unmet
        assert all(one in said for one in unmet)


@pytest.mark.parametrize("case", vectors("wsdl-security"))
def test_a_package_is_made(case: Path) -> None:
    api, _ = loaded(case)
    emission = emit(api, STANDARD, Options("made"))
    check_compiles(emission.modules, "made")
    secured = any(port.security is not None for port in api.ports)
    assert ("policies.py" in emission.modules) is secured
    if secured:
        namespace: dict[str, Any] = {}
        text = emission.modules["policies.py"].decode()
        text = text.replace("from ._soap.", "from soapwright.runtime.")
        exec(compile(text, "policies.py", "exec"), namespace)
        assert set(namespace["PROFILES"]) == {
            port.key for port in api.ports if port.security is not None
        }
