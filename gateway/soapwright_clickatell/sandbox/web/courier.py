"""The courier: advances the gateway's time, and sends customers their callbacks.

A callback is kept in the store until it was sent, so that a restart loses none. A call
that is not answered with success is repeated as the vendor documents it, then given up.
Callbacks about one message are sent in order; those about several at once, so that a slow answer
holds up nobody else.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

import httpx2

from ..engine.gateway import Gateway
from ..records.callbacks import (
    INCOMING_RETRIES,
    STATUS_RETRIES,
    Destination,
)
from ..state.store import Callback
from ..wire.callbacks import delivery, report_of

_log = logging.getLogger(__name__)

_TICK: Final = 0.05
_LONGEST_PAUSE: Final = 60.0
_AT_ONCE: Final = 100
_HANDS: Final = 8
"""How many calls are made at the same time."""
_TIMEOUT: Final = 10.0
_GRACE_SECONDS: Final = 3.0
_READ_AT_MOST: Final = 2**16
"""Bytes of an answer, which nobody looks at: the connection can be used again after them."""
_USER_AGENT: Final = {"status": "Clickatell MT Callback", "incoming": "Clickatell MO Callback"}  # fmt: skip


class Courier:
    """Sends accounts the statuses of their messages, and the messages of handsets.

    Args:
        gateway: whose callbacks they are.
        client: what carries them; one of its own by default.
    """

    def __init__(self, gateway: Gateway, client: httpx2.Client | None = None) -> None:
        self._gateway = gateway
        self._client = client or httpx2.Client(timeout=_TIMEOUT)
        self._stopping = threading.Event()
        self._noting = threading.Lock()
        self._gone = False
        self._threads = [
            threading.Thread(target=self._repeat, args=(work,), name=name, daemon=True)
            for name, work in (
                ("clock", lambda: gateway.advance(_AT_ONCE)),
                ("courier", self.deliver),
            )
        ]

    def start(self) -> None:
        """Begin, in threads of its own."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End when the callbacks under way are sent. One that takes too long will be sent again."""
        self._stopping.set()
        until = time.monotonic() + _GRACE_SECONDS
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, until - time.monotonic()))
        with self._noting:
            self._gone = True
        self._client.close()

    def _repeat(self, work: Callable[[], int]) -> None:
        """Work until it is time to stop; where it fails, with longer and longer pauses."""
        pause = _TICK
        while not self._stopping.is_set():
            try:
                busy, pause = work(), _TICK
            except Exception:
                busy, pause = 0, min(max(1.0, 2 * pause), _LONGEST_PAUSE)
                _log.exception("the courier stumbled; it goes on in %g s", pause)
            if not busy:
                self._stopping.wait(pause)

    def deliver(self) -> int:
        """Send the callbacks that are due, and return the number of attempts.

        Raises:
            Exception: what came of it cannot be kept.
        """
        store, now = self._gateway.store, self._gateway.now()
        with store.transaction():
            due = store.due_callbacks(now, _AT_ONCE)
        courses: dict[str, list[Callback]] = {}
        for callback in due:
            courses.setdefault(callback.message, []).append(callback)
        todo = deque(courses.values())
        failures: list[Exception] = []
        hands = [
            threading.Thread(target=self._work_off, args=(todo, failures), daemon=True)
            for _ in range(min(_HANDS, len(todo)))
        ]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        if failures:
            raise failures[0]
        return len(due)

    def _work_off(self, todo: deque[list[Callback]], failures: list[Exception]) -> None:
        """Send callbacks, message by message, until none is left."""
        while todo and not self._stopping.is_set() and not failures:
            try:
                course = todo.popleft()
            except IndexError:
                return  # another hand has it
            try:
                for callback in course:
                    self._note(callback, *self._send(callback))
            except Exception as error:
                failures.append(error)

    def _note(self, callback: Callback, outcome: str, heard: bool) -> None:
        store = self._gateway.store
        with self._noting:
            if self._gone:
                return
            with store.transaction():
                retry = None if heard else _next_attempt(callback, self._gateway.now())
                store.note_attempt(callback.number, retry, outcome)

    def _send(self, callback: Callback) -> tuple[str, bool]:
        """Make one attempt; return its outcome, and whether the customer received it."""
        account = self._gateway.settings.account_of(callback.user)
        incoming = callback.kind == "incoming"
        destination = account.incoming_callback if incoming else account.status_callback
        if destination is None:
            return "no callback URL is set", True
        try:
            status = self._call(callback, destination)
        except Exception as error:  # a customer's failure must not stop other callbacks
            outcome = f"{type(error).__name__}: {error}"
            _log.info("%s callback: %s", callback.kind, outcome)
            return outcome, False
        if 300 <= status < 400:
            return f"HTTP {status}: redirects are not followed", False
        return f"HTTP {status}", status < 300

    def _call(self, callback: Callback, destination: Destination) -> int:
        report = report_of(callback.kind, json.loads(callback.report))
        made = delivery(report, destination)
        headers = {"User-Agent": _USER_AGENT[callback.kind]}
        if made.body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        authentication = None
        if destination.user:
            authentication = httpx2.BasicAuth(destination.user, destination.password)
        with self._client.stream(
            made.verb,
            made.url,
            content=made.body,
            headers=headers,
            auth=authentication,
        ) as reply:
            _read_over(reply)
            return int(reply.status_code)


def _read_over(reply: httpx2.Response) -> None:
    """Read an answer to its end, if that is near; the status is known already."""
    until, read = time.monotonic() + _TIMEOUT, 0
    try:
        for chunk in reply.iter_raw():
            read += len(chunk)
            if read > _READ_AT_MOST or time.monotonic() > until:
                return
    except httpx2.HTTPError as error:
        _log.info("an answer to a callback broke off: %s", error)


def _next_attempt(callback: Callback, now: float) -> float | None:
    """When to try again, each attempt relative to the one before it."""
    retries = INCOMING_RETRIES if callback.kind == "incoming" else STATUS_RETRIES
    return now + retries[callback.attempts] if callback.attempts < len(retries) else None  # fmt: skip
