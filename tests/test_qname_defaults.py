"""Names in defaults and fixed values: they are of the namespaces that the schema has, whatever a message binds."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import chdir
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from conftest import ROOT

from soapwright.envelopes.given import read_arguments
from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.tools.calls.requests import request_of
from soapwright.tools.calls.service import Service

WSDL = ROOT / "tests" / "cases" / "qname-defaults" / "service.wsdl"
# The prefixes and the default namespace are those of other names than in the schema.
EMPTY = """<e:Envelope xmlns:e="{soap}" xmlns:z="urn:other" xmlns="urn:qname-defaults"><e:Body><put>
<kind/><sort/><plain/><own/><many/><many>z:mine</many><either/><fixedlist/><marked note="x"/><size/>
</put></e:Body></e:Envelope>"""
SOAP = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
OWN = "urn:qname-defaults"
WSDL_NAMESPACE = "http://schemas.xmlsoap.org/wsdl/"
XSD = "http://www.w3.org/2001/XMLSchema"


def made(folder: Path, text: str) -> tuple[Any, list[str]]:
    """The package of a WSDL, and the findings."""
    (folder / "service.wsdl").write_text(text, encoding="utf-8")
    with chdir(folder):
        package = generate(Path("service.wsdl"), Options("named"))
    write_package(folder / "named", package.files)
    sys.path.insert(0, str(folder))
    for name in [n for n in sys.modules if n.partition(".")[0] == "named"]:
        del sys.modules[name]
    try:
        return import_module("named"), [str(one) for one in package.findings]
    finally:
        sys.path.remove(str(folder))


@pytest.fixture(params=["1.1", "1.2"])
def named(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[Any, str, Path]]:
    text = WSDL.read_text(encoding="utf-8")
    if request.param == "1.2":
        text = text.replace('wsdl/soap/"', 'wsdl/soap12/"')
    package, findings = made(tmp_path, text)
    assert findings == []
    yield package, SOAP[request.param], tmp_path


def operation(package: ModuleType) -> Any:
    (port,) = package.PORTS.values()
    return port.operations["put"]


def test_an_empty_element_has_the_names_of_the_schema(
    named: tuple[Any, str, Path],
) -> None:
    package, soap, _ = named
    name, served = package.QName, operation(package)
    envelope = EMPTY.format(soap=soap).encode()
    for decode in (served.decode_request, served.decode_response):
        value = decode(envelope)
        assert value.kind == value.either == value.marked.value == name("urn:z", "one")
        assert value.sort == name("urn:z", "two")
        assert value.plain == name(WSDL_NAMESPACE, "one")
        assert value.own == name("urn:own", "one")
        listed = [name("urn:z", "one"), name(XSD, "int"), name(WSDL_NAMESPACE, "one")]
        assert value.many == [listed, [name("urn:other", "mine")]]
        assert value.fixedlist == [name("urn:z", "one"), name(OWN, "two")]
        assert (value.marked.note, value.size) == ("x", 3)
        assert value.how is None  # the default of an attribute is not set
        package.validate(value)
    assert served.decode_request(served.encode_request(value)) == value


def test_a_service_reads_and_answers_them(named: tuple[Any, str, Path]) -> None:
    package, soap, _ = named
    server = import_module("named.server")
    (base,) = (
        one for name, one in vars(server).items() if name.endswith("PortTypeService")
    )

    def put(self: object, **fields: Any) -> Any:
        return package.types.Put(**fields)

    service = type("Echo", (base,), {"put": put})()
    value = operation(package).decode_request(EMPTY.format(soap=soap).encode())
    with package.Client(transport=server.InMemoryTransport(service)) as client:
        assert client.exchange("put", value).response == value

    async def asked() -> Any:
        transport = server.AsyncInMemoryTransport(service)
        async with package.AsyncClient(transport=transport) as other:
            return (await other.exchange("put", value)).response

    assert asyncio.run(asked()) == value


def test_fixed_names_are_checked_by_their_namespace(
    named: tuple[Any, str, Path],
) -> None:
    package, soap, _ = named
    value = operation(package).decode_request(EMPTY.format(soap=soap).encode())
    value.must = package.QName("urn:z", "four")
    package.validate(value)
    for field, wrong in (
        ("must", package.QName("urn:other", "four")),
        ("sort", package.QName("", "two")),
        ("fixedlist", value.fixedlist[:1]),
    ):
        right = getattr(value, field)
        setattr(value, field, wrong)
        with pytest.raises(package.errors.EncodeError, match="which is fixed"):
            package.validate(value)
        setattr(value, field, right)


def test_samples_and_arguments_have_them(named: tuple[Any, str, Path]) -> None:
    package, _, folder = named
    service = Service(folder / "named")
    bound = service.find("put")
    sample = service.sample(bound, full=True)
    assert sample is not None
    assert str(sample[0].sort) == "{urn:z}two"
    assert [str(one) for one in sample[0].fixedlist] == ["{urn:z}one", f"{{{OWN}}}two"]
    given = read_arguments(
        ["kind={urn:any}a", "many={urn:z}b {urn:any}c", "size=1"]
        + ["marked.value={urn:any}d", "marked.note={urn:any}e", "how={urn:any}f"]
    )
    value = request_of(service, bound, given).value
    assert str(value.kind) == "{urn:any}a"
    assert [str(one) for one in value.many[0]] == ["{urn:z}b", "{urn:any}c"]
    assert str(value.marked.value) == "{urn:any}d"
    assert value.marked.note == "{urn:any}e"  # a string, no name
    assert str(value.how) == "{urn:any}f"


def test_a_name_whose_prefix_is_not_declared_is_a_finding(tmp_path: Path) -> None:
    text = WSDL.read_text(encoding="utf-8").replace('"z:two"', '"nobody:two"')
    _, findings = made(tmp_path, text)
    (finding,) = findings
    assert "the fixed value of element sort, 'nobody:two', is no name" in finding
    assert "the prefix 'nobody' is not declared" in finding


def test_an_encoded_part_has_them(tmp_path: Path) -> None:
    """rpc/encoded: in a struct that comes by reference."""
    text = WSDL.read_text(encoding="utf-8")
    struct = """<xsd:complexType name="Kinds"><xsd:sequence>
      <xsd:element name="kind" type="xsd:QName" default="z:one" form="unqualified"/>
    </xsd:sequence></xsd:complexType>
    </xsd:schema>"""
    encoded = (
        'use="encoded" encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"'
        f' namespace="{OWN}"'
    )
    for old, new in (
        ("</xsd:schema>", struct),
        ('name="body" element="t:put"', 'name="kinds" type="t:Kinds"'),
        ('use="literal"', encoded),
        ('style="document"', 'style="rpc"'),
    ):
        assert old in text
        text = text.replace(old, new)
    package, _ = made(tmp_path, text)
    envelope = f"""<e:Envelope xmlns:e="{SOAP["1.1"]}" xmlns:z="urn:other"><e:Body>
    <p:put xmlns:p="{OWN}"><kinds href="#1"/></p:put><m id="1"><kind/></m></e:Body></e:Envelope>"""
    value = operation(package).decode_request(envelope.encode())
    assert value.kinds.kind == package.QName("urn:z", "one")
