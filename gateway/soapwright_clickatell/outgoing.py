"""The kinds of messages to send."""

from __future__ import annotations

from .messages.outgoing import (
    Binary,
    Flash,
    Message,
    OperatorLogo,
    Parts,
    Ringtone,
    Text,
    Unicode,
    VCalendar,
    VCard,
)

__all__ = [
    "Binary",
    "Flash",
    "Message",
    "OperatorLogo",
    "Parts",
    "Ringtone",
    "Text",
    "Unicode",
    "VCalendar",
    "VCard",
]
