"""Requests answered by a service: the application alone, and on a server.

Both sides answer the same bytes by the same method; the replies are compared first. The
application alone is called as a server would call it, without HTTP: ours through ASGI, spyne's through
WSGI, which is all that it has. On a server, ours runs on uvicorn and on the standard library's
server of `soapwright serve`, spyne's on waitress and on the standard library's wsgiref, each in a
process of its own, which is called over one connection (wsgiref ends its own after each reply); the time is that
of its CPU. A "quick" method is declared so; any other `def` runs in a thread. "uvicorn" is that server
with an application that gives every request the same reply.
"""

from __future__ import annotations

import asyncio
import http.client
import io
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .documents import package
from .meaning import content, same
from .measure import (
    ROOT,
    Batch,
    Found,
    Goal,
    Line,
    Race,
    Settings,
    Skipped,
    Unavailable,
)
from .served import MESSAGES, service
from .spyne_service import WsgiApp, spyne_application

_ALONE = "answer a request, without a server"
_SERVED = "answer a request, on a server"
_TO = ["2799912345", "27999123134"]
_HEADERS = {
    "Host": "localhost:8000",
    "User-Agent": "benchmarks",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
    "Content-Type": "text/xml; charset=UTF-8",
    "SOAPAction": '"sendmsg"',
}
_SERVERS = {
    "uvicorn": "soapwright on uvicorn",
    "uvicorn-quick": "soapwright on uvicorn, a quick method",
    "uvicorn-bare": "uvicorn",
    "own": "soapwright on its own server",
    "own-quick": "soapwright on its own server, a quick method",
    "waitress": "spyne on waitress",
    "wsgiref": "spyne on wsgiref",
}
_PAIRS = (
    ("uvicorn-quick", "waitress"),
    ("uvicorn-quick", "uvicorn-bare"),
    ("uvicorn", "waitress"),
    ("own-quick", "wsgiref"),
    ("own", "wsgiref"),
)


def measure(settings: Settings) -> Found:
    """The application alone, and on servers."""
    folder = package(MESSAGES, "messages", settings.scratch)
    sys.path.insert(0, str(folder))
    try:
        spyne = spyne_application()
    except Unavailable as error:
        return [Skipped(f"{_ALONE}; {_SERVED}", str(error))]
    request = _request()
    with asyncio.Runner() as runner:
        found = _alone(request, spyne, runner, settings)
    return found + _served(request, folder, settings)


def _request() -> bytes:
    # Here and not above: the package is made when this runs.
    import messages  # type: ignore[import-not-found]  # likewise

    operation = messages.PORTS["Messages"].operations["sendmsg"]
    values = {"api_id": 1234, "user": "demo", "password": "demo"}
    values |= {"to": _TO, "sender": "me", "text": "Initial test message"}
    written: bytes = operation.encode_request(operation.request_type(**values))
    return written


# -------------------------------------------------------------------------------- alone


def _alone(
    request: bytes, spyne: WsgiApp, runner: asyncio.Runner, settings: Settings
) -> Found:
    race = Race(clock=time.process_time)
    theirs = _wsgi(spyne, request)
    race.calls("spyne", theirs)
    for name, quick in ("soapwright", False), ("quick", True):
        ours = _asgi(service(quick=quick), request)
        same(content(theirs()), content(runner.run(ours())), name)
        race.candidates[name] = _batch(runner, ours)
    times = race.run(settings.rounds, settings.quick)
    return [
        Line(
            f"{_ALONE}: a quick method",
            "spyne",
            times["quick"],
            times["spyne"],
            Goal(4),
        ),
        Line(f"{_ALONE}: a method", "spyne", times["soapwright"], times["spyne"]),
    ]


def _asgi(app: Any, request: bytes) -> Callable[[], Any]:  # Any: of ASGI
    headers = [(n.lower().encode(), v.encode()) for n, v in _HEADERS.items()]
    headers.append((b"content-length", str(len(request)).encode()))
    came = {"type": "http.request", "body": request, "more_body": False}

    async def receive() -> dict[str, Any]:
        return came

    async def call() -> bytes:
        sent: list[dict[str, Any]] = []

        async def send(event: dict[str, Any]) -> None:
            sent.append(event)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "http",
            "method": "POST",
            "path": "/",
            "raw_path": b"/",
            "root_path": "",
            "query_string": b"",
            "headers": headers,
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
        }
        await app(scope, receive, send)
        assert sent[0]["status"] == 200, sent
        return b"".join(event.get("body", b"") for event in sent[1:])

    return call


def _wsgi(app: WsgiApp, request: bytes) -> Callable[[], bytes]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(request)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in _HEADERS.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value

    def start(status: str, headers: list[tuple[str, str]], info: Any = None) -> None:
        assert status.startswith("200"), status

    return lambda: b"".join(app({**environ, "wsgi.input": io.BytesIO(request)}, start))


def _batch(
    runner: asyncio.Runner, call: Callable[[], Any]  # Any: a coroutine's type
) -> Batch:
    async def calls(count: int) -> float:
        start = time.process_time()
        for _ in range(count):
            await call()
        return time.process_time() - start

    return lambda count: runner.run(calls(count))


# ----------------------------------------------------------------------------- on servers


class _Process:
    """A server in a process of its own, and a connection to it.

    Args:
        kind: as `benchmarks.served` has it.
        folder: of the package.

    Raises:
        Unavailable: it does not start.
    """

    def __init__(self, kind: str, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.served", kind, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        port = self._line()
        if not port:
            self._process.wait()
            raise Unavailable(f"{kind}: not installed")
        self._connection = http.client.HTTPConnection("127.0.0.1", int(port))

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def post(self, request: bytes) -> bytes:
        """The reply to a request."""
        self._connection.request("POST", "/", request, _HEADERS)
        response = self._connection.getresponse()
        body = response.read()
        assert response.status == 200, body
        return body

    def batch(self, request: bytes) -> Batch:
        """Requests; their time is the server's."""

        def calls(count: int) -> float:
            self._connection.close()  # servers end those that were idle for long
            start = self._seconds()
            for _ in range(count):
                self.post(request)
            return self._seconds() - start

        return calls

    def _seconds(self) -> float:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._line())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()
        self._process.communicate()


def _served(request: bytes, folder: Path, settings: Settings) -> Found:
    found: Found = []
    processes: dict[str, _Process] = {}
    try:
        for kind, name in _SERVERS.items():
            try:
                processes[kind] = _Process(kind, folder)
            except Unavailable as error:
                found.append(Skipped(f"{_SERVED}: {name}", str(error)))
        replies = {
            kind: content(one.post(request))
            for kind, one in processes.items()
            if kind != "uvicorn-bare"
        }
        for kind, reply in replies.items():
            same(next(iter(replies.values())), reply, kind)
        race = Race({k: one.batch(request) for k, one in processes.items()})
        times = race.run(settings.rounds, settings.quick)
    finally:
        for one in processes.values():
            one.__exit__(None, None, None)
    for ours, theirs in _PAIRS:
        if ours in times and theirs in times:
            work = f"{_SERVED}: {_SERVERS[ours]}"
            found.append(Line(work, _SERVERS[theirs], times[ours], times[theirs]))
    return found
