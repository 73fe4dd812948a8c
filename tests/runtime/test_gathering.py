"""Large replies whose items are read while they are parsed: the same values, and the same errors."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:s="urn:s"'
WSDL = """<definitions targetNamespace="urn:s" xmlns="http://schemas.xmlsoap.org/wsdl/"
 xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:s="urn:s"
 xmlns:xsd="http://www.w3.org/2001/XMLSchema">
<types><xsd:schema targetNamespace="urn:s" elementFormDefault="qualified">
 <xsd:complexType name="Row"><xsd:sequence><xsd:element name="id" type="xsd:int" default="7"/>
  <xsd:element name="inner" type="s:Row" minOccurs="0"/></xsd:sequence>
  <xsd:attribute name="key" type="xsd:string"/></xsd:complexType>
 <xsd:complexType name="Special"><xsd:complexContent><xsd:extension base="s:Row"><xsd:sequence>
  <xsd:element name="more" type="xsd:string"/></xsd:sequence></xsd:extension></xsd:complexContent></xsd:complexType>
 <xsd:complexType name="Rows"><xsd:sequence>
  <xsd:element name="total" type="xsd:int" minOccurs="0"/>
  <xsd:element name="row" type="s:Row" nillable="true" minOccurs="0" maxOccurs="unbounded"/>
  <xsd:element name="note" type="xsd:string" minOccurs="0" maxOccurs="unbounded"/>
 </xsd:sequence><xsd:attribute name="page" type="xsd:int"/></xsd:complexType>
 <xsd:element name="call"><xsd:complexType><xsd:sequence/></xsd:complexType></xsd:element>
 <xsd:element name="flat" type="s:Rows"/>
 <xsd:element name="nested"><xsd:complexType><xsd:sequence>
  <xsd:element name="before" type="xsd:int" minOccurs="0"/>
  <xsd:element name="result" type="s:Rows" nillable="true" minOccurs="0"/></xsd:sequence></xsd:complexType></xsd:element>
 <xsd:element name="refused" type="xsd:string"/>
</xsd:schema></types>
<message name="call"><part name="p" element="s:call"/></message>
<message name="flat"><part name="p" element="s:flat"/></message>
<message name="nested"><part name="p" element="s:nested"/></message>
<message name="refused"><part name="p" element="s:refused"/></message>
<portType name="P"><operation name="flat"><input message="s:call"/><output message="s:flat"/>
  <fault name="refused" message="s:refused"/></operation>
 <operation name="nested"><input message="s:call"/><output message="s:nested"/></operation></portType>
<binding name="B" type="s:P"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
 <operation name="flat"><soap:operation/><input><soap:body use="literal"/></input>
  <output><soap:body use="literal"/></output><fault name="refused"><soap:fault name="refused" use="literal"/></fault></operation>
 <operation name="nested"><soap:operation/><input><soap:body use="literal"/></input>
  <output><soap:body use="literal"/></output></operation></binding>
