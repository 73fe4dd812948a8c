"""The calls of the client layer, without I/O: generators that yield calls and are sent
their replies. The synchronous and the asynchronous client drive the same ones.

A message is never sent twice. `sendmsg` carries an id of the client's own; where no answer comes,
the gateway is asked by `querymsg` what it has under that id, and only what it has not known for a
while, asked again and again, is sent again. Items of batches have no such id, and are never repeated.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any, Final

from ..messages.options import NO_OPTIONS, Options
from ..messages.outgoing import MAX_PARTS, Message, Parts
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
from .dialects import Dialect, of_wsdl
from .fates import (
    NoAnswer,
    UnexpectedReply,
    completed,
    expected,
    fates,
    is_refusal,
    known,
    matched,
    not_sent,
    only,
    refusal_of_all,
    single,
    statuses,
    unknown,
)
from .limits import Limiter
from .outcomes import RENEWABLE, Accepted, Account, Coverage, Outcome, Unknown
from .steps import Call, Pause, Recovery, Steps, Work, work

MAX_RECIPIENTS: Final = 300
MAX_FIELDS: Final = 4
"""Values that the rpc/encoded services take for a template."""
_PATIENCE: Final = 30.0
"""Seconds to wait for a service's WSDL."""
_CHARGE: Final = re.compile(r"Charge:\s*(\d+(?:\.\d+)?)", re.IGNORECASE)


