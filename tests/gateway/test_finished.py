"""A bulk sending is finished when each recipient has a final fate, whatever happens on the way."""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from fakes import AsyncFakeGateway, FakeGateway, lost
from randomness import seeds

from soapwright_clickatell.client import (
    AsyncClickatell,
    Clickatell,
    FileLedger,
    GatewayError,
    JournalError,
    NoAnswer,
    RateLimiter,
    Recipient,
    Recovery,
    chunks,
)
from soapwright_clickatell.outcomes import Accepted, NotSent, Outcome, Refused, Unknown
from soapwright_clickatell.outgoing import Text, Unicode
from soapwright_clickatell.services.clickatell.errors import TransportError

ACCOUNT = "demo", "demo", 1234
QUICK = Recovery(
    settle=0.002, patience=0.02, shortest=0.001, longest=0.005, attempts=5, repeats=2
)
NUMBERS = [f"2783{n:07d}" for n in range(2000)]
PLAIN = Text("Hi")


class Crash(BaseException):
    """The process ends here."""


def refused(*_: object) -> None:
    """The connection is refused: nothing has gone out."""
    raise TransportError("connection refused", sent=False)


class Metered(FakeGateway):
    """A gateway where each message costs a credit, and some calls get 901."""

    def __init__(self, credits: int, fault: Any = lambda method, after: None) -> None:
        super().__init__(fault)
        self.credits = credits
        self.fails: Callable[[], bool] = lambda: False
        self.partly_lost: set[str] = set()
        """The numbers of calls of which only some were taken."""

    def _sendmsg(
        self, to: list[str], text: str, cli_msg_id: str, unicode: int = 0, **_: object
    ) -> list[str]:
        if self.fails():
            return ["ERR: 901, Internal error"]
        able = to[: self.credits]
        self.credits -= len(able)
        if 0 < len(able) < len(to):
            self.partly_lost.update(to)
        replies = []
        if able:
            replies = super()._sendmsg(able, text, cli_msg_id, unicode)
        if len(able) == 1 < len(to):
            replies = [f"{replies[0]} To: {able[0]}"]
        return replies + [
            "ERR: 301, No credit left" + (f" To: {one}" if len(to) > 1 else "")
            for one in to[len(able) :]
        ]


class AsyncMetered(Metered, AsyncFakeGateway):
    """The same for the asynchronous client."""


def send_many(gateway: FakeGateway, to: Any, **how: Any) -> list[Outcome]:
    """By the client that the gateway is for."""
    message = how.pop("message", PLAIN)
    recovery = how.pop("recovery", QUICK)
    if not isinstance(gateway, AsyncFakeGateway):
        sms = Clickatell(*ACCOUNT, client=gateway, recovery=recovery)
        return sms.send_many(message, to, **how)
    waiting = AsyncClickatell(*ACCOUNT, client=gateway, recovery=recovery)
    return asyncio.run(waiting.send_many(message, to, **how))


def kinds(fates: Sequence[Outcome]) -> dict[str, int]:
    names = [type(fate).__name__ for fate in fates]
    return {name: names.count(name) for name in sorted(set(names))}


# ------------------------------------------------------------------------ what is repeated


@pytest.mark.parametrize("kind", [Metered, AsyncMetered])
def test_after_301_the_rest_is_sent_when_there_is_credit(
    kind: type[Metered], tmp_path: Path
) -> None:
    gateway, journal = kind(700), tmp_path / "journal"
    first = send_many(gateway, NUMBERS, concurrency=1, journal=journal)
    assert kinds(first) == {"Accepted": 700, "NotSent": 1100, "Refused": 200}
    assert gateway.calls.count("sendmsg") == 3  # 301 ends the run
    (reason,) = {fate.reason for fate in first if isinstance(fate, NotSent)}
    assert reason == "the run has ended: ERR: 301, No credit left To: 27830000700"
    assert all(fate.is_retryable for fate in first[700:])
    gateway.credits = 5000
    second = send_many(gateway, NUMBERS, journal=journal)
    assert kinds(second) == {"Accepted": 2000} and second[:700] == first[:700]
    assert gateway.credits == 3700 and set(gateway.accepted.values()) == {1}
    calls = len(gateway.calls)
    assert send_many(gateway, NUMBERS, journal=journal) == second
    assert len(gateway.calls) == calls


