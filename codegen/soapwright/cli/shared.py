"""Shared by several commands: options, findings on stderr, progress, the models of WSDLs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path

import click

from soapwright.cli.progress import Progress as Progress
from soapwright.model.api import Api
from soapwright.model.diagnostics import Diagnostic, Findings, Location, SpecError
from soapwright.model.options import Options
from soapwright.project.config import find_entry
from soapwright.project.remote import Remote
from soapwright.tools.check import State

CATALOGS = click.option(
    "--catalog",
    "catalogs",
    multiple=True,
    type=click.Path(path_type=Path),
    help="An OASIS XML catalog: where imported documents are found.",
)
ALLOW_NETWORK = click.option(
    "--allow-network",
    is_flag=True,
    help="Fetch what has a URL, anew, instead of reading what is locked.",
)


def loaded(
    wsdls: list[str],
    catalogs: tuple[Path, ...],
    allow_network: bool,
    options: Sequence[Options | None] = (),
) -> list[tuple[Api, Findings]]:
    """The models of WSDLs, files or URLs, each with its findings, which are printed.

    With `options` for each, only what they choose; then a WSDL may be a package's folder too.
    Where one is broken the run ends with 2.
    """
    # loaded when it runs
    from soapwright.envelopes.packages import package_entry
    from soapwright.pipeline import load

    remote = Remote(Path(), allowed=allow_network)
    apis: list[tuple[Api, Findings]] = []
    found: list[Diagnostic] = []
    for wsdl, chosen in zip_longest(wsdls, options):
        findings = Findings()
        try:
            if chosen is not None and Path(wsdl).is_dir():
                entry = package_entry(Path(wsdl))
            else:
                entry = find_entry(wsdl, remote, Location(wsdl))
            api = load(entry, catalogs, findings, remote, chosen, partly=True)
            apis.append((api, findings))
            found += findings
        except SpecError as error:
            found += error.diagnostics
    print_findings(dict.fromkeys(found))
    if len(apis) < len(wsdls):
        raise SystemExit(2)
    return apis


def print_findings(findings: Iterable[Diagnostic]) -> None:
    """Print findings, a line each."""
    for finding in findings:
        click.echo(str(finding), err=True)


def write_state(state: State, progress: Progress) -> None:
    """Write what is new or changed of a package, and print how many files that are."""
    # loaded when it runs
    from soapwright.project.output import carry_out

    findings = Findings()
    written, removed = 0, ""
    if state.plan is not None:
        state.plan.report(findings, ": made anew")
        carry_out(state.plan, progress)
        written = len(state.plan.added) + len(state.plan.changed)
        count = len(state.plan.removed)
        removed = f", {count} removed" if count else ""
    progress.clear()
    print_findings([*state.findings, *findings])
    click.echo(
        f"{state.config.output}: {written} files written,"
        f" {state.unchanged} unchanged{removed}"
    )
