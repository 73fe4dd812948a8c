"""Whether a request comes from where it may: the names of the sandbox, and the origins of pages.

A page on the Internet can have its own name lead to 127.0.0.1 (DNS rebinding), and make a browser
send requests to any address. Neither may read or change what is in the sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

_PORT = re.compile(r":[0-9]{0,5}\Z")


class Hosts:
    """The names under which the sandbox may be called, besides `localhost` and every IP address:
    whoever rebinds a name sends that name.

    Args:
        names: such as that of a container.
    """

    def __init__(self, names: Collection[str] = ()) -> None:
        self._names = frozenset(name.lower().rstrip(".") for name in names)

    def may_call(self, headers: Mapping[str, str]) -> bool:
        """Whether a request names a host of ours; one without the header is of no browser."""
        host = headers.get("host")
        if host is None:
            return True
        name = _PORT.sub("", host.strip().lower()).rstrip(".")
        if name == "localhost" or name.endswith(".localhost") or name in self._names:
            return True
        try:
            ip_address(name.removeprefix("[").removesuffix("]"))
        except ValueError:
            return False
        return True


def is_of_another_site(headers: Mapping[str, str]) -> bool:
    """Whether a browser sends a request for a page that is not the sandbox's own."""
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return True
    origin = headers.get("origin")
    return origin is not None and _netloc(origin) != headers.get("host")


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None
