"""Large envelopes are read while Python's cyclic garbage collector pauses."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

LARGE: Final = 2**20
"""Bytes of an envelope from which on the pause is worth it."""


@contextmanager
def collector_paused() -> Generator[None]:
    """No search for garbage inside: what is read is kept, and none of it is garbage.

    To look through it again and again takes a third of the time that it takes to read. The
    pause is the whole process's: what others leave behind is collected afterwards.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
