"""The index that the search box looks in: a script, as a page from a file can load nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from soapwright.tools.docs.reference import Reference
from soapwright.tools.docs.views import FaultView, OperationPage, TypePage

# Kind, name, path, name on the wire, summary; names of parameters, fields or members, or a text's words.
# The kind of a page's section is the page's title.
Entry = tuple[str, str, str, str, str, str]


def index(entries: Iterable[Entry]) -> bytes:
    """`search-index.js`: one line an entry; it sets `soapwrightIndex`.

    A script's text is no place for a stranger's: it is ASCII, without `<`.
    """
    lines = (json.dumps(one).replace("<", "\\u003c") for one in entries)
    entry_lines = ",\n".join(lines)
    return f"var soapwrightIndex = [\n{entry_lines}\n];\n".encode("ascii")


def reference_entries(reference: Reference, folder: str) -> Iterator[Entry]:
    """The entries of a reference whose root is this folder of the site."""
    for kind, name, path, wire, about, names in (
        *_operations(reference.operations),
        *_types(reference.types),
        *_faults(reference.view.faults),
    ):
        yield kind, name, folder + path, wire, about, names


def _operations(pages: Iterable[OperationPage]) -> Iterator[Entry]:
    for page in pages:
        returned = [page.returned] if page.returned is not None else page.reply
        rows = (*page.parameters, *returned)
        wire = page.wire if page.wire != page.name else ""
        yield "operation", page.name, page.path, wire, page.about, _names(
            n for row in rows for n in (row.name, row.wire)
        )


def _types(pages: Iterable[TypePage]) -> Iterator[Entry]:
    for page in pages:
        wire = page.qname.rpartition("}")[2]
        names = [
            name
            for fields in page.fields
            if fields.of is None
            for row in fields.rows
            for name in (row.name, row.wire)
        ]
        names += [name for member, text, _ in page.members for name in (member, text)]
        wire = wire if wire != page.name else ""
        yield page.kind, page.name, page.path, wire, page.about, _names(names)


def _faults(faults: Iterable[FaultView]) -> Iterator[Entry]:
    for fault in faults:
        raised = _names(link.text for link in fault.raised)
        yield "exception", fault.name, f"errors.html#{fault.name}", "", "", raised


def _names(found: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(name for name in found if name))
