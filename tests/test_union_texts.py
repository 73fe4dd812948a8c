"""Texts of unions, with libxml2 as the judge: what no member takes is refused by reading or by `validate`, in elements and attributes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from lxml import etree
from one_way import XSD, body, envelope, wsdl

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package


def narrowed(base: str, facets: str) -> str:
    return (
        f'<xs:simpleType><xs:restriction base="{base}">{facets}'
        "</xs:restriction></xs:simpleType>"
    )


def facet(name: str, value: object) -> str:
    return f'<xs:{name} value="{value}"/>'


def values(*texts: str) -> str:
    return "".join(facet("enumeration", text) for text in texts)


FEW = narrowed("xs:int", facet("maxInclusive", "10"))
# A type, and texts for it.
UNIONS = {
    "Few": (
        f"<xs:union>{FEW}{narrowed('xs:string', values('many'))}</xs:union>",
        ["5", "11", "many", "foo", ""],
    ),
    "Words": (
        f"<xs:union>{narrowed('xs:string', facet('pattern', '[a-z]+'))}"
        f"{narrowed('xs:string', facet('length', '3'))}</xs:union>",
        ["abc", "ABC", "abcd", "ABCD", ""],
    ),
    "Lists": (
        f"<xs:union>{narrowed('t:Ints', facet('maxLength', '2'))}"
        f"{narrowed('xs:token', facet('maxLength', '2'))}</xs:union>",
        ["1 2", "1 2 3", "ab", "abc", ""],
    ),
    "Logical": (
        '<xs:union memberTypes="xs:boolean">'
        f"{narrowed('xs:decimal', facet('fractionDigits', '1'))}</xs:union>",
        ["true", "1", "0", "2", "2.5", "2.55", "yes"],
    ),
    "Names": (
        f"<xs:union>{narrowed('xs:NMTOKEN', values('A', 'B'))}"
        f"{narrowed('xs:int', values('1', '2'))}</xs:union>",
        ["A", "C", "1", "3", "x y", ""],
    ),
    "Some": (
        f"<xs:restriction base='t:Either'>{values('1', 'z')}</xs:restriction>",
        ["1", "z", "2", "y", "01"],
    ),
    "Digit": (
        "<xs:restriction base='t:Either'><xs:pattern value='[0-9]'/></xs:restriction>",
        ["1", "z", "22"],
    ),
    "ListOfUnions": (
        "<xs:list itemType='t:Few'/>",
        ["1 many 5", "11 many", "foo 3", ""],
    ),
    "Nested": (
        "<xs:union memberTypes='t:Few xs:duration xs:gYear'/>",
        ["5", "P1D", "1999", "many", "11", "qq"],
    ),
    "Qualified": (
        f"<xs:union memberTypes='xs:QName'>{FEW}</xs:union>",
        ["t:a", "5", "11", "zz", "nope:a", ""],
    ),
    "Bytes": (
        f"<xs:union>{narrowed('xs:hexBinary', facet('length', '1'))}"
        f"{narrowed('xs:int', facet('minInclusive', '100'))}</xs:union>",
        ["0a", "100", "0b0b", "zz"],
    ),
}


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[ModuleType, etree.XMLSchema]]:
    """A package of all these types, and the judge."""
    types = "".join(
        f'<xs:simpleType name="{name}">{text}</xs:simpleType>'
        for name, (text, _) in UNIONS.items()
    )
    elements = "".join(
        f'<xs:element name="of{name}"><xs:complexType><xs:sequence><xs:element name="v" type="t:{name}"'
        f' minOccurs="0"/></xs:sequence><xs:attribute name="at" type="t:{name}"/></xs:complexType></xs:element>'
        for name in UNIONS
    )
    schema = (
        f'<xs:schema xmlns:xs="{XSD}" xmlns:t="urn:t" targetNamespace="urn:t" elementFormDefault="qualified">'
        '<xs:simpleType name="Ints"><xs:list itemType="xs:int"/></xs:simpleType>'
        '<xs:simpleType name="Either"><xs:union memberTypes="xs:int xs:string"/></xs:simpleType>'
        f"{types}{elements}</xs:schema>"
    )
    folder = tmp_path_factory.mktemp("unions")
    path = folder / "service.wsdl"
    path.write_text(wsdl(schema, [f"of{name}" for name in UNIONS]), encoding="utf-8")
    write_package(folder / "union_texts", generate(path, Options("union_texts")).files)
    sys.path.insert(0, str(folder))
    yield import_module("union_texts"), etree.XMLSchema(etree.fromstring(schema))
    sys.path.remove(str(folder))


@pytest.mark.parametrize("name", UNIONS)
@pytest.mark.parametrize("form", ["<of{0}><v>{1}</v></of{0}>", '<of{0} at="{1}"/>'])
def test_what_no_member_takes_is_refused(made: Any, name: str, form: str) -> None:
    package, judge = made
    operation = package.PORTS["P"].operations[f"of{name}"]
    for text in UNIONS[name][1]:
        given = envelope(form.format(name, text))
        is_valid = judge.validate(body(given))
        try:
            value = operation.decode_request(given)
        except package.errors.DecodeError:
            assert not is_valid, text
            problems: list[Any] = []
            operation.decode_request(given, lenient=True, problems=problems)
            assert [one.value or "" for one in problems] == [text]
            continue
        assert operation.decode_request(operation.encode_request(value)) == value
        try:
            package.validate(value)
        except package.errors.EncodeError:
            assert not is_valid, text
        else:
            assert is_valid, text
