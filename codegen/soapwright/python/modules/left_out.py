"""The list of what a package leaves out because its WSDL is broken there."""

from __future__ import annotations

import posixpath

from soapwright.model.api import Api
from soapwright.model.walk import left_out_of

HEADING = "Left out, because the WSDL is broken there"


def left_out_lines(api: Api) -> list[str]:
    """The parts of the service that are left out, each once with its reason.

    A file is named without its folder, which differs from machine to machine.
    """
    lines: dict[str, None] = {}
    for owner, one in left_out_of(api):
        what = f"{one} of {owner}" if owner else str(one)
        place = f"{posixpath.basename(one.at.path)}, line {one.at.line}"
        lines[f"{what}: {one.reason} ({place})"] = None
    return list(lines)


def with_left_out(doc: str, api: Api) -> str:
    """A docstring's text, and after it what is left out."""
    lines = [f"* {line}." for line in left_out_lines(api)]
    return "\n".join([doc, "", f"{HEADING}:", "", *lines]) if lines else doc
