"""SAML assertions of a security token service (WS-Trust 1.3, section 4), kept until they expire.

The client of the service is a package like others, generated from `spec/ws-trust/ws-trust.wsdl`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..errors.errors import DecodeError, SecurityError
from ..xml.parsing import parse
from .assertions import ASSERTIONS, ENCRYPTED_ASSERTION
from .names import UTILITY

__all__ = ["IssuedTokens"]

_TRUST: Final = (
    "http://docs.oasis-open.org/ws-sx/ws-trust/200512",
    "http://schemas.xmlsoap.org/ws/2005/02/trust",
)
_EXPIRES: Final = f"{{{UTILITY}}}Expires"


def _now() -> datetime:
    return datetime.now(timezone.utc)


class IssuedTokens:
    """Gives the assertion that a security token service issued, and asks for another one before it expires.

    It may be shared by threads, and is given as `Keys(saml=…)`.

    Args:
        issue: asks the service; gives the envelope of its response.
        early: seconds before the end of an assertion's time in which it is not used any more.
        clock: gives the time, with a zone.
    """

    def __init__(
        self,
        issue: Callable[[], bytes],
        *,
        early: float = 60.0,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._issue = issue
        self._early = timedelta(seconds=early)
        self._clock = clock
        self._lock = threading.Lock()
        self._assertion = ""
        self._until: datetime | None = None

    def __repr__(self) -> str:
        return "IssuedTokens(…)"

    def __call__(self) -> str:
        """An assertion that is good now.

        Raises:
            SecurityError: the service's response has none.
            Exception: those of `issue`.
        """
        with self._lock:
            until = self._until
            if until is None or self._clock() >= until - self._early:
                self._assertion, self._until = _issued(self._issue())
            return self._assertion


def _issued(envelope: bytes) -> tuple[str, datetime | None]:
    """The assertion in a response, and the end of its time; `None` where it has none."""
    try:
        root: Any = parse(envelope)  # Any: lxml ships no types
    except DecodeError:
        raise SecurityError("the security token service gave no XML") from None
    tokens = [
        e
        for namespace in _TRUST
        for requested in root.iter(f"{{{namespace}}}RequestedSecurityToken")
        for e in requested
    ]
    known = (*ASSERTIONS, ENCRYPTED_ASSERTION)
    if len(tokens) != 1 or tokens[0].tag not in known:
        raise SecurityError("the security token service gave no SAML assertion")
    # With the namespaces that are in scope; all else as it is.
    assertion: str = etree.tostring(tokens[0], encoding="unicode", with_tail=False)
    ends = [_instant(text) for text in _ends(root, tokens[0])]
    return assertion, min(ends, default=None)


def _ends(root: Any, assertion: Any) -> list[str]:  # Any: lxml ships no types
    """The times when an assertion ends, as they are written."""
    found = [
        str(e.text or "")
        for namespace in _TRUST
        for lifetime in root.iter(f"{{{namespace}}}Lifetime")
        for e in lifetime.iter(_EXPIRES)
    ]
    for child in assertion:
        end = child.get("NotOnOrAfter")
        if end is not None:
            found.append(end)
    return found


def _instant(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text.strip())
        utc = when if when.tzinfo is not None else when.replace(tzinfo=timezone.utc)
        return utc.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise SecurityError("the time of an issued token is none") from None
