"""The gateway's clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeAlias

Clock: TypeAlias = Callable[[], float]
"""The gateway's time, in seconds since 1970."""

LATEST: Final = 253_370_764_800.0
"""The year 9999, in which the gateway's clock stops: no calendar shows what comes later."""


def running_clock(start: float, speed: float) -> Clock:
    """A clock that shows `start` now, and goes `speed` times as fast as the world's."""
    begun = time.monotonic()

    def now() -> float:
        return min(LATEST, start + (time.monotonic() - begun) * speed)

    return now
