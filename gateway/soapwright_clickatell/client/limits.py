"""How many messages may be sent in a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeAlias

Limiter: TypeAlias = Callable[[int], float]
"""Called with how many messages are about to be sent; returns the seconds to wait before that. It
may block, and is called from several threads."""


class RateLimiter:
    """A limiter for all clients of a process that have it.

    Args:
        per_second: how many messages go out in a second, on average.
        burst: how many go out at once after a time without any; those of a second by default.

    Raises:
        ValueError: one of them is not positive.
    """

    def __init__(self, per_second: float, burst: float | None = None) -> None:
        if not per_second > 0 or (burst is not None and not burst > 0):
            raise ValueError("a positive number of messages a second is wanted")
        self._per_second = per_second
        self._burst = (per_second if burst is None else burst) / per_second
        self._free = 0.0
        """When all messages so far are out, at this rate."""
        self._lock = threading.Lock()

    def __call__(self, count: int) -> float:
        """Reserve a time for so many messages; the seconds until then."""
        with self._lock:
            now = time.monotonic()
            begins = max(self._free, now - self._burst)
            self._free = begins + count / self._per_second
            return max(0.0, self._free - self._burst - now)
