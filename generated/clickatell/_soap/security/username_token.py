"""WS-Security's UsernameToken (profile 1.0), as a layer of what a client sends."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable
from copy import copy
from datetime import datetime, timedelta, timezone

from ..errors.errors import EncodeError
from ..http.message import Message
from ..soap.blocks import block_text
from ..values.strings import attribute_text
from .tokens import BASE64, PROFILE, SECURITY, UTILITY, password_digest


def _now() -> datetime:
    return datetime.now(timezone.utc)


class UsernameToken:
    """A layer that identifies the caller: WS-Security's UsernameToken (profile 1.0) with a Timestamp.

    Each request has a nonce and a time of its own. The password shows in no representation.

    Args:
        username: the user's name.
        password: the password; `None` sends none.
        digest: whether a digest of the password is sent instead of itself.
        lifetime: seconds that the message is good for; `None` sends no Timestamp.
        must_understand: whether the peer must refuse what it cannot check.
        nonce: whether a password in the clear has a Nonce too, which some services refuse.
        created: the same of Created.
        sha1_password: whether the digest is made of the password's SHA-1, as Amadeus has it.
        clock: gives the time, with a zone; where the peer's clock is wrong, its time.
        token_id: the token's `wsu:Id`, for a layer that signs it; "" for none.

    Raises:
        ValueError: a digest without Nonce or Created, or without a password.
    """

    def __init__(
        self,
        username: str,
        password: str | None,
        *,
        digest: bool = False,
        lifetime: float | None = 300.0,
        must_understand: bool = True,
        nonce: bool = True,
        created: bool = True,
        sha1_password: bool = False,
        clock: Callable[[], datetime] = _now,
        token_id: str = "",
    ) -> None:
        if digest and not (nonce and created and password is not None):
            raise ValueError("a digest is of a nonce, a time and a password")
        if sha1_password and not digest:
            raise ValueError("sha1_password is for digests: digest=True")
        self._username = username
        self._password = password
        self._digest = digest
        self._lifetime = lifetime
        self._must_understand = must_understand
        self._nonce = nonce
        self._created = created
        self._sha1_password = sha1_password
        self._clock = clock
        self._token_id = token_id

    def __repr__(self) -> str:
        return f"UsernameToken({self._username!r})"

    def in_form(self, form: str) -> UsernameToken:
        """The token in the form that a policy demands, itself where it is so.

        Args:
            form: "digest", "no-password", or any other for every form.

        Raises:
            ValueError: there is no password to make a digest of.
        """
        if form == "digest" and not self._digest:
            if self._password is None:
                raise ValueError("a digest is of a nonce, a time and a password")
            made = copy(self)
            made._digest = made._nonce = made._created = True
            return made
        if form == "no-password" and self._password is not None:
            made = copy(self)
            made._password, made._digest = None, False
            return made
        return self

    def __call__(self, message: Message) -> Message:
        """The message with a Security block.

        Raises:
            EncodeError: XML cannot carry the name or the password.
            ValueError: there is no SOAP envelope, or the clock's time has no zone.
        """
        now = self._clock()
        if now.tzinfo is None:
            raise ValueError("clock: a time with a zone is wanted")
        now = now.astimezone(timezone.utc)
        must = message.must_understand if self._must_understand else ""
        return message.with_block(
            f'<wsse:Security xmlns:wsse="{SECURITY}" xmlns:wsu="{UTILITY}"{must}>'
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
        nonce, created = os.urandom(16), _instant(now)
        xml = f"<wsse:Username>{block_text('username', self._username)}</wsse:Username>"
        xml += self._secret(nonce, created)
        if self._nonce and self._password is not None:
            encoded = b64encode(nonce).decode("ascii")
            xml += f'<wsse:Nonce EncodingType="{BASE64}">{encoded}</wsse:Nonce>'
        if self._created:
            xml += f"<wsu:Created>{created}</wsu:Created>"
        name = f' wsu:Id="{attribute_text(self._token_id)}"' if self._token_id else ""
        return f"<wsse:UsernameToken{name}>{xml}</wsse:UsernameToken>"

    def _secret(self, nonce: bytes, created: str) -> str:
        """The Password, "" where none is sent."""
        if self._password is None:
            return ""
        if self._digest:
            kind = "PasswordDigest"
            password = password_digest(
                *(nonce, created, self._password), sha1_password=self._sha1_password
            )
        else:
            kind, password = "PasswordText", _password_text(self._password)
        return f'<wsse:Password Type="{PROFILE}#{kind}">{password}</wsse:Password>'


def _password_text(password: str) -> str:
    try:
        return block_text("password", password)
    except EncodeError:  # its text may quote the password
        raise EncodeError("password", "XML cannot carry it") from None


def _instant(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z"
