"""A crash or a lost answer sends nothing twice: every point at which it can happen."""

from __future__ import annotations

import asyncio
import errno
import http.client
import io
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fakes import AsyncFakeGateway, FakeGateway, lost
from sandboxes import Sandbox, listening

from soapwright_clickatell.client import (
    AsyncClickatell,
    Clickatell,
    GatewayError,
    JournalError,
    NoAnswer,
    Options,
    Recipient,
    Recovery,
)
from soapwright_clickatell.client import file_ledger as journals
from soapwright_clickatell.outcomes import Accepted, Outcome, Refused, Unknown
from soapwright_clickatell.outgoing import Flash, Message, Text, Unicode

ROOT = Path(__file__).parents[2]
PATH = "/soap/webservice.php"
ACCOUNT = "demo", "demo", 1234
QUICK = Recovery(settle=0.02, patience=1, shortest=0.01, longest=0.05)
NUMBERS = [f"2783{n:07d}" for n in range(1000)]
NAMED = {number: [f"no. {number[-2:]}"] for number in NUMBERS[:6]}
PLAIN, TEMPLATE = Text("Hi"), Text("Hi #field1#")


class Crash(BaseException):
    """The process ends here."""


FULL = OSError(errno.ENOSPC, "No space left on device")


def client(gateway: FakeGateway, recovery: Recovery = QUICK) -> Clickatell:
    return Clickatell(*ACCOUNT, client=gateway, recovery=recovery)  # type: ignore[arg-type]  # it has what is used


def send_many(
    gateway: FakeGateway, message: Message, to: Any, **how: Any
) -> list[Outcome]:
    """By the client that the gateway is for."""
    if not isinstance(gateway, AsyncFakeGateway):
        return client(gateway).send_many(message, to, **how)
    sms = AsyncClickatell(*ACCOUNT, client=gateway, recovery=QUICK)  # type: ignore[arg-type]  # as above
    return asyncio.run(sms.send_many(message, to, **how))


KINDS = pytest.mark.parametrize("kind", [FakeGateway, AsyncFakeGateway])
MESSAGES = pytest.mark.parametrize(
    ("message", "to"), [(PLAIN, NUMBERS), (TEMPLATE, NAMED)], ids=["plain", "merged"]
)


def check_once(gateway: FakeGateway, fates: list[Outcome], to: Any) -> None:
    """Each number has its fate; none got it twice, and who is not unknown got it."""
    assert [fate.to for fate in fates] == list(to)
    assert set(gateway.accepted.values()) <= {1}
    told = {fate.to for fate in fates if isinstance(fate, Accepted)}
    assert told <= set(gateway.accepted)
    assert not any(isinstance(fate, Refused) for fate in fates)


# ------------------------------------------------------------------------------- the journal


class Failing(io.FileIO):
    """A journal's file that fails at one of its writes, after a part of it."""

    at, share, error = 0, 0.0, BaseException()

    def write(self, data: Any) -> int:
        cls = type(self)
        cls.at -= 1
        if cls.at == 0:
            super().write(data[: int(len(data) * cls.share)])
            raise cls.error
        return super().write(data)


