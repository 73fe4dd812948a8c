"""Operations without generated code: messages, headers, faults, and what is refused."""

from __future__ import annotations

import copy
import pickle
import threading
import traceback
from collections.abc import Callable
from types import SimpleNamespace

import fake_service as shop
import pytest
from fake_service import (
    RECEIPT,
    SHOP,
    SOAP11,
    SOAP12,
    TYPES,
    Elsewhere,
    Headers,
    Nothing,
    Order,
    OutOfStock,
    OutOfStockDetail,
    Receipt,
    RushOrder,
    envelope,
    operation,
)
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from soapwright.runtime.codec.package import Package
from soapwright.runtime.errors.errors import (
    DecodeError,
    EncodeError,
    NotAnEnvelope,
    SoapError,
    SoapFault,
    TransportError,
    TransportTimeout,
    VersionMismatch,
)
from soapwright.runtime.soap.envelope import NAMES, Envelope
from soapwright.runtime.soap.operation import (
    AnyOperation,
    MessageFormat,
    Operation,
    Operations,
)
from soapwright.runtime.values.anyxml import AnyElement

BOTH = pytest.mark.parametrize("version", ["1.1", "1.2"])


# ----------------------------------------------------------------------------- round trips


@BOTH
@pytest.mark.parametrize("rpc", [False, True])
def test_messages_come_back(version, rpc):
    order = operation(version, rpc=rpc, encoded=rpc)
    sent = Order(item="tea & <biscuits>", password="p")
    assert order.decode_request(order.encode_request(sent)) == sent
    receipt = Receipt(number=7)
    assert order.decode_response(order.encode_response(receipt)) == receipt


def test_the_envelope_is_exact():
    sent = operation(charset="ISO-8859-1").encode_request(Order(item="Zoë €"))
    assert sent == (
        f'<?xml version="1.0" encoding="ISO-8859-1"?><S:Envelope xmlns:S="{SOAP11}"'
        f' xmlns:xsi="{shop.NAMESPACES["xsi"]}" xmlns:tns="{SHOP}"><S:Body>'
        "<tns:order><item>Zoë &#8364;</item></tns:order></S:Body></S:Envelope>"
    ).encode("iso-8859-1")


def test_attributes_of_the_message_are_written():
    order = Operation[Order, None](
        name="order",
        soap_action="",
        envelope=Envelope(shop.wire(), {}),
        package=Package("shop", TYPES),
        request=MessageFormat(
            "Order", tag="o:order", attributes=' xmlns:o="urn:o"', rpc=True
        ),
        response=None,
    )
    assert b'<S:Body><o:order xmlns:o="urn:o"></o:order></S:Body>' in (
        order.encode_request(Order())
    )


def test_a_content_message_is_the_whole_body():
    ping = Operation[Nothing, Nothing](
        name="ping",
        soap_action="",
        envelope=Envelope(shop.wire(), {}),
        package=Package("shop", TYPES),
        request=MessageFormat("Nothing"),
        response=MessageFormat("Nothing"),
    )
    assert b"<S:Body></S:Body>" in ping.encode_request(Nothing())
    assert ping.decode_request(ping.encode_request(Nothing())) == Nothing()
    assert ping.decode_response(envelope("<anything/>")) == Nothing()


@BOTH
@given(item=st.text(max_size=20), trace=st.none() | st.text(max_size=10))
def test_what_can_be_encoded_is_decoded_as_it_was(version, item, trace):
    order = operation(version, headers=True)
    value, headers = Order(item=item), Headers(trace=trace)
    try:
        sent = order.encode_request(value, headers)
    except EncodeError as error:
        assert error.path in ("order.item", "Header.trace")
        return
    assert order.decode_request(sent) == value
    assert order.decode_request_headers(sent) == headers


# --------------------------------------------------------------------- what stands in a Body


def test_an_rpc_request_is_known_by_its_local_name():
    order = operation(rpc=True)
    for body in ("<s:order/>", "<order/>", '<x:order xmlns:x="urn:other"/>'):
        assert order.decode_request(envelope(body)) == Order()
    with pytest.raises(DecodeError, match="'{urn:shop}cancel' is there") as caught:
        order.decode_request(envelope("<s:cancel/><s:order/>"))
    assert caught.value.path == "Body"


