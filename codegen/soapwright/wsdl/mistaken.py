"""Documents that people give in the place of a WSDL, and hints that help them then."""

from __future__ import annotations

import re
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from soapwright.model.namespaces import ENVELOPES

_LOOKED_AT: Final = 4096
_MOST_FILES: Final = 1000
_HTML: Final = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--[^>]*>\s*)*<(!doctype\s+html|html)[\s>]", re.I | re.S
)
_URL: Final = re.compile(
    rb"\s*(?:\[InternetShortcut\]\s*URL=)?(https?://\S+)\s*\Z", re.I
)
_YAML: Final = re.compile(rb"\s*(#[^\n]*\n\s*)*[\"']?(openapi|swagger)[\"']?\s*:")
_HOST: Final = re.compile(r"(localhost|[\w-]+(\.[\w-]+)+)(:\d+)?[/?]\S*", re.ASCII)
_WSDL_ENDS: Final = (".wsdl", ".xml")


class Advice(NamedTuple):
    """The kind of a document, and a hint."""

    message: str
    hint: str


WEB_PAGE: Final = (
    "a WSDL is mostly at the service's address with ?wsdl behind it; where a login is asked for,"
    " save it with a browser, and give the file"
)
_OPENAPI: Final = "a service that is described by {} (OpenAPI) is not one of SOAP"
UNPACK: Final = {
    "gzip": "gunzip unpacks it; give the WSDL that is in it",
    "bzip2": "bunzip2 unpacks it; give the WSDL that is in it",
    "zip": "unzip unpacks it; give the WSDL that is in it, which finds its schemas beside it",
}
WSDL_2: Final = (
    "services with a WSDL 2.0 mostly have a WSDL 1.1 too, at ?wsdl, where this is at ?wsdl2"
)


def no_xml(content: bytes) -> Advice | None:
    """The kind of a document that is not well-formed XML; None where that cannot be seen."""
    start = content[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf")
    if _HTML.match(start):
        return Advice("not XML but a web page (HTML)", WEB_PAGE)
    if found := _URL.match(start):
        url = found[1].decode("ascii", "replace")
        return Advice("not XML but a URL", f"give it itself: {url} --allow-network")
    if start.lstrip()[:1] in (b"{", b"["):
        return Advice("not XML but JSON", _OPENAPI.format("JSON"))
    if _YAML.match(start):
        return Advice("not XML but YAML", _OPENAPI.format("YAML"))
    if start.startswith(b"%PDF"):
        hint = "`soapwright infer` draws a WSDL from envelopes that a manual shows"
        return Advice("not XML but a PDF", hint)
    return None


def other_root(namespace: str, local: str) -> str:
    """A hint for a document with another root than a WSDL's; "" where there is none."""
    if local.lower() == "html":
        return WEB_PAGE
    if namespace in ENVELOPES.values():
        return "it is a SOAP message: `soapwright infer` draws a WSDL from such samples"
    if local == "application":
        return "a WADL describes a service of plain HTTP, not one of SOAP"
    return ""


SCHEMA_ALONE: Final = (
    "a schema has types and no operations: give the WSDL that imports it; where there is none,"
    " `soapwright infer` draws one from sample envelopes"
)


def beside(path: Path, shown: str) -> str:
    """A hint for a path that is no file: what there is; "" where that is nothing.

    Args:
        path: where nothing is, or a folder.
        shown: its name in findings.
    """
    is_folder = path.is_dir()
    try:
        found = list(
            islice((path if is_folder else path.parent).iterdir(), _MOST_FILES)
        )
    except OSError:
        return without_scheme(shown)
    names = sorted(one.name for one in found)
    if is_folder:
        wsdls = [name for name in names if name.lower().endswith(_WSDL_ENDS)][:5]
        listed = ", ".join(Path(shown, name).as_posix() for name in wsdls)
        return f"there is {listed}" if wsdls else ""
    if near := get_close_matches(path.name, names, 1):
        return f"did you mean {Path(shown).with_name(near[0]).as_posix()}?"
    return without_scheme(shown)


def without_scheme(given: str) -> str:
    """A hint for a path that is no file but could be a URL; "" where it could not."""
    return (
        f"a URL begins with its scheme: http://{given}"
        if _HOST.fullmatch(given)
        else ""
    )
