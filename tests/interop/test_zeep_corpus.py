"""zeep calls every operation of real services that `soapwright serve` mocks.

The WSDLs are a folder of them beside the checkout; without it there is nothing to test.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from support import listening, record, required

from codegen.options import Options
from codegen.output import write_package
from codegen.pipeline import generate
from codegen.tools.packages import package_api
from codegen.tools.samples import Samples
from codegen.tools.serve import mock

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
STANDARD = Path(__file__).parents[2] / "codegen" / "wsdl" / "standard"
SERVICES = {
    "afip-wsfe": "wsfe1.wsdl",
    "axis2-basetypes": "BaseDataTypes.wsdl",
    "axis2-complextypes": "ComplexDataTypes.wsdl",
    "bing-search": "bingsearch.wsdl",
    "calculator": "calculator-soap11and12.wsdl",
    "cdyne-weather": "wsf-cdyne-weather.wsdl",
    "clickatell": "ClickatellSms.wsdl",
    "country-info": "countryInformation.wsdl",
    "currency-convertor": "CurrencyConvertor.wsdl",
    "eu-vies": "vies.xml",
    "google-search": "GoogleSearch.wsdl",
}


@pytest.mark.parametrize("service", SERVICES)
def test_zeep_calls_every_operation(service: str, tmp_path: Path) -> None:
    required(find_spec("zeep") is not None, "zeep")
    wsdl = find(service)
    folder = tmp_path / "package"
    write_package(folder, generate(wsdl, Options("package")).files)
    api = package_api(folder)
    samples, wrong, count = Samples(api), [], 0
    with listening(mock(folder)) as base:
        client = zeep_client(f"{base}/?wsdl")
        for port in api.ports:
            if not port.service:
                continue
            proxy = client.bind(port.service, port.name)
            known = client.wsdl.services[port.service].ports[port.name].binding
            for operation in port.operations:
                if operation.input is None:
                    continue
                count += 1
                request = etree.fromstring(samples.envelope(port, operation.input))
                try:
                    given = arguments(known._operations[operation.name], request)
                    proxy[operation.name](**given)
                except Exception as error:
                    wrong.append(f"{port.name}.{operation.name}: {error!r}"[:300])
    record("zeep", {f"corpus {service}": not wrong})
    assert count > 0
    assert "\n".join(wrong) == ""


def find(service: str) -> Path:
    if not CORPUS.is_dir():
        pytest.skip("there is no corpus of WSDLs here")
    return CORPUS / service / SERVICES[service]


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


def arguments(operation: Any, request: etree._Element) -> dict[str, Any]:
    """What zeep reads in a request, as what it is to be given to write it."""
    body = operation.input.body
    value = operation.input.deserialize(request)
    names = [name for name, _ in getattr(body.type, "elements", ())] if body else []
    if value is None:
        return {}
    if getattr(value, "_xsd_type", None) is getattr(body, "type", None):
        return {name: value[name] for name in value}
    if len(names) == 1:
        return {names[0]: value}
    return {name: value[name] for name in value}


def test_the_corpus_is_large_enough() -> None:
    assert len(SERVICES) >= 10
