"""`clickatell status`, `stop` and so on: the client layer at the shell."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click

from ..client import Clickatell, GatewayError
from ..vendor.codes import MessageStatus
from ..vendor.replies import Status
from .sending import batch, send
from .shell import calls


def _each(ids: Iterable[str], tell: Callable[[str], bool]) -> int:
    """Tell of one id after the other; the exit code. What the gateway refuses is one line."""
    is_good = True
    for one in ids:
        try:
            is_good &= tell(one)
        except GatewayError as error:
            click.echo(f"{one} {error}", err=True)
            is_good = False
    return 0 if is_good else 1


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--own", is_flag=True, help="The ids are your own.")
@calls
def status(gateway: Clickatell, ids: tuple[str, ...], own: bool) -> int:
    """What has become of messages."""

    def tell(one: str) -> bool:
        _explain(gateway.status(client_id=one) if own else gateway.status(one))
        return True

    return _each(ids, tell)


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--own", is_flag=True, help="The ids are your own.")
@calls
def stop(gateway: Clickatell, ids: tuple[str, ...], own: bool) -> int:
    """Stop messages that have not left the gateway. Exit 1 if one had."""

    def tell(one: str) -> bool:
        found = gateway.stop(client_id=one) if own else gateway.stop(one)
        _explain(found)
        return all(message.status == MessageStatus.CANCELLED for message in found)

    return _each(ids, tell)


def _explain(found: Iterable[Status]) -> None:
    for one in found:
        known = MessageStatus.known(one.status)
        text = known.text if known else "an undocumented status"
        click.echo(f"{one.id} {one.status:03d} {text}")


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@calls
def charge(gateway: Clickatell, ids: tuple[str, ...]) -> int:
    """What messages cost, in credits, and their status."""

    def tell(one: str) -> bool:
        found = gateway.charge(one)
        click.echo(f"{found.id} {found.charge} {found.status:03d}")
        return True

    return _each(ids, tell)


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

    def tell(number: str) -> bool:
        found = gateway.coverage(number)
        cost = "" if found.charge is None else f", {found.charge} credits a part"
        click.echo(f"{number} {'routed' if found.routed else 'not routed'}{cost}")
        return found.routed

    return _each(numbers, tell)


@click.command()
@click.argument("token")
@calls
def redeem(gateway: Clickatell, token: str) -> int:
    """Redeem a voucher of 16 digits; prints the credits that are there now."""
    gateway.redeem(token)
    click.echo(gateway.balance())
    return 0


COMMANDS = send, batch, status, stop, charge, balance, coverage, redeem
