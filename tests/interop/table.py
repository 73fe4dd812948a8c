"""The tables of peers and cases in docs/peers.md and, shorter, in README.md, from the results of a
run: `python table.py FILE`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TypeAlias

from specs import GROUPS

ROOT = Path(__file__).parents[2]
BEGIN, END = "<!-- peers: made by `make interop` -->\n", "<!-- end of peers -->\n"

Results: TypeAlias = dict[str, dict[str, bool]]


def table(results: Results, *, short: bool = False) -> str:
    """A row for each peer: of each kind of cases how many came out right, and of how many.

    A short one has a tick where all did.
    """
    lines = ["| peer | " + " | ".join(GROUPS.values()) + " |"]
    lines.append("|---" * (len(GROUPS) + 1) + "|")
    for peer in sorted(results, key=str.lower):
        cells = [cell(results[peer], group, short) for group in GROUPS]
        lines.append(f"| {peer} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def cell(cases: dict[str, bool], group: str, short: bool) -> str:
    found = [ok for name, ok in cases.items() if name.split(" ")[0] == group]
    if short and found and all(found):
        return "✓"
    return f"{sum(found)}/{len(found)}" if found else ""


def together(results: Results) -> Results:
    """The results of both our clients with one peer as one: the worse."""
    found: Results = {}
    for peer, cases in results.items():
        known = found.setdefault(peer.partition(" (ours")[0], {})
        for name, ok in cases.items():
            known[name] = known.get(name, True) and ok
    return found


def write(page: Path, made: str) -> None:
    text = page.read_text(encoding="utf-8")
    before, begun, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    assert begun, f"{page} has no place for the table"
    page.write_text(before + BEGIN + made + END + after, encoding="utf-8")


def main(path: str) -> None:
    results: Results = json.loads(Path(path).read_text(encoding="utf-8"))
    write(ROOT / "docs" / "peers.md", table(results))
    write(ROOT / "README.md", table(together(results), short=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
