"""The gateway over SOAP: envelopes in, envelopes out."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from ...vendor.codes import ErrorCode
from ...vendor.replies import GatewayError, Refusal, Reply
from ..engine.gateway import Gateway
from ..state.database import StateError
from .calls import OPERATIONS, Values
from .dialects import Dialect
from .tolerance import BadCall, Call, CallReader

_log = logging.getLogger(__name__)

_WRAPPER: Final = re.compile(rb'(<tns:\w+Response xmlns:tns=")[^"]*')


@dataclass(frozen=True, slots=True)
class Answer:
    """An envelope, and its description for the log."""

    envelope: bytes
    is_fault: bool
    operation: str
    """The operation that was called, `?` where it is unknown."""
    outcome: str
    """The outcome, for a log: without a secret."""


# --------------------------------------------------------------------------------- service


class SoapService:
    """One of the vendor's services on a gateway."""

    def __init__(self, gateway: Gateway, dialect: Dialect) -> None:
        self._gateway = gateway
        self.dialect = dialect
        self._reader = CallReader(dialect)

    def read(self, envelope: bytes, charset: str | None = None) -> Call | Answer:
        """The call that a request holds, or the answer to what holds none.

        Args:
            envelope: as it came.
            charset: the charset of the Content-Type.
        """
        try:
            return self._reader.read(envelope, charset)
        except BadCall as error:
            return self._fault("?", error.code, error.reason)
        except Exception:
            _log.exception("an envelope could not be read")
            return self._fault("?", "Server", "Internal error")

    def answer(self, call: Call, address: str = "") -> Answer:
        """The answer to a call, which is carried out.

        Args:
            call: of this service.
            address: the IP address that it came from.
        """
        try:
            return self._answer(call, self._replies(call, address))
        except Exception:
            _log.exception("%s failed", call.operation.name)
            return self._fault(call.operation.name, "Server", "Internal error")

    def refuse(self, call: Call, code: ErrorCode) -> Answer:
        """The answer to a call that is refused with an error."""
        return self._answer(call, [Refusal.of(code)])

    def _answer(self, call: Call, replies: Sequence[Reply]) -> Answer:
        operation = call.operation
        envelope = operation.encode_response(_response(call, replies))
        if self.dialect.rpc and call.namespace:
            envelope = _in_namespace(envelope, call.namespace, self.dialect)
        return Answer(envelope, False, operation.name, _summary(replies))

    def _replies(self, call: Call, address: str) -> Sequence[Reply]:
        """The replies; the gateway's own errors are among them, as text."""
        perform = OPERATIONS[call.operation.name.lower()]
        try:
            request = call.operation.decode_request(call.envelope)
            return perform(self._gateway, Values(request, address))
        except self.dialect.decode_error:
            return [Refusal.of(ErrorCode.INVALID_PARAMETERS)]
        except GatewayError as error:
            return [error.refusal]
        except StateError as error:
            _log.error("%s: %s", call.operation.name, error)
            return [Refusal.of(ErrorCode.INTERNAL_ERROR)]

    def _fault(self, name: str, code: str, reason: str) -> Answer:
        return Answer(self.dialect.fault(code, reason), True, name, f"fault, {code}")


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
