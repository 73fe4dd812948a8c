"""The file, or the memory, that the gateway's state is in: SQLite.

A message is accepted and paid for in one transaction, and a transaction that has ended outlives
the process and the machine. Threads take turns; a second gateway on the same file is refused.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Final

if sys.platform != "win32":
    import fcntl

SCHEMA_VERSION: Final = 3

# Credits are kept as whole millionths: a callback shows six places.
_MILLION: Final = 1_000_000

_SCHEMA: Final = """
CREATE TABLE run (number INTEGER PRIMARY KEY, real REAL, gateway REAL, speed REAL, began REAL);
CREATE TABLE account (user TEXT PRIMARY KEY, millionths INTEGER NOT NULL CHECK (millionths >= 0));
CREATE TABLE session (id TEXT PRIMARY KEY, user TEXT NOT NULL, last_used REAL NOT NULL);
CREATE INDEX session_by_use ON session (last_used);
CREATE TABLE released (
    user TEXT, day INTEGER, messages INTEGER NOT NULL, PRIMARY KEY (user, day)
) WITHOUT ROWID;
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
    features INTEGER NOT NULL, max_millionths INTEGER NOT NULL, callbacks INTEGER NOT NULL,
    options TEXT NOT NULL
);
CREATE INDEX message_by_user ON message (user, number);
CREATE INDEX message_by_client_id ON message (user, client_id) WHERE client_id <> '';
CREATE INDEX message_by_batch ON message (batch_id) WHERE batch_id <> '';
CREATE INDEX message_by_due ON message (due, queue, number) WHERE due IS NOT NULL;
CREATE INDEX message_waiting ON message (route, queue, number) WHERE status = 2;
CREATE INDEX message_by_recipient ON message (recipient, user, accepted);
CREATE TABLE step (
    message INTEGER NOT NULL REFERENCES message, at REAL NOT NULL, status INTEGER NOT NULL,
    route TEXT NOT NULL
);
CREATE INDEX step_of_message ON step (message);
CREATE TABLE incoming (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, user TEXT NOT NULL,
    sender TEXT NOT NULL, recipient TEXT NOT NULL, text TEXT NOT NULL, at REAL NOT NULL,
    wish TEXT NOT NULL
);
CREATE INDEX incoming_wish ON incoming (sender, user, number) WHERE wish <> '';
CREATE TABLE callback (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, user TEXT NOT NULL,
    message TEXT NOT NULL, report TEXT NOT NULL, made REAL NOT NULL, due REAL, attempts INTEGER NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL DEFAULT ''
);
CREATE INDEX callback_by_due ON callback (due, number) WHERE due IS NOT NULL;
CREATE INDEX callback_by_message ON callback (message);
"""

_CLEARED: Final = (
    *("step", "message", "callback", "incoming", "batch", "session"),
    *("voucher", "released", "route", "account"),
)


class StateError(Exception):
    """The state cannot be used: the file, or its place, is not what it should be."""


class Database:
    """A connection that threads share.

    Args:
        path: the file, which is made where it does not exist; `None` for memory.

    Raises:
        StateError: the file cannot be used.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._owned: int | None = None
        self._lock = threading.RLock()
        self._changed = threading.Condition()
        self._version = 0
        try:
            if path is not None:
                _make_private(path)
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
        except (sqlite3.Error, OSError) as error:
            raise self._broken(error) from None

    def _prepare(self) -> None:
        with self.transaction():
            self._make_tables()
        # Only now is the file known to be one of ours, and these change it.
        if self._path is not None:
            self._path.chmod(0o600)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")

    def _make_tables(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == SCHEMA_VERSION:
            return
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if version in range(1, SCHEMA_VERSION):
            raise sqlite3.DatabaseError("a state file of an earlier version")
        if version or tables:
            raise sqlite3.DatabaseError("not a state file of this gateway")
        for statement in _SCHEMA.split(";"):
            self._db.execute(statement)
        self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def own(self) -> None:
        """Lock the file against other gateways: two would send every callback twice.

        Raises:
            StateError: another one has it.
        """
        if self._path is None or self._owned is not None or sys.platform == "win32":
            return
        # A lock of its own kind: SQLite's, and who only looks into the file, know nothing of it.
        try:
            self._owned = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            fcntl.flock(self._owned, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise self._broken("another gateway runs on it") from None
        except OSError as error:
            raise self._broken(error.strerror) from None

    def close(self) -> None:
        """Close the file. Nothing works afterwards."""
        with self._lock:
            self._db.close()
            if self._owned is not None:
                # Only now: closing a file ends the locks that SQLite has on it.
                os.close(self._owned)
                self._owned = None

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All or nothing. Within one, other threads wait; they do not nest.

        Raises:
            StateError: the file can no longer be written, and nothing has changed.
        """
        with self._lock:
            try:
                changes = self._db.total_changes
                self._db.execute("BEGIN IMMEDIATE")
                yield
                self._db.execute("COMMIT")
                if self._db.total_changes != changes:
                    self._note_change()
            except BaseException as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise self._broken(error) from error
                raise

    @property
    def version(self) -> int:
        """A number that is another one whenever the state has changed."""
        return self._version

    def wait_for_change(self, version: int, seconds: float) -> int:
        """Wait until the state changes, but no longer than some seconds; its version.

        Args:
            version: what the caller has seen.
            seconds: of the world's time.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._version != version, seconds)
            return self._version

    def _note_change(self) -> None:
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    def clear(self) -> None:
        """Forget everything but the clock. It is called within a transaction."""
        for table in _CLEARED:
            self._db.execute(f"DELETE FROM {table}")

    def _broken(self, reason: object) -> StateError:
        return StateError(f"{self._path or 'memory'}:1: error: {reason} [state]")


def _make_private(path: Path) -> None:
    """Make a file that nobody else reads, where there is none: it has texts and sessions. What
    SQLite puts beside it gets the same mode."""
    if str(path) == ":memory:":
        raise OSError("it is SQLite's name for no file at all")
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def to_millionths(credits: Decimal) -> int:
    """Credits as they are kept."""
    return int((credits * _MILLION).to_integral_value())


def to_credits(millionths: int) -> Decimal:
    """Convert a stored amount to credits."""
    return Decimal(millionths) / _MILLION
