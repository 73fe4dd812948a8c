"""The fault that a request is refused with: it tells nothing of the reason (WSS 1.1.1, section 12)."""

from __future__ import annotations

from typing import Final

from ..errors.errors import SecurityError, SoapFault
from ..soap.envelope import Version
from .tokens import SECURITY

_REFUSED: Final = "the message's security could not be verified"


def refusal(error: SecurityError, version: Version) -> SoapFault:
    """The fault for an error, which is its cause."""
    code = f"{{{SECURITY}}}FailedCheck"
    if version == "1.1":
        fault = SoapFault(_REFUSED, code=code)
    else:
        fault = SoapFault(_REFUSED, code="Sender", subcodes=(code,))
    fault.__cause__ = error
    return fault
