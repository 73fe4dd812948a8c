"""What the gateway does, without SOAP and HTTP."""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from randomness import examples
from sandboxes import DEMO, Clock

from soapwright_clickatell.codes import ErrorCode, MessageStatus
from soapwright_clickatell.sandbox.engine.gateway import Gateway
from soapwright_clickatell.sandbox.records.accounts import Credentials
from soapwright_clickatell.sandbox.records.messages import Submission
from soapwright_clickatell.sandbox.state.store import StateError, Store
from soapwright_clickatell.vendor.replies import (
    Credit,
    GatewayError,
    MessageId,
    Ok,
    Refusal,
    Reply,
)

NUMBER, TEST_NUMBER = "27831234567", "27999112345"


class Box:
    """A gateway with its clock."""

    def __init__(self, credits: str = "10", seed: int | None = None) -> None:
        self.clock = Clock()
        self.store = Store()
        chance = None if seed is None else random.Random(seed)
        self.gateway = Gateway(
            self.store, credits=Decimal(credits), clock=self.clock, chance=chance
        )

    def open_session(self) -> Credentials:
        opened = self.gateway.auth(DEMO)
        return Credentials(session_id=opened.value or "")

    def send(self, *to: str, text: str = "Hello", **more: object) -> list[Reply]:
        submission = Submission(to=to, text=text, **more)  # type: ignore[arg-type]  # each test's own
        return list(self.gateway.sendmsg(DEMO, submission))

    def sent(self, *to: str, **more: object) -> list[str]:
        """The ids of messages that must be accepted."""
        replies = self.send(*to, **more)  # type: ignore[arg-type]  # as of send
        assert all(isinstance(reply, MessageId) for reply in replies), replies
        return [reply.id for reply in replies if isinstance(reply, MessageId)]

    def balance(self) -> Decimal:
        return self.gateway.getbalance(DEMO).amount

    def status(self, message_id: str) -> int:
        return self.gateway.querymsg(DEMO, message_id)[0].status


@pytest.fixture
def box() -> Iterator[Box]:
    made = Box()
    yield made
    made.store.close()


def refused(code: ErrorCode) -> pytest.RaisesExc[GatewayError]:
    return pytest.raises(GatewayError, match=f"^ERR: {code:03d}, ")


# -------------------------------------------------------------------------------- sessions


@pytest.mark.parametrize(
    "wrong",
    [
        Credentials(),
        Credentials(api_id=1234, user="demo"),
        Credentials(api_id=1234, user="demo", password="Demo"),
        Credentials(api_id=1235, user="demo", password="demo"),
        Credentials(api_id=1234, user="other", password="demo"),
    ],
)
def test_wrong_credentials_open_no_session(box: Box, wrong: Credentials) -> None:
    with refused(ErrorCode.AUTHENTICATION_FAILED):
        box.gateway.auth(wrong)


def test_a_session_is_32_hex_characters_and_several_may_be_open(box: Box) -> None:
    first, second = box.open_session(), box.open_session()
    assert first.session_id != second.session_id
    for session in (first, second):
        assert len(session.session_id) == 32
        assert set(session.session_id) <= set("0123456789abcdef")
        assert box.gateway.ping(session.session_id) == Ok("")


def test_every_call_renews_a_session(box: Box) -> None:
    session = box.open_session()
    for call in (
        lambda: box.gateway.ping(session.session_id),
        lambda: box.gateway.getbalance(session),
        lambda: box.gateway.sendmsg(session, Submission(to=["12"], text="x")),
        lambda: box.gateway.getbalance(session),
    ):
        box.clock.turn(minutes=15)
        call()
    with refused(ErrorCode.EMPTY_MESSAGE):  # a call that is refused renews it, too
        box.clock.turn(minutes=15)
        box.gateway.sendmsg(session, Submission(to=[NUMBER]))
    box.clock.turn(minutes=15)
    box.gateway.ping(session.session_id)


def test_a_session_expires_after_15_minutes_without_a_call(box: Box) -> None:
    session = box.open_session()
    box.clock.turn(minutes=15, seconds=1)
    with refused(ErrorCode.SESSION_EXPIRED):
        box.gateway.ping(session.session_id)
    with refused(ErrorCode.SESSION_EXPIRED):
        box.gateway.getbalance(session)


