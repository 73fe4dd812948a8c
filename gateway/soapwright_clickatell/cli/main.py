"""`clickatell`, the console script."""

from __future__ import annotations

import click

from .. import __version__
from .commands import COMMANDS
from .sandbox import sandbox


@click.group()
@click.version_option(__version__, prog_name="clickatell")
def main() -> None:
    """Clickatell's SMS gateway.

    The account is in --user, --password and --api-id of each command, or in CLICKATELL_USER,
    CLICKATELL_PASSWORD and CLICKATELL_API_ID; CLICKATELL_ENDPOINT is where the gateway is.
    """


for command in (*COMMANDS, sandbox):
    main.add_command(command)
