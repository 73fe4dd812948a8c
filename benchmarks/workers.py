"""Processes on one list: the time that 1 to 8 of them take, with a journal in PostgreSQL.

Each is a `clickatell batch` on the same list. The gateway in a box is one process, and takes part of
the same cores: it is a bound for all of them. Before any time counts, the gateway's messages and
the credits are compared with the list.
"""

from __future__ import annotations

import importlib
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from .measure import ROOT, Found, Line, Settings, Skipped

COUNT, QUICK_COUNT = 30_000, 1_200
WORKERS = 1, 2, 4, 8
_ACCOUNT = ("--user", "demo", "--password", "demo", "--api-id", "1234")


def measure(settings: Settings) -> Found:
    """Each number of workers, against one worker."""
    sys.path.insert(0, str(ROOT / "tests" / "gateway"))
    postgres: Any = importlib.import_module("postgres")  # Any: a module of the tests
    if missing := postgres.missing():
        return [Skipped("processes on one list", missing)]
    count = QUICK_COUNT if settings.quick else COUNT
    numbers = settings.scratch / "numbers.csv"
    numbers.write_text("".join(f"2783{n:07d}\n" for n in range(count)))
    some = WORKERS[:2] if settings.quick else WORKERS
    with postgres.server() as url:
        seconds = {
            workers: _sent(
                settings.scratch / f"{workers}.db", numbers, count, url, workers
            )
            for workers in some
        }
    return [
        Line(
            f"{count:,} messages by {workers} processes on one list, journal in PostgreSQL",
            "1 process",
            seconds[workers],
            seconds[1],
        )
        for workers in some[1:]
    ]


def _sent(state: Path, numbers: Path, count: int, url: str, workers: int) -> float:
    """The seconds that a number of processes take."""
    command = [sys.executable, "-m", "soapwright_clickatell"]
    gateway = subprocess.Popen(
        [
            *(*command, "sandbox", "--port", "0", "--state", str(state)),
            *("--credits", "10000000"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert gateway.stdout is not None
    try:
        endpoint = gateway.stdout.readline().strip()
        batch = [
            *(*command, "batch", str(numbers), "--text", "Hi", "--journal", url),
            *("--job", f"by {workers}", "--endpoint", endpoint, *_ACCOUNT),
        ]
        begun = time.perf_counter()
        processes = [
            subprocess.Popen(
                batch, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            for _ in range(workers)
        ]
        assert [one.wait() for one in processes] == [0] * workers, "some failed"
        seconds = time.perf_counter() - begun
    finally:
        gateway.kill()
        gateway.wait()
        gateway.stdout.close()
    db = sqlite3.connect(state)
    counted = db.execute("SELECT count(*), count(DISTINCT recipient) FROM message")
    assert counted.fetchone() == (count, count), "some are lost, or doubled"
    db.close()
    return seconds
