"""A document over HTTP: its redirects followed, within bounds of size and time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from urllib.parse import urljoin, urlsplit

import httpx2

MAX_BYTES = 64 * 1024 * 1024
MAX_SECONDS = 60.0
_MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class FetchError(Exception):
    """A document that cannot be fetched; the text has the reason."""


def fetch(url: str) -> tuple[bytes, str]:
    """A document, and the URL that it came from in the end.

    Raises:
        FetchError: it cannot be had.
    """

    async def within_bounds() -> tuple[bytes, str]:
        # all of it is bounded, name look-ups and trickling headers too
        async with asyncio.timeout(MAX_SECONDS):
            async with httpx2.AsyncClient(timeout=15.0) as client:
                return await _followed(client, url)

    try:
        return asyncio.run(within_bounds())
    except TimeoutError as error:
        raise FetchError(f"takes longer than {MAX_SECONDS:.0f} seconds") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise FetchError(
            f"cannot be fetched: {error or type(error).__name__}"
        ) from error


async def _followed(client: httpx2.AsyncClient, url: str) -> tuple[bytes, str]:
    for _ in range(_MAX_REDIRECTS + 1):
        _check(url)
        async with client.stream("GET", url) as response:
            status = response.status_code
            if status == 200:
                return await _bounded(response.aiter_bytes()), url
            if status not in _REDIRECTS:
                raise FetchError(f"cannot be fetched: HTTP status {status}")
            target = urljoin(url, response.headers.get("location", ""))
        if url.startswith("https:") and not target.startswith("https:"):
            raise FetchError(f"redirects to {target}, which is less safe")
        url = target
    raise FetchError(f"redirects more than {_MAX_REDIRECTS} times")


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