def test_calls_without_a_valid_session_or_credentials(box: Box) -> None:
    with refused(ErrorCode.MISSING_SESSION):
        box.gateway.ping("")
    with refused(ErrorCode.MISSING_SESSION):
        box.gateway.getbalance(Credentials())
    with refused(ErrorCode.AUTHENTICATION_FAILED):
        box.gateway.ping("0" * 32)
    with refused(ErrorCode.AUTHENTICATION_FAILED):
        box.gateway.getbalance(Credentials(api_id=1234, user="demo", password="no"))


def test_a_valid_session_wins_and_else_the_credentials_count(box: Box) -> None:
    session = box.open_session().session_id
    both = Credentials(session, api_id=1, user="wrong", password="wrong")
    assert box.gateway.getbalance(both) == Credit(Decimal(10))
    stale = Credentials("0" * 32, api_id=1234, user="demo", password="demo")
    assert box.gateway.getbalance(stale) == Credit(Decimal(10))


# -------------------------------------------------------------------------------- sending


def test_one_recipient_is_not_named_and_several_are(box: Box) -> None:
    (alone,) = box.send(NUMBER)
    assert isinstance(alone, MessageId) and alone.to is None
    first, bad, last = box.send(NUMBER, "12", TEST_NUMBER)
    assert isinstance(first, MessageId) and first.to == NUMBER
    assert bad == Refusal.of(ErrorCode.INVALID_DESTINATION, "12")
    assert isinstance(last, MessageId) and last.to == TEST_NUMBER
    assert box.send("12") == [Refusal.of(ErrorCode.INVALID_DESTINATION)]


@pytest.mark.parametrize(
    "number",
    ["", "12", "0027831234567", "0831234567", "+27831234567", "27 831234567",
     "2783123456a", "1" * 16, "２７８３１２３４５６７"],
)  # fmt: skip
def test_bad_numbers_cost_nothing(box: Box, number: str) -> None:
    bad, good = box.send(number, NUMBER)
    assert bad == Refusal.of(ErrorCode.INVALID_DESTINATION, number)
    assert isinstance(good, MessageId)
    assert box.balance() == 9


@pytest.mark.parametrize(
    ("submission", "code"),
    [
        (Submission(text="x"), ErrorCode.INVALID_PARAMETERS),
        (Submission(to=[""], text="x"), ErrorCode.INVALID_PARAMETERS),
        (Submission(to=[NUMBER] * 301, text="x"), ErrorCode.INVALID_PARAMETERS),
        (Submission(to=[NUMBER], text="x", concat=-1), ErrorCode.INVALID_PARAMETERS),
        (
            Submission(to=[NUMBER], text="x", client_id="a b"),
            ErrorCode.INVALID_PARAMETERS,
        ),
        (Submission(to=[NUMBER]), ErrorCode.EMPTY_MESSAGE),
        (Submission(to=[NUMBER], unicode=True), ErrorCode.EMPTY_MESSAGE),
        (Submission(to=[NUMBER], text="a" * 161), ErrorCode.TOO_MANY_PARTS),
        (Submission(to=[NUMBER], text="a" * 307, concat=2), ErrorCode.TOO_MANY_PARTS),
        (
            Submission(to=[NUMBER], text="a" * 35 * 153 + "a", concat=99),
            ErrorCode.TOO_MANY_PARTS,
        ),
        (Submission(to=[NUMBER], text="x", type="sms_text"), ErrorCode.INVALID_MESSAGE_TYPE),
        (Submission(to=[NUMBER], text="03A", unicode=True), ErrorCode.INVALID_UNICODE),
        (Submission(to=[NUMBER], text="03 A9 ", unicode=True), ErrorCode.INVALID_UNICODE),
        (Submission(to=[NUMBER], text="D83D", unicode=True), ErrorCode.INVALID_UNICODE),
        (Submission(to=[NUMBER], text="x", deliver_after=10_081), ErrorCode.INVALID_DELIVERY_TIME),
        (Submission(to=[NUMBER], text="x", deliver_after=-1), ErrorCode.INVALID_DELIVERY_TIME),
        (Submission(to=[NUMBER], text="x", sender="twelve chars"), ErrorCode.INVALID_SOURCE),
        (Submission(to=[NUMBER], text="x", sender="1" * 17), ErrorCode.INVALID_SOURCE),
    ],
)  # fmt: skip
def test_calls_that_are_refused_as_a_whole(
    box: Box, submission: Submission, code: ErrorCode
) -> None:
    with refused(code):
        box.gateway.sendmsg(DEMO, submission)
    assert box.balance() == 10


