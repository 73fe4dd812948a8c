"""Outcomes of calls, as types."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from ..vendor.codes import ErrorCode
from ..vendor.replies import GatewayError, Refusal


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway has accepted a message, and reports its status under its id."""

    to: str
    id: str

    @property
    def reason(self) -> str:
        """Empty: there is none."""
        return ""

    @property
    def is_retryable(self) -> bool:
        """False: nothing is to be sent again."""
        return False


@dataclass(frozen=True, slots=True)
class Refused:
    """The gateway did not take a message; it costs nothing."""

    to: str
    refusal: Refusal

    @property
    def code(self) -> int | None:
        """The error's number; an `ErrorCode` where it is a known one."""
        return self.refusal.code

    @property
    def error(self) -> GatewayError:
        """As an exception."""
        return GatewayError(self.refusal)

    @property
    def reason(self) -> str:
        """The gateway's words."""
        return str(self.refusal)

    @property
    def is_retryable(self) -> bool:
        """Whether the reason may pass: no credit, an internal error, a limit, the account."""
        return self.refusal.is_passing


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer came, and the gateway could not be asked: the message may be on its way or
    not. It is never sent again before the gateway was asked for it."""

    to: str
    reason: str
    is_retryable: bool = False
    """Whether the gateway can still be asked for it, under its client id."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing of the message can have reached the gateway."""

    to: str
    reason: str

    @property
    def is_retryable(self) -> bool:
        """True: it can be sent at any time."""
        return True


Outcome: TypeAlias = Accepted | Refused | Unknown | NotSent


@dataclass(frozen=True, slots=True)
class Coverage:
    """Whether messages to a number are routed."""

    routed: bool
    charge: Decimal | None
    """The lowest price of a part, in credits, where the gateway names one."""
    text: str


@dataclass(frozen=True, slots=True)
class Account:
    """Whose credits are spent."""

    user: str
    password: str
    api_id: int

    def __repr__(self) -> str:
        return f"Account({self.user!r}, ***, {self.api_id})"


RENEWABLE = frozenset(
    {
        ErrorCode.AUTHENTICATION_FAILED,
        ErrorCode.SESSION_EXPIRED,
        ErrorCode.MISSING_SESSION,
    }
)
"""Error codes of a session that has ended: 003 as documented, 001 as observed."""
