"""`soapwright call`: operations by name, arguments by type, replies as JSON or XML."""

from __future__ import annotations


import pytest
from conftest import ROOT

from soapwright.model.diagnostics import SpecError
from soapwright.tools.calls.service import Service

SMS = ROOT / "generated" / "clickatell_document_literal"


@pytest.fixture(scope="module")
def sms() -> Service:
    return Service(SMS)


@pytest.mark.parametrize("name", ["routeCoverage", "route_coverage", "ROUTECOVERAGE"])
def test_an_operation_is_found_by_its_names(sms: Service, name: str) -> None:
    assert sms.find(name).operation.name == "routecoverage"


def test_an_operation_that_is_misspelt_gets_the_nearest(sms: Service) -> None:
    with pytest.raises(SpecError) as wrong:
        sms.find("getbalanse")
    assert str(wrong.value) == (
        f"{SMS}:1: error: there is no operation 'getbalanse' [call]\n"
        "hint: did you mean getbalance?"
    )


def test_a_port_that_is_not_there_gets_the_ports_that_are(sms: Service) -> None:
    with pytest.raises(
        SpecError, match=r"there is no port 'x' \[call\]\nhint: there are: "
    ):
        sms.find("auth", "x")
