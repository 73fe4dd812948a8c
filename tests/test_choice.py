"""What a user chooses, leaves out and renames: in `pyproject.toml` and on the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import Shell

from soapwright.model.diagnostics import SpecError
from soapwright.model.options import Options
from soapwright.pipeline import generate

WSDL = """<definitions name="Shop" targetNamespace="urn:shop" xmlns:tns="urn:shop"
    xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <types><xsd:schema targetNamespace="urn:shop" elementFormDefault="qualified">
    <xsd:complexType name="tOrder"><xsd:sequence>
      <xsd:element name="orderNo" type="xsd:int"/>
      <xsd:element ref="tns:payment"/>
    </xsd:sequence><xsd:attribute name="pin" type="xsd:string"/></xsd:complexType>
    <xsd:complexType name="tRush"><xsd:complexContent><xsd:extension base="tns:tOrder"/></xsd:complexContent></xsd:complexType>
    <xsd:complexType name="tStock"><xsd:sequence>
      <xsd:element name="left" type="tns:tCount"/></xsd:sequence></xsd:complexType>
    <xsd:simpleType name="tCount"><xsd:restriction base="xsd:int">
      <xsd:enumeration value="1"/></xsd:restriction></xsd:simpleType>
    <xsd:element name="payment" type="xsd:string"/>
    <xsd:element name="card" type="tns:tCard" substitutionGroup="tns:payment"/>
    <xsd:simpleType name="tCard"><xsd:restriction base="xsd:string">
      <xsd:enumeration value="visa"/></xsd:restriction></xsd:simpleType>
    <xsd:element name="buy" type="tns:tOrder"/>
    <xsd:element name="receipt"><xsd:complexType><xsd:sequence>
      <xsd:element name="text" type="xsd:string"/></xsd:sequence></xsd:complexType></xsd:element>
    <xsd:element name="count" type="tns:tStock"/>
  </xsd:schema></types>
  <message name="buy"><part name="body" element="tns:buy"/></message>
  <message name="bought"><part name="body" element="tns:receipt"/></message>
  <message name="count"><part name="body" element="tns:count"/></message>
  <portType name="Shop">
    <operation name="buyNow"><input message="tns:buy"/><output message="tns:bought"/></operation>
    <operation name="countStock"><input message="tns:count"/></operation>
  </portType>
  <binding name="Shop" type="tns:Shop">
    <soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="buyNow"><soap:operation soapAction=""/>
      <input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>
    <operation name="countStock"><soap:operation soapAction=""/>
      <input><soap:body use="literal"/></input></operation>
  </binding>
  <service name="Front"><port name="FrontPort" binding="tns:Shop"><soap:address location="http://127.0.0.1/f"/></port></service>
  <service name="Back"><port name="BackPort" binding="tns:Shop"><soap:address location="http://127.0.0.1/b"/></port></service>
