"""Checks of the names in a WSDL: each is given, is an NCName, and is unique in its scope.

Its findings are listed in `services.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings
from soapwright.model.xml_names import NC_NAME
from soapwright.wsdl.documents import Documents
from soapwright.wsdl.namespaces import WSDL

_NAMED = [
    "service",
    "port",
    "portType",
    "binding",
    "operation",
    "message",
    "part",
    "fault",
]
# Nothing can name one of these that has no name.
_REFERRED_TO = frozenset({"portType", "binding", "message"})


def check_names(documents: Documents, findings: Findings) -> None:
    """Names are NCNames (WSDL 1.1, section A.4.1); those that are on the wire are judged there.

    One that is written with its namespace's prefix, as references are, loses it; but not a
    port's, which nothing refers to, and which users know.
    """
    for document in documents.definitions:
        for node in _nodes(document.root):
            kind, at = etree.QName(node).localname, documents.location(node)
            name = node.get("name", "").strip()
            prefix, _, local = name.rpartition(":")
            own = node.nsmap.get(prefix) == document.target_namespace
            if prefix and own and kind != "port":
                message = f"the name {name!r} has a prefix: {local!r} is taken"
                findings.mended(Code.NAME, message, at)
                node.set("name", local)
                name = local
            if not name and kind in ("service", "port"):
                findings.mended(Code.NAME, f"a {kind} without a name", at)
            elif not name and kind in _REFERRED_TO:
                message = f"this {kind} has no name: it is left out"
                findings.mended(Code.NAME, message, at)
            elif name and not NC_NAME.fullmatch(name) and not _is_written(node):
                findings.mended(Code.NAME, f"{name!r} is no name", at)
        _check_twice(document.root, documents, findings)


def _check_twice(
    root: etree._Element, documents: Documents, findings: Findings
) -> None:
    """A service's ports have names of their own (section 2.6); operations may be overloads."""
    first: dict[object, etree._Element] = {}
    for node in _nodes(root, "service", "port", "operation"):
        kind, name = etree.QName(node).localname, node.get("name", "").strip()
        parent = node.getparent()
        key: object = (kind, parent, name)
        if kind == "operation":
            if parent is None or parent.tag != f"{{{WSDL}}}portType":
                continue  # those of a binding are counted against the port type's
            key = (kind, parent, name, signature(node))
        if first.setdefault(key, node) is not node and name:
            earlier = documents.location(first[key])
            message = f"{kind} {name} is declared already at {earlier}: "
            message += "the first counts" if kind == "operation" else "both count"
            findings.mended(Code.DUPLICATE, message, documents.location(node))


def _is_written(node: etree._Element) -> bool:
    """Whether it is a part whose name is on the wire (`messages.py` judges it)."""
    return node.tag == f"{{{WSDL}}}part" and not node.get("element")


def signature(operation: etree._Element) -> tuple[tuple[object, ...], ...]:
    """The messages of an operation, with their names there: these distinguish overloads."""
    return tuple(
        (child.tag, child.get("name"), child.get("message"))
        for child in operation.iterchildren(f"{{{WSDL}}}input", f"{{{WSDL}}}output")
    )


def _nodes(root: etree._Element, *kinds: str) -> Iterator[etree._Element]:
    return root.iter(*(f"{{{WSDL}}}{kind}" for kind in kinds or _NAMED))
