"""The gateway's numbers: errors that refuse a call, and what becomes of an accepted message.

The texts vary from one of the vendor's documents to the next: go by the numbers.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Self


class _Code(IntEnum):
    """A number with the text that the vendor's tables give it."""

    text: str

    def __new__(cls, number: int, text: str) -> Self:
        member = int.__new__(cls, number)
        member._value_ = number
        member.text = text
        return member

    @classmethod
    def known(cls, number: int) -> Self | None:
        """The member of this number, if there is one."""
        return next((member for member in cls if member == number), None)


class ErrorCode(_Code):
    """Why the gateway refused: what is refused is not charged."""

    AUTHENTICATION_FAILED = 1, "Authentication failed"
    UNKNOWN_USER = 2, "Unknown username or password"
    SESSION_EXPIRED = 3, "Session ID expired"
    ACCOUNT_FROZEN = 4, "Account frozen"
    MISSING_SESSION = 5, "Missing session ID"
    IP_LOCKDOWN = 7, "IP Lockdown violation"
    DATA_MALFORMED = 100, "Data malformed"
    INVALID_PARAMETERS = 101, "Invalid or missing parameters"
    INVALID_UDH = 102, "Invalid user data header"
    UNKNOWN_MESSAGE_ID = 103, "Unknown API message ID"
    UNKNOWN_CLIENT_ID = 104, "Unknown client message ID"
    INVALID_DESTINATION = 105, "Invalid destination address"
    INVALID_SOURCE = 106, "Invalid source address"
    EMPTY_MESSAGE = 107, "Empty message"
    INVALID_API_ID = 108, "Invalid or missing API ID"
    MISSING_MESSAGE_ID = 109, "Missing message ID"
    EMAIL_ERROR = 110, "Error with email message"
    INVALID_PROTOCOL = 111, "Invalid protocol"
    INVALID_MESSAGE_TYPE = 112, "Invalid message type"
    TOO_MANY_PARTS = 113, "Maximum message parts exceeded"
    CANNOT_ROUTE = 114, "Cannot route message"
    MESSAGE_EXPIRED = 115, "Message expired"
    INVALID_UNICODE = 116, "Invalid Unicode data"
    INVALID_DELIVERY_TIME = 120, "Invalid delivery time"
    DESTINATION_BLOCKED = 121, "Destination mobile number blocked"
    DESTINATION_OPTED_OUT = 122, "Destination mobile opted out"
    INVALID_SENDER_ID = 123, "Invalid Sender ID"
    NUMBER_DELISTED = 128, "Number delisted"
    MT_LIMIT_EXCEEDED = 130, "Maximum MT limit exceeded"
    INVALID_BATCH_ID = 201, "Invalid batch ID"
    NO_BATCH_TEMPLATE = 202, "No batch template"
    NO_CREDIT_LEFT = 301, "No credit left"
    MAX_ALLOWED_CREDIT = 302, "Max allowed credit"
    INVALID_VOUCHER = 606, "Invalid Voucher"
    EXPIRED_TOKEN = 607, "Expired Token"
    TOKEN_GENERATION = 609, "Token Generation Error"
    INTERNAL_ERROR = 901, "Internal error"

    @property
    def is_passing(self) -> bool:
        """Whether the same call may succeed later, because the reason is neither its message nor
        its numbers: an internal error, credit, a limit, the account or its session."""
        return self in _PASSING

    @property
    def is_of_number(self) -> bool:
        """Whether it refuses one number of a call, and not the call."""
        return self in _OF_NUMBER


_PASSING: Final = frozenset(
    {
        ErrorCode.AUTHENTICATION_FAILED,
        ErrorCode.UNKNOWN_USER,
        ErrorCode.SESSION_EXPIRED,
        ErrorCode.ACCOUNT_FROZEN,
        ErrorCode.MISSING_SESSION,
        ErrorCode.IP_LOCKDOWN,
        ErrorCode.MT_LIMIT_EXCEEDED,
        ErrorCode.NO_CREDIT_LEFT,
        ErrorCode.INTERNAL_ERROR,
    }
)
_OF_NUMBER: Final = frozenset(
    {
        ErrorCode.INVALID_DESTINATION,
        ErrorCode.CANNOT_ROUTE,
        ErrorCode.MESSAGE_EXPIRED,
        ErrorCode.DESTINATION_BLOCKED,
        ErrorCode.DESTINATION_OPTED_OUT,
        ErrorCode.NUMBER_DELISTED,
        ErrorCode.MT_LIMIT_EXCEEDED,
        ErrorCode.NO_CREDIT_LEFT,
    }
)


class MessageStatus(_Code):
    """Statuses of a message that the gateway accepted."""

    UNKNOWN = 1, "Message unknown"
    QUEUED = 2, "Message queued"
    DELIVERED_TO_GATEWAY = 3, "Delivered to gateway"
    RECEIVED = 4, "Received by recipient"
    ERROR_WITH_MESSAGE = 5, "Error with message"
    CANCELLED = 6, "User cancelled message delivery"
    DELIVERY_ERROR = 7, "Error delivering message"
    OK = 8, "OK"
    ROUTING_ERROR = 9, "Routing error"
    EXPIRED = 10, "Message expired"
    QUEUED_FOR_LATER = 11, "Message queued for later delivery"
    OUT_OF_CREDIT = 12, "Out of credit"
    MT_LIMIT_EXCEEDED = 14, "Maximum MT limit exceeded"
