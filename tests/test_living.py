"""A spec changes: `diff`, `generate`, `check` and `conform` alone lead to a green project."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, Outcome, Run, Shell

PROJECT = """
[[tool.soapwright.package]]
wsdl = "spec/bank.wsdl"
output = "vendored/bank"
name = "bank"

[tool.pytest.ini_options]
testpaths = ["documented"]
soapwright = ["vendored/bank documented"]
"""
WSDL = """<definitions name="Bank" targetNamespace="urn:bank" xmlns:b="urn:bank"
    xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema">
<types><xsd:schema targetNamespace="urn:bank" elementFormDefault="qualified">
  <xsd:element name="Pay"><xsd:complexType><xsd:sequence>
    <xsd:element name="to" type="xsd:string"/>
    <xsd:element name="amount" type="b:Amount"/>
  </xsd:sequence></xsd:complexType></xsd:element>
  <xsd:element name="Paid"><xsd:complexType><xsd:sequence>
    <xsd:element name="state" type="b:State"/>
    <xsd:element name="left" type="b:Amount"/>
  </xsd:sequence></xsd:complexType></xsd:element>
  <xsd:element name="Refused" type="xsd:string"/>
  <xsd:element name="session" type="xsd:string"/>
  <xsd:complexType name="Amount"><xsd:sequence>
    <xsd:element name="value" type="xsd:int"/>
  </xsd:sequence></xsd:complexType>
  <xsd:simpleType name="State"><xsd:restriction base="xsd:string">
    <xsd:enumeration value="done"/><xsd:enumeration value="waiting"/>
  </xsd:restriction></xsd:simpleType>
</xsd:schema></types>
<message name="Pay"><part name="body" element="b:Pay"/></message>
<message name="Paid"><part name="body" element="b:Paid"/></message>
<message name="Refused"><part name="fault" element="b:Refused"/></message>
<message name="Session"><part name="session" element="b:session"/></message>
<portType name="Bank">
  <operation name="Pay"><input message="b:Pay"/><output message="b:Paid"/>
    <fault name="Refused" message="b:Refused"/></operation>
</portType>
<binding name="Bank" type="b:Bank">
  <soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
  <operation name="Pay"><soap:operation soapAction="urn:bank#Pay"/>
    <input><soap:header message="b:Session" part="session" use="literal"/><soap:body use="literal"/></input>
    <output><soap:body use="literal"/></output>
    <fault name="Refused"><soap:fault name="Refused" use="literal"/></fault></operation>
