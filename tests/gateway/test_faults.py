"""Faults that are made on purpose, over HTTP."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sandboxes import PATHS, Sandbox, listening

from soapwright_clickatell.client import (
    AsyncClickatell,
    Clickatell,
    FileLedger,
    Recovery,
    chunks,
)
from soapwright_clickatell.outcomes import Accepted, Outcome
from soapwright_clickatell.outgoing import Text
from soapwright_clickatell.sandbox.config.settings_file import (
    SettingsError,
    read_settings,
)
from soapwright_clickatell.sandbox.engine.faults import Faults
from soapwright_clickatell.sandbox.records.faults import Fault
from soapwright_clickatell.sandbox.records.settings import Settings
from soapwright_clickatell.services.clickatell import Client, errors
from soapwright_clickatell.vendor.codes import ErrorCode

DEMO = {"api_id": 1234, "user": "demo", "password": "demo"}
NUMBER = "27831234567"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with listening() as made:
        yield made


def send(sandbox: Sandbox) -> list[str]:
    with Client(endpoint=sandbox.url + PATHS[0], timeout=5) as client:
        return client.sendmsg(**DEMO, to=[NUMBER], text="Hello")


def accepted(sandbox: Sandbox) -> int:
    store = sandbox.gateway.store
    with store.transaction():
        return len(store.newest_messages("demo", 10))


@pytest.mark.parametrize("kind", ["lost", "reset", "http"])
@pytest.mark.parametrize("is_accepted", [False, True])
def test_an_answer_that_does_not_come(
    sandbox: Sandbox, kind: str, is_accepted: bool
) -> None:
    fault = Fault(kind=kind, accepted=is_accepted, calls=1)  # type: ignore[arg-type]  # of the list
    sandbox.faults.add(fault)
    with pytest.raises(errors.TransportError) as raised:
        send(sandbox)
    assert raised.value.status == (503 if kind == "http" else None)
    assert accepted(sandbox) == is_accepted
    assert send(sandbox)[0].startswith("ID: ")  # it was for one call
    assert sandbox.faults.listed() == []


def test_an_error_for_the_next_calls(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(kind="error", operation="sendmsg", calls=2))
    with Client(endpoint=sandbox.url + PATHS[3]) as client:
        assert client.getbalance(**DEMO) == "Credit: 10.0"
    assert send(sandbox) == ["ERR: 901, Internal error"] * 1
    (record,) = sandbox.faults.listed()
    assert (record.number, record.met) == (1, 1)
    assert send(sandbox) == ["ERR: 901, Internal error"]
    assert send(sandbox)[0].startswith("ID: ")


def test_latency_and_another_fault_come_together(sandbox: Sandbox) -> None:
    for fault in (
        Fault(kind="latency", seconds=0.2),
        Fault(kind="error", code=ErrorCode.NO_CREDIT_LEFT),
        Fault(kind="latency", seconds=0.2),
    ):
        sandbox.faults.add(fault)
    begun = time.monotonic()
    assert send(sandbox) == ["ERR: 301, No credit left"]
    assert time.monotonic() - begun >= 0.4


def test_a_slow_answer_does_not_keep_the_sandbox_from_stopping() -> None:
    begun = time.monotonic()
    settings = Settings(faults=(Fault(kind="latency", seconds=60),))
    with listening(settings=settings) as sandbox:
        with pytest.raises(errors.TransportError):
            with Client(endpoint=sandbox.url + PATHS[0], timeout=0.2) as client:
                client.getbalance(**DEMO)
    assert time.monotonic() - begun < 10


def test_nothing_is_sent_twice_whatever_is_lost(sandbox: Sandbox) -> None:
    """The client layer asks after each answer that did not come."""
    for fault in (
        Fault(kind="lost", accepted=True, operation="sendmsg", calls=1),
        Fault(kind="lost", operation="querymsg", calls=1),
    ):
        sandbox.faults.add(fault)
    with Clickatell("demo", "demo", 1234, endpoint=sandbox.url + PATHS[0]) as sms:
        sent = sms.send(Text("Hello"), NUMBER)
        assert isinstance(sent, Accepted)
        assert sms.balance() == 9
    assert accepted(sandbox) == 1


def test_calls_are_listed_with_the_fault_that_they_met(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(kind="lost", accepted=True, calls=1))
    with pytest.raises(errors.TransportError):
        send(sandbox)
    status, _, page = sandbox.post("/inbox/calls", b"", None, method="GET")
    assert status == 200 and b"answer lost after acceptance" in page


def test_a_share_of_the_calls() -> None:
    faults = Faults(chance=random.Random(1))
    faults.add(Fault(kind="error", share=0.25))
    met = sum(faults.draw("sendmsg")[1] is not None for _ in range(1000))
    assert 200 < met < 300
    (record,) = faults.listed()
    assert record.met == met


def test_faults_of_the_settings_come_back() -> None:
    of_settings = Fault(kind="error", calls=1)
    faults = Faults([of_settings])
    assert faults.draw("auth") == (0.0, of_settings)
    assert faults.draw("auth") == (0.0, None)
    added = faults.add(replace(of_settings, code=ErrorCode.NO_CREDIT_LEFT))
    faults.restore()
    assert [one.fault for one in faults.listed()] == [of_settings]
    assert not faults.remove(added.number)
    assert faults.remove(faults.listed()[0].number)


def test_faults_in_a_settings_file(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(
        '[[fault]]\nkind = "lost"\noperation = "SendMsg"\naccepted = true\ncalls = 3\n'
        '[[fault]]\nkind = "latency"\nseconds = 2.5\nshare = 0.5\n'
    )
    assert read_settings(file).faults == (
        Fault(kind="lost", operation="sendmsg", accepted=True, calls=3),
        Fault(kind="latency", seconds=2.5, share=0.5),
    )
    file.write_text(
        '[[fault]]\nkind = "fire"\nstatus = 200\nseconds = 601\ncode = 902\n'
    )
    with pytest.raises(SettingsError) as raised:
        read_settings(file)
    lines = str(raised.value).splitlines()
    assert [line.removeprefix(f"{file}:")[:24] for line in lines] == [
        "2: error: fault.kind: on",
        "3: error: fault.status: ",
        "4: error: fault.seconds:",
        "5: error: fault.code: 90",
    ]


def test_a_call_that_is_under_way_here_is_not_resumed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """A queue may hand the task of a slow worker to that worker again."""
    sandbox.faults.add(Fault(kind="latency", seconds=1, operation="sendmsg"))
    (chunk,) = chunks("Hello", [NUMBER])
    ledger = FileLedger(tmp_path / "journal")
    ledger.open("job")
    quick = Recovery(settle=0.05, patience=5, shortest=0.01, longest=0.05)

    async def twice() -> list[list[Outcome] | None]:
        account = ("demo", "demo", 1234)
        url = sandbox.url + PATHS[0]
        async with AsyncClickatell(*account, endpoint=url, recovery=quick) as sms:
            found = await asyncio.gather(
                sms.send_chunk(chunk, ledger), sms.send_chunk(chunk, ledger)
            )
            return [*found, await sms.send_chunk(chunk, ledger)]

    first, second, third = asyncio.run(twice())
    ledger.close()
    assert second is None and first is not None and third == first
    with sandbox.gateway.store.transaction():
        assert len(sandbox.gateway.store.newest_messages("demo", 10)) == 1
