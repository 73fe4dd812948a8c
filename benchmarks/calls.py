"""Calls to a server on this machine: one after another, and 32 at once.

The server is a process of its own that gives every POST the same two-id reply. Ours goes through
`Client` and `AsyncClient`, zeep through `Client` (on requests) and `AsyncClient` (on httpx), each
with one client for all calls and its connections kept alive. "httpx2" is that library alone: it posts the
same bytes and reads the reply's; "pyreqwest" is our client on the optional transport. Each time is that of this
process's CPU: what the server takes, and waiting for it, does not count.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import clickatell
import httpx2

from .documents import CLICKATELL, RECEIPTS, REPLY, zeep_client
from .meaning import same
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
from .sendmsg import VALUES, parts, write

AT_ONCE = 32
OPTIONAL = "pyreqwest"
_OURS = {("from_" if k == "from" else k): v for k, v in VALUES.items()}
_HEADERS = {"Content-Type": "text/xml; charset=ISO-8859-1", "SOAPAction": '""'}


class _Server:
    """The server, as long as it is needed."""

    def __init__(self, scratch: Path) -> None:
        reply = scratch / "served.xml"
        reply.write_bytes(REPLY)
        command = [sys.executable, "-m", "benchmarks.server", str(reply)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.communicate()


def measure(settings: Settings) -> Found:
    """One after another, and 32 at once."""
    with _Server(settings.scratch) as server, asyncio.Runner() as runner:
        return _in_turn(server.url, settings) + _at_once(server.url, settings, runner)


def _lines(
    work: str, race: Race, settings: Settings, goals: tuple[Goal, Goal]
) -> Found:
    """The lines of a race; its goals are against zeep, with the default transport and the optional one."""
    times = race.run(settings.rounds, settings.quick)
    ours, optional = times.pop("soapwright"), times.pop(OPTIONAL, None)
    against = {"zeep": goals[0]}
    found: list[Line | Skipped] = [
        Line(work, p, ours, t, against.get(p), note="seconds of CPU a call")
        for p, t in times.items()
    ]
    if optional is not None and "zeep" in times:
        also = f"{work}, on {OPTIONAL}"
        found.append(Line(also, "zeep", optional, times["zeep"], goals[1]))
    return found


def _optional(
    kind: Callable[[], Any], work: str
) -> Any | Skipped:  # Any: of either kind
    """The optional transport, where its library is installed."""
    try:
        return kind()
    except ImportError as error:
        return Skipped(f"{work}, on {OPTIONAL}", str(error))


def _in_turn(url: str, settings: Settings) -> Found:
    work, found = "calls through Client", list[Line | Skipped]()
    race, posted = Race(clock=time.process_time), write()
    with clickatell.Client(url) as client, httpx2.Client() as bare:
        race.calls("soapwright", lambda: client.sendmsg(**_OURS))
        race.calls(
            "httpx2", lambda: bare.post(url, content=posted, headers=_HEADERS).content
        )
        same(RECEIPTS, client.sendmsg(**_OURS), "soapwright")
        transport = _optional(clickatell.ReqwestTransport, work)
        if isinstance(transport, Skipped):
            found.append(transport)
        else:
            other = clickatell.Client(url, transport=transport)
            race.calls(OPTIONAL, lambda: other.sendmsg(**_OURS))
        try:
            service, values = _zeep(url, asynchronous=False)
        except Unavailable as error:
            found.append(Skipped(work, str(error)))
        else:
            same(RECEIPTS, list(service.sendmsg(**values)), "zeep")
            race.calls("zeep", lambda: service.sendmsg(**values))
        return found + _lines(work, race, settings, (Goal(5), Goal(12)))


def _at_once(url: str, settings: Settings, runner: asyncio.Runner) -> Found:
    work, found = f"{AT_ONCE} calls at once through AsyncClient", list[Line | Skipped]()
    race, posted = Race(clock=time.process_time), write()
    # The default limits of connections, which all of them have, are above 32.
    client, bare = clickatell.AsyncClient(url), httpx2.AsyncClient()
    race.candidates["soapwright"] = _batch(runner, lambda: client.sendmsg(**_OURS))
    race.candidates["httpx2"] = _batch(
        runner, lambda: bare.post(url, content=posted, headers=_HEADERS)
    )
    transport = _optional(clickatell.AsyncReqwestTransport, work)
    if isinstance(transport, Skipped):
        found.append(transport)
    else:
        other = clickatell.AsyncClient(url, transport=transport)
        race.candidates[OPTIONAL] = _batch(runner, lambda: other.sendmsg(**_OURS))
    try:
        service, values = _zeep(url, asynchronous=True)
    except Unavailable as error:
        found.append(Skipped(work, str(error)))
    else:
        answer = runner.run(_one(lambda: service.sendmsg(**values)))
        same(RECEIPTS, list(answer), "zeep")
        race.candidates["zeep"] = _batch(runner, lambda: service.sendmsg(**values))
    found += _lines(work, race, settings, (Goal(8), Goal(25)))
    runner.run(_one(client.aclose))
    runner.run(_one(bare.aclose))
    return found


def _zeep(url: str, asynchronous: bool) -> tuple[Any, dict[str, Any]]:
    client = zeep_client(CLICKATELL, asynchronous)
    # Here and not above: zeep may not be installed.
    from zeep import xsd

    array = client.get_type("{http://api.clickatell.com/soap/webservice}ArrayOfString")
    values = {part: xsd.Nil for part in parts()}
    values |= {**VALUES, "to": array(VALUES["to"])}
    # As zeep's own `create_service` does, which makes no asynchronous one.
    client.service._binding_options["address"] = url
    return client.service, values


async def _one(call: Callable[[], Awaitable[Any]]) -> Any:  # Any: of whichever client
    return await call()


def _batch(runner: asyncio.Runner, call: Callable[[], Awaitable[Any]]) -> Batch:
    """Calls by 32 tasks, which share the number between them."""

    async def all_of_them(count: int) -> float:
        left = iter(range(count))

        async def some() -> None:
            for _ in left:
                await call()

        start = time.process_time()
        await asyncio.gather(*[some() for _ in range(AT_ONCE)])
        return time.process_time() - start

    return lambda count: runner.run(all_of_them(count))
