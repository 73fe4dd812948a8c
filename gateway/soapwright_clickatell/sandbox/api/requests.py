"""Parameters and bodies of the API's endpoints."""

from __future__ import annotations

from dataclasses import dataclass

from ...vendor.codes import ErrorCode
from ..records.faults import LONGEST_LATENCY, FaultKind
from ..wire.calls import OPERATIONS
from .shapes import constrained as c

MOST = 1000
LONGEST_WAIT = 600.0
_MOST_CREDITS = 1_000_000_000
_INT = 2**31 - 1
_HIGHEST = 2**53 - 1
"""The highest number that every reader of JSON reads as it is (RFC 8259, section 6)."""
_LONG_AGO = 100 * 365.0


@dataclass(frozen=True, slots=True)
class Nothing:
    """No parameters."""


@dataclass(frozen=True, slots=True)
class MessageSearch:
    """A search for messages: those that agree with all that is given, the newest first."""

    account: str = c("the user of the account", "", maxLength=200)
    to: str = c("the recipient's number", "", maxLength=40)
    from_: str = c("the sender ID", "", maxLength=40)
    text: str = c("a part of the text", "", maxLength=1000)
    status: int | None = c("the status: 4 for 004", None, minimum=1, maximum=999)
    client_id: str = c("the client's own id", "", maxLength=40)
    batch_id: str = c("the id of a batch", "", maxLength=40)
    kind: str = c("the kind: text, flash, unicode, binary …", "", maxLength=40)
    before: str = c("only messages that are older than this one", "", maxLength=40)
    limit: int = c("how many at most", 100, minimum=1, maximum=MOST)


@dataclass(frozen=True, slots=True)
class WaitFor(MessageSearch):
    """A search that waits until enough messages are found."""

    count: int = c("how many are waited for", 1, minimum=1, maximum=MOST)
    timeout: float = c(
        "seconds, of the world's time, after which 408 is the answer",
        *(5.0,),
        minimum=0,
        maximum=LONGEST_WAIT,
    )


@dataclass(frozen=True, slots=True)
class IncomingSearch:
    """A search for incoming messages, the newest first."""

    account: str = c("the user of the account", "", maxLength=200)
    before: str = c("only messages that are older than this one", "", maxLength=40)
    limit: int = c("how many at most", 100, minimum=1, maximum=MOST)


@dataclass(frozen=True, slots=True)
class CallbackSearch:
    """A search for callbacks, the newest first."""

    message: str = c("the id of the message that they are about", "", maxLength=40)
    before: int | None = c(
        "only callbacks with lower numbers", None, minimum=0, maximum=_HIGHEST
    )
    limit: int = c("how many at most", 100, minimum=1, maximum=MOST)


@dataclass(frozen=True, slots=True)
class Export:
    """How messages are exported."""

    format: str = c(
        "ndjson (a JSON object a line) or csv", "ndjson", pattern="^(ndjson|csv)$"
    )


@dataclass(frozen=True, slots=True)
class NewIncoming:
    """A message that a handset sends."""

    from_: str = c("the handset's number", pattern="^[1-9][0-9]{6,14}$")
    to: str = c("the two-way number", pattern="^[0-9]{3,16}$")
    text: str = c("the text, of at most 35 parts", maxLength=10_000)
    account: str = c(
        "the user whose number it is; by default of who rents it, or the first account",
        *("",),
        maxLength=200,
    )


@dataclass(frozen=True, slots=True)
class Reply:
    """A handset's reply to a message."""

    text: str = c("the text, of at most 35 parts", maxLength=10_000)
    to: str = c(
        "the number that it goes to; by default the message's sender, or the account's first"
        " two-way number",
        *("",),
        maxLength=40,
    )


@dataclass(frozen=True, slots=True)
class TurnClock:
    """By how much the gateway's clock is turned, in all; and how fast it goes then."""

    seconds: float = c("seconds", 0.0, minimum=0, maximum=86_400 * _LONG_AGO)
    minutes: float = c("minutes", 0.0, minimum=0, maximum=1440 * _LONG_AGO)
    hours: float = c("hours", 0.0, minimum=0, maximum=24 * _LONG_AGO)
    days: float = c("days", 0.0, minimum=0, maximum=_LONG_AGO)
    speed: float | None = c(
        "how many times as fast as the world's it goes from now on; 0 stops it",
        *(None,),
        minimum=0,
        maximum=1_000_000,
    )
    wait: bool = c("whether to wait until the callbacks that are due were sent", True)

    @property
    def total(self) -> float:
        """In seconds."""
        return self.seconds + 60 * (self.minutes + 60 * (self.hours + 24 * self.days))


@dataclass(frozen=True, slots=True)
class NewFault:
    """A fault to make: how the answers to calls are slow, lost or replaced."""

    kind: FaultKind = c(
        "latency (answers take longer), lost (the connection ends), reset, http (HTML with a"
        " status), error (the call is refused)"
    )
    operation: str = c(
        "the operation, in lower case; all by default", "", enum=["", *OPERATIONS]
    )
    accepted: bool = c(
        "whether the call is carried out before (lost, reset, http)", False
    )
    seconds: float = c("of latency", 1.0, minimum=0, maximum=LONGEST_LATENCY)
    status: int = c("of http", 503, minimum=400, maximum=599)
    code: int = c("of error", 901, enum=[int(code) for code in ErrorCode])
    calls: int = c("how many it meets; 0 for all", 0, minimum=0, maximum=_INT)
    share: float = c("of the calls, by chance", 1.0, minimum=0, maximum=1)


@dataclass(frozen=True, slots=True)
class NewCredits:
    """The credits that an account shall have."""

    credits: float = c("credits, to six places", minimum=0, maximum=_MOST_CREDITS)
