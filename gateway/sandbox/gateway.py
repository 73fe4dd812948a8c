"""The gateway: what the vendor's documents say that it does, without SOAP and HTTP.

Methods return replies. What is refused as a whole is raised as `GatewayError`; a single
recipient that is refused is a `Refusal` among the replies.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from ..codes import ErrorCode, MessageStatus
from ..replies import Credit, GatewayError, MessageId, Ok, Refusal, Status
from .accounts import DEMO, Account, Credentials
from .clock import Clock
from .messages import Message, Step, Submission, is_number, price
from .store import Store

FREE_CREDITS: Final = Decimal(10)
SESSION_SECONDS: Final = 15 * 60
"""How long a session lives without a call."""

# How long a session that has expired is known as such, and not as one that never was.
_REMEMBERED_SECONDS: Final = 24 * 60 * 60
_FASTEST, _SLOWEST = 2.0, 8.0
"""Seconds from a network to a handset."""


class Gateway:
    """One gateway with one account. It may be shared by threads.

    Args:
        store: its memory.
        account: its customer.
        credits: what a new account begins with; one that the store knows keeps what it has.
        clock: the gateway's time.
        chance: what ids and delivery times are drawn from; the system's by default.
    """

    def __init__(
        self,
        store: Store,
        *,
        account: Account = DEMO,
        credits: Decimal = FREE_CREDITS,
        clock: Clock = time.time,
        chance: random.Random | None = None,
    ) -> None:
        self._store = store
        self._account = account
        self._now = clock
        self._chance = chance or random.SystemRandom()
        with store.transaction():
            store.open_account(account.user, credits)

    # ------------------------------------------------------------------------ operations

    def auth(self, credentials: Credentials) -> Ok:
        """Open a session.

        Raises:
            GatewayError: 001.
        """
        if not credentials.match(self._account):
            raise GatewayError(ErrorCode.AUTHENTICATION_FAILED)
        with self._store.transaction():
            now = self._now()
            self._store.forget_sessions(now - _REMEMBERED_SECONDS)
            session_id = self._new_id()
            self._store.add_session(session_id, self._account.user, now)
        return Ok(session_id)

    def ping(self, session_id: str) -> Ok:
        """Keep a session open.

        Raises:
            GatewayError: 001, 003 or 005.
        """
        self._user(Credentials(session_id=session_id))
        return Ok()

    def sendmsg(
        self, credentials: Credentials, submission: Submission
    ) -> list[MessageId | Refusal]:
        """Accept a message for each recipient that it can go to, and charge for it.

        Raises:
            GatewayError: the whole call is refused, and nothing charged.
            NotThereYet: it asks for what this gateway cannot do.
        """
        user = self._user(credentials)
        submission.check()
        text, parts = submission.content()
        several = len(submission.to) > 1
        with self._store.transaction():
            return [
                self._accept(user, submission, number, text, parts, several)
                for number in submission.to
            ]

    def querymsg(
        self, credentials: Credentials, message_id: str = "", client_id: str = ""
    ) -> list[Status]:
        """What has become of a message, or of all that a client gave this id, in their order.

        Raises:
            GatewayError: 103, 104, 109, or as of every call.
        """
        user = self._user(credentials)
        with self._store.transaction():
            now = self._now()
            return [
                Status(message.id, status_at(message, now))
                for message in self._messages(user, message_id, client_id)
            ]

    def getbalance(self, credentials: Credentials) -> Credit:
        """The credits that are left.

        Raises:
            GatewayError: as of every call.
        """
        user = self._user(credentials)
        with self._store.transaction():
            return Credit(self._store.balance(user))

    # -------------------------------------------------------------------------- sessions

    def _user(self, credentials: Credentials) -> str:
        """Whose call it is. A session that is valid wins over the rest; using it renews it.

        Raises:
            GatewayError: 001, 003 or 005.
        """
        if credentials.session_id:
            with self._store.transaction():
                user, error = self._user_of_session(credentials.session_id)
            if user is not None:
                return user
        else:
            error = ErrorCode.MISSING_SESSION
        if not credentials.name_an_account:
            raise GatewayError(error)
        if not credentials.match(self._account):
            raise GatewayError(ErrorCode.AUTHENTICATION_FAILED)
        return self._account.user

    def _user_of_session(self, session_id: str) -> tuple[str | None, ErrorCode]:
        """The session's user; or `None`, and why."""
        found = self._store.session(session_id)
        if found is None:
            return None, ErrorCode.AUTHENTICATION_FAILED
        user, last_used = found
        now = self._now()
        if now - last_used > SESSION_SECONDS:
            return None, ErrorCode.SESSION_EXPIRED
        self._store.touch_session(session_id, now)
        return user, ErrorCode.SESSION_EXPIRED

    # -------------------------------------------------------------------------- messages

    def _accept(
        self,
        user: str,
        submission: Submission,
        number: str,
        text: str,
        parts: int,
        several: bool,
    ) -> MessageId | Refusal:
        """One recipient's reply; it names the number where there are `several`."""
        to = number if several else None
        if not is_number(number):
            return Refusal.of(ErrorCode.INVALID_DESTINATION, to)
        charge = price(number, parts)
        too_dear = 0 < submission.max_credits < charge
        if too_dear:  # it gets its id, ends as a routing error, and costs nothing
            charge = Decimal()
        elif not self._store.spend(user, charge):
            return Refusal.of(ErrorCode.NO_CREDIT_LEFT, to)
        now = self._now()
        message = Message(
            id=self._new_id(),
            user=user,
            recipient=number,
            sender=submission.sender,
            text=text,
            parts=parts,
            charge=charge,
            client_id=submission.client_id,
            accepted=now,
            course=self._course(now, submission.deliver_after * 60, too_dear),
        )
        self._store.add_message(message)
        return MessageId(message.id, to)

    def _course(self, now: float, delay: float, too_dear: bool) -> tuple[Step, ...]:
        """What will become of a message that is accepted now."""
        if too_dear:
            return (Step(now, MessageStatus.ROUTING_ERROR),)
        sent = now + delay
        waits = [Step(now, MessageStatus.QUEUED_FOR_LATER)] if delay else []
        return (
            *waits,
            Step(sent, MessageStatus.DELIVERED_TO_GATEWAY),
            Step(
                sent + self._chance.uniform(_FASTEST, _SLOWEST), MessageStatus.RECEIVED
            ),
        )

    def _messages(
        self, user: str, message_id: str, client_id: str
    ) -> Sequence[Message]:
        if message_id:
            found = self._store.message(user, message_id.lower())
            if found is None:
                raise GatewayError(ErrorCode.UNKNOWN_MESSAGE_ID)
            return [found]
        if not client_id:
            raise GatewayError(ErrorCode.MISSING_MESSAGE_ID)
        messages = self._store.messages_of_client(user, client_id)
        if not messages:
            raise GatewayError(ErrorCode.UNKNOWN_CLIENT_ID)
        return messages

    def _new_id(self) -> str:
        return f"{self._chance.getrandbits(128):032x}"


def status_at(message: Message, now: float) -> MessageStatus:
    """What has become of a message by a time."""
    past = [step.status for step in message.course if step.at <= now]
    return past[-1] if past else message.course[0].status
