"""What strangers may write that takes forever where anything is quadratic, or worse.

A generation of a small WSDL takes a fraction of a second. Before they were mended, the slowest of
these took half a minute, and the unions did not end; the bound is for a busy machine.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import SERVICE

from soapwright.model.options import Options
from soapwright.pipeline import generate

SECONDS = 15
COUNT = 20_000


def unions(restricted: bool) -> str:
    """Types of which each is a union of the next one, twice: by two restrictions, or as such."""
    types = [
        '<xsd:simpleType name="U0"><xsd:union memberTypes="xsd:int"/></xsd:simpleType>'
    ]
    for n in range(1, 40):
        first = second = f"tns:U{n - 1}"
        if restricted:
            first, second = f"tns:A{n}", f"tns:B{n}"
            types += [
                f'<xsd:simpleType name="{name}{n}"><xsd:restriction base="tns:U{n - 1}">'
                f'<xsd:pattern value="{name}*"/></xsd:restriction></xsd:simpleType>'
                for name in "AB"
            ]
        types.append(
            f'<xsd:simpleType name="U{n}"><xsd:union memberTypes="{first} {second}"/>'
            "</xsd:simpleType>"
        )
    return "".join(types)


def elements(chained: bool) -> str:
    """Two thousand elements that may stand for `m0`: each for the one before, or all for it."""
    found = ['<xsd:element name="m0" type="xsd:string"/>']
    for n in range(1, 2000):
        head = n - 1 if chained else 0
        found.append(
            f'<xsd:element name="m{n}" type="xsd:string" substitutionGroup="tns:m{head}"/>'
        )
    holder = '<xsd:complexType name="H"><xsd:sequence><xsd:element ref="tns:m0"/></xsd:sequence></xsd:complexType>'
    return "".join(found) + holder


def derived(depth: int) -> str:
    """A chain of types that extend each other; each refers to an element that all later ones may stand for."""
    found = [
        '<xsd:complexType name="T0"><xsd:sequence/></xsd:complexType>'
        '<xsd:element name="e0" type="tns:T0"/>'
    ]
    for n in range(1, depth):
        found.append(
            f'<xsd:complexType name="T{n}"><xsd:complexContent><xsd:extension base="tns:T{n - 1}">'
            f'<xsd:sequence><xsd:element ref="tns:e{n - 1}" minOccurs="0"/></xsd:sequence>'
            "</xsd:extension></xsd:complexContent></xsd:complexType>"
            f'<xsd:element name="e{n}" type="tns:T{n}" substitutionGroup="tns:e{n - 1}"/>'
        )
    return "".join(found)


def wide(start: str, end: str) -> str:
    """A type of three thousand elements, and one that restricts it."""
    fields = "".join(
        f'<xsd:element name="f{n}" type="xsd:string" minOccurs="0"/>'
        for n in range(3000)
    )
    content = f"{start}{fields}{end}"
    return (
        f'<xsd:complexType name="W">{content}</xsd:complexType>'
        '<xsd:complexType name="R"><xsd:complexContent><xsd:restriction base="tns:W">'
        f"{content}</xsd:restriction></xsd:complexContent></xsd:complexType>"
    )


def many_attributes() -> str:
    """A type of three thousand attributes."""
    found = "".join(f'<xsd:attribute name="a{n}" type="xsd:int"/>' for n in range(3000))
    return f'<xsd:complexType name="W">{found}</xsd:complexType>'


SCHEMAS = {
    "a chain of derived types": derived(50),
    "a wide sequence": wide("<xsd:sequence>", "</xsd:sequence>"),
    "a wide choice": wide("<xsd:choice>", "</xsd:choice>"),
    "a wide list": wide('<xsd:choice maxOccurs="unbounded">', "</xsd:choice>"),
    "many attributes": many_attributes(),
    "unions of unions": unions(restricted=False),
    "unions of restricted unions": unions(restricted=True),
    "a wide substitution group": elements(chained=False),
    "a chain of substitutions": elements(chained=True),
}
TEXTS = {
    "prefixes": "xmlns:" * COUNT,
    "declarations that do not end": 'xmlns:a="' * COUNT,
    "declarations": "".join(f'xmlns:p{n}="urn:{n}" ' for n in range(COUNT)),
    "declarations of one namespace": "".join(
        f'xmlns:p{n}="http://schemas.xmlsoap.org/soap/encoding/" ' for n in range(COUNT)
    ),
    "spaces": "xmlns:a" + " " * COUNT + "xmlns:a" * COUNT,
}


def seconds(wsdl: str, folder: Path) -> float:
    path = folder / "service.wsdl"
    path.write_text(wsdl, encoding="utf-8")
    start = sum(
        os.times()[:4]
    )  # of processors, the formatter's too: others may be busy
    generate(path, Options("made"))
    return sum(os.times()[:4]) - start


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema(name: str, tmp_path: Path) -> None:
    namespaces = 'targetNamespace="urn:more" xmlns:tns="urn:more"'
    schema = f"<xsd:schema {namespaces}>{SCHEMAS[name]}</xsd:schema>"
    assert seconds(SERVICE.replace("</types>", f"{schema}</types>"), tmp_path) < SECONDS


@pytest.mark.parametrize("name", TEXTS)
def test_a_documentation(name: str, tmp_path: Path) -> None:
    text = f"<documentation>{TEXTS[name]}</documentation>"
    assert seconds(SERVICE.replace("<types>", f"{text}<types>"), tmp_path) < SECONDS
