"""Measuring: candidates interleaved and shuffled in rounds, medians, ratios."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).parents[1]
_BATCH = 0.02
"""Seconds that a batch of calls should take, so that the clock's own grain does not count."""

Batch: TypeAlias = Callable[[int], float]
"""Makes a number of calls, and returns the seconds that they took."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to measure.

    Args:
        rounds: rounds of each race; processes and whole generations take a fifth of them.
        quick: small inputs and single calls: whether it runs, not how fast.
        scratch: a folder for temporary files.
        vim25: the folder of vim25's WSDL, None where there is none.
    """

    rounds: int
    quick: bool
    scratch: Path
    vim25: Path | None = None
    long: bool = False
    """Whether inputs that take minutes are measured too."""

    @property
    def few(self) -> int:
        """Rounds of work that takes seconds."""
        return max(1, self.rounds // 5)


@dataclass(frozen=True, slots=True)
class Goal:
    """The target of a line: a ratio, in one of two senses."""

    ratio: float
    slower: bool = False
    """Whether it is ours over the peer's, and a bound from above; else the peer's over ours."""

    def __str__(self) -> str:
        return f"≤ {self.ratio:g} ×" if self.slower else f"≥ {self.ratio:g} × faster"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: the figures of both sides, medians of all rounds."""

    work: str
    peer: str
    ours: float
    theirs: float
    goal: Goal | None = None
    unit: str = "s"
    """"s" for seconds, "MiB"."""
    note: str = ""

    @property
    def ratio(self) -> float:
        """In the goal's sense; without a goal the peer's over ours."""
        if self.goal is not None and self.goal.slower:
            return self.ours / self.theirs
        return self.theirs / self.ours

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        if self.goal is None:
            return None
        if self.goal.slower:
            return self.ratio <= self.goal.ratio
        return self.ratio >= self.goal.ratio


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line that was not measured, and why."""

    work: str
    reason: str


Found: TypeAlias = "list[Line | Skipped]"


class Unavailable(Exception):
    """A peer, or a program that it needs, is not installed here: the message has its name."""


@dataclass(slots=True)
class Race:
    """Candidates that do the same work, by name.

    Each round runs every candidate once, in an order of its own, so that a slow minute of the
    machine hits all of them. Time is the processor's, so that other processes do not count;
    where there is waiting, `clock` is to be `time.perf_counter`.
    """

    candidates: dict[str, Batch] = field(default_factory=dict)
    clock: Callable[[], float] = time.process_time

    def calls(self, name: str, call: Callable[[], object]) -> None:
        """Add a candidate that is one call."""
        self.candidates[name] = lambda count: timed(call, count, self.clock)

    def run(self, rounds: int, quick: bool) -> dict[str, float]:
        """The median seconds that one call of each candidate takes."""
        counts = {
            name: 1 if quick else _count(batch)
            for name, batch in self.candidates.items()
        }
        times: dict[str, list[float]] = {name: [] for name in counts}
        shuffle = random.Random(rounds).shuffle
        for _ in range(rounds):
            order = list(counts)
            shuffle(order)
            for name in order:
                count = counts[name]
                times[name].append(self.candidates[name](count) / count)
        return {name: statistics.median(found) for name, found in times.items()}


def _count(batch: Batch) -> int:
    """How many calls fill a batch; asking warms the candidate up."""
    count = 1
    while (took := batch(count)) < _BATCH:
        count = max(2 * count, int(count * _BATCH / max(took, 1e-9)))
    return count


def timed(
    call: Callable[[], object],
    count: int,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """The seconds that a number of calls take."""
    start = clock()
    for _ in range(count):
        call()
    return clock() - start


def in_process(*arguments: str) -> str:
    """Run a fresh Python process in the project's folder, and return its output.

    Raises:
        Unavailable: it ends with an error; the message is its last line.
    """
    # Compiled files are to be warm: a setting against them is none of the measurement's.
    ignored = "PYTHONDONTWRITEBYTECODE"
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != ignored},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if result.returncode:
        last = result.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise Unavailable(last[0])
    return result.stdout


@dataclass(frozen=True, slots=True)
class Probed:
    """The cost of a fresh process: medians of several."""

    seconds: float
    resident: float
    """MiB at the end."""
    peak: float
    """MiB at most."""


def probe(commands: Mapping[str, tuple[str, ...]], rounds: int) -> dict[str, Probed]:
    """Fresh processes of `benchmarks.probe` by name, shuffled in each round.

    Raises:
        Unavailable: one of them fails.
    """
    found: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    shuffle = random.Random(rounds).shuffle
    for _ in range(rounds):
        order = list(commands)
        shuffle(order)
        for name in order:
            output = in_process("-m", "benchmarks.probe", *commands[name])
            found[name].append(json.loads(output))
    return {
        name: Probed(
            **{key: statistics.median(one[key] for one in each) for key in each[0]}
        )
        for name, each in found.items()
    }
