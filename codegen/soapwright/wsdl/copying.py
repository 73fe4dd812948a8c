"""Copies of elements in another place of their tree, the prefixes that QNames in values use with them.

lxml can move elements, but takes the declarations of namespaces away from them that are known
there by another prefix.
"""

from __future__ import annotations

from functools import cache
from typing import cast

from lxml import etree

from soapwright.wsdl.lines import copy_source_line


def move(node: etree._Element, parent: etree._Element) -> etree._Element:
    """Move an element to the end of another one; returns the copy that replaces it."""
    copy = _copied(node, parent)
    old = node.getparent()
    if old is not None:
        old.remove(node)
    return copy


def _copied(node: etree._Element, parent: etree._Element) -> etree._Element:
    attributes = {str(key): str(value) for key, value in node.attrib.items()}
    copy = etree.SubElement(parent, str(node.tag), attributes, nsmap=_declared(node))
    copy_source_line(node, copy)
    copy.text, copy.tail = node.text, node.tail
    for child in node:
        _copied(child, copy)
    return copy


def _declared(node: etree._Element) -> dict[str, str]:
    """The namespaces that an element itself declares."""
    parent = node.getparent()
    outer = parent.nsmap if parent is not None else {}
    own = {
        p: uri
        for p, uri in node.nsmap.items()
        if outer.get(p) != uri and is_declarable(uri)
    }
    return cast("dict[str, str]", own)  # lxml-stubs forget the default, None


@cache
def is_declarable(uri: str) -> bool:
    """Whether lxml lets an element declare a namespace: it refuses what is no URI.

    Names in such a namespace that a copy has declared itself are not known in it.
    """
    try:
        etree.Element("any", nsmap={"any": uri})
    except ValueError:
        return False
    return True
