"""Options, output and exit codes that all commands share that call the gateway."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, ParamSpec, get_args

import click

from ..client import Clickatell, GatewayError, JournalError, NoAnswer, RateLimiter
from ..client.dialects import Service

_Given = ParamSpec("_Given")


class _Unusable(click.ClickException):
    """Something that the user gave cannot be used."""

    exit_code = 2


class Output:
    """Where results go: a line of words each, or of JSON."""

    def __init__(self, is_json: bool) -> None:
        self.is_json = is_json

    def show(
        self,
        words: object,
        values: Mapping[str, Any],  # Any: of JSON
        *,
        is_good: bool = True,
    ) -> None:
        """Show a result: in words on stdout, or on stderr where it is no good one; in JSON on
        stdout."""
        if self.is_json:
            click.echo(json.dumps(dict(values), default=str, ensure_ascii=False))
        else:
            click.echo(words, err=not is_good)

    def fail(self, error: GatewayError | NoAnswer) -> None:
        """Show an error that ends the command."""
        if self.is_json:
            code = error.code if isinstance(error, GatewayError) else None
            self.show("", {"error": str(error), "code": code})
        else:
            click.echo(f"Error: {error}", err=True)


class Gateway:
    """The client of a command, and where its results go."""

    def __init__(self, sms: Clickatell, out: Output) -> None:
        self.sms = sms
        self.out = out


_SHARED = (
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
    click.option(
        "--service",
        envvar="CLICKATELL_SERVICE",
        show_envvar=True,
        type=click.Choice(get_args(Service)),
        help="Which of the vendor's services is there; its path shows it by default.",
    ),
    click.option(
        "--region",
        envvar="CLICKATELL_REGION",
        show_envvar=True,
        help="The country of numbers without a plus sign, such as ZA.",
    ),
    click.option(
        "--rate",
        type=click.FloatRange(0, min_open=True),
        help="How many messages to send in a second at most.",
    ),
    click.option("--json", "is_json", is_flag=True, help="Results as lines of JSON."),
)


def calls(
    command: Callable[Concatenate[Gateway, _Given], int],
) -> Callable[..., None]:
    """A command that calls the gateway. It ends with exit 1 if the gateway refused anything."""

    @functools.wraps(command)
    def run(
        user: str,
        password: str,
        api_id: int,
        endpoint: str | None,
        service: Service | None,
        region: str | None,
        rate: float | None,
        is_json: bool,
        *args: _Given.args,
        **kwargs: _Given.kwargs,
    ) -> None:
        out = Output(is_json)
        try:
            with Clickatell(
                *(user, password, api_id),
                endpoint=endpoint,
                service=service,
                region=region,
                limiter=None if rate is None else RateLimiter(rate),
            ) as sms:
                exit_code = command(Gateway(sms, out), *args, **kwargs)
        except (GatewayError, NoAnswer) as error:
            out.fail(error)
            exit_code = 1
        except (ValueError, JournalError) as error:
            raise _Unusable(str(error)) from None
        except BrokenPipeError:  # click ends quietly where nobody reads any more
            raise
        except OSError as error:
            raise _Unusable(str(error)) from None
        sys.exit(exit_code)

    for option in reversed(_SHARED):
        run = option(run)
    return run
