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
from typing import Any, Self, TypeAlias, TypeVar, overload

from ..messages.options import NO_OPTIONS, Options
from ..messages.outgoing import Message
from ..vendor.replies import Charge, Status
from .bulk import Job, Load, Progress, Runner, Sending
from .calls import MAX_RECIPIENTS, Calls
from .chunks import Chunk, Merge, Recipients
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
_UnderWay: TypeAlias = dict[Future[list[Outcome] | None], Load]


class _Stopped(Exception):
    """A bulk sending is given up: who waits need not wait any longer."""


class Clickatell:
    """An account at the gateway. It may be shared by threads.

    Args:
        user: the account's name.
        password: its password.
        api_id: the number of its API connection.
        endpoint: where the gateway is; the vendor's address by default. Without a path it gets
            that of the service.
        service: which of the vendor's services is spoken there: "webservice" (of
            `webservice.php`), "webservice_vs", "rpc_encoded" or "document_literal". By default the
            endpoint's path shows it, or else the WSDL at its `?wsdl`, at the first call.
        timeout: seconds without any progress, as of `clickatell.Client`.
        region: the country, in two letters, in which numbers without a plus sign are written.
            It takes the package phonenumbers; by default numbers are international.
        limiter: is called with how many messages are about to be sent, and returns the seconds
            to wait before, such as `RateLimiter(100)`.
        recovery: what happens after a lost answer.
        client: a generated client of one's own, which is not closed here.

    Raises:
        ValueError: there is no such service or region, or the endpoint or the client is of another
            service.

    Every method raises `GatewayError` where the gateway refuses the whole call, and `NoAnswer`
    where no answer came, or none that can be understood.
    """

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
        self._opening = threading.Lock()
        account = Account(user, password, api_id)
        self._calls = Calls(account, str(endpoint), dialect, recovery, limiter)
        if dialect is not None:
            self._open(dialect)

    # --------------------------------------------------------------------------- sending

    @overload
    def send(
        self,
        message: Message | str,
        to: str,
        options: Options = NO_OPTIONS,
        *,
        client_id: str = "",
        resume: bool = False,
    ) -> Accepted: ...

    @overload
    def send(
        self,
        message: Message | str,
        to: Numbers,
        options: Options = NO_OPTIONS,
        *,
        client_id: str = "",
        resume: bool = False,
    ) -> list[Outcome]: ...

    def send(
        self,
        message: Message | str,
        to: str | Numbers,
        options: Options = NO_OPTIONS,
        *,
        client_id: str = "",
        resume: bool = False,
    ) -> Accepted | list[Outcome]:
        """Send a message to a number, or to up to 300.

        Args:
            message: a text, or a message such as `VCard.of(file)`.
            to: a number as people write it, such as "+27 999 123456", or several.
            options: sender ID, delay, callbacks and so on.
            client_id: an id of your own for this call and no other, up to 32 alphanumeric
                characters, under which its messages can be found and stopped; a new one by
                default.
            resume: whether it may have been sent under this id before, by a worker that died, say:
                the gateway is asked first, for `Recovery.settle` seconds, and only what it does
                not have is sent.

        Returns:
            Of one number what the gateway accepted, of several the fate of each, in order. A lost
            answer is asked for before anything is sent again.

        Raises:
            GatewayError: the gateway refuses the whole call, or the one number.
            NoAnswer: what came of the message to the one number is not known, or no session can be
                opened.
            ValueError: the message cannot be sent, or there are no numbers or too many.
        """
        message, calls = message_of(message), self._calls
        if isinstance(to, str):
            number = self.normalise(to)
            return self._run(
                calls.send_one(message, number, options, client_id, resume)
            )
        several = [self.normalise(number) for number in to]
        return self._run(
            calls.send(message, several, options, client_id, resume, raises=True)
        )

    def send_many(
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
        """Send a message to any number of recipients, 300 a call.

        Where the message is a text with `#field1#` and so on in it, each recipient's values are
        put in there: by the gateway, in a batch, or here, where the GSM alphabet lacks a character
        of them, or where `merge` says so.

        What is refused with 901, an internal error, is repeated. What fails for another reason that
        will not pass in a moment, such as 301, no credit left, ends the run: nothing more is sent,
        and the rest is `NotSent`. The same call with the same journal then sends that.

        Args:
            message: what is sent, or the template.
            to: numbers, `Recipient`s, or a mapping of numbers to their values.
            options: as of `send`.
            concurrency: how many calls are under way at once.
            progress: is called with how many numbers are done, and how many there are.
            journal: a file, or another ledger, that remembers what was sent. The same call with
                the same journal goes on where it was, after a crash as well, until each recipient
                has a final fate, and sends nothing twice. The list may have been appended to.
            merge: who puts values in: "gateway", or "here", where each number then gets a message
                of its own, under an id under which it can be resumed.
            per_call: how many numbers a call has at most.

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
        sending = Sending(
            message_of(message), options, journal, merge, per_call, self.normalise
        )
        with closing(self._deliver(sending, everybody, concurrency)) as delivered:
            for load, outcomes in delivered:
                fates.update(zip(load.chunk.positions, outcomes, strict=True))
                if progress is not None:
                    progress(len(fates), len(everybody))
        return [fates[position] for position in range(len(everybody))]

    def send_each(
        self,
        message: Message | str,
        to: Recipients,
        options: Options = NO_OPTIONS,
        *,
        concurrency: int = CONCURRENCY,
        journal: Path | Ledger | None = None,
        merge: Merge = "gateway",
        per_call: int = MAX_RECIPIENTS,
    ) -> Generator[Outcome, None, None]:
        """Send as `send_many` does, as far as the fates are asked for.

        Recipients may be a generator of millions: they are read as calls are made for them, and
        nothing is kept of those that are done. Who goes no further, or raises, stops the sending.

        Yields:
            The fate of each recipient, once, as soon as it is known.

        Raises:
            As `send_many`.
        """
        sending = Sending(
            message_of(message), options, journal, merge, per_call, self.normalise
        )
        with closing(self._deliver(sending, to, concurrency)) as delivered:
            for _, outcomes in delivered:
                yield from outcomes

    def _deliver(
        self, sending: Sending, to: Recipients, concurrency: int
    ) -> Generator[tuple[Load, Sequence[Outcome]], None, None]:
        """Run the loads of a job, and yield the outcomes of each when they are known."""
        checked(concurrency)
        job = Job(self._calls, sending, self._run(self._calls.dialect()).fields)
        stop = threading.Event()
        under_way: _UnderWay = {}
        has_started = False
        with closing(job), ThreadPoolExecutor(concurrency) as pool:
            try:
                for load in job.loads(to):
                    if load.is_done or job.has_ended:
                        yield load, job.unsent(load)
                        continue
                    if not has_started:
                        self._run(job.start(), stop)
                        has_started = True
                    while len(under_way) == concurrency:
                        yield from _ended(under_way)
                    under_way[pool.submit(self._run, job.run(load), stop)] = load
                while under_way:
                    yield from _ended(under_way)
                for load in job.taken:
                    outcomes = self._run(job.run(load, waits=True), stop)
                    yield load, outcomes or job.unsent(load)
                self._run(job.end(), stop)
            finally:  # calls that are under way end, and are noted
                stop.set()
                for run in under_way:
                    run.cancel()

    def send_chunk(
        self, chunk: Chunk, ledger: Ledger, options: Options = NO_OPTIONS
    ) -> list[Outcome] | None:
        """Send a chunk, as often as it has to be sent, and record it in a ledger that is open: for the
        workers of a queue. A chunk that is done is not sent again.

        Args:
            chunk: one of `chunks`.
            ledger: where its calls are recorded, under `chunk.place`.
            options: as of `send`.

        Returns:
            The fate of each number; those that are retryable are sent by the next call for this
            chunk. `None` where another process is sending it.

        Raises:
            GatewayError: the gateway refuses to open a session.
            NoAnswer: the gateway does not answer at all.
            JournalError: the ledger fails, or another process has resumed the chunk.
        """
        return self._run(Runner(self._calls, ledger, options).run(Load(chunk)))

    def start_batch(
        self, template: Message | str, options: Options = NO_OPTIONS
    ) -> str:
        """Begin a batch; its id. `#field1#` and so on are placeholders for values."""
        return self._run(self._calls.start_batch(message_of(template), options))

    @overload
    def send_item(
        self, batch_id: str, to: str, values: Sequence[str] = ()
    ) -> Accepted: ...

    @overload
    def send_item(
        self, batch_id: str, to: Numbers, values: Sequence[str] = ()
    ) -> list[Outcome]: ...

    def send_item(
        self, batch_id: str, to: str | Numbers, values: Sequence[str] = ()
    ) -> Accepted | list[Outcome]:
        """Send a batch's message with values in it, as `send`. It is never repeated by itself."""
        calls = self._calls
        if isinstance(to, str):
            return self._run(
                calls.send_item_to_one(batch_id, self.normalise(to), values)
            )
        several = [self.normalise(number) for number in to]
        return self._run(calls.send_item(batch_id, several, values, raises=True))

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
        return self._run(self._calls.coverage(self.normalise(number)))

    def estimate(self, message: Message | str, to: Recipients) -> Estimate:
        """The number of SMS and the least cost of a sending, of which nothing is sent.

        Prices are those of `coverage`, asked for once for all numbers that begin alike.

        Args:
            message: as of `send_many`.
            to: as of `send_many`.

        Raises:
            ValueError: the message cannot be sent, or not to one of the recipients; or their
                numbers begin in more than 200 ways.
        """
        made = counted(message_of(message), to, self.normalise)
        return self._run(estimated(self._calls, made))

    def redeem(self, token: str) -> None:
        """Redeem a voucher of 16 digits."""
        self._run(self._calls.redeem(token))

    # ------------------------------------------------------------------------------ inside

    def _open(self, dialect: Dialect) -> Any:  # Any: of one of the generated packages
        """The generated client, which is made when the service is known."""
        with self._opening:
            if self._client is None:
                self._client = dialect.package.Client(
                    endpoint=self._calls.endpoint, timeout=self._timeout
                )
            return self._client

    def _run(self, steps: Steps[_T], stop: threading.Event | None = None) -> _T:
        """Take the steps of a generator."""
        try:
            step = next(steps)
            while True:
                try:
                    answer = self._take(step, stop)
                except NoAnswer as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(answer)
        except StopIteration as end:
            result: _T = end.value
            return result
        finally:
            steps.close()

    def _take(self, step: Step, stop: threading.Event | None) -> list[str]:
        match step:
            case Pause(seconds):
                if stop is None:
                    time.sleep(seconds)
                elif stop.wait(seconds):
                    raise _Stopped
                return []
            case Work(run):
                run()
                return []
            case Call():
                dialect = self._run(self._calls.dialect())
                name, arguments = dialect.translated(step)
                method: Any = getattr(self._open(dialect), name)  # Any: by its name
                try:
                    return replies(method(**arguments))
                except dialect.lost as error:
                    raise no_answer(error) from error
                except dialect.unsendable as error:
                    raise ValueError(str(error)) from error

    def __repr__(self) -> str:
        where = self._client or repr(self._calls.endpoint.rpartition("@")[2])
        return f"{type(self).__name__}({self._calls.account}, {where})"

    def close(self) -> None:
        """Close what was opened here."""
        if self._own and self._client is not None:
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
    under_way: _UnderWay,
) -> Iterator[tuple[Load, list[Outcome]]]:
    """Wait for the calls that end next, remove them from `under_way`, and return their outcomes;
    those that another process is making have none."""
    for run in wait(under_way, return_when=FIRST_COMPLETED).done:
        load, outcomes = under_way.pop(run), run.result()
        if outcomes is not None:
            yield load, outcomes
