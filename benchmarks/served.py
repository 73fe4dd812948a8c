"""A service on a server, in a process of its own: `python -m benchmarks.served KIND FOLDER`.

It prints its port, and for each line on stdin the seconds of CPU that it has taken; it ends with stdin.
"""

from __future__ import annotations

import importlib
import os
import socket
import sys
import threading
import time
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from soapwright.tools.http_server import Server

from .measure import ROOT
from .spyne_service import receipts, spyne_application

_LIBRARIES = "uvicorn", "waitress"
MESSAGES = ROOT / "benchmarks" / "inputs" / "messages.wsdl"


def service(*, quick: bool) -> Any:  # Any: an application of ASGI
    """Our service: its method is a `def`, which may be declared quick."""
    server: Any = importlib.import_module("messages.server")

    def sendmsg(self: object, *, to: list[str], **rest: object) -> list[str]:
        return receipts(to)

    method = server.quick(sendmsg) if quick else sendmsg
    return server.asgi(
        type("Service", (server.MessagesService,), {"sendmsg": method})()
    )


async def _bare(scope: Any, receive: Any, send: Any) -> None:  # Any: of ASGI
    """An application that reads a request, and gives the same reply always."""
    while (await receive()).get("more_body", False):
        pass
    headers = [(b"content-type", b"text/xml"), (b"content-length", b"4")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"<a/>"})


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Requests are not logged: no other server here does."""


def _serve(kind: str, listening: socket.socket) -> None:
    name, _, how = kind.partition("-")
    if name == "uvicorn":
        uvicorn: Any = importlib.import_module(name)
        app = _bare if how == "bare" else service(quick=how == "quick")
        options = {"log_level": "warning", "lifespan": "off", "access_log": False}
        config = uvicorn.Config(app, **options)
        uvicorn.Server(config).run(sockets=[listening])
    elif name == "own":
        with Server(listening, service(quick=how == "quick")) as server:
            server.serve_forever()
    elif name == "waitress":
        waitress: Any = importlib.import_module(name)
        waitress.serve(spyne_application(), sockets=[listening], _quiet=True)
    else:
        plain = WSGIServer(("127.0.0.1", 0), _Silent, bind_and_activate=False)
        plain.socket.close()
        plain.socket = listening
        plain.server_name, plain.server_port = listening.getsockname()
        plain.setup_environ()
        plain.set_app(spyne_application())
        plain.serve_forever()


def _report() -> None:
    for _ in sys.stdin:
        print(time.process_time(), flush=True)
    os._exit(0)


def main() -> None:
    """Serve until stdin ends."""
    kind, folder = sys.argv[1:]
    sys.path.insert(0, folder)
    # Before the port is printed: where a server is not installed, none is.
    if (name := kind.partition("-")[0]) in _LIBRARIES:
        importlib.import_module(name)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # As servers have it that open their own sockets: else the second part of a reply waits 40 ms for
        # the acknowledgement of the first, and the caches are cold by the next request.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        print(listening.getsockname()[1], flush=True)
        threading.Thread(target=_report, daemon=True).start()
        _serve(kind, listening)


if __name__ == "__main__":
    main()