@pytest.mark.parametrize("code", [1, 2, 4, 7, 130, 301])
def test_what_holds_for_the_account_ends_the_run(code: int, tmp_path: Path) -> None:
    replies = [f"ERR: {code:03d}, Text until 1700000000"]

    class Refusing(FakeGateway):
        def _sendmsg(self, **given: Any) -> list[str]:  # type: ignore[override]  # as it is called
            return replies or super()._sendmsg(**given)

    gateway, journal = Refusing(), tmp_path / "journal"
    fates = send_many(gateway, NUMBERS, concurrency=1, journal=journal)
    assert kinds(fates) == {"NotSent": 1700, "Refused": 300}
    assert gateway.calls.count("sendmsg") <= 2  # a session is renewed once
    assert isinstance(fates[0], Refused) and fates[0].refusal.until is not None
    assert fates[0].refusal.until.year == 2023
    replies.clear()
    assert kinds(send_many(gateway, NUMBERS, journal=journal)) == {"Accepted": 2000}


def test_what_holds_for_a_number_or_the_message_is_final(tmp_path: Path) -> None:
    class Refusing(FakeGateway):
        def _sendmsg(self, **given: Any) -> list[str]:  # type: ignore[override]  # as it is called
            return [f"ERR: 105, No To: {to}" for to in given["to"]]

    gateway, journal = Refusing(), tmp_path / "journal"
    fates = send_many(gateway, NUMBERS, journal=journal)
    assert kinds(fates) == {"Refused": 2000}
    assert send_many(gateway, NUMBERS, journal=journal) == fates
    assert gateway.calls.count("sendmsg") == 7


@pytest.mark.parametrize("kind", [Metered, AsyncMetered])
@pytest.mark.parametrize("journaled", [False, True])
def test_901_is_repeated_in_the_same_run(
    kind: type[Metered], journaled: bool, tmp_path: Path
) -> None:
    gateway = kind(10_000)
    failing = iter([True, True, False] * 7)
    gateway.fails = lambda: next(failing)
    journal = tmp_path / "journal" if journaled else None
    fates = send_many(gateway, NUMBERS, concurrency=1, journal=journal)
    assert kinds(fates) == {"Accepted": 2000} and gateway.credits == 8000


def test_901_that_lasts_ends_the_run(tmp_path: Path) -> None:
    gateway, journal = Metered(10_000), tmp_path / "journal"
    gateway.fails = lambda: True
    fates = send_many(gateway, NUMBERS, concurrency=1, journal=journal)
    assert kinds(fates) == {"NotSent": 1700, "Refused": 300}
    assert gateway.calls.count("sendmsg") == 1 + QUICK.repeats
    gateway.fails = lambda: False
    assert kinds(send_many(gateway, NUMBERS, journal=journal)) == {"Accepted": 2000}


def test_901_to_a_session_or_a_batch_is_repeated() -> None:
    class Busy(FakeGateway):
        def _answer(self, method: str, given: dict[str, Any]) -> str | list[str]:
            if method in ("auth", "startbatch") and self.calls.count(method) < 2:
                return "ERR: 901, Internal error"
            return super()._answer(method, given)

    to = {NUMBERS[0]: ["Joe"]}
    fates = send_many(Busy(), to, message=Text("Hi #field1#"))
    assert kinds(fates) == {"Accepted": 1}


def test_items_of_batches_that_were_refused_for_a_passing_reason(
    tmp_path: Path,
) -> None:
    class Busy(FakeGateway):
        def _senditem(self, batch_id: str, to: list[str], **fields: str) -> list[str]:
            if self.calls.count("senditem") <= 4:
                return ["ERR: 301, No credit left"]
            return super()._senditem(batch_id, to, **fields)

    gateway, journal = Busy(), tmp_path / "journal"
    to = {number: [number[-1:]] for number in NUMBERS[:20]}
    for _ in range(4):
        fates = send_many(
            gateway, to, message=Text("#field1#"), concurrency=1, journal=journal
        )
        assert not any(isinstance(fate, Accepted) for fate in fates)
    fates = send_many(gateway, to, message=Text("#field1#"), journal=journal)
    assert kinds(fates) == {"Accepted": 20} and set(gateway.accepted.values()) == {1}


