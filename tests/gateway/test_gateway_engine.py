"""What becomes of accepted messages: routes, priorities, escalation, delays, expiry, rules."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from sandboxes import DEMO, Clock

from soapwright_clickatell.codes import ErrorCode, MessageStatus
from soapwright_clickatell.features import RequiredFeatures
from soapwright_clickatell.sandbox.config.settings_file import (
    SettingsError,
    read_settings,
)
from soapwright_clickatell.sandbox.engine.gateway import Gateway
from soapwright_clickatell.sandbox.records.accounts import Account, Credentials
from soapwright_clickatell.sandbox.records.callbacks import Destination
from soapwright_clickatell.sandbox.records.messages import Message, Submission
from soapwright_clickatell.vendor.push import (
    MmsNotification,
    ServiceIndication,
)
from soapwright_clickatell.sandbox.records.settings import (
    NumberRule,
    Outage,
    RandomRefusal,
    Route,
    Settings,
    Voucher,
)
from soapwright_clickatell.sandbox.state.store import Store
from soapwright_clickatell.vendor.octets import header_names, octet_pieces
from soapwright_clickatell.vendor.replies import (
    Charge,
    GatewayError,
    MessageId,
    Ok,
    Refusal,
    Reply,
)

NUMBER = "27831234567"
S = MessageStatus


class Box:
    """A gateway with its clock, set up."""

    def __init__(self, settings: Settings, credits: int, seed: int | None) -> None:
        self.clock = Clock()
        self.store = Store()
        self.gateway = Gateway(
            self.store,
            credits=Decimal(credits),
            clock=self.clock,
            settings=settings,
            chance=None if seed is None else random.Random(seed),
        )

    def send(self, *to: str, text: str = "Hello", **more: Any) -> list[Reply]:
        submission = Submission(to=to or (NUMBER,), text=text, **more)
        return list(self.gateway.sendmsg(DEMO, submission))

    def sent(self, *to: str, **more: Any) -> str:
        (reply,) = self.send(*to, **more)
        assert isinstance(reply, MessageId), reply
        return reply.id

    def status(self, message_id: str) -> int:
        return self.gateway.querymsg(DEMO, message_id)[0].status

    def message(self, message_id: str) -> Message:
        found = self.store.message("demo", message_id)
        assert found is not None
        return found

    def course(self, message_id: str) -> list[tuple[float, int]]:
        """Seconds since the beginning, and what happened."""
        self.gateway.advance()
        begun = Clock().time
        return [(s.at - begun, s.status) for s in self.message(message_id).course]

    def balance(self) -> Decimal:
        return self.gateway.getbalance(DEMO).amount


@pytest.fixture
def boxes() -> Iterator[Callable[..., Box]]:
    made: list[Box] = []

    def make(**settings: Any) -> Box:
        credits, seed = settings.pop("credits", 100), settings.pop("seed", None)
        made.append(Box(Settings(**settings), credits, seed))
        return made[-1]

    yield make
    for box in made:
        box.store.close()


def account(**more: Any) -> Account:
    return Account("demo", "demo", 1234, **more)


def refused(code: ErrorCode) -> pytest.RaisesExc[GatewayError]:
    return pytest.raises(GatewayError, match=f"^ERR: {code:03d}, ")


# ---------------------------------------------------------------------------------- routes


def test_a_busy_route_takes_messages_by_priority_and_age(
    boxes: Callable[..., Box],
) -> None:
    box = boxes(routes=(Route("only", rate=0.1),))
    first, low, high, normal = (box.sent(queue=q) for q in (3, 3, 1, 2))
    assert [box.status(one) for one in (first, low, high, normal)] == [3, 2, 2, 2]
    box.clock.turn(seconds=31)
    begins = [box.course(one)[-2:] for one in (high, normal, low)]
    # Each goes when the route is free again, 10 seconds after the one before.
    assert [course[0] for course in begins] == [(10, 3), (20, 3), (0, 2)]
    assert box.course(low)[1] == (30, 3)


def test_the_outcome_does_not_depend_on_when_anybody_looks(
    boxes: Callable[..., Box],
) -> None:
    def story(looks: int) -> list[list[tuple[float, int]]]:
        box = boxes(routes=(Route("only", rate=0.5),), seed=1)
        ids = [box.sent(queue=1 + n % 3, deliver_after=n % 2) for n in range(6)]
        for _ in range(looks):
            box.clock.turn(seconds=120 / looks)
            box.gateway.advance()
        return [box.course(one) for one in ids]

    assert story(1) == story(240)


def test_an_outage_holds_messages_until_it_ends(boxes: Callable[..., Box]) -> None:
    box = boxes(outages=(Outage("direct", 0, 600), Outage("direct", 600, 660)))
    message = box.sent(NUMBER)
    assert box.status(message) == S.QUEUED
    box.clock.turn(minutes=11, seconds=-1)
    assert box.status(message) == S.QUEUED
    box.clock.turn(seconds=10)
    assert box.course(message)[:2] == [(0, 2), (660, 3)]
    assert box.status(message) == S.RECEIVED


def test_what_waits_too_long_expires_and_costs_nothing(
    boxes: Callable[..., Box],
) -> None:
    box = boxes(outages=(Outage("direct", 0, 10**6),))
    short, day = box.sent(validity=5), box.sent()
    assert box.balance() == 98
    box.clock.turn(minutes=5)
    assert (box.status(short), box.status(day)) == (S.EXPIRED, S.QUEUED)
    assert box.balance() == 99
    assert box.gateway.getmsgcharge(DEMO, short) == Charge(short, Decimal(0), 10)
    box.clock.turn(minutes=1435)
    assert box.status(day) == S.EXPIRED


def test_a_route_that_is_gone_keeps_nothing(boxes: Callable[..., Box]) -> None:
    """The settings may be others after a restart."""
    box = boxes(routes=(Route("old"),), outages=(Outage("old", 0, 10**6),))
    low, high = box.sent(), box.sent(queue=1)
    assert (box.status(low), box.status(high)) == (S.QUEUED, S.QUEUED)
    box.clock.turn(minutes=1)
    settings = Settings(routes=(Route("new", charge=Decimal(2), rate=0.1),))
    box.gateway = Gateway(box.store, clock=box.clock, settings=settings)
    box.clock.turn(seconds=20)
    assert box.course(high)[:2] == [(0, 2), (60, 3)]
    assert box.course(low)[:3] == [(0, 2), (60, 2), (70, 3)]
    assert box.balance() == 96


def test_escalation_takes_a_dearer_route_after_a_while(
    boxes: Callable[..., Box],
) -> None:
    routes = Route("cheap"), Route("dear", charge=Decimal(2))
    box = boxes(routes=routes, outages=(Outage("cheap", 0, 3600),))
    patient = box.sent()
    hasty = box.sent(escalate=1)
    bounded = box.sent(escalate=1, max_credits=Decimal("1.5"))
    box.clock.turn(seconds=20)
    assert [box.status(one) for one in (patient, hasty, bounded)] == [2, 4, 2]
    assert box.course(hasty)[:2] == [(0, 2), (5, 3)]
    assert box.message(hasty).route == "dear"
    assert box.gateway.getmsgcharge(DEMO, hasty).charge == 2
    assert box.balance() == 96


def test_escalation_waits_for_a_route_that_works(boxes: Callable[..., Box]) -> None:
    routes = Route("cheap"), Route("dear", charge=Decimal(2))
    outages = Outage("cheap", 0, 10**5), Outage("dear", 0, 3600)
    box = boxes(routes=routes, outages=outages)
    message = box.sent(escalate=1)
    assert box.message(message).due == Clock().time + 3600
    box.clock.turn(minutes=61)
    assert box.course(message)[:2] == [(0, 2), (3600, 3)]


def test_escalation_without_the_credits_for_it_ends(boxes: Callable[..., Box]) -> None:
    routes = Route("cheap"), Route("dear", charge=Decimal(2))
    box = boxes(routes=routes, outages=(Outage("cheap", 0, 3600),), credits=1)
    message = box.sent(escalate=1)
    box.clock.turn(seconds=5)
    assert box.status(message) == S.OUT_OF_CREDIT
    assert box.balance() == 1


def test_required_features_choose_the_route(boxes: Callable[..., Box]) -> None:
    plain = RequiredFeatures.default()
    routes = (
        Route("cheap", charge=Decimal("0.5"), features=plain),
        Route("dear", features=plain | RequiredFeatures.ALPHANUMERIC_SENDER),
    )
    box = boxes(routes=routes)
    dropped = box.sent(sender="Shop")
    kept = box.sent(sender="Shop", features=RequiredFeatures.ALPHANUMERIC_SENDER)
    never = box.sent(features=RequiredFeatures.FLASH)
    assert (box.message(dropped).route, box.message(dropped).sender) == ("cheap", "")
    assert (box.message(kept).route, box.message(kept).sender) == ("dear", "Shop")
    assert box.status(never) == S.ROUTING_ERROR
    assert box.balance() == Decimal("98.5")


def test_what_content_needs_is_added_to_the_features(
    boxes: Callable[..., Box],
) -> None:
    box = boxes(routes=(Route("text", features=int(RequiredFeatures.TEXT)),))
    assert box.status(box.sent()) == 3
    for more in (
        {"text": "03A9", "unicode": 1},
        {"text": "a" * 161, "concat": 2},
        {"text": "00", "type": "SMS_NOKIA_CLEAN"},
    ):
        assert box.status(box.sent(**more)) == S.ROUTING_ERROR


# ------------------------------------------------------------------------------- stopping


def test_a_delayed_message_is_stopped_and_paid_back(boxes: Callable[..., Box]) -> None:
    box = boxes()
    message = box.sent(deliver_after=10, client_id="mine")
    box.sent(client_id="other")
    assert box.balance() == 98
    assert box.gateway.delmsg(DEMO, client_id="mine")[0].status == S.CANCELLED
    assert box.balance() == 99
    box.clock.turn(minutes=20)
    assert box.course(message) == [(0, 11), (0, 6)]


def test_what_has_left_the_gateway_is_not_stopped(boxes: Callable[..., Box]) -> None:
    box = boxes()
    message = box.sent()
    assert box.gateway.delmsg(DEMO, message)[0].status == S.DELIVERED_TO_GATEWAY
    assert box.balance() == 99
    with refused(ErrorCode.MISSING_MESSAGE_ID):
        box.gateway.delmsg(DEMO)


def test_old_messages_are_unknown(boxes: Callable[..., Box]) -> None:
    box = boxes()
    message = box.sent()
    box.clock.turn(minutes=6 * 1440 + 1)
    assert box.status(message) == S.UNKNOWN
    assert box.gateway.getmsgcharge(DEMO, message) == Charge(message, Decimal(1), 4)
    box.clock.turn(minutes=9 * 1440)
    with refused(ErrorCode.UNKNOWN_MESSAGE_ID):
        box.gateway.getmsgcharge(DEMO, message)


# --------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("fate", "status", "minutes"),
    [
        ("received", S.RECEIVED, 1),
        ("failed", S.DELIVERY_ERROR, 1),
        ("malformed", S.ERROR_WITH_MESSAGE, 1),
        ("rejected", S.ROUTING_ERROR, 1),
        ("silent", S.OK, 1),
        ("unreachable", S.DELIVERED_TO_GATEWAY, 1439),
        ("unreachable", S.DELIVERY_ERROR, 1441),
    ],
)
def test_fates(boxes: Callable[..., Box], fate: str, status: int, minutes: int) -> None:
    box = boxes(
        numbers=(NumberRule("2783", fate=fate), NumberRule("27", fate="failed"))
    )
    message = box.sent()
    box.clock.turn(minutes=minutes)
    assert box.status(message) == status


def test_numbers_that_are_refused(boxes: Callable[..., Box]) -> None:
    codes = 114, 121, 122, 128
    rules = tuple(NumberRule(f"27{c}", ErrorCode(c)) for c in codes)  # type: ignore[call-arg]  # by its number alone
    box = boxes(numbers=rules)
    replies = box.send(*(f"27{code}00000" for code in codes))
    assert [reply.code for reply in replies if isinstance(reply, Refusal)] == [*codes]
    assert box.balance() == 100


def test_prefixes_that_no_route_reaches(boxes: Callable[..., Box]) -> None:
    box = boxes(routes=(Route("local", charge=Decimal("0.5"), prefixes=("27", "44")),))
    assert box.send("4912345678") == [Refusal.of(ErrorCode.CANNOT_ROUTE)]
    gateway = box.gateway
    assert str(gateway.routecoverage(DEMO, "27831234567")) == (
        "OK: This prefix is currently supported. Messages sent to this prefix will be"
        " routed. Charge: 0.5"
    )
    assert str(gateway.routecoverage(DEMO, "27999112345")).endswith("Charge: 0.165")
    assert str(gateway.routecoverage(DEMO, "49")) == (
        "ERR: This prefix is not currently supported. Messages sent to this prefix will"
        " fail. Please contact support for assistance."
    )
    with refused(ErrorCode.INVALID_PARAMETERS):
        gateway.routecoverage(DEMO, "")


def test_a_dial_prefix_takes_the_place_of_a_leading_zero(
    boxes: Callable[..., Box],
) -> None:
    box = boxes(account=account(dial_prefix="27"))
    assert box.message(box.sent("0831234567")).recipient == NUMBER
    assert box.send("0027831234567") == [Refusal.of(ErrorCode.INVALID_DESTINATION)]


# --------------------------------------------------------------------------------- account


def test_ip_lock_down(boxes: Callable[..., Box]) -> None:
    box = boxes(account=account(networks=(ip_network("10.0.0.0/8"), ip_network("::1"))))
    for address in ("10.1.2.3", "::1", "::ffff:10.1.2.3"):
        who = Credentials("", 1234, "demo", "demo", address)
        assert box.gateway.auth(who).value
        box.gateway.getbalance(who)
    stranger = Credentials("", 1234, "demo", "demo", "192.0.2.1")
    with refused(ErrorCode.IP_LOCKDOWN):
        box.gateway.auth(stranger)
    with refused(ErrorCode.IP_LOCKDOWN):
        box.gateway.getbalance(stranger)
    with refused(ErrorCode.IP_LOCKDOWN):  # nor are credentials told right from wrong
        box.gateway.auth(replace(stranger, password="wrong"))
    session = box.gateway.auth(DEMO).value or ""
    box.clock.turn(minutes=10)
    with refused(ErrorCode.IP_LOCKDOWN):
        box.gateway.ping(session, stranger.address)
    box.clock.turn(minutes=6)
    with refused(ErrorCode.SESSION_EXPIRED):
        box.gateway.ping(session)


def test_a_frozen_account(boxes: Callable[..., Box]) -> None:
    with refused(ErrorCode.ACCOUNT_FROZEN):
        boxes(account=account(frozen=True)).gateway.auth(DEMO)


def test_what_is_wrong_with_credentials(boxes: Callable[..., Box]) -> None:
    gateway = boxes().gateway
    for code, who in (
        (ErrorCode.UNKNOWN_USER, Credentials("", 1234, "nobody", "demo")),
        (ErrorCode.AUTHENTICATION_FAILED, Credentials("", 1234, "demo", "wrong")),
        (ErrorCode.INVALID_API_ID, Credentials("", 1, "demo", "demo")),
        (ErrorCode.INVALID_API_ID, Credentials("", 0, "demo", "demo")),
    ):
        with refused(code):
            gateway.getbalance(who)


def test_registered_senders(boxes: Callable[..., Box]) -> None:
    box = boxes(account=account(senders=("Shop",), two_way=("27999000224",)))
    for sender in ("", "Shop", "27999000224", "+27999000224"):
        box.sent(sender=sender)
    with refused(ErrorCode.INVALID_SENDER_ID):
        box.send(sender="Other")
    box.sent(sender="27999000224", two_way=1)
    with refused(ErrorCode.INVALID_SOURCE):
        box.send(sender="Shop", two_way=1)


def test_a_daily_limit(boxes: Callable[..., Box]) -> None:
    box = boxes(account=account(daily_limit=2))
    box.clock.time = 86400 * 10_000.0
    delayed = box.sent(deliver_after=60)
    box.sent(), box.sent()
    (refusal,) = box.send()
    until = 86400 * 10_001
    assert str(refusal) == f"ERR: 130, Maximum MT limit exceeded until {until}"
    box.clock.turn(minutes=60)
    assert box.status(delayed) == S.MT_LIMIT_EXCEEDED
    assert box.balance() == 98
    box.clock.turn(minutes=24 * 60)
    box.sent()


def test_the_most_that_a_message_may_cost(boxes: Callable[..., Box]) -> None:
    box = boxes(account=account(max_credits=Decimal(2)))
    assert box.status(box.sent(text="a" * 300, concat=2)) == 3
    assert box.status(box.sent(text="a" * 400, concat=3)) == S.ROUTING_ERROR
    with refused(ErrorCode.MAX_ALLOWED_CREDIT):
        box.send(max_credits=Decimal(3))


def test_vouchers(boxes: Callable[..., Box]) -> None:
    voucher = Voucher("1234567890123456", Decimal("2.5"))
    gateway = boxes(vouchers=(voucher,), credits=1).gateway
    assert gateway.token_pay(DEMO, voucher.token) == Ok("605")
    assert gateway.getbalance(DEMO).amount == Decimal("3.5")
    with refused(ErrorCode.EXPIRED_TOKEN):
        gateway.token_pay(DEMO, voucher.token)
    for token in ("", "1", "1234567890123457"):
        with refused(ErrorCode.INVALID_VOUCHER):
            gateway.token_pay(DEMO, token)
    with refused(ErrorCode.TOKEN_GENERATION):
        boxes(account=account(vouchers=False)).gateway.token_pay(DEMO, voucher.token)


@pytest.mark.parametrize("code", list(ErrorCode))
def test_any_error_can_be_had(boxes: Callable[..., Box], code: ErrorCode) -> None:
    box = boxes(refusals=(RandomRefusal("sendmsg", code),))
    with refused(code):
        box.send()
    box.gateway.getbalance(DEMO)


def test_an_outage_of_the_gateway(boxes: Callable[..., Box]) -> None:
    box = boxes(outages=(Outage("", 0, 60),))
    with refused(ErrorCode.INTERNAL_ERROR):
        box.send()
    box.clock.turn(seconds=60)
    box.sent()


# --------------------------------------------------------------------------------- batches


def test_a_batch_merges_fields(boxes: Callable[..., Box]) -> None:
    box = boxes()
    template = "Hi #field1#, your balance is #field2#.#field9##other#"
    batch = box.gateway.startbatch(DEMO, Submission(text=template)).id
    (joe,) = box.gateway.senditem(
        DEMO, batch, [NUMBER], {"field1": "Joe", "field2": "$150"}
    )
    assert isinstance(joe, MessageId) and joe.to is None
    assert box.message(joe.id).text == "Hi Joe, your balance is $150.#other#"
    assert box.message(joe.id).batch_id == batch
    (quick,) = box.gateway.quicksend(DEMO, batch, [NUMBER])
    assert isinstance(quick, MessageId) and quick.to == NUMBER
    assert box.message(quick.id).text == "Hi , your balance is .#other#"
    assert box.gateway.endbatch(DEMO, batch) == Ok(None)
    with refused(ErrorCode.INVALID_BATCH_ID):
        box.gateway.quicksend(DEMO, batch, [NUMBER])
    with refused(ErrorCode.INVALID_BATCH_ID):
        box.gateway.endbatch(DEMO, "0" * 32)
    with refused(ErrorCode.NO_BATCH_TEMPLATE):
        box.gateway.startbatch(DEMO, Submission())


def test_a_unicode_batch_merges_nothing(boxes: Callable[..., Box]) -> None:
    box = boxes()
    common = Submission(text="03A9", unicode=1, deliver_after=5)
    batch = box.gateway.startbatch(DEMO, common).id
    (sent,) = box.gateway.senditem(DEMO, batch, [NUMBER], {"field1": "x"})
    assert isinstance(sent, MessageId)
    message = box.message(sent.id)
    assert (message.text, message.status) == ("Ω", S.QUEUED_FOR_LATER)


def test_a_batch_lives_for_a_day(boxes: Callable[..., Box]) -> None:
    box = boxes()
    batch = box.gateway.startbatch(DEMO, Submission(text="Hi")).id
    box.clock.turn(minutes=1440)
    box.gateway.quicksend(DEMO, batch, [NUMBER])
    box.clock.turn(seconds=1)
    with refused(ErrorCode.INVALID_BATCH_ID):
        box.gateway.quicksend(DEMO, batch, [NUMBER])


def test_parts_of_a_batch_are_counted_after_merging(boxes: Callable[..., Box]) -> None:
    box = boxes()
    batch = box.gateway.startbatch(DEMO, Submission(text="#field1#")).id
    box.gateway.senditem(DEMO, batch, [NUMBER], {"field1": "a" * 160})
    with refused(ErrorCode.TOO_MANY_PARTS):
        box.gateway.senditem(DEMO, batch, [NUMBER], {"field1": "a" * 161})
    with refused(ErrorCode.EMPTY_MESSAGE):
        box.gateway.senditem(DEMO, batch, [NUMBER])
    with refused(ErrorCode.INVALID_PARAMETERS):
        box.gateway.quicksend(DEMO, batch, [NUMBER] * 301)


# ----------------------------------------------------------------------------------- kinds

RINGTONE = "024A3A5585E195B198040042D9049741A69761781B6176156174288B525D85E0A26C24C49A617628930BB125E055856049865885D200"
VCARD = (
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Doe;Jane\r\nTEL;PREF:+27831234567\r\nEND:VCARD\r\n"
)


@pytest.mark.parametrize(
    ("more", "udh", "parts"),
    [
        ({"text": RINGTONE, "type": "SMS_NOKIA_RINGTONE"}, "06050415810000", 1),
        ({"data": RINGTONE, "type": "SMS_NOKIA_RINGTONE"}, "06050415810000", 1),
        ({"data": RINGTONE, "udh": "06050415810000"}, "06050415810000", 1),
        ({"text": "00", "type": "SMS_NOKIA_CLEAN"}, "06050415820000", 1),
        ({"text": VCARD, "type": "SMS_NOKIA_VCARD"}, "06050423F40000", 1),
        ({"text": VCARD.encode().hex(), "type": "SMS_NOKIA_VCARD"}, "06050423F40000", 1),
        ({"data": "00" * 133, "type": "SMS_NOKIA_OLOGO"}, "06050415820000", 1),
        ({"data": "00" * 134, "type": "SMS_NOKIA_OLOGO"}, "06050415820000", 2),
        ({"data": "00" * 256, "type": "SMS_NOKIA_PICTURE"}, "060504158A0000", 2),
        ({"data": "00" * 257, "type": "SMS_NOKIA_GLOGO"}, "06050415830000", 3),
        ({"data": "00", "udh": "040B020001"}, "040B020001", 1),
        ({"data": "00" * 137, "udh": "020A00"}, "020A00", 1),
    ],
)  # fmt: skip
def test_8_bit_messages(
    boxes: Callable[..., Box], more: dict[str, str], udh: str, parts: int
) -> None:
    box = boxes()
    message = box.message(box.sent(**{"text": "", "concat": 3, **more}))
    assert message.content.udh.hex().upper() == udh
    assert message.parts == parts == box.message(message.id).parts
    assert box.balance() == 100 - parts
    pieces = octet_pieces(message.content.udh, message.content.data)
    assert b"".join(pieces) == message.content.data


def test_8_bit_content_fills_140_octets_header_included() -> None:
    assert [len(piece) for piece in octet_pieces(b"", bytes(300))] == [134, 134, 32]
    assert len(octet_pieces(b"", bytes(140))) == 1
    names = header_names(bytes.fromhex("0B0504158200000003AA0301"))
    assert names == ["16-bit ports 0x1582 from 0x0000", "concatenation 1 of 3"]
    assert header_names(bytes.fromhex("040B020001")) == ["EMS predefined sound"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"udh": "0605041581000", "data": "00"}, ErrorCode.INVALID_UDH),
        ({"udh": "07050415810000", "data": "00"}, ErrorCode.INVALID_UDH),
        ({"udh": "06050515810000", "data": "00"}, ErrorCode.INVALID_UDH),
        ({"udh": "xy", "data": "00"}, ErrorCode.INVALID_UDH),
        ({"udh": "06050415810000"}, ErrorCode.EMPTY_MESSAGE),
        ({"udh": "06050415810000", "data": "0"}, ErrorCode.INVALID_PARAMETERS),
        ({"type": "SMS_NOKIA_OLOGO"}, ErrorCode.EMPTY_MESSAGE),
        ({"type": "SMS_NOKIA_OLOGO", "data": "xy"}, ErrorCode.INVALID_PARAMETERS),
        (
            {"type": "SMS_NOKIA_OLOGO", "data": "00", "udh": "020A00"},
            ErrorCode.INVALID_PARAMETERS,
        ),
        ({"type": "SMS_NOKIA_OLOGO", "data": "00" * 134}, ErrorCode.TOO_MANY_PARTS),
        (
            {"type": "SMS_NOKIA_CLEAN", "text": "00", "sender": "Shop"},
            ErrorCode.INVALID_SOURCE,
        ),
        ({"type": "SMS_OTHER", "text": "x"}, ErrorCode.INVALID_MESSAGE_TYPE),
        ({"text": "x", "queue": 4}, ErrorCode.INVALID_PARAMETERS),
        ({"text": "x", "validity": 1441}, ErrorCode.INVALID_PARAMETERS),
        ({"text": "x", "callbacks": 8}, ErrorCode.INVALID_PARAMETERS),
        ({"text": "x", "escalate": 2}, ErrorCode.INVALID_PARAMETERS),
        ({"text": "x", "max_credits": Decimal(-1)}, ErrorCode.INVALID_PARAMETERS),
    ],
)
def test_content_and_options_that_are_refused(
    boxes: Callable[..., Box], more: dict[str, Any], code: ErrorCode
) -> None:
    with refused(code):
        boxes().send(**{"text": "", **more})


def indication(**more: str) -> ServiceIndication:
    given = {"id": "1", "url": "http://www.example.com/a", "text": "News"}
    return ServiceIndication(**{**given, **more})


def test_a_service_indication_goes_out_as_wbxml(boxes: Callable[..., Box]) -> None:
    box = boxes()
    push = indication(created="2008-01-01T19:30:41Z", expires="2008-12-12T19:30:40Z")
    (reply,) = box.send(text="", push=push)
    assert isinstance(reply, MessageId) and reply.to == NUMBER
    content = box.message(reply.id).content
    assert content.udh.hex() == "0605040b8423f0"
    assert content.data.hex() == (
        "01060403ae81ea" "02056a0045c6" "0d03" + b"example.com/a\0".hex() + "0ac30720080101193041"
        "10c30720081212193040" "1103" "3100" "07" "0103" + b"News\0".hex() + "0101"
    )  # fmt: skip
    bad_date = indication(created="yesterday").encode()
    assert len(bad_date) == len(content.data) - 20


def test_pushes_that_are_not_whole(boxes: Callable[..., Box]) -> None:
    mms = {
        **{"subject": "Photo", "message_class": "80", "expire": "3000"},
        **{"sender": "me", "url": "http://example.com/a.mms"},
    }
    box = boxes()
    (reply,) = box.send(text="", push=MmsNotification(**mms))
    assert isinstance(reply, MessageId)
    assert b"http://example.com/a.mms\0" in box.message(reply.id).content.data
    wrong = [MmsNotification(**{**mms, name: ""}) for name in mms]
    wrong.append(MmsNotification(**{**mms, "message_class": "84"}))
    for push in (*wrong, *(indication(**{n: ""}) for n in ("id", "url", "text"))):
        with refused(ErrorCode.INVALID_PARAMETERS):
            box.send(text="", push=push)
    with refused(ErrorCode.INVALID_PARAMETERS):
        box.send(text="", push=indication(action="shout"))


# ------------------------------------------------------------------------------- opting out


def test_who_asks_to_stop_is_left_alone_after_six_hours(
    boxes: Callable[..., Box],
) -> None:
    box = boxes()
    box.gateway.receive(NUMBER, "27999000224", " stop ")
    box.clock.turn(minutes=359)
    other = "27831234568"
    box.gateway.receive(other, "27999000224", "Unsubscribe")
    box.sent(other)  # the confirmation
    box.clock.turn(minutes=2)
    assert box.send(NUMBER) == [Refusal.of(ErrorCode.DESTINATION_OPTED_OUT)]
    box.clock.turn(minutes=1440)
    box.sent(other)


def test_long_incoming_messages_come_in_parts(boxes: Callable[..., Box]) -> None:
    box = boxes()
    ids = box.gateway.receive(NUMBER, "27999000224", "a" * 200 + "b" * 200)
    parts = box.store.newest_incoming(9)
    assert [part.id for part in reversed(parts)] == ids
    assert [len(part.text) for part in reversed(parts)] == [153, 153, 94]
    for number, text in (("12", "x"), (NUMBER, "")):
        with pytest.raises(ValueError, match="number|text"):
            box.gateway.receive(number, "27999000224", text)


# -------------------------------------------------------------------------------- settings

WHOLE = """
[account]
user = "me"
api_id = 7
networks = ["127.0.0.1"]
senders = ["Shop"]
max_credits = 2.5
[account.status_callback]
url = "http://127.0.0.1:1/x"
method = "soap-post"
[[route]]
name = "cheap"
charge = 0.5
rate = 10
[[number]]
prefix = "27831"
refusal = 121
[[outage]]
route = "cheap"
after = 1
minutes = 2
[[refusal]]
operation = "sendmsg"
code = 901
share = 0.5
[[voucher]]
token = "1234567890123456"
"""


BROKEN_SETTINGS = """# a mistake in every table
nosie = 1
[account]
api_id = "x"

