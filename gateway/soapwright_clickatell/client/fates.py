"""Outcomes of a call and of each of its numbers, from the gateway's replies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from ..vendor.codes import ErrorCode, MessageStatus
from ..vendor.replies import GatewayError, MessageId, Refusal, Reply, Status, parse
from .outcomes import Accepted, NotSent, Outcome, Refused, Unknown


class NoAnswer(Exception):
    """The outcome of a call is not known.

    `sent` is False where nothing of the call can have reached the gateway.
    """

    def __init__(self, message: str, sent: bool | None = None) -> None:
        super().__init__(message)
        self.sent = sent


class UnexpectedReply(NoAnswer):
    """The gateway answered with what is no answer to this call."""


_Kind = TypeVar("_Kind", bound=Reply)


def known(reply: str) -> Reply | None:
    """A reply, if it is a documented one."""
    try:
        return parse(reply)
    except ValueError:
        return None


def expected(text: str, kind: type[_Kind]) -> _Kind:
    """A reply that must be of a kind.

    Raises:
        GatewayError: it is a refusal.
        UnexpectedReply: it is something else.
    """
    reply = known(text)
    if isinstance(reply, Refusal):
        raise GatewayError(reply)
    if not isinstance(reply, kind):
        raise UnexpectedReply(f"{kind.__name__} was expected, not {text[:80]!r}")
    return reply


def single(replies: Sequence[str], kind: type[_Kind]) -> _Kind:
    """The reply to a call that gets one, as `expected`."""
    if not replies:
        raise UnexpectedReply("the gateway answered with nothing")
    return expected(replies[0], kind)


def is_refusal(replies: Sequence[str], *codes: ErrorCode) -> bool:
    """Whether a call was refused as a whole with one of these errors."""
    reply = known(replies[0]) if len(replies) == 1 else None
    return isinstance(reply, Refusal) and reply.code in codes


def refusal_of_all(to: Sequence[str], replies: Sequence[str]) -> Refusal | None:
    """The refusal of a whole call, if it was one. Of a call with one number an error that is about
    numbers is that number's."""
    reply = known(replies[0]) if len(replies) == 1 else None
    if not isinstance(reply, Refusal) or reply.to is not None:
        return None
    is_of_number = isinstance(reply.code, ErrorCode) and reply.code.is_of_number
    return None if len(to) == 1 and is_of_number else reply


def fates(to: Sequence[str], replies: Sequence[str]) -> list[Outcome]:
    """Each number's fate. A single refusal of a call with several numbers is that of all,
    unless it names one of them."""
    read = [known(reply) for reply in replies]
    first = read[0] if len(read) == 1 < len(to) else None
    if isinstance(first, Refusal) and first.to is None:
        read *= len(to)
    if len(read) != len(to):
        return unknown(to, f"{len(read)} replies came for {len(to)} numbers")
    return [_fate(number, reply) for number, reply in zip(to, read, strict=True)]


def _fate(number: str, reply: Reply | None) -> Outcome:
    if isinstance(reply, MessageId):
        return Accepted(number, reply.id)
    if isinstance(reply, Refusal):
        return Refused(number, reply)
    return Unknown(number, "the reply is none that is documented")


def unknown(
    to: Sequence[str], reason: str, *, is_retryable: bool = False
) -> list[Outcome]:
    """The same fate for all: nobody knows."""
    return [Unknown(number, reason, is_retryable) for number in to]


def not_sent(to: Sequence[str], reason: str) -> list[Outcome]:
    """The same fate for all: nothing has gone out."""
    return [NotSent(number, reason) for number in to]


def statuses(replies: Sequence[str]) -> list[Status]:
    """The messages that the gateway has, by its reply to `querymsg`."""
    read = [known(reply) for reply in replies]
    return [
        reply
        for reply in read
        if isinstance(reply, Status) and reply.status != MessageStatus.UNKNOWN
    ]


def matched(to: Sequence[str], has: Sequence[Status]) -> list[Outcome]:
    """The messages that the gateway has under an id, which it names in the order of the call."""
    if len(has) == len(to):
        return [
            Accepted(number, status.id) for number, status in zip(to, has, strict=True)
        ]
    reason = f"the gateway has {len(has)} of {len(to)}, and does not say which"
    return unknown(to, reason)


def completed(outcomes: Sequence[Outcome], has: Sequence[Status]) -> list[Outcome]:
    """Outcomes, the unknown ones of them replaced by the messages that the gateway has besides
    the known ones, if these are as many."""
    accepted = {outcome.id for outcome in outcomes if isinstance(outcome, Accepted)}
    others = [status.id for status in has if status.id not in accepted]
    if len(others) != sum(isinstance(outcome, Unknown) for outcome in outcomes):
        return list(outcomes)
    ids = iter(others)
    return [
        Accepted(outcome.to, next(ids)) if isinstance(outcome, Unknown) else outcome
        for outcome in outcomes
    ]


def only(outcomes: Sequence[Outcome]) -> Accepted:
    """The only outcome of a call with one number.

    Raises:
        GatewayError: the message was refused.
        NoAnswer: nobody knows, or it was not sent.
    """
    (outcome,) = outcomes
    match outcome:
        case Accepted():
            return outcome
        case Refused():
            raise outcome.error
        case Unknown():
            raise NoAnswer(outcome.reason)
        case NotSent():
            raise NoAnswer(outcome.reason, sent=False)
