"""What the vendor's documents say that the gateway does, each tried by raw envelopes over HTTP on
all four services. `FEATURES` is the list; a test sees that it is the one that is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from ipaddress import ip_network
from typing import Any, TypeVar
from xml.sax.saxutils import escape

import pytest
from lxml import etree
from sandboxes import ENVELOPE, PATHS, Sandbox, envelope, listening

from soapwright_clickatell.codes import ErrorCode, MessageStatus
from soapwright_clickatell.sandbox.records.accounts import Account
from soapwright_clickatell.sandbox.records.settings import (
    NumberRule,
    Outage,
    RandomRefusal,
    Route,
    Settings,
)

LITERAL = PATHS[3]
NUMBER, RENTED = "27831234567", "27999000224"
TRIPLE = {"api_id": 1234, "user": "demo", "password": "demo"}
VOUCHER = "1111222233334444"
TOKEN = "0123456789abcdef" * 2

FEATURES = {
    "every error can be had",
    "every status can be had",
    "sessions live for 15 minutes without a call, and each call renews them",
    "a session and the triple: a valid session wins, else the triple counts",
    "IP lock-down",
    "300 recipients a call",
    "one recipient is answered without its number, several with theirs",
    "numbers are international digits",
    "a default dial prefix takes the place of a leading 0",
    "senders are numbers of 16 digits or names of 11 characters",
    "registered senders, and rented numbers beside them",
    "routes may drop the sender ID, unless req_feat asks for it",
    "text in the GSM alphabet: 160, then 153 a part; its extension counts double",
    "Unicode: 70, then 67 a part",
    "8-bit: 140 bytes with the header, then 134 a part",
    "flash",
    "vCard, vCalendar, ringtones, logos, pictures",
    "concat, and 35 parts at most",
    "a credit a part, a third for test numbers, ten credits at first",
    "max_credits: too little ends as 009 and costs nothing",
    "queue: 1 goes first",
    "escalate takes a dearer route",
    "deliv_time to 10,080 minutes: status 011, and it can be stopped",
    "validity to 1,440 minutes: then 010, and nothing is charged",
    "mo needs the rented number",
    "client ids of 32 characters find messages",
    "querymsg knows six days",
    "getmsgcharge knows fifteen days",
    "batches merge fields, and live for 24 hours",
    "Unicode batches merge nothing",
    "si_push and ind_push name the number",
    "vouchers of 16 digits",
    "coverage has the lowest charge, and no number in its error",
    "endbatch says a bare OK",
    "STOP is acted on after six hours without a confirmation",
}
TESTED: set[str] = set()
_Test = TypeVar("_Test", bound=Callable[..., None])


def documented(*features: str) -> Callable[[_Test], _Test]:
    """Marks what a test is about."""
    TESTED.update(features)
    return lambda test: test


class Caller:
    """Calls one of the services, with envelopes by hand."""

    def __init__(self, sandbox: Sandbox, path: str) -> None:
        self.sandbox = sandbox
        self.path = path

    def __call__(self, operation: str, **parts: Any) -> list[str]:
        """The strings that are answered to a call; the account's triple is added to it."""
        if "session_id" not in parts and "user" not in parts:
            parts = {**TRIPLE, **parts}
        content = "".join(self._part(name, value) for name, value in parts.items())
        call = f"<{operation}>{content}</{operation}>"
        status, _, body = self.sandbox.post(self.path, envelope(call))
        assert status == 200, body
        return returned(body)

    def _part(self, name: str, value: Any) -> str:
        name = name.rstrip("_")
        if isinstance(value, list) and self.path != LITERAL:
            items = "".join(f"<item>{escape(one)}</item>" for one in value)
            return f"<{name}>{items}</{name}>"
        values = value if isinstance(value, list) else [value]
        return "".join(f"<{name}>{escape(str(one))}</{name}>" for one in values)

    def send(self, text: str = "Hi", to: str = NUMBER, **parts: Any) -> str:
        """The answer to a message to one number."""
        (reply,) = self("sendmsg", to=[to], text=text, **parts)
        return reply

    def sent(self, text: str = "Hi", to: str = NUMBER, **parts: Any) -> str:
        """The id of a message that must be accepted."""
        reply = self.send(text, to, **parts)
        assert reply.startswith("ID: "), reply
        return reply[4:]

    def status(self, message_id: str) -> str:
        (reply,) = self("querymsg", apimsgid=message_id)
        return reply.rpartition(" ")[2]

    def charge(self, message_id: str) -> str:
        (reply,) = self("getmsgcharge", apimsgid=message_id)
        return reply.split()[3]

    @property
    def balance(self) -> Decimal:
        (reply,) = self("getbalance")
        return Decimal(reply.removeprefix("Credit: "))


def returned(body: bytes) -> list[str]:
    (wrapper,) = etree.fromstring(body)[-1]
    return [e.text or "" for e in wrapper.iter() if not len(e) and e is not wrapper]


