"""The files of a run, each read and parsed once."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from soapwright.model.api import Inputs
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.model.namespaces import XSD
from soapwright.project.remote import Remote
from soapwright.wsdl.catalog import STANDARD
from soapwright.wsdl.drafts import is_draft, modernised
from soapwright.wsdl.imports import SourceFile, imports_of
from soapwright.wsdl.lines import Lines
from soapwright.wsdl.mistaken import SCHEMA_ALONE, WSDL_2, other_root
from soapwright.wsdl.namespaces import DISCOVERY, WSDL, WSDL2
from soapwright.wsdl.parsing import parse, read
from soapwright.wsdl.repair import repair

DEFINITIONS = f"{{{WSDL}}}definitions"
TYPES = f"{{{WSDL}}}types"
SCHEMA = f"{{{XSD}}}schema"
_DOCUMENTATION = f"{{{WSDL}}}documentation"


@dataclass(slots=True)
class Files:
    """Reads files, and names them in findings as the user named the entry.

    `remote` has the documents of the network, which findings name by their URLs.
    `entry` is where the entry is, `given` how it was named, `missing` where files might have been,
    `within` the folder that no location may leave, if there is one.
    """

    entry: Path
    given: Path
    findings: Findings
    remote: Remote | None = None
    within: Path | None = None
    lines: Lines = field(default_factory=Lines)
    missing: set[Path] = field(default_factory=set)
    _read: dict[Path, SourceFile | None] = field(default_factory=dict)

    def get(self, path: Path, url: str, *, any_root: bool = False) -> SourceFile | None:
        """A file, read once however many ways lead to it; None where it cannot be worked with.

        With `any_root` it need not be a WSDL or a schema.
        """
        path = Path(os.path.normpath(path.absolute()))
        key = path.resolve()
        if key not in self._read:
            self._read[key] = None  # keeps the place: files are in the order of asking
            self._read[key] = self._load(path, url, any_root)
        return self._read[key]

    @property
    def all(self) -> tuple[SourceFile, ...]:
        """Every file that could be read, in the order in which they were asked for."""
        return tuple(file for file in self._read.values() if file is not None)

    def inputs(self, catalogs: dict[Path, bytes]) -> Inputs:
        """The user's files that were read or looked for; none of those that are installed."""
        home = Path(os.path.normpath(self.entry.absolute().parent))
        contents = {f.path: f.content for f in self.all if not f.standard} | catalogs
        read: dict[str, str] = {}
        for path, content in contents.items():
            # a path to another part of this machine would be wrong on others
            name = _from(home, path) or f"elsewhere/{path.name}"
            read[name] = hashlib.sha256(content).hexdigest()
        missing = sorted(filter(None, (_from(home, path) for path in self.missing)))
        return Inputs(read, tuple(missing))

    def refuse(self, file: SourceFile, why: str) -> None:
        """Note that a document is not of the kind that is wanted."""
        self._refuse(file.root, why)

    def _load(self, path: Path, url: str, any_root: bool) -> SourceFile | None:
        content: bytes | None
        fetched = self.remote.at(path) if self.remote is not None else None
        if fetched is not None:
            shown, content, url = fetched.url, fetched.content, fetched.base
        else:
            shown = self._shown(path)
            content = read(path, shown, self.findings)
        parsed = parse(content, shown, self.findings) if content is not None else None
        if content is None or parsed is None:
            return None
        root = parsed.root
        self.lines.add(root, shown, parsed.text)
        if is_draft(parsed.text):
            root = self._modernise(root, shown)
        repair(root, self.lines, self.findings)
        if root.tag not in (DEFINITIONS, SCHEMA) and not any_root:
            self._refuse(root, "neither a WSDL nor a schema")
            return None
        return SourceFile(
            path=path,
            url=url,
            shown=shown,
            content=content,
            text=parsed.text,
            root=root,
            standard=path.parent == STANDARD,
            schemas=_schemas_of(root),
            imports=tuple(imports_of(root)),
            digest=hashlib.sha256(content).digest(),
            remote=fetched is not None,
        )

    def _modernise(self, original: etree._Element, shown: str) -> etree._Element:
        root = modernised(original)
        self.lines.add_copy(root, original)
        message = "a draft of XML Schema: read as the recommendation of 2001"
        self.findings.warning(Code.OLD_SCHEMA, message, Location(shown))
        return root

    def _refuse(self, root: etree._Element, why: str) -> None:
        name = etree.QName(root)
        at = self.lines.location(root)
        if name.namespace in WSDL2:
            self.findings.error(
                Code.WSDL_2, "WSDL 2.0: only WSDL 1.1 is read", at, WSDL_2
            )
        elif name.namespace in DISCOVERY:
            hint = "give it one of the WSDLs that its contractRef elements name"
            self.findings.error(Code.ROOT, f"{why}, but a discovery file", at, hint)
        else:
            hint = other_root(name.namespace or "", name.localname)
            if root.tag == SCHEMA:
                hint = SCHEMA_ALONE
            message = f"{why}: its root is {name.text}"
            self.findings.error(Code.ROOT, message, at, hint)

    def _shown(self, path: Path) -> str:
        if path.parent == STANDARD:
            return f"soapwright:{path.name}"
        home = os.path.normpath(self.entry.absolute().parent)
        try:
            relative = os.path.relpath(path, home)
        except ValueError:  # on another drive of Windows
            return path.as_posix()
        return Path(os.path.normpath(self.given.parent / relative)).as_posix()


def _from(home: Path, path: Path) -> str:
    """The way from a folder to a file; "" where they have nothing but the root in common."""
    try:
        common = os.path.commonpath([home, path])
    except ValueError:  # on another drive of Windows
        return ""
    return "" if common == path.anchor else Path(os.path.relpath(path, home)).as_posix()


def _schemas_of(root: etree._Element) -> tuple[etree._Element, ...]:
    """The root itself or the schemas of a WSDL; not those that documentation shows."""
    return tuple(
        node
        for node in root.iter(SCHEMA)
        if next(node.iterancestors(SCHEMA, _DOCUMENTATION), None) is None
    )
