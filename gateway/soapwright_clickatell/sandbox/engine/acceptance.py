"""Whether a message is accepted: senders, numbers, limits, credits."""

from __future__ import annotations

from collections.abc import Callable

from ...vendor.codes import ErrorCode
from ...vendor.features import RequiredFeatures
from ...vendor.replies import GatewayError, MessageId, Refusal
from ..records.accounts import Account
from ..records.content import Content
from ..records.messages import MAX_VALIDITY, Message, Submission, is_number
from ..records.settings import Settings
from ..state.store import Store
from .delivery import DAY, Delivery
from .two_way import TwoWay


class Acceptance:
    """Takes messages in, one recipient at a time. `accept` is called within a transaction.

    Args:
        store: where the credits are.
        settings: the routes, and what holds for numbers.
        delivery: what takes over from here.
        two_way: who wants no more messages.
        new_id: makes the messages' ids.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        delivery: Delivery,
        two_way: TwoWay,
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._settings = settings
        self._delivery = delivery
        self._two_way = two_way
        self._new_id = new_id

    def check_sender(self, account: Account, submission: Submission) -> None:
        """See that a sender ID is one that an account may use.

        Raises:
            GatewayError: 106 for a number that replies cannot reach, 123 for other strangers.
        """
        if not account.may_send_as(submission.sender):
            raise GatewayError(ErrorCode.INVALID_SENDER_ID)
        sender = submission.sender.lstrip("+")
        if submission.two_way and sender not in ("", *account.two_way):
            if account.two_way:
                raise GatewayError(ErrorCode.INVALID_SOURCE)

    def accept(
        self,
        account: Account,
        submission: Submission,
        recipient: str,
        content: Content,
        now: float,
        named: bool,
        batch_id: str = "",
    ) -> MessageId | Refusal:
        """One recipient's reply, in which it may be named."""
        to = recipient if named else None
        number = _dialled(account, recipient)
        refusal = self._refusal(account, number, submission, now, to)
        if refusal is not None:
            return refusal
        features = submission.features | content.features
        if submission.two_way:  # replies find their way by the sender's number
            features |= RequiredFeatures.NUMERIC_SENDER
        released = now + 60 * submission.deliver_after
        message = Message(
            id=self._new_id(),
            user=account.user,
            recipient=number,
            sender=submission.sender,
            content=content,
            client_id=submission.client_id,
            batch_id=batch_id,
            accepted=now,
            released=released,
            expires=released + 60 * (submission.validity or MAX_VALIDITY),
            queue=submission.queue or 3,
            escalate=bool(submission.escalate),
            features=features,
            max_credits=submission.max_credits,
            callbacks=submission.callbacks,
            options=submission.options(),
        )
        routes = self._delivery.candidates(message)
        if routes:  # else it gets its id, ends as a routing error, and costs nothing
            message.charge = self._delivery.charge(message, routes[0])
        if not self._store.spend(account.user, message.charge):
            return Refusal.of(ErrorCode.NO_CREDIT_LEFT, to)
        self._delivery.accept(message)
        return MessageId(message.id, to)

    def _refusal(
        self,
        account: Account,
        number: str,
        submission: Submission,
        now: float,
        to: str | None,
    ) -> Refusal | None:
        """Why a number gets no message, if so."""
        if not is_number(number):
            return Refusal.of(ErrorCode.INVALID_DESTINATION, to)
        rule = self._settings.rule(number)
        if rule is not None and rule.refusal is not None:
            return Refusal.of(rule.refusal, to)
        if not any(route.reaches(number) for route in self._settings.routes):
            return Refusal.of(ErrorCode.CANNOT_ROUTE, to)
        if self._two_way.has_opted_out(account.user, number, now):
            return Refusal.of(ErrorCode.DESTINATION_OPTED_OUT, to)
        if not submission.deliver_after and self._delivery.has_sent_enough(
            account, now
        ):
            error = ErrorCode.MT_LIMIT_EXCEEDED
            until = int(now - now % DAY + DAY)
            return Refusal(error, f"{error.text} until {until}", to)
        return None


def _dialled(account: Account, number: str) -> str:
    """A number with the account's own prefix in place of a leading 0."""
    prefix = account.dial_prefix
    if prefix and number.startswith("0") and not number.startswith("00"):
        return prefix + number[1:]
    return number