</binding>
<service name="Bank"><port name="Bank" binding="b:Bank"><soap:address location="http://127.0.0.1:1/bank"/></port></service>
</definitions>
"""
ENVELOPE = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:bank">'
    "{}<e:Body>{}</e:Body></e:Envelope>"
)
SESSION = "<e:Header><session>1</session></e:Header>"
PAGES = {
    "pay.request.xml": ENVELOPE.format(
        SESSION, "<Pay><to>Ann</to><amount><value>3</value></amount></Pay>"
    ),
    "pay.reply.xml": ENVELOPE.format(
        "", "<Paid><state>done</state><left><value>7</value></left></Paid>"
    ),
    "pay.refused.xml": ENVELOPE.format(
        "",
        '<e:Fault xmlns=""><faultcode>e:Client</faultcode><faultstring>no</faultstring>'
        '<detail><Refused xmlns="urn:bank">poor</Refused></detail></e:Fault>',
    ),
}
# What the vendor does to the spec: kinds of edits that a page's envelopes show, and that they do not.
VENDOR = [
    ('name="to"', 'name="payee"'),
    (
        '<xsd:element name="value" type="xsd:int"/>',
        '<xsd:element name="value" type="xsd:decimal"/><xsd:element name="currency" type="xsd:string"/>',
    ),
    ('<xsd:enumeration value="waiting"/>', '<xsd:enumeration value="held"/>'),
    ('soapAction="urn:bank#Pay"', 'soapAction="urn:bank#pay"'),
    ('name="Refused" type="xsd:string"', 'name="Refused" type="b:Amount"'),
    ("127.0.0.1:1/bank", "127.0.0.1:1/bank2"),
]
# What the new page shows instead.
NEW_PAGES = [
    ("<to>Ann</to>", "<payee>Ann</payee>"),
    ("</value>", "</value><currency>EUR</currency>"),
    ("poor", "<value>1</value><currency>EUR</currency>"),
]


@pytest.fixture
def project(shell: Shell) -> Shell:
    """A project whose package is in step, and whose envelopes match."""
    for folder in ("spec", "documented"):
        Path(folder).mkdir()
    Path("pyproject.toml").write_text(PROJECT)
    Path("spec/bank.wsdl").write_text(WSDL)
    for name, page in PAGES.items():
        Path("documented", name).write_text(page)
    assert shell("generate").code == 0
    assert (shell("check").code, conform(shell).code) == (0, 0)
    return shell


def conform(shell: Shell) -> Outcome:
    return shell("conform", "vendored/bank", "documented")


def edit(folder: Path, edits: list[tuple[str, str]]) -> None:
    """Make each edit wherever its text is; each is somewhere."""
    files = {path: path.read_text() for path in folder.iterdir()}
    for old, new in edits:
        assert any(old in text for text in files.values()), old
        files = {path: text.replace(old, new) for path, text in files.items()}
    for path, text in files.items():
        path.write_text(text)


def times(folder: Path) -> dict[Path, int]:
    return {p: p.stat().st_mtime_ns for p in folder.rglob("*.py")}


def run_pytest(run: Run) -> subprocess.CompletedProcess[str]:
    plugins = ("-p", "soapwright.pytest_plugin", "-p", "no:cacheprovider")
    return run(
        *("-m", "pytest", "-q", *plugins),
        cwd=Path(),
        PYTHONPATH=str(ROOT),
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
    )


def test_a_changed_spec_leads_to_a_green_project(project: Shell, run: Run) -> None:
    assert "3 passed" in run_pytest(run).stdout
    edit(Path("spec"), VENDOR)

    stale = project("check")
    assert stale.code == 1
    assert "vendored/bank:1: warning: not what spec/bank.wsdl gives: " in stale.err

    diff = project("diff", "vendored/bank", "spec/bank.wsdl", "--format", "json")
    assert diff.code == 1
    told = {(c["kind"], c["subject"]): c for c in json.loads(diff.out)["changes"]}
    assert told.keys() == {
        ("address", "Bank"),
        ("action", "Pay"),
        ("renamed", "Pay.request.to"),
        ("type-widened", "Amount.value"),
        ("added-required", "Amount.currency"),
        ("value-removed", "State"),
        ("value-added", "State"),
        ("type", "Pay.Refused"),
    }
    place = told["renamed", "Pay.request.to"]
    assert place["old"] == {"path": "vendored/bank/_spec/bank.wsdl", "line": 6}
    assert place["new"] == {"path": "spec/bank.wsdl", "line": 6}
    currency = told["added-required", "Amount.currency"]
    assert (currency["request"], currency["reply"]) == ("breaking", "compatible")

    before = times(Path("vendored/bank"))
    done = project("generate")
    assert (done.code, done.err) == (0, "")
    written = {
        p.name for p, t in times(Path("vendored/bank")).items() if t != before[p]
    }
    assert written == {
        *("_pay.py", "_amount.py", "_state.py"),
        *(
            "client.py",
            "elements.py",
            "errors.py",
            "facets.py",
            "ports.py",
            "server.py",
        ),
        "__init__.py",  # of _soap: Decimal is read from now on
    }
    assert project("check").code == 0

    differing = conform(project)
    assert differing.code == 1
    assert "refused  documented/pay.request.xml: Pay request\n" in differing.out
    assert "DecodeError: Pay.amount.currency: is missing" in differing.out
    assert (
        "{urn:bank}Refused is a declared fault's detail, and does not" in differing.out
    )
    assert "0 of 3 envelopes match" in differing.out
    tested = run_pytest(run)
    assert tested.returncode == 1 and "3 failed" in tested.stdout

    edit(Path("documented"), NEW_PAGES)
    assert (project("check").code, conform(project).code) == (0, 0)
    tested = run_pytest(run)
    assert tested.returncode == 0 and "3 passed" in tested.stdout
    assert project("diff", "vendored/bank", "spec/bank.wsdl").code == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edits", "differing", "pages"),
    [
        (  # what is laid out otherwise, or documented, changes no envelope
            [("<types>", "<types>\n\n"), ("<operation name", "<operation  name")],
            [],
            [],
        ),
        (  # an order
            [
                ('<xsd:element name="to" type="xsd:string"/>\n', ""),
                ('type="b:Amount"/>\n  </xsd:sequence></xsd:complexType></xsd:element>\n  <xsd:element name="Paid">', 'type="b:Amount"/><xsd:element name="to" type="xsd:string"/>\n  </xsd:sequence></xsd:complexType></xsd:element>\n  <xsd:element name="Paid">'),
            ],
            ["/Envelope/Body/Pay: order is amount, to, expected to, amount"],
            [("<to>Ann</to><amount><value>3</value></amount>", "<amount><value>3</value></amount><to>Ann</to>")],
        ),
        (  # a namespace
            [('"urn:bank"', '"urn:bank:2"')],
            ["no operation has {urn:bank}Pay in its Body; there is {urn:bank:2}Pay"],
            [('"urn:bank"', '"urn:bank:2"')],
        ),
        (  # a version of SOAP
            [("wsdl/soap/", "wsdl/soap12/")],
            ["it is of SOAP 1.1, and the package has no port of that"],
            [
                ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"),
                ("<faultcode>e:Client</faultcode>", "<e:Code><e:Value>e:Sender</e:Value></e:Code>"),
                ("<faultstring>no</faultstring>", '<e:Reason><e:Text xml:lang="en">no</e:Text></e:Reason>'),
                ("<detail>", "<e:Detail>"),
                ("</detail>", "</e:Detail>"),
            ],
        ),
        (  # an attribute, an optional element, a header that is gone
            [
                ("<soap:header message=\"b:Session\" part=\"session\" use=\"literal\"/>", ""),
                ('<xsd:element name="value"', '<xsd:element name="note" type="xsd:string" minOccurs="0"/><xsd:element name="value"'),
            ],
            [],
            [],
        ),
    ],
    ids=["layout", "order", "namespace", "version", "optional"],
)  # fmt: skip
def test_kinds_of_edits(
    project: Shell,
    edits: list[tuple[str, str]],
    differing: list[str],
    pages: list[tuple[str, str]],
) -> None:
    edit(Path("spec"), edits)
    assert project("check").code == 1
    breaks = project("diff", "vendored/bank", "spec/bank.wsdl").code
    assert (project("generate").code, project("check").code) == (0, 0)
    done = conform(project)
    assert done.code == int(bool(differing)) and breaks >= done.code
    for line in differing:
        assert line in done.out
    edit(Path("documented"), pages)
    assert conform(project).code == 0
