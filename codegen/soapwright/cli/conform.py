"""`soapwright conform`."""

from __future__ import annotations

from pathlib import Path

import click

from soapwright.cli.shared import print_findings
from soapwright.model.diagnostics import Findings, SpecError


@click.command("conform", short_help="Documented envelopes through a package and back.")
@click.argument("package", type=click.Path(path_type=Path))
@click.argument("samples", nargs=-1, required=True, type=click.Path(path_type=Path))
def conform_command(package: Path, samples: tuple[Path, ...]) -> None:
    """Put documented envelopes, files or folders of them, through PACKAGE and back.

    PACKAGE is the folder of a generated package.

    Ends with 0 where all match, 1 where some differ, 2 where a file is no envelope.
    """
    # loaded when it runs
    from soapwright.envelopes.packages import import_package, package_api
    from soapwright.tools.conform import conform, find_samples

    findings = Findings()
    try:
        found = find_samples(samples, findings)
        findings.raise_errors()
        outcomes = conform(import_package(package), package_api(package), found)
    except SpecError as error:
        print_findings(dict.fromkeys([*findings, *error.diagnostics]))
        raise SystemExit(2) from None
    print_findings(findings)
    for outcome in outcomes:
        for line in outcome.lines():
            click.echo(line)
    matching = sum(outcome.matches for outcome in outcomes)
    many = "envelope matches" if len(outcomes) == 1 else "envelopes match"
    click.echo(f"{matching} of {len(outcomes)} {many}")
    raise SystemExit(int(matching < len(outcomes)))
