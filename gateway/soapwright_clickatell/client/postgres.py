"""A ledger and a limiter in a PostgreSQL database, for any number of processes on any number of machines.

A call belongs to the process that began it for as long as its connection lives: each holds an advisory
lock under a number of its own, and a call whose holder's lock is gone was interrupted, and may be
resumed by another. The package psycopg is an extra.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from .ledger import Entry, JournalError, derived_id, read, written
from .outcomes import Outcome

_LOCKS: Final = 0x50A9
"""The first key of the advisory locks."""
_SETTING_UP: Final = 0
"""The second key of the lock under which tables are made; holders count from 1."""
_TABLES: Final = """
CREATE SEQUENCE IF NOT EXISTS clickatell_holder AS integer CYCLE;
CREATE TABLE IF NOT EXISTS clickatell_job (
    name text PRIMARY KEY,
    digest text NOT NULL,
    id text NOT NULL,
    ends bigint[] NOT NULL DEFAULT '{}'
);
CREATE TABLE IF NOT EXISTS clickatell_call (
    job text NOT NULL REFERENCES clickatell_job ON DELETE CASCADE,
    place integer NOT NULL,
    digest text NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    begun double precision,
    outcomes jsonb,
    holder integer,
    PRIMARY KEY (job, place)
);
CREATE TABLE IF NOT EXISTS clickatell_rate (
    name text PRIMARY KEY,
    free double precision NOT NULL
);
"""
_FREE: Final = """
    holder IS NULL OR holder = %(me)s OR NOT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND objsubid = 2 AND granted
        AND classid = %(locks)s AND objid = holder
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""
_NOW: Final = "extract(epoch FROM clock_timestamp())::double precision"


class Database:
    """A connection that threads share, a transaction at a time.

    Args:
        url: `postgresql://user:password@host/database`, or what else libpq takes.
        tables: the statements that make the tables, where they are not there.

    Raises:
        JournalError: psycopg is not installed, or there is no such database.
    """

    def __init__(self, url: str, tables: str = _TABLES) -> None:
        try:
            # It is an extra: only who has a journal in PostgreSQL needs it.
            import psycopg
        except ImportError:
            raise JournalError(
                "a journal in PostgreSQL needs the package psycopg:"
                " pip install soapwright-clickatell[postgres]"
            ) from None
        self._error: type[Exception] = psycopg.Error
        self._lock = threading.Lock()
        try:
            self._connection: Any = psycopg.connect(url)  # Any: of an extra
        except psycopg.Error as error:
            raise JournalError(f"the database: {error}") from None
        with self.transaction() as db:
            db.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_LOCKS, _SETTING_UP))
            db.execute(tables)

    @property
    def is_alive(self) -> bool:
        """Whether the connection is not known to be broken."""
        return not (self._connection.closed or self._connection.broken)

    @contextmanager
    def transaction(self) -> Generator[Any]:  # Any: a cursor of an extra
        """A transaction, of one thread at a time.

        Raises:
            JournalError: the database fails; nothing of it is done.
        """
        with self._lock:
            try:
                with self._connection.transaction(), self._connection.cursor() as db:
                    yield db
            except self._error as error:
                raise JournalError(f"the database: {error}") from None

    def close(self) -> None:
        """Close the connection: what was held is free."""
        with self._lock:
            self._connection.close()


