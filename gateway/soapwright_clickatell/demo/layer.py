"""The second half of the demonstration: the client layer, callbacks, and a handset that replies."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from types import TracebackType
from typing import Final, Self, TypeVar
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx2

from ..callbacks import IncomingCallback, Receiver, StatusCallback
from ..client import Clickatell, GatewayError, Options
from ..client.outcomes import Accepted, Outcome
from ..messages.outgoing import Message, Text, VCard
from ..vendor.codes import MessageStatus
from ..vendor.features import Callbacks
from .screen import Screen, Wrong

_PATIENCE: Final = 10.0
_TEST_NUMBER: Final = "27999112345"
_OTHERS: Final = {"27831234567": ["Joe", "$150"], "27831234568": ["Ann", "$12"]}
_TEMPLATE: Final = "Hi #field1#, your balance is #field2#."
_CARD: Final = (
    "BEGIN:VCARD\nVERSION:4.0\nFN:Jane Doe\nTEL;TYPE=cell:+27831234567\nEND:VCARD\n"
)
_LEFT: Final = Decimal("6.01")
"""Of 8.67 credits: two messages of a batch, and two to a test number."""
_TOKEN: Final = re.compile(r'name="token" value="([^"]+)"')
_Found = TypeVar("_Found")


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """The demonstration prints to the screen alone; the log is silenced."""


class Customer:
    """Somebody with a callback URL: the receiver, on a server of the standard library's."""

    def __init__(self) -> None:
        self.statuses: list[StatusCallback] = []
        self.incoming: list[IncomingCallback] = []
        receiver = Receiver(self.statuses.append, self.incoming.append)
        self._server = make_server(
            "127.0.0.1", 0, receiver.wsgi, handler_class=_Handler
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def config(self) -> str:
        """Settings of the sandbox that have it call here."""
        url = f"http://127.0.0.1:{self._server.server_port}/"
        return (
            f'[account.status_callback]\nurl = "{url}"\nmethod = "http-get"\n'
            f'[account.incoming_callback]\nurl = "{url}"\nmethod = "soap-post"\n'
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def tell_layer(address: str, customer: Customer, screen: Screen) -> None:
    """Tell what the client layer does.

    Raises:
        Wrong: something is not as it should be.
    """
    screen.heading("The same with types, soapwright_clickatell.client.Clickatell")
    endpoint = f"{address}/soap/webservice.php"
    with Clickatell("demo", "demo", 1234, endpoint=endpoint) as sms:
        _merge(sms, screen)
        _stop(sms, screen)
        message_id = _hear(sms, customer, screen)
        _reply(address, message_id, customer, screen)
        _sent(sms, screen, "VCard", VCard.of(_CARD), _TEST_NUMBER, Options())
        balance = sms.balance()
        screen.call("balance", "after all this", [f"Decimal('{balance}')"])
        if balance != _LEFT:
            raise Wrong(f"balance: {balance}, not {_LEFT}")


def _merge(sms: Clickatell, screen: Screen) -> None:
    fates = sms.send_many(Text(_TEMPLATE), _OTHERS)
    screen.call("send_many", _TEMPLATE, [_shown(fate) for fate in fates])
    if not all(isinstance(fate, Accepted) for fate in fates):
        raise Wrong("send_many: not all messages were accepted")


def _stop(sms: Clickatell, screen: Screen) -> None:
    later = Options(delay=60)
    message_id = _sent(sms, screen, "send", Text("Later"), _TEST_NUMBER, later)
    (status,) = sms.stop(message_id)
    known = MessageStatus.known(status.status)
    screen.call(
        "stop",
        "before its hour is over",
        [f"{status.status:03d} {known.text if known else '?'}"],
    )
    if status.status != MessageStatus.CANCELLED:
        raise Wrong(f"stop: {status}")


def _hear(sms: Clickatell, customer: Customer, screen: Screen) -> str:
    """Send a message, and wait for the callback that reports it as received."""
    how = Options(sender="27999000224", callbacks=Callbacks.FINAL)
    text = Text("Are you coming?")
    message_id = _sent(sms, screen, "send", text, _TEST_NUMBER, how)
    status = _wait("the status", lambda: customer.statuses[0])
    line = f"{status.status:03d}, charge {status.charge}"
    screen.call("callback", "sent by HTTP GET", [line])
    if (status.message_id, status.status) != (message_id, MessageStatus.RECEIVED):
        raise Wrong(f"callback: {status}")
    return message_id


def _reply(address: str, message_id: str, customer: Customer, screen: Screen) -> None:
    """Reply as the handset, in the web inbox."""
    with httpx2.Client(base_url=address, follow_redirects=True) as browser:
        page = browser.get(f"/inbox/messages/{message_id}")
        token = _TOKEN.search(page.text)
        if token is None:
            raise Wrong("the inbox has no form to reply with")
        form = {"from": _TEST_NUMBER, "to": "27999000224", "text": "Yes, at eight"}
        browser.post("/inbox/reply", data={**form, "token": token[1]})
    message = _wait("the reply", lambda: customer.incoming[0])
    screen.call("callback", "sent by SOAP, in a POST", [f"{message.text!r} from {message.sender}"])  # fmt: skip
    if message.text != form["text"]:
        raise Wrong(f"callback: {message}")


def _sent(
    sms: Clickatell,
    screen: Screen,
    name: str,
    message: Message,
    to: str,
    how: Options,
) -> str:
    try:
        sent = sms.send(message, to, how)
    except GatewayError as error:
        raise Wrong(f"{name}: {error}") from None
    what = message.text if isinstance(message, Text) else "a business card"
    screen.call(name, what, [_shown(sent)])
    return sent.id


def _shown(fate: Outcome) -> str:
    return f"{type(fate).__name__} to {fate.to}"


def _wait(what: str, find: Callable[[], _Found]) -> _Found:
    """Poll for a result, and return it as soon as there is one."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return find()
        except IndexError:
            if time.monotonic() > deadline:
                raise Wrong(f"{what} does not arrive") from None
            time.sleep(0.02)
