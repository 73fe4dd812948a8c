"""`clickatell send` and `clickatell batch`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import click

from ..client import Clickatell
from ..client.chunks import Template
from ..client.driving import CONCURRENCY
from ..client.outcomes import Accepted, NotSent, Outcome, Refused, Unknown
from ..messages.options import Options
from ..messages.outgoing import (
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
from ..vendor.features import Callbacks, Priority, RequiredFeatures
from .number_files import NumberFile
from .shell import calls

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_MOST_CREDITS = 1_000_000
_KINDS: Mapping[type[Outcome], str] = {
    Accepted: "accepted",
    Refused: "refused",
    Unknown: "unknown",
    NotSent: "not sent",
}


def _credits(
    context: click.Context, option: click.Parameter, given: float | None
) -> float | None:
    """A number of credits; click's own ranges let NaN pass."""
    if given is not None and not 0 <= given <= _MOST_CREDITS:
        raise click.BadParameter(f"{given} is not from 0 to {_MOST_CREDITS:,}")
    return given


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
            click.option(
                "--max-credits",
                type=float,
                callback=_credits,
                help="What each message may cost.",
            ),
            click.option(
                "--features",
                type=click.IntRange(0, 0xFFFF),
                help="What the route must be able to do: the vendor's req_feat.",
            ),
            click.option("--receipt", is_flag=True, help="Ask the handset for one."),
            click.option(
                "--two-way", is_flag=True, help="Let replies find the sender's number."
            ),
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
    features: int | None,
    max_credits: float | None,
    escalate: bool,
    receipt: bool,
    two_way: bool,
) -> Options:
    return Options(
        sender=sender,
        delay=delay,
        validity=validity,
        callbacks=None if callbacks is None else Callbacks(callbacks),
        priority=None if priority is None else Priority(priority),
        features=None if features is None else RequiredFeatures(features),
        max_credits=None if max_credits is None else Decimal(str(max_credits)),
        escalate=escalate or None,
        receipt=receipt or None,
        two_way=two_way or None,
    )


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
@click.option("--udh", metavar="HEX", help="A user data header, for --binary.")
@click.option("--id", "client_id", default="", help="An id of your own.")
@_sending
@calls
def send(
    gateway: Clickatell,
    /,
    to: tuple[str, ...],
    client_id: str,
    udh: str | None,
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
    """Send a message. Each line of the output is a number and its message's id.

    For more than 300 numbers, or numbers in a file, there is `clickatell batch`.
    """
    if text == "-":
        text = sys.stdin.read().removesuffix("\n")
    made: list[Message] = []
    if text is not None:
        made.append(_text(text, flash, unicode))
    elif flash or unicode:
        raise ValueError("--flash and --unicode are for --text")
    if vcard is not None:
        made.append(VCard.of(_read(vcard)))
    if calendar is not None:
        made.append(VCalendar.of(_read(calendar)))
    if ringtone is not None:
        made.append(Ringtone(ringtone))
    if logo is not None:
        made.append(OperatorLogo(logo.read_bytes()))
    if (binary is None) != (udh is None):
        raise ValueError("--binary and --udh go together")
    if binary is not None and udh is not None:
        made.append(Binary(_octets("--binary", binary), _octets("--udh", udh)))
    if len(made) != 1:
        raise ValueError("one of --text, --vcard, --calendar and so on is wanted")
    fates = gateway.send(made[0], to, _options(**how), client_id=client_id)
    return 0 if all([_tell(fate) for fate in fates]) else 1


def _text(text: str, flash: bool, unicode: bool) -> Message:
    if flash and unicode:
        raise ValueError("--flash takes Unicode where it needs to: leave out --unicode")
    if flash:
        return Flash(text)
    return Unicode(text) if unicode else Text(text)


def _octets(option: str, digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise ValueError(f"{option}: {digits[:40]!r} is no hex") from None


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file}: no UTF-8: {error}") from None


def _tell(outcome: Outcome) -> bool:
    """Print a number's fate; whether it is a good one."""
    match outcome:
        case Accepted(to, id_):
            click.echo(f"{to} {id_}")
            return True
        case Refused(to, refusal):
            click.echo(f"{to} {refusal}", err=True)
        case Unknown(to, reason):
            click.echo(f"{to} unknown: {reason}", err=True)
        case NotSent(to, reason):
            click.echo(f"{to} not sent: {reason}", err=True)
    return False


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--text",
    "-t",
    required=True,
    help="What it says; #field1# to #field4# stand for a row's values.",
)
@click.option("--flash", is_flag=True, help="Show the text at once.")
@click.option(
    "--journal",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Remember here what was sent: the same command then goes on where it was.",
)
@click.option(
    "--concurrency",
    default=CONCURRENCY,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Calls that are under way at once.",
)
@_sending
@calls
def batch(
    gateway: Clickatell,
    /,
    file: IO[bytes],
    text: str,
    flash: bool,
    journal: Path | None,
    concurrency: int,
    **how: Any,  # Any: the options of `_options`
) -> int:
    """Send to the numbers in a CSV file, or in that on stdin (-): a number first in each row,
    then what is put into the text.

    Each line of the output is a number and its message's id, in the order in which they were
    accepted. Calls carry 300 numbers each; what differs from number to number is put in by the
    gateway, a call each.
    """
    message = Flash(text) if flash else Text(text)
    counts = Counter[str]()
    with NumberFile(file) as numbers:
        count = numbers.check(Template(message))
        fates = gateway.send_each(
            *(message, numbers.recipients(), _options(**how)),
            concurrency=concurrency,
            journal=journal,
        )
        with _shown(fates, count) as shown:
            for fate in shown:
                counts[_KINDS[type(fate)]] += 1
                _tell(fate)
    _sum_up(counts)
    return 0 if counts["accepted"] == count else 1


def _sum_up(counts: Mapping[str, int]) -> None:
    """Print how many numbers have which fate, and what is to be done about those that have
    none."""
    shown = [kind for kind in _KINDS.values() if kind != "not sent" or counts[kind]]
    click.echo(", ".join(f"{counts[kind]:,} {kind}" for kind in shown), err=True)


@contextmanager
def _shown(fates: Iterable[Outcome], count: int) -> Generator[Iterable[Outcome]]:
    """Show a progress bar on stderr while the fates are not shown on the terminal."""
    if sys.stdout.isatty() or not sys.stderr.isatty():
        yield fates
    else:
        with click.progressbar(
            fates, length=count, label="Sending", file=sys.stderr
        ) as bar:
            yield bar
