"""`clickatell status`, `stop` and so on: the client layer at the shell."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click

from ..client import Clickatell, GatewayError
from ..vendor.codes import MessageStatus
from ..vendor.replies import Status
from .sending import batch, send
from .shell import calls


def _each(ids: Iterable[str], show: Callable[[str], bool]) -> int:
    """Show one id after the other and return the exit code. A refusal is one line on stderr."""
    is_good = True
    for one in ids:
        try:
            is_good &= show(one)
        except GatewayError as error:
            click.echo(f"{one} {error}", err=True)
            is_good = False
    return 0 if is_good else 1


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--own", is_flag=True, help="The ids are your own.")
@calls
def status(gateway: Clickatell, ids: tuple[str, ...], own: bool) -> int:
    """Show the status of messages."""

    def show(one: str) -> bool:
        _explain(gateway.status(client_id=one) if own else gateway.status(one))
        return True

    return _each(ids, show)


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--own", is_flag=True, help="The ids are your own.")
@calls
def stop(gateway: Clickatell, ids: tuple[str, ...], own: bool) -> int:
    """Stop messages that have not left the gateway. Exit 1 if one had."""

    def show(one: str) -> bool:
        found = gateway.stop(client_id=one) if own else gateway.stop(one)
        _explain(found)
        return all(message.status == MessageStatus.CANCELLED for message in found)

    return _each(ids, show)


def _explain(found: Iterable[Status]) -> None:
    for one in found:
        known = MessageStatus.known(one.status)
        text = known.text if known else "an undocumented status"
        click.echo(f"{one.id} {one.status:03d} {text}")


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@calls
def charge(gateway: Clickatell, ids: tuple[str, ...]) -> int:
    """Show what messages cost, in credits, and their status."""

    def show(one: str) -> bool:
        found = gateway.charge(one)
        click.echo(f"{found.id} {found.charge} {found.status:03d}")
        return True

    return _each(ids, show)


@click.command()
@calls
def balance(gateway: Clickatell) -> int:
    """The credits that are left."""
    click.echo(gateway.balance())
    return 0


@click.command()
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...")
@calls
def coverage(gateway: Clickatell, numbers: tuple[str, ...]) -> int:
    """Whether messages to numbers are routed. Exit 1 if one is not."""

    def show(number: str) -> bool:
        found = gateway.coverage(number)
        cost = "" if found.charge is None else f", {found.charge} credits a part"
        click.echo(f"{number} {'routed' if found.routed else 'not routed'}{cost}")
        return found.routed

    return _each(numbers, show)


@click.command()
@click.argument("token")
@calls
def redeem(gateway: Clickatell, token: str) -> int:
    """Redeem a voucher of 16 digits; prints the credits that are there now."""
    gateway.redeem(token)
    click.echo(gateway.balance())
    return 0


COMMANDS = send, batch, status, stop, charge, balance, coverage, redeem
