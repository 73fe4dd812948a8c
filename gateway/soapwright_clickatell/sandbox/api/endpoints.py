"""The endpoints of the API, and what each does."""

from __future__ import annotations

import csv
import io
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import inf
from typing import Any, Final

from ...vendor.codes import ErrorCode
from ..engine.faults import Faults
from ..engine.gateway import Gateway
from ..records.accounts import Account
from ..records.faults import Fault
from ..records.messages import Message
from ..state.clock import RunningClock
from . import requests as r
from . import views as v
from .events import events
from .shapes import BadValue, to_json

_MOST_STREAMS: Final = 32
_CALLBACK_SECONDS: Final = 10.0
"""How long turning the clock waits for callbacks."""
_EXPORTED_AT_ONCE: Final = 500
_COLUMNS: Final = (
    *("id", "account", "to", "from", "kind", "text", "client_id", "batch_id"),
    *("accepted", "status", "status_text", "charge", "route"),
)


class Missing(Exception):
    """There is nothing of this id."""


class TooEarly(Exception):
    """The messages that were waited for have not come."""


class Busy(Exception):
    """There are as many streams as there may be."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A body that is not JSON, as it comes."""

    content_type: str
    pieces: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Given:
    """A request: what its path, its query and its body hold."""

    item: str
    query: Any  # Any: the dataclass of the endpoint
    body: Any  # Any: the same


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method on a path."""

    method: str
    path: str
    """With `{id}`, 32 hex digits, or `{number}` or `{user}`."""
    summary: str
    does: Callable[[Given], object]
    query: type[Any] = r.Nothing  # Any: a dataclass
    body: type[Any] | None = None  # Any: a dataclass
    status: int = 200
    returns: type[Any] | str | None = None  # Any: a dataclass; else a media type
    errors: tuple[int, ...] = ()
    """Statuses besides 400, for what is not as the endpoint takes it."""


class Endpoints:
    """The endpoints of a gateway.

    Args:
        gateway: what it is about.
        clock: the gateway's, which it turns.
        faults: those that calls meet.
        forget_calls: forgets the calls that came.
    """

    def __init__(
        self,
        gateway: Gateway,
        clock: RunningClock,
        faults: Faults,
        forget_calls: Callable[[], None],
    ) -> None:
        self._gateway = gateway
        self._store = gateway.store
        self._clock = clock
        self._faults = faults
        self._forget_calls = forget_calls
        self._streams = threading.Semaphore(_MOST_STREAMS)

    def all(self) -> Sequence[Endpoint]:
        """All endpoints, of the same path one after the other."""
        return (
            *self._of_messages(),
            *self._of_incoming(),
            *self._of_callbacks(),
            *self._of_faults(),
            *self._of_the_rest(),
        )

    def _of_messages(self) -> Sequence[Endpoint]:
        e = Endpoint
        message, messages = "/api/messages/{id}", "/api/messages"
        return (
            e(
                "GET",
                messages,
                "Find messages",
                self.find,
                query=r.MessageSearch,
                returns=v.MessageList,
            ),
            e("DELETE", messages, "Forget all messages", self.forget_all, status=204),
            e(
                "GET",
                f"{messages}/wait-for",
                "Wait for messages",
                self.wait_for,
                query=r.WaitFor,
                returns=v.MessageList,
                errors=(408,),
            ),
            e(
                "GET",
                message,
                "Get a message",
                self.get,
                returns=v.MessageView,
                errors=(404,),
            ),
            e(
                "DELETE",
                message,
                "Forget a message",
                self.forget,
                status=204,
                errors=(404,),
            ),
            e(
                "POST",
                f"{message}/reply",
                "Reply as the handset",
                self.reply,
                body=r.Reply,
                status=201,
                returns=v.Received,
                errors=(404,),
            ),
            e(
                "GET",
                "/api/export",
                "Export all messages",
                self.export,
                query=r.Export,
                returns="application/x-ndjson",
            ),
        )

    def _of_incoming(self) -> Sequence[Endpoint]:
        e = Endpoint
        return (
            e(
                "GET",
                "/api/incoming",
                "List incoming messages",
                self.incoming,
                query=r.IncomingSearch,
                returns=v.IncomingList,
            ),
            e(
                "POST",
                "/api/incoming",
                "Let a handset write",
                self.receive,
                body=r.NewIncoming,
                status=201,
                returns=v.Received,
                errors=(404,),
            ),
        )

    def _of_callbacks(self) -> Sequence[Endpoint]:
        e = Endpoint
        one = "/api/callbacks/{number}"
        return (
            e(
                "GET",
                "/api/callbacks",
                "List callbacks",
                self.callbacks,
                query=r.CallbackSearch,
                returns=v.CallbackList,
            ),
            e(
                "GET",
                one,
                "Get a callback",
                self.callback,
                returns=v.CallbackView,
                errors=(404,),
            ),
            e(
                "POST",
                f"{one}/resend",
                "Send a callback again",
                self.resend,
                status=202,
                returns=v.CallbackView,
                errors=(404,),
            ),
        )

    def _of_faults(self) -> Sequence[Endpoint]:
        e = Endpoint
        faults = "/api/faults"
        return (
            e("GET", faults, "List faults", self.faults, returns=v.FaultList),
            e(
                "POST",
                faults,
                "Make a fault",
                self.make_fault,
                body=r.NewFault,
                status=201,
                returns=v.FaultView,
            ),
            e("DELETE", faults, "Remove all faults", self.remove_faults, status=204),
            e(
                "DELETE",
                f"{faults}/{{number}}",
                "Remove a fault",
                self.remove_fault,
                status=204,
                errors=(404,),
            ),
        )

    def _of_the_rest(self) -> Sequence[Endpoint]:
        e = Endpoint
        clock = "/api/clock"
        return (
            e("GET", clock, "Get the clock", self.clock, returns=v.ClockView),
            e(
                "POST",
                clock,
                "Turn the clock",
                self.turn,
                body=r.TurnClock,
                returns=v.ClockView,
            ),
            e(
                "GET",
                "/api/accounts",
                "List accounts",
                self.accounts,
                returns=v.AccountList,
            ),
            e(
                "PUT",
                "/api/accounts/{user}",
                "Set credits",
                self.set_credits,
                body=r.NewCredits,
                returns=v.AccountView,
                errors=(404,),
            ),
            e("POST", "/api/reset", "Forget everything", self.reset, status=204),
            e(
                "GET",
                "/api/events",
                "Watch what happens",
                self.watch,
                returns="text/event-stream",
                errors=(503,),
            ),
        )

    # --------------------------------------------------------------------------- messages

    def find(self, given: Given) -> v.MessageList:
        """Messages that agree with a search."""
        self._gateway.advance()
        return self._found(given.query)

    def wait_for(self, given: Given) -> v.MessageList:
        """The same, when there are enough."""
        wanted: r.WaitFor = given.query
        until = time.monotonic() + wanted.timeout
        search = replace(wanted, limit=max(wanted.limit, wanted.count))
        while True:
            version = self._store.version
            found = self.find(replace(given, query=search))
            if len(found.messages) >= wanted.count:
                return found
            left = until - time.monotonic()
            if left <= 0 or self._faults.is_closed:
                count = len(found.messages)
                raise TooEarly(
                    f"{count} of {wanted.count} came in {wanted.timeout:g} s"
                )
            self._store.wait_for_change(version, min(left, 0.25))

    def _found(self, wanted: r.MessageSearch) -> v.MessageList:
        columns = {
            **{"account": wanted.account, "to": wanted.to.lstrip("+")},
            **{"from": wanted.from_, "client_id": wanted.client_id},
            **{"batch_id": wanted.batch_id.lower(), "kind": wanted.kind},
            "status": wanted.status,
        }
        with self._store.transaction():
            found = self._store.find_messages(
                {name: value for name, value in columns.items() if value},
                wanted.limit + 1,
                text=wanted.text,
                before=wanted.before.lower(),
            )
        shown = [v.MessageView.of(message) for message in found[: wanted.limit]]
        more = len(found) > wanted.limit
        return v.MessageList(shown, shown[-1].id if more else None)

    def get(self, given: Given) -> v.MessageView:
        """A message."""
        self._gateway.advance()
        return v.MessageView.of(self._message(given.item))

    def _message(self, id_: str) -> Message:
        with self._store.transaction():
            found = self._store.any_message(id_)
        if found is None:
            raise Missing("there is no such message")
        return found

    def forget_all(self, given: Given) -> None:
        """Delete all messages."""
        with self._store.transaction():
            self._store.forget_messages()

    def forget(self, given: Given) -> None:
        """Delete a message."""
        with self._store.transaction():
            if not self._store.forget_messages(given.item):
                raise Missing("there is no such message")

    def reply(self, given: Given) -> v.Received:
        """A handset's answer to a message."""
        message = self._message(given.item)
        account = self._gateway.settings.account_of(message.user)
        to = given.body.to or self._gateway.reply_number(account, message)
        return self._received(message.recipient, to, given.body.text, message.user)

    def export(self, given: Given) -> Stream:
        """All messages, the oldest first."""
        if given.query.format == "csv":
            return Stream("text/csv; charset=utf-8", self._rows())
        lines = (to_json(view) + b"\n" for view in self._views())
        return Stream("application/x-ndjson", lines)

    def _views(self) -> Iterator[v.MessageView]:
        last = ""
        while True:
            with self._store.transaction():
                found = self._store.messages_after(last, _EXPORTED_AT_ONCE)
            for message in found:
                yield v.MessageView.of(message)
            if len(found) < _EXPORTED_AT_ONCE:
                return
            last = found[-1].id

    def _rows(self) -> Iterator[bytes]:
        line = io.StringIO()
        writer = csv.writer(line)
        writer.writerow(_COLUMNS)
        for view in self._views():
            writer.writerow(
                getattr(view, "from_" if name == "from" else name) for name in _COLUMNS
            )
            yield line.getvalue().encode("utf-8", "replace")
            line.seek(0)
            line.truncate()
        yield line.getvalue().encode()

    # --------------------------------------------------------------------------- incoming

    def incoming(self, given: Given) -> v.IncomingList:
        """Messages from handsets."""
        wanted: r.IncomingSearch = given.query
        with self._store.transaction():
            found = self._store.newest_incoming(
                wanted.limit + 1, wanted.before.lower(), wanted.account
            )
        shown = [v.IncomingView.of(one) for one in found[: wanted.limit]]
        more = len(found) > wanted.limit
        return v.IncomingList(shown, shown[-1].id if more else None)

    def receive(self, given: Given) -> v.Received:
        """Take a message from a handset."""
        new: r.NewIncoming = given.body
        return self._received(new.from_, new.to, new.text, new.account)

    def _received(self, sender: str, to: str, text: str, account: str) -> v.Received:
        if account and self._gateway.settings.known_account(account) is None:
            raise Missing("there is no such account")
        try:
            ids = self._gateway.receive(sender, to, text, account)
        except ValueError as error:
            raise BadValue(str(error)) from None
        return v.Received(ids)

    # -------------------------------------------------------------------------- callbacks

    def callbacks(self, given: Given) -> v.CallbackList:
        """Callbacks."""
        wanted: r.CallbackSearch = given.query
        before = inf if wanted.before is None else wanted.before
        with self._store.transaction():
            found = self._store.find_callbacks(
                wanted.limit + 1, wanted.message.lower(), before
            )
        shown = [
            v.CallbackView.of(one, self._account_of(one.user))
            for one in found[: wanted.limit]
        ]
        more = len(found) > wanted.limit
        return v.CallbackList(shown, shown[-1].number if more else None)

    def callback(self, given: Given) -> v.CallbackView:
        """A callback."""
        with self._store.transaction():
            found = self._store.callback(int(given.item))
        if found is None:
            raise Missing("there is no such callback")
        return v.CallbackView.of(found, self._account_of(found.user))

    def resend(self, given: Given) -> v.CallbackView:
        """Have a callback sent again, now."""
        self.callback(given)
        with self._store.transaction():
            self._store.send_again(int(given.item), self._gateway.now())
        return self.callback(given)

    def _account_of(self, user: str) -> Account:
        return self._gateway.settings.account_of(user)

    # ----------------------------------------------------------------------------- faults

    def faults(self, given: Given) -> v.FaultList:
        """The faults that are made."""
        return v.FaultList([v.FaultView.of(one) for one in self._faults.listed()])

    def make_fault(self, given: Given) -> v.FaultView:
        """Make a fault."""
        new: r.NewFault = given.body
        code = ErrorCode.known(new.code)
        assert code is not None, "the request has no other"
        fault = Fault(
            kind=new.kind,
            operation=new.operation,
            accepted=new.accepted,
            seconds=new.seconds,
            status=new.status,
            code=code,
            calls=new.calls,
            share=new.share,
        )
        return v.FaultView.of(self._faults.add(fault))

    def remove_faults(self, given: Given) -> None:
        """Remove all faults."""
        self._faults.clear()

    def remove_fault(self, given: Given) -> None:
        """Remove a fault."""
        if not self._faults.remove(int(given.item)):
            raise Missing("there is no such fault")

    # ------------------------------------------------------------------------------- rest

    def clock(self, given: Given) -> v.ClockView:
        """The gateway's time."""
        now = self._clock()
        return v.ClockView(now, v.time_of(now), self._clock.speed)

    def turn(self, given: Given) -> v.ClockView:
        """Turn the clock, and let happen what is due then."""
        wanted: r.TurnClock = given.body
        self._clock.turn(wanted.total)
        if wanted.speed is not None:
            self._clock.speed = wanted.speed
        with self._store.transaction():
            self._store.note_clock(time.time(), self._clock(), self._clock.speed)
        self._gateway.advance()
        if wanted.wait:
            self._wait_for_callbacks()
        return self.clock(given)

    def _wait_for_callbacks(self) -> None:
        """Wait until all callbacks were sent that are due by now."""
        now, until = self._clock(), time.monotonic() + _CALLBACK_SECONDS
        while time.monotonic() < until and not self._faults.is_closed:
            version = self._store.version
            with self._store.transaction():
                if not self._store.due_callbacks(now, 1):
                    return
            self._store.wait_for_change(version, 0.25)

    def accounts(self, given: Given) -> v.AccountList:
        """The accounts."""
        return v.AccountList(
            [self._shown(account) for account in self._gateway.settings.accounts]
        )

    def set_credits(self, given: Given) -> v.AccountView:
        """Set an account's credits."""
        account = self._gateway.settings.known_account(given.item)
        if account is None:
            raise Missing("there is no such account")
        credits = Decimal(str(given.body.credits))
        with self._store.transaction():
            self._store.set_balance(account.user, round(credits, 6))
        return self._shown(account)

    def _shown(self, account: Account) -> v.AccountView:
        with self._store.transaction():
            credits = self._store.balance(account.user)
        return v.AccountView(account.user, account.api_id, float(credits))

    def reset(self, given: Given) -> None:
        """Forget everything but the time."""
        self._gateway.reset()
        self._faults.restore()
        self._forget_calls()

    def watch(self, given: Given) -> Stream:
        """The events from now on."""
        if not self._streams.acquire(blocking=False):
            raise Busy(f"there are {_MOST_STREAMS} streams already")
        return Stream("text/event-stream", self._watched())

    def _watched(self) -> Iterator[bytes]:
        try:
            yield from events(self._store)
        finally:
            self._streams.release()
