"""Who may call, and what a call says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Account:
    """A customer of the gateway; the credits are in the store."""

    user: str
    password: str = field(repr=False)
    api_id: int
    """The number of its API connection."""


DEMO: Final = Account("demo", "demo", 1234)
"""The account of the documented sample."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A session, or else all three of the others; "" and 0 are unset."""

    session_id: str = field(default="", repr=False)
    api_id: int = 0
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def name_an_account(self) -> bool:
        """Whether they say more than the session."""
        return bool(self.api_id or self.user or self.password)

    def match(self, account: Account) -> bool:
        """Whether they are the account's."""
        given = self.user, self.password, self.api_id
        return given == (account.user, account.password, account.api_id)
