"""Answers of the API's endpoints."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timezone

from ...vendor.characters import gsm_pieces, ucs2_pieces
from ...vendor.octets import octet_pieces
from ..engine.faults import FaultRecord
from ..records.accounts import Account
from ..records.callbacks import is_final
from ..records.content import Content
from ..records.faults import FaultKind
from ..records.messages import Message, Step
from ..state.store import Callback, Incoming, Wish
from ..wire.callbacks import delivery, report_of
from .shapes import constrained as c


@dataclass(frozen=True, slots=True)
class StepView:
    """A status of a message."""

    at: str = c("from when on")
    status: int = c("the status: 4 for 004")
    text: str = c("the status in words")
    route: str = c('the route that it waits for or goes by; "" for none')

    @classmethod
    def of(cls, step: Step) -> StepView:
        """The view of a step."""
        return cls(time_of(step.at), int(step.status), step.status.text, step.route)


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message that was accepted. Times are the gateway's, in UTC."""

    id: str = c("its id")
    account: str = c("the user of its account")
    to: str = c("the recipient's number")
    from_: str = c('the sender ID; "" for the gateway\'s own')
    kind: str = c("its kind: text, flash, unicode, binary …")
    text: str = c('its text; "" where it has none')
    udh: str = c("its user data header, in hex")
    data: str = c("its bytes, in hex; of text none")
    parts: list[str] = c("the content of each SMS: text, or bytes in hex")
    client_id: str = c("the client's own id")
    batch_id: str = c("the id of its batch")
    accepted: str = c("when it was accepted")
    expires: str = c("when it is given up if it still waits")
    status: int = c("the current status: 4 for 004")
    status_text: str = c("the status in words")
    final: bool = c("whether nothing comes after the status")
    charge: float = c("credits")
    route: str = c("the route that it waits for or went by")
    options: dict[str, str | int] = c("the options of its call, by the vendor's names")
    steps: list[StepView] = c("its statuses so far")

    @classmethod
    def of(cls, message: Message) -> MessageView:
        """The view of a message."""
        content = message.content
        return cls(
            id=message.id,
            account=message.user,
            to=message.recipient,
            from_=message.sender,
            kind=content.kind,
            text=content.text,
            udh=content.udh.hex(),
            data=content.data.hex(),
            parts=_parts(content),
            client_id=message.client_id,
            batch_id=message.batch_id,
            accepted=time_of(message.accepted),
            expires=time_of(message.expires),
            status=int(message.status),
            status_text=message.status.text,
            final=is_final(message.status),
            charge=float(message.charge),
            route=message.route,
            options=dict(message.options),
            steps=[StepView.of(step) for step in message.course],
        )


@dataclass(frozen=True, slots=True)
class MessageList:
    """Messages, the newest first."""

    messages: list[MessageView] = c("the messages")
    next: str | None = c("`before` of the older ones, where there are more")


@dataclass(frozen=True, slots=True)
class IncomingView:
    """A message from a handset, or a part of a long one."""

    id: str = c("its id")
    account: str = c("the user whose number it came to")
    from_: str = c("the handset's number")
    to: str = c("the two-way number")
    text: str = c("the text")
    at: str = c("when it came")
    wish: Wish = c("stop or start, where it is that word")

    @classmethod
    def of(cls, message: Incoming) -> IncomingView:
        """The view of an incoming message."""
        return cls(
            *(message.id, message.user, message.sender, message.recipient),
            *(message.text, time_of(message.at), message.wish),
        )


@dataclass(frozen=True, slots=True)
class IncomingList:
    """Incoming messages, the newest first."""

    incoming: list[IncomingView] = c("the messages")
    next: str | None = c("`before` of the older ones, where there are more")


@dataclass(frozen=True, slots=True)
class Received:
    """A message from a handset was taken."""

    ids: list[str] = c("the ids of its parts")


@dataclass(frozen=True, slots=True)
class Payload:
    """The HTTP request of a callback."""

    method: str = c("GET or POST")
    url: str = c("the URL, with the parameters of a GET")
    body: str | None = c("the body of a POST")


@dataclass(frozen=True, slots=True)
class CallbackView:
    """A callback, sent or due."""

    number: int = c("its number")
    kind: str = c("status or incoming")
    account: str = c("the user who is called")
    message: str = c("the id of the message that it is about")
    status: int | None = c("the status that it reports; of an incoming message none")
    made: str = c("when it was made")
    due: str | None = c("when it is sent; null if it was, or was given up")
    attempts: int = c("how often it was sent")
    outcome: str = c("the outcome of the last attempt")
    payload: Payload | None = c("the request; null where no URL is set")

    @classmethod
    def of(cls, callback: Callback, account: Account) -> CallbackView:
        """The view of a callback to an account."""
        fields = json.loads(callback.report)
        incoming = callback.kind == "incoming"
        where = account.incoming_callback if incoming else account.status_callback
        payload = None
        if where is not None:
            made = delivery(report_of(callback.kind, fields), where)
            body = None if made.body is None else made.body.decode("ascii")
            payload = Payload(made.verb, made.url, body)
        return cls(
            number=callback.number,
            kind=callback.kind,
            account=callback.user,
            message=callback.message,
            status=None if incoming else int(fields["status"]),
            made=time_of(callback.made),
            due=None if callback.due is None else time_of(callback.due),
            attempts=callback.attempts,
            outcome=callback.outcome,
            payload=payload,
        )


@dataclass(frozen=True, slots=True)
class CallbackList:
    """Callbacks, the newest first."""

    callbacks: list[CallbackView] = c("the callbacks")
    next: int | None = c("`before` of the older ones, where there are more")


@dataclass(frozen=True, slots=True)
class ClockView:
    """The gateway's clock."""

    now: float = c("seconds since 1970")
    time: str = c("the same as a date and time of UTC")
    speed: float = c("how many times as fast as the world's it goes")


@dataclass(frozen=True, slots=True)
class FaultView:
    """A fault that is made."""

    number: int = c("its number")
    kind: FaultKind = c("latency, lost, reset, http or error")
    operation: str = c('the operation that it concerns; "" for all')
    accepted: bool = c("whether the call is carried out before")
    seconds: float = c("of latency")
    status: int = c("of http")
    code: int = c("of error")
    calls: int = c("how many calls it meets; 0 for all")
    share: float = c("of the calls, by chance")
    met: int = c("how many calls it has met")

    @classmethod
    def of(cls, record: FaultRecord) -> FaultView:
        """The view of a fault."""
        fault = record.fault
        return cls(
            number=record.number,
            kind=fault.kind,
            operation=fault.operation,
            accepted=fault.accepted,
            seconds=fault.seconds,
            status=fault.status,
            code=int(fault.code),
            calls=fault.calls,
            share=fault.share,
            met=record.met,
        )


@dataclass(frozen=True, slots=True)
class FaultList:
    """The faults that are made."""

    faults: list[FaultView] = c("the faults, the oldest first")


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account."""

    user: str = c("its user")
    api_id: int = c("its API connection")
    credits: float = c("its credits")


@dataclass(frozen=True, slots=True)
class AccountList:
    """The accounts."""

    accounts: list[AccountView] = c("the accounts")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request was refused."""

    error: str = c("the reason")


def time_of(at: float) -> str:
    """A time of the gateway's, as ISO 8601 has it, in UTC."""
    shown = datetime.fromtimestamp(at, timezone.utc)
    return shown.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _parts(content: Content) -> list[str]:
    if content.is_8_bit:
        return [piece.hex() for piece in octet_pieces(content.udh, content.data)]
    return list((ucs2_pieces if content.is_unicode else gsm_pieces)(content.text))
