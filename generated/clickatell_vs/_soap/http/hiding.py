"""The log records of httpx2 about requests of this package, without what is secret in them.

httpx2 logs whole URLs, and httpcore2 headers, under their own names. A filter on their loggers rewrites the
records that are made while a transport sends; all others it leaves alone.
"""

from __future__ import annotations

import re
from contextvars import ContextVar, Token
from typing import Any, Final, Protocol

from ..secrets.redaction import MASK, Secrets

_LOGGERS: Final = (
    *("httpx2", "httpcore2.connection", "httpcore2.http11", "httpcore2.http2"),
    *("httpcore2.proxy", "httpcore2.socks", "hpack.hpack", "hpack.table"),
)
_BYTES: Final = r"""b(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_HEADER: Final = re.compile(rf"\(b'([\w-]+)', ({_BYTES})")
_LOGIN: Final = re.compile(rf"\bauth=\({_BYTES}, {_BYTES}\)")
_CREDENTIALS: Final = frozenset(
    {
        *("set-cookie", "cookie", "authorization", "proxy-authorization"),
        *("authentication-info", "proxy-authentication-info"),
    }
)


class Hidden:
    """The secrets of a request, which no record shows in this context: they are looked for in it when
    the first one is made.

    Args:
        secrets: of its package.
        url: where it goes.
        body: the envelope, and what is sent with it.
    """

    __slots__ = ("_body", "_found", "_secrets", "_token", "_url")

    def __init__(self, secrets: Secrets, url: str, body: bytes) -> None:
        self._secrets = secrets
        self._url = url
        self._body = body
        self._found: Secrets | None = None
        self._token: Token[Hidden | None] | None = None

    def __enter__(self) -> None:
        self._token = _current.set(self)

    def __exit__(self, *_: object) -> None:
        if self._token is not None:
            _current.reset(self._token)

    def hide(self, text: str) -> str:
        """A record's text without them, and without the credentials in headers."""
        secrets = self._found
        if secrets is None:
            secrets = self._secrets.carried_in(self._url).carried_by(self._body)
            self._found = secrets

        def header(found: re.Match[str]) -> str:
            name = found[1]
            known = name.lower()
            if known in _CREDENTIALS or secrets.has(known.removeprefix("x-")):
                return f"(b'{name}', {MASK}"
            return found[0]

        text = _LOGIN.sub(f"auth={MASK}", _HEADER.sub(header, text))
        return secrets.redact_url(text)


_current: Final[ContextVar[Hidden | None]] = ContextVar("_current", default=None)


class _Record(Protocol):
    """The part of `logging.LogRecord` that is used: `logging` takes long to load."""

    msg: Any  # Any: as logging has it
    args: Any  # Any: likewise

    def getMessage(self) -> str: ...


def _hide(record: _Record) -> bool:
    """Hide the secrets of the request that is being sent: a filter of loggers."""
    carried = _current.get()
    if carried is not None:
        record.msg, record.args = carried.hide(record.getMessage()), None
    return True


def hide_in_logs() -> None:
    """Have the loggers filter their records; once for all."""
    # Here and not above: it takes long to load; httpx2, with which this is called, does load it.
    from logging import getLogger

    for name in _LOGGERS:
        logger = getLogger(name)
        if _hide not in logger.filters:
            logger.addFilter(_hide)
