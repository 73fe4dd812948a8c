"""Features that a sender may request of the gateway, as flags."""

from __future__ import annotations

from .vendor.features import (
    Callbacks,
    Priority,
    RequiredFeatures,
)

__all__ = [
    "Callbacks",
    "Priority",
    "RequiredFeatures",
]