@contextmanager
def gateway(path: str, credits: int | str = 1000, **settings: Any) -> Iterator[Caller]:
    """A sandbox that was set up so, and one of its services."""
    who = settings.pop("account", {})
    account = Account(**{**TRIPLE, **who})
    with listening(credits, settings=Settings(account=account, **settings)) as sandbox:
        yield Caller(sandbox, path)


every_service = pytest.mark.parametrize("path", PATHS)


def test_every_documented_feature_is_tested() -> None:
    assert TESTED == FEATURES


# ----------------------------------------------------------------------------------- errors

Provoke = Callable[[Caller], list[str]]
TO = {"to": [NUMBER]}


def _expired(call: Caller) -> list[str]:
    (opened,) = call("auth")
    call.sandbox.clock.turn(minutes=15, seconds=1)
    return call("getbalance", session_id=opened[4:])


def _redeemed(call: Caller) -> list[str]:
    call("token_pay", token=VOUCHER)
    return call("token_pay", token=VOUCHER)


def _opted_out(call: Caller) -> list[str]:
    call.sandbox.gateway.receive(NUMBER, RENTED, "STOP")
    call.sandbox.clock.turn(minutes=361)
    return [call.send()]


def _limited(call: Caller) -> list[str]:
    call.sent()
    return [call.send()]


BY_ITSELF: dict[int, tuple[Provoke, dict[str, Any]]] = {
    1: (lambda c: c("auth", api_id=1234, user="demo", password="x"), {}),
    2: (lambda c: c("getbalance", api_id=1234, user="x", password="demo"), {}),
    3: (_expired, {}),
    4: (lambda c: c("auth"), {"account": {"frozen": True}}),
    5: (lambda c: c("ping", session_id=""), {}),
    7: (lambda c: c("auth"), {"account": {"networks": (ip_network("192.0.2.0/24"),)}}),
    101: (lambda c: c("sendmsg", text="Hi"), {}),
    102: (lambda c: [c.send("", udh="0605", data="00")], {}),
    103: (lambda c: c("querymsg", apimsgid=TOKEN), {}),
    104: (lambda c: c("delmsg", climsgid="nobody"), {}),
    105: (lambda c: [c.send(to="0027831234567")], {}),
    106: (lambda c: [c.send(from_="twelve chars")], {}),
    107: (lambda c: [c.send("")], {}),
    108: (lambda c: c("getbalance", api_id=1, user="demo", password="demo"), {}),
    109: (lambda c: c("querymsg"), {}),
    112: (lambda c: [c.send(msg_type="sms_flash")], {}),
    113: (lambda c: [c.send("a" * 161)], {}),
    114: (lambda c: [c.send()], {"routes": (Route("local", prefixes=("44",)),)}),
    116: (lambda c: [c.send("03A", unicode=1)], {}),
    120: (lambda c: [c.send(deliv_time=10_081)], {}),
    121: (lambda c: [c.send()], {"numbers": (NumberRule("27", ErrorCode(121)),)}),  # type: ignore[call-arg]  # by its number alone
    122: (_opted_out, {}),
    123: (lambda c: [c.send(from_="Other")], {"account": {"senders": ("Shop",)}}),
    128: (lambda c: [c.send()], {"numbers": (NumberRule("27", ErrorCode(128)),)}),  # type: ignore[call-arg]  # as above
    130: (_limited, {"account": {"daily_limit": 1}}),
    201: (lambda c: c("quicksend", batch_id=TOKEN, **TO), {}),
    202: (lambda c: c("startbatch"), {}),
    301: (lambda c: [c.send()], {"credits": 0}),
    302: (lambda c: [c.send(max_credits=3)], {"account": {"max_credits": Decimal(2)}}),
    606: (lambda c: c("token_pay", token="1" * 16), {}),
    607: (_redeemed, {}),
    609: (lambda c: c("token_pay", token=VOUCHER), {"account": {"vouchers": False}}),
    901: (lambda c: [c.send()], {"outages": (Outage("", 0, 60),)}),
}  # fmt: skip


@documented("every error can be had")
@pytest.mark.parametrize("code", list(ErrorCode))
def test_errors(code: ErrorCode) -> None:
    """Those that nothing leads to are had by a setting, as all of them can be."""
    by_chance = {"refusals": (RandomRefusal("sendmsg", code),)}
    provoke, settings = BY_ITSELF.get(code, (lambda c: [c.send()], by_chance))
    with gateway(PATHS[code % 4], **settings) as call:
        (reply,) = provoke(call)
        assert reply.startswith(f"ERR: {code:03d}, {code.text}")
        earned = {607: 10, 130: -1}.get(code, 0)  # what was done before
        left = call.sandbox.gateway.store.balance("demo")
        assert left == settings.get("credits", 1000) + earned


# --------------------------------------------------------------------------------- statuses


