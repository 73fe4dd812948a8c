"""`soapwright docs`: the files of a static site, of a package's reference, of a manual, or of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import soapwright
from soapwright.model.diagnostics import Findings
from soapwright.project.manifest import SITE_MANIFEST, Manifest, digests
from soapwright.tools.docs.reference import Reference, read_reference
from soapwright.tools.docs.render import asset
from soapwright.tools.docs.search import Entry, index, reference_entries
from soapwright.tools.docs.views import Frame, Link, Menu

_ASSETS: Final = ("style.css", "site.js")


def make_site(
    package: Path | None,
    pages: Sequence[Path] = (),
    progress: Callable[[str], None] = lambda doing: None,
) -> dict[str, bytes]:
    """The files of a site, by their paths; nothing is written.

    Without pages the reference is the site; with pages it is in `reference/NAME/`.

    Args:
        package: a generated package's folder.
        pages: folders and files of a manual in Markdown, for which markdown-it-py must be installed.
        progress: is called with each step.

    Raises:
        SpecError: it is no generated package, or one without its WSDL; a page cannot be used, or
            a link leads nowhere.
    """
    reference = read_reference(package, progress) if package is not None else None
    if pages:
        made, entries = _manual(reference, pages, progress)
    elif reference is not None:
        frame = Frame(reference.view.package, "Reference", reference.menus(""))
        made = reference.files("", frame, progress)
        entries = list(reference_entries(reference, ""))
    else:
        raise ValueError("a site is of a package, of pages, or of both")
    files = {name: asset(name) for name in _ASSETS} | made
    files["search-index.js"] = index(entries)
    made_by = {"name": "soapwright", "version": soapwright.__version__}
    files[SITE_MANIFEST] = Manifest(digests(files), made_by).encode()
    return files


def _manual(
    reference: Reference | None,
    given: Sequence[Path],
    progress: Callable[[str], None],
) -> tuple[dict[str, bytes], list[Entry]]:
    """The files of a manual and, with a package, of its reference; and the entries of both."""
    # loaded where there are pages, as it needs the extra
    from soapwright.tools.docs.manual import Manual, read_pages

    findings = Findings()
    progress("reading the pages")
    pages = read_pages(given, findings)
    title = pages[0].title
    files: dict[str, bytes] = {}
    entries: list[Entry] = []
    own: list[Menu] = []
    if reference is not None:
        name = reference.view.package
        folder = f"reference/{name}/"
        back = Menu("", [Link(title, pages[0].path)])
        frame = Frame(title, "Reference", [back, *reference.menus(folder)])
        files = reference.files(folder, frame, progress)
        entries = list(reference_entries(reference, folder))
        own = [Menu("Reference", [Link(name, f"{folder}index.html")])]
    manual = Manual(pages, given, files, findings)
    menus = manual.menus()
    named = {link.href for menu in menus for link in menu.links}
    own = [menu for menu in own if menu.links[0].href not in named]
    made = manual.files(Frame(title, "Manual", [*menus, *own]))
    findings.raise_errors()
    return {**files, **made}, [*manual.entries(), *entries]
