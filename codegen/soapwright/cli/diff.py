"""`soapwright diff`."""

from __future__ import annotations

from pathlib import Path

import click

from soapwright.cli.shared import ALLOW_NETWORK, CATALOGS, loaded
from soapwright.model.options import Options


@click.command("diff", short_help="What a change of a WSDL breaks.")
@click.argument("old")
@click.argument("new")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
)
@CATALOGS
@ALLOW_NETWORK
def diff_command(
    old: str, new: str, form: str, catalogs: tuple[Path, ...], allow_network: bool
) -> None:
    """Show the changes from the WSDL OLD to NEW, and their effect on existing code.

    Each may be the folder of a generated package instead: then it is about what that package
    chose of its WSDL, and in its names.

    Ends with 0 where nothing breaks, 1 where something does, 2 where a WSDL cannot be read.
    """
    # loaded when it runs
    from soapwright.envelopes.packages import package_options
    from soapwright.tools.diff.report import FORMATS, is_breaking
    from soapwright.tools.diff.services import compare

    found = [package_options(Path(n)) if Path(n).is_dir() else None for n in (old, new)]
    options = [one or next(filter(None, found), Options("package")) for one in found]
    before, after = loaded([old, new], catalogs, allow_network, options)
    changes = compare(before[0], after[0], (options[0], options[1]))
    click.echo(FORMATS[form](changes, (old, new)), nl=False)
    raise SystemExit(1 if is_breaking(changes) else 0)
