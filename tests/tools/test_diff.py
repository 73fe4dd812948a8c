"""What changed between two specs: each kind of change by an edit of one small service."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT, Run, Shell

from soapwright.model.diagnostics import Findings
from soapwright.pipeline import load
from soapwright.tools.diff.changes import Change
from soapwright.tools.diff.report import as_json, as_markdown, as_text
from soapwright.tools.diff.rules import RULES
from soapwright.tools.diff.services import compare

WSDL = """<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" targetNamespace="urn:s"
    xmlns:s="urn:s" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/">
<types><xsd:schema targetNamespace="urn:s" elementFormDefault="qualified">
  <xsd:element name="Ask"><xsd:complexType><xsd:sequence>
    <xsd:element name="text" type="xsd:string"/>
    <xsd:element name="note" type="xsd:string" minOccurs="0"/>
    <xsd:element name="item" type="s:Item" maxOccurs="5"/>
    <xsd:element name="color" type="s:Color"/>
    <xsd:element name="size" type="s:Size"/>
    <xsd:element name="count" type="xsd:int"/>
  </xsd:sequence><xsd:attribute name="lang" type="xsd:string"/></xsd:complexType></xsd:element>
  <xsd:element name="Tell"><xsd:complexType><xsd:sequence>
    <xsd:element name="answer" type="xsd:int"/>
    <xsd:element name="hint" type="xsd:string" minOccurs="0"/>
    <xsd:element name="level" type="s:Level"/>
    <xsd:element name="thing" type="s:Thing" maxOccurs="unbounded"/>
    <xsd:choice><xsd:element name="left" type="xsd:int"/><xsd:element name="right" type="xsd:int"/></xsd:choice>
    <xsd:choice maxOccurs="unbounded"><xsd:element name="red" type="xsd:int"/><xsd:element name="blue" type="xsd:int"/></xsd:choice>
  </xsd:sequence></xsd:complexType></xsd:element>
  <xsd:complexType name="Item"><xsd:sequence>
    <xsd:element name="sku" type="xsd:string" default="none"/></xsd:sequence></xsd:complexType>
  <xsd:complexType name="Thing"><xsd:sequence>
    <xsd:element name="id" type="xsd:string" nillable="true"/></xsd:sequence></xsd:complexType>
  <xsd:complexType name="SmallThing"><xsd:complexContent><xsd:extension base="s:Thing"/></xsd:complexContent></xsd:complexType>
  <xsd:simpleType name="Color"><xsd:restriction base="xsd:string">
    <xsd:enumeration value="red"/><xsd:enumeration value="blue"/></xsd:restriction></xsd:simpleType>
  <xsd:simpleType name="Level"><xsd:restriction base="xsd:string">
    <xsd:enumeration value="low"/></xsd:restriction></xsd:simpleType>
  <xsd:simpleType name="Size"><xsd:restriction base="xsd:string">
    <xsd:maxLength value="10"/></xsd:restriction></xsd:simpleType>
  <xsd:element name="Broken" type="xsd:string"/>
</xsd:schema></types>
<message name="AskIn"><part name="body" element="s:Ask"/></message>
<message name="AskOut"><part name="body" element="s:Tell"/></message>
<message name="AskBroken"><part name="fault" element="s:Broken"/></message>
<message name="CallIn"><part name="user" type="xsd:string"/></message>
<message name="CallOut"><part name="result" type="xsd:string"/></message>
<portType name="P">
  <operation name="ask"><input message="s:AskIn"/><output message="s:AskOut"/>
    <fault name="broken" message="s:AskBroken"/></operation>
  <operation name="call"><input message="s:CallIn"/><output message="s:CallOut"/></operation>
  <operation name="shout"><input message="s:CallIn"/></operation>
</portType>
<binding name="B" type="s:P">
  <soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
  <operation name="ask"><soap:operation soapAction="urn:ask"/>
    <input><soap:body use="literal"/></input><output><soap:body use="literal"/></output>
    <fault name="broken"><soap:fault name="broken" use="literal"/></fault></operation>
  <operation name="call"><soap:operation style="rpc"/>
    <input><soap:body use="literal" namespace="urn:call"/></input>
    <output><soap:body use="literal" namespace="urn:reply"/></output></operation>
  <operation name="shout"><soap:operation style="rpc"/>
    <input><soap:body use="literal" namespace="urn:shout"/></input></operation>
