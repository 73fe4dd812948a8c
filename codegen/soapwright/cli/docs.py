"""`soapwright docs`."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from soapwright.cli.shared import Progress, print_findings
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.project.manifest import SITE_MANIFEST
from soapwright.project.output import carry_out, check_folder, make_plan


@click.command("docs", short_help="Write the reference of a package, or a manual.")
@click.argument("package", type=click.Path(path_type=Path), required=False)
@click.option(
    "--pages",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="A folder of pages in Markdown, or one page; the first has the menu.",
)
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="The site's own folder.",
)
def docs_command(package: Path | None, pages: tuple[Path, ...], output: Path) -> None:
    """Write a reference of PACKAGE: a static site that needs no server.

    PACKAGE is the folder of a generated package. With --pages the site is a manual, with the
    reference in it; without PACKAGE, the manual alone.
    """
    if package is None and not pages:
        raise click.UsageError("Missing PACKAGE, or --pages.")
    # loaded when it runs
    from soapwright.tools.docs.site import make_site

    try:
        if pages:
            _check_extra()
        check_folder(output, SITE_MANIFEST)
        with Progress() as progress:
            files = make_site(package, pages, progress)
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


def _check_extra() -> None:
    """Refuse to go on without what reads Markdown.

    Raises:
        SpecError: it is not installed.
    """
    if find_spec("markdown_it") is None:
        findings = Findings()
        message = "the package markdown-it-py is not installed"
        hint = "pip install 'soapwright[docs]' installs it"
        findings.error(Code.PAGE, message, Location("--pages"), hint)
        raise SpecError(findings)
