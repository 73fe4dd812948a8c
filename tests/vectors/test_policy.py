"""WS-Policy against independent data: W3C's suite, WSS4J's assertions, CXF's attachments, hostile policies."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from vectors import expected, vectors

from soapwright.model.diagnostics import Findings, Location
from soapwright.model.policy import Assertion, Policy, all_of, intersection
from soapwright.wsdl.policy.normal import Normaliser, Unreadable
from soapwright.wsdl.policy.references import policy_kind
from soapwright.wsdl.read import read_api

WSU_ID = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}Id"


def parsed(path: Path) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, remove_comments=True)
    root = etree.parse(path, parser).getroot()
    return next(node for node in root.iter() if policy_kind(node) == "Policy")


def read(node: etree._Element, referenced: etree._Element | None = None) -> Policy:
    def resolve(reference: etree._Element, uri: str) -> etree._Element:
        if referenced is not None:
            return referenced
        root = reference.getroottree().getroot()
        for one in root.iter():
            if one.get(WSU_ID) is not None and f"#{one.get(WSU_ID)}" == uri:
                return one
        raise Unreadable(f"there is no policy {uri}")

    return Normaliser(resolve, lambda _: Location("")).policy(node)


def same(one: Policy, other: Policy) -> bool:
    return set(one) == set(other)


@pytest.mark.parametrize(
    "case", [*vectors("policy/normalize"), *vectors("policy/securitypolicy")]
)
def test_normal_forms(case: Path) -> None:
    other = case / "referenced.xml"
    referenced = parsed(other) if other.exists() else None
    found = read(parsed(case / "in.xml"), referenced)
    assert len(found) == expected(case)["alternatives"]
    if not expected(case).get("defaults_written_out"):
        assert same(found, read(parsed(case / "normal.xml")))


@pytest.mark.parametrize("case", vectors("policy/merge"))
def test_merges(case: Path) -> None:
    found = all_of([read(parsed(case / "a.xml")), read(parsed(case / "b.xml"))])
    assert same(found, read(parsed(case / "merged.xml")))


@pytest.mark.parametrize("case", vectors("policy/intersect"))
def test_intersections(case: Path) -> None:
    one, other = read(parsed(case / "a.xml")), read(parsed(case / "b.xml"))
    found = intersection(one, other, lax=expected(case)["mode"] == "lax")
    assert same(found, read(parsed(case / "intersected.xml")))


@pytest.mark.parametrize("case", vectors("policy/hostile"))
def test_hostile_policies(case: Path) -> None:
    wanted, started = expected(case), time.process_time()
    try:
        found: Policy | None = read(parsed(case / "in.xml"))
    except (Unreadable, etree.XMLSyntaxError):
        found = None
    assert time.process_time() - started < wanted["within_seconds"]
    match wanted["verdict"]:
        case "refuse":
            assert found is None
        case "one alternative":
            assert found is not None and len(found) == 1
        case "one empty alternative":
            assert found == (frozenset(),)
        case verdict:
            assert found is None or f"{len(found)} alternatives" == verdict


# ----------------------------------------------------------------------------- attachment


def shown(policy: Policy) -> list[list[str]]:
    def text(one: Assertion) -> str:
        return f"{one.name} = {one.text}" if one.text else one.name

    return sorted(sorted(map(text, alternative)) for alternative in policy)


def check(policy: Policy, wanted: Any, findings: Findings) -> None:
    if isinstance(wanted, dict):
        name = wanted["unresolved"]
        assert any(name in found.message for found in findings)
    else:
        assert shown(policy) == sorted(sorted(alternative) for alternative in wanted)


@pytest.mark.parametrize("case", vectors("policy/attachment"))
def test_attachments(case: Path) -> None:
    wanted, findings = expected(case), Findings()
    api = read_api(case / "service.wsdl", (), findings)
    service, _, name = wanted["port"].rpartition("}")[2].partition("/")
    port = next(p for p in api.ports if (p.service, p.name) == (service, name))
    findings.add(port.findings)
    check(port.service_policy, wanted["service"], findings)
    check(port.policy, wanted["endpoint"], findings)
    for operation in port.operations:
        findings.add(operation.findings)
        given = wanted["operations"][operation.name]
        check(operation.policy, given["operation"], findings)
        for message, way in ((operation.input, "input"), (operation.output, "output")):
            if message is not None:
                check(message.policy, given[way], findings)
        for fault in operation.faults:
            check(fault.policy, given["faults"][fault.name], findings)
