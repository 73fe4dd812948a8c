"""`clickatell status`, `stop` and so on: the client layer at the shell."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click

from ..client import GatewayError
from ..vendor.codes import MessageStatus
from ..vendor.replies import Status
from .sending import batch, send
from .shell import Gateway, Output, calls


def _each(gateway: Gateway, ids: Iterable[str], show: Callable[[str], bool]) -> int:
    """Show one id after the other and return the exit code. A refusal is one line on stderr."""
    is_good = True
    for one in ids:
        try:
            is_good &= show(one)
        except GatewayError as error:
            values = {"id": one, "error": str(error), "code": error.code}
            gateway.out.show(f"{one} {error}", values, is_good=False)
            is_good = False
    return 0 if is_good else 1


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--own", is_flag=True, help="The ids are your own.")
@calls
def status(gateway: Gateway, ids: tuple[str, ...], own: bool) -> int:
    """Show the status of messages."""

    def show(one: str) -> bool:
        sms = gateway.sms
        _explain(gateway.out, sms.status(client_id=one) if own else sms.status(one))
        return True

    return _each(gateway, ids, show)


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--own", is_flag=True, help="The ids are your own.")
@calls
def stop(gateway: Gateway, ids: tuple[str, ...], own: bool) -> int:
    """Stop messages that have not left the gateway. Exit 1 if one had."""

    def show(one: str) -> bool:
        found = gateway.sms.stop(client_id=one) if own else gateway.sms.stop(one)
        _explain(gateway.out, found)
        return all(message.status == MessageStatus.CANCELLED for message in found)

    return _each(gateway, ids, show)


def _explain(out: Output, found: Iterable[Status]) -> None:
    for one in found:
        known = MessageStatus.known(one.status)
        text = known.text if known else "an undocumented status"
        values = {"id": one.id, "status": int(one.status), "text": text}
        out.show(f"{one.id} {one.status:03d} {text}", values)


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@calls
def charge(gateway: Gateway, ids: tuple[str, ...]) -> int:
    """Show what messages cost, in credits, and their status."""

    def show(one: str) -> bool:
        found = gateway.sms.charge(one)
        status = int(found.status)
        values = {"id": found.id, "charge": float(found.charge), "status": status}
        gateway.out.show(f"{found.id} {found.charge} {status:03d}", values)
        return True

    return _each(gateway, ids, show)


@click.command()
@calls
def balance(gateway: Gateway) -> int:
    """The credits that are left."""
    _show_balance(gateway)
    return 0


def _show_balance(gateway: Gateway) -> None:
    left = gateway.sms.balance()
    gateway.out.show(left, {"credits": float(left)})


@click.command()
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...")
@calls
def coverage(gateway: Gateway, numbers: tuple[str, ...]) -> int:
    """Whether messages to numbers are routed. Exit 1 if one is not."""

    def show(number: str) -> bool:
        found = gateway.sms.coverage(number)
        price = None if found.charge is None else float(found.charge)
        cost = "" if found.charge is None else f", {found.charge} credits a part"
        gateway.out.show(
            f"{number} {'routed' if found.routed else 'not routed'}{cost}",
            {"to": number, "routed": found.routed, "charge": price},
        )
        return found.routed

    return _each(gateway, numbers, show)


@click.command()
@click.argument("token")
@calls
def redeem(gateway: Gateway, token: str) -> int:
    """Redeem a voucher of 16 digits; prints the credits that are there now."""
    gateway.sms.redeem(token)
    _show_balance(gateway)
    return 0


COMMANDS = send, batch, status, stop, charge, balance, coverage, redeem