@documented("every status can be had")
@pytest.mark.parametrize("status", list(MessageStatus))
def test_statuses(status: MessageStatus) -> None:
    fates = {
        **{4: "received", 5: "malformed", 7: "failed", 8: "silent", 9: "rejected"},
    }
    settings: dict[str, Any] = {}
    more: dict[str, Any] = {}
    minutes: float = 1
    if status in fates:
        settings["numbers"] = (NumberRule("27", fate=fates[status]),)
    elif status in (2, 10):
        settings["outages"] = (Outage("direct", 0, 10**6),)
        more, minutes = {"validity": 5}, 5 if status == 10 else 1
    elif status == 1:
        minutes = 6 * 1440 + 1
    elif status == 3:
        minutes = 0
    elif status in (6, 11):
        more = {"deliv_time": 10}
    elif status == 12:
        settings["routes"] = Route("cheap"), Route("dear", charge=Decimal(2))
        settings["outages"] = (Outage("cheap", 0, 3600),)
        settings["credits"], more = 1, {"escalate": 1}
    elif status == 14:
        settings["account"] = {"daily_limit": 1}
        more, minutes = {"deliv_time": 10}, 11
    with gateway(PATHS[status % 4], **settings) as call:
        message = call.sent(**more)
        if status == 6:
            assert call("delmsg", apimsgid=message) == [f"ID: {message} Status: 006"]
        if status == 14:
            call.sandbox.clock.time += 60
            call.sent()
        call.sandbox.clock.turn(minutes=minutes)
        assert call.status(message) == f"{status:03d}"


# --------------------------------------------------------------------------- who may call


@documented(
    "sessions live for 15 minutes without a call, and each call renews them",
    "a session and the triple: a valid session wins, else the triple counts",
)
@every_service
def test_sessions(path: str) -> None:
    with gateway(path) as call:
        (opened,) = call("auth")
        session = {"session_id": opened[4:]}
        assert opened[:4] == "OK: " and len(opened) == 36
        for _ in range(3):
            call.sandbox.clock.turn(minutes=15)
            assert call("ping", **session) == ["OK:"]
            call.sandbox.clock.turn(minutes=15)
            assert call("sendmsg", **session, to=["12"], text="x")[0][:8] == "ERR: 105"
        wrong = {"api_id": 1, "user": "x", "password": "x"}
        assert call("getbalance", **session, **wrong) == ["Credit: 1000.0"]
        call.sandbox.clock.turn(minutes=15, seconds=1)
        assert call("ping", **session) == ["ERR: 003, Session ID expired"]
        assert call("getbalance", **session, **TRIPLE) == ["Credit: 1000.0"]
        assert call("getbalance", session_id="", **TRIPLE) == ["Credit: 1000.0"]
        assert call("ping", session_id=TOKEN) == ["ERR: 001, Authentication failed"]


@documented("IP lock-down")
@every_service
def test_ip_lock_down(path: str) -> None:
    here, elsewhere = ip_network("127.0.0.0/8"), ip_network("192.0.2.0/24")
    with gateway(path, account={"networks": (elsewhere, here)}) as call:
        assert call("auth")[0].startswith("OK: ")
    with gateway(path, account={"networks": (elsewhere,)}) as call:
        for operation in ("auth", "getbalance"):
            assert call(operation) == ["ERR: 007, IP Lockdown violation"]


# --------------------------------------------------------------------------- to whom, by whom


@documented(
    "300 recipients a call",
    "one recipient is answered without its number, several with theirs",
)
@every_service
def test_recipients(path: str) -> None:
    numbers = [f"2783{n:07d}" for n in range(301)]
    with gateway(path) as call:
        replies = call("sendmsg", to=numbers[:300], text="Hi")
        assert [reply.partition(" To: ")[2] for reply in replies] == numbers[:300]
        assert call("sendmsg", to=numbers, text="Hi")[0].startswith("ERR: 101, ")
        assert call.balance == 700
        assert " To: " not in call.send()
        bad, good = call("sendmsg", to=["12", NUMBER], text="Hi")
        assert bad == "ERR: 105, Invalid destination address To: 12"
        assert good.startswith("ID: ") and good.endswith(f" To: {NUMBER}")


@documented(
    "numbers are international digits",
    "a default dial prefix takes the place of a leading 0",
)
@every_service
def test_numbers(path: str) -> None:
    wrong = ("+27831234567", "0027831234567", "27 831234567", "2783x", "0831234567")
    with gateway(path) as call:
        for number in wrong:
            assert call.send(to=number).startswith("ERR: 105, ")
        assert call.balance == 1000
    with gateway(path, account={"dial_prefix": "27"}) as call:
        call.sent(to="0831234567")
        with call.sandbox.gateway.store.transaction():
            (message,) = call.sandbox.gateway.store.newest_messages("demo", 9)
        assert message.recipient == NUMBER
        assert call.send(to="0027831234567").startswith("ERR: 105, ")


