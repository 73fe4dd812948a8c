"""The calls of the client layer, without I/O: generators that yield calls and are sent
their replies. The synchronous and the asynchronous client drive the same ones.

A message is never sent twice. `sendmsg` carries an id of the client's own; where no answer comes,
the gateway is asked by `querymsg` what it has under that id, and only what it has not known for a
while, asked again and again, is sent again. Items of batches have no such id, and are never repeated.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, Final, TypeAlias, TypeVar

from ..messages.options import NO_OPTIONS, Options
from ..messages.outgoing import MAX_PARTS, Message
from ..vendor.codes import ErrorCode
from ..vendor.replies import (
    Charge,
    Credit,
    GatewayError,
    MessageId,
    Ok,
    Refusal,
    Status,
)
from .fates import (
    NoAnswer,
    UnexpectedReply,
    expected,
    fates,
    is_refusal,
    known,
    matched,
    single,
    statuses,
    unknown,
)
from .outcomes import RENEWABLE, Account, Coverage, Outcome

MAX_RECIPIENTS: Final = 300
MAX_FIELDS: Final = 4
"""Values that the rpc/encoded service takes for a template."""
_CHARGE: Final = re.compile(r"Charge:\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
_Given = TypeVar("_Given")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the generated client's: its method, and the arguments."""

    method: str
    arguments: Mapping[str, Any] = field(repr=False)  # Any: of all parts' types


@dataclass(frozen=True, slots=True)
class Pause:
    """A time to wait."""

    seconds: float


Steps: TypeAlias = Generator[Call | Pause, Sequence[str], _Given]


@dataclass(frozen=True, slots=True)
class Recovery:
    """How to find out what came of a call without an answer; times are in seconds."""

    settle: float = 15.0
    """How long a call may still be under way in the gateway after its answer was lost. For so
    long the gateway must say that it does not know of it, before it is made again."""
    patience: float = 120.0
    """How long to go on asking a gateway that does not answer."""
    shortest: float = 0.25
    longest: float = 10.0
    """Between two attempts; each pause is twice the one before it."""
    attempts: int = 20
    """How often to send what the gateway, when it was asked, did not have."""


