"""Reading leniently: what violates its schema is noted, and is no error.

Readers report what they refuse at a few places (`element.bad`, `element.missing` and their kin). These ask here
whether the thread reads leniently just now. So reading costs nothing more as long as all is well.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

from ..errors.problems import Problem
from ..secrets.redaction import ALWAYS, MASK, Secrets

HIDDEN: Final = "its value does not read"
"""The reason that is reported of a secret, as the real one quotes it."""


class Notes:
    """The problems of one envelope.

    Args:
        problems: what they are appended to.
        secrets: the package's.
    """

    def __init__(self, problems: list[Problem], secrets: Secrets) -> None:
        self.problems = problems
        self.steps: dict[Any, dict[Any, str]] = {}  # Any: lxml's elements
        """The steps of paths to the children of an element, once one was asked for."""
        self._secrets = secrets
        self._noted: set[Problem] = set()

    def add(self, path: str, value: str | None, reason: str) -> None:
        """Take note of a problem; what is read twice is noted once."""
        if ALWAYS.has_path(path) or self._secrets.has_path(path):
            value, reason = value and MASK, HIDDEN if value else reason
        elif value and "<" in value:
            value = self._secrets.redact(value)
        problem = Problem(path, value, reason)
        if problem not in self._noted:
            self._noted.add(problem)
            self.problems.append(problem)


class _Local(threading.local):
    notes: Notes | None = None


_local = _Local()


def notes() -> Notes | None:
    """Where this thread notes problems; None where it reads strictly."""
    return _local.notes


def is_lenient() -> bool:
    """Whether this thread reads leniently."""
    return _local.notes is not None


@contextmanager
def lenient(problems: list[Problem] | None, secrets: Secrets) -> Generator[None]:
    """Inside, this thread reads leniently, and adds to `problems`; as before where they are None."""
    if problems is None:
        yield
        return
    before, _local.notes = _local.notes, Notes(problems, secrets)
    try:
        yield
    finally:
        _local.notes = before


@contextmanager
def strictly() -> Generator[None]:
    """Inside, this thread reads strictly."""
    before, _local.notes = _local.notes, None
    try:
        yield
    finally:
        _local.notes = before
