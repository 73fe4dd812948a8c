"""The client for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from contextlib import aclosing, closing
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeVar, overload

from ..messages.options import NO_OPTIONS, Options
from ..messages.outgoing import Message
from ..vendor.replies import Charge, Status
from .bulk import Job, Load, Progress, Runner, Sending
from .calls import MAX_RECIPIENTS, Calls
from .chunks import Chunk, Merge, Recipient, Recipients
from .dialects import Dialect, Service, of_client, of_endpoint
from .driving import (
    CONCURRENCY,
    Numbers,
    checked,
    message_of,
    no_answer,
    normaliser,
    recipients,
    replies,
)
from .estimates import Estimate, counted, estimated
from .fates import NoAnswer
from .ledger import Ledger
from .limits import Limiter
from .outcomes import Accepted, Account, Coverage, Outcome
from .steps import Call, Pause, Recovery, Step, Steps, Work

_T = TypeVar("_T")
_UnderWay: TypeAlias = dict[asyncio.Task[list[Outcome] | None], Load]
AnyRecipients: TypeAlias = Recipients | AsyncIterable[str | Recipient]


class AsyncClickatell:
    """`Clickatell` for asyncio: the same methods with the same arguments."""

    def __init__(
        self,
        user: str,
        password: str,
        api_id: int,
        *,
        endpoint: str | None = None,
        service: Service | None = None,
        timeout: float = 30.0,
        region: str | None = None,
        limiter: Limiter | None = None,
        recovery: Recovery = Recovery(),
        client: Any = None,  # Any: of any of the generated packages
    ) -> None:
        if client is None:
            endpoint, dialect = of_endpoint(endpoint, service)
        else:
            endpoint, dialect = client.endpoint, of_client(client, service)
        self._own = client is None
        self._client = client
        self._timeout = timeout
        self.normalise = normaliser(region)
        """Makes the international digits of a number."""
        account = Account(user, password, api_id)
        self._calls = Calls(account, str(endpoint), dialect, recovery, limiter)
        if dialect is not None:
            self._open(dialect)

    @overload
    async def send(
        self,
        message: Message | str,
        to: str,
        options: Options = NO_OPTIONS,
        *,
        client_id: str = "",
        resume: bool = False,
    ) -> Accepted: ...

    @overload
    async def send(
        self,
        message: Message | str,
        to: Numbers,
        options: Options = NO_OPTIONS,
        *,
        client_id: str = "",
        resume: bool = False,
    ) -> list[Outcome]: ...

    async def send(
        self,
        message: Message | str,
        to: str | Numbers,
        options: Options = NO_OPTIONS,
        *,
        client_id: str = "",
        resume: bool = False,
    ) -> Accepted | list[Outcome]:
        """As `Clickatell.send`."""
        message, calls = message_of(message), self._calls
        if isinstance(to, str):
            number = self.normalise(to)
            return await self._run(
                calls.send_one(message, number, options, client_id, resume)
            )
        several = [self.normalise(number) for number in to]
        return await self._run(
            calls.send(message, several, options, client_id, resume, raises=True)
        )

    async def send_many(
        self,
        message: Message | str,
        to: Recipients,
        options: Options = NO_OPTIONS,
        *,
        concurrency: int = CONCURRENCY,
        progress: Progress | None = None,
        journal: Path | Ledger | None = None,
        merge: Merge = "gateway",
        per_call: int = MAX_RECIPIENTS,
    ) -> list[Outcome]:
        """As `Clickatell.send_many`."""
        everybody = recipients(to)
        fates: dict[int, Outcome] = {}
        sending = Sending(
            message_of(message), options, journal, merge, per_call, self.normalise
        )
        async with aclosing(
            self._deliver(sending, everybody, concurrency)
        ) as delivered:
            async for load, outcomes in delivered:
                fates.update(zip(load.chunk.positions, outcomes, strict=True))
                if progress is not None:
                    progress(len(fates), len(everybody))
        return [fates[position] for position in range(len(everybody))]

    async def send_each(
        self,
        message: Message | str,
        to: AnyRecipients,
        options: Options = NO_OPTIONS,
        *,
        concurrency: int = CONCURRENCY,
        journal: Path | Ledger | None = None,
        merge: Merge = "gateway",
        per_call: int = MAX_RECIPIENTS,
    ) -> AsyncGenerator[Outcome, None]:
        """As `Clickatell.send_each`; recipients may also be an asynchronous iterable. Who goes no
        further closes it, with `aclosing`."""
        sending = Sending(
            message_of(message), options, journal, merge, per_call, self.normalise
        )
        async with aclosing(self._deliver(sending, to, concurrency)) as delivered:
            async for _, outcomes in delivered:
                for outcome in outcomes:
                    yield outcome

    async def _deliver(
        self, sending: Sending, to: AnyRecipients, concurrency: int
    ) -> AsyncGenerator[tuple[Load, Sequence[Outcome]], None]:
        """Run the loads of a job, and yield the outcomes of each when they are known."""
        checked(concurrency)
        job = Job(self._calls, sending, (await self._run(self._calls.dialect())).fields)
        under_way: _UnderWay = {}
        has_started = False
        with closing(job):
            try:
                async with aclosing(_loads(job, to)) as loads:
                    async for load in loads:
                        if load.is_done or job.has_ended:
                            yield load, job.unsent(load)
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
                for load in job.taken:
                    outcomes = await self._run(job.run(load, waits=True))
                    yield load, outcomes or job.unsent(load)
                await self._run(job.end())
            finally:
                for run in under_way:
                    run.cancel()
                await asyncio.gather(*under_way, return_exceptions=True)

    async def send_chunk(
        self, chunk: Chunk, ledger: Ledger, options: Options = NO_OPTIONS
    ) -> list[Outcome] | None:
        """As `Clickatell.send_chunk`."""
        return await self._run(Runner(self._calls, ledger, options).run(Load(chunk)))

    @property
    def account(self) -> str:
        """The account and where it is used, without its password."""
        calls = self._calls
        return f"{calls.account.user} {calls.account.api_id} at {calls.endpoint}"

    async def start_batch(
        self, template: Message | str, options: Options = NO_OPTIONS
    ) -> str:
        """As `Clickatell.start_batch`."""
        return await self._run(self._calls.start_batch(message_of(template), options))

    @overload
    async def send_item(
        self, batch_id: str, to: str, values: Sequence[str] = ()
    ) -> Accepted: ...

    @overload
    async def send_item(
        self, batch_id: str, to: Numbers, values: Sequence[str] = ()
    ) -> list[Outcome]: ...

    async def send_item(
        self, batch_id: str, to: str | Numbers, values: Sequence[str] = ()
    ) -> Accepted | list[Outcome]:
        """As `Clickatell.send_item`."""
        calls = self._calls
        if isinstance(to, str):
            return await self._run(
                calls.send_item_to_one(batch_id, self.normalise(to), values)
            )
        several = [self.normalise(number) for number in to]
        return await self._run(calls.send_item(batch_id, several, values, raises=True))

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
        return await self._run(self._calls.coverage(self.normalise(number)))

    async def estimate(self, message: Message | str, to: Recipients) -> Estimate:
        """As `Clickatell.estimate`."""
        made = counted(message_of(message), to, self.normalise)
        return await self._run(estimated(self._calls, made))

    async def redeem(self, token: str) -> None:
        """As `Clickatell.redeem`."""
        await self._run(self._calls.redeem(token))

    def _open(self, dialect: Dialect) -> Any:  # Any: of one of the generated packages
        """The generated client, which is made when the service is known."""
        if self._client is None:
            self._client = dialect.package.AsyncClient(
                endpoint=self._calls.endpoint, timeout=self._timeout
            )
        return self._client

    async def _run(self, steps: Steps[_T]) -> _T:
        """Take the steps of a generator."""
        try:
            step = next(steps)
            while True:
                try:
                    answer = await self._take(step)
                except NoAnswer as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(answer)
        except StopIteration as end:
            result: _T = end.value
            return result
        finally:
            steps.close()

    async def _take(self, step: Step) -> list[str]:
        match step:
            case Pause(seconds):
                await asyncio.sleep(seconds)
                return []
            case Work(run):
                await asyncio.to_thread(run)
                return []
            case Call():
                dialect = await self._run(self._calls.dialect())
                name, arguments = dialect.translated(step)
                method: Any = getattr(self._open(dialect), name)  # Any: by its name
                try:
                    return replies(await method(**arguments))
                except dialect.lost as error:
                    raise no_answer(error) from error
                except dialect.unsendable as error:
                    raise ValueError(str(error)) from error

    def __repr__(self) -> str:
        where = self._client or repr(self._calls.endpoint.rpartition("@")[2])
        return f"{type(self).__name__}({self._calls.account}, {where})"

    async def aclose(self) -> None:
        """Close what was opened here."""
        if self._own and self._client is not None:
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


async def _loads(job: Job, to: AnyRecipients) -> AsyncGenerator[Load, None]:
    """The loads of a list, however it is given."""
    if not isinstance(to, AsyncIterable):
        for load in job.loads(to):
            yield load
        return
    async for one in to:
        for load in job.feed(one):
            yield load
    for load in job.end_of_list():
        yield load


async def _ended(under_way: _UnderWay) -> list[tuple[Load, list[Outcome]]]:
    """Wait for the calls that end next, remove them from `under_way`, and return their outcomes;
    those that another process is making have none."""
    done, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
    ended = [(under_way.pop(run), run.result()) for run in done]
    return [(load, outcomes) for load, outcomes in ended if outcomes is not None]
