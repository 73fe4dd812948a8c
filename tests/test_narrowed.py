"""Restrictions, with libxml2 as the judge: what it refuses, reading, writing or `validate` refuses too."""

from __future__ import annotations

import sys
from importlib import import_module, invalidate_caches
from pathlib import Path

import pytest
from lxml import etree
from one_way import XSD, body, envelope, wsdl

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.testing import compare_envelopes

TYPES = """
<xs:simpleType name="E"><xs:restriction base="xs:token">
  <xs:enumeration value="a"/><xs:enumeration value="b"/></xs:restriction></xs:simpleType>
<xs:simpleType name="E1"><xs:restriction base="t:E"><xs:enumeration value="a"/></xs:restriction></xs:simpleType>
<xs:simpleType name="L"><xs:list itemType="xs:int"/></xs:simpleType>
<xs:simpleType name="L2"><xs:restriction base="t:L"><xs:maxLength value="2"/></xs:restriction></xs:simpleType>
<xs:simpleType name="U"><xs:union memberTypes="xs:int xs:token"/></xs:simpleType>
<xs:simpleType name="U2"><xs:restriction base="t:U">
  <xs:enumeration value="4"/><xs:enumeration value="q"/></xs:restriction></xs:simpleType>
<xs:complexType name="P"><xs:simpleContent><xs:extension base="xs:decimal">
  <xs:attribute name="of" type="xs:decimal"/></xs:extension></xs:simpleContent></xs:complexType>
<xs:complexType name="P1"><xs:simpleContent><xs:restriction base="t:P">
  <xs:simpleType><xs:restriction base="xs:positiveInteger"/></xs:simpleType>
  <xs:attribute name="of" type="xs:integer" use="required"/></xs:restriction></xs:simpleContent></xs:complexType>
<xs:element name="head" type="xs:string"/>
<xs:element name="one" type="xs:string" substitutionGroup="t:head"/>
<xs:element name="two" type="xs:string" substitutionGroup="t:head"/>
<xs:group name="G"><xs:choice><xs:element name="g" type="xs:string"/>
  <xs:element name="h" type="xs:string"/></xs:choice></xs:group>
"""


def one(name: str, kind: str = "xs:string", more: str = "") -> str:
    """The declaration of an element."""
    return f'<xs:element name="{name}" type="{kind}" {more}/>'


