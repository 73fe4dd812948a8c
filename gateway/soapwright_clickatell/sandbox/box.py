"""The gateway in a box, put together: its state, its engine, and the server that listens."""

from __future__ import annotations

import random
import time
from collections.abc import Collection
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self

from .api.endpoints import Endpoints
from .api.http import NAME, Api
from .engine.faults import Faults
from .engine.gateway import FREE_CREDITS, Gateway
from .records.settings import Settings
from .state.clock import RunningClock
from .state.store import Store
from .web.courier import Courier
from .web.hosts import Hosts
from .web.http import Application
from .web.inbox import Inbox
from .web.server import Server


class Box:
    """A gateway that listens from when it is made, and answers from `start` to `stop`.

    Args:
        host: the name or address to listen on.
        port: 0 takes a free one.
        state: the file with its state; `None` keeps it in memory.
        credits: what new accounts begin with.
        speed: how many times as fast as the world's its clock goes; 0 stops it.
        seed: what ids and delivery times are drawn from; `None` for the system's randomness.
        settings: everything else.
        hosts: further names under which it may be called.

    Raises:
        OSError: nothing can listen there.
        StateError: the file cannot be used.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        state: Path | None = None,
        credits: Decimal = FREE_CREDITS,
        speed: float = 1.0,
        seed: int | None = None,
        settings: Settings | None = None,
        hosts: Collection[str] = (),
    ) -> None:
        settings = settings or Settings()
        self._server = Server(host, port)
        try:
            self._store = Store(state)
            run = self._store.begin_run(time.time(), speed)
        except BaseException:
            self._server.server_close()
            raise
        self.clock = RunningClock(run.gateway_time, float(speed))
        self.gateway = Gateway(
            self._store,
            credits=credits,
            clock=self.clock,
            # Each run on a state file draws anew: the ids of the last are taken.
            chance=None if seed is None else random.Random(f"{seed}/{run.number}"),
            settings=settings,
            began=run.began,
        )
        self.faults = Faults(settings.faults)
        self._courier = Courier(self.gateway)
        self._application = Application(
            *(self.gateway, self._server.url, self.faults, Hosts((host, *hosts)))
        )
        inbox = Inbox(self.gateway, self._application.calls, self.faults)
        self._application.mount("inbox", inbox)
        endpoints = Endpoints(
            *(self.gateway, self.clock, self.faults, self._application.calls.clear)
        )
        self._application.mount(NAME, Api(endpoints))

    @property
    def url(self) -> str:
        """The base address."""
        return self._server.url

    def start(self) -> None:
        """Begin to answer, in threads of its own."""
        self._server.start(self._application)
        self._courier.start()

    def stop(self) -> None:
        """Finish what is being answered, and close the state. Nothing works afterwards."""
        self.faults.close()
        self._server.stop()
        self._courier.stop()
        self._store.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
