"""The oldest version of each dependency that is allowed, as constraints for pip.

    python tests/floors.py pyproject.toml gateway/pyproject.toml >constraints.txt

Of the dependencies that distributions need to run, extras for users among them; what tests need
besides may be as new as it is. It runs before anything is installed.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

_FLOOR = re.compile(r"([A-Za-z0-9._-]+)(?:\[.*\])?>=([0-9.]+)")
_FOR_USERS = (
    *("docs", "security", "serve", "mcp"),
    *("images", "phonenumbers", "postgres", "queue"),
)


def floors(project: Path) -> Iterator[str]:
    """A line for each dependency.

    Raises:
        ValueError: a dependency has more than a floor, or none.
    """
    said = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    extras = said.get("optional-dependencies", {})
    for requirement in (
        *said["dependencies"],
        *(one for name in _FOR_USERS for one in extras.get(name, ())),
    ):
        found = _FLOOR.fullmatch(requirement)
        if found is None:
            raise ValueError(f"{project}: {requirement!r} is no floor")
        yield f"{found[1]}=={found[2]}"


if __name__ == "__main__":
    lines = {line: None for name in sys.argv[1:] for line in floors(Path(name))}
    print("\n".join(lines))
