"""A thousand calls at once on one served package: each gets its own answer, and nothing piles up."""

from __future__ import annotations

import asyncio
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

CASE = Path(__file__).parent / "cases" / "services"
CALLS, WARMING, ROUNDS = 1000, 3, 6
PAGE = 4096
ROOM = 2**20
"""Bytes that the server may gain in all rounds after the first ones: 175 for each call, which is
less than what stays of one whose request alone is kept."""

# Nobody is answered before all are there: they are on the way at once.
SERVER = f"""
import asyncio, resource, socket
import uvicorn
from loaded.server import LendingService, asgi

resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)


class Lending(LendingService):
    def __init__(self):
        self.waiting = 0
        self.everybody = asyncio.Event()

    async def titles(self, *, title):
        self.waiting += 1
        everybody = self.everybody
        if self.waiting == {CALLS}:
            self.waiting, self.everybody = 0, asyncio.Event()
            everybody.set()
        await everybody.wait()
        return [title, title.upper()]

    lend = remind = count = close_ = None


taken = socket.create_server(("127.0.0.1", 0), backlog=4096)
taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
print(taken.getsockname()[1], flush=True)
config = uvicorn.Config(asgi(Lending()), log_level="critical", lifespan="off")
uvicorn.Server(config).run(sockets=[taken])
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    folder = tmp_path_factory.mktemp("load")
    with chdir(CASE):
        made = generate(Path("service.wsdl"), Options("loaded"))
    write_package(folder / "loaded", made.files)
    (folder / "serve.py").write_text(SERVER, encoding="utf-8")
    sys.path.insert(0, str(folder))
    yield importlib.import_module("loaded")
    sys.path.remove(str(folder))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="/proc tells sizes")
def test_a_thousand_calls_at_once(package: ModuleType) -> None:
    import resource

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard < 2 * CALLS:
        pytest.skip(f"{hard} files may be open, {2 * CALLS} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    folder = Path(package.__path__[0]).parent
    process = subprocess.Popen(
        [sys.executable, "serve.py"],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )
    assert process.stdout is not None
    with process, process.stdout:
        try:
            port = int(process.stdout.readline())
            sizes = asyncio.run(rounds(package, port, process.pid))
        finally:
            process.terminate()
    assert max(sizes[WARMING:]) - sizes[WARMING - 1] < ROOM, sizes


class Line:
    """A transport with a connection of its own. A thousand in one pool of httpx2's would have to
    be looked through for every call."""

    def __init__(self, package: ModuleType, port: int) -> None:
        transport = importlib.import_module(f"{package.__name__}._soap.http.transport")
        self.response = transport.Response
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, request: Any) -> Any:
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        length = {"Host": "127.0.0.1", "Content-Length": len(request.body)}
        given = {**request.headers, **length}.items()
        head = "".join(f"{name}: {value}\r\n" for name, value in given)
        writer.write(f"POST / HTTP/1.1\r\n{head}\r\n".encode() + request.body)
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = dict(line.lower().split(": ", 1) for line in lines if line)
        body = await reader.readexactly(int(headers["content-length"]))
        return self.response(int(first.split()[1]), headers, body)

    def close(self) -> None:
        if self.streams is not None:
            self.streams[1].close()


async def rounds(package: ModuleType, port: int, pid: int) -> list[int]:
    """The server's size after each round; each call's answer is looked at."""
    lines = [Line(package, port) for _ in range(CALLS)]
    clients = [package.AsyncLendingClient("http://x/", transport=t) for t in lines]
    sizes = []
    for turn in range(WARMING + ROUNDS):
        titles = [f"title {turn * CALLS + number}" for number in range(CALLS)]
        calls = [c.titles(title=t) for c, t in zip(clients, titles, strict=True)]
        answers = await asyncio.wait_for(asyncio.gather(*calls), 120)
        assert answers == [[title, title.upper()] for title in titles]
        resident = Path(f"/proc/{pid}/statm").read_text().split()[1]
        sizes.append(int(resident) * PAGE)
    for line in lines:
        line.close()
    return sizes