@pytest.mark.parametrize(
    ("text", "more", "cost"),
    [
        ("a" * 160, {}, 1),
        ("€" * 80, {}, 1),
        ("a" * 161, {"concat": 2}, 2),
        ("03A903A80398", {"unicode": True}, 1),
        ("03A9" * 71, {"unicode": True, "concat": 3}, 2),
        ("x", {"type": "SMS_FLASH", "sender": "+2783123456789"}, 1),
        ("x", {"max_credits": Decimal(1)}, 1),
    ],
)
def test_a_credit_a_part(
    box: Box, text: str, more: dict[str, object], cost: int
) -> None:
    box.sent(NUMBER, text=text, **more)
    assert box.balance() == 10 - cost


def test_a_third_for_the_test_numbers(box: Box) -> None:
    box.sent("27999112345", "19991234567")
    assert box.balance() == Decimal("9.34")
    box.sent("2799911234", "279991123456", "1999123456")  # these only look alike
    assert box.balance() == Decimal("6.34")


def test_credits_run_out() -> None:
    box = Box(credits="2.5")
    replies = box.send(NUMBER, NUMBER, NUMBER, TEST_NUMBER)
    assert [type(reply) for reply in replies] == [
        MessageId, MessageId, Refusal, MessageId,
    ]  # fmt: skip
    assert replies[2] == Refusal.of(ErrorCode.NO_CREDIT_LEFT, NUMBER)
    assert box.balance() == Decimal("0.17")
    assert box.send(NUMBER) == [Refusal.of(ErrorCode.NO_CREDIT_LEFT)]
    box.store.close()


def test_what_is_dearer_than_allowed_ends_as_a_routing_error(box: Box) -> None:
    (message_id,) = box.sent(
        NUMBER, text="a" * 161, concat=2, max_credits=Decimal("1.5")
    )
    assert box.status(message_id) == MessageStatus.ROUTING_ERROR
    assert box.balance() == 10


@examples(30)
@given(
    st.decimals(0, 20, places=2),
    st.lists(
        st.lists(st.sampled_from([NUMBER, TEST_NUMBER, "12"]), min_size=1, max_size=6),
        max_size=6,
    ),
)
def test_what_is_spent_is_what_was_accepted(
    credits: Decimal, calls: Sequence[Sequence[str]]
) -> None:
    box = Box(credits=str(credits))
    try:
        spent = Decimal()
        for to in calls:
            for number, reply in zip(to, box.send(*to), strict=True):
                if isinstance(reply, MessageId):
                    spent += Decimal(1) if number == NUMBER else Decimal("0.33")
        assert box.balance() == credits - spent >= 0
    finally:
        box.store.close()


def test_threads_spend_no_credit_twice() -> None:
    box = Box(credits="50")
    replies: list[Reply] = []

    def send() -> None:
        for _ in range(10):
            replies.extend(box.send(NUMBER))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    accepted = [reply.id for reply in replies if isinstance(reply, MessageId)]
    assert len(accepted) == len(set(accepted)) == 50
    assert replies.count(Refusal.of(ErrorCode.NO_CREDIT_LEFT)) == 30
    assert box.balance() == 0
    box.store.close()


# --------------------------------------------------------------------------------- status


def test_a_message_is_delivered_within_seconds(box: Box) -> None:
    (message_id,) = box.sent(NUMBER)
    seen = [box.status(message_id)]
    for _ in range(10):
        box.clock.turn(seconds=1)
        seen.append(box.status(message_id))
    assert seen == sorted(seen)
    assert seen[:2] == [MessageStatus.DELIVERED_TO_GATEWAY] * 2
    assert seen[-2:] == [MessageStatus.RECEIVED] * 2


