"""The grammar of the gateway's replies: what is written is read, and so is what others write."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soapwright_clickatell.codes import ErrorCode, MessageStatus
from soapwright_clickatell.vendor.replies import (
    Charge,
    Credit,
    GatewayError,
    MessageId,
    Ok,
    Refusal,
    Reply,
    Status,
    parse,
)

ID = "00112233445566778899aabbccddeeff"

ids = st.text("0123456789abcdef", min_size=32, max_size=32)
numbers = st.text("0123456789", min_size=1, max_size=15)
statuses = st.sampled_from(MessageStatus) | st.integers(15, 999)
amounts = st.decimals(0, 10**9, places=6)
words = st.from_regex(r"[A-Za-z]+( [A-Za-z0-9<>]+){0,5}", fullmatch=True)
replies = st.one_of(
    st.builds(Ok, st.none() | st.just("") | ids),
    st.builds(MessageId, ids, st.none() | numbers),
    st.builds(Status, ids, statuses),
    st.builds(Charge, ids, amounts, statuses),
    st.builds(Credit, amounts),
    st.builds(Refusal, st.none() | st.integers(1, 999), words, st.none() | numbers),
    st.builds(Refusal.of, st.sampled_from(ErrorCode), st.none() | numbers),
)


@given(replies)
def test_what_is_written_is_read(reply: Reply) -> None:
    assert parse(str(reply)) == reply


@given(replies)
def test_spaces_around_and_after_colons_change_nothing(reply: Reply) -> None:
    loose = str(reply).replace(": ", ":   ")
    assert parse(f"  {loose}\n") == reply
    if isinstance(reply, MessageId | Status | Charge | Credit):
        assert parse(str(reply).replace(": ", ":")) == reply


@given(st.text())
def test_anything_else_is_a_value_error(text: str) -> None:
    try:
        reply = parse(text)
    except ValueError:
        return
    assert parse(str(reply)) == reply


@pytest.mark.parametrize(
    ("reply", "written"),
    [
        (Ok(ID), f"OK: {ID}"),
        (Ok(), "OK:"),
        (Ok(None), "OK"),
        (MessageId(ID), f"ID: {ID}"),
        (MessageId(ID, "27999123456"), f"ID: {ID} To: 27999123456"),
        (Status(ID, 3), f"ID: {ID} Status: 003"),
        (Credit(Decimal(10)), "Credit: 10.0"),
        (Credit(Decimal("9.670000")), "Credit: 9.67"),
        (Credit(Decimal("1E+3")), "Credit: 1000.0"),
        (
            Charge(ID, Decimal("0.330"), MessageStatus.RECEIVED),
            f"apiMsgId: {ID} charge: 0.33 status: 004",
        ),
        (Refusal.of(ErrorCode.INVALID_DESTINATION), "ERR: 105, Invalid destination address"),
        (Refusal.of(ErrorCode.SESSION_EXPIRED, "12"), "ERR: 003, Session ID expired To: 12"),
        (Refusal(None, "This prefix is not currently supported."),
         "ERR: This prefix is not currently supported."),
    ],
)  # fmt: skip
def test_the_documented_form_is_written(reply: Reply, written: str) -> None:
    assert str(reply) == written


@pytest.mark.parametrize(
    ("written", "reply"),
    [
        ("Credits: 123.00", Credit(Decimal(123))),
        (f"id: {ID} to: 2799900001", MessageId(ID, "2799900001")),
        (f"ID: {ID} Charge: 0.33 Status: 004", Charge(ID, Decimal("0.33"), 4)),
        (f"apiMsgId: {ID} status: 004 charge: 1", Charge(ID, Decimal(1), 4)),
        ("ERR: 301, No Credit Left", Refusal(301, "No Credit Left")),
        ("ERR:105", Refusal(105, "")),
        ("ERR: 999, Whatever To: 1 To: 2", Refusal(999, "Whatever", "1 To: 2")),
    ],
)
def test_other_documented_forms_are_read(written: str, reply: Reply) -> None:
    assert parse(written) == reply


@pytest.mark.parametrize(
    "written",
    ["", "Hello", "ID:", f"ID: {ID} Charge: 1", f"ID: {ID} Status: x", "Credit: ten"],
)
def test_what_is_no_reply_is_refused(written: str) -> None:
    with pytest.raises(ValueError):
        parse(written)


def test_known_numbers_become_members() -> None:
    error = parse("ERR: 105, Invalid Destination Address")
    assert isinstance(error, Refusal) and error.code is ErrorCode.INVALID_DESTINATION
    status = parse(f"ID: {ID} Status: 003")
    assert isinstance(status, Status)
    assert status.status is MessageStatus.DELIVERED_TO_GATEWAY


def test_a_session_does_not_show_in_a_representation() -> None:
    assert ID not in repr(parse(f"OK: {ID}"))


def test_an_error_is_its_reply() -> None:
    error = GatewayError(ErrorCode.NO_CREDIT_LEFT)
    assert (error.code, str(error)) == (301, "ERR: 301, No credit left")
