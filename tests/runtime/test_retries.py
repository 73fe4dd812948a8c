"""`Retry`: what is repeated, what never is, how long is waited, and how much may be spent."""

from __future__ import annotations

import asyncio
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime


import pytest
from fake_service import envelope
from raw_server import GOOD, Connection, always, closed_port, http, raw_server
from test_client import PORTS, AsyncClient, Client

from soapwright.runtime.errors.errors import (
    DecodeError,
    EncodeError,
    SoapError,
    SoapFault,
    TransportError,
    TransportTimeout,
)
from soapwright.runtime.http.message import Message
from soapwright.runtime.http.retries import Retry, Retrying, retry_after
from soapwright.runtime.http.transport import Request, Response

PAGE = b"<html>not now</html>"
FAULT = envelope(
    "<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring></e:Fault>"
)


class Scripted:
    """A transport whose sends come out one after the other; the last, again and again."""

    def __init__(self, *outcomes: TransportError | Response) -> None:
        self._outcomes = list(outcomes)
        self.sent: list[Request] = []

    def send(self, request: Request) -> Response:
        self.sent.append(request)
        outcome = self._outcomes[0]
        if len(self._outcomes) > 1:
            del self._outcomes[0]
        if isinstance(outcome, TransportError):
            raise outcome
        return outcome


class AsyncScripted(Scripted):
    async def send(self, request: Request) -> Response:  # type: ignore[override]  # on purpose
        return super().send(request)


def reply(status: int = 200, body: bytes = GOOD, **headers: str) -> Response:
    named = {"content-type": "text/xml"} | {
        n.replace("_", "-"): v for n, v in headers.items()
    }
    return Response(status, named, body)


def unsent() -> TransportError:
    return TransportError("refused", sent=False)


def lost() -> TransportError:
    return TransportTimeout("no answer")


def sync_call(*outcomes: TransportError | Response, **given: object) -> tuple[int, int]:
    """What a call gives, and how often it was sent."""
    transport = Scripted(*outcomes)
    number = Client("http://x/", transport=transport, **given).order()
    return number, len(transport.sent)


def async_call(
    *outcomes: TransportError | Response, **given: object
) -> tuple[int, int]:
    transport = AsyncScripted(*outcomes)
    client = AsyncClient("http://x/", transport=transport, **given)
    return asyncio.run(client.order()), len(transport.sent)


