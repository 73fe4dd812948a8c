"""The table of peers and cases in docs/peers.md, from the results of a run: `python table.py FILE`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from specs import GROUPS

PAGE = Path(__file__).parents[2] / "docs" / "peers.md"
BEGIN, END = "<!-- peers: made by `make interop` -->\n", "<!-- end of peers -->\n"


def table(results: dict[str, dict[str, bool]]) -> str:
    """A row for each peer: of each kind of cases how many came out right, and of how many."""
    lines = ["| peer | " + " | ".join(GROUPS.values()) + " |"]
    lines.append("|---" * (len(GROUPS) + 1) + "|")
    for peer in sorted(results, key=str.lower):
        cells = [cell(results[peer], group) for group in GROUPS]
        lines.append(f"| {peer} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def cell(cases: dict[str, bool], group: str) -> str:
    found = [ok for name, ok in cases.items() if name.split(" ")[0] == group]
    return f"{sum(found)}/{len(found)}" if found else ""


def main(path: str) -> None:
    results = json.loads(Path(path).read_text(encoding="utf-8"))
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(before + BEGIN + table(results) + END + after, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
