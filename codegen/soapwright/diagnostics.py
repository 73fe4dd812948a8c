"""Findings about a WSDL, for callers of `soapwright.pipeline.generate`."""

from __future__ import annotations

from soapwright.model.codes import Code as Code
from soapwright.model.diagnostics import Diagnostic as Diagnostic
from soapwright.model.diagnostics import Findings as Findings
from soapwright.model.diagnostics import Location as Location
from soapwright.model.diagnostics import Severity as Severity
from soapwright.model.diagnostics import SpecError as SpecError

__all__ = ["Code", "Diagnostic", "Findings", "Location", "Severity", "SpecError"]
