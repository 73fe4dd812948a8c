"""`soapwright docs`: the reference of a generated package, as the files of a static site."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import soapwright
from soapwright.envelopes.packages import import_package, package_api, package_options
from soapwright.model.diagnostics import Location
from soapwright.pipeline import choose_style
from soapwright.project.manifest import SITE_MANIFEST, Manifest, digests
from soapwright.python.emit import make_context
from soapwright.python.modules.left_out import left_out_lines
from soapwright.tools.docs.examples import Examples
from soapwright.tools.docs.operations import Operations
from soapwright.tools.docs.render import asset, render
from soapwright.tools.docs.rows import Rows
from soapwright.tools.docs.search import index
from soapwright.tools.docs.text import paragraphs
from soapwright.tools.docs.types import TypePages, by_letter, type_paths
from soapwright.tools.docs.views import OperationPage, Site, TypePage

_ASSETS: Final = ("style.css", "site.js")
_MENU_AT_MOST: Final = 60


def make_site(
    folder: Path, progress: Callable[[str], None] = lambda doing: None
) -> dict[str, bytes]:
    """The files of a package's reference, by their paths; nothing is written.

    Args:
        folder: the package's own folder.
        progress: is called with each step.

    Raises:
        SpecError: it is no generated package, or one without its WSDL.
    """
    package = import_package(folder)
    progress(f"reading {folder}")
    api = package_api(folder)
    options = package_options(folder)
    name, asked = options.name, Location(str(folder))
    style = choose_style(api, options.wire, asked)
    context = make_context(api, style, options)

    operations = Operations(context)
    rows = Rows(context, type_paths(context) | operations.links())
    progress(f"making examples for {len(operations.paths):,} operations")
    pages = operations.pages(rows, Examples(package, name, api))
    types = TypePages(context, rows, operations.users()).pages()
    clients = operations.clients()
    site = Site(
        title=name,
        package=name,
        doc=paragraphs(api.doc),
        left_out=left_out_lines(api),
        clients=clients,
        types=by_letter(types),
        faults=operations.faults(rows),
        menu=clients if len(pages) <= _MENU_AT_MOST else [],
        operation_count=len(pages),
        type_count=len(types),
    )
    return _files(site, pages, types, progress)


def _files(
    site: Site,
    operations: list[OperationPage],
    types: list[TypePage],
    progress: Callable[[str], None],
) -> dict[str, bytes]:
    files = {name: asset(name) for name in _ASSETS}
    for name in ("index", "types", "errors"):
        path = f"{name}.html"
        files[path] = render(f"{name}.jinja", path, site, None)
    pages: list[tuple[str, OperationPage | TypePage]] = [
        *(("operation.jinja", one) for one in operations),
        *(("type.jinja", one) for one in types),
    ]
    for number, (template, page) in enumerate(pages, 1):
        files[page.path] = render(template, page.path, site, page)
        if number % 100 == 0:
            progress(f"{number:,} of {len(pages):,} pages made")
    files["search-index.js"] = index(operations, types, site.faults)
    made_by = {"name": "soapwright", "version": soapwright.__version__}
    files[SITE_MANIFEST] = Manifest(digests(files), made_by).encode()
    return files
