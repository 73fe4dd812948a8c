"""The web inbox: what the gateway has, for people. Server-rendered; nothing comes from elsewhere.

Text of messages is a stranger's: pages escape everything, and their content security policy lets
nothing but our own style sheet and script in. Forms let handsets write, and make faults; they hold
a token that only a page of ours can know.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from decimal import Decimal
from importlib.resources import files
from math import inf
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

from jinja2 import Environment, PackageLoader

from ...services.clickatell import redact
from ...vendor.characters import gsm_pieces, ucs2_pieces
from ...vendor.codes import MessageStatus
from ...vendor.octets import header_names, octet_pieces
from ..engine.batches import common_to
from ..engine.faults import Faults
from ..engine.gateway import GATEWAYS_OWN, Gateway
from ..records.callbacks import is_final
from ..records.content import Content
from ..records.messages import Message
from ..records.faults import read_fault
from ..state.store import Batch, Callback
from ..wire.calls import OPERATIONS
from .http import CallLog, Request, Response
from .xml_lines import xml_lines

PATH: Final = "/inbox"
_PACKAGE: Final = __name__.rpartition(".")[0]
_SHOWN: Final = 100
_LONGEST: Final = 300
_LONGEST_ENVELOPE: Final = 100_000
_SECTIONS: Final = (
    (PATH, "Messages"),
    (f"{PATH}/incoming", "Incoming"),
    (f"{PATH}/batches", "Batches"),
    (f"{PATH}/callbacks", "Callbacks"),
    (f"{PATH}/calls", "Calls"),
    (f"{PATH}/faults", "Faults"),
)
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
        " form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_FILES: Final = {
    f"{PATH}/style.css": "text/css; charset=utf-8",
    f"{PATH}/live.js": "text/javascript; charset=utf-8",
}
_HTML: Final = "text/html; charset=utf-8"
_ITEM: Final = re.compile(rf"{PATH}/(messages|batches|calls)/([0-9a-f]{{1,32}})")
_CALLBACK: Final = re.compile(r"[0-9]{1,18}")
_NUMBER: Final = re.compile(r"[0-9]{6,15}")
_SESSION: Final = re.compile(r"(OK:\s*)[0-9a-f]{32}")
_KINDS: Final = {
    "ServiceIndication": "service indication",
    "MmsNotification": "MMS notification",
}
_GOOD: Final = frozenset({MessageStatus.RECEIVED, MessageStatus.OK})


class _Refused(Exception):
    """A request that gets no page."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Inbox:
    """The pages.

    Args:
        gateway: what they show.
        calls: the calls that came.
        faults: those that calls meet.
    """

    def __init__(self, gateway: Gateway, calls: CallLog, faults: Faults) -> None:
        self._gateway = gateway
        self._faults = faults
        self._calls = calls
        self._token = secrets.token_urlsafe(24)
        self._pages = Environment(
            loader=PackageLoader(_PACKAGE, "pages"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._sections: Mapping[str, Callable[[Request], str]] = {
            PATH: self._messages,
            f"{PATH}/incoming": self._incoming,
            f"{PATH}/batches": self._batches,
            f"{PATH}/callbacks": self._callbacks,
            f"{PATH}/calls": self._call_list,
            f"{PATH}/faults": self._fault_list,
        }
        self._actions: Mapping[str, Callable[[Mapping[str, str]], str]] = {
            f"{PATH}/reply": self._reply,
            f"{PATH}/forget": self._forget,
            f"{PATH}/faults": self._make_fault,
            f"{PATH}/faults/remove": self._remove_fault,
        }
        self._items: Mapping[str, Callable[[str, Request], str]] = {
            "messages": self._message,
            "batches": self._batch,
            "calls": self._call,
        }

    def __call__(self, request: Request) -> Response:
        """Answer a request to what lies under `PATH`."""
        try:
            action = self._actions.get(request.path)
            if action is not None and request.method == "POST":
                place = action(self._form(request))
                return Response(303, b"", _HTML, {**_HEADERS, "Location": place})
            is_form = action is not None and request.path not in self._sections
            if is_form or request.method not in ("GET", "HEAD"):
                raise _Refused(405, "Pages are read, and forms are posted.")
            return self._page_at(request)
        except _Refused as refusal:
            body = self._page("notice.html", "Sorry", "", text=str(refusal))
            return Response(refusal.status, body.encode(), _HTML, _HEADERS)

    def _page_at(self, request: Request) -> Response:
        kind = _FILES.get(request.path)
        if kind is not None:
            name = request.path.rpartition("/")[2]
            content = files(_PACKAGE).joinpath("pages", name).read_bytes()
            return Response(200, content, kind, _HEADERS)
        section = self._sections.get(request.path.rstrip("/"))
        item = _ITEM.fullmatch(request.path)
        self._gateway.advance()
        if section is not None:
            body = section(request)
        elif item is not None:
            body = self._items[item[1]](item[2], request)
        else:
            raise _Refused(404, "There is no such page.")
        return Response(200, body.encode(), _HTML, _HEADERS)

    # ------------------------------------------------------------------------------ pages

    def _messages(self, request: Request) -> str:
        query = parse_qs(request.query).get("q", [""])[0].strip()
        found = self._found(query, _before(request))
        return self._page(
            *("messages.html", "Messages", PATH),
            messages=[_row(message) for message in found[:_SHOWN]],
            older=_older(PATH, [message.id for message in found], query),
            query=query,
            token=self._token,
        )

    def _found(self, query: str, before: str) -> list[Message]:
        """The newest messages to a number, or else those with a text in theirs."""
        store, found = self._gateway.store, list[Message]()
        number = query.removeprefix("+").replace(" ", "")
        with store.transaction():
            if _NUMBER.fullmatch(number):
                wanted = {"to": number}
                found = store.find_messages(wanted, _SHOWN + 1, before=before)
            if not found:
                found = store.find_messages({}, _SHOWN + 1, text=query, before=before)
        return found

    def _message(self, id_: str, request: Request) -> str:
        store = self._gateway.store
        with store.transaction():
            message = store.any_message(id_)
            callbacks = store.callbacks_about(id_)
        if message is None:
            raise _Refused(404, "There is no such message.")
        account = self._gateway.settings.account_of(message.user)
        return self._page(
            *("message.html", f"To {message.recipient}", PATH),
            message=_detail(message),
            callbacks=[_told(one) for one in callbacks],
            reply_to=self._gateway.reply_number(account, message),
            token=self._token,
        )

    def _incoming(self, request: Request) -> str:
        store = self._gateway.store
        with store.transaction():
            found = store.newest_incoming(_SHOWN + 1, _before(request))
        path = f"{PATH}/incoming"
        return self._page(
            *("incoming.html", "Incoming", path),
            incoming=[{**asdict(one), "at": _time(one.at)} for one in found[:_SHOWN]],
            older=_older(path, [one.id for one in found]),
            reply_to=next(iter(self._gateway.account.two_way), GATEWAYS_OWN),
            token=self._token,
        )

    def _batches(self, request: Request) -> str:
        store = self._gateway.store
        with store.transaction():
            found = store.newest_batches("", _SHOWN + 1, _before(request))
        path = f"{PATH}/batches"
        return self._page(
            *("batches.html", "Batches", path),
            batches=[_batch(one) for one in found[:_SHOWN]],
            older=_older(path, [one.id for one in found]),
        )

    def _batch(self, id_: str, request: Request) -> str:
        store = self._gateway.store
        with store.transaction():
            batch = store.batch("", id_)
            found = store.find_messages(
                {"batch_id": id_}, _SHOWN + 1, before=_before(request)
            )
        if batch is None:
            raise _Refused(404, "There is no such batch.")
        return self._page(
            *("messages.html", "Batch", f"{PATH}/batches"),
            batch=_batch(batch),
            messages=[_row(message) for message in found[:_SHOWN]],
            older=_older(f"{PATH}/batches/{id_}", [message.id for message in found]),
        )

    def _callbacks(self, request: Request) -> str:
        store = self._gateway.store
        before = _before(request)
        with store.transaction():
            found = store.newest_callbacks(
                _SHOWN + 1, int(before) if _CALLBACK.fullmatch(before) else inf
            )
        path = f"{PATH}/callbacks"
        return self._page(
            *("callbacks.html", "Callbacks", path),
            callbacks=[_told(one) for one in found[:_SHOWN]],
            older=_older(path, [str(one.number) for one in found]),
        )

    def _call_list(self, request: Request) -> str:
        calls = [
            {**asdict(call), "at": _time(call.at)} for call in self._calls.newest()
        ]
        return self._page("calls.html", "Calls", f"{PATH}/calls", calls=calls)

    def _fault_list(self, request: Request) -> str:
        faults = [
            {
                **asdict(one.fault),
                "text": one.fault,
                "number": one.number,
                "met": one.met,
            }
            for one in self._faults.listed()
        ]
        return self._page(
            *("faults.html", "Faults", f"{PATH}/faults"),
            faults=faults,
            operations=list(OPERATIONS),
            token=self._token,
        )

    def _call(self, number: str, request: Request) -> str:
        call = self._calls.get(int(number)) if number.isdecimal() else None
        if call is None:
            raise _Refused(404, "That call is not remembered.")
        return self._page(
            *("call.html", call.operation, f"{PATH}/calls"),
            call={**asdict(call), "at": _time(call.at)},
            request=_readable(call.request),
            reply=_readable(call.reply),
        )

    def _page(
        self, name: str, title: str, section: str, **values: Any
    ) -> str:  # Any: what the page shows
        store = self._gateway.store
        with store.transaction():
            balances = [
                (account.user, store.balance(account.user))
                for account in self._gateway.settings.accounts
            ]
        return self._pages.get_template(name).render(
            title=title,
            section=section,
            sections=_SECTIONS,
            credits=_credits(balances),
            now=_time(self._gateway.now()),
            **values,
        )

    # ------------------------------------------------------------------------------- reply

    def _form(self, request: Request) -> Mapping[str, str]:
        """The fields of a form of ours."""
        form = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        given = {name: values[0] for name, values in form.items()}
        token = given.get("token", "").encode()
        if not hmac.compare_digest(token, self._token.encode()):
            raise _Refused(403, "The form is out of date: load its page again.")
        return given

    def _reply(self, given: Mapping[str, str]) -> str:
        """Take a message as from a handset; where to see it."""
        text = given.get("text", "").replace("\r\n", "\n")
        numbers = given.get("from", ""), given.get("to", "")
        try:
            self._gateway.receive(*numbers, text, given.get("account", ""))
        except ValueError as error:
            raise _Refused(400, f"It was not sent: {error}.") from None
        return f"{PATH}/incoming"

    def _forget(self, given: Mapping[str, str]) -> str:
        """Forget all messages; where to see that."""
        store = self._gateway.store
        with store.transaction():
            store.forget_messages()
        return PATH

    def _make_fault(self, given: Mapping[str, str]) -> str:
        """Make a fault; where to see it."""
        try:
            self._faults.add(read_fault(given))
        except ValueError as error:
            raise _Refused(400, f"It was not made: {error}.") from None
        return f"{PATH}/faults"

    def _remove_fault(self, given: Mapping[str, str]) -> str:
        """Remove a fault; where to see the others."""
        number = given.get("number", "")
        if _CALLBACK.fullmatch(number):
            self._faults.remove(int(number))
        return f"{PATH}/faults"


# -------------------------------------------------------------------------------- what is shown


@dataclass(frozen=True, slots=True)
class _Shown:
    """A message in a list."""

    id: str
    accepted: str
    to: str
    sender: str
    kind: str
    text: str
    parts: int
    status: str
    status_text: str
    tone: str


def _row(message: Message) -> _Shown:
    content = message.content
    return _Shown(
        id=message.id,
        accepted=_time(message.accepted),
        to=message.recipient,
        sender=message.sender,
        kind=_KINDS.get(content.kind, content.kind),
        text=_cut(content.text or content.data.hex()),
        parts=content.parts,
        status=f"{message.status:03d}",
        status_text=message.status.text,
        tone=_tone(message.status),
    )


def _tone(status: MessageStatus) -> str:
    if status in _GOOD:
        return "good"
    return "bad" if is_final(status) else "waiting"


def _detail(message: Message) -> dict[str, Any]:  # Any: what the page shows
    return {
        **asdict(_row(message)),
        **{"client_id": message.client_id, "batch_id": message.batch_id},
        **{"charge": f"{message.charge.normalize():f}", "queue": int(message.queue)},
        **{"route": message.route, "course": _steps(message)},
        **{"user": message.user, "expires": _time(message.expires)},
        "options": message.options,
        "header": header_names(message.content.udh) if message.content.udh else [],
        "pieces": _pieces(message.content),
    }


def _steps(message: Message) -> list[dict[str, str]]:
    """The statuses of a message, and where it went: by another route than it waited for, where
    it was rerouted."""
    steps, before = [], ""
    for step in message.course:
        waits = step.status == MessageStatus.QUEUED
        where = f"{'waits for' if waits else 'by'} {step.route}" if step.route else ""
        if before and step.route != before:
            where = f"rerouted from {before} to {step.route}"
        before = step.route
        status = f"{step.status:03d} {step.status.text}"
        steps.append({"at": _time(step.at), "status": status, "where": where})
    return steps


def _pieces(content: Content) -> list[str]:
    """The content of each SMS; bytes that are text as such, others in hex."""
    if content.is_8_bit:
        pieces = octet_pieces(content.udh, content.data)
        if content.text and content.data == content.text.encode("latin-1", "replace"):
            return [piece.decode("latin-1") for piece in pieces]
        return [piece.hex(" ") for piece in pieces]
    return (ucs2_pieces if content.is_unicode else gsm_pieces)(content.text)


def _told(callback: Callback) -> dict[str, Any]:  # Any: as above
    shown: dict[str, Any] = {  # Any: as above
        **json.loads(callback.report),
        **asdict(callback),
        **{"made": _time(callback.made), "outcome": _cut(callback.outcome)},
        "due": "" if callback.due is None else _time(callback.due),
    }
    if callback.kind == "status":
        status = MessageStatus.known(shown["status"])
        assert status is not None, "the engine has no others"
        shown["charge"] = f"{Decimal(shown['charge']).normalize():f}"
        shown["status"], shown["status_text"] = f"{status:03d}", status.text
        shown["tone"] = _tone(status)
    elif shown["udh"]:
        *_, count, number = bytes.fromhex(shown["udh"])
        shown["part"] = f"{number} of {count}"
    return shown


def _batch(batch: Batch) -> dict[str, str]:
    common = common_to(batch)
    return {
        **{"id": batch.id, "template": _cut(common.text or common.data)},
        "begun": _time(batch.begun),
        "ended": "" if batch.ended is None else _time(batch.ended),
    }


def _readable(envelope: bytes) -> str:
    """An envelope with its elements on lines of their own, without a secret."""
    masked = _SESSION.sub(r"\1***", redact(envelope))
    return "\n".join(xml_lines(_cut(masked, _LONGEST_ENVELOPE)))


def _time(at: float) -> str:
    shown = datetime.fromtimestamp(at, timezone.utc)
    return f"{shown:%Y-%m-%d %H:%M:%S}"


def _credits(balances: Sequence[tuple[str, Decimal]]) -> str:
    """The credits of the accounts; who they are, where there are several."""
    if len(balances) == 1:
        return f"{balances[0][1].normalize():f} credits"
    return ", ".join(f"{user} {credits.normalize():f}" for user, credits in balances)


def _cut(text: str, most: int = _LONGEST) -> str:
    """The beginning of a text that is too long for its place."""
    if len(text) <= most:
        return text
    return f"{text[:most]}… ({len(text) - most:,} more characters)"


def _before(request: Request) -> str:
    """The id of which the older ones are asked for, "" for the newest."""
    return parse_qs(request.query).get("before", [""])[0]


def _older(path: str, ids: Sequence[str], query: str = "") -> str:
    """Where the older ones are, of those that were searched for, if there are more than are shown."""
    if len(ids) <= _SHOWN:
        return ""
    asked = {"before": ids[_SHOWN - 1]} | ({"q": query} if query else {})
    return f"{path}?{urlencode(asked)}"
