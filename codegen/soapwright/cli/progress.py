"""Progress of long work: one line on a terminal, after a second, that goes again."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from typing import Final

import click

_PATIENCE: Final = 1.0
"""Seconds until anything shows: most runs are done by then."""
_REDRAWN: Final = 0.2
_USUAL: Final = 80
_COUNTED: Final = re.compile(r"([\d,]+) of ([\d,]+) ")
_SHARES: Final = {"reading": 0.3, "writing Python": 0.5, "formatting": 0.2}
"""The part of the time that each step of making a package takes, of large WSDLs."""


class Progress:
    """Shows on a terminal what is being done, for how long, and about how long it will still take.

    On anything else than a terminal, or on one that cannot clear a line, it shows nothing.
    """

    def __init__(self) -> None:
        self._shows = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._begun = self._step_begun = self._work_begun = time.monotonic()
        self._doing = ""
        self._drawn = False
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def __enter__(self) -> Progress:
        if self._shows:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        self.clear()

    def __call__(self, doing: str) -> None:
        """Take note of a step that begins."""
        with self._lock:
            now = time.monotonic()
            if _COUNTED.match(doing) is None or _COUNTED.match(self._doing) is None:
                self._step_begun = now
            if doing.startswith("reading"):
                self._work_begun = now
            self._doing = doing

    def clear(self) -> None:
        """Take the line away, until the next step begins."""
        with self._lock:
            self._doing = ""
            if self._drawn:
                click.echo("\r\x1b[K", nl=False, err=True)
                self._drawn = False

    def _run(self) -> None:
        waits = _PATIENCE
        while not self._ended.wait(waits):
            waits = _REDRAWN
            with self._lock:
                if self._doing:
                    self._draw()

    def _draw(self) -> None:
        now = time.monotonic()
        spent = f"{now - self._begun:.0f} s"
        left = seconds_left(
            self._doing, self._step_begun - self._work_begun, now - self._step_begun
        )
        if left is not None:
            spent += f", about {left:.0f} s left"
        room = _width() - len(f" … {spent}") - 1
        click.echo(
            f"\r\x1b[K{self._doing[: max(room, 0)]} … {spent}", nl=False, err=True
        )
        self._drawn = True


def _width() -> int:
    """The columns of the terminal, of which a line may be cleared: a longer one is several."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or _USUAL
    except (OSError, ValueError):
        return _USUAL


def seconds_left(doing: str, before: float, within: float) -> float | None:
    """An estimate of the seconds that a work will still take; None where there is none.

    Args:
        doing: its step; where that counts, "20 of 100 files …", the estimate is of the step alone.
        before: the seconds that the steps before took.
        within: the seconds that the step has taken so far.
    """
    if counted := _COUNTED.match(doing):
        done, whole = (int(number.replace(",", "")) for number in counted.groups())
        return within * (whole - done) / done if done else None
    done_share = 0.0
    for step, share in _SHARES.items():
        if doing.startswith(step):
            if not done_share or not before:
                return None
            return max(before / done_share - before - within, 1.0)
        done_share += share
    return None
