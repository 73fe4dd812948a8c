"""Types derived from arrays of SOAP's encoding are arrays too."""

from __future__ import annotations

import pytest
from conftest import Write

from soapwright.model.api import Builtin, BuiltinRef, QName, SoapArray, Struct, TypeDef
from soapwright.model.diagnostics import Findings
from soapwright.wsdl.documents import load
from soapwright.wsdl.schema.translate import translate_schemas

WSDL = """
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" targetNamespace="urn:t"><types>
<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:c" xmlns:c="urn:c"
    xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"
    xmlns:enc="http://schemas.xmlsoap.org/soap/encoding/">
  <import namespace="http://schemas.xmlsoap.org/soap/encoding/"/>
  <complexType name="vector"><complexContent>
    <extension base="c:list"><sequence/></extension></complexContent></complexType>
  <complexType name="list"><complexContent>
    <extension base="c:collection"><sequence/></extension></complexContent></complexType>
  <complexType name="collection"><complexContent><restriction base="enc:Array">
    <attribute ref="enc:arrayType" wsdl:arrayType="int[,]"/></restriction></complexContent>
  </complexType>
  <complexType name="narrow"><complexContent><restriction base="c:list">
    <attribute ref="enc:arrayType" wsdl:arrayType="string[]"/></restriction></complexContent>
  </complexType>
  <complexType name="more"><complexContent><extension base="c:list">
    <sequence><element name="e" type="int"/></sequence></extension></complexContent>
  </complexType>
</schema></types></definitions>"""


@pytest.fixture
def types(write: Write) -> dict[QName, TypeDef]:
    folder, findings = write({"s.wsdl": WSDL}), Findings()
    documents = load(folder / "s.wsdl", [], findings)
    types = translate_schemas(documents.schemas, documents.location, findings).types
    assert not findings.errors
    return types


@pytest.mark.parametrize("name", ["vector", "list", "collection"])
def test_what_adds_nothing_to_an_array_is_one(
    name: str, types: dict[QName, TypeDef]
) -> None:
    array = types[QName("urn:c", name)]
    assert isinstance(array, SoapArray)
    assert (array.id.local, array.item, array.ranks) == (
        name,
        BuiltinRef(Builtin.INT),
        (2,),
    )


def test_what_says_its_items_has_these(types: dict[QName, TypeDef]) -> None:
    array = types[QName("urn:c", "narrow")]
    assert isinstance(array, SoapArray)
    assert array.item == BuiltinRef(Builtin.STRING)


def test_what_adds_elements_is_no_array(types: dict[QName, TypeDef]) -> None:
    assert isinstance(types[QName("urn:c", "more")], Struct)
