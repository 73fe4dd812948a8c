"""zeep calls every operation of mocks of our own specs, as `soapwright serve` serves them."""

from __future__ import annotations

import json
from contextlib import chdir
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

ROOT = Path(__file__).parents[2]
# Not patterns: zeep loads no WSDL with a restriction of a list type that has a name.
SERVICES = {
    name: ROOT / "tests" / "cases" / name / "service.wsdl"
    for name in (
        "absence",
        "bare",
        "choice",
        "derived-types",
        "encoded-styles",
        "enumerations",
        "faults-and-headers",
        "hostile",
        "mixed-content",
        "parts-and-styles",
        "rpc-encoded",
        "services",
        "simple-types",
        "unusual-content",
    )
} | {path.stem: path for path in (ROOT / "spec" / "clickatell").glob("*.wsdl")}
# Which operations zeep cannot call, and why.
LIMITS = {
    "choice": {"PaymentsPort.pay": "it reads no branch of a choice but the first"},
    "parts-and-styles": {
        "PostPort.price": "it writes no part that is of a type",
        "PostPort.weigh": "it writes all parts where the binding names some",
        "PostPort.scan": "it writes no part that is of a type",
    },
    "services": {"Shelves.move": "it knows one of two overloads"},
    "simple-types": {"LabPort.report": "it writes QNames as they stand, undeclared"},
}


@pytest.mark.parametrize("service", SERVICES)
def test_zeep_calls_every_operation(service: str, tmp_path: Path) -> None:
    required(find_spec("zeep") is not None, "zeep")
    wsdl = SERVICES[service]
    with chdir(wsdl.parent):
        path = Path("options.json")
        given = json.loads(path.read_text()) if path.exists() else {}
        options = Options("made", wire=given.get("wire", ""))
        package = generate(Path(given.get("entry", wsdl.name)), options)
    folder = tmp_path / "made"
    write_package(folder, package.files)
    with listening(mock(folder)) as base:
        wrong = wrong_calls(f"{base}/?wsdl", package_api(folder))
    limits = LIMITS.get(service, {})
    unforeseen = [said for said in wrong if said.partition(":")[0] not in limits]
    record("zeep", {f"mock {service}": not wrong})
    assert "\n".join(unforeseen) == ""
    assert sorted(limits.keys() - {said.partition(":")[0] for said in wrong}) == []
