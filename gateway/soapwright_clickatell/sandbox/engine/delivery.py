"""The delivery engine: what becomes of accepted messages as the gateway's time goes on.

A message waits for its delay, then for a route, then for its handset. Nothing of it needs a
thread: `advance` lets happen whatever is due by a time, in the order in which it is due, so that
the outcome depends on the clock alone and not on when anybody looks.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Final

from ...vendor.codes import MessageStatus
from ..records.accounts import Account
from ..records.callbacks import StatusReport, wants
from ..records.messages import Message, Step, price
from ..records.settings import FATES, Route, Settings
from ..state.store import Store

DAY: Final = 24 * 60 * 60
ESCALATION_SECONDS: Final = 5.0
"""How long a message that may escalate waits for the cheapest route. One that may not waits for
the period of its account or route (`reroute_after`)."""
_FASTEST, _SLOWEST = 2.0, 8.0
"""Seconds from a network to a handset."""
# What costs nothing in the end, whatever was taken when it was accepted.
_FREE: Final = frozenset(
    {
        MessageStatus.CANCELLED,
        MessageStatus.EXPIRED,
        MessageStatus.ROUTING_ERROR,
        MessageStatus.OUT_OF_CREDIT,
        MessageStatus.MT_LIMIT_EXCEEDED,
    }
)


class Delivery:
    """The engine. Its methods are called within a transaction of the store.

    Args:
        store: where the messages are.
        settings: the routes, the failures, and the callback URLs.
        began: the time from which outages count.
    """

    def __init__(self, store: Store, settings: Settings, began: float) -> None:
        self._store = store
        self._settings = settings
        self._began = began
        self._routes = {route.name: route for route in settings.routes}

    # ---------------------------------------------------------------------- from outside

    def accept(self, message: Message) -> None:
        """Take a message that was paid for into the engine, and into the store."""
        now = message.accepted
        if message.released > now:
            self._step(message, now, MessageStatus.QUEUED_FOR_LATER)
            message.due = message.released
        else:
            self._store.count_released(message.user, _day(now))
            self._find_route(message, now)
        self._store.add_message(message)

    def adopt(self, now: float) -> None:
        """Find another way for what waits for routes that are set up no longer."""
        for message in self._store.waiting_elsewhere(self._routes):
            steps = len(message.course)
            self._find_route(message, now)
            self._store.update_message(message, message.course[steps:])

    def stop(self, message: Message, now: float) -> None:
        """Stop a message if it has not left the gateway."""
        waits = MessageStatus.QUEUED_FOR_LATER, MessageStatus.QUEUED
        if message.status in waits:
            steps = len(message.course)
            self._end(message, now, MessageStatus.CANCELLED)
            self._store.update_message(message, message.course[steps:])

    def advance(self, now: float, most: int | None = None) -> int:
        """Let happen what is due by a time; how much it was.

        Args:
            now: the time.
            most: how much to let happen at once; `None` for all.
        """
        done = 0
        while most is None or done < most:
            timed = self._store.next_due()
            sent = self._next_sent()
            if sent is not None and sent[0] <= now:
                if timed is None or timed.due is None or sent[0] <= timed.due:
                    self._apply(sent[1], sent[0], timed=False)
                    done += 1
                    continue
            if timed is None or timed.due is None or timed.due > now:
                break
            self._apply(timed, timed.due, timed=True)
            done += 1
        return done

    def candidates(self, message: Message) -> Sequence[Route]:
        """The routes that can carry a message within what it may cost, the cheapest first."""
        account = self._settings.account_of(message.user)
        limits = account.max_credits, message.max_credits
        most = min((limit for limit in limits if limit), default=None)
        able = [
            route
            for route in self._settings.routes
            if route.reaches(message.recipient)
            and not message.features & ~route.features
            and (most is None or self.charge(message, route) <= most)
        ]
        return sorted(able, key=lambda route: route.charge)

    def charge(self, message: Message, route: Route) -> Decimal:
        """The price of a message on a route."""
        return price(message.recipient, message.parts, route.charge)

    def has_sent_enough(self, account: Account, at: float) -> bool:
        """Whether an account may send no more on this day."""
        limit = account.daily_limit
        return bool(limit) and self._store.released_on(account.user, _day(at)) >= limit

    def is_out(self, route: str, at: float) -> bool:
        """Whether a route, or with "" the gateway, does not work at a time."""
        return self._up_from(route, at) > at

    # ---------------------------------------------------------------------------- events

    def _next_sent(self) -> tuple[float, Message] | None:
        """The next message that a route takes from its queue, and when."""
        found = []
        for name in self._routes:
            message = self._store.next_waiting(name)
            if message is not None:
                free = max(self._store.route_free_at(name), message.course[-1].at)
                found.append((self._up_from(name, free), message))
        return min(found, key=lambda one: one[0], default=None)

    def _apply(self, message: Message, at: float, timed: bool) -> None:
        steps = len(message.course)
        if not timed:
            self._send(message, self._routes[message.route], at)
        elif message.status == MessageStatus.QUEUED_FOR_LATER:
            self._release(message, at)
        elif message.status == MessageStatus.QUEUED:
            self._wait_on(message, at)
        else:
            self._end(message, at, self._fate(message)[0])
        self._store.update_message(message, message.course[steps:])

    def _release(self, message: Message, at: float) -> None:
        """The delay of a message is over."""
        if self.has_sent_enough(self._settings.account_of(message.user), at):
            self._end(message, at, MessageStatus.MT_LIMIT_EXCEEDED)
        else:
            self._store.count_released(message.user, _day(at))
            self._find_route(message, at)

    def _find_route(self, message: Message, at: float) -> None:
        routes = self.candidates(message)
        if not routes:
            self._end(message, at, MessageStatus.ROUTING_ERROR)
        elif self._is_free(routes[0], at):
            self._send(message, routes[0], at)
        else:
            message.route = routes[0].name
            self._step(message, at, MessageStatus.QUEUED)
            self._set_timer(message, at)

    def _wait_on(self, message: Message, at: float) -> None:
        """The timer of a message that waits for its route."""
        if at >= message.expires:
            self._end(message, at, MessageStatus.EXPIRED)
            return
        others = [r for r in self.candidates(message) if r.name != message.route]
        free = next((route for route in others if self._is_free(route, at)), None)
        if free is None:
            self._set_timer(message, at)
        else:
            self._send(message, free, at)

    def _set_timer(self, message: Message, at: float) -> None:
        message.due = message.expires
        period = self._patience(message)
        if period:
            others = [r for r in self.candidates(message) if r.name != message.route]
            works = [self._up_from(route.name, at) for route in others]
            if works:  # there is no use in looking before one of them works
                soonest = max(at + period, min(works))
                message.due = min(message.expires, soonest)

    def _patience(self, message: Message) -> float:
        """Seconds that a message waits for its route before it looks for another, again and
        again; 0 for ever."""
        if message.escalate:
            return ESCALATION_SECONDS
        period = self._routes[message.route].reroute_after
        if period is None:
            period = self._settings.account_of(message.user).reroute_after
        return max(period, ESCALATION_SECONDS) if period else 0

    def _send(self, message: Message, route: Route, at: float) -> None:
        """Hand a message to the network; what it costs more than was taken is taken now."""
        charge = self.charge(message, route)
        if charge > message.charge and not self._store.spend(
            message.user, charge - message.charge
        ):
            self._end(message, at, MessageStatus.OUT_OF_CREDIT)
            return
        if charge < message.charge:
            self._store.give(message.user, message.charge - charge)
        message.charge = charge
        message.route = route.name
        if message.sender_feature & ~route.features:
            message.sender = ""  # such a route drops it, unless it was asked to have it
        if route.rate:
            self._store.occupy_route(route.name, at + 1 / route.rate)
        self._step(message, at, MessageStatus.DELIVERED_TO_GATEWAY)
        # Drawn from its id, so that it does not matter who else is drawn for meanwhile.
        way = random.Random(message.id).uniform(_FASTEST, _SLOWEST)
        message.due = at + way + self._fate(message)[1]

    def _end(self, message: Message, at: float, status: MessageStatus) -> None:
        if status in _FREE:
            self._store.give(message.user, message.charge)
            message.charge -= message.charge
        message.due = None
        self._step(message, at, status)

    def _step(self, message: Message, at: float, status: MessageStatus) -> None:
        """Record a status, and add a callback where the customer asked for it."""
        message.course.append(Step(at, status, message.route))
        account = self._settings.account_of(message.user)
        if account.status_callback is None or not wants(message.callbacks, status):
            return
        report = StatusReport(
            api_id=account.api_id,
            message_id=message.id,
            client_id=message.client_id,
            timestamp=int(at),
            to=message.recipient,
            sender=message.sender,
            status=int(status),
            charge=message.charge,
        )
        content = json.dumps(asdict(report), default=str)
        self._store.add_callback("status", account.user, message.id, content, at)

    # ------------------------------------------------------------------------ what goes on

    def _fate(self, message: Message) -> tuple[MessageStatus, float]:
        rule = self._settings.rule(message.recipient)
        return FATES["received" if rule is None else rule.fate]

    def _is_free(self, route: Route, at: float) -> bool:
        return (
            self._store.route_free_at(route.name) <= at
            and not self.is_out(route.name, at)
            and not self._store.has_waiting(route.name)
        )

    def _up_from(self, route: str, at: float) -> float:
        """When a route works again, or the time itself."""
        while True:
            ends = [
                self._began + outage.end
                for outage in self._settings.outages
                if outage.route == route
                and self._began + outage.start <= at < self._began + outage.end
            ]
            if not ends:
                return at
            at = max(ends)


def _day(at: float) -> int:
    """The day, in UTC, that a time is in."""
    return int(at // DAY)
