"""The front end on one screen: documents, then services and schemas, to one Api."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from soapwright.model.api import Api, QName, Unread
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings
from soapwright.project.remote import Remote
from soapwright.wsdl.documents import load
from soapwright.wsdl.mtom import with_mtom
from soapwright.wsdl.schema.translate import translate_schemas
from soapwright.wsdl.services import read_services


def read_api(
    entry: Path,
    catalogs: Sequence[Path],
    findings: Findings,
    remote: Remote | None = None,
    within: Path | None = None,
) -> Api:
    """Read a WSDL and all that it imports; of the network only what `remote` gives.

    With `within`, no location leads out of that folder.

    Broken parts are in `findings`, or in the Api's `left_out`.

    Raises:
        SpecError: the entry cannot be read, or is no WSDL.
    """
    documents = load(entry, catalogs, findings, remote=remote, within=within)
    schemas = translate_schemas(documents.schemas, documents.location, findings)
    declared: dict[str, Iterable[QName]]
    declared = {"type": schemas.types, "element": schemas.elements}
    services = read_services(documents, declared, findings)
    unread = documents.unread
    with_soap = any(not port.is_http for port in services.ports)
    if not (with_soap or services.left_out or findings.errors):
        what = "only operations without SOAP" if services.ports else "no operations"
        findings.warning(
            Code.NO_PORT, f"no SOAP binding: the package will have {what}",
            documents.location(documents.definitions[0].root),
        )  # fmt: skip
    api = Api(
        name=entry.name,
        ports=services.ports,
        types=schemas.types,
        elements={**schemas.elements, **services.assumed},
        prefixes=services.prefixes,
        sources=documents.sources,
        inputs=documents.inputs,
        doc=services.doc,
        bundled=schemas.bundled,
        unresolved=schemas.unresolved,
        left_out=services.left_out,
        unread=Unread(unread.namespaces | schemas.unread, unread.known),
    )
    return with_mtom(api, documents.schemas)
