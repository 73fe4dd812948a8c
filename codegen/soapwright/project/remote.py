"""Documents of the network: fetched only where the user allows it, kept, and locked by their digests.

What was fetched lies in `soapwright.documents/` beside `pyproject.toml`, and `soapwright.lock`
has its SHA-256 by its URL. Both are to be committed: without the network a run reads what is
locked, with it a run looks at what the network has now.

    {"documents": {"https://example.org/a.wsdl": {"file": "example.org/a.wsdl", "sha256": "…"}}}

Where a redirect led to it, `base` has the URL that it came from: what it imports is beside that.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from soapwright.project.output import alone_in
from soapwright.project.toolkit import is_of

LOCK = "soapwright.lock"
STORE = "soapwright.documents"
MAX_DOCUMENTS = 1000
MAX_BYTES = 512 * 1024 * 1024
MAX_SECONDS = 300.0
_ODD = re.compile(r"[^\w.\-]", re.ASCII)
_MARKED = re.compile(r"-[0-9a-f]{24}(\.|\Z)")
_LONGEST = 80
# What Windows takes for a device, whatever its suffix.
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|\Z)", re.IGNORECASE)


class RemoteError(Exception):
    """A document that cannot be had; the text has the reason, `hint` a way that there may be."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint


class Unreachable(RemoteError):
    """A document that whoever has it does not give."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document, where it is kept, and where it is from.

    `base` is the URL that redirects led to, which its own references are relative to.
    """

    url: str
    path: Path
    content: bytes
    base: str


def is_url(name: str) -> bool:
    """Whether this is a document of the network rather than a file."""
    return name.lower().startswith(("http://", "https://"))


def stored_name(url: str) -> str:
    """Where in the store a URL's document is, `/` between the steps; no two URLs share a place, whatever
    the file system, and none is a folder of another's.

    A place that is not plainly the URL has a mark that is made of it. Plain ones look like no mark,
    and have no dot in a folder's name but the host's, as all files have one.
    """
    url = url.partition("#")[0]
    plain = url.partition("://")[2].replace("?", "-", 1)
    steps = [_ODD.sub("_", step)[:_LONGEST].rstrip(".") for step in plain.split("/")]
    steps = [f"_{step}" if _DEVICE.match(step) else step for step in steps if step]
    host, *folders = steps[:-1] or ["_"]
    last = steps[-1] if len(steps) > 1 else "_".join(steps[:1]) or "_"
    steps = [host, *(folder.replace(".", "_") for folder in folders), last]
    name = "/".join(steps)
    plainly = url in (f"http://{name}", f"https://{name}") and name == name.lower()
    if not plainly or "." not in last or host == "http" or _MARKED.search(last):
        stem, _, suffix = last.rpartition(".")
        mark = hashlib.sha256(url.encode()).hexdigest()[:24]
        steps[-1] = f"{stem}-{mark}.{suffix}" if stem else f"{suffix}-{mark}"
    if url.startswith("http://"):
        steps.insert(0, "http")
    return "/".join(steps)


