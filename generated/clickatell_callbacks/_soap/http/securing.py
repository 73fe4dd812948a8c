"""Where clients and services meet message security; the wing `security` does the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, runtime_checkable

from ..soap.envelope import Version
from ..xml.element import Element
from ..xml.parsing import Limits
from .message import Attachment, Message


class Checked(NamedTuple):
    """A reply that was checked: the very tree that is decoded."""

    root: Element
    verified: bool
    """Whether it was signed as demanded; `False` of a fault that was not signed, or of a reply that need
    not be."""
    opened: Mapping[str, Attachment] = field(default_factory=dict)
    """The attachments that were decrypted, by their Content-IDs."""


@dataclass(frozen=True, slots=True)
class Received:
    """A request that was checked."""

    root: Element
    """The tree that is decoded: another one than before where something was encrypted."""
    user: str
    """The subject of its SAML assertion, or of the certificate that it is signed with; "" where neither
    is demanded."""
    correlation: object = field(default=None, repr=False)
    """The facts of it that its reply needs."""
    assertion: Element | None = field(default=None, repr=False)
    """Its SAML assertion, where one is demanded, checked."""
    opened: Mapping[str, Attachment] = field(default_factory=dict, repr=False)
    """Its attachments that were decrypted, by their Content-IDs."""


def with_opened(
    attachments: Sequence[Attachment], opened: Mapping[str, Attachment]
) -> tuple[Attachment, ...]:
    """Attachments, with those that were decrypted in their places.

    Args:
        opened: by their Content-IDs.
    """
    return tuple(opened.get(one.content_id, one) for one in attachments)


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
            message: the reply, with the attachments that its envelope does not include.
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
        self,
        blocks: Sequence[Element],
        version: Version,
        limits: Limits,
        attachments: Sequence[Attachment] = (),
    ) -> Received:
        """A request, and the identity of who signed it.

        Args:
            blocks: its header blocks that are for the service, of its whole tree.
            version: of SOAP.
            limits: how much it may hold after decryption.
            attachments: those that its envelope does not include.

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


class ClientDemands(Protocol):
    """The demands of a port's policy on one client."""

    def without_keys(self) -> ClientSecurity | None:
        """The message security of a client to whom no keys are given; `None` where it needs none.

        Raises:
            ValueError: the policy demands what is not given.
        """
        ...


class ServiceDemands(Protocol):
    """The message security of a port's services, by operation."""

    def of(self, operation: str) -> ServiceSecurity | None:
        """That of an operation, by its name; `None` where it needs none."""
        ...


class PortDemands(Protocol):
    """The message security that the policy of a port demands; the wing `security` has it."""

    def of_client(
        self, endpoint: str, layers: Sequence[object], *, plain: bool
    ) -> ClientDemands:
        """The demands on a client.

        Args:
            endpoint: the URL that its requests go to.
            layers: the outgoing ones that the user gives.
            plain: whether its HTTP is not the user's own.
        """
        ...

    def service(
        self, secured: Callable[[Any], ServiceSecurity | None]
    ) -> ServiceDemands:
        """The message security of a service with keys.

        Args:
            secured: gives that of a profile (`Any`: the wing's own).

        Raises:
            ValueError: nothing meets what the policy demands.
        """
        ...

    def service_without_keys(self, given: object) -> ServiceDemands:
        """The same without keys.

        Args:
            given: what checks who calls, `None` where nothing does.

        Raises:
            ValueError: the policy demands more.
        """
        ...


@runtime_checkable
class MessageSecurity(Protocol):
    """Keys or a profile, as `security=` of clients and services takes them."""

    def for_client(
        self, demanded: ClientDemands | None, endpoint: str
    ) -> ClientSecurity:
        """The message security of a client.

        Args:
            demanded: by the port's policy, with what is given; `None` where it demands nothing.
            endpoint: the URL that requests go to.

        Raises:
            ValueError: the endpoint, or a key, is not as the policy demands.
        """
        ...

    def for_service(self, demanded: PortDemands | None) -> ServiceDemands:
        """The message security of a service, by operation.

        Args:
            demanded: by the port's policy, `None` where it demands nothing.

        Raises:
            ValueError: a key is not as the policy demands.
        """
        ...
