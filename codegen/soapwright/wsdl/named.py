"""The names that a WSDL gives: all are there, are names, and stand once where they belong.

Its findings are listed in `services.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings
from soapwright.wsdl.documents import Documents
from soapwright.wsdl.namespaces import WSDL
from soapwright.wsdl.references import NC_NAME

_NAMED = "service port portType binding operation message part fault".split()
# Without these there is something to fall back on; a fault's and a part's element names it.
_OPTIONAL = frozenset({"service", "port", "part", "fault"})


def check_names(documents: Documents, findings: Findings) -> None:
    """Names are NCNames (WSDL 1.1, section A.4.1); one that is not is an error where it is on the wire.

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
                findings.warning(Code.NAME, message, at)
                node.set("name", local)
                name = local
            if not name and kind in ("service", "port"):
                findings.warning(Code.NAME, f"a {kind} without a name", at)
            elif not name and kind not in _OPTIONAL:
                findings.error(Code.NAME, f"this {kind} has no name", at)
            elif name and not NC_NAME.fullmatch(name):
                # an operation's is judged where its style is known
                written = kind == "part" and not node.get("element")
                report = findings.error if written else findings.warning
                report(Code.NAME, f"{name!r} is no name", at)
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
            key = (kind, parent, name, _signature(node))
        if first.setdefault(key, node) is not node and name:
            earlier = documents.location(first[key])
            message = f"{kind} {name} is declared already at {earlier}"
            findings.error(Code.DUPLICATE, message, documents.location(node))


def _signature(operation: etree._Element) -> tuple[tuple[object, ...], ...]:
    """What tells overloads apart: the messages, and what they are called there."""
    return tuple(
        (child.tag, child.get("name"), child.get("message"))
        for child in operation.iterchildren(f"{{{WSDL}}}input", f"{{{WSDL}}}output")
    )


def _nodes(root: etree._Element, *kinds: str) -> Iterator[etree._Element]:
    return root.iter(*(f"{{{WSDL}}}{kind}" for kind in kinds or _NAMED))