def test_an_rpc_reply_has_any_name():
    order = operation(rpc=True)
    body = "<x:whatever xmlns:x='urn:x'><number>7</number></x:whatever>"
    assert order.decode_response(envelope(body)) == Receipt(number=7)


def test_shared_values_beside_an_rpc_message_are_not_it():
    order = operation(rpc=True, encoded=True)
    shared = '<multiRef id="id0">x</multiRef>'
    assert order.decode_response(envelope(RECEIPT + shared)) == Receipt(number=7)
    assert order.decode_response(envelope(shared + RECEIPT)) == Receipt(number=7)
    assert order.decode_request(envelope(shared + "<s:order/>")) == Order()
    call = '<s:order id="o1"><item>i</item></s:order>'
    assert order.decode_request(envelope(call)) == Order(item="i")


def test_a_document_is_known_by_its_name():
    order = operation()
    with pytest.raises(DecodeError, match="is there, not '{urn:shop}order'"):
        order.decode_request(envelope("<order/>"))
    with pytest.raises(DecodeError, match="is there"):
        order.decode_response(envelope("<s:order/>"))


@BOTH
@pytest.mark.parametrize("rpc", [False, True])
def test_an_empty_body_is_no_message(version, rpc):
    order = operation(version, rpc=rpc)
    for decode in (order.decode_request, order.decode_response):
        with pytest.raises(DecodeError, match="Body: is empty"):
            decode(envelope("", version))


def test_a_readers_error_keeps_its_path():
    body = "<s:orderResponse><number>many</number></s:orderResponse>"
    with pytest.raises(DecodeError) as caught:
        operation().decode_response(envelope(body))
    assert caught.value.path == "orderResponse.number"
    assert str(caught.value) == "orderResponse.number: 'many' is no xsd:int"


def test_the_charset_is_passed_on():
    order = operation()
    data = envelope("<s:order><item>Zoë</item></s:order>").decode().encode("cp1252")
    assert order.decode_request(data, "windows-1252").item == "Zoë"
    reply = envelope(RECEIPT).decode().encode("utf-16-le")
    assert order.decode_response(reply, "utf-16").number == 7
    with pytest.raises(DecodeError):
        order.decode_request(data)


def test_a_reader_that_recurses_too_far_is_a_decode_error():
    def endless(e):
        return endless(e)

    types = SimpleNamespace(
        **{
            **vars(TYPES),
            "read_Receipt": endless,
            "read_Order": endless,
            "read_Headers": endless,
        }
    )
    order = operation(types=types, headers=True)
    with pytest.raises(DecodeError, match="nested too deeply"):
        order.decode_response(envelope(RECEIPT))
    with pytest.raises(DecodeError, match="nested too deeply"):
        order.decode_request(envelope("<s:order/>"))
    with pytest.raises(DecodeError, match="nested too deeply"):
        order.decode_response_headers(envelope(RECEIPT, header="<h/>"))


# -------------------------------------------------------------------------------- refusals


def test_the_spot_that_cannot_be_written_is_named():
    with pytest.raises(EncodeError) as caught:
        operation().encode_request(Order(item="a\x01b"))
    assert caught.value.path == "order.item"
    assert "U+0001" in str(caught.value)


def test_a_secret_is_not_told_by_the_error_that_it_causes():
    secret = "hunter2\x01"
    with pytest.raises(EncodeError) as caught:
        operation().encode_request(Order(password=secret))
    assert caught.value.path == "order.password"
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))

    def leaking(v, tag, attributes=""):
        raise KeyError(v.password)

    types = SimpleNamespace(**{**vars(TYPES), "write_Order": leaking})
    with pytest.raises(EncodeError) as caught:
        operation(types=types).encode_request(Order(password=secret))
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_a_value_of_another_class_is_refused():
    order = operation()
    with pytest.raises(EncodeError, match="order: Receipt given, Order wanted"):
        order.encode_request(Receipt(number=1))
    with pytest.raises(EncodeError, match="orderResponse: NoneType given"):
        order.encode_response(None)
    sent = order.encode_request(RushOrder(item="i"))
    assert b'xsi:type="tns:RushOrder"' in sent