</binding>
<service name="S"><port name="Port" binding="s:B"><soap:address location="http://localhost/a"/></port></service>
</definitions>"""

ELEMENT = '<xsd:element name="{}" type="xsd:string"/>'
TEXT, ANSWER = ELEMENT.format("text"), '<xsd:element name="answer" type="xsd:int"/>'
ID = '<xsd:element name="id" type="xsd:string" nillable="true"/>'
ITEM = '<xsd:element name="item" type="s:Item" maxOccurs="5"/>'
COUNT = '<xsd:element name="count" type="xsd:int"/>'
SHOUT = '<operation name="shout"><input message="s:CallIn"/>'
SHOUTS = '<soap:body use="literal" namespace="urn:shout"/></input>'
CALLS = '<soap:operation style="rpc"/>\n    <input><soap:body use="literal" namespace="urn:call"/></input>'
PORT = '<port name="Port" binding="s:B"><soap:address location="http://localhost/a"/></port>'
VALUE = '<xsd:enumeration value="{}"/>'
LENGTH = 'base="xsd:string">\n    <xsd:maxLength value="10"/>'
NAMED = (
    LENGTH,
    f'base="xsd:QName">{VALUE.format("s:Thing")}{VALUE.format("xsd:int")}',
)
FAULT = '<fault name="broken" message="s:AskBroken"/>'
OTHER = '<xsd:complexType name="{}"><xsd:complexContent><xsd:extension base="s:{}"/></xsd:complexContent></xsd:complexType>'
SMALL = OTHER.format("SmallThing", "Thing")
CHOICE = '<xsd:choice><xsd:element name="left" type="xsd:int"/><xsd:element name="right" type="xsd:int"/></xsd:choice>'
ENCODED_USER = '<part name="user" type="xsd:string"/>'
CALLED = 'use="literal" namespace="urn:call"'
ENCODING = CALLED.replace(
    "literal", 'encoded" encodingStyle="http://schemas.xmlsoap.org/soap/encoding/'
)
ENCODE = (CALLED, ENCODING)
SKU = '<xsd:element name="sku" type="xsd:string" default="none"/></xsd:sequence>'
ANY = '<xsd:any namespace="##any" processContents="lax"/></xsd:sequence>'
WILD = (SKU, SKU.replace("</xsd:sequence>", ANY))
WILD_ATTRIBUTE = (SKU, SKU + '<xsd:anyAttribute namespace="##any"/>')
HEAD = (SKU, SKU.replace("</", '<xsd:element ref="s:Broken"/></', 1))


@dataclass(frozen=True)
class Edit:
    """A text of the spec, what it becomes, and the change that this is: kind, subject, classes."""

    old: str
    new: str
    kind: str
    subject: str
    classes: str
    first: tuple[str, str] = ("", "")
    """What is edited in both specs before."""


def encoded_as(name: str, definition: str) -> tuple[str, str]:
    """The parts of `call`, encoded, with one of a type of its own."""
    start, call = WSDL.index("</xsd:schema>"), WSDL.index(CALLED) + len(CALLED)
    part = f'{ENCODED_USER}<part name="own" type="s:{name}"/>'
    changed = WSDL[start:call].replace(ENCODED_USER, part).replace(*ENCODE)
    return WSDL[start:call], definition + changed


PAIR = encoded_as(
    "Pair",
    f'<xsd:complexType name="Pair"><xsd:sequence>{ELEMENT.format("a")}</xsd:sequence></xsd:complexType>',
)
ARRAY = encoded_as(
    "Numbers",
    '<xsd:complexType name="Numbers"><xsd:complexContent>'
    '<xsd:restriction base="e:Array" xmlns:e="http://schemas.xmlsoap.org/soap/encoding/">'
    '<xsd:sequence><xsd:element name="number" type="xsd:int" minOccurs="0" maxOccurs="unbounded"/></xsd:sequence>'
    '<xsd:attribute ref="e:arrayType" xmlns:w="http://schemas.xmlsoap.org/wsdl/" w:arrayType="xsd:int[]"/>'
    "</xsd:restriction></xsd:complexContent></xsd:complexType>",
)


SOAP_BINDING = '<soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>'
USING = '<w:UsingAddressing xmlns:w="http://www.w3.org/2006/05/addressing/wsdl" xmlns:d="http://schemas.xmlsoap.org/wsdl/" d:required="{}"/>'
POLICY = (
    '<p:Policy xmlns:p="http://www.w3.org/ns/ws-policy" xmlns:x="urn:x">{}</p:Policy>'
)
USES = SOAP_BINDING + USING.format("true")
DEMANDS = SOAP_BINDING + POLICY.format("<x:Logged/>")
ASK_IN = '<input message="s:AskIn"/>'
ADDRESSED = ASK_IN.replace(
    "/>", ' w:Action="urn:a" xmlns:w="http://www.w3.org/2007/05/addressing/metadata"/>'
)
HTTP = (
    '<binding name="H" type="s:P"><h:binding xmlns:h="http://schemas.xmlsoap.org/wsdl/http/" verb="GET"/>'
    '<operation name="shout"><h:operation xmlns:h="http://schemas.xmlsoap.org/wsdl/http/" location="/shout"/>'
    '<input><h:urlEncoded xmlns:h="http://schemas.xmlsoap.org/wsdl/http/"/></input></operation></binding></definitions>'
)
URL_ENCODED = '<h:urlEncoded xmlns:h="http://schemas.xmlsoap.org/wsdl/http/"/>'
FORM_DATA = '<m:content xmlns:m="http://schemas.xmlsoap.org/wsdl/mime/" type="multipart/form-data"/>'
MIME = (
    CALLS.rpartition("<soap:body")[0]
    + '<m:multipartRelated xmlns:m="http://schemas.xmlsoap.org/wsdl/mime/"><m:part><soap:body use="literal" parts="" namespace="urn:call"/></m:part>'
    '<m:part><m:content part="user" type="image/png"/></m:part></m:multipartRelated></input>'
)
BINARY = COUNT.replace("xsd:int", "xsd:base64Binary")
EXPECTED = BINARY.replace(
    "/>",
    ' x:expectedContentTypes="image/png" xmlns:x="http://www.w3.org/2005/05/xmlmime"/>',
)
EDITS = [
    Edit(CALLS, MIME, "attached", "call.request.user", "breaking - risky"),
    Edit(
        *(MIME, CALLS, "attached", "call.request.user", "breaking - risky"),
        (CALLS, MIME),
    ),
    Edit(
        *("image/png", "image/gif", "media-type", "call.request.user"),
        *("risky - compatible", (CALLS, MIME)),
    ),
    Edit(
        *(BINARY, EXPECTED, "mtom", "Port", "compatible compatible compatible"),
        (COUNT, BINARY),
    ),
    Edit(
        *(EXPECTED, BINARY, "no-mtom", "Port", "risky compatible compatible"),
        (COUNT, EXPECTED),
    ),
    Edit(
        *("/shout", "/cry", "http", "shout", "breaking - compatible"),
        ("</definitions>", HTTP),
    ),
    Edit(
        *(URL_ENCODED, FORM_DATA, "http", "shout", "breaking - compatible"),
        ("</definitions>", HTTP.replace("GET", "POST")),
    ),
    Edit(SOAP_BINDING, USES, "addressing", "Port", "breaking - compatible"),
    Edit(
        *(USES, USES.replace("true", "false"), "no-addressing", "Port"),
        *("compatible compatible compatible", (SOAP_BINDING, USES)),
    ),
    Edit(
        *(ASK_IN, ADDRESSED, "wsa-action", "ask.request", "breaking - compatible"),
        (SOAP_BINDING, USES),
    ),
    Edit(
        *(SOAP_BINDING, DEMANDS, "policy", "Port", "breaking breaking compatible"),
    ),
    Edit(
        *(DEMANDS, SOAP_BINDING + POLICY.format('<x:Logged p:Optional="true"/>')),
        *("policy-met", "Port", "compatible compatible compatible"),
        (SOAP_BINDING, DEMANDS),
    ),
    Edit("//localhost/a", "//localhost/b", "address", "Port", "compatible compatible compatible"),
    Edit(PORT, PORT + PORT.replace("Port", "Two"), "port-added", "Two", "compatible compatible compatible"),
    Edit(PORT, "", "port-renamed", "Port", "compatible compatible breaking"),
    Edit('"http://schemas.xmlsoap.org/wsdl/soap/"', '"http://schemas.xmlsoap.org/wsdl/soap12/"', "soap-version", "Port", "breaking breaking compatible"),
    Edit(SHOUT, SHOUT.replace("shout", "hush"), "operation-removed", "shout", "breaking breaking breaking"),
    Edit(SHOUT, SHOUT.replace("shout", "hush"), "operation-added", "hush", "compatible - compatible"),
    Edit('soapAction="urn:ask"', 'soapAction="urn:a"', "action", "ask", "breaking - compatible"),
    Edit('<soap:operation style="rpc"/>\n    <input><soap:body use="literal" namespace="urn:shout"/>', '<soap:operation style="document"/><input><soap:body use="literal"/>', "style", "shout", "breaking breaking compatible"),
    Edit('use="literal" namespace="urn:call"', 'use="encoded" namespace="urn:call" encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"', "use", "call.request", "breaking - compatible"),
    Edit(SHOUT, SHOUT + '<output message="s:CallOut"/>', "reply-added", "shout", "- risky breaking"),
    Edit('<input message="s:CallIn"/><output message="s:CallOut"/>', '<input message="s:CallIn"/>', "reply-removed", "call", "- breaking breaking"),
    Edit(FAULT, FAULT + '<fault name="worse" message="s:AskBroken"/>', "fault-added", "ask.worse", "- risky compatible"),
    Edit(FAULT, "", "fault-removed", "ask.broken", "- compatible breaking"),
    Edit('name="broken"', 'name="bust"', "fault-renamed", "ask.broken", "- compatible compatible"),
    Edit('"Broken" type="xsd:string"', '"Broken" type="xsd:date"', "type-narrowed", "ask.broken", "- compatible breaking"),
    Edit('/soap/encoding/"', '/soap/encoding2/"', "encoding-style", "call.request", "risky - compatible", ENCODE),
    Edit(PORT, PORT.replace("Port", "Two") + PORT, "port-order", "Two", "- - risky"),
    Edit('<portType name="P">', '<portType name="Q">', "python-name", "Port", "- - breaking"),
    Edit('"result" type="xsd:string"/>', '"result" type="xsd:string"/><part name="more" type="xsd:string"/>', "returns", "call", "- - breaking"),
    Edit('"urn:call"', '"urn:other"', "call-namespace", "call.request", "breaking - compatible"),
    Edit('"urn:reply"', '"urn:other"', "call-namespace", "call.response", "- compatible compatible"),
    Edit('"Tell"', '"Say"', "body-element", "ask.response", "- breaking breaking"),
    Edit('<message name="AskIn"><part name="body" element="s:Ask"/>', '<message name="AskIn"><part name="body" element="s:Broken"/>', "body-element", "ask.request", "breaking - breaking"),
    Edit('<operation name="ask"><input message="s:AskIn"/>', '<operation name="ask">', "body-element", "ask", "breaking - breaking"),
    Edit(TEXT, TEXT + ELEMENT.format("more"), "added-required", "ask.request.more", "breaking - breaking"),
    Edit(TEXT, TEXT + ELEMENT.format("more").replace("/>", ' minOccurs="0"/>'), "added-optional", "ask.request.more", "compatible - compatible"),
    Edit(ANSWER, ANSWER + ELEMENT.format("more"), "added-required", "ask.response.more", "- compatible compatible"),
    Edit(COUNT, "", "removed-required", "ask.request.count", "breaking - breaking"),
    Edit('<xsd:element name="hint" type="xsd:string" minOccurs="0"/>', "", "removed-optional", "ask.response.hint", "- risky breaking"),
    Edit('name="count"', 'name="number"', "renamed", "ask.request.count", "breaking - breaking"),
    Edit('<xsd:attribute name="lang"', '<xsd:attribute name="language"', "renamed", "ask.request.@lang", "breaking - breaking"),
    Edit('name="user"', 'name="login"', "renamed", "call.request.user", "breaking - breaking"),
    Edit(' elementFormDefault="qualified"', "", "namespace", "ask.response.answer", "- breaking compatible"),
    Edit(TEXT, "", "order", "ask.request", "breaking - compatible"),
    Edit('name="note" type="xsd:string" minOccurs="0"', 'name="note" type="xsd:string"', "now-required", "ask.request.note", "breaking - breaking"),
    Edit(TEXT, TEXT.replace("/>", ' minOccurs="0"/>'), "now-optional", "ask.request.text", "compatible - compatible"),
    Edit(ANSWER, ANSWER.replace("/>", ' minOccurs="0"/>'), "now-optional", "ask.response.answer", "- breaking breaking"),
    Edit(ANSWER, ANSWER.replace("/>", ' nillable="true"/>'), "now-nillable", "ask.response.answer", "- breaking breaking"),
    Edit(ID, ID.replace(' nillable="true"', ""), "no-longer-nillable", "Thing.id", "- compatible compatible"),
    Edit(ANSWER, ANSWER.replace("/>", ' maxOccurs="9"/>'), "now-repeated", "ask.response.answer", "- breaking breaking"),
    Edit(ITEM, ITEM.replace(' maxOccurs="5"', ""), "no-longer-repeated", "ask.request.item", "breaking - breaking"),
    Edit(ITEM, ITEM.replace("5", "4"), "fewer-allowed", "ask.request.item", "risky - compatible"),
    Edit(ITEM, ITEM.replace("5", "unbounded"), "more-allowed", "ask.request.item", "compatible - compatible"),
    Edit('default="none"', 'default="all"', "default", "Item.sku", "risky - compatible"),
    Edit('<xsd:choice><xsd:element name="left" type="xsd:int"/><xsd:element name="right" type="xsd:int"/></xsd:choice>', '<xsd:sequence minOccurs="0"><xsd:element name="left" type="xsd:int"/><xsd:element name="right" type="xsd:int"/></xsd:sequence>', "choice", "ask.response", "- risky compatible"),
    Edit(CHOICE, CHOICE.replace("<xsd:choice>", '<xsd:choice maxOccurs="9">'), "now-listed", "ask.response.left", "- risky breaking"),
    Edit(CHOICE.replace("<xsd:choice>", '<xsd:choice maxOccurs="9">'), CHOICE, "no-longer-listed", "ask.response.left", "- compatible breaking", (CHOICE, CHOICE.replace("<xsd:choice>", '<xsd:choice maxOccurs="9">'))),
    Edit(CHOICE, CHOICE.replace("</xsd:choice>", ELEMENT.format("middle") + "</xsd:choice>"), "branch-added", "ask.response", "- risky compatible"),
    Edit('<xsd:choice maxOccurs="unbounded">', '<xsd:choice maxOccurs="3">', "fewer-allowed", "ask.response.choices", "- compatible compatible"),
    Edit("##any", "##other", "wildcard", "Item.any element", "risky - compatible", WILD),
    Edit('processContents="lax"', 'processContents="skip"', "wildcard", "Item.any element", "risky - compatible", WILD),
    Edit(WILD[1], WILD[1].replace("<xsd:any ", '<xsd:any maxOccurs="9" '), "now-repeated", "Item.any element", "compatible - compatible", WILD),
    Edit("##any", "##local", "wildcard", "Item.any attribute", "risky - compatible", WILD_ATTRIBUTE),
    Edit('<xsd:element name="Broken" type="xsd:string"/>', '<xsd:element name="Broken" type="xsd:string"/><xsd:element name="Worse" type="xsd:string" substitutionGroup="s:Broken"/>', "value-added", "Item.Broken", "compatible - compatible", HEAD),
    Edit('<xsd:element name="Broken" type="xsd:string"/>', '<xsd:element name="Broken" type="xsd:string"/><xsd:element name="Worse" type="xsd:string" substitutionGroup="s:Broken"/>', "python-type", "Item.Broken", "- - breaking", HEAD),
    Edit(ANSWER, ANSWER.replace("int", "date"), "type", "ask.response.answer", "- breaking breaking"),
    Edit(COUNT, COUNT.replace("int", "long"), "type-widened", "ask.request.count", "compatible - compatible"),
    Edit(ANSWER, ANSWER.replace("int", "string"), "type-widened", "ask.response.answer", "- risky breaking"),
    Edit(COUNT, COUNT.replace("int", "short"), "type-narrowed", "ask.request.count", "risky - compatible"),
    Edit('<xsd:element name="size" type="s:Size"/>', '<xsd:element name="size" type="xsd:string"/>', "type-widened", "ask.request.size", "compatible - compatible"),
    Edit("s:Item", "s:Article", "schema-name", "Article", "compatible - breaking"),
    Edit("s:Size", "s:Width", "schema-name", "Width", "compatible - compatible"),
    Edit("SmallThing", "LittleThing", "type-removed", "SmallThing", "- compatible breaking"),
    Edit('"s:Thing" maxOccurs', '"s:SmallThing" maxOccurs', "schema-name", "ask.response.thing", "- compatible breaking"),
    Edit('"s:Thing" maxOccurs', '"s:Item" maxOccurs', "renamed", "Thing → Item.id", "- breaking breaking"),
    Edit('"s:Color"/>', '"xsd:string"/>', "type-widened", "ask.request.color", "compatible - breaking"),
    Edit('name="Color"><xsd:restriction base="xsd:string">', 'name="Color"><xsd:restriction base="xsd:string"/></xsd:simpleType><xsd:simpleType name="Unused"><xsd:restriction base="xsd:string">', "type-widened", "ask.request.color", "compatible - breaking"),
    Edit(COUNT, COUNT.replace("int", "unsignedInt"), "type", "ask.request.count", "breaking - compatible"),
    Edit("unsignedByte", "short", "type-widened", "ask.request.count", "compatible - compatible", (COUNT, COUNT.replace("int", "unsignedByte"))),
    Edit(ENCODED_USER, ENCODED_USER.replace("string", "int"), "type", "call.request.user", "breaking - breaking", ENCODE),
    Edit("s:Pair", "s:Duo", "type-name", "Duo", "risky - breaking", PAIR),
    Edit('<xsd:complexType name="Thing">', '<xsd:complexType name="Thing" abstract="true">', "now-abstract", "Thing", "- compatible risky"),
    Edit(' abstract="true"', "", "no-longer-abstract", "Thing", "- risky compatible", ('name="Thing">', 'name="Thing" abstract="true">')),
    Edit('name="number"', 'name="digit"', "item-name", "Numbers", "risky - compatible", ARRAY),
    Edit(SMALL, SMALL + OTHER.format("TinyThing", "SmallThing"), "type-added", "TinyThing", "- risky compatible"),
    Edit(SMALL, "", "type-removed", "SmallThing", "- compatible breaking"),
    Edit(SMALL, SMALL.replace("s:Thing", "s:Item"), "base", "SmallThing", "- risky risky"),
    Edit(VALUE.format("low"), VALUE.format("low") + VALUE.format("high"), "value-added", "Level", "- risky compatible"),
    Edit(VALUE.format("blue"), "", "value-removed", "Color", "breaking - breaking"),
    Edit('<xsd:maxLength value="10"/>', '<xsd:maxLength value="9"/>', "facet-tightened", "Size", "risky - compatible"),
    Edit('<xsd:maxLength value="10"/>', '<xsd:maxLength value="11"/>', "facet-loosened", "Size", "compatible - compatible"),
    Edit('<xsd:maxLength value="10"/>', '<xsd:maxLength value="0"/>', "facet-tightened", "Size", "risky - compatible"),
    Edit('<xsd:maxLength value="0"/>', '<xsd:maxLength value="10"/>', "facet-loosened", "Size", "compatible - compatible", ('<xsd:maxLength value="10"/>', '<xsd:maxLength value="0"/>')),
    Edit('<xsd:maxLength value="10"/>', "", "facet-loosened", "Size", "compatible - compatible"),
    Edit('<xsd:maxLength value="10"/>', '<xsd:whiteSpace value="collapse"/><xsd:maxLength value="10"/>', "facet", "Size", "risky - compatible"),
    Edit(VALUE.format("xsd:int"), "", "facet-tightened", "Size", "risky - compatible", NAMED),
    Edit(VALUE.format("xsd:int"), VALUE.format("s:Item"), "facet", "Size", "risky - compatible", NAMED),
    Edit('<xsd:element name="blue" type="xsd:int"/>', '<xsd:element name="blue" type="xsd:int"/><xsd:element name="green" type="xsd:int"/>', "value-added", "ask.response.choices", "- risky compatible"),
    Edit(VALUE.format("blue"), VALUE.format("blue") + VALUE.format("Red"), "value-added", "Color", "compatible - compatible"),
]  # fmt: skip
# What edits must be accompanied by, so that the new spec is sound.
ALSO = {
    "port-renamed": ("</service>", PORT.replace("Port", "Gate") + "</service>"),
    "order": (COUNT, COUNT + TEXT),
}
HUSH = ('<operation name="shout"><soap', '<operation name="hush"><soap')
ALSO |= {"operation-removed": HUSH, "operation-added": HUSH}
REPLY = SHOUTS + '<output><soap:body use="literal" namespace="urn:shout"/></output>'
ALSO |= {"reply-added": (SHOUTS, REPLY)}
ALSO |= {
    "reply-removed": (
        '\n    <output><soap:body use="literal" namespace="urn:reply"/></output>',
        "",
    ),
    "fault-removed": (
        '<fault name="broken"><soap:fault name="broken" use="literal"/></fault>',
        "",
    ),
}


NAMES = {"s:Item": "Item", "s:Size": "Size", "s:Pair": "Pair"}


def also(edit: Edit) -> list[tuple[str, str]]:
    """The edits that go with one, each made once."""
    if edit.old in NAMES:
        old, new = NAMES[edit.old], edit.new.removeprefix("s:")
        return [(f'name="{old}"', f'name="{new}"')]
    if edit.new == '"Say"':
        return [("s:Tell", "s:Say")]
    if edit.new == '<portType name="Q">':
        return [('type="s:P"', 'type="s:Q"')]
    return [ALSO[edit.kind]] if edit.kind in ALSO else []


def changes(folder: Path, old: str, new: str) -> list[Change]:
    apis = []
    for name, text in (("old", old), ("new", new)):
        path = folder / f"{name}.wsdl"
        path.write_text(text, encoding="utf-8")
        apis.append(load(path, (), Findings()))
    return compare(apis[0], apis[1])


@pytest.mark.parametrize("edit", EDITS, ids=lambda e: f"{e.kind}-{e.subject}")
def test_a_change_is_found_and_classed(edit: Edit, tmp_path: Path) -> None:
    before = WSDL.replace(*edit.first) if edit.first[0] else WSDL
    assert edit.old in before
    edited = before.replace(edit.old, edit.new)
    for old, new in also(edit):
        assert old in edited
        edited = edited.replace(old, new, 1)
    found = {(c.kind, c.subject): c for c in changes(tmp_path, before, edited)}
    change = found[edit.kind, edit.subject]
    assert f"{change.request} {change.reply} {change.python}" == edit.classes
    for place in (change.old, change.new):
        assert place is None or place.line <= WSDL.count("\n") + 1


def test_each_kind_of_change_has_an_edit() -> None:
    shown = {edit.kind for edit in EDITS} | {"port-removed"}
    assert shown == set(RULES)


def test_the_documentation_has_every_rule() -> None:
    rows = (ROOT / "docs" / "diff.md").read_text(encoding="utf-8").splitlines()
    for kind, rule in RULES.items():
        python = "by its names" if rule.python is None else rule.python
        cells = (f"`{kind}`", rule.request, rule.reply, python, rule.meaning)
        assert f"| {' | '.join(map(str, cells))} |" in rows


def test_a_port_that_is_gone(tmp_path: Path) -> None:
    second = PORT + PORT.replace("Port", "Two")
    (change,) = changes(tmp_path, WSDL.replace(PORT, second), WSDL)
    assert (change.kind, change.subject, change.new) == ("port-removed", "Two", None)


def test_a_name_that_only_python_changes(tmp_path: Path) -> None:
    """An attribute gives way to an element of its name."""
    more = WSDL.replace(COUNT, COUNT + ELEMENT.format("lang"))
    found = {(c.kind, c.subject): c for c in changes(tmp_path, WSDL, more)}
    change = found["python-name", "ask.request.@lang"]
    assert change.message == "is lang_attribute in Python, was lang"
    assert f"{change.request} {change.reply} {change.python}" == "- - breaking"


def test_a_spec_against_itself_changes_nothing(tmp_path: Path) -> None:
    assert changes(tmp_path, WSDL, WSDL) == []
    assert (
        changes(tmp_path, WSDL, WSDL.replace("urn:s", "urn:s").replace("\n", "\n\n"))
        == []
    )
    several = '<xsd:simpleType><xsd:{}="xsd:int xsd:token"/></xsd:simpleType>'
    for base in ("union memberTypes", 'list itemType="xsd:token" id'):
        inner = several.format(base).replace('id="xsd:int xsd:token"', "")
        level = f'<xsd:simpleType name="Level"><xsd:restriction>{inner}'
        plain = '<xsd:simpleType name="Level"><xsd:restriction base="xsd:string">'
        assert plain in WSDL
        made = WSDL.replace(plain, level)
        assert changes(tmp_path, made, made) == []


def test_what_one_way_adds_the_other_removes(tmp_path: Path) -> None:
    more = WSDL.replace(ANSWER, ANSWER + ELEMENT.format("more"))
    assert [c.kind for c in changes(tmp_path, WSDL, more)] == ["added-required"]
    assert [c.kind for c in changes(tmp_path, more, WSDL)] == ["removed-required"]


# ---------------------------------------------------------------------------- reports, commands

OLD, NEW = (f"spec/clickatell/{name}.wsdl" for name in ("clickatell", "clickatell-vs"))


@pytest.fixture(scope="module")
def vendor() -> list[Change]:
    old, new = (load(ROOT / path, (), Findings()) for path in (OLD, NEW))
    return compare(old, new)


def test_the_vendors_two_specs(vendor: list[Change]) -> None:
    kinds: dict[str, list[str]] = {}
    for change in vendor:
        kinds.setdefault(change.kind, []).append(change.subject)
    assert kinds.keys() == {"address", "action", "call-namespace", "renamed"}
    assert kinds["renamed"] == [
        f"{name}.request.callback"
        for name in ("sendmsg", "si_push", "ind_push", "startbatch")
    ]
    assert {c.message for c in vendor if c.kind == "renamed"} == {
        "is called msg_callback now"
    }
    assert (len(kinds["action"]), len(kinds["call-namespace"])) == (15, 30)


def test_alike_changes_are_told_together(vendor: list[Change]) -> None:
    text = as_text(vendor, ("old", "new"))
    assert text.count("[action]") == text.count("[renamed]") == 1
    assert "and 9 more" in text


def test_markdown_is_one_table(vendor: list[Change]) -> None:
    table = as_markdown(vendor, ("old", "new")).splitlines()[2:]
    assert {line.count(" | ") for line in table[2:]} == {6}


def test_hostile_names_stay_in_their_cells(tmp_path: Path) -> None:
    """What a spec says cannot break a report's lines, nor call anybody by an @."""
    address = "http://a/&#10;| x | ``y`` @everybody &#x202e;"
    pattern = '<xsd:pattern value="&#10;`|`*"/><xsd:maxLength value="10"/>'
    edited = WSDL.replace("http://localhost/a", address)
    edited = edited.replace('<xsd:maxLength value="10"/>', pattern)
    found = changes(tmp_path, WSDL, edited)
    assert {c.kind for c in found} == {"address", "facet-tightened"}
    names = ("a_b|`c`.wsdl", "new\n.wsdl")
    markdown = as_markdown(found, names)
    assert markdown.startswith("**a\\_b\\|\\`c\\`.wsdl → new .wsdl: 2 changes: ")
    rows = [r for r in markdown.splitlines() if r.startswith("|")]
    bars = [len(re.findall(r"(?<!\\)\|", row)) for row in rows]
    assert bars == [8] * (2 + len(found))
    assert "@everybody" not in markdown
    text = as_text(found, names)
    assert len(text.splitlines()) == 1 + 4 * len(found)
    assert "\u202e" not in text + markdown
    assert json.loads(as_json(found, names))["old"] == names[0]


