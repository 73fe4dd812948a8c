"""Where clients and services meet message security; the wing `security` does the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from ..soap.envelope import Version
from ..xml.element import Element
from ..xml.parsing import Limits
from .message import Message


@dataclass(frozen=True, slots=True)
class Checked:
    """A reply that was checked: the very tree that is decoded."""

    root: Element
    verified: bool
    """Whether it was signed as demanded; `False` of a fault that was not signed, or of a reply that need
    not be."""


@dataclass(frozen=True, slots=True)
class Received:
    """A request that was checked."""

    root: Element
    """The tree that is decoded: another one than before where something was encrypted."""
    user: str
    """The subject of the certificate that it is signed with, "" where none is demanded."""
    correlation: object = field(default=None, repr=False)
    """The facts of it that its reply needs."""


class ClientSecurity(Protocol):
    """The message security of one client."""

    def secured(self, message: Message) -> Message:
        """A request, signed and encrypted; the last that is done to it.

        Raises:
            SecurityError: the keys cannot do it.
        """
        ...

    def checked(
        self, message: Message, limits: Limits, sent: Message | None = None
    ) -> Checked:
        """A whole reply, after all layers.

        Args:
            message: the reply.
            limits: how much it may hold.
            sent: the request, as `secured` gave it.

        Raises:
            SecurityError: it is not signed and encrypted as demanded.
            DecodeError: it is no XML.
        """
        ...


class ServiceSecurity(Protocol):
    """The message security of one service."""

    def understands(self, block: str) -> bool:
        """Whether a header block is checked, by its name in Clark's notation."""
        ...

    def received(
        self, blocks: Sequence[Element], version: Version, limits: Limits
    ) -> Received:
        """A request, and the identity of who signed it.

        Args:
            blocks: its header blocks that are for the service, of its whole tree.
            version: of SOAP.
            limits: how much it may hold after decryption.

        Raises:
            SoapFault: the request is refused.
        """
        ...

    def secured(self, message: Message, request: Received | None) -> Message:
        """A reply, signed and encrypted; the last that is done to it.

        Args:
            message: the reply.
            request: what it answers.

        Raises:
            SecurityError: the keys cannot do it.
        """
        ...


@runtime_checkable
class MessageSecurity(Protocol):
    """Keys or a profile, as `security=` of clients and services takes them."""

    def for_client(self, demanded: object, endpoint: str) -> ClientSecurity:
        """The message security of a client.

        Args:
            demanded: the profile of the port's policy, `None` where there is none.
            endpoint: the URL that requests go to.

        Raises:
            ValueError: the endpoint, or a key, is not as the policy demands.
        """
        ...

    def for_service(self, demanded: object) -> ServiceSecurity:
        """The message security of a service.

        Raises:
            ValueError: a key is not as the policy demands.
        """
        ...