def test_a_one_way_operation_has_no_response():
    notify = operation(one_way=True)
    assert notify.one_way
    assert notify.response_type is None
    with pytest.raises(TypeError, match="order has no response"):
        notify.encode_response(None)
    assert notify.decode_response(envelope("")) is None
    with pytest.raises(SoapFault):
        notify.decode_response(notify.encode_fault(SoapFault("no")))


def test_an_operation_without_input_has_no_request():
    alert = Operation[None, Receipt](
        name="alert",
        soap_action="",
        envelope=Envelope(shop.wire(), {}),
        package=Package("shop", TYPES),
        request=None,
        response=MessageFormat("Receipt", tag="r", expects="r"),
    )
    assert alert.request_type is None
    assert alert.response_type is Receipt
    assert not alert.one_way
    with pytest.raises(TypeError, match="alert has no request"):
        alert.encode_request(None)
    with pytest.raises(TypeError, match="alert has no request"):
        alert.decode_request(envelope("<r/>"))


# --------------------------------------------------------------------------------- headers


@BOTH
def test_headers_go_both_ways(version):
    order = operation(version, headers=True)
    sent = order.encode_request(Order(), Headers(trace="t1"))
    root = etree.fromstring(sent)
    names = NAMES[version]
    assert [c.tag for c in root] == [names.header, names.body]
    assert order.decode_request_headers(sent) == Headers(trace="t1")
    back = order.encode_response(Receipt(number=1), Headers(trace="t2"))
    assert order.decode_response_headers(back) == Headers(trace="t2")
    assert order.read_response(back) == (Receipt(number=1), Headers(trace="t2"))


def test_no_header_is_written_with_nothing_in_it():
    order = operation(headers=True)
    plain = order.encode_request(Order())
    assert order.encode_request(Order(), Headers()) == plain
    assert b"Header" not in plain
    assert order.decode_request_headers(plain) == Headers()


def test_undeclared_headers_are_read_over():
    order = operation(headers=True)
    header = f'<w:Security xmlns:w="urn:w"/><t:Trace xmlns:t="{SHOP}">x</t:Trace>'
    data = envelope("<s:order/>", header=header)
    assert order.decode_request_headers(data) == Headers(trace="x")
    assert operation().decode_request_headers(data) is None
    assert operation().decode_request(data) == Order()


def test_headers_that_nobody_declares_are_refused():
    with pytest.raises(TypeError, match="order declares no headers"):
        operation().encode_request(Order(), Headers())
    with pytest.raises(EncodeError, match="Header: Order given, Headers wanted"):
        operation(headers=True).encode_request(Order(), Order())


# --------------------------------------------------------------------------------- laziness


def test_nothing_of_the_types_is_touched_before_use():
    touched: list[str] = []

    class Types:
        def __getattr__(self, name: str) -> object:
            touched.append(name)
            return getattr(TYPES, name)

    order = operation(types=Types(), headers=True)
    assert repr(order) == "<Operation order>"
    assert not order.one_way
    assert touched == []
    order.encode_request(Order())
    assert "Receipt" not in touched
    assert "Headers" not in touched
    before = list(touched)
    order.encode_request(Order())
    assert touched == before
    assert order.request_type is Order


def test_threads_may_race_for_the_first_use():
    for _ in range(20):
        order = operation()
        start, made = threading.Barrier(4), []

        def work(order=order, start=start, made=made) -> None:
            start.wait()
            made.append(order.decode_request(order.encode_request(Order(item="i"))))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert made == [Order(item="i")] * 4


# ---------------------------------------------------------------------- faults from outside


def fault_of(body: str, version="1.1", spoken=None) -> SoapFault:
    with pytest.raises(SoapFault) as caught:
        operation(spoken or version).decode_response(envelope(body, version))
    return caught.value


