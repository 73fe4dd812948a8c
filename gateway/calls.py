"""The calls of the client layer, without I/O: generators that say what to call, and are told the
replies. The synchronous and the asynchronous client drive the same ones.

A message is never sent twice. `sendmsg` carries an id of the client's own; where no answer comes,
the gateway is asked by `querymsg` what it has under that id, and only what it does not know, asked
twice with time between, is sent again. Items of batches have no such id, and are never repeated.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, Final, TypeAlias, TypeVar

from .codes import ErrorCode
from .features import Callbacks, Priority, RequiredFeatures
from .outcomes import RENEWABLE, Accepted, Account, Coverage, Outcome, Refused, Unknown
from .outgoing import Message
from .replies import (
    Charge,
    Credit,
    GatewayError,
    MessageId,
    Ok,
    Refusal,
    Reply,
    Status,
    parse,
)

MAX_RECIPIENTS: Final = 300
_CHARGE: Final = re.compile(r"Charge:\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
_Given = TypeVar("_Given")


class NoAnswer(Exception):
    """A call went out, and what came of it is not known."""


class UnexpectedReply(Exception):
    """The gateway answered with what is no answer to this call."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to send, whatever is sent; `None` leaves it to the gateway."""

    sender: str | None = None
    """A sender ID: a number, or a name of up to eleven characters."""
    delay: int | None = None
    """Minutes, up to 10,080."""
    validity: int | None = None
    """Minutes after which a message that still waits is given up, up to 1,440."""
    callbacks: Callbacks | None = None
    features: RequiredFeatures | None = None
    priority: Priority | None = None
    escalate: bool | None = None
    max_credits: Decimal | None = None
    """The most that each message may cost."""
    receipt: bool | None = None
    two_way: bool | None = None
    """Whether replies must find their way to the sender's number."""

    def arguments(self) -> dict[str, Any]:  # Any: of all parts' types
        """The arguments of the generated client."""
        names = {
            **{"sender": "from_", "delay": "deliv_time", "callbacks": "callback"},
            **{"features": "req_feat", "priority": "queue", "receipt": "deliv_ack"},
            "two_way": "mo",
        }
        given = {
            names.get(one.name, one.name): getattr(self, one.name)
            for one in fields(self)
        }
        made = {name: value for name, value in given.items() if value is not None}
        for name, value in made.items():
            if isinstance(value, Decimal):
                made[name] = float(value)
            elif not isinstance(value, str):
                made[name] = int(value)
        return made


NO_OPTIONS: Final = Options()


