"""Announcements by WAP push: a link that handsets show, and a multimedia message that waits at a URL."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import IntEnum
from typing import ClassVar, Literal, TypeAlias

from ..vendor import push
from ..vendor.octets import octet_parts
from ..vendor.replies import GatewayError
from .outgoing import checked

Signal: TypeAlias = Literal[
    "signal-none", "signal-low", "signal-medium", "signal-high", "delete"
]
"""How much a handset makes of a service indication."""


class MmsClass(IntEnum):
    """The kind of a multimedia message."""

    PERSONAL = 80
    ADVERTISEMENT = 81
    INFORMATIONAL = 82
    AUTO = 83


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicationParts:
    """The parts of `si_push` that make up a message; `None` is unset."""

    operation: ClassVar[str] = "si_push"
    si_id: str
    si_url: str
    si_text: str
    si_created: str | None = None
    si_expires: str | None = None
    si_action: str | None = None
    concat: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationParts:
    """The parts of `ind_push` that make up a message; `None` is unset."""

    operation: ClassVar[str] = "ind_push"
    mms_subject: str
    mms_class: str
    mms_expire: str
    mms_from: str
    mms_url: str
    concat: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceIndication:
    """A link with a text, as WAP-167 has it.

    Args:
        url: where it leads.
        text: what is shown.
        id: by which a later indication replaces this one, or deletes it; by default one that is
            made of the URL and the text.
        created: when it was made; handsets show the latest of an id. A time without a zone is
            in UTC.
        expires: when handsets delete it.
        action: how much handsets make of it.
    """

    url: str
    text: str
    id: str = ""
    created: datetime | None = None
    expires: datetime | None = None
    action: Signal = "signal-medium"

    @property
    def sms(self) -> int:
        """How many SMS it takes."""
        return octet_parts(push.HEADER, self._on_air().encode())

    def encode(self) -> IndicationParts:
        """As `Message.encode`."""
        made = self._on_air()
        try:
            made.check()
        except GatewayError:
            raise ValueError(
                "a service indication has a URL, a text, and an action"
            ) from None
        return IndicationParts(
            si_id=made.id,
            si_url=made.url,
            si_text=made.text,
            si_created=made.created or None,
            si_expires=made.expires or None,
            si_action=made.action,
            concat=checked(self, empty=False),
        )

    def _on_air(self) -> push.ServiceIndication:
        content = f"{self.url}\n{self.text}".encode("utf-8", "replace")
        return push.ServiceIndication(
            id=self.id or hashlib.sha256(content).hexdigest()[:16],
            url=self.url,
            text=self.text,
            created=_written(self.created),
            expires=_written(self.expires),
            action=self.action,
        )


@dataclass(frozen=True, slots=True)
class MmsNotification:
    """The announcement of a multimedia message, which handsets then fetch.

    Args:
        url: where the message waits: an address that ends in `.mms`.
        subject: its subject.
        sender: the sender that is shown.
        expires: for how many seconds it waits there.
        kind: the kind of message.
    """

    url: str
    subject: str
    sender: str
    expires: int = 86_400
    kind: MmsClass = MmsClass.PERSONAL

    @property
    def sms(self) -> int:
        """How many SMS it takes."""
        return octet_parts(push.HEADER, self._on_air().encode())

    def encode(self) -> NotificationParts:
        """As `Message.encode`."""
        made = self._on_air()
        try:
            made.check()
        except GatewayError:
            raise ValueError(
                "a notification has a URL, a subject, a sender, and seconds until it expires"
            ) from None
        return NotificationParts(
            mms_subject=made.subject,
            mms_class=made.message_class,
            mms_expire=made.expire,
            mms_from=made.sender,
            mms_url=made.url,
            concat=checked(self, empty=False),
        )

    def _on_air(self) -> push.MmsNotification:
        return push.MmsNotification(
            subject=self.subject,
            message_class=str(int(self.kind)),
            expire=str(self.expires),
            sender=self.sender,
            url=self.url,
        )


def _written(at: datetime | None) -> str:
    """A time as the vendor has it, in UTC."""
    if at is None:
        return ""
    utc = at.astimezone(timezone.utc) if at.tzinfo is not None else at
    return f"{utc.year:04d}-{utc:%m-%dT%H:%M:%SZ}"
