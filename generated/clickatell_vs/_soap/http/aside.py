"""Work that takes long, away from an event loop: whatever else runs there goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def aside(work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Call a function in another thread; in this one where the event loop is not asyncio's.

    Args:
        work: the function.
        args: its arguments.
        named: likewise.
    """
    # Here and not above: who makes no asynchronous calls does without it.
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work(*args, **named)
    return await asyncio.to_thread(work, *args, **named)
