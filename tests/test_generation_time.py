"""What strangers may write that takes forever where anything is quadratic, or worse.

A generation of a small WSDL takes a fraction of a second. Before they were mended, the slowest of
these took half a minute, and the unions did not end; the bound is for a busy machine.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import SERVICE

from soapwright.model.diagnostics import SpecError
from soapwright.model.options import Options
from soapwright.pipeline import generate

pytestmark = pytest.mark.slow
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


def restricted(depth: int) -> str:
    """A chain of types that restrict each other, all with the same element."""
    content = '<xsd:sequence><xsd:element name="a" type="xsd:string" minOccurs="0"/></xsd:sequence>'
    found = [f'<xsd:complexType name="R0">{content}</xsd:complexType>']
    for n in range(1, depth):
        found.append(
            f'<xsd:complexType name="R{n}"><xsd:complexContent><xsd:restriction base="tns:R{n - 1}">'
            f"{content}</xsd:restriction></xsd:complexContent></xsd:complexType>"
        )
    return "".join(found)


def anonymous(count: int) -> str:
    """A type whose elements have one name, and each a type of its own."""
    fields = "".join(
        f'<xsd:element name="a"><xsd:complexType><xsd:sequence><xsd:element name="b{n}" type="xsd:string"/>'
        "</xsd:sequence></xsd:complexType></xsd:element>"
        for n in range(count)
    )
    return f'<xsd:complexType name="A"><xsd:sequence>{fields}</xsd:sequence></xsd:complexType>'


def untyped(count: int) -> str:
    """Elements that take their type from the head of their group, and that from its own, in a circle."""
    return "".join(
        f'<xsd:element name="s{n}" substitutionGroup="tns:s{(n + 1) % count}"/>'
        for n in range(count)
    )


def types(count: int, base: str, content: str = "") -> str:
    """Types that take what they have from elsewhere."""
    extension = (
        f'<xsd:complexContent><xsd:extension base="{base}"/></xsd:complexContent>'
    )
    return "".join(
        f'<xsd:complexType name="W{n}">{content or extension}</xsd:complexType>'
        for n in range(count)
    )


def attributes(count: int) -> str:
    return "".join(f'<xsd:attribute name="a{n}"/>' for n in range(count))


def fields(count: int) -> str:
    found = "".join(
        f'<xsd:element name="f{n}" type="xsd:string"/>' for n in range(count)
    )
    return f"<xsd:sequence>{found}</xsd:sequence>"


# Of each a hundred kilobytes mean a million fields.
TOO_LARGE = {
    "a group of attributes in many types": (
        f'<xsd:attributeGroup name="g">{attributes(1000)}</xsd:attributeGroup>'
        + types(1000, "", '<xsd:attributeGroup ref="tns:g"/>')
    ),
    "a group in many types": (
        f'<xsd:group name="g">{fields(1000)}</xsd:group>'
        + types(1000, "", '<xsd:group ref="tns:g"/>')
    ),
    "a base of many types": (
        f'<xsd:complexType name="B">{fields(1000)}</xsd:complexType>'
        + types(1000, "tns:B")
    ),
    "unions of a union": (
        '<xsd:simpleType name="U"><xsd:union memberTypes="'
        + " ".join(f"tns:M{n}" for n in range(1000))
        + '"/></xsd:simpleType>'
        + "".join(
            f'<xsd:simpleType name="M{n}"><xsd:restriction base="xsd:string"/></xsd:simpleType>'
            f'<xsd:simpleType name="V{n}"><xsd:union memberTypes="tns:U"/></xsd:simpleType>'
            for n in range(1000)
        )
    ),
    "a chain of substitutions that is used all along": (
        elements(chained=True)
        + '<xsd:complexType name="C"><xsd:sequence>'
        + "".join(f'<xsd:element ref="tns:m{n}"/>' for n in range(2000))
        + "</xsd:sequence></xsd:complexType>"
    ),
    "many redefinitions": (
        '<xsd:redefine schemaLocation="q.xsd"><xsd:simpleType name="Q"><xsd:restriction base="tns:Q"/>'
        "</xsd:simpleType></xsd:redefine>"
    )
    * 2000,
    "a document without a namespace that is included often": "</xsd:schema>".join(
        [
            "",
            *(
                f'<xsd:schema targetNamespace="urn:c{n}"><xsd:include schemaLocation="c.xsd"/>'
                for n in range(400)
            ),
            "<xsd:schema>",
        ]
    ),
}
SCHEMAS = {
    "a chain of restrictions": restricted(90),
    "anonymous types": anonymous(2000),
    "a circle of heads": untyped(2000),
    "a chain of derived types": derived(50),
    "a wide sequence": wide("<xsd:sequence>", "</xsd:sequence>"),
    "a wide choice": wide("<xsd:choice>", "</xsd:choice>"),
    "a wide list": wide('<xsd:choice maxOccurs="unbounded">', "</xsd:choice>"),
    "many attributes": f'<xsd:complexType name="W">{attributes(3000)}</xsd:complexType>',
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


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_means_far_more_than_it_has_is_refused(name: str, tmp_path: Path) -> None:
    schema = '<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    (tmp_path / "q.xsd").write_text(
        f'{schema} targetNamespace="urn:more"><xsd:simpleType name="Q">'
        '<xsd:restriction base="xsd:string"/></xsd:simpleType></xsd:schema>'
    )
    (tmp_path / "c.xsd").write_text(
        f"{schema}>{types(400, 'xsd:anyType')}</xsd:schema>"
    )
    namespaces = 'targetNamespace="urn:more" xmlns:tns="urn:more"'
    more = f"<xsd:schema {namespaces}>{TOO_LARGE[name]}</xsd:schema>"
    wsdl = SERVICE.replace("</types>", f"{more}</types>")
    start = sum(os.times()[:4])
    with pytest.raises(SpecError, match="more than .* \\[limit\\]"):
        seconds(wsdl, tmp_path)
    assert sum(os.times()[:4]) - start < SECONDS
