"""Features that a sender may request of the gateway, as flags with the vendor's numbers."""

from __future__ import annotations

from enum import IntEnum, IntFlag


class RequiredFeatures(IntFlag):
    """`req_feat`: only routes that have all of these carry the message; without one it ends
    with status 009. The gateway adds by itself what the content needs."""

    TEXT = 0x0001
    EIGHT_BIT = 0x0002
    UDH = 0x0004
    UCS2 = 0x0008
    ALPHANUMERIC_SENDER = 0x0010
    NUMERIC_SENDER = 0x0020
    REPLY = 0x0040
    """Of the oldest clients; gone from later specifications."""
    FLASH = 0x0200
    DELIVERY_RECEIPT = 0x2000
    CONCATENATION = 0x4000

    @classmethod
    def default(cls) -> RequiredFeatures:
        """The flags that the vendor's tables mark as set by default: 16399."""
        return cls.TEXT | cls.EIGHT_BIT | cls.UDH | cls.UCS2 | cls.CONCATENATION


class Callbacks(IntFlag):
    """`callback`: which statuses the gateway reports to the account's callback URL."""

    NONE = 0
    INTERMEDIATE = 1
    """Queued, delivered to the gateway, delayed."""
    FINAL = 2
    """Received, and everything that ends a message otherwise."""
    ERROR = 4
    """The final ones that are no success."""


class Priority(IntEnum):
    """`queue`: the order among an account's own messages."""

    HIGH = 1
    NORMAL = 2
    LOW = 3
    """The default."""
