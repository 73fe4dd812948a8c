"""How old a message may be: its Timestamp (WSS 1.1.1, section 10)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from ..errors.errors import SecurityError
from .parts import Parts, only
from .profile import Profile
from .tokens import TIMESTAMP, UTILITY


def check_timestamp(parts: Parts, profile: Profile, now: datetime) -> float:
    """Refuse a message whose time is over, or has not come.

    Args:
        now: in UTC.

    Returns:
        Seconds since 1970, until which the message could be taken again.

    Raises:
        SecurityError: there is no Timestamp where one is demanded, or it is not of now.
    """
    skew = timedelta(seconds=profile.skew)
    longest = timedelta(seconds=profile.lifetime)
    stamps = [] if parts.security is None else parts.security.findall(TIMESTAMP)
    if not stamps and not profile.timestamp:
        return (now + longest + skew).timestamp()
    if len(stamps) != 1:
        raise SecurityError(f"{len(stamps)} Timestamps, where there must be one")
    stamp = stamps[0]
    created = _instant(only(stamp, f"{{{UTILITY}}}Created"))
    found = stamp.findall(f"{{{UTILITY}}}Expires")
    if len(found) > 1 or len(stamp) != 1 + len(found):
        raise SecurityError("the Timestamp has something twice, or unknown")
    expires = _instant(found[0]) if found else created + longest
    if expires < created:
        raise SecurityError("the Timestamp expires before it was created")
    if created > now + skew:
        raise SecurityError("the Timestamp is of the future")
    if expires <= now - skew:
        raise SecurityError("the Timestamp has expired")
    if created + longest <= now - skew:
        raise SecurityError("the Timestamp is older than is accepted")
    return (min(expires, created + longest) + skew).timestamp()


def _instant(e: Any) -> datetime:  # Any: lxml ships no types
    text = (e.text or "").strip()
    try:
        when = datetime.fromisoformat(text)
        if len(e) or len(text) > 64:
            raise ValueError(text)
        utc = when if when.tzinfo is not None else when.replace(tzinfo=timezone.utc)
        return utc.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise SecurityError("a Timestamp's time is none") from None
