"""Messages that TLS protects: a Timestamp, tokens, and parts that must be there, without any key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Protocol, runtime_checkable

from ..errors.errors import SecurityError
from ..http.bodies import charset_of
from ..http.message import Attachment, Message
from ..http.securing import Checked, Received
from ..soap.envelope import NAMES, Version
from ..xml.element import Element
from ..xml.parsing import Limits, parse
from .parts import Parts, parts_of
from .profile import Profile
from .refusals import refusal
from .required import check_required, check_sent
from .timestamps import check_timestamp, with_timestamp
from .tokens import BLOCK, USERNAME_TOKEN


@runtime_checkable
class Checking(Protocol):
    """A check of who calls, as a user gives it."""

    def understands(self, block: str) -> bool:
        """Whether a header block is checked, by its name in Clark's notation."""
        ...

    def check(self, blocks: Sequence[Element], version: Version) -> str:
        """The user who sent a request."""
        ...


class TransportClient:
    """The message security of a client whose messages TLS protects."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    def secured(self, message: Message) -> Message:
        """A request with the Timestamp that is demanded.

        Raises:
            SecurityError: a part that is demanded is not there, or it is no envelope.
        """
        return _sent(message, self._profile)

    def checked(
        self, message: Message, limits: Limits, sent: Message | None = None
    ) -> Checked:
        """A reply with the Timestamp and the parts that are demanded, or a fault.

        Raises:
            SecurityError: it has not.
            DecodeError: it is no XML.
        """
        root = parse(message.envelope, charset_of(message.content_type), limits)
        if root.tag in [names.envelope for names in NAMES.values()]:
            parts = parts_of(root, self._profile.actor)
            if parts.security is not None or not parts.has_fault:
                _check(parts, self._profile)
        return Checked(root, verified=False)


class TransportService:
    """The message security of a service whose messages TLS protects.

    Args:
        profile: of its messages.
        checking: checks who calls; `None` where nobody need say.
    """

    def __init__(self, profile: Profile, checking: object) -> None:
        if checking is not None and not isinstance(checking, Checking):
            raise TypeError("security: it has neither keys nor a method check")
        self._profile = profile
        self._checking: Checking | None = checking

    def understands(self, block: str) -> bool:
        """Whether a header block is checked, by its name in Clark's notation."""
        checking = self._checking
        if block == BLOCK:
            return True
        return checking is not None and checking.understands(block)

    def received(
        self,
        blocks: Sequence[Element],
        version: Version,
        limits: Limits,
        attachments: Sequence[Attachment] = (),
    ) -> Received:
        """A request and the user who sent it, "" where nobody need say.

        Raises:
            SoapFault: it is not as demanded.
        """
        try:
            root = blocks[0].getroottree().getroot() if blocks else None
            if root is None:
                raise SecurityError("there is no Security block")
            parts = parts_of(root, self._profile.actor)
            _check(parts, self._profile)
            if self._checking is None and _has_token(parts):
                raise SecurityError("nothing checks a UsernameToken here")
        except SecurityError as error:
            raise refusal(error, version) from error
        user = "" if self._checking is None else self._checking.check(blocks, version)
        return Received(root, user)

    def secured(self, message: Message, request: Received | None) -> Message:
        """A reply with the Timestamp that is demanded.

        Raises:
            SecurityError: as of a client.
        """
        return _sent(message, self._profile)


def _sent(message: Message, profile: Profile) -> Message:
    if profile.timestamp:
        now = datetime.now(timezone.utc)
        message = with_timestamp(message, profile, now)
    check_sent(message, profile)
    return message


def _check(parts: Parts, profile: Profile) -> None:
    check_timestamp(parts, profile, datetime.now(timezone.utc))
    check_required(parts, profile.expect_required)


def _has_token(parts: Parts) -> bool:
    security = parts.security
    return security is not None and security.find(USERNAME_TOKEN) is not None
