"""`soapwright console`."""

from __future__ import annotations

from pathlib import Path

import click

from soapwright.cli.shared import (
    ALLOW_NETWORK,
    CATALOGS,
    package_or_wsdl,
    print_findings,
)
from soapwright.model.diagnostics import SpecError


@click.command("console", short_help="A page to call a service from.")
@click.argument("package")
@click.option(
    "--samples",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("samples"),
    show_default=True,
    help="The folder that calls are kept in as test samples.",
)
@click.option(
    "--history",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file of the calls that were made, if not one in the user's cache.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8901,
    show_default=True,
    help="0 takes a free one.",
)
@CATALOGS
@ALLOW_NETWORK
def console_command(
    package: str,
    samples: Path,
    history: Path | None,
    port: int,
    catalogs: tuple[Path, ...],
    allow_network: bool,
) -> None:
    """Serve a page on this machine that calls PACKAGE's service, until stopped.

    PACKAGE is a generated package's folder, or a WSDL. The first line on stdout is the page's
    address. Forms are made from the types; calls go to an endpoint or to the built-in mock, and
    are kept, without secrets, in a history.
    """
    # loaded when it runs
    from soapwright.tools.console.application import console_app
    from soapwright.tools.console.history import History, history_file
    from soapwright.tools.serve import serve

    try:
        folder = package_or_wsdl(package, catalogs, allow_network)
        kept = History(history or history_file(folder))
        serve(console_app(folder, samples, kept), "127.0.0.1", port, click.echo)
    except SpecError as error:
        print_findings(error.diagnostics)
        raise SystemExit(2) from None