class Remote:
    """The documents of the network of one project, for one run.

    `folder` is where the lock is. With `allowed` documents are fetched, once each; without it they
    are those that are locked.
    """

    def __init__(self, folder: Path, *, allowed: bool) -> None:
        self.allowed = allowed
        self._folder = Path(os.path.abspath(folder))
        self._found: dict[str, Fetched] = {}
        self._by_path: dict[Path, Fetched] = {}
        self._locked = _read_lock(self._folder / LOCK)
        self._count, self._bytes, self._seconds = 0, MAX_BYTES, MAX_SECONDS
        self._private: set[str] = set()
        """The documents that came from private addresses, and so may name others there."""

    @contextmanager
    def alone(self) -> Generator[None]:
        """Inside, no other run of the project fetches and locks documents: it waits for this one's end."""
        if not self.allowed:
            yield
            return
        with alone_in(self._folder):
            self._locked = _read_lock(self._folder / LOCK)
            yield

    def find(self, url: str, by: str = "") -> Path | None:
        """The path in the store of a document that can be had; None where it is not locked.

        Args:
            url: of the document.
            by: the URL of the document that names it; "" where the user or a file does.

        Raises:
            RemoteError: it cannot be fetched, or what is kept is not what was locked.
        """
        url = url.partition("#")[0]
        if url not in self._found:
            path = self._folder / STORE / stored_name(url)
            self._refuse_links(path)
            got = self._fetch(url, by) if self.allowed else self._kept(url)
            if got is None:
                return None
            self._found[url] = self._by_path[path] = Fetched(url, path, *got)
        return self._found[url].path

    def at(self, path: Path) -> Fetched | None:
        """The document that was found and is kept at a path."""
        return self._by_path.get(path)

    def files(self) -> dict[Path, bytes]:
        """The files to keep of this run: the documents that were fetched, and the lock."""
        if not self.allowed or not self._found:
            return {}
        documents = dict(self._locked)
        for url, found in self._found.items():
            documents[url] = {
                "file": stored_name(url),
                "sha256": hashlib.sha256(found.content).hexdigest(),
            }
            if found.base != url:
                documents[url]["base"] = found.base
        content = {"documents": {url: documents[url] for url in sorted(documents)}}
        lock = (json.dumps(content, indent=2) + "\n").encode("utf-8")
        kept = {found.path: found.content for found in self._found.values()}
        return {**kept, self._folder / LOCK: lock}

    def _kept(self, url: str) -> tuple[bytes, str] | None:
        locked = self._locked.get(url)
        if locked is None:
            return None
        try:
            content = (self._folder / STORE / stored_name(url)).read_bytes()
        except OSError as error:
            raise RemoteError(
                f"is locked, and cannot be read: {error.strerror}"
            ) from error
        if not is_of(content, str(locked.get("sha256"))):
            raise RemoteError(f"what is kept of it is not what {LOCK} has")
        base = str(locked.get("base", url))
        return content, base if is_url(base) else url

    def _refuse_links(self, path: Path) -> None:
        """Refuse to read or write what a symbolic link in the store leads to.

        Raises:
            RemoteError: there is one.
        """
        for place in (self._folder / LOCK, path, *path.parents):
            if place == self._folder:
                break
            if place.is_symlink():
                shown = place.relative_to(self._folder)
                raise RemoteError(f"is not kept: {shown} is a symbolic link")

    def _fetch(self, url: str, by: str) -> tuple[bytes, str]:
        if self._count >= MAX_DOCUMENTS:
            raise RemoteError(f"more than {MAX_DOCUMENTS:,} documents are not fetched")
        if self._seconds <= 0:
            seconds = f"{MAX_SECONDS:,.0f}"
            raise RemoteError(f"after {seconds} seconds no more documents are fetched")
        # An HTTP client takes longer to import than a package in step to be checked.
        from soapwright.project.fetching import FetchError, fetch

        self._count += 1
        begun = time.monotonic()
        by = by.partition("#")[0]
        try:
            got = fetch(url, private=not by or by in self._private)
        except FetchError as error:
            raise Unreachable(str(error), error.hint) from error
        finally:
            self._seconds -= time.monotonic() - begun
        self._bytes -= len(got.content)
        if self._bytes < 0:
            raise RemoteError(f"more than {MAX_BYTES:,} bytes are not fetched")
        if got.private:
            self._private |= {url, got.base.partition("#")[0]}
        return got.content, got.base


def _read_lock(path: Path) -> dict[str, dict[str, str]]:
    """The lock's entries; nothing is locked by what is no lock."""
    try:
        documents = json.loads(path.read_bytes())["documents"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    if not isinstance(documents, dict):
        return {}
    return {url: one for url, one in documents.items() if isinstance(one, dict)}
