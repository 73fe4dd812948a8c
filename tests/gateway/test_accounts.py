"""Several accounts on one gateway, and what they do not share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path

import pytest
from sandboxes import Clock

from soapwright_clickatell.sandbox.config.settings_file import (
    SettingsError,
    read_settings,
)
from soapwright_clickatell.sandbox.engine.gateway import Gateway
from soapwright_clickatell.sandbox.records.accounts import Account, Credentials
from soapwright_clickatell.sandbox.records.callbacks import Destination
from soapwright_clickatell.sandbox.records.messages import Submission
from soapwright_clickatell.sandbox.records.settings import Route, Settings
from soapwright_clickatell.sandbox.state.store import Store
from soapwright_clickatell.vendor.codes import ErrorCode
from soapwright_clickatell.vendor.replies import GatewayError, MessageId, Reply

NUMBER = "27831234567"
FIRST = Account("one", "secret", 1, status_callback=Destination("http://127.0.0.1:1/"))
SECOND = Account(
    *("two", "secret", 2),
    daily_limit=2,
    senders=("Two",),
    two_way=("27999000224",),
    vouchers=False,
    dial_prefix="44",
    networks=(ip_network("10.0.0.0/8"),),
)
FROZEN = Account("three", "secret", 3, frozen=True)


@dataclass
class Box:
    gateway: Gateway
    clock: Clock

    def send(self, account: Account, **more: object) -> Reply:
        given = {"to": [NUMBER], "text": "Hello", **more}
        (reply,) = self.gateway.sendmsg(
            credentials(account), Submission(**given)  # type: ignore[arg-type]  # each test's own
        )
        return reply


def credentials(account: Account, **more: str) -> Credentials:
    return Credentials(
        api_id=account.api_id, user=account.user, password=account.password, **more
    )


@pytest.fixture
def box() -> Iterator[Box]:
    store, clock = Store(), Clock()
    settings = Settings(account=FIRST, more_accounts=(SECOND, FROZEN))
    gateway = Gateway(store, credits=Decimal(10), clock=clock, settings=settings)
    yield Box(gateway, clock)
    store.close()


def refused(code: ErrorCode) -> pytest.RaisesExc[GatewayError]:
    return pytest.raises(GatewayError, match=f"^ERR: {code:03d}, ")


def test_credits_messages_and_sessions_are_an_accounts_own(box: Box) -> None:
    gateway = box.gateway
    sent = box.send(FIRST)
    assert isinstance(sent, MessageId)
    assert gateway.getbalance(credentials(FIRST)).amount == 9
    assert gateway.getbalance(credentials(SECOND)).amount == 10
    with refused(ErrorCode.UNKNOWN_MESSAGE_ID):
        gateway.querymsg(credentials(SECOND), sent.id)
    opened = gateway.auth(credentials(FIRST)).value or ""
    by_session = Credentials(session_id=opened)
    assert gateway.querymsg(by_session, sent.id)[0].id == sent.id
    batch = gateway.startbatch(by_session, Submission(text="x")).id
    with refused(ErrorCode.INVALID_BATCH_ID):
        gateway.quicksend(credentials(SECOND), batch, [NUMBER])
    with refused(ErrorCode.ACCOUNT_FROZEN):
        gateway.getbalance(credentials(FROZEN))
    mixed = Credentials(api_id=FIRST.api_id, user="two", password="secret")
    with refused(ErrorCode.INVALID_API_ID):
        gateway.getbalance(mixed)


def test_each_has_its_limits(box: Box) -> None:
    assert isinstance(box.send(SECOND, to=["0831234567"]), MessageId)
    assert "105" in str(box.send(FIRST, to=["0831234567"]))
    assert isinstance(box.send(SECOND), MessageId)
    assert "130" in str(box.send(SECOND))
    assert isinstance(box.send(FIRST), MessageId)
    with refused(ErrorCode.INVALID_SENDER_ID):
        box.send(SECOND, sender="One")
    assert isinstance(box.send(FIRST, sender="One"), MessageId)
    token = "1111222233334444"
    with refused(ErrorCode.TOKEN_GENERATION):
        box.gateway.token_pay(credentials(SECOND), token)
    assert str(box.gateway.token_pay(credentials(FIRST), token)) == "OK: 605"
    with refused(ErrorCode.IP_LOCKDOWN):
        box.gateway.getbalance(credentials(SECOND, address="192.0.2.1"))
    box.gateway.getbalance(credentials(FIRST, address="192.0.2.1"))
    box.gateway.getbalance(credentials(SECOND, address="10.1.1.1"))


def test_a_day_has_its_limit_and_the_next_one_anew(box: Box) -> None:
    """Delayed messages count on the day on which they are sent on, cancelled ones never."""
    later = box.send(SECOND, deliver_after=60)
    stopped = box.send(SECOND, deliver_after=60)
    assert isinstance(later, MessageId) and isinstance(stopped, MessageId)
    box.gateway.delmsg(credentials(SECOND), stopped.id)
    assert isinstance(box.send(SECOND), MessageId)
    box.clock.turn(minutes=61)
    assert "130" in str(box.send(SECOND))
    status = box.gateway.querymsg(credentials(SECOND), later.id)[0].status
    assert status == 4
    box.clock.turn(minutes=24 * 60)
    assert isinstance(box.send(SECOND), MessageId)


def test_incoming_messages_reach_who_rents_the_number(box: Box) -> None:
    gateway = box.gateway
    gateway.receive(NUMBER, "27999000224", "STOP")
    gateway.receive(NUMBER, "12345", "Hello")
    gateway.receive(NUMBER, "12345", "Hello again", "two")
    with gateway.store.transaction():
        assert [one.user for one in gateway.store.newest_incoming(9)] == [
            *("two", "one", "two")
        ]
    with pytest.raises(ValueError, match="no account 'nobody'"):
        gateway.receive(NUMBER, "12345", "Hello", "nobody")
    box.clock.turn(minutes=6 * 60 + 1)
    assert "122" in str(box.send(SECOND))
    assert isinstance(box.send(FIRST), MessageId)


@pytest.mark.parametrize("word", ["START", " start ", "Unstop"])
def test_start_lifts_stop(box: Box, word: str) -> None:
    gateway = box.gateway
    gateway.receive(NUMBER, "27999000224", "stop")
    box.clock.turn(minutes=6 * 60 + 1)
    assert "122" in str(box.send(SECOND))
    gateway.receive(NUMBER, "27999000224", word)
    assert isinstance(box.send(SECOND), MessageId)
    box.clock.turn(minutes=2 * 24 * 60)
    assert isinstance(box.send(SECOND), MessageId)
    box.clock.turn(seconds=1)
    gateway.receive(NUMBER, "27999000224", "stop")
    gateway.receive(NUMBER, "27999000224", "Hi")  # no wish
    box.clock.turn(minutes=6 * 60 + 1)
    assert "122" in str(box.send(SECOND))
    with gateway.store.transaction():
        wishes = [one.wish for one in gateway.store.newest_incoming(4)]
    assert wishes == ["", "stop", "start", "stop"]


SEVERAL = """
[[account]]
user = "one"
password = "a"
api_id = 1
reroute_after = 5
[account.status_callback]
url = "http://127.0.0.1:9000/one"

