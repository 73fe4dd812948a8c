"""The results, as JSON and as a Markdown table, with the machine of the measurement."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from .measure import Found, Line, Settings, Skipped

HERE = Path(__file__).parent
RESULTS = HERE / "results"
TABLE = HERE / "RESULTS.md"
_PEERS = (
    "lxml",
    "zeep",
    "suds-community",
    "xsdata",
    "httpx2",
    "httpx",
    "requests",
    "spyne",
)


def machine() -> dict[str, str]:
    """The parts of the environment that affect the figures; no names of the machine or its user."""
    about = {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }
    for name in _PEERS:
        try:
            about[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            about[name] = "not installed"
    return about


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or "unknown"
    found = re.search(r"^model name\s*:\s*(.*)$", text, re.MULTILINE)
    return found[1] if found else "unknown"


def save(found: dict[str, Found], settings: Settings) -> None:
    """Replace the results of the benchmarks that ran; then write the table of all."""
    RESULTS.mkdir(exist_ok=True)
    about = machine()
    for name, lines in found.items():
        record = {
            "measured": datetime.now(UTC).date().isoformat(),
            "rounds": settings.rounds,
            "machine": about,
            "lines": [_as_json(one) for one in lines],
        }
        text = json.dumps(record, indent=2, ensure_ascii=False)
        (RESULTS / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
    records = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(RESULTS.glob("*.json"))
    }
    TABLE.write_text(_page(records), encoding="utf-8")


def _as_json(one: Line | Skipped) -> dict[str, object]:
    if isinstance(one, Skipped):
        return {"work": one.work, "skipped": one.reason}
    return {
        "work": one.work,
        "peer": one.peer,
        "unit": one.unit,
        "ours": one.ours,
        "theirs": one.theirs,
        "ratio": round(one.ratio, 3),
        "goal": None if one.goal is None else str(one.goal),
        "met": one.met,
    }


def _page(records: dict[str, dict[str, object]]) -> str:
    """The table of all benchmarks, with the machine of each."""
    rows = [
        "# Results\n",
        "`make bench` measures, and writes this page from `results/`. Both sides of each line were",
        "measured side by side in one run: the figures of two lines, or of two machines, do not",
        "compare; ratios do.\n",
        "| | work | soapwright | beside it | | ratio | target | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    machines: dict[str, list[str]] = {}
    for name, record in records.items():
        lines, about = record["lines"], record["machine"]
        assert isinstance(lines, list) and isinstance(about, dict)
        rows += [_row(name, line) for line in lines]
        on = ", ".join(
            f"{key} {value}" if key in _PEERS else str(value)
            for key, value in about.items()
            if key != "cores"
        )
        machines.setdefault(f"{on}; {about['cores']} cores", []).append(
            f"{name} ({record['measured']}, {record['rounds']} rounds)"
        )
    rows.append("")
    rows += [f"* {', '.join(names)}: {on}." for on, names in machines.items()]
    return "\n".join(rows) + "\n"


def _row(name: str, line: dict[str, object]) -> str:
    work = line["work"]
    if "skipped" in line:
        return (
            f"| {name} | {work} | – | – | – | – | – | not measured: {line['skipped']} |"
        )
    ours, theirs, unit = line["ours"], line["theirs"], str(line["unit"])
    assert isinstance(ours, float | int) and isinstance(theirs, float | int)
    ratio, goal, met = line["ratio"], line["goal"], line["met"]
    slower = isinstance(goal, str) and goal.startswith("≤")
    text = f"{ratio:.2f} ×" if slower else f"{ratio:.1f} × faster"
    if (
        unit == "MiB"
        and not slower
        or str(line["peer"]).endswith(("types", "of one type"))
    ):
        text = f"{ours / theirs:.2f} ×"
    verdict = {True: "met", False: "**not met**", None: ""}[met]  # type: ignore[index]  # of JSON
    cells: Sequence[object] = (
        *(name, work, shown(ours, unit), line["peer"], shown(theirs, unit)),
        *(text, goal or "", verdict),
    )
    return f"| {' | '.join(map(str, cells))} |"


def shown(value: float, unit: str) -> str:
    """A figure with its unit, to three digits."""
    if unit == "MiB":
        return f"{value:.0f} MiB"
    for factor, name in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if value * factor >= 1:
            return f"{value * factor:.3g} {name}"
    return f"{value * 1e9:.3g} ns"
