"""`clickatell send` and `clickatell batch`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, get_args

import click

from ..client import Estimate, Ledger
from ..client.chunks import Merge, Template
from ..client.driving import CONCURRENCY
from ..client.outcomes import Accepted, NotSent, Outcome, Refused, Unknown
from ..client.postgres import PostgresLedger
from .kinds import kinds, message_of, text_of
from .number_files import Columns, NumberFile
from .options import options_of, sending
from .shell import Gateway, Output, calls

_KINDS: Mapping[type[Outcome], str] = {
    Accepted: "accepted",
    Refused: "refused",
    Unknown: "unknown",
    NotSent: "not sent",
}
_DATABASES = ("postgresql://", "postgres://")


@click.command()
@click.argument("to", nargs=-1, required=True, metavar="NUMBER...")
@kinds
@click.option("--id", "client_id", default="", help="An id of your own.")
@click.option("--resume", is_flag=True, help="Ask for that id first.")
@click.option("--dry-run", is_flag=True, help="Only show the SMS and what they cost.")
@sending
@calls
def send(
    gateway: Gateway,
    /,
    to: tuple[str, ...],
    client_id: str,
    resume: bool,
    dry_run: bool,
    **given: Any,  # Any: the options of `message_of` and `options_of`
) -> int:
    """Send a message. Each line of the output is a number and its message's id.

    For more than 300 numbers, or numbers in a file, there is `clickatell batch`.
    """
    how = {name: given.pop(name) for name in _OPTIONS}
    message = message_of(**given)
    if dry_run:
        _show_estimate(gateway.out, gateway.sms.estimate(message, to))
        return 0
    fates = gateway.sms.send(
        message, to, options_of(**how), client_id=client_id, resume=resume
    )
    return 0 if all([_tell(gateway.out, fate) for fate in fates]) else 1


_OPTIONS = (
    *("sender", "delay", "validity", "callbacks", "priority", "features"),
    *("max_credits", "escalate", "receipt", "two_way"),
)


def _tell(out: Output, outcome: Outcome) -> bool:
    """Show a number's fate; whether it is a good one."""
    kind = _KINDS[type(outcome)]
    values = {"to": outcome.to, "fate": kind, "is_retryable": outcome.is_retryable}
    match outcome:
        case Accepted(to, id_):
            out.show(f"{to} {id_}", {**values, "id": id_})
            return True
        case Refused(to, refusal):
            values |= {"code": refusal.code, "reason": outcome.reason}
            out.show(f"{to} {refusal}", values, is_good=False)
        case Unknown(to, reason) | NotSent(to, reason):
            out.show(
                f"{to} {kind}: {reason}", {**values, "reason": reason}, is_good=False
            )
    return False


def _show_estimate(out: Output, found: Estimate, duplicates: int = 0) -> None:
    """Show how many SMS a sending takes, and what they cost."""
    values = _values(found)
    words = [_words(found)]
    if found.unrouted:
        words.append(f"nothing is routed to {found.unrouted:,} of them")
    if duplicates:
        words.append(f"{duplicates:,} numbers are there already")
    if found.folded is not None:
        values["folded"] = _values(found.folded)
        words.append(f"with --fold {_words(found.folded)}")
    out.show("\n".join(words), {**values, "duplicates": duplicates})


def _words(found: Estimate) -> str:
    cost = "" if found.credits is None else f", {found.credits} credits at least"
    return f"{found.recipients:,} recipients, {found.sms:,} SMS{cost}"


def _values(found: Estimate) -> dict[str, Any]:  # Any: of JSON
    credits = None if found.credits is None else float(found.credits)
    return {
        "recipients": found.recipients,
        "sms": found.sms,
        "credits": credits,
        "unrouted": found.unrouted,
    }


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--text",
    "-t",
    required=True,
    help="What it says; #field1# and so on stand for a row's values, #name# for those of a"
    " column of that name.",
)
@click.option("--flash", is_flag=True, help="Show the text at once.")
@click.option(
    "--fold", is_flag=True, help="Typographic quotes and dashes as plain ones."
)
@click.option("--header", is_flag=True, help="The first row names the columns.")
@click.option(
    "--to", metavar="COLUMN", help="The numbers' column; the first by default."
)
@click.option("--unique", is_flag=True, help="Send to each number once.")
@click.option(
    "--merge",
    type=click.Choice(get_args(Merge)),
    default="gateway",
    show_default=True,
    help="Who puts values in. What is merged here can be resumed.",
)
@click.option(
    "--journal",
    metavar="FILE|URL",
    help="Remember here what was sent: the same command then goes on where it was. With"
    " postgresql://... any number of processes share one list.",
)
@click.option("--job", default="", help="The list's name in a journal of PostgreSQL.")
@click.option(
    "--concurrency",
    default=CONCURRENCY,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Calls that are under way at once.",
)
@click.option("--dry-run", is_flag=True, help="Only show the SMS and what they cost.")
@sending
@calls
def batch(
    gateway: Gateway,
    /,
    file: IO[bytes],
    text: str,
    flash: bool,
    fold: bool,
    header: bool,
    to: str | None,
    unique: bool,
    merge: Merge,
    journal: str | None,
    job: str,
    concurrency: int,
    dry_run: bool,
    **how: Any,  # Any: the options of `options_of`
) -> int:
    """Send to the numbers in a CSV file, or in that on stdin (-): a number first in each row,
    then what is put into the text.

    Each line of the output is a number and its message's id, in the order in which they were
    accepted. Calls carry 300 numbers each; what differs from number to number is put in by the
    gateway, a call each.
    """
    columns = Columns(header, to, unique)
    with NumberFile(file, columns, gateway.sms.normalise) as numbers:
        message = text_of(numbers.text(text), flash, False, fold)
        count, duplicates = numbers.check(Template(message, "here"))
        if dry_run:
            found = gateway.sms.estimate(message, numbers.recipients())
            _show_estimate(gateway.out, found, duplicates)
            return 0
        fates = gateway.sms.send_each(
            *(message, numbers.recipients(), options_of(**how)),
            concurrency=concurrency,
            journal=_ledger(journal, job),
            merge=merge,
        )
        counts = _counted(gateway.out, fates, count)
    if duplicates:
        counts["duplicates left out" if unique else "duplicates"] = duplicates
    _sum_up(gateway.out, counts)
    return 0 if counts["accepted"] == count else 1


def _ledger(journal: str | None, job: str) -> Path | Ledger | None:
    """The ledger that is named by a path or a URL.

    Raises:
        ValueError: a job is named, but no database.
    """
    if journal is not None and journal.startswith(_DATABASES):
        return PostgresLedger(journal, job)
    if job:
        raise ValueError("--job names a list in a journal of PostgreSQL")
    return None if journal is None else Path(journal)


def _counted(out: Output, fates: Iterable[Outcome], count: int) -> Counter[str]:
    """Show each fate; how many there are of each kind."""
    counts = Counter[str](dict.fromkeys(("accepted", "refused", "unknown"), 0))
    with _shown(fates, count) as shown:
        for fate in shown:
            counts[_KINDS[type(fate)]] += 1
            counts["to be sent again"] += fate.is_retryable
            _tell(out, fate)
    return counts


def _sum_up(out: Output, counts: Mapping[str, int]) -> None:
    """Show how many numbers have which fate."""
    always = ("accepted", "refused", "unknown")
    shown = [(kind, n) for kind, n in counts.items() if n or kind in always]
    words = ", ".join(f"{n:,} {kind}" for kind, n in shown)
    if counts.get("to be sent again"):
        words += ": the same command with the same --journal goes on"
    out.show(words, dict(shown), is_good=False)


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