def test_a_refused_connection_is_no_lost_answer(tmp_path: Path) -> None:
    down = True

    def fault(method: str, after: bool) -> None:
        if method == "sendmsg" and down:
            refused()

    gateway, journal = FakeGateway(fault), tmp_path / "journal"
    fates = send_many(gateway, NUMBERS, concurrency=1, journal=journal)
    assert kinds(fates) == {"NotSent": 2000} and "querymsg" not in gateway.calls
    sms = Clickatell(*ACCOUNT, client=gateway, recovery=QUICK)
    with pytest.raises(NoAnswer) as caught:
        sms.send("Hi", NUMBERS[0])
    assert caught.value.sent is False
    down = False
    fates = send_many(gateway, NUMBERS, journal=journal)
    assert kinds(fates) == {"Accepted": 2000} and "querymsg" not in gateway.calls


@pytest.mark.parametrize("taken", [False, True])
def test_an_answer_that_stays_lost_is_asked_for_in_the_next_run(
    taken: bool, tmp_path: Path
) -> None:
    down = False

    def fault(method: str, after: bool) -> None:
        nonlocal down
        down = down or (method == "sendmsg" and after == taken)
        if down:
            lost()

    gateway, journal = FakeGateway(fault), tmp_path / "journal"
    fates = send_many(gateway, NUMBERS[:600], concurrency=1, journal=journal)
    assert kinds(fates) == {"NotSent": 300, "Unknown": 300}
    assert all(fate.is_retryable for fate in fates)
    gateway.fault = lambda method, after: None
    fates = send_many(gateway, NUMBERS[:600], journal=journal)
    assert kinds(fates) == {"Accepted": 600} and set(gateway.accepted.values()) == {1}
    assert gateway.calls.count("sendmsg") == (2 if taken else 3)


def test_a_reply_without_sense_is_completed_by_asking() -> None:
    class Garbling(FakeGateway):
        def _sendmsg(self, **given: Any) -> list[str]:  # type: ignore[override]  # as it is called
            replies = super()._sendmsg(**given)
            return ["Hello", *replies[1:]]

    gateway = Garbling()
    sms = Clickatell(*ACCOUNT, client=gateway, recovery=QUICK)
    assert kinds(sms.send("Hi", NUMBERS[:3])) == {"Accepted": 3}
    assert sms.send("Hi", NUMBERS[0]).to == NUMBERS[0]


# ------------------------------------------------------------------------------ appending


@pytest.mark.parametrize("count", [1, 299, 300, 301, 1000])
def test_a_finished_list_may_be_appended_to(count: int, tmp_path: Path) -> None:
    gateway, journal = FakeGateway(), tmp_path / "journal"
    before: list[Outcome] = []
    for length in (count, count + 5, count + 5, count + 700):
        fates = send_many(gateway, NUMBERS[:length], journal=journal)
        assert kinds(fates) == {"Accepted": length} and fates[: len(before)] == before
        before = fates
    assert set(gateway.accepted.values()) == {1}
    with pytest.raises(JournalError, match="to others"):
        send_many(gateway, NUMBERS[: count + 4], journal=journal)


def test_values_may_be_appended_too(tmp_path: Path) -> None:
    gateway, journal = FakeGateway(), tmp_path / "journal"
    to = [Recipient(n, (n[-1],)) for n in NUMBERS[:100]]
    for length in (35, 40, 100):
        fates = send_many(
            gateway, to[:length], message=Text("Hi #field1#"), journal=journal
        )
        assert kinds(fates) == {"Accepted": length}
    assert set(gateway.accepted.values()) == {1}


# ---------------------------------------------------------------------------- primitives


def test_a_worker_asks_before_it_sends_again() -> None:
    gateway = FakeGateway()
    sms = Clickatell(*ACCOUNT, client=gateway, recovery=QUICK)
    first = sms.send("Pay now", NUMBERS[0], client_id="order42", resume=True)
    assert gateway.calls[-2:] == ["querymsg", "sendmsg"]
    for _ in range(3):
        again = sms.send("Pay now", NUMBERS[0], client_id="order42", resume=True)
        assert again == first
    several = sms.send("Hi", NUMBERS[:3], client_id="order43", resume=True)
    assert sms.send("Hi", NUMBERS[:3], client_id="order43", resume=True) == several
    assert set(gateway.accepted.values()) == {1, 2}
    with pytest.raises(ValueError, match="client_id"):
        sms.send("Pay now", NUMBERS[0], resume=True)