def test_a_delayed_message_waits(box: Box) -> None:
    (message_id,) = box.sent(NUMBER, deliver_after=30)
    box.clock.turn(minutes=30, seconds=-1)
    assert box.status(message_id) == MessageStatus.QUEUED_FOR_LATER
    box.clock.turn(seconds=1)
    assert box.status(message_id) == MessageStatus.DELIVERED_TO_GATEWAY
    box.clock.turn(seconds=10)
    assert box.status(message_id) == MessageStatus.RECEIVED


def test_messages_are_found_by_either_id(box: Box) -> None:
    first = box.sent(NUMBER, TEST_NUMBER, client_id="abc123")
    box.sent(NUMBER)
    second = box.sent(NUMBER, client_id="abc123")
    found = box.gateway.querymsg(DEMO, client_id="abc123")
    assert [status.id for status in found] == first + second
    (alone,) = box.gateway.querymsg(DEMO, first[1].upper())
    assert alone.id == first[1]


def test_messages_that_are_not_found(box: Box) -> None:
    box.sent(NUMBER)
    with refused(ErrorCode.UNKNOWN_MESSAGE_ID):
        box.gateway.querymsg(DEMO, "0" * 32)
    with refused(ErrorCode.UNKNOWN_CLIENT_ID):
        box.gateway.querymsg(DEMO, client_id="nobody")
    with refused(ErrorCode.MISSING_MESSAGE_ID):
        box.gateway.querymsg(DEMO)


def test_a_seed_repeats_ids_and_delivery_times() -> None:
    def story(seed: int) -> list[object]:
        box = Box(seed=seed)
        ids = box.sent(NUMBER, NUMBER, NUMBER)
        messages = [box.store.message("demo", message_id) for message_id in ids]
        box.store.close()
        return [(message.id, message.course) for message in messages if message]

    assert story(1) == story(1) != story(2)


# ---------------------------------------------------------------------------------- state


def test_state_outlives_a_gateway_that_is_not_closed(tmp_path: Path) -> None:
    file = tmp_path / "state"
    killed = Store(file)
    clock = Clock()
    gateway = Gateway(killed, credits=Decimal(5), clock=clock)
    session = gateway.auth(DEMO).value or ""
    (sent,) = gateway.sendmsg(DEMO, Submission(to=[NUMBER], text="x", client_id="a1"))

    store = Store(file)  # the first one is not closed: as after a kill
    again = Gateway(store, credits=Decimal(99), clock=clock)
    assert again.ping(session) == Ok("")
    assert again.getbalance(DEMO) == Credit(Decimal(4))
    assert isinstance(sent, MessageId)
    assert again.querymsg(DEMO, client_id="a1")[0].id == sent.id
    message = store.message("demo", sent.id)
    assert message is not None and message == killed.message("demo", sent.id)
    assert (message.text, message.parts, message.charge) == ("x", 1, Decimal(1))
    store.close()
    killed.close()


def test_time_goes_on_while_the_gateway_is_stopped(tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    first = store.begin_run(1000.0, speed=60)
    second = store.begin_run(1010.0, speed=1)
    third = store.begin_run(1015.0, speed=1)
    backwards = store.begin_run(900.0, speed=1)
    store.close()
    assert [run.number for run in (first, second, third, backwards)] == [0, 1, 2, 3]
    assert first.gateway_time == 1000.0
    assert second.gateway_time == 1600.0
    assert third.gateway_time == 1605.0
    assert backwards.gateway_time == 1605.0


def test_a_transaction_that_fails_leaves_nothing(box: Box) -> None:
    with pytest.raises(RuntimeError), box.store.transaction():
        assert box.store.spend("demo", Decimal(3))
        raise RuntimeError
    assert box.balance() == 10


def test_files_that_hold_no_state_are_refused_and_left_alone(tmp_path: Path) -> None:
    text, database = tmp_path / "text", tmp_path / "database"
    text.write_bytes(b"This is no database at all. " * 100)
    other = sqlite3.connect(database)
    other.execute("CREATE TABLE something (x)")
    other.close()
    for file in (text, database):
        before = file.read_bytes()
        with pytest.raises(StateError, match=str(file)):
            Store(file)
        assert file.read_bytes() == before
    with pytest.raises(StateError, match="no such folder"):
        Store(tmp_path / "no such folder" / "state")
