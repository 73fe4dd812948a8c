"""The gateway's numbers: errors that refuse a call, and what becomes of an accepted message."""

from __future__ import annotations

from .vendor.codes import (
    ErrorCode,
    MessageStatus,
)

__all__ = [
    "ErrorCode",
    "MessageStatus",
]