class PostgresLedger:
    """A ledger in PostgreSQL.

    Args:
        url: `postgresql://user:password@host/database`, or what else libpq takes.
        job: the list's name; by default what is sent, how and by whom names it.
    """

    def __init__(self, url: str, job: str = "") -> None:
        self.last = -1
        self.digest = ""
        self.ends: list[int] = []
        self._url = url
        self._name = job
        self._job = job
        self._id = ""
        self._me = 0
        self._database: Database | None = None

    @property
    def _db(self) -> Database:
        if self._database is None:
            raise JournalError("the journal in the database is closed")
        return self._database

    def open(self, job: str) -> None:
        """As `Ledger.open`.

        Raises:
            JournalError: the database cannot be used, or the job of this name is another one.
        """
        if self._database is not None:
            raise JournalError("another sending is using the journal in the database")
        self._database = Database(self._url)
        self._job = self._name or job
        try:
            self._open(job)
        except JournalError:
            self.close()
            raise

    def _open(self, job: str) -> None:
        with self._db.transaction() as db:
            db.execute("SELECT nextval('clickatell_holder')")
            self._me = db.fetchone()[0]
            # It is held until the connection ends.
            db.execute("SELECT pg_advisory_lock(%s, %s)", (_LOCKS, self._me))
            db.execute(
                "INSERT INTO clickatell_job (name, digest, id) VALUES (%s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (self._job, job, uuid.uuid4().hex),
            )
            db.execute(
                "SELECT digest, id, ends FROM clickatell_job WHERE name = %s",
                (self._job,),
            )
            digest, self._id, self.ends = db.fetchone()
            if digest != job:
                raise JournalError(f"{self._job}: the journal of another sending")
            db.execute(
                "SELECT place, digest FROM clickatell_call WHERE job = %s"
                " ORDER BY place DESC LIMIT 1",
                (self._job,),
            )
            self.last, self.digest = db.fetchone() or (-1, "")

    @property
    def is_open(self) -> bool:
        """Whether it has a connection that is not known to be broken."""
        return self._database is not None and self._database.is_alive

    def watch(self) -> None:
        """Open it to read `fates` alone, without beginning or resuming the job.

        Raises:
            JournalError: the database cannot be used.
        """
        if self._database is None:
            self._database = Database(self._url)

    def look(self, place: int) -> Entry:
        """As `Ledger.look`."""
        with self._db.transaction() as db:
            db.execute(
                "SELECT attempts, begun, outcomes FROM clickatell_call"
                " WHERE job = %s AND place = %s",
                (self._job, place),
            )
            row = db.fetchone()
        return Entry() if row is None else _entry(*row)

    def begin(self, place: int, digest: str) -> Entry | None:
        """As `Ledger.begin`.

        Raises:
            JournalError: the call is to others.
        """
        named = {"job": self._job, "place": place, "digest": digest, "me": self._me}
        with self._db.transaction() as db:
            db.execute(
                "INSERT INTO clickatell_call (job, place, digest)"
                " VALUES (%(job)s, %(place)s, %(digest)s) ON CONFLICT DO NOTHING",
                named,
            )
            db.execute(
                f"SELECT digest, {_FREE}, attempts, begun, outcomes FROM clickatell_call"
                " WHERE job = %(job)s AND place = %(place)s FOR UPDATE SKIP LOCKED",
                {**named, "locks": _LOCKS},
            )
            row = db.fetchone()
            if row is None:
                return None
            found, is_free, *values = row
            if found != digest:
                raise JournalError("the journal is of a sending to others")
            entry = _entry(*values)
            if entry.is_final:
                return entry
            if not is_free:
                return None
            db.execute(
                f"UPDATE clickatell_call SET holder = %(me)s, begun = coalesce(begun, {_NOW})"
                " WHERE job = %(job)s AND place = %(place)s",
                named,
            )
            return entry

    def confirm(self, place: int) -> None:
        """As `Ledger.confirm`.

        Raises:
            JournalError: the connection was lost, and with it the call.
        """
        with self._db.transaction() as db:
            db.execute(
                "SELECT FROM clickatell_call"
                " WHERE job = %s AND place = %s AND holder = %s",
                (self._job, place, self._me),
            )
            self._check(db, place)

    def finish(self, place: int, outcomes: Sequence[Outcome], *, durably: bool) -> None:
        """As `Ledger.finish`.

        Raises:
            JournalError: the database fails, or another process has resumed the call.
        """
        # Here and not above, as psycopg itself.
        from psycopg.types.json import Jsonb

        values = Jsonb([written(outcome) for outcome in outcomes])
        with self._db.transaction() as db:
            db.execute(
                "UPDATE clickatell_call SET attempts = attempts + 1, begun = NULL,"
                " outcomes = %s, holder = NULL"
                " WHERE job = %s AND place = %s AND holder = %s",
                (values, self._job, place, self._me),
            )
            self._check(db, place)

    def _check(self, db: Any, place: int) -> None:  # Any: a cursor of an extra
        """See that a statement has met a call that is held here."""
        if db.rowcount != 1:
            raise JournalError(f"call {place}: another process has resumed it")

    def fates(self) -> Generator[Outcome]:
        """The fates of all calls that were made so far, in the order of the list's chunks. It takes
        a ledger that is open.

        Raises:
            JournalError: the database fails.
        """
        place = -1
        while True:
            with self._db.transaction() as db:
                db.execute(
                    "SELECT place, outcomes FROM clickatell_call WHERE job = %s"
                    " AND place > %s AND outcomes IS NOT NULL ORDER BY place LIMIT 100",
                    (self._job, place),
                )
                rows = db.fetchall()
            if not rows:
                return
            for place, outcomes in rows:
                yield from read(outcomes)

    def end(self, count: int) -> None:
        """As `Ledger.end`."""
        with self._db.transaction() as db:
            db.execute(
                "UPDATE clickatell_job SET ends = array_append(ends, %s)"
                " WHERE name = %s AND NOT %s = ANY (ends)",
                (count, self._job, count),
            )

    def client_id(self, place: int, attempt: int) -> str:
        """As `Ledger.client_id`."""
        return derived_id(self._id, place, attempt)

    def close(self) -> None:
        """As `Ledger.close`. Calls that were not finished may be resumed by others."""
        if self._database is not None:
            self._database.close()
            self._database = None


def _entry(
    attempts: int, begun: float | None, outcomes: list[Any] | None
) -> Entry:  # Any: of JSON
    return Entry(attempts, begun, None if outcomes is None else read(outcomes))


class PostgresLimiter:
    """A limiter that all processes share that name it.

    Args:
        url: as of `PostgresLedger`.
        per_second: how many messages go out in a second, of all processes together.
        name: the name of the limit, such as the account's.
        burst: how many go out at once after a time without any; those of a second by default.

    Raises:
        JournalError: the database cannot be used.
        ValueError: a rate is not positive.
    """

    def __init__(
        self,
        url: str,
        per_second: float,
        name: str = "",
        burst: float | None = None,
    ) -> None:
        if not per_second > 0 or (burst is not None and not burst > 0):
            raise ValueError("a positive number of messages a second is wanted")
        self._per_second = per_second
        self._burst = (per_second if burst is None else burst) / per_second
        self._name = name
        self._database = Database(url)

    def __call__(self, count: int) -> float:
        """Reserve a time for so many messages; the seconds until then.

        Raises:
            JournalError: the database fails.
        """
        named = {"name": self._name, "burst": self._burst}
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO clickatell_rate AS rate (name, free)"
                f" VALUES (%(name)s, {_NOW} - %(burst)s + %(takes)s)"
                " ON CONFLICT (name) DO UPDATE"
                f" SET free = greatest(rate.free, {_NOW} - %(burst)s) + %(takes)s"
                f" RETURNING free - %(burst)s - {_NOW}",
                {**named, "takes": count / self._per_second},
            )
            return max(0.0, float(db.fetchone()[0]))

    def close(self) -> None:
        """Close the connection."""
        self._database.close()
