"""Replies read item by item: the same values, the same refusals, and never the whole."""

from __future__ import annotations

import importlib
import io
import re
import sys
import tracemalloc
from collections.abc import Iterator

import clickatell
import pytest

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSDL = """<definitions targetNamespace="urn:s" xmlns="http://schemas.xmlsoap.org/wsdl/"
 xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:s="urn:s"
 xmlns:xsd="http://www.w3.org/2001/XMLSchema">
<types><xsd:schema targetNamespace="urn:s" elementFormDefault="qualified">
 <xsd:complexType name="Row"><xsd:sequence><xsd:element name="id" type="xsd:int"/>
  <xsd:element name="inner" type="s:Row" minOccurs="0"/></xsd:sequence></xsd:complexType>
 <xsd:complexType name="Rows"><xsd:sequence>
  <xsd:element name="row" type="s:Row" nillable="true" minOccurs="0" maxOccurs="unbounded"/>
 </xsd:sequence></xsd:complexType>
 <xsd:element name="call"><xsd:complexType><xsd:sequence/></xsd:complexType></xsd:element>
 <xsd:element name="flat"><xsd:complexType><xsd:sequence>
  <xsd:element name="total" type="xsd:int"/>
  <xsd:element name="row" type="s:Row" minOccurs="0" maxOccurs="unbounded"/>
 </xsd:sequence></xsd:complexType></xsd:element>
 <xsd:element name="nested"><xsd:complexType><xsd:sequence>
  <xsd:element name="count" type="xsd:int"/>
  <xsd:element name="result" type="s:Rows"/></xsd:sequence></xsd:complexType></xsd:element>
 <xsd:element name="single"><xsd:complexType><xsd:sequence>
  <xsd:element name="row" type="s:Row"/></xsd:sequence></xsd:complexType></xsd:element>
</xsd:schema></types>
<message name="call"><part name="p" element="s:call"/></message>
{messages}
<portType name="P">{operations}</portType>
<binding name="B" type="s:P"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
{bound}</binding>
<service name="S"><port name="P" binding="s:B"><soap:address location="http://x/"/></port></service>
</definitions>"""
NAMES = ("flat", "nested", "single")
BODY = '<soap:body use="literal"/>'


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict]:
    folder = tmp_path_factory.mktemp("streamed")
    text = WSDL.format(
        messages="".join(
            f'<message name="{n}"><part name="p" element="s:{n}"/></message>'
            for n in NAMES
        ),
        operations="".join(
            f'<operation name="{n}"><input message="s:call"/>'
            f'<output message="s:{n}"/></operation>'
            for n in NAMES
        ),
        bound="".join(
            f'<operation name="{n}"><soap:operation/><input>{BODY}</input>'
            f"<output>{BODY}</output></operation>"
            for n in NAMES
        ),
    )
    wsdl = folder / "s.wsdl"
    wsdl.write_text(text)
    write_package(folder / "streamed", generate(wsdl, Options("streamed")).files)
    sys.path.insert(0, str(folder))
    package = importlib.import_module("streamed")
    yield {**package.PORTS["P"].operations, "types": package.types}
    sys.path.remove(str(folder))


def envelope(body: str, before: str = "") -> bytes:
    return (
        f'<s:Envelope xmlns:s="{SOAP}">{before}<s:Body>{body}</s:Body></s:Envelope>'
    ).encode()


def rows(count: int) -> str:
    return "".join(f"<row><id>{n}</id></row>" for n in range(count))


def flat(content: str) -> bytes:
    return envelope(f'<flat xmlns="urn:s">{content}</flat>')


def refusal(found: Iterator) -> Exception:
    with pytest.raises(Exception) as caught:
        list(found)
    return caught.value


# ---------------------------------------------------------------------------- the same values


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_items_are_those_of_the_whole_reply(operations, size):
    reply = flat(f"<total>9</total>{rows(300)}<more/><row><id>300</id></row>")
    pieces = [reply[at : at + size] for at in range(0, len(reply), size)]
    flat_ = operations["flat"]
    assert list(flat_.iter_response(pieces)) == flat_.decode_response(reply).row


