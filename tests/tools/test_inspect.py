"""What `inspect` tells of a spec: a tree for people, JSON for machines, and what is remarkable."""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Shell
from test_serve import CASES as CASES_OF_PACKAGES
from test_serve import make

from soapwright.model.diagnostics import Findings
from soapwright.pipeline import load
from soapwright.tools.inspect.describe import describe, plain

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
    to = next(one for one in send["parameters"] if one["name"] == "to")
    assert (to["type"], to["default"]) == ("list[str] | None | Unset", "None")
    codes = {finding["code"] for finding in told["findings"]}
    assert codes == {"profile", "renamed"}
    assert "[profile]" in result.err and "[renamed]" in result.err


@pytest.mark.parametrize(
    "case", ["names", "overloads", "faults-and-headers", "services", "hostile-names"]
)
def test_signatures_are_those_of_the_client(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(case, tmp_path / f"told_{CASES_OF_PACKAGES.index(case)}")
    monkeypatch.syspath_prepend(str(tmp_path))
    package = importlib.import_module(folder.name)
    client = importlib.import_module(f"{folder.name}.client")
    clients = [
        one
        for name, one in inspect.getmembers(client, inspect.isclass)
        if one.__module__ == client.__name__ and not name.startswith("Async")
    ]
    wsdl = ROOT / "tests" / "cases" / case / "service.wsdl"
    described = describe(load(wsdl, (), Findings()))
    assert [port.key for port in described.ports] == list(package.PORTS)
    for operation in (one for port in described.ports for one in port.operations):
        told = [(one.name, one.type, one.default) for one in operation.parameters]
        methods = [getattr(one, operation.method, None) for one in clients]
        assert (told, operation.returns) in [said(one) for one in methods if one]
        for fault in operation.faults:
            assert issubclass(getattr(package.errors, fault.exception), Exception)


def said(method: Callable[..., object]) -> tuple[list[tuple[str, str, str]], str]:
    """A method's parameters and what it returns, as Python itself knows them."""
    signature = inspect.signature(method)
    defaults = {inspect.Parameter.empty: "", None: "None"}
    parameters = [
        (one.name, plain(str(one.annotation)), defaults.get(one.default, "UNSET"))
        for one in list(signature.parameters.values())[1:]
    ]
    return parameters, plain(str(signature.return_annotation))


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


# ---------------------------------------------------------------------------------- the profile

_SERVICE = """<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:tns="urn:p"
    xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
    xmlns:enc="http://schemas.xmlsoap.org/soap/encoding/"
    xmlns:w="http://schemas.xmlsoap.org/wsdl/" targetNamespace="urn:p">
<types><xsd:schema targetNamespace="urn:p"><xsd:element name="e" type="xsd:int"/>
<xsd:element name="f" type="xsd:int"/>{types}</xsd:schema></types>
<message name="E"><part name="e" element="tns:e"/></message>
<message name="F"><part name="f" element="tns:f"/></message>
<message name="T"><part name="t" type="xsd:int"/></message>
<message name="Two"><part name="e" element="tns:e"/><part name="f" element="tns:f"/></message>
<portType name="P">{abstract}</portType>
<binding name="B" type="tns:P"><s:binding transport="http://schemas.xmlsoap.org/soap/http"/>
{concrete}</binding>
<service name="S"><port name="P" binding="tns:B"><s:address location="http://s.example/"/></port>
</service></definitions>"""
_LITERAL = '<s:body use="literal"/>'
_RPC = '<s:body use="literal" namespace="urn:p"/>'


def _service(
    *operations: tuple[str, str, str, str], types: str = "", fault: str = ""
) -> str:
    """A WSDL of operations: the message, the style, the input's body, and what else it has."""
    abstract = concrete = ""
    for number, (message, style, body, more) in enumerate(operations):
        name = f"o{number}"
        abstract += (
            f'<operation name="{name}"><input message="tns:{message}"/>'
            f'<output message="tns:{message}"/>{fault}</operation>'
        )
        concrete += (
            f'<operation name="{name}"><s:operation style="{style}" soapAction="{name}"/>'
            f"<input>{body}{more}</input><output>{body}</output></operation>"
        )
    return _SERVICE.format(types=types, abstract=abstract, concrete=concrete)


_ARRAY = (
    '<xsd:complexType name="A"><xsd:complexContent><xsd:restriction base="enc:Array">'
    '<xsd:attribute ref="enc:arrayType" w:arrayType="xsd:int[]"/>'
    "</xsd:restriction></xsd:complexContent></xsd:complexType>"
    '<xsd:element name="a" type="tns:A"/>'
)


@pytest.mark.parametrize(
    ("wsdl", "rules"),
    [
        (
            _service(("E", "document", _LITERAL, ""), ("F", "document", _LITERAL, "")),
            "",
        ),
        (_service(("T", "rpc", _RPC, ""), ("T", "rpc", _RPC, "")), ""),
        (_service(("Two", "document", _LITERAL, "")), "R2201"),
        (_service(("E", "rpc", _RPC, "")), "R2203"),
        (_service(("T", "document", _LITERAL, "")), "R2204"),
        (_service(("T", "rpc", _LITERAL, "")), "R2717"),
        (_service(("E", "document", _LITERAL, ""), ("T", "rpc", _RPC, "")), "R2705"),
        (
            _service(("E", "document", _LITERAL, ""), ("E", "document", _LITERAL, "")),
            "R2710",
        ),
        (_service(("T", "rpc", _RPC.replace("literal", "encoded"), "")), "R2706"),
        (_service(("E", "document", _LITERAL, ""), types=_ARRAY), "R2110"),
        (
            _service(
                (
                    "E",
                    "document",
                    _LITERAL,
                    '<s:header message="tns:T" part="t" use="literal"/>',
                )
            ),
            "R2205",
        ),
        (
            _service(
                (
                    "E",
                    "document",
                    _LITERAL,
                    '<s:header message="tns:F" part="f" use="encoded"/>',
                )
            ),
            "R2706",
        ),
        (
            _service(
                ("E", "document", _LITERAL, ""),
                fault='<fault name="x" message="tns:F"/>',
            ),
            "R2740",
        ),
    ],
)
def test_rules_of_the_profile(
    wsdl: str, rules: str, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is told where it is broken, and no other one is."""
    monkeypatch.chdir(tmp_path)
    Path("service.wsdl").write_text(wsdl, encoding="utf-8")
    result = shell("inspect", "service.wsdl")
    assert result.code == 0
    told = re.findall(r"\((R\d+)\) \[profile\]", result.err)
    assert sorted(set(told)) == rules.split()


@pytest.mark.parametrize("case", ["choice", "derived-types", "substitution-group"])
def test_what_keeps_the_profile_is_not_blamed(case: str, shell: Shell) -> None:
    result = shell("inspect", str(ROOT / "tests" / "cases" / case / "service.wsdl"))
    assert result.code == 0
    assert "[profile]" not in result.err


def test_json_has_the_documented_shape(shell: Shell) -> None:
    """What `docs/inspect.md` names is there, and nothing else."""
    page = (ROOT / "docs" / "inspect.md").read_text(encoding="utf-8")
    documented = {
        what: set(re.findall(r"`(\w+)`", keys))
        for what, keys in re.findall(r"^\| (\w+) \| (.*?) \|", page, re.MULTILINE)
        if what != "object"
    }
    wsdl = ROOT / "tests" / "cases" / "faults-and-headers" / "service.wsdl"
    told = json.loads(shell("inspect", str(wsdl), "--format", "json").out)
    (port,), types = told["ports"], told["types"]
    (operation,) = port["operations"]
    parts = {
        "service": told,
        "port": port,
        "operation": operation,
        "parameter": operation["parameters"][0],
        "fault": operation["faults"][0],
        "type": types[0],
        "field": types[0]["fields"][0],
        "finding": told["findings"][0],
    }
    assert {what: set(part) for what, part in parts.items()} == documented
