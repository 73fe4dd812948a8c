"""A manual in Markdown, as pages of a site: where each page is, and where each of its links leads.

The first folder of pages, or page, lies at the site's root, all others in `more/`. Links are those of the Markdown: to
other files in Markdown and to their headings, to files in the folders (images), which are copied, and to a package's
reference. Each must lead somewhere; those to other hosts are not looked up.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from lxml import etree

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.tools.docs.markdown import Linked, Markdown
from soapwright.tools.docs.render import Place, render
from soapwright.tools.docs.search import Entry
from soapwright.tools.docs.views import Frame, Link, ManualPage, Menu

_INDEXES = ("README.md", "index.md")
_MORE = "more/"
"""The folder of what is not at the site's root."""
_SCHEMES = ("http", "https", "mailto")


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its file as the user names it, its path on the site, its title and its text."""

    source: Path
    path: str
    title: str
    text: Markdown


def read_pages(given: Sequence[Path], findings: Findings) -> list[Page]:
    """The pages of some folders and files; the first is the site's first page.

    Args:
        given: folders with pages, and files.
        findings: where pages that cannot be used are reported.

    Raises:
        SpecError: a page cannot be used.
    """
    found: dict[str, Page] = {}
    for number, one in enumerate(given):
        for source, path in _sources(one, is_first=not number, findings=findings):
            page = _page(source, path, findings)
            other = found.setdefault(path.lower(), page) if page else None
            if other is not None and other is not page:
                message = f"{path} is already {other.source.as_posix()}"
                findings.error(Code.PAGE, message, Location(source.as_posix()))
    findings.raise_errors()
    return sorted(found.values(), key=lambda page: page.path != "index.html")


def _sources(
    given: Path, is_first: bool, findings: Findings
) -> Iterator[tuple[Path, str]]:
    """The files of one folder, or the file itself, each with its path on the site."""
    if not given.is_dir():
        yield given, "index.html" if is_first else f"{_MORE}{given.stem}.html"
        return
    sources = [
        path
        for path in sorted(given.rglob("*.md"))
        if not any(x.startswith(".") for x in path.relative_to(given).parts)
    ]
    at = Location(given.as_posix())
    if not sources:
        findings.error(Code.PAGE, "has no page in Markdown (*.md)", at)
    elif is_first and not any((given / name).is_file() for name in _INDEXES):
        hint = "README.md or index.md; its links are the menu"
        findings.error(Code.PAGE, "has no first page", at, hint)
    for source in sources:
        path = source.relative_to(given)
        name = "index" if path.name in _INDEXES else path.stem
        place = path.with_name(f"{name}.html").as_posix()
        yield source, place if is_first else _MORE + place


def _page(source: Path, path: str, findings: Findings) -> Page | None:
    """One page; None where it cannot be used, which is reported."""
    name = source.as_posix()
    try:
        text = Markdown(source.read_text(encoding="utf-8-sig"), name, findings)
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        findings.error(Code.READ, message, Location(name))
        return None
    except UnicodeDecodeError:
        findings.error(Code.ENCODING, "is not in UTF-8", Location(name))
        return None
    if not text.sections or text.sections[0].level != 1:
        hint = "its first heading, of the first level, is its name in the menu and the search"
        findings.error(Code.PAGE, "has no title", Location(name), hint)
        return None
    return Page(source, path, text.sections[0].title, text)


@dataclass(slots=True)
class Manual:
    """The pages of a site.

    Args:
        pages: those of `read_pages`.
        given: the folders and files that they are from.
        reference: the pages of a package's reference, by their paths.
        findings: where links that lead nowhere are reported.
    """

    pages: Sequence[Page]
    given: Sequence[Path]
    reference: Mapping[str, bytes]
    findings: Findings
    copied: dict[str, bytes] = field(default_factory=dict)
    """The files that pages lead to, by their paths on the site; filled by `files`."""
    _by_source: dict[str, Page] = field(init=False)

    def __post_init__(self) -> None:
        self._by_source = {os.path.abspath(one.source): one for one in self.pages}

    def menus(self) -> list[Menu]:
        """The menu: the links of the first page, under its headings, and the pages that it does not name."""
        first = self.pages[0]
        menus = [Menu("", [Link(first.title, quote(first.path))])]
        named = {first.path}
        for link in first.text.links():
            path = self._page_of(first, link)
            if path and path not in named:
                named.add(path)
                if menus[-1].title != link.heading:
                    menus.append(Menu(link.heading, []))
                menus[-1].links.append(Link(link.text, quote(path)))
        rest = [Link(x.title, quote(x.path)) for x in self.pages if x.path not in named]
        return [*menus, Menu("More", rest)] if rest else menus

    def _page_of(self, page: Page, link: Linked) -> str:
        """The path of the page that a link leads to, "" where it leads to none, or into one."""
        parts = urlsplit(link.target)
        if parts.scheme or parts.netloc or parts.fragment or not parts.path:
            return ""
        other = self._page_at(page, parts.path)
        place = self._place(page, parts.path)
        return other.path if other else place if place in self.reference else ""

    def entries(self) -> Iterator[Entry]:
        """The entries of the search: each section, with its words; of a page's first, the page."""
        for page in self.pages:
            for number, one in enumerate(page.text.sections):
                kind = page.title if number else "page"
                path = quote(page.path) + (f"#{one.identifier}" if number else "")
                words = one.words if not number else f"{one.words} {page.title.lower()}"
                yield kind, one.title, path, "", one.about, words

    # -------------------------------------------------------------------------------- files

    def files(self, frame: Frame) -> dict[str, bytes]:
        """The pages laid out, and the files that they lead to, by their paths on the site."""
        made = {one.path: self._laid_out(one, frame) for one in self.pages}
        return {**made, **self.copied}

    def _laid_out(self, page: Page, frame: Frame) -> bytes:
        sections = [
            Link(one.title, f"#{one.identifier}")
            for one in page.text.sections
            if one.level == 2
        ]
        nodes = page.text.nodes(lambda target, line: self._address(page, target, line))
        view = ManualPage(page.path, page.title, nodes, sections)
        place = Place(page.path, href=quote(page.path))
        return render("page.jinja", place, frame, None, view)

    # -------------------------------------------------------------------------------- links

    def _address(self, page: Page, target: str, line: int) -> str:
        """Where a link of a page leads on the site; one that leads nowhere is reported."""
        parts = urlsplit(target)
        if parts.scheme in _SCHEMES:
            return target
        fragment = unquote(parts.fragment)
        other = self._page_at(page, parts.path) if parts.path else page
        if parts.scheme or parts.netloc or parts.query:
            reason, path = "is neither a file nor an address on the web", ""
        elif other is not None:
            path, identifiers = other.path, other.text.identifiers
            reason = _lack(other.source.as_posix(), fragment, identifiers)
            fragment = identifiers.get(fragment, "")
        else:
            path = self._place(page, parts.path)
            reason = self._file(page, parts.path, path, fragment)
        if reason:
            at = Location(page.source.as_posix(), line)
            self.findings.error(Code.LINK, f"{unquote(target)}: {reason}", at)
        way = "" if path == page.path else Place(page.path).base + quote(path)
        return f"{way}#{quote(fragment)}" if fragment or not way else way

    def _page_at(self, page: Page, path: str) -> Page | None:
        """The page of a file, or of a folder."""
        source = os.path.abspath(page.source.parent / unquote(path))
        ways = (source, *(os.path.join(source, name) for name in _INDEXES))
        return next((self._by_source[x] for x in ways if x in self._by_source), None)

    def _place(self, page: Page, path: str) -> str:
        """Where a file would be on the site: from its folder of pages, or from the page that leads to it."""
        source = Path(os.path.abspath(page.source.parent / unquote(path)))
        for number, folder in enumerate(map(os.path.abspath, self.given)):
            if source.is_relative_to(folder) and source != Path(folder):
                within = source.relative_to(folder).as_posix()
                return _MORE + within if number else within
        return posixpath.normpath(
            posixpath.join(posixpath.dirname(page.path), unquote(path))
        )

    def _file(self, page: Page, path: str, place: str, fragment: str) -> str:
        """Copy the file that a link leads to, if it is no page; why it leads nowhere, "" if it does."""
        if place in self.reference:
            return _lack(place, fragment, _identifiers(self.reference[place]))
        source = page.source.parent / unquote(path)
        inside = source.resolve()
        if not source.is_file():
            is_folder = source.is_dir()
            return "a folder without a page" if is_folder else "there is no such file"
        if not any(inside.is_relative_to(one.resolve()) for one in self.given):
            return "is not in a folder of the pages"
        if source.suffix.lower() in (".html", ".htm"):
            return "is a page of another site"
        self.copied[place] = source.read_bytes()
        return ""


def _lack(name: str, fragment: str, identifiers: Mapping[str, str]) -> str:
    if not fragment or fragment in identifiers:
        return ""
    return f"{name} has no #{fragment}"


def _identifiers(page: bytes) -> dict[str, str]:
    """The identifiers of a page of the reference, which are their own anchors."""
    names = (one.get("id") for one in etree.HTML(page).iter("*"))
    return {name: name for name in names if name is not None}
