"""A service for the elements of a schema, each sent one way, and envelopes for it."""

from __future__ import annotations

from typing import Any

from lxml import etree

XSD = "http://www.w3.org/2001/XMLSchema"


def wsdl(schema: str, names: list[str]) -> str:
    """A service that is sent each of these global elements of urn:t."""
    messages = "".join(
        f'<message name="{n}"><part name="x" element="t:{n}"/></message>' for n in names
    )
    operations = "".join(
        f'<operation name="{n}"><input message="t:{n}"/></operation>' for n in names
    )
    bound = "".join(
        f'<operation name="{n}"><soap:operation soapAction=""/>'
        '<input><soap:body use="literal"/></input></operation>'
        for n in names
    )
    return f"""<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:t"
  xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" targetNamespace="urn:t" name="S">
<types>{schema}</types>{messages}<portType name="P">{operations}</portType>
<binding name="B" type="t:P"><soap:binding style="document"
  transport="http://schemas.xmlsoap.org/soap/http"/>{bound}</binding>
<service name="S"><port name="P" binding="t:B"><soap:address location="http://h/"/></port></service>
</definitions>"""


def envelope(instance: str) -> bytes:
    """An element in a Body; the default namespace is urn:t."""
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:t"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:o="urn:o" xmlns:t="urn:t"'
        f' xmlns:xs="{XSD}"><s:Body>{instance}</s:Body></s:Envelope>'
    ).encode()


def body(given: bytes) -> Any:  # Any: lxml ships no types
    """The element in a Body, in a document of its own."""
    found = etree.fromstring(given).find("{*}Body")[0]
    return etree.fromstring(etree.tostring(found))
