"""Long lives: many threads and tasks on one client, calls that are cancelled, forks, event loops, and memory after many calls."""

from __future__ import annotations

import asyncio
import gc
import logging
import multiprocessing
import os
import random
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import clickatell
import pytest
from fake_service import envelope
from raw_server import Connection, always, http, raw_server
from test_client import AsyncClient, Client

from soapwright.runtime.errors.errors import TransportError
from soapwright.runtime.http.transport import Request, Response


def echo(connection: Connection) -> None:
    """Answers with the number that a request has as its item."""
    while request := connection.request():
        number = request.partition(b"<item>")[2].partition(b"<")[0].decode()
        connection.send(
            http(
                envelope(
                    f"<s:orderResponse><number>{number}</number></s:orderResponse>"
                )
            )
        )


def test_64_threads_share_a_client():
    with raw_server(echo) as server, Client(server.url, connections=16) as client:
        with ThreadPoolExecutor(64) as pool:
            found = list(pool.map(lambda n: client.order(item=str(n)), range(640)))
        assert found == list(range(640))
        assert server.connections <= 16


def test_1000_tasks_share_a_client():
    async def run() -> list[int]:
        async with AsyncClient(server.url, connections=20) as client:
            return await asyncio.gather(
                *[client.order(item=str(n)) for n in range(1000)]
            )

    with raw_server(echo) as server:
        assert asyncio.run(run()) == list(range(1000))
        assert server.connections <= 20


def test_tasks_that_are_cancelled_leave_the_client_whole():
    """Whenever a call is cancelled, no other gets its reply, and no connection is lost."""

    async def one(client: AsyncClient, number: int) -> None:
        assert await client.order(item=str(number)) == number

    async def run() -> None:
        chance = random.Random(1)
        async with AsyncClient(server.url, connections=5, timeout=20) as client:
            for _ in range(20):
                tasks = [asyncio.create_task(one(client, n)) for n in range(30)]
                for task in chance.sample(tasks, 15):
                    await asyncio.sleep(chance.random() / 500)
                    task.cancel()
                for found in await asyncio.gather(*tasks, return_exceptions=True):
                    assert found is None or isinstance(found, asyncio.CancelledError)
            await asyncio.gather(*[one(client, n) for n in range(50)])

    with raw_server(echo) as server:
        asyncio.run(run())


def test_deadlines_in_many_threads():
    def script(connection: Connection) -> None:
        while request := connection.request():
            if b"<item>1</item>" in request:
                connection.wait(1)
            connection.send(http())

    def call(number: int) -> int | None:
        try:
            return client.order(item=str(number % 4))
        except TransportError:
            return None

    with raw_server(script) as server:
        with Client(server.url, deadline=0.5, timeout=0.3) as client:
            with ThreadPoolExecutor(16) as pool:
                found = list(pool.map(call, range(64)))
    assert found.count(None) >= 16
    assert found.count(7) >= 40


# ------------------------------------------------------------------------------------ forks