def test_items_know_the_types_that_they_name(operations):
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    xsd = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    row = f'<row {xsi} {xsd}><id xsi:type="xsd:short">1</id></row>'
    flat_ = operations["flat"]
    found = flat_.iter_response([flat(f"<total>1</total>{row}{row}")])
    forms = []
    for item in found:
        forms.append(item.__form__)
        flat_.decode_response(flat("<total>0</total>"))  # which names none
    assert [form.children[0].type for form in forms] == [
        "{http://www.w3.org/2001/XMLSchema}short"
    ] * 2


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("size", [1, 3, 64, 100_000])
def test_types_are_kept_in_every_charset(operations, charset, size):
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:s="urn:s"'
    row = f'<row {xsi} xsi:type="s:Row"><id>1</id></row>'
    text = flat(f"<total>1</total><row><id>0</id></row>{row}").decode()
    reply = text.encode(charset)
    pieces = [reply[at : at + size] for at in range(0, len(reply), size)]
    flat_ = operations["flat"]
    _, named = flat_.iter_response(pieces)
    assert named.__form__.type == "{urn:s}Row"
    assert flat_.decode_response(reply).row[1].__form__ == named.__form__


def test_a_stream_and_the_bytes_of_a_charset(operations):
    reply = flat("<total>1</total><row><id>1</id></row>").decode().encode("utf-16")
    found = operations["flat"].iter_response(io.BytesIO(reply))
    assert [row.id for row in found] == [1]
    latin = envelope('<flat xmlns="urn:s"><é/><row><id>1</id></row></flat>').decode()
    source = [latin.encode("latin-1")]
    found = operations["flat"].iter_response(source, charset="ISO-8859-1")
    assert [row.id for row in found] == [1]


@pytest.mark.parametrize("size", [1, 64, 100_000])
def test_a_second_body_is_read_over(operations, size):
    one, two = flat(f"<total>9</total>{rows(3)}"), flat(f"<total>9</total>{rows(5)}")
    body = two[two.index(b"<s:Body>") : two.index(b"</s:Envelope>")]
    reply = one.replace(b"</s:Envelope>", body + b"</s:Envelope>")
    pieces = [reply[at : at + size] for at in range(0, len(reply), size)]
    found = list(operations["flat"].iter_response(pieces))
    assert [row.id for row in found] == [0, 1, 2]
    assert found == operations["flat"].decode_response(reply).row


@pytest.mark.parametrize("size", [3, 100_000])
def test_items_further_down_and_nil_ones(operations, size):
    nil = '<row xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>'
    reply = envelope(
        f'<nested xmlns="urn:s"><junk>{rows(3)}</junk><count>2</count>'
        f"<result>{rows(2)}{nil}</result><junk>{rows(3)}</junk></nested>",
        "<s:Header><row>header</row></s:Header>",
    )
    pieces = [reply[at : at + size] for at in range(0, len(reply), size)]
    nested = operations["nested"]
    assert (
        list(nested.iter_response(pieces)) == nested.decode_response(reply).result.row
    )


def test_nothing_repeated_is_no_item(operations):
    assert list(operations["flat"].iter_response([flat("<total>0</total>")])) == []
    assert (
        list(operations["flat"].iter_response([envelope('<flat xmlns="urn:s"/>')]))
        == []
    )


@pytest.mark.parametrize("size", [5, 100_000])
def test_an_encoded_array(size):
    sendmsg = clickatell.PORTS["PushServerWSPort"].operations["sendmsg"]
    texts = [f"ID: {n}" for n in range(50)]
    reply = sendmsg.encode_response(clickatell.types.SendmsgResponse(return_=texts))
    pieces = [reply[at : at + size] for at in range(0, len(reply), size)]
    assert list(sendmsg.iter_response(pieces)) == texts


