"""Message security by operation: each of a port's may demand its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..errors.errors import SecurityError
from ..http.bodies import charset_of
from ..http.message import Attachment, Message
from ..http.securing import Checked, ClientSecurity, Received, ServiceSecurity
from ..soap.envelope import Version
from ..xml.element import Element
from ..xml.parsing import Limits, parse
from .refusals import refusal
from .tokens import BLOCK

_UNMET: Final = "the policy demands what nothing here meets"


class ClientByOperation:
    """The message security of a client by operation.

    Args:
        default: of operations that are not named.
        operations: by the operations' names; `None` for messages without any.
        unmet: the demands of operations that nothing meets, by their names.
    """

    def __init__(
        self,
        default: ClientSecurity | None,
        operations: Mapping[str, ClientSecurity | None],
        unmet: Mapping[str, str],
    ) -> None:
        self._default = default
        self._operations = operations
        self._unmet = unmet

    def secured(self, message: Message) -> Message:
        """A request, as its operation's policy demands.

        Raises:
            SecurityError: nothing meets that, or the keys cannot do it.
        """
        name = _name(message)
        if name in self._unmet:
            reason = f"the policy of {name} demands {self._unmet[name]}"
            raise SecurityError(f"{reason}, which nothing here meets")
        security = self._operations.get(name, self._default)
        return message if security is None else security.secured(message)

    def checked(
        self, message: Message, limits: Limits, sent: Message | None = None
    ) -> Checked:
        """A reply that is as its operation's policy demands.

        Raises:
            SecurityError: it is not.
            DecodeError: it is no XML.
        """
        security = self._operations.get(_name(message), self._default)
        if security is None:
            charset = charset_of(message.content_type)
            return Checked(parse(message.envelope, charset, limits), verified=False)
        return security.checked(message, limits, sent)


class ServiceByOperation:
    """The message security of a port of a service by operation.

    Args:
        default: of operations that are not named.
        operations: by the operations' names; `None` for messages without any.
    """

    def __init__(
        self,
        default: ServiceSecurity | None,
        operations: Mapping[str, ServiceSecurity | None],
    ) -> None:
        self._default = default
        self._operations = operations

    def of(self, operation: str) -> ServiceSecurity | None:
        """That of an operation, by its name."""
        return self._operations.get(operation, self._default)


class RefusingService:
    """The message security of operations whose policy nothing meets: every request is refused."""

    def understands(self, block: str) -> bool:
        """Whether a header block is checked, by its name in Clark's notation."""
        return block == BLOCK

    def received(
        self,
        blocks: Sequence[Element],
        version: Version,
        limits: Limits,
        attachments: Sequence[Attachment] = (),
    ) -> Received:
        """Refuse a request.

        Raises:
            SoapFault: always.
        """
        raise refusal(SecurityError(_UNMET), version)

    def secured(self, message: Message, request: Received | None) -> Message:
        """Refuse a reply.

        Raises:
            SecurityError: always.
        """
        raise SecurityError(_UNMET)


def _name(message: Message) -> str:
    return "" if message.operation is None else message.operation.name
