"""The workers of a queue: procrastinate on a real PostgreSQL, with workers that are killed."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import postgres
import pytest
from sandboxes import Sandbox, listening

MISSING = postgres.missing()
if MISSING:
    pytest.skip(MISSING, allow_module_level=True)
procrastinate = pytest.importorskip("procrastinate")
pytest.importorskip("procrastinate.testing")

from procrastinate.jobs import Job

from soapwright_clickatell.callbacks import IncomingCallback, Receiver, StatusCallback
from soapwright_clickatell.client import (
    AsyncClickatell,
    Clickatell,
    GatewayError,
    JournalError,
    NoAnswer,
    Options,
    Recipient,
    Recovery,
)
from soapwright_clickatell.codes import ErrorCode
from soapwright_clickatell.features import Callbacks, Priority, RequiredFeatures
from soapwright_clickatell.outcomes import Accepted, NotSent, Outcome, Refused, Unknown
from soapwright_clickatell.outgoing import (
    MmsNotification,
    ServiceIndication,
    Text,
    Unicode,
    VCard,
)
from soapwright_clickatell.queue import Again, CallbackTable, SmsQueue, Unfinished
from soapwright_clickatell.vendor.replies import Refusal

ROOT = Path(__file__).parents[2]
ACCOUNT = "demo", "demo", 1234
QUICK = Recovery(settle=0.3, patience=5, shortest=0.02, longest=0.2)
NUMBERS = [f"2783{n:07d}" for n in range(9000)]

_MODULE = """
import asyncio, os, procrastinate
from soapwright_clickatell.client import AsyncClickatell, PostgresLimiter, Recovery
from soapwright_clickatell.queue import SmsQueue

URL, ENDPOINT = os.environ["URL"], os.environ["ENDPOINT"]
app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=URL))
sms = AsyncClickatell(
    "demo", "demo", 1234, endpoint=ENDPOINT, limiter=PostgresLimiter(URL, 100_000, "demo"),
    # a request of a worker that was killed must have arrived by then, on a busy machine too
    recovery=Recovery(settle=3, patience=10, shortest=0.02, longest=0.2),
)
queue = SmsQueue(app, sms, URL, stalled=1.5)


async def main():
    async with app.open_async():
        await app.run_worker_async(
            queues=["sms"], concurrency=2, update_heartbeat_interval=0.3,
            fetch_job_polling_interval=0.3,
        )


