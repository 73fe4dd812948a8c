"""Loops over the pages of a mock's replies: what a request hands back is left out, so that they end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_serve import served

from soapwright.envelopes.packages import import_package
from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

SCHEMA = """
<xs:complexType name="Page"><xs:sequence>
  <xs:element name="record" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>
  <xs:element name="done" type="xs:boolean"/>
  <xs:element name="locator" type="xs:string" nillable="true"/>
</xs:sequence></xs:complexType>
<xs:element name="first"><xs:complexType><xs:sequence/></xs:complexType></xs:element>
<xs:element name="firstResponse"><xs:complexType><xs:sequence><xs:element name="page" type="t:Page"/></xs:sequence></xs:complexType></xs:element>
<xs:element name="next"><xs:complexType><xs:sequence><xs:element name="locator" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
<xs:element name="nextResponse"><xs:complexType><xs:sequence><xs:element name="page" type="t:Page"/></xs:sequence></xs:complexType></xs:element>
<xs:element name="list"><xs:complexType><xs:sequence><xs:element name="from" type="xs:int" minOccurs="0"/></xs:sequence></xs:complexType></xs:element>
<xs:element name="listResponse"><xs:complexType><xs:sequence>
  <xs:element name="item" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>
  <xs:element name="next" type="xs:int" minOccurs="0"/>
</xs:sequence></xs:complexType></xs:element>
<xs:element name="seek"><xs:complexType><xs:sequence>
  <xs:element name="offset" type="xs:int"/><xs:element name="count" type="xs:int"/>
</xs:sequence></xs:complexType></xs:element>
<xs:element name="seekResponse"><xs:complexType><xs:sequence>
  <xs:element name="item" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
    <xs:attribute name="live" type="xs:boolean" use="required"/></xs:complexType></xs:element>
  <xs:element name="paging"><xs:complexType><xs:sequence><xs:element name="hasMore" type="xs:boolean"/></xs:sequence></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element>
<xs:element name="scroll"><xs:complexType><xs:attribute name="cursor" type="xs:string"/></xs:complexType></xs:element>
<xs:element name="scrollResponse"><xs:complexType>
  <xs:sequence><xs:element name="row" type="xs:string" maxOccurs="unbounded"/></xs:sequence>
  <xs:attribute name="cursor" type="xs:string"/><xs:attribute name="more" type="xs:boolean" use="required"/>
</xs:complexType></xs:element>
<xs:element name="walk"><xs:complexType><xs:sequence><xs:element name="mark" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
<xs:element name="walkResponse"><xs:complexType><xs:sequence>
  <xs:element name="mark" type="xs:string"/><xs:element name="more" type="xs:boolean"/>
</xs:sequence></xs:complexType></xs:element>
<xs:element name="job"><xs:complexType><xs:sequence><xs:element name="ticket" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
<xs:element name="jobResponse"><xs:complexType><xs:sequence>
  <xs:element name="running" type="xs:boolean"/>
  <xs:element name="ticket" type="xs:string" minOccurs="0"/>
</xs:sequence></xs:complexType></xs:element>
"""
OPERATIONS = ("first", "next", "list", "seek", "scroll", "walk", "job")


def wsdl(soap: str) -> str:
    messages = "".join(
        f'<message name="{o}{way}"><part name="p" element="t:{o}{element}"/></message>'
        for o in OPERATIONS
        for way, element in (("In", ""), ("Out", "Response"))
    )
    abstract = "".join(
        f'<operation name="{o}"><input message="t:{o}In"/><output message="t:{o}Out"/></operation>'
        for o in OPERATIONS
    )
    body = '<soap:body use="literal"/>'
    bound = "".join(
        f'<operation name="{o}"><soap:operation soapAction="urn:pages#{o}"/>'
        f"<input>{body}</input><output>{body}</output></operation>"
        for o in OPERATIONS
    )
    return f"""<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="{soap}"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:pages" targetNamespace="urn:pages">
  <types><xs:schema targetNamespace="urn:pages" elementFormDefault="qualified">{SCHEMA}</xs:schema></types>
  {messages}
  <portType name="Pages">{abstract}</portType>
  <binding name="B" type="t:Pages"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>{bound}</binding>
  <service name="S"><port name="P" binding="t:B"><soap:address location="http://127.0.0.1:1/"/></port></service>