@documented(
    "senders are numbers of 16 digits or names of 11 characters",
    "registered senders, and rented numbers beside them",
    "mo needs the rented number",
)
@every_service
def test_senders(path: str) -> None:
    with gateway(path) as call:
        for sender in ("", "1", "1" * 16, "+2783123456", "Eleven char", "Shop & Co"):
            call.sent(from_=sender)
        for sender in ("1" * 17, "Twelve chars", "漢字"):
            assert call.send(from_=sender).startswith("ERR: 106, ")
        binary = {"udh": "06050415810000", "data": "00"}
        assert call.send("", from_="Shop", **binary).startswith("ERR: 106, ")
        call.sent("", from_=RENTED, **binary)
    account = {"senders": ("Shop",), "two_way": (RENTED,)}
    with gateway(path, account=account) as call:
        for sender in ("", "Shop", RENTED):
            call.sent(from_=sender)
        assert call.send(from_="Other").startswith("ERR: 123, ")
        assert call.send(from_="Shop", mo=1).startswith("ERR: 106, ")
        call.sent(from_=RENTED, mo=1)


@documented("routes may drop the sender ID, unless req_feat asks for it")
@every_service
def test_required_features(path: str) -> None:
    routes = Route("cheap", Decimal("0.5"), 0x400F), Route("dear", features=0x403F)
    with gateway(path, routes=routes) as call:
        for sender, bit in (("Shop", 0x10), (RENTED, 0x20)):
            dropped = call.sent(from_=sender)
            kept = call.sent(from_=sender, req_feat=bit)
            assert (call.charge(dropped), call.charge(kept)) == ("0.5", "1")
            store = call.sandbox.gateway.store
            senders = [store.message("demo", one) for one in (dropped, kept)]
            assert [one.sender for one in senders if one] == ["", sender]
        assert call.charge(call.sent(from_=RENTED, mo=1)) == "1"
        assert call.status(call.sent(req_feat=0x2000)) == "009"
        assert call.status(call.sent(req_feat=544)) == "009"
        assert call.balance == Decimal("996.0")


# ------------------------------------------------------------------------------------ kinds


@documented(
    "text in the GSM alphabet: 160, then 153 a part; its extension counts double",
    "Unicode: 70, then 67 a part",
    "8-bit: 140 bytes with the header, then 134 a part",
    "concat, and 35 parts at most",
)
@pytest.mark.parametrize(
    ("parts", "text", "more"),
    [
        (1, "a" * 160, {}),
        (2, "a" * 161, {}),
        (2, "a" * 306, {}),
        (3, "a" * 307, {}),
        (35, "a" * 35 * 153, {}),
        (1, "€" * 80, {}),
        (2, "€" * 80 + "a", {}),
        *((2, character * 81, {}) for character in "\f^{}\\[~]|"[1:]),
        (2, "a" * 152 + "€" + "b" * 151, {}),  # the escape is not torn from its character:
        (3, "a" * 152 + "€" + "b" * 152, {}),  # 152 in the first part, 153 in the second
        (1, "03A9" * 70, {"unicode": 1}),
        (2, "03A9" * 71, {"unicode": 1}),
        (2, "03A9" * 134, {"unicode": 1}),
        (3, "03A9" * 135, {"unicode": 1}),
        (2, "03A9" * 66 + "D83DDE00" + "03A9" * 65, {"unicode": 1}),
        (3, "03A9" * 66 + "D83DDE00" + "03A9" * 66, {"unicode": 1}),
        (1, "", {"udh": "06050415810000", "data": "00" * 133}),
        (2, "", {"udh": "06050415810000", "data": "00" * 134}),
        (2, "", {"udh": "06050415810000", "data": "00" * 256}),
        (3, "", {"udh": "06050415810000", "data": "00" * 257}),
        (1, "a" * 160, {"msg_type": "SMS_FLASH"}),
        (2, "a" * 161, {"msg_type": "SMS_FLASH"}),
    ],
)  # fmt: skip
def test_parts(parts: int, text: str, more: dict[str, Any]) -> None:
    with gateway(PATHS[0]) as first:
        for path in PATHS:
            call = Caller(first.sandbox, path)
            before = call.balance
            for concat in {0, parts - 1} if parts > 1 else ():
                refused = call.send(text, **more, concat=concat)
                assert refused.startswith("ERR: 113, ")
            assert call.balance == before
            call.sent(text, **more, concat=parts)
            assert call.balance == before - parts
            if parts == 35:
                assert call.send(f"{text}a", concat=99).startswith("ERR: 113, ")


CARD = "BEGIN:VCARD\nVERSION:2.1\nN:Doe;Jane\nTEL;PREF:+27831234567\nEND:VCARD\n"


