"""Clients of port types that have an HTTP binding: its operations go without an envelope."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any, TypeVar

from ..errors.errors import SecurityError
from ..errors.exchange import Exchange
from ..soap.operation import AnyOperation
from ..xml.element import Element
from .binding import check_request
from .client import BaseAsyncClient, BaseClient, _Client
from .deadlines import Deadline
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
        log, verb = self._package.log, operation.http.verb
        if log.isEnabledFor(logging.DEBUG):
            url = self._package.secrets.redact_url(message.url)
            log.debug("%s: %s %s", operation.name, verb, url)
        request = http_request(message, verb, self._limits)
        return replace(request, deadline=deadline, timeout=self._timeout)

    def _reply(self, operation: AnyOperation, sent: Message, reply: Response) -> Reply:
        if not isinstance(operation, HttpOperation):
            return super()._reply(operation, sent, reply)
        self._package.log.debug("%s: HTTP %d", operation.name, reply.status)
        return _HttpReply(operation, sent, reply, self._limits, self._lenient)


class _HttpReply(Reply):
    """A reply that is no envelope."""

    __slots__ = ()

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
