"""What strangers send to the sandbox to harm it: over HTTP, it answers, and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree
from sandboxes import DEMO, PATHS, Sandbox, envelope, listening

from soapwright_clickatell.sandbox.records.messages import Submission
from soapwright_clickatell.sandbox.state.clock import LATEST, RunningClock
from soapwright_clickatell.sandbox.state.store import Store
from soapwright_clickatell.vendor.replies import MessageId, Refusal, parse

NUMBER, RENTED = "27831234567", "27999000224"
TRIPLE = "<api_id>1234</api_id><user>demo</user><password>demo</password>"
TO = f"<to><item>{NUMBER}</item></to>"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with listening(credits=1000) as made:
        yield made


def code(sandbox: Sandbox, call: str, path: str = PATHS[0]) -> int | None:
    """The number of the error that is answered; `None` where the call is accepted."""
    status, _, body = sandbox.post(path, envelope(call))
    assert status == 200, body
    (text,) = [e.text or "" for e in etree.fromstring(body)[0][0].iter() if not len(e)]
    reply = parse(text)
    return reply.code if isinstance(reply, Refusal) else None


def sendmsg(more: str, text: str = "Hi") -> str:
    return f"<sendmsg>{TRIPLE}{TO}<text>{text}</text>{more}</sendmsg>"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (f"<req_feat>{2**31 - 1}</req_feat>", None),
        (f"<req_feat>{2**31}</req_feat>", 101),
        (f"<req_feat>{10**23}</req_feat>", 101),
        (f"<concat>{'9' * 5000}</concat>", 101),
        ("<concat>3.5</concat>", 101),
        (f"<deliv_time>-{2**31}</deliv_time>", 120),
        ("<max_credits>1e300</max_credits>", None),
        ("<max_credits>-1e300</max_credits>", 101),
        ("<max_credits>INF</max_credits>", 101),
        ("<max_credits>NaN</max_credits>", 101),
        ("<from>a&#10;b</from>", 106),
        ("<from>&#13;</from>", 106),
        ("<from>   </from>", 106),
        ("<from>\U0001f600</from>", 106),
        (f"<cliMsgId>{'a' * 33}</cliMsgId>", 101),
        ("<cliMsgId>é</cliMsgId>", 101),
        (f"<udh>{'00' * 400_000}</udh><data>00</data>", 102),
    ],
)
def test_values_beyond_all_bounds(
    sandbox: Sandbox, more: str, expected: int | None
) -> None:
    assert code(sandbox, sendmsg(more)) == expected


@pytest.mark.parametrize("kind", ["", "SMS_NOKIA_VCARD", "SMS_NOKIA_RTTL", "SMS_FLASH"])
@pytest.mark.parametrize("text", ["a" * 900_000, "8c," * 300_000, "00" * 400_000])
def test_texts_beyond_all_bounds(sandbox: Sandbox, kind: str, text: str) -> None:
    more = f"<msg_type>{kind}</msg_type><concat>99</concat>"
    assert code(sandbox, sendmsg(more, text)) == 113


@pytest.mark.parametrize("path", PATHS)
def test_more_recipients_than_a_call_may_have(sandbox: Sandbox, path: str) -> None:
    many = [NUMBER] * 20_000
    tag = "to" if path == PATHS[3] else "item"
    to = "".join(f"<{tag}>{number}</{tag}>" for number in many)
    to = to if tag == "to" else f"<to>{to}</to>"
    call = f"<sendmsg>{TRIPLE}{to}<text>Hi</text></sendmsg>"
    assert code(sandbox, call, path) == 101
    assert sandbox.gateway.getbalance(DEMO).amount == 1000


def test_a_template_does_not_explode(sandbox: Sandbox) -> None:
    """A hundred thousand placeholders, each of which a hundred thousand characters take."""
    common = Submission(text="#field1#" * 100_000, concat=35)
    batch = f"<batch_id>{sandbox.gateway.startbatch(DEMO, common).id}</batch_id>"
    item = f"<senditem>{TRIPLE}{batch}{TO}<field1>{{}}</field1></senditem>"
    assert code(sandbox, item.format("a" * 100_000)) == 113
    assert code(sandbox, item.format("")) == 107


def test_the_smallest_bound_is_no_missing_bound(sandbox: Sandbox) -> None:
    more = "<max_credits>0.0000001</max_credits><deliv_time>10</deliv_time>"
    _, _, body = sandbox.post(PATHS[0], envelope(sendmsg(more)))
    (reply,) = [e.text or "" for e in etree.fromstring(body)[0][0].iter() if not len(e)]
    accepted = parse(reply)
    assert isinstance(accepted, MessageId)
    sandbox.clock.turn(minutes=11)
    assert sandbox.gateway.querymsg(DEMO, accepted.id)[0].status == 9


@pytest.mark.parametrize("created", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_dates_at_the_ends_of_the_calendar(sandbox: Sandbox, created: str) -> None:
    indication = "<si_id>1</si_id><si_url>http://a</si_url><si_text>x</si_text>"
    dates = f"<si_created>{created}</si_created><si_expires>{created}</si_expires>"
    call = f"<si_push>{TRIPLE}{TO}{indication}{dates}</si_push>"
    assert code(sandbox, call) is None


# ------------------------------------------------------------------------------- handsets


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("a" * 160, [160]),
        ("a" * 152 + "€" + "b" * 10, [152, 11]),
        ("漢" * 70, [70]),
        ("漢" * 71, [67, 4]),
        ("€" * 35 * 76, [76] * 35),
    ],
)
def test_long_incoming_messages_are_counted_as_outgoing_ones(
    sandbox: Sandbox, text: str, lengths: list[int]
) -> None:
    ids = sandbox.gateway.receive(NUMBER, RENTED, text)
    with sandbox.gateway.store.transaction():
        parts = sandbox.gateway.store.newest_incoming(len(ids))
    assert [len(part.text) for part in reversed(parts)] == lengths


@pytest.mark.parametrize(
    ("sender", "recipient", "text"),
    [
        ("12", RENTED, "Hi"),
        ("<b>", RENTED, "Hi"),
        (NUMBER, "", "Hi"),
        (NUMBER, "javascript:x", "Hi"),
        (NUMBER, "1" * 17, "Hi"),
        (NUMBER, RENTED, ""),
        (NUMBER, RENTED, "\x00"),
        (NUMBER, RENTED, "a\x1bb"),
        (NUMBER, RENTED, "\ufffe"),
        (NUMBER, RENTED, "\ud800"),
        (NUMBER, RENTED, "€" * (35 * 76 + 1)),
        (NUMBER, RENTED, "漢" * (35 * 67 + 1)),
        (NUMBER, RENTED, "a" * 1_000_000),
    ],
)
def test_what_no_handset_sends(
    sandbox: Sandbox, sender: str, recipient: str, text: str
) -> None:
    with pytest.raises(ValueError, match="number|text") as raised:
        sandbox.gateway.receive(sender, recipient, text)
    assert len(str(raised.value)) < 100


# ----------------------------------------------------------------------------------- time


def test_the_clock_stops_before_calendars_do(sandbox: Sandbox) -> None:
    clock = RunningClock(LATEST - 1, 1_000_000)
    clock.turn(1e300)
    assert clock() == LATEST
    with pytest.raises(ValueError, match="only turned forward"):
        clock.turn(-1)
    store = Store()
    store.begin_run(0.0, 1_000_000)
    assert store.begin_run(1_000_000_000.0, 1).gateway_time == LATEST
    store.close()
    sandbox.clock.time = LATEST
    sandbox.gateway.sendmsg(DEMO, Submission(to=[NUMBER], text="x", deliver_after=9999))
    sandbox.gateway.receive(NUMBER, RENTED, "Hi")
    for page in ("/inbox", "/inbox/incoming"):
        assert sandbox.post(page, b"", None, method="GET")[0] == 200


# --------------------------------------------------------------------------------- memory


def test_the_log_of_calls_is_bounded_in_bytes(sandbox: Sandbox) -> None:
    for number in range(40):
        call = f"<ping><session_id>{number}{' ' * 1_000_000}</session_id></ping>"
        sandbox.post(PATHS[0], envelope(call))
    page: Any = sandbox.post("/inbox/calls", b"", None, method="GET")[2]
    assert 10 <= page.count(b"/inbox/calls/") - 1 <= 34
