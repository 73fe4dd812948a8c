"""Shared by several commands: options, findings on stderr, progress, the models of WSDLs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path
from urllib.parse import urlsplit

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


def _http_url(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> str:
    """A URL that can be called; "" where none is given: one that is given empty is a mistake."""
    if value is None:
        return ""
    try:
        split = urlsplit(value)
        sound = split.scheme in ("http", "https") and bool(split.hostname)
    except ValueError:
        sound = False
    if not sound:
        raise click.BadParameter(f"{value!r} is no http:// or https:// URL")
    return value


ENDPOINT = click.option(
    "--endpoint",
    callback=_http_url,
    help="The service's URL, if not the WSDL's.",
)


def package_or_wsdl(
    given: str, catalogs: tuple[Path, ...], allow_network: bool
) -> Path:
    """The folder of a generated package: the one that is given, or in the user's cache that of a WSDL.

    Findings about the WSDL are printed.

    Raises:
        SpecError: it is neither, or the WSDL cannot be read.
    """
    # loaded when it runs
    from soapwright.tools.calls.cached import package_folder

    folder = Path(given)
    if folder.is_dir():
        return folder
    with Progress() as progress:
        made, findings = package_folder(
            given, catalogs, progress, allow_network=allow_network
        )
    print_findings(findings)
    return made


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
    from soapwright.envelopes.packages import package_documents, package_entry
    from soapwright.pipeline import load

    remote = Remote(Path(), allowed=allow_network)
    apis: list[tuple[Api, Findings]] = []
    found: list[Diagnostic] = []
    for wsdl, chosen in zip_longest(wsdls, options):
        findings = Findings()
        try:
            within = None
            if chosen is not None and Path(wsdl).is_dir():
                entry = package_entry(Path(wsdl))
                within = package_documents(Path(wsdl))
            else:
                entry = find_entry(wsdl, remote, Location(wsdl))
            api = load(
                entry, catalogs, findings, remote, chosen, partly=True, within=within
            )
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
        print_report(str(finding), err=True)


def print_report(text: str, *, err: bool = False) -> None:
    """Print a line about work that goes on: it does, too, where a pipe's reader has left."""
    try:
        click.echo(text, err=err)
    except BrokenPipeError:
        stream = sys.stderr if err else sys.stdout
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


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
    print_report(
        f"{state.config.output}: {written} files written,"
        f" {state.unchanged} unchanged{removed}"
    )