def test_a_soap_11_fault():
    fault = fault_of(
        "<e:Fault><faultcode>e:Client.Auth</faultcode>"
        '<faultstring xml:lang="de">Nein &amp; nie</faultstring>'
        "<faultactor> urn:node </faultactor>"
        "<detail><s:why>x</s:why></detail></e:Fault>"
    )
    assert (fault.code, fault.code_qname) == ("Client.Auth", f"{{{SOAP11}}}Client.Auth")
    assert (fault.reason, fault.language) == ("Nein & nie", "de")
    assert (fault.actor, fault.role, fault.node) == ("urn:node", "urn:node", None)
    assert fault.subcodes == ()
    assert isinstance(fault.raw_detail, AnyElement)
    assert fault.raw_detail.tag == "detail"
    assert fault.raw_detail.find(f"{{{SHOP}}}why").text == "x"
    assert fault.detail is fault.raw_detail
    assert str(fault) == "Client.Auth: Nein & nie"


def test_a_soap_12_fault():
    fault = fault_of(
        "<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>s:Auth</e:Value>"
        '<e:Subcode><e:Value xmlns:x="urn:x">x:Expired</e:Value></e:Subcode>'
        "</e:Subcode></e:Code><e:Reason>"
        '<e:Text xml:lang="de">Nein</e:Text><e:Text xml:lang="en">No</e:Text></e:Reason>'
        "<e:Node>urn:node</e:Node><e:Role>urn:role</e:Role>"
        "<e:Detail><s:why>x</s:why></e:Detail></e:Fault>",
        "1.2",
    )
    assert (fault.code, fault.code_qname) == ("Sender", f"{{{SOAP12}}}Sender")
    assert fault.subcodes == (f"{{{SHOP}}}Auth", "{urn:x}Expired")
    assert (fault.reason, fault.language) == ("Nein", "de")
    assert fault.reasons == {"de": "Nein", "en": "No"}
    assert (fault.role, fault.node) == ("urn:role", "urn:node")
    assert fault.raw_detail is not None
    assert fault.raw_detail.tag == f"{{{SOAP12}}}Detail"


@pytest.mark.parametrize(
    ("body", "code", "reason", "has_detail"),
    [
        # NuSOAP: typed children, an empty detail
        (
            '<e:Fault><faultcode xsi:type="xsd:string" xmlns:xsi="urn:i">e:Server'
            '</faultcode><faultactor/><faultstring>no</faultstring><detail t="x"></detail>'
            "</e:Fault>",
            "Server",
            "no",
            True,
        ),
        # prefixed children, as some write them
        (
            "<e:Fault><e:faultcode>e:Client</e:faultcode>"
            "<e:faultstring>no</e:faultstring></e:Fault>",
            "Client",
            "no",
            False,
        ),
        # codes that are no QNames, or whose prefix nobody declares
        ("<e:Fault><faultcode>105</faultcode></e:Fault>", "105", "", False),
        ("<e:Fault><faultcode>x:No</faultcode></e:Fault>", "No", "", False),
        ("<e:Fault><faultcode>a b:c</faultcode></e:Fault>", "a b:c", "", False),
        ("<e:Fault><faultcode> e:Server\n</faultcode></e:Fault>", "Server", "", False),
        ("<e:Fault><faultstring>no</faultstring></e:Fault>", "", "no", False),
        (
            "<e:Fault><faultstring>no <b>way</b> out</faultstring></e:Fault>",
            "",
            "no way out",
            False,
        ),
        ("<e:Fault/>", "", "", False),
        # SOAP 1.2's way of saying it in a SOAP 1.1 envelope
        (
            "<e:Fault><e:Code><e:Value>e:Receiver</e:Value></e:Code>"
            "<e:Reason><e:Text>no</e:Text></e:Reason></e:Fault>",
            "Receiver",
            "no",
            False,
        ),
    ],
)
def test_faults_as_they_are(body, code, reason, has_detail):
    fault = fault_of(body)
    assert (fault.code, fault.reason) == (code, reason)
    assert (fault.raw_detail is not None) is has_detail
    assert fault.actor is None
    assert str(fault)


def test_a_code_in_a_default_namespace():
    fault = fault_of('<e:Fault><faultcode xmlns="urn:own">Gone</faultcode></e:Fault>')
    assert (fault.code, fault.code_qname) == ("Gone", "{urn:own}Gone")


