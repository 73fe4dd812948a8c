"""`make demo`: the generated client talks to the gateway in a box, beside the documented sample.

It ends with exit 0 if everything came out as documented; else it names what did not.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import IO, Final


from ..sandbox.web.xml_lines import xml_lines
from ..services.clickatell import PORTS, Client, redact
from ..services.clickatell import types as t
from ..services.clickatell.errors import SoapError
from ..vendor.codes import ErrorCode, MessageStatus
from ..vendor.replies import Credit, GatewayError, MessageId, Ok, Refusal, Status, parse
from .columns import one_column, side_by_side
from .layer import Customer, tell_layer
from .screen import Screen, Wrong

SAMPLE: Final = files("soapwright_clickatell.demo").joinpath("documented.xml")
"""The vendor's documented request; in a checkout a link to it in `spec/`."""

_USER, _PASSWORD, _API_ID = "demo", "demo", 1234
_TO: Final = ["2799912345", "27999123134"]
_FROM, _TEXT = "me", "Initial test message"

_SPEED: Final = 20
"""Of the gateway's clock: a message takes up to 8 seconds of it."""
_PATIENCE: Final = 10.0
_START_PATIENCE: Final = 30.0
_TWO_COLUMNS: Final = 120


# ------------------------------------------------------------------------------- sandbox


