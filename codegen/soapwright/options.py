"""The options of one package, for callers of `soapwright.pipeline.generate`."""

from __future__ import annotations

from soapwright.model.options import Options as Options

__all__ = ["Options"]
