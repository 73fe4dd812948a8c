"""The faults that are set, and which of them a call meets."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..records.faults import Fault


@dataclass(frozen=True, slots=True)
class FaultRecord:
    """A fault that is set."""

    number: int
    fault: Fault
    met: int
    """How many calls it has met."""


class Faults:
    """The faults of a gateway, which are not part of its state. Threads may share it.

    Args:
        faults: those of the settings.
        chance: draws which calls meet a fault that has a share of them.
    """

    def __init__(
        self, faults: Iterable[Fault] = (), chance: random.Random | None = None
    ) -> None:
        self._chance = chance or random.SystemRandom()
        self._settings = tuple(faults)
        self._records: dict[int, FaultRecord] = {}
        self._made = 0
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self.restore()

    def restore(self) -> None:
        """Set the faults of the settings, and no other."""
        with self._lock:
            self._records.clear()
            for fault in self._settings:
                self._add(fault)

    def add(self, fault: Fault) -> FaultRecord:
        """Set a fault."""
        with self._lock:
            return self._add(fault)

    def listed(self) -> Sequence[FaultRecord]:
        """The faults that are set, the oldest first; those that are over are not."""
        with self._lock:
            return list(self._records.values())

    def remove(self, number: int) -> bool:
        """Remove a fault; whether it was there."""
        with self._lock:
            return self._records.pop(number, None) is not None

    def clear(self) -> None:
        """Remove all."""
        with self._lock:
            self._records.clear()

    def draw(self, operation: str) -> tuple[float, Fault | None]:
        """The faults that a call meets, which count it: the seconds of latency, and the first of the
        others.

        Args:
            operation: its name in lower case.
        """
        latency, other = 0.0, None
        with self._lock:
            for record in list(self._records.values()):
                fault = record.fault
                if fault.operation not in ("", operation):
                    continue
                if fault.kind != "latency" and other is not None:
                    continue
                if fault.share < 1 and self._chance.random() >= fault.share:
                    continue
                self._count(record)
                if fault.kind == "latency":
                    latency += fault.seconds
                else:
                    other = fault
        return latency, other

    def wait(self, seconds: float) -> None:
        """Wait as a slow answer does, but not beyond `close`."""
        self._closed.wait(seconds)

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed.is_set()

    def close(self) -> None:
        """Let nobody wait any longer."""
        self._closed.set()

    def _add(self, fault: Fault) -> FaultRecord:
        self._made += 1
        record = FaultRecord(self._made, fault, 0)
        self._records[record.number] = record
        return record

    def _count(self, record: FaultRecord) -> None:
        met = record.met + 1
        if record.fault.calls and met >= record.fault.calls:
            del self._records[record.number]
        else:
            self._records[record.number] = FaultRecord(record.number, record.fault, met)
