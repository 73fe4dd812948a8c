"""`clickatell send`, `batch`, `status` and so on: the client layer at the shell."""

from __future__ import annotations

import csv
import functools
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Concatenate, ParamSpec

import click
from clickatell.errors import SoapError

from .bulk import Recipient
from .calls import MAX_FIELDS, NoAnswer, Options, UnexpectedReply
from .client import CONCURRENCY, Clickatell
from .codes import MessageStatus
from .features import Callbacks, Priority
from .journal import JournalError
from .outcomes import Accepted, Outcome, Refused, Unknown
from .outgoing import (
    Binary,
    Flash,
    Message,
    OperatorLogo,
    Ringtone,
    Text,
    Unicode,
    VCalendar,
    VCard,
)
from .replies import GatewayError, Status

_Given = ParamSpec("_Given")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


_ACCOUNT = (
    click.option("--user", envvar="CLICKATELL_USER", required=True),
    click.option("--password", envvar="CLICKATELL_PASSWORD", required=True),
    click.option(
        "--api-id", envvar="CLICKATELL_API_ID", required=True, type=click.IntRange(1)
    ),
    click.option(
        "--endpoint",
        envvar="CLICKATELL_ENDPOINT",
        help="The gateway; the vendor's address by default.",
    ),
)


def _calls(
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
        except (GatewayError, NoAnswer, UnexpectedReply, SoapError) as error:
            raise click.ClickException(str(error)) from None
        except (ValueError, JournalError) as error:
            raise click.UsageError(str(error)) from None
        sys.exit(exit_code)

    for option in reversed(_ACCOUNT):
        run = option(run)
    return run


def _sending(command: Callable[..., Any]) -> Callable[..., Any]:  # Any: as click's
    """The options of what sends."""
    for option in reversed(
        (
            click.option("--from", "sender", help="The sender ID: a number or a name."),
            click.option("--delay", type=click.IntRange(0, 10_080), help="Minutes."),
            click.option("--validity", type=click.IntRange(1, 1440), help="Minutes."),
            click.option(
                "--callbacks",
                type=click.IntRange(0, 7),
                help="1 intermediate, 2 final, 4 errors, or their sum.",
            ),
            click.option(
                "--priority",
                type=click.IntRange(1, 3),
                help="1 is the highest, 3 the default.",
            ),
            click.option("--escalate", is_flag=True, help="Take dearer routes."),
            click.option("--max-credits", type=float, help="For each message."),
        )
    ):
        command = option(command)
    return command


def _options(
    sender: str | None,
    delay: int | None,
    validity: int | None,
    callbacks: int | None,
    priority: int | None,
    escalate: bool,
    max_credits: float | None,
) -> Options:
    return Options(
        sender=sender,
        delay=delay,
        validity=validity,
        callbacks=None if callbacks is None else Callbacks(callbacks),
        priority=None if priority is None else Priority(priority),
        escalate=escalate or None,
        max_credits=None if max_credits is None else Decimal(str(max_credits)),
    )


# ---------------------------------------------------------------------------------- sending


@click.command()
@click.argument("to", nargs=-1, required=True, metavar="NUMBER...")
@click.option("--text", "-t", help="What it says; - reads it from stdin.")
@click.option("--flash", is_flag=True, help="Show the text at once.")
@click.option("--unicode", is_flag=True, help="In Unicode even where it need not be.")
@click.option("--vcard", type=_FILE, help="A vCard of any version.")
@click.option("--calendar", type=_FILE, help="An iCalendar or a vCalendar.")
@click.option("--ringtone", help="A ringtone in RTTTL.")
@click.option("--logo", type=_FILE, help="An operator logo as an OTA bitmap.")
@click.option("--binary", metavar="HEX", help="Bytes, behind the header of --udh.")
@click.option("--udh", metavar="HEX", default="", help="A user data header.")
@click.option("--id", "client_id", default="", help="An id of your own.")
@_sending
@_calls
def send(
    gateway: Clickatell,
    /,
    to: tuple[str, ...],
    client_id: str,
    udh: str,
    flash: bool,
    unicode: bool,
    text: str | None,
    vcard: Path | None,
    calendar: Path | None,
    ringtone: str | None,
    logo: Path | None,
    binary: str | None,
    **how: Any,  # Any: the options of `_options`
) -> int:
    """Send a message. Each line of the output is a number and its message's id."""
    made: list[Message] = []
    if text is not None:
        made.append(_text(sys.stdin.read() if text == "-" else text, flash, unicode))
    if vcard is not None:
        made.append(VCard.of(vcard.read_text(encoding="utf-8")))
    if calendar is not None:
        made.append(VCalendar.of(calendar.read_text(encoding="utf-8")))
    if ringtone is not None:
        made.append(Ringtone(ringtone))
    if logo is not None:
        made.append(OperatorLogo(logo.read_bytes()))
    if binary is not None:
        made.append(Binary(bytes.fromhex(binary), bytes.fromhex(udh)))
    if len(made) != 1:
        raise ValueError("one of --text, --vcard, --calendar and so on is wanted")
    return _tell(gateway.send(made[0], to, _options(**how), client_id=client_id))


def _text(text: str, flash: bool, unicode: bool) -> Message:
    if flash:
        return Flash(text)
    return Unicode(text) if unicode else Text(text)


@click.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option(
    "--text",
    "-t",
    required=True,
    help="What it says; #field1# to #field4# stand for a row's values.",
)
@click.option(
    "--journal",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Remember here what was sent: the same command then goes on where it was.",
)
@click.option("--concurrency", default=CONCURRENCY, type=click.IntRange(1, 64))
@_sending
@_calls
def batch(
    gateway: Clickatell,
    /,
    file: IO[str],
    text: str,
    journal: Path | None,
    concurrency: int,
    **how: Any,  # Any: the options of `_options`
) -> int:
    """Send to the numbers in a CSV file: a number first, then what is put into the text.

    Calls carry 300 numbers each; what differs from number to number is put in by the gateway.
    """
    recipients = _recipients(file)
    with click.progressbar(
        length=len(recipients), label="Sending", file=sys.stderr
    ) as bar:
        outcomes = gateway.send_many(
            Text(text),
            recipients,
            _options(**how),
            concurrency=concurrency,
            progress=lambda done, total: bar.update(done - bar.pos),
            journal=journal,
        )
    return _tell(outcomes)


def _recipients(file: IO[str]) -> list[Recipient]:
    recipients = []
    for line, row in enumerate(csv.reader(file, skipinitialspace=True), 1):
        if not row:
            continue
        number, *values = (value.strip() for value in row)
        if len(values) > MAX_FIELDS:
            raise ValueError(f"line {line}: {MAX_FIELDS} values are the most")
        recipients.append(Recipient(number, tuple(values)))
    if not recipients:
        raise ValueError("there are no numbers")
    return recipients


def _tell(outcomes: Sequence[Outcome]) -> int:
    """Print each number's fate; the exit code."""
    for outcome in outcomes:
        match outcome:
            case Accepted(to, id_):
                click.echo(f"{to} {id_}")
            case Refused(to, refusal):
                click.echo(f"{to} {refusal}", err=True)
            case Unknown(to, reason):
                click.echo(f"{to} unknown: {reason}", err=True)
    return 0 if all(isinstance(one, Accepted) for one in outcomes) else 1


# -------------------------------------------------------------------------------- afterwards


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--own", is_flag=True, help="The ids are your own.")
@_calls
def status(gateway: Clickatell, ids: tuple[str, ...], own: bool) -> int:
    """What has become of messages."""
    for one in ids:
        found = gateway.status(client_id=one) if own else gateway.status(one)
        _explain(found)
    return 0


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--own", is_flag=True, help="The ids are your own.")
@_calls
def stop(gateway: Clickatell, ids: tuple[str, ...], own: bool) -> int:
    """Stop messages that have not left the gateway. Exit 1 if one had."""
    found = [
        status
        for one in ids
        for status in (gateway.stop(client_id=one) if own else gateway.stop(one))
    ]
    _explain(found)
    return int(any(one.status != MessageStatus.CANCELLED for one in found))


def _explain(found: Sequence[Status]) -> None:
    for one in found:
        known = MessageStatus.known(one.status)
        text = known.text if known else "an undocumented status"
        click.echo(f"{one.id} {one.status:03d} {text}")


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@_calls
def charge(gateway: Clickatell, ids: tuple[str, ...]) -> int:
    """What messages cost, in credits."""
    for one in ids:
        found = gateway.charge(one)
        click.echo(f"{found.id} {found.charge} {found.status:03d}")
    return 0


@click.command()
@_calls
def balance(gateway: Clickatell) -> int:
    """The credits that are left."""
    click.echo(gateway.balance())
    return 0


@click.command()
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...")
@_calls
def coverage(gateway: Clickatell, numbers: tuple[str, ...]) -> int:
    """Whether messages to numbers are routed. Exit 1 if one is not."""
    every = True
    for number in numbers:
        found = gateway.coverage(number)
        every &= found.routed
        cost = "" if found.charge is None else f", {found.charge} credits a part"
        click.echo(f"{number} {'routed' if found.routed else 'not routed'}{cost}")
    return 0 if every else 1


@click.command()
@click.argument("token")
@_calls
def redeem(gateway: Clickatell, token: str) -> int:
    """Redeem a voucher of 16 digits; prints the credits that are there now."""
    gateway.redeem(token)
    click.echo(gateway.balance())
    return 0


COMMANDS = send, batch, status, stop, charge, balance, coverage, redeem