OPTIONAL = 'minOccurs="0"'
NIL = 'nillable="true" '
TWO = 'minOccurs="2" maxOccurs="2"'
SOME = 'minOccurs="0" maxOccurs="unbounded"'
# The content of a type, that of a restriction of it, and the content of instances, valid or not.
NARROWED = {
    "simple-types": (
        f'<xs:sequence>{one("x", "t:E")}{one("l", "t:L")}{one("u", "t:U")}</xs:sequence>',
        f'<xs:sequence>{one("x", "t:E1")}{one("l", "t:L2")}{one("u", "t:U2")}</xs:sequence>',
        [
            "<x>a</x><l>1 2</l><u>4</u>",
            "<x>a</x><l>1</l><u>q</u>",
            "<x>b</x><l>1 2</l><u>4</u>",
            "<x>a</x><l>1 2 3</l><u>4</u>",
            "<x>a</x><l>1 2</l><u>5</u>",
            "<x>a</x><l>1 2</l><u>r</u>",
        ],
    ),
    "integers": (
        f'<xs:sequence>{one("d", "xs:decimal")}{one("p", "t:P", OPTIONAL)}</xs:sequence>',
        f'<xs:sequence>{one("d", "xs:byte")}{one("p", "t:P1", OPTIONAL)}</xs:sequence>',
        [
            '<d>1</d><p of="2">3</p>',
            "<d>1.5</d>",
            "<d>300</d>",
            '<d>1</d><p of="2">0</p>',
            '<d>1</d><p of="2">1.5</p>',
            '<d>1</d><p of="2.5">1</p>',
            "<d>1</d><p>1</p>",
        ],
    ),
    "nil": (
        f"<xs:sequence>{one('x', more=NIL)}{one('y', 'xs:int', NIL + OPTIONAL)}"
        "</xs:sequence>",
        f"<xs:sequence>{one('x')}{one('y', 'xs:int', OPTIONAL)}</xs:sequence>",
        [
            "<x/>",
            "<x/><y>1</y>",
            '<x xsi:nil="true"/>',
            '<x/><y xsi:nil="true"/>',
        ],
    ),
    "numbers": (
        f'<xs:sequence>{one("x", more=OPTIONAL)}{one("y", more=SOME)}</xs:sequence>',
        f"<xs:sequence>{one('x')}{one('y', more=TWO)}</xs:sequence>",
        [
            "<x/><y/><y/>",
            "<x/>",
            "<x/><y/>",
            "<x/><y/><y/><y/>",
            "<y/><y/>",
        ],
    ),
    "branch": (
        f"<xs:choice>{one('x')}{one('y')}</xs:choice>",
        f"<xs:sequence>{one('x')}</xs:sequence>",
        ["<x/>", "<y/>", ""],
    ),
    "wildcard": (
        f'<xs:sequence><xs:any namespace="##any" processContents="skip" {SOME}/></xs:sequence>',
        f"<xs:sequence>{one('x', 'xs:int')}</xs:sequence>",
        ["<x>4</x>", "<o:y/>", "<x>q</x>", "<x>4</x><o:y/>", ""],
    ),
    "wildcards": (
        f'<xs:sequence>{one("x")}<xs:any namespace="##any" processContents="skip" {SOME}/></xs:sequence>',
        f'<xs:sequence>{one("x")}<xs:any namespace="##other" processContents="skip"'
        ' minOccurs="1" maxOccurs="2"/></xs:sequence>',
        [
            "<x/>",
            "<x/><o:y/>",
            "<x/><o:y/><o:z/>",
            "<x/><o:y/><o:y/><o:y/>",
            "<x/><y/>",
        ],
    ),
    "one-wildcard": (
        '<xs:sequence><xs:any namespace="##any" processContents="lax" minOccurs="0"/></xs:sequence>',
        '<xs:sequence><xs:any namespace="##targetNamespace" processContents="lax"/></xs:sequence>',
        ["<one/>", "<o:y/>", "", "<one/><two/>"],
    ),
    "repeated-choice": (
        f'<xs:choice {SOME}>{one("x")}{one("y")}{one("z")}</xs:choice>',
        f'<xs:choice minOccurs="2" maxOccurs="3">{one("x")}{one("y")}</xs:choice>',
        ["<x/><y/>", "<y/><x/><y/>", "<x/>", "", "<x/><x/><x/><x/>", "<x/><z/>"],
    ),
    "choice-to-sequence": (
        f'<xs:choice {SOME}>{one("x")}{one("y")}{one("z")}</xs:choice>',
        f'<xs:sequence>{one("y")}{one("x", more=SOME)}{one("z", more=OPTIONAL)}</xs:sequence>',
        ["<y/>", "<y/><z/>", "<y/><x/><x/><z/>", "<x/><y/>", "<y/><z/><x/>", ""],
    ),
    "repeated-sequence": (
        f'<xs:sequence {SOME}>{one("x")}{one("y", more=OPTIONAL)}{one("z", more=SOME)}</xs:sequence>',
        f'<xs:sequence minOccurs="1" maxOccurs="2">{one("x")}{one("y")}'
        f'{one("z", more=OPTIONAL)}</xs:sequence>',
        [
            "<x/><y/>",
            "<x/><y/><z/><x/><y/>",
            "",
            "<x/><z/>",
            "<x/><y/><z/><z/>",
            "<x/><y/><x/>",
            "<x/><y/><x/><y/><x/><y/>",
        ],
    ),
    "nested-groups": (
        f'<xs:sequence>{one("a", more=OPTIONAL)}<xs:choice {SOME}><xs:sequence>{one("x")}{one("y", more=SOME)}'
        f'</xs:sequence>{one("z")}</xs:choice>{one("e", more=SOME)}</xs:sequence>',
        f'<xs:sequence>{one("a")}<xs:choice maxOccurs="2"><xs:sequence>{one("x")}{one("y", more=TWO)}'
        f'</xs:sequence>{one("z")}</xs:choice>{one("e", more=OPTIONAL)}</xs:sequence>',
        [
            "<a/><x/><y/><y/><e/>",
            "<a/><z/><z/>",
            "<a/><z/><x/><y/><y/>",
            "<z/>",
            "<a/><x/><y/>",
            "<a/><x/><y/><y/><y/>",
            "<a/><z/><z/><z/>",
            "<a/><z/><e/><e/>",
            "<a/><e/>",
        ],
    ),
    "choice-that-must-be-made": (
        f'<xs:sequence><xs:choice minOccurs="0">{one("x")}{one("y")}</xs:choice>{one("z", more=OPTIONAL)}'
        "</xs:sequence>",
        f'<xs:sequence><xs:choice>{one("x")}{one("y")}</xs:choice>{one("z", more=OPTIONAL)}</xs:sequence>',
        ["<x/>", "<y/><z/>", "<z/>", ""],
    ),
    "heads": (
        f'<xs:sequence><xs:element ref="t:head" {SOME}/></xs:sequence>',
        '<xs:sequence><xs:element ref="t:one" maxOccurs="2"/></xs:sequence>',
        ["<one/>", "<one/><one/>", "<two/>", "<one/><one/><one/>", "", "<one/><two/>"],
    ),
    "mixed": (
        f'<xs:choice {SOME}>{one("x")}{one("y")}</xs:choice>',
        f'<xs:sequence>{one("x")}{one("y", more=OPTIONAL)}</xs:sequence>',
        ["a<x/>b<y/>c", "<x/>", "a", "<y/>", "<x/>a<x/>", "<y/><x/>"],
    ),
    "text-between": (
        f"<xs:sequence>{one('x', more=SOME)}</xs:sequence>",
        f"<xs:sequence>{one('x')}</xs:sequence>",
        ["<x/>", " <x/> ", "a<x/>", "<x/>b", "<x/><x/>"],
    ),
    "groups": (
        f'<xs:group ref="t:G" {SOME}/>',
        '<xs:group ref="t:G" minOccurs="2" maxOccurs="2"/>',
        ["<g/><g/>", "<h/><g/>", "<g/>", "<g/><h/><g/>"],
    ),
}
MIXED = {"mixed": "AB", "text-between": "A"}