def test_the_order_of_changes_is_the_documents(vendor: list[Change]) -> None:
    """Not that of a hash."""
    names = [c.subject for c in vendor if c.kind == "action"]
    assert names[:4] == ["auth", "ping", "sendmsg", "querymsg"]


# ----------------------------------------------------------------- what travels, what does not


def test_documentation_alone_changes_nothing(tmp_path: Path) -> None:
    doc = "<xsd:annotation><xsd:documentation>x</xsd:documentation></xsd:annotation>"
    said = WSDL.replace(ANSWER, ANSWER.replace("/>", f">{doc}</xsd:element>"))
    assert changes(tmp_path, WSDL, said) == []


def test_in_any_order_no_order_counts(tmp_path: Path) -> None:
    anyhow = WSDL.replace(
        '<xsd:sequence>\n    <xsd:element name="sku" type="xsd:string" default="none"/></xsd:sequence>',
        f'<xsd:all>{ELEMENT.format("a")}{ELEMENT.format("b")}</xsd:all>',
    )
    assert "<xsd:all>" in anyhow
    turned = anyhow.replace(
        ELEMENT.format("a") + ELEMENT.format("b"),
        ELEMENT.format("b") + ELEMENT.format("a"),
    )
    assert changes(tmp_path, anyhow, turned) == []


