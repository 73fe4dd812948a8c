"""The sandbox on a socket: HTTP/1.1 by the standard library, a thread for each connection."""

from __future__ import annotations

import io
import logging
import os
import re
import socket
import socketserver
import struct
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from typing import Any, Final

from .http import MAX_BODY, Request, Response

_log = logging.getLogger(__name__)

MAX_CONNECTIONS: Final = 128
"""A thread each; from three quarters of them on they are not kept open."""
_CROWDED: Final = MAX_CONNECTIONS * 3 // 4
_PATIENCE: Final = 2.0
"""Seconds that a connection waits for another to end, before it is refused."""
_FULL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"
    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
)
REQUEST_SECONDS: Final = 60.0
"""How long a whole request may take to come in, from its first byte to its last."""
_IDLE_SECONDS: Final = 30.0
"""How long a connection may wait: for its next request or a part of it, and for a part of a reply to be taken."""
_GRACE_SECONDS: Final = 5.0
_CHUNK: Final = 2**16
_LINE: Final = 2**10
_ORIGIN: Final = re.compile(r"\Ahttps?://[^/?]*", re.IGNORECASE)
_LENGTH: Final = re.compile(r"[0-9]{1,18}")
_CHUNK_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(;.*)?\r?\n")

# How much of a body that is too long is read and thrown away, so that its sender, who may not
# look before all is sent, gets to see why; and how long that may take.
_DISCARDED_AT_MOST: Final = 64 * MAX_BODY
_DISCARDING_SECONDS: Final = 2.0


class _Refused(Exception):
    """A request whose body is not read, with the status of the reply."""

    def __init__(self, status: int) -> None:
        self.status = status


class Server(socketserver.ThreadingTCPServer):
    """Listens from the moment that it is made; `start` begins to answer.

    Args:
        host: a name or an address, of either kind of IP.
        port: 0 takes a free one.

    Raises:
        OSError: nothing can listen there.
    """

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int) -> None:
        address: Any  # Any: its stubs know of families without ports
        family, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        self.address_family = family
        self._host = host
        self._application: Callable[[Request], Response] | None = None
        self._thread: threading.Thread | None = None
        self.stopping = False
        self._busy = 0
        self._idle = threading.Condition()
        self._slots = threading.Semaphore(MAX_CONNECTIONS)
        self._open = 0
        super().__init__(address, _Handler)

    @property
    def url(self) -> str:
        """The base address."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.server_address[1]}"

    @property
    def is_crowded(self) -> bool:
        """Whether so many connections are open that none should stay so without need."""
        return self._open > _CROWDED

    def start(self, application: Callable[[Request], Response]) -> None:
        """Answer requests, in threads of its own."""
        self._application = application
        self._thread = threading.Thread(
            target=self.serve_forever, args=(0.05,), name="server", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests, finish those that are being answered, and close."""
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
        with self._idle:
            self.stopping = True
            self._idle.wait_for(lambda: not self._busy, _GRACE_SECONDS)
        self.server_close()

    def answer(self, request: Request) -> Response:
        """The application's response; an exception becomes a status of 500."""
        assert self._application is not None, "start was called"
        try:
            return self._application(request)
        except Exception:
            _log.exception("%s %a failed", request.method, request.path)
            return Response(500, b"Internal error\n")

    @contextmanager
    def busy(self) -> Generator[None]:
        """While a request is being answered."""
        with self._idle:
            self._busy += 1
        try:
            yield
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def process_request(
        self, request: Any, client_address: Any
    ) -> None:  # Any: as socketserver's stubs have them
        """Begin a connection, or refuse it where there are too many."""
        if not self._slots.acquire(timeout=_PATIENCE):
            with suppress(OSError):  # it is refused, and may be gone already
                request.sendall(_FULL)
            self.shutdown_request(request)
            return
        with self._idle:
            self._open += 1
        super().process_request(request, client_address)

    def process_request_thread(
        self, request: Any, client_address: Any
    ) -> None:  # Any: as above
        """Serve a connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._idle:
                self._open -= 1
            self._slots.release()

    def handle_error(
        self, request: Any, client_address: Any
    ) -> None:  # Any: as socketserver's stubs have them
        """Ignore a broken connection, which is the peer's matter; log all else."""
        if not isinstance(sys.exc_info()[1], OSError):
            _log.exception("a connection failed")