@documented("flash", "vCard, vCalendar, ringtones, logos, pictures")
@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("SMS_TEXT", "Hi"),
        ("SMS_FLASH", "Hi"),
        ("SMS_NOKIA_OLOGO", "00" * 9),
        ("SMS_NOKIA_GLOGO", "00" * 9),
        ("SMS_NOKIA_PICTURE", "00" * 9),
        ("SMS_NOKIA_RINGTONE", "024A3A5585E195B198040042D9049741"),
        ("SMS_NOKIA_RTTL", "Tune:d=4,o=5,b=100:8c,8d,e"),
        ("SMS_NOKIA_CLEAN", "00"),
        ("SMS_NOKIA_VCARD", CARD),
        ("SMS_NOKIA_VCAL", "BEGIN:VCALENDAR\nVERSION:1.0\nEND:VCALENDAR\n"),
    ],
)
def test_kinds(kind: str, content: str) -> None:
    in_hex = content if content.isalnum() else content.encode().hex()
    with gateway(PATHS[0]) as first:
        calls = [Caller(first.sandbox, path) for path in PATHS]
        messages = [call.sent(content, msg_type=kind) for call in calls]
        if kind.startswith("SMS_NOKIA"):
            messages += [call.sent("", msg_type=kind, data=in_hex) for call in calls]
        for message in messages:
            kept = first.sandbox.gateway.store.message("demo", message)
            assert kept is not None
            expected = {"SMS_TEXT": "text", "SMS_FLASH": "flash"}.get(kind, kind)
            assert kept.content.kind == expected
            assert bool(kept.content.udh) is kind.startswith("SMS_NOKIA")
        first.sandbox.clock.turn(seconds=10)
        assert {first.status(message) for message in messages} == {"004"}


@documented("si_push and ind_push name the number")
@every_service
def test_pushes(path: str) -> None:
    indication = {
        **{"si_id": "1", "si_url": "http://example.com/", "si_text": "News"},
        **{"si_created": "2008-01-01T19:30:41Z", "si_expires": "2008-12-12T19:30:40Z"},
    }
    notification = {
        **{"mms_subject": "Photo", "mms_class": "80", "mms_expire": "3000"},
        **{"mms_from": "me", "mms_url": "http://example.com/a.mms"},
    }
    with gateway(path) as call:
        actions = (
            "",
            "signal-none",
            "signal-low",
            "signal-medium",
            "signal-high",
            "delete",
        )
        for action in actions:
            (reply,) = call("si_push", **TO, **indication, si_action=action)
            assert reply.startswith("ID: ") and reply.endswith(f" To: {NUMBER}")
        (reply,) = call("ind_push", **TO, **notification)
        assert reply.startswith("ID: ") and reply.endswith(f" To: {NUMBER}")
        for operation, parts, name in (
            *(("si_push", indication, name) for name in ("si_id", "si_url", "si_text")),
            *(("ind_push", notification, name) for name in notification),
        ):
            (reply,) = call(operation, **TO, **{**parts, name: ""})
            assert reply.startswith("ERR: 101, ")
        assert call.balance == 993


# ------------------------------------------------------------------------------------ money


@documented(
    "a credit a part, a third for test numbers, ten credits at first",
    "vouchers of 16 digits",
    "coverage has the lowest charge, and no number in its error",
)
@every_service
def test_money(path: str) -> None:
    routes = Route("dear", Decimal(2)), Route("cheap", prefixes=("27",))
    cover = "routecoverage" if path == LITERAL else "routeCoverage"
    with gateway(path, 10, routes=routes) as call:
        assert call("getbalance") == ["Credit: 10.0"]
        assert call.charge(call.sent("a" * 161, concat=2)) == "2"
        for number in ("27999112345", "19991234567"):
            cost = "0.33" if number.startswith("27") else "0.66"
            assert call.charge(call.sent(to=number)) == cost
        assert call("getbalance") == ["Credit: 7.01"]
        assert call("token_pay", token=VOUCHER) == ["OK: 605"]
        assert call("getbalance") == ["Credit: 17.01"]
        for number, charge in ((NUMBER, "1"), ("4479", "2"), ("27999112345", "0.33")):
            assert call(cover, msisdn=number) == [
                "OK: This prefix is currently supported. Messages sent to this prefix"
                f" will be routed. Charge: {charge}"
            ]
        assert call(cover, msisdn="0") == [
            "ERR: This prefix is not currently supported. Messages sent to this prefix"
            " will fail. Please contact support for assistance."
        ]


@documented("max_credits: too little ends as 009 and costs nothing")
@every_service
def test_the_most_that_a_message_may_cost(path: str) -> None:
    with gateway(path) as call:
        message = call.sent("a" * 161, concat=2, max_credits=1)
        assert (call.status(message), call.charge(message)) == ("009", "0")
        assert call.status(call.sent("a" * 161, concat=2, max_credits=2)) == "003"
        if path != LITERAL:  # there it is an integer
            assert call.status(call.sent(max_credits="0.8")) == "009"
        assert call.balance == 998


# ------------------------------------------------------------------------------------- time


