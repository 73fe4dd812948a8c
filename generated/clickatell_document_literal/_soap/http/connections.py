"""The clients of HTTP libraries that transports make for themselves: one a process, and one an event loop."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable
from typing import Final, Generic, Protocol, TypeVar

from .failures import closed


class _Closing(Protocol):
    def close(self) -> None: ...


class _AsyncClosing(Protocol):
    async def aclose(self) -> None: ...


C = TypeVar("C", bound=_Closing)
A = TypeVar("A", bound=_AsyncClosing)


class OwnClient(Generic[C]):
    """A client, made when it is first asked for, and in each forked process another: two
    processes that write to one connection would read each other's replies.

    Args:
        make: makes one.
    """

    def __init__(self, make: Callable[[], C]) -> None:
        self._make: Final = make
        # Those of parents are neither closed nor collected: their connections are the parents'.
        self._clients: dict[int, C] = {}
        self._closed = False

    def get(self) -> C:
        """This process's client.

        Raises:
            TransportError: it was closed.
        """
        if self._closed:
            raise closed()
        process = os.getpid()
        client = self._clients.get(process)
        if client is None:
            # Of two threads that come here at once, both get the same one.
            client = self._clients.setdefault(process, self._make())
        return client

    def forget(self) -> C | None:
        """This process's client, if there is one, for the caller to close. No other is made."""
        self._closed = True
        return self._clients.pop(os.getpid(), None)

    def close(self) -> None:
        """Close its connections. It makes no others."""
        client = self.forget()
        if client is not None:
            client.close()


class OwnAsyncClients(Generic[A]):
    """A client for each event loop, as a connection belongs to the loop that opened it.

    Args:
        make: makes one.
    """

    def __init__(self, make: Callable[[], A]) -> None:
        self._make: Final = make
        self._closed = False
        self._clients: dict[tuple[int, object], A] = {}
        self._lives: dict[tuple[int, object], AsyncGenerator[None]] = {}

    async def get(self) -> A:
        """The client of this process and of the event loop that runs.

        Raises:
            TransportError: they were closed.
        """
        if self._closed:
            raise closed()
        here = _here()
        client = self._clients.get(here)
        if client is None:
            self._forget_ended()
            client = self._clients[here] = self._make()
            life = self._lives[here] = self._life(here, client)
            await anext(life)
        return client

    async def aclose(self) -> None:
        """Close this loop's connections; those of other loops are closed when these end."""
        self._closed = True
        life = self._lives.get(_here())
        if life is not None:
            await life.aclose()

    async def _life(self, here: tuple[int, object], client: A) -> AsyncGenerator[None]:
        """Closes a client before its event loop ends: a loop then finalizes the generators that
        were begun in it (PEP 525, `loop.shutdown_asyncgens`)."""
        try:
            yield
        finally:
            self._clients.pop(here, None)
            self._lives.pop(here, None)
            await client.aclose()

    def _forget_ended(self) -> None:
        """Drop the clients of loops that were closed without finalizing anything."""
        for key in [*self._clients]:
            loop = key[1]
            if getattr(loop, "is_closed", bool)():
                del self._clients[key], self._lives[key]


def _here() -> tuple[int, object]:
    """This process, and the event loop that runs; `None` for one that is not asyncio's."""
    # Here and not above: httpx2 imports it, and who makes no client does without it.
    import asyncio

    try:
        return os.getpid(), asyncio.get_running_loop()
    except RuntimeError:
        return os.getpid(), None
