"""Progress of long work: on a terminal, after a second, and nowhere else."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from terminals import at_terminal

from soapwright.cli.progress import seconds_left

WORK = """
import time
from soapwright.cli.progress import Progress
with Progress() as progress:
    progress("reading shop.wsdl")
    time.sleep({before})
    progress("writing Python for 4,000 types of 2 files")
    time.sleep({after})
print("done")
"""


def shown_at_terminal(code: str, columns: int = 80, kind: str = "xterm") -> str:
    """What a program shows."""
    command = (sys.executable, "-c", code)
    with at_terminal(command, Path(), columns=columns, TERM=kind) as terminal:
        assert terminal.ended() == 0
        return terminal.shown.removesuffix("done\n")


def test_work_of_more_than_a_second_shows_and_its_line_goes_again() -> None:
    shown = shown_at_terminal(WORK.format(before=0.9, after=1.0))
    assert "reading" not in shown
    assert "\rwriting" not in shown  # a line is cleared before it is drawn
    line = r"\r\x1b\[Kwriting Python for 4,000 types of 2 files … \d s, about \d s left"
    assert re.search(line, shown)
    assert shown.endswith("\r\x1b[K")


def test_short_work_shows_nothing() -> None:
    assert shown_at_terminal(WORK.format(before=0, after=0)) == ""


def test_a_line_is_no_longer_than_the_terminal() -> None:
    """Of a longer one, only the last part could be cleared."""
    shown = shown_at_terminal(WORK.format(before=0.9, after=1.0), columns=40)
    lines = shown.split("\r\x1b[K")
    assert "writing Python" in shown and max(map(len, lines)) < 40


def test_a_terminal_that_clears_no_line_gets_nothing() -> None:
    assert shown_at_terminal(WORK.format(before=0.7, after=0.7), kind="dumb") == ""


def test_what_is_no_terminal_gets_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORK.format(before=0.7, after=0.7)],
        capture_output=True,
        text=True,
    )
    assert (done.stderr, done.stdout) == ("", "done\n")


@pytest.mark.parametrize(
    ("doing", "before", "within", "left"),
    [
        ("reading shop.wsdl", 0.0, 3.0, None),
        ("writing Python for 9 types of 1 file", 3.0, 1.0, 6.0),
        ("formatting", 8.0, 1.0, 1.0),
        ("100 of 1,100 files written", 9.0, 2.0, 20.0),
        ("making a first call", 5.0, 1.0, None),
    ],
)
def test_what_is_left_is_estimated(
    doing: str, before: float, within: float, left: float | None
) -> None:
    found = seconds_left(doing, before, within)
    assert found == (None if left is None else pytest.approx(left))