def test_a_fault_in_the_other_version_is_a_fault():
    fault = fault_of(
        "<e:Fault><faultcode>e:VersionMismatch</faultcode></e:Fault>", "1.1", "1.2"
    )
    assert fault.code == "VersionMismatch"
    with pytest.raises(VersionMismatch):
        operation("1.2").decode_response(envelope(RECEIPT, "1.1"))


def test_a_request_never_raises_a_fault():
    with pytest.raises(DecodeError, match="Fault' is there"):
        operation().decode_request(envelope("<e:Fault/>"))


def test_a_broken_fault_envelope_is_a_decode_error():
    with pytest.raises(DecodeError):
        operation().decode_response(envelope("<e:Fault><faultcode/></e:Fault>")[:-30])
    with pytest.raises(NotAnEnvelope):
        operation().decode_response(b"<Fault/>")


# -------------------------------------------------------------------------- declared faults

DETAIL = "<detail><x/><s:OutOfStock>tea</s:OutOfStock></detail>"


@pytest.mark.parametrize(
    ("version", "body"),
    [
        ("1.1", f"<e:Fault><faultcode>e:Server</faultcode>{DETAIL}</e:Fault>"),
        (
            "1.2",
            "<e:Fault><e:Code><e:Value>e:Receiver</e:Value></e:Code>"
            + DETAIL.replace("detail", "e:Detail")
            + "</e:Fault>",
        ),
    ],
)
def test_a_declared_fault_has_its_class_and_a_typed_detail(version, body):
    fault = fault_of(body, version)
    assert type(fault) is OutOfStock
    assert fault.detail == OutOfStockDetail(item="tea")
    assert fault.raw_detail is not None
    assert len(list(fault.raw_detail)) == 2
    assert fault.code in ("Server", "Receiver")


def test_a_detail_that_does_not_read_leaves_a_fault():
    fault = fault_of(
        "<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring>"
        "<detail><s:OutOfStock/></detail></e:Fault>"
    )
    assert type(fault) is SoapFault
    assert fault.reason == "no"
    assert fault.raw_detail is not None
    assert isinstance(fault.__cause__, DecodeError)


@BOTH
def test_a_declared_fault_goes_over_the_wire(version):
    order = operation(version)
    raised = OutOfStock("sold out", detail=OutOfStockDetail(item="tea & milk"))
    with pytest.raises(OutOfStock) as caught:
        order.decode_response(order.encode_fault(raised))
    assert caught.value.detail == OutOfStockDetail(item="tea & milk")
    assert caught.value.reason == "sold out"
    assert caught.value.code == ("Server" if version == "1.1" else "Receiver")


def test_a_fault_of_another_operation_is_refused():
    with pytest.raises(EncodeError, match="order does not declare Elsewhere"):
        operation().encode_fault(Elsewhere(detail="x"))
    with pytest.raises(EncodeError) as caught:
        operation().encode_fault(OutOfStock(detail=OutOfStockDetail(item="\x01")))
    assert caught.value.path == "detail.item"


# ------------------------------------------------------------------------- faults of our own


@BOTH
@pytest.mark.parametrize(
    ("code", "in_11", "in_12", "subcodes"),
    [
        ("Server", "Server", "Receiver", ()),
        ("Receiver", "Server", "Receiver", ()),
        ("Client", "Client", "Sender", ()),
        ("Sender", "Client", "Sender", ()),
        (f"{{{SOAP12}}}Sender", "Client", "Sender", ()),
        (f"{{{SOAP11}}}Client", "Client", "Sender", ()),
        ("", "Server", "Receiver", ()),
        ("MustUnderstand", "MustUnderstand", "MustUnderstand", ()),
        ("DataEncodingUnknown", "Client", "DataEncodingUnknown", ()),
        ("Client.Auth", "Client.Auth", "Sender", ("Auth",)),
        ("Client.Auth.Old", "Client.Auth.Old", "Sender", ("Auth.Old",)),
        ("{urn:x}Gone", "Gone", "Receiver", ("{urn:x}Gone",)),
        ("Gone", "Gone", "Receiver", ("Gone",)),
    ],
)
def test_codes_are_those_of_the_version(version, code, in_11, in_12, subcodes):
    order = operation(version)
    with pytest.raises(SoapFault) as caught:
        order.decode_response(order.encode_fault(SoapFault("no", code=code)))
    fault = caught.value
    assert fault.code == (in_11 if version == "1.1" else in_12)
    assert fault.subcodes == (() if version == "1.1" else subcodes)
    standard = fault.code_qname.startswith("{http:")
    assert standard is (version == "1.2" or "Gone" not in code)
    if code.startswith("{urn:x}") and version == "1.1":
        assert fault.code_qname == code