</definitions>
"""
TABLE = """[[tool.soapwright.package]]
wsdl = "shop.wsdl"
output = "made"
name = "made"
"""
COMMAND = ("generate", "shop.wsdl", "--output", "made", "--package", "made")


@pytest.fixture
def project(shell: Shell) -> Shell:
    Path("shop.wsdl").write_text(WSDL, encoding="utf-8")
    return shell


def types() -> set[str]:
    return {path.stem for path in Path("made/types").glob("_[!_]*.py")}


def ports() -> str:
    return Path("made/ports.py").read_text(encoding="utf-8")


ALL = {"_t_order", "_t_rush", "_t_stock", "_t_count", "_t_card", "_receipt"}


def test_without_a_choice_all_is_there(project: Shell) -> None:
    assert project(*COMMAND).code == 0
    assert types() - {"_count_stock_response"} == ALL
    assert '"FrontPort"' in ports() and '"BackPort"' in ports()


@pytest.mark.parametrize("keys", ['include = ["buy*"]', 'exclude = ["countStock"]'])
def test_what_nothing_reaches_is_left_out(project: Shell, keys: str) -> None:
    """A derived type may stand for its base, and a substitute for its head: both stay."""
    Path("pyproject.toml").write_text(TABLE + keys)
    assert (project("generate").code, project("check").code) == (0, 0)
    assert types() == {"_t_order", "_t_rush", "_t_card", "_receipt"}
    assert "countStock" not in ports()
    elements = Path("made/elements.py").read_text()
    assert "\ntns:card " in elements and "\ntns:count " not in elements


@pytest.mark.parametrize(
    "keys", ['services = ["Front"]', 'ports = ["Front*"]', 'ports = ["F*", "Front*"]']
)
def test_services_and_ports(project: Shell, keys: str) -> None:
    Path("pyproject.toml").write_text(TABLE + keys)
    assert project("generate").code == 0
    assert '"FrontPort"' in ports() and '"BackPort"' not in ports()
    assert types() - {"_count_stock_response"} == ALL


def test_what_is_left_out_may_be_broken(project: Shell) -> None:
    Path("shop.wsdl").write_text(
        WSDL.replace('"count" type="tns:tStock"', '"count" type="tns:gone"')
    )
    assert "[reference]" in project(*COMMAND).err
    assert project(*COMMAND, "--exclude", "countStock").code == 0


def test_new_names(project: Shell) -> None:
    Path("pyproject.toml").write_text(
        TABLE
        + "[tool.soapwright.package.rename]\n"
        + '"{urn:shop}tOrder" = "Order"\ntRush = "UrgentOrder"\nreceipt = "Bon"\n'
        + 'orderNo = "number"\npin = "code"\nbuyNow = "buy"\n"{urn:shop}text" = "words"\n'
    )
    assert (project("generate").err, project("check").code) == ("", 0)
    assert {"_order", "_urgent_order", "_bon"} < types()
    order = Path("made/types/_order.py").read_text()
    assert "class Order" in order and "    number: int" in order
    assert "    code: str | None" in order
    client = Path("made/client.py").read_text()
    assert "def buy(" in client and "number: int" in client
    assert "words: str" in Path("made/types/_bon.py").read_text()
    assert "orderNo" in order and "tOrder" in Path("made/types/__init__.py").read_text()


def test_a_new_name_comes_before_those_that_rules_make(project: Shell) -> None:
    assert project(*COMMAND, "--rename", "tRush=TOrder").code == 0
    assert "_t_order" in types() and "_shop_t_order" in types()


def test_a_type_and_an_element_of_one_name(project: Shell) -> None:
    Path("shop.wsdl").write_text(WSDL.replace("tOrder", "receipt"))
    renames = ("--rename", "receipt=Order", "--rename", "/receipt=Bon")
    assert project(*COMMAND, *renames).code == 0
    assert {"_order", "_bon"} < types()


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            'services = ["Side"]',
            "5: error: 'Side' in 'services' matches nothing [config]\nhint: there is Back, Front\n",
        ),
        (
            'ports = [\n  "FrontPort",\n  "SidePort",\n]',
            "7: error: 'SidePort' in 'ports' matches nothing [config]\n",
        ),
        (
            'include = ["buynow"]',
            "5: error: 'buynow' in 'include' matches nothing [config]\nhint: there is buyNow\n",
        ),
        ('exclude = ["*"]', "4: error: no operation is left of those"),
        (
            '\nrename = { gone = "Gone" }',
            "6: error: no type or element is called gone [config]\n",
        ),
        (
            'rename.tOrder = "Order"\nrename."{urn:x}no" = "number"',
            "6: error: no element, attribute, part or operation is called {urn:x}no [config]\n",
        ),
        (
            'rename.orderNr = "number"',
            "5: error: no element, attribute, part or operation is called orderNr [config]\nhint: there is orderNo\n",
        ),
        (
            'rename.tOrders = "Order"',
            "5: error: no type or element is called tOrders [config]\nhint: there is tOrder\n",
        ),
        (
            '[tool.soapwright.package.rename]\ntOrder = "Thing"\ntRush = "Thing"',
            "7: error: 'tRush' and 'tOrder' cannot both be 'Thing' [config]\n",
        ),
        (
            '[tool.soapwright.package.rename]\n# one\ntOrder = "class"',
            "7: error: 'class' is a name that Python reserves [config]\nhint: class_ may be taken\n",
        ),
        (
            'rename.orderNo = "self"',
            "5: error: 'self' is a name that Python reserves [config]\nhint: self_ may be taken\n",
        ),
        ('rename = { tOrder = "_Order" }', "5: error: '_Order' is no public name"),
        ("rename = { tOrder = 7 }", "5: error: 'rename' is no table of strings"),
        ('rename = ["tOrder"]', "5: error: 'rename' is no table of strings"),
        ('include = "buyNow"', "5: error: 'include' is no list of strings"),
        ('includes = ["buyNow"]', "5: error: unknown key 'includes' [config]\n"),
        ("spec = 1", "5: error: 'spec' is no boolean"),
        ('include = [""]', "5: error: 'include' is empty, or something in it"),
        ('secret = ["a\\u0000"]', "5: error: 'secret' has a NUL [config]\n"),
        ('wire = "none"', "5: error: no wire style 'none' [wire]\n"),
        ("wire = ", "5: error: is no TOML: Invalid value (at line 5, column 8)"),
        ("[tool.soapwright]\nx = 1", "6: error: unknown key 'x' [config]\n"),
        (
            TABLE.replace('output = "made"', 'output = "b"'),
            "8: error: another package is called 'made': pyproject.toml:4 [config]\n",
        ),
        (
            TABLE.replace('"made"', '"made/types/b"', 1).replace('"made"', '"b"'),
            "7: error: made/types/b lies in made's folder already [config]\n",
        ),
        (TABLE, "7: error: made is made's folder already [config]\n"),
        (
            TABLE.replace('"made"', '"./x/../made"', 1).replace('"made"', '"b"'),
            "7: error: x/../made is made's folder already [config]\n",
        ),
    ],
)
def test_a_mistake_is_found_in_its_line(project: Shell, keys: str, said: str) -> None:
    Path("pyproject.toml").write_text(TABLE + keys + "\n")
    done = project("generate")
    assert (done.code, done.out) == (2, "")
    assert f"pyproject.toml:{said}" in done.err
    assert not Path("made").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[project]\n", "1: error: has no [[tool.soapwright.package]] [config]"),
        ("\n[[tool.soapwright.packages]]", "2: error: unknown key 'packages' [config]"),
        (
            "\n[tool.soapwright.package]",
            "2: error: 'package' is not in double brackets",
        ),
        ("[tool]\nsoapwright = 1", "2: error: 'tool.soapwright' is no table [config]"),
        (
            'tool.soapwright.package = [{wsdl = "a", name = "a b", x = 1}]',
            "1: error: 'a b' is no name for a package [config]",
        ),
    ],
)
def test_a_project_that_says_it_otherwise(project: Shell, text: str, said: str) -> None:
    Path("pyproject.toml").write_text(text)
    done = project("generate")
    assert (done.code, done.out) == (2, "")
    assert f"pyproject.toml:{said}" in done.err


def test_a_name_that_is_several_types_needs_its_namespace(project: Shell) -> None:
    other = '<xsd:schema targetNamespace="urn:b"><xsd:complexType name="tOrder"/></xsd:schema>'
    Path("shop.wsdl").write_text(WSDL.replace("<types>", f"<types>{other}"))
    done = project(*COMMAND, "--rename", "tOrder=Order")
    assert done.code == 2
    assert "tOrder is 2 types, which cannot all be Order [config]\nhint: " in done.err
    assert project(*COMMAND, "--rename", "{urn:b}tOrder=Order").code == 0
    assert {"_order", "_t_order"} < types()


@pytest.mark.parametrize(
    ("new", "found"),
    [
        ("", "error: tOrder: '' is no public name of Python's [config]"),
        ("class", "error: tOrder: 'class' is a name that Python reserves [config]"),
        ("Order\n", r"error: tOrder: 'Order\n' is no public name of Python's [config]"),
    ],
)
def test_a_new_name_that_is_none_is_found_from_python_too(
    project: Shell, new: str, found: str
) -> None:
    with pytest.raises(SpecError) as caught:
        generate(Path("shop.wsdl"), Options("made", rename=(("tOrder", new),)))
    assert found in str(caught.value)


def test_two_types_of_one_new_name_are_refused(project: Shell) -> None:
    done = project(*COMMAND, "--rename", "tOrder=Order", "--rename", "tStock=Order")
    assert done.code == 2
    assert "error: 'tStock' and 'tOrder' cannot both be 'Order' [config]" in done.err


def test_a_secret_that_hides_nothing_is_named(project: Shell) -> None:
    Path("pyproject.toml").write_text(TABLE + 'secret = [\n  "pin",\n  "pni",\n]\n')
    done = project("generate")
    assert done.code == 0
    assert re.fullmatch(r"pyproject\.toml:7: warning: .* pni: .*\n", done.err)
    assert "[secret]" in done.err


def test_the_command_line_takes_the_same(project: Shell) -> None:
    done = project(
        *COMMAND,
        *("--service", "Front", "--port", "F*", "--include", "b*", "--exclude", "c*"),
        *("--rename", "tOrder=Order", "--secret", "pin"),
    )
    assert (done.code, done.err) == (0, "")
    options = json.loads(Path("made/manifest.json").read_text())["options"]
    assert options["services"] == ["Front"] and options["exclude"] == ["c*"]
    assert options["rename"] == {"tOrder": "Order"}
    done = project(*COMMAND, "--port", "None")
    assert done.err.startswith("shop.wsdl:1: error: 'None' in 'ports' matches nothing")
    assert "NAME=PYTHON" in project(*COMMAND, "--rename", "tOrder").err
    assert project("generate", "--include", "b*").code == 2
