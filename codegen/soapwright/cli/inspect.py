"""`soapwright inspect`."""

from __future__ import annotations

from pathlib import Path

import click

from soapwright.cli.shared import ALLOW_NETWORK, CATALOGS, loaded, print_findings
from soapwright.model.diagnostics import Findings


@click.command("inspect", short_help="What is in a WSDL, as it will be in Python.")
@click.argument("wsdl")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
@CATALOGS
@ALLOW_NETWORK
def inspect_command(
    wsdl: str, form: str, catalogs: tuple[Path, ...], allow_network: bool
) -> None:
    """Describe WSDL as its Python package will have it, with a warning for each peculiarity."""
    # loaded when it runs
    from soapwright.tools.inspect.describe import describe
    from soapwright.tools.inspect.profile import examine
    from soapwright.tools.inspect.report import as_json, as_text

    ((api, findings),) = loaded([wsdl], catalogs, allow_network)
    remarks = Findings()
    examine(api, remarks)
    print_findings(remarks)
    description = describe(api)
    if form == "json":
        click.echo(as_json(description, [*findings, *remarks]), nl=False)
    else:
        click.echo(as_text(description), nl=False)
