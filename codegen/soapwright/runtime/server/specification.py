"""The WSDL that a package was made of, as its server gives it out: `?wsdl`, `?wsdl=N`, `?xsd=N`."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final
from urllib.parse import unquote

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

_WSDL: Final = "{http://schemas.xmlsoap.org/wsdl/}"
_XSD: Final = (
    "{http://www.w3.org/2001/XMLSchema}",
    "{http://www.w3.org/2000/10/XMLSchema}",
    "{http://www.w3.org/1999/XMLSchema}",
)
_ADDRESSES: Final = (
    "{http://schemas.xmlsoap.org/wsdl/soap/}address",
    "{http://schemas.xmlsoap.org/wsdl/soap12/}address",
    "{http://schemas.xmlsoap.org/wsdl/http/}address",
)
_IMPORTS: Final = {f"{_WSDL}import": "location"} | {
    f"{xsd}{name}": "schemaLocation"
    for xsd in _XSD
    for name in ("import", "include", "redefine")
}


class Specification:
    """The documents in a package's `_spec/`, numbered as imports lead to them; 0 is the entry.

    Args:
        package: the package's import name.
        entry: the WSDL's path in `_spec/`.
    """

    def __init__(self, package: str, entry: str) -> None:
        self._package = package
        self._entry = entry
        self._paths: list[str] = []

    def document(
        self, query: str, url: str, addresses: Mapping[tuple[str, str], str]
    ) -> bytes | None:
        """The document that a query asks for; `None` where it asks for none that is there.

        Args:
            query: `wsdl`, `wsdl=2`, `xsd=1`, in any case.
            url: where the service is: the documents' locations are relative to it.
            addresses: where each port is, by its service's name and its own.
        """
        kind, _, number = query.lower().partition("=")
        if kind not in ("wsdl", "xsd") or not (number or kind == "wsdl"):
            return None
        if not (number or "0").isascii() or not (number or "0").isdigit():
            return None
        paths = self._paths or self._number()
        index = int(number[:9] or 0)
        if index >= len(paths):
            return None
        return self._written(paths[index], url, addresses)

    def _number(self) -> list[str]:
        """The paths of all documents, in the order in which imports lead to them."""
        paths = [self._entry]
        for path in paths:
            for element, attribute in _importing(self._parsed(path)):
                target = _target(path, element.get(attribute))
                if target not in paths and self._has(target):
                    paths.append(target)
        self._paths = paths
        return paths

    def _written(
        self, path: str, url: str, addresses: Mapping[tuple[str, str], str]
    ) -> bytes:
        root = self._parsed(path)
        for element, attribute in _importing(root):
            target = _target(path, element.get(attribute))
            if target in self._paths:
                kind = "wsdl" if attribute == "location" else "xsd"
                number = self._paths.index(target)
                element.set(attribute, f"{url}?{kind}={number}")
        for port in root.iter(f"{_WSDL}port"):
            service = port.getparent().get("name")
            address = addresses.get((service, port.get("name")))
            for element in port:
                if element.tag in _ADDRESSES and address is not None:
                    element.set("location", address)
        written: bytes = etree.tostring(
            root.getroottree(), encoding="UTF-8", xml_declaration=True
        )
        return written

    def _parsed(self, path: str) -> Any:  # Any: lxml ships no types
        parser = etree.XMLParser(
            resolve_entities=False, load_dtd=False, no_network=True
        )
        return etree.fromstring(self._file(path).read_bytes(), parser)

    def _has(self, path: str) -> bool:
        return not path.startswith(("..", "/")) and self._file(path).is_file()

    def _file(
        self, path: str
    ) -> Any:  # Any: importlib's Traversable moved between Pythons
        return files(self._package).joinpath("_spec", *path.split("/"))


def _importing(root: Any) -> list[tuple[Any, str]]:  # Any: lxml ships no types
    """The elements that import with a location, and the attribute that has it."""
    found = [(e, _IMPORTS[e.tag]) for e in root.iter(*_IMPORTS)]
    return [(e, attribute) for e, attribute in found if e.get(attribute)]


def _target(path: str, location: str) -> str:
    """The path in `_spec/` to which a document's location leads."""
    return posixpath.normpath(
        posixpath.join(posixpath.dirname(path), unquote(location))
    )
