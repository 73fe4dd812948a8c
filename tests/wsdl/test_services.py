"""Services, ports, operations and messages as the model has them."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Write

from codegen.diagnostics import Findings
from codegen.model import (
    Builtin,
    BuiltinRef,
    ElementPart,
    Message,
    NamedRef,
    Operation,
    Part,
    Port,
    QName,
    SoapVersion,
    Style,
    TypePart,
    Use,
)
from codegen.wsdl.documents import load
from codegen.wsdl.references import SOAP11_ENCODING, XSD
from codegen.wsdl.services import Services, read_services

ENVELOPES = {"soap": "http://schemas.xmlsoap.org/wsdl/soap/"}
HEAD = (
    '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:t" xmlns:xsd="'
    f'{XSD}" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12='
    '"http://schemas.xmlsoap.org/wsdl/soap12/" xmlns:http="http://schemas.xmlsoap.org/wsdl/http/"'
    ' xmlns:mime="http://schemas.xmlsoap.org/wsdl/mime/" xmlns:enc="'
    f'{SOAP11_ENCODING}" targetNamespace="urn:t"'
)
SCHEMA = """<types><xsd:schema targetNamespace="urn:s"><xsd:element name="a" type="xsd:int"/>
<xsd:element name="b" type="xsd:int"/><xsd:complexType name="C"/></xsd:schema></types>"""
MESSAGES = """<message name="In"><part name="x" type="xsd:int"/><part name="y" type="xsd:string"/>
</message><message name="Out"><part name="z" type="xsd:int"/></message>"""
PORT_TYPE = """<portType name="P"><operation name="op"><input message="t:In"/>
<output message="t:Out"/></operation></portType>"""
RPC = """<binding name="B" type="t:P"><soap:binding style="rpc"/><operation name="op">
<input><soap:body use="literal" namespace="urn:b"/></input>
<output><soap:body use="literal" namespace="urn:b"/></output></operation></binding>"""
SERVICE = '<service name="S"><port name="Port" binding="t:B"><soap:address location="http://x/"/></port></service>'


@pytest.fixture
def services(write: Write) -> object:
    """Reads the services of WSDLs, the first of which is the entry; with every finding."""

    def read(**files: str) -> tuple[Services, list[str]]:
        folder = write({f"{name}.wsdl": text for name, text in files.items()})
        findings = Findings()
        documents = load(Path(f"{next(iter(files))}.wsdl"), [], findings, base=folder)
        return read_services(documents, findings), [str(d) for d in findings]

    return read


Reader = object


def whole(*parts: str, name: str = "") -> str:
    named = f' name="{name}"' if name else ""
    return "\n".join((f"{HEAD}{named}>", *parts, "</definitions>"))


def operations(binding: str, port_type: str = PORT_TYPE, messages: str = MESSAGES) -> str:
    return whole(SCHEMA, messages, port_type, binding, SERVICE)


def bound(body: str, style: str = "rpc", port_type: str = PORT_TYPE, messages: str = MESSAGES) -> str:
    """One operation whose input is bound by `body`."""
    binding = (
        f'<binding name="B" type="t:P"><soap:binding style="{style}"/><operation name="op">\n'
        f"<input>{body}</input><output><soap:body use='literal'/></output></operation></binding>"
    )
    return operations(binding, port_type, messages)
