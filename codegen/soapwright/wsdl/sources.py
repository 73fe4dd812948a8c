"""The documents of a WSDL as a package keeps them, in `_spec/`, with all that they import.

A document below the entry's folder keeps its place; others go to `imported/`.
A location that still leads to its document is left as it is, and a document all of whose
locations do is kept byte for byte.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote
from xml.parsers import expat

from soapwright.model.api import Source
from soapwright.wsdl.imports import IMPORTING, Import, SourceFile
from soapwright.wsdl.parsing import decode

_ELSEWHERE = "imported"
_ODD = re.compile(r"[^\w.\- ]", re.ASCII)
_LOCATION = re.compile(rb"""(\b(?:schemaLocation|location)\s*=\s*)("[^"]*"|'[^']*')""")
_NAMES = frozenset(name.removeprefix("{*}") for name in IMPORTING)


def collect_sources(files: Sequence[SourceFile]) -> tuple[Source, ...]:
    """Entry and imports, named relative to the entry; the entry comes first."""
    kept = _reached(files[0])
    names = _names(kept)
    return tuple(Source(names[file], _rewritten(file, names)) for file in kept)


@dataclass(frozen=True, slots=True)
class _Tag:
    """The position of a start tag in a document's text."""

    start: int
    end: int


def _reached(entry: SourceFile) -> list[SourceFile]:
    """The documents that imports lead to, as far as a reader needs them beside the entry."""
    found: dict[SourceFile, None] = {}
    waiting = [entry]
    while waiting:
        file = waiting.pop()
        if file in found:
            continue
        found[file] = None
        targets = (i.target for i in reversed(file.imports) if _leads(i, file))
        waiting += [target for target in targets if target is not None]
        waiting += file.policies.values()
    return list(found)


def _leads(imported: Import, file: SourceFile) -> bool:
    """Whether an import's document is kept.

    It is not where the user's own document names a namespace alone, and the toolkit answers it:
    so it will again.
    """
    answered = not imported.location and not imported.by_catalog and not file.standard
    return imported.target is not None and not answered


def _names(files: Iterable[SourceFile]) -> dict[SourceFile, str]:
    names: dict[SourceFile, str] = {}
    taken: set[str] = set()
    home: Path | None = None
    for file in files:
        home = home or file.path.parent
        name = _free(_name(file.path, home), taken)
        taken.add(name.lower())  # a file system may ignore case
        names[file] = name
    return names


def _name(path: Path, home: Path) -> str:
    try:
        parts = path.relative_to(home).parts
    except ValueError:
        parts = (_ELSEWHERE, path.name)
    return "/".join(_ODD.sub("_", part) for part in parts)


def _free(name: str, taken: set[str]) -> str:
    stem, dot, suffix = name.rpartition(".")
    if not dot or "/" in suffix:
        stem, dot, suffix = name, "", ""
    number, free = 1, name
    while free.lower() in taken:
        number += 1
        free = f"{stem}-{number}{dot}{suffix}"
    return free


def _rewritten(file: SourceFile, names: dict[SourceFile, str]) -> bytes:
    """A document's bytes, with the locations that lead elsewhere made relative."""
    changes = {
        imported.index: _relative(names[file], names[imported.target])
        for imported in file.imports
        if imported.target is not None
        and _leads(imported, file)
        and not _still_leads(imported.location, names[file], names[imported.target])
    }
    if not changes:
        return file.content
    text = decode(file.content)
    utf8, pieces, done = text.utf8, [], 0
    for index, tag in enumerate(_import_tags(file.text)):
        if index in changes:
            pieces.append(utf8[done : tag.start])
            pieces.append(_relocated(utf8[tag.start : tag.end], changes[index]))
            done = tag.end
    return text.encoded(b"".join((*pieces, utf8[done:])))


def _relative(source: str, target: str) -> str:
    return quote(posixpath.relpath(target, posixpath.dirname(source) or "."))


def _still_leads(location: str, source: str, target: str) -> bool:
    folder = posixpath.dirname(source)
    return posixpath.normpath(posixpath.join(folder, unquote(location))) == target


def _import_tags(text: bytes) -> list[_Tag]:
    """The start tags of all import elements, in document order."""
    tags: list[_Tag] = []
    parser = expat.ParserCreate("utf-8", "\x01")

    def start(name: str, _attributes: dict[str, str]) -> None:
        if name.rpartition("\x01")[2] in _NAMES:
            begin = parser.CurrentByteIndex
            tags.append(_Tag(begin, _end_of_tag(text, begin)))

    parser.StartElementHandler = start
    parser.Parse(text, True)
    return tags


def _end_of_tag(text: bytes, start: int) -> int:
    """Behind the `>` that closes a start tag: one in an attribute's value does not."""
    found = re.compile(rb"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""").match(text, start)
    return found.end() if found else start


def _relocated(tag: bytes, location: str) -> bytes:
    """A start tag with another location; one without any gets it as its last attribute."""
    value = b'"' + location.encode() + b'"'
    relocated, count = _LOCATION.subn(lambda found: found[1] + value, tag, count=1)
    if count:
        return relocated
    end = -2 if tag.endswith(b"/>") else -1
    attribute = b" schemaLocation=" + value
    return tag[:end].rstrip() + attribute + tag[end:]
