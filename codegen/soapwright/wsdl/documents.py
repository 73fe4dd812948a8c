"""The documents of a WSDL: the entry and all that it imports, read offline.

| finding | |
|---|---|
| `read` | error: a file that cannot be read |
| `xml`, `encoding`, `dtd`, `limit` | error: not XML, or not XML that is read here (`parsing.py`) |
| `root` | error: the document is neither a WSDL 1.1 nor a schema |
| `wsdl-2` | error: the document is a WSDL of version 2.0 |
| `import` | mended: a file that is named as a part of the WSDL or of a schema is missing |
| `import-missing` | warning: a namespace or URL that nothing answers offline |
| `import-saved` | warning: a document of elsewhere, read from a file of its name beside |
| `import-namespace` | mended: an imported schema is of another namespace than the import's |
| `import-implied` | mended: a standard namespace is used without an import |
| `old-schema` | warning: a draft of XML Schema, read as the recommendation (`drafts.py`) |
| `schema-syntax` | mended: an element that XML Schema does not allow there (`normalise.py`, `repair.py`) |
| `name` | mended: a name with the prefix of its own namespace (`repair.py`) |
| `network` | error: a document of the network that cannot be had, or is not what was locked |
| `catalog` | error, warning: a catalog that is none; an entry that leads nowhere (`catalog.py`) |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lxml import etree

from soapwright.model.api import Inputs, Source, Unread
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.model.namespaces import XML
from soapwright.project.remote import Remote, RemoteError, Unreachable
from soapwright.wsdl.catalog import Catalog, read_catalogs
from soapwright.wsdl.files import DEFINITIONS, SCHEMA, TYPES, Files
from soapwright.wsdl.imports import (
    Found,
    Import,
    ImportKind,
    Levels,
    SourceFile,
    find_bundled,
    find_elsewhere,
    find_implied,
    find_location,
    find_saved,
    is_local,
    remote_url,
)
from soapwright.wsdl.lines import Lines
from soapwright.wsdl.namespaces import BUILT_IN
from soapwright.wsdl.normalise import normalise_schema
from soapwright.wsdl.policy.references import policy_files
from soapwright.wsdl.references import SOAP_ENCODINGS
from soapwright.wsdl.sources import collect_sources
from soapwright.wsdl.unanswered import (
    report_bundled,
    report_missing,
    report_namespace,
)


@dataclass(frozen=True, slots=True, eq=False)
class DefinitionsDocument:
    """A `wsdl:definitions`, its root, and its path as findings name it."""

    root: etree._Element
    target_namespace: str
    path: str


@dataclass(frozen=True, slots=True, eq=False)
class SchemaDocument:
    """An `xsd:schema` of the 2001 namespace, inline or a file's root, normalised.

    `target_namespace` is the includer's where the document has none of its own: such a document
    is here once for each, with the same tree. `standard` marks the bundled schemas. `level` is
    the depth of nested redefinitions in it and in the documents that it includes.
    """

    root: etree._Element
    target_namespace: str
    path: str
    standard: bool
    level: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Documents:
    """The documents that were read: the entry's definitions first, imports where they are imported.

    `sources` are the documents as `_spec/` keeps them, `inputs` the files as they were found.
    `unread` are the documents that could not be read: an error has been found for each, so names
    that they may declare are not reported again.
    """

    definitions: tuple[DefinitionsDocument, ...]
    schemas: tuple[SchemaDocument, ...]
    sources: tuple[Source, ...]
    inputs: Inputs
    lines: Lines
    unread: Unread
    policies: Mapping[tuple[etree._Element, str], etree._Element]
    """The roots of other files that policies are taken from, by the root that names one and its name there."""

    def location(self, node: etree._Element) -> Location:
        """The location of an element of any of these documents."""
        return self.lines.location(node)


def load(
    entry: Path,
    catalogs: Sequence[Path],
    findings: Findings,
    *,
    base: Path | None = None,
    remote: Remote | None = None,
    within: Path | None = None,
) -> Documents:
    """Read a WSDL and everything that it imports.

    Relative paths start at `base`, the current folder where None. With `within`, no location but a
    catalog's leads out of that folder. Findings name the entry as it
    is given here, and other files in the same form, relative or absolute.

    Raises:
        SpecError: the entry cannot be read; of what it imports, everything that can be has been.
    """
    base = base or Path.cwd()
    catalog = read_catalogs(
        [(base / path, path.as_posix()) for path in catalogs], findings
    )
    home = within.resolve() if within is not None else None
    files = Files(base / entry, entry, findings, remote, home)
    loader = _Loader(files, catalog, findings)
    loader.load()
    if not loader.definitions:
        raise SpecError(findings)
    return Documents(
        tuple(loader.definitions),
        tuple(loader.schemas),
        collect_sources(files.all),
        files.inputs(catalog.contents),
        files.lines,
        loader.unread,
        {
            (file.root, name): taken.root
            for file in files.all
            for name, taken in file.policies.items()
        },
    )


@dataclass(frozen=True, slots=True)
class _Schema:
    """A schema that waits: its number in its file, and the namespace that it is taken in for."""

    file: SourceFile
    index: int
    namespace: str


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An import that waits, in a schema of a namespace."""

    file: SourceFile
    imported: Import
    namespace: str