def test_chunks_are_what_a_worker_sends() -> None:
    gateway = FakeGateway()
    sms = Clickatell(*ACCOUNT, client=gateway, recovery=QUICK)
    for chunk in chunks("Hi", NUMBERS, per_call=150):
        sms.send(chunk.message, list(chunk.to), client_id=f"job{chunk.place}")
    assert gateway.sizes == [150] * 13 + [50]
    assert list(gateway.accepted) == NUMBERS
    merged = list(chunks(Text("Hi #field1#"), {"+27 83 1": ["Joe"], "2": ["Ann"]}))
    assert [(one.message, one.to, one.values) for one in merged] == [
        (Text("Hi Joe"), ("27831",), ()),
        (Text("Hi Ann"), ("2",), ()),
    ]
    (unicode,) = chunks(Unicode("#field10#"), {"1": list("abcdefghij")})
    assert unicode.message == Unicode("j")
    for wrong in (0, 301):
        with pytest.raises(ValueError, match="1 to 300"):
            list(chunks("Hi", NUMBERS, per_call=wrong))
    with pytest.raises(ValueError, match="empty"):
        list(chunks("", NUMBERS))


def test_texts_that_are_merged_here_can_be_resumed(tmp_path: Path) -> None:
    to = {number: [number[-4:]] for number in NUMBERS[:30]}
    left = [17]

    def fault(method: str, after: bool) -> None:
        left[0] -= method == "sendmsg" and after
        if left[0] == 0:
            left[0] = -1000
            raise Crash

    gateway, journal = FakeGateway(fault), tmp_path / "journal"
    how: dict[str, Any] = {"message": Text("Hi #field1#"), "merge": "here"}
    with pytest.raises(Crash):
        send_many(gateway, to, concurrency=1, journal=journal, **how)
    fates = send_many(gateway, to, journal=journal, **how)
    assert kinds(fates) == {"Accepted": 30} and set(gateway.accepted.values()) == {1}
    assert gateway.texts[NUMBERS[7]] == "Hi 0007" and "startbatch" not in gateway.calls
    with pytest.raises(JournalError, match="another sending"):
        send_many(gateway, to, journal=journal, message=Text("Hi #field1#"))


def test_a_limiter_is_asked_before_each_call() -> None:
    gateway, counts = FakeGateway(), list[int]()

    def limiter(count: int) -> float:
        counts.append(count)
        return 0.001

    sms = Clickatell(*ACCOUNT, client=gateway, limiter=limiter)
    sms.send_many("Hi", NUMBERS[:700], concurrency=1)
    sms.send("Hi", NUMBERS[0])
    sms.send_many(Text("Hi #field1#"), {NUMBERS[0]: ["x"]})
    assert counts == [300, 300, 100, 1, 1]