class _TimedReader(io.RawIOBase):
    """The bytes of a connection, each request of which must come in within its time: whoever sends a byte now and
    then keeps no thread."""

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
        left = _IDLE_SECONDS
        if self._until is not None:
            left = min(left, self._until - time.monotonic())
        if left <= 0:
            raise TimeoutError("the request takes too long")
        self._connection.settimeout(left)
        count = self._connection.recv_into(buffer)
        if begins:
            self.limit(REQUEST_SECONDS)
        return count


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server  # pyright: ignore[reportIncompatibleVariableOverride]  # no other makes it
    protocol_version = "HTTP/1.1"
    server_version = "clickatell-sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 0  # what is written is written as a whole, within the connection's time
    error_content_type = "text/plain; charset=utf-8"
    error_message_format = "%(message)s\n"
    close_connection: bool

    def setup(self) -> None:
        """Read in time."""
        super().setup()
        self._reader = _TimedReader(self.connection)
        self.rfile = io.BufferedReader(self._reader)

    def _exchange(self) -> None:
        """Read a request, and answer it."""
        with self.server.busy():
            try:
                if self.server.stopping:
                    raise _Refused(503)
                body = self._body()
            except _Refused as refusal:
                self._refuse(refusal.status)
                return
            except TimeoutError:
                self._refuse(408)
                return
            self.connection.settimeout(_IDLE_SECONDS)
            path, _, query = _ORIGIN.sub("", self.path).partition("?")
            headers = {name.lower(): value for name, value in self.headers.items()}
            client = str(self.client_address[0])
            request = Request(self.command, path, query, headers, body, client)
            self._send(self.server.answer(request))
            self._reader.wait()

    def _send(self, response: Response) -> None:
        if response.ending:
            self._break_off(response.ending == "reset")
            return
        self.send_response(response.status)
        for name, value in (*self._framing(response), *response.headers.items()):
            self.send_header(name, value)
        if self.close_connection or self.server.is_crowded:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
            if response.stream is not None:
                self._stream(response.stream)

    def _framing(self, response: Response) -> Iterator[tuple[str, str]]:
        """The headers that say what the body is, and where it ends."""
        if response.status == 204:  # it has none (RFC 9110, section 8.6)
            return
        yield "Content-Type", response.content_type
        if response.stream is None:
            yield "Content-Length", str(len(response.body))
        elif self.request_version == "HTTP/1.1":
            yield "Transfer-Encoding", "chunked"
        else:
            self.close_connection = True

    def _stream(self, stream: Iterator[bytes]) -> None:
        """Send a body as it comes (RFC 9112, section 7.1), until the server stops."""
        chunked = self.request_version == "HTTP/1.1"
        for piece in stream:
            if self.server.stopping:
                break
            if piece:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)  # fmt: skip
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _break_off(self, reset: bool) -> None:
        """End the connection without a response."""
        self.close_connection = True
        if reset:
            linger = struct.pack("ii", 1, 0)  # what is not sent is dropped, with a RST
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            os.close(self.connection.detach())
        else:
            self.connection.shutdown(socket.SHUT_RDWR)

    # ---------------------------------------------------------------------------- bodies

    def _body(self) -> bytes:
        """The request's body.

        Raises:
            _Refused: its length is not declared, or too great.
        """
        coding = self.headers.get("Transfer-Encoding")
        lengths = set(self.headers.get_all("Content-Length", []))
        if coding is not None:
            if lengths:
                raise _Refused(400)  # one of the two lies (RFC 9112, section 6.3)
            if coding.strip().lower() != "chunked":
                raise _Refused(501)
            return self._chunks()
        if not lengths:
            if self.command in ("POST", "PUT", "PATCH"):
                raise _Refused(411)
            return b""
        length = lengths.pop().strip()
        if lengths or not _LENGTH.fullmatch(length):
            raise _Refused(400)
        if int(length) > MAX_BODY:
            raise _Refused(413)
        return self._exactly(int(length))

    def _chunks(self) -> bytes:
        """A chunked body (RFC 9112, section 7.1); its trailers are read over."""
        body = bytearray()
        while True:
            size = _CHUNK_SIZE.fullmatch(self.rfile.readline(_LINE))
            if size is None:
                raise _Refused(400)
            length = int(size[1], 16)
            if not length:
                break
            if len(body) + length > MAX_BODY:
                raise _Refused(413)
            body += self._exactly(length)
            if self.rfile.readline(3).rstrip(b"\r\n"):
                raise _Refused(400)
        for _ in range(100):
            if not self.rfile.readline(_LINE).rstrip(b"\r\n"):
                return bytes(body)
        raise _Refused(400)

    def _exactly(self, length: int) -> bytes:
        read = self.rfile.read(length)
        if len(read) < length:
            raise ConnectionError("the connection ended within a request")
        return read

    def _refuse(self, status: int) -> None:
        """Say so, and close: where the body ends, and the next request begins, is not known."""
        self.close_connection = True
        self.connection.settimeout(_IDLE_SECONDS)
        self._send(Response(status, f"{self.responses[status][1]}\n".encode()))
        self.connection.shutdown(socket.SHUT_WR)
        self._reader.limit(_DISCARDING_SECONDS)
        for _ in range(_DISCARDED_AT_MOST // _CHUNK):
            if not self.rfile.read1(_CHUNK):
                break

    # ------------------------------------------------------------------ http.server's ways

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Every method's: the application knows which are allowed where."""
        if name.startswith("do_"):
            return self._exchange
        raise AttributeError(name)

    def log_message(self, format: str, *args: object) -> None:
        """Calls are logged by the application; connections are not worth it."""
