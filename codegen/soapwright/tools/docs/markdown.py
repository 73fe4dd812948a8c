"""A page in Markdown (CommonMark, with the tables of GitHub) as elements of HTML.

No HTML of a page's own is taken but comments, which are left out: so each link of a page is one that
is checked, and each text is escaped where it is laid out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.tools.docs.text import summary
from soapwright.tools.docs.views import Node

_PARSER: Final = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_COMMENTS: Final = re.compile(r"(\s*<!--.*?-->)+\s*", re.DOTALL)
_WORD: Final = re.compile(r"(?:--)?\w+(?:[.:-]\w+)*")
_LAYOUT: Final = frozenset({"content", "menu", "results", "search"})
"""Identifiers that each page of the site has already."""
_VOID: Final = frozenset({"hr", "br"})
_WITHIN: Final = frozenset({"inline", "link", "image", "strong", "em", "s"})
"""Nodes whose children are pieces of one text."""

Links = Callable[[str, int], str]
"""Gives the address of a link's target on the site, by the page's own text for it and its line."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A link of a page: the heading above it, its text, its target and its line."""

    heading: str
    text: str
    target: str
    line: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the text below it, up to the next heading; of the first, the text above it too."""

    level: int
    title: str
    identifier: str
    about: str
    words: str


class Markdown:
    """One page, parsed.

    Args:
        text: the page.
        path: the page's file, as the user names it.
        findings: where HTML is reported.
    """

    def __init__(self, text: str, path: str, findings: Findings) -> None:
        self._tree = SyntaxTreeNode(_PARSER.parse(text))
        self._path = path
        self._report_html(findings)
        self._identifiers = dict(self._headings())
        self.identifiers = dict(self._identifiers.values())
        """The headings' identifiers on the site, by their anchors: those that GitHub makes, as links have them."""
        self.sections = list(self._sections())

    def _report_html(self, findings: Findings) -> None:
        for node in self._tree.walk():
            if node.type in ("html_block", "html_inline"):
                if not _COMMENTS.fullmatch(node.content):
                    first = node.content.strip().split("\n")[0]
                    at = Location(self._path, _line(node))
                    hint = "write it in Markdown, or in backquotes to show it"
                    findings.error(Code.PAGE, f"HTML is not taken: {first}", at, hint)

    # ----------------------------------------------------------------------------- sections

    def _headings(self) -> Iterator[tuple[int, tuple[str, str]]]:
        """The anchor and the identifier of each heading, by its line."""
        taken: set[str] = set()
        for node in self._tree.walk():
            if node.type == "heading":
                anchor = _anchor(_text(node), taken)
                own = f"section.{anchor}" if anchor in _LAYOUT else anchor
                yield _line(node), (anchor, own)

    def _sections(self) -> Iterator[Section]:
        heading: SyntaxTreeNode | None = None
        below: list[SyntaxTreeNode] = []
        for node in self._tree.children:
            if node.type != "heading":
                below.append(node)
                continue
            if heading is not None:
                yield self._section(heading, below)
                below = []
            heading = node
        if heading is not None:
            yield self._section(heading, below)

    def _section(self, heading: SyntaxTreeNode, below: list[SyntaxTreeNode]) -> Section:
        title = _text(heading)
        first = next((_text(one) for one in below if one.type == "paragraph"), "")
        words = " ".join(map(_text, below))
        return Section(
            level=int(heading.tag[1]),
            title=title,
            identifier=self._identifiers[_line(heading)][1],
            about=summary(first),
            words=" ".join(dict.fromkeys(_words(f"{title} {words}"))),
        )

    # -------------------------------------------------------------------------------- links

    def links(self) -> Iterator[Linked]:
        """The links, each with the heading above it ("" above the second one: the first is the title)."""
        heading = ""
        for number, block in enumerate(self._tree.children):
            if block.type == "heading" and number:
                heading = _text(block)
            for node in block.walk():
                if node.type == "link":
                    target = str(node.attrs["href"])
                    yield Linked(heading, _text(node), target, _line(node))

    # -------------------------------------------------------------------------------- nodes

    def nodes(self, links: Links) -> list[Node]:
        """The page's elements."""
        return [made for one in self._tree.children for made in self._made(one, links)]

    def _made(self, node: SyntaxTreeNode, links: Links) -> Iterator[Node]:
        match node.type:
            case "html_block" | "html_inline":
                return
            case "text":
                yield Node("", node.content)
            case "softbreak":
                yield Node("", "\n")
            case "code_inline":
                yield _element("code", Node("", node.content))
            case "fence" | "code_block":
                code = _element("code", Node("", node.content))
                yield _element("pre", code, tabindex="0")
            case "image":
                source = links(str(node.attrs["src"]), _line(node))
                given = {"src": source, "alt": _text(node), **_title(node)}
                yield Node("img", attributes=tuple(given.items()), is_void=True)
            case _:
                inner = [x for one in node.children for x in self._made(one, links)]
                yield from self._around(node, inner, links)

    def _around(
        self, node: SyntaxTreeNode, inner: list[Node], links: Links
    ) -> Iterator[Node]:
        """An element around its content."""
        match node.type:
            case "inline":
                yield from inner
            case "paragraph" if node.hidden:
                yield from inner
            case "heading":
                identifier = self._identifiers[_line(node)][1]
                here = _here(identifier, _text(node))
                yield _element(node.tag, *inner, here, id=identifier)
            case "link":
                href = links(str(node.attrs["href"]), _line(node))
                yield _element("a", *inner, href=href, **_title(node))
            case "table":
                table = _element("table", *inner)
                given = {"role": "region", "aria-label": "Table", "tabindex": "0"}
                yield _element("div", table, **{"class": "table", **given})
            case "th" | "td":
                scope = {"scope": "col"} if node.tag == "th" else {}
                yield _element(node.tag, *inner, **scope, **_side(node))
            case "ordered_list" if "start" in node.attrs:
                yield _element("ol", *inner, start=str(node.attrs["start"]))
            case _:
                yield Node(node.tag, children=tuple(inner), is_void=node.tag in _VOID)


