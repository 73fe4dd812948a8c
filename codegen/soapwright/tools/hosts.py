"""Requests that a mock refuses: those that a browser was made to send.

A page on the Internet can have its own name lead to 127.0.0.1 (DNS rebinding), and make a browser send
requests to any address. Neither may read or call what is served on a developer's machine.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from soapwright.tools.http_server import AsgiApp, Event, Receive, Send

_PORT: Final = re.compile(r":[0-9]{0,5}\Z")
_SAFE: Final = ("GET", "HEAD", "OPTIONS")


def guarded(app: AsgiApp, names: Collection[str]) -> AsgiApp:
    """An application that is called under its own names alone, and by no page of another site.

    Args:
        app: the application.
        names: those of the machine or the container, besides `localhost` and every IP address:
            whoever rebinds a name sends that name.
    """
    known = frozenset(name.lower().rstrip(".") for name in names)

    async def guard(scope: Event, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = [
                (n.decode("latin-1"), v.decode("latin-1")) for n, v in scope["headers"]
            ]
            hosts = [value for name, value in given if name == "host"]
            if not all(_is_ours(host, known) for host in hosts):
                await _refuse(send, 421, "not a host of this service; see --allow-host")
                return
            if scope["method"] not in _SAFE and is_of_another_site(dict(given)):
                await _refuse(send, 403, "pages of other sites may not do this")
                return
        await app(scope, receive, send)

    return guard


def _is_ours(host: str, known: Collection[str]) -> bool:
    name = _PORT.sub("", host.strip().lower()).rstrip(".")
    if name == "localhost" or name.endswith(".localhost") or name in known:
        return True
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def is_of_another_site(headers: Mapping[str, str]) -> bool:
    """Whether a browser sends a request for a page that is not of this service.

    Args:
        headers: by names in lower case.
    """
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return True
    origin = headers.get("origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc != headers.get("host")
    except ValueError:
        return True


async def _refuse(send: Send, status: int, reason: str) -> None:
    body = f"{reason}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
