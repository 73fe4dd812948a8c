"""Views through templates to text; jinja2 is seen here alone, as black is in `settle`."""

from __future__ import annotations

from pathlib import Path

import jinja2

from codegen.python.settle import settled


def _loader() -> jinja2.BaseLoader:
    """The templates: beside the package in a checkout, inside it in a wheel."""
    checkout = Path(__file__).parents[2] / "templates" / "python"
    if checkout.is_dir():
        return jinja2.FileSystemLoader(checkout)
    return jinja2.PackageLoader("codegen", "templates")


_ENVIRONMENT = jinja2.Environment(
    loader=_loader(),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,
)


def render(template: str, view: object) -> str:
    """The text of one module; the template sees the view as `m`."""
    text = _ENVIRONMENT.get_template(template).render(m=view)
    return settled(text)
