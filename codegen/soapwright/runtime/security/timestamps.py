"""Timestamps (WSS 1.1.1, section 10): how old a message may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from ..errors.errors import SecurityError
from ..http.bodies import charset_of
from ..http.message import Message
from .parts import Parts, only
from .places import places_of
from .profile import Profile
from .tokens import SECURITY, TIMESTAMP, UTILITY


def with_timestamp(message: Message, profile: Profile, now: datetime) -> Message:
    """A message with a Timestamp, its own where it has one.

    Args:
        message: an envelope of our own.
        profile: has the seconds that it is good for.
        now: in UTC.

    Raises:
        SecurityError: it is no envelope.
    """
    charset = charset_of(message.content_type)
    places = places_of(message.envelope, charset, profile.actor)
    block = places.block
    if block is not None and any(part.name == TIMESTAMP for part in block.parts):
        return message
    until = now + timedelta(seconds=profile.lifetime)
    stamp = (
        f'<wsu:Timestamp xmlns:wsu="{UTILITY}"><wsu:Created>{_written(now)}</wsu:Created>'
        f"<wsu:Expires>{_written(until)}</wsu:Expires></wsu:Timestamp>"
    )
    if block is not None and block.parts:
        envelope = places.edited(message.envelope, [(block.inside, stamp)])
        return replace(message, envelope=envelope)
    must = message.must_understand if profile.must_understand else ""
    return message.with_block(
        f'<wsse:Security xmlns:wsse="{SECURITY}"{must}>{stamp}</wsse:Security>'
    )


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
        return latest(profile, now)
    if len(stamps) != 1:
        raise SecurityError(f"{len(stamps)} Timestamps, where there must be one")
    stamp = stamps[0]
    created = _instant(only(stamp, f"{{{UTILITY}}}Created"))
    found = stamp.findall(f"{{{UTILITY}}}Expires")
    if len(found) > 1 or len(stamp) != 1 + len(found):
        raise SecurityError("the Timestamp has something twice, or unknown")
    if created > now + skew:  # first: nothing can be added to the last days of dateTime
        raise SecurityError("the Timestamp is of the future")
    expires = _instant(found[0]) if found else created + longest
    if expires < created:
        raise SecurityError("the Timestamp expires before it was created")
    if expires <= now - skew:
        raise SecurityError("the Timestamp has expired")
    if created + longest <= now - skew:
        raise SecurityError("the Timestamp is older than is accepted")
    return (min(expires, created + longest) + skew).timestamp()


def latest(profile: Profile, now: datetime) -> float:
    """As of `check_timestamp`, of a message whose time nobody signed: anybody could write another one."""
    return now.timestamp() + profile.lifetime + profile.skew


def _written(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z"


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
