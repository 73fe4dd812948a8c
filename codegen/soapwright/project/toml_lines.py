"""The content of a TOML file, and the lines of its keys and tables: `tomllib` gives values, and no lines.

It looks at lines as people write them, one key a line. Where it does not find a thing it gives
the line of what holds it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

_AT_LINE = re.compile(r"\(at line (\d+)")  # as tomllib ends its messages
_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")


class TomlError(ValueError):
    """A text is no TOML that can be read; `line` is where, the first where that is not known."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        found = _AT_LINE.search(message)
        self.line = int(found[1]) if found else 1


def parse_toml(text: str) -> dict[str, Any]:  # Any: as tomllib has it
    """The content of a TOML file.

    Raises:
        TomlError: it is no TOML, nests too deeply to be read, or has an integer that is too long.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise TomlError("it nests too deeply") from None
    except ValueError as error:
        raise TomlError(str(error)) from error


@dataclass(frozen=True, slots=True)
class TableLines:
    """The lines of one table of an array of tables, the tables inside it included."""

    lines: tuple[str, ...]
    start: int

    def of_key(self, key: str) -> int:
        """The line of a key, else of the table's header."""
        return self.start + (self._key(key) or 0)

    def of_value(self, key: str, value: str) -> int:
        """The line of a string under a key (as one of a list, or as a key of a table)."""
        first = self._key(key)
        if first is None:
            return self.start
        quoted = re.compile(
            rf"""(["']){re.escape(value)}\1|(?<![\w-]){re.escape(value)}(?![\w-])\s*="""
        )
        for number in range(first, len(self.lines)):
            if quoted.search(self.lines[number]):
                return self.start + number
        return self.start + first

    def _key(self, key: str) -> int | None:
        spelt = rf"""(?:{re.escape(key)}|"{re.escape(key)}"|'{re.escape(key)}')"""
        assigned = re.compile(rf"\s*{spelt}\s*[=.]")
        for number, line in enumerate(self.lines):
            header = _HEADER.match(line)
            inside = header and number and re.split(r"\s*\.\s*", header[1])[-1]
            if assigned.match(line) or inside == key:
                return number
        return None


def tables(text: str, name: str) -> list[TableLines]:
    """The tables of an array, `[[name]]`, in the file's order."""
    lines = text.split("\n")
    headers = {
        number: re.sub(r"\s", "", found[1])
        for number, line in enumerate(lines)
        if (found := _HEADER.match(line))
    }
    made = []
    for start, header in headers.items():
        if header == name and lines[start].lstrip().startswith("[["):
            ends = (
                number
                for number, other in headers.items()
                if number > start and not other.startswith(f"{name}.")
            )
            end = next(ends, len(lines))
            made.append(TableLines(tuple(lines[start:end]), start + 1))
    return made


def line_of(text: str, table: str, key: str) -> int:
    """The line where a table gets a key, or is opened by a header; 1 where neither is seen."""
    inside = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""")
    current = ""
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            current = re.sub(r"\s", "", header[1])
            if f"{current}.".startswith(f"{table}.{key}."):
                return number
        elif current == table and inside.match(line):
            return number
    return 1