def test_a_type_of_both_directions_is_classed_for_both(tmp_path: Path) -> None:
    """Also where it is a whole message in one of them."""
    bare = WSDL.replace(
        '<xsd:element name="Broken"',
        '<xsd:element name="Give" type="s:Thing"/><xsd:element name="Broken"',
    ).replace(
        '"AskIn"><part name="body" element="s:Ask"',
        '"AskIn"><part name="body" element="s:Give"',
    )
    edited = bare.replace(ID, ID + ELEMENT.format("more"))
    found = {(c.kind, c.subject): c for c in changes(tmp_path, bare, edited)}
    change = found["added-required", "Thing.more"]
    assert f"{change.request} {change.reply}" == "breaking compatible"


def test_a_namespace_of_its_own_for_each_version(tmp_path: Path) -> None:
    """Types that moved with it are the same types, those that no message names too."""
    found = changes(tmp_path, WSDL, WSDL.replace('"urn:s"', '"urn:t"'))
    kinds = {c.kind for c in found}
    assert kinds == {"body-element", "namespace", "schema-name", "type-name"}
    assert "type-name" in {c.kind for c in found if c.subject == "SmallThing"}
    assert len(as_text(found, ("a", "b")).splitlines()) < 70


def test_a_recursive_type_that_becomes_another(tmp_path: Path) -> None:
    node = '<xsd:complexType name="{0}"><xsd:sequence><xsd:element name="{1}" type="xsd:string"/><xsd:element name="next" type="s:{0}" minOccurs="0"/></xsd:sequence></xsd:complexType>'
    old = WSDL.replace(
        SMALL, SMALL + node.format("Node", "a") + node.format("Knot", "b")
    )
    old = old.replace(ANSWER, '<xsd:element name="answer" type="s:Node"/>')
    new = old.replace(
        '<xsd:element name="answer" type="s:Node"/>',
        '<xsd:element name="answer" type="s:Knot"/>',
    )
    found = [(c.kind, c.subject) for c in changes(tmp_path, old, new)]
    assert found == [
        ("schema-name", "ask.response.answer"),
        ("renamed", "Node → Knot.a"),
        ("schema-name", "Node → Knot.next"),
    ]


