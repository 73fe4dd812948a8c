"""The folder of independent test data, which `SOAPWRIGHT_VECTORS` names: cases by kind.

Each case is a folder with an `expected.json`. Without the variable the tests that use them are skipped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_FOLDER = os.environ.get("SOAPWRIGHT_VECTORS", "")


def vectors(
    kind: str,
    *files: str,
    without: str = "",
    where: Callable[[Path], bool] = lambda _: True,
) -> list[Any]:  # Any: pytest's parameters
    """The cases of a kind that have these files, as parameters of a test.

    Args:
        kind: a folder's name, `policy/merge`.
        files: names within a case's folder.
        without: a name that is not among its files.
        where: whether a case is one of these.
    """
    if not _FOLDER:
        mark = pytest.mark.skip(reason="SOAPWRIGHT_VECTORS names no folder")
        return [pytest.param(Path(), marks=mark)]
    cases = sorted(path.parent for path in Path(_FOLDER, kind).glob("*/expected.json"))
    found = [case for case in cases if all((case / name).exists() for name in files)]
    found = [case for case in found if not without or not (case / without).exists()]
    return [pytest.param(c, id=f"{kind}/{c.name}") for c in found if where(c)]


def expected(case: Path) -> Any:  # Any: JSON
    """The content of a case's `expected.json`."""
    return json.loads((case / "expected.json").read_text(encoding="utf-8"))
