"""WS-Security's UsernameToken (profile 1.0), as a layer of what a client sends."""

from __future__ import annotations

import hashlib
import os
from base64 import b64encode
from datetime import datetime, timedelta, timezone
from typing import Final

from ..errors.errors import EncodeError
from ..http.message import Message
from ..soap.blocks import block_text

_WSS: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_SECURITY: Final = f"{_WSS}wssecurity-secext-1.0.xsd"
_UTILITY: Final = f"{_WSS}wssecurity-utility-1.0.xsd"
_PROFILE: Final = f"{_WSS}username-token-profile-1.0"
_BASE64: Final = f"{_WSS}soap-message-security-1.0#Base64Binary"


class UsernameToken:
    """A layer that identifies the caller: WS-Security's UsernameToken (profile 1.0) with a Timestamp.

    Each request has a nonce and a time of its own. The password shows in no representation.

    Args:
        username: the user's name.
        password: the password.
        digest: whether a digest of the password is sent instead of itself.
        lifetime: seconds that the message is good for; `None` sends no Timestamp.
        must_understand: whether the peer must refuse what it cannot check.
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

    def __call__(self, message: Message) -> Message:
        """The message with a Security block.

        Raises:
            EncodeError: XML cannot carry the name or the password.
            ValueError: there is no SOAP envelope.
        """
        now = datetime.now(timezone.utc)
        must = message.must_understand if self._must_understand else ""
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
        xml = f"<wsse:Username>{block_text('username', self._username)}</wsse:Username>"
        if not self._digest:
            kind, password = "PasswordText", self._password_text()
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

    def _password_text(self) -> str:
        try:
            return block_text("password", self._password)
        except EncodeError:  # its text may quote the password
            raise EncodeError("password", "XML cannot carry it") from None


def _instant(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z"


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
