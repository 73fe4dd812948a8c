"""Deadlines: the seconds that a call may take as a whole, its attempts, their waits and decoding included."""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Any, TypeVar

from ..errors.errors import TransportTimeout
from .failures import Progress

T = TypeVar("T")


class Deadline:
    """The moment at which a call ends, done or not.

    Args:
        seconds: from now on.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._at = time.monotonic() + seconds
        self._progress: Progress | None = None
        self._may_be_sent = False

    @property
    def left(self) -> float:
        """Seconds until it passes; 0 once it has."""
        return max(0.0, self._at - time.monotonic())

    @property
    def phase(self) -> float:
        """The seconds that one phase of a request may take, so that it fails by itself, and ends its
        connection, shortly before the deadline passes."""
        left = self.left
        return max(left - min(0.05, left / 10), 0.001)

    def follow(self, progress: Progress) -> None:
        """Note how far a request gets; of one attempt after the other."""
        self._may_be_sent |= self._progress is not None and not self._unsent
        self._progress = progress

    def stop(self) -> None:
        """End the connection whose reply nobody waits for any more."""
        if self._progress is not None:
            self._progress.stop()

    def error(self) -> TransportTimeout:
        """The error of a call that is not done."""
        sent = False if self._unsent and not self._may_be_sent else None
        said = f"not done within its deadline of {self.seconds:g} s"
        return TransportTimeout(said, sent=sent)

    @property
    def _unsent(self) -> bool:
        progress = self._progress
        return progress is not None and progress.known and not progress.begun


def usable(seconds: float | None, name: str = "deadline") -> float | None:
    """A deadline, or a timeout, as a client takes it.

    Raises:
        ValueError: it is no positive number, or more than anything can wait.
    """
    if seconds is None:
        return None
    if not isinstance(seconds, (int, float)) or not 0 < seconds < threading.TIMEOUT_MAX:
        raise ValueError(f"{name}={seconds!r}: a number of seconds is wanted")
    return seconds


def within(deadline: Deadline, call: Callable[[], T]) -> T:
    """The result of a call, which runs in a thread of its own: neither looking up a host, nor a
    reply that comes byte by byte, nor decoding can be interrupted otherwise.

    Raises:
        TransportTimeout: there is none in time. The thread ends once its connection has.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=copy_context().run, args=(run,), daemon=True)
    thread.start()
    thread.join(deadline.left)
    if results:
        return results[0]
    if errors:
        raise errors[0]
    deadline.stop()
    raise deadline.error()


async def within_async(deadline: Deadline, call: Callable[[], Awaitable[T]]) -> T:
    """`within`, in the event loop.

    Raises:
        TransportTimeout: there is no result in time.
    """
    timeout = _asyncio().timeout(deadline.left)
    try:
        async with timeout:
            return await call()
    except TimeoutError:
        if not timeout.expired():
            raise
    raise deadline.error()


async def in_thread(call: Callable[[], T]) -> T:
    """The result of a call that takes long, which runs in a thread of its own."""
    result: T = await _asyncio().to_thread(call)
    return result


async def sleep(seconds: float) -> None:
    """Wait in the event loop."""
    await _asyncio().sleep(seconds)


def _asyncio() -> Any:  # Any: a module
    """asyncio itself."""
    # Here and not above: it takes longer to import than all of a synchronous client.
    import asyncio

    return asyncio
