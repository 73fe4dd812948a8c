"""What tests of a generated package want: envelopes compared by what they mean, recorded replies."""

from __future__ import annotations

from codegen.tools.envelopes import Difference as Difference
from codegen.tools.envelopes import Kind as Kind
from codegen.tools.envelopes import NotComparable as NotComparable
from codegen.tools.envelopes import assert_envelope as assert_envelope
from codegen.tools.envelopes import compare_envelopes as compare_envelopes
from codegen.tools.recorded import AsyncRecordedTransport as AsyncRecordedTransport
from codegen.tools.recorded import NoReply as NoReply
from codegen.tools.recorded import RecordedTransport as RecordedTransport

__all__ = [
    "AsyncRecordedTransport",
    "Difference",
    "Kind",
    "NoReply",
    "NotComparable",
    "RecordedTransport",
    "assert_envelope",
    "compare_envelopes",
]
