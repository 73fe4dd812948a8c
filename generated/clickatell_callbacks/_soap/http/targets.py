"""Where requests go: the parts of their URLs."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

# RFC 3986, without what has more than one way to be written: user names, other letters than ASCII's,
# escapes in hosts, dot segments.
_PLAIN: Final = r"""(https?)://
    ((?:[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\.)*[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?
        |\[[0-9A-Fa-f:.]+\])
    (?::([0-9]{1,5}))?
    (/(?!\.)(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|/(?!\.)|%[0-9A-Fa-f]{2})*)?
    (\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"""


class Origin(NamedTuple):
    """Where a connection goes."""

    secure: bool
    host: str
    port: int


class Target(NamedTuple):
    """Where a request goes."""

    origin: Origin
    authority: str
    """As the header Host has it."""
    path: str
    """With the query."""


@lru_cache(maxsize=32)
def target_of(url: str) -> Target | None:
    """The parts of a plain URL; `None` for any other, which takes more to be understood."""
    found = re.fullmatch(_PLAIN, url, re.VERBOSE)
    if found is None:
        return None
    scheme, host, number, path, query = found.groups("")
    secure = scheme == "https"
    default = 443 if secure else 80
    port = int(number or default)
    if port > 65535:
        return None
    host = host.lower()
    authority = host if port == default else f"{host}:{port}"
    return Target(
        Origin(secure, host.strip("[]"), port),
        authority,
        (path or "/") + query,
    )