@contextmanager
def _sandbox(config: Path) -> Generator[str]:
    """The gateway in a box as a child process; gives its base address.

    Raises:
        Wrong: it does not start, or does not stop as it should.
    """
    command = [sys.executable, "-m", "soapwright_clickatell", "sandbox", "--port", "0"]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        with subprocess.Popen(
            [*command, "--speed", str(_SPEED), "--config", str(config)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as child:
            try:
                yield _first_line(child, log)
            finally:
                exit_code = _end(child)
        if exit_code:
            raise Wrong(f"the sandbox ended with exit {exit_code}")


def _end(child: subprocess.Popen[str]) -> int:
    child.terminate()
    try:
        return child.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def _first_line(child: subprocess.Popen[str], log: IO[str]) -> str:
    assert child.stdout is not None, "it was asked for"
    killer = threading.Timer(_START_PATIENCE, child.kill)
    killer.start()
    address = child.stdout.readline().strip()
    killer.cancel()
    if not address:
        log.seek(0)
        raise Wrong(f"the sandbox did not start:\n{log.read()}")
    return address


# --------------------------------------------------------------------------------- story


def main() -> int:
    """Run the demonstration; the exit code."""
    screen = Screen()
    try:
        sample = SAMPLE.read_bytes()
        with ExitStack() as stack:
            customer = stack.enter_context(Customer())
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            config = Path(folder) / "gateway.toml"
            config.write_text(customer.config, encoding="utf-8")
            address = stack.enter_context(_sandbox(config))
            screen.show(f"Clickatell's gateway in a box, at {address}", bold=True)
            with Client(endpoint=f"{address}/soap/webservice.php") as gateway:
                _tell(gateway, sample, screen)
            tell_layer(address, customer, screen)
    except (Wrong, SoapError, GatewayError, OSError, ValueError) as error:
        screen.show()
        screen.show(f"Something is wrong: {error}", fg="red", bold=True)
        return 1
    return 0


def _tell(gateway: Client, sample: bytes, screen: Screen) -> None:
    screen.heading("Calls of the generated client, clickatell.Client")
    session_id = _authenticate(gateway, screen)
    request, reply, message_ids = _send(gateway, screen)
    _follow(gateway, session_id, message_ids, screen)
    _balance(gateway, session_id, screen)
    _refused(gateway, session_id, screen)
    _compare(request, sample, screen)
    screen.heading("The gateway's reply to it")
    screen.lines(one_column(xml_lines(redact(reply)), screen.width))


def _authenticate(gateway: Client, screen: Screen) -> str:
    reply = gateway.auth(api_id=_API_ID, user=_USER, password=_PASSWORD)
    opened = parse(reply)
    if not isinstance(opened, Ok) or not opened.value:
        raise Wrong(f"auth: {reply}")
    screen.call("auth", f"api_id {_API_ID}, user {_USER}, password ***", ["OK: ***"])
    return opened.value


def _send(gateway: Client, screen: Screen) -> tuple[bytes, bytes, list[str]]:
    """Send what the sample sends; the two envelopes, and the messages' ids."""
    request = t.SendmsgRequest(
        api_id=_API_ID, user=_USER, password=_PASSWORD, to=_TO, from_=_FROM, text=_TEXT
    )
    operation = PORTS["PushServerWSPort"].operations["sendmsg"]
    exchange = gateway.exchange(operation, request)
    replies = exchange.response.return_ or []
    screen.call("sendmsg", f"{_TEXT!r} from {_FROM} to {' and '.join(_TO)}", replies)
    ids = [r for r in map(parse, replies) if isinstance(r, MessageId)]
    if [accepted.to for accepted in ids] != _TO:
        raise Wrong("sendmsg: not both messages were accepted")
    return (
        exchange.request_envelope,
        exchange.response_envelope,
        [accepted.id for accepted in ids],
    )


def _follow(
    gateway: Client, session_id: str, message_ids: list[str], screen: Screen
) -> None:
    """See the messages through until their handsets have them."""
    deadline = time.monotonic() + _PATIENCE
    replies = _query(gateway, session_id, message_ids)
    screen.call("querymsg", "at once", list(map(_explained, replies)))
    while any(reply.status != MessageStatus.RECEIVED for reply in replies):
        if time.monotonic() > deadline:
            raise Wrong("querymsg: the messages do not arrive")
        time.sleep(0.02)
        replies = _query(gateway, session_id, message_ids)
    screen.call("querymsg", "a little later", list(map(_explained, replies)))


def _query(gateway: Client, session_id: str, message_ids: list[str]) -> list[Status]:
    replies: list[Status] = []
    for message_id in message_ids:
        (text,) = gateway.querymsg(session_id=session_id, apimsgid=message_id)
        reply = parse(text)
        if not isinstance(reply, Status) or reply.id != message_id:
            raise Wrong(f"querymsg: {text}")
        replies.append(reply)
    return replies


def _explained(reply: Status) -> str:
    known = MessageStatus.known(reply.status)
    return f"{reply}   {known.text if known else 'an undocumented status'}"


def _balance(gateway: Client, session_id: str, screen: Screen) -> None:
    reply = gateway.getbalance(session_id=session_id)
    screen.call("getbalance", "of ten free credits", [reply])
    # A credit for the first number, a third for the second, which is one of the test numbers.
    if parse(reply) != Credit(Decimal("8.67")):
        raise Wrong(f"getbalance: {reply}")


def _refused(gateway: Client, session_id: str, screen: Screen) -> None:
    replies = gateway.sendmsg(session_id=session_id, to=["12"], text=_TEXT)
    screen.call("sendmsg", "to 12, which is no number", replies)
    if list(map(parse, replies)) != [Refusal.of(ErrorCode.INVALID_DESTINATION)]:
        raise Wrong(f"sendmsg: {replies}")


def _compare(sent: bytes, sample: bytes, screen: Screen) -> None:
    documented = re.sub(rb">\s+<", b"><", sample).strip()
    titles = "What sendmsg put on the wire", "The vendor's documented sample"
    wire, shown = xml_lines(redact(sent)), xml_lines(redact(documented))
    if screen.width >= _TWO_COLUMNS:
        screen.heading(f"{titles[0]:<{screen.width // 2 + 1}} {titles[1]}")
        screen.lines(side_by_side(wire, shown, screen.width))
    else:
        screen.heading(titles[0])
        screen.lines(one_column(wire, screen.width))
        screen.heading(titles[1])
        screen.lines(one_column(shown, screen.width, beside=wire))
    screen.show()
    if sent != documented:
        raise Wrong("the request is not the vendor's sample")
    screen.show(
        f"They are equal byte for byte: {len(sent):,} bytes, with the white space between the"
        "\nsample's elements dropped. The passwords are masked here, not there.",
        fg="green",
        bold=True,
    )
