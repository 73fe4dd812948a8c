"""The options of commands that send."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import click

from ..messages.options import Options
from ..vendor.features import Callbacks, Priority, RequiredFeatures

_MOST_CREDITS = 1_000_000


def _credits(
    context: click.Context, option: click.Parameter, given: float | None
) -> float | None:
    """A number of credits; click's own ranges let NaN pass."""
    if given is not None and not 0 <= given <= _MOST_CREDITS:
        raise click.BadParameter(f"{given} is not from 0 to {_MOST_CREDITS:,}")
    return given


def sending(command: Callable[..., Any]) -> Callable[..., Any]:  # Any: as click's
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


def options_of(
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
    """How to send, by the options of the shell."""
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
