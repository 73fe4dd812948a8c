"""Generating: against xsdata, where nothing changed, and as a spec grows.

Each is a fresh process of the tool's own command, the interpreter's start included: a fresh
package against `xsdata generate`, in an empty folder; `generate` again and `check` in a project
whose package is in step, against the fresh run. On vim25 where its WSDL is, else on a made-up
WSDL. Growth is over made-up WSDLs, the generator's own time and peak memory, against the
smallest one.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from .inputs.big import big_wsdl
from .measure import (
    ROOT,
    Batch,
    Found,
    Goal,
    Line,
    Race,
    Settings,
    Skipped,
    Unavailable,
    probe,
    timed,
)
from .rows import xsdata_generate

TYPES = 2_000
SIZES = (500, 1_000, 2_000, 4_000, 8_000)
GROWTH = 18 / 16
"""Time for each type, of 16 times as many types."""


def measure(settings: Settings) -> Found:
    """Fresh, again, check, and growth."""
    return _commands(settings) + _growth(settings)


def _commands(settings: Settings) -> Found:
    if settings.vim25 is not None:
        label, wsdl = "vim25", settings.vim25 / "vimService.wsdl"
    else:
        count = 50 if settings.quick else TYPES
        label, wsdl = f"{count:,} made-up types", settings.scratch / "made-up.wsdl"
        wsdl.write_text(big_wsdl(count), encoding="utf-8")
    project = settings.scratch / "project"
    project.mkdir(exist_ok=True)
    table = f'[[tool.soapwright.package]]\nwsdl = "{wsdl.resolve().as_posix()}"\n'
    table += 'output = "made"\nname = "made"\n'
    (project / "pyproject.toml").write_text(table, encoding="utf-8")
    race, found = Race(), list[Line | Skipped]()
    race.candidates["fresh"] = _fresh(project)
    race.candidates["again"] = _on_step(project, "generate")
    race.candidates["check"] = _on_step(project, "check")
    beside = settings.scratch / "xsdata-generated"
    race.candidates["xsdata"] = _xsdata(beside, wsdl)
    try:
        race.candidates["xsdata"](1)
    except Unavailable as error:
        found.append(Skipped(f"generate {label}: xsdata", str(error)))
        del race.candidates["xsdata"]
    times = race.run(settings.few, quick=True)
    fresh = times["fresh"]
    if "xsdata" in times:
        found.append(
            Line(f"generate {label}", "xsdata", fresh, times["xsdata"], Goal(5))
        )
    third = Goal(0.34, slower=True)
    for name, work in (("again", "generate again"), ("check", "check in step")):
        if name in times:
            found.append(Line(f"{work}: {label}", "fresh", times[name], fresh, third))
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


def _fresh(project: Path) -> Batch:
    def batch(count: int) -> float:
        total = 0.0
        for _ in range(count):
            shutil.rmtree(project / "made", ignore_errors=True)
            total += timed(lambda: _run(project, "generate"), 1)
        return total

    return batch


def _on_step(project: Path, word: str) -> Batch:
    def batch(count: int) -> float:
        if not (project / "made").exists():
            _run(project, "generate")
        return timed(lambda: _run(project, word), count)

    return batch


def _xsdata(folder: Path, wsdl: Path) -> Batch:
    def batch(count: int) -> float:
        total = 0.0
        for _ in range(count):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            total += timed(lambda: xsdata_generate(wsdl, "made", folder), 1)
        return total

    return batch


def _growth(settings: Settings) -> Found:
    sizes = (20, 40) if settings.quick else SIZES
    commands = {}
    for count in sizes:
        wsdl = settings.scratch / f"grown{count}.wsdl"
        wsdl.write_text(big_wsdl(count), encoding="utf-8")
        output = str(settings.scratch / f"grown{count}")
        commands[str(count)] = ("generate", str(wsdl), output, "grown")
    took = probe(commands, 1)
    first, found = took[str(sizes[0])], list[Line | Skipped]()
    for count in sizes[1:]:
        one, times = took[str(count)], count / sizes[0]
        goal = Goal(GROWTH * times, slower=True) if count == sizes[-1] else None
        peer = f"{sizes[0]:,} types"
        work = f"generate {count:,} types, {times:g} times as many"
        found.append(Line(work, peer, one.seconds, first.seconds, goal))
        work = f"peak memory of {count:,} types"
        found.append(Line(work, peer, one.peak, first.peak, None, "MiB"))
    return found
