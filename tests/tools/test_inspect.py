"""What `inspect` tells of a spec: a tree for people, JSON for machines, and what is remarkable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import ROOT, Run

CASES = ["names", "overloads", "faults-and-headers", "simple-types", "rpc-encoded-12"]
EXPECTED = Path(__file__).parent / "inspected"


@pytest.mark.parametrize("case", CASES)
def test_what_is_told(case: str, run: Run, regenerate: bool) -> None:
    """The tree and the findings, as `tests/tools/inspected/` has them."""
    folder = ROOT / "tests" / "cases" / case
    result = run("-m", "codegen", "inspect", "service.wsdl", cwd=folder)
    assert result.returncode == 0
    told = f"{result.stdout}\n{result.stderr}"
    expected = EXPECTED / f"{case}.txt"
    if regenerate:
        EXPECTED.mkdir(exist_ok=True)
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")


def test_json_has_what_the_tree_has(run: Run) -> None:
    wsdl = ROOT / "spec" / "clickatell" / "clickatell.wsdl"
    result = run("-m", "codegen", "inspect", wsdl, "--format", "json", cwd=ROOT)
    told = json.loads(result.stdout)
    (port,) = told["ports"]
    assert len(port["operations"]) == 15
    send = next(o for o in port["operations"] if o["name"] == "sendmsg")
    assert (send["method"], send["returns"]) == ("sendmsg", "list[str]")
    assert "to: list[str] | None | Unset = None" in send["parameters"]
    codes = {finding["code"] for finding in told["findings"]}
    assert codes == {"profile", "renamed"}
    assert "[profile]" in result.stderr and "[renamed]" in result.stderr


def test_a_broken_spec_is_refused(tmp_path: Path, run: Run) -> None:
    (tmp_path / "s.wsdl").write_text("<definitions", encoding="utf-8")
    result = run("-m", "codegen", "inspect", "s.wsdl", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("s.wsdl:1: error: ")


@pytest.mark.parametrize("name", ["callbacks", "clickatell-document-literal"])
def test_it_tells_each_of_the_gateways_specs(name: str, run: Run) -> None:
    wsdl = ROOT / "spec" / "clickatell" / f"{name}.wsdl"
    result = run("-m", "codegen", "inspect", wsdl, cwd=ROOT)
    assert result.returncode == 0
    assert result.stdout.startswith(f"{name}.wsdl: ")
