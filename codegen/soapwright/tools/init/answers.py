"""Answers to the questions of `soapwright init`, refused before anything is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.project.config import check_scheme
from soapwright.project.output import check_folder
from soapwright.project.remote import is_url
from soapwright.tools.init.names import refusal_of
from soapwright.tools.init.project_file import FILE
from soapwright.wsdl.parsing import read


def check_wsdl(given: str) -> None:
    """See that a WSDL is a file that can be read, or a URL.

    Raises:
        SpecError: it is neither.
    """
    findings = Findings()
    if not given:
        findings.error(Code.READ, "a file or a URL is wanted", Location(given))
    elif not is_url(given):
        check_scheme(given, Location(given))
        read(Path(given), given, findings)
    findings.raise_errors()


def check_name(known: Sequence[str], wsdl: str, name: str) -> None:
    """See that a package may have a name.

    Args:
        known: the names of the project's packages.
        wsdl: of the package.
        name: to be checked.

    Raises:
        SpecError: it cannot be one, or the project has it.
    """
    findings = Findings()
    if (refusal := refusal_of(name)) is not None:
        message, hint = refusal
        findings.error(Code.CONFIG, message, Location(wsdl), hint)
    elif name in known:
        hint = "`soapwright generate` makes it anew; --package gives another name"
        message = f"has a package {name!r} already"
        findings.error(Code.CONFIG, message, Location(str(FILE)), hint)
    findings.raise_errors()


def check_output(name: str, given: str) -> None:
    """See that a package may be written to a folder, and is imported by its name there.

    Raises:
        SpecError: it is not, or something else is there.
    """
    findings = Findings()
    steps = tuple(name.split("."))
    if Path(given).resolve().parts[-len(steps) :] != steps:
        message = f"Python imports a package {name} from no folder of this name"
        hint = f"{Path(given, *steps).as_posix()} may be taken"
        findings.error(Code.OUTPUT, message, Location(given), hint)
    findings.raise_errors()
    check_folder(Path(given))
