"""WS-Security's UsernameToken (profile 1.0) as a service checks it."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from hashlib import sha256
from typing import Final

from ..errors.errors import SecurityError, SoapFault
from ..soap.envelope import Version
from ..values.strings import SPACE
from ..xml.element import Element
from .replays import NonceStore, Nonces
from .tokens import (
    BLOCK,
    PROFILE,
    SECURITY,
    TIMESTAMP,
    USERNAME_TOKEN,
    UTILITY,
    password_digest,
)

__all__ = ["NonceStore", "UsernameTokens"]

_CREATED: Final = f"{{{UTILITY}}}Created"
_EXPIRES: Final = f"{{{UTILITY}}}Expires"
_DIGEST: Final = f"{PROFILE}#PasswordDigest"
_TEXTS: Final = ("", f"{PROFILE}#PasswordText")
_LONGEST: Final = 1024
_REFUSED: Final = "the security token could not be authenticated"


class UsernameTokens:
    """Checks that each request has a UsernameToken of a user with the right password.

    A digest must have Nonce and Created. A Created must be recent, and a Nonce new. Whatever is
    wrong, the fault is the same, and takes as long for an unknown user as for a wrong password.

    Args:
        password_of: gives a user's password, `None` for an unknown user. It may be called in any
            thread.
        verify: instead of it, checks whether a password is a user's, for passwords that are stored
            as hashes: a digest cannot be checked then, and is refused. Its own time should not
            depend on whether there is the user.
        require_digest: whether a password in the clear is refused.
        sha1_password: whether digests are made of the password's SHA-1, as Amadeus has it.
        max_age: seconds that a token is good for.
        skew: seconds that a caller's clock may go before.
        nonces: remembers them, for a service of several processes.
        clock: gives the time, with a zone.

    Raises:
        ValueError: neither or both of `password_of` and `verify` are given.
    """

    def __init__(
        self,
        password_of: Callable[[str], str | None] | None = None,
        *,
        verify: Callable[[str, str], bool] | None = None,
        require_digest: bool = False,
        sha1_password: bool = False,
        max_age: float = 300.0,
        skew: float = 300.0,
        nonces: NonceStore | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        if (password_of is None) is (verify is None):
            raise ValueError("give either password_of or verify")
        self._password_of = password_of
        self._verify = verify
        self._require_digest = require_digest
        self._sha1_password = sha1_password
        self._max_age = max_age
        self._skew = skew
        self._clock = clock
        self._nonces: NonceStore = nonces or Nonces(clock)

    def __repr__(self) -> str:
        return "UsernameTokens(…)"

    def understands(self, block: str) -> bool:
        """Whether a header block is checked here, by its name in Clark's notation."""
        return block == BLOCK

    def check(self, blocks: Sequence[Element], version: Version) -> str:
        """The user whose token is among the header blocks of a request.

        Args:
            blocks: those that are for the service.
            version: of SOAP, in which a fault is raised.

        Raises:
            SoapFault: there is none, or it is not good.
        """
        try:
            return self._user(blocks)
        except _Wrong as wrong:
            code = f"{{{wrong.namespace}}}{wrong.code}"
            if version == "1.1":
                fault = SoapFault(wrong.reason, code=code)
            else:
                fault = SoapFault(wrong.reason, code="Sender", subcodes=(code,))
            raise fault from None

    def _user(self, blocks: Sequence[Element]) -> str:
        found = [block for block in blocks if block.tag == BLOCK]
        if not found:
            raise _Wrong("FailedAuthentication", _REFUSED)
        token, timestamp = _parts(_only(found))
        if timestamp is not None:
            self._check_timestamp(timestamp)
        return self._user_of(token)

    def check_token(self, token: Element) -> str:
        """The user of a token, the rest of whose Security block is checked elsewhere.

        Raises:
            SecurityError: it is not good.
        """
        try:
            return self._user_of(token)
        except _Wrong as wrong:
            raise SecurityError(wrong.reason) from None

    def _user_of(self, token: Element) -> str:
        fields = {child.tag: child for child in token[:]}
        if len(fields) < len(token[:]):
            raise _Wrong("InvalidSecurity", "something is there twice in a token")
        user = _text(fields.get(f"{{{SECURITY}}}Username"), strip=False)
        nonce = _text(fields.get(f"{{{SECURITY}}}Nonce"))
        created = _text(fields.get(_CREATED))
        fresh = self._is_recent(created)
        password = fields.get(f"{{{SECURITY}}}Password")
        good = self._is_right(user, password, nonce, created)
        if not (fresh and good and self._is_new(user, nonce, created)):
            raise _Wrong("FailedAuthentication", _REFUSED)
        return user

    def _check_timestamp(self, timestamp: Element) -> None:
        """Refuse a message whose time is over, or has not come (WSS 1.1.1, section 10)."""
        fields = {child.tag: _text(child) for child in timestamp[:]}
        now = self._clock().timestamp()
        created, expires = (_seconds(fields.get(n, "")) for n in (_CREATED, _EXPIRES))
        if created is not None and created > now + self._skew:
            raise _Wrong("MessageExpired", "the message is of the future", UTILITY)
        if expires is not None and expires < now - self._skew:
            raise _Wrong("MessageExpired", "the message has expired", UTILITY)

    def _is_recent(self, created: str) -> bool:
        if not created:
            return True
        when, now = _seconds(created), self._clock().timestamp()
        return when is not None and -self._skew <= now - when <= self._max_age

    def _is_new(self, user: str, nonce: str, created: str) -> bool:
        """Whether no token had this nonce before; it is asked last, so that only users who know
        their passwords fill the memory."""
        if not nonce:
            return True
        when = _seconds(created) or self._clock().timestamp()
        until = when + self._max_age + self._skew
        # Its octets count: base64 has many texts for them, and a digest is of the octets.
        data = _octets(nonce)
        known = b64encode(data).decode("ascii") if data else nonce
        return self._nonces.add(f"{user}\0{known}", until)

    def _is_right(
        self, user: str, password: Element | None, nonce: str, created: str
    ) -> bool:
        kind = "" if password is None else (password.get("Type") or "").strip(SPACE)
        given = _text(password, strip=kind == _DIGEST)
        known = password is not None and bool(user)
        if kind == _DIGEST:
            return known & self._has_digest(user, given, nonce, created)
        if kind not in _TEXTS or self._require_digest:
            return False
        if self._verify is not None:
            return known and self._verify(user, given)
        right = self._password(user)
        same = hmac.compare_digest(_hashed(right or ""), _hashed(given))
        return known & same & (right is not None)

    def _has_digest(self, user: str, given: str, nonce: str, created: str) -> bool:
        right = self._password(user)
        data = _octets(nonce)
        wanted = password_digest(
            *(data, created, right or ""), sha1_password=self._sha1_password
        )
        same = hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace"))
        return same & bool(data and created) & (right is not None)

    def _password(self, user: str) -> str | None:
        return None if self._password_of is None else self._password_of(user)


