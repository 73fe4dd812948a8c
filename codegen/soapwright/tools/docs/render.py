"""Views through `templates/docs/` to files; every text is escaped there."""

from __future__ import annotations

import jinja2

from soapwright.project.toolkit import site_templates

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(site_templates()),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=True,
)


def render(template: str, path: str, site: object, page: object) -> bytes:
    """One page of the site; `path` is its own, from the site's root.

    The template sees the site, the page, and `root`, which leads from the page to the site's root.
    """
    root = "../" * path.count("/")
    made = _ENVIRONMENT.get_template(template)
    text = made.render(site=site, page=page, root=root, path=path)
    return text.encode("utf-8", "xmlcharrefreplace")


def asset(name: str) -> bytes:
    """A file that is the same in every site."""
    return (site_templates() / name).read_bytes()
