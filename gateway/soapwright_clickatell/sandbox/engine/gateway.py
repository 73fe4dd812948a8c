"""The gateway: what the vendor's documents say that it does, without SOAP and HTTP.

Methods return replies. What is refused as a whole is raised as `GatewayError`; a single
recipient that is refused is a `Refusal` among the replies.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Final

from ...vendor.codes import ErrorCode, MessageStatus
from ...vendor.replies import (
    Charge,
    Credit,
    GatewayError,
    MessageId,
    Ok,
    Refusal,
    Status,
)
from ..records.accounts import DEMO, Account, Credentials
from ..records.messages import Message, Submission, price
from ..records.settings import Settings
from ..state.clock import Clock
from ..state.store import Store
from .acceptance import Acceptance
from .batches import Batches
from .delivery import DAY, Delivery
from .sessions import SESSION_SECONDS, Sessions
from .two_way import TwoWay

__all__ = ["FREE_CREDITS", "SESSION_SECONDS", "Gateway"]

FREE_CREDITS: Final = Decimal(10)
QUERY_SECONDS: Final = 6 * DAY
"""How long `querymsg` knows a message."""
CHARGE_SECONDS: Final = 15 * DAY
"""How long `getmsgcharge` does."""
SUPPORTED: Final = (
    "This prefix is currently supported. Messages sent to this prefix will be routed."
)
UNSUPPORTED: Final = (
    "This prefix is not currently supported. Messages sent to this prefix will fail."
    " Please contact support for assistance."
)
GATEWAYS_OWN: Final = "27999000224"
"""The sender of messages without a sender ID."""
_VOUCHER_REDEEMED: Final = "605"
_TOKEN: Final = re.compile(r"[0-9]{16}")


class Gateway:
    """One gateway. It may be shared by threads.

    Args:
        store: its memory.
        account: its only customer, where there are no settings.
        credits: what new accounts begin with; one that the store knows keeps what it has.
        clock: the gateway's time.
        chance: what ids and delivery times are drawn from; the system's by default.
        settings: everything else.
        began: the time from which outages count; now by default.
    """

    def __init__(
        self,
        store: Store,
        *,
        account: Account | None = None,
        credits: Decimal = FREE_CREDITS,
        clock: Clock = time.time,
        chance: random.Random | None = None,
        settings: Settings | None = None,
        began: float | None = None,
    ) -> None:
        settings = settings or Settings(account=account or DEMO)
        self.settings = settings
        self.account = settings.account
        self.now = clock
        self._store = store
        self._chance = chance or random.SystemRandom()
        self._began = clock() if began is None else began
        self.delivery = Delivery(store, settings, self._began)
        self.two_way = TwoWay(store, self._chance)
        self._sessions = Sessions(store, settings, clock, self._new_id)
        self._acceptance = Acceptance(
            store, settings, self.delivery, self.two_way, self._new_id
        )
        self._batches = Batches(store, self._new_id)
        self._credits = credits
        with store.transaction():
            self._open_accounts()
            self.delivery.adopt(clock())

    @property
    def store(self) -> Store:
        """Its memory."""
        return self._store

    # -------------------------------------------------------------------------- sessions

    def auth(self, credentials: Credentials) -> Ok:
        """Open a session.

        Raises:
            GatewayError: 001, 004 or 007.
        """
        self._refuse_at_random("auth")
        return Ok(self._sessions.open(credentials))

    def ping(self, session_id: str, address: str = "") -> Ok:
        """Keep a session open.

        Raises:
            GatewayError: 001, 003, 004, 005 or 007.
        """
        self._caller(Credentials(session_id=session_id, address=address), "ping")
        return Ok()

    # --------------------------------------------------------------------------- sending

    def sendmsg(
        self,
        credentials: Credentials,
        submission: Submission,
        operation: str = "sendmsg",
    ) -> list[MessageId | Refusal]:
        """Accept a message for each recipient that it can go to, and charge for it.

        Pushes name the number even where there is only one.

        Raises:
            GatewayError: the whole call is refused, and nothing charged.
        """
        account = self._caller(credentials, operation)
        submission.check(account.max_credits)
        submission.check_recipients()
        self._acceptance.check_sender(account, submission)
        content = submission.content()
        named = len(submission.to) > 1 or submission.push is not None
        with self._at_work() as now:
            return [
                self._acceptance.accept(
                    account, submission, number, content, now, named
                )
                for number in submission.to
            ]

    def startbatch(self, credentials: Credentials, submission: Submission) -> MessageId:
        """Begin a batch: what its messages have in common, with a template as their text.

        Raises:
            GatewayError: 202, or as of a message.
        """
        account = self._caller(credentials, "startbatch")
        if not (submission.text or submission.data):
            raise GatewayError(ErrorCode.NO_BATCH_TEMPLATE)
        submission.check(account.max_credits)
        self._acceptance.check_sender(account, submission)
        with self._at_work() as now:
            return MessageId(self._batches.begin(account.user, submission, now))

    def senditem(
        self,
        credentials: Credentials,
        batch_id: str,
        to: Sequence[str],
        fields: Mapping[str, str] | None = None,
        operation: str = "senditem",
    ) -> list[MessageId | Refusal]:
        """Send a batch's message, with values put into its template, to some numbers.

        Raises:
            GatewayError: 201, or as of a message.
        """
        account = self._caller(credentials, operation)
        with self._at_work() as now:
            common = self._batches.submission(account.user, batch_id, now)
            submission = common.merged(dict(fields or {}), to)
            submission.check_recipients()
            content = submission.content()
            named = len(to) > 1 or operation == "quicksend"
            return [
                self._acceptance.accept(
                    account, submission, number, content, now, named, batch_id
                )
                for number in to
            ]

    def quicksend(
        self, credentials: Credentials, batch_id: str, to: Sequence[str]
    ) -> list[MessageId | Refusal]:
        """Send a batch's message as it is to many numbers.

        Raises:
            GatewayError: 201, or as of a message.
        """
        return self.senditem(credentials, batch_id, to, operation="quicksend")

    def endbatch(self, credentials: Credentials, batch_id: str) -> Ok:
        """End a batch: nothing more can be sent with it.

        Raises:
            GatewayError: 201.
        """
        user = self._caller(credentials, "endbatch").user
        with self._at_work() as now:
            self._batches.end(user, batch_id, now)
        return Ok(None)

    # -------------------------------------------------------------------------- afterwards

    def querymsg(
        self, credentials: Credentials, message_id: str = "", client_id: str = ""
    ) -> list[Status]:
        """The status of a message, or of all that a client gave this id, in their order.
        One that is too old is unknown by its status.

        Raises:
            GatewayError: 103, 104 or 109.
        """
        user = self._caller(credentials, "querymsg").user
        with self._at_work() as now:
            found = self._messages(user, message_id, client_id)
            return [Status(one.id, self._reported(one, now)) for one in found]

    def delmsg(
        self, credentials: Credentials, message_id: str = "", client_id: str = ""
    ) -> list[Status]:
        """Stop what has not left the gateway; what it cost is given back.

        Raises:
            GatewayError: 103, 104 or 109.
        """
        user = self._caller(credentials, "delmsg").user
        with self._at_work() as now:
            found = self._messages(user, message_id, client_id)
            for message in found:
                self.delivery.stop(message, now)
            return [Status(message.id, message.status) for message in found]

    def getmsgcharge(self, credentials: Credentials, message_id: str = "") -> Charge:
        """The charge of a message of the last fifteen days, and its status.

        Raises:
            GatewayError: 103 or 109.
        """
        user = self._caller(credentials, "getmsgcharge").user
        with self._at_work() as now:
            (message,) = self._messages(user, message_id, "")
            if now - message.accepted > CHARGE_SECONDS:
                raise GatewayError(ErrorCode.UNKNOWN_MESSAGE_ID)
            return Charge(message.id, message.charge, message.status)

    # ------------------------------------------------------------------------------ money

    def getbalance(self, credentials: Credentials) -> Credit:
        """The credits that are left."""
        user = self._caller(credentials, "getbalance").user
        with self._at_work():
            return Credit(self._store.balance(user))

    def token_pay(self, credentials: Credentials, token: str) -> Ok:
        """Redeem a voucher of 16 digits.

        Raises:
            GatewayError: 606, 607 or 609.
        """
        account = self._caller(credentials, "token_pay")
        if not account.vouchers:
            raise GatewayError(ErrorCode.TOKEN_GENERATION)
        worth = {one.token: one.credits for one in self.settings.vouchers}.get(token)
        if worth is None or not _TOKEN.fullmatch(token):
            raise GatewayError(ErrorCode.INVALID_VOUCHER)
        with self._at_work():
            if not self._store.redeem(token):
                raise GatewayError(ErrorCode.EXPIRED_TOKEN)
            self._store.give(account.user, worth)
        return Ok(_VOUCHER_REDEEMED)

    def routecoverage(self, credentials: Credentials, number: str) -> Ok | Refusal:
        """Whether messages to a number are routed, and what a part costs at least.

        Raises:
            GatewayError: 101, without a number.
        """
        self._caller(credentials, "routecoverage")
        if not number:
            raise GatewayError(ErrorCode.INVALID_PARAMETERS)
        prices = [
            price(number, 1, route.charge)
            for route in self.settings.routes
            if route.reaches(number)
        ]
        rule = self.settings.rule(number)
        refused = rule is not None and rule.refusal == ErrorCode.CANNOT_ROUTE
        if refused or not prices or not number.isdecimal() or number.startswith("0"):
            return Refusal(None, UNSUPPORTED)
        return Ok(f"{SUPPORTED} Charge: {min(prices).normalize():f}")

    # ------------------------------------------------------------------------ two-way, time

    def receive(
        self, sender: str, recipient: str, text: str, user: str = ""
    ) -> list[str]:
        """Take a message from a handset to a rented number; the ids of its parts.

        Args:
            sender: the handset.
            recipient: the number that it wrote to.
            text: its message.
            user: whose number it is; by default of who rents it, or of the first account.

        Raises:
            ValueError: it is no message, or nobody has this account.
        """
        account = self.settings.account_reached_at(recipient)
        if user:
            known = self.settings.known_account(user)
            if known is None:
                raise ValueError(f"there is no account {user[:40]!r}")
            account = known
        with self._at_work() as now:
            return self.two_way.receive(account, sender, recipient, text, now)

    def reply_number(self, account: Account, message: Message) -> str:
        """Where a handset's reply to a message goes: to its sender, if that is a number, or else to
        the account's first rented number, or the gateway's own."""
        sender = message.sender.lstrip("+")
        if sender.isdecimal() and len(sender) > 2:
            return sender
        return account.two_way[0] if account.two_way else GATEWAYS_OWN

    def advance(self, most: int | None = None) -> int:
        """Let happen what is due; how much it was."""
        with self._store.transaction():
            return self.delivery.advance(self.now(), most)

    def reset(self) -> None:
        """Forget everything but the time: the accounts have again what new ones have."""
        with self._store.transaction():
            self._store.clear()
            self._open_accounts()

    def _open_accounts(self) -> None:
        for account in self.settings.accounts:
            self._store.open_account(account.user, self._credits)

    @contextmanager
    def _at_work(self) -> Generator[float]:
        """A transaction in which everything has happened that is due by now."""
        with self._store.transaction():
            now = self.now()
            self.delivery.advance(now)
            yield now

    # ------------------------------------------------------------------------------ inside

    def _caller(self, credentials: Credentials, operation: str) -> Account:
        account = self._sessions.account(credentials)
        self._refuse_at_random(operation)
        return account

    def _refuse_at_random(self, operation: str) -> None:
        """Raise what the settings say of this operation.

        Raises:
            GatewayError: one of the settings' refusals, or 901 in an outage of the gateway.
        """
        if self.delivery.is_out("", self.now()):
            raise GatewayError(ErrorCode.INTERNAL_ERROR)
        for refusal in self.settings.refusals:
            if refusal.operation.lower() == operation:
                if self._chance.random() < refusal.share:
                    raise GatewayError(refusal.code)

    def _reported(self, message: Message, now: float) -> MessageStatus:
        if now - message.accepted > QUERY_SECONDS:
            return MessageStatus.UNKNOWN
        return message.status

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
