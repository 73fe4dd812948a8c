"""What tests of a generated package want: envelopes compared by what they mean."""

from __future__ import annotations

from codegen.tools.envelopes import Difference as Difference
from codegen.tools.envelopes import Kind as Kind
from codegen.tools.envelopes import NotComparable as NotComparable
from codegen.tools.envelopes import assert_envelope as assert_envelope
from codegen.tools.envelopes import compare_envelopes as compare_envelopes

__all__ = [
    "Difference",
    "Kind",
    "NotComparable",
    "assert_envelope",
    "compare_envelopes",
]
