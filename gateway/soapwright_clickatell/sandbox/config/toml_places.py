"""Lines of keys and tables in a TOML file: `tomllib` gives values, and no lines.

Lines are looked at as people write them, one key a line; what is written otherwise is given the
line of what holds it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""`("route", 1, "charge")` is the second route's charge."""

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(r"""\s*([\w-]+|"[^"]*"|'[^']*')\s*[=.]""")


class Places:
    """The lines of a file's keys and tables.

    Args:
        text: the file.
    """

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        tables: Counter[str] = Counter()
        table: Path = ()
        for number, line in enumerate(text.splitlines(), 1):
            if header := _HEADER.match(line):
                names = [_bare(name) for name in header[2].split(".")]
                table = tuple(names)
                if names[0] in tables and header[1] == "[":  # of the last `[[name]]`
                    table = (names[0], tables[names[0]] - 1, *names[1:])
                if header[1] == "[[":
                    table = (*names, tables[header[2]])
                    tables[header[2]] += 1
                self._lines.setdefault(table, number)
            elif key := _KEY.match(line):
                self._lines.setdefault((*table, _bare(key[1])), number)

    def line(self, path: Path) -> int:
        """The line of a key, or of the nearest that holds it; 1 where there is none."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)


def _bare(name: str) -> str:
    return name.strip().strip("\"'")
