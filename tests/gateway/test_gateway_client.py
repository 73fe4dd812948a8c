"""The client layer against the sandbox: sessions, fates, bulk sending, crashes, lost answers."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sandboxes import Sandbox, listening

from soapwright_clickatell.client import (
    AsyncClickatell,
    Clickatell,
    NoAnswer,
    Options,
    Recipient,
    Recovery,
)
from soapwright_clickatell.client.driving import replies
from soapwright_clickatell.client.fates import fates
from soapwright_clickatell.client import JournalError
from soapwright_clickatell.codes import ErrorCode, MessageStatus
from soapwright_clickatell.features import Callbacks, Priority, RequiredFeatures
from soapwright_clickatell.outcomes import Accepted, NotSent, Outcome, Refused, Unknown
from soapwright_clickatell.outgoing import Text, Unicode
from soapwright_clickatell.services import clickatell
from soapwright_clickatell.vendor.replies import GatewayError, Refusal

PATH = "/soap/webservice.php"
ROOT = Path(__file__).parents[2]
NUMBER = "27831234567"
ACCOUNT = "demo", "demo", 1234
QUICK = Recovery(settle=0.01, patience=5, shortest=0.01, longest=0.1)
NUMBERS = [f"2783{n:07d}" for n in range(1000)]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with listening(credits=100_000) as made:
        yield made


@pytest.fixture
def sms(sandbox: Sandbox) -> Iterator[Clickatell]:
    with Clickatell(*ACCOUNT, endpoint=sandbox.url + PATH) as made:
        yield made


class Flaky:
    """A transport that loses some requests before they arrive, or the replies to them."""

    def __init__(self, *, requests: int = 0, replies: int = 0, every: str = "") -> None:
        self._transport = clickatell.HttpTransport()
        self.lost_requests, self.lost_replies = requests, replies
        self._lock = threading.Lock()
        self._only = every.encode()
        self.sent = 0

    def send(self, request: Any) -> Any:
        with self._lock:
            meant = b"<tns:sendmsg" in request.body or b"<tns:senditem" in request.body
            self.sent += meant
            lose_request = meant and self.lost_requests > 0
            self.lost_requests -= lose_request
            lose_reply = meant and not lose_request and self.lost_replies > 0
            self.lost_replies -= lose_reply
        if lose_request:
            raise clickatell.errors.TransportError("the request is lost")
        reply = self._transport.send(request)
        if lose_reply:
            raise clickatell.errors.TransportError("the reply is lost")
        return reply

    def close(self) -> None:
        self._transport.close()


@contextmanager
def flaky(sandbox: Sandbox, transport: Flaky) -> Iterator[Clickatell]:
    client = clickatell.Client(endpoint=sandbox.url + PATH, transport=transport)
    try:
        yield Clickatell(*ACCOUNT, client=client, recovery=QUICK)
    finally:
        transport.close()


def count(sandbox: Sandbox) -> int:
    with sandbox.gateway.store.transaction():
        return len(sandbox.gateway.store.newest_messages("demo", 10**6))


# ------------------------------------------------------------------------------- one by one


def test_a_message_and_what_becomes_of_it(sandbox: Sandbox, sms: Clickatell) -> None:
    sent = sms.send("Hello", "+27 (83) 123-4567")
    assert sent == Accepted(NUMBER, sent.id)
    (status,) = sms.status(sent.id)
    assert status.status is MessageStatus.DELIVERED_TO_GATEWAY
    sandbox.clock.turn(seconds=10)
    assert sms.charge(sent.id).charge == 1
    assert sms.charge(sent.id).status is MessageStatus.RECEIVED
    assert sms.balance() == 99_999


def test_each_number_has_its_fate(sms: Clickatell) -> None:
    first, bad, last = sms.send(Text("Hi"), [NUMBER, "12", "27999112345"])
    assert isinstance(first, Accepted) and isinstance(last, Accepted)
    assert bad == Refused("12", Refusal.of(ErrorCode.INVALID_DESTINATION, "12"))
    assert bad.code is ErrorCode.INVALID_DESTINATION
    assert bad.error.code == 105 and not bad.is_retryable
    for to in (NUMBER, [NUMBER], [NUMBER, NUMBER]):  # the whole call
        with pytest.raises(GatewayError) as caught:
            sms.send(Text("Hi"), to, Options(sender="much too long"))
        assert caught.value.code is ErrorCode.INVALID_SOURCE
    with pytest.raises(GatewayError, match="105"):
        sms.send("Hi", "12")
    assert isinstance(sms.send("Hi", ["12"])[0], Refused)
    for wrong in ([], ["1"] * 301):
        with pytest.raises(ValueError, match="1 to 300"):
            sms.send(Text("Hi"), wrong)


def test_options(sandbox: Sandbox, sms: Clickatell) -> None:
    options = Options(
        sender="Shop",
        delay=30,
        validity=60,
        callbacks=Callbacks.FINAL | Callbacks.ERROR,
        features=RequiredFeatures.ALPHANUMERIC_SENDER,
        priority=Priority.HIGH,
        escalate=True,
        max_credits=Decimal("1.5"),
        receipt=True,
        two_way=True,
    )
    sent = sms.send(Text("Later"), NUMBER, options, client_id="mine")
    with sandbox.gateway.store.transaction():
        message = sandbox.gateway.store.message("demo", sent.id)
    assert message is not None
    assert (message.sender, message.queue, message.callbacks) == ("Shop", 1, 6)
    assert message.escalate and message.max_credits == Decimal("1.5")
    assert message.expires - message.accepted == 90 * 60
    (stopped,) = sms.stop(client_id="mine")
    assert stopped.status is MessageStatus.CANCELLED
    with pytest.raises(GatewayError) as caught:
        sms.status(client_id="nobody")
    assert caught.value.code is ErrorCode.UNKNOWN_CLIENT_ID


def test_sessions_are_renewed(sandbox: Sandbox, sms: Clickatell) -> None:
    for minutes in (0, 16, 24 * 60 + 16):  # expired, then forgotten: 003 and 001
        sandbox.clock.turn(minutes=minutes)
        assert isinstance(sms.send(Text("Hi"), NUMBER), Accepted)
    with Clickatell("demo", "wrong", 1234, endpoint=sandbox.url + PATH) as other:
        with pytest.raises(GatewayError) as caught:
            other.balance()
        assert caught.value.code is ErrorCode.AUTHENTICATION_FAILED


def test_coverage_vouchers_batches(sms: Clickatell) -> None:
    covered = sms.coverage(NUMBER)
    assert covered.routed and covered.charge == 1
    assert not sms.coverage("0").routed
    sms.redeem("1111222233334444")
    assert sms.balance() == 100_010
    with pytest.raises(GatewayError):
        sms.redeem("1111222233334444")
    batch = sms.start_batch(Text("Hi #field1#"))
    assert isinstance(sms.send_item(batch, NUMBER, ["Joe"]), Accepted)
    assert isinstance(sms.send_item(batch, [NUMBER, NUMBER])[0], Accepted)
    sms.end_batch(batch)
    for to in (NUMBER, [NUMBER, NUMBER]):
        with pytest.raises(GatewayError, match="201"):
            sms.send_item(batch, to)
    with pytest.raises(ValueError, match="4 values"):
        sms.send_item(batch, NUMBER, ["x"] * 5)


@pytest.mark.parametrize(
    ("told", "types"),
    [
        (["ERR: 301, No credit left"], [Refused, Refused]),
        (["ERR: 105, Invalid destination address To: 12"], [Unknown, Unknown]),
        (["ERR: 105, No To: 12", "ID: a To: 27"], [Refused, Accepted]),
        (["ERR: 105, No", "ID: a"], [Refused, Accepted]),
        (["ERR: 105, No To: 12\nID: a To: 27"], [Refused, Accepted]),
        (["ID: a To: 12\r\n ERR:114, No"], [Accepted, Refused]),
        (["ID: a", "ID: b", "ID: c"], [Unknown, Unknown]),
        (["ID: a"], [Unknown, Unknown]),
        ([], [Unknown, Unknown]),
        (["OK", "Hello"], [Unknown, Unknown]),
    ],
)
def test_each_numbers_fate_in_all_forms(told: list[str], types: list[type]) -> None:
    fates_of = fates(["12", "27"], replies(told))
    assert [fate.to for fate in fates_of] == ["12", "27"]
    assert [type(fate) for fate in fates_of] == types


def test_how_things_look(sms: Clickatell) -> None:
    assert "Account('demo', ***, 1234)" in repr(sms) and sms._client.endpoint in repr(
        sms
    )
    with Clickatell(*ACCOUNT, endpoint="http://me:hunter2@127.0.0.1/") as other:
        assert "hunter2" not in repr(other) and "127.0.0.1" in repr(other)
    (fate,) = sms.send(Text("Hi"), ["12"])
    assert "INVALID_DESTINATION" in repr(fate)
    assert isinstance(fate, Refused)
    assert str(fate.error).startswith("ERR: 105, Invalid destination address")
    for wrong in ("Hi\x00", "Hi \ud800"):
        with pytest.raises(ValueError):
            sms.send(Unicode("\ud800"), wrong)
    with pytest.raises(ValueError, match="is not allowed in XML"):
        sms.send(Text("Hi"), NUMBER, Options(sender="\x00"))
    assert Options(max_credits=1.5).arguments() == {"max_credits": 1.5}  # type: ignore[arg-type]  # as people write it


# --------------------------------------------------------------------------- lost answers


@pytest.mark.parametrize("lost", [{"replies": 1}, {"requests": 1}, {"requests": 2}])
def test_a_lost_answer_sends_nothing_twice(
    sandbox: Sandbox, lost: dict[str, int]
) -> None:
    transport = Flaky(**lost)
    with flaky(sandbox, transport) as sms:
        sent = sms.send(Text("Once"), NUMBER)
        assert sms.status(sent.id)[0].id == sent.id
    assert count(sandbox) == 1
    assert transport.sent == 1 + lost.get("requests", 0)


def test_who_was_taken_is_not_guessed(sandbox: Sandbox) -> None:
    with flaky(sandbox, Flaky(replies=1)) as sms:
        fates = sms.send(Text("Once"), [NUMBER, "12"])
    assert [type(fate) for fate in fates] == [Unknown, Unknown]
    assert count(sandbox) == 1


def test_a_reply_that_nobody_documents_leaves_its_number_unknown(
    sandbox: Sandbox,
) -> None:
    class Garbling(Flaky):
        def send(self, request: Any) -> Any:
            reply = super().send(request)
            garbled = reply.body.replace(b"ID: ", b"Hello ", 1)
            return type(reply)(reply.status, reply.headers, garbled)

    with flaky(sandbox, Garbling()) as sms:
        fates = sms.send(Text("Hi"), [NUMBER, "27999112345"])
    assert [type(fate) for fate in fates] == [Unknown, Accepted]
    assert not fates[0].is_retryable


def test_nothing_is_sent_to_a_gateway_that_is_gone() -> None:
    with listening() as sandbox:
        endpoint = sandbox.url + PATH
        impatient = Recovery(settle=0.01, patience=0.05, shortest=0.02, longest=0.02)
        sms = Clickatell(*ACCOUNT, endpoint=endpoint, recovery=impatient)
        sms.balance()
    with sms:
        (fate,) = sms.send(Text("Hi"), [NUMBER])
        # A connection that was kept breaks, and may have carried it; a new one does not.
        assert isinstance(fate, Unknown) and fate.is_retryable
        (fate,) = sms.send(Text("Hi"), [NUMBER])
        assert isinstance(fate, NotSent) and fate.is_retryable
        with pytest.raises(NoAnswer) as caught:
            sms.send(Text("Hi"), NUMBER)
        assert caught.value.sent is False
        with pytest.raises(NoAnswer):
            sms.balance()


def test_an_item_without_an_answer_is_unknown_and_not_repeated(
    sandbox: Sandbox,
) -> None:
    transport = Flaky(replies=1)
    with flaky(sandbox, transport) as sms:
        fates = sms.send_many(
            Text("Hi #field1#"), {n: [n[-3:]] for n in NUMBERS[:5]}, concurrency=1
        )
    assert sum(isinstance(fate, Unknown) for fate in fates) == 1
    assert count(sandbox) == 5 == transport.sent


# ------------------------------------------------------------------------------------ bulk


def test_many_go_in_calls_of_300(sandbox: Sandbox) -> None:
    transport = Flaky()
    told: list[tuple[int, int]] = []
    with flaky(sandbox, transport) as sms:
        to = [*NUMBERS[:700], "12"]
        fates = sms.send_many(
            Text("Hi"), to, progress=lambda done, total: told.append((done, total))
        )
    assert transport.sent == 3
    assert [fate.to for fate in fates] == to
    assert [type(fate) for fate in fates] == [Accepted] * 700 + [Refused]
    assert sorted(told)[-1] == (701, 701) and len(told) == 3


def test_values_are_merged_by_the_gateway(sandbox: Sandbox, sms: Clickatell) -> None:
    to = [Recipient(n, (f"no. {i % 3}", "x")) for i, n in enumerate(NUMBERS[:10])]
    fates = sms.send_many(Text("Hi #field1##field2#"), to)
    for number, fate in enumerate(fates):
        assert isinstance(fate, Accepted) and fate.to == NUMBERS[number]
        with sandbox.gateway.store.transaction():
            message = sandbox.gateway.store.message("demo", fate.id)
        assert message is not None and message.text == f"Hi no. {number % 3}x"
        assert message.recipient == fate.to


def test_a_template_that_is_refused(sms: Clickatell) -> None:
    wrong = Options(sender="much too long")
    with pytest.raises(GatewayError):
        sms.send_many(Text("#field1#"), {NUMBER: ["x"]}, wrong)


def test_the_asynchronous_client(sandbox: Sandbox, tmp_path: Path) -> None:
    async def story() -> None:
        async with AsyncClickatell(*ACCOUNT, endpoint=sandbox.url + PATH) as sms:
            journal = tmp_path / "journal"
            fates = await sms.send_many(Text("Hi"), NUMBERS, journal=journal)
            again = await sms.send_many(Text("Hi"), NUMBERS, journal=journal)
            assert fates == again and {type(fate) for fate in fates} == {Accepted}
            sent = await sms.send(Text("Hi"), NUMBER, Options(delay=5))
            assert (await sms.status(sent.id))[0].status == 11
            assert (await sms.stop(sent.id))[0].status == 6
            assert (await sms.charge(sent.id)).charge == 0
            assert (await sms.coverage(NUMBER)).routed
            await sms.redeem("1111222233334444")
            assert await sms.balance() == 99_010
            batch = await sms.start_batch(Text("Hi"))
            await sms.send_item(batch, NUMBER)
            await sms.end_batch(batch)
            with pytest.raises(GatewayError):
                await sms.end_batch(batch)

    asyncio.run(story())


# ------------------------------------------------------------------------------- the journal


class Crash(BaseException):
    """The process ends here."""


def test_after_a_crash_a_sending_goes_on_and_sends_nothing_twice(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"

    def crash(done: int, total: int) -> None:
        if done >= 600:
            raise Crash

    with flaky(sandbox, Flaky()) as sms:
        with pytest.raises(Crash):
            sms.send_many(
                Text("Hi"), NUMBERS, concurrency=1, progress=crash, journal=journal
            )
    lines = journal.read_bytes().split(b"\n")
    done = [line for line in lines if line.startswith(b'{"done": 1,')]
    assert len(done) == 1
    # The crash came between the reply and its record, and tore the line that was being written.
    left = [line for line in lines if line and line not in done]
    journal.write_bytes(b"\n".join([*left, done[0][:20]]))
    with flaky(sandbox, Flaky()) as sms:
        fates = sms.send_many(Text("Hi"), NUMBERS, journal=journal)
        assert {type(fate) for fate in fates} == {Accepted}
        assert count(sandbox) == 1000
        assert sms.send_many(Text("Hi"), NUMBERS, journal=journal) == fates
        with pytest.raises(JournalError, match="another"):
            sms.send_many(Text("Ho"), NUMBERS, journal=journal)
    assert count(sandbox) == 1000


def test_items_that_a_crash_interrupted_are_unknown(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    to = {n: [n] for n in NUMBERS[:3]}
    with flaky(sandbox, Flaky()) as sms:
        sms.send_many(Text("#field1#"), to, concurrency=1, journal=journal)
        lines = journal.read_bytes().split(b"\n")
        journal.write_bytes(b"\n".join([*lines[:-2], b""]))
        fates = sms.send_many(Text("#field1#"), to, concurrency=1, journal=journal)
    assert [type(fate) for fate in fates] == [Accepted, Accepted, Unknown]
    assert count(sandbox) == 3


@pytest.mark.parametrize("content", [b"x\n", b"[]\n", b'{"job": "x"}\n'])
def test_what_is_no_journal_is_left_alone(
    sms: Clickatell, tmp_path: Path, content: bytes
) -> None:
    journal = tmp_path / "journal"
    journal.write_bytes(content)
    with pytest.raises(JournalError, match="journal"):
        sms.send_many(Text("Hi"), [NUMBER], journal=journal)
    assert journal.read_bytes() == content


# ------------------------------------------------------------------------ kill and restart


class Mortal:
    """A sandbox with a state file, which can be killed and is started again on the same port."""

    def __init__(self, state: Path) -> None:
        command = [
            sys.executable,
            "-m",
            "soapwright_clickatell",
            "sandbox",
            "--state",
            str(state),
        ]
        self._command = [*command, "--credits", "10000000", "--port"]
        self.state = state
        self.kills = 0
        self._start("0")

    def _start(self, port: str) -> None:
        self._process = subprocess.Popen(
            [*self._command, port],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def kill(self) -> None:
        self.end()
        self.kills += 1
        self._start(self.url.rpartition(":")[2])

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def messages(self) -> tuple[int, int]:
        """How many there are, and to how many numbers."""
        db = sqlite3.connect(self.state)
        counted = db.execute("SELECT count(*), count(DISTINCT recipient) FROM message")
        one, other = counted.fetchone()
        db.close()
        return int(one), int(other)


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Mortal]:
    made = Mortal(tmp_path / "state")
    try:
        yield made
    finally:
        made.end()


PATIENT = Recovery(settle=0.2, patience=60, shortest=0.05, longest=0.5)


def test_single_messages_outlive_a_gateway_that_is_killed(mortal: Mortal) -> None:
    fates: list[Outcome] = []
    lock = threading.Lock()

    def work(numbers: list[str]) -> None:
        for number in numbers:
            fate = sms.send(Text("Hi"), number)
            with lock:
                fates.append(fate)
                if len(fates) in (20, 50, 80):
                    mortal.kill()

    with Clickatell(*ACCOUNT, endpoint=mortal.url + PATH, recovery=PATIENT) as sms:
        threads = [
            threading.Thread(target=work, args=(NUMBERS[at:100:4],)) for at in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sms.balance() == 10_000_000 - 100
    assert mortal.kills == 3
    assert {type(fate) for fate in fates} == {Accepted}
    assert sorted(fate.to for fate in fates) == NUMBERS[:100]
    assert mortal.messages() == (100, 100)


def test_many_messages_outlive_a_gateway_that_is_killed(mortal: Mortal) -> None:
    """`MESSAGES=100000` in the environment makes it as many."""
    count = int(os.environ.get("MESSAGES", 6000))
    numbers = [f"2783{n:07d}" for n in range(count)]
    deaths = [count // 4, count // 2, 3 * count // 4]

    def progress(done: int, total: int) -> None:
        while deaths and done >= deaths[0]:
            deaths.pop(0)
            mortal.kill()

    with Clickatell(*ACCOUNT, endpoint=mortal.url + PATH, recovery=PATIENT) as sms:
        fates = sms.send_many(Text("Hi"), numbers, progress=progress)
    assert mortal.kills == 3
    assert [fate.to for fate in fates] == numbers
    assert len({fate.id for fate in fates if isinstance(fate, Accepted)}) == count
    assert mortal.messages() == (count, count)
