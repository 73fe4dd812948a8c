"""The findings about imports that lead to nothing, or to a document of another namespace."""

from __future__ import annotations

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.wsdl.imports import (
    Import,
    ImportKind,
    SourceFile,
    is_local,
    remote_url,
)
from soapwright.wsdl.namespaces import NEVER_NEEDED

_CATALOG_HINT = "--catalog FILE takes an OASIS XML catalog that says where it is"


def report_missing(
    imported: Import, source: SourceFile, at: Location, findings: Findings
) -> None:
    """Report an import that leads to nothing; references to its declarations dangle."""
    location = imported.location
    if imported.namespace in NEVER_NEEDED:
        return
    if location and is_local(location) and imported.kind is not ImportKind.IMPORT:
        message = f"there is no file {location}: what it declares is not known"
        findings.mended(Code.IMPORT, message, at, _CATALOG_HINT)
        return
    target = location or imported.namespace or "an import that names nothing"
    message = f"nothing that is here answers for {target}"
    findings.warning(Code.IMPORT_MISSING, message, at, _hint(imported, source))


def report_bundled(
    imported: Import, source: SourceFile, at: Location, findings: Findings
) -> None:
    """Report that a bundled schema replaces one of the service's, which may declare more."""
    message = f"nothing that is here answers for {imported.location}"
    done = f"the bundled schema of {imported.namespace} is taken"
    hint = _hint(imported, source)
    findings.warning(Code.IMPORT_MISSING, f"{message}: {done}", at, hint)


def report_namespace(
    imported: Import,
    target: SourceFile,
    expected: str,
    at: Location,
    findings: Findings,
) -> None:
    """Report a document that is of another namespace than its import's."""
    own = {node.get("targetNamespace", "") for node in target.schemas}
    fits = expected in own
    if imported.kind is ImportKind.WSDL_IMPORT:  # may name the document alone
        fits = fits or not expected
    elif imported.kind is not ImportKind.IMPORT:  # may take in a chameleon
        fits = fits or own == {""}
    if not fits:
        message = f"{target.shown} is of {_listed(own)}, not of {_listed({expected})}"
        done = "its own is taken"
        findings.mended(Code.IMPORT_NAMESPACE, f"{message}: {done}", at)


def _hint(imported: Import, source: SourceFile) -> str:
    remote = remote_url(imported, source)
    return _CATALOG_HINT + (", --allow-network fetches it" if remote else "")


def _listed(namespaces: set[str]) -> str:
    return ", ".join(sorted(n or "no namespace" for n in namespaces)) or "no schema"
