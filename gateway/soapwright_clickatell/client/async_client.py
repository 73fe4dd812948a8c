"""The client for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, closing
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from ..messages.options import NO_OPTIONS, Options
from ..messages.outgoing import Message
from ..services import clickatell
from ..services.clickatell.errors import EncodeError
from ..vendor.replies import Charge, Status
from .bulk import Job, Load, Progress, Recipients
from .calls import Call, Calls, Pause, Recovery, Steps
from .driving import (
    CONCURRENCY,
    LOST,
    Numbers,
    checked,
    no_answer,
    numbers,
    recipients,
    replies,
)
from .outcomes import Account, Coverage, Outcome

_T = TypeVar("_T")


class AsyncClickatell:
    """`Clickatell` for asyncio: the same methods with the same arguments."""

    def __init__(
        self,
        user: str,
        password: str,
        api_id: int,
        *,
        endpoint: str | None = None,
        timeout: float = 30.0,
        recovery: Recovery = Recovery(),
        client: clickatell.AsyncClient | None = None,
    ) -> None:
        self._own = client is None
        self._client = client or clickatell.AsyncClient(
            endpoint=endpoint, timeout=timeout
        )
        self._calls = Calls(Account(user, password, api_id), recovery)

    async def send(
        self,
        message: Message,
        to: Numbers,
        options: Options = NO_OPTIONS,
        *,
        client_id: str = "",
    ) -> list[Outcome]:
        """As `Clickatell.send`."""
        steps = self._calls.send(message, numbers(to), options, client_id)
        return await self._run(steps)

    async def send_many(
        self,
        message: Message,
        to: Recipients,
        options: Options = NO_OPTIONS,
        *,
        concurrency: int = CONCURRENCY,
        progress: Progress | None = None,
        journal: Path | None = None,
    ) -> list[Outcome]:
        """As `Clickatell.send_many`."""
        everybody = recipients(to)
        fates: dict[int, Outcome] = {}
        async with aclosing(
            self._deliver(message, everybody, options, concurrency, journal)
        ) as delivered:
            async for load, outcomes in delivered:
                fates.update(zip(load.positions, outcomes, strict=True))
                if progress is not None:
                    progress(len(fates), len(everybody))
        return [fates[position] for position in range(len(everybody))]

    async def send_each(
        self,
        message: Message,
        to: Recipients,
        options: Options = NO_OPTIONS,
        *,
        concurrency: int = CONCURRENCY,
        journal: Path | None = None,
    ) -> AsyncGenerator[Outcome, None]:
        """As `Clickatell.send_each`. Who goes no further closes it, with `aclosing`."""
        async with aclosing(
            self._deliver(message, to, options, concurrency, journal)
        ) as delivered:
            async for _, outcomes in delivered:
                for outcome in outcomes:
                    yield outcome

    async def _deliver(
        self,
        message: Message,
        to: Recipients,
        options: Options,
        concurrency: int,
        journal: Path | None,
    ) -> AsyncGenerator[tuple[Load, Sequence[Outcome]], None]:
        """Run the loads of a job, and yield the outcome of each when it is known."""
        checked(concurrency)
        job = Job(self._calls, self._client.endpoint, message, options, journal)
        under_way: dict[asyncio.Task[list[Outcome]], Load] = {}
        has_started = False
        with closing(job):
            try:
                for load in job.loads(to):
                    if load.done is not None:
                        yield load, load.done
                        continue
                    if not has_started:
                        await self._run(job.start())
                        has_started = True
                    while len(under_way) == concurrency:
                        for one in await _ended(under_way):
                            yield one
                    under_way[asyncio.create_task(self._run(job.run(load)))] = load
                while under_way:
                    for one in await _ended(under_way):
                        yield one
                await self._run(job.end())
            finally:
                for run in under_way:
                    run.cancel()
                await asyncio.gather(*under_way, return_exceptions=True)

    async def start_batch(
        self, template: Message, options: Options = NO_OPTIONS
    ) -> str:
        """As `Clickatell.start_batch`."""
        return await self._run(self._calls.start_batch(template, options))

    async def send_item(
        self, batch_id: str, to: Numbers, values: Sequence[str] = ()
    ) -> list[Outcome]:
        """As `Clickatell.send_item`."""
        return await self._run(self._calls.send_item(batch_id, numbers(to), values))

    async def end_batch(self, batch_id: str) -> None:
        """As `Clickatell.end_batch`."""
        await self._run(self._calls.end_batch(batch_id))

    async def status(
        self, message_id: str = "", *, client_id: str = ""
    ) -> list[Status]:
        """As `Clickatell.status`."""
        return await self._run(self._calls.status(message_id, client_id))

    async def stop(self, message_id: str = "", *, client_id: str = "") -> list[Status]:
        """As `Clickatell.stop`."""
        return await self._run(self._calls.stop(message_id, client_id))

    async def charge(self, message_id: str) -> Charge:
        """As `Clickatell.charge`."""
        return await self._run(self._calls.charge(message_id))

    async def balance(self) -> Decimal:
        """As `Clickatell.balance`."""
        return await self._run(self._calls.balance())

    async def coverage(self, number: str) -> Coverage:
        """As `Clickatell.coverage`."""
        return await self._run(self._calls.coverage(number))

    async def redeem(self, token: str) -> None:
        """As `Clickatell.redeem`."""
        await self._run(self._calls.redeem(token))

    async def _run(self, steps: Steps[_T]) -> _T:
        """Make the calls that a generator asks for."""
        try:
            step = next(steps)
            while True:
                try:
                    answer = await self._take(step)
                except LOST as error:
                    step = steps.throw(no_answer(error))
                else:
                    step = steps.send(answer)
        except StopIteration as end:
            result: _T = end.value
            return result
        except EncodeError as error:  # nothing has gone out
            raise ValueError(str(error)) from error

    async def _take(self, step: Call | Pause) -> list[str]:
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
            return []
        method: Any = getattr(self._client, step.method)  # Any: by its name
        return replies(await method(**step.arguments))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._calls.account}, {self._client})"

    async def aclose(self) -> None:
        """Close what was opened here."""
        if self._own:
            await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


async def _ended(
    under_way: dict[asyncio.Task[list[Outcome]], Load],
) -> list[tuple[Load, list[Outcome]]]:
    """Wait for the calls that end next, remove them from `under_way`, and return their outcomes."""
    done, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
    return [(under_way.pop(run), run.result()) for run in done]
