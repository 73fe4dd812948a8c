"""An HTTP/1.1 server of the standard library for an ASGI application: mocks need no other.

A connection has a thread; there are `MOST_CONNECTIONS` at most, and whoever comes then waits. A request
has `REQUEST_SECONDS` to come in, headers and body, so that nobody keeps a thread by sending a byte now
and then. It is for tests and development: it speaks no TLS, and what it serves should answer soon.
"""

from __future__ import annotations

import asyncio
import io
import re
import socket
import sys
import threading
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, TypeAlias
from urllib.parse import unquote

# Any: dictionaries of ASGI.
Event: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Event]]
Send: TypeAlias = Callable[[Event], Awaitable[None]]
AsgiApp: TypeAlias = Callable[[Event, Receive, Send], Awaitable[None]]

MOST_CONNECTIONS: Final = 64
REQUEST_SECONDS: Final = 60.0
"""How long a whole request may take to come in, from its first byte to its last."""
_IDLE_SECONDS: Final = 5.0
"""How long a connection may wait for its next request."""
_READ_SECONDS: Final = 30.0
"""How long a request may wait for its next piece, and each part of a reply to be taken."""
_PIECE: Final = 2**16
_LINE: Final = 2**10
_TRAILERS: Final = 100
_LENGTH: Final = re.compile(r"[0-9]{1,18}")
_CHUNK_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(;.*)?\r?\n")
_ORIGIN: Final = re.compile(r"\Ahttps?://[^/?]*", re.IGNORECASE)

# How much of a body that nobody wants is read and thrown away, so that its sender, who may not
# look before all is sent, gets to see the reply; and how long that may take.
_DISCARDED_AT_MOST: Final = 2**26
_DISCARDING_SECONDS: Final = 2.0