def test_items_come_before_the_end_of_the_source(operations):
    reply = flat(rows(5_000))

    def source() -> Iterator[bytes]:
        yield reply[: len(reply) // 2]
        raise RuntimeError("read on too far")

    found = operations["flat"].iter_response(source())
    assert next(found).id == 0


def test_memory_is_bounded(operations):
    def source() -> Iterator[bytes]:
        yield f'<s:Envelope xmlns:s="{SOAP}"><s:Body><flat xmlns="urn:s">'.encode()
        for _ in range(40):
            yield b"<junk/>" * 100 + b"<row><id>1</id></row>" * 2_000
        yield b"</flat></s:Body></s:Envelope>"

    tracemalloc.start()
    try:
        assert sum(1 for _ in operations["flat"].iter_response(source())) == 80_000
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


# --------------------------------------------------------------------------- the same refusals


def test_what_has_nothing_repeated(operations):
    with pytest.raises(TypeError, match="no response with a repeated element"):
        operations["single"].iter_response([b""])


@pytest.mark.parametrize(
    "reply, said",
    [
        (b"", "not well-formed"),
        (b"<html><body>no</body></html>", "is no SOAP 1.1 envelope"),
        (b"<html><body>no", "not well-formed|no SOAP"),
        (f'<!DOCTYPE x><s:Envelope xmlns:s="{SOAP}"/>'.encode(), "a DTD is refused"),
        (f'<s:Envelope xmlns:s="{SOAP}"/>'.encode(), "has no Body"),
        (envelope(""), "Body: is empty"),
        (envelope("<other/>"), "'other' is there"),
        (flat("<row><id>1</id></row>")[:-20], "not well-formed"),
        (flat("<row><id>1</id>" + "<inner>" * 200), "not well-formed|nested more than"),
        (flat(f"<row><id>1</id>{'<inner>' * 200}{'</inner>' * 200}</row>"), "nested"),
        (flat("<row><id>1</id></row><row/>"), r"flat.row\[1\]"),
        (flat(f"{rows(4_000)}<row><id>x</id></row>"), r"flat.row\[4000\].id: 'x'"),
    ],
)
def test_what_is_refused(operations, reply, said):
    for source in ([reply], [reply[at : at + 10] for at in range(0, len(reply), 10)]):
        found = operations["flat"].iter_response(source)
        error = refusal(found)
        assert type(error).__name__ in ("DecodeError", "NotAnEnvelope")
        pytest.raises(type(error), operations["flat"].decode_response, reply)
        assert error.args and re.search(said, str(error))


def test_items_before_an_error_are_given(operations):
    found = operations["flat"].iter_response([flat(f"{rows(3)}<row><id>x</id></row>")])
    assert [next(found).id for _ in range(3)] == [0, 1, 2]
    assert "flat.row[3].id" in str(refusal(found))


@pytest.mark.parametrize(
    "before", ["", '<flat xmlns="urn:s"><row><id>1</id></row></flat>']
)
def test_a_fault_is_raised(operations, before):
    fault = "<s:Fault><faultcode>s:Server</faultcode><faultstring>no</faultstring></s:Fault>"
    reply = envelope(before + fault)
    for size in (9, 100_000):
        pieces = [reply[at : at + size] for at in range(0, len(reply), size)]
        assert refusal(operations["flat"].iter_response(pieces)).reason == "no"


def test_a_fault_of_the_other_version_is_raised(operations):
    soap12 = "http://www.w3.org/2003/05/soap-envelope"
    reply = (
        f'<e:Envelope xmlns:e="{soap12}"><e:Body><e:Fault><e:Code><e:Value>e:Sender'
        "</e:Value></e:Code><e:Reason><e:Text>no</e:Text></e:Reason></e:Fault></e:Body>"
        "</e:Envelope>"
    ).encode()
    pieces = [reply[at : at + 50] for at in range(0, len(reply), 50)]
    assert refusal(operations["flat"].iter_response(pieces)).reason == "no"


def test_limits_hold(operations):
    limits = importlib.import_module("streamed").Limits
    read = operations["flat"].iter_response
    said = str(refusal(read([flat(rows(100))], limits=limits(envelope=500))))
    assert said == "more than 500 bytes in an envelope"
    long = flat(f"<row><id>{'1' * 60}</id></row>")
    said = str(refusal(read([long], limits=limits(text=50))))
    assert said == "more than 50 characters in a text"
    # the tag of an element comes whole: only then the one before it is known to be complete
    long = flat(f"{rows(2)}<row k='{'1' * 60}'><id>1</id></row>{rows(2)}")
    pieces = [long[at : at + 10] for at in range(0, len(long), 10)]
    said = str(refusal(read(pieces, limits=limits(text=50))))
    assert said == "more than 50 characters in a text"


ENCODED = (
    f'<s:Envelope xmlns:s="{SOAP}" xmlns:e="http://schemas.xmlsoap.org/soap/encoding/">'
    "<s:Body><r>{}</r><m id='a'><item>x</item></m></s:Body></s:Envelope>"
)


@pytest.mark.parametrize(
    "reply, said",
    [
        ("<return href='#a'/>", "points elsewhere"),
        ("<return><item href='#b'/></return>", "leads nowhere"),
        ("<return><item e:position='[1]'>x</item></return>", "an array with gaps"),
        ("<return e:offset='[1]'><item>x</item></return>", "an array with gaps"),
    ],
)
def test_what_takes_the_whole_reply_is_refused(reply, said):
    sendmsg = clickatell.PORTS["PushServerWSPort"].operations["sendmsg"]
    error = refusal(sendmsg.iter_response([ENCODED.format(reply).encode()]))
    assert said in str(error)