def test_a_field_that_went_to_a_base_breaks_nothing(tmp_path: Path) -> None:
    """Only what lacked it is changed: the base itself, where it stands, and others derived from it."""
    more = ELEMENT.format("more")
    extended = SMALL.replace(
        "/></xsd:complexContent>",
        f"><xsd:sequence>{more}</xsd:sequence></xsd:extension></xsd:complexContent>",
    )
    low = WSDL.replace(SMALL, extended).replace(
        '"s:Thing" maxOccurs', '"s:SmallThing" maxOccurs'
    )
    high = WSDL.replace('"s:Thing" maxOccurs', '"s:SmallThing" maxOccurs').replace(
        ID, ID + more
    )
    for old, new, kind in (
        (low, high, "added-required"),
        (high, low, "removed-required"),
    ):
        (change,) = changes(tmp_path, old, new)
        assert (change.kind, change.subject) == (kind, "Thing.more")
        assert f"{change.request} {change.reply} {change.python}" == "- - compatible"
    beside = OTHER.format("TinyThing", "SmallThing").replace("SmallThing", "Thing")
    both = [
        one.replace(
            extended if one is low else SMALL,
            (extended if one is low else SMALL) + beside,
        )
        for one in (low, high)
    ]
    both = [
        one.replace(
            '<xsd:element name="color" type="s:Color"/>',
            '<xsd:element name="color" type="s:TinyThing"/>',
        )
        for one in both
    ]
    found = {(c.kind, c.subject): c for c in changes(tmp_path, *both)}
    change = found["added-required", "Thing.more"]
    assert f"{change.request} {change.reply} {change.python}" == "breaking - breaking"


