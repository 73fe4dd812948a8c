"""Progress of long work: on a terminal, after a second, and nowhere else."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys

import pytest

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


def at_terminal(code: str) -> str:
    """The standard error of a program, where that is a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", code], stderr=theirs, stdout=subprocess.DEVNULL
    ):
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:  # the other side is closed
            pass
    os.close(ours)
    return shown.decode()


def test_work_of_more_than_a_second_shows_and_its_line_goes_again() -> None:
    shown = at_terminal(WORK.format(before=0.9, after=1.0))
    assert "reading" not in shown
    assert "\rwriting" not in shown  # a line is cleared before it is drawn
    line = r"\r\x1b\[Kwriting Python for 4,000 types of 2 files … \d s, about \d s left"
    assert re.search(line, shown)
    assert shown.endswith("\r\x1b[K")


def test_short_work_shows_nothing() -> None:
    assert at_terminal(WORK.format(before=0, after=0)) == ""


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