<service name="S"><port name="P" binding="s:B"><soap:address location="http://x/"/></port></service>
</definitions>"""
ROW = "<row><id>1</id></row>"
ROWS = {
    "a row": ROW,
    "an attribute": '<row key="k"><id>2</id></row>',
    "nil": f'<row {XSI} xsi:nil="true"/>',
    "nil with an attribute": f'<row {XSI} xsi:nil="1" key="k"/>',
    "a default": "<row><id/></row>",
    "recursive": "<row><id>1</id><inner><id>2</id></inner></row>",
    "white space": "\n  ",
    "unknown": "<more>x</more>",
    "note": "<note>n</note>",
}
ODD = {
    "text": "text",
    "broken": "<row><id>x</id></row>",
    "a wrong namespace": '<row xmlns=""><id>3</id></row>',
    "another type": f'<row {XSI} xsi:type="s:Special"><id>4</id><more>m</more></row>',
    "the same type": f'<row {XSI} xsi:type="s:Row"><id>4</id></row>',
    "incomplete": "<row><inner><id>1</id></inner></row>",
    "too deep": "<row>" * 200 + "</row>" * 200,
    "a character reference": "<row><id>&#49;</id></row>",
    "not well-formed": "<row><id>5</row>",
    "a comment": "<!-- c --><?p i?><row><id><![CDATA[6]]></id></row>",
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    folder = tmp_path_factory.mktemp("gathered")
    (folder / "s.wsdl").write_text(WSDL)
    files = generate(folder / "s.wsdl", Options("gathered")).files
    write_package(folder / "gathered", files)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("gathered")
    sys.path.remove(str(folder))


def envelope(body: str, header: str = "") -> str:
    return f'<s:Envelope xmlns:s="{SOAP}">{header}<s:Body>{body}</s:Body></s:Envelope>'


def flat(content: str, attributes: str = "") -> str:
    return envelope(f'<flat xmlns="urn:s" {attributes}>{content}</flat>')


def nested(content: str) -> str:
    return envelope(f'<nested xmlns="urn:s">{content}</nested>')


class Both:
    """Both ways of reading a reply."""

    def __init__(self, package: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        self.operations = package.PORTS["P"].operations
        home = f"{package.__name__}._soap"
        self._operation = importlib.import_module(f"{home}.soap.operation")
        self._gathering = importlib.import_module(f"{home}.streaming.gathering")
        self._patch = monkeypatch
        self._limits = package.Limits
        self.gathered = 0

    def result(
        self, name: str, reply: bytes, least: int, piece: int = 2**17, **limits: int
    ) -> object:
        operation = self.operations[name]
        found = self._gathering.Gatherer.root
        self.gathered = 0

        def root(gatherer, *given):
            made = found(gatherer, *given)
            self.gathered += made is not None
            return made

        with self._patch.context() as patch:
            patch.setattr(self._operation, "LARGE", least)
            patch.setattr(self._gathering, "_PIECE", piece)
            patch.setattr(self._gathering.Gatherer, "root", root)
            try:
                given = self._limits(**limits) if limits else None
                value = operation.decode_response(reply, limits=given)
            except Exception as error:
                return type(error), str(error), getattr(error, "detail", None)
            return repr(value), value, operation.encode_response(value)

    def check(self, name: str, reply: str, piece: int = 2**17) -> None:
        for charset in ("utf-8", "utf-16"):
            data = reply.encode(charset)
            whole = self.result(name, data, 10**9)
            assert self.gathered == 0
            assert self.result(name, data, 0, piece) == whole


@pytest.fixture
def both(package, monkeypatch) -> Both:
    return Both(package, monkeypatch)


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("piece", [3, 64, 2**17])
def test_rows_and_what_is_beside_them(both, name, piece):
    content = f"<total>2</total>{ROW}{ROWS[name]}{ROW}"
    both.check("flat", flat(content, 'page="3"'), piece)
    both.result("flat", flat(content).encode(), 0, piece)
    assert both.gathered == 1
    both.check("nested", nested(f"<before>1</before><result>{content}</result>"), piece)
    both.result("nested", nested(f"<result>{content}</result>").encode(), 0, piece)
    assert both.gathered == 1


def test_a_byte_order_mark_takes_nothing_from_that(both):
    reply = flat(ROW * 3).encode("utf-8-sig")
    assert both.result("flat", reply, 0) == both.result("flat", reply, 10**9)
    both.result("flat", reply, 0)
    assert both.gathered == 1


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("piece", [3, 2**17])
def test_what_takes_the_whole_reply(both, name, piece):
    for content in (ODD[name], f"{ROW}{ODD[name]}", f"{ROW}{ODD[name]}{ROW * 3}"):
        both.check("flat", flat(content), piece)
        both.check("nested", nested(f"<result>{content}</result>"), piece)


@pytest.mark.parametrize(
    "reply",
    [
        flat(""),
        flat("  "),
        flat("text"),
        nested(""),
        nested("<result/>"),
        nested(f'<result {XSI} xsi:nil="true"/>'),
        nested(f'<result {XSI} xsi:nil="true">{ROW}</result>'),
        nested(f"<result>{ROW}</result><result>{ROW}</result>"),
        nested(f"<result><row/></result><before>1</before><result>{ROW}</result>"),
        nested(f'<result xmlns="">{ROW}</result>'),
        envelope(""),
        envelope("<other/>"),
        envelope(f'<flat xmlns="urn:s">{ROW}</flat><flat xmlns="urn:s">{ROW}</flat>'),
        envelope(f'<flat xmlns="urn:s">{ROW}</flat>', "<s:Header><a/></s:Header>"),
        envelope(
            "<s:Fault><faultcode>s:Client</faultcode><faultstring>no</faultstring></s:Fault>"
        ),
        envelope(
            "<s:Fault><faultcode>s:Client</faultcode><faultstring>no</faultstring>"
            '<detail><refused xmlns="urn:s">why</refused></detail></s:Fault>'
        ),
        flat(ROW).replace(SOAP, "http://www.w3.org/2003/05/soap-envelope"),
        "<!DOCTYPE a []>" + flat(ROW),
        "<html/>",
        "",
        flat(ROW)[:-5],
        flat(ROW) + "x",
        flat(ROW * 3 + "<unknown/>" * 150 + ROW),
    ],
)
def test_other_replies(both, reply):
    for name in ("flat", "nested"):
        both.check(name, reply)
        both.check(name, reply, piece=10)


@given(
    st.lists(st.sampled_from([*ROWS.values(), *ODD.values()]), max_size=12),
    st.integers(1, 200),
)
@settings(deadline=None)
def test_any_rows(package, rows, piece):
    with pytest.MonkeyPatch.context() as patch:
        both = Both(package, patch)
        both.check("flat", flat("".join(rows)), piece)
        both.check("nested", nested(f"<result>{''.join(rows)}</result>"), piece)


def test_limits_and_leniency(both, package):
    operation = both.operations["flat"]
    reply = flat(ROW * 60_000 + "<row><id>x</id></row>").encode()
    assert len(reply) > 2**20
    problems: list = []
    found = operation.decode_response(reply, lenient=True, problems=problems)
    assert len(found.row) == 60_001 and found.row[-1].id is None
    assert [problem.value for problem in problems] == ["x"]
    with pytest.raises(package.errors.DecodeError, match="bytes in an envelope"):
        operation.decode_response(reply, limits=package.Limits(envelope=1_000_000))


@pytest.mark.parametrize("piece", [7, 300])
@pytest.mark.parametrize("where", ["row", "note", "unknown"])
def test_the_length_of_texts_is_limited(both, where, piece):
    """Of a reply that is longer than a text may be, with no longer text, one that is, and one in the rest."""
    for length in (900, 999, 1_001, 1_500):
        long = {
            "row": f'<row key="{"k" * length}"><id>1</id></row>',
            "note": f"<note>{'n' * length}</note>",
            "unknown": f"<more>{'m' * length}</more>",
        }[where]
        reply = flat(ROW * 100 + long + ROW * 100).encode()
        whole = both.result("flat", reply, 10**9, text=1_000)
        assert both.result("flat", reply, 0, piece, text=1_000) == whole
        assert both.gathered == (length < 1_000)
        refused = "more than 1,000 characters" in str(whole[1])
        assert refused == (length > 1_000)