def _in_child(client: Client, first: int, results: object) -> None:
    found = [client.order(item=str(first + n)) for n in range(50)]
    results.put(found == list(range(first, first + 50)))  # type: ignore[attr-defined]  # a queue
    results.close()  # type: ignore[attr-defined]  # likewise
    results.join_thread()  # type: ignore[attr-defined]  # likewise
    os._exit(0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
@pytest.mark.filterwarnings("ignore:This process.*multi-threaded:DeprecationWarning")
def test_forked_processes_use_a_client_at_once():
    """With one connection for all, each would read the replies to the others."""
    fork = multiprocessing.get_context("fork")
    with raw_server(echo) as server, Client(server.url) as client:
        assert client.order(item="1") == 1
        results = fork.Queue()
        children = [
            fork.Process(target=_in_child, args=(client, 1000 * n, results))
            for n in range(1, 4)
        ]
        for child in children:
            child.start()
        assert [client.order(item=str(n)) for n in range(50)] == list(range(50))
        assert [results.get(timeout=30) for _ in children] == [True] * 3
        for child in children:
            child.join(30)
        assert [client.order(item=str(n)) for n in range(5)] == list(range(5))
        assert server.connections == 4
        results.close()


# ------------------------------------------------------------------------------ event loops


def test_event_loops_come_and_go():
    with raw_server(echo) as server:
        client = AsyncClient(server.url)

        async def run() -> list[int]:
            return await asyncio.gather(*[client.order(item=str(n)) for n in range(3)])

        def several() -> None:
            for _ in range(5):
                assert asyncio.run(run()) == [0, 1, 2]

        threads = [threading.Thread(target=several) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert not client._transport._own._clients


# ----------------------------------------------------------------------------------- memory


class Memory:
    """A transport with a fault, a page, or a lost answer now and then."""

    def __init__(self) -> None:
        self._sent = 0
        self._good = envelope("<s:orderResponse><number>7</number></s:orderResponse>")
        self._fault = envelope(
            "<e:Fault><faultcode>e:Client</faultcode><faultstring>no</faultstring></e:Fault>"
        )

    def send(self, request: Request) -> Response:
        self._sent += 1
        headers = {"content-type": "text/xml"}
        match self._sent % 10:
            case 0:
                return Response(500, headers, self._fault)
            case 1:
                return Response(503, headers, b"<html>%d</html>" % self._sent)
            case 2:
                raise TransportError("lost")
        return Response(200, headers, self._good)


def _grown_by(client: Client, calls: int) -> int:
    """The bytes by which Python's memory grows in so many calls, after as many."""

    def some() -> None:
        for _ in range(calls):
            try:
                client.order(item="tea")
            except Exception:
                continue

    tracemalloc.start()
    try:
        some()
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        some()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_calls_leave_nothing_behind():
    client = Client("http://x/", transport=Memory())
    assert _grown_by(client, 1000) < 10_000


@pytest.mark.slow
def test_connections_leave_nothing_behind():
    def one(connection: Connection) -> None:
        connection.request()
        if connection.number % 3:
            connection.send(http())

    with raw_server(one) as server, Client(server.url, timeout=5) as client:
        server.seen = _Forgetful()
        assert _grown_by(client, 50) < 60_000


@pytest.mark.slow
def test_a_hundred_thousand_calls_on_a_network():
    """The sample of a long life: what a process holds, by the system's count, after a quarter of
    the calls and after all of them."""

    if not os.path.exists("/proc/self/statm"):
        pytest.skip("the system does not say what a process holds")
    with raw_server(always(http())) as server, Client(server.url) as client:
        server.seen = _Forgetful()
        for _ in range(25_000):
            client.order()
        gc.collect()
        before = _resident()
        for _ in range(75_000):
            client.order()
        gc.collect()
        assert _resident() - before < 4 * 2**20


def _resident() -> int:
    """What this process holds, by the system's count."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _answering() -> Any:
    """A service that answers each operation alike, and refuses now and then. (Any: its class is made here.)"""

    def method(self: object, **given: object) -> str:
        if given["user"] == "fault":
            raise clickatell.errors.SoapFault("no", code="Client")
        if given["user"] == "error":
            raise RuntimeError("a mistake of the service's own")
        return f"Credit: {given['password']}"

    base: Any = clickatell.server.PushServerWSPortTypeService
    return type("Answering", (base,), dict.fromkeys(base._methods.values(), method))()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_long_life_of_a_client_and_a_service(kind: str) -> None:
    """Calls through a client and a service in this process, of which every hundredth is answered by a fault,
    and every thousandth by an error: what the process holds, after a fifth and at the end.
    """
    if not os.path.exists("/proc/self/statm"):
        pytest.skip("the system does not say what a process holds")
    service, calls = _answering(), int(os.environ.get("LIFE_CALLS", "50_000"))
    logging.getLogger("clickatell").addFilter(lambda _: False)

    def given(number: int) -> dict[str, Any]:
        user = "fault" if number % 100 == 0 else "demo"
        user = "error" if number % 1000 == 1 else user
        return {"api_id": 1, "user": user, "password": str(number)}

    held = []

    def note(number: int) -> None:
        if number in (calls // 5, calls - 1):
            gc.collect()
            held.append(_resident())

    def call_all() -> None:
        transport = clickatell.server.InMemoryTransport(service)
        with clickatell.Client(transport=transport) as client:
            for number in range(calls):
                with suppress(clickatell.errors.SoapFault):
                    client.getbalance(**given(number))
                note(number)

    async def call_all_async() -> None:
        transport = clickatell.server.AsyncInMemoryTransport(service)
        async with clickatell.AsyncClient(transport=transport) as client:
            for number in range(calls):
                with suppress(clickatell.errors.SoapFault):
                    await client.getbalance(**given(number))
                note(number)

    call_all() if kind == "sync" else asyncio.run(call_all_async())
    print(
        f"{kind}: {held[0]:,} bytes after {calls // 5:,} calls, {held[1]:,} at the end"
    )
    assert held[1] - held[0] < 2 * 2**20


class _Forgetful(list[bytes]):
    """Keeps nothing."""

    def append(self, _: bytes) -> None:
        return