def _element(tag: str, *children: Node, **attributes: str) -> Node:
    return Node(tag, "", tuple(attributes.items()), children)


def _title(node: SyntaxTreeNode) -> dict[str, str]:
    return {"title": str(node.attrs["title"])} if "title" in node.attrs else {}


def _side(cell: SyntaxTreeNode) -> dict[str, str]:
    """The side of a table's cell as a class: the page's security policy allows no style of its own."""
    style = str(cell.attrs.get("style", ""))
    return {"class": style.removeprefix("text-align:")} if style else {}


def _here(identifier: str, title: str) -> Node:
    """The link of a heading to itself, to be copied."""
    label = f"Link to “{title}”"
    given = {"class": "here", "href": f"#{identifier}", "aria-label": label}
    return _element("a", Node("", "#"), **given)


def _text(node: SyntaxTreeNode) -> str:
    """A node's text, in one line where it is no code."""
    if node.type in ("softbreak", "hardbreak"):
        return " "
    if node.type in ("html_block", "html_inline"):
        return ""
    if node.children:
        between = "" if node.type in _WITHIN else " "
        return between.join(map(_text, node.children)).strip()
    return node.content


def _line(node: SyntaxTreeNode) -> int:
    """The line of a node: that of the nearest block that has one, and the breaks before the node in it."""
    breaks = 0
    while node.map is None:
        above = node.parent
        assert above is not None and not above.is_root, "a block has its lines"
        before = above.children[: above.children.index(node)]
        breaks += sum(_breaks(one) for one in before)
        node = above
    return node.map[0] + 1 + breaks


def _breaks(node: SyntaxTreeNode) -> int:
    return sum(one.type in ("softbreak", "hardbreak") for one in node.walk())


def _anchor(title: str, taken: set[str]) -> str:
    """A heading's anchor, as GitHub makes it: links in Markdown count on that."""
    plain = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
    anchor, number = plain, 0
    while anchor in taken:
        number += 1
        anchor = f"{plain}-{number}"
    taken.add(anchor)
    return anchor


def _words(text: str) -> Iterator[str]:
    """The words of a text, those with points, colons or hyphens in parts too."""
    for match in _WORD.finditer(text.lower()):
        yield match.group()
        yield from re.findall(r"\w+", match.group())
