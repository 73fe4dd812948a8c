"""The last look at the emission: what Python cannot compile is never written."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location

_HINT = (
    "this is a bug in soapwright: please report it, with the WSDL; nothing was written"
)


def check_compiles(modules: Mapping[str, bytes], package: str) -> None:
    """Compile every emitted module of a package, by its path in it.

    Raises:
        SpecError: one does not compile; each that does not is named.
    """
    findings = Findings()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they stop nothing, and mean nothing to a user
        for path, content in modules.items():
            try:
                compile(content, path, "exec", dont_inherit=True)
            except SyntaxError as error:
                _report(findings, f"{package}/{path}", error.msg, error.lineno or 1)
            except (ValueError, RecursionError, MemoryError) as error:
                _report(findings, f"{package}/{path}", str(error), 1)
    findings.raise_errors()


def _report(findings: Findings, path: str, reason: str, line: int) -> None:
    message = f"the emitted module does not compile: {reason}"
    findings.error(Code.INTERNAL, message, Location(path, line), _HINT)
