"""The messages that the gateway keeps."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from ...vendor.codes import MessageStatus
from ..records.content import Content
from ..records.messages import Message, Step
from .database import Database, to_credits, to_millionths

_STATUSES: Final = {int(status): status for status in MessageStatus}
_FIXED: Final = (
    *("id", "user", "recipient", "kind", "text", "udh", "data", "parts"),
    *("client_id", "batch_id", "accepted", "released", "expires", "queue"),
    *("escalate", "features", "max_millionths", "callbacks", "options"),
)
_CHANGING: Final = ("sender", "millionths", "status", "due", "route")
_SEARCHABLE: Final = {
    **{"account": "user", "to": "recipient", "from": "sender", "kind": "kind"},
    **{"status": "status", "client_id": "client_id", "batch_id": "batch_id"},
}
_COLUMNS: Final = (*_FIXED, *_CHANGING)
_SELECT: Final = f"SELECT number, {', '.join(_COLUMNS)} FROM message"
_INSERT: Final = (
    f"INSERT INTO message ({', '.join(_COLUMNS)})"
    f" VALUES ({', '.join('?' * len(_COLUMNS))})"
)
_UPDATE: Final = (
    f"UPDATE message SET {', '.join(f'{name} = ?' for name in _CHANGING)}"
    " WHERE id = ? RETURNING number"
)


class MessageStore(Database):
    """Messages in a database. Each method is to be called within a transaction."""

    def add_message(self, message: Message) -> None:
        """Keep a message."""
        values = (*_fixed(message), *_changing(message))
        number = self._db.execute(_INSERT, values).lastrowid
        self._add_steps(number, message.course)

    def update_message(self, message: Message, steps: Sequence[Step]) -> None:
        """Keep what has changed of a message, with the steps that it went since."""
        values = (*_changing(message), message.id)
        (number,) = self._db.execute(_UPDATE, values).fetchone()
        self._add_steps(number, steps)

    def _add_steps(self, number: int | None, steps: Sequence[Step]) -> None:
        self._db.executemany(
            "INSERT INTO step VALUES (?, ?, ?, ?)",
            [(number, step.at, int(step.status), step.route) for step in steps],
        )

    # -------------------------------------------------------------------------- finding

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

    def newest_messages(
        self, user: str, count: int, before: str = "", batch_id: str = ""
    ) -> list[Message]:
        """A user's messages, or those of one batch, the newest first; only those that were
        accepted before the one with an id, where it is given."""
        where, values = "WHERE user = ?", [user]
        if batch_id:
            where, values = f"{where} AND batch_id = ? AND batch_id <> ''", [
                user,
                batch_id,
            ]
        if before:
            where += " AND number < (SELECT number FROM message WHERE id = ?)"
            values.append(before)
        return self._messages(f"{where} ORDER BY number DESC LIMIT ?", *values, count)

    def find_messages(
        self,
        wanted: Mapping[str, str | int],
        count: int,
        *,
        text: str = "",
        before: str = "",
    ) -> list[Message]:
        """Messages of all users, the newest first.

        Args:
            wanted: values of columns.
            count: how many at most.
            text: a part of the text.
            before: the id of a message; only those that were accepted before it.
        """
        where, values = ["1"], list[str | float]()
        for column, value in wanted.items():
            where.append(f"{_SEARCHABLE[column]} = ?")
            values.append(value)
        if text:
            where.append("instr(text, ?)")
            values.append(text)
        if before:
            where.append("number < (SELECT number FROM message WHERE id = ?)")
            values.append(before)
        clause = f"WHERE {' AND '.join(where)} ORDER BY number DESC LIMIT ?"
        return self._messages(clause, *values, count)

    def any_message(self, id_: str) -> Message | None:
        """A message of any user, by its id."""
        found = self._messages("WHERE id = ?", id_)
        return found[0] if found else None

    def messages_after(self, id_: str, count: int) -> list[Message]:
        """Messages of all users, the oldest first: those that were accepted after one, of which
        there are none if it is gone; with "" all from the first on."""
        return self._messages(
            "WHERE number > iif(? = '', 0, (SELECT number FROM message WHERE id = ?))"
            " ORDER BY number LIMIT ?",
            *(id_, id_, count),
        )

    def forget_messages(self, id_: str = "") -> int:
        """Delete a message, or all, with their callbacks; how many there were. What they cost
        is not given back."""
        where = "message IN (SELECT number FROM message WHERE ? IN ('', id))"
        self._db.execute(f"DELETE FROM step WHERE {where}", (id_,))
        self._db.execute(
            "DELETE FROM callback WHERE kind = 'status' AND ? IN ('', message)", (id_,)
        )
        return self._db.execute(
            "DELETE FROM message WHERE ? IN ('', id)", (id_,)
        ).rowcount

    def last_step(self) -> int:
        """The number of the last step of any message; 0 where there is none."""
        found = self._db.execute("SELECT coalesce(max(rowid), 0) FROM step").fetchone()
        return int(found[0])

    def messages_with_steps(self, after: int, count: int) -> list[Message]:
        """The messages that have gone steps after one, in the order of their acceptance."""
        return self._messages(
            "WHERE number IN (SELECT message FROM step WHERE rowid > ?)"
            " ORDER BY number LIMIT ?",
            *(after, count),
        )

    def next_due(self) -> Message | None:
        """The message to which something happens next by itself."""
        found = self._messages(
            "WHERE due IS NOT NULL ORDER BY due, queue, number LIMIT 1"
        )
        return found[0] if found else None

    def next_waiting(self, route: str) -> Message | None:
        """The message that a route takes next: by priority, then as they came."""
        found = self._messages(
            "WHERE status = 2 AND route = ? ORDER BY queue, number LIMIT 1", route
        )
        return found[0] if found else None

    def waiting_elsewhere(self, routes: Collection[str]) -> list[Message]:
        """Messages that wait for any other routes than these, in the order of their dispatch."""
        marks = ", ".join("?" * len(routes))
        return self._messages(
            f"WHERE status = 2 AND route NOT IN ({marks}) ORDER BY queue, number",
            *routes,
        )

    def has_waiting(self, route: str) -> bool:
        """Whether any message waits for a route."""
        found = self._db.execute(
            "SELECT 1 FROM message WHERE status = 2 AND route = ? LIMIT 1", (route,)
        )
        return found.fetchone() is not None

    def released_on(self, user: str, day: int) -> int:
        """How many messages of a user were sent on, at once or after their delay, on a day."""
        found = self._db.execute(
            "SELECT messages FROM released WHERE user = ? AND day = ?", (user, day)
        ).fetchone()
        return int(found[0]) if found else 0

    def count_released(self, user: str, day: int) -> None:
        """Count a message that is sent on: counting them anew takes longer with each."""
        self._db.execute(
            "INSERT INTO released VALUES (?, ?, 1)"
            " ON CONFLICT DO UPDATE SET messages = messages + 1",
            (user, day),
        )

    def sent_to_between(
        self, user: str, recipient: str, begin: float, end: float
    ) -> bool:
        """Whether a user sent a number anything in a time."""
        found = self._db.execute(
            "SELECT 1 FROM message WHERE recipient = ? AND user = ?"
            " AND accepted >= ? AND accepted <= ? LIMIT 1",
            (recipient, user, begin, end),
        )
        return found.fetchone() is not None

    def _messages(self, where: str, *values: str | float) -> list[Message]:
        rows = self._db.execute(f"{_SELECT} {where}", values).fetchall()
        return [self._message(number, row) for number, *row in rows]

    def _message(self, number: int, row: Sequence[Any]) -> Message:  # Any: of SQLite
        values = dict(zip(_COLUMNS, row, strict=True))
        content = Content(*(values.pop(n) for n in ("kind", "text", "udh", "data")))
        del values["parts"], values["status"]
        return Message(
            content=content,
            charge=to_credits(values.pop("millionths")),
            max_credits=to_credits(values.pop("max_millionths")),
            escalate=bool(values.pop("escalate")),
            options=json.loads(values.pop("options")),
            course=self._course(number),
            **values,
        )

    def _course(self, number: int) -> list[Step]:
        steps = self._db.execute(
            "SELECT at, status, route FROM step WHERE message = ? ORDER BY rowid",
            (number,),
        )
        return [Step(at, _STATUSES[status], route) for at, status, route in steps]

    # --------------------------------------------------------------------------- routes

    def route_free_at(self, name: str) -> float:
        """When a route can take its next message."""
        found = self._db.execute(
            "SELECT free_at FROM route WHERE name = ?", (name,)
        ).fetchone()
        return float(found[0]) if found else 0.0

    def occupy_route(self, name: str, until: float) -> None:
        """Note that a route takes no message before a time."""
        self._db.execute("INSERT OR REPLACE INTO route VALUES (?, ?)", (name, until))


def _fixed(message: Message) -> tuple[object, ...]:
    content = message.content
    return (
        *(message.id, message.user, message.recipient),
        *(content.kind, content.text, content.udh, content.data, content.parts),
        *(message.client_id, message.batch_id, message.accepted, message.released),
        *(message.expires, int(message.queue), message.escalate),
        *(message.features, to_millionths(message.max_credits), message.callbacks),
        json.dumps(message.options),
    )


def _changing(message: Message) -> tuple[object, ...]:
    return (
        *(message.sender, to_millionths(message.charge), int(message.status)),
        *(message.due, message.route),
    )