@dataclass(frozen=True, slots=True)
class Recovery:
    """How to find out what came of a call without an answer; times are in seconds."""

    settle: float = 2.0
    """How long a call may still be under way in the gateway, after its connection broke."""
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
        self._account = account
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
        """
        if not 0 < len(to) <= MAX_RECIPIENTS:
            raise ValueError(f"a call is for 1 to {MAX_RECIPIENTS} numbers")
        client_id = client_id or self.new_id()
        parts = message.encode()
        made = {one.name: getattr(parts, one.name) for one in fields(parts)}
        arguments = {**made, **options.arguments(), "to": list(to)}
        if ask_first:
            found = yield from self._found(client_id, to)
            if found is not None:
                return found
        for _ in range(self._recovery.attempts):
            try:
                replies = yield from self._call(
                    "sendmsg", **arguments, cli_msg_id=client_id
                )
                return _fates(to, replies)
            except NoAnswer as error:
                reason = str(error)
            found = yield from self._found(client_id, to)
            if found is not None:
                return found
        return [Unknown(number, reason) for number in to]

    def _found(self, client_id: str, to: Sequence[str]) -> Steps[list[Outcome] | None]:
        """What the gateway has under an id; `None` if it knows nothing of it."""
        waited, pause, absent = 0.0, self._recovery.shortest, 0
        reason = ""
        while waited <= self._recovery.patience:
            try:
                replies = yield from self._call("querymsg", climsgid=client_id)
            except NoAnswer as error:
                reason, absent = str(error), 0
                yield Pause(pause)
                waited += pause
                pause = min(2 * pause, self._recovery.longest)
                continue
            known = [one for one in map(_known, replies) if isinstance(one, Status)]
            if known:
                return _matched(to, known)
            if not _is_refusal(replies, ErrorCode.UNKNOWN_CLIENT_ID):
                return [Unknown(number, f"querymsg: {replies[0]}") for number in to]
            absent += 1
            if absent == 2:
                return None
            yield Pause(self._recovery.settle)
            waited += self._recovery.settle
        return [Unknown(number, reason) for number in to]

    # --------------------------------------------------------------------------- batches

    def start_batch(
        self, template: Message, options: Options = NO_OPTIONS
    ) -> Steps[str]:
        """Begin a batch; its id. The text is the template, with `#field1#` and so on.

        Raises:
            GatewayError: the gateway refuses.
            NoAnswer: no answer came.
        """
        made = template.encode()
        arguments = {one.name: getattr(made, one.name) for one in fields(made)}
        arguments["template"] = arguments.pop("text")
        replies = yield from self._call(
            "startbatch", **{**arguments, **options.arguments()}
        )
        return _single(replies, MessageId).id

    def send_item(
        self, batch_id: str, to: Sequence[str], values: Sequence[str] = ()
    ) -> Steps[list[Outcome]]:
        """Send a batch's message to up to 300 numbers, with up to four values in it."""
        if len(values) > MAX_FIELDS:
            raise ValueError(f"a template takes {MAX_FIELDS} values at most")
        named = {f"field{at}": value for at, value in enumerate(values, 1)}
        method = "senditem" if values else "quicksend"
        try:
            replies = yield from self._call(
                method, batch_id=batch_id, to=list(to), **named
            )
        except NoAnswer as error:
            return [Unknown(number, str(error)) for number in to]
        return _fates(to, replies)

    def end_batch(self, batch_id: str) -> Steps[None]:
        """End a batch.

        Raises:
            GatewayError: the gateway refuses.
            NoAnswer: no answer came.
        """
        replies = yield from self._call("endbatch", batch_id=batch_id)
        _single(replies, Ok)

    # ------------------------------------------------------------------------ all the rest

    def status(self, message_id: str = "", client_id: str = "") -> Steps[list[Status]]:
        """What has become of a message, or of all that were sent under an id."""
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
        return [_expected(reply, Status) for reply in replies]

    def charge(self, message_id: str) -> Steps[Charge]:
        """What a message cost."""
        replies = yield from self._call("getmsgcharge", apimsgid=message_id)
        return _single(replies, Charge)

    def balance(self) -> Steps[Decimal]:
        """The credits that are left."""
        replies = yield from self._call("getbalance")
        return _single(replies, Credit).amount

    def coverage(self, number: str) -> Steps[Coverage]:
        """Whether messages to a number are routed."""
        replies = yield from self._call("route_coverage", msisdn=number)
        reply = _known(replies[0])
        if isinstance(reply, Refusal) and reply.code is None:
            return Coverage(False, None, reply.text)
        text = _single(replies, Ok).value or ""
        charge = _CHARGE.search(text)
        return Coverage(True, Decimal(charge[1]) if charge else None, text)

    def redeem(self, token: str) -> Steps[None]:
        """Redeem a voucher of 16 digits."""
        replies = yield from self._call("token_pay", token=token)
        _single(replies, Ok)

    # -------------------------------------------------------------------------- sessions

    def _call(
        self, method: str, **arguments: Any
    ) -> Steps[Sequence[str]]:  # Any: of all parts' types
        """A call in a session, which is opened where there is none, or none any more."""
        renewed = not self._session
        if renewed:
            yield from self._open()
        while True:
            session = self._session
            replies = yield Call(method, {**arguments, "session_id": session})
            if renewed or not _is_refusal(replies, *RENEWABLE):
                return replies
            renewed = True
            if self._session == session:  # else another call has opened a new one
                yield from self._open()

    def _open(self) -> Steps[None]:
        account = self._account
        replies = yield Call(
            "auth",
            {
                **{"api_id": account.api_id, "user": account.user},
                "password": account.password,
            },
        )
        self._session = _single(replies, Ok).value or ""


MAX_FIELDS: Final = 4
"""Values that the rpc/encoded service takes for a template."""
_Kind = TypeVar("_Kind", bound=Reply)


def _known(reply: str) -> Reply | None:
    """A reply, if it is a documented one."""
    try:
        return parse(reply)
    except ValueError:
        return None


def _expected(text: str, kind: type[_Kind]) -> _Kind:
    """A reply that must be of a kind.

    Raises:
        GatewayError: it is a refusal.
        UnexpectedReply: it is something else.
    """
    reply = _known(text)
    if isinstance(reply, Refusal):
        raise GatewayError(reply)
    if not isinstance(reply, kind):
        raise UnexpectedReply(f"{kind.__name__} was expected, not {text[:80]!r}")
    return reply


def _single(replies: Sequence[str], kind: type[_Kind]) -> _Kind:
    if not replies:
        raise UnexpectedReply("the gateway answered with nothing")
    return _expected(replies[0], kind)


def _is_refusal(replies: Sequence[str], *codes: ErrorCode) -> bool:
    """Whether a call was refused as a whole with one of these errors."""
    reply = _known(replies[0]) if len(replies) == 1 else None
    return isinstance(reply, Refusal) and reply.code in codes


def _fates(to: Sequence[str], replies: Sequence[str]) -> list[Outcome]:
    """Each number's fate. A single refusal of a call with several numbers is that of all."""
    read = [_known(reply) for reply in replies]
    if len(read) == 1 < len(to) and isinstance(read[0], Refusal):
        read *= len(to)
    if len(read) != len(to):
        reason = f"{len(read)} replies came for {len(to)} numbers"
        return [Unknown(number, reason) for number in to]
    return [_fate(number, reply) for number, reply in zip(to, read, strict=True)]


def _fate(number: str, reply: Reply | None) -> Outcome:
    if isinstance(reply, MessageId):
        return Accepted(number, reply.id)
    if isinstance(reply, Refusal):
        return Refused(number, reply)
    return Unknown(number, "the reply is none that is documented")


def _matched(to: Sequence[str], known: Sequence[Status]) -> list[Outcome]:
    """The messages that the gateway has under an id, which it names in the order of the call."""
    if len(known) == len(to):
        return [
            Accepted(number, status.id)
            for number, status in zip(to, known, strict=True)
        ]
    reason = f"the gateway took {len(known)} of {len(to)}, and does not say which"
    return [Unknown(number, reason) for number in to]
