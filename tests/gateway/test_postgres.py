"""A journal in PostgreSQL: any number of processes work on one list, whichever of them are killed."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import postgres
import psycopg
import pytest
from fakes import FakeGateway
from sandboxes import listening

from soapwright_clickatell.client import (
    AsyncClickatell,
    Clickatell,
    JournalError,
    PostgresLedger,
    PostgresLimiter,
    Recovery,
)
from soapwright_clickatell.outcomes import Accepted, Outcome

MISSING = postgres.missing()
pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=MISSING),
]
ROOT = Path(__file__).parents[2]
ACCOUNT = "demo", "demo", 1234
QUICK = Recovery(settle=0.02, patience=1, shortest=0.01, longest=0.05)
NUMBERS = [f"2783{n:07d}" for n in range(3000)]


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with postgres.server() as url:
        yield url


def send(
    gateway: FakeGateway, ledger: PostgresLedger, to: Any = NUMBERS
) -> list[Outcome]:
    sms = Clickatell(*ACCOUNT, client=gateway, recovery=QUICK)
    return sms.send_many("Hi", to, journal=ledger)


class Crash(BaseException):
    """The process ends here."""


def test_a_list_is_resumed(database: str) -> None:
    left = [5]

    def fault(method: str, after: bool) -> None:
        left[0] -= method == "sendmsg" and after
        if left[0] == 0:
            raise Crash

    gateway, ledger = FakeGateway(fault), PostgresLedger(database, "resumed")
    with pytest.raises(Crash):
        send(gateway, ledger)
    left[0] = -1
    fates = send(gateway, ledger)
    assert [fate.to for fate in fates] == NUMBERS
    assert {type(fate) for fate in fates} == {Accepted}
    assert set(gateway.accepted.values()) == {1}
    calls = gateway.calls.count("sendmsg")
    assert send(gateway, ledger) == fates and gateway.calls.count("sendmsg") == calls
    more = [*NUMBERS, "27999123456"]
    assert len(send(gateway, ledger, more)) == 3001
    for others in (NUMBERS[:300], [*NUMBERS[:-1], "1"], ["1", *NUMBERS]):
        with pytest.raises(JournalError, match="to others"):
            send(gateway, ledger, others)
    sms = Clickatell(*ACCOUNT, client=gateway)
    with pytest.raises(JournalError, match="another sending"):
        sms.send_many("Ho", NUMBERS, journal=ledger)


def test_several_work_on_one_list_at_once(database: str) -> None:
    gateway = FakeGateway(lambda method, after: time.sleep(0.005))
    results: list[list[Outcome]] = []

    def work() -> None:
        results.append(send(gateway, PostgresLedger(database)))

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 5 and all(one == results[0] for one in results)
    assert [fate.to for fate in results[0]] == NUMBERS
    assert gateway.accepted == Counter(NUMBERS)
    assert gateway.calls.count("sendmsg") == 10


def test_the_asynchronous_client(database: str) -> None:
    from fakes import AsyncFakeGateway

    async def story(gateway: AsyncFakeGateway) -> list[list[Outcome]]:
        sms = AsyncClickatell(*ACCOUNT, client=gateway, recovery=QUICK)
        return await asyncio.gather(
            *(
                sms.send_many("Hi", NUMBERS, journal=PostgresLedger(database, "async"))
                for _ in range(3)
            )
        )

    gateway = AsyncFakeGateway()
    results = asyncio.run(story(gateway))
    assert results[0] == results[1] == results[2]
    assert gateway.accepted == Counter(NUMBERS)


def test_what_its_holder_died_of_is_asked_for(database: str) -> None:
    """A holder's connection breaks while its call is under way: another process resumes it, and
    what it has not sent yet it does not send."""
    broken = False

    def fault(method: str, after: bool) -> None:
        nonlocal broken
        if method == "sendmsg" and after and not broken:
            broken = True
            with psycopg.connect(database, autocommit=True) as db:
                db.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )

    gateway = FakeGateway(fault)
    with pytest.raises(JournalError, match="database"):
        send(gateway, PostgresLedger(database, "broken"), NUMBERS[:600])
    fates = send(gateway, PostgresLedger(database, "broken"), NUMBERS[:600])
    assert {type(fate) for fate in fates} == {Accepted}
    assert gateway.accepted == Counter(NUMBERS[:600])


def test_nothing_goes_out_for_a_call_that_was_taken_over(database: str) -> None:
    ledger, other = PostgresLedger(database, "over"), PostgresLedger(database, "over")
    ledger.open("job")
    other.open("job")
    assert ledger.begin(0, "digest") is not None
    assert other.begin(0, "digest") is None
    ledger.confirm(0)
    assert ledger._database is not None
    ledger._database._connection.close()
    deadline = time.monotonic() + 20  # the database notices it by and by
    while (entry := other.begin(0, "digest")) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert entry is not None and entry.begun is not None
    with pytest.raises(JournalError):
        ledger.confirm(0)
    other.finish(0, [Accepted("27", "id")], durably=True)
    entry = other.begin(0, "digest")
    assert entry is not None and entry.is_final and entry.attempts == 1
    with pytest.raises(JournalError, match="resumed it"):
        other.finish(0, [], durably=True)
    ledger.close()
    other.close()
    with pytest.raises(JournalError, match="closed"):
        other.look(0)


def test_no_database() -> None:
    with pytest.raises(JournalError, match="the database"):
        send(FakeGateway(), PostgresLedger("postgresql://127.0.0.1:1/none"))


def test_a_rate_is_shared(database: str) -> None:
    limiters = [PostgresLimiter(database, 1000, "demo", burst=10) for _ in range(3)]
    waits = [limiters[at % 3](100) for at in range(9)]
    assert waits == sorted(waits) and 0.4 < waits[-1] <= 0.9
    other = PostgresLimiter(database, 1000, "other")
    assert other(100) == 0
    for limiter in (*limiters, other):
        limiter.close()
    with pytest.raises(ValueError):
        PostgresLimiter(database, 0)


def _shell(endpoint: str, database: str, numbers: Path, *more: str) -> list[str]:
    account = ("--user", "demo", "--password", "demo", "--api-id", "1234")
    return [
        *(sys.executable, "-m", "soapwright_clickatell", "batch", str(numbers)),
        *("--text", "Hi", "--journal", database, "--endpoint", endpoint),
        *(*account, "--concurrency", "2", "--json", *more),
    ]


@pytest.mark.slow
def test_processes_that_are_killed_at_random(database: str, tmp_path: Path) -> None:
    """Four `clickatell batch` on one list, killed and started again: none lost, none doubled."""
    count, chance = 9000, random.Random(1)
    numbers = tmp_path / "numbers.csv"
    numbers.write_text("".join(f"2783{n:07d}\n" for n in range(count)))
    with listening(credits=100_000) as sandbox:
        command = _shell(sandbox.url, database, numbers, "--job", "killed")

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )

        workers = [start() for _ in range(4)]
        for _ in range(6):
            time.sleep(chance.uniform(0.3, 1.2))
            at = chance.randrange(4)
            workers[at].kill()
            workers[at].wait()
            workers[at] = start()
        codes = [worker.wait(timeout=120) for worker in workers]
        with sandbox.gateway.store.transaction():
            sent = sandbox.gateway.store.newest_messages("demo", 10 * count)
        with Clickatell(*ACCOUNT, endpoint=sandbox.url) as sms:
            balance = sms.balance()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert codes == [0] * 4 and balance == 100_000 - count
    assert len(sent) == len({one.recipient for one in sent}) == count
    *fates, _ = map(json.loads, (done.stdout + done.stderr).splitlines())
    assert [fate["to"] for fate in fates] == [f"2783{n:07d}" for n in range(count)]
    assert {fate["id"] for fate in fates} == {one.id for one in sent}
