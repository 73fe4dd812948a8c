"""WS-SecurityPolicy in whole WSDLs, against an independent reading: CXF's and the OASIS interop's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from vectors import expected, vectors

from soapwright.model.api import Operation, Port
from soapwright.model.diagnostics import Findings
from soapwright.model.policy import Alternative, Assertion, Policy
from soapwright.wsdl.read import read_api

BINDINGS = {
    "AsymmetricBinding": "asymmetric",
    "SymmetricBinding": "symmetric",
    "TransportBinding": "transport",
}
PARTS = {"SignedParts": "signed_parts", "EncryptedParts": "encrypted_parts"}
PARTS |= {"RequiredParts": "required_parts"}
ELEMENTS = {
    "SignedElements": "signed_elements",
    "EncryptedElements": "encrypted_elements",
    "ContentEncryptedElements": "content_encrypted_elements",
    "RequiredElements": "required_elements",
}
VERSIONS = ("Wss10", "Wss11", "Trust10", "Trust13")


def names(assertions: Iterable[Assertion]) -> list[str]:
    return sorted(one.local for one in assertions)


def snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def only(one: Assertion) -> str | list[str]:
    found = names(one.inside)
    return found[0] if len(found) == 1 else found


def text_in(parameters: Iterable[Assertion], name: str) -> str:
    for one in parameters:
        found = one.text if one.local == name else ""
        if found := found or text_in(one.parameters, name):
            return found
    return ""


def token(one: Assertion) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": one.local}
    for name, value in one.attributes:
        match name.rpartition("}")[2]:
            case "IncludeToken":
                found["include"] = value.rpartition("/")[2]
            case "Ignorable":
                found["ignorable"] = value
            case local:
                found.setdefault("attributes", {})[local] = value
    if one.inside:
        found["assertions"] = names(one.inside)
    for inner in one.inside:
        if inner.local == "BootstrapPolicy":
            found["bootstrap"] = described(inner.nested or frozenset())
        elif inner.inside:
            found.setdefault("nested", {})[inner.local] = names(inner.inside)
    if one.parameters:
        found["parameters"] = names(one.parameters)
    for template in one.parameters:
        if template.local == "RequestSecurityTokenTemplate":
            for name in ("TokenType", "KeyType", "KeySize"):
                if given := text_in([template], name):
                    found[name] = given
    return found


def parts(one: Assertion) -> dict[str, Any]:
    found: dict[str, Any] = {"body": any(p.local == "Body" for p in one.parameters)}
    headers = []
    for parameter in one.parameters:
        attributes = {n.rpartition("}")[2]: v for n, v in parameter.attributes}
        kept = {k: attributes[k] for k in ("Name", "Namespace") if k in attributes}
        headers += [kept] if parameter.local == "Header" else []
    if headers:
        found["headers"] = sorted(headers, key=str)
    if any(p.local == "Attachments" for p in one.parameters):
        found["attachments"] = True
    if not one.parameters:
        found["all"] = True
    return found


def supporting(one: Assertion) -> dict[str, Any]:
    found: dict[str, Any] = {"how": one.local, "tokens": []}
    for inner in sorted(one.inside, key=lambda x: (x.name, str(x.attributes))):
        if inner.local.endswith("Token"):
            found["tokens"].append(token(inner))
        elif inner.local == "AlgorithmSuite":
            found["algorithm_suite"] = only(inner)
        elif inner.local in PARTS:
            found[PARTS[inner.local]] = parts(inner)
        elif inner.local in ELEMENTS:
            found[ELEMENTS[inner.local]] = [p.text for p in inner.parameters]
        else:
            found.setdefault("other", []).append(inner.local)
    return found


def binding(one: Assertion) -> dict[str, Any]:
    found: dict[str, Any] = {"binding": BINDINGS[one.local]}
    flags = []
    for inner in one.inside:
        if inner.local.endswith("SupportingTokens"):
            found.setdefault("supporting_tokens", []).append(supporting(inner))
        elif inner.local.endswith("Token") and inner.nested is not None:
            tokens = sorted(inner.inside, key=lambda t: t.name)
            found[snake(inner.local)] = [token(t) for t in tokens]
        elif inner.local in ("AlgorithmSuite", "Layout"):
            found[snake(inner.local)] = only(inner)
        else:
            flags.append(inner.local)
    return {**found, "timestamp": "IncludeTimestamp" in flags, "flags": sorted(flags)}


def described(alternative: Alternative) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in sorted(alternative, key=lambda a: (a.name, a.text)):
        name = one.local
        if name in BINDINGS:
            found |= binding(one)
        elif name.endswith("SupportingTokens"):
            found.setdefault("supporting_tokens", []).append(supporting(one))
        elif name in PARTS:
            found.setdefault(PARTS[name], []).append(parts(one))
        elif name in ELEMENTS:
            texts = [p.text for p in one.parameters]
            found.setdefault(ELEMENTS[name], []).extend(texts)
        elif name in VERSIONS:
            found[name.lower()] = names(one.inside)
        elif name in ("UsingAddressing", "Addressing"):
            nested = names(one.inside)
            found["addressing"] = {"assertion": name, "nested": nested}
        elif name in ("OptimizedMimeSerialization", "MTOM"):
            found["mtom"] = True
        else:
            found.setdefault("other", []).append(one.name)
    return found


def canonical(value: Any) -> Any:
    """JSON in which the order of lists does not count: assertions have none."""
    if isinstance(value, dict):
        return {key: canonical(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted((canonical(inner) for inner in value), key=repr)
    return value


def differs(policy: Policy, wanted: Any) -> bool:
    found = [described(alternative) for alternative in policy]
    return bool(canonical(found) != canonical(wanted))


def subjects(port: Port, wanted: dict[str, Any]) -> list[tuple[Policy, Any]]:
    found = [(port.policy, wanted["endpoint"])] if "endpoint" in wanted else []
    by_name: dict[str, Operation] = {o.name: o for o in port.operations}
    for name, given in wanted.get("operations", {}).items():
        operation = by_name[name]
        for message, way in ((operation.input, "input"), (operation.output, "output")):
            if message is not None and way in given:
                found.append((message.policy, given[way]))
        if "operation" in given:
            found.append((operation.policy, given["operation"]))
    return found


@pytest.mark.parametrize("case", vectors("wsdl-security"))
def test_a_whole_wsdl(case: Path) -> None:
    api = read_api(case / "service.wsdl", (), Findings())
    by_name = {(p.service, p.name): p for p in api.ports}
    for key, wanted in expected(case)["ports"].items():
        service, _, name = key.rpartition("}")[2].partition("/")
        if wanted["soap"] is None:
            continue
        for policy, given in subjects(by_name[service, name], wanted):
            if not isinstance(given, dict):  # else it is unresolved
                assert not differs(policy, given), key
