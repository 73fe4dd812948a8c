"""The gateway's state: its clock, credits, sessions, batches, messages, callbacks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import inf
from typing import Literal, TypeAlias

from .clock import LATEST
from .database import SCHEMA_VERSION, StateError, to_credits, to_millionths
from .message_store import MessageStore

__all__ = ["SCHEMA_VERSION", "Batch", "Callback", "Incoming", "Run", "StateError", "Store"]  # fmt: skip


Wish: TypeAlias = Literal["", "stop", "start"]


@dataclass(frozen=True, slots=True)
class Run:
    """One life of the gateway on its state."""

    number: int
    """From 0."""
    gateway_time: float
    """Where its clock begins."""
    began: float
    """Where the clock of the first run began."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages that have all but their recipients in common."""

    id: str
    user: str
    begun: float
    ended: float | None
    submission: str
    """Their common options, as JSON."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message that a handset sent."""

    id: str
    user: str
    """Whose two-way number it came to."""
    sender: str
    recipient: str
    text: str
    at: float
    wish: Wish = ""
    """`stop` where it asks for no more messages, `start` where it takes that back."""


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback to the customer, sent or due."""

    number: int
    kind: str
    """`status` or `incoming`."""
    user: str
    """Who is called."""
    message: str
    """The id of the message that it is about."""
    report: str
    """Its content, as JSON."""
    made: float
    due: float | None
    """When it is to be sent; `None` if it was, or was given up."""
    attempts: int
    outcome: str
    """The outcome of the last attempt."""


class Store(MessageStore):
    """The state. Apart from `begin_run`, its methods are called within a transaction.

    Args:
        path: the file, which is made where it does not exist; `None` for memory.

    Raises:
        StateError: the file cannot be used.
    """

    # ------------------------------------------------------------------------- the clock

    def begin_run(self, real_time: float, speed: float) -> Run:
        """Take up the state: the gateway's time has gone on since, as fast as it last went.

        Args:
            real_time: the world's time.
            speed: how fast the gateway's clock goes from now on.

        Raises:
            StateError: another gateway runs on the state.
        """
        self.own()
        with self.transaction():
            last = self._db.execute(
                "SELECT number, real, gateway, speed, began FROM run"
                " ORDER BY number DESC LIMIT 1"
            ).fetchone()
            number, now, began = 0, real_time, real_time
            if last is not None:
                before, real, gateway, old_speed, began = last
                gone = max(0, real_time - real) * old_speed
                number, now = before + 1, min(LATEST, gateway + gone)
            self._db.execute(
                "INSERT INTO run VALUES (?, ?, ?, ?, ?)",
                (number, real_time, now, speed, began),
            )
            return Run(number, now, began)

    def note_clock(self, real_time: float, gateway_time: float, speed: float) -> None:
        """Note that the clock of this run was turned, or goes at another speed."""
        self._db.execute(
            "UPDATE run SET real = ?, gateway = ?, speed = ?"
            " WHERE number = (SELECT max(number) FROM run)",
            (real_time, gateway_time, speed),
        )

    # ------------------------------------------------------------------------- credits

    def open_account(self, user: str, credits: Decimal) -> None:
        """Give a new account its credits; one that is known keeps what it has."""
        self._db.execute(
            "INSERT OR IGNORE INTO account VALUES (?, ?)",
            (user, to_millionths(credits)),
        )

    def balance(self, user: str) -> Decimal:
        """An account's credits."""
        found = self._db.execute(
            "SELECT millionths FROM account WHERE user = ?", (user,)
        ).fetchone()
        return to_credits(found[0])

    def spend(self, user: str, credits: Decimal) -> bool:
        """Take credits from an account; False, and nothing is taken, where it has too few."""
        millionths = to_millionths(credits)
        done = self._db.execute(
            "UPDATE account SET millionths = millionths - ?"
            " WHERE user = ? AND millionths >= ?",
            (millionths, user, millionths),
        )
        return done.rowcount == 1

    def give(self, user: str, credits: Decimal) -> None:
        """Give credits to an account."""
        self._db.execute(
            "UPDATE account SET millionths = millionths + ? WHERE user = ?",
            (to_millionths(credits), user),
        )

    def set_balance(self, user: str, credits: Decimal) -> None:
        """Set an account's credits."""
        self._db.execute(
            "UPDATE account SET millionths = ? WHERE user = ?",
            (to_millionths(credits), user),
        )

    def redeem(self, token: str) -> bool:
        """Note that a voucher is used up; False where it was already."""
        done = self._db.execute("INSERT OR IGNORE INTO voucher VALUES (?)", (token,))
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

    # -------------------------------------------------------------------------- batches

    def add_batch(self, batch: Batch) -> None:
        """Remember a batch."""
        self._db.execute(
            "INSERT INTO batch VALUES (?, ?, ?, ?, ?)",
            (batch.id, batch.user, batch.begun, batch.ended, batch.submission),
        )

    def batch(self, user: str, id_: str) -> Batch | None:
        """One of a user's batches, or with "" of anybody's."""
        found = self._db.execute(
            "SELECT id, user, begun, ended, submission FROM batch"
            " WHERE ? IN ('', user) AND id = ?",
            (user, id_),
        ).fetchone()
        return Batch(*found) if found else None

    def newest_batches(self, user: str, count: int, before: str = "") -> list[Batch]:
        """A user's batches, or with "" all, the newest first; only those before one, where it is
        given."""
        rows = self._db.execute(
            "SELECT id, user, begun, ended, submission FROM batch WHERE ? IN ('', user)"
            " AND (? = '' OR rowid < (SELECT rowid FROM batch WHERE id = ?))"
            " ORDER BY rowid DESC LIMIT ?",
            (user, before, before, count),
        )
        return [Batch(*row) for row in rows]

    def end_batch(self, id_: str, now: float) -> None:
        """Note that a batch takes no more items."""
        self._db.execute("UPDATE batch SET ended = ? WHERE id = ?", (now, id_))

    # ------------------------------------------------------------------ incoming messages

    def add_incoming(self, message: Incoming) -> None:
        """Keep an incoming message."""
        self._db.execute(
            "INSERT INTO incoming (id, user, sender, recipient, text, at, wish)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *(message.id, message.user, message.sender, message.recipient),
                *(message.text, message.at, message.wish),
            ),
        )

    def newest_incoming(
        self, count: int, before: str = "", user: str = ""
    ) -> list[Incoming]:
        """Incoming messages, the newest first; only those of a user, and before one, where they
        are given."""
        rows = self._db.execute(
            "SELECT id, user, sender, recipient, text, at, wish FROM incoming"
            " WHERE (? = '' OR number < (SELECT number FROM incoming WHERE id = ?))"
            " AND ? IN ('', user) ORDER BY number DESC LIMIT ?",
            (before, before, user, count),
        )
        return [Incoming(*row) for row in rows]

    def last_incoming(self) -> str:
        """The id of the newest incoming message; "" where there is none."""
        newest = self.newest_incoming(1)
        return newest[0].id if newest else ""

    def incoming_after(self, id_: str, count: int) -> list[Incoming]:
        """Incoming messages, the oldest first: those after one, or all from the first on."""
        rows = self._db.execute(
            "SELECT id, user, sender, recipient, text, at, wish FROM incoming"
            " WHERE number > coalesce((SELECT number FROM incoming WHERE id = ?), 0)"
            " ORDER BY number LIMIT ?",
            (id_, count),
        )
        return [Incoming(*row) for row in rows]

    def last_wish(self, user: str, sender: str, before: float) -> tuple[Wish, float]:
        """The last of a handset's messages to a user that counts: a `stop` from before a time,
        or a `start`, with when it came; an empty one where there is none."""
        found: tuple[Wish, float] | None = self._db.execute(
            "SELECT wish, at FROM incoming WHERE wish <> '' AND sender = ? AND user = ?"
            " AND (wish = 'start' OR at < ?) ORDER BY number DESC LIMIT 1",
            (sender, user, before),
        ).fetchone()
        return found or ("", 0.0)

    # ------------------------------------------------------------------------ callbacks

    def add_callback(
        self, kind: str, user: str, message: str, report: str, now: float
    ) -> None:
        """Store a callback, which is due at once."""
        self._db.execute(
            "INSERT INTO callback (kind, user, message, report, made, due)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (kind, user, message, report, now, now),
        )

    def due_callbacks(self, now: float, count: int) -> list[Callback]:
        """The callbacks that are due now, the earliest first."""
        return self._callbacks(
            "WHERE due IS NOT NULL AND due <= ? ORDER BY due, number LIMIT ?",
            *(now, count),
        )

    def newest_callbacks(self, count: int, before: float = inf) -> list[Callback]:
        """Callbacks, sent or due, the newest first; only those with numbers below `before`."""
        return self._callbacks(
            "WHERE number < ? ORDER BY number DESC LIMIT ?", *(before, count)
        )

    def callback(self, number: int) -> Callback | None:
        """A callback by its number."""
        found = self._callbacks("WHERE number = ?", number)
        return found[0] if found else None

    def find_callbacks(
        self, count: int, message: str = "", before: float = inf
    ) -> list[Callback]:
        """Callbacks, the newest first; only those about a message, where it is given."""
        if not message:
            return self.newest_callbacks(count, before)
        return self._callbacks(
            "WHERE message = ? AND number < ? ORDER BY number DESC LIMIT ?",
            *(message, before, count),
        )

    def send_again(self, number: int, now: float) -> None:
        """Have a callback sent now, whatever became of it, with all its attempts before it."""
        self._db.execute(
            "UPDATE callback SET due = ?, attempts = 0 WHERE number = ?", (now, number)
        )

    def callbacks_about(self, message: str) -> list[Callback]:
        """The callbacks about a message, sent or due."""
        return self._callbacks("WHERE message = ? ORDER BY number", message)

    def note_attempt(self, number: int, due: float | None, outcome: str) -> None:
        """Store the outcome of an attempt to send a callback, and when to try it again."""
        self._db.execute(
            "UPDATE callback SET attempts = attempts + 1, due = ?, outcome = ?"
            " WHERE number = ?",
            (due, outcome, number),
        )

    def _callbacks(self, where: str, *values: str | float) -> list[Callback]:
        rows = self._db.execute(
            "SELECT number, kind, user, message, report, made, due, attempts, outcome"
            f" FROM callback {where}",
            values,
        )
        return [Callback(*row) for row in rows]
