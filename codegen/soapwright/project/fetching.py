"""A document over HTTP: its redirects followed, within bounds of size and time."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies

import httpx2

MAX_BYTES = 64 * 1024 * 1024
MAX_SECONDS = 60.0
_MAX_REDIRECTS = 5
_PRIVATE = "is at a private address, and a public one leads there"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


_HINTS = {
    401: "a login is asked for: save it by other means, and give the file",
    403: "a login is asked for: save it by other means, and give the file",
    404: "a WSDL is mostly at the service's address with ?wsdl behind it",
}
_UNTRUSTED = (
    "SSL_CERT_FILE names a file of certificates that are trusted; or save it by other means,"
    " and give the file"
)


class FetchError(Exception):
    """A document that cannot be fetched; the text has the reason, `hint` a way that there may be."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Got:
    """A document, the URL that it came from in the end, and whether that is at a private address."""

    content: bytes
    base: str
    private: bool


def fetch(url: str, *, private: bool) -> Got:
    """Fetch a document.

    Args:
        url: of the document.
        private: whether it may be at a private address: one of this machine, or of the network
            that it is in. What a public address leads to may not.

    Raises:
        FetchError: it cannot be had.
    """

    async def within_bounds() -> Got:
        # all of it is bounded, name look-ups and trickling headers too
        async with asyncio.timeout(MAX_SECONDS):
            async with httpx2.AsyncClient(timeout=15.0) as client:
                return await _followed(client, url, private)

    try:
        return asyncio.run(within_bounds())
    except TimeoutError as error:
        raise FetchError(f"takes longer than {MAX_SECONDS:.0f} seconds") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
        reason = str(error) or type(error).__name__
        hint = _UNTRUSTED if "CERTIFICATE_VERIFY_FAILED" in reason else ""
        raise FetchError(f"cannot be fetched: {reason}", hint) from error


async def _followed(client: httpx2.AsyncClient, url: str, private: bool) -> Got:
    for _ in range(_MAX_REDIRECTS + 1):
        _check(url)
        private = await _is_private(url, private)
        async with client.stream("GET", url) as response:
            if not private and _came_from_private(response):
                raise FetchError(_PRIVATE)
            status = response.status_code
            if status == 200:
                return Got(await _bounded(response.aiter_bytes()), url, private)
            if status not in _REDIRECTS:
                reason = f"cannot be fetched: HTTP status {status}"
                raise FetchError(reason, _HINTS.get(status, ""))
            target = urljoin(url, response.headers.get("location", ""))
        if url.startswith("https:") and not target.startswith("https:"):
            raise FetchError(f"redirects to {target}, which is less safe")
        url = target
    raise FetchError(f"redirects more than {_MAX_REDIRECTS} times")


async def _is_private(url: str, allowed: bool) -> bool:
    """Whether a URL is at a private address; not known where a proxy looks it up.

    Raises:
        FetchError: it is, and that is not allowed.
    """
    if getproxies():
        return allowed
    parts = urlsplit(url)
    found = await asyncio.get_running_loop().getaddrinfo(
        parts.hostname or "", parts.port or 443, type=socket.SOCK_STREAM
    )
    private = any(_is_inside(str(address[0])) for *_, address in found)
    if private and not allowed:
        raise FetchError(_PRIVATE)
    return private


def _is_inside(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return not (mapped or found).is_global


def _came_from_private(response: httpx2.Response) -> bool:
    """Whether another look-up of the name led inside."""
    stream = response.extensions.get("network_stream")
    if stream is None or getproxies():
        return False
    address = stream.get_extra_info("server_addr")
    return bool(address) and _is_inside(str(address[0]))


def _check(url: str) -> None:
    if urlsplit(url).scheme not in ("http", "https"):
        raise FetchError(f"leads to {url}, which is not of the web")
    if "@" in urlsplit(url).netloc:
        raise FetchError("has a user's name in it, which a lock should not")


async def _bounded(body: AsyncIterable[bytes]) -> bytes:
    pieces, size = [], 0
    async for piece in body:
        pieces.append(piece)
        size += len(piece)
        if size > MAX_BYTES:
            raise FetchError(f"has more than {MAX_BYTES:,} bytes")
    return b"".join(pieces)