class _Wrong(Exception):
    """A fault of WS-Security's (WSS 1.1.1, section 12)."""

    def __init__(self, code: str, reason: str, namespace: str = SECURITY) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.namespace = namespace


def _only(found: Sequence[Element]) -> Element:
    if len(found) > 1:
        raise _Wrong("InvalidSecurity", "there is more than one Security block")
    return found[0]


def _parts(security: Element) -> tuple[Element, Element | None]:
    """The token of a Security block, and its Timestamp; whatever else is there would have to be
    checked as well."""
    tokens = [child for child in security[:] if child.tag == USERNAME_TOKEN]
    times = [child for child in security[:] if child.tag == TIMESTAMP]
    if len(tokens) + len(times) < len(security[:]):
        raise _Wrong("UnsupportedSecurityToken", "only a UsernameToken is taken here")
    if not tokens:
        raise _Wrong("FailedAuthentication", _REFUSED)
    if len(tokens) > 1 or len(times) > 1:
        raise _Wrong("InvalidSecurity", "something is there twice in Security")
    return tokens[0], times[0] if times else None


def _text(e: Element | None, *, strip: bool = True) -> str:
    text = "" if e is None else e.text or ""
    if len(text) > _LONGEST or (e is not None and len(e)):
        raise _Wrong("InvalidSecurity", "a value in a token is none")
    return text.strip(SPACE) if strip else text


def _octets(nonce: str) -> bytes:
    """The octets of a Nonce, none where it is no base64."""
    try:
        return b64decode("".join(nonce.split()), validate=True)
    except ValueError:
        return b""


def _seconds(text: str) -> float | None:
    """A dateTime as seconds since 1970; None where it is none. Without a zone it is UTC."""
    try:
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=timezone.utc)).timestamp()
    except (ValueError, OverflowError):
        return None


def _hashed(password: str) -> bytes:
    """A password as bytes of one length, so that comparing takes one time."""
    return sha256(password.encode("utf-8", "surrogatepass")).digest()
