"""WS-Addressing's headers, as a layer of what a client sends (1.0 Core, section 3; SOAP Binding)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

from ..errors.errors import DecodeError, EncodeError
from ..http.binding import with_action
from ..http.bodies import charset_of
from ..http.message import Message
from ..soap.blocks import block_text
from .beginnings import header_of
from .headers import (
    VERSIONS,
    AddressingHeaders,
    EndpointReference,
    parameter_blocks,
    read_headers,
    reference,
    written,
)

__all__ = ["Addressing", "headers_of"]


def _new_id() -> str:
    return uuid.uuid4().urn


class Addressing:
    """A layer that writes the headers of WS-Addressing into requests: To, Action, MessageID, and
    a ReplyTo that asks for the answer on the same connection.

    SOAPAction (SOAP 1.2: the parameter `action`) becomes the Action. A reply that names
    another message than the one it answers is refused.

    Args:
        actions: by the operations' names, where the action is not the WSDL's.
        version: of WS-Addressing: of 2005/08, or its draft of 2004/08.
        must_understand: whether the peer must refuse what it does not understand.
        to: To, where it is not the URL; an endpoint's reference parameters go with it.
        reply_to: where replies go, where it is not this connection: the call then has none.
        fault_to: where faults go, where it is not `reply_to`.
        source: From.
        message_id: makes a MessageID; else each is a new UUID.
    """

    def __init__(
        self,
        actions: Mapping[str, str] | None = None,
        *,
        version: Literal["2005/08", "2004/08"] = "2005/08",
        must_understand: bool = False,
        to: str | EndpointReference | None = None,
        reply_to: str | EndpointReference | None = None,
        fault_to: str | EndpointReference | None = None,
        source: str | EndpointReference | None = None,
        message_id: Callable[[], str] = _new_id,
    ) -> None:
        self._actions = dict(actions or {})
        self._names = VERSIONS[version]
        self._must_understand = must_understand
        self._to = _endpoint(to)
        self._reply_to = _endpoint(reply_to)
        self._fault_to = _endpoint(fault_to)
        self._source = _endpoint(source)
        self._message_id = message_id

    def __call__(self, message: Message) -> Message:
        """The message with the blocks.

        Raises:
            EncodeError: the operation has no action, the message is no request of one, or XML
                cannot carry a header.
            ValueError: there is no SOAP envelope.
        """
        operation = message.operation
        if operation is None or message.status is not None:
            raise EncodeError("Action", "only a request of a client can be addressed")
        action = self._actions.get(operation.name, operation.request_action)
        if not action:
            raise EncodeError("Action", f"{operation.name} has no SOAPAction: give one")
        names, identity = self._names, self._message_id()
        to = self._to or EndpointReference(message.url)
        blocks = [
            ("To", block_text("To", to.address)),
            ("Action", block_text("Action", action)),
            ("MessageID", block_text("MessageID", identity)),
        ]
        blocks += [
            (name, reference(name, endpoint))
            for name, endpoint in self._endpoints(operation.one_way).items()
        ]
        must = message.must_understand if self._must_understand else ""
        xml = written(names, blocks, must) + parameter_blocks(names, to)
        addressed = with_action(message.with_block(xml), action)
        check = _RepliesTo(identity)
        return replace(
            addressed,
            checks=(*addressed.checks, check),
            answered_elsewhere=addressed.answered_elsewhere or self._elsewhere,
        )

    def _endpoints(self, one_way: bool) -> dict[str, EndpointReference]:
        """The headers that are endpoints."""
        anonymous = None if one_way else EndpointReference(self._names.anonymous)
        found = {
            "From": self._source,
            "ReplyTo": self._reply_to or anonymous,
            "FaultTo": self._fault_to,
        }
        return {name: one for name, one in found.items() if one is not None}

    @property
    def _elsewhere(self) -> bool:
        anonymous = self._names.anonymous
        given = self._reply_to
        return given is not None and given.address != anonymous


def _endpoint(given: str | EndpointReference | None) -> EndpointReference | None:
    return EndpointReference(given) if isinstance(given, str) else given


class _RepliesTo:
    """The check that a reply is one to a message."""

    def __init__(self, identity: str) -> None:
        self._identity = identity

    def __call__(self, reply: Message) -> None:
        """Refuse the reply to another message; one that names no message passes.

        Raises:
            DecodeError: it is so.
        """
        try:
            headers = headers_of(reply)
        except DecodeError:  # whoever reads the reply raises the error that it means
            return
        related = headers.relates_to if headers is not None else ()
        if related and self._identity not in related:
            raise DecodeError("RelatesTo", "the reply is one to another message")


def headers_of(message: Message | bytes) -> AddressingHeaders | None:
    """WS-Addressing's headers of a message, or of an envelope; `None` where it has none.

    Raises:
        DecodeError: it is no SOAP envelope.
    """
    if isinstance(message, bytes):
        message = Message(message)
    charset = charset_of(message.content_type)
    header = header_of(message.envelope, charset)
    return None if header is None else read_headers(header[:])
