"""The connections of a client's own transport: sockets, kept and used again, without a library between."""

from __future__ import annotations

import select
import socket
import threading
import time
from contextlib import suppress
from typing import Final

from .cookies import Cookies
from .failures import Progress
from .http11 import (
    FAILURES,
    IDLE,
    PIECE,
    Http11,
    Reply,
    raise_failed,
)
from .targets import Origin, Target
from .transport import Request, Response, Settings


class Connections:
    """The connections of one process. Threads may share them.

    Args:
        settings: their timeout, and how many there may be at once.
    """

    def __init__(self, settings: Settings) -> None:
        self._timeout: Final = settings.timeout
        self._cookies: Final = settings.cookies
        self._most: Final = settings.connections
        self._slots = threading.Semaphore(settings.connections)
        self._idle: list[_Connection] = []
        self._lock = threading.Lock()
        self._closed = False

    def send(self, request: Request, target: Target) -> Response:
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
            if not self._slots.acquire(timeout=timeout):
                raise TimeoutError("no connection became free")
            try:
                return self._exchanged(request, target, timeout, progress)
            finally:
                self._slots.release()
        except FAILURES as error:
            raise_failed(error, request, begun=progress.begun)

    def close(self) -> None:
        """Close those that are idle, and the others once they are."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _exchanged(
        self, request: Request, target: Target, timeout: float, progress: Progress
    ) -> Response:
        connection = self._kept(target.origin)
        if connection is None:
            connection = _Connection(target.origin, timeout, self._cookies)
        reply = Reply(request)
        try:
            progress.connected(connection.socket)
            connection.exchange(request, target, reply, timeout, progress)
        except BaseException:
            connection.close()
            raise
        finally:
            # From here on nobody ends it on behalf of this request, or it is used no more.
            ended = progress.let_go()
        if ended or not connection.is_reusable:
            connection.close()
        else:
            self._keep(connection)
        return reply.body.response(reply.head)

    def _kept(self, origin: Origin) -> _Connection | None:
        """An idle connection; those that cannot be used any more are closed."""
        oldest = time.monotonic() - IDLE
        with self._lock:
            old = [one for one in self._idle if one.since < oldest]
            if old:
                self._idle = [one for one in self._idle if one.since >= oldest]
        for connection in old:
            connection.close()
        while True:
            with self._lock:
                found = [one for one in self._idle if one.origin == origin]
                if not found:
                    return None
                self._idle.remove(found[-1])
            if found[-1].is_quiet():
                return found[-1]
            found[-1].close()

    def _keep(self, connection: _Connection) -> None:
        connection.since = time.monotonic()
        with self._lock:
            if not self._closed and len(self._idle) < self._most:
                self._idle.append(connection)
                return
        connection.close()


class _Connection:
    """A connection to a service.

    Raises:
        OSError: it cannot be made; `TimeoutError` where it is not made in time.
    """

    __slots__ = ("_http", "_poll", "origin", "since", "socket")

    def __init__(self, origin: Origin, timeout: float, cookies: Cookies) -> None:
        self.origin = origin
        self.since = 0.0
        """When it became idle."""
        self._http = Http11(cookies)
        self.socket = _connected(origin, timeout)
        self._poll: Poll | None = None

    def exchange(
        self,
        request: Request,
        target: Target,
        reply: Reply,
        timeout: float,
        progress: Progress,
    ) -> None:
        """Send a request, and receive its reply."""
        sock, http = self.socket, self._http
        data = http.written(request, target)
        http.expect(reply)
        if sock.gettimeout() != timeout:
            sock.settimeout(timeout)
        progress.begun = True
        # A service may answer, and close, before it has read all of a request.
        with suppress(ConnectionError):
            _send(sock, data)
        while not http.take():
            http.feed(sock.recv(PIECE))

    @property
    def is_reusable(self) -> bool:
        """Whether it can carry another request."""
        return self._http.is_reusable

    def is_quiet(self) -> bool:
        """Whether nothing came since the last reply: what comes then is the connection's end."""
        if self._poll is None:
            self._poll = Poll(self.socket)
        return not self._poll.is_readable()

    def close(self) -> None:
        """End it."""
        self.socket.close()


def _send(sock: socket.socket, data: bytes) -> None:
    """Send all of it; its timeout is that of each step."""
    sent = sock.send(data)
    if sent < len(data):
        left = memoryview(data)[sent:]
        while left:
            left = left[sock.send(left) :]


def _connected(origin: Origin, timeout: float) -> socket.socket:
    sock = socket.create_connection((origin.host, origin.port), timeout)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not origin.secure:
            return sock
        # Here and not above: it takes long to load, and where all is `http:` nobody needs it.
        from .httpx2_parts import default_tls

        return default_tls().wrap_socket(sock, server_hostname=origin.host)
    except BaseException:
        sock.close()
        raise


class Poll:
    """The question whether a socket can be read, asked without waiting."""

    __slots__ = ("_poll", "_socket")

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._poll = None
        if hasattr(select, "poll"):  # Windows has none
            self._poll = select.poll()
            self._poll.register(sock, select.POLLIN)

    def is_readable(self) -> bool:
        if self._poll is not None:
            return bool(self._poll.poll(0))
        return bool(select.select([self._socket], [], [], 0)[0])
