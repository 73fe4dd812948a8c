"""A reply of 100 MB with a million rows: read, against lxml's bare parse; and row by row.

Each in a fresh process, imports and reading the file included. `Operation.iter_response` reads
from the file as it goes.
"""

from __future__ import annotations

from pathlib import Path

from .documents import ROWS, package
from .measure import Found, Goal, Line, Settings, probe

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    '<listEntriesResponse xmlns="urn:rows">'
)
_TAIL = "</listEntriesResponse></soap:Body></soap:Envelope>"
_BOUND = 100
"""MiB of memory at most, row by row."""


def measure(settings: Settings) -> Found:
    """The whole reply, and row by row."""
    count = 1_000 if settings.quick else 1_000_000
    reply = settings.scratch / "large.xml"
    size = _write(reply, count)
    folder = str(package(ROWS, "bench_rows", settings.scratch))
    took = probe(
        {
            "lxml": ("parse", str(reply)),
            "read": ("read", str(reply), folder),
            "iterate": ("iterate", str(reply), folder),
        },
        settings.few,
    )
    lxml, read, iterate = took["lxml"], took["read"], took["iterate"]
    work = f"a reply of {size / 1e6:.0f} MB, {count:,} rows"
    return [
        Line(f"read {work}", "lxml", read.seconds, lxml.seconds, Goal(3, slower=True)),
        Line(f"iterate over {work}", "lxml", iterate.seconds, lxml.seconds),
        Line(
            f"peak memory of iterating over {work}",
            "100 MiB",
            iterate.peak,
            _BOUND,
            Goal(1, slower=True),
            "MiB",
        ),
        Line(
            f"peak memory of reading {work}", "lxml", read.peak, lxml.peak, unit="MiB"
        ),
    ]


def _write(path: Path, count: int) -> int:
    """The reply, of so many rows; its size."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write(_HEAD)
        for number in range(count):
            stream.write(
                f"<entry><id>{number}</id><name>the entry of number {number}</name>"
                f"<amount>{number}.25</amount></entry>"
            )
        stream.write(_TAIL)
    return path.stat().st_size
