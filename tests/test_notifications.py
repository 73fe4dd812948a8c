"""Operations whose output comes first, by the package of tests/cases/notifications."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Iterator
from contextlib import chdir
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

CASE = Path(__file__).parent / "cases" / "notifications"


@pytest.fixture(scope="module")
def alarm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package, which is generated: Any."""
    folder = tmp_path_factory.mktemp("notifications")
    with chdir(CASE):
        package = generate(Path("service.wsdl"), Options("alarm_made"))
    write_package(folder / "alarm_made", package.files)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("alarm_made")
    sys.path.remove(str(folder))


def consumer(alarm: Any, seen: list[Any]) -> Any:
    class Consumer(alarm.server.AlarmConsumerService):
        def raised(self, *, zone: str, at: time) -> None:
            seen.append((zone, at, alarm.server.current_call().addressing))

        def may_reset(self, *, zone: str) -> bool:
            return zone == "roof"

    return Consumer()


def test_the_ports(alarm: Any) -> None:
    assert list(alarm.PORTS) == ["Alarm", "AlarmConsumer"]
    own = alarm.PORTS["Alarm"].operations["raised"]
    taken = alarm.PORTS["AlarmConsumer"].operations["raised"]
    assert (own.request_type, own.response_type) == (None, alarm.types.Raised)
    assert (taken.request_type, taken.response_type) == (alarm.types.Raised, None)
    assert taken.one_way and taken.soap_action == "urn:alarm#raised"
    asked = alarm.PORTS["AlarmConsumer"].operations["mayReset"]
    assert asked.request_action == "urn:alarm:may-reset"
    assert asked.response_action == "urn:alarm:Alarm:mayResetResponse"
    assert alarm.Client._port_names == ("Alarm",)
    assert not hasattr(alarm.server.AlarmService, "raised")


def test_what_a_service_sends_is_received(alarm: Any) -> None:
    seen: list[Any] = []
    receiver = alarm.server.InMemoryTransport(consumer(alarm, seen))
    with alarm.AlarmConsumerClient(
        "http://me.example/", transport=receiver, outgoing=[alarm.Addressing()]
    ) as sender:
        assert sender.raised(zone="roof", at=time(12)) is None
        assert sender.may_reset(zone="roof") is True
        assert sender.may_reset(zone="cellar") is False
    ((zone, at, headers),) = seen
    assert (zone, at) == ("roof", time(12))
    assert headers.action == "urn:alarm#raised"


def test_asynchronously(alarm: Any) -> None:
    seen: list[Any] = []
    receiver = alarm.server.AsyncInMemoryTransport(consumer(alarm, seen))

    async def send() -> None:
        async with alarm.AsyncAlarmConsumerClient(
            "http://me.example/", transport=receiver
        ) as sender:
            await sender.raised(zone="roof", at=time(12))

    asyncio.run(send())
    assert [zone for zone, *_ in seen] == ["roof"]


def test_a_consumer_has_no_address_of_its_own(alarm: Any) -> None:
    with pytest.raises(ValueError, match="no address"):
        alarm.AlarmConsumerClient()
