"""The file, or the memory, that the gateway's state is in: SQLite.

A message is accepted and paid for in one transaction, and a transaction that has ended outlives
the process and the machine. Threads take turns; other processes on the same file wait for them.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Final

SCHEMA_VERSION: Final = 2

# Credits are kept as whole millionths: a callback shows six places.
_MILLION: Final = 1_000_000

_SCHEMA: Final = """
CREATE TABLE run (number INTEGER PRIMARY KEY, real REAL, gateway REAL, speed REAL);
CREATE TABLE account (user TEXT PRIMARY KEY, millionths INTEGER NOT NULL CHECK (millionths >= 0));
CREATE TABLE session (id TEXT PRIMARY KEY, user TEXT NOT NULL, last_used REAL NOT NULL);
CREATE INDEX session_by_use ON session (last_used);
CREATE TABLE voucher (token TEXT PRIMARY KEY);
CREATE TABLE batch (
    id TEXT PRIMARY KEY, user TEXT NOT NULL, begun REAL NOT NULL, ended REAL,
    submission TEXT NOT NULL
);
CREATE TABLE route (name TEXT PRIMARY KEY, free_at REAL NOT NULL);
CREATE TABLE message (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, user TEXT NOT NULL,
    recipient TEXT NOT NULL, sender TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL,
    udh BLOB NOT NULL, data BLOB NOT NULL, parts INTEGER NOT NULL, millionths INTEGER NOT NULL,
    client_id TEXT NOT NULL, batch_id TEXT NOT NULL, accepted REAL NOT NULL,
    status INTEGER NOT NULL, due REAL, released REAL NOT NULL, expires REAL NOT NULL,
    queue INTEGER NOT NULL, route TEXT NOT NULL, escalate INTEGER NOT NULL,
    features INTEGER NOT NULL, max_millionths INTEGER NOT NULL, callbacks INTEGER NOT NULL
);
CREATE INDEX message_by_client_id ON message (user, client_id) WHERE client_id <> '';
CREATE INDEX message_by_batch ON message (batch_id) WHERE batch_id <> '';
CREATE INDEX message_by_due ON message (due) WHERE due IS NOT NULL;
CREATE INDEX message_waiting ON message (route, queue, number) WHERE status = 2;
CREATE INDEX message_by_recipient ON message (recipient, accepted);
CREATE INDEX message_by_release ON message (user, released);
CREATE TABLE step (
    message INTEGER NOT NULL REFERENCES message, at REAL NOT NULL, status INTEGER NOT NULL
);
CREATE INDEX step_of_message ON step (message);
CREATE TABLE incoming (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, sender TEXT NOT NULL,
    recipient TEXT NOT NULL, text TEXT NOT NULL, at REAL NOT NULL, stop INTEGER NOT NULL
);
CREATE INDEX incoming_stop ON incoming (sender, at) WHERE stop;
CREATE TABLE callback (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, message TEXT NOT NULL,
    report TEXT NOT NULL, made REAL NOT NULL, due REAL, attempts INTEGER NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL DEFAULT ''
);
CREATE INDEX callback_by_due ON callback (due) WHERE due IS NOT NULL;
"""


class StateError(Exception):
    """A state file that cannot be used."""


class Database:
    """A connection that threads share.

    Args:
        path: the file, which is made where it does not exist; `None` for memory.

    Raises:
        StateError: the file cannot be used.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(
                ":memory:" if path is None else path,
                check_same_thread=False,
                isolation_level=None,
            )
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise
        except sqlite3.Error as error:
            raise StateError(f"{path}: {error}") from None

    def _prepare(self) -> None:
        with self.transaction():
            self._make_tables()
        # Only now is the file known to be one of ours, and these change it.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")

    def _make_tables(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == SCHEMA_VERSION:
            return
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if version or tables:
            raise sqlite3.DatabaseError("not a state file of this gateway")
        for statement in _SCHEMA.split(";"):
            self._db.execute(statement)
        self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def close(self) -> None:
        """Close the file. Nothing works afterwards."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Within one, other threads wait; they do not nest."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


def to_millionths(credits: Decimal) -> int:
    """Credits as they are kept."""
    return int((credits * _MILLION).to_integral_value())


def to_credits(millionths: int) -> Decimal:
    """What is kept as credits."""
    return Decimal(millionths) / _MILLION
