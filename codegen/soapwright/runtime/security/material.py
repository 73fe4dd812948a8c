"""Keys and trust as values, for those that sign and verify with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Protocol

from cryptography import x509

from ..xml.element import Element
from .algorithms import PrivateKey, Signer
from .assertions import Given
from .replays import NonceStore
from .trust import Trust


class UserCheck(Protocol):
    """Checks UsernameTokens; `UsernameTokens` does."""

    def check_token(self, token: Element) -> str:
        """The user of a token whose message is verified.

        Raises:
            SecurityError: it is not good.
        """
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Material:
    """One's own key with its certificates, the trusted ones, and a clock."""

    key: PrivateKey | Signer | None
    certificate: x509.Certificate | None
    chain: tuple[x509.Certificate, ...]
    trust: Trust
    recipient: x509.Certificate | None
    """The certificate that a client encrypts for; `None` where it is not known."""
    secret: bytes | None
    saml: Given | None
    """The assertion that is sent."""
    issuers: Trust
    """Whose assertions are trusted."""
    audience: tuple[str, ...]
    """The names of the service, for which assertions may be."""
    clock: Callable[[], datetime]
    replays: NonceStore
    users: UserCheck | None = None
    """Checks the UsernameTokens of requests; `None` where nothing does."""

    def now(self) -> datetime:
        """The time, in UTC.

        Raises:
            ValueError: the clock's has no zone.
        """
        now = self.clock()
        if now.tzinfo is None:
            raise ValueError("clock: a time with a zone is wanted")
        return now.astimezone(timezone.utc)