class Server(ThreadingHTTPServer):
    """Serves an application on a socket that listens already."""

    daemon_threads = True

    def __init__(self, listening: socket.socket, app: AsgiApp) -> None:
        self.app = app
        self._free = threading.Semaphore(MOST_CONNECTIONS)
        super().__init__(("", 0), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.server_name, self.server_port = listening.getsockname()[:2]

    @property
    def is_full(self) -> bool:
        """Whether who comes next has to wait for a connection to end."""
        if self._free.acquire(blocking=False):
            self._free.release()
            return False
        return True

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give a connection its thread, once there is one. (`Any`: as socketserver has it.)"""
        self._free.acquire()
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection, in its thread. (`Any`: as socketserver has it.)"""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a broken connection: that is the peer's matter. (`Any`: as socketserver has it.)"""
        if not isinstance(sys.exc_info()[1], OSError):
            traceback.print_exc()


class _Refused(Exception):
    """A request that cannot be read, with the status of the reply."""

    def __init__(self, status: int) -> None:
        self.status = status


class _TimedReader(io.RawIOBase):
    """The bytes of a connection, each request of which must come in within its time."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._until: float | None = None

    def wait(self) -> None:
        """Wait for the next request: its time begins with its first byte."""
        self._until = None

    def limit(self, seconds: float) -> None:
        """From now on, read for so long."""
        self._until = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # Any: as its base has it
        """Read what there is.

        Raises:
            TimeoutError: nothing came in time, or the request's time is over.
        """
        begins = self._until is None
        if self._until is None:
            self.limit(_IDLE_SECONDS)
        left = (self._until or 0) - time.monotonic()
        if left <= 0:
            raise TimeoutError("the request takes too long")
        self._connection.settimeout(min(left, _READ_SECONDS))
        count = self._connection.recv_into(buffer)
        if begins:
            self.limit(REQUEST_SECONDS)
        return count


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server  # pyright: ignore[reportIncompatibleVariableOverride]  # it serves this one alone
    protocol_version = "HTTP/1.1"
    server_version = "soapwright"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 0  # what is written is written as a whole, within the connection's time
    close_connection: bool

    def setup(self) -> None:
        """Read in time."""
        super().setup()
        self._reader = _TimedReader(self.connection)
        self.rfile = io.BufferedReader(self._reader)

    def handle(self) -> None:
        """Answer one request after the other."""
        with asyncio.Runner() as self._runner:
            super().handle()

    def _exchange(self) -> None:
        """Read a request, and answer it."""
        pieces: Iterator[bytes] = iter(())
        try:
            pieces = self._pieces()
            status, headers, body = self._runner.run(self._ask(pieces))
            unread = next(pieces, None) is not None
        except _Refused as refusal:
            status, headers, body, unread = refusal.status, [], b"", True
        except TimeoutError:
            status, headers, body, unread = 408, [], b"", True
        # Where this request ends and the next begins is not known, or not yet reached.
        self.close_connection |= unread or self.server.is_full
        self.connection.settimeout(_READ_SECONDS)
        self._reply(status, headers, body)
        if unread:
            self._discard()
        self._reader.wait()

    async def _ask(
        self, pieces: Iterator[bytes]
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """The application's answer: status, headers, body."""
        status, headers, body = 500, [], bytearray()

        async def receive() -> Event:
            piece = next(pieces, b"")
            return {"type": "http.request", "body": piece, "more_body": bool(piece)}

        async def send(event: Event) -> None:
            nonlocal status, headers
            if event["type"] == "http.response.start":
                status, headers = event["status"], list(event["headers"])
            else:
                body.extend(event.get("body", b""))

        await self.server.app(self._scope(), receive, send)
        return status, headers, bytes(body)

    def _scope(self) -> Event:
        """The request as ASGI has it, without its body."""
        path, _, query = _ORIGIN.sub("", self.path).partition("?")
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "http",
            "method": self.command,
            "path": unquote(path) or "/",
            "raw_path": path.encode("latin-1"),
            "root_path": "",
            "query_string": query.encode("latin-1"),
            "headers": [
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in self.headers.items()
            ],
            "client": self.client_address[:2],
            "server": (self.server.server_name, self.server.server_port),
        }

    def _reply(
        self, status: int, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name.decode("latin-1"), value.decode("latin-1"))
        if all(name.lower() != b"content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    # ---------------------------------------------------------------------------- bodies

    def _pieces(self) -> Iterator[bytes]:
        """The request's body, as it is asked for (RFC 9112, section 6).

        Raises:
            _Refused: its length is not declared.
        """
        coding = self.headers.get("Transfer-Encoding")
        lengths = set(self.headers.get_all("Content-Length", []))
        if coding is not None:
            if lengths:
                raise _Refused(400)  # one of the two lies (section 6.3)
            if coding.strip().lower() != "chunked":
                raise _Refused(501)
            return self._chunks()
        length = lengths.pop().strip() if lengths else "0"
        if lengths or not _LENGTH.fullmatch(length):
            raise _Refused(400)
        return self._exactly(int(length))

    def _chunks(self) -> Iterator[bytes]:
        """A chunked body (section 7.1); its trailers are read over."""
        while True:
            size = _CHUNK_SIZE.fullmatch(self.rfile.readline(_LINE))
            if size is None:
                raise _Refused(400)
            length = int(size[1], 16)
            if not length:
                break
            yield from self._exactly(length)
            if self.rfile.readline(3).rstrip(b"\r\n"):
                raise _Refused(400)
        for _ in range(_TRAILERS):
            if not self.rfile.readline(_LINE).rstrip(b"\r\n"):
                return
        raise _Refused(400)

    def _exactly(self, length: int) -> Iterator[bytes]:
        while length:
            piece = self.rfile.read(min(length, _PIECE))
            if not piece:
                raise ConnectionError("the connection ended within a request")
            yield piece
            length -= len(piece)

    def _discard(self) -> None:
        """Read on for a while: a connection that is closed before loses what was replied."""
        self.connection.shutdown(socket.SHUT_WR)
        self._reader.limit(_DISCARDING_SECONDS)
        for _ in range(_DISCARDED_AT_MOST // _PIECE):
            if not self.rfile.read1(_PIECE):
                break

    # ------------------------------------------------------------------ http.server's ways

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _exchange

    def log_message(self, format: str, *args: object) -> None:
        """A mock's calls are not logged."""
