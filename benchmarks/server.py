"""A server that gives each POST one reply, as fast as Python can: `python -m benchmarks.server FILE`.

It prints its address, and ends when its stdin does.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path


class _Connection(asyncio.Protocol):
    """One connection, kept alive: a request is its head and the bytes of its Content-Length."""

    def __init__(self, reply: bytes) -> None:
        self._reply = reply
        self._received = b""
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert isinstance(self._transport, asyncio.WriteTransport)
        self._received += data
        while (size := _size(self._received)) <= len(self._received):
            self._received = self._received[size:]
            self._transport.write(self._reply)
            if not self._received:
                break


def _size(data: bytes) -> int:
    """The size of the first request among the received bytes; more than these while unknown."""
    head, end, _ = data.partition(b"\r\n\r\n")
    if not end:
        return len(data) + 1
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(head) + 4 + int(line.partition(b":")[2])
    return len(head) + 4


async def _serve(reply: bytes) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(reply), "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    print(f"http://{host}:{port}/", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main() -> None:
    """Serve until stdin ends."""
    body = Path(sys.argv[1]).read_bytes()
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=ISO-8859-1\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    asyncio.run(_serve(head.encode() + body))


if __name__ == "__main__":
    main()