asyncio.run(main())
"""


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with postgres.server() as url:
        yield url


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with listening(credits=1_000_000) as made:
        yield made


def application(database: str, sandbox: Sandbox) -> tuple[Any, SmsQueue]:
    connector = procrastinate.SyncPsycopgConnector(conninfo=database)
    app = procrastinate.App(connector=connector)
    sms = AsyncClickatell(*ACCOUNT, endpoint=sandbox.url, recovery=QUICK)
    return app, SmsQueue(app, sms, database, stalled=1.5)


def schema(app: Any) -> None:
    with app.open():
        if not app.check_connection():
            app.schema_manager.apply_schema()


def worker(database: str, sandbox: Sandbox, folder: Path) -> subprocess.Popen[bytes]:
    (folder / "workers.py").write_text(_MODULE)
    paths = os.pathsep.join([str(folder), str(ROOT / "gateway")])
    environment = {**os.environ, "PYTHONPATH": paths, "URL": database}
    return subprocess.Popen(
        [sys.executable, str(folder / "workers.py")],
        env={**environment, "ENDPOINT": sandbox.url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


async def resume(database: str, sandbox: Sandbox) -> int:
    """The task of each minute, at once."""
    connector = procrastinate.PsycopgConnector(conninfo=database)
    app = procrastinate.App(connector=connector)
    sms = AsyncClickatell(*ACCOUNT, endpoint=sandbox.url)
    queue = SmsQueue(app, sms, database, stalled=1.5)
    async with app.open_async(), sms:
        return await queue.resume()


@pytest.mark.slow
def test_workers_that_are_killed_at_random(
    database: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    """None lost, none doubled, and a producer that is repeated queues nothing that is sent twice."""
    app, queue = application(database, sandbox)
    schema(app)
    chance = random.Random(1)
    with app.open():
        assert queue.defer("spring", "Hi", NUMBERS) == 30
        assert queue.defer("spring", "Hi", NUMBERS) == 30
        workers = [worker(database, sandbox, tmp_path) for _ in range(3)]
        try:
            deadline, kills, before = time.monotonic() + 240, 0, 0
            while (done := queue.progress("spring").get("accepted", 0)) < len(NUMBERS):
                assert time.monotonic() < deadline, queue.progress("spring")
                time.sleep(chance.uniform(0.1, 0.5))
                if kills < 4 and done > before:
                    before = done
                    at = chance.randrange(3)
                    workers[at].kill()
                    workers[at].wait()
                    workers[at] = worker(database, sandbox, tmp_path)
                    kills += 1
                asyncio.run(resume(database, sandbox))
        finally:
            for one in workers:
                one.kill()
                one.wait()
        fates = list(queue.fates("spring"))
    queue.close()
    with sandbox.gateway.store.transaction():
        sent = sandbox.gateway.store.newest_messages("demo", 10 * len(NUMBERS))
    assert len(sent) == len({one.recipient for one in sent}) == len(NUMBERS)
    assert [fate.to for fate in fates] == NUMBERS
    assert {fate.id for fate in fates if isinstance(fate, Accepted)} == {
        one.id for one in sent
    }
    with Clickatell(*ACCOUNT, endpoint=sandbox.url) as sms:
        assert sms.balance() == 1_000_000 - len(NUMBERS)


@pytest.mark.parametrize(
    "message",
    [
        Text("Hi #field1#"),
        Unicode("ω #field1#"),
        ServiceIndication("http://example.org", "News"),
        MmsNotification("http://example.org/1.mms", "Subject", "Sender"),
        VCard("BEGIN:VCARD\r\nVERSION:2.1\r\nN:B;A\r\nEND:VCARD\r\n"),
    ],
)
def test_what_a_task_carries(database: str, sandbox: Sandbox, message: Any) -> None:
    options = Options(
        sender="27831111111",
        callbacks=Callbacks.FINAL,
        features=RequiredFeatures.NUMERIC_SENDER,
        priority=Priority.HIGH,
        max_credits=Decimal("2.5"),
        delay=5,
    )
    connector = procrastinate.testing.InMemoryConnector()
    app = procrastinate.App(connector=connector)
    name = type(message).__name__

    async def story() -> list[Outcome]:
        sms = AsyncClickatell(*ACCOUNT, endpoint=sandbox.url, recovery=QUICK)
        queue = SmsQueue(app, sms, database)
        async with app.open_async(), sms:
            to = [Recipient("+27 83 000 0001", ("Joe",)), Recipient("2", ("Ann",))]
            await queue.defer_async(name, message, to, options)
            await app.run_worker_async(wait=False, listen_notify=False)
            fates = list(queue.fates(name))
            queue.close()
            return fates

    first, bad = asyncio.run(story())
    assert isinstance(first, Accepted) and first.to == "27830000001"
    assert isinstance(bad, Refused) and bad.code == 105
    with sandbox.gateway.store.transaction():
        sent = sandbox.gateway.store.message("demo", first.id)
    assert sent is not None and sent.sender == "27831111111" and sent.callbacks == 2
    assert sent.max_credits == Decimal("2.5") and sent.queue == 1
    assert sent.features & RequiredFeatures.NUMERIC_SENDER
    assert "#field1#" not in sent.content.text
    sends = [one for one in connector.jobs.values() if "send" in one["task_name"]]
    assert {job["status"] for job in sends} == {"succeeded"}


def test_a_task_is_repeated_until_there_is_credit(database: str) -> None:
    connector = procrastinate.testing.InMemoryConnector()
    app = procrastinate.App(connector=connector)

    async def story(endpoint: str) -> None:
        sms = AsyncClickatell(*ACCOUNT, endpoint=endpoint, recovery=QUICK)
        queue = SmsQueue(app, sms, database)
        async with app.open_async(), sms:
            await queue.defer_async("poor", "Hi", NUMBERS[:15])
            await app.run_worker_async(wait=False, listen_notify=False)
            assert dict(queue.progress("poor")) == {"accepted": 10, "open": 5}
            (job,) = [
                one
                for one in connector.jobs.values()
                if one["task_name"].endswith(".send")
            ]
            wait = job["scheduled_at"] - datetime.now(timezone.utc)
            assert timedelta(minutes=4) < wait <= timedelta(minutes=5)
            await sms.redeem("1111222233334444")
            job["scheduled_at"] = None
            await app.run_worker_async(wait=False, listen_notify=False)
            assert dict(queue.progress("poor")) == {"accepted": 15}
            assert await sms.balance() == 5
            queue.close()

    with listening(credits=10) as sandbox:
        asyncio.run(story(sandbox.url))


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (Unfinished([Unknown("1", "x", True)]), 5),
        (Unfinished([NotSent("1", "x")]), 5),
        (Unfinished([Refused("1", Refusal.of(ErrorCode.INTERNAL_ERROR))]), 5),
        (Unfinished([Refused("1", Refusal.of(ErrorCode.NO_CREDIT_LEFT))]), 300),
        (
            Unfinished(
                [Refused("1", Refusal(ErrorCode.MT_LIMIT_EXCEEDED, "x until 1"))]
            ),
            5,
        ),
        (NoAnswer("x"), 5),
        (JournalError("x"), 5),
        (GatewayError(ErrorCode.ACCOUNT_FROZEN), 5),
        (GatewayError(ErrorCode.INVALID_SOURCE), None),
        (ValueError("x"), None),
    ],
)
def test_when_a_task_is_repeated(error: Exception, seconds: int | None) -> None:
    job = Job(id=1, queue="sms", lock=None, queueing_lock=None, task_name="x")
    decision = Again().get_retry_decision(exception=error, job=job)
    if seconds is None:
        assert decision is None
        return
    assert decision is not None and decision.retry_at is not None
    wait = (decision.retry_at - datetime.now(timezone.utc)).total_seconds()
    assert wait == pytest.approx(seconds, abs=2)


def test_a_limit_that_ends() -> None:
    until = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(hours=3)
    refusal = Refusal(ErrorCode.MT_LIMIT_EXCEEDED, f"x until {int(until.timestamp())}")
    job = Job(id=1, queue="sms", lock=None, queueing_lock=None, task_name="x")
    decision = Again().get_retry_decision(
        exception=Unfinished([Accepted("1", "2"), Refused("3", refusal)]), job=job
    )
    assert decision is not None and decision.retry_at == until


def test_callbacks_are_kept_once(database: str) -> None:
    table = CallbackTable(database)
    at = datetime(2026, 1, 1, tzinfo=timezone.utc)
    status = StatusCallback(
        message_id="a" * 32,
        client_id="",
        to="27",
        sender="",
        status=4,
        charge=Decimal("0.33"),
        timestamp=at,
    )
    message = IncomingCallback(
        message_id="b" * 32, sender="27", to="28", text="Hi", timestamp=at
    )
    assert [table.status(status), table.status(status)] == [True, False]
    assert [table.incoming(message), table.incoming(message)] == [True, False]
    receiver = Receiver(table.status, table.incoming)
    assert receiver is not None
    table.close()
    with pytest.raises(JournalError):
        table.status(status)
