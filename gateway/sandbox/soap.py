"""The gateway over SOAP: envelopes in, envelopes out."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from xml.sax.saxutils import escape

from ..codes import ErrorCode
from ..replies import GatewayError, Refusal, Reply
from .accounts import Credentials
from .dialects import Dialect
from .gateway import Gateway
from .messages import NotThereYet, Submission
from .shapes import folded
from .tolerance import BadCall, Call, CallReader

_log = logging.getLogger(__name__)

_WRAPPER: Final = re.compile(rb'(<tns:\w+Response xmlns:tns=")[^"]*')


@dataclass(frozen=True, slots=True)
class Answer:
    """An envelope, and what is to be said of it."""

    envelope: bytes
    is_fault: bool
    summary: str
    """What was called and what came of it, for a log: without a secret."""


class Values:
    """The values of a request's parts, by name in any spelling; what is unset is falsy.

    Args:
        request: of any operation of any of the packages.
    """

    def __init__(self, request: Any) -> None:  # Any: one class for each operation
        names = request.__dataclass_fields__
        self._values = {folded(name): getattr(request, name) for name in names}

    def text(self, name: str) -> str:
        """A string."""
        return str(self._values.get(folded(name)) or "")

    def number(self, name: str) -> int:
        """An integer."""
        return int(self._values.get(folded(name)) or 0)

    def amount(self, name: str) -> Decimal:
        """A number of credits.

        Raises:
            GatewayError: 101, for what is no number.
        """
        amount = Decimal(str(self._values.get(folded(name)) or 0))
        if not amount.is_finite():
            raise GatewayError(ErrorCode.INVALID_PARAMETERS)
        return amount

    def texts(self, name: str) -> list[str]:
        """Several strings."""
        return [text or "" for text in self._values.get(folded(name)) or ()]


# ------------------------------------------------------------------------------ operations


def _auth(gateway: Gateway, values: Values) -> Sequence[Reply]:
    return [gateway.auth(_credentials(values))]


def _ping(gateway: Gateway, values: Values) -> Sequence[Reply]:
    return [gateway.ping(values.text("session_id"))]


def _sendmsg(gateway: Gateway, values: Values) -> Sequence[Reply]:
    submission = Submission(
        to=values.texts("to"),
        sender=values.text("from"),
        text=values.text("text"),
        concat=values.number("concat"),
        deliver_after=values.number("deliv_time"),
        max_credits=values.amount("max_credits"),
        client_id=values.text("climsgid"),
        unicode=bool(values.number("unicode")),
        type=values.text("msg_type"),
        udh=values.text("udh"),
        data=values.text("data"),
    )
    return gateway.sendmsg(_credentials(values), submission)


def _querymsg(gateway: Gateway, values: Values) -> Sequence[Reply]:
    return gateway.querymsg(
        _credentials(values), values.text("apimsgid"), values.text("climsgid")
    )


def _getbalance(gateway: Gateway, values: Values) -> Sequence[Reply]:
    return [gateway.getbalance(_credentials(values))]


def _credentials(values: Values) -> Credentials:
    return Credentials(
        session_id=values.text("session_id"),
        api_id=values.number("api_id"),
        user=values.text("user"),
        password=values.text("password"),
    )


_OPERATIONS: Final[Mapping[str, Callable[[Gateway, Values], Sequence[Reply]]]] = {
    "auth": _auth,
    "ping": _ping,
    "sendmsg": _sendmsg,
    "querymsg": _querymsg,
    "getbalance": _getbalance,
}


# --------------------------------------------------------------------------------- service


class SoapService:
    """One of the vendor's services on a gateway."""

    def __init__(self, gateway: Gateway, dialect: Dialect) -> None:
        self._gateway = gateway
        self.dialect = dialect
        self._reader = CallReader(dialect)

    def answer(self, envelope: bytes, charset: str | None = None) -> Answer:
        """The answer to a request, whatever it holds.

        Args:
            envelope: as it came.
            charset: what the Content-Type said of it.
        """
        name = "?"
        try:
            call = self._reader.read(envelope, charset)
            name = call.operation.name
            return self._answer(call)
        except BadCall as error:
            return self._fault(name, error.code, error.reason)
        except NotThereYet as error:
            return self._fault(name, "Server", f"{name}: {error} are not there yet")
        except Exception:
            _log.exception("%s failed", name)
            return self._fault(name, "Server", "Internal error")

    def _answer(self, call: Call) -> Answer:
        operation = call.operation
        perform = _OPERATIONS.get(operation.name)
        if perform is None:
            reason = f"Operation '{operation.name}' is not there yet in this gateway"
            return self._fault(operation.name, "Server", reason)
        replies = self._replies(call, perform)
        envelope = operation.encode_response(_response(call, replies))
        if self.dialect.rpc and call.namespace:
            envelope = _in_namespace(envelope, call.namespace, self.dialect)
        return Answer(envelope, False, f"{operation.name}: {_summary(replies)}")

    def _replies(
        self, call: Call, perform: Callable[[Gateway, Values], Sequence[Reply]]
    ) -> Sequence[Reply]:
        """The replies; the gateway's own errors are among them, as text."""
        try:
            request = call.operation.decode_request(call.envelope)
            return perform(self._gateway, Values(request))
        except self.dialect.decode_error:
            return [Refusal.of(ErrorCode.INVALID_PARAMETERS)]
        except GatewayError as error:
            return [error.refusal]

    def _fault(self, name: str, code: str, reason: str) -> Answer:
        return Answer(self.dialect.fault(code, reason), True, f"{name}: fault, {code}")


def _response(call: Call, replies: Sequence[Reply]) -> object:
    """The response's value. Where it is one string, that is the last reply, the newest."""
    response = call.operation.response_type
    assert response, "the vendor's operations are no one-way operations"
    texts = [str(reply) for reply in replies]
    return response(return_=texts if call.shape.returns_list else texts[-1])


def _in_namespace(envelope: bytes, namespace: str, dialect: Dialect) -> bytes:
    """A reply in the namespace in which it was called, as NuSOAP has it: the vendor's page and
    its WSDL name two, and each client expects its own."""
    charset = dialect.content_type.rpartition("=")[2]
    uri = escape(namespace, {'"': "&quot;"}).encode(charset, "xmlcharrefreplace")
    return _WRAPPER.sub(lambda start: start[1] + uri, envelope, count=1)


def _summary(replies: Sequence[Reply]) -> str:
    """The replies' kinds, and the numbers of errors: ids and sessions are nobody's business."""
    kinds: dict[str, int] = {}
    for reply in replies:
        kind = type(reply).__name__
        if isinstance(reply, Refusal):
            kind = f"ERR {reply.code or 0:03d}"
        kinds[kind] = kinds.get(kind, 0) + 1
    return ", ".join(f"{count} × {kind}" for kind, count in kinds.items())
