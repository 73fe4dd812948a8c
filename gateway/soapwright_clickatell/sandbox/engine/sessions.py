"""Who calls: sessions, credentials, IP lock-down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ...vendor.codes import ErrorCode
from ...vendor.replies import GatewayError
from ..records.accounts import Account, Credentials
from ..state.clock import Clock
from ..state.store import Store

SESSION_SECONDS: Final = 15 * 60
"""How long a session lives without a call."""

# How long a session that has expired is known as such, and not as one that never was.
_REMEMBERED_SECONDS: Final = 24 * 60 * 60


class Sessions:
    """The sessions of an account.

    Args:
        store: where they are remembered.
        account: whose they are.
        clock: the gateway's time.
        new_id: makes their ids.
    """

    def __init__(
        self, store: Store, account: Account, clock: Clock, new_id: Callable[[], str]
    ) -> None:
        self._store = store
        self._account = account
        self._now = clock
        self._new_id = new_id

    def open(self, credentials: Credentials) -> str:
        """Open a session; its id.

        Raises:
            GatewayError: 001, 004 or 007.
        """
        self._admit(credentials)
        if not credentials.match(self._account):
            raise GatewayError(ErrorCode.AUTHENTICATION_FAILED)
        self._see_that_it_lives()
        with self._store.transaction():
            now = self._now()
            self._store.forget_sessions(now - _REMEMBERED_SECONDS)
            session_id = self._new_id()
            self._store.add_session(session_id, self._account.user, now)
        return session_id

    def user(self, credentials: Credentials) -> str:
        """Whose call it is. A session that is valid wins over the rest; using it renews it,
        but not from an address that may not call.

        Raises:
            GatewayError: 001, 002, 003, 004, 005, 007 or 108.
        """
        self._admit(credentials)
        user = self._identified(credentials)
        self._see_that_it_lives()
        return user

    def _identified(self, credentials: Credentials) -> str:
        if credentials.session_id:
            with self._store.transaction():
                user, error = self._user_of_session(credentials.session_id)
            if user is not None:
                return user
        else:
            error = ErrorCode.MISSING_SESSION
        if not credentials.name_an_account:
            raise GatewayError(error)
        if not credentials.match(self._account):
            raise GatewayError(self._what_is_wrong(credentials))
        return self._account.user

    def _what_is_wrong(self, credentials: Credentials) -> ErrorCode:
        """Why credentials are not the account's. Only `auth` is documented to answer 001 to
        whatever is wrong."""
        account = self._account
        if not (credentials.user and credentials.password):
            return ErrorCode.AUTHENTICATION_FAILED
        if credentials.user != account.user:
            return ErrorCode.UNKNOWN_USER
        if credentials.password != account.password:
            return ErrorCode.AUTHENTICATION_FAILED
        return ErrorCode.INVALID_API_ID

    def _see_that_it_lives(self) -> None:
        if self._account.frozen:
            raise GatewayError(ErrorCode.ACCOUNT_FROZEN)

    def _admit(self, credentials: Credentials) -> None:
        if not self._account.may_call_from(credentials.address):
            raise GatewayError(ErrorCode.IP_LOCKDOWN)

    def _user_of_session(self, session_id: str) -> tuple[str | None, ErrorCode]:
        """The session's user; or `None`, and why."""
        found = self._store.session(session_id)
        if found is None:
            return None, ErrorCode.AUTHENTICATION_FAILED
        user, last_used = found
        now = self._now()
        if now - last_used > SESSION_SECONDS:
            return None, ErrorCode.SESSION_EXPIRED
        self._store.touch_session(session_id, now)
        return user, ErrorCode.SESSION_EXPIRED
