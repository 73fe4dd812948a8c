"""The profile of message security in `pyproject.toml`."""

from __future__ import annotations

import sys
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from conftest import Shell
from message_keys import pair

from soapwright.model import profiles
from soapwright.runtime.security import profile as runtime

WSDL = """<definitions name="Tax" targetNamespace="urn:tax" xmlns="http://schemas.xmlsoap.org/wsdl/"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="urn:tax">
  <types><xs:schema targetNamespace="urn:tax" elementFormDefault="qualified">
    <xs:element name="receipt" type="xs:decimal"/><xs:element name="code" type="xs:string"/>
  </xs:schema></types>
  <message name="receipt"><part name="total" element="tns:receipt"/></message>
  <message name="code"><part name="code" element="tns:code"/></message>
  <portType name="Tax">
    <operation name="register"><input message="tns:receipt"/><output message="tns:code"/></operation>
  </portType>
  <binding name="Tax" type="tns:Tax"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="register"><soap:operation soapAction="urn:tax#register"/>
      <input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>
  </binding>
  <service name="Tax"><port name="Tax" binding="tns:Tax"><soap:address location="https://tax.example/"/></port></service>
</definitions>"""
TABLE = """[[tool.soapwright.package]]
wsdl = "tax.wsdl"
output = "tax_profiled"
name = "tax_profiled"
"""


def project(folder: Path, security: str) -> None:
    (folder / "tax.wsdl").write_text(WSDL)
    (folder / "pyproject.toml").write_text(f"{TABLE}security = {security}\n")


def test_the_words_are_the_runtimes() -> None:
    found = vars(runtime)
    assert set(profiles.PARTS) == set(found["_WORDS"])
    assert set(profiles.ENCRYPTED_PARTS) == set(found["_ENCRYPTED_WORDS"])
    assert profiles.CHOICES["reference"] == found["_REFERENCES"]
    assert profiles.CHOICES["encryption_reference"] == found["_KEY_REFERENCES"]
    assert profiles.CHOICES["layout"] == found["_LAYOUTS"]
    assert profiles.CHOICES["order"] == found["_ORDERS"]


def test_keys_follow_the_profile(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(
        tmp_path,
        '{sign = ["Body"], timestamp = false, reference = "ski", lifetime = 60,'
        ' algorithms = {signature = "rsa-sha512", digest = "sha512"}}',
    )
    assert shell("generate").code == 0
    assert shell("check").code == 0
    monkeypatch.syspath_prepend(str(tmp_path))
    tax: Any = import_module("tax_profiled")
    security = import_module("tax_profiled.security")
    assert security.PROFILE.reference == "ski" and security.PROFILE.lifetime == 60
    mine, theirs = pair("client"), pair("service")

    class Office(tax.server.TaxService):  # type: ignore[misc]  # a generated package
        def register(self, *, receipt: Decimal) -> str:
            return str(receipt)

    sent: list[bytes] = []
    served = security.Keys(theirs.key, theirs.certificate, trust=[mine.pem])
    transport = tax.server.InMemoryTransport(Office(), security=served)

    class Line:
        def send(self, request: Any) -> Any:
            sent.append(request.body)
            return transport.send(request)

    keys = security.Keys.from_pem(mine.key_pem, mine.pem, trust=[theirs.pem])
    with tax.Client(transport=Line(), security=keys) as client:
        assert client.register(receipt=Decimal("12.50")) == "12.50"
    assert b"rsa-sha512" in sent[0] and b"#X509SubjectKeyIdentifier" in sent[0]
    assert b"Timestamp" not in sent[0]
    for name in [n for n in sys.modules if n.startswith("tax_profiled")]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("security", "said"),
    [
        ('{sing = ["Body"]}', "unknown key 'sing' of a profile: did you mean 'sign'?"),
        ('{sign = ["Bodyy"]}', "'Bodyy' in 'sign' is no part: Body, Timestamp"),
        ('{sign = "Body"}', "'sign' is no list of strings"),
        ('{reference = "x"}', "'reference' is none of direct, issuer-serial"),
        ("{timestamp = 1}", "'timestamp' is no boolean"),
        ("{lifetime = 0}", "'lifetime' is no positive number of seconds"),
        ("{actor = 1}", "'actor' is no string"),
        ("{algorithms = 1}", "'algorithms' is no table"),
        ("{algorithms = {hash = 'x'}}", "unknown key 'hash' of algorithms"),
        ("{algorithms = {accept = 'x'}}", "'accept' is no list of strings"),
        ("{endorse = true}", "'endorse' is with 'symmetric'"),
    ],
)
def test_a_wrong_profile_is_a_finding(
    shell: Shell, tmp_path: Path, security: str, said: str
) -> None:
    project(tmp_path, security)
    result = shell("generate")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"pyproject.toml:5: error: {said}")
    assert result.err.splitlines()[0].endswith("[config]")
