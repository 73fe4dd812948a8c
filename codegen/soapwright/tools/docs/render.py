"""Views through `templates/docs/` to files; every text is escaped there."""

from __future__ import annotations

from dataclasses import dataclass

import jinja2

from soapwright.project.toolkit import site_templates
from soapwright.tools.docs.views import Frame, ReferenceView

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(site_templates()),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=True,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A page's path from the site's root, and the folder there that the links of its views are from.

    `href` is the path as menus have it; "" where that is the same.
    """

    path: str
    folder: str = ""
    href: str = ""

    @property
    def base(self) -> str:
        """The way from the page to the site's root."""
        return "../" * self.path.count("/")


def render(
    template: str,
    place: Place,
    frame: Frame,
    reference: ReferenceView | None,
    page: object,
) -> bytes:
    """One page of the site.

    The template sees the frame, the reference, the page, its `path`, `base`, which leads to the
    site's root, and `root`, which leads to the folder that the links of its views are from.
    """
    text = _ENVIRONMENT.get_template(template).render(
        frame=frame,
        reference=reference,
        page=page,
        path=place.href or place.path,
        base=place.base,
        root=place.base + place.folder,
    )
    return text.encode("utf-8", "xmlcharrefreplace")


def asset(name: str) -> bytes:
    """A file that is the same in every site."""
    return (site_templates() / name).read_bytes()