@dataclass(slots=True)
class _Loader:
    """Walks the imports depth first, so that documents come in the order of their imports."""

    files: Files
    catalog: Catalog
    findings: Findings
    definitions: list[DefinitionsDocument] = field(default_factory=list)
    schemas: list[SchemaDocument] = field(default_factory=list)
    _stack: list[SourceFile | _Schema | _Waiting] = field(default_factory=list)
    _unanswered: list[_Waiting] = field(default_factory=list)
    _walked: set[SourceFile | _Schema] = field(default_factory=set)
    _kept: set[tuple[bytes, int, str | None]] = field(default_factory=set)
    _normalised: set[etree._Element] = field(default_factory=set)
    _unread: set[str] = field(default_factory=set)

    @property
    def unread(self) -> Unread:
        """The documents that could not be read, and the namespaces of those that were."""
        if not self._unread:
            return Unread()
        known = {document.target_namespace for document in self.definitions}
        return Unread(frozenset(self._unread), self._known() | known)

    def load(self) -> None:
        """Read everything; mistakes become findings."""
        file = self.files.get(self.files.entry, self.files.entry.absolute().as_uri())
        if file is None:
            return
        if file.root.tag != DEFINITIONS:
            self.files.refuse(file, "not a WSDL")
            return
        self._stack.append(file)
        self._walk()
        self._answer()
        self._add_implied()
        levels = Levels(self.files.all)
        self.schemas = [replace(s, level=levels.of(s.root)) for s in self.schemas]

    def _walk(self) -> None:
        while self._stack:
            match self._stack.pop():
                case SourceFile() as file:
                    self._add_definitions(file)
                case _Schema() as schema:
                    self._add_schema(schema)
                case _Waiting() as waiting:
                    self._import(waiting)

    def _answer(self) -> None:
        """Find the imports that no location led to: by their namespace, or not at all."""
        while self._unanswered:
            waiting = self._unanswered.pop(0)
            imported = waiting.imported
            if self._is_known(imported):
                continue
            found = find_elsewhere(imported, waiting.file, self.catalog)
            found = found or self._saved(waiting) or self._bundled(waiting)
            if found is None:
                at = self.files.lines.location(imported.node)
                report_missing(imported, waiting.file, at, self.findings)
            else:
                self._lead(waiting, found)
                self._walk()

    def _bundled(self, waiting: _Waiting) -> Found | None:
        """The toolkit's own schema of a namespace, which may not be all that the service has."""
        imported = waiting.imported
        found = find_bundled(imported)
        # a service has its own of none of these, wherever it serves them from
        fixed = imported.namespace in {XML, *SOAP_ENCODINGS}
        if found is not None and imported.location and not fixed:
            at = self.files.lines.location(imported.node)
            report_bundled(imported, waiting.file, at, self.findings)
        return found

    def _saved(self, waiting: _Waiting) -> Found | None:
        """A saved copy of a remote document, beside the one that names it, of the right namespace."""
        imported = waiting.imported
        found = find_saved(imported, waiting.file, self.files.missing)
        file = self.files.get(found.path, found.url) if found is not None else None
        if file is None:
            return None
        own = {node.get("targetNamespace", "") for node in (file.root, *file.schemas)}
        wanted = {imported.namespace}
        if not imported.kind.is_of_namespace:
            wanted = {waiting.namespace, ""}
        if not own & wanted:
            return None
        why = "not here" if is_local(imported.location) else "not fetched"
        message = f"{imported.location} is {why}: {file.shown} is taken"
        at = self.files.lines.location(imported.node)
        self.findings.warning(Code.IMPORT_SAVED, message, at)
        return found

    def _add_implied(self) -> None:
        """Take in the standard schemas that are used and that nobody imports."""
        implied = find_implied(self.files.all, self._known())
        for namespace, (path, user) in implied.items():
            if namespace != XML and namespace not in SOAP_ENCODINGS:
                message = f"{namespace} is used without an import: it is taken in"
                at = self.files.lines.location(user.root)
                self.findings.mended(Code.IMPORT_IMPLIED, message, at)
            file = self.files.get(path, path.as_uri())
            if file is not None:
                self._follow(file, namespace)
        self._walk()
        self._answer()

    def _add_definitions(self, file: SourceFile) -> None:
        if file in self._walked or not self._is_new(file, 0, None):
            return
        self._walked.add(file)
        root = file.root
        namespace = root.get("targetNamespace", "")
        self.definitions.append(DefinitionsDocument(root, namespace, file.shown))
        self._find_policies(file)
        imports = {i.node: i for i in file.imports}
        numbers = {node: index for index, node in enumerate(file.schemas)}
        work: list[SourceFile | _Schema | _Waiting] = []
        for node in root.iter(SCHEMA, *(kind.value for kind in ImportKind)):
            parent = node.getparent()
            if node in numbers:
                work.append(self._schema(file, numbers[node]))
            elif parent is not None and parent.tag in (DEFINITIONS, TYPES):
                # a wsdl:import, or an xsd:import directly in wsdl:types, without a schema
                if node in imports:
                    work.append(_Waiting(file, imports[node], ""))
        self._stack += reversed(work)

    def _find_policies(self, file: SourceFile) -> None:
        """Read the files beside a WSDL that it takes policies from; others are none of its documents."""
        for name in policy_files(file.root):
            found = self._find(name, file)
            taken = found and self.files.get(found.path, found.url, any_root=True)
            if taken:
                file.policies[name] = taken

    def _add_schema(self, schema: _Schema) -> None:
        if schema in self._walked:
            return
        self._walked.add(schema)
        file, namespace = schema.file, schema.namespace
        node = file.schemas[schema.index]
        if self._is_new(file, schema.index, namespace):
            if node not in self._normalised:  # a chameleon is taken in again and again
                self._normalised.add(node)
                normalise_schema(node, self.files.lines, self.findings)
            self.schemas.append(
                SchemaDocument(node, namespace, file.shown, file.standard)
            )
        imports = [i for i in file.imports if i.node.getparent() is node]
        self._stack += [_Waiting(file, i, namespace) for i in reversed(imports)]

    def _import(self, waiting: _Waiting) -> None:
        imported = waiting.imported
        if imported.kind is ImportKind.IMPORT and imported.namespace in BUILT_IN:
            return
        found = None
        if imported.location:
            found = self._find(imported.location, waiting.file)
            found = found or self._fetch(waiting)
        if found is None:
            self._unanswered.append(waiting)
        else:
            self._lead(waiting, found)

    def _find(self, location: str, file: SourceFile) -> Found | None:
        files = self.files
        return find_location(location, file, self.catalog, files.missing, files.within)

    def _fetch(self, waiting: _Waiting) -> Found | None:
        """The document of the network that an import names, if it can be had and must be."""
        remote, imported = self.files.remote, waiting.imported
        url = remote_url(imported, waiting.file)
        if remote is None or not url:
            return None
        try:
            path = remote.find(url, waiting.file.url if waiting.file.remote else "")
        except RemoteError as error:
            if isinstance(error, Unreachable) and find_bundled(imported) is not None:
                return None  # the bundled schema is taken, with a finding
            at = self.files.lines.location(imported.node)
            hint = "--catalog FILE may say where else the document is"
            self.findings.error(Code.NETWORK, f"{url} {error}", at, hint)
            return None
        return None if path is None else Found(path, url)

    def _lead(self, waiting: _Waiting, found: Found) -> None:
        """Follow an import to the file that it leads to."""
        imported = waiting.imported
        imported.target = target = self.files.get(found.path, found.url)
        imported.by_catalog = found.by_catalog
        of_namespace = imported.kind.is_of_namespace
        expected = imported.namespace if of_namespace else waiting.namespace
        if target is None:
            self._unread.add(expected)
            return
        if target.root.tag == DEFINITIONS and imported.kind is ImportKind.WSDL_IMPORT:
            self._stack.append(target)
            return
        at = self.files.lines.location(imported.node)
        report_namespace(imported, target, expected, at, self.findings)
        self._follow(target, expected)

    def _follow(self, file: SourceFile, expected: str) -> None:
        """Take in a document's schemas; a file without a namespace takes the expected one."""
        numbers = reversed(range(len(file.schemas)))
        self._stack += [self._schema(file, number, expected) for number in numbers]

    def _schema(self, file: SourceFile, index: int, expected: str = "") -> _Schema:
        node = file.schemas[index]
        own = node.get("targetNamespace", "")
        return _Schema(file, index, own or (expected if node is file.root else ""))

    def _is_new(self, file: SourceFile, index: int, namespace: str | None) -> bool:
        """Whether this has not been taken in from another file that is the same."""
        key = (file.digest, index, namespace)
        new = key not in self._kept
        self._kept.add(key)
        return new

    def _is_known(self, imported: Import) -> bool:
        """Whether an import's namespace was loaded by another import; a missing file was not."""
        if imported.location and is_local(imported.location):
            return False
        namespaces = self._known(own=bool(imported.location))
        if imported.kind is ImportKind.WSDL_IMPORT:
            namespaces |= {document.target_namespace for document in self.definitions}
        return imported.kind.is_of_namespace and imported.namespace in namespaces

    def _known(self, *, own: bool = False) -> frozenset[str]:
        """The namespaces of the schemas that have come: with `own` not of the bundled ones."""
        return frozenset(
            s.target_namespace for s in self.schemas if not (own and s.standard)
        )
