"""`clickatell`, the console script."""

from __future__ import annotations

from typing import Any

import click

from .. import __version__
from .commands import COMMANDS
from .interrupted import interrupted
from .sandbox import sandbox


class _Commands(click.Group):
    """The commands, with the end that Ctrl-C brings to all of them."""

    def make_context(
        self, *arguments: Any, **options: Any
    ) -> click.Context:  # Any: as click has them
        """Read the command's name.

        Raises:
            SystemExit: it is interrupted.
        """
        try:
            return super().make_context(*arguments, **options)
        except KeyboardInterrupt:
            raise interrupted() from None

    def invoke(self, ctx: click.Context) -> Any:  # Any: as click has it
        """Run a command.

        Raises:
            SystemExit: it is interrupted.
        """
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):
            raise interrupted() from None


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="clickatell")
def main() -> None:
    """Clickatell's SMS gateway.

    The account is in --user, --password and --api-id of each command, or in CLICKATELL_USER,
    CLICKATELL_PASSWORD and CLICKATELL_API_ID; CLICKATELL_ENDPOINT is where the gateway is.
    """


for command in (*COMMANDS, sandbox):
    main.add_command(command)
