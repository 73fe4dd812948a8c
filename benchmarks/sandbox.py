"""Messages to the gateway in a box: what one costs after 10,000 and after many more, with every limit set.

The gateway is called without SOAP and HTTP, on a state file, in calls of 300. Its account has a daily
limit, a limit of a message's price, registered senders and networks; its two routes have rates, prefixes and
periods after which messages take another one; numbers have rules, and a route has been out of work. Its clock
goes on between the calls, so that as many messages arrive at their handsets as are sent. Times are those of
the CPU, medians of the last ten calls. `--long` goes on to a million messages.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path

from soapwright_clickatell.sandbox.engine.gateway import Gateway
from soapwright_clickatell.sandbox.records.accounts import Account, Credentials
from soapwright_clickatell.sandbox.records.messages import Submission
from soapwright_clickatell.sandbox.records.settings import (
    NumberRule,
    Outage,
    Route,
    Settings as GatewaySettings,
)
from soapwright_clickatell.sandbox.state.store import Store
from soapwright_clickatell.vendor.replies import MessageId

from .measure import Found, Goal, Line, Settings, in_process
from .probe import resident

_AT_ONCE = 300
_COUNTED = 3_000
"""The messages at the end whose calls count: before, the first ones are still on their way."""
_SECONDS = 0.4
"""From one call to the next, by the gateway's clock: three quarters of what its routes carry."""
_FIRST, _LAST, _LONG = 10_000, 100_000, 1_000_000
_ACCOUNT = Account(
    *("demo", "demo", 1234),
    networks=(ip_network("127.0.0.0/8"),),
    senders=("Shop",),
    two_way=("27999000224",),
    daily_limit=10**8,
    max_credits=Decimal(5),
    reroute_after=600,
)
_SETTINGS = GatewaySettings(
    account=_ACCOUNT,
    routes=(
        Route("cheap", Decimal("0.5"), prefixes=("27",), rate=1000, reroute_after=600),
        Route("direct", rate=1000),
    ),
    numbers=(NumberRule("27831", fate="failed"), NumberRule("27832", fate="silent")),
    outages=(Outage("cheap", 1, 2),),
)
_CALLER = Credentials("", 1234, "demo", "demo", "127.0.0.1")


class _Clock:
    def __init__(self) -> None:
        self.now = 1e9

    def __call__(self) -> float:
        return self.now


def measure(settings: Settings) -> Found:
    """After 10,000 messages, and after many more."""
    first, last = _FIRST, _LONG if settings.long else _LAST
    if settings.quick:
        first, last = 600, 1_200
    state = settings.scratch / "sandbox"
    output = in_process("-m", "benchmarks.sandbox", str(state), str(first), str(last))
    (sooner, less), (later, more) = json.loads(output)
    work, peer = f"{last:,} messages, every limit set", f"after {first:,}"
    flat = Goal(1.2, slower=True)
    return [
        Line(
            f"a message to the gateway in a box after {work}", peer, later, sooner, flat
        ),
        Line(f"its memory after {work}", peer, more, less, flat, unit="MiB"),
    ]


def main() -> None:
    """Print the seconds that a message took and the memory in MiB, after the first number of messages and after the second."""
    state, *counts = sys.argv[1:]
    print(json.dumps(_sent(Path(state), [int(count) for count in counts])))


def _sent(state: Path, counts: Sequence[int]) -> list[tuple[float, float]]:
    store, clock = Store(state), _Clock()
    store.begin_run(0, 1)
    gateway = Gateway(
        store,
        credits=Decimal(10**9),
        clock=clock,
        chance=random.Random(1),
        settings=_SETTINGS,
    )
    found, seconds, sent = list[tuple[float, float]](), list[float](), 0
    for count in counts:
        while sent < count:
            seconds.append(_call(gateway, sent))
            clock.now += _SECONDS
            sent += _AT_ONCE
        last = seconds[-_COUNTED // _AT_ONCE :]
        found.append((statistics.median(last) / _AT_ONCE, resident()))
    store.close()
    return found


def _call(gateway: Gateway, sent: int) -> float:
    """The seconds that a call takes."""
    submission = Submission(
        to=tuple(f"2783{sent + number:07d}" for number in range(_AT_ONCE)),
        text="Initial test message",
        sender="Shop",
        max_credits=Decimal(3),
    )
    begun = time.process_time()
    answers = gateway.sendmsg(_CALLER, submission)
    seconds = time.process_time() - begun
    assert all(isinstance(answer, MessageId) for answer in answers), answers
    return seconds


if __name__ == "__main__":
    main()