def test_a_package_is_compared_in_what_it_chose(shell: Shell) -> None:
    Path("s.wsdl").write_text(WSDL, encoding="utf-8")
    chosen = ("--include", "ask", "--include", "call", "--rename", "text=words")
    made = shell("generate", "s.wsdl", "--output", "made", "--package", "made", *chosen)
    assert made.code == 0
    edited = WSDL.replace('"urn:shout"', '"urn:hush"').replace(
        'name="call"', 'name="ring"'
    )
    Path("s.wsdl").write_text(edited, encoding="utf-8")
    done = shell("diff", "made", "s.wsdl", "--format", "json")
    told = json.loads(done.out)["changes"]
    assert [(c["kind"], c["subject"]) for c in told] == [("operation-removed", "call")]
    assert told[0]["old"]["path"] == "made/_spec/s.wsdl"
    assert done.code == 1
    Path("s.wsdl").write_text(WSDL, encoding="utf-8")
    assert shell("diff", "made", "s.wsdl").code == 0
    Path("folder").mkdir()
    done = shell("diff", "folder", "s.wsdl")
    assert done.code == 2
    assert done.err == (
        "folder:1: error: this is no generated package's folder [package]\n"
        "hint: `soapwright generate` makes one\n"
    )


def test_json_has_every_change_by_itself(vendor: list[Change]) -> None:
    told = json.loads(as_json(vendor, ("old", "new")))
    assert told["breaking"] is True
    assert len(told["changes"]) == len(vendor)
    assert told["changes"][0].keys() >= {"kind", "request", "reply", "python", "old"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [((OLD, OLD), 0), ((OLD, NEW), 1), ((OLD, "missing.wsdl"), 2)],
)
def test_exit_codes(arguments: tuple[str, str], code: int, run: Run) -> None:
    result = run("-m", "soapwright", "diff", *arguments, cwd=ROOT)
    assert result.returncode == code
    assert "Traceback" not in result.stderr
    assert ("[" in result.stderr) is (code == 2)


def test_types_that_lead_to_types_at_any_depth(shell: Shell, tmp_path: Path) -> None:
    chain = "".join(
        f'<xsd:complexType name="C{n}"><xsd:sequence><xsd:element name="next" type="s:C{n + 1}" minOccurs="0"/>'
        f'<xsd:element name="text" type="xsd:string"/></xsd:sequence></xsd:complexType>'
        for n in range(1000)
    )
    end = '<xsd:complexType name="C1000"><xsd:sequence/></xsd:complexType>'
    old = WSDL.replace("</xsd:schema>", f"{chain}{end}</xsd:schema>")
    old = old.replace('name="count" type="xsd:int"', 'name="count" type="s:C0"')
    new = old.replace(
        'name="text" type="xsd:string"/></xsd:s',
        'name="text" type="xsd:token"/></xsd:s',
    )
    for name, text in (("old.wsdl", old), ("new.wsdl", new)):
        (tmp_path / name).write_text(text)
    done = shell("diff", str(tmp_path / "old.wsdl"), str(tmp_path / "new.wsdl"))
    assert done.code == 0
    assert "1000 changes: 1000 risky" in done.out