class Calls:
    """The operations as generators.

    Args:
        account: whose session is opened, when it is needed.
        recovery: what happens after a lost answer.
        new_id: makes ids of the client's own, 32 alphanumeric characters.
    """

    def __init__(
        self,
        account: Account,
        recovery: Recovery = Recovery(),
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self.account = account
        self._recovery = recovery
        self._session = ""
        self.new_id = new_id

    # --------------------------------------------------------------------------- sending

    def send(
        self,
        message: Message,
        to: Sequence[str],
        options: Options = NO_OPTIONS,
        client_id: str = "",
        ask_first: bool = False,
    ) -> Steps[list[Outcome]]:
        """Send a message to up to 300 numbers; the fate of each.

        Args:
            message: what is sent.
            to: the numbers, in international digits.
            options: how.
            client_id: the id to send it under; a new one by default.
            ask_first: whether it may have been sent under this id before.

        Raises:
            GatewayError: no session can be opened. Nothing was sent.
            NoAnswer: the same, as long as there was none before.
        """
        if not 0 < len(to) <= MAX_RECIPIENTS:
            raise ValueError(f"a call is for 1 to {MAX_RECIPIENTS} numbers")
        client_id = client_id or self.new_id()
        parts = message.encode()
        made = {one.name: getattr(parts, one.name) for one in fields(parts)}
        arguments = {**made, **options.arguments(), "to": list(to)}
        yield from self.open()
        reason = "it was not sent"
        if ask_first:
            found = yield from self._found(client_id, to)
            if found is not None:
                return found
        for _ in range(self._recovery.attempts):
            try:
                replies = yield from self._call(
                    "sendmsg", **arguments, cli_msg_id=client_id
                )
                return fates(to, replies)
            except NoAnswer as error:
                reason = str(error)
            found = yield from self._found(client_id, to)
            if found is not None:
                return found
        return unknown(to, reason)

    def _found(self, client_id: str, to: Sequence[str]) -> Steps[list[Outcome] | None]:
        """The gateway's record of an id; `None` if it has none."""
        recovery = self._recovery
        waited, same, pause = 0.0, 0.0, recovery.shortest
        before: int | None = None
        reason = "the gateway could not be asked"
        while True:
            try:
                replies = yield from self._call("querymsg", climsgid=client_id)
            except NoAnswer as error:
                has, reason = None, str(error)
            except GatewayError as error:  # no session can be opened any more
                return unknown(to, str(error))
            else:
                found = statuses(replies)
                has = len(found)
                if has == len(to):
                    return matched(to, found)
                if is_refusal(replies, ErrorCode.INTERNAL_ERROR):
                    has, reason = None, f"querymsg: {replies[0]}"
                elif not has and not is_refusal(replies, ErrorCode.UNKNOWN_CLIENT_ID):
                    return unknown(to, f"querymsg: {' '.join(replies)[:200]}")
                elif has == before and same >= recovery.settle:
                    return matched(to, found) if has else None
            if waited > recovery.patience:
                return unknown(to, reason)
            same = same if has == before else 0.0
            before = has
            yield Pause(pause)
            waited += pause
            same += pause
            pause = min(2 * pause, recovery.longest)

    # --------------------------------------------------------------------------- batches

    def start_batch(
        self, template: Message, options: Options = NO_OPTIONS
    ) -> Steps[str]:
        """Begin a batch; its id. The text is the template, with `#field1#` and so on. How many
        SMS an item takes shows when it has its values: as many as may be are allowed.

        Raises:
            GatewayError: the gateway refuses.
            NoAnswer: no answer came.
        """
        made = template.encode()
        arguments = {one.name: getattr(made, one.name) for one in fields(made)}
        arguments["template"] = arguments.pop("text")
        arguments["concat"] = MAX_PARTS
        replies = yield from self._call(
            "startbatch", **{**arguments, **options.arguments()}
        )
        return single(replies, MessageId).id

    def send_item(
        self, batch_id: str, to: Sequence[str], values: Sequence[str] = ()
    ) -> Steps[list[Outcome]]:
        """Send a batch's message to up to 300 numbers, with up to four values in it.

        Raises:
            GatewayError: no session can be opened. Nothing was sent.
            NoAnswer: the same, as long as there was none before.
        """
        if not 0 < len(to) <= MAX_RECIPIENTS:
            raise ValueError(f"a call is for 1 to {MAX_RECIPIENTS} numbers")
        if len(values) > MAX_FIELDS:
            raise ValueError(f"a template takes {MAX_FIELDS} values at most")
        named = {f"field{at}": value for at, value in enumerate(values, 1)}
        method = "senditem" if values else "quicksend"
        yield from self.open()
        try:
            replies = yield from self._call(
                method, batch_id=batch_id, to=list(to), **named
            )
        except NoAnswer as error:
            return unknown(to, str(error))
        return fates(to, replies)

    def end_batch(self, batch_id: str) -> Steps[None]:
        """End a batch.

        Raises:
            GatewayError: the gateway refuses.
            NoAnswer: no answer came.
        """
        replies = yield from self._call("endbatch", batch_id=batch_id)
        single(replies, Ok)

    # ------------------------------------------------------------------------ all the rest

    def status(self, message_id: str = "", client_id: str = "") -> Steps[list[Status]]:
        """The status of a message, or of all that were sent under an id."""
        return self._statuses("querymsg", message_id, client_id)

    def stop(self, message_id: str = "", client_id: str = "") -> Steps[list[Status]]:
        """Stop what has not left the gateway; what has become of it."""
        return self._statuses("delmsg", message_id, client_id)

    def _statuses(
        self, method: str, message_id: str, client_id: str
    ) -> Steps[list[Status]]:
        named = {"apimsgid": message_id, "climsgid": client_id}
        given = {name: value for name, value in named.items() if value}
        replies = yield from self._call(method, **given)
        single(replies, Status)  # there is one at least
        return [expected(reply, Status) for reply in replies]

    def charge(self, message_id: str) -> Steps[Charge]:
        """The charge of a message."""
        replies = yield from self._call("getmsgcharge", apimsgid=message_id)
        return single(replies, Charge)

    def balance(self) -> Steps[Decimal]:
        """The credits that are left."""
        replies = yield from self._call("getbalance")
        return single(replies, Credit).amount

    def coverage(self, number: str) -> Steps[Coverage]:
        """Whether messages to a number are routed."""
        replies = yield from self._call("route_coverage", msisdn=number)
        reply = known(" ".join(replies))
        if isinstance(reply, Refusal) and reply.code is None:
            return Coverage(False, None, reply.text)
        text = single(replies, Ok).value or ""
        charge = _CHARGE.search(text)
        return Coverage(True, Decimal(charge[1]) if charge else None, text)

    def redeem(self, token: str) -> Steps[None]:
        """Redeem a voucher of 16 digits."""
        replies = yield from self._call("token_pay", token=token)
        single(replies, Ok)

    # -------------------------------------------------------------------------- sessions

    def open(self) -> Steps[None]:
        """See to it that there is a session, which may have ended meanwhile.

        Raises:
            GatewayError: the gateway refuses.
            NoAnswer: no answer came.
        """
        if not self._session:
            yield from self._renew()

    def _call(
        self, method: str, **arguments: Any
    ) -> Steps[Sequence[str]]:  # Any: of all parts' types
        """A call in a session, which is opened where there is none, or none any more."""
        renewed = not self._session
        if renewed:
            yield from self._renew()
        while True:
            session = self._session
            replies = yield Call(method, {**arguments, "session_id": session})
            if renewed or not is_refusal(replies, *RENEWABLE):
                return replies
            renewed = True
            if self._session == session:  # else another call has opened a new one
                yield from self._renew()

    def _renew(self) -> Steps[None]:
        account = self.account
        replies = yield Call(
            "auth",
            {
                **{"api_id": account.api_id, "user": account.user},
                "password": account.password,
            },
        )
        session = single(replies, Ok).value
        if not session:
            raise UnexpectedReply("auth: the gateway gave no session")
        self._session = session