BOTH = pytest.mark.parametrize("call", [sync_call, async_call])
Call = Callable[..., tuple[int, int]]
QUICK = Retry(backoff=0.001)
IDEMPOTENT = Retry(backoff=0.001, idempotent=["order"])


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The waits between attempts, which take no time here."""
    found: list[float] = []

    async def slept(seconds: float) -> None:
        found.append(seconds)

    monkeypatch.setattr("time.sleep", found.append)
    monkeypatch.setattr("soapwright.runtime.http.client.sleep", slept)
    yield found


@BOTH
def test_what_was_never_sent_is_repeated(call: Call):
    assert call(unsent(), unsent(), reply(), retries=QUICK) == (7, 3)


@BOTH
def test_nothing_is_repeated_without_rules(call: Call):
    for first in (unsent(), lost(), reply(503, PAGE)):
        with pytest.raises(TransportError):
            call(first, reply())


@BOTH
@pytest.mark.parametrize(
    "first",
    [lost(), reply(503, PAGE), reply(429, PAGE), reply(503, PAGE, retry_after="0")],
)
def test_what_may_have_arrived_is_repeated_by_name_only(call: Call, first):
    with pytest.raises(TransportError):
        call(first, reply(), retries=QUICK)
    with pytest.raises(TransportError):
        call(first, reply(), retries=Retry(idempotent=["notify"]))
    assert call(first, reply(), retries=IDEMPOTENT) == (7, 2)


@BOTH
@pytest.mark.parametrize(
    "outcome",
    [
        reply(500, FAULT),
        reply(200, FAULT),
        reply(200, GOOD.replace(b"7", b"seven")),
        reply(200, GOOD[:-20]),
        reply(200, PAGE),
        reply(401, PAGE),
        reply(404, PAGE),
        reply(407, PAGE),
        reply(301, b"", location="/elsewhere"),
    ],
)
def test_an_answer_is_never_asked_for_again(call: Call, outcome: Response):
    for rules in (QUICK, IDEMPOTENT):
        with pytest.raises(SoapError) as caught:
            call(outcome, reply(), retries=rules)
        assert isinstance(caught.value, (SoapFault, DecodeError, TransportError))


@BOTH
def test_attempts_end(call: Call):
    for rules, attempts in (
        (QUICK, 3),
        (Retry(attempts=1), 1),
        (Retry(attempts=5, backoff=0), 5),
    ):
        outcomes = [unsent() for _ in range(attempts)]
        with pytest.raises(TransportError) as caught:
            call(*outcomes, reply(), retries=rules)
        assert caught.value is outcomes[-1]
        assert caught.value.sent is False


@BOTH
def test_an_error_tells_of_all_attempts_whether_anything_was_sent(call: Call):
    with pytest.raises(TransportError) as caught:
        call(lost(), unsent(), retries=IDEMPOTENT)
    assert caught.value.sent is None


@BOTH
def test_waits_double_and_are_random(call: Call, waits: list[float]):
    rules = Retry(attempts=8, backoff=1.0, longest=5.0)
    for _ in range(5):
        with pytest.raises(TransportError):
            call(unsent(), retries=rules)
    assert len(waits) == 35
    for at, wait in enumerate(waits):
        assert 0 <= wait <= min(5.0, 2.0 ** (at % 7))
    assert len(set(waits)) > 30
    assert max(waits) > 2.5


@BOTH
def test_the_service_says_when(call: Call, waits: list[float]):
    assert call(reply(503, PAGE, retry_after="20"), reply(), retries=IDEMPOTENT) == (
        7,
        2,
    )
    assert waits == [20.0]
    with pytest.raises(TransportError, match="503"):
        call(reply(503, PAGE, retry_after="31"), reply(), retries=IDEMPOTENT)
    with pytest.raises(TransportError, match="429"):
        rules = Retry(idempotent=["order"], longest=5)
        call(reply(429, PAGE, retry_after="6"), reply(), retries=rules)
    assert waits == [20.0]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("9" * 400, 9999999999.0),
        ("", None),
        ("-1", None),
        ("soon", None),
        ("١٢", None),
        ("1.5", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Fri, 99 Foo 0000 99:99:99 GMT", None),
        ("Mon, 01 Jan 99999999999 00:00:00 GMT", None),
        ("Mon, 01 Jan 2030 00:00:00 +" + "9" * 40, None),
        ("1e20", None),
    ],
)
def test_the_forms_of_retry_after(value: str, seconds: float | None):
    assert retry_after({"retry-after": value}) == seconds


def test_a_date_of_retry_after():
    at = datetime.now(timezone.utc) + timedelta(seconds=60)
    found = retry_after({"retry-after": format_datetime(at, usegmt=True)})
    assert found is not None
    assert 55 < found <= 60
    assert retry_after({}) is None


@BOTH
def test_the_deadline_bounds_attempts_and_waits(call: Call):
    began = time.monotonic()
    rules = Retry(attempts=1000, backoff=0.05, longest=0.05)
    with pytest.raises(TransportError, match="refused|deadline"):  # on a busy machine
        call(unsent(), retries=rules, deadline=0.3)
    assert time.monotonic() - began < 2
    with pytest.raises(TransportError, match="503"):
        call(
            reply(503, PAGE, retry_after="20"), reply(), retries=IDEMPOTENT, deadline=5
        )


def test_a_budget_is_spent_and_earned(waits: list[float]):
    rules = Retry(attempts=2, budget=0.5)
    transport = Scripted(unsent())
    client = Client("http://x/", transport=transport, retries=rules)
    for _ in range(100):
        with pytest.raises(TransportError):
            client.order()
    # ten from the beginning, and one of two calls thereafter
    assert 55 <= len(waits) <= 61
    assert len(transport.sent) == 100 + len(waits)


def test_clients_have_budgets_of_their_own(waits: list[float]):
    rules = Retry(attempts=20, budget=0)
    for _ in range(3):
        with pytest.raises(TransportError):
            Client("http://x/", transport=Scripted(unsent()), retries=rules).order()
    assert len(waits) == 30


def test_layers_see_each_attempt():
    seen: list[Message] = []

    def layer(message: Message) -> Message:
        seen.append(message)
        return message.with_header("X-Attempt", str(len(seen)))

    transport = Scripted(unsent(), unsent(), reply())
    client = Client("http://x/", transport=transport, retries=QUICK, outgoing=[layer])
    assert client.order() == 7
    assert [one.headers["X-Attempt"] for one in transport.sent] == ["1", "2", "3"]
    assert len({one.envelope for one in seen}) == 1


def test_each_wait_is_logged(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO):
        sync_call(unsent(), reply(), retries=QUICK)
    (record,) = caplog.records
    assert record.name == "shop"
    assert "order: attempt 1 failed, the next is in" in record.getMessage()


def test_rules_that_make_no_sense():
    wrong = [{"attempts": 0}, {"backoff": -1}, {"longest": -1}, {"budget": -0.1}]
    wrong += [{"longest": n} for n in (math.inf, math.nan, 1e300)]
    for given in wrong:
        with pytest.raises(ValueError, match="attempts are positive"):
            Retry(**given)
    with pytest.raises(TypeError, match="list of names"):
        Retry(idempotent="order")
    for kind in (Client, AsyncClient):
        with pytest.raises(ValueError, match="no operation 'ordre'"):
            kind("http://x/", retries=Retry(idempotent=["order", "ordre"]))
    assert Retrying(
        Retry(idempotent=list(PORTS["Shop"].operations)), PORTS["Shop"].operations
    )


def test_waits_double_as_long_as_numbers_can():
    rules = Retry(attempts=2000, budget=10, longest=3)
    attempts = Retrying(rules, ()).call("order")
    for _ in range(1500):
        attempts._retrying.call("order")  # which earns what the wait spends
        wait = attempts.wait_after(TransportError("refused", sent=False), None)
        assert wait is not None
        assert wait <= 3


def test_no_time_is_longer_than_anything_can_wait():
    for given in ({"deadline": 1e12}, {"timeout": 1e12}, {"deadline": math.inf}):
        for kind in (Client, AsyncClient):
            with pytest.raises(ValueError, match="a number of seconds"):
                kind("http://x/", **given)


def test_what_cannot_be_written_is_not_repeated(waits: list[float]):
    client = Client("http://x/", transport=Scripted(reply()), retries=QUICK)
    with pytest.raises(EncodeError):
        client.order(item="\0")
    assert not waits


def test_what_cannot_be_called_is_not_repeated(waits: list[float]):
    for url in ("ftp://127.0.0.1/", "no url", "http://[::1"):
        with Client(url, retries=QUICK) as client:
            with pytest.raises(TransportError):
                client.order()
    with pytest.raises(TransportError, match="closed"):
        client.order()
    assert not waits


# ----------------------------------------------------------------------------- on a network


def test_a_service_that_comes_back():
    port = closed_port()
    with Client(
        f"http://127.0.0.1:{port}/", retries=Retry(attempts=9, backoff=0.1)
    ) as client:
        found: list[int] = []
        calling = threading.Thread(target=lambda: found.append(client.order()))
        calling.start()
        time.sleep(0.2)
        with raw_server(always(http()), port=port):
            calling.join(10)
    assert found == [7]


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_service_that_fails_twice(kind: str):
    def script(connection: Connection) -> None:
        while connection.request():
            number = len(connection.server.seen)
            if number == 1:
                return connection.reset()
            page = http(PAGE, "503 Away", "text/html", "Retry-After: 0")
            connection.send(page if number == 2 else http())

    with raw_server(script) as server:
        if kind == "sync":
            with Client(server.url, retries=IDEMPOTENT) as client:
                assert client.order() == 7
        else:

            async def run() -> int:
                async with AsyncClient(server.url, retries=IDEMPOTENT) as client:
                    return await client.order()

            assert asyncio.run(run()) == 7
        assert len(server.seen) == 3


def test_a_cancelled_call_is_not_repeated():
    async def run() -> int:
        transport = AsyncScripted(unsent())
        client = AsyncClient(
            "http://x/", transport=transport, retries=Retry(backoff=60, longest=60)
        )
        task = asyncio.create_task(client.order())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return len(transport.sent)

    assert asyncio.run(run()) == 1