[account.status_callback]
url = "http://127.0.0.1:1/"
method = "tcp"

[[route]]
name = "a"
[[ route ]]
"name" = "a"
charge = "dear"

[[number]]
[[number]]
fate = "failed"
[[outage]]
route = "dear"
"""


def test_settings_are_read(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(WHOLE)
    settings = read_settings(file)
    assert (settings.account.user, settings.account.password) == ("me", "demo")
    assert settings.account.max_credits == Decimal("2.5")
    assert settings.account.status_callback is not None
    assert settings.account.status_callback.method == "soap-post"
    assert settings.routes == (Route("cheap", charge=Decimal("0.5"), rate=10),)
    assert settings.outages == (Outage("cheap", 60, 180),)
    assert settings.refusals[0].code == ErrorCode.INTERNAL_ERROR
    assert settings.numbers == (NumberRule("27831", ErrorCode.DESTINATION_BLOCKED),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[acount]", "acount is not known"),
        ("[account]\nnoise = 1", "account.noise is not known"),
        ("[account]\napi_id = 'x'", "account.api_id: an integer"),
        ("[account]\nfrozen = 1", "account.frozen: true or false"),
        ("[account]\nnetworks = ['x']", "'x' does not appear"),
        ("[account.status_callback]\nurl = 'ftp://x'", "http or https"),
        (
            "[account.status_callback]\nurl = 'http://x'\nmethod = 'tcp'",
            "one of http-get",
        ),
        ("[[route]]\ncharge = 1", "route.name is missing"),
        ("[[route]]\nname = 'a'\n[[route]]\nname = 'a'", "same name"),
        ("[[route]]\nname = 'a'\ncharge = -1", "from 0 to 1000000000"),
        ("[[outage]]\nroute = 'b'", "no route 'b'"),
        ("[[number]]\nprefix = '1'\nrefusal = 6", "no documented error"),
        ("[[number]]\nprefix = '1'\nfate = 'lost'", "one of received"),
        ("[[refusal]]\noperation = 'auth'\ncode = 1\nshare = 2", "from 0 to 1"),
        ("[[voucher]]\ntoken = '1'", "16 digits"),
        ("[voucher]", r"\[\[voucher\]\]"),
        ("[[voucher]]\ntoken = 1111222233334444", "voucher.token: a string of 16"),
        ("[[refusal]]\noperation = 'sendmgs'\ncode = 901", "operation: one of auth, "),
        ("[[refusal]]\noperation = 'sendmsg'\ncode = true", "no documented error"),
        ("[[refusal]]\noperation = 'sendmsg'", "refusal.code is missing"),
        ("[[number]]\nfate = 'failed'", "number.prefix is missing"),
        ("[[number]]\nprefix = '+27'", "number.prefix: a string of digits"),
        ("[[route]]\nname = ''", "route.name: a string that is not empty"),
        ("[[route]]\nname = 'a'\ncharge = 1e30", "from 0 to 1000000000"),
        ("[[route]]\nname = 'a'\nrate = nan", "from 0 to 1000000000"),
        ("[[route]]\nname = 'a'\nfeatures = -1", "an integer from 0 to 2147483647"),
        ("[account]\ndaily_limit = -1", "an integer from 0 to"),
        ("[account]\napi_id = 0", "an integer from 1 to"),
        ("[account]\npassword = ''", "a string that is not empty"),
        ("[account]\ntwo_way = ['shop']", "a number of 3 to 16 digits"),
        ("account = 1", "account: a table is wanted"),
        ("[account]\nstatus_callback = 'http://x'", "a table is wanted"),
        ("[account.status_callback]\nuser = 'x'", "url is missing"),
        ('[account.status_callback]\nurl = "http://x/\\n"', "no URL has"),
        ("[account.status_callback]\nurl = 'http://x'\nuse = 1", "callback.use is not"),
        *(
            (f"[account.status_callback]\nurl = {url!r}", "a URL of http or https")
            for url in (
                *("http://", "http://[", "http://x:99999/", "http://x:0/"),
                *("http://a b/", "javascript:x"),
            )
        ),
    ],
)
def test_settings_that_make_no_sense(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=said) as raised:
        read_settings(file)
    for line in str(raised.value).splitlines():
        assert re.match(rf"{file}:[0-9]+: error: .* \[settings\]$", line)


def test_every_mistake_in_the_settings_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(BROKEN_SETTINGS)
    with pytest.raises(SettingsError) as raised:
        read_settings(file)
    prefix, suffix = f"{file}:", " [settings]"
    told = [
        line.removeprefix(prefix).removesuffix(suffix)
        for line in str(raised.value).splitlines()
    ]
    assert told == [
        "2: error: nosie is not known; known are account, fault, number, outage, refusal,"
        " route, voucher",
        "4: error: account.api_id: an integer is wanted",
        "8: error: account.status_callback.method: one of http-get, http-post, xml-get,"
        " xml-post, soap-get, soap-post is wanted",
        "13: error: two routes have the same name",
        "14: error: route.charge: a number is wanted",
        "16: error: number.prefix is missing",
        "17: error: number.prefix is missing",
        "20: error: outage.route: there is no route 'dear'",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\n[account", "2: error: .*"),
        (b"\n\nuser = = 1", "3: error: Invalid value"),
        (b"\xff\xfe", "1: error: it is no UTF-8"),
        (b"a = " + b"[" * 100_000, "1: error: it nests too deeply"),
        (b"a = " + b"9" * 5000, "1: error: Exceeds the limit .*"),
        (None, "1: error: No such file or directory"),
    ],
)
def test_files_that_hold_no_settings(
    tmp_path: Path, content: bytes | None, told: str
) -> None:
    file = tmp_path / "gateway.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=rf"^{file}:{told} \[settings\]$"):
        read_settings(file)


def test_no_query_goes_through_everything(boxes: Callable[..., Box]) -> None:
    """Every one finds its rows by an index, in the order in which it wants them."""
    where = Destination("http://127.0.0.1:1/")
    box = boxes(
        account=account(daily_limit=99, status_callback=where, incoming_callback=where),
        routes=(Route("cheap", rate=1), Route("dear", charge=Decimal(2))),
    )
    asked: set[str] = set()
    database = box.store._db
    database.set_trace_callback(asked.add)
    box.gateway.auth(DEMO)
    batch = box.gateway.startbatch(DEMO, Submission(text="Hi")).id
    box.gateway.quicksend(DEMO, batch, [NUMBER])
    ids = [box.sent(escalate=1, callbacks=7, client_id="a1") for _ in range(5)]
    delayed = box.sent(deliver_after=1)
    box.gateway.receive(NUMBER, "27999000224", "stop")
    box.clock.turn(minutes=5)
    box.gateway.querymsg(DEMO, client_id="a1")
    box.gateway.delmsg(DEMO, delayed)
    store = box.store
    with store.transaction():
        callback, *_ = store.due_callbacks(box.clock(), 9)
        store.note_attempt(callback.number, None, "")
        store.callbacks_about(ids[0])
        for batch_id, before in itertools.product(("", batch), ("", ids[3])):
            store.newest_messages("demo", 9, before, batch_id)
        store.newest_callbacks(9, before=5)
    database.set_trace_callback(None)
    plans = {
        statement: str(database.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall())
        for statement in asked
        if statement.startswith(("SELECT", "UPDATE", "DELETE"))
    }
    assert len(plans) > 20
    slow = {s: p for s, p in plans.items() if "SCAN" in p or "TEMP B-TREE" in p}
    assert slow == {}, slow
