"""`clickatell sandbox`."""

from __future__ import annotations

import logging
import signal
import sys
import time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import FrameType
from typing import IO, Any

import click

from ..sandbox.box import Box
from ..sandbox.config.settings_file import SettingsError, read_settings
from ..sandbox.engine.gateway import FREE_CREDITS
from ..sandbox.records.settings import Settings
from ..sandbox.state.store import StateError
from .sandbox_commands import COMMANDS

_FASTEST = 1_000_000
_MOST_CREDITS = 1_000_000_000


class _Unusable(click.ClickException):
    """Something that the user gave cannot be used."""

    exit_code = 2


class _Broken(_Unusable):
    """A file of the user's is not what it should be: findings, which speak for themselves."""

    def show(self, file: IO[Any] | None = None) -> None:  # Any: as click has it
        """Write them on stderr, in compiler form."""
        click.echo(self.message, file, err=True)


def _credits(context: click.Context, option: click.Parameter, given: str) -> Decimal:
    """A number of credits, to six places."""
    try:
        credits = Decimal(given)
    except InvalidOperation:
        raise click.BadParameter(f"{given!r} is no number") from None
    if not (credits.is_finite() and 0 <= credits <= _MOST_CREDITS):
        raise click.BadParameter(f"{given} is not from 0 to {_MOST_CREDITS:,}")
    return round(credits, 6)


def _speed(context: click.Context, option: click.Parameter, given: float) -> float:
    """A factor; click's own ranges let NaN pass."""
    if not 0 <= given <= _FASTEST:
        raise click.BadParameter(f"{given} is not from 0 to {_FASTEST:,}")
    return given


@click.group(invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen here.")
@click.option(
    "--port",
    default=8900,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="0 takes a free one.",
)
@click.option(
    "--credits",
    default=str(FREE_CREDITS),
    show_default=True,
    metavar="N",
    callback=_credits,
    help="What a new account has. An account in a state file keeps what it has.",
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep sessions, messages and credits in this file (SQLite), which is made where it"
    " does not exist. Without it they end with the sandbox.",
)
@click.option(
    "--speed",
    default=1.0,
    show_default=True,
    metavar="FACTOR",
    callback=_speed,
    help="How much faster the gateway's clock goes than yours: for messages on their way,"
    " and for sessions, which end after 15 minutes without a call. 0 stops it.",
)
@click.option(
    "--seed",
    type=int,
    help="Draw ids and delivery times from this: the same calls then get the same ids."
    " Without it they cannot be foretold.",
)
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A TOML file: account, callback URLs, routes, numbers, vouchers, what goes wrong."
    " docs/gateway/reference.md describes it.",
)
@click.option(
    "--allow-host",
    multiple=True,
    metavar="NAME",
    help="Answer under this name too, such as that of a container. Requests that name others"
    " than it, localhost, --host and IP addresses are refused: a page on the Internet could"
    " have its own name lead here.",
)
@click.pass_context
def sandbox(
    context: click.Context,
    host: str,
    port: int,
    credits: Decimal,
    state: Path | None,
    speed: float,
    seed: int | None,
    config: Path | None,
    allow_host: tuple[str, ...],
) -> None:
    """Run Clickatell's gateway in a box, until it is stopped.

    The first line on stdout is its base address, and then it is ready. It answers at
    the vendor's paths, such as /soap/webservice.php, and knows one account: user demo,
    password demo, api_id 1234. /inbox shows what was sent and what became of it.
    Calls are logged on stderr. The commands ask a sandbox that runs already.
    """
    if context.invoked_subcommand is not None:
        return
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s"
    )
    try:
        settings = Settings() if config is None else read_settings(config)
    except SettingsError as error:
        raise _Broken(str(error)) from None
    try:
        box = Box(
            host=host,
            port=port,
            state=state,
            credits=credits,
            speed=speed,
            seed=seed,
            settings=settings,
            hosts=allow_host,
        )
    except StateError as error:
        raise _Broken(str(error)) from None
    except OSError as error:
        raise _Unusable(f"cannot listen on {host}:{port}: {error}") from None
    _serve(box)


class _Stopped(BaseException):
    """SIGINT or SIGTERM came."""


def _stop(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _Stopped


def _serve(box: Box) -> None:
    """Serve until a signal says to stop."""
    try:
        signal.signal(signal.SIGINT, _stop)
        signal.signal(signal.SIGTERM, _stop)
        box.start()
        click.echo(box.url)
        sys.stdout.flush()
        while True:
            time.sleep(3600)
    except _Stopped:
        pass
    finally:
        box.stop()


for command in COMMANDS:
    sandbox.add_command(command)