[[account]]
user = "two"
password = "b"
api_id = 2
[account.status_callback]
url = "http://127.0.0.1:9000/two"
"""


def test_several_accounts_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(SEVERAL)
    settings = read_settings(file)
    assert [one.user for one in settings.accounts] == ["one", "two"]
    assert settings.account.reroute_after == 300
    urls = [
        one.status_callback and one.status_callback.url for one in settings.accounts
    ]
    assert urls == ["http://127.0.0.1:9000/one", "http://127.0.0.1:9000/two"]


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("account = []", ["1: error: account: a table is wanted"]),
        ("account = 1", ["1: error: account: a table is wanted"]),
        (SEVERAL.replace("two", "one"), ["11: error: two accounts have one user"]),
        (SEVERAL + "nosie = 1", ["16: error: account.status_callback.nosie is not "]),
        (
            '[[account]]\nuser = "a"\n[[account]]\nreroute_after = -1',
            [
                "1: error: account.api_id is missing: there are several",
                "1: error: account.password is missing: there are several",
                "3: error: account.api_id is missing: there are several",
                "3: error: account.password is missing: there are several",
                "3: error: account.user is missing: there are several",
                "4: error: account.reroute_after: a number from 0 to",
            ],
        ),
    ],
)
def test_mistakes_about_accounts(
    tmp_path: Path, text: str, mistakes: list[str]
) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as raised:
        read_settings(file)
    found = [line.removeprefix(f"{file}:") for line in str(raised.value).splitlines()]
    assert len(found) == len(mistakes)
    for line, mistake in zip(found, mistakes, strict=True):
        assert line.startswith(mistake)


def test_a_message_costs_the_same_however_many_there_are() -> None:
    """SQLite's instructions for a message, with every limit set: time would tell of the machine."""
    limited = Account(
        *("one", "secret", 1),
        daily_limit=10**6,
        max_credits=Decimal(3),
        senders=("Shop",),
        two_way=("27999000224",),
    )
    routes = Route("cheap", Decimal("0.5"), rate=1e6), Route("dear", Decimal(2))
    store, clock = Store(), Clock()
    settings = Settings(account=limited, routes=routes)
    gateway = Gateway(store, credits=Decimal(10**6), clock=clock, settings=settings)
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    def cost(messages: int) -> float:
        """Instructions of the last hundred messages."""
        for number in range(messages // 100):
            nonlocal steps
            steps = 0
            to = [f"2783{100 * number + n:07d}" for n in range(100)]
            gateway.sendmsg(
                credentials(limited), Submission(to=to, text="Hello", sender="Shop")
            )
            clock.turn(seconds=10)
            gateway.advance()
        return steps

    store._db.set_progress_handler(count, 10)
    few = cost(300)
    assert cost(6000) < 1.2 * few
    store.close()
