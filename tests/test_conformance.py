"""The vendor's documented envelopes through the generated packages, and back."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from pathlib import Path
from typing import Any

import clickatell
import clickatell_callbacks
import clickatell_document_literal
import clickatell_vs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from randomness import examples

from soapwright.testing import Kind, assert_envelope, compare_envelopes

SAMPLES = Path(__file__).parents[1] / "spec" / "clickatell" / "samples"
RPC = clickatell.PORTS["PushServerWSPort"].operations
VS = clickatell_vs.PORTS["PushServerWSPort"].operations
DOCUMENT = clickatell_document_literal.PORTS["ClickatellSms"].operations
CALLBACKS = clickatell_callbacks.PORTS["ClickatellCallbacksPort"].operations


def sample(number: int) -> bytes:
    (path,) = SAMPLES.glob(f"{number:02}-*.xml")
    return path.read_bytes()


def packed(envelope: bytes) -> bytes:
    """An envelope without the white space between its elements."""
    return re.sub(rb">\s+<", b"><", envelope).strip()


# ------------------------------------------------------------------- 01, to the byte


def test_the_documented_sendmsg_comes_back_to_the_byte() -> None:
    sendmsg = RPC["sendmsg"]
    value = sendmsg.decode_request(sample(1))
    assert sendmsg.encode_request(value) == packed(sample(1))


def test_the_documented_sendmsg_is_written_from_values_to_the_byte() -> None:
    request = clickatell.types.SendmsgRequest(
        api_id=1234,
        user="demo",
        password="demo",
        to=["2799912345", "27999123134"],
        from_="me",
        text="Initial test message",
    )
    assert RPC["sendmsg"].encode_request(request) == packed(sample(1))
    assert RPC["sendmsg"].decode_request(sample(1)) == request


# ------------------------------------------------------------- those that mean the same

SAME = {
    3: (RPC["sendmsg"], "request"),
    10: (DOCUMENT["auth"], "request"),
    11: (DOCUMENT["auth"], "response"),
    12: (DOCUMENT["ping"], "request"),
    13: (DOCUMENT["ping"], "response"),
    14: (DOCUMENT["sendmsg"], "request"),
    16: (DOCUMENT["querymsg"], "request"),
    17: (DOCUMENT["delmsg"], "request"),
    18: (DOCUMENT["delmsg"], "response"),
    19: (DOCUMENT["routecoverage"], "request"),
    20: (CALLBACKS["mt_callback"], "request"),
}


@pytest.mark.parametrize("number", SAME)
def test_a_documented_envelope_comes_back_with_its_meaning(number: int) -> None:
    operation, way = SAME[number]
    value = getattr(operation, f"decode_{way}")(sample(number))
    written = getattr(operation, f"encode_{way}")(value)
    # 20 has a status of 003 and a charge of 0.300000: numbers, and typed as such
    assert_envelope(written, sample(number), typed_values=number == 20)
    assert getattr(operation, f"decode_{way}")(written) == value


def test_values_of_the_status_callback() -> None:
    assert CALLBACKS["mt_callback"].decode_request(sample(20)) == (
        clickatell_callbacks.types.MtCallbackRequest(
            api_id=1234,
            apimsgid="2e838df2ee3ea418272ae05aaf84ce5d",
            climsgid="abc123",
            to="27999123456",
            from_="27999000224",
            timestamp=1213690834,
            status=3,
            charge=0.3,
        )
    )


# ------------------------------------------------------------- those that are out of order


def test_a_request_as_soapui_writes_it() -> None:
    value = VS["sendmsg"].decode_request(sample(2))
    said = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    assert {
        name: one for name, one in said.items() if one is not clickatell_vs.UNSET
    } == {
        "api_id": 1234,
        "user": "demo",
        "password": "demo",
        "to": ["2799900001"],
        "from_": "me",
        "text": "Demo text",
        "concat": 2,
    }
    # It comes back in the WSDL's order, and its array as an array of the encoding.
    order, kind = compare_envelopes(VS["sendmsg"].encode_request(value), sample(2))
    assert order.kind is Kind.ORDER
    assert order.actual == "api_id, user, password, to, from, text, concat"
    assert order.expected == "api_id, user, password, concat, to, from, text"
    assert kind.path == "/Envelope/Body/sendmsg/to/@xsi:type"
    assert kind.actual == "'{http://schemas.xmlsoap.org/soap/encoding/}Array'"


def test_a_document_out_of_order() -> None:
    value = DOCUMENT["sendmsg"].decode_request(sample(15))
    assert value == clickatell_document_literal.types.Sendmsg(
        api_id=1234,
        user="demo",
        password="demo",
        text="Demo text",
        to=["2799900001"],
        from_="me",
    )
    written = DOCUMENT["sendmsg"].encode_request(value)
    (order,) = compare_envelopes(written, sample(15))
    assert order.actual == "api_id, user, password, text, to, from"


# ------------------------------------------------------------- the one that is no message


def test_the_placeholders_of_an_incoming_message_are_no_values() -> None:
    mo_callback = CALLBACKS["mo_callback"]
    with pytest.raises(clickatell_callbacks.errors.DecodeError) as caught:
        mo_callback.decode_request(sample(23))
    assert caught.value.path == "mo_callback.api_id"
    with_values = sample(23).replace(b'"xsd:int">xyz<', b'"xsd:int">1234<')
    value = mo_callback.decode_request(with_values)
    assert value.api_id == 1234 and value.momsgid == "xyz"
    assert_envelope(mo_callback.encode_request(value), with_values)


# ------------------------------------------------------------------------- any request

# What XML can carry (XML 1.0, section 2.2), the euro sign and emoji included.
TEXTS = st.text(
    st.one_of(
        st.sampled_from("€\N{GRINNING FACE}\t\n\r&<>\"']é\x85\u2028\ufffd"),
        st.characters(
            exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"
        ),
    ),
    max_size=40,
)
VALUES: dict[object, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(),
    float: st.floats(allow_nan=False),
}


def values(annotation: Any) -> st.SearchStrategy[Any]:
    """Any: whatever the annotation of a generated field allows."""
    if isinstance(annotation, types.UnionType):
        return st.one_of(*(values(one) for one in typing.get_args(annotation)))
    if typing.get_origin(annotation) is list:
        (item,) = typing.get_args(annotation)
        return st.lists(values(item), max_size=4)
    if annotation is types.NoneType:
        return st.none()
    return VALUES[annotation] if annotation in VALUES else st.sampled_from(annotation)


def requests() -> st.SearchStrategy[Any]:  # Any: of a generated class
    kind = clickatell.types.SendmsgRequest
    fields = typing.get_type_hints(kind)
    return st.builds(kind, **{name: values(hint) for name, hint in fields.items()})


@given(requests())
@examples(200)
def test_any_request_comes_back(request: Any) -> None:
    envelope = RPC["sendmsg"].encode_request(request)
    assert RPC["sendmsg"].decode_request(envelope) == request


@given(TEXTS, st.sampled_from("\x00\x01\x08\x0b\x0c\x1f\ufffe\uffff\ud800\udfff"))
def test_what_xml_cannot_carry_is_refused_with_its_place(text: str, bad: str) -> None:
    request = clickatell.types.SendmsgRequest(to=["1", f"{text}{bad}"])
    with pytest.raises(clickatell.errors.EncodeError) as caught:
        RPC["sendmsg"].encode_request(request)
    assert caught.value.path == "sendmsg.to[1]"


def test_text_outside_the_character_set_arrives_intact() -> None:
    text = "€5 für ☕ \N{GRINNING FACE}"
    request = clickatell.types.SendmsgRequest(text=text)
    envelope = RPC["sendmsg"].encode_request(request)
    assert envelope.decode("iso-8859-1").count("&#8364;") == 1
    assert "für".encode("iso-8859-1") in envelope
    assert RPC["sendmsg"].decode_request(envelope).text == text
