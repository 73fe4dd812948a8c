"""The meaning of a reply: the response, a fault, or something else than a SOAP reply."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..errors.errors import (
    DecodeError,
    NotAnEnvelope,
    SoapError,
    SoapFault,
    TransportError,
)
from ..errors.exchange import Exchange
from ..errors.problems import Problem
from ..secrets.redaction import Secrets
from ..soap.operation import AnyOperation
from ..xml.element import Element
from ..xml.parsing import Limits
from .attaching import Attaching, Read
from .binding import readable_apart, received
from .bodies import LONG, TooLarge, charset_of, is_multipart
from .message import Attachment, Message
from .securing import ClientSecurity, with_opened
from .transport import Response


class _Unread(Exception):
    """A part was left where it is for a binary value, and nothing has read it: it is in the place of another
    value, or the message is a fault."""


def carried_outside(sent: Message, secrets: Secrets) -> Secrets:
    """Secrets, and those in a request's URL and in its Authorization."""
    given = sent.headers.get("authorization", "")
    secrets = secrets.carrying([given, given.partition(" ")[2]])
    return _carried_in_url(sent, secrets)


def _carried_in_url(sent: Message, secrets: Secrets) -> Secrets:
    if "@" in sent.url or "?" in sent.url:
        return secrets.carried_in(sent.url)
    return secrets


