"""The imports of a document, and the files that their locations lead to, offline.

A location is asked for in this order: the user's catalogs (as written, then as an absolute URL),
the file that it names beside the importing one. An import that neither resolves waits until
everything else is loaded (`documents.py`): another import may have loaded its namespace, the
user's catalogs have namespaces too, and a URL's document may have been saved beside. A bundled schema answers for its
published URL, and for its namespace alone; for another URL, which is the service's own, only
where nothing else does.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree

from soapwright.model.namespaces import XML, XSD
from soapwright.project.remote import is_url
from soapwright.wsdl.catalog import Catalog, find_standard, path_of
from soapwright.wsdl.namespaces import BUILT_IN, WSDL

# Possessive, as documentation may be full of text that only begins like one.
_DECLARATION = re.compile(
    rb"""xmlns:([^\s=:"'<>]+)\s*+=\s*+(?:"([^"<]*+)"|'([^'<]*+)')"""
)
_of_one_machine = re.compile(r"file:|[A-Za-z]:[/\\]|[/\\]", re.IGNORECASE).match
_XML_PREFIX = (b"xml", XML.encode(), b"")
_SAVED = (".xsd", ".wsdl", ".xml")
IMPORTING = ("{*}import", "{*}include", "{*}redefine")


class ImportKind(Enum):
    """The elements that name other documents."""

    WSDL_IMPORT = f"{{{WSDL}}}import"
    IMPORT = f"{{{XSD}}}import"
    INCLUDE = f"{{{XSD}}}include"
    REDEFINE = f"{{{XSD}}}redefine"

    @property
    def is_of_namespace(self) -> bool:
        """Whether it names a namespace, rather than being of its document's own."""
        return self in (ImportKind.IMPORT, ImportKind.WSDL_IMPORT)


@dataclass(eq=False, slots=True)
class Import:
    """One of those elements; `index` counts `IMPORTING` elements in its document.

    `target` is the file that it led to, `by_catalog` whether a user's catalog had it.
    """

    kind: ImportKind
    node: etree._Element
    index: int
    location: str
    namespace: str
    target: SourceFile | None = None
    by_catalog: bool = False


@dataclass(eq=False, slots=True)
class SourceFile:
    """A file that was read: `url` is where it is from, `shown` its name in findings.

    `text` is the UTF-8 that was parsed, `schemas` are the root itself or those of a WSDL,
    `digest` is equal for copies, `remote` is True where it was fetched: no files are beside it
    then. `policies` are the files that it takes policies from, by their names in it.
    """

    path: Path
    url: str
    shown: str
    content: bytes
    text: bytes
    root: etree._Element
    standard: bool
    schemas: tuple[etree._Element, ...]
    imports: tuple[Import, ...]
    digest: bytes
    remote: bool = False
    policies: dict[str, SourceFile] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a location or a namespace led to."""

    path: Path
    url: str
    by_catalog: bool = False


class Levels:
    """The depth of nested redefinitions in each schema.

    A redefinition refers to the components of the document that it names, so that document's own
    redefinitions come first (XML Schema part 1, section 4.2.2).
    """

    def __init__(self, files: Iterable[SourceFile]) -> None:
        self._parts: dict[etree._Element, list[Import]] = {}
        self._known: dict[etree._Element, int] = {}
        for file in files:
            for imported in file.imports:
                parent = imported.node.getparent()
                if parent is not None and not imported.kind.is_of_namespace:
                    self._parts.setdefault(parent, []).append(imported)

    def of(self, schema: etree._Element) -> int:
        """The level of a schema, by its root. Includes may be nested as deep as there are documents."""
        waiting = [] if schema in self._known else [schema]
        begun: set[etree._Element] = set()
        while waiting:
            here = waiting[-1]
            parts = self._parts.get(here, ())
            if here not in begun:
                begun.add(here)
                waiting += [
                    part.target.root
                    for part in reversed(parts)
                    if part.target is not None
                    and part.target.root not in self._known
                    and part.target.root not in begun
                ]
                continue
            waiting.pop()
            if here not in self._known:
                self._known[here] = max(map(self._below, parts), default=0)
        return self._known[schema]

    def _below(self, imported: Import) -> int:
        level = 0  # of what is not there; a cycle of includes ends here, too
        if imported.target is not None:
            level = self._known.get(imported.target.root, 0)
        return level + (imported.kind is ImportKind.REDEFINE)


def imports_of(root: etree._Element) -> Iterator[Import]:
    """Every import of a document, in document order."""
    kinds = {kind.value: kind for kind in ImportKind}
    for index, node in enumerate(root.iter(*IMPORTING)):
        kind = kinds.get(str(node.tag))
        if kind is not None:
            location = node.get("schemaLocation") or node.get("location") or ""
            namespace = node.get("namespace", "")
            yield Import(kind, node, index, location.strip(), namespace.strip())


def find_location(
    location: str,
    source: SourceFile,
    catalog: Catalog,
    missing: set[Path],
    within: Path | None = None,
) -> Found | None:
    """The file that a location leads to: by a user's catalog, else beside the source.

    Where there might have been one is added to `missing`; a folder `within` has all that there are.
    """
    absolute = _join(source.url, location)
    for name in dict.fromkeys(
        (location, absolute, _join(source.path.as_uri(), location))
    ):
        if (path := catalog.find(name)) is not None:
            return Found(path, absolute, by_catalog=True)
    for path in () if source.remote else _beside(location, source.path.parent):
        outside = within is not None and not path.resolve().is_relative_to(within)
        if _is_file(path) and (source.standard or not outside):
            return Found(path, absolute if path_of(absolute) is None else path.as_uri())
        missing.add(Path(os.path.normpath(path.absolute())))
    return None


def find_elsewhere(
    imported: Import, source: SourceFile, catalog: Catalog
) -> Found | None:
    """The file that a catalog has for an import's namespace, or the toolkit for its location."""
    namespace = imported.namespace if imported.kind.is_of_namespace else ""
    if namespace and (path := catalog.find(namespace)) is not None:
        return Found(path, path.as_uri(), by_catalog=True)
    for name in (imported.location, _join(source.url, imported.location)):
        if name and (path := find_standard(name)) is not None:
            return Found(path, path.as_uri())
    return None


def find_bundled(imported: Import) -> Found | None:
    """The file that the toolkit has for an import's namespace."""
    namespace = imported.namespace if imported.kind.is_of_namespace else ""
    path = find_standard(namespace) if namespace else None
    return Found(path, path.as_uri()) if path is not None else None


def find_saved(
    imported: Import, source: SourceFile, missing: set[Path]
) -> Found | None:
    """The file beside the source of the name that a URL ends in, as people save it.

    It may also be a path of the machine that the WSDL was made on. Where there might have been one is added to `missing`.
    """
    url = remote_url(imported, source)
    if not url and _of_one_machine(imported.location):
        url = imported.location.replace("\\", "/")
    name = unquote(url.partition("?")[0].partition("#")[0]).rpartition("/")[2]
    if source.remote or "\0" in name or not name.lower().endswith(_SAVED):
        return None
    path = source.path.parent / name
    if not _is_file(path):
        missing.add(Path(os.path.normpath(path.absolute())))
        return None
    return Found(path, path.as_uri())


def find_implied(
    files: Iterable[SourceFile], known: Set[str]
) -> dict[str, tuple[Path, SourceFile]]:
    """Bundled schemas of namespaces that are used without an import, each with who uses it first.

    The text is searched for a declared prefix before a name in a value, as `"soapenc:Array"`.
    """
    found: dict[str, tuple[Path, SourceFile]] = {}
    for file in files:
        bundled = {
            (prefix.decode(), uri): path
            for prefix, *either in {*_DECLARATION.findall(file.text), _XML_PREFIX}
            if (uri := b"".join(either).decode()) not in known
            and uri not in BUILT_IN
            and (path := find_standard(uri)) is not None
            and path.suffix == ".xsd"
        }
        for (prefix, uri), path in sorted(bundled.items()):
            if _is_used(prefix, file.text):
                found.setdefault(uri, (path, file))
    return found


def _is_used(prefix: str, text: bytes) -> bool:
    """Whether a prefix is before a name in a value."""
    named = re.escape(f"{prefix}:".encode())
    # A pattern that begins with a text is quick: what must be before it is looked for behind.
    pattern = rb"""%b(?<=["'\s]%b)[\w.-]++(?!\s*=)""" % (named, named)
    return re.search(pattern, text) is not None


def remote_url(imported: Import, source: SourceFile) -> str:
    """The URL of the network that an import names; "" where it names none, or the toolkit has it."""
    url = _join(source.url, imported.location) if imported.location else ""
    return url if is_url(url) and find_standard(url) is None else ""


def is_local(location: str) -> bool:
    """Whether a location names a file, not something on the network."""
    return _scheme(location) in ("", "file")


def _beside(location: str, folder: Path) -> Iterator[Path]:
    """The files that a location may mean: %20 and backslashes are often not what they should be."""
    if _scheme(location) == "file":
        path = path_of(location)
        if path is not None:
            yield folder / path
        return
    if not is_local(location):
        return
    whole = location.replace("\\", "/")
    bare = whole.partition("#")[0].partition("?")[0]
    # ".." removes the segment before it, even of a folder that does not exist (RFC 3986, 5.2.4)
    plain = posixpath.normpath(unquote(bare)) if bare else ""
    for name in dict.fromkeys((location, unquote(whole), whole, unquote(bare), plain)):
        if name and "\0" not in name:
            yield folder / name
    yield from _spelt_differently(folder / unquote(bare).replace("\0", ""))


def _spelt_differently(path: Path) -> Iterator[Path]:
    """The one file whose name differs in case alone, as it may where the WSDL was made."""
    try:
        names = [
            p for p in path.parent.iterdir() if p.name.lower() == path.name.lower()
        ]
    except OSError:  # no such folder: nothing there
        return
    if len(names) == 1:
        yield names[0]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _join(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError:  # not a URL
        return location


def _scheme(location: str) -> str:
    """The URL scheme; a single letter is a drive of Windows, and so no scheme."""
    try:
        scheme = urlsplit(location).scheme
    except ValueError:
        return ""
    return scheme if len(scheme) > 1 else ""
