"""Clients of port types that have an HTTP binding: its operations go without an envelope."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from ..errors.errors import SecurityError
from ..errors.exchange import Exchange
from ..soap.operation import AnyOperation
from ..xml.element import Element
from .binding import check_request
from .client import BaseAsyncClient, BaseClient, _Client
from .deadlines import Deadline
from .logs import log_plain_reply, log_plain_request
from .message import Message
from .plain import HttpOperation, http_request
from .replies import Reply
from .transport import Request, Response

__all__ = ["HttpAsyncClient", "HttpClient"]

H = TypeVar("H")


class _Http(_Client[H]):
    """The differences that an HTTP binding makes."""

    def _message(
        self, operation: AnyOperation, value: object, headers: object
    ) -> Message:
        if isinstance(operation, HttpOperation):
            return operation.http_message(value, self.endpoint)
        return super()._message(operation, value, headers)

    def _request(
        self,
        operation: AnyOperation,
        message: Message,
        deadline: Deadline | None,
        *,
        streams: bool,
    ) -> Request:
        if not isinstance(operation, HttpOperation):
            return super()._request(operation, message, deadline, streams=streams)
        check_request(message)
        verb = operation.http.verb
        log_plain_request(operation, message, verb)
        request = http_request(message, verb, self._limits)
        return replace(request, deadline=deadline, timeout=self._timeout)

    def _takes_apart(self, operation: AnyOperation) -> bool:
        return super()._takes_apart(operation) and not isinstance(
            operation, HttpOperation
        )

    def _reply(self, operation: AnyOperation, sent: Message, reply: Response) -> Reply:
        if not isinstance(operation, HttpOperation):
            return super()._reply(operation, sent, reply)
        log_plain_reply(operation, reply)
        return _HttpReply(operation, sent, reply, self._limits, self._lenient)


class _HttpReply(Reply):
    """A reply that is no envelope."""

    __slots__ = ()

    def message(self) -> Message:
        """As of `Reply`; where the operation answers in several parts, the whole body is the envelope."""
        if not self._answers_in_parts:
            return super().message()
        came, operation, url = self._came, self._operation, self._sent.url
        kind = self._content_type
        return Message(came.body, kind, came.headers, (), operation, url, came.status)

    @property
    def has_parts(self) -> bool:
        """As of `Reply`; the parts that an operation answers in are none beside the envelope."""
        return not self._answers_in_parts and super().has_parts

    @property
    def _answers_in_parts(self) -> bool:
        operation = self._operation
        assert isinstance(operation, HttpOperation)
        return operation.http.response_parts is not None

    def _whole(self, message: Message, left: int | None) -> Message:
        return message if self._answers_in_parts else super()._whole(message, left)

    def _read(
        self,
        envelope: bytes,
        content_type: str,
        status: int,
        root: Element | None = None,
    ) -> Exchange[Any]:  # Any: the operation's response
        if self._security is not None:
            raise SecurityError("an HTTP binding has no message security")
        operation = self._operation
        assert isinstance(operation, HttpOperation)
        if not 200 <= status < 300:
            raise self._no_reply()
        limits, problems = self._limits, self._problems
        found = operation.read_http(envelope, content_type, limits, problems)
        return self._exchange(found, None)


class HttpClient(_Http[H], BaseClient[H]):
    """`BaseClient` for port types with an HTTP binding."""


class HttpAsyncClient(_Http[H], BaseAsyncClient[H]):
    """`BaseAsyncClient` for the same."""
