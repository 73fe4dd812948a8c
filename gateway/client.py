"""The gateway as a person likes to program with it.

    with Clickatell("demo", "demo", 1234, endpoint="http://127.0.0.1:8900/soap/webservice.php") as sms:
        (sent,) = sms.send(Text("Hello"), "27999123456")
        print(sms.status(sent.id))

Sessions are opened and renewed by themselves. `AsyncClickatell` is the same with `await`.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import clickatell
from clickatell.errors import DecodeError, SoapFault, TransportError

from .bulk import Job, Load, Progress, Recipient, as_recipients
from .calls import NO_OPTIONS, Call, Calls, NoAnswer, Options, Pause, Recovery, Steps
from .journal import Journal
from .outcomes import Account, Coverage, Outcome
from .outgoing import Message
from .replies import Charge, Status

__all__ = ["AsyncClickatell", "Clickatell", "Options", "Recipient", "Recovery"]

CONCURRENCY = 4
_LOST = TransportError, DecodeError, SoapFault
_T = TypeVar("_T")
Recipients = Sequence[str | Recipient] | Mapping[str, Sequence[str]]


def _replies(reply: str | list[str]) -> list[str]:
    return [reply] if isinstance(reply, str) else reply


def _numbers(to: str | Sequence[str]) -> Sequence[str]:
    return [to] if isinstance(to, str) else to


class Clickatell:
    """An account at the gateway. It may be shared by threads.

    Args:
        user: the account's name.
        password: its password.
        api_id: the number of its API connection.
        endpoint: where the gateway is; the vendor's address by default.
        timeout: seconds without any progress, as of `clickatell.Client`.
        recovery: what happens after a lost answer.
        client: a generated client of one's own, which is not closed here.

    Every method raises `GatewayError` where the gateway refuses the whole call, and `NoAnswer`
    where none came and the call is not one that may be repeated. `send` and `send_many` tell the
    fate of each number instead; they raise where no session can be opened.
    """

    def __init__(
        self,
        user: str,
        password: str,
        api_id: int,
        *,
        endpoint: str | None = None,
        timeout: float = 30.0,
        recovery: Recovery = Recovery(),
        client: clickatell.Client | None = None,
    ) -> None:
        self._own = client is None
        self._client = client or clickatell.Client(endpoint=endpoint, timeout=timeout)
        self._calls = Calls(Account(user, password, api_id), recovery)

    # --------------------------------------------------------------------------- sending

    def send(
        self,
        message: Message,
        to: str | Sequence[str],
        options: Options = NO_OPTIONS,
        *,
        client_id: str = "",
    ) -> list[Outcome]:
        """Send a message to up to 300 numbers.

        Args:
            message: such as `Text("Hello")`.
            to: a number in international digits, or several.
            options: sender ID, delay, callbacks and so on.
            client_id: an id of your own for the call, up to 32 alphanumeric characters, under
                which its messages can be found and stopped; a new one by default.

        Returns:
            The fate of each number, in order. A lost answer is asked for before anything is
            sent again.

        Raises:
            ValueError: the message cannot be sent, or there are no numbers or too many.
        """
        return self._run(self._calls.send(message, _numbers(to), options, client_id))

    def send_many(
        self,
        message: Message,
        to: Recipients,
        options: Options = NO_OPTIONS,
        *,
        concurrency: int = CONCURRENCY,
        progress: Progress | None = None,
        journal: Path | None = None,
    ) -> list[Outcome]:
        """Send a message to any number of recipients, 300 a call.

        Where recipients have values, the message is a template (`Hi #field1#`), and the gateway
        puts them in, in a batch.

        Args:
            message: what is sent, or the template.
            to: numbers, `Recipient`s, or a mapping of numbers to their values.
            options: as of `send`.
            concurrency: how many calls are under way at once.
            progress: is called with how many numbers are done, and how many there are.
            journal: a file that remembers what was sent. The same call with the same file goes
                on after a crash where it was, and sends nothing twice.

        Returns:
            The fate of each recipient, in order.

        Raises:
            GatewayError: the gateway refuses the template.
            NoAnswer: the gateway does not answer where the template is handed in.
            JournalError: the journal is of another sending.
            ValueError: the message cannot be sent.
        """
        job = Job(
            *(self._calls, message, as_recipients(to), options),
            *(partial(Journal, journal), _locked(progress)),
        )
        try:
            left = job.pending()
            batch_id = self._run(job.start(left))
            with ThreadPoolExecutor(concurrency) as pool:
                runs = [pool.submit(self._run, job.run(one, batch_id)) for one in left]
                try:
                    for run in runs:
                        run.result()
                except BaseException:
                    pool.shutdown(cancel_futures=True)
                    raise
            self._run(job.end(batch_id))
        finally:
            job.journal.close()
        return job.outcomes

    def start_batch(self, template: Message, options: Options = NO_OPTIONS) -> str:
        """Begin a batch; its id. `#field1#` to `#field4#` stand for values."""
        return self._run(self._calls.start_batch(template, options))

    def send_item(
        self, batch_id: str, to: str | Sequence[str], values: Sequence[str] = ()
    ) -> list[Outcome]:
        """Send a batch's message with values in it. It is never repeated by itself."""
        return self._run(self._calls.send_item(batch_id, _numbers(to), values))

    def end_batch(self, batch_id: str) -> None:
        """End a batch."""
        self._run(self._calls.end_batch(batch_id))

    # ------------------------------------------------------------------------ all the rest

    def status(self, message_id: str = "", *, client_id: str = "") -> list[Status]:
        """What has become of a message, or of all that were sent under an id of your own."""
        return self._run(self._calls.status(message_id, client_id))

    def stop(self, message_id: str = "", *, client_id: str = "") -> list[Status]:
        """Stop what has not left the gateway: its status is then 006, else as it was."""
        return self._run(self._calls.stop(message_id, client_id))

    def charge(self, message_id: str) -> Charge:
        """What a message cost, in credits."""
        return self._run(self._calls.charge(message_id))

    def balance(self) -> Decimal:
        """The credits that are left."""
        return self._run(self._calls.balance())

    def coverage(self, number: str) -> Coverage:
        """Whether messages to a number are routed, and what they cost at least."""
        return self._run(self._calls.coverage(number))

    def redeem(self, token: str) -> None:
        """Redeem a voucher of 16 digits."""
        self._run(self._calls.redeem(token))

    # ------------------------------------------------------------------------------ inside

    def _run(self, steps: Steps[_T]) -> _T:
        """Make the calls that a generator asks for."""
        try:
            step = next(steps)
            while True:
                try:
                    replies = self._take(step)
                except _LOST as error:
                    step = steps.throw(NoAnswer(str(error)))
                else:
                    step = steps.send(replies)
        except StopIteration as end:
            result: _T = end.value
            return result

    def _take(self, step: Call | Pause) -> list[str]:
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            return []
        method: Any = getattr(self._client, step.method)  # Any: by its name
        return _replies(method(**step.arguments))

    def close(self) -> None:
        """Close what was opened here."""
        if self._own:
            self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _locked(progress: Progress | None) -> Progress | None:
    """Progress that threads tell one after the other."""
    if progress is None:
        return None
    lock = threading.Lock()

    def told(done: int, total: int) -> None:
        with lock:
            progress(done, total)

    return told


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
        to: str | Sequence[str],
        options: Options = NO_OPTIONS,
        *,
        client_id: str = "",
    ) -> list[Outcome]:
        """As `Clickatell.send`."""
        steps = self._calls.send(message, _numbers(to), options, client_id)
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
        job = Job(
            *(self._calls, message, as_recipients(to), options),
            *(partial(Journal, journal), progress),
        )
        try:
            left = job.pending()
            batch_id = await self._run(job.start(left))
            waiting = iter(left)
            async with asyncio.TaskGroup() as group:
                for _ in range(min(concurrency, len(left))):
                    group.create_task(self._work(job, waiting, batch_id))
            await self._run(job.end(batch_id))
        finally:
            job.journal.close()
        return job.outcomes

    async def _work(self, job: Job, waiting: Iterator[Load], batch_id: str) -> None:
        for load in waiting:
            await self._run(job.run(load, batch_id))

    async def start_batch(
        self, template: Message, options: Options = NO_OPTIONS
    ) -> str:
        """As `Clickatell.start_batch`."""
        return await self._run(self._calls.start_batch(template, options))

    async def send_item(
        self, batch_id: str, to: str | Sequence[str], values: Sequence[str] = ()
    ) -> list[Outcome]:
        """As `Clickatell.send_item`."""
        return await self._run(self._calls.send_item(batch_id, _numbers(to), values))

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
        try:
            step = next(steps)
            while True:
                try:
                    replies = await self._take(step)
                except _LOST as error:
                    step = steps.throw(NoAnswer(str(error)))
                else:
                    step = steps.send(replies)
        except StopIteration as end:
            result: _T = end.value
            return result

    async def _take(self, step: Call | Pause) -> list[str]:
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
            return []
        method: Any = getattr(self._client, step.method)  # Any: by its name
        return _replies(await method(**step.arguments))

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
