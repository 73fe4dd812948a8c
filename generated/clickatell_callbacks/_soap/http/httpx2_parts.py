"""The parts of httpx2 that connections without its clients use: its TLS context, its cookies."""

from __future__ import annotations

import os
from functools import cache
from http.cookiejar import CookieJar
from ssl import SSLContext

import httpx2


def default_tls() -> SSLContext:
    """The TLS context of connections that are made here: one a process, and environment."""
    return _tls(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@cache
def _tls(*_environment: str | None) -> SSLContext:
    return httpx2.create_ssl_context()


def kept_cookies(jar: CookieJar, url: str, headers: list[tuple[bytes, bytes]]) -> None:
    """Put the cookies that a reply sets into a jar.

    Args:
        jar: of a transport.
        url: where the request went.
        headers: of the reply.
    """
    request = httpx2.Request("POST", url)
    reply = httpx2.Response(200, headers=headers, request=request)
    httpx2.Cookies(jar).extract_cookies(reply)


def cookies_for(jar: CookieJar, url: str) -> str | None:
    """The cookies of a request, as a header's value."""
    request = httpx2.Request("POST", url)
    httpx2.Cookies(jar).set_cookie_header(request)
    return request.headers.get("cookie")