@KINDS
@MESSAGES
@pytest.mark.parametrize(
    ("error", "share"),
    [(Crash(), 0), (Crash(), 0.5), (FULL, 0.5), (Crash(), 1)],
    ids=["before", "torn", "full", "after"],
)
def test_the_journal_fails_at_any_line(
    kind: type[FakeGateway],
    message: Message,
    to: Any,
    share: float,
    error: BaseException,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for at in range(1, 11):
        gateway, journal = kind(), tmp_path / str(at)
        Failing.at, Failing.share, Failing.error = at, share, error
        monkeypatch.setattr(journals, "FileIO", Failing)
        failed = False
        try:
            send_many(gateway, message, to, concurrency=2, journal=journal)
        except (Crash, JournalError) as caught:
            failed = True
            told = "No space left" if isinstance(error, OSError) else "not written"
            assert isinstance(caught, Crash) or told in str(caught)
        monkeypatch.undo()
        fates = send_many(gateway, message, to, journal=journal)
        check_once(gateway, fates, to)
        unknown = sum(isinstance(fate, Unknown) for fate in fates)
        # Two calls were under way at most; only items cannot be asked for.
        assert unknown <= (2 if message is TEMPLATE and failed else 0)
        assert send_many(gateway, message, to, journal=journal) == fates


@KINDS
@MESSAGES
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("crash", [Crash, KeyboardInterrupt])
def test_a_crash_at_any_call(
    kind: type[FakeGateway],
    message: Message,
    to: Any,
    after: bool,
    crash: type[BaseException],
    tmp_path: Path,
) -> None:
    for at in range(1, 9):
        left = [at]

        def fault(method: str, is_after: bool) -> None:
            left[0] -= is_after == after
            if left[0] == 0 and is_after == after:
                left[0] = -1000
                raise crash

        gateway, journal = kind(fault), tmp_path / str(at)
        try:
            send_many(gateway, message, to, concurrency=2, journal=journal)
        except crash:
            pass
        fates = send_many(gateway, message, to, journal=journal)
        check_once(gateway, fates, to)
        if message is PLAIN:
            assert {type(fate) for fate in fates} == {Accepted}


@KINDS
@MESSAGES
@pytest.mark.parametrize("after", [False, True])
def test_an_answer_is_lost_at_any_call(
    kind: type[FakeGateway], message: Message, to: Any, after: bool
) -> None:
    for at in range(
        3, 9
    ):  # without the first two, a session and a batch, nothing is sent
        left = [at]

        def fault(method: str, is_after: bool) -> None:
            left[0] -= is_after == after
            if left[0] == 0 and is_after == after:
                left[0] = -1000
                lost()

        gateway = kind(fault)
        fates = send_many(gateway, message, to, concurrency=1)
        check_once(gateway, fates, to)
        unknown = sum(isinstance(fate, Unknown) for fate in fates)
        assert unknown == (1 if message is TEMPLATE and at <= 8 else 0)


def test_two_cannot_use_one_journal(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    gateway = FakeGateway()
    with closing(client(gateway).send_each(PLAIN, NUMBERS, journal=journal)) as first:
        next(first)
        with pytest.raises(JournalError, match="another process is using it"):
            send_many(gateway, PLAIN, NUMBERS, journal=journal)
    check_once(gateway, send_many(gateway, PLAIN, NUMBERS, journal=journal), NUMBERS)


def test_a_journal_is_of_one_message_to_some_by_one_account(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    gateway = FakeGateway()
    send_many(gateway, PLAIN, NUMBERS[:400], journal=journal)
    written = journal.read_bytes()
    elsewhere = FakeGateway()
    elsewhere.endpoint = "http://elsewhere/"
    others = [
        (gateway, Text("Ho"), NUMBERS[:400], {}),
        (gateway, PLAIN, NUMBERS[:400], {"options": Options(delay=5)}),
        (gateway, PLAIN, NUMBERS[:399], {}),
        (gateway, PLAIN, NUMBERS[:300], {}),
        (gateway, PLAIN, [], {}),
        (gateway, PLAIN, ["27999112345", *NUMBERS[1:400]], {}),
        (gateway, PLAIN, [*NUMBERS[:399], "27999112345"], {}),
        (elsewhere, PLAIN, NUMBERS[:400], {}),
    ]
    for at, message, to, how in others:
        with pytest.raises(JournalError, match="another sending|a sending to others"):
            send_many(at, message, to, journal=journal, **how)
    with Clickatell("other", "demo", 1234, client=gateway) as other:  # type: ignore[arg-type]  # as above
        with pytest.raises(JournalError, match="another sending"):
            other.send_many(PLAIN, NUMBERS[:400], journal=journal)
    assert journal.read_bytes() == written and len(gateway.accepted) == 400


def test_values_are_no_numbers_to_a_journal(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    gateway = FakeGateway()
    send_many(gateway, TEMPLATE, [Recipient("1", ("2",))], journal=journal)
    for to in (
        [Recipient("1", ("3",))],
        [Recipient("1", ("2",)), Recipient("2", ("",))],
    ):
        if len(to) == 1:
            with pytest.raises(JournalError):
                send_many(gateway, TEMPLATE, to, journal=journal)
        else:  # as if the list had been appended to
            assert len(send_many(gateway, TEMPLATE, to, journal=journal)) == 2


def test_nothing_is_sent_before_the_journal_is_known_to_fit(tmp_path: Path) -> None:
    """A call before the last one of the journal was not made: in another list it may hold numbers
    that another call of the journal was made for."""
    journal = tmp_path / "journal"
    gateway = FakeGateway()
    send_many(gateway, PLAIN, NUMBERS[:600], concurrency=1, journal=journal)
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(
        b"".join(one for one in lines if b'"begun": 0' not in one and b'"done": 0' not in one)
    )  # fmt: skip
    assert gateway.calls.count("sendmsg") == 2
    with pytest.raises(JournalError):
        send_many(gateway, PLAIN, NUMBERS[300:] + NUMBERS[:300], journal=journal)
    assert gateway.calls.count("sendmsg") == 2


def test_what_can_no_longer_be_asked_for_is_unknown(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    gateway = FakeGateway()
    send_many(gateway, PLAIN, NUMBERS[:600], concurrency=1, journal=journal)
    *lines, begun, _ = journal.read_bytes().splitlines(keepends=True)
    old = json.loads(begun)
    old["at"] -= 6 * 24 * 3600
    journal.write_bytes(b"".join(lines) + json.dumps(old).encode() + b"\n")
    gateway._by_client_id.clear()  # it is forgotten after six days
    fates = send_many(gateway, PLAIN, NUMBERS[:600], journal=journal)
    assert [type(fate) for fate in fates] == [Accepted] * 300 + [Unknown] * 300
    check_once(gateway, fates, NUMBERS[:600])


@pytest.mark.parametrize(
    "content",
    [b"27831234567", b"27831234567\n", b'{"job"', b"[]\n", b'{"job": "x"}\n', b"\xff"],
)
def test_a_file_that_is_no_journal_is_left_as_it_is(
    content: bytes, tmp_path: Path
) -> None:
    journal = tmp_path / "numbers.csv"
    journal.write_bytes(content)
    gateway = FakeGateway()
    if content == b'{"job"':  # the first line of one, torn: nothing was begun
        send_many(gateway, PLAIN, NUMBERS, journal=journal)
        return
    with pytest.raises(JournalError, match="numbers.csv"):
        send_many(gateway, PLAIN, NUMBERS, journal=journal)
    assert journal.read_bytes() == content and not gateway.calls


@pytest.mark.parametrize("wrong", ["/dev/full", "/dev/null", ".", "no/such/folder"])
def test_where_no_journal_can_be(
    wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    gateway = FakeGateway()
    with pytest.raises(JournalError, match=wrong):
        send_many(gateway, PLAIN, NUMBERS, journal=Path(wrong))
    assert not gateway.calls


@pytest.mark.parametrize(
    "line",
    [
        b'{"begun": 1000000000000, "at": 1, "to": ""}',
        b'{"begun": -1, "at": 1, "to": ""}',
        b'{"done": 7, "outcomes": []}',
        b'{"begun": 0, "at"',
        b'{"begun": Infinity, "at": 1, "to": ""}',
        b'{"end": 1e400}',
        b"[" * 200_000,
        b'{"done": 0, "outcomes": [["sent", "1", "2"]]}',
        b"7",
    ],
)
def test_a_journal_that_is_broken_in_the_middle(line: bytes, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    gateway = FakeGateway()
    send_many(gateway, PLAIN, NUMBERS, concurrency=1, journal=journal)
    head, *lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([head, line + b"\n", *lines]))
    with pytest.raises(JournalError, match=r"journal:2: no line of a journal"):
        send_many(gateway, PLAIN, NUMBERS, journal=journal)


# ----------------------------------------------------------------------------- lost answers


class Hops(ThreadingHTTPServer):
    """What stands between a client and a sandbox: it loses the first answer to a `sendmsg`."""

    daemon_threads = True

    def __init__(
        self, target: str, lose: Callable[[BaseHTTPRequestHandler], None]
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Hop)
        self.target, self.lose = urlsplit(target).netloc, lose
        self.lost = 0
        self.over = threading.Event()


class _Hop(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hops

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        there = http.client.HTTPConnection(self.server.target, timeout=20)
        with closing(there):
            there.request("POST", self.path, body, {"Content-Type": "text/xml"})
            reply = there.getresponse()
            answer = reply.read()
        if b"<tns:sendmsg" in body and not self.server.lost:
            self.server.lost += 1
            self.server.lose(self)
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def _reset(hop: BaseHTTPRequestHandler) -> None:
    hop.close_connection = True


def _half(hop: BaseHTTPRequestHandler) -> None:
    hop.send_response(200)
    hop.send_header("Content-Length", "1000")
    hop.end_headers()
    hop.wfile.write(b"<?xml version='1.0'?><Envelope")
    hop.close_connection = True


def _bad_gateway(hop: BaseHTTPRequestHandler) -> None:
    hop.send_response(502)
    hop.send_header("Content-Length", "15")
    hop.end_headers()
    hop.wfile.write(b"<h1>Sorry.</h1>")


def _silence(hop: BaseHTTPRequestHandler) -> None:
    assert isinstance(hop.server, Hops)
    hop.server.over.wait(20)
    hop.close_connection = True


@contextmanager
def hopping(
    sandbox: Sandbox, lose: Callable[[BaseHTTPRequestHandler], None]
) -> Iterator[Hops]:
    hops = Hops(sandbox.url, lose)
    thread = threading.Thread(target=hops.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield hops
    finally:
        hops.over.set()
        hops.shutdown()
        thread.join()
        hops.server_close()


@pytest.mark.parametrize("lose", [_reset, _half, _bad_gateway, _silence])
@pytest.mark.parametrize("is_async", [False, True])
def test_an_answer_is_lost_on_the_way(
    lose: Callable[[BaseHTTPRequestHandler], None], is_async: bool
) -> None:
    async def send(endpoint: str) -> list[Outcome]:
        async with AsyncClickatell(
            *ACCOUNT, endpoint=endpoint, recovery=QUICK, timeout=2
        ) as sms:
            return await sms.send(PLAIN, NUMBERS[:3])

    with listening() as sandbox, hopping(sandbox, lose) as hops:
        endpoint = f"http://127.0.0.1:{hops.server_port}{PATH}"
        if is_async:
            fates = asyncio.run(send(endpoint))
        else:
            with Clickatell(
                *ACCOUNT, endpoint=endpoint, recovery=QUICK, timeout=2
            ) as sms:
                fates = sms.send(PLAIN, NUMBERS[:3])
        with sandbox.gateway.store.transaction():
            sent = sandbox.gateway.store.newest_messages("demo", 10)
    assert hops.lost == 1 and len(sent) == 3
    assert {fate.id for fate in fates if isinstance(fate, Accepted)} == {
        one.id for one in sent
    }


def test_a_message_that_arrives_late_is_not_sent_again() -> None:
    """The connection broke while the gateway was still busy with the call."""
    late: list[Callable[[], object]] = []

    class Slow(FakeGateway):
        def _sendmsg(self, **given: Any) -> list[str]:
            late.append(lambda: FakeGateway._sendmsg(self, **given))
            lost()
            return []

        def _querymsg(self, climsgid: str) -> list[str]:
            if self.calls.count("querymsg") == 3:
                late.pop()()
            return super()._querymsg(climsgid)

    gateway = Slow()
    sms = client(gateway, Recovery(settle=0.2, shortest=0.02))
    (fate,) = sms.send(PLAIN, NUMBERS[:1])
    assert isinstance(fate, Accepted) and gateway.accepted == {NUMBERS[0]: 1}


def test_numbers_that_are_accepted_one_by_one_are_waited_for() -> None:
    class Slow(FakeGateway):
        def _querymsg(self, climsgid: str) -> list[str]:
            return super()._querymsg(climsgid)[: self.calls.count("querymsg")]

    gateway = Slow(lambda method, after: method == "sendmsg" and after and lost())
    fates = client(gateway).send(PLAIN, NUMBERS[:3])
    assert {type(fate) for fate in fates} == {Accepted}
    assert gateway.calls.count("querymsg") == 3


def test_the_gateway_took_some_and_does_not_say_which() -> None:
    class Picky(FakeGateway):
        def _sendmsg(self, to: list[str], **given: Any) -> list[str]:  # type: ignore[override]  # as it is called
            super()._sendmsg(to[1:], **given)
            lost()
            return []

    gateway = Picky()
    fates = client(gateway).send(PLAIN, NUMBERS[:3])
    assert {type(fate) for fate in fates} == {Unknown}
    assert "2 of 3" in str(fates[0]) and gateway.calls.count("sendmsg") == 1


def test_an_outage_is_waited_for() -> None:
    class Out(FakeGateway):
        def _querymsg(self, climsgid: str) -> list[str]:
            if self.calls.count("querymsg") < 4:
                return ["ERR: 901, Internal error"]
            return super()._querymsg(climsgid)

    gateway = Out(lambda method, after: method == "sendmsg" and after and lost())
    (fate,) = client(gateway).send(PLAIN, NUMBERS[:1])
    assert isinstance(fate, Accepted) and gateway.calls.count("sendmsg") == 1


@pytest.mark.parametrize(
    "reply", ["ERR: 101, Invalid or missing parameters", "ID: 1 Status: 001", "Hello"]
)
def test_what_querymsg_cannot_tell_is_unknown(reply: str) -> None:
    class Dumb(FakeGateway):
        def _querymsg(self, climsgid: str) -> list[str]:
            return [reply]

    gateway = Dumb(lambda method, after: method == "sendmsg" and after and lost())
    (fate,) = client(gateway).send(PLAIN, NUMBERS[:1])
    assert isinstance(fate, Unknown) and reply in fate.reason
    assert gateway.accepted == {NUMBERS[0]: 1}


def test_an_account_that_is_frozen_after_a_lost_answer_leaves_it_unknown() -> None:
    class Frozen(FakeGateway):
        def _answer(self, method: str, given: dict[str, Any]) -> str | list[str]:
            if method == "auth" and "sendmsg" in self.calls:
                return "ERR: 004, Account frozen"
            return super()._answer(method, given)

    def fault(method: str, after: bool) -> None:
        if method == "sendmsg" and after:
            gateway.end_sessions()
            lost()

    gateway = Frozen(fault)
    (fate,) = client(gateway).send(PLAIN, NUMBERS[:1])
    assert isinstance(fate, Unknown) and "004" in fate.reason


@pytest.mark.parametrize("message", [PLAIN, TEMPLATE])
def test_sessions_end_at_any_call(message: Message) -> None:
    gateway = FakeGateway(
        lambda method, after: method != "auth" and after and gateway.end_sessions()
    )
    fates = send_many(gateway, message, NAMED, concurrency=1)
    check_once(gateway, fates, NAMED)
    assert {type(fate) for fate in fates} == {Accepted}


def test_a_gateway_that_is_not_there_is_told_at_once() -> None:
    gateway = FakeGateway(lost)
    for message in (PLAIN, TEMPLATE):
        with pytest.raises(NoAnswer, match="broke"):
            send_many(gateway, message, NAMED)
    with pytest.raises(NoAnswer, match="broke") as caught:
        client(gateway).send(PLAIN, NUMBERS[:300])
    assert caught.value.__cause__ is not None
    assert set(gateway.calls) == {"auth"} and len(gateway.calls) == 3


# ------------------------------------------------------------------------------------ bulk


@KINDS
def test_recipients_are_read_as_they_are_sent_to(kind: type[FakeGateway]) -> None:
    read, furthest, told = 0, 0, 0

    def numbers() -> Iterator[str]:
        nonlocal read
        for number in range(50_000):
            read += 1
            yield str(number)

    gateway = kind()
    if isinstance(gateway, AsyncFakeGateway):

        async def count() -> None:
            nonlocal told, furthest
            sms = AsyncClickatell(*ACCOUNT, client=gateway)  # type: ignore[arg-type]  # as above
            async for _ in sms.send_each(PLAIN, numbers(), concurrency=3):
                told += 1
                furthest = max(furthest, read - told)

        asyncio.run(count())
    else:
        for _ in client(gateway).send_each(PLAIN, numbers(), concurrency=3):
            told += 1
            furthest = max(furthest, read - told)
    assert told == read == sum(gateway.accepted.values()) == 50_000
    assert furthest <= 4 * 300
    assert set(gateway.sizes) == {300, 50_000 % 300}


def test_as_many_calls_at_once_as_may_be() -> None:
    gateway = FakeGateway(lambda method, after: time.sleep(0.01))
    send_many(gateway, TEMPLATE, {number: ["x" + number] for number in NUMBERS[:30]}, concurrency=3)  # fmt: skip
    assert gateway.most_at_once == 3
    for wrong in (0, -1):
        with pytest.raises(ValueError, match="concurrency"):
            send_many(gateway, PLAIN, NUMBERS, concurrency=wrong)


def test_who_wants_no_more_stops_the_sending(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    gateway = FakeGateway()
    with closing(
        client(gateway).send_each(PLAIN, NUMBERS, concurrency=1, journal=journal)
    ) as fates:
        next(fates)
    assert len(gateway.accepted) < 1000
    check_once(gateway, send_many(gateway, PLAIN, NUMBERS, journal=journal), NUMBERS)


def test_a_cancelled_task_stops_the_sending(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    gateway = AsyncFakeGateway()

    async def story() -> None:
        sms = AsyncClickatell(*ACCOUNT, client=gateway, recovery=QUICK)  # type: ignore[arg-type]  # as above
        sending = asyncio.create_task(
            sms.send_many(
                *(PLAIN, NUMBERS),
                concurrency=1,
                journal=journal,
                progress=lambda done, total: sending.cancel() if done == 600 else None,
            )
        )
        with pytest.raises(asyncio.CancelledError):
            await sending

    asyncio.run(story())
    assert 600 <= len(gateway.accepted) < 1000
    check_once(gateway, send_many(gateway, PLAIN, NUMBERS, journal=journal), NUMBERS)


def test_a_pause_does_not_outlive_the_sending() -> None:
    """One call is waiting to ask what has become of it when another ends the job."""
    recovery = Recovery(settle=60, shortest=30)
    gateway = FakeGateway(
        lambda method, after: method == "sendmsg" and not after and lost()
    )

    def numbers() -> Iterator[str]:
        yield from NUMBERS[:300]
        while "querymsg" not in gateway.calls:
            time.sleep(0.01)
        raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(client(gateway, recovery).send_each(PLAIN, numbers()))
    assert time.monotonic() - began < 15


def test_a_batch_that_has_ended_is_begun_again() -> None:
    def fault(method: str, after: bool) -> None:
        if method == "senditem" and after and gateway.calls.count(method) == 2:
            gateway.end_batches()

    gateway = FakeGateway(fault)
    fates = send_many(gateway, TEMPLATE, NAMED, concurrency=1)
    check_once(gateway, fates, NAMED)
    assert gateway.calls.count("startbatch") == 2
    assert {type(fate) for fate in fates} == {Accepted}


def test_an_end_of_a_batch_that_is_refused_loses_no_fate() -> None:
    class Forgetful(FakeGateway):
        def _endbatch(self, batch_id: str) -> list[str]:
            return ["ERR: 201, Invalid batch ID"]

    fates = send_many(Forgetful(), TEMPLATE, NAMED)
    assert {type(fate) for fate in fates} == {Accepted}


def test_an_account_that_is_frozen_on_the_way_stops_the_sending(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    frozen = True

    class Freezing(FakeGateway):
        def _answer(self, method: str, given: dict[str, Any]) -> str | list[str]:
            if method == "auth" and "sendmsg" in self.calls and frozen:
                return "ERR: 004, Account frozen"
            return super()._answer(method, given)

    gateway = Freezing(
        lambda method, after: method == "sendmsg" and after and gateway.end_sessions()
    )
    with pytest.raises(GatewayError, match="004"):
        send_many(gateway, PLAIN, NUMBERS, concurrency=1, journal=journal)
    assert len(gateway.accepted) == 300
    frozen = False
    check_once(gateway, send_many(gateway, PLAIN, NUMBERS, journal=journal), NUMBERS)


# ----------------------------------------------------------------------------------- merging


@pytest.mark.parametrize(
    ("message", "values", "method", "text"),
    [
        (Text("Hi #field1#"), ["Joe"], "senditem", "Hi Joe"),
        (Text("Hi #field1#"), ["#field2#", "x"], "senditem", "Hi #field2#"),
        (Text("Hi #field1#"), ["Łukasz"], "sendmsg", "Hi Łukasz"),
        (Text("Hi #field1#"), ["a\fb"], "sendmsg", "Hi a\fb"),
        (Text("Привет, #field2# #field1#"), ["a", "b"], "sendmsg", "Привет, b a"),
        (Flash("ω #field1##field1#"), ["#field1#"], "sendmsg", "ω #field1##field1#"),
        (Unicode("Hi #field1#"), ["Joe"], "sendmsg", "Hi Joe"),
        (Text("Hi"), ["Joe"], "sendmsg", "Hi"),
        (Text("Hi #field0# #field#"), ["Joe"], "sendmsg", "Hi #field0# #field#"),
    ],
)
def test_who_puts_the_values_in(
    message: Message, values: list[str], method: str, text: str
) -> None:
    gateway = FakeGateway()
    (fate,) = send_many(gateway, message, {"27831234567": values})
    assert isinstance(fate, Accepted) and method in gateway.calls
    assert gateway.texts["27831234567"] == text


def test_who_gets_the_same_gets_it_together() -> None:
    gateway = FakeGateway()
    to = [Recipient(n, (n[-1], n)) for n in NUMBERS]
    send_many(gateway, TEMPLATE, to)
    assert gateway.sizes == [100] * 10


@pytest.mark.parametrize(
    ("message", "to", "wrong"),
    [
        (Text("#field5#"), {"1": ["x"] * 5}, "4 values at most"),
        (TEMPLATE, {"1": []}, "1: the text has #field1#, there are 0 values"),
        (Text("#field2#"), ["1"], "there are 0 values"),
        (Text("ω#field1#"), {"1": ["x" * 3000]}, "1: it takes 45 SMS"),
        (Text("ω#field1#"), {"1": ["\ud800"]}, "1: .*surrogates"),
        (PLAIN, ["27\x0083"], "is no number"),
        (PLAIN, ["1", ""], "is no number"),
        (Text(""), ["1"], "empty"),
    ],
)
def test_what_cannot_be_sent_is_told_before_it_is(
    message: Message, to: Any, wrong: str
) -> None:
    gateway = FakeGateway()
    with pytest.raises(ValueError, match=wrong):
        send_many(gateway, message, to)
    assert not gateway.accepted


def test_long_values_make_long_messages() -> None:
    with listening(credits=100) as sandbox:
        with Clickatell(*ACCOUNT, endpoint=sandbox.url + PATH) as sms:
            (fate,) = sms.send_many(TEMPLATE, {NUMBERS[0]: ["x" * 400]})
            assert isinstance(fate, Accepted)
            assert sms.charge(fate.id).charge == 3


# ------------------------------------------------------------------------------------- kill

_SCRIPT = """
import sys
from pathlib import Path
from soapwright_clickatell.client import Clickatell, Recovery
from soapwright_clickatell.outgoing import Text

quick = Recovery(settle=0.1, patience=10, shortest=0.02)
with Clickatell("demo", "demo", 1234, endpoint=sys.argv[1], recovery=quick) as sms:
    to = (f"2783{n:07d}" for n in range(int(sys.argv[3])))
    for fate in sms.send_each(Text("Hi"), to, concurrency=2, journal=Path(sys.argv[2])):
        print(type(fate).__name__, fate.to, flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_process_that_is_killed_goes_on_when_it_is_started_again(
    how: signal.Signals, tmp_path: Path
) -> None:
    count, journal = 3000, tmp_path / "journal"
    with listening(credits=100_000) as sandbox:
        command = [sys.executable, "-c", _SCRIPT, sandbox.url + PATH, str(journal)]
        for deadly in (1, 700, 1500, None):
            with subprocess.Popen(
                [*command, str(count)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            ) as process:
                assert process.stdout is not None
                lines = []
                for line in process.stdout:
                    lines.append(line.split())
                    if len(lines) == deadly:
                        process.send_signal(how)
                        break
        with sandbox.gateway.store.transaction():
            sent = sandbox.gateway.store.newest_messages("demo", 10 * count)
    assert sorted(lines) == [["Accepted", f"2783{n:07d}"] for n in range(count)]
    assert len(sent) == len({one.recipient for one in sent}) == count
