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

import httpx2
import pytest

from codegen.options import Options
from codegen.output import write_package
from codegen.pipeline import generate

CASE = Path(__file__).parent / "cases" / "services"
CALLS, ROUNDS = 1000, 3
PAGE = 4096
ROOM = 8 * 2**20
"""Bytes that the server may have gained after the first round: a call that stayed would leave more."""

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
            url = f"http://127.0.0.1:{int(process.stdout.readline())}/"
            sizes = asyncio.run(rounds(package, url, process.pid))
        finally:
            process.terminate()
    assert max(sizes[1:]) - sizes[0] < ROOM, sizes


async def rounds(package: ModuleType, url: str, pid: int) -> list[int]:
    """The server's size after each round; each call's answer is looked at."""
    limits = httpx2.Limits(max_connections=CALLS, max_keepalive_connections=CALLS)
    sizes = []
    async with httpx2.AsyncClient(limits=limits, timeout=120.0) as connections:
        client = package.AsyncLendingClient(url, http_client=connections)
        for turn in range(ROUNDS):
            titles = [f"title {turn * CALLS + number}" for number in range(CALLS)]
            calls = [client.titles(title=title) for title in titles]
            answers = await asyncio.gather(*calls)
            assert answers == [[title, title.upper()] for title in titles]
            resident = Path(f"/proc/{pid}/statm").read_text().split()[1]
            sizes.append(int(resident) * PAGE)
    return sizes