def test_subcodes_are_dotted_in_soap_11():
    fault = SoapFault("no", code="Sender", subcodes=["{urn:x}Auth", "Expired"])
    sent = operation("1.1").encode_fault(fault)
    assert b"<faultcode>S:Client.Auth.Expired</faultcode>" in sent


@pytest.mark.parametrize("code", ["105", "no such", "a:b", "Client.a b", "{urn:x}"])
@BOTH
def test_a_code_that_is_no_name_is_refused(version, code):
    with pytest.raises(EncodeError, match="no name for a fault code"):
        operation(version).encode_fault(SoapFault("no", code=code))


@BOTH
def test_all_of_a_fault_comes_back(version):
    raw = AnyElement("{urn:d}why", content=["a", AnyElement("b")])
    fault = SoapFault(
        "no\n& <never>", language="en-GB", actor="urn:a", node="urn:n", detail=raw
    )
    order = operation(version)
    with pytest.raises(SoapFault) as caught:
        order.decode_response(order.encode_fault(fault))
    back = caught.value
    assert (back.reason, back.language, back.actor) == (
        fault.reason,
        "en-GB",
        "urn:a",
    )
    assert back.node == ("urn:n" if version == "1.2" else None)
    assert back.raw_detail is not None
    assert back.raw_detail.find("{urn:d}why") == raw


@pytest.mark.parametrize(("came", "goes"), [("1.1", "1.2"), ("1.2", "1.1")])
def test_a_fault_is_passed_on_in_the_other_version(came, goes):
    first, second = operation(came), operation(goes)
    fault = SoapFault("no", code="Client", detail=AnyElement("{urn:d}why"))
    with pytest.raises(SoapFault) as caught:
        first.decode_response(first.encode_fault(fault))
    passed_on = second.encode_fault(caught.value)
    with pytest.raises(SoapFault) as caught:
        second.decode_response(passed_on)
    assert caught.value.code in ("Client", "Sender")
    assert caught.value.raw_detail is not None
    assert [c.tag for c in caught.value.raw_detail] == ["{urn:d}why"]


def test_a_soap_12_fault_has_a_text_for_each_language():
    reasons = {"de": "Nein", "fr": "Non"}
    order = operation("1.2")
    with pytest.raises(SoapFault) as caught:
        order.decode_response(order.encode_fault(SoapFault("No", reasons=reasons)))
    assert caught.value.reasons == {"en": "No", **reasons}
    assert b'<S:Text xml:lang="en"></S:Text>' in order.encode_fault(SoapFault())


@BOTH
def test_a_fault_is_laid_out_as_its_specification_says(version):
    order = operation(version)
    fault = SoapFault("no", actor="urn:a", node="urn:n", detail=AnyElement("w"))
    root = etree.fromstring(order.encode_fault(fault))
    ((element,),) = root
    assert element.tag == NAMES[version].fault
    names = [etree.QName(c).localname for c in element]
    if version == "1.1":
        assert names == ["faultcode", "faultstring", "faultactor", "detail"]
        assert {etree.QName(c).namespace for c in element} == {None}
    else:
        assert names == ["Code", "Reason", "Node", "Role", "Detail"]
        assert {etree.QName(c).namespace for c in element} == {SOAP12}


@BOTH
@pytest.mark.parametrize("field", ["reason", "actor", "language"])
def test_a_fault_that_xml_cannot_carry_is_refused(version, field):
    fault = SoapFault(**{"reason": "no", field: "a\x00"})
    with pytest.raises(EncodeError) as caught:
        operation(version).encode_fault(fault)
    assert caught.value.path in (field, "role")


