"""Bulk sending by the workers of a queue: procrastinate, on PostgreSQL.

    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=URL))
    sms = AsyncClickatell(user, password, api_id, limiter=PostgresLimiter(URL, 100, user))
    queue = SmsQueue(app, sms, URL)

    queue.defer("spring", "Hello", numbers)              # the producer
    # procrastinate --app=module.app worker -q sms       # any number of workers
    queue.progress("spring")                             # what became of it

The queue delivers a task at least once; a ledger in the same database, which records each attempt
before it goes out, sees that each message is sent once. procrastinate is an extra.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import islice
from typing import Any, Final, LiteralString

import procrastinate
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status

from .callbacks import IncomingCallback, StatusCallback
from .client import (
    AsyncClickatell,
    Chunk,
    GatewayError,
    JournalError,
    NoAnswer,
    PostgresLedger,
    chunks,
)
from .client.chunks import Recipients
from .client.outcomes import Outcome, Refused
from .client.postgres import Database
from .messages.options import NO_OPTIONS, Options
from .messages.outgoing import Encoded, Message, Parts
from .messages.push import IndicationParts, NotificationParts
from .vendor.codes import ErrorCode
from .vendor.features import Callbacks, Priority, RequiredFeatures

_PARTS: Final = {
    one.operation: one for one in (Parts, IndicationParts, NotificationParts)
}
_AT_ONCE: Final = 100
"""How many tasks are deferred in a transaction."""
_FIRST, _LONGEST = timedelta(seconds=5), timedelta(minutes=5)
_NO_CREDIT: Final = timedelta(minutes=5)
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS clickatell_status (
    message_id text NOT NULL,
    status integer NOT NULL,
    client_id text NOT NULL,
    recipient text NOT NULL,
    charge numeric NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (message_id, status)
);
CREATE TABLE IF NOT EXISTS clickatell_incoming (
    message_id text PRIMARY KEY,
    sender text NOT NULL,
    recipient text NOT NULL,
    text text NOT NULL,
    udh bytea NOT NULL,
    at timestamptz NOT NULL
);
"""


