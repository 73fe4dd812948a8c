"""`soapwright check`."""

from __future__ import annotations

from pathlib import Path

import click

from soapwright.cli.shared import ALLOW_NETWORK, Progress, print_findings
from soapwright.model.diagnostics import Findings, SpecError
from soapwright.project.config import read_config
from soapwright.project.remote import Remote
from soapwright.tools.check import difference, examine, report


@click.command("check", short_help="Is what is committed what would be generated?")
@click.option("--full", is_flag=True, help="Generate, whatever the manifests say.")
@ALLOW_NETWORK
def check_command(full: bool, allow_network: bool) -> None:
    """Compare the packages that pyproject.toml names with what would be generated.

    The difference is printed as a unified diff. Ends with 0 where all are in step, 1 where one is
    stale, 2 where one is broken.
    """
    try:
        configs = read_config(Path("pyproject.toml"))
    except SpecError as error:
        print_findings(error.diagnostics)
        raise SystemExit(2) from None
    remote = Remote(Path(), allowed=allow_network)
    with Progress() as progress:
        states = examine(configs, remote, progress, full=full)
    for state in states.sound:
        findings = Findings()
        report(state, findings)
        print_findings([*state.findings, *findings])
        if state.plan is not None:
            for line in difference(state.plan):
                click.echo(line, nl=False)
    print_findings(states.broken)
    stale = not all(state.is_in_step for state in states.sound)
    raise SystemExit(2 if states.broken else int(stale))
