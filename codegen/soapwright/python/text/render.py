"""Views through templates to text; jinja2 is seen here alone."""

from __future__ import annotations

import jinja2

from soapwright.project.toolkit import templates

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(templates()),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,
)


def render(template: str, view: object) -> bytes:
    """The text of one module; the template sees the view as `m`."""
    return _ENVIRONMENT.get_template(template).render(m=view).encode("utf-8")
