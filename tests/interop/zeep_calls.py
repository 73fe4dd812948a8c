"""zeep calls every operation of a mock; what it sends are samples, as it reads them itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree

from soapwright.envelopes.samples import Samples
from soapwright.model.api import Api

STANDARD = Path(__file__).parents[2] / "codegen" / "soapwright" / "wsdl" / "standard"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def wrong_calls(url: str, api: Api) -> list[str]:
    """What went wrong in a call of each operation of each port, one line for each.

    Args:
        url: the WSDL's, as the mock gives it out.
        api: what the mock was made of.
    """
    client = zeep_client(url)
    samples = Samples(api)
    wrong = []
    for port in api.ports:
        if not port.service or port.is_http:  # mocks serve SOAP
            continue
        proxy = client.bind(port.service, port.name)
        known = client.wsdl.services[port.service].ports[port.name].binding
        for operation in port.operations:
            if operation.input is None:
                continue
            name = operation.name
            try:
                message = known._operations[name].input
                envelope = etree.fromstring(samples.envelope(port, operation.input))
                given, named = arguments(client, message, envelope)
                proxy[name](*given, **named)
            except Exception as error:
                wrong.append(f"{port.name}.{name}: {error!r}"[:300])
    return wrong


def zeep_client(url: str) -> Any:
    import zeep
    from zeep.transports import Transport

    class Offline(Transport):
        def load(self, url: str) -> Any:
            if url == "http://schemas.xmlsoap.org/soap/encoding/":
                return (STANDARD / "soap11-encoding.xsd").read_bytes()
            assert url.startswith("http://127.0.0.1"), url
            return super().load(url)

    return zeep.Client(url, transport=Offline(timeout=10, operation_timeout=30))


def arguments(
    client: Any, message: Any, envelope: etree._Element
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What zeep is to be given to write an envelope's Body, and the blocks of its Header."""
    from zeep.xsd import ComplexType

    named: dict[str, Any] = {}
    header, body = envelope.find("{*}Header"), envelope.find("{*}Body")
    if header is not None:
        named["_soapheaders"] = list(header)
    if message.body is None or body is None or not len(body):
        return (), named
    several = message.body.name == "Body"
    value = message.body.parse(body if several else body[0], client.wsdl.types)
    if not isinstance(message.body.type, ComplexType) or not hasattr(value, "__iter__"):
        return (() if value is None else (value,)), named
    filled(value, body if several else body[0])
    return (), named | {name: value[name] for name in value}


def filled(value: Any, element: etree._Element) -> None:
    """Put an empty value where zeep reads an empty element of complex type as nothing."""
    from zeep.xsd import ComplexType
    from zeep.xsd.valueobjects import CompoundValue

    if not isinstance(value, CompoundValue):
        return
    for name, declared in value._xsd_type.elements:
        found = element.findall(f"{{*}}{declared.name}") if declared.name else []
        if not found or not isinstance(declared.type, ComplexType):
            continue
        read = value[name]
        items = read if isinstance(read, list) else [read]
        for number, (item, one) in enumerate(zip(items, found, strict=False)):
            if item is None and one.get(f"{XSI}nil") is None:
                items[number] = declared.type()
            else:
                filled(item, one)
        value[name] = items if isinstance(read, list) else items[0]
