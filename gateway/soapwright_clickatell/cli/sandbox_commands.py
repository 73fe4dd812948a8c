"""`clickatell sandbox messages` and so on: a sandbox that runs, at the shell."""

from __future__ import annotations

import dataclasses
import functools
import json
import sys
from collections.abc import Callable, Iterable
from typing import Any, Concatenate, ParamSpec, get_args

import click

from ..sandbox.api.shapes import to_json
from ..sandbox.records.faults import FaultKind
from ..testing import (
    CallbackView,
    ClockView,
    FaultView,
    IncomingView,
    MessageView,
    NoSandbox,
    NotSent,
    SandboxError,
    SmsSandbox,
)

_Given = ParamSpec("_Given")
_Command = Callable[..., None]
URL = "http://127.0.0.1:8900"


class _Box:
    """The sandbox of a command, and how its results are shown."""

    def __init__(self, sandbox: SmsSandbox, is_json: bool) -> None:
        self.sandbox = sandbox
        self._is_json = is_json

    def show(self, value: object, words: str) -> None:
        """A result: a line of words, or of JSON."""
        if not self._is_json:
            click.echo(words)
        elif dataclasses.is_dataclass(value):
            click.echo(to_json(value).decode())
        else:
            click.echo(json.dumps(value))

    def show_messages(self, messages: Iterable[MessageView]) -> None:
        """Messages, one a line."""
        for m in messages:
            self.show(m, f"{m.id} {m.to} {m.status:03d} {m.text or m.data}")


def _asks(command: Callable[Concatenate[_Box, _Given], None]) -> _Command:
    """A command that asks a sandbox. It ends with exit 1 if that refuses, 2 if none answers."""

    @functools.wraps(command)
    def run(
        url: str, is_json: bool, *args: _Given.args, **kwargs: _Given.kwargs
    ) -> None:
        try:
            with SmsSandbox(url) as sandbox:
                command(_Box(sandbox, is_json), *args, **kwargs)
        except NoSandbox as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(2)
        except (SandboxError, NotSent) as error:
            raise click.ClickException(str(error)) from None

    options = (
        click.option(
            "--url",
            envvar="CLICKATELL_SANDBOX",
            show_envvar=True,
            default=URL,
            show_default=True,
            help="The sandbox's base address.",
        ),
        click.option("--json", "is_json", is_flag=True, help="As the API answers."),
    )
    for option in reversed(options):
        run = option(run)
    return run


def _searches(command: _Command) -> _Command:
    """The options of a search."""
    options = (
        click.option("--account", help="The user of the account."),
        click.option("--to", help="The recipient."),
        click.option("--from", "from_", help="The sender ID."),
        click.option("--text", help="A part of the text."),
        click.option("--status", type=click.IntRange(1, 999), help="Such as 4."),
        click.option("--client-id", help="The client's own id."),
        click.option("--batch-id", help="The id of a batch."),
        click.option("--kind", help="text, flash, unicode, binary …"),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _given(search: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in search.items() if value is not None}


@click.command()
@_searches
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 1000))
@_asks
def messages(box: _Box, /, limit: int, **search: Any) -> None:
    """Show messages, the newest first: id, number, status, text."""
    box.show_messages(box.sandbox.messages(limit=limit, **_given(search)))


@click.command("wait-for")
@_searches
@click.option("--count", default=1, show_default=True, type=click.IntRange(1, 1000))
@click.option(
    "--timeout", default=5.0, show_default=True, type=click.FloatRange(0, 600)
)
@_asks
def wait_for(box: _Box, /, count: int, timeout: float, **search: Any) -> None:
    """Wait for messages, and show them. Exit 1 if they do not come."""
    found = box.sandbox.wait_for_all(count, timeout=timeout, **_given(search))
    box.show_messages(found)


@click.command()
@click.argument("id")
@_asks
def show(box: _Box, id: str) -> None:
    """Show a message with its options, parts and statuses."""
    m = box.sandbox.message(id)
    lines = [f"{m.id} to {m.to} from {m.from_ or '-'}: {m.kind}, {m.charge:g} credits"]
    lines += [f"  {name} = {value}" for name, value in m.options.items()]
    lines += [f"  part: {part}" for part in m.parts]
    lines += [f"  {s.at} {s.status:03d} {s.text} {s.route}".rstrip() for s in m.steps]
    box.show(m, "\n".join(lines))


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@_asks
def forget(box: _Box, ids: tuple[str, ...]) -> None:
    """Delete messages; without an id, all."""
    for one in ids or ("",):
        box.sandbox.forget(one)


@click.command()
@click.option(
    "--format",
    default="ndjson",
    show_default=True,
    type=click.Choice(["ndjson", "csv"]),
    help="A JSON object a line, or CSV.",
)
@_asks
def export(box: _Box, format: str) -> None:
    """Write all messages, the oldest first."""
    for line in box.sandbox.export(format):
        click.echo(line)


