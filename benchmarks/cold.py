"""A fresh process: import, and write a first request; and the memory that it then holds.

Ours imports the generated package with its client class, zeep imports itself and loads the
WSDL; both then write the same small request. The interpreter's start is left out, compiled files
are warm, lxml's import is in both. On vim25 where its WSDL is, and on a made-up WSDL of 3,000
types anywhere.
"""

from __future__ import annotations

from pathlib import Path

from .documents import package
from .inputs.big import big_wsdl
from .measure import Found, Goal, Line, Settings, Skipped, Unavailable, probe

TYPES = 3_000


def measure(settings: Settings) -> Found:
    """Time and memory, against zeep."""
    count = 100 if settings.quick else TYPES
    big = settings.scratch / "big.wsdl"
    big.write_text(big_wsdl(count), encoding="utf-8")
    found: list[Line | Skipped] = []
    if settings.vim25 is None:
        found.append(Skipped("import and first request: vim25", "its WSDL is not here"))
    else:
        found += _measured("vim25", settings.vim25, "vim25", settings)
    return found + _measured(f"{count:,} made-up types", big, "bench_big", settings)


def _measured(label: str, wsdl: Path, name: str, settings: Settings) -> Found:
    folder = str(package(wsdl, name, settings.scratch))
    work = f"import and first request: {label}"
    commands = {
        "soapwright": ("ours", folder, name),
        "zeep": ("zeep", str(wsdl), name),
    }
    try:
        probe({"soapwright": commands["soapwright"]}, 1)  # compiles the modules
        took = probe(commands, settings.rounds)
    except Unavailable as error:
        return [Skipped(work, str(error))]
    ours, zeep = took["soapwright"], took["zeep"]
    return [
        Line(work, "zeep", ours.seconds, zeep.seconds, Goal(8)),
        Line(
            f"resident memory after that: {label}",
            "zeep",
            ours.resident,
            zeep.resident,
            Goal(0.4, slower=True),
            "MiB",
        ),
    ]
