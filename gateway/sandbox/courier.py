"""The courier: a thread that lets the gateway's time go on, and tells customers what they asked for.

What is to be told is kept in the store until it was, so that a restart loses none of it. A call
that is not answered with success is repeated as the vendor documents it, then given up.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import httpx2

from .callbacks import (
    INCOMING_RETRIES,
    STATUS_RETRIES,
    Destination,
    IncomingMessage,
    StatusReport,
    delivery,
)
from .gateway import Gateway
from .store import Callback

_log = logging.getLogger(__name__)

_TICK: Final = 0.05
_AT_ONCE: Final = 100
_TIMEOUT: Final = 10.0
_USER_AGENT: Final = {"status": "Clickatell MT Callback", "incoming": "Clickatell MO Callback"}  # fmt: skip


class Courier:
    """Tells an account what becomes of its messages, and what handsets send it.

    Args:
        gateway: whose callbacks they are.
        client: what carries them; one of its own by default.
    """

    def __init__(self, gateway: Gateway, client: httpx2.Client | None = None) -> None:
        self._gateway = gateway
        self._client = client or httpx2.Client(timeout=_TIMEOUT)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier")

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End, once what is being told is told."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._client.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                busy = self._gateway.advance(_AT_ONCE) + self.deliver()
            except Exception:
                _log.exception("the courier stumbled")
                busy = 0
            if not busy:
                self._stopping.wait(_TICK)

    def deliver(self) -> int:
        """Tell what is due; how much was tried."""
        store, now = self._gateway.store, self._gateway.now()
        with store.transaction():
            due = store.due_callbacks(now, _AT_ONCE)
        for callback in due:
            if self._stopping.is_set():
                break
            outcome, done = self._tell(callback)
            with store.transaction():
                retry = None if done else _next_attempt(callback, self._gateway.now())
                store.note_attempt(callback.number, retry, outcome)
        return len(due)

    def _tell(self, callback: Callback) -> tuple[str, bool]:
        """What came of one attempt, and whether it was heard."""
        account = self._gateway.account
        incoming = callback.kind == "incoming"
        destination = account.incoming_callback if incoming else account.status_callback
        if destination is None:
            return "no callback URL is set", True
        try:
            status = self._call(callback, destination)
        except httpx2.HTTPError as error:
            outcome = f"{type(error).__name__}: {error}"
            _log.info("%s callback: %s", callback.kind, outcome)
            return outcome, False
        return f"HTTP {status}", status < 400

    def _call(self, callback: Callback, destination: Destination) -> int:
        report = _report(callback.kind, json.loads(callback.report))
        made = delivery(report, destination)
        headers = {"User-Agent": _USER_AGENT[callback.kind]}
        if made.body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        authentication = None
        if destination.user:
            authentication = httpx2.BasicAuth(destination.user, destination.password)
        reply = self._client.request(
            made.verb,
            made.url,
            content=made.body,
            headers=headers,
            auth=authentication,
        )
        return int(reply.status_code)


def _report(
    kind: str, fields: Mapping[str, Any]
) -> StatusReport | IncomingMessage:  # Any: of JSON
    if kind == "incoming":
        return IncomingMessage(**fields)
    return StatusReport(**{**fields, "charge": Decimal(fields["charge"])})


def _next_attempt(callback: Callback, now: float) -> float | None:
    """When to try again, each attempt relative to the one before it."""
    retries = INCOMING_RETRIES if callback.kind == "incoming" else STATUS_RETRIES
    return now + retries[callback.attempts] if callback.attempts < len(retries) else None  # fmt: skip
