"""`direct` for asynchronous clients: connections of asyncio, one set an event loop."""

from __future__ import annotations

import asyncio
import socket
from typing import Final

from .aside import aside
from .cookies import Cookies
from .direct import Poll
from .failures import Progress
from .http11 import (
    FAILURES,
    IDLE,
    Http11,
    Reply,
    raise_failed,
)
from .targets import Origin, Target
from .transport import Request, Response, Settings

_NEXT_ADDRESS: Final = 2.0
"""Seconds after which the next address of a host is tried, where it has several."""


class AsyncConnections:
    """The connections of one event loop.

    Args:
        settings: their timeout, and how many there may be at once.
    """

    def __init__(self, settings: Settings) -> None:
        self._timeout: Final = settings.timeout
        self._cookies: Final = settings.cookies
        self._most: Final = settings.connections
        self._slots = asyncio.Semaphore(settings.connections)
        self._idle: list[_Connection] = []
        self._loop = asyncio.get_running_loop()
        self._closed = False

    async def send(self, request: Request, target: Target) -> Response:
        """As `Transport.send`.

        Args:
            request: its body is all in memory.
            target: where it goes.
        """
        timeout, deadline = request.timeout or self._timeout, request.deadline
        progress = Progress()
        progress.known = True
        if deadline is not None:
            deadline.follow(progress)
            timeout = min(timeout, deadline.phase)
        try:
            if self._slots.locked():
                async with asyncio.timeout(timeout):
                    await self._slots.acquire()
            else:
                await self._slots.acquire()
            try:
                reply = await self._exchanged(request, target, timeout, progress)
            finally:
                self._slots.release()
        except FAILURES as error:
            raise_failed(error, request, begun=progress.begun)
        if reply.body.is_long(reply.head):
            return await aside(reply.body.response, reply.head)
        return reply.body.response(reply.head)

    async def aclose(self) -> None:
        """Close those that are idle, and the others once they are."""
        self._closed = True
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        if idle:
            await asyncio.sleep(0)  # the loop closes sockets in its next round

    async def _exchanged(
        self, request: Request, target: Target, timeout: float, progress: Progress
    ) -> Reply:
        connection = self._kept(target.origin)
        if connection is None:
            connection = await self._connected(target.origin, timeout)
        reply = Reply(request)
        try:
            await connection.exchange(request, target, reply, timeout, progress)
        except BaseException:
            connection.close()
            raise
        if not self._closed and connection.is_reusable and len(self._idle) < self._most:
            connection.since = self._loop.time()
            self._idle.append(connection)
        else:
            connection.close()
        return reply

    async def _connected(self, origin: Origin, timeout: float) -> _Connection:
        context = None
        if origin.secure:
            # Here and not above: it takes long to load, and where all is `http:` nobody needs it.
            from .httpx2_parts import default_tls

            context = default_tls()
        sock = await _connected(self._loop, origin, timeout)
        try:
            async with asyncio.timeout(timeout):
                _, connection = await self._loop.create_connection(
                    lambda: _Connection(origin, self._cookies, self._loop),
                    sock=sock,
                    ssl=context,
                    server_hostname=None if context is None else origin.host,
                )
        except BaseException:
            sock.close()
            raise
        return connection

    def _kept(self, origin: Origin) -> _Connection | None:
        """An idle connection; those that cannot be used any more are closed."""
        if not self._idle:
            return None
        oldest = self._loop.time() - IDLE
        if self._idle[0].since < oldest:
            for connection in [one for one in self._idle if one.since < oldest]:
                self._idle.remove(connection)
                connection.close()
        for connection in self._idle[::-1]:
            if connection.origin == origin:
                self._idle.remove(connection)
                if connection.is_quiet():
                    return connection
                connection.close()
        return None


async def _connected(
    loop: asyncio.AbstractEventLoop, origin: Origin, timeout: float
) -> socket.socket:
    """A socket that is connected. asyncio's own way to try several addresses loses sockets where it is cancelled.

    Raises:
        OSError: none of its addresses takes a connection; `TimeoutError` where none does in time.
    """
    async with asyncio.timeout(timeout):
        kind = socket.SOCK_STREAM
        found = await loop.getaddrinfo(origin.host, origin.port, type=kind)
    failed = OSError(f"{origin.host} has no address")
    for number, (family, kind, protocol, _, address) in enumerate(found, 1):
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        wait = timeout if number == len(found) else min(timeout, _NEXT_ADDRESS)
        try:
            async with asyncio.timeout(wait):
                await loop.sock_connect(sock, address)
            return sock
        except OSError as error:
            sock.close()
            failed = error
        except BaseException:
            sock.close()
            raise
    raise failed


class _Connection(asyncio.Protocol):
    """A connection to a service."""

    def __init__(
        self, origin: Origin, cookies: Cookies, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.origin = origin
        self.since = 0.0
        """When it became idle."""
        self._http = Http11(cookies)
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._poll: Poll | None = None
        self._over = False
        """Whether nothing more will come."""
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._timeout = 0.0
        self._last = 0.0
        """When there was any progress."""
        self._unsent = 0
        self._timer: asyncio.TimerHandle | None = None

    async def exchange(
        self,
        request: Request,
        target: Target,
        reply: Reply,
        timeout: float,
        progress: Progress,
    ) -> None:
        """Send a request, and receive its reply.

        Raises:
            TimeoutError: there was no progress for so many seconds.
        """
        assert self._transport is not None
        http = self._http
        data = http.written(request, target)
        http.expect(reply)
        progress.begun = True
        self._transport.write(data)
        self._watch(timeout)
        while not http.take():
            if self._error is not None:
                raise self._error
            if self._over:
                http.feed(b"")
            else:
                self._waiter = self._loop.create_future()
                await self._waiter
        self._waiter = None

    @property
    def is_reusable(self) -> bool:
        """Whether it can carry another request."""
        return not self._over and self._http.is_reusable

    def is_quiet(self) -> bool:
        """Whether nothing came since the last reply: what comes then is the connection's end."""
        if self._over or self._transport is None:
            return False
        if self._poll is None:
            # What the loop has not noticed yet: it may not have run for a while.
            self._poll = Poll(self._transport.get_extra_info("socket"))
        return not self._poll.is_readable()

    def close(self) -> None:
        """End it."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()

    # -------------------------------------------------------------------- as asyncio calls it

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._last = self._loop.time()
        self._http.feed(data)
        self._wake()

    def eof_received(self) -> None:
        self._over = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._over = True
        self._error = exc
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # -------------------------------------------------------------------------------- timeouts

    def _watch(self, timeout: float) -> None:
        """See that there is progress."""
        assert self._transport is not None
        self._timeout, self._last = timeout, self._loop.time()
        self._unsent = self._transport.get_write_buffer_size()
        due = self._last + timeout
        if self._timer is not None:
            if self._timer.when() <= due:
                return  # it will look again
            self._timer.cancel()
        self._timer = self._loop.call_at(due, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._waiter is None or self._transport is None:
            return
        unsent = self._transport.get_write_buffer_size()
        if unsent < self._unsent:
            self._last = self._loop.time()
        self._unsent = unsent
        due = self._last + self._timeout
        if self._loop.time() >= due:
            self._error = TimeoutError("timed out")
            self._wake()
        else:
            self._timer = self._loop.call_at(due, self._look)
