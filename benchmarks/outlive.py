"""Messages that outlive the gateway.

They are sent by `sendmsg`, in calls of 300, several at once, while the gateway in a box is killed
(SIGKILL) at random moments and started again on its state, over and over until all are sent;
each time it lives for at least a call. The account's credits last for two fifths of the messages: they run out (301) twice, which
ends the run, and it goes on with the same journal once the account has more.
Beside it the same gateway is left alone. Before any time counts, the client's results are
compared with the gateway's messages: none lost, none doubled, the ids the same, the credits right.
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from soapwright_clickatell.client import Clickatell, Recovery
from soapwright_clickatell.outcomes import Accepted
from soapwright_clickatell.outgoing import Text
from soapwright_clickatell.testing import NoSandbox, SmsSandbox

from .measure import ROOT, Found, Line, Settings

COUNT, QUICK_COUNT = 100_000, 1_500
_LIFE = 30
"""How many calls are answered at most between two kills."""
_TANKS = 2.5
"""How many times the credits that an account is given at once are needed."""
_RECOVERY = Recovery(settle=0.5, patience=120, shortest=0.05, longest=1.0)


class Answers:
    """Counts the calls that are answered, across threads."""

    def __init__(self) -> None:
        self._count = 0
        self._more = threading.Condition()

    def __call__(self, done: int = 0, total: int = 0) -> None:
        """Count one more; the arguments are those of `send_many`'s progress."""
        with self._more:
            self._count += 1
            self._more.notify_all()

    def wait_for_more(self, count: int, done: threading.Event) -> None:
        """Wait until so many more are answered, or all are."""
        with self._more:
            enough = self._count + count
            self._more.wait_for(lambda: self._count >= enough or done.is_set())


class _Gateway:
    """The gateway in a box on a state file, which can be killed, and comes back on its port."""

    def __init__(self, state: Path, credits: int) -> None:
        self.state = state
        self._credits = credits
        self.kills = 0
        self._port = "0"
        self._start()

    def _start(self) -> None:
        options = ("--state", str(self.state), "--credits", str(self._credits))
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "soapwright_clickatell",
                "sandbox",
                "--port",
                self._port,
                *options,
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        self._port = self.url.rpartition(":")[2]

    def end(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def kill_until(self, done: threading.Event, answers: Answers, life: int) -> None:
        """Kill it and start it again, at random moments, until something is done."""
        moments = random.Random(1)
        while True:
            answers.wait_for_more(moments.randint(1, life), done)
            if done.wait(moments.uniform(0, 0.2)):
                return
            self.end()
            self.kills += 1
            self._start()

    def messages(self) -> list[tuple[str, str]]:
        """The ids and numbers of all messages, as the state has them."""
        db = sqlite3.connect(self.state)
        try:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return db.execute("SELECT id, recipient FROM message").fetchall()
        finally:
            db.close()


def measure(settings: Settings) -> Found:
    """Once with kills, once without."""
    count, life = (QUICK_COUNT, 2) if settings.quick else (COUNT, _LIFE)
    killed, kills = _sent(settings.scratch / "killed", count, life)
    alone, _ = _sent(settings.scratch / "alone", count, 0)
    work = (
        f"{count:,} messages by sendmsg while the gateway is killed {kills} times"
        " and the credits run out twice; none lost, none doubled"
    )
    return [Line(work, "left alone", killed, alone)]


def _sent(state: Path, count: int, life: int) -> tuple[float, int]:
    """The seconds that sending takes, and how often the gateway was killed meanwhile.

    Args:
        state: the gateway's.
        count: how many messages.
        life: how many calls are answered at most between two kills; 0 never kills.
    """
    numbers = [f"2783{number:07d}" for number in range(count)]
    tank = int(count / _TANKS)
    gateway, answers = _Gateway(state, tank), Answers()
    journal = state.with_suffix(".journal")
    account, endpoint = ("demo", "demo", 1234), f"{gateway.url}/soap/webservice.php"
    try:
        with (
            _killing(gateway, answers, life),
            Clickatell(*account, endpoint=endpoint, recovery=_RECOVERY) as sms,
        ):
            begun = time.perf_counter()
            given = tank
            while True:
                fates = sms.send_many(
                    Text("Hi"), numbers, progress=answers, journal=journal
                )
                if not any(fate.is_retryable for fate in fates):
                    break
                _give(gateway, tank)
                given += tank
            seconds = time.perf_counter() - begun
        with Clickatell(*account, endpoint=endpoint) as sms:
            balance = sms.balance()
    finally:
        gateway.end()
    accepted = [(fate.id, fate.to) for fate in fates if isinstance(fate, Accepted)]
    assert [number for _, number in accepted] == numbers, "some were not accepted"
    assert sorted(accepted) == sorted(gateway.messages()), "some are lost, or doubled"
    assert given > 2 * tank, "the credits did not run out"
    assert balance == given - count, "the credits are wrong"
    return seconds, gateway.kills


def _give(gateway: _Gateway, credits: int) -> None:
    """Give the account more credits, whatever happens to the gateway meanwhile."""
    wanted: Decimal | None = None
    until = time.monotonic() + _RECOVERY.patience
    while True:
        try:
            with SmsSandbox(gateway.url) as box:
                (account,) = box.accounts()
                if wanted is None:  # the first time: an answer may be lost
                    wanted = Decimal(str(account.credits)) + credits
                box.set_credits(float(wanted), account.user)
            return
        except NoSandbox:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


@contextmanager
def _killing(gateway: _Gateway, answers: Answers, life: int) -> Iterator[None]:
    """Meanwhile the gateway is killed, over and over; in the end it runs."""
    done = threading.Event()
    killer = threading.Thread(target=gateway.kill_until, args=(done, answers, life))
    if life:
        killer.start()
    try:
        yield
    finally:
        done.set()
        answers()  # who waits for one is woken
        if life:
            killer.join()