@documented("queue: 1 goes first", "escalate takes a dearer route")
@every_service
def test_queues(path: str) -> None:
    outages = (Outage("cheap", 0, 60),)
    routes = Route("cheap", rate=0.1), Route("dear", charge=Decimal(2))
    with gateway(path, routes=routes, outages=outages) as call:
        low, high, hasty = (
            call.sent(**more) for more in ({}, {"queue": 1}, {"escalate": 1})
        )
        bounded = call.sent(escalate=1, max_credits=1)
        call.sandbox.clock.turn(seconds=15)
        assert [call.status(m) for m in (low, high, hasty, bounded)] == [
            *("002", "002", "004", "002"),
        ]
        assert call.charge(hasty) == "2"
        call.sandbox.clock.turn(seconds=46)
        assert (call.status(low), call.status(high)) == ("002", "003")
        call.sandbox.clock.turn(seconds=10)
        assert call.status(low) == "003"
        for queue in (2, 3):
            call.sent(queue=queue)
        assert call.send(queue=4).startswith("ERR: 101, ")


@documented(
    "deliv_time to 10,080 minutes: status 011, and it can be stopped",
    "validity to 1,440 minutes: then 010, and nothing is charged",
)
@every_service
def test_delays(path: str) -> None:
    with gateway(path, outages=(Outage("direct", 0, 3600),)) as call:
        late, stopped = call.sent(deliv_time=10_080), call.sent(deliv_time=1)
        assert (call.status(late), call.status(stopped)) == ("011", "011")
        assert call("delmsg", apimsgid=stopped) == [f"ID: {stopped} Status: 006"]
        short, long = call.sent(validity=5), call.sent(validity=1440)
        assert call.send(validity=1441).startswith("ERR: 101, ")
        call.sandbox.clock.turn(minutes=5)
        assert (call.status(short), call.charge(short)) == ("010", "0")
        assert (call.status(long), call.balance) == ("002", 998)
        call.sandbox.clock.turn(minutes=60)
        assert call.status(long) == "004"
        assert call("delmsg", apimsgid=long) == [f"ID: {long} Status: 004"]
        call.sandbox.clock.turn(minutes=10_080 - 65)
        assert call.charge(late) == "1"
        assert call("getmsgcharge", apimsgid=late)[0].endswith("status: 003")


@documented(
    "client ids of 32 characters find messages",
    "querymsg knows six days",
    "getmsgcharge knows fifteen days",
)
@every_service
def test_looking_back(path: str) -> None:
    name = "climsgid" if path == LITERAL else "cliMsgId"
    with gateway(path) as call:
        message = call.sent(**{name: "a1" * 16})
        found = call("querymsg", climsgid="a1" * 16)
        assert found == [f"ID: {message} Status: 003"]
        assert call.send(**{name: "a" * 33}).startswith("ERR: 101, ")
        assert call.send(**{name: "a b"}).startswith("ERR: 101, ")
        call.sandbox.clock.turn(minutes=6 * 1440)
        assert call.status(message) == "004"
        call.sandbox.clock.turn(minutes=1)
        assert call.status(message) == "001"
        call.sandbox.clock.turn(minutes=9 * 1440 - 1)
        assert call.charge(message) == "1"
        call.sandbox.clock.turn(minutes=1)
        assert call("getmsgcharge", apimsgid=message)[0].startswith("ERR: 103, ")


# ---------------------------------------------------------------------------------- batches


@documented(
    "batches merge fields, and live for 24 hours",
    "Unicode batches merge nothing",
    "endbatch says a bare OK",
)
@every_service
def test_batches(path: str) -> None:
    last = 10 if path == LITERAL else 4
    template = f"Hi #field1#, your balance is #field2#.#field{last}##field11#"
    with gateway(path) as call:
        (begun,) = call("startbatch", template=template, from_="Shop", deliv_time=5)
        assert begun.startswith("ID: ") and len(begun) == 36
        batch = {"batch_id": begun[4:]}
        fields = {"field1": "Joe", "field2": "$150", f"field{last}": "!"}
        (item,) = call("senditem", **batch, **TO, **fields)
        two = call("senditem", **batch, to=[NUMBER, "12"], field1="Ann")
        assert [reply[:4] for reply in two] == ["ID: ", "ERR:"]
        quick = call("quicksend", **batch, **TO)
        assert quick[0].endswith(f" To: {NUMBER}") and " To: " not in item
        store = call.sandbox.gateway.store
        texts = [store.message("demo", one[4:36]) for one in (item, two[0], *quick)]
        assert [message.text for message in texts if message] == [
            "Hi Joe, your balance is $150.!", "Hi Ann, your balance is .",
            "Hi , your balance is .",
        ]  # fmt: skip
        assert call.status(item[4:]) == "011"
        (words,) = call("startbatch", template="03A9", unicode=1)
        (omega,) = call("senditem", batch_id=words[4:], **TO, field1="x")
        assert getattr(store.message("demo", omega[4:]), "text", "") == "Ω"
        assert call("endbatch", batch_id=words[4:]) == ["OK"]
        assert call("endbatch", batch_id=words[4:])[0].startswith("ERR: 201, ")
        call.sandbox.clock.turn(minutes=1440)
        assert call("quicksend", **batch, **TO)[0].startswith("ID: ")
        call.sandbox.clock.turn(seconds=1)
        assert call("quicksend", **batch, **TO)[0].startswith("ERR: 201, ")


