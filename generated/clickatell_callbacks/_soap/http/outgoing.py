"""What a client does to an envelope before it is sent: the hook, WS-Security, WS-Addressing.

A hook is a function that takes an `Outgoing` and gives what is to be sent. `UsernameToken` and
`Addressing` are such functions, made from what they have to say.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Final, Literal, TypeAlias

from ..errors.errors import EncodeError
from ..soap.operation import AnyOperation
from ..values.strings import attribute_text, text

__all__ = ["Addressing", "Hook", "Outgoing", "UsernameToken"]

_WSS: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_SECURITY: Final = f"{_WSS}wssecurity-secext-1.0.xsd"
_UTILITY: Final = f"{_WSS}wssecurity-utility-1.0.xsd"
_PROFILE: Final = f"{_WSS}username-token-profile-1.0"
_BASE64: Final = f"{_WSS}soap-message-security-1.0#Base64Binary"
_ADDRESSING: Final = {
    "2005/08": (
        "http://www.w3.org/2005/08/addressing",
        "http://www.w3.org/2005/08/addressing/anonymous",
    ),
    "2004/08": (
        "http://schemas.xmlsoap.org/ws/2004/08/addressing",
        "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous",
    ),
}


@dataclass(frozen=True, slots=True, repr=False)
class Outgoing:
    """A request's envelope on its way out."""

    envelope: bytes
    operation: AnyOperation
    url: str
    """Where it goes."""

    def __repr__(self) -> str:
        size = f"{len(self.envelope):,} bytes"
        url = self.operation.package.secrets.redact_url(self.url)
        return f"Outgoing({size}, {self.operation!r}, {url!r})"

    def with_block(self, block: str) -> Outgoing:
        """The same with one more header block, before the others.

        Args:
            block: an element as XML, its namespaces declared in it.

        Raises:
            ValueError: a hook made another envelope of it, in which no place is known.
        """
        wire, envelope = self.operation.envelope.wire, self.envelope
        header, body = f"<{wire.prefix}:Header>", f"<{wire.prefix}:Body>"
        # The first of either is the envelope's own: nothing but its start tag is before it.
        at = envelope.find(body.encode())
        if at < 0:
            raise ValueError(f"there is no {body} in the envelope any more")
        own = envelope.find(header.encode(), 0, at)
        if own < 0:
            block = f"{header}{block}</{wire.prefix}:Header>"
        else:
            at = own + len(header)
        written = block.encode(wire.charset, "xmlcharrefreplace")
        return replace(self, envelope=envelope[:at] + written + envelope[at:])


Hook: TypeAlias = Callable[[Outgoing], Outgoing]


class UsernameToken:
    """A hook that says who calls: WS-Security's UsernameToken (profile 1.0) with a Timestamp.

    Each request has a nonce and a time of its own. The password shows in no representation.

    Args:
        username: the user's name.
        password: the password.
        digest: whether a digest of the password is sent instead of itself.
        lifetime: seconds that the message is good for; `None` sends no Timestamp.
        must_understand: whether the other side must refuse what it cannot check.
    """

    def __init__(
        self,
        username: str,
        password: str,
        *,
        digest: bool = False,
        lifetime: float | None = 300.0,
        must_understand: bool = True,
    ) -> None:
        self._username = username
        self._password = password
        self._digest = digest
        self._lifetime = lifetime
        self._must_understand = must_understand

    def __repr__(self) -> str:
        return f"UsernameToken({self._username!r})"

    def __call__(self, message: Outgoing) -> Outgoing:
        """The envelope with a Security block."""
        now = datetime.now(timezone.utc)
        prefix = message.operation.envelope.wire.prefix
        must = f' {prefix}:mustUnderstand="1"' if self._must_understand else ""
        return message.with_block(
            f'<wsse:Security xmlns:wsse="{_SECURITY}" xmlns:wsu="{_UTILITY}"{must}>'
            f"{self._timestamp(now)}{self._token(now)}</wsse:Security>"
        )

    def _timestamp(self, now: datetime) -> str:
        if self._lifetime is None:
            return ""
        until = now + timedelta(seconds=self._lifetime)
        return (
            f"<wsu:Timestamp><wsu:Created>{_instant(now)}</wsu:Created>"
            f"<wsu:Expires>{_instant(until)}</wsu:Expires></wsu:Timestamp>"
        )

    def _token(self, now: datetime) -> str:
        xml = f"<wsse:Username>{_quoted('username', self._username)}</wsse:Username>"
        if not self._digest:
            kind, password = "PasswordText", _quoted("password", self._password)
        else:
            kind, password = "PasswordDigest", ""
        nonce, created = os.urandom(16), _instant(now)
        if self._digest:
            given = nonce + created.encode() + self._password.encode()
            # SHA-1 is what the profile asks for (section 3.1).
            password = _base64(hashlib.sha1(given, usedforsecurity=False).digest())
        xml += f'<wsse:Password Type="{_PROFILE}#{kind}">{password}</wsse:Password>'
        xml += f'<wsse:Nonce EncodingType="{_BASE64}">{_base64(nonce)}</wsse:Nonce>'
        xml += f"<wsu:Created>{created}</wsu:Created>"
        return f"<wsse:UsernameToken>{xml}</wsse:UsernameToken>"


class Addressing:
    """A hook that writes WS-Addressing's headers: To, Action, MessageID, and a ReplyTo that asks
    for the answer on the same connection.

    Args:
        actions: by the operations' names, where the action is not the SOAPAction.
        version: of WS-Addressing: of 2005/08, or its draft of 2004/08.
        must_understand: whether the other side must refuse what it does not know.
    """

    def __init__(
        self,
        actions: Mapping[str, str] | None = None,
        *,
        version: Literal["2005/08", "2004/08"] = "2005/08",
        must_understand: bool = False,
    ) -> None:
        self._actions = dict(actions or {})
        self._namespace, self._anonymous = _ADDRESSING[version]
        self._must_understand = must_understand

    def __call__(self, message: Outgoing) -> Outgoing:
        """The envelope with the blocks.

        Raises:
            EncodeError: the operation has no action.
        """
        operation = message.operation
        action = self._actions.get(operation.name, operation.soap_action)
        if not action:
            raise EncodeError("Action", f"{operation.name} has no SOAPAction: give one")
        blocks = [
            ("To", _quoted("To", message.url)),
            ("Action", _quoted("Action", action)),
            ("MessageID", uuid.uuid4().urn),
        ]
        if not operation.one_way:
            address = f"<wsa:Address>{self._anonymous}</wsa:Address>"
            blocks.append(("ReplyTo", address))
        for name, content in reversed(blocks):
            message = message.with_block(self._block(message, name, content))
        return message

    def _block(self, message: Outgoing, name: str, content: str) -> str:
        prefix = message.operation.envelope.wire.prefix
        must = f' {prefix}:mustUnderstand="1"' if self._must_understand else ""
        declared = f' xmlns:wsa="{attribute_text(self._namespace)}"'
        return f"<wsa:{name}{declared}{must}>{content}</wsa:{name}>"


def _instant(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z"


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _quoted(field: str, value: str) -> str:
    """A text as XML.

    Raises:
        EncodeError: XML cannot carry it; a password is not told.
    """
    try:
        return text(value)
    except (TypeError, ValueError) as error:
        said = "XML cannot carry it" if field == "password" else str(error)
        raise EncodeError(field, said) from None