def schema(base: str, restriction: str, *, mixed: str = "") -> str:
    """A type A and a restriction B of it, of which some are `mixed`."""
    a, b = (' mixed="true"' if one in mixed else "" for one in "AB")
    return (
        f'<xs:schema xmlns:xs="{XSD}" xmlns:t="urn:t" targetNamespace="urn:t"'
        f' elementFormDefault="qualified">{TYPES}<xs:complexType name="A"{a}>{base}</xs:complexType>'
        f'<xs:complexType name="B"{b}><xs:complexContent><xs:restriction base="t:A">{restriction}'
        "</xs:restriction></xs:complexContent></xs:complexType>"
        '<xs:element name="narrow" type="t:B"/><xs:element name="wide" type="t:A"/></xs:schema>'
    )


@pytest.mark.parametrize("name", NARROWED)
def test_what_a_restriction_refuses_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, restriction, contents = NARROWED[name]
    text = schema(base, restriction, mixed=MIXED.get(name, ""))
    path = tmp_path / "service.wsdl"
    path.write_text(wsdl(text, ["narrow", "wide"]), encoding="utf-8")
    package_name = f"narrowed_{name.replace('-', '_')}"
    write_package(tmp_path / package_name, generate(path, Options(package_name)).files)
    monkeypatch.syspath_prepend(str(tmp_path))
    invalidate_caches()
    package = import_module(package_name)
    judge = etree.XMLSchema(etree.fromstring(text))
    for content in contents:
        for tag in ("narrow", "wide"):
            kind = ' xsi:type="B"' if tag == "wide" else ""
            given = envelope(f"<{tag}{kind}>{content}</{tag}>")
            operation = package.PORTS["P"].operations[tag]
            try:
                value = operation.decode_request(given)
                written = operation.encode_request(value)
                package.validate(value)
            except (package.errors.DecodeError, package.errors.EncodeError) as error:
                assert not judge.validate(body(given)), f"{content}: {error}"
            else:
                assert judge.validate(body(given)), content
                assert not list(compare_envelopes(written, given)), content
    for module in [m for m in sys.modules if m.startswith(package_name)]:
        del sys.modules[module]


