"""What the gateway remembers: SQLite, in a file or in memory.

A message is accepted and paid for in one transaction, and a transaction that has ended outlives
the process. Threads take turns; other processes on the same file wait for them.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from ..codes import MessageStatus
from .messages import Message, Step

SCHEMA_VERSION: Final = 1

# Credits are kept as whole millionths: a callback shows six places.
_MILLION: Final = 1_000_000

_STATUSES: Final = {int(status): status for status in MessageStatus}

_SCHEMA: Final = """
CREATE TABLE run (number INTEGER PRIMARY KEY, real REAL, gateway REAL, speed REAL);
CREATE TABLE account (user TEXT PRIMARY KEY, millionths INTEGER NOT NULL CHECK (millionths >= 0));
CREATE TABLE session (id TEXT PRIMARY KEY, user TEXT NOT NULL, last_used REAL NOT NULL);
CREATE INDEX session_by_use ON session (last_used);
CREATE TABLE message (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, user TEXT NOT NULL,
    recipient TEXT NOT NULL, sender TEXT NOT NULL, text TEXT NOT NULL, parts INTEGER NOT NULL,
    millionths INTEGER NOT NULL, client_id TEXT NOT NULL, accepted REAL NOT NULL
);
CREATE INDEX message_by_client_id ON message (user, client_id) WHERE client_id <> '';
CREATE TABLE step (
    message INTEGER NOT NULL REFERENCES message, at REAL NOT NULL, status INTEGER NOT NULL
);
CREATE INDEX step_of_message ON step (message, at);
"""

_MESSAGE: Final = (
    "SELECT number, id, user, recipient, sender, text, parts, millionths, client_id, accepted"
    " FROM message"
)


class StateError(Exception):
    """A state file that cannot be used."""


@dataclass(frozen=True, slots=True)
class Run:
    """One life of the gateway on its state."""

    number: int
    """From 0."""
    gateway_time: float
    """Where its clock begins."""


class Store:
    """The state.

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
        self._db.execute("PRAGMA synchronous = NORMAL")

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

    # ------------------------------------------------------------------------- the clock

    def begin_run(self, real_time: float, speed: float) -> Run:
        """Take up the state: the gateway's time has gone on since, as fast as it last went.

        Args:
            real_time: the world's time.
            speed: how fast the gateway's clock goes from now on.
        """
        with self.transaction():
            last = self._db.execute(
                "SELECT number, real, gateway, speed FROM run ORDER BY number DESC LIMIT 1"
            ).fetchone()
            run = Run(0, real_time)
            if last is not None:
                number, real, gateway, old_speed = last
                run = Run(number + 1, gateway + max(0, real_time - real) * old_speed)
            self._db.execute(
                "INSERT INTO run VALUES (?, ?, ?, ?)",
                (run.number, real_time, run.gateway_time, speed),
            )
            return run

    # ------------------------------------------------------------------------- credits

    def open_account(self, user: str, credits: Decimal) -> None:
        """Give a new account its credits; one that is known keeps what it has."""
        self._db.execute(
            "INSERT OR IGNORE INTO account VALUES (?, ?)", (user, _millionths(credits))
        )

    def balance(self, user: str) -> Decimal:
        """An account's credits."""
        found = self._db.execute(
            "SELECT millionths FROM account WHERE user = ?", (user,)
        ).fetchone()
        return _credits(found[0])

    def spend(self, user: str, credits: Decimal) -> bool:
        """Take credits from an account; False, and nothing is taken, where it has too few."""
        millionths = _millionths(credits)
        done = self._db.execute(
            "UPDATE account SET millionths = millionths - ?"
            " WHERE user = ? AND millionths >= ?",
            (millionths, user, millionths),
        )
        return done.rowcount == 1

    # ------------------------------------------------------------------------- sessions

    def add_session(self, id_: str, user: str, now: float) -> None:
        """Remember a session."""
        self._db.execute("INSERT INTO session VALUES (?, ?, ?)", (id_, user, now))

    def session(self, id_: str) -> tuple[str, float] | None:
        """The user of a session, and when it was last used."""
        found: tuple[str, float] | None = self._db.execute(
            "SELECT user, last_used FROM session WHERE id = ?", (id_,)
        ).fetchone()
        return found

    def touch_session(self, id_: str, now: float) -> None:
        """Note that a session was used."""
        self._db.execute("UPDATE session SET last_used = ? WHERE id = ?", (now, id_))

    def forget_sessions(self, before: float) -> None:
        """Forget the sessions that were last used before a time."""
        self._db.execute("DELETE FROM session WHERE last_used < ?", (before,))

    # ------------------------------------------------------------------------- messages

    def add_message(self, message: Message) -> None:
        """Keep a message."""
        number = self._db.execute(
            "INSERT INTO message (id, user, recipient, sender, text, parts, millionths,"
            " client_id, accepted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                message.id,
                message.user,
                message.recipient,
                message.sender,
                message.text,
                message.parts,
                _millionths(message.charge),
                message.client_id,
                message.accepted,
            ),
        ).lastrowid
        self._db.executemany(
            "INSERT INTO step VALUES (?, ?, ?)",
            [(number, step.at, int(step.status)) for step in message.course],
        )

    def message(self, user: str, id_: str) -> Message | None:
        """One of a user's messages, by its id."""
        found = self._messages("WHERE user = ? AND id = ?", user, id_)
        return found[0] if found else None

    def messages_of_client(self, user: str, client_id: str) -> list[Message]:
        """A user's messages that were given this id by their client, the oldest first."""
        return self._messages(
            "WHERE user = ? AND client_id = ? AND client_id <> '' ORDER BY number",
            user,
            client_id,
        )

    def _messages(self, where: str, *values: str) -> list[Message]:
        rows = self._db.execute(f"{_MESSAGE} {where}", values).fetchall()
        return [
            Message(
                id=id_,
                user=user,
                recipient=recipient,
                sender=sender,
                text=text,
                parts=parts,
                charge=_credits(millionths),
                client_id=client_id,
                accepted=accepted,
                course=self._course(number),
            )
            for (
                number,
                id_,
                user,
                recipient,
                sender,
                text,
                parts,
                millionths,
                client_id,
                accepted,
            ) in rows
        ]

    def _course(self, number: int) -> tuple[Step, ...]:
        steps = self._db.execute(
            "SELECT at, status FROM step WHERE message = ? ORDER BY at, rowid",
            (number,),
        )
        return tuple(Step(at, _STATUSES[status]) for at, status in steps)


def _millionths(credits: Decimal) -> int:
    return int((credits * _MILLION).to_integral_value())


def _credits(millionths: int) -> Decimal:
    return Decimal(millionths) / _MILLION