@documented("STOP is acted on after six hours without a confirmation")
@pytest.mark.parametrize("word", ["STOP", "end", " Cancel ", "UNSUBSCRIBE", "quit"])
def test_stop(word: str) -> None:
    with gateway(PATHS[len(word) % 4]) as call:
        call.sandbox.gateway.receive(NUMBER, RENTED, word)
        call.sandbox.clock.turn(minutes=361)
        assert call.send().startswith("ERR: 122, ")
        other = "27831234568"
        call.sandbox.gateway.receive(other, RENTED, word)
        call.sent(to=other)
        call.sandbox.clock.turn(minutes=361)
        call.sent(to=other)


# ------------------------------------------------------- what clients of the time really sent

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
ENC = "http://schemas.xmlsoap.org/soap/encoding/"
OLD = "http://api.clickatell.com/soap/webservice"
NEW = "http://api.clickatell.com/soap/document_literal/webservice"
INTS = "concat deliv_ack {} deliv_time max_credits req_feat queue escalate mo"
STRINGS = "msg_type udh data"


def posted(call: Caller, body: str, action: str = "", charset: str = "utf-8") -> str:
    """The first string that is answered, which is all that most of them looked at."""
    whole = (
        f'<?xml version="1.0" encoding="{charset}"?>'
        f'<s:Envelope xmlns:s="{ENVELOPE}" {XSI}><s:Body>{body}</s:Body></s:Envelope>'
    )
    status, _, answer = call.sandbox.post(
        *(call.path, whole.encode(charset), f"text/xml; charset={charset}"),
        headers={"SOAPAction": f'"{action}"'},
    )
    assert status == 200
    return returned(answer)[0]


def wcf(name: str, values: dict[str, object], references: bool) -> str:
    """A call as WCF's proxies write it: rpc/encoded arrays stand beside it."""
    types = {int: "int", float: "float", str: "string"}
    parts, beside = "", ""
    for part, value in values.items():
        if isinstance(value, list) and references:
            items = "".join(
                f'<Item xsi:type="xsd:string">{one}</Item>' for one in value
            )
            parts += f'<{part} href="#id1"/>'
            beside = (
                f'<q2:Array id="id1" q2:arrayType="xsd:string[{len(value)}]"'
                f' xmlns:q2="{ENC}">{items}</q2:Array>'
            )
        elif isinstance(value, list):
            parts += "".join(f"<{part}>{one}</{part}>" for one in value)
        elif value is None:
            parts += f'<{part} xsi:nil="true"/>' if references else ""
        else:
            kind = f' xsi:type="xsd:{types[type(value)]}"' if references else ""
            parts += f"<{part}{kind}>{value}</{part}>"
    if not references:
        return f'<{name} xmlns="{NEW}">{parts}</{name}>'
    return f'<q1:{name} xmlns:q1="{OLD}" s:encodingStyle="{ENC}">{parts}</q1:{name}>{beside}'


def zeros(callback: str = "msg_callback") -> dict[str, object]:
    ints: dict[str, object] = dict.fromkeys(INTS.format(callback).split(), 0)
    return {**ints, "max_credits": 0.0}


@pytest.mark.parametrize("path", [PATHS[1], PATHS[3]])
def test_nopcommerce_by_wcf(path: str) -> None:
    """A session and the triple, no sender, zeros, empty strings."""
    rpc = path != LITERAL
    with gateway(path) as call:
        opened = posted(call, wcf("auth", dict(TRIPLE), rpc))
        values: dict[str, object] = {
            **{"session_id": opened[4:], **TRIPLE, "to": [NUMBER], "from": ""},
            **{"text": "New order", **zeros(), "cliMsgId": "", "unicode": 0},
            **{"msg_type": "", "udh": "", "data": "", "validity": 0},
        }
        if not rpc:
            values["max_credits"] = 0
            values["climsgid"] = values.pop("cliMsgId")
        assert posted(call, wcf("sendmsg", values, rpc)).startswith("ID")
        assert call.balance == 999


def test_an_asp_net_site_by_wcf() -> None:
    """An empty session, and options."""
    with gateway(PATHS[1]) as call:
        values: dict[str, object] = {
            **{"session_id": "", **TRIPLE, "to": [NUMBER], "from": "", "text": "Hi"},
            **{**zeros(), "deliv_ack": 1, "max_credits": 3.0, "queue": 3},
            **{"cliMsgId": "abc123", "unicode": 0, "msg_type": "SMS_TEXT"},
            **{"udh": "", "data": "", "validity": 1440},
        }
        message = posted(call, wcf("sendmsg", values, True))[4:]
        assert call("querymsg", climsgid="abc123") == [f"ID: {message} Status: 003"]


