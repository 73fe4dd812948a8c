"""`manifest.json`: a package's inputs, its generator, and its files.

    generator   the toolkit: its version, and a digest of the code that makes packages
    options     what the user asked for
    sources     the documents that were read, catalogs too: path and SHA-256
    missing     where documents were looked for in vain: one that appears there changes the package
    uses        what its code uses of the runtime, of a package that shares one; else left out
    emitted     what was made: path in the package and SHA-256, of a module before it was formatted
    files       what was written: path in the package and SHA-256, of a module as ruff formatted it
    writing     the same of a run that did not come to its end (see `output.py`), else left out

Paths of documents are relative to the folder of the entry; there is no date and no path of the
machine. While generator, options, sources and missing stay, so does every byte that is emitted.
Another ruff may format it otherwise: `emitted` determines whether a package is stale, `files` whether
it was edited by hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from soapwright.model.api import Inputs
from soapwright.model.options import Options
from soapwright.project.toolkit import digest, identity

MANIFEST = "manifest.json"
# Of a reference site: a package is not taken for one, nor one for a package.
SITE_MANIFEST = "site.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One package's manifest; the module's docstring describes its fields."""

    files: dict[str, str]
    generator: dict[str, str] = field(default_factory=dict)
    options: dict[str, object] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    emitted: dict[str, str] = field(default_factory=dict)
    writing: dict[str, str] = field(default_factory=dict)

    def encode(self) -> bytes:
        """The manifest as a file."""
        content: dict[str, object] = {
            "generator": self.generator,
            "options": self.options,
            "sources": self.sources,
            "missing": list(self.missing),
        }
        if self.uses:
            content["uses"] = list(self.uses)
        if self.emitted:
            content["emitted"] = self.emitted
        content["files"] = self.files
        if self.writing:
            content["writing"] = self.writing
        return (json.dumps(content, indent=2) + "\n").encode("utf-8")


def make_manifest(
    options: Options,
    home: Path,
    inputs: Inputs,
    emitted: dict[str, bytes],
    files: dict[str, bytes],
    uses: tuple[str, ...],
) -> Manifest:
    """The manifest of a package.

    Args:
        options: what it was made with.
        home: the folder of the entry.
        inputs: the documents that were read.
        emitted: its files before they were formatted.
        files: its files as they are to be written.
        uses: what its code uses of the runtime.
    """
    return Manifest(
        digests(files),
        identity(),
        options.record(home),
        inputs.read,
        inputs.missing,
        uses if options.runtime else (),
        digests(emitted),
    )


def runtime_manifest(
    name: str, emitted: dict[str, bytes], files: dict[str, bytes]
) -> Manifest:
    """The manifest of a runtime that packages share by this name; the rest as of a package's."""
    return Manifest(
        digests(files), identity(), {"runtime": name}, emitted=digests(emitted)
    )


def digests(files: dict[str, bytes]) -> dict[str, str]:
    """The digest of each file, by path."""
    return {path: digest(files[path]) for path in sorted(files)}


def read_manifest(folder: Path, name: str = MANIFEST) -> Manifest | None:
    """The manifest in a package's folder, or a site's; None where there is none.

    A manifest may be anybody's: of its files only those that lie in the folder are taken.
    """
    try:
        return parse_manifest((folder / name).read_bytes())
    except OSError:
        return None


def parse_manifest(text: bytes) -> Manifest | None:
    """The manifest that a file holds; None where it holds none."""
    try:
        content = json.loads(text)
    except ValueError:
        return None
    if not isinstance(content, dict) or not isinstance(content.get("files"), dict):
        return None
    options, missing = content.get("options"), content.get("missing")
    uses = content.get("uses")
    return Manifest(
        {path: d for path, d in _texts(content["files"]).items() if _inside(path)},
        _texts(content.get("generator")),
        options if isinstance(options, dict) else {},
        _texts(content.get("sources")),
        tuple(map(str, missing)) if isinstance(missing, list) else (),
        tuple(map(str, uses)) if isinstance(uses, list) else (),
        _texts(content.get("emitted")),
        {p: d for p, d in _texts(content.get("writing")).items() if _inside(p)},
    )


def _texts(table: object) -> dict[str, str]:
    if not isinstance(table, dict):
        return {}
    return {str(key): str(value) for key, value in table.items()}


def _inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return (
        bool(parts)
        and ".." not in parts
        and not path.startswith("/")
        and "\\" not in path
        and "\0" not in path
    )
