"""zeep calls every operation of real services that `soapwright serve` mocks.

The WSDLs are a folder of them beside the checkout; without it there is nothing to test.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from support import listening, record, required
from zeep_calls import wrong_calls

from soapwright.envelopes.packages import package_api
from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.tools.serve import mock

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
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
    if not CORPUS.is_dir():
        pytest.skip("there is no corpus of WSDLs here")
    wsdl = CORPUS / service / SERVICES[service]
    folder = tmp_path / "package"
    write_package(folder, generate(wsdl, Options("package")).files)
    api = package_api(folder)
    with listening(mock(folder)) as base:
        wrong = wrong_calls(f"{base}/?wsdl", api)
    record("zeep", {f"corpus {service}": not wrong})
    assert any(port.operations for port in api.ports)
    assert "\n".join(wrong) == ""


def test_the_corpus_is_large_enough() -> None:
    assert len(SERVICES) >= 10
