"""Options and exit codes that all commands share that call the gateway."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Concatenate, ParamSpec

import click

from ..client import Clickatell, GatewayError, JournalError, NoAnswer

_Given = ParamSpec("_Given")


class _Unusable(click.ClickException):
    """Something that the user gave cannot be used."""

    exit_code = 2


_ACCOUNT = (
    click.option("--user", envvar="CLICKATELL_USER", show_envvar=True, required=True),
    click.option(
        "--password",
        envvar="CLICKATELL_PASSWORD",
        show_envvar=True,
        required=True,
        help="Other users can see a command line: prefer the variable.",
    ),
    click.option(
        "--api-id",
        envvar="CLICKATELL_API_ID",
        show_envvar=True,
        required=True,
        type=click.IntRange(1, 2**31 - 1),
    ),
    click.option(
        "--endpoint",
        envvar="CLICKATELL_ENDPOINT",
        show_envvar=True,
        help="The gateway; the vendor's address by default.",
    ),
)


def calls(
    command: Callable[Concatenate[Clickatell, _Given], int],
) -> Callable[..., None]:
    """A command that calls the gateway. It ends with exit 1 if the gateway refused anything."""

    @functools.wraps(command)
    def run(
        user: str,
        password: str,
        api_id: int,
        endpoint: str | None,
        *args: _Given.args,
        **kwargs: _Given.kwargs,
    ) -> None:
        try:
            with Clickatell(user, password, api_id, endpoint=endpoint) as gateway:
                exit_code = command(gateway, *args, **kwargs)
        except (GatewayError, NoAnswer) as error:
            raise click.ClickException(str(error)) from None
        except (ValueError, JournalError) as error:
            raise _Unusable(str(error)) from None
        except BrokenPipeError:  # click ends quietly where nobody reads any more
            raise
        except OSError as error:
            raise _Unusable(str(error)) from None
        sys.exit(exit_code)

    for option in reversed(_ACCOUNT):
        run = option(run)
    return run
