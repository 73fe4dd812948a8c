"""The gateway's clock."""

from __future__ import annotations

import time
from typing import TypeAlias
from collections.abc import Callable

Clock: TypeAlias = Callable[[], float]
"""The gateway's time, in seconds since 1970."""


def running_clock(start: float, speed: float) -> Clock:
    """A clock that shows `start` now, and goes `speed` times as fast as the world's."""
    begun = time.monotonic()

    def now() -> float:
        return start + (time.monotonic() - begun) * speed

    return now
