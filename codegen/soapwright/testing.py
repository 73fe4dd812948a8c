"""Helpers for tests of a generated package: comparison of envelopes by meaning, recorded replies."""

from __future__ import annotations

from soapwright.envelopes.comparing import Difference as Difference
from soapwright.envelopes.comparing import Kind as Kind
from soapwright.envelopes.comparing import NotComparable as NotComparable
from soapwright.envelopes.comparing import assert_envelope as assert_envelope
from soapwright.envelopes.comparing import compare_envelopes as compare_envelopes
from soapwright.envelopes.recorded import (
    AsyncRecordedTransport as AsyncRecordedTransport,
)
from soapwright.envelopes.recorded import NoReply as NoReply
from soapwright.envelopes.recorded import RecordedTransport as RecordedTransport
from soapwright.tools.serve import MockTransport as MockTransport

__all__ = [
    "AsyncRecordedTransport",
    "Difference",
    "Kind",
    "MockTransport",
    "NoReply",
    "NotComparable",
    "RecordedTransport",
    "assert_envelope",
    "compare_envelopes",
]
