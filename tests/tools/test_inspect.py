"""What `inspect` tells of a spec: a tree for people, JSON for machines, and what is remarkable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import ROOT, Shell

CASES = ["names", "overloads", "faults-and-headers", "simple-types", "rpc-encoded-12"]
EXPECTED = Path(__file__).parent / "inspected"


@pytest.mark.parametrize("case", CASES)
def test_what_is_told(
    case: str, shell: Shell, monkeypatch: pytest.MonkeyPatch, regenerate: bool
) -> None:
    """The tree and the findings, as `tests/tools/inspected/` has them."""
    monkeypatch.chdir(ROOT / "tests" / "cases" / case)
    result = shell("inspect", "service.wsdl")
    assert result.code == 0
    told = f"{result.out}\n{result.err}"
    expected = EXPECTED / f"{case}.txt"
    if regenerate:
        EXPECTED.mkdir(exist_ok=True)
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")


def test_json_has_what_the_tree_has(shell: Shell) -> None:
    wsdl = ROOT / "spec" / "clickatell" / "clickatell.wsdl"
    result = shell("inspect", str(wsdl), "--format", "json")
    told = json.loads(result.out)
    (port,) = told["ports"]
    assert len(port["operations"]) == 15
    send = next(o for o in port["operations"] if o["name"] == "sendmsg")
    assert (send["method"], send["returns"]) == ("sendmsg", "list[str]")
    assert "to: list[str] | None | Unset = None" in send["parameters"]
    codes = {finding["code"] for finding in told["findings"]}
    assert codes == {"profile", "renamed"}
    assert "[profile]" in result.err and "[renamed]" in result.err


def test_a_broken_spec_is_refused(shell: Shell) -> None:
    result = shell("inspect", "broken.wsdl")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("broken.wsdl:")
    assert ": error: " in result.err


@pytest.mark.parametrize("name", ["callbacks", "clickatell-document-literal"])
def test_it_tells_each_of_the_gateways_specs(name: str, shell: Shell) -> None:
    wsdl = ROOT / "spec" / "clickatell" / f"{name}.wsdl"
    result = shell("inspect", str(wsdl))
    assert result.code == 0
    assert result.out.startswith(f"{name}.wsdl: ")
