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
from dataclasses import dataclass
from pathlib import Path

from soapwright.project.toolkit import is_of

LOCK = "soapwright.lock"
STORE = "soapwright.documents"
_MAX_DOCUMENTS = 1000
_ODD = re.compile(r"[^\w.\-]", re.ASCII)


class RemoteError(Exception):
    """A document that cannot be had; the text has the reason."""


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
    """Where in the store a URL's document is, `/` between the steps; no two URLs share a place."""
    url = url.partition("#")[0]
    plain = url.partition("://")[2].replace("?", "-", 1)
    steps = [_ODD.sub("_", step) for step in plain.split("/")]
    steps = [step for step in steps if step.strip(".")]
    name = "/".join(steps)
    plainly = url in (f"http://{name}", f"https://{name}") and name == name.lower()
    if not plainly or "." not in steps[-1]:  # such a one may be a folder too
        stem, _, suffix = steps[-1].rpartition(".")
        mark = hashlib.sha256(url.encode()).hexdigest()[:8]
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

    def find(self, url: str) -> Path | None:
        """The path in the store of a document that can be had; None where it is not locked.

        Raises:
            RemoteError: it cannot be fetched, or what is kept is not what was locked.
        """
        url = url.partition("#")[0]
        if url not in self._found:
            got = self._fetch(url) if self.allowed else self._kept(url)
            if got is None:
                return None
            path = self._folder / STORE / stored_name(url)
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

    def _fetch(self, url: str) -> tuple[bytes, str]:
        if len(self._found) >= _MAX_DOCUMENTS:
            raise RemoteError(f"more than {_MAX_DOCUMENTS:,} documents are not fetched")
        # An HTTP client takes longer to import than a package in step to be checked.
        from soapwright.project.fetching import FetchError, fetch

        try:
            return fetch(url)
        except FetchError as error:
            raise Unreachable(str(error)) from error


def _read_lock(path: Path) -> dict[str, dict[str, str]]:
    """The lock's entries; nothing is locked by what is no lock."""
    try:
        documents = json.loads(path.read_bytes())["documents"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    if not isinstance(documents, dict):
        return {}
    return {url: one for url, one in documents.items() if isinstance(one, dict)}
