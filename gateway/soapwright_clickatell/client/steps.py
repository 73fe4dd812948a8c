"""The steps of which calls are made, without I/O: the synchronous and the asynchronous client take
the same ones.

A generator yields a step, and is sent its replies, until it returns its result.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

_Given = TypeVar("_Given")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the gateway: an operation in the names of `clickatell`, and its arguments."""

    method: str
    arguments: Mapping[str, Any] = field(repr=False)  # Any: of all parts' types


@dataclass(frozen=True, slots=True)
class Pause:
    """A time to wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Work:
    """Something that may block, such as writing to a disk; asyncio's client gives it a thread."""

    run: Callable[[], object]


Step: TypeAlias = Call | Pause | Work
Steps: TypeAlias = Generator[Step, Sequence[str], _Given]


def work(function: Callable[[], _Given]) -> Steps[_Given]:
    """Run a function that may block; its result."""
    results: list[_Given] = []
    yield Work(lambda: results.append(function()))
    return results[0]


@dataclass(frozen=True, slots=True)
class Recovery:
    """How to find out what came of a call without an answer; times are in seconds."""

    settle: float = 10.0
    """How long a call may still be under way in the gateway after its answer was lost. For so
    long the gateway must say that it does not know of it, before it is made again."""
    patience: float = 120.0
    """How long to go on asking a gateway that does not answer."""
    shortest: float = 0.25
    longest: float = 10.0
    """Between two attempts; each pause is twice the one before it."""
    attempts: int = 20
    """How often to send what the gateway, when it was asked, did not have."""
    repeats: int = 4
    """How often bulk sending repeats what was refused with 901, an internal error, before it
    ends the run."""

    def pauses(self) -> Generator[float, None, None]:
        """The pauses between attempts, without end."""
        pause = self.shortest
        while True:
            yield pause
            pause = min(2 * pause, self.longest)