class Unfinished(Exception):
    """Some numbers of a chunk have no final fate yet: the task is to be repeated."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self.outcome = next(one for one in outcomes if one.is_retryable)
        super().__init__(self.outcome.reason)


class Again(procrastinate.BaseRetryStrategy):
    """When a task is repeated: after growing pauses; when the gateway's limit ends; and where
    there is no credit, every five minutes. What will never pass is not repeated."""

    def get_retry_decision(
        self, *, exception: BaseException, job: Job
    ) -> procrastinate.RetryDecision | None:
        """As procrastinate has it."""
        now = datetime.now(timezone.utc)
        match exception:
            case Unfinished(outcome=Refused(refusal=refusal)) if refusal.until:
                at = max(refusal.until, now)
            case Unfinished(outcome=Refused(code=ErrorCode.NO_CREDIT_LEFT)):
                at = now + _NO_CREDIT
            case GatewayError(is_retryable=False):
                return None
            case Unfinished() | GatewayError() | NoAnswer() | JournalError() | Busy():
                at = now + min(_FIRST * 2 ** min(job.attempts, 10), _LONGEST)
            case _:
                return None
        return procrastinate.RetryDecision(retry_at=at)


class Busy(Exception):
    """Another worker is sending the chunk."""


@dataclass(frozen=True, slots=True)
class _Encoded:
    """A message whose parts were made by the producer."""

    parts: Encoded

    @property
    def sms(self) -> int:
        """How many SMS it takes."""
        return int(getattr(self.parts, "concat", None) or 1)

    def encode(self) -> Encoded:
        """As `Message.encode`."""
        return self.parts


class SmsQueue:
    """The tasks of bulk sending in a procrastinate application.

    Args:
        app: the application; its connector is to PostgreSQL.
        sms: sends, in the workers. With a `PostgresLimiter` all of them share the account's rate.
        url: the database of the ledger, which may be the application's.
        queue: the name of procrastinate's queue.
        stalled: after how many seconds without a sign of life of its worker a task is given to
            another one.
    """

    def __init__(
        self,
        app: procrastinate.App,
        sms: AsyncClickatell,
        url: str,
        *,
        queue: str = "sms",
        stalled: float = 30.0,
    ) -> None:
        self._app = app
        self._sms = sms
        self._url = url
        self._queue = queue
        self._stalled = stalled
        self._ledgers: dict[str, PostgresLedger] = {}
        self._lock = threading.Lock()
        name = f"clickatell.{queue}"
        self._task = app.task(name=f"{name}.send", queue=queue, retry=Again())(
            self._send
        )
        resume = app.task(
            name=f"{name}.resume", queue=queue, queueing_lock=f"{name}.resume"
        )(self._resume)
        app.periodic(cron="* * * * *")(resume)

    # --------------------------------------------------------------------------- producing

    def defer(
        self,
        job: str,
        message: Message | str,
        to: Recipients,
        options: Options = NO_OPTIONS,
    ) -> int:
        """Queue a list, 300 numbers a task; how many tasks they are. Values are put into texts here.

        It may be repeated after a crash: what is queued twice is sent once. The application is
        open.

        Args:
            job: the list's name, of which there is one list.
            message: what is sent, or the template.
            to: numbers, `Recipient`s, or a mapping of numbers to their values.
            options: how.

        Raises:
            ValueError: the message cannot be sent, or not to one of the recipients.
        """
        count = 0
        for tasks in self._tasks(job, message, to, options):
            self._task.batch_defer(*tasks)
            count += len(tasks)
        return count

    async def defer_async(
        self,
        job: str,
        message: Message | str,
        to: Recipients,
        options: Options = NO_OPTIONS,
    ) -> int:
        """As `defer`, for an application that is open for asyncio."""
        count = 0
        for tasks in self._tasks(job, message, to, options):
            await self._task.batch_defer_async(*tasks)
            count += len(tasks)
        return count

    def _tasks(
        self, job: str, message: Message | str, to: Recipients, options: Options
    ) -> Iterator[list[dict[str, Any]]]:  # Any: of JSON
        """The arguments of the tasks of a list, as many at once as are deferred together."""
        common = {
            "job": job,
            "identity": self._identity(message, options),
            "options": _written(options),
        }
        made = (
            {
                **common,
                "place": chunk.place,
                "digest": chunk.digest,
                "to": list(chunk.to),
                "parts": _parts(chunk.message.encode()),
            }
            for chunk in chunks(message, to)
        )
        while some := list(islice(made, _AT_ONCE)):
            yield some

    def _identity(self, message: Message | str, options: Options) -> str:
        """A digest of what is sent, how and by whom."""
        words = [repr(message), repr(options), self._sms.account]
        return hashlib.sha256(json.dumps(words).encode()).hexdigest()

    # ----------------------------------------------------------------------------- working

    async def _send(
        self,
        *,
        job: str,
        identity: str,
        place: int,
        digest: str,
        to: list[str],
        parts: dict[str, Any],  # Any: of JSON
        options: dict[str, Any],  # Any: the same
    ) -> None:
        """The task: send a chunk.

        Raises:
            Unfinished: some of its numbers have no final fate yet.
            Busy: another worker is sending it.
        """
        numbers = tuple(to)
        chunk = Chunk(
            place,
            tuple(range(len(to))),
            numbers,
            _Encoded(_read_parts(parts)),
            (),
            digest,
        )
        ledger = self._ledger(job, identity)
        outcomes = await self._sms.send_chunk(chunk, ledger, _read_options(options))
        if outcomes is None:
            raise Busy(f"chunk {place} of {job}")
        if any(outcome.is_retryable for outcome in outcomes):
            raise Unfinished(outcomes)

    def _ledger(self, job: str, identity: str) -> PostgresLedger:
        """A job's ledger, which stays open."""
        with self._lock:
            ledger = self._ledgers.get(job)
            if ledger is None or not ledger.is_open:
                ledger = self._ledgers[job] = PostgresLedger(self._url, job)
                ledger.open(identity)
            return ledger

    async def _resume(self, timestamp: int) -> None:
        """The task of each minute: give the tasks of workers that died to others."""
        await self.resume()

    async def resume(self) -> int:
        """Give the tasks of workers that died to others; how many they were."""
        manager = self._app.job_manager
        jobs = list(
            await manager.get_stalled_jobs(
                queue=self._queue, seconds_since_heartbeat=self._stalled
            )
        )
        return sum([await self._retried(job) for job in jobs])

    async def _retried(self, job: Job) -> bool:
        """Give a task to another worker; whether it was still to be given."""
        manager = self._app.job_manager
        assert job.id is not None  # it is of the database
        try:
            await manager.retry_job(job)
        except ConnectorException:
            # its worker was only slow, and has ended it meanwhile
            if await manager.get_job_status_async(job.id) == Status.DOING:
                raise
            return False
        return True

    # ---------------------------------------------------------------------------- watching

    def fates(self, job: str) -> Generator[Outcome]:
        """The fates that are known so far, in the order of the list.

        Raises:
            JournalError: the database fails, or there is no such job.
        """
        with _opened(PostgresLedger(self._url, job)) as ledger:
            yield from ledger.fates()

    def progress(self, job: str) -> Mapping[str, int]:
        """How many numbers have which fate: `accepted`, `refused`, `unknown`, and `open`, whose
        fate is not final.

        Raises:
            JournalError: the database fails, or there is no such job.
        """
        counts = Counter[str]()
        for fate in self.fates(job):
            kind = "open" if fate.is_retryable else type(fate).__name__.lower()
            counts[kind] += 1
        return counts

    def close(self) -> None:
        """Close the ledgers."""
        with self._lock:
            for ledger in self._ledgers.values():
                ledger.close()
            self._ledgers.clear()