_FAULT_NAMES = st.sampled_from(
    "faultcode e:Code e:Value e:Subcode faultstring e:Reason e:Text e:Role detail "
    "e:Detail s:OutOfStock e:Node x".split()
)
_FAULT_TEXTS = st.sampled_from(["", " ", "e:Client", "x:y", "a:b:c", "no", ":", "é"])


@given(
    st.recursive(
        _FAULT_TEXTS,
        lambda inner: st.builds(
            lambda name, items: f"<{name}>{''.join(items)}</{name}>",
            _FAULT_NAMES,
            st.lists(inner, max_size=3),
        ),
        max_leaves=12,
    )
)
@BOTH
def test_whatever_stands_in_a_fault_is_a_fault(version, content):
    fault = fault_of(f"<e:Fault>{content}</e:Fault>", version)
    assert str(fault)


@BOTH
@given(reason=st.text(max_size=10), code=st.text("ab.:{}é1 ", max_size=6))
def test_a_fault_is_written_whole_or_not_at_all(version, reason, code):
    order = operation(version)
    try:
        sent = order.encode_fault(SoapFault(reason, code=code))
    except EncodeError as error:
        assert error.path in ("code", "reason")
        return
    with pytest.raises(SoapFault) as caught:
        order.decode_response(sent)
    assert caught.value.reason == reason


# ---------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    "error",
    [
        EncodeError("a.b[3]", "wrong"),
        DecodeError("", "wrong"),
        NotAnEnvelope("", "wrong"),
        VersionMismatch("", "wrong"),
        TransportError("no reply", status=502, headers={"x": "y"}, body=b"<html>"),
        TransportTimeout("too late"),
        SoapFault("no", code="{urn:x}A", subcodes=["b"], detail=AnyElement("d")),
        OutOfStock(
            "no", detail=OutOfStockDetail(item="tea"), raw_detail=AnyElement("d")
        ),
    ],
)
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, "pickle"])
def test_errors_are_copied_whole(error, copied):
    error.add_note("noted")
    again = pickle.loads(pickle.dumps(error)) if copied == "pickle" else copied(error)
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
    assert isinstance(again, SoapError)


def test_errors_read_well():
    assert str(EncodeError("sendmsg.to[3]", "is required")) == (
        "sendmsg.to[3]: is required"
    )
    assert str(SoapFault()) == "Server"
    assert str(SoapFault(code="")) == "SOAP fault"
    page = b"<html>\n <body>Bad  gateway \x00 password=hunter2</body>" + b"x" * 9000
    error = TransportError(
        "no SOAP reply", status=502, headers={"content-type": "text/html"}, body=page
    )
    assert str(error).startswith(
        "no SOAP reply: HTTP 502 (text/html) <html> <body>Bad gateway"
    )
    assert "hunter2" not in str(error)
    assert len(str(error)) < 300
    assert len(error.body) == 4096
    assert "an empty body" in str(TransportError("no SOAP reply", status=200))
    assert str(TransportError("no route")) == "no route"


def test_a_fault_does_not_show_its_detail():
    detail = AnyElement(
        "{urn:d}login", content=[AnyElement("password", content=["h2"])]
    )
    fault = SoapFault("no", detail=detail)
    assert "h2" not in str(fault) + repr(fault)


def test_an_operation_is_made_when_it_is_asked_for_and_once() -> None:
    made: list[str] = []

    def maker(name: str) -> Callable[[], AnyOperation]:
        def make() -> AnyOperation:
            made.append(name)
            return operation(name=name)

        return make

    operations = Operations({"buy": maker("buy"), "sell": maker("sell")})
    assert list(operations) == ["buy", "sell"]
    assert "buy" in operations and "steal" not in operations
    assert (len(operations), operations.get("steal"), made) == (2, None, [])
    assert operations["sell"] is operations["sell"]
    assert made == ["sell"]
    assert [one.name for one in operations.values()] == ["buy", "sell"]
    assert made == ["sell", "buy"]
    with pytest.raises(KeyError):
        operations["steal"]