def test_a_rate_holds_across_threads() -> None:
    limiter = RateLimiter(1000, burst=10)
    begun, waits = time.monotonic(), list[float]()
    threads = [
        threading.Thread(target=lambda: waits.append(limiter(100))) for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gone = time.monotonic() - begun
    assert max(waits) == pytest.approx(0.98, abs=0.05 + gone)
    assert sorted(waits)[4] == pytest.approx(0.48, abs=0.05 + gone)
    for wrong in (0, -1, float("nan")):
        with pytest.raises(ValueError):
            RateLimiter(wrong)


def test_recipients_may_come_asynchronously(tmp_path: Path) -> None:
    async def numbers() -> AsyncIterator[str]:
        for number in NUMBERS:
            await asyncio.sleep(0)
            yield number

    async def send() -> list[Outcome]:
        sms = AsyncClickatell(*ACCOUNT, client=AsyncFakeGateway(), recovery=QUICK)
        journal = tmp_path / "journal"
        return [fate async for fate in sms.send_each("Hi", numbers(), journal=journal)]

    fates = asyncio.run(send())
    assert sorted(fate.to for fate in fates) == NUMBERS


# --------------------------------------------------------------------- the file's speed


def test_calls_that_begin_at_once_share_an_fsync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that takes 4 ms for an fsync, and 16 calls at once: 1,000 calls a second at least."""
    syncs = 0

    def slow(_: int) -> None:
        nonlocal syncs
        syncs += 1
        time.sleep(0.004)

    ledger = FileLedger(tmp_path / "journal")
    ledger.open("job")
    monkeypatch.setattr(os, "fsync", slow)
    each = 60

    def work(worker: int) -> None:
        for at in range(each):
            place = at * 16 + worker
            ledger.begin(place, "digest")
            ledger.finish(place, [Accepted("27", "id")], durably=False)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - begun
    ledger.close()
    assert 16 * each / seconds > 1000
    assert syncs < 16 * each / 4


def test_a_ledger_may_be_used_again(tmp_path: Path) -> None:
    ledger, gateway = FileLedger(tmp_path / "journal"), Metered(100)
    assert kinds(send_many(gateway, NUMBERS[:200], journal=ledger))["Accepted"] == 100
    gateway.credits = 1000
    assert kinds(send_many(gateway, NUMBERS[:200], journal=ledger)) == {"Accepted": 200}
    with pytest.raises(JournalError, match="is closed"):
        ledger.begin(0, "")


# ------------------------------------------------------------------------------ schedules


class Chaos:
    """What happens to the calls of a run, by a seed."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._lock = threading.Lock()
        self.calm = False
        self._silent = 0
        self.rates = [chance.choice([0, 0, 0.05, 0.3]) for _ in range(5)]

    def __call__(self, method: str, after: bool) -> None:
        with self._lock:
            if self.calm or method == "auth":
                return
            if self._silent:  # an outage
                self._silent -= 1
                lost()
            crash, silence, gone, refusal, _ = self.rates
            drawn = self._chance.random()
            if drawn < crash / 4:
                raise Crash
            if drawn < crash / 4 + gone / 2:
                lost()
            if drawn < crash / 4 + gone / 2 + silence / 8:
                self._silent = self._chance.randint(1, 12)
                lost()
        if not after and self._chance.random() < refusal / 2:
            refused()

    def fails(self) -> bool:
        """Whether a call is answered with 901."""
        return not self.calm and self._chance.random() < self.rates[4]


def _is_open(fate: Outcome) -> bool:
    return fate.is_retryable


def _schedule(seed: int, folder: Path) -> None:
    """Send until everybody has a final fate, through whatever the seed makes happen."""
    chance = random.Random(seed)
    chaos = Chaos(chance)
    kind = chance.choice([Metered, AsyncMetered])
    count, extra = chance.randint(1, 60), chance.choice([0, 0, chance.randint(1, 30)])
    begin = chance.choice([0, count // 2, 10_000])
    gateway = kind(begin, chaos)
    gateway.fails = chaos.fails
    per_call = chance.choice([1, 1, 5, 300])
    how: dict[str, Any] = {"concurrency": chance.randint(1, 4), "per_call": per_call}
    to: Any = NUMBERS[: count + extra]
    if chance.random() < 0.3:
        how |= {"message": Text("Hi #field1#"), "merge": "here"}
        to = [Recipient(number, (chance.choice("abc"),)) for number in to]
    journal, length, fates = folder / f"journal{seed}", count, list[Outcome]()
    for run in range(40):
        if run == 12:
            chaos.calm = True
        if run == 14:
            length = count + extra
            gateway.credits += 10_000
        try:
            fates = send_many(gateway, to[:length], journal=journal, **how)
        except (Crash, NoAnswer, GatewayError):
            continue
        if chance.random() < 0.3:
            gateway.credits += chance.randint(0, 20)
        if chance.random() < 0.2:
            length = count + extra
        if len(fates) == count + extra and not any(map(_is_open, fates)):
            break
    numbers = NUMBERS[: count + extra]
    assert [fate.to for fate in fates] == numbers
    assert set(gateway.accepted.values()) <= {1}
    unknown = {fate.to for fate in fates if isinstance(fate, Unknown)}
    # The answer was lost of a call of which only some numbers were taken.
    assert unknown <= gateway.partly_lost and (per_call > 1 or not unknown)
    ids = {fate.id for fate in fates if isinstance(fate, Accepted)}
    assert len(ids) == len(numbers) - len(unknown)
    assert kinds([fate for fate in fates if fate.to not in unknown]).keys() <= {
        "Accepted"
    }
    assert set(numbers) - unknown <= set(gateway.accepted)


@pytest.mark.randomness
@pytest.mark.parametrize("seed", seeds(60))
def test_any_schedule_ends_with_everybody_accepted_once(
    seed: int, tmp_path: Path
) -> None:
    _schedule(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("tens", range(100))
def test_a_thousand_schedules(tens: int, tmp_path: Path) -> None:
    for seed in range(1000 + 10 * tens, 1010 + 10 * tens):
        _schedule(seed, tmp_path)
