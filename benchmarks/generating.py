"""Generating: against xsdata, where nothing changed, and as a spec grows.

Each is a fresh process of the tool's own command, the interpreter's start included: a fresh
package against `xsdata generate`, in an empty folder; `generate` again and `check` in a project
whose package is in step, against the fresh run. On real WSDLs where they are, else on a made-up
one. Time is the processor's, of the command's processes together, the formatter's too; that of a
fresh run is given by the clock as well, on which other work on the machine counts. Growth is
over made-up WSDLs, the generator's own time and peak memory, against the smallest one.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .inputs.big import big_wsdl, wide_wsdl
from .measure import (
    ROOT,
    Found,
    Goal,
    Line,
    Race,
    Settings,
    Skipped,
    Unavailable,
    probe,
)
from .rows import xsdata_generate

TYPES = 2_000
SIZES = (500, 1_000, 2_000, 4_000, 8_000, 16_000)
WIDTHS = (400, 800, 1_600, 3_200)
GROWTH = 18 / 16
"""Time for each type or field, of many times as many."""
REAL = {
    "vim25": ("vmware-vim25/vimService.wsdl", Goal(12)),
    "netsuite": ("netsuite/netsuite.wsdl", Goal(4)),
    "amadeus": ("amadeus-pdt/1ASIWIBETSN_PDT_20191116_175440.wsdl", Goal(4)),
}
"""Real WSDLs by their places in the corpus, with their goals against xsdata."""


def measure(settings: Settings) -> Found:
    """Fresh, again, check, and growth."""
    found = list[Line | Skipped]()
    for name, (place, goal) in REAL.items():
        if settings.corpus is None or not (settings.corpus / place).is_file():
            found.append(Skipped(f"generate {name}", "its WSDL is not here"))
        else:
            found += _commands(name, settings.corpus / place, goal, settings)
    if settings.corpus is None:
        count = 50 if settings.quick else TYPES
        wsdl = settings.scratch / "made-up.wsdl"
        wsdl.write_text(big_wsdl(count), encoding="utf-8")
        found += _commands(f"{count:,} made-up types", wsdl, Goal(5), settings)
    return found + _growth(settings)


@dataclass(frozen=True, slots=True)
class _Command:
    """A command, after what makes it ready each time; `elapsed` has its seconds by the clock."""

    ready: Callable[[], object]
    run: Callable[[], object]
    elapsed: list[float] = field(default_factory=list)

    def __call__(self, count: int) -> float:
        """The processor's seconds of so many runs."""
        total = 0.0
        for _ in range(count):
            self.ready()
            start, before = time.perf_counter(), _of_children()
            self.run()
            total += _of_children() - before
            self.elapsed.append(time.perf_counter() - start)
        return total


def _of_children() -> float:
    """The processor's seconds of all processes that this one has waited for, and of theirs."""
    times = os.times()
    return times.children_user + times.children_system


def _commands(name: str, wsdl: Path, goal: Goal, settings: Settings) -> Found:
    project = settings.scratch / "project"
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir()
    table = f'[[tool.soapwright.package]]\nwsdl = "{wsdl.resolve().as_posix()}"\n'
    table += 'output = "made"\nname = "made"\n'
    (project / "pyproject.toml").write_text(table, encoding="utf-8")
    beside = settings.scratch / "xsdata-generated"
    fresh = _Command(
        lambda: shutil.rmtree(project / "made", ignore_errors=True),
        lambda: _run(project, "generate"),
    )
    xsdata = _Command(
        lambda: _emptied(beside), lambda: xsdata_generate(wsdl, "made", beside)
    )
    race, found = Race(), list[Line | Skipped]()
    race.candidates["fresh"] = fresh
    race.candidates["again"] = _in_step(project, "generate")
    race.candidates["check"] = _in_step(project, "check")
    race.candidates["xsdata"] = xsdata
    try:
        xsdata(1)
    except Unavailable as error:
        found.append(Skipped(f"generate {name}: xsdata", str(error)))
        del race.candidates["xsdata"]
    xsdata.elapsed.clear()
    times = race.run(settings.few, quick=True)
    if "xsdata" in times:
        took = times["fresh"], times["xsdata"]
        found.append(Line(f"generate {name}, processor's time", "xsdata", *took, goal))
        took = statistics.median(fresh.elapsed), statistics.median(xsdata.elapsed)
        found.append(Line(f"generate {name}, by the clock", "xsdata", *took))
    third = Goal(0.34, slower=True)
    for one, work in (("again", "generate again"), ("check", "check in step")):
        took = times[one], times["fresh"]
        found.append(Line(f"{work}: {name}", "fresh", *took, third))
    return found


def _run(project: Path, word: str) -> None:
    command = [sys.executable, "-m", "soapwright", word]
    subprocess.run(
        command,
        cwd=project,
        env={"PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
    )


def _in_step(project: Path, word: str) -> _Command:
    def ready() -> None:
        if not (project / "made").exists():
            _run(project, "generate")

    return _Command(ready, lambda: _run(project, word))


def _emptied(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def _growth(settings: Settings) -> Found:
    sizes = (20, 40) if settings.quick else SIZES
    widths = (20, 40) if settings.quick else WIDTHS
    return _grown("types", big_wsdl, sizes, settings) + _grown(
        "fields of one type", wide_wsdl, widths, settings
    )


def _grown(
    unit: str, wsdl_of: Callable[[int], str], sizes: Sequence[int], settings: Settings
) -> Found:
    """Time and memory of ever larger WSDLs, against the smallest; the goal is the largest's."""
    commands = {}
    for count in sizes:
        wsdl = settings.scratch / f"grown{count}.wsdl"
        wsdl.write_text(wsdl_of(count), encoding="utf-8")
        output = str(settings.scratch / f"grown{count}")
        commands[str(count)] = ("generate", str(wsdl), output, "grown")
    took = probe(commands, 1)
    first, found = took[str(sizes[0])], list[Line | Skipped]()
    for count in sizes[1:]:
        one, times = took[str(count)], count / sizes[0]
        goal = Goal(GROWTH * times, slower=True) if count == sizes[-1] else None
        peer = f"{sizes[0]:,} {unit}"
        work = f"generate {count:,} {unit}, {times:g} times as many"
        found.append(Line(work, peer, one.seconds, first.seconds, goal))
        work = f"peak memory of {count:,} {unit}"
        found.append(Line(work, peer, one.peak, first.peak, None, "MiB"))
    return found
