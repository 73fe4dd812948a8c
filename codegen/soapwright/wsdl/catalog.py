"""OASIS XML catalogs: the files of the documents that URLs and namespaces name.

One is bundled (`standard/`, schemas of our own for the standards that WSDLs name), others come
from the user. Unlike in the specification, all entries are looked up alike: a name is a URL or
a namespace, and `uri`, `system` and `public` entries all lead to its document.

Findings: `catalog`, a catalog that is none, or an entry that leads nowhere; and those of
`parsing.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.request import url2pathname

from lxml import etree

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.model.namespaces import XML
from soapwright.wsdl.lines import source_line
from soapwright.wsdl.parsing import parse, read

STANDARD = Path(__file__).parent / "standard"
_CATALOG = "urn:oasis:names:tc:entity:xmlns:xml:catalog"
_MAX_CATALOGS = 100


class Match(Enum):
    """The part of a name that an entry matches (XML Catalogs 1.1, section 7); best first."""

    WHOLE = "whole"
    START = "start"
    END = "end"
    DELEGATE = "delegate"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: names that match lead to `target`, a URL; of `DELEGATE` that of a catalog."""

    match: Match
    name: str
    target: str

    def apply(self, name: str) -> str | None:
        """The URL for a name, None where the entry does not speak of it."""
        match self.match:
            case Match.WHOLE:
                return self.target if name == self.name else None
            case Match.START:
                rest = name.removeprefix(self.name)
                return self.target + rest if name.startswith(self.name) else None
            case Match.END:
                return self.target if name.endswith(self.name) else None
            case Match.DELEGATE:
                return self.target if name.startswith(self.name) else None


_ENTRIES = {
    "uri": (Match.WHOLE, "name", "uri"),
    "system": (Match.WHOLE, "systemId", "uri"),
    "public": (Match.WHOLE, "publicId", "uri"),
    "rewriteURI": (Match.START, "uriStartString", "rewritePrefix"),
    "rewriteSystem": (Match.START, "systemIdStartString", "rewritePrefix"),
    "uriSuffix": (Match.END, "uriSuffix", "uri"),
    "systemSuffix": (Match.END, "systemIdSuffix", "uri"),
    "delegateURI": (Match.DELEGATE, "uriStartString", "catalog"),
    "delegateSystem": (Match.DELEGATE, "systemIdStartString", "catalog"),
    "delegatePublic": (Match.DELEGATE, "publicIdStartString", "catalog"),
}


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """The entries of one catalog, and the URLs of those that it goes on to."""

    entries: tuple[Entry, ...]
    following: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Catalogs that are asked one after the other, by their URLs; `contents` are their files."""

    files: dict[str, CatalogFile]
    first: tuple[str, ...]
    contents: dict[Path, bytes]

    def find(self, name: str) -> Path | None:
        """The file for a URL or namespace, None where no catalog has one."""
        for url in self._urls(name, self.first, set()):
            if (path := path_of(url)) is not None:
                return path
        return None

    def _urls(
        self, name: str, catalogs: Iterable[str], asked: set[str]
    ) -> Iterator[str]:
        for url in catalogs:
            if url in asked or url not in self.files:
                continue
            asked.add(url)
            delegates = False
            for entry in _best_first(name, self.files[url].entries):
                if entry.match is Match.DELEGATE:
                    delegates = True
                    yield from self._urls(name, (entry.target,), asked)
                elif (target := entry.apply(name)) is not None:
                    yield target
            if not delegates:  # who delegates a name leaves it to those (section 7.1.2)
                yield from self._urls(name, self.files[url].following, asked)


def read_catalogs(paths: Iterable[tuple[Path, str]], findings: Findings) -> Catalog:
    """Read catalogs and those that they name; each path comes with its name in findings."""
    files: dict[str, CatalogFile] = {}
    contents: dict[Path, bytes] = {}
    first = []
    waiting = []
    for path, shown in paths:
        first.append(path.absolute().as_uri())
        waiting.append((path, shown))
    while waiting and len(files) < _MAX_CATALOGS:
        path, shown = waiting.pop(0)
        url = path.absolute().as_uri()
        if url in files:
            continue
        content = read(path, shown, findings)
        contents[Path(os.path.normpath(path.absolute()))] = content or b""
        files[url] = _read(content, url, shown, findings)
        others = (e.target for e in files[url].entries if e.match is Match.DELEGATE)
        for other in (*files[url].following, *others):
            if (target := path_of(other)) is not None:
                waiting.append((target, str(target)))
    return Catalog(files, tuple(first), contents)


@cache
def standard_catalog() -> Catalog:
    """The bundled catalog."""
    findings = Findings()
    catalog = read_catalogs([(STANDARD / "catalog.xml", "catalog.xml")], findings)
    findings.raise_errors()
    return catalog


def find_standard(name: str) -> Path | None:
    """The bundled schema for a URL or a namespace.

    `https` for `http` and a last slash more or less name the same document.
    """
    plain = name.removeprefix("https:").removeprefix("http:").rstrip("/")
    for variant in (name, *(s + plain + e for s in ("http:", "") for e in ("", "/"))):
        if (path := standard_catalog().find(variant)) is not None:
            return path
    return None


def path_of(url: str) -> Path | None:
    """The file that a `file:` URL names; None for any other string."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return None
    path = url2pathname(parts.path)
    return None if "\0" in path else Path(path)


def _best_first(name: str, entries: tuple[Entry, ...]) -> list[Entry]:
    """The entries that speak of a name: whole before part, longer before shorter."""
    rank = list(Match)
    matching = [e for e in entries if e.apply(name) is not None]
    return sorted(matching, key=lambda e: (rank.index(e.match), -len(e.name)))


def _read(
    content: bytes | None, url: str, shown: str, findings: Findings
) -> CatalogFile:
    parsed = parse(content, shown, findings) if content is not None else None
    if parsed is None:
        return CatalogFile((), ())
    root = parsed.root
    if root.tag != f"{{{_CATALOG}}}catalog":
        findings.error(Code.CATALOG, "not an OASIS XML catalog", Location(shown))
        return CatalogFile((), ())
    entries, following = [], []
    for node in root.iter(f"{{{_CATALOG}}}*"):
        local = etree.QName(node).localname
        if local in _ENTRIES:
            match, name, target = _ENTRIES[local]
            entry = Entry(match, node.get(name, ""), _url(node, target, url))
            if entry.name:
                entries.append(entry)
                _check(entry, Location(shown, source_line(node)), findings)
        elif local == "nextCatalog":
            following.append(_url(node, "catalog", url))
    return CatalogFile(tuple(entries), tuple(following))


def _check(entry: Entry, at: Location, findings: Findings) -> None:
    """Warn of an entry that leads nowhere: the import that needs it is reported less exactly."""
    if entry.match is Match.START:
        return
    path = path_of(entry.target)
    if path is None or not path.is_file():
        message = f"{entry.name} leads to {entry.target}, where there is no file"
        findings.warning(Code.CATALOG, message, at)


def _url(node: etree._Element, attribute: str, catalog: str) -> str:
    """An entry's URL: relative to the nearest `xml:base`, at last to the catalog itself."""
    bases = [n.get(f"{{{XML}}}base", "") for n in (node, *node.iterancestors())]
    url = catalog
    for base in reversed(bases):
        url = urljoin(url, base)
    return urljoin(url, node.get(attribute, ""))
