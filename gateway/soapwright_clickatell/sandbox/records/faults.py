"""Faults that are made on purpose: slow, lost and failed answers, to see what a client makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from ...vendor.codes import ErrorCode

FaultKind: TypeAlias = Literal["latency", "lost", "reset", "http", "error"]
FAULT_KINDS: Final[tuple[str, ...]] = get_args(FaultKind)
LONGEST_LATENCY: Final = 600.0
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault of some calls. It concerns their answers; `error` and what is not `accepted` also
    keeps them from being carried out."""

    kind: FaultKind
    """`latency`: the answer takes `seconds` longer. `lost`: the connection ends without an
    answer. `reset`: the connection is reset instead. `http`: the answer is HTML with an HTTP
    `status`. `error`: the call is refused with a `code`."""
    operation: str = ""
    """The operation that it concerns, in lower case; "" for all."""
    accepted: bool = False
    """Whether the call is carried out before its answer is lost, reset or replaced."""
    seconds: float = 1.0
    """Of the world's time, as clients' timeouts are."""
    status: int = 503
    code: ErrorCode = ErrorCode.INTERNAL_ERROR
    calls: int = 0
    """How many calls it meets until it is over; 0 for all until it is removed."""
    share: float = 1.0
    """The part of the calls that it meets, from 0 to 1, by chance."""

    def __str__(self) -> str:
        """It in a few words."""
        when = "after acceptance" if self.accepted else "before acceptance"
        match self.kind:
            case "latency":
                return f"{self.seconds:g} s of latency"
            case "lost":
                return f"answer lost {when}"
            case "reset":
                return f"connection reset {when}"
            case "http":
                return f"HTTP {self.status} {when}"
            case "error":
                return f"error {self.code:03d}"


def read_fault(given: Mapping[str, str]) -> Fault:
    """A fault of the fields of a form; what is left out is as by default.

    Raises:
        ValueError: it is none.
    """
    kind = given.get("kind", "")
    if kind not in FAULT_KINDS:
        raise ValueError(f"its kind is none of {', '.join(FAULT_KINDS)}")
    code = ErrorCode.known(int(given.get("code", "901")))
    fault = Fault(
        kind=kind,  # type: ignore[arg-type]  # it is one of them
        operation=given.get("operation", ""),
        accepted="accepted" in given,
        seconds=float(given.get("seconds", "1")),
        status=int(given.get("status", "503")),
        code=code or ErrorCode.INTERNAL_ERROR,
        calls=int(given.get("calls", "0")),
        share=float(given.get("share", "1")),
    )
    if code is None or not 400 <= fault.status <= 599 or fault.calls < 0:
        raise ValueError("its status, its code or its number of calls is none")
    if not (0 <= fault.seconds <= LONGEST_LATENCY and 0 <= fault.share <= 1):
        raise ValueError("its seconds or its share is too small or too great")
    return fault
