"""`soapwright docs`."""

from __future__ import annotations

from pathlib import Path

import click

from soapwright.cli.shared import Progress, print_findings
from soapwright.model.diagnostics import SpecError
from soapwright.project.manifest import SITE_MANIFEST
from soapwright.project.output import carry_out, check_folder, make_plan


@click.command("docs", short_help="Write the reference of a package.")
@click.argument("package", type=click.Path(path_type=Path))
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="The site's own folder.",
)
def docs_command(package: Path, output: Path) -> None:
    """Write a reference of PACKAGE: a static site that needs no server.

    PACKAGE is the folder of a generated package.
    """
    # loaded when it runs
    from soapwright.tools.docs.site import make_site

    try:
        check_folder(output, SITE_MANIFEST)
        with Progress() as progress:
            files = make_site(package, progress)
            plan = make_plan(output, files, SITE_MANIFEST)
            carry_out(plan, progress)
    except SpecError as error:
        print_findings(error.diagnostics)
        raise SystemExit(2) from None
    written = len(plan.added) + len(plan.changed)
    removed = f", {len(plan.removed)} removed" if plan.removed else ""
    click.echo(
        f"{output}: {written} files written, {plan.unchanged} unchanged{removed}"
    )
