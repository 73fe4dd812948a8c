"""The reference of a generated package, as pages of a site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from soapwright.envelopes.packages import import_package, package_api, package_options
from soapwright.model.diagnostics import Location
from soapwright.pipeline import choose_style
from soapwright.python.emit import make_context
from soapwright.python.modules.left_out import left_out_lines
from soapwright.tools.docs.examples import Examples
from soapwright.tools.docs.operations import Operations
from soapwright.tools.docs.render import Place, render
from soapwright.tools.docs.rows import Rows
from soapwright.tools.docs.text import paragraphs
from soapwright.tools.docs.types import TypePages, by_letter, type_paths
from soapwright.tools.docs.views import (
    Frame,
    Link,
    Menu,
    OperationPage,
    ReferenceView,
    TypePage,
)

_MENU_AT_MOST: Final = 60


@dataclass(frozen=True, slots=True)
class Reference:
    """A package's pages, not yet laid out; their paths and links are from the reference's root."""

    view: ReferenceView
    operations: list[OperationPage]
    types: list[TypePage]

    def menus(self, folder: str) -> list[Menu]:
        """The menus of its pages, where its root is this folder of the site ("" or ending with a slash)."""
        first = [
            Link("Overview", f"{folder}index.html"),
            Link("Types", f"{folder}types.html", str(self.view.type_count)),
            Link("Errors", f"{folder}errors.html"),
        ]
        clients = self.view.clients
        if not clients or len(self.operations) > _MENU_AT_MOST:
            count = str(len(self.operations))
            all_of_them = Link("Operations", f"{folder}index.html#operations", count)
            return [Menu("", [*first, all_of_them])]
        return [
            Menu("", first),
            *(
                Menu(one.name, [Link(x.text, folder + x.href) for x in one.operations])
                for one in clients
            ),
        ]

    def files(
        self, folder: str, frame: Frame, progress: Callable[[str], None]
    ) -> dict[str, bytes]:
        """The pages laid out, by their paths from the site's root."""
        files = {}
        for name in ("index", "types", "errors"):
            place = Place(f"{folder}{name}.html", folder)
            files[place.path] = render(f"{name}.jinja", place, frame, self.view, None)
        pages: list[tuple[str, OperationPage | TypePage]] = [
            *(("operation.jinja", one) for one in self.operations),
            *(("type.jinja", one) for one in self.types),
        ]
        for number, (template, page) in enumerate(pages, 1):
            place = Place(folder + page.path, folder)
            files[place.path] = render(template, place, frame, self.view, page)
            if number % 100 == 0:
                progress(f"{number:,} of {len(pages):,} pages made")
        return files


def read_reference(folder: Path, progress: Callable[[str], None]) -> Reference:
    """The reference of the package in a folder.

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
    view = ReferenceView(
        package=name,
        doc=paragraphs(api.doc),
        left_out=left_out_lines(api),
        clients=operations.clients(),
        types=by_letter(types),
        faults=operations.faults(rows),
        type_count=len(types),
    )
    return Reference(view, pages, types)