@click.command()
@_asks
def incoming(box: _Box) -> None:
    """Show messages of handsets, the newest first."""
    for one in box.sandbox.incoming():
        box.show(one, _incoming(one))


def _incoming(one: IncomingView) -> str:
    return f"{one.id} from {one.from_} to {one.to} {one.text}"


@click.command()
@click.argument("from_", metavar="FROM")
@click.argument("to")
@click.argument("text")
@click.option("--account", default="", help="The user whose number it is.")
@_asks
def receive(box: _Box, from_: str, to: str, text: str, account: str) -> None:
    """Let the handset FROM write TEXT to the number TO."""
    for one in box.sandbox.receive(from_, to, text, account=account):
        box.show({"id": one}, one)


@click.command()
@click.argument("id")
@click.argument("text")
@_asks
def reply(box: _Box, id: str, text: str) -> None:
    """Let the handset that got a message answer it."""
    for one in box.sandbox.reply(id, text):
        box.show({"id": one}, one)


@click.command()
@_asks
def clock(box: _Box) -> None:
    """Show the gateway's time."""
    _show_clock(box, box.sandbox.clock())


def _show_clock(box: _Box, found: ClockView) -> None:
    box.show(found, f"{found.time} at speed {found.speed:g}")


@click.command()
@click.option("--seconds", default=0.0, type=click.FloatRange(0))
@click.option("--minutes", default=0.0, type=click.FloatRange(0))
@click.option("--hours", default=0.0, type=click.FloatRange(0))
@click.option("--days", default=0.0, type=click.FloatRange(0))
@click.option("--speed", type=click.FloatRange(0), help="0 stops it.")
@_asks
def turn(box: _Box, /, speed: float | None, **by: float) -> None:
    """Turn the gateway's clock forward, and set its speed."""
    _show_clock(box, box.sandbox.turn(speed=speed, **by))


@click.command()
@click.argument("kind", type=click.Choice(get_args(FaultKind)))
@click.option("--operation", default="", help="Such as sendmsg; all by default.")
@click.option("--accepted", is_flag=True, help="Carry calls out before they fail.")
@click.option("--seconds", default=1.0, show_default=True, help="Of latency.")
@click.option("--status", default=503, show_default=True, help="Of http.")
@click.option("--code", default=901, show_default=True, help="Of error.")
@click.option("--calls", default=0, help="How many calls it meets; all by default.")
@click.option("--share", default=1.0, help="Of the calls, by chance, from 0 to 1.")
@_asks
def fault(box: _Box, /, kind: FaultKind, **options: Any) -> None:
    """Make answers slow, lost or replaced."""
    _show_fault(box, box.sandbox.fault(kind, **options).view)


def _show_fault(box: _Box, one: FaultView) -> None:
    many = f"the next {one.calls - one.met}" if one.calls else "all"
    box.show(one, f"{one.number} {one.kind} for {many} calls, met {one.met}")


@click.command()
@_asks
def faults(box: _Box) -> None:
    """Show the faults that are made."""
    for one in box.sandbox.faults():
        _show_fault(box, one)


@click.command("remove-faults")
@click.argument("numbers", nargs=-1, type=int, metavar="[NUMBER]...")
@_asks
def remove_faults(box: _Box, numbers: tuple[int, ...]) -> None:
    """Remove faults; without a number, all."""
    for number in numbers:
        box.sandbox.remove_fault(number)
    if not numbers:
        box.sandbox.remove_faults()


@click.command()
@click.option(
    "--message", default="", help="The id of the message that they are about."
)
@_asks
def callbacks(box: _Box, message: str) -> None:
    """Show callbacks, the newest first."""
    for one in box.sandbox.callbacks(message=message):
        _show_callback(box, one)


def _show_callback(box: _Box, one: CallbackView) -> None:
    about = "incoming" if one.status is None else f"{one.status:03d}"
    outcome = one.outcome or "not sent yet"
    box.show(one, f"{one.number} {one.message} {about} {outcome}")


@click.command()
@click.argument("number", type=int)
@_asks
def resend(box: _Box, number: int) -> None:
    """Send a callback again."""
    _show_callback(box, box.sandbox.resend(number))


@click.command()
@_asks
def accounts(box: _Box) -> None:
    """Show the accounts and their credits."""
    for one in box.sandbox.accounts():
        box.show(one, f"{one.user} {one.api_id} {one.credits:g}")


@click.command()
@click.argument("user")
@click.argument("credits", type=float)
@_asks
def credits(box: _Box, user: str, credits: float) -> None:
    """Set an account's credits."""
    box.sandbox.set_credits(credits, user)


@click.command()
@_asks
def reset(box: _Box) -> None:
    """Forget everything but the time."""
    box.sandbox.reset()


COMMANDS = (
    *(messages, show, wait_for, forget, export, incoming, receive, reply),
    *(clock, turn, fault, faults, remove_faults, callbacks, resend),
    *(accounts, credits, reset),
)
