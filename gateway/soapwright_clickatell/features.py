"""What a sender may ask of the gateway, as flags."""

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