class Reply:
    """A reply on its way to an exchange, through the incoming layers.

    Args:
        operation: what was called.
        sent: the request, after the outgoing layers.
        reply: what came.
        limits: how much it may hold.
        lenient: whether what violates its schema is noted, and is no error.
        attaching: what reads attachments; `None` where nothing is binary.
        streams: whether binary values are read as attachments.
        security: what checks the message security of replies; `None` for none.
    """

    __slots__ = (
        *("_attaching", "_came", "_envelope", "_left", "_limits", "_operation"),
        *("_parts", "_problems", "_security", "_sent", "_streams", "_verified"),
    )

    def __init__(
        self,
        operation: AnyOperation,
        sent: Message,
        reply: Response,
        limits: Limits,
        lenient: bool = False,
        attaching: Attaching | None = None,
        streams: bool = False,
        security: ClientSecurity | None = None,
    ) -> None:
        self._problems: list[Problem] | None = [] if lenient else None
        self._operation = operation
        self._sent = sent
        self._came = reply
        self._envelope = reply.body
        self._limits = limits
        self._parts: tuple[Attachment, ...] = ()
        self._left: tuple[Attachment, ...] = ()
        self._attaching = attaching
        self._streams = streams
        self._security = security
        self._verified: bool | None = None

    def message(self) -> Message:
        """The reply as it came, for the incoming layers.

        Raises:
            TransportError: it is declared to have several parts, and has none.
        """
        came, operation, url = self._came, self._operation, self._sent.url
        if self._is_acknowledgement(came.body, came.status):
            kind = self._content_type
            return Message(
                came.body, kind, came.headers, (), operation, url, came.status
            )
        message = received(
            *(came.body, came.headers),
            operation=operation,
            url=url,
            status=came.status,
            limits=self._limits,
        )
        self._envelope = message.envelope
        if came.attachments:
            message = replace(message, attachments=came.attachments)
        return message

    @property
    def has_parts(self) -> bool:
        """Whether it is declared to have several parts, and they are of interest."""
        came = self._came
        several = bool(came.attachments) or is_multipart(self._content_type)
        return several and not self._is_acknowledgement(came.body, came.status)

    def _is_acknowledgement(self, body: bytes, status: int) -> bool:
        """Whether it only confirms the receipt of a one-way call (WS-I Basic Profile 1.1, R2714),
        or of one that is answered elsewhere; its type does not matter then."""
        if not (self._operation.one_way or self._sent.answered_elsewhere):
            return False
        if not 200 <= status < 300:
            return False
        return status in (202, 204) or not body.strip()

    @property
    def is_long(self) -> bool:
        """Whether it takes so long to read that an event loop should not wait for it."""
        return len(self._came.body) > LONG or self.has_parts

    @property
    def _content_type(self) -> str:
        return self._came.headers.get("content-type", "")

    def exchange(
        self, message: Message | None = None
    ) -> Exchange[Any]:  # Any: the operation's response
        """The exchange that the reply completes.

        Args:
            message: what the layers made of it; `None` where there are none, nor parts.

        Raises:
            SoapFault: the envelope holds one.
            DecodeError: a successful reply's envelope violates its schema.
            TransportError: it is no SOAP reply.
        """
        status = self._came.status
        if message is None and self._security is None:
            return self._read(self._envelope, self._content_type, status)
        message = message or self.message()
        self._parts = message.attachments
        if self._streams:
            kind = message.content_type
            found = message.status or status
            return self._read(
                message.envelope, kind, found, self._checked(message, message)
            )
        # A signature is of the whole envelope, its binary values in place.
        apart = self._attaching is not None and self._security is None
        whole = self._whole(message, LONG if apart else None)
        root = self._checked(whole, message)
        if message.envelope is self._envelope:
            self._envelope = whole.envelope
        try:
            return self._read(
                whole.envelope, whole.content_type, whole.status or status, root
            )
        except _Unread:
            whole = self._whole(message, None)
        return self._read(whole.envelope, whole.content_type, whole.status or status)

    def _whole(self, message: Message, left: int | None) -> Message:
        """A reply with the values that are in other parts back in its envelope, as `readable`.

        Raises:
            TransportError: one is not there, or it is beyond the limits with them.
        """
        try:
            whole, self._left = readable_apart(message, self._limits, left)
        except TooLarge:
            reason = f"the reply has more than {self._limits.envelope:,} bytes"
            raise TransportError(reason) from None
        return whole

    def _checked(self, message: Message, came: Message) -> Element | None:
        """The tree of a whole reply, once its message security is as demanded; `None` where none is.

        Args:
            message: with its binary values in place.
            came: as it came.

        Raises:
            SecurityError: it is not.
            TransportError: it is no envelope.
        """
        status = message.status or self._came.status
        if self._security is None or self._is_acknowledgement(message.envelope, status):
            return None
        # Here and not above: few clients have message security.
        from .multipart import beside

        try:
            message = replace(message, attachments=beside(came))
            found = self._security.checked(message, self._limits, self._sent)
        except NotAnEnvelope as error:
            raise self._no_reply() from error
        self._verified = found.verified
        self._parts = with_opened(self._parts, found.opened)
        return found.root

    def failed(self, error: SoapError) -> None:
        """Hang the exchange on an error, which hides what is secret in the package. Whatever failed
        on the way, the error has what came."""
        secrets = carried_outside(self._sent, self._operation.package.secrets)
        error.secrets = secrets
        if isinstance(error, SoapFault) and error.raw_detail is not None:
            sent, name = self._sent.envelope, self._operation.name
            error.raw_detail.keep(secrets.carried_by(sent, name))
        if isinstance(error, TransportError) and error.status is None:
            error.of_reply(self._came.status, self._came.headers, self._came.body)
        if error.exchange is None:
            error.exchange = self._exchange(None, None)

    def _exchange(
        self, response: Any, headers: Any
    ) -> Exchange[Any]:  # Any: the operation's response, and its headers
        both = self._sent.envelope, self._envelope
        return Exchange(
            *(response, headers, self._came.status, *both),
            operation=self._operation.name,
            problems=self._noted(),
            attachments=self._parts,
            secrets=self._secrets,
        )

    def _noted(self) -> tuple[Problem, ...]:
        """The problems, which quote the reply: without the secrets that the request carried."""
        if not self._problems:
            return ()
        sent, name = self._sent.envelope, self._operation.name
        hide = self._secrets.carried_by(sent, name).without_values
        return tuple(
            replace(one, value=one.value and hide(one.value), reason=hide(one.reason))
            for one in self._problems
        )

    @property
    def _secrets(self) -> Secrets:
        """The package's secrets, and those in the request's URL."""
        return _carried_in_url(self._sent, self._operation.package.secrets)

    def _read(
        self,
        envelope: bytes,
        content_type: str,
        status: int,
        root: Element | None = None,
    ) -> Exchange[Any]:  # Any: the operation's response
        """The response and its headers, in an exchange.

        A fault is one whatever the status; a response is one only where the status is that of one.
        """
        success = 200 <= status < 300
        if self._is_acknowledgement(envelope, status):
            return self._exchange(None, None)
        try:
            charset = charset_of(content_type)
            found = self._found(envelope, charset, root)
        except SoapFault as fault:
            fault.verified = self._verified
            raise
        except DecodeError as error:
            if success and not isinstance(error, NotAnEnvelope):
                raise
            raise self._no_reply() from error
        if not success:
            raise self._no_reply()
        return self._exchange(*found)

    def _found(
        self, envelope: bytes, charset: str | None, root: Element | None
    ) -> tuple[Any, Any]:  # Any: the operation's response, and its headers
        """The response and its headers."""
        read, limits, problems = (
            self._operation.read_response,
            self._limits,
            self._problems,
        )
        if self._attaching is None:
            return read(envelope, charset, limits, problems, root)
        with self._attaching.reading(self._parts, self._streams) as came:
            try:
                found = read(envelope, charset, limits, problems, root)
            except SoapError:
                self._check_read(came)
                raise
            self._check_read(came)
        return found

    def _check_read(self, came: Read) -> None:
        """See that what was left in its part has been read there.

        Raises:
            _Unread: it was not.
        """
        if not all(came.has_read(part) for part in self._left):
            if self._problems:
                self._problems.clear()
            raise _Unread

    def _no_reply(self) -> TransportError:
        came = self._came
        message = "no SOAP reply"
        if 300 <= came.status < 400 and "location" in came.headers:
            to = self._secrets.redact_url(came.headers["location"])
            message += f", but a redirect to {to}, which is not followed"
        # 407 is a proxy's, which passes nothing on (RFC 9110, section 15.5.8).
        return TransportError(
            message,
            status=came.status,
            headers=came.headers,
            body=self._envelope,
            sent=False if came.status == 407 else None,
        )
