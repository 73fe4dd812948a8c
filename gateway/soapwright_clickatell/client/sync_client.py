"""The synchronous client."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
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


class _Stopped(Exception):
    """A bulk sending is given up: who waits need not wait any longer."""


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
    where no answer came, or none that can be understood. Methods that send to numbers return the
    outcome of each instead; they raise where no session can be opened, before anything is sent.
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
        to: Numbers,
        options: Options = NO_OPTIONS,
        *,
        client_id: str = "",
    ) -> list[Outcome]:
        """Send a message to up to 300 numbers.

        Args:
            message: such as `Text("Hello")`.
            to: a number in international digits, or several.
            options: sender ID, delay, callbacks and so on.
            client_id: an id of your own for this call and no other, up to 32 alphanumeric
                characters, under which its messages can be found and stopped; a new one by
                default.

        Returns:
            The fate of each number, in order. A lost answer is asked for before anything is
            sent again.

        Raises:
            ValueError: the message cannot be sent, or there are no numbers or too many.
        """
        return self._run(self._calls.send(message, numbers(to), options, client_id))

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

        Where the message is a `Text`, a `Flash` or a `Unicode` with `#field1#` to `#field4#` in
        it, each recipient's values are put in there: by the gateway, in a batch, or here, where
        the GSM alphabet lacks a character of them.

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
            GatewayError: the gateway refuses the template, or to open a session.
            NoAnswer: the gateway does not answer at all.
            JournalError: the journal is of another sending, in use, or cannot be written.
            ValueError: the message cannot be sent, or not to one of the recipients.

            What has been sent until then only the journal knows.
        """
        everybody = recipients(to)
        fates: dict[int, Outcome] = {}
        with closing(
            self._deliver(message, everybody, options, concurrency, journal)
        ) as delivered:
            for load, outcomes in delivered:
                fates.update(zip(load.positions, outcomes, strict=True))
                if progress is not None:
                    progress(len(fates), len(everybody))
        return [fates[position] for position in range(len(everybody))]

    def send_each(
        self,
        message: Message,
        to: Recipients,
        options: Options = NO_OPTIONS,
        *,
        concurrency: int = CONCURRENCY,
        journal: Path | None = None,
    ) -> Generator[Outcome, None, None]:
        """Send as `send_many` does, as far as the fates are asked for.

        Recipients may be a generator of millions: they are read as calls are made for them, and
        nothing is kept of those that are done. Who goes no further, or raises, stops the sending.

        Yields:
            The fate of each recipient, once, as soon as it is known.

        Raises:
            As `send_many`.
        """
        with closing(
            self._deliver(message, to, options, concurrency, journal)
        ) as delivered:
            for _, outcomes in delivered:
                yield from outcomes

    def _deliver(
        self,
        message: Message,
        to: Recipients,
        options: Options,
        concurrency: int,
        journal: Path | None,
    ) -> Generator[tuple[Load, Sequence[Outcome]], None, None]:
        """Run the loads of a job, and yield the outcome of each when it is known."""
        checked(concurrency)
        job = Job(self._calls, self._client.endpoint, message, options, journal)
        stop = threading.Event()
        under_way: dict[Future[list[Outcome]], Load] = {}
        has_started = False
        with closing(job), ThreadPoolExecutor(concurrency) as pool:
            try:
                for load in job.loads(to):
                    if load.done is not None:
                        yield load, load.done
                        continue
                    if not has_started:
                        self._run(job.start(), stop)
                        has_started = True
                    while len(under_way) == concurrency:
                        yield from _ended(under_way)
                    under_way[pool.submit(self._run, job.run(load), stop)] = load
                while under_way:
                    yield from _ended(under_way)
                self._run(job.end(), stop)
            finally:  # calls that are under way end, and are noted
                stop.set()
                for run in under_way:
                    run.cancel()

    def start_batch(self, template: Message, options: Options = NO_OPTIONS) -> str:
        """Begin a batch; its id. `#field1#` to `#field4#` are placeholders for values."""
        return self._run(self._calls.start_batch(template, options))

    def send_item(
        self, batch_id: str, to: Numbers, values: Sequence[str] = ()
    ) -> list[Outcome]:
        """Send a batch's message with values in it. It is never repeated by itself."""
        return self._run(self._calls.send_item(batch_id, numbers(to), values))

    def end_batch(self, batch_id: str) -> None:
        """End a batch."""
        self._run(self._calls.end_batch(batch_id))

    # ------------------------------------------------------------------------ all the rest

    def status(self, message_id: str = "", *, client_id: str = "") -> list[Status]:
        """The status of a message, or of all that were sent under an id of your own."""
        return self._run(self._calls.status(message_id, client_id))

    def stop(self, message_id: str = "", *, client_id: str = "") -> list[Status]:
        """Stop what has not left the gateway: its status is then 006, else as it was."""
        return self._run(self._calls.stop(message_id, client_id))

    def charge(self, message_id: str) -> Charge:
        """The charge of a message, in credits."""
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

    def _run(self, steps: Steps[_T], stop: threading.Event | None = None) -> _T:
        """Make the calls that a generator asks for."""
        try:
            step = next(steps)
            while True:
                try:
                    answer = self._take(step, stop)
                except LOST as error:
                    step = steps.throw(no_answer(error))
                else:
                    step = steps.send(answer)
        except StopIteration as end:
            result: _T = end.value
            return result
        except EncodeError as error:  # nothing has gone out
            raise ValueError(str(error)) from error

    def _take(self, step: Call | Pause, stop: threading.Event | None) -> list[str]:
        if isinstance(step, Pause):
            if stop is None:
                time.sleep(step.seconds)
            elif stop.wait(step.seconds):
                raise _Stopped
            return []
        method: Any = getattr(self._client, step.method)  # Any: by its name
        return replies(method(**step.arguments))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._calls.account}, {self._client})"

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


def _ended(
    under_way: dict[Future[list[Outcome]], Load],
) -> Iterator[tuple[Load, list[Outcome]]]:
    """Wait for the calls that end next, remove them from `under_way`, and return their outcomes."""
    for run in wait(under_way, return_when=FIRST_COMPLETED).done:
        load = under_way.pop(run)
        yield load, run.result()