@contextmanager
def _opened(ledger: PostgresLedger) -> Generator[PostgresLedger]:
    with closing(ledger):
        ledger.watch()
        yield ledger


def _parts(parts: Encoded) -> dict[str, Any]:  # Any: of JSON
    """The parts of a call, as values of JSON."""
    names = parts.__dataclass_fields__
    given = {name: getattr(parts, name) for name in names}
    return {
        "operation": parts.operation,
        **{name: value for name, value in given.items() if value is not None},
    }


def _read_parts(written: Mapping[str, Any]) -> Encoded:  # Any: of JSON
    values = dict(written)
    return _PARTS[values.pop("operation")](**values)


def _written(options: Options) -> dict[str, Any]:  # Any: of JSON
    """Options as values of JSON."""
    return {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in asdict(options).items()
        if value is not None
    }


def _read_options(written: Mapping[str, Any]) -> Options:  # Any: of JSON
    made: dict[str, Any] = {  # Any: of all options' types
        "callbacks": Callbacks,
        "features": RequiredFeatures,
        "priority": Priority,
        "max_credits": Decimal,
    }
    return Options(
        **{
            name: made.get(name, lambda one: one)(value)
            for name, value in written.items()
        }
    )


class CallbackTable:
    """Keeps callbacks in a database, each once: the gateway repeats those whose answer it did not
    hear. Several receivers may share it.

        table = CallbackTable(URL)
        receiver = Receiver(table.status, table.incoming)

    Args:
        url: the database: tables `clickatell_status` and `clickatell_incoming` are made in it.

    Raises:
        JournalError: the database cannot be used.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url, _TABLES)

    def status(self, callback: StatusCallback) -> bool:
        """Keep a message's status; whether it is new.

        Raises:
            JournalError: the database fails; the gateway will repeat it.
        """
        return self._keep(
            "INSERT INTO clickatell_status VALUES (%s, %s, %s, %s, %s, %s)",
            *(callback.message_id, int(callback.status), callback.client_id),
            *(callback.to, callback.charge, callback.timestamp),
        )

    def incoming(self, message: IncomingCallback) -> bool:
        """Keep a message from a handset; whether it is new.

        Raises:
            JournalError: the database fails; the gateway will repeat it.
        """
        return self._keep(
            "INSERT INTO clickatell_incoming VALUES (%s, %s, %s, %s, %s, %s)",
            *(message.message_id, message.sender, message.to, message.text),
            *(message.udh, message.timestamp),
        )

    def _keep(self, insert: LiteralString, *values: object) -> bool:
        """Insert a row; whether it is new."""
        with self._database.transaction() as db:
            db.execute(f"{insert} ON CONFLICT DO NOTHING", values)
            return bool(db.rowcount)

    def close(self) -> None:
        """Close the connection."""
        self._database.close()