</definitions>"""


@pytest.fixture(params=["soap", "soap12"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "service.wsdl"
    path.write_text(wsdl(f"http://schemas.xmlsoap.org/wsdl/{request.param}/"))
    write_package(tmp_path / "made", generate(path, Options("made")).files)
    return tmp_path / "made"


@pytest.fixture
def client(folder: Path) -> Iterator[Any]:  # Any: as generated
    with served(folder, server="our own") as url:
        with import_package(folder).Client(url) as client:
            yield client


def test_pages_that_are_asked_for_by_a_token(client: Any) -> None:
    page = client.first()
    pages = [page]
    while page.locator is not None and len(pages) < 50:
        page = client.next(locator=page.locator)
        pages.append(page)
    assert [p.record for p in pages] == [["string"], ["string"]]
    assert [p.done for p in pages] == [True, False]
    assert client.first() == pages[0]


def test_pages_that_are_asked_for_by_a_number(client: Any) -> None:
    reply = client.list()
    pages = 1
    while reply.next is not None and pages < 50:
        reply = client.list(from_=reply.next)
        pages += 1
    assert 1 < pages < 50
    assert reply.item == ["string"]
    assert client.list(from_=7).next == 1


def test_a_job_ends_that_is_asked_for_again_and_again(client: Any) -> None:
    job = client.job(ticket="mine")
    assert (job.running, job.ticket) == (True, "string")
    job = client.job(ticket=job.ticket)
    assert (job.running, job.ticket) == (False, None)


def test_pages_that_the_program_counts(client: Any) -> None:
    """Nothing is handed back, but a number grows: the flag in the reply ends it, those of items stay."""
    offset, pages = 0, 0
    while pages < 50:
        reply = client.seek(offset=offset, count=1)
        pages += 1
        if not reply.paging.has_more:
            break
        offset += len(reply.item)
    assert 1 < pages < 50
    assert [one.live for one in reply.item] == [True]
    assert client.seek(offset=0, count=1).paging.has_more


def test_a_number_that_grows_beside_others_is_no_page(client: Any) -> None:
    for number in range(20):
        assert client.seek(offset=number, count=2 * number).paging.has_more


def test_pages_that_the_program_counts_in_messages_that_are_never_the_same(
    folder: Path,
) -> None:
    """Each has a MessageID of its own."""
    made = import_package(folder)
    with served(folder, server="our own") as url:
        with made.Client(url, outgoing=[made.Addressing()]) as client:
            offset = 0
            while offset < 50 and client.seek(offset=offset, count=1).paging.has_more:
                offset += 1
            assert 1 < offset < 50


def test_a_header_hands_nothing_back(folder: Path) -> None:
    """A session is in every request: as a page's token it would take that of each reply away."""
    made = import_package(folder)
    session = made.AnyElement.from_xml('<session xmlns="urn:login">string</session>')
    to = made.EndpointReference("urn:pages", (session,))
    with served(folder, server="our own") as url:
        with made.Client(url, outgoing=[made.Addressing(to=to)]) as client:
            assert client.first().locator == "string"
            assert client.scroll().cursor == "string"


def test_a_cursor_that_is_an_attribute(client: Any) -> None:
    reply, pages = client.scroll(), 1
    assert (reply.cursor, reply.more) == ("string", True)
    while reply.cursor is not None and pages < 50:
        reply = client.scroll(cursor=reply.cursor)
        pages += 1
    assert (pages, reply.more, reply.row) == (2, False, ["string"])


def test_a_token_that_is_required_beside_a_flag(client: Any) -> None:
    reply, pages = client.walk(mark=""), 1
    while reply.more and pages < 50:
        reply = client.walk(mark=reply.mark)
        pages += 1
    assert 1 < pages < 50


ENCODED = """<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" targetNamespace="urn:rows"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:t="urn:rows"
    xmlns:e="http://schemas.xmlsoap.org/soap/encoding/" xmlns:w="http://schemas.xmlsoap.org/wsdl/"
    xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <types><xs:schema targetNamespace="urn:rows"><xs:complexType name="Rows"><xs:complexContent>
    <xs:restriction base="e:Array"><xs:attribute ref="e:arrayType" w:arrayType="xs:string[]"/></xs:restriction>
  </xs:complexContent></xs:complexType></xs:schema></types>
  <message name="rowsIn"><part name="after" type="xs:string"/></message>
  <message name="rowsOut"><part name="rows" type="t:Rows"/><part name="next" type="xs:string"/></message>
  <message name="nameIn"><part name="of" type="xs:string"/></message>
  <message name="nameOut"><part name="name" type="xs:string"/></message>
  <portType name="T">
    <operation name="rows"><input message="t:rowsIn"/><output message="t:rowsOut"/></operation>
    <operation name="name"><input message="t:nameIn"/><output message="t:nameOut"/></operation>
  </portType>
  <binding name="B" type="t:T"><soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="rows"><soap:operation soapAction="rows"/><input>BODY</input><output>BODY</output></operation>
    <operation name="name"><soap:operation soapAction="name"/><input>BODY</input><output>BODY</output></operation>
  </binding>
  <service name="S"><port name="P" binding="t:B"><soap:address location="http://127.0.0.1:1/"/></port></service>
</definitions>"""
BODY = (
    '<soap:body use="encoded" namespace="urn:rows"'
    ' encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"/>'
)


def test_parts_of_an_encoded_message(tmp_path: Path) -> None:
    """A token is nil on the last page; a part that is all of a reply stays, whatever is handed back."""
    (tmp_path / "service.wsdl").write_text(ENCODED.replace("BODY", BODY))
    made = generate(tmp_path / "service.wsdl", Options("made"))
    write_package(tmp_path / "made", made.files)
    with served(tmp_path / "made", server="our own") as url:
        with import_package(tmp_path / "made").Client(url) as client:
            reply, pages = client.rows(after=""), 1
            while reply.next is not None and pages < 50:
                reply = client.rows(after=reply.next)
                pages += 1
            assert (pages, reply.rows) == (2, ["string"])
            assert client.name(of="string") == "string"


def test_replies_of_what_is_required(folder: Path) -> None:
    with served(folder, "--minimal", server="our own") as url:
        with import_package(folder).Client(url) as client:
            reply = client.list()
            assert (reply.item, reply.next) == ([], None)
            assert client.first().locator == "string"
