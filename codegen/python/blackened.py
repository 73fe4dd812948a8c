"""black itself, for the few lines whose form is unusual; it is seen here alone."""

from __future__ import annotations

import black
from black.mode import TargetVersion
from black.parsing import InvalidInput

_MODE = black.Mode(target_versions={TargetVersion.PY311})


def blackened(source: str) -> list[str] | None:
    """The lines that black makes of a source; None where it is not Python."""
    try:
        return black.format_str(source, mode=_MODE).rstrip("\n").split("\n")
    except InvalidInput:
        return None
