"""Retries: which calls are repeated, when, and how often."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Final

from ..errors.errors import TransportError

# Replies that pass: a time-out of a server or a proxy, too many requests, an error page, no
# service at the moment (RFC 9110, section 15; RFC 6585, section 4).
_PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})
_RESERVE: Final = 10.0
_MOST_DOUBLED: Final = 100
"""How often a wait doubles: from then on it is longer than any, and no `float` some time later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """The rules by which a client repeats a call: one that was never sent, and an operation that is
    named idempotent also where its answer was lost or is a passing error of HTTP. Never a fault.

    Raises:
        ValueError: a number is out of its range.
        TypeError: `idempotent` is a single string.
    """

    attempts: int = 3
    """How often a call is sent at most, the first time included."""
    idempotent: Collection[str] = ()
    """The operations, by their names in the WSDL, that do no harm when they are done twice."""
    backoff: float = 0.5
    """Seconds to wait after the first attempt at most. It doubles with each attempt; the wait is any
    time up to it, so that many clients do not come back at once."""
    longest: float = 30.0
    """Seconds to wait at most. A service that asks for more (`Retry-After`) is not called again."""
    budget: float = 0.1
    """How many retries each call adds to what a client may spend; ten are there from the beginning,
    and there are never more. So a service that is down gets hardly more calls than usual."""

    def __post_init__(self) -> None:
        if isinstance(self.idempotent, str):
            raise TypeError("idempotent: a string given, a list of names wanted")
        others = (self.backoff, self.longest, self.budget)
        # a NaN is in no range, and no thread can wait longer
        if self.attempts < 1 or not all(0 <= n < threading.TIMEOUT_MAX for n in others):
            raise ValueError(
                f"{self}: attempts are positive, the others finite and not negative"
            )


class Retrying:
    """The retries of one client, whose calls share a budget.

    Args:
        rules: as its user wants them.
        operations: the names of the port's operations.

    Raises:
        ValueError: an operation is named that the port has not.
    """

    def __init__(self, rules: Retry, operations: Collection[str]) -> None:
        unknown = sorted(set(rules.idempotent).difference(operations))
        if unknown:
            raise ValueError(f"idempotent: the port has no operation {unknown[0]!r}")
        self.rules: Final = rules
        self._left = _RESERVE
        self._lock = threading.Lock()

    def call(self, operation: str) -> Attempts:
        """The attempts at one call."""
        with self._lock:
            self._left = min(self._left + self.rules.budget, _RESERVE)
        return Attempts(self, operation in self.rules.idempotent)

    def spend(self) -> bool:
        """Take one retry from the budget, if there is any left."""
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            return True


class Attempts:
    """The attempts at one call."""

    def __init__(self, retrying: Retrying, idempotent: bool) -> None:
        self._retrying = retrying
        self._idempotent = idempotent
        self._may_be_sent = False
        self.made = 1
        """How many there were, the one that runs included."""

    def wait_after(
        self, error: TransportError, left: float | None, *, again: bool = True
    ) -> float | None:
        """The seconds to wait until the next attempt; `None` where there is none.

        Args:
            error: of the last attempt. Its `sent` then holds for all of them.
            left: seconds until the call must be done, if it must.
            again: whether the request can be sent again at all.
        """
        rules = self._retrying.rules
        self._may_be_sent |= error.sent is not False
        if self._may_be_sent:
            error.sent = None
        if not again or self.made >= rules.attempts or not self._may_repeat(error):
            return None
        doubled = min(self.made - 1, _MOST_DOUBLED)
        most = min(rules.longest, rules.backoff * 2.0**doubled)
        # Here and not above: it takes long to load, and most calls need no second attempt.
        import random

        wait = random.uniform(0, most)
        asked = retry_after(error.headers)
        if asked is not None:
            if asked > rules.longest:
                return None
            wait = max(wait, asked)
        if (left is not None and wait >= left) or not self._retrying.spend():
            return None
        self.made += 1
        return wait

    def _may_repeat(self, error: TransportError) -> bool:
        if error.permanent:
            return False
        if error.status is None:
            return self._idempotent or not self._may_be_sent
        return self._idempotent and error.status in _PASSING


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a reply asks its client to wait (RFC 9110, section 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:10])
    # Here and not above: it takes long to load, and few replies name a time.
    from email.utils import parsedate_to_datetime

    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # the latter of a number in it
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=timezone.utc)
    return max(0.0, (at - datetime.now(timezone.utc)).total_seconds())
