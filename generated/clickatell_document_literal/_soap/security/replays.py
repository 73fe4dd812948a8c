"""A memory of what was received, in one process, so that nothing is taken twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush
from typing import Final, Protocol

_REMEMBERED: Final = 100_000


class NonceStore(Protocol):
    """A memory of nonces, which several processes of a service may share."""

    def add(self, nonce: str, until: float) -> bool:
        """Whether a nonce is new; from now on it is not, at least until that time.

        Args:
            nonce: with its user's name, or the digest of a signature.
            until: seconds since 1970.
        """
        ...


class Nonces:
    """Remembers nonces in this process; where there are too many, each further one is refused."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._by_time: list[tuple[float, str]] = []

    def add(self, nonce: str, until: float) -> bool:
        """As `NonceStore.add`."""
        now = self._clock().timestamp()
        with self._lock:
            while self._by_time and self._by_time[0][0] < now:
                self._known.discard(heappop(self._by_time)[1])
            if nonce in self._known or len(self._known) >= _REMEMBERED:
                return False
            self._known.add(nonce)
            heappush(self._by_time, (until, nonce))
            return True
