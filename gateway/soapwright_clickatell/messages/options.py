"""How to send, whatever is sent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from ..vendor.features import Callbacks, Priority, RequiredFeatures


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to send, whatever is sent; `None` leaves it to the gateway."""

    sender: str | None = None
    """A sender ID: a number, or a name of up to eleven characters."""
    delay: int | None = None
    """Minutes, up to 10,080."""
    validity: int | None = None
    """Minutes after which a message that still waits is given up, up to 1,440."""
    callbacks: Callbacks | None = None
    """Which statuses are reported to the account's callback URL."""
    features: RequiredFeatures | None = None
    """The features that the route must have."""
    priority: Priority | None = None
    escalate: bool | None = None
    """Whether to take a dearer route at once where the cheapest is busy."""
    max_credits: Decimal | None = None
    """The most that each message may cost."""
    receipt: bool | None = None
    """Whether to ask the handset for a receipt; the vendor does so anyway."""
    two_way: bool | None = None
    """Whether replies must find their way to the sender's number."""

    def arguments(self) -> dict[str, Any]:  # Any: of all parts' types
        """The arguments of the generated client."""
        credits, numbers = self.max_credits, {
            "deliv_time": self.delay,
            "validity": self.validity,
            "callback": self.callbacks,
            "req_feat": self.features,
            "queue": self.priority,
            "escalate": self.escalate,
            "deliv_ack": self.receipt,
            "mo": self.two_way,
        }
        made: dict[str, Any] = {  # Any: as above
            name: int(value) for name, value in numbers.items() if value is not None
        }
        if credits is not None:
            made["max_credits"] = float(credits)
        if self.sender is not None:
            made["from_"] = self.sender
        return made


NO_OPTIONS: Final = Options()
