"""Outcomes of calls, as types."""

from __future__ import annotations

from .client.outcomes import (
    Accepted,
    Account,
    Coverage,
    NotSent,
    Outcome,
    Refused,
    Unknown,
)

__all__ = [
    "Accepted",
    "Account",
    "Coverage",
    "NotSent",
    "Outcome",
    "Refused",
    "Unknown",
]
