"""What `make fuzz` does for hours, for a moment: every target on its inputs, on what once was wrong, and on some accidents."""

from __future__ import annotations

from pathlib import Path

import pytest
from randomness import seeds
from targets import TARGETS, make

_COUNTS = {"front_end": 8, "streamed": 100, "gathered": 200}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("targets")


@pytest.mark.slow
@pytest.mark.randomness
@pytest.mark.parametrize("seed", seeds(1))
@pytest.mark.parametrize("name", TARGETS)
def test_no_input_does_more_than_is_documented(
    name: str, seed: int, folder: Path
) -> None:
    target = make(name, folder)
    for data in target.examples(_COUNTS.get(name, 400), seed):
        target.run(data)
