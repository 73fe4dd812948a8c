"""WSDLs of any size, made up: many types in a tree of inheritance, or one type of many fields."""

from __future__ import annotations

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<definitions targetNamespace="urn:big" xmlns="http://schemas.xmlsoap.org/wsdl/"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:b="urn:big">
  <types><xsd:schema targetNamespace="urn:big" elementFormDefault="qualified">
"""
_SIMPLE = ("string", "int", "boolean", "dateTime", "decimal")
_PER_OPERATION = 10
"""Types for each operation."""


def big_wsdl(count: int) -> str:
    """A document/literal service of so many types, with an operation for every ten of them.

    Of ten types one is an enumeration, and three extend the one before; the others have no base.
    A complex type has three simple fields and a repeated one of an earlier type.
    """
    types = [_type(number) for number in range(count)]
    operations = range(max(1, count // _PER_OPERATION))
    elements = [
        f'<xsd:element name="Call{n}{end}"><xsd:complexType><xsd:sequence>'
        f'<xsd:element name="item" type="b:{_name(n * _PER_OPERATION + 1)}"/>'
        "</xsd:sequence></xsd:complexType></xsd:element>\n"
        for n in operations
        for end in ("", "Response")
    ]
    messages = [
        f'<message name="Call{n}{end}"><part name="parameters"'
        f' element="b:Call{n}{end}"/></message>\n'
        for n in operations
        for end in ("", "Response")
    ]
    ports = [
        f'<operation name="Call{n}"><input message="b:Call{n}"/>'
        f'<output message="b:Call{n}Response"/></operation>\n'
        for n in operations
    ]
    bound = [
        f'<operation name="Call{n}"><soap:operation soapAction="urn:big#{n}"/>'
        '<input><soap:body use="literal"/></input>'
        '<output><soap:body use="literal"/></output></operation>\n'
        for n in operations
    ]
    return "".join(
        [
            *(_HEAD, *types, *elements, "</xsd:schema></types>\n", *messages),
            *('<portType name="Big">\n', *ports, "</portType>\n"),
            '<binding name="Big" type="b:Big"><soap:binding'
            ' transport="http://schemas.xmlsoap.org/soap/http"/>\n',
            *(*bound, "</binding>\n"),
            '<service name="Big"><port name="Big" binding="b:Big">'
            '<soap:address location="http://127.0.0.1/big"/></port></service>\n',
            "</definitions>\n",
        ]
    )


def _name(number: int) -> str:
    return f"Type{number:04}"


def _type(number: int) -> str:
    name = _name(number)
    if number % 10 == 0:
        values = "".join(f'<xsd:enumeration value="value {i}"/>' for i in range(5))
        return (
            f'<xsd:simpleType name="{name}"><xsd:restriction base="xsd:string">'
            f"{values}</xsd:restriction></xsd:simpleType>\n"
        )
    fields = "".join(
        f'<xsd:element name="field{i}" type="xsd:{_SIMPLE[(number + i) % 5]}"'
        f' minOccurs="{i % 2}"/>'
        for i in range(3)
    )
    if number > 10:
        other = _name(number // 2 // 10 * 10 + 1)
        fields += (
            f'<xsd:element name="other" type="b:{other}" minOccurs="0"'
            ' maxOccurs="unbounded"/>'
        )
    content = f"<xsd:sequence>{fields}</xsd:sequence>"
    if number % 10 in (3, 6, 9) and number > 10:
        base = _name(number - 1)
        content = (
            f'<xsd:complexContent><xsd:extension base="b:{base}">'
            f'{content.replace("field", f"own{number % 10}x").replace("other", "more")}'
            "</xsd:extension></xsd:complexContent>"
        )
    return f'<xsd:complexType name="{name}">{content}</xsd:complexType>\n'


def wide_wsdl(count: int) -> str:
    """A document/literal service of one operation, whose element has so many optional fields."""
    fields = "".join(
        f'<xsd:element name="field{n}" type="xsd:{_SIMPLE[n % 5]}" minOccurs="0"/>\n'
        for n in range(count)
    )
    return (
        f'{_HEAD}<xsd:element name="Wide"><xsd:complexType><xsd:sequence>{fields}'
        "</xsd:sequence></xsd:complexType></xsd:element></xsd:schema></types>\n"
        '<message name="Wide"><part name="parameters" element="b:Wide"/></message>\n'
        '<portType name="Big"><operation name="Put"><input message="b:Wide"/>'
        "</operation></portType>\n"
        '<binding name="Big" type="b:Big"><soap:binding'
        ' transport="http://schemas.xmlsoap.org/soap/http"/><operation name="Put">'
        '<soap:operation soapAction="urn:big#put"/><input><soap:body use="literal"/>'
        "</input></operation></binding>\n"
        '<service name="Big"><port name="Big" binding="b:Big">'
        '<soap:address location="http://127.0.0.1/big"/></port></service>\n'
        "</definitions>\n"
    )
