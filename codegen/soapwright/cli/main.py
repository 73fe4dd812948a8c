"""The command line: arguments in, findings and exit codes out.

Each command is a module of its own. What it needs besides options is imported when it runs:
`soapwright --help` does not load the toolkit.
"""

from __future__ import annotations

import errno
from typing import Any

import click

import soapwright
from soapwright.cli.call import call_command
from soapwright.cli.check import check_command
from soapwright.cli.console import console_command
from soapwright.cli.conform import conform_command
from soapwright.cli.diff import diff_command
from soapwright.cli.docs import docs_command
from soapwright.cli.generate import generate_command
from soapwright.cli.infer import infer_command
from soapwright.cli.init import init_command
from soapwright.cli.inspect import inspect_command
from soapwright.cli.interrupted import interrupted
from soapwright.cli.mcp import mcp_command
from soapwright.cli.serve import serve_command
from soapwright.cli.verify import verify_command

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


class _Commands(click.Group):
    """The commands, with the ends that all of them have in common."""

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
            SystemExit: it is interrupted, or its output cannot be written.
        """
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):
            raise interrupted() from None
        except OSError as error:
            # files have a name; a stream has none
            if error.errno not in _FULL or error.filename is not None:
                raise
            click.echo(f"the output cannot be written: {error.strerror}", err=True)
            raise SystemExit(2) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(soapwright.__version__, prog_name="soapwright")
def main() -> None:
    """Typed Python packages from SOAP WSDLs."""


for _command in (
    init_command,
    generate_command,
    call_command,
    console_command,
    check_command,
    diff_command,
    inspect_command,
    infer_command,
    conform_command,
    mcp_command,
    serve_command,
    docs_command,
    verify_command,
):
    main.add_command(_command)