# The content of a type, of a restriction of it, of an extension of that, and instances of the last:
# attributes and content.
EXTENDED = {
    "attribute-again": (
        '<xs:attribute name="x"/>',
        '<xs:attribute name="x" use="prohibited"/>',
        '<xs:attribute name="x" use="required"/>',
        [('x="1"', ""), ("", "")],
    ),
    "element-again": (
        f"<xs:sequence>{one('x', 'xs:int', OPTIONAL)}{one('y', more=OPTIONAL)}</xs:sequence>",
        f"<xs:sequence>{one('y', more=OPTIONAL)}</xs:sequence>",
        f"<xs:sequence>{one('x', 'xs:int')}</xs:sequence>",
        [("", "<y/><x>1</x>"), ("", "<x>1</x>"), ("", "<y/>"), ("", "<x>q</x>")],
    ),
    "attributes-of-some-namespaces": (
        '<xs:anyAttribute processContents="skip"/>',
        '<xs:attribute name="k" use="required"/><xs:anyAttribute namespace="##other" processContents="skip"/>',
        '<xs:attribute name="m"/>',
        [('k="1" m="2" o:z="3"', ""), ('k="1" z="3"', ""), ('o:z="3"', "")],
    ),
    "no-other-attributes": (
        '<xs:anyAttribute processContents="skip"/>',
        '<xs:attribute name="k"/>',
        '<xs:attribute name="m"/>',
        [('k="1" m="2"', ""), ('o:z="3"', "")],
    ),
    "other-attributes-again": (
        '<xs:anyAttribute processContents="skip"/>',
        "",
        '<xs:anyAttribute processContents="skip"/>',
        [("", ""), ('o:z="3" z="4"', "")],
    ),
}


@pytest.mark.parametrize("name", EXTENDED)
def test_an_extension_of_a_restriction_has_its_own_model(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, restriction, extension, instances = EXTENDED[name]
    text = (
        f'<xs:schema xmlns:xs="{XSD}" xmlns:t="urn:t" targetNamespace="urn:t" elementFormDefault="qualified">'
        f'<xs:complexType name="A">{base}</xs:complexType><xs:complexType name="B"><xs:complexContent>'
        f'<xs:restriction base="t:A">{restriction}</xs:restriction></xs:complexContent></xs:complexType>'
        f'<xs:complexType name="C"><xs:complexContent><xs:extension base="t:B">{extension}</xs:extension>'
        '</xs:complexContent></xs:complexType><xs:element name="c" type="t:C"/></xs:schema>'
    )
    path = tmp_path / "service.wsdl"
    path.write_text(wsdl(text, ["c"]), encoding="utf-8")
    package_name = f"extended_{name.replace('-', '_')}"
    write_package(tmp_path / package_name, generate(path, Options(package_name)).files)
    monkeypatch.syspath_prepend(str(tmp_path))
    invalidate_caches()
    package = import_module(package_name)
    operation = package.PORTS["P"].operations["c"]
    judge = etree.XMLSchema(etree.fromstring(text))
    for attributes, content in instances:
        given = envelope(f"<c {attributes}>{content}</c>")
        try:
            value = operation.decode_request(given)
            written = operation.encode_request(value)
            package.validate(value)
        except (package.errors.DecodeError, package.errors.EncodeError) as error:
            assert not judge.validate(body(given)), f"{attributes}{content}: {error}"
        else:
            assert judge.validate(body(given)), f"{attributes}{content}"
            assert not list(compare_envelopes(written, given))
