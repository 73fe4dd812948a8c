"""Messages that wait for a route and take another: after a period, or at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from sandboxes import DEMO, Clock

from soapwright_clickatell.sandbox.engine.gateway import Gateway
from soapwright_clickatell.sandbox.records.accounts import Account
from soapwright_clickatell.sandbox.records.messages import Submission
from soapwright_clickatell.sandbox.records.settings import Outage, Route, Settings
from soapwright_clickatell.sandbox.state.store import Store
from soapwright_clickatell.vendor.replies import MessageId

NUMBER = "27831234567"
OUT_FOR_A_DAY = (Outage("cheap", 0, 24 * 3600),)


class Box:
    """A gateway with a cheap and a dear route, of which the cheap one is out."""

    def __init__(self, reroute_after: float | None, account: Account, **more: Any):
        cheap = Route("cheap", Decimal("0.5"), reroute_after=reroute_after)
        routes = (cheap, Route("dear", Decimal(2), **more.pop("dear", {})))
        settings = Settings(
            account=account, routes=routes, outages=OUT_FOR_A_DAY, **more
        )
        self.clock, self.store = Clock(), Store()
        self.gateway = Gateway(
            self.store, credits=Decimal(100), clock=self.clock, settings=settings
        )

    def sent(self, **more: Any) -> str:
        submission = Submission(to=[NUMBER], text="Hello", **more)
        (reply,) = self.gateway.sendmsg(DEMO, submission)
        assert isinstance(reply, MessageId)
        return reply.id

    def course(self, message_id: str) -> list[tuple[float, int, str]]:
        """Seconds since it was accepted, its statuses, and the routes."""
        self.gateway.advance()
        message = self.store.message("demo", message_id)
        assert message is not None
        return [
            (round(s.at - message.accepted), int(s.status), s.route)
            for s in message.course
        ]


@pytest.fixture
def boxes() -> Iterator[Callable[..., Box]]:
    made: list[Box] = []

    def make(after: float | None = None, account: float = 1800, **more: Any) -> Box:
        owner = Account("demo", "demo", 1234, reroute_after=account)
        made.append(Box(after, owner, **more))
        return made[-1]

    yield make
    for box in made:
        box.store.close()


@pytest.mark.parametrize(
    ("route", "account", "seconds"),
    [(None, 1800, 1800), (600, 1800, 600), (600, 0, 600), (None, 90, 90)],
)
def test_a_message_takes_another_route_after_its_period(
    boxes: Callable[..., Box], route: float | None, account: float, seconds: int
) -> None:
    box = boxes(route, account)
    message = box.sent()
    box.clock.turn(seconds=seconds - 1)
    assert box.course(message) == [(0, 2, "cheap")]
    box.clock.turn(seconds=20)
    assert box.course(message)[:2] == [(0, 2, "cheap"), (seconds, 3, "dear")]
    assert box.course(message)[2][1] == 4
    assert box.gateway.getmsgcharge(DEMO, message).charge == 2
    assert box.gateway.getbalance(DEMO).amount == 98


@pytest.mark.parametrize(("route", "account"), [(0, 1800), (None, 0)])
def test_without_a_period_it_waits_until_it_expires(
    boxes: Callable[..., Box], route: float | None, account: float
) -> None:
    box = boxes(route, account)
    message = box.sent(validity=600)
    box.clock.turn(minutes=601)
    assert box.course(message) == [(0, 2, "cheap"), (36000, 10, "cheap")]
    assert box.gateway.getbalance(DEMO).amount == 100


def test_its_validity_may_end_before(boxes: Callable[..., Box]) -> None:
    box = boxes()
    message = box.sent(validity=20)
    box.clock.turn(minutes=60)
    assert box.course(message)[-1] == (1200, 10, "cheap")


@pytest.mark.parametrize(
    "more", [{"max_credits": Decimal(1)}, {"features": 0x200}], ids=str
)
def test_only_a_route_that_may_carry_it_is_taken(
    boxes: Callable[..., Box], more: dict[str, Any]
) -> None:
    """Within `max_credits`, and with its features; the cheap one has them."""
    box = boxes(dear={"features": 0x400F})
    message = box.sent(**more)
    box.clock.turn(minutes=60)
    assert box.course(message) == [(0, 2, "cheap")]


def test_where_the_others_are_busy_it_looks_again_each_period(
    boxes: Callable[..., Box],
) -> None:
    box = boxes(600, dear={"rate": 1 / 900})
    first, second = box.sent(), box.sent()
    box.clock.turn(minutes=31)
    assert box.course(first)[1] == (600, 3, "dear")
    assert box.course(second)[1] == (1800, 3, "dear")  # free again from 1500 on


def test_who_may_escalate_does_not_wait_for_the_period(
    boxes: Callable[..., Box],
) -> None:
    box = boxes(600)
    message = box.sent(escalate=1)
    box.clock.turn(seconds=20)
    assert box.course(message)[1] == (5, 3, "dear")


def test_a_period_of_no_time_is_five_seconds(boxes: Callable[..., Box]) -> None:
    """Else the engine would look for ever, and time would not go on."""
    box = boxes(0.001, dear={"rate": 1 / 900})
    first, second = box.sent(), box.sent()
    box.clock.turn(minutes=16)
    assert box.gateway.advance() < 250
    assert box.course(first)[1] == (5, 3, "dear")
    assert box.course(second)[1] == (905, 3, "dear")
