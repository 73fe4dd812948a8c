"""A server on loopback that does whatever a script does with each connection: bad networks are made of it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from fake_service import RECEIPT, envelope

GOOD = envelope(RECEIPT)


def http(
    body: bytes = GOOD,
    status: str = "200 OK",
    content_type: str = "text/xml; charset=utf-8",
    *headers: str,
) -> bytes:
    """A whole HTTP reply; further headers are lines without their ends."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}"]
    lines += [f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


@dataclass
class Connection:
    """One connection, as the script of a server sees it."""

    socket: socket.socket
    server: RawServer
    number: int
    """How many were accepted before."""
    _left: bytes = b""

    def request(self) -> bytes:
        """The next request, as it came; b"" where there comes none."""
        data = self._left
        while b"\r\n\r\n" not in data:
            piece = self.socket.recv(2**16)
            if not piece:
                return b""
            data += piece
        head, _, rest = data.partition(b"\r\n\r\n")
        wanted = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                wanted = int(line.partition(b":")[2])
        while len(rest) < wanted:
            piece = self.socket.recv(2**16)
            if not piece:
                return b""
            rest += piece
        self._left = rest[wanted:]
        whole = head + b"\r\n\r\n" + rest[:wanted]
        self.server.seen.append(whole)
        return whole

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def trickle(self, data: bytes, seconds: float) -> None:
        """Send a byte now and then, until the other side goes, or the test ends."""
        for at in range(len(data)):
            if self.server.over.wait(seconds):
                return
            self.socket.sendall(data[at : at + 1])

    def wait(self, seconds: float = 30) -> None:
        """Do nothing until the test ends."""
        self.server.over.wait(seconds)

    def reset(self) -> None:
        """End the connection by RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()


Script = Callable[[Connection], None]


@dataclass
class RawServer:
    """What a test knows of its server."""

    port: int
    scheme: str = "http"
    seen: list[bytes] = field(default_factory=list)
    """The requests, as they came."""
    connections: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        host = "127.0.0.1" if self.scheme == "http" else "localhost"
        return f"{self.scheme}://{host}:{self.port}/"


def always(reply: bytes) -> Script:
    """Answers each request of a connection alike."""

    def answer(connection: Connection) -> None:
        while connection.request():
            connection.send(reply)

    return answer


@contextlib.contextmanager
def raw_server(
    script: Script, tls: ssl.SSLContext | None = None, port: int = 0
) -> Iterator[RawServer]:
    """A server that runs the script in a thread for each connection."""
    listener = socket.create_server(("127.0.0.1", port))
    server = RawServer(listener.getsockname()[1], "https" if tls else "http")
    threads: dict[threading.Thread, socket.socket] = {}

    def serve(accepted: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError), accepted:
            if tls is None:
                script(Connection(accepted, server, number))
                return
            with tls.wrap_socket(accepted, server_side=True) as secured:
                script(Connection(secured, server, number))

    def accept() -> None:
        while True:
            try:
                accepted, _ = listener.accept()
            except OSError:
                return
            if server.over.is_set():
                accepted.close()
                return
            accepted.settimeout(20)
            one = threading.Thread(target=serve, args=(accepted, server.connections))
            server.connections += 1
            for known in [known for known in threads if not known.is_alive()]:
                del threads[known]
            threads[one] = accepted
            one.start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield server
    finally:
        server.over.set()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", server.port), 1).close()
        accepting.join()
        listener.close()
        for one, accepted in threads.items():
            with contextlib.suppress(OSError):
                accepted.shutdown(socket.SHUT_RDWR)
            one.join(25)


def closed_port() -> int:
    """A port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
