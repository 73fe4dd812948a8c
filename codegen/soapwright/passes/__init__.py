"""The passes, from Api to Api: each works out something that the documents leave implicit."""

from __future__ import annotations

from collections.abc import Callable

from soapwright.model.api import Api
from soapwright.model.diagnostics import Findings
from soapwright.passes.check_kinds import check_kinds
from soapwright.passes.check_references import check_references
from soapwright.passes.check_sizes import check_sizes
from soapwright.passes.check_values import check_values
from soapwright.passes.drop_unused import drop_unused
from soapwright.passes.facts import facts
from soapwright.passes.find_substitutes import find_substitutes
from soapwright.passes.flatten_unions import flatten_unions
from soapwright.passes.lay_out import lay_out
from soapwright.passes.leave_out import leave_out
from soapwright.passes.make_messages import make_messages
from soapwright.passes.secure_ports import secure_ports
from soapwright.passes.unite_types import unite_types

PASSES: tuple[Callable[[Api, Findings], Api], ...] = (
    leave_out,
    check_sizes,
    secure_ports,
    check_references,
    check_kinds,
    check_values,
    drop_unused,
    find_substitutes,
    unite_types,
    flatten_unions,
    lay_out,
    make_messages,
    facts,
)


# These run even where an earlier one found errors, so that all errors are reported.
_CHECKS = PASSES[: PASSES.index(check_values)]


def run_passes(api: Api, findings: Findings) -> Api:
    """Run every pass in its order.

    Raises:
        SpecError: the front end or a pass found an error; it has all findings.
    """
    for one in PASSES:
        api = one(api, findings)
        if one not in _CHECKS:
            findings.raise_errors()
    return api
