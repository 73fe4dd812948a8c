"""The cookies of a transport: those that services set are sent back to them, as httpx2 does."""

from __future__ import annotations

import threading
from typing import Any


class Cookies:
    """The cookies that services have set. Threads and event loops share them."""

    __slots__ = ("_jar", "_lock")

    def __init__(self) -> None:
        self._jar: Any = None  # Any: a CookieJar; its module is not loaded yet
        self._lock = threading.Lock()

    @property
    def jar(self) -> Any:  # Any: as above
        """The `http.cookiejar.CookieJar` that has them."""
        # Here and not above: few services set cookies.
        from http.cookiejar import CookieJar

        with self._lock:
            if self._jar is None:
                self._jar = CookieJar()
        return self._jar

    def keep(self, url: str, headers: list[tuple[bytes, bytes]]) -> None:
        """Keep those that a reply sets.

        Args:
            url: where the request went.
            headers: of the reply.
        """
        # Here and not above: few services set cookies.
        from .httpx2_parts import kept_cookies

        kept_cookies(self.jar, url, headers)

    def header(self, url: str) -> str | None:
        """Those of a request, as the value of its header; `None` for none."""
        if self._jar is None:
            return None
        # Here and not above: it is loaded, as there are cookies.
        from .httpx2_parts import cookies_for

        return cookies_for(self._jar, url)