class Calls:
    """The operations as generators.

    Args:
        account: whose session is opened, when it is needed.
        endpoint: where the gateway is.
        dialect: the service that is spoken there; found out at the first call by default.
        recovery: what happens after a lost answer.
        limiter: is called with how many messages are about to be sent.
        new_id: makes ids of the client's own, 32 alphanumeric characters.
    """

    def __init__(
        self,
        account: Account,
        endpoint: str = "",
        dialect: Dialect | None = None,
        recovery: Recovery = Recovery(),
        limiter: Limiter | None = None,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self.account = account
        self.endpoint = endpoint
        self.recovery = recovery
        self.new_id = new_id
        self._dialect = dialect
        self._limiter = limiter
        self._session = ""
        self._claims: dict[str, object] = {}

    def claim(self, name: str) -> bool:
        """Take what only one thread or task may do at a time; whether it was free."""
        mine = object()
        return self._claims.setdefault(name, mine) is mine

    def release(self, name: str) -> None:
        """Let others take what was claimed."""
        del self._claims[name]

    def dialect(self) -> Steps[Dialect]:
        """The service that is spoken at the endpoint.

        Raises:
            NoAnswer: its WSDL cannot be had.
            ValueError: its WSDL is of no known service.
        """
        if self._dialect is None:
            self._dialect = yield from work(lambda: of_wsdl(self.endpoint, _PATIENCE))
        return self._dialect

    # --------------------------------------------------------------------------- sending

    def send_one(
        self,
        message: Message,
        to: str,
        options: Options = NO_OPTIONS,
        client_id: str = "",
        resume: bool = False,
    ) -> Steps[Accepted]:
        """Send a message to one number.

        Raises:
            GatewayError: the gateway refuses.
            NoAnswer: no answer came.
        """
        sending = self.send(message, [to], options, client_id, resume, raises=True)
        return only((yield from sending))

    def send(
        self,
        message: Message,
        to: Sequence[str],
        options: Options = NO_OPTIONS,
        client_id: str = "",
        resume: bool = False,
        raises: bool = False,
        confirm: Callable[[], object] | None = None,
    ) -> Steps[list[Outcome]]:
        """Send a message to up to 300 numbers; the fate of each.

        Args:
            message: what is sent.
            to: the numbers, in international digits.
            options: how.
            client_id: the id to send it under; a new one by default.
            resume: whether it may have been sent under this id before: the gateway is asked first.
            raises: whether a refusal of the whole call is raised; else it is that of each number.
            confirm: is called right before the message goes out, each time that it does.

        Raises:
            GatewayError: no session can be opened, or as `raises` has it. Nothing was sent.
            NoAnswer: no session can be opened for lack of an answer.
            ValueError: the message cannot be sent, or there are no numbers or too many.
        """
        if not 0 < len(to) <= MAX_RECIPIENTS:
            raise ValueError(f"a call is for 1 to {MAX_RECIPIENTS} numbers")
        if resume and not client_id:
            raise ValueError("resume: of what is named by its client_id")
        client_id = client_id or self.new_id()
        parts = message.encode()
        made = {one.name: getattr(parts, one.name) for one in fields(parts)}
        arguments = {**made, **options.arguments(), "to": list(to)}
        arguments["cli_msg_id"] = client_id
        (yield from self.dialect()).check(arguments)
        yield from self.open()
        if resume:
            found = yield from self._found(client_id, to)
            if found is not None:
                return found
        return (yield from self._sent(parts.operation, to, arguments, raises, confirm))

    def _sent(
        self,
        operation: str,
        to: Sequence[str],
        arguments: dict[str, Any],  # Any: of all parts' types
        raises: bool,
        confirm: Callable[[], object] | None,
    ) -> Steps[list[Outcome]]:
        """Make a call until it has an answer, and never where it may have been carried out."""
        client_id = str(arguments["cli_msg_id"])
        waited, pauses = 0.0, self.recovery.pauses()
        reason = "it was not sent"
        for _ in range(self.recovery.attempts):
            yield from self._limited(len(to))
            if confirm is not None:
                yield Work(confirm)
            try:
                replies = yield from self._call(operation, **arguments)
            except NoAnswer as error:
                reason = str(error)
                if error.sent is False:
                    if waited > self.recovery.patience:
                        break
                    pause = next(pauses)
                    waited += pause
                    yield Pause(pause)
                    continue
            else:
                refusal = refusal_of_all(to, replies)
                if raises and refusal is not None:
                    raise GatewayError(refusal)
                return (yield from self._completed(client_id, fates(to, replies)))
            found = yield from self._found(client_id, to)
            if found is not None:
                return found
        return not_sent(to, reason)

    def _completed(
        self, client_id: str, outcomes: list[Outcome]
    ) -> Steps[list[Outcome]]:
        """Outcomes; where replies were none that are documented, with those that the gateway
        has."""
        if not any(isinstance(outcome, Unknown) for outcome in outcomes):
            return outcomes
        try:
            replies = yield from self._call("querymsg", climsgid=client_id)
        except (NoAnswer, GatewayError):
            return outcomes
        has = statuses(replies)
        return completed(outcomes, has) if len(has) == len(replies) else outcomes

    def _limited(self, count: int) -> Steps[None]:
        """Wait until messages may be sent."""
        limiter = self._limiter
        if limiter is not None:
            seconds = yield from work(lambda: limiter(count))
            if seconds > 0:
                yield Pause(seconds)

    def _found(self, client_id: str, to: Sequence[str]) -> Steps[list[Outcome] | None]:
        """The gateway's record of an id; `None` if it has none."""
        recovery = self.recovery
        waited, same, pauses = 0.0, 0.0, recovery.pauses()
        before: int | None = None
        reason = "the gateway could not be asked"
        while True:
            try:
                replies = yield from self._call("querymsg", climsgid=client_id)
            except NoAnswer as error:
                has, reason = None, str(error)
            except GatewayError as error:  # no session can be opened any more
                return unknown(to, str(error), is_retryable=True)
            else:
                found = statuses(replies)
                has = len(found)
                if has == len(to):
                    return matched(to, found)
                if is_refusal(replies, ErrorCode.INTERNAL_ERROR):
                    has, reason = None, f"querymsg: {replies[0]}"
                elif not has and not is_refusal(replies, ErrorCode.UNKNOWN_CLIENT_ID):
                    reason = f"querymsg: {' '.join(replies)[:200]}"
                    return unknown(to, reason, is_retryable=True)
                elif has == before and same >= recovery.settle:
                    return matched(to, found) if has else None
            if waited > recovery.patience:
                return unknown(to, reason, is_retryable=True)
            same = same if has == before else 0.0
            before = has
            pause = next(pauses)
            if has is not None and same < recovery.settle:
                pause = min(pause, recovery.settle - same)
            yield Pause(pause)
            waited += pause
            same += pause

    # --------------------------------------------------------------------------- batches

    def start_batch(
        self, template: Message, options: Options = NO_OPTIONS
    ) -> Steps[str]:
        """Begin a batch; its id. The text is the template, with `#field1#` and so on. How many
        SMS an item takes shows when it has its values: as many as may be are allowed.

        Raises:
            GatewayError: the gateway refuses.
            NoAnswer: no answer came.
            ValueError: it is no text, or the service cannot be given these options.
        """
        made = template.encode()
        if not isinstance(made, Parts) or made.data is not None:
            raise ValueError("a batch is of texts")
        arguments = {one.name: getattr(made, one.name) for one in fields(made)}
        del arguments["data"]
        arguments["template"] = arguments.pop("text")
        arguments["concat"] = MAX_PARTS
        arguments.update(options.arguments())
        (yield from self.dialect()).check(arguments)
        replies = yield from self._call("startbatch", **arguments)
        return single(replies, MessageId).id

    def send_item(
        self,
        batch_id: str,
        to: Sequence[str],
        values: Sequence[str] = (),
        raises: bool = False,
    ) -> Steps[list[Outcome]]:
        """Send a batch's message to up to 300 numbers, with values in it.

        Raises:
            GatewayError: no session can be opened, or as of `send`. Nothing was sent.
            NoAnswer: no session can be opened for lack of an answer.
            ValueError: there are no numbers, or too many of them or of the values.
        """
        if not 0 < len(to) <= MAX_RECIPIENTS:
            raise ValueError(f"a call is for 1 to {MAX_RECIPIENTS} numbers")
        most = (yield from self.dialect()).fields
        if len(values) > most:
            raise ValueError(f"a template takes {most} values at most")
        named = {f"field{at}": value for at, value in enumerate(values, 1)}
        method = "senditem" if values else "quicksend"
        yield from self.open()
        yield from self._limited(len(to))
        try:
            replies = yield from self._call(
                method, batch_id=batch_id, to=list(to), **named
            )
        except NoAnswer as error:
            if error.sent is False:
                return not_sent(to, str(error))
            return unknown(to, str(error))
        refusal = refusal_of_all(to, replies)
        if raises and refusal is not None:
            raise GatewayError(refusal)
        return fates(to, replies)

    def send_item_to_one(
        self, batch_id: str, to: str, values: Sequence[str] = ()
    ) -> Steps[Accepted]:
        """Send a batch's message to one number.

        Raises:
            GatewayError: the gateway refuses.
            NoAnswer: no answer came.
        """
        return only((yield from self.send_item(batch_id, [to], values, raises=True)))

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
        """Open a session; what needs it has not been sent.

        Raises:
            GatewayError: the gateway refuses.
            NoAnswer: no answer came.
        """
        account = self.account
        arguments = {"api_id": account.api_id, "user": account.user}
        yield from self.dialect()
        try:
            replies = yield Call("auth", {**arguments, "password": account.password})
            session = single(replies, Ok).value
        except NoAnswer as error:
            error.sent = False
            raise
        if not session:
            raise UnexpectedReply("auth: the gateway gave no session", sent=False)
        self._session = session
