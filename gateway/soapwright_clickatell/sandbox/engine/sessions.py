"""Who calls: sessions, credentials, IP lock-down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ...vendor.codes import ErrorCode
from ...vendor.replies import GatewayError
from ..records.accounts import Account, Credentials
from ..records.settings import Settings
from ..state.clock import Clock
from ..state.store import Store

SESSION_SECONDS: Final = 15 * 60
"""How long a session lives without a call."""

# How long a session that has expired is known as such, and not as one that never was.
_REMEMBERED_SECONDS: Final = 24 * 60 * 60


class Sessions:
    """The sessions of the accounts.

    Args:
        store: where they are remembered.
        settings: the accounts.
        clock: the gateway's time.
        new_id: makes their ids.
    """

    def __init__(
        self, store: Store, settings: Settings, clock: Clock, new_id: Callable[[], str]
    ) -> None:
        self._store = store
        self._settings = settings
        self._now = clock
        self._new_id = new_id

    def open(self, credentials: Credentials) -> str:
        """Open a session; its id.

        Raises:
            GatewayError: 001, 004 or 007.
        """
        account = self._settings.known_account(credentials.user)
        self._admit(credentials, account)
        if account is None or not credentials.match(account):
            raise GatewayError(ErrorCode.AUTHENTICATION_FAILED)
        _see_that_it_lives(account)
        with self._store.transaction():
            now = self._now()
            self._store.forget_sessions(now - _REMEMBERED_SECONDS)
            session_id = self._new_id()
            self._store.add_session(session_id, account.user, now)
        return session_id

    def account(self, credentials: Credentials) -> Account:
        """Whose call it is. A session that is valid wins over the rest; using it renews it,
        but not from an address that may not call.

        Raises:
            GatewayError: 001, 002, 003, 004, 005, 007 or 108.
        """
        account = self._identified(credentials)
        _see_that_it_lives(account)
        return account

    def _identified(self, credentials: Credentials) -> Account:
        error: ErrorCode | None = ErrorCode.MISSING_SESSION
        named = self._settings.known_account(credentials.user)
        if credentials.session_id:
            with self._store.transaction():
                account, error = self._session(credentials.session_id)
                self._admit(credentials, account or named)
                if not error and account is not None:
                    self._store.touch_session(credentials.session_id, self._now())
                    return account
        else:
            self._admit(credentials, named)
        if not credentials.name_an_account:
            raise GatewayError(error or ErrorCode.AUTHENTICATION_FAILED)
        if named is None or not credentials.match(named):
            raise GatewayError(_what_is_wrong(credentials, named))
        return named

    def _admit(self, credentials: Credentials, account: Account | None) -> None:
        """See that an address may call an account; where it is unknown which, any of them."""
        accounts = self._settings.accounts if account is None else (account,)
        if not any(one.may_call_from(credentials.address) for one in accounts):
            raise GatewayError(ErrorCode.IP_LOCKDOWN)

    def _session(self, session_id: str) -> tuple[Account | None, ErrorCode | None]:
        """The account of a session, and why it is not valid, if so."""
        found = self._store.session(session_id)
        account = self._settings.known_account(found[0]) if found else None
        if found is None or account is None:
            return None, ErrorCode.AUTHENTICATION_FAILED
        expired = self._now() - found[1] > SESSION_SECONDS
        return account, ErrorCode.SESSION_EXPIRED if expired else None


def _what_is_wrong(credentials: Credentials, account: Account | None) -> ErrorCode:
    """Why credentials are not those of the account that they name. Only `auth` is documented to
    answer 001 to whatever is wrong."""
    if not (credentials.user and credentials.password):
        return ErrorCode.AUTHENTICATION_FAILED
    if account is None:
        return ErrorCode.UNKNOWN_USER
    if credentials.password != account.password:
        return ErrorCode.AUTHENTICATION_FAILED
    return ErrorCode.INVALID_API_ID


def _see_that_it_lives(account: Account) -> None:
    if account.frozen:
        raise GatewayError(ErrorCode.ACCOUNT_FROZEN)
