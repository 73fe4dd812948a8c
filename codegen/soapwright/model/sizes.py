"""How much may be written for a WSDL: fields, by far more than the largest of real services have."""

from __future__ import annotations

from typing import Final

MAX_FIELDS: Final = 250_000
"""Fields of types, and of operations' messages: those of groups, bases and substitutes wherever they are used."""
MAX_DECLARATIONS: Final = 100_000
"""Declarations of schemas; one without a namespace counts for each that includes it."""
