"""The gateway's clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, TypeAlias

Clock: TypeAlias = Callable[[], float]
"""The gateway's time, in seconds since 1970."""

LATEST: Final = 253_370_764_800.0
"""The year 9999, in which the gateway's clock stops: no calendar shows what comes later."""


class RunningClock:
    """A clock that goes faster or slower than the world's, and can be turned forward. Threads
    may share it.

    Args:
        start: what it shows now.
        speed: how many times as fast as the world's it goes; 0 stops it.
    """

    def __init__(self, start: float, speed: float) -> None:
        self._lock = threading.Lock()
        self._speed = speed
        self._set(start)

    def __call__(self) -> float:
        """The gateway's time."""
        with self._lock:
            return self._now()

    @property
    def speed(self) -> float:
        """How many times as fast as the world's it goes."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        with self._lock:
            self._set(self._now())
            self._speed = speed

    def turn(self, seconds: float) -> None:
        """Turn it forward.

        Raises:
            ValueError: it would go back.
        """
        if not seconds >= 0:
            raise ValueError("the gateway's clock is only turned forward")
        with self._lock:
            self._set(min(LATEST, self._now() + seconds))

    def _now(self) -> float:
        gone = (time.monotonic() - self._begun) * self._speed
        return min(LATEST, self._start + gone)

    def _set(self, start: float) -> None:
        self._start, self._begun = start, time.monotonic()
