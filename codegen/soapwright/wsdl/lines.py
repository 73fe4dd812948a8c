"""The location of each element: its document and its line, in documents of any length.

lxml keeps an element's line in sixteen bits. In a document of more lines than that they are
counted by expat, which walks the same elements in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast
from xml.parsers import expat

from lxml import etree

from soapwright.model.diagnostics import Location

_LXML_COUNTS_TO = 65_534


@dataclass(slots=True)
class Lines:
    """The documents of a run, found again from any of their elements.

    A tree is known by its root, so a root that was added must stay its tree's root.
    """

    _paths: dict[etree._Element, str] = field(default_factory=dict)
    _counted: dict[etree._Element, int] = field(default_factory=dict)

    def add(self, root: etree._Element, path: str, text: bytes) -> None:
        """Note a parsed tree and the text, in UTF-8, that it was parsed from."""
        self._paths[root] = path
        if text.count(b"\n") >= _LXML_COUNTS_TO:
            self._counted.update(zip(root.iter("*"), element_lines(text), strict=True))

    def add_copy(self, root: etree._Element, original: etree._Element) -> None:
        """Note a tree that has the elements of another one, in the same order."""
        self._paths[root] = self._paths[original]
        if original in self._counted:
            for copied, source in zip(root.iter("*"), original.iter("*"), strict=True):
                self._counted[copied] = self._counted[source]

    def location(self, node: etree._Element) -> Location:
        """The location of an element; an inserted one has its parent's."""
        root = node.getroottree().getroot()
        path = self._paths[root]
        if root not in self._counted:
            return Location(path, source_line(node))
        at: etree._Element | None = node
        while at is not None and at not in self._counted:
            at = at.getparent()
        return Location(path, self._counted[root if at is None else at])


def source_line(node: etree._Element) -> int:
    """The line that lxml has, 1 where it has none; right up to 65,534."""
    return cast("int | None", node.sourceline) or 1  # lxml-stubs leave its type out


def copy_source_line(source: etree._Element, copy: etree._Element) -> None:
    """Give an element that was made from another the line of that one."""
    line = min(source_line(source), _LXML_COUNTS_TO)
    copy.sourceline = line  # type: ignore[assignment,unused-ignore]  # lxml-stubs leave its type out


def element_lines(text: bytes) -> list[int]:
    """The line of each start tag, in document order, of well-formed XML in UTF-8 without a DTD."""
    found: list[int] = []
    parser = expat.ParserCreate("utf-8")

    def start(_name: str, _attributes: dict[str, str]) -> None:
        found.append(parser.CurrentLineNumber)

    parser.StartElementHandler = start
    parser.Parse(text, True)
    return found