def test_a_vb_net_library() -> None:
    """One session for all, without credentials; its batches go to one number a call."""
    with gateway(PATHS[1]) as call:
        opened = posted(call, wcf("auth", dict(TRIPLE), True))
        nobody: dict[str, object] = {
            **{"session_id": opened[4:], "api_id": 0, "user": None, "password": None},
        }
        text = "a" * 200
        values = {**nobody, "to": [NUMBER], "text": text, **zeros()}
        values["concat"] = len(text) // 153 + 1
        assert posted(call, wcf("sendmsg", values, True)).startswith("ID: ")
        batch = {**nobody, "template": "Hi", **zeros()}
        begun = posted(call, wcf("startbatch", batch, True))
        for number in (NUMBER, "27831234568"):
            quick = {**nobody, "batch_id": begun.split(":")[1].strip(), "to": [number]}
            reply = posted(call, wcf("quicksend", quick, True))
            assert reply.endswith(f" To: {number}")


def test_phps_soap_extension() -> None:
    """Every part in the WSDL's order, and "" for what is unset, integers too."""
    order = (
        "session_id api_id user password to from text concat deliv_ack callback deliv_time"
        " max_credits req_feat queue escalate mo cliMsgId unicode msg_type udh data validity"
    ).split()
    values = {**dict.fromkeys(order, ""), **TRIPLE, "text": "Grüße"}
    parts = "".join(
        (
            f'<to SOAP-ENC:arrayType="xsd:string[1]" xsi:type="SOAP-ENC:Array">'
            f'<item xsi:type="xsd:string">{NUMBER}</item></to>'
            if name == "to"
            else f'<{name} xsi:type="xsd:{"int" if name in INTS else "string"}">'
            f"{values[name]}</{name}>"
        )
        for name in order
    )
    body = (
        f'<ns1:sendmsg xmlns:ns1="{OLD}" xmlns:SOAP-ENC="{ENC}">{parts}</ns1:sendmsg>'
    )
    with gateway(PATHS[0]) as call:
        reply = posted(call, body, f"{OLD}.php/sendmsg", "iso-8859-1")
        message = call.sandbox.gateway.store.message("demo", reply[4:])
        assert message is not None and message.text == "Grüße"


def test_perls_soap_lite() -> None:
    """No namespace, parts in an order of its own, and ids in mixed case."""

    def soap_lite(name: str, **parts: object) -> str:
        content = "".join(
            f'<{n} xsi:type="xsd:{"int" if isinstance(v, int) else "string"}">{v}</{n}>'
            for n, v in parts.items()
        )
        return f"<{name}>{content}</{name}>"

    with gateway(PATHS[0]) as call:
        who = {"user": "demo", "password": "demo", "api_id": 1234}
        opened = posted(call, soap_lite("auth", **who), "#auth")
        session = {"session_id": opened[4:]}
        to = (
            f'<to xmlns:soapenc="{ENC}" soapenc:arrayType="xsd:string[1]"'
            f' xsi:type="soapenc:Array"><item xsi:type="xsd:string">{NUMBER}</item></to>'
        )
        body = soap_lite("sendmsg", **session, text="Hi", cliMsgId="abc1")
        body = body.replace("</sendmsg>", f"{to}</sendmsg>")
        message = posted(call, body, "#sendmsg")[4:]
        for part in ({"apiMsgId": message}, {"cliMsgId": "abc1"}):
            for operation, status in (("querymsg", "003"), ("delmsg", "003")):
                reply = posted(call, soap_lite(operation, **session, **part))
                assert reply == f"ID: {message} Status: {status}"
        assert posted(call, soap_lite("ping", **session)) == "OK:"
        balance = posted(call, soap_lite("getbalance", **session))
        assert balance == "Credit: 999.0"


def test_java_axis() -> None:
    """Typed nil for what is unset, items of the array's own type."""
    unset = "".join(
        f'<{name} xsi:type="xsd:string" xsi:nil="true"/>'
        for name in "session_id from cliMsgId msg_type udh data".split()
    )
    ints = "".join(
        f'<{name} href="#id0"/>' for name in INTS.format("callback").split()
    ).replace('<max_credits href="#id0"/>', '<max_credits xsi:type="xsd:float">0.0</max_credits>')  # fmt: skip
    body = (
        f'<ns1:sendmsg s:encodingStyle="{ENC}" xmlns:ns1="{OLD}" xmlns:soapenc="{ENC}">'
        f'<api_id href="#id1"/><user xsi:type="xsd:string">demo</user>'
        f'<password xsi:type="xsd:string">demo</password>'
        f'<to soapenc:arrayType="xsd:string[1]" xsi:type="soapenc:Array">'
        f'<to xsi:type="xsd:string">{NUMBER}</to></to>'
        f'<text xsi:type="xsd:string">Hi</text>{unset}{ints}</ns1:sendmsg>'
        f'<multiRef id="id0" s:encodingStyle="{ENC}" xsi:type="xsd:int">0</multiRef>'
        f'<multiRef id="id1" s:encodingStyle="{ENC}" xsi:type="xsd:int">1234</multiRef>'
    )
    with gateway(PATHS[0]) as call:
        assert posted(call, body).startswith("ID:")
