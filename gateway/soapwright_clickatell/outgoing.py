"""The kinds of messages to send."""

from __future__ import annotations

from .messages.outgoing import (
    Binary,
    Encoded,
    Flash,
    GroupLogo,
    Message,
    OperatorLogo,
    Parts,
    PictureMessage,
    Ringtone,
    Text,
    Unicode,
    VCalendar,
    VCard,
)
from .messages.push import MmsClass, MmsNotification, ServiceIndication, Signal

__all__ = [
    "Binary",
    "Encoded",
    "Flash",
    "GroupLogo",
    "Message",
    "MmsClass",
    "MmsNotification",
    "OperatorLogo",
    "Parts",
    "PictureMessage",
    "Ringtone",
    "ServiceIndication",
    "Signal",
    "Text",
    "Unicode",
    "VCalendar",
    "VCard",
]
